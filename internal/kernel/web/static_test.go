package web

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"benso/internal/kernel/access"
)

func TestFilesAreKeptForEverUnderTheirDigest(t *testing.T) {
	site := New(galleryConfig(access.Actor{}))
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
	for name := range assets() {
		w := get(Asset(name))
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s", name, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	if w := get("/assets/000000000000/site.css"); w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("under an older digest: %d %s", w.Code, w.Header().Get("Cache-Control"))
	}
	if w := get("/assets/000000000000/khong-co.css"); w.Code != 404 {
		t.Errorf("a file that is not there: %d", w.Code)
	}
	if w := get("/favicon.ico"); w.Header().Get("Location") != Asset("icon.svg") {
		t.Errorf("the icon: %d", w.Code)
	}
}

func TestStylesheetNamesTheFontsItHas(t *testing.T) {
	css := string(assets()["site.css"].body)
	for _, font := range firstFonts {
		if !strings.Contains(css, `url("`+Asset(font)+`")`) {
			t.Errorf("%s is not named by its address", font)
		}
	}
	if n := strings.Count(css, "url("); n != len(firstFonts) {
		t.Errorf("%d addresses in the stylesheet, %d fonts", n, len(firstFonts))
	}
	if found := regexp.MustCompile(`GDS Transport|https?://\w|crown`).FindString(css); found != "" {
		t.Errorf("the stylesheet holds %q", found)
	}
}

// A page must open over one bar of network: these are the bytes on the wire.
func TestFirstPageIsLight(t *testing.T) {
	wire := func(name string) int {
		if a := assets()[name]; a.zipped != nil {
			return len(a.zipped)
		}
		return len(assets()[name].body)
	}
	fonts := 0
	for _, font := range firstFonts {
		fonts += wire(font)
	}
	for what, size := range map[string][2]int{"site.css": {wire("site.css"), 20 << 10}, "site.js": {wire("site.js"), 15 << 10}, "fonts": {fonts, 60 << 10}} {
		t.Logf("%s: %d bytes", what, size[0])
		if size[0] > size[1] {
			t.Errorf("%s: %d bytes, at most %d", what, size[0], size[1])
		}
	}
}
