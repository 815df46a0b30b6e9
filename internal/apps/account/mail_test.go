package account

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/job"
	"benso/internal/kernel/job/jobtest"
	"benso/internal/kernel/notify"
)

// post keeps the letters that it is given.
type post struct{ letters []notify.Letter }

func (p *post) Send(_ context.Context, l notify.Letter) error {
	if p == nil {
		return errors.New("no post")
	}
	p.letters = append(p.letters, l)
	return nil
}

// notices gives the wharf a post, and its people inboxes.
func (w *wharf) notices() *notify.Room {
	w.t.Helper()
	w.post = &post{}
	handlers := job.NewRegistry()
	w.told = notify.New(notify.Config{DB: w.db, Clock: w.clock, Mail: w.post, Address: identity.ConfirmedEmail, Site: "https://benso.example", ChoicePath: MailPath})
	w.told.Handle(handlers)
	var err error
	if w.jobs, err = job.New(w.db, handlers, slog.New(slog.DiscardHandler), job.Options{}); err != nil {
		w.t.Fatal(err)
	}
	w.told.Join(w.jobs)
	w.Announce(Tell(w.told))
	return w.told
}

// letters sends what waits, and gives what came for an address since it was asked last.
func (w *wharf) letters(t *testing.T, to string) (came []notify.Letter) {
	t.Helper()
	jobtest.Drain(t, w.jobs)
	for _, l := range w.post.letters {
		if l.To == to {
			came = append(came, l)
		}
	}
	w.post.letters = nil
	return came
}

const email = "lan@benso.example"

// codeTo is the only code that came for an address.
func (w *wharf) codeTo(t *testing.T, to string) string {
	t.Helper()
	came := w.letters(t, to)
	if len(came) != 1 || came[0].Code == "" {
		t.Fatalf("for %s came %+v", to, came)
	}
	return came[0].Code
}

// field is a value in the query of an address.
func field(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get(name)
}

func TestPersonConfirmsTheirEmailAndChoosesMail(t *testing.T) {
	w := open(t)
	lan := w.person(t)
	lan.register(email, good)
	lan.get(Path).says("Chưa có địa chỉ đã xác nhận")
	lan.get(MailPath).says("Xác nhận "+email, "Bạn tắt được bất cứ lúc nào")
	key := database.NewID()
	asked := lan.post(MailPath, "handle", email, "key", key)
	lan.post(MailPath, "handle", email, "key", key).is(http.StatusOK, asked.at) // a double click
	id := field(t, asked.at, "ma")
	code := w.codeTo(t, email)
	lan.post(mailCodePath, "ma", id, "code", "1").is(http.StatusUnprocessableEntity, mailCodePath).says("Mã không đúng, đã hết hạn").keepsQuietAbout(code)
	lan.post(mailCodePath, "ma", id, "code", code).is(http.StatusOK, MailPath).says("Đã xác nhận địa chỉ thư điện tử.", email)
	lan.get(Path).says("Đang bật")
	if came := w.letters(t, email); len(came) != 1 || came[0].Subject != "Địa chỉ thư điện tử đã được xác nhận" || came[0].Stop != "https://benso.example"+MailPath {
		t.Errorf("what came is %+v", came)
	}
	lan.get(MailPath).says("Thư đã gửi gần đây", "đã gửi đến l•••@benso.example")
	lan.post(mailChoicePath, "wanted", "no", "lang", "vi").is(http.StatusOK, MailPath).says("Đã lưu lựa chọn")
	lan.get(Path).says("Đang tắt")
	lan.post(PasswordPath, "current", good, "password", other).is(http.StatusOK, Path)
	if came := w.letters(t, email); len(came) != 0 {
		t.Errorf("who wants none got %+v", came)
	}
	lan.post(mailChoicePath, "wanted", "yes", "lang", "en").is(http.StatusOK, MailPath)
	lan.post(PasswordPath, "current", other, "password", good).is(http.StatusOK, Path)
	if came := w.letters(t, email); len(came) != 1 || came[0].Subject != "Your password was changed" {
		t.Errorf("what came is %+v", came)
	}
}

func TestAnotherEmailNeedsThePassword(t *testing.T) {
	w := open(t)
	lan := w.person(t)
	lan.register(phone, good)
	lan.get(MailPath).says("Thêm địa chỉ thư điện tử")
	lan.post(MailPath, "handle", email).is(http.StatusUnprocessableEntity, MailPath).says("Mật khẩu hiện tại chưa đúng.")
	lan.post(MailPath, "handle", phone, "current", good).is(http.StatusUnprocessableEntity, MailPath).says("Địa chỉ thư điện tử chưa đúng.")
	asked := lan.post(MailPath, "handle", email, "current", good)
	lan.post(mailCodePath, "ma", field(t, asked.at, "ma"), "code", w.codeTo(t, email)).is(http.StatusOK, MailPath)
	w.person(t).signIn(email, good).is(http.StatusOK, myMatters)
}

