package register

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/testkit/browser"
)

type scene struct {
	name string
	page answer
}

// scenes are the pages of the register in the states that matter.
func (w *world) scenes() []scene {
	w.t.Helper()
	var all []scene
	add := func(name string, p answer) { all = append(all, scene{name, p}) }
	add("empty", w.clerk.open(office.PathRegister))
	w.filed("Nguyễn Thị Ánh Nguyệt")
	one := w.accepted("Trần Lê Hoàng Minh Quân")
	two := w.accepted("Phạm Văn Dũng")
	w.clerk.post(pathViews, url.Values{"name": {"Đang mở, đến hạn trước"}, "loc": {"trang-thai=mo&xep=han"}, "shared": {"yes"}})
	w.clerk.post(pathViews, url.Values{"name": {"Tuần này"}, "loc": {"nop-tu=2026-11-23"}})
	add("list", w.clerk.open(office.PathRegister))
	add("filtered", w.clerk.open(office.PathRegister+"?trang-thai=mo&nop-tu=2026-11-01&thu-tuc=khai+sinh"))
	add("meant", w.clerk.open(office.PathRegister+"?q=phan+van+dugn"))
	add("wrong", w.clerk.open(office.PathRegister+"?nop-tu=31/02"))
	add("name-wrong", w.clerk.post(pathViews, url.Values{"name": {""}, "loc": {"q=a"}}))
	add("head", w.head.open(office.PathRegister+"?chon=het"))
	add("leader", w.leader.open(office.PathRegister))
	add("views", w.clerk.open(pathViews))
	boxes := w.head.open(office.PathRegister + "?chon=het").values("chon")
	add("give", w.head.post(office.PathGive, url.Values{"chon": boxes}))
	_, err := w.room.Take(w.t.Context(), w.second.actor, dossier.Act{ID: two.ID, Version: two.Version, Key: database.NewID()})
	w.must(err)
	add("given", w.head.post(office.PathGive, url.Values{"chon": boxes, "to": {"checker"}, "sure": {"1"}}))
	add("give-none", w.head.post(office.PathGive, url.Values{}))
	add("people", w.clerk.open(office.PathPeople))
	add("people-found", w.clerk.open(office.PathPeople+"?q=nguyen+mai"))
	add("people-none", w.clerk.open(office.PathPeople+"?q=xyz"))
	add("person", w.clerk.open(pathPerson+"/"+one.ID))
	return all
}

func TestEveryPageIsSoundHTML(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	for _, s := range w.scenes() {
		t.Run(s.name, func(t *testing.T) { sound(t, s.page.doc) })
	}
}

// sound holds what must be true of every page.
func sound(t *testing.T, doc *html.Node) {
	t.Helper()
	ids, labelled, keys := map[string]bool{}, map[string]bool{}, []string{}
	h1 := 0
	for d := range doc.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		if id := attr(d, "id"); id != "" {
			if ids[id] {
				t.Errorf("the id %q stands twice", id)
			}
			ids[id] = true
		}
		if d.Data == "h1" {
			h1++
		}
		if d.Data == "label" {
			labelled[attr(d, "for")] = true
		}
		if k := attr(d, "data-shortcut"); k != "" {
			if slices.Contains(keys, k) || strings.Contains("bhpst0123456789", k) {
				t.Errorf("the key %q stands twice, or is a letter of codes and addresses", k)
			}
			keys = append(keys, k)
		}
		for _, a := range d.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s carries %s inline", d.Data, a.Key)
			}
		}
	}
	if h1 != 1 {
		t.Errorf("%d h1, want one", h1)
	}
	for d := range doc.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		input := d.Data == "textarea" || d.Data == "select" || d.Data == "input" && attr(d, "type") != "hidden"
		if input && !labelled[attr(d, "id")] {
			t.Errorf("%s %q has no label", d.Data, attr(d, "name"))
		}
		for _, id := range strings.Fields(attr(d, "aria-describedby") + " " + attr(d, "aria-labelledby")) {
			if !ids[id] {
				t.Errorf("%s names %q, which is not on the page", d.Data, id)
			}
		}
		if to := attr(d, "href"); d.Data == "a" && strings.HasPrefix(to, "#") && len(to) > 1 && !ids[to[1:]] {
			t.Errorf("a link leads to %s, which is not on the page", to)
		}
		if d.Data == "form" && attr(d, "method") == "post" {
			n := 0
			for x := range d.Descendants() {
				if x.Type == html.ElementNode && attr(x, "name") == "key" && len(attr(x, "value")) == 26 {
					n++
				}
			}
			if n != 1 {
				t.Errorf("the form to %s has %d keys", attr(d, "action"), n)
			}
		}
	}
}

func TestEveryPageIsAccessibleAndFitsInABrowser(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	all := w.scenes()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if name, ok := strings.CutPrefix(r.URL.Path, "/scene/"); ok {
			i := slices.IndexFunc(all, func(s scene) bool { return s.name == name })
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			if _, err := rw.Write([]byte(all[i].page.Body)); err != nil {
				t.Error(err)
			}
			return
		}
		w.site.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	for _, width := range []int{320, 1280} {
		look := browser.New(t, browser.Options{Width: width, JavaScript: true})
		for _, s := range all {
			look.Open(server.URL + "/scene/" + s.name)
			look.Axe()
			look.FitsWidth()
			look.Screenshot(fmt.Sprintf("register-%s-%d.png", s.name, width))
		}
	}
}
