package journeys

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/form"
	"benso/internal/kernel/notify"
	"benso/internal/server"
	"benso/internal/testkit/browser"
	"benso/internal/testkit/mailbox"
)

var (
	mailedCode = regexp.MustCompile(`\b\d{4} \d{4}\b`)
	oneTime    = regexp.MustCompile(`\b[0-9a-z]{10}\b`)
)

// A person confirms an e-mail by the code that came to a real mail server, files, is
// told by mail and in the inbox that the dossier was accepted, forgets the
// password and replaces it by a code, and gets back in at the desk.
func TestPersonIsToldAndGetsBackIntoTheAccountInABrowser(t *testing.T) {
	for name, c := range map[string]server.Config{
		"sqlite, with JavaScript":      {Data: databasetest.SQLiteDir(t)},
		"postgres, without JavaScript": {Data: t.TempDir(), DatabaseURL: databasetest.PostgresURL(t)},
	} {
		t.Run(name, func(t *testing.T) {
			post := mailbox.Start(t)
			c.SMTP, c.SMTPFrom = "smtp+clear://"+post.Address(), "Dịch vụ công Vĩnh Long <khong-tra-loi@benso.example>"
			serve(t, c).told(post, strings.Contains(name, "with JavaScript"))
		})
	}
}

const lanMail = "lan@benso.example"

func (w world) told(post *mailbox.Server, javascript bool) {
	t := w.t
	phone := browser.Options{Width: 360, Height: 740, JavaScript: javascript}
	lan := w.person(phone)
	shot := func(p *browser.Page, name string) {
		t.Helper()
		w.look(p)
		p.Screenshot(fmt.Sprintf("told-%s-%t.png", name, javascript))
	}
	came := 0
	letter := func() mailbox.Message {
		t.Helper()
		came++
		return post.Wait(lanMail, came)[came-1]
	}
	code := func(m mailbox.Message) string {
		t.Helper()
		found := mailedCode.FindString(m.Text)
		if found == "" || !strings.Contains(m.HTML, found) {
			t.Fatalf("no code in %q", m.Text)
		}
		return found
	}

	lan.Open(w.base + "/dang-ky")
	lan.Fill("name", "Nguyễn Thị Lan")
	lan.Fill("handle", lanMail)
	lan.Fill("password", "bốn chữ tôi nhớ")
	lan.Click("Tạo tài khoản")
	w.see(lan, "Số tài khoản của bạn")
	lan.Open(w.base + "/hop-thu")
	w.see(lan, "Hộp thư chưa có thông báo nào")
	shot(lan, "empty")
	lan.Click("Nhận thông báo qua thư điện tử")
	shot(lan, "mail")
	lan.DoubleClick("Gửi mã đến " + lanMail)
	shot(lan, "code")
	lan.Fill("code", "1")
	lan.Click("form[action='/tai-khoan/thu-dien-tu/ma'] button[type=submit]")
	w.see(lan, "Mã không đúng")
	shot(lan, "code-wrong")
	lan.Fill("code", code(letter()))
	lan.Click("form[action='/tai-khoan/thu-dien-tu/ma'] button[type=submit]")
	w.see(lan, "Đã xác nhận địa chỉ thư điện tử.")
	shot(lan, "confirmed")
	if m := letter(); m.Subject != "Địa chỉ thư điện tử đã được xác nhận" {
		t.Errorf("after confirming came %q", m.Subject)
	}

	d := w.acceptedOf(lanMail)
	texts := map[string]string{}
	for range 2 { // filed and accepted, in whichever order they leave
		m := letter()
		texts[m.Subject] = m.Text
	}
	if texts["Hồ sơ "+d.FilingNumber+" đã được gửi"] == "" {
		t.Errorf("nothing tells of the filing: %v", texts)
	}
	accepted := texts["Hồ sơ "+d.Code+" đã được tiếp nhận"]
	for _, want := range []string{"Đăng ký khai sinh", "Hẹn trả kết quả: 17:00 ngày 23/11/2026", w.base + "/ho-so-cua-toi/" + d.ID} {
		if !strings.Contains(accepted, want) {
			t.Errorf("the letter of acceptance has no %q:\n%s", want, accepted)
		}
	}
	for subject, text := range texts {
		for _, never := range []string{"Ánh", "Nguyễn", "0912345678", "083198004321"} {
			if strings.Contains(subject+text, never) {
				t.Errorf("a letter says %q:\n%s", never, text)
			}
		}
	}
	lan.Open(w.base + "/hop-thu")
	w.see(lan, "Có 3 thông báo chưa đọc.", d.Code+" đã được tiếp nhận")
	shot(lan, "inbox")
	lan.Click("ul li:first-child form[action^='/hop-thu/'] button[type=submit]")
	w.see(lan, d.Code)
	lan.Open(w.base + "/hop-thu")
	w.see(lan, "Có 2 thông báo chưa đọc.")
	lan.Click("Đánh dấu tất cả là đã đọc")
	w.see(lan, "Bạn đã đọc mọi thông báo.")
	shot(lan, "read")

	// Forgotten.
	lost := w.person(phone)
	lost.Open(w.base + "/quen-mat-khau")
	shot(lost, "forgotten")
	lost.Fill("handle", lanMail)
	lost.Click("Gửi mã")
	w.see(lost, "Đặt mật khẩu mới")
	lost.Fill("code", code(letter()))
	lost.Fill("password", "năm chữ khác hẳn nhau")
	shot(lost, "recover")
	lost.DoubleClick("Lưu mật khẩu mới")
	w.see(lost, "Đã đặt mật khẩu mới.")
	lost.Fill("handle", lanMail)
	lost.Fill("password", "năm chữ khác hẳn nhau")
	lost.Within("main").Click("Đăng nhập")
	w.see(lost, "Hồ sơ của tôi")
	if m := letter(); m.Subject != "Mật khẩu đã được đặt lại bằng mã" {
		t.Errorf("after recovering came %q", m.Subject)
	}
	lan.Open(w.base + "/tai-khoan")
	w.see(lan, "Đăng nhập") // every other session has ended

	// At the desk.
	clerk := w.official("motcua@benso.example", browser.Options{Width: 1280, Height: 900, JavaScript: javascript})
	clerk.Click("Cấp lại mật khẩu cho người dân")
	clerk.Fill("who", lanMail)
	clerk.Click("Tìm tài khoản")
	w.see(clerk, "Nguyễn Thị Lan")
	shot(clerk, "desk")
	clerk.Choose("Căn cước, căn cước công dân hoặc chứng minh nhân dân")
	clerk.Fill("citizen", "083198004321")
	clerk.Choose("Quên mật khẩu")
	clerk.DoubleClick("Cấp mật khẩu mới")
	w.see(clerk, "Mật khẩu chỉ hiện trên trang này.")
	shot(clerk, "slip")
	once := oneTime.FindString(clerk.Text("main .bs-code"))
	lost.Open(w.base + "/dang-nhap")
	lost.Fill("handle", lanMail)
	lost.Fill("password", once)
	lost.Within("main").Click("Đăng nhập")
	w.see(lost, "Đặt mật khẩu của riêng bạn")
	lost.Fill("current", once)
	lost.Fill("password", "sáu chữ lần này không quên")
	lost.Click("Lưu mật khẩu mới")
	w.see(lost, "Hồ sơ của tôi")
	got := map[string]bool{}
	for range 2 {
		got[letter().Subject] = true
	}
	if !got["Mật khẩu đã được cấp lại"] || !got["Mật khẩu đã được đổi"] {
		t.Errorf("after the desk came %v", got)
	}
	w.onceEach(post, lanMail)
}

