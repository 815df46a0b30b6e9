package register

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/people"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/web"
	"benso/packs"
)

// staff knows the officials of the tests, and one person's account.
type staff struct {
	members []identity.Member
}

func (s staff) Names(_ context.Context, accounts ...string) (map[string]string, error) {
	names := map[string]string{}
	for _, a := range accounts {
		names[a] = "Trần Văn " + a
	}
	return names, nil
}

func (s staff) Members(_ context.Context, agency, _ string) ([]identity.Member, error) {
	if agency != servicestest.Agency {
		return nil, nil
	}
	return s.members, nil
}

func (s staff) ByHandle(_ context.Context, h identity.Handle) ([]identity.Account, error) {
	switch h.Value {
	case "0912345678":
		return []identity.Account{{ID: "mai", Kind: identity.Person, Name: "Nguyễn Thị Mai"}}, nil
	case "0977777777":
		return []identity.Account{{ID: "elsewhere", Kind: identity.Person, Name: "Lê Văn Khác"}}, nil
	}
	return nil, nil
}

func (s staff) ByCitizen(_ context.Context, number string) (identity.Account, error) {
	if number == "083198004321" {
		return identity.Account{ID: "mai", Kind: identity.Person, Name: "Nguyễn Thị Mai"}, nil
	}
	return identity.Account{}, fault.Missing("account", "citizen")
}

// printed keeps what was to be printed.
type printed struct{ book Book }

func (p *printed) Register(b Book) ([]byte, error) {
	p.book = b
	return []byte("%PDF-"), nil
}

type world struct {
	t       *testing.T
	room    *dossier.Room
	clock   *clock.Fake
	site    http.Handler
	printed *printed

	clerk, checker, second, head, leader, other person
}

type sessions map[string]access.Actor

func (s sessions) Actor(r *http.Request) (access.Actor, error) {
	return s[r.Header.Get("X-Test-Account")], nil
}

func newWorld(t *testing.T, db *database.DB) *world {
	t.Helper()
	room, now := servicestest.NewRoom(t, db)
	roles, problems := access.Load(packs.Bentre())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w := &world{t: t, room: room, clock: now, printed: &printed{}}
	known := sessions{}
	hire := func(account, role, agency string) person {
		known[account] = servicestest.Official(t, room, account, role, agency)
		return person{w, known[account]}
	}
	w.clerk, w.checker, w.second = hire("clerk", "clerk", servicestest.Agency), hire("checker", "specialist", servicestest.Agency), hire("second", "specialist", servicestest.Agency)
	w.head, w.leader, w.other = hire("head", "head", servicestest.Agency), hire("leader", "leader", "ubnd-86"), hire("other", "clerk", servicestest.Neighbour)
	officials := staff{[]identity.Member{
		{Account: "clerk", Name: "Trần Văn clerk", Role: "clerk"}, {Account: "checker", Name: "Trần Văn checker", Role: "specialist"}, {Account: "second", Name: "Trần Văn second", Role: "specialist"},
	}}
	w.site = web.New(web.Config{Province: "Tỉnh Vĩnh Long", Sessions: known, Clock: now, Log: slog.New(slog.DiscardHandler),
		Sections: []web.Section{{ID: "desk", Key: "desk.title", URL: "/ban-lam-viec", Access: access.DossierRead}}}).
		Handler(Pages{Office: office.Office{Room: room, Officials: officials, Roles: roles}, People: people.Finder{Room: room, Citizens: officials}, NewSheet: newCSV, Print: w.printed})
	return w
}

// each runs a test on both databases.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) { fn(t, newWorld(t, db)) })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// filed is a dossier about a child, sent from home by a mother.
func (w *world) filed(child string) dossier.Dossier {
	return w.filedBy(child, "mai", "Nguyễn Thị Mai", "0912345678")
}

func (w *world) filedBy(child, account, mother, phone string) dossier.Dossier {
	w.t.Helper()
	ctx, who := w.t.Context(), access.Actor{Account: account, Kind: identity.Person}
	p, err := w.room.Catalogue.Procedure(servicestest.Birth)
	w.must(err)
	d, err := w.room.Start(ctx, who, p, dossier.Online, "", database.NewID())
	w.must(err)
	answers := servicestest.BirthAnswers(child, form.File{})
	answers["phone"] = form.Value{Text: phone}
	m := answers["mother"]
	m.Parts["name"] = form.Value{Text: mother}
	if account != "mai" { // nobody has another one's number
		m.Parts["citizen"] = form.Value{Text: "083190000321"}
	}
	d, err = w.room.SavePage(ctx, who, d.ID, "all", 0, func(form.Answers) form.Answers { return answers })
	w.must(err)
	filed, err := w.room.Send(ctx, who, d.ID, d.Version, "vi")
	w.must(err)
	return filed
}

