package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"benso/internal/kernel/access"
	"benso/internal/testkit/browser"
)

// find lists the elements for which is says yes.
func find(n *html.Node, is func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && is(d) {
			found = append(found, d)
		}
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func element(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool {
		for _, name := range names {
			if n.Data == name {
				return true
			}
		}
		return false
	}
}

func fetch(t *testing.T, actor access.Actor, path string) (*httptest.ResponseRecorder, *html.Node) {
	t.Helper()
	site := New(galleryConfig(actor)).Handler(galleryRoutes())
	w := httptest.NewRecorder()
	site.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	doc, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return w, doc
}

func TestEveryPartIsSoundHTML(t *testing.T) {
	for name := range gallery {
		for _, lang := range []string{"vi", "en"} {
			t.Run(name+"/"+lang, func(t *testing.T) {
				w, doc := fetch(t, clerk, "/"+name+"?lang="+lang)
				if w.Code != 200 {
					t.Fatalf("status %d", w.Code)
				}
				checkPage(t, doc, lang)
				if strings.Contains(w.Body.String(), "[web.") {
					t.Error("a text is missing from the catalogue")
				}
			})
		}
	}
}

// checkPage holds what must be true of every page.
func checkPage(t *testing.T, doc *html.Node, lang string) {
	t.Helper()
	if got := attr(find(doc, element("html"))[0], "lang"); got != lang {
		t.Errorf("lang is %q, want %q", got, lang)
	}
	if n := len(find(doc, element("h1"))); n != 1 {
		t.Errorf("%d h1, want one", n)
	}
	if n := len(find(doc, element("main"))); n != 1 {
		t.Errorf("%d main, want one", n)
	}
	ids := map[string]bool{}
	for _, n := range find(doc, func(n *html.Node) bool { return attr(n, "id") != "" }) {
		if id := attr(n, "id"); ids[id] {
			t.Errorf("the id %q stands twice", id)
		} else {
			ids[id] = true
		}
	}
	labelled := map[string]bool{}
	for _, l := range find(doc, element("label")) {
		labelled[attr(l, "for")] = true
	}
	for _, in := range find(doc, element("input", "select", "textarea")) {
		if attr(in, "type") != "hidden" && !labelled[attr(in, "id")] {
			t.Errorf("%s %q has no label", in.Data, attr(in, "name"))
		}
	}
	for _, n := range find(doc, func(*html.Node) bool { return true }) {
		for _, name := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "data-aria-controls"} {
			for _, id := range strings.Fields(attr(n, name)) {
				if !ids[id] {
					t.Errorf("%s of %s names %q, which is not on the page", name, n.Data, id)
				}
			}
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s carries %s inline", n.Data, a.Key)
			}
		}
		if to := attr(n, "href"); n.Data == "a" && strings.HasPrefix(to, "#") && !ids[to[1:]] {
			t.Errorf("a link leads to %s, which is not on the page", to)
		}
	}
	for _, n := range find(doc, element("script", "style")) {
		if n.Data == "style" || n.FirstChild != nil || attr(n, "src") == "" {
			t.Errorf("an inline %s", n.Data)
		}
	}
	for _, f := range find(doc, element("form")) {
		if attr(f, "method") != "post" {
			continue
		}
		if keys := find(f, func(n *html.Node) bool {
			return n.Data == "input" && attr(n, "name") == "key" && len(attr(n, "value")) == 26
		}); len(keys) != 1 {
			t.Errorf("a form that changes something has %d keys", len(keys))
		}
	}
}

func TestGalleryIsAccessibleInABrowser(t *testing.T) {
	server := httptest.NewServer(New(galleryConfig(clerk)).Handler(galleryRoutes()))
	t.Cleanup(server.Close)
	for _, width := range []int{320, 360, 1280} {
		page := browser.New(t, browser.Options{Width: width, JavaScript: true})
		for name := range gallery {
			page.Open(server.URL + "/" + name)
			page.Axe()
			page.FitsWidth()
			page.Screenshot(fmt.Sprintf("web-%s-%d.png", name, width))
		}
	}
}

