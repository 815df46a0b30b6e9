package notify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/job"
	"benso/internal/kernel/job/jobtest"
	"benso/internal/kernel/notify"
)

// post keeps the letters that it is given, or answers with an error. Several are
// delivered at once; the tests look when all have been.
type post struct {
	mu      sync.Mutex
	letters []notify.Letter
	err     error
}

func (p *post) Send(_ context.Context, l notify.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	p.letters = append(p.letters, l)
	return nil
}

// house is a room whose people have the addresses of its table.
type house struct {
	*notify.Room
	t       *testing.T
	db      *database.DB
	jobs    *job.Queue
	clock   *clock.Fake
	post    *post
	address map[string]string
}

func open(t *testing.T, db *database.DB) *house {
	t.Helper()
	h := &house{t: t, db: db, clock: clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)), post: &post{}, address: map[string]string{"lan": "lan@benso.example"}}
	h.Room = notify.New(notify.Config{DB: db, Clock: h.clock, Mail: h.post, Site: "https://dichvu.example", ChoicePath: "/thu",
		Address: func(_ context.Context, _ database.Querier, account string) (string, error) {
			return h.address[account], nil
		}})
	handlers := job.NewRegistry()
	h.Handle(handlers)
	var err error
	if h.jobs, err = job.New(db, handlers, slog.New(slog.DiscardHandler), job.Options{Backoff: func(int) time.Duration { return time.Hour }}); err != nil {
		t.Fatal(err)
	}
	h.Join(h.jobs)
	return h
}

func (h *house) write(fn func(ctx context.Context, tx *database.Tx) error) error {
	return h.db.Write(h.t.Context(), fn)
}

func notice(account, cause string) notify.Notice {
	return notify.Notice{Account: account, Kind: "dossier", Subject: "d1", Cause: cause, Link: "/ho-so/d1", Texts: map[string]notify.Text{
		"vi": {Title: "Đã tiếp nhận " + cause, Lines: []string{"Một dòng."}, Link: "Xem"}, "en": {Title: "Accepted " + cause, Lines: []string{"One line."}, Link: "See"}}}
}

func (h *house) tell(n notify.Notice) {
	h.t.Helper()
	h.clock.Advance(time.Minute)
	if err := h.write(func(ctx context.Context, tx *database.Tx) error { return h.Tell(ctx, tx, n) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) choose(account string, c notify.Choice) {
	h.t.Helper()
	if err := h.write(func(ctx context.Context, tx *database.Tx) error { return h.Choose(ctx, tx, account, c) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) inbox(account string) []notify.Notice {
	h.t.Helper()
	all, _, err := h.Inbox(h.t.Context(), account, 50, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func (h *house) unread(account string) int64 {
	h.t.Helper()
	n, err := h.Unread(h.t.Context(), account)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) letters(account string) []notify.Delivery {
	h.t.Helper()
	all, err := h.Letters(h.t.Context(), account, 50)
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func TestPersonIsToldOnceOfEachCause(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := open(t, db)
		for range 3 {
			h.tell(notice("lan", "a"))
			h.tell(notice("mai", "a")) // another account is told of the same
			h.tell(notice("lan", "b"))
		}
		jobtest.Drain(t, h.jobs)
		jobtest.Drain(t, h.jobs)
		if got := h.inbox("lan"); len(got) != 2 || got[0].Cause != "b" || h.unread("lan") != 2 || h.unread("mai") != 1 {
			t.Errorf("the inbox has %+v", got)
		}
		if len(h.post.letters) != 2 || len(h.letters("lan")) != 2 || len(h.letters("mai")) != 0 {
			t.Errorf("letters %+v, deliveries %+v and %+v", h.post.letters, h.letters("lan"), h.letters("mai"))
		}
		l := h.post.letters[0]
		if l.To != "lan@benso.example" || l.Link.URL != "https://dichvu.example/ho-so/d1" || l.Stop != "https://dichvu.example/thu" || l.ID == "" || l.Lang != "vi" {
			t.Errorf("the letter is %+v", l)
		}
		for _, d := range h.letters("lan") {
			if d.State != notify.Sent || d.Address != "l•••@benso.example" || d.DoneAt.IsZero() {
				t.Errorf("kept of it is %+v", d)
			}
		}
	})
}

func TestNoticeOfAnActThatWasTakenBackDoesNotExist(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := open(t, db)
		undone := errors.New("taken back")
		err := h.write(func(ctx context.Context, tx *database.Tx) error {
			return errors.Join(h.Tell(ctx, tx, notice("lan", "a")), undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		jobtest.Drain(t, h.jobs)
		if len(h.inbox("lan")) != 0 || len(h.post.letters) != 0 {
			t.Errorf("inbox %v, letters %v", h.inbox("lan"), h.post.letters)
		}
	})
}

func TestWhoWantsNoMailGetsTheInboxAlone(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := open(t, db)
		if c, err := h.Choice(t.Context(), "lan"); err != nil || c != notify.DefaultChoice {
			t.Errorf("before a choice: %+v, %v", c, err)
		}
		h.tell(notice("lan", "a")) // in the queue when the choice is made
		h.choose("lan", notify.Choice{Wanted: false, Lang: "vi"})
		h.tell(notice("lan", "b"))
		jobtest.Drain(t, h.jobs)
		if len(h.post.letters) != 0 || len(h.inbox("lan")) != 2 {
			t.Errorf("letters %+v, inbox %d", h.post.letters, len(h.inbox("lan")))
		}
		if all := h.letters("lan"); len(all) != 1 || all[0].State != notify.Dropped {
			t.Errorf("the letter in the queue is %+v", all)
		}
		h.choose("lan", notify.Choice{Wanted: true, Lang: "en"})
		h.tell(notice("lan", "c"))
		jobtest.Drain(t, h.jobs)
		if len(h.post.letters) != 1 || h.post.letters[0].Subject != "Accepted c" || h.post.letters[0].Lang != "en" {
			t.Errorf("letters %+v", h.post.letters)
		}
		if err := audit.NewChainer(db, h.clock, "t").ChainAll(t.Context()); err != nil {
			t.Error(err)
		}
		if report, err := audit.Verify(t.Context(), db, h.clock.Now(), time.Hour); err != nil || report.Rows != 2 {
			t.Errorf("the choices are journaled %d times, %v", report.Rows, err)
		}
	})
}

func TestSimulatedMattersAreMailedToNobody(t *testing.T) {
	h := open(t, databasetest.SQLite(t))
	n := notice("lan", "a")
	n.Quiet = true
	h.tell(n)
	jobtest.Drain(t, h.jobs)
	if len(h.inbox("lan")) != 1 || len(h.post.letters) != 0 || len(h.letters("lan")) != 0 {
		t.Errorf("inbox %v, letters %v", h.inbox("lan"), h.post.letters)
	}
}

func TestWithoutAMailServerTheInboxWorksAlone(t *testing.T) {
	db := databasetest.SQLite(t)
	room := notify.New(notify.Config{DB: db, Clock: clock.System})
	err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return room.Tell(ctx, tx, notice("lan", "a")) })
	if err != nil || room.Mails() {
		t.Fatal(err, room.Mails())
	}
	if n, err := room.Unread(t.Context(), "lan"); err != nil || n != 1 {
		t.Errorf("%d unread, %v", n, err)
	}
	err = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		return room.Post(ctx, tx, "code", "c1", "lan", "lan@benso.example")
	})
	if err == nil {
		t.Error("a letter was taken that nobody can send")
	}
}