func (w *world) accepted(child string) dossier.Dossier {
	w.t.Helper()
	d := w.filed(child)
	d, err := w.room.Accept(w.t.Context(), w.clerk.actor, dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}, dossier.Given{}, nil)
	w.must(err)
	return d
}

func (w *world) now(id string) dossier.Dossier {
	w.t.Helper()
	d, err := dossier.ByID(w.t.Context(), w.room.DB.Read(), id)
	w.must(err)
	return d
}

// journaled are the ids of the rows of an action, in the order of the rows.
func (w *world) journaled(action string) []string {
	w.t.Helper()
	rows, err := w.room.DB.Read().QueryContext(w.t.Context(), `SELECT ids FROM journal WHERE action = $1 ORDER BY id`, action)
	w.must(err)
	var all []string
	for rows.Next() {
		var ids string
		w.must(rows.Scan(&ids))
		all = append(all, ids)
	}
	w.must(rows.Err())
	w.must(rows.Close())
	return all
}

type person struct {
	w     *world
	actor access.Actor
}

// page is what came back.
type answer struct {
	t      *testing.T
	who    person
	Status int
	To     string
	Head   http.Header
	Body   string
	doc    *html.Node
}

func (p person) send(r *http.Request) answer {
	p.w.t.Helper()
	r.Header.Set("X-Test-Account", p.actor.Account)
	rec := httptest.NewRecorder()
	p.w.site.ServeHTTP(rec, r)
	doc, err := html.Parse(bytes.NewReader(rec.Body.Bytes()))
	p.w.must(err)
	if strings.Contains(rec.Body.String(), "[register.") {
		p.w.t.Errorf("a text is missing on %s", r.URL)
	}
	return answer{p.w.t, p, rec.Code, rec.Header().Get("Location"), rec.Header(), rec.Body.String(), doc}
}

func (p person) get(path string) answer {
	p.w.t.Helper()
	return p.send(httptest.NewRequest("GET", path, nil))
}

func (p person) open(path string) answer {
	p.w.t.Helper()
	return p.get(path).must(http.StatusOK)
}

func (p person) post(path string, v url.Values) answer {
	p.w.t.Helper()
	if !v.Has("key") {
		v.Set("key", database.NewID())
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.send(r)
}

func (g answer) must(status int) answer {
	g.t.Helper()
	if g.Status != status {
		g.t.Fatalf("status %d, want %d: %s", g.Status, status, g.text())
	}
	return g
}

func (g answer) has(texts ...string) answer {
	g.t.Helper()
	for _, s := range texts {
		if !strings.Contains(g.text(), s) {
			g.t.Errorf("the page does not say %q: %s", s, g.text())
		}
	}
	return g
}

func (g answer) hasNot(texts ...string) answer {
	g.t.Helper()
	for _, s := range texts {
		if strings.Contains(g.text(), s) {
			g.t.Errorf("the page says %q", s)
		}
	}
	return g
}

func (g answer) text() string {
	var b strings.Builder
	in := g.doc
	for d := range g.doc.Descendants() {
		if d.Type == html.ElementNode && d.Data == "main" {
			in = d
		}
	}
	for d := range in.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// values are the values of all inputs of a name.
func (g answer) values(name string) []string {
	var found []string
	for d := range g.doc.Descendants() {
		if d.Type == html.ElementNode && d.Data == "input" && attr(d, "name") == name {
			found = append(found, attr(d, "value"))
		}
	}
	return found
}

// codes are the numbers of the dossiers that a table lists.
func (g answer) rows(id string) int {
	n := 0
	for d := range g.doc.Descendants() {
		if d.Type == html.ElementNode && d.Data == "table" && attr(d, "id") == id {
			for x := range d.Descendants() {
				if x.Type == html.ElementNode && x.Data == "th" && attr(x, "scope") == "row" {
					n++
				}
			}
		}
	}
	return n
}

func (w *world) many(n int) []dossier.Dossier {
	w.t.Helper()
	all := make([]dossier.Dossier, n)
	for i := range all {
		all[i] = w.filed(fmt.Sprintf("Trẻ Thứ %c%c", 'A'+i/26, 'A'+i%26))
	}
	return all
}
