package desk_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"benso/internal/apps/services/consult"
	"benso/internal/apps/services/counter"
	"benso/internal/apps/services/desk"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/people"
	"benso/internal/apps/services/queue"
	"benso/internal/apps/services/servicestest"
	"benso/internal/apps/services/signing"
	"benso/internal/apps/services/slips"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/web"
	"benso/packs"
)

// officials is who works at the tests' commune.
type officials struct{ members []identity.Member }

func (o officials) Names(_ context.Context, accounts ...string) (map[string]string, error) {
	names := map[string]string{}
	for _, a := range accounts {
		names[a] = "Trần Văn " + a
	}
	return names, nil
}

// ByHandle and ByCitizen know the applicant of the tests.
func (o officials) ByHandle(_ context.Context, h identity.Handle) ([]identity.Account, error) {
	if h.Value == "0912345678" {
		return []identity.Account{{ID: "mai", Kind: identity.Person, Name: "Nguyễn Thị Mai"}}, nil
	}
	return nil, nil
}

func (o officials) ByCitizen(_ context.Context, number string) (identity.Account, error) {
	if number == "083198004321" {
		return identity.Account{ID: "mai", Kind: identity.Person, Name: "Nguyễn Thị Mai"}, nil
	}
	return identity.Account{}, fault.Missing("account", "citizen")
}

func (o officials) Members(_ context.Context, agency, _ string) ([]identity.Member, error) {
	if agency == servicestest.Neighbour {
		return []identity.Member{{Account: "neighbour", Name: "Trần Văn neighbour", Role: "specialist"}}, nil
	}
	if agency != servicestest.Agency {
		return nil, nil
	}
	return o.members, nil
}

// world is the desk over the real pack, with its people.
type world struct {
	t     *testing.T
	room  *dossier.Room
	clock *clock.Fake
	site  http.Handler
	known sessions

	applicant                                   access.Actor
	clerk, checker, signer, head, other, second person
}

// sessions knows who asks by a header of the test.
type sessions map[string]access.Actor

func (s sessions) Actor(r *http.Request) (access.Actor, error) {
	return s[r.Header.Get("X-Test-Account")], nil
}

func newWorld(t *testing.T) *world {
	t.Helper()
	room, now := servicestest.NewRoom(t, databasetest.SQLite(t))
	roles, problems := access.Load(packs.Bentre())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w := &world{t: t, room: room, clock: now, applicant: servicestest.Applicant("mai")}
	known := sessions{"mai": w.applicant}
	w.known = known
	hire := func(account, role, agency string) person {
		known[account] = servicestest.Official(t, room, account, role, agency)
		return person{w, known[account]}
	}
	w.clerk, w.checker = hire("clerk", "clerk", servicestest.Agency), hire("checker", "specialist", servicestest.Agency)
	w.signer, w.head = hire("signer", "signer", servicestest.Agency), hire("head", "head", servicestest.Agency)
	w.other, w.second = hire("other", "clerk", servicestest.Neighbour), hire("second", "specialist", servicestest.Agency)
	staff := officials{[]identity.Member{
		{Account: "clerk", Name: "Trần Văn clerk", Role: "clerk"}, {Account: "checker", Name: "Trần Văn checker", Role: "specialist"}, {Account: "second", Name: "Trần Văn second", Role: "specialist"},
	}}
	o := office.Office{Room: room, Roles: roles, Officials: staff}
	w.site = web.New(web.Config{Province: "Tỉnh Vĩnh Long", Sessions: known, Clock: now, Log: slog.New(slog.DiscardHandler),
		Sections: []web.Section{{ID: "desk", Key: "desk.title", URL: "/ban-lam-viec", Access: access.DossierRead}}}).
		Handler(queue.Pages{Office: o}, desk.Pages{Office: o}, slips.Pages{Office: o}, consult.Pages{Office: o}, signing.Pages{Office: o}, counter.Pages{Office: o, People: people.Finder{Room: room, Citizens: staff}})
	return w
}

