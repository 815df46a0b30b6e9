package mail_test

import (
	"context"
	"errors"
	"log/slog"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"benso/internal/adapters/mail"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/job"
	"benso/internal/kernel/notify"
	"benso/internal/testkit/mailbox"
)

const (
	from    = "Dịch vụ công Vĩnh Long <khong-tra-loi@benso.example>"
	subject = "Hồ sơ 000.00.28.H61-261123-0001 đã được tiếp nhận, hẹn trả kết quả 17:00 ngày 25/11/2026"
)

func letter(to string) notify.Letter {
	return notify.Letter{
		ID: "01thu", To: to, Lang: "vi", Subject: subject, Lines: []string{"Thủ tục: Đăng ký khai sinh.", "Giấy tờ <đủ> & \"đúng\"."},
		Link: notify.Link{Text: "Xem hồ sơ", URL: "https://dichvu.example/ho-so-cua-toi/1"}, Foot: []string{"Thư tự động."}, Stop: "https://dichvu.example/tai-khoan/thu-dien-tu",
	}
}

func sender(t *testing.T, s *mailbox.Server, change func(*mail.Config)) *mail.Sender {
	t.Helper()
	c, err := mail.ParseConfig("smtp+clear://"+s.Address(), "", from)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&c)
	}
	sender, err := mail.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func TestLetterArrivesWholeAtARealServer(t *testing.T) {
	server := mailbox.Start(t)
	if err := sender(t, server, nil).Send(t.Context(), letter("lan@benso.example")); err != nil {
		t.Fatal(err)
	}
	got := server.Wait("lan@benso.example", 1)[0]
	if got.Subject != subject {
		t.Errorf("the subject came as %q", got.Subject)
	}
	if got.From != "khong-tra-loi@benso.example" {
		t.Errorf("the envelope names %q", got.From)
	}
	sent, err := got.Header.AddressList("From")
	if err != nil || len(sent) != 1 || sent[0].Name != "Dịch vụ công Vĩnh Long" {
		t.Errorf("the sender came as %v, %v", sent, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<01thu@benso.example>", "Auto-Submitted": "auto-generated", "Content-Language": "vi",
		"List-Unsubscribe": "<https://dichvu.example/tai-khoan/thu-dien-tu>", "To": "<lan@benso.example>",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s is %q, not %q", name, got.Header.Get(name), want)
		}
	}
	for _, want := range []string{"Thủ tục: Đăng ký khai sinh.", `Giấy tờ <đủ> & "đúng".`, "Xem hồ sơ:\nhttps://dichvu.example/ho-so-cua-toi/1", "\n-- \nThư tự động."} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("the text has no %q:\n%s", want, got.Text)
		}
	}
	for _, want := range []string{"Giấy tờ &lt;đủ&gt; &amp; &#34;đúng&#34;.", `href="https://dichvu.example/ho-so-cua-toi/1"`, `lang="vi"`} {
		if !strings.Contains(got.HTML, want) {
			t.Errorf("the HTML has no %q:\n%s", want, got.HTML)
		}
	}
}

func TestCodeIsShownAndNamesNoListToLeave(t *testing.T) {
	server := mailbox.Start(t)
	l := letter("lan@benso.example")
	l.Code, l.Stop, l.Link = "1234 5678", "", notify.Link{}
	if err := sender(t, server, nil).Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	got := server.Wait("lan@benso.example", 1)[0]
	if !strings.Contains(got.Text, "1234 5678") || !strings.Contains(got.HTML, "1234 5678") || got.Header.Get("List-Unsubscribe") != "" {
		t.Errorf("text %q, HTML %q, list %q", got.Text, got.HTML, got.Header.Get("List-Unsubscribe"))
	}
}

