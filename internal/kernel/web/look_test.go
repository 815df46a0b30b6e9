package web

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

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