// photo is a picture that any phone could have taken.
func photo(seed int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.Set(i%64, i/64, color.RGBA{uint8(i * (seed + 3)), uint8(i >> 3), uint8(seed), 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// filed is a dossier that somebody sent from home, with a photo.
func (w *world) filed(child string) dossier.Dossier {
	w.t.Helper()
	return w.filedBy(child, "Nguyễn Thị Mai", "0912345678")
}

func (w *world) filedBy(child, mother, phone string) dossier.Dossier {
	w.t.Helper()
	ctx := w.t.Context()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	p, err := w.room.Catalogue.Procedure(servicestest.Birth)
	must(err)
	d, err := w.room.Start(ctx, w.applicant, p, dossier.Online, "", database.NewID())
	must(err)
	blob, err := w.room.Files.Receive(ctx, bytes.NewReader(photo(1)), file.Meta{Name: "giấy chứng sinh.jpg"})
	must(err)
	paper, err := w.room.AttachPaper(ctx, w.applicant, d.ID, "birth_certificate", blob)
	must(err)
	d, err = w.room.SavePage(ctx, w.applicant, d.ID, "all", 0, func(form.Answers) form.Answers {
		answers := servicestest.BirthAnswers(child, servicestest.FormFile(paper))
		answers["phone"] = form.Value{Text: phone}
		answers["mother"].Parts["name"] = form.Value{Text: mother}
		return answers
	})
	must(err)
	filed, err := w.room.Send(ctx, w.applicant, d.ID, d.Version, "vi")
	must(err)
	return filed
}

// now is how a dossier stands.
func (w *world) now(id string) dossier.Dossier {
	w.t.Helper()
	d, err := dossier.ByID(w.t.Context(), w.room.DB.Read(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// person is somebody at a browser without JavaScript.
type person struct {
	w     *world
	actor access.Actor
}

// page is what came back.
type page struct {
	t      *testing.T
	who    person
	Status int
	To     string // where it leads
	Body   string
	doc    *html.Node
}

func (p person) send(r *http.Request) page {
	p.w.t.Helper()
	r.Header.Set("X-Test-Account", p.actor.Account)
	rec := httptest.NewRecorder()
	p.w.site.ServeHTTP(rec, r)
	doc, err := html.Parse(bytes.NewReader(rec.Body.Bytes()))
	if err != nil {
		p.w.t.Fatal(err)
	}
	if strings.Contains(rec.Body.String(), "[desk.") || strings.Contains(rec.Body.String(), "desk.act_") {
		p.w.t.Errorf("a text is missing on %s", r.URL)
	}
	return page{p.w.t, p, rec.Code, rec.Header().Get("Location"), rec.Body.String(), doc}
}

func (p person) get(path string) page {
	p.w.t.Helper()
	return p.send(httptest.NewRequest("GET", path, nil))
}

// open is get of a page that must be there.
func (p person) open(path string) page {
	p.w.t.Helper()
	got := p.get(path)
	if got.Status != http.StatusOK {
		p.w.t.Fatalf("GET %s: status %d", path, got.Status)
	}
	return got
}

func (p person) post(path string, v url.Values) page {
	p.w.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.send(r)
}

func (p person) upload(path string, v url.Values, field, name string, content []byte) page {
	p.w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, values := range v {
		for _, s := range values {
			if err := m.WriteField(k, s); err != nil {
				p.w.t.Fatal(err)
			}
		}
	}
	if field != "" {
		f, err := m.CreateFormFile(field, name)
		if err == nil {
			_, err = f.Write(content)
		}
		if err != nil {
			p.w.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		p.w.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", path, io.Reader(&b))
	r.Header.Set("Content-Type", m.FormDataContentType())
	return p.send(r)
}

func (g page) must(status int) page {
	g.t.Helper()
	if g.Status != status {
		g.t.Fatalf("status %d, want %d: %s", g.Status, status, g.text())
	}
	return g
}

// follow goes where the answer leads.
func (g page) follow() page {
	g.t.Helper()
	g.must(http.StatusSeeOther)
	return g.who.open(g.To)
}

func (g page) has(texts ...string) page {
	g.t.Helper()
	all := g.text()
	for _, s := range texts {
		if !strings.Contains(all, s) {
			g.t.Errorf("the page does not say %q", s)
		}
	}
	return g
}

func (g page) hasNot(texts ...string) page {
	g.t.Helper()
	all := g.text()
	for _, s := range texts {
		if strings.Contains(all, s) {
			g.t.Errorf("the page says %q", s)
		}
	}
	return g
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// text is what the main part says.
func (g page) text() string {
	for d := range g.doc.Descendants() {
		if d.Type == html.ElementNode && d.Data == "main" {
			return textOf(d)
		}
	}
	return textOf(g.doc)
}

// links are where the page's main part leads to.
func (g page) links() []string {
	var to []string
	for d := range g.doc.Descendants() {
		if d.Type == html.ElementNode && d.Data == "a" {
			to = append(to, attr(d, "href"))
		}
	}
	return to
}

// offers says whether the page has a form or a link for an act.
func (g page) offers(path string) bool {
	for _, to := range g.links() {
		if strings.Contains(to+"?", "/"+path+"?") {
			return true
		}
	}
	_, ok := g.find(path)
	return ok
}

func (g page) find(path string) (*html.Node, bool) {
	for d := range g.doc.Descendants() {
		if d.Type == html.ElementNode && d.Data == "form" && attr(d, "method") == "post" && strings.HasSuffix(attr(d, "action"), "/"+path) {
			return d, true
		}
	}
	return nil, false
}

// form reads the form that leads to path as a browser would send it untouched.
func (g page) form(path string) (action string, v url.Values) {
	g.t.Helper()
	f, ok := g.find(path)
	if !ok {
		g.t.Fatalf("no form leads to %s: %s", path, g.text())
	}
	v = url.Values{}
	for d := range f.Descendants() {
		if d.Type != html.ElementNode || attr(d, "name") == "" {
			continue
		}
		switch d.Data {
		case "input":
			switch attr(d, "type") {
			case "radio", "checkbox":
				if hasAttr(d, "checked") {
					v.Add(attr(d, "name"), attr(d, "value"))
				}
			case "file":
			default:
				v.Add(attr(d, "name"), attr(d, "value"))
			}
		case "textarea":
			v.Add(attr(d, "name"), strings.TrimPrefix(rawText(d), "\n"))
		case "select":
			for o := range d.Descendants() {
				if o.Type == html.ElementNode && o.Data == "option" && hasAttr(o, "selected") {
					v.Set(attr(d, "name"), attr(o, "value"))
				}
			}
		}
	}
	return attr(f, "action"), v
}

func rawText(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

// fill is form with some inputs changed: name, value, name, value.
func (g page) fill(path string, pairs ...string) (string, url.Values) {
	g.t.Helper()
	action, v := g.form(path)
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return action, v
}

// press sends a form of the page.
func (g page) press(path string, pairs ...string) page {
	g.t.Helper()
	action, v := g.fill(path, pairs...)
	return g.who.post(action, v)
}