func TestLetterGoesOverTLSWithAPassword(t *testing.T) {
	server := mailbox.StartTLS(t)
	protected := func(c *mail.Config) {
		c.TLS, c.User, c.Password, c.Roots = mail.StartTLS, mailbox.User, mailbox.Password, server.Roots
	}
	good := sender(t, server, protected)
	if err := good.Reach(t.Context()); err != nil {
		t.Errorf("the server was not reached: %v", err)
	}
	if err := good.Send(t.Context(), letter("lan@benso.example")); err != nil {
		t.Fatal(err)
	}
	if got := server.Wait("lan@benso.example", 1)[0]; !got.TLS || got.User != mailbox.User {
		t.Errorf("the letter came with TLS %v, from the user %q", got.TLS, got.User)
	}
	for name, change := range map[string]func(*mail.Config){
		"a wrong password":         func(c *mail.Config) { c.Password = "sai" },
		"an unknown certificate":   func(c *mail.Config) { c.Roots = nil },
		"no TLS and no password":   func(c *mail.Config) { c.TLS, c.User = mail.Clear, "" },
		"TLS from the first byte":  func(c *mail.Config) { c.TLS, c.Timeout = mail.Implicit, 2*time.Second },
		"another name than it has": func(c *mail.Config) { c.Host = "localhost" },
	} {
		wrong := sender(t, server, func(c *mail.Config) { protected(c); change(c) })
		err := wrong.Send(t.Context(), letter("lan@benso.example"))
		var refused *notify.Refused
		if err == nil || errors.As(err, &refused) {
			t.Errorf("with %s sending ended in %v, and waits for nobody to mend it", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "lan@") {
			t.Errorf("with %s the error names somebody: %v", name, err)
		}
	}
	if n := len(server.All()); n != 1 {
		t.Errorf("%d letters were taken", n)
	}
}

func TestTLSIsNotLeftOutWhereTheServerOffersNone(t *testing.T) {
	server := mailbox.Start(t)
	err := sender(t, server, func(c *mail.Config) { c.TLS = mail.StartTLS }).Send(t.Context(), letter("lan@benso.example"))
	if err == nil || len(server.All()) != 0 {
		t.Errorf("sent in the clear: %v", err)
	}
}

func TestMailboxThatIsNotThereIsRefusedForGoodAndABusyOneIsNot(t *testing.T) {
	server := mailbox.Start(t)
	s := sender(t, server, nil)
	var refused *notify.Refused
	err := s.Send(t.Context(), letter("khong-co@benso.example"))
	if !errors.As(err, &refused) || refused.Code != "550 5.1.1" {
		t.Errorf("a missing mailbox: %v", err)
	}
	err = s.Send(t.Context(), letter("lat-nua@benso.example"))
	if err == nil || errors.As(err, &refused) && refused.Code != "550 5.1.1" {
		t.Errorf("a busy mailbox: %v", err)
	}
	if err == nil || strings.Contains(err.Error(), "lat-nua") || !strings.Contains(err.Error(), "451") {
		t.Errorf("the error of a busy mailbox: %v", err)
	}
	if err := s.Send(t.Context(), letter("lat-nua@benso.example")); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

func TestAddressOfTheServerIsReadAsAdministratorsWriteIt(t *testing.T) {
	for server, want := range map[string]mail.Config{
		"smtp://benso@mail.example.vn":    {Host: "mail.example.vn", Port: 587, TLS: mail.StartTLS, User: "benso", Password: "p"},
		"smtps://mail.example.vn:4650":    {Host: "mail.example.vn", Port: 4650, TLS: mail.Implicit, Password: "p"},
		"smtp+clear://127.0.0.1":          {Host: "127.0.0.1", Port: 25, TLS: mail.Clear, Password: "p"},
		"smtp://benso:q@mail.example.vn/": {Host: "mail.example.vn", Port: 587, TLS: mail.StartTLS, User: "benso", Password: "p"},
	} {
		got, err := mail.ParseConfig(server, "p", from)
		want.From = netmail.Address{Name: "Dịch vụ công Vĩnh Long", Address: "khong-tra-loi@benso.example"}
		if err != nil || got != want {
			t.Errorf("%s is read as %+v, %v", server, got, err)
		}
	}
	for _, server := range []string{"mail.example.vn", "http://mail.example.vn", "smtp://", "smtp://mail.example.vn/box", "smtp+clear://benso@mail.example.vn", "smtp://a b"} {
		if _, err := mail.ParseConfig(server, "bi mat", from); err == nil || strings.Contains(err.Error(), "bi mat") {
			t.Errorf("%s: %v", server, err)
		}
	}
	if _, err := mail.ParseConfig("smtp://mail.example.vn", "", "nobody"); err == nil {
		t.Error("a sender without an address was taken")
	}
}

// office is an inbox room whose letters go to a real server.
type office struct {
	*notify.Room
	db    *database.DB
	jobs  *job.Queue
	clock *clock.Fake
}

func open(t *testing.T, db *database.DB, s *mailbox.Server, address string) office {
	t.Helper()
	now := clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Zone))
	room := notify.New(notify.Config{DB: db, Clock: now, Mail: sender(t, s, nil), Site: "https://dichvu.example", ChoicePath: "/tai-khoan/thu-dien-tu",
		Address: func(context.Context, database.Querier, string) (string, error) { return address, nil }})
	handlers := job.NewRegistry()
	room.Handle(handlers)
	jobs, err := job.New(db, handlers, slog.New(slog.DiscardHandler), job.Options{Backoff: func(int) time.Duration { return 50 * time.Millisecond }})
	if err != nil {
		t.Fatal(err)
	}
	room.Join(jobs)
	if err := jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := jobs.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return office{room, db, jobs, now}
}

