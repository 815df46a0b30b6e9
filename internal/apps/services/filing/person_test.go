package filing

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/portal"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/file"
	"benso/internal/kernel/file/resumable"
	"benso/internal/kernel/web"
)

// town is a site with the applicant's pages over the real pack.
type town struct {
	*dossier.Room
	clock *clock.Fake
	site  http.Handler
	pages Pages
}

// visitors tells the site who asks by the account in a cookie.
type visitors struct{}

func (visitors) Actor(r *http.Request) (access.Actor, error) {
	c, err := r.Cookie("who")
	if err != nil {
		return access.Actor{}, nil
	}
	return servicestest.Applicant(c.Value), nil
}

func newTown(t *testing.T) town {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{Dir: databasetest.SQLiteDir(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return townOn(t, db)
}

// townOn is newTown over a database of the test's own.
func townOn(t *testing.T, db *database.DB) town {
	t.Helper()
	room, now := servicestest.NewRoom(t, db)
	return townOf(t, room, now)
}

func townOf(t *testing.T, room *dossier.Room, now *clock.Fake) town {
	t.Helper()
	coming, err := resumable.Open(filepath.Join(t.TempDir(), "uploads"))
	if err != nil {
		t.Fatal(err)
	}
	pages := Pages{Room: room, Uploads: coming, Contacts: func(context.Context, string) (phone, email string, err error) {
		return "0987654321", "mai@benso.example", nil
	}}
	site := web.New(web.Config{
		Province: "Tỉnh Vĩnh Long", Sessions: visitors{}, Clock: now, Log: slog.New(slog.DiscardHandler),
		Sections: []web.Section{
			{ID: "procedures", Key: "portal.list_title", URL: "/thu-tuc", Access: access.Public},
			{ID: "mine", Key: "filing.mine", URL: pathMine, Access: access.SignedIn},
			{ID: "track", Key: "filing.track_title", URL: pathTrack, Access: access.Public},
		},
	})
	return town{Room: room, clock: now, pages: pages, site: site.Handler(pages, portal.New(room.Catalogue, &portal.Guide{}, now))}
}

func (w town) official(t *testing.T, role string) access.Actor {
	return servicestest.Official(t, w.Room, role, role, servicestest.Agency)
}

func (w town) act(d dossier.Dossier) dossier.Act {
	return dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}
}

// own is the only dossier of an account.
func (w town) own(t *testing.T, account string) dossier.Dossier {
	t.Helper()
	all, err := dossier.OwnAll(t.Context(), w.DB.Read(), account)
	if err != nil || len(all) != 1 {
		t.Fatalf("%s has %d dossiers, want one: %v", account, len(all), err)
	}
	return all[0]
}

func must(t *testing.T) func(dossier.Dossier, error) dossier.Dossier {
	return func(d dossier.Dossier, err error) dossier.Dossier {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

// person uses the site as a browser without JavaScript does.
type person struct {
	t    *testing.T
	town town
	who  string // account; empty for a stranger
	// of the page that is shown
	url    *url.URL
	status int
	doc    *html.Node
	body   string
	sent   func() // sends the last form again
	flash  *http.Cookie
}

func (w town) person(t *testing.T, account string) *person {
	return &person{t: t, town: w, who: account, url: &url.URL{Path: "/"}}
}

func (p *person) do(r *http.Request) {
	p.t.Helper()
	for range 8 {
		if p.who != "" {
			r.AddCookie(&http.Cookie{Name: "who", Value: p.who})
		}
		if p.flash != nil {
			r.AddCookie(p.flash)
		}
		rec := httptest.NewRecorder()
		p.town.site.ServeHTTP(rec, r)
		p.url, p.status, p.body = r.URL, rec.Code, rec.Body.String()
		for _, c := range rec.Result().Cookies() {
			if p.flash = c; c.MaxAge < 0 {
				p.flash = nil
			}
		}
		if rec.Code != http.StatusSeeOther && rec.Code != http.StatusMovedPermanently {
			doc, err := html.Parse(strings.NewReader(p.body))
			if err != nil {
				p.t.Fatal(err)
			}
			p.doc = doc
			return
		}
		to, err := r.URL.Parse(rec.Header().Get("Location"))
		if err != nil {
			p.t.Fatal(err)
		}
		r = httptest.NewRequest(http.MethodGet, to.String(), nil)
	}
	p.t.Fatal("the redirects do not end")
}

func (p *person) open(address string) *person {
	p.t.Helper()
	to, err := p.url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.do(httptest.NewRequest(http.MethodGet, to.String(), nil))
	return p
}

// tab is another tab on the same page.
func (p *person) tab() *person {
	other := *p
	return &other
}

// upload is a file that a person chooses.
type sentFile struct {
	field, name string
	data        []byte
}

// press fills in the form that has the button and presses it.
func (p *person) press(button string, answers map[string]string, files ...sentFile) *person {
	p.t.Helper()
	form, pressed := p.formOf(button)
	values := inputs(form)
	for name, value := range answers {
		if !values.known[name] {
			p.t.Fatalf("%s: the form has no input %q, only %v", p.url, name, slices.Sorted(maps.Keys(values.known)))
		}
		values.set[name] = []string{value}
	}
	if name := attr(pressed, "name"); name != "" {
		values.set.Set(name, attr(pressed, "value"))
	}
	action, err := p.url.Parse(attr(form, "action"))
	if err != nil {
		p.t.Fatal(err)
	}
	if strings.EqualFold(attr(form, "method"), "get") {
		action.RawQuery = values.set.Encode()
		return p.open(action.String())
	}
	kind, body := "application/x-www-form-urlencoded", values.set.Encode()
	if attr(form, "enctype") == "multipart/form-data" {
		kind, body = p.multipart(values.set, files)
	} else if len(files) > 0 {
		p.t.Fatalf("%s: files in a form that cannot carry them", p.url)
	}
	p.sent = func() {
		r := httptest.NewRequest(http.MethodPost, action.String(), strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		p.do(r)
	}
	p.sent()
	return p
}

func (p *person) multipart(values url.Values, files []sentFile) (kind, body string) {
	p.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, v := range values[name] {
			if err := w.WriteField(name, v); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.field, f.name)
		if err == nil {
			_, err = part.Write(f.data)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		p.t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func (p *person) formOf(button string) (form, pressed *html.Node) {
	p.t.Helper()
	for n := range p.doc.Descendants() {
		if n.Data == "button" && strings.Join(strings.Fields(text(n)), " ") == button {
			for form = n.Parent; form != nil && form.Data != "form"; form = form.Parent {
			}
			if form != nil {
				return form, n
			}
		}
	}
	p.t.Fatalf("%s (%d) has no button %q:\n%s", p.url, p.status, button, p.words())
	return nil, nil
}

// formValues are what a form would send, and the names it knows.
type formValues struct {
	set   url.Values
	known map[string]bool
}

func inputs(form *html.Node) formValues {
	v := formValues{url.Values{}, map[string]bool{}}
	for n := range form.Descendants() {
		name := attr(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		switch n.Data {
		case "textarea":
			v.set.Add(name, strings.TrimPrefix(text(n), "\n"))
		case "select":
			for o := range n.Descendants() {
				if _, on := has(o, "selected"); o.Data == "option" && on {
					v.set.Set(name, attr(o, "value"))
				}
			}
		case "input":
			switch attr(n, "type") {
			case "file":
				continue
			case "radio", "checkbox":
				if _, on := has(n, "checked"); on {
					v.set.Add(name, attr(n, "value"))
				}
			default:
				v.set.Add(name, attr(n, "value"))
			}
		default:
			continue
		}
		v.known[name] = true
	}
	return v
}

func attr(n *html.Node, name string) string {
	v, _ := has(n, name)
	return v
}

func has(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(text(c))
	}
	return b.String()
}

// words are the page's text, each run of blanks as one.
func (p *person) words() string {
	for n := range p.doc.Descendants() {
		if n.Data == "main" {
			return strings.Join(strings.Fields(text(n)), " ")
		}
	}
	return strings.Join(strings.Fields(p.body), " ")
}

func (p *person) sees(words ...string) *person {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.words(), w) {
			p.t.Errorf("%s (%d) does not say %q:\n%s", p.url, p.status, w, p.words())
		}
	}
	return p
}

func (p *person) seesNot(words ...string) *person {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.body, w) {
			p.t.Errorf("%s (%d) says %q:\n%s", p.url, p.status, w, p.words())
		}
	}
	return p
}

func (p *person) gets(status int) *person {
	p.t.Helper()
	if p.status != status {
		p.t.Errorf("%s answers %d, want %d:\n%s", p.url, p.status, status, p.words())
	}
	return p
}

// at checks the end of the address.
func (p *person) at(end string) *person {
	p.t.Helper()
	if !strings.HasSuffix(p.url.Path, end) {
		p.t.Fatalf("the page is %s (%d), want …%s:\n%s", p.url, p.status, end, p.words())
	}
	return p
}

// value is what stands in an input.
func (p *person) value(name string) string {
	p.t.Helper()
	for n := range p.doc.Descendants() {
		if n.Data == "form" {
			if v := inputs(n); v.known[name] {
				return v.set.Get(name)
			}
		}
	}
	p.t.Fatalf("%s has no input %q", p.url, name)
	return ""
}

// link gives the address of a link by its words.
func (p *person) link(words string) string {
	p.t.Helper()
	for n := range p.doc.Descendants() {
		if n.Data == "a" && strings.Contains(strings.Join(strings.Fields(text(n)), " "), words) {
			return attr(n, "href")
		}
	}
	p.t.Fatalf("%s has no link %q:\n%s", p.url, words, p.words())
	return ""
}

// photo is a picture that any phone could have taken; seed makes each another.
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

const (
	goOn   = "Lưu và tiếp tục"
	toSend = "Gửi hồ sơ"
	begin  = "Nộp hồ sơ trực tuyến"
)

// step is one page of birth registration and what a mother answers.
type step struct {
	page    string
	answers map[string]string
	files   []sentFile
}

// birth is the whole form as a mother fills it in, with two photos.
func birth(child string) []step {
	c := servicestest.Commune
	return []step{
		{page: "relation", answers: map[string]string{"relation": "mother"}},
		{page: "contact", answers: map[string]string{"phone": "0912 345 678"}},
		{page: "commune", answers: map[string]string{"commune-commune": c}},
		{page: "child", answers: map[string]string{"child_name": child, "child_sex": "female"}},
		{page: "birth", answers: map[string]string{"child_born-day": "10", "child_born-month": "11", "child_born-year": "2026", "birth_place": "Trạm y tế xã, tỉnh Vĩnh Long"}},
		{page: "parents", answers: map[string]string{"parents": "mother"}},
		{page: "mother", answers: map[string]string{"mother-name": "Nguyễn Thị Mai", "mother-born-day": "2", "mother-born-month": "5", "mother-born-year": "1998",
			"mother-citizen": "083198004321", "mother-ethnicity": "Kinh", "mother-residence-street": "Ấp 3"}},
		{page: "origin", answers: map[string]string{"home_town-commune": c, "child_ethnicity": "Kinh"}},
		{page: "proof", answers: map[string]string{"proof": "certificate"}},
		{page: "proof_paper", files: []sentFile{{"birth_certificate", "mặt trước.jpg", photo(1)}, {"birth_certificate", "mặt sau.jpg", photo(2)}}},
		{page: "surrogacy", answers: map[string]string{"by_surrogacy": "no"}},
		{page: "receive", answers: map[string]string{"receive": "desk"}},
		{page: "notes"},
	}
}

// begins starts birth registration from its public page.
func (p *person) begins() *person {
	p.t.Helper()
	return p.open("/thu-tuc/"+servicestest.Birth).press(begin, nil).at("/relation")
}

// fills answers page after page, as far as the page named.
func (p *person) fills(until, child string) *person {
	p.t.Helper()
	for _, s := range birth(child) {
		p.at("/" + s.page)
		if s.page == until {
			return p
		}
		p.press(goOn, s.answers, s.files...)
	}
	return p.at("/" + checkPage)
}

// files sends a whole dossier and gives it.
func (w town) files(t *testing.T, account, child string) dossier.Dossier {
	t.Helper()
	w.person(t, account).begins().fills("", child).press(toSend, nil).at("/da-nop")
	return w.own(t, account)
}

// proposeResult attaches a paper as the result and proposes it.
func (w town) proposeResult(t *testing.T, checker access.Actor, d dossier.Dossier) (dossier.Dossier, error) {
	t.Helper()
	blob, err := w.Files.Receive(t.Context(), bytes.NewReader(photo(9)), file.Meta{Name: "giấy khai sinh.jpg"})
	if err != nil {
		return dossier.Dossier{}, err
	}
	if _, err := w.AttachResult(t.Context(), checker, d.ID, blob); err != nil {
		return dossier.Dossier{}, err
	}
	return w.Propose(t.Context(), checker, w.act(d), dossier.Result{Number: "15/2026", Book: "Quyển 01", On: "2026-11-23"})
}