// keyRoutes serve the officials' page as if a key had been pressed on it.
func keyRoutes() Routes {
	return Routes{
		{Pattern: "GET /phim/{key}/nhan.js", Access: access.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Type", "text/javascript")
			_, err := fmt.Fprintf(w, `addEventListener("load", () => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true, cancelable: true})));`, r.PathValue("key"))
			return err
		}},
		{Pattern: "GET /phim/{key}", Access: access.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
			return Render(w, r, http.StatusOK, all(gallery["ban-lam-viec"], templ.Raw(`<script type="module" src="/phim/`+url.PathEscape(r.PathValue("key"))+`/nhan.js"></script>`)))
		}},
	}
}

func TestOfficialsWorkByKeyboard(t *testing.T) {
	server := httptest.NewServer(New(galleryConfig(clerk)).Handler(galleryRoutes(), keyRoutes()))
	t.Cleanup(server.Close)
	page := browser.New(t, browser.Options{Width: 1280, JavaScript: true})
	page.Open(server.URL + "/phim/%3F")
	page.See("Mở danh sách này")
	page.Axe()
	page.Screenshot("web-shortcuts-1280.png")
	for _, text := range []string{"Hồ sơ mới tại quầy", "Mở hồ sơ đầu tiên", "Tìm theo mã, họ tên", "Tắt phím tắt trên máy này"} {
		if list := page.Text("dialog"); !strings.Contains(list, text) {
			t.Errorf("the list lacks %q: %s", text, list)
		}
	}
	page.Choose("Tắt phím tắt trên máy này")
	page.Press("Escape")
	if page.Count("dialog[open]") != 0 {
		t.Error("Escape does not close the list")
	}
	page.Open(server.URL + "/phim/o")
	if !strings.HasSuffix(page.URL(), "/phim/o") {
		t.Error("a key works although the keys are off")
	}
	page.Click("Phím tắt ?")
	page.Choose("Tắt phím tắt trên máy này")
	page.Open(server.URL + "/phim/o")
	page.See("Dùng dịch vụ này") // the page to which o leads
	page.Open(server.URL + "/ban-lam-viec")
	page.Fill("Tìm theo mã, họ tên", "no?")
	if !strings.HasSuffix(page.URL(), "/ban-lam-viec") || page.Count("dialog[open]") != 0 {
		t.Error("letters typed into a box are taken for keys")
	}
}

func TestErrorsTakeTheFocusAndLeadToTheirFields(t *testing.T) {
	server := httptest.NewServer(New(galleryConfig(clerk)).Handler(galleryRoutes()))
	t.Cleanup(server.Close)
	page := browser.New(t, browser.Options{JavaScript: true})
	page.Open(server.URL + "/bieu-mau")
	if !strings.HasPrefix(page.Title(), "Lỗi: ") {
		t.Errorf("the title is %q", page.Title())
	}
	page.Press("Tab") // from the summary, which has the focus, to its first link
	page.Press("Enter")
	if page.Count("#ho_ten:focus") != 1 {
		t.Error("the first error does not lead to its field")
	}
	if page.Count("#giay_to-3-more.govuk-checkboxes__conditional--hidden") != 1 {
		t.Error("what nobody chose is shown")
	}
	if got := page.Text("#ghi_chu-info ~ .govuk-character-count__status"); !strings.Contains(got, "Còn 182 ký tự") {
		t.Errorf("the count says %q", got)
	}
}

func TestQuestionsAreAllThereWithoutScript(t *testing.T) {
	server := httptest.NewServer(New(galleryConfig(clerk)).Handler(galleryRoutes()))
	t.Cleanup(server.Close)
	page := browser.New(t, browser.Options{})
	page.Open(server.URL + "/bieu-mau")
	page.See("Tên giấy tờ")
	page.See("Nhiều nhất 200 ký tự")
	page.FitsWidth()
	page.Screenshot("web-bieu-mau-nojs.png")
}