func (o office) tell(t *testing.T, account, cause string) {
	t.Helper()
	n := notify.Notice{Account: account, Kind: "dossier", Subject: "d1", Cause: cause, Link: "/ho-so-cua-toi/d1",
		Texts: map[string]notify.Text{"vi": {Title: subject, Lines: []string{"Thủ tục: Đăng ký khai sinh."}, Link: "Xem hồ sơ"}}}
	if err := o.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return o.Tell(ctx, tx, n) }); err != nil {
		t.Fatal(err)
	}
}

// letter waits until the only letter of an account stands so.
func (o office) letter(t *testing.T, account string, ready func(notify.Delivery) bool) notify.Delivery {
	t.Helper()
	var last []notify.Delivery
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		all, err := o.Letters(t.Context(), account, 10)
		if err != nil {
			t.Fatal(err)
		}
		if last = all; len(all) == 1 && ready(all[0]) {
			return all[0]
		}
	}
	t.Fatalf("the letters stand so: %+v", last)
	return notify.Delivery{}
}

func TestLetterWaitsForAServerThatIsDownAndGoesOutOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		server := mailbox.Start(t)
		o := open(t, db, server, "lan@benso.example")
		server.Stop()
		o.tell(t, "lan", "dossier:d1:2")
		o.tell(t, "lan", "dossier:d1:2") // the event comes twice
		d := o.letter(t, "lan", func(d notify.Delivery) bool { return d.Attempts >= 2 })
		if d.State != notify.Waiting || !strings.Contains(d.Error, "no connection") || d.Address != "l•••@benso.example" {
			t.Errorf("while the server is down the delivery is %+v", d)
		}
		server.Start()
		d = o.letter(t, "lan", func(d notify.Delivery) bool { return d.State == notify.Sent })
		if d.DoneAt.IsZero() {
			t.Error("the delivery does not say when it went")
		}
		got := server.Wait("lan@benso.example", 1)
		time.Sleep(300 * time.Millisecond)
		if all := server.All(); len(all) != 1 || got[0].Header.Get("Message-Id") != "<"+d.ID+"@benso.example>" {
			t.Errorf("%d letters came; the first is %s of delivery %s", len(all), got[0].Header.Get("Message-Id"), d.ID)
		}
		if got[0].Subject != subject || !strings.Contains(got[0].Text, "https://dichvu.example/ho-so-cua-toi/d1") {
			t.Errorf("the letter reads %q\n%s", got[0].Subject, got[0].Text)
		}
	})
}

func TestLetterToAMailboxThatIsNotThereIsSaidAndNotTriedAgain(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		server := mailbox.Start(t)
		o := open(t, db, server, "khong-co@benso.example")
		o.tell(t, "lan", "dossier:d1:2")
		d := o.letter(t, "lan", func(d notify.Delivery) bool { return d.State != notify.Waiting })
		if d.State != notify.Failed || d.Error != "550 5.1.1" || d.Attempts != 1 || strings.Contains(d.Address, "khong-co") {
			t.Errorf("the delivery is %+v", d)
		}
		if n, err := o.Unread(t.Context(), "lan"); err != nil || n != 1 {
			t.Errorf("the inbox has %d, %v", n, err)
		}
	})
}