func TestLetterIsTriedForThreeDaysAndThenGivenUp(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := open(t, db)
		h.post.err = errors.New("no connection")
		h.tell(notice("lan", "a"))
		if err := h.jobs.WorkAll(t.Context()); err == nil {
			t.Fatal("sending ended well")
		}
		d := h.letters("lan")[0]
		if d.State != notify.Waiting || d.Attempts != 1 || d.Error != "no connection" || !d.DoneAt.IsZero() {
			t.Errorf("after an attempt: %+v", d)
		}
		if waiting, failed, err := notify.Stuck(t.Context(), db.Read(), h.clock.Now().Add(time.Second), h.clock.Now()); err != nil || waiting != 1 || failed != 0 {
			t.Errorf("stuck: %d, %d, %v", waiting, failed, err)
		}
		h.clock.Advance(73 * time.Hour)
		err := h.write(func(ctx context.Context, tx *database.Tx) error {
			return h.jobs.Enqueue(ctx, tx, notify.Deliver{Delivery: d.ID})
		})
		if err != nil {
			t.Fatal(err)
		}
		jobtest.Drain(t, h.jobs)
		if d = h.letters("lan")[0]; d.State != notify.Failed || d.Error != "no connection" {
			t.Errorf("after three days: %+v", d)
		}
	})
}

func TestLetterThatIsNoNoticeIsWrittenWhenItLeaves(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := open(t, db)
		h.Compose("code", func(_ context.Context, cause string) (notify.Letter, error) {
			if cause == "nobody" {
				return notify.Letter{}, notify.ErrUnwanted
			}
			return notify.Letter{To: "an@benso.example", Code: "1234"}, nil
		})
		for range 2 {
			for cause, address := range map[string]string{"c1": "an@benso.example", "nobody": ""} {
				if err := h.write(func(ctx context.Context, tx *database.Tx) error {
					return h.Post(ctx, tx, "code", cause, cause, address)
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
		jobtest.Drain(t, h.jobs)
		if len(h.post.letters) != 1 || h.post.letters[0].Code != "1234" {
			t.Errorf("letters %+v", h.post.letters)
		}
		if a, b := h.letters("c1"), h.letters("nobody"); len(a) != 1 || a[0].State != notify.Sent || len(b) != 1 || b[0].State != notify.Dropped {
			t.Errorf("kept are %+v and %+v", a, b)
		}
	})
}

func TestMarkingAllAsReadLeavesWhatCameSince(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		h := open(t, db)
		for i := range 3 {
			h.tell(notice("lan", fmt.Sprint(i)))
		}
		seen := h.inbox("lan")[0]
		h.tell(notice("lan", "late"))
		h.tell(notice("mai", "hers"))
		if link, err := h.Read(t.Context(), "lan", seen.ID); err != nil || link != "/ho-so/d1" || h.unread("lan") != 3 {
			t.Errorf("link %q, %v, %d unread", link, err, h.unread("lan"))
		}
		if _, err := h.Read(t.Context(), "mai", seen.ID); err == nil {
			t.Error("somebody else's notice was read")
		}
		if err := h.ReadAll(t.Context(), "mai", seen.ID); err == nil {
			t.Error("somebody else's notice was seen")
		}
		if err := h.ReadAll(t.Context(), "lan", seen.ID); err != nil {
			t.Fatal(err)
		}
		if h.unread("lan") != 1 || h.inbox("lan")[0].Cause != "late" || h.unread("mai") != 1 {
			t.Errorf("%d and %d are unread", h.unread("lan"), h.unread("mai"))
		}
	})
}

func TestAddressIsKeptMasked(t *testing.T) {
	for address, want := range map[string]string{"lan@benso.example": "l•••@benso.example", "đào@vi.vn": "đ•••@vi.vn", "": "•••", "@vi.vn": "•••", "lan": "•••"} {
		if got := notify.Mask(address); got != want {
			t.Errorf("%q is kept as %q", address, got)
		}
	}
}