func TestForgottenPasswordIsReplacedByACodeFromTheLetter(t *testing.T) {
	w := open(t)
	lan := w.person(t)
	lan.register(email, good)
	asked := lan.post(MailPath, "handle", email)
	lan.post(mailCodePath, "ma", field(t, asked.at, "ma"), "code", w.codeTo(t, email)).is(http.StatusOK, MailPath)
	w.letters(t, email)

	lost := w.person(t)
	lost.get(SignInPath).says("Quên mật khẩu")
	lost.get(ForgottenPath).says("chúng tôi gửi đến đó một mã", "bất kỳ bộ phận một cửa nào")
	lost.post(ForgottenPath, "handle", "x").is(http.StatusUnprocessableEntity, ForgottenPath).says("Nhập số điện thoại")
	asked = lost.post(ForgottenPath, "handle", email)
	id, code := field(t, asked.at, "ma"), w.codeTo(t, email)
	asked.says("Nếu tài khoản có địa chỉ thư điện tử đã xác nhận").keepsQuietAbout(code, email)
	lost.post(recoverPath, "ma", id, "code", code, "password", "ngan").is(http.StatusUnprocessableEntity, recoverPath).says("Mật khẩu cần ít nhất 8 ký tự.")
	key := database.NewID()
	lost.post(recoverPath, "ma", id, "code", code, "password", other, "key", key).is(http.StatusOK, SignInPath).says("Đã đặt mật khẩu mới.")
	lost.post(recoverPath, "ma", id, "code", code, "password", other, "key", key).is(http.StatusOK, SignInPath) // a double click
	lost.post(recoverPath, "ma", id, "code", code, "password", good).is(http.StatusUnprocessableEntity, recoverPath).says("Mã không đúng")
	lan.get(Path).is(http.StatusOK, SignInPath+"?tiep=%2Ftai-khoan")
	lost.signIn(email, good).is(http.StatusUnprocessableEntity, SignInPath)
	lost.signIn(email, other).is(http.StatusOK, myMatters)
	if came := w.letters(t, email); len(came) != 1 || came[0].Subject != "Mật khẩu đã được đặt lại bằng mã" {
		t.Errorf("what came is %+v", came)
	}
}

func TestAskingForACodeIsAnsweredAlikeForEverybody(t *testing.T) {
	w := open(t)
	known := w.person(t)
	known.register(email, good)
	asked := known.post(MailPath, "handle", email)
	known.post(mailCodePath, "ma", field(t, asked.at, "ma"), "code", w.codeTo(t, email))
	w.letters(t, email)
	var answers []string
	for _, handle := range []string{email, "khong-ai@benso.example", "0912000111"} {
		lost := w.person(t)
		asked := lost.post(ForgottenPath, "handle", handle)
		id := field(t, asked.at, "ma")
		refused := lost.post(recoverPath, "ma", id, "code", "00000000", "password", other)
		answers = append(answers, strings.ReplaceAll(asked.words()+refused.words(), id, "ID"))
		if handle != email && len(w.letters(t, handle)) != 0 {
			t.Errorf("a letter went to %s", handle)
		}
	}
	if answers[0] != answers[1] || answers[1] != answers[2] {
		t.Errorf("the answers differ:\n%s\n%s\n%s", answers[0], answers[1], answers[2])
	}
	w.letters(t, email)
	lost := w.person(t)
	for range 2 {
		lost.post(ForgottenPath, "handle", email)
	}
	lost.post(ForgottenPath, "handle", email).is(http.StatusTooManyRequests, ForgottenPath).says("Có nhiều lần thử liên tiếp")
}

func TestWithoutMailThePagesNameTheDesk(t *testing.T) {
	w := open(t)
	w.told = notify.New(notify.Config{DB: w.db, Clock: w.clock})
	w.room.Notices = w.told
	lan := w.person(t)
	lan.register(email, good)
	lan.get(MailPath).says("Hệ thống này chưa gửi thư điện tử.").keepsQuietAbout(`name="handle"`)
	lost := w.person(t)
	lost.get(ForgottenPath).says("bất kỳ bộ phận một cửa nào").keepsQuietAbout(`name="handle"`)
	lost.post(ForgottenPath, "handle", email).is(http.StatusServiceUnavailable, ForgottenPath)
}

func TestOfficialsSeeTheirChoiceAndNoFormForAnAddress(t *testing.T) {
	w := open(t)
	_, duc := w.settled(t, "duc@example.com", chief, "signer")
	duc.get(MailPath).says("duc@example.com", "Bạn có muốn nhận thông báo").keepsQuietAbout("Dùng địa chỉ khác")
	duc.post(MailPath, "handle", "khac@example.com", "current", good).is(http.StatusForbidden, MailPath)
	duc.get(ForgottenPath).is(http.StatusOK, Path)
}

func TestLettersOfCodesEndWithTheirTime(t *testing.T) {
	w := open(t)
	lan := w.person(t)
	lan.register(email, good)
	lan.post(MailPath, "handle", email)
	w.clock.Advance(16 * time.Minute)
	if came := w.letters(t, email); len(came) != 0 {
		t.Errorf("a code that is over was sent: %+v", came)
	}
}
