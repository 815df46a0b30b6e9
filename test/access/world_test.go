package access

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/identity"
	"benso/internal/server"
	"benso/internal/server/demo"
	"benso/internal/testkit/robot"
)

// people are the columns of the table. All officials but the last four are those
// of Xã Phú Túc, where the dossiers are filed, or of the province above it.
var people = []person{
	{"stranger", ""},
	{"owner", "nguoidan@benso.example"}, // who filed
	{"other", "0912999888"},             // another applicant
	{"clerk", "motcua@benso.example"},
	{"specialist", "chuyenvien@benso.example"},
	{"signer", "lanhdao@benso.example"},
	{"head", "thutruong@benso.example"},
	{"leader", "tinh@benso.example"},
	{"inspector", "thanhtra@benso.example"},
	{"administrator", "quantri@benso.example"},
	{"neighbour clerk", "motcua.phukhuong@benso.example"},
	{"neighbour specialist", "chuyenvien.phukhuong@benso.example"},
	{"neighbour signer", "lanhdao.phukhuong@benso.example"},
	{"neighbour head", "thutruong.phukhuong@benso.example"},
}

type person struct{ name, handle string }

// knows says who may read the names in the dossiers at all.
var knows = map[string]bool{"owner": true, "clerk": true, "specialist": true, "signer": true, "head": true, "leader": true, "inspector": true}

// What nobody else may read: the child, the mother, her phone and her number.
const (
	child  = "Đoàn Thị Kín Đáo"
	mother = "Đoàn Thị Lặng Lẽ"
	phone  = "0987123450"
	number = "083198777123"
)

var secrets = []string{child, mother, phone, number}

const neighbourhood = "ubnd-28756-2025" // Phường Phú Khương

var morning = time.Date(2026, 11, 23, 8, 30, 0, 0, clock.Zone)

// world is the whole program, served on an address of its own.
type world struct {
	t       *testing.T
	program *server.Program
	clock   *clock.Fake
	base    string
	clients map[string]*client
	writer  *robot.Robot // the owner's browser that fills in forms
	shared  map[string]target
	photos  int
	born    string // the month in which the next child was born; "" for one registered in time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	ts := httptest.NewUnstartedServer(nil)
	w := &world{t: t, clock: clock.NewFake(morning), clients: map[string]*client{}, shared: map[string]target{}}
	c := server.Config{Data: databasetest.SQLiteDir(t), Addr: ts.Listener.Addr().String()}
	var err error
	w.program, err = server.OpenAt(t.Context(), c, log, w.clock)
	w.must(err)
	w.must(w.program.Start(t.Context()))
	w.must(demo.Hire(t.Context(), w.program))
	ts.Config.Handler = w.program.Site
	ts.Start()
	t.Cleanup(func() {
		ts.Close()
		if err := w.program.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	w.base = "http://" + c.Addr
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// crowd hires whom the demonstration does not have, and signs everybody in.
func (w *world) crowd() {
	w.t.Helper()
	w.hire("thutruong.phukhuong@benso.example", "head", neighbourhood, "")
	other := w.client()
	r := other.send("POST", "/dang-ky", url.Values{"key": {database.NewID()}, "name": {"Lê Văn Khác"}, "handle": {"0912999888"}, "password": {demo.Password}}, nil)
	if r.status != http.StatusSeeOther {
		w.t.Fatalf("the other applicant was not registered: %d %.300s", r.status, r.body)
	}
	for _, p := range people {
		switch p.name {
		case "stranger":
			w.clients[p.name] = w.client()
		case "other":
			w.clients[p.name] = other
		default:
			w.clients[p.name] = w.signedIn(p.handle)
		}
	}
	var err error
	w.writer, err = robot.New(w.base)
	w.must(err)
	page, err := w.writer.Post("/dang-nhap", url.Values{"handle": {"nguoidan@benso.example"}, "password": {demo.Password}})
	w.must(err)
	if page.Status != http.StatusOK || page.URL.Path == "/dang-nhap" {
		w.t.Fatalf("the owner was not signed in: %d %s", page.Status, page.URL)
	}
}

// hire gives an official one role, to the last day if there is one.
func (w *world) hire(handle, role, agency string, last database.Date) (account, assignment string) {
	w.t.Helper()
	p := w.program
	h, err := identity.ParseHandle(handle)
	w.must(err)
	pass, err := p.Accounts.Chosen(w.t.Context(), demo.Password)
	w.must(err)
	by := identity.By{Account: "system"}
	w.must(p.DB.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
		if account, _, err = p.Accounts.SaveOfficial(ctx, tx, by, h, "Trần Văn Mới", pass); err != nil {
			return err
		}
		assignment, err = p.Accounts.Give(ctx, tx, by, identity.Assignment{Account: account, Role: role, Agency: agency, From: "2025-07-01", Last: last}, func([]string) error { return nil })
		return err
	}))
	return account, assignment
}

// text reads one value.
func (w *world) text(query string, args ...any) (value string) {
	w.t.Helper()
	w.row([]any{&value}, query, args...)
	return value
}

// account finds who signs in with a handle.
func (w *world) account(handle string) string {
	w.t.Helper()
	return w.text(`SELECT account FROM handles WHERE handle = $1`, handle)
}

func (w *world) actor(handle string) access.Actor {
	w.t.Helper()
	a, err := w.program.Actor(w.t.Context(), w.account(handle))
	w.must(err)
	return a
}

func (w *world) row(into []any, query string, args ...any) {
	w.t.Helper()
	if err := w.program.DB.Read().QueryRowContext(w.t.Context(), query, args...).Scan(into...); err != nil {
		w.t.Fatalf("%s %v: %v", query, args, err)
	}
}

// client sends requests with its cookies and follows nothing: what is looked at
// is the first answer.
type client struct {
	w    *world
	http *http.Client
}

type reply struct {
	status   int
	location string
	body     string
}

func (w *world) client() *client {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &client{w, &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (w *world) signedIn(handle string) *client {
	w.t.Helper()
	c := w.client()
	if r := c.signIn(handle); r.status != http.StatusSeeOther {
		w.t.Fatalf("%s was not signed in: %d %.300s", handle, r.status, r.body)
	}
	return c
}

func (c *client) signIn(handle string) reply {
	return c.send("POST", "/dang-nhap", url.Values{"key": {database.NewID()}, "handle": {handle}, "password": {demo.Password}}, nil)
}

func (c *client) get(path string) reply { return c.send("GET", path, nil, nil) }

func (c *client) send(method, path string, form url.Values, header http.Header) reply {
	c.w.t.Helper()
	req, err := http.NewRequestWithContext(c.w.t.Context(), method, c.w.base+path, strings.NewReader(form.Encode()))
	c.w.must(err)
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := c.http.Do(req)
	c.w.must(err)
	defer func() { _ = res.Body.Close() }() // it was read to its end
	body, err := io.ReadAll(res.Body)
	c.w.must(err)
	return reply{res.StatusCode, res.Header.Get("Location"), string(body)}
}