// onceEach looks that every letter came once, and that what was kept says so. A
// letter is in the mailbox before the sender has written down that it was taken.
func (w world) onceEach(post *mailbox.Server, address string) {
	w.t.Helper()
	letters := w.letters(address)
	for end := time.Now().Add(20 * time.Second); slices.ContainsFunc(letters, waits) && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
		letters = w.letters(address)
	}
	ids := map[string]bool{}
	for _, m := range post.To(address) {
		if id := m.Header.Get("Message-Id"); ids[id] {
			w.t.Errorf("%q came twice", m.Subject)
		} else {
			ids[id] = true
		}
	}
	if len(letters) != len(ids) {
		w.t.Errorf("%d letters were kept and %d came", len(letters), len(ids))
	}
	for _, l := range letters {
		if l.State != notify.Sent || strings.Contains(l.Address, "lan@") {
			w.t.Errorf("kept is %+v", l)
		}
	}
}

func waits(l notify.Delivery) bool { return l.State == notify.Waiting }

func (w world) letters(address string) []notify.Delivery {
	w.t.Helper()
	letters, err := w.program.Notices.Letters(w.t.Context(), w.account(address), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return letters
}

func (w world) account(handle string) (id string) {
	w.t.Helper()
	if err := w.program.DB.Read().QueryRowContext(w.t.Context(), `SELECT account FROM handles WHERE handle = $1`, handle).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	return id
}

// acceptedOf files a dossier for somebody and has it accepted, past the pages.
func (w world) acceptedOf(handle string) dossier.Dossier {
	w.t.Helper()
	ctx, room, actor := context.WithoutCancel(w.t.Context()), w.program.Dossiers, w.actor(handle)
	p, err := room.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err := room.Start(ctx, actor, p, dossier.Online, "", database.NewID())
	if err == nil {
		draft, err = room.SavePage(ctx, actor, draft.ID, "all", 0, func(form.Answers) form.Answers { return servicestest.BirthAnswers("Nguyễn Thị Ánh", form.File{}) })
	}
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := room.Send(ctx, actor, draft.ID, draft.Version, "vi")
	if err == nil {
		d, err = room.Accept(ctx, w.actor("motcua@benso.example"), dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}, dossier.Given{}, nil)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}
