package journeys

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"benso/internal/testkit/browser"
)

// The whole walk of two dossiers: one is completed before acceptance and ends
// handed over, the other is supplemented after it; a dossier is asked once in all.
func TestBirthIsRegisteredFromAPhoneToItsResultInABrowser(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		w.birth(w.scripts(0))
	})
}

func (w world) at(t *testing.T) world {
	w.t = t
	return w
}

var (
	filingNumber = regexp.MustCompile(`BS-\d{6}-\d{5}`)
	secretCode   = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{8}\b`)
	dossierCode  = regexp.MustCompile(`000\.00\.\d\d\.H61-\d{6}-\d{4}`)
)

func (w world) birth(javascript bool) {
	t := w.t
	phone := browser.Options{Width: 360, Height: 740, JavaScript: javascript}
	office := browser.Options{Width: 1280, Height: 900, JavaScript: javascript}
	before := w.counted()

	mai := w.person(phone)
	w.register(mai)
	first := w.file(mai, "Nguyễn Thị Ánh Dương")
	w.lookUp(first, phone)

	clerk := w.official("motcua@benso.example", office)
	w.look(clerk)
	clerk.Open(w.base + "/ban-lam-viec?hang=tat-ca")
	w.open(clerk, first.number)
	w.look(clerk)
	w.see(clerk, "Việc cần làm", "Nguyễn Thị Ánh Dương")
	w.ask(clerk)

	w.answer(mai, first)
	w.open(clerk, first.number)
	w.accept(clerk)
	code := dossierCode.FindString(clerk.Text("main"))
	if code == "" {
		t.Fatalf("no dossier code on %.400s", clerk.Text("main"))
	}
	mai.Open(w.base + first.page)
	w.see(mai, code, "17:00 ngày 23/11/2026", "Vì sao là ngày này?")
	w.look(mai)

	specialist := w.official("chuyenvien@benso.example", office)
	signer := w.official("lanhdao@benso.example", office)
	w.settle(specialist, signer, code)
	mai.Open(w.base + first.page)
	w.see(mai, "Đã có kết quả", "15/2026", "chưa ký số")
	w.look(mai)
	w.open(clerk, code)
	clerk.Fill("collector", "Nguyễn Thị Mai")
	clerk.Click("Trả kết quả")
	w.see(clerk, "Đã trả kết quả")
	mai.Open(w.base + first.page)
	w.see(mai, "Đã trả kết quả", "Ai đã xem hồ sơ của bạn", "đúng hạn")

	second := w.file(mai, "Nguyễn Thị Bình Minh")
	w.open(clerk, second.number)
	w.accept(clerk)
	code = dossierCode.FindString(clerk.Text("main"))
	w.open(specialist, code)
	w.ask(specialist)
	w.answer(mai, second)
	mai.Open(w.base + second.page)
	w.see(mai, "thời hạn tính lại từ đầu")
	w.settle(specialist, signer, code)

	w.counts(before+2, w.person(phone))
}

// register makes an account on the phone, coming from the procedure's page.
func (w world) register(p *browser.Page) {
	p.Open(w.base + "/")
	w.look(p)
	p.Fill("q", "dang ky khai sinh")
	p.Within("main").Click("Tìm")
	p.Click("Đăng ký khai sinh")
	w.see(p, "Giấy chứng sinh", "Miễn phí", "15:00")
	w.look(p)
	p.Click("Nộp hồ sơ trực tuyến")
	p.Click("Đăng ký")
	w.look(p)
	p.Fill("name", "Nguyễn Thị Mai")
	p.Fill("handle", "0912345601")
	p.Fill("password", "bốn chữ tôi nhớ")
	p.DoubleClick("Tạo tài khoản")
	w.see(p, "Số tài khoản của bạn")
	w.look(p)
}

// sent is a dossier as its applicant knows it.
type sent struct{ number, secret, page string }

// file answers the form page by page, adds two photos, checks and sends, with a
// double click, a second tab and the back button.
func (w world) file(p *browser.Page, child string) sent {
	t := w.t
	p.Open(w.base + "/thu-tuc/1.001193")
	p.Click("Nộp hồ sơ trực tuyến")
	next := func() { p.Click("Lưu và tiếp tục") }
	next() // nothing was chosen: the page says so and stays
	w.see(p, "Cần sửa các mục sau")
	w.look(p)
	p.Choose("Mẹ")
	next()
	p.Fill("phone", "0912 345 678")
	next()
	p.Select("commune-commune", "Xã Phú Túc")
	next()
	p.Fill("child_name", child)
	p.Choose("Nữ")
	next()
	p.Fill("child_born-day", "31")
	p.Fill("child_born-month", "2")
	p.Fill("child_born-year", "2026")
	p.Fill("birth_place", "Trạm y tế xã Phú Túc, tỉnh Vĩnh Long")
	next()
	w.see(p, "Cần sửa các mục sau")
	if got := p.Value("birth_place"); got != "Trạm y tế xã Phú Túc, tỉnh Vĩnh Long" {
		t.Errorf("the error lost what was typed: %q", got)
	}
	p.Fill("child_born-day", "10")
	p.Fill("child_born-month", "11")
	next()
	p.Choose("Chỉ mẹ")
	next()
	p.Fill("mother-name", "Nguyễn Thị Mai")
	p.Fill("mother-born-day", "2")
	p.Fill("mother-born-month", "5")
	p.Fill("mother-born-year", "1998")
	p.Fill("mother-citizen", "083198004321")
	p.Fill("mother-ethnicity", "Kinh")
	p.Fill("mother-nationality", "Việt Nam")
	p.Select("mother-residence-commune", "Xã Phú Túc")
	w.look(p)
	next()
	p.Select("home_town-commune", "Xã Phú Túc")
	p.Fill("child_ethnicity", "Kinh")
	p.Fill("child_nationality", "Việt Nam")
	next()
	p.Choose("Giấy chứng sinh")
	next()
	p.Upload("birth_certificate", w.photos...)
	next()
	p.Choose("Không")
	next()
	p.Choose("Tại bộ phận một cửa của xã, phường")
	next()
	next() // nothing more to say
	w.see(p, "Xem lại trước khi gửi", child, "Xã Phú Túc")
	w.look(p)
	check := p.URL()
	p.DoubleClick("Gửi hồ sơ")
	w.see(p, "Đã nộp hồ sơ")
	w.look(p)
	text := p.Text("main")
	s := sent{number: filingNumber.FindString(text), secret: secretCode.FindString(text), page: strings.TrimSuffix(strings.TrimPrefix(p.URL(), w.base), "/da-nop")}
	if s.number == "" || s.secret == "" {
		t.Fatalf("no number or secret on %.600s", text)
	}
	p.Back()
	tab := p.NewTab()
	tab.Open(check)
	if !strings.Contains(tab.Text("main"), s.number) {
		t.Errorf("sending again shows %.300s", tab.Text("main"))
	}
	if n := w.dossiersOf(child); n != 1 {
		t.Errorf("%d dossiers of %s", n, child)
	}
	return s
}

func (w world) dossiersOf(child string) (n int) {
	w.t.Helper()
	if err := w.program.DB.Read().QueryRowContext(w.t.Context(), `SELECT count(*) FROM cases WHERE title = $1`, child).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// lookUp follows a dossier without an account: by its number alone one reads the
// state and no name; with the secret more.
func (w world) lookUp(s sent, o browser.Options) {
	p := w.person(o)
	p.Open(w.base + "/tra-cuu?so=" + s.number)
	w.see(p, "Đã nộp")
	if text := p.Text("main"); strings.Contains(text, "Ánh Dương") || strings.Contains(text, "Nguyễn Thị Mai") {
		w.t.Errorf("a stranger reads a name: %s", text)
	}
	w.look(p)
	p.Fill("ma", strings.ToLower(s.secret))
	p.Click("Xem chi tiết")
	w.see(p, "Ánh Dương")
}

// open finds a dossier by its number, as a barcode scanner types it.
func (w world) open(p *browser.Page, number string) {
	p.Open(w.base + "/ban-lam-viec")
	p.Fill("so", number)
	p.Press("Enter")
	w.see(p, number)
}

func (w world) see(p *browser.Page, texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		p.For(w.t).See(text)
	}
}

// look checks the page with axe and that it fits the screen.
func (w world) look(p *browser.Page) {
	w.t.Helper()
	p.For(w.t).Axe()
	p.For(w.t).FitsWidth()
}

// ask lists two defects in the one request that a dossier may get.
func (w world) ask(p *browser.Page) {
	p.Click("Yêu cầu bổ sung")
	w.look(p)
	p.Fill("subject-0", "Giấy chứng sinh")
	p.Fill("wrong-0", "Ảnh bị mờ, không đọc được ngày sinh")
	p.Fill("mend-0", "Chụp lại nơi đủ sáng")
	p.Fill("subject-1", "Nơi sinh")
	p.Fill("wrong-1", "Chưa ghi tên ấp")
	p.Within(".govuk-button-group").Click("Yêu cầu bổ sung")
	w.see(p, "Đã gửi yêu cầu bổ sung")
}

// answer reads every defect and answers them.
func (w world) answer(p *browser.Page, s sent) {
	p.Open(w.base + s.page)
	w.see(p, "Ảnh bị mờ, không đọc được ngày sinh", "Chụp lại nơi đủ sáng", "Chưa ghi tên ấp")
	w.look(p)
	p.Click("Bổ sung hồ sơ")
	w.see(p, "Xem lại trước khi gửi", "Chưa ghi tên ấp")
	p.Click("Thay đổi nơi sinh")
	w.see(p, "Chưa ghi tên ấp")
	p.Fill("birth_place", "Ấp 3, xã Phú Túc, tỉnh Vĩnh Long")
	p.Click("Lưu và xem lại")
	w.see(p, "Ấp 3, xã Phú Túc, tỉnh Vĩnh Long")
	p.Click("Gửi bổ sung")
	w.see(p, "Đã gửi bổ sung")
}

// accept takes the dossier in, with a double click.
func (w world) accept(p *browser.Page) {
	p.DoubleClick("Tiếp nhận")
	w.see(p, "Hồ sơ đã có mã và ngày hẹn")
	w.look(p)
}

// settle has the specialist propose the result and the signer approve it.
func (w world) settle(specialist, signer *browser.Page, code string) {
	w.open(specialist, code)
	specialist.Click("Nhận việc")
	specialist.Fill("number", "15/2026")
	specialist.Fill("on-day", "23")
	specialist.Fill("on-month", "11")
	specialist.Fill("on-year", "2026")
	specialist.Upload("paper", w.result)
	w.look(specialist)
	specialist.Click("Trình ký")
	w.see(specialist, "Đã trình ký")
	w.open(signer, code)
	w.look(signer)
	signer.Click("Ký duyệt")
	w.see(signer, "Đã ký duyệt")
}

// target is one line of GET /api/v1/targets.
type target struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Measures []struct {
		ID          string `json:"id"`
		Numerator   int    `json:"numerator"`
		Denominator int    `json:"denominator"`
	} `json:"measures"`
}

// counted asks the API how many dossiers the board counts.
func (w world) counted() int {
	w.t.Helper()
	res, err := http.Get(w.base + "/api/v1/targets")
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // it was read
	var body struct {
		Items []target `json:"items"`
	}
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		w.t.Fatal(err)
	}
	for _, item := range body.Items {
		for _, m := range item.Measures {
			if m.ID == "dossiers.online" {
				return m.Denominator
			}
		}
	}
	w.t.Fatal("the board does not name dossiers.online")
	return 0
}

// counts waits for the board to have moved, and opens the number.
func (w world) counts(want int, p *browser.Page) {
	w.t.Helper()
	until := time.Now().Add(5 * time.Second)
	for w.counted() != want && time.Now().Before(until) {
		time.Sleep(100 * time.Millisecond)
	}
	if got := w.counted(); got != want {
		w.t.Errorf("the board counts %d dossiers after five seconds, want %d", got, want)
	}
	p.Open(w.base + "/chi-tieu")
	w.look(p)
	p.Click("Hồ sơ của các dịch vụ công")
	w.look(p)
	p.Open(w.base + "/chi-tieu/G1.dossiers/dossiers.online")
	w.see(p, "thì được gộp với dòng khác để không ai bị nhận ra") // so few are not told apart
	w.look(p)
}
