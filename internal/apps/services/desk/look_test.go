package desk_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"benso/internal/testkit/browser"
)

// scenes are the pages of the desk in the states that matter, each opened anew.
func (w *world) scenes() []scene {
	w.t.Helper()
	var all []scene
	add := func(name string, p page) { all = append(all, scene{name, p}) }
	intake := w.filed("Nguyễn Thị Ánh Nguyệt")
	w.filed("Trần Lê Hoàng Minh Quân")
	check, sign := w.accepted("Lê Thị Cúc"), w.proposed("Phạm Văn Dũng")
	add("queue", w.clerk.open(home+"?hang=tat-ca"))
	add("queue-mine", w.clerk.open(home+"?hang=cua-toi"))
	add("queue-unknown", w.clerk.get(home+"/mo?so=BS-261123-99999"))
	add("intake", w.clerk.open(home+"/"+intake.ID))
	add("request", w.clerk.get(home+"/"+intake.ID+"/yeu-cau-bo-sung"))
	add("request-wrong", w.clerk.open(home+"/"+intake.ID+"/yeu-cau-bo-sung").press("yeu-cau-bo-sung", "wrong-0", "Ảnh mờ"))
	add("refuse", w.clerk.open(home+"/"+intake.ID+"/tu-choi"))
	add("confirm", w.clerk.open(home+"/"+intake.ID+"/tu-choi").press("tu-choi", "reason", "Không thuộc thẩm quyền của xã.\nĐề nghị nộp tại xã Mỏ Cày."))
	add("check", w.checker.open(home+"/"+check.ID))
	add("check-wrong", w.checker.open(home+"/"+check.ID).press("trinh-ky"))
	add("sign", w.signer.open(home+"/"+sign.ID))
	add("assign", w.head.open(home+"/"+check.ID))
	refusal := w.checker.open(home + "/" + check.ID + "/trinh-tu-choi")
	w.second.open(home + "/" + check.ID).press("nhan-viec")
	add("stale", refusal.press("trinh-tu-choi", "reason", "Không thuộc thẩm quyền"))
	add("slip", w.clerk.get(home+"/"+check.ID+"/phieu/receipt"))
	w.signer.open(home + "/" + sign.ID).press("ky")
	add("handover", w.clerk.open(home+"/"+sign.ID))
	add("counter", w.clerk.open(home+"/"+atTheCounter+"?thu-tuc="+"1.001193"))
	action, v := w.atCounter(w.clerk)
	add("counter-opened", w.clerk.upload(action, v, "", "", nil))
	v.Set("phone", "1")
	add("counter-wrong", w.clerk.upload(action, v, "", "", nil))
	return all
}

// sets are the scenes, each set in a world of its own.
var sets = map[string]func(*world) []scene{"desk": (*world).scenes, "corrections": (*world).corrections, "consultations": (*world).consultations, "counter": (*world).counterScenes, "signing": (*world).signingScenes}

type scene struct {
	name string
	page page
}

func TestEveryPageIsSoundHTML(t *testing.T) {
	for name, scenes := range sets {
		t.Run(name, func(t *testing.T) {
			for _, s := range scenes(newWorld(t)) {
				t.Run(s.name, func(t *testing.T) { sound(t, s.page.doc) })
			}
		})
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
			if slices.Contains(keys, k) {
				t.Errorf("the key %q stands twice", k)
			}
			if strings.Contains("bhpst0123456789", k) {
				t.Errorf("the key %q is a letter of codes and addresses", k)
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
	for name, scenes := range sets {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.look(scenes(w))
		})
	}
}

// look opens every scene in a browser, narrow and wide.
func (w *world) look(all []scene) {
	t := w.t
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if name, ok := strings.CutPrefix(r.URL.Path, "/scene/"); ok {
			i := slices.IndexFunc(all, func(s scene) bool { return s.name == name })
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			if _, err := rw.Write([]byte(strings.Replace(all[i].page.Body, `http-equiv="refresh"`, `name="was-refresh"`, 1))); err != nil {
				t.Error(err)
			}
			return
		}
		w.site.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	for _, width := range []int{360, 1280} {
		look := browser.New(t, browser.Options{Width: width, JavaScript: true})
		for _, s := range all {
			look.Open(server.URL + "/scene/" + s.name)
			look.Axe()
			look.FitsWidth()
			look.Screenshot(fmt.Sprintf("desk-%s-%d.png", s.name, width))
		}
	}
}

// key is what a key of the page presses.
func (g page) key(k string) *html.Node {
	g.t.Helper()
	for d := range g.doc.Descendants() {
		if d.Type == html.ElementNode && attr(d, "data-shortcut") == k {
			return d
		}
	}
	g.t.Fatalf("no key %q on the page", k)
	return nil
}

func TestClerkTakesADossierInWithOneKeyAndOpensTheNextWithAnother(t *testing.T) {
	w := newWorld(t)
	first, second := w.filed("Trẻ Một"), w.filed("Trẻ Hai")
	sheet := w.clerk.open(attr(w.clerk.open(home).key("o"), "href"))
	form, ok := sheet.find("tiep-nhan")
	if !ok || !slices.Contains(slices.Collect(form.Descendants()), sheet.key("a")) {
		t.Fatal("the key a does not send the form that accepts")
	}
	after := sheet.press("tiep-nhan").follow()
	if w.now(first.ID).Code == "" {
		t.Fatal("the first of the list was not taken in")
	}
	if got := attr(after.key("i"), "href"); got != home+"/"+first.ID+"/phieu/receipt" {
		t.Errorf("the key i opens %s", got)
	}
	w.clerk.open(attr(after.key("n"), "href")).has("Trẻ Hai")
	if to := attr(after.key("n"), "href"); !strings.Contains(to, second.ID) {
		t.Errorf("the key n leads to %s", to)
	}
}
