package inbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/inbox"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/notify"
	"benso/internal/kernel/web"
	"benso/internal/testkit/robot"
)

// sessions believe a cookie that names somebody.
type sessions struct{}

func (sessions) Actor(r *http.Request) (access.Actor, error) {
	c, err := r.Cookie("who")
	if err != nil {
		return access.Actor{}, nil
	}
	kind := identity.Person
	if c.Value == "clerk" {
		kind = identity.Official
	}
	return access.Actor{Account: c.Value, Name: c.Value, Kind: kind}, nil
}

type world struct {
	t       *testing.T
	db      *database.DB
	notices *notify.Room
	clock   *clock.Fake
	base    string
}

func newWorld(t *testing.T, db *database.DB) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))}
	w.notices = notify.New(notify.Config{DB: db, Clock: w.clock})
	mark := web.Routes{{Pattern: "GET /ho-so/{id}", Access: access.SignedIn, Handler: func(rw http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(rw, "landed on "+r.URL.Path)
		return err
	}}, {Pattern: "GET /ai/{who}", Access: access.Public, Handler: func(rw http.ResponseWriter, r *http.Request) error {
		http.SetCookie(rw, &http.Cookie{Name: "who", Value: r.PathValue("who"), Path: "/"})
		return nil
	}}}
	site := web.New(web.Config{Sessions: sessions{}, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Inbox: web.Inbox{URL: inbox.Path, Unread: w.notices.Unread}})
	server := httptest.NewServer(site.Handler(inbox.Pages{Notices: w.notices}, mark))
	t.Cleanup(server.Close)
	w.base = server.URL
	return w
}

func (w *world) tell(account string, n int) {
	w.t.Helper()
	for i := range n {
		w.clock.Advance(time.Minute)
		err := w.db.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) error {
			return w.notices.Tell(ctx, tx, notify.Notice{Account: account, Kind: "dossier", Subject: "d", Cause: database.NewID(), Link: fmt.Sprintf("/ho-so/%d", i),
				Texts: map[string]notify.Text{"vi": {Title: fmt.Sprintf("Việc số %d của %s", i, account), Lines: []string{"Bạn chưa phải làm gì."}, Link: "Xem hồ sơ"}, "en": {Title: fmt.Sprintf("Matter %d", i), Link: "See it"}}})
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) as(who string) *robot.Robot {
	w.t.Helper()
	r, err := robot.New(w.base)
	if err != nil {
		w.t.Fatal(err)
	}
	w.get(r, "/ai/"+who)
	return r
}

func (w *world) get(r *robot.Robot, path string) robot.Page {
	w.t.Helper()
	p, err := r.Get(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) submit(p robot.Page, action string) robot.Page {
	w.t.Helper()
	f, err := p.Form(action)
	if err != nil {
		w.t.Fatal(err)
	}
	next, err := f.Submit()
	if err != nil {
		w.t.Fatal(err)
	}
	return next
}

func (w *world) says(p robot.Page, wants ...string) {
	w.t.Helper()
	for _, want := range wants {
		if !strings.Contains(p.Text(), want) {
			w.t.Errorf("%s (%d) does not say %q: %.1500s", p.URL.Path, p.Status, want, p.Text())
		}
	}
}

func TestPersonReadsTheirOwnNoticesAndMarksThem(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		lan := w.as("lan")
		w.says(w.get(lan, inbox.Path), "Hộp thư chưa có thông báo nào", "Mỗi bước của hồ sơ")
		w.tell("lan", 3)
		w.tell("mai", 1)
		p := w.get(lan, inbox.Path)
		w.says(p, "Hộp thư (3) chưa đọc", "Có 3 thông báo chưa đọc.", "Việc số 2 của lan Mới 09:03 ngày 23/11/2026 Bạn chưa phải làm gì.")
		if strings.Contains(p.Text(), "của mai") {
			t.Error("somebody else's notice is shown")
		}
		if again := w.get(lan, inbox.Path); !strings.Contains(again.Text(), "Có 3 thông báo") {
			t.Error("looking marked something as read")
		}
		opened := w.submit(p, "/mo")
		if opened.Body != "landed on /ho-so/2" {
			t.Errorf("the latest notice leads to %q", opened.Body)
		}
		p = w.get(lan, inbox.Path)
		w.says(p, "Hộp thư (2) chưa đọc")
		w.tell("lan", 1) // comes while the page is read
		w.says(w.submit(p, "/da-doc"), "Đã đánh dấu", "Hộp thư (1) chưa đọc", "Có 1 thông báo chưa đọc.")
		w.says(w.submit(w.get(lan, inbox.Path), "/da-doc"), "Bạn đã đọc mọi thông báo.")
		w.says(w.get(lan, inbox.Path+"?lang=en"), "Matter 2", "You have read every notice.")
	})
}

func TestNoticeOfSomebodyElseIsMissing(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	w.tell("mai", 1)
	notices, _, err := w.notices.Inbox(t.Context(), "mai", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	lan := w.as("lan")
	if p, err := lan.Post(inbox.Path+"/"+notices[0].ID+"/mo", url.Values{}); err != nil || p.Status != http.StatusNotFound {
		t.Errorf("answered %d, %v", p.Status, err)
	}
	if _, err := lan.Post(inbox.Path+"/da-doc", url.Values{"seen": {notices[0].ID}}); err != nil {
		t.Error(err)
	}
	if n, err := w.notices.Unread(t.Context(), "mai"); err != nil || n != 1 {
		t.Errorf("%d are unread, %v", n, err)
	}
}

func TestLongInboxHasPages(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	w.tell("lan", 45)
	lan := w.as("lan")
	w.says(w.get(lan, inbox.Path), "Việc số 44 ", "Trang sau")
	p := w.get(lan, inbox.Path+"?trang=3")
	w.says(p, "Việc số 0 ", "Việc số 4 ", "Trang trước")
	if strings.Contains(p.Text(), "Trang sau") || strings.Contains(p.Text(), "Việc số 5 ") {
		t.Error("the last page goes on")
	}
	w.says(w.get(lan, inbox.Path+"?trang=-1"), "Việc số 44 ")
}

func TestHeaderOfAnOfficialHasNoInbox(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	p := w.get(w.as("clerk"), inbox.Path)
	if strings.Contains(p.Body, `href="/hop-thu"`) {
		t.Error("the header of an official leads to the inbox")
	}
}
