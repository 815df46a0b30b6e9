package journeys

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/server/demo"
	"benso/internal/testkit/browser"
)

// Certified copies: the applicant reads what they cost and why while checking, the
// clerk accepts, counts the pages again, takes the money and prints, and the
// applicant reads that it was paid, under which number.
func TestFeeIsReadBeforeSendingPaidAtTheCounterAndSeenAsPaid(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		w.copies(w.scripts(1))
	})
}

var receiptNumber = regexp.MustCompile(`\d{7}/2026`)

func (w world) copies(javascript bool) {
	t := w.t
	phone := browser.Options{Width: 360, Height: 740, JavaScript: javascript}
	office := browser.Options{Width: 1280, Height: 900, JavaScript: javascript}

	mai := w.person(phone)
	mai.Open(w.base + "/dang-nhap?tiep=/thu-tuc/2.000815")
	mai.Fill("handle", "nguoidan@benso.example")
	mai.Fill("password", demo.Password)
	mai.Within("main").Click("Đăng nhập")
	w.see(mai, "2.000 ₫ một trang bản chính", "nhiều nhất 200.000 ₫ một bản sao")
	mai.Screenshot("phi-thu-tuc.png")
	w.look(mai)
	page := w.askForCopies(mai, "Bằng tốt nghiệp")

	clerk := w.official("motcua@benso.example", office)
	w.open(clerk, page.number)
	w.see(clerk, "Dự kiến", "15.000 ₫")
	w.accept(clerk)
	w.see(clerk, "Chưa nộp 15.000 ₫")
	clerk.Screenshot("phi-ban-lam-viec.png")
	mai.Open(w.base + page.page)
	w.see(mai, "Chưa nộp 15.000 ₫", "3 bản sao từ 1 giấy tờ")
	mai.Screenshot("phi-chua-nop.png")
	w.look(mai)

	// A part is not taken.
	clerk.Click("Thu phí, lệ phí")
	w.look(clerk)
	clerk.Fill("amount", "10.000")
	clerk.Click("Ghi nhận đã thu")
	w.see(clerk, "Thu đúng 15.000 ₫")
	clerk.Screenshot("phi-thu-loi.png")
	w.look(clerk)
	if got := clerk.Value("amount"); got != "10.000" {
		t.Errorf("the error lost what was typed: %q", got)
	}
	// The original has four pages, not three.
	clerk.Open(clerk.URL())
	clerk.Click("Mức thực tế khác mức đã tính")
	clerk.Fill("amount-0", "18.000")
	clerk.Fill("basis-0", "Đếm tại quầy: 4 trang")
	clerk.Fill("payer", "Nguyễn Văn Ba")
	clerk.DoubleClick("Ghi nhận đã thu")
	w.see(clerk, "Đã nộp 18.000 ₫", "In biên lai")
	clerk.Screenshot("phi-da-thu.png")
	w.look(clerk)
	if n := w.receipts(page.number); n != 1 {
		t.Errorf("a double click took %d times", n)
	}
	wrong := receiptNumber.FindString(clerk.Text("main"))

	// The payer was another: the receipt is cancelled and written anew.
	clerk.Click("Hủy biên lai " + wrong)
	w.look(clerk)
	clerk.Within("main form").Click("Hủy biên lai")
	w.see(clerk, "Nhập lý do hủy")
	clerk.Fill("reason", "Ghi nhầm người nộp")
	clerk.Within("main form").Click("Hủy biên lai")
	w.see(clerk, "Đã hủy biên lai", "ĐÃ HỦY", "Chưa nộp 18.000 ₫")
	clerk.Fill("payer", "Nguyễn Thị Mai")
	clerk.Choose("Chuyển khoản tại quầy")
	clerk.Click("Ghi nhận đã thu")
	w.see(clerk, "Đã thu và lập biên lai")
	numbers := receiptNumber.FindAllString(clerk.Text("main"), -1)
	right := ""
	for _, n := range numbers {
		if n != wrong {
			right = n
		}
	}
	if right == "" {
		t.Fatalf("no second receipt on %.600s", clerk.Text("main"))
	}

	clerk.Open(w.base + "/bien-lai")
	w.see(clerk, wrong, right, "Đã hủy", "18.000 ₫", "Nguyễn Thị Mai")
	clerk.Screenshot("phi-bien-lai-ngay.png")
	w.look(clerk)

	mai.Open(w.base + page.page)
	w.see(mai, "Đã nộp 18.000 ₫", "Biên lai số "+right, "Đếm tại quầy: 4 trang", "ĐÃ HỦY")
	mai.Screenshot("phi-da-nop.png")
	w.look(mai)
	w.papers(page.page, right)
}

// askForCopies files for three certified copies of one paper of three pages, which
// cost 3 × (2 × 2.000 + 1.000) ₫.
func (w world) askForCopies(p *browser.Page, paper string) sent {
	p.Click("Nộp hồ sơ trực tuyến")
	next := func() { p.Click("Lưu và tiếp tục") }
	p.Select("commune-commune", "Xã Phú Túc")
	next()
	p.Fill("documents-0-name", paper)
	p.Fill("documents-0-pages", "3")
	p.Fill("documents-0-copies", "3")
	next()
	p.Choose("Không, tất cả đều còn tốt")
	next()
	p.Choose("Không")
	next()
	p.Fill("name", "Nguyễn Thị Mai")
	p.Fill("phone", "0912 345 678")
	next()
	w.see(p, "Xem lại trước khi gửi", "Phí chứng thực bản sao", "15.000 ₫", "3 bản sao từ 1 giấy tờ", "Thông tư 226/2016/TT-BTC", "Tổng cộng")
	p.Screenshot("phi-xem-lai.png")
	w.look(p)
	p.DoubleClick("Gửi hồ sơ")
	w.see(p, "Đã nộp hồ sơ")
	text := p.Text("main")
	s := sent{number: filingNumber.FindString(text), page: strings.TrimSuffix(strings.TrimPrefix(p.URL(), w.base), "/da-nop")}
	if s.number == "" {
		w.t.Fatalf("no number on %.600s", text)
	}
	return s
}

func (w world) receipts(filing string) (n int) {
	w.t.Helper()
	err := w.program.DB.Read().QueryRowContext(w.t.Context(), `SELECT count(*) FROM payments p JOIN dossiers d ON d.case_id = p.case_id WHERE d.filing_number = $1`, filing).Scan(&n)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// papers fetches the receipt of the applicant's page as a PDF, and the clerk's list
// of the day for a spreadsheet.
func (w world) papers(page, number string) {
	t := w.t
	t.Helper()
	get := func(handle, path string) (string, []byte) {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		c := http.Client{Jar: jar, Timeout: time.Minute}
		for _, r := range []func() (*http.Response, error){
			func() (*http.Response, error) {
				return c.PostForm(w.base+"/dang-nhap", url.Values{"key": {database.NewID()}, "handle": {handle}, "password": {demo.Password}})
			},
			func() (*http.Response, error) { return c.Get(w.base + path) },
		} {
			res, err := r()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if res.StatusCode == http.StatusOK && strings.HasSuffix(res.Request.URL.Path, strings.SplitN(path, "?", 2)[0]) {
				return res.Header.Get("Content-Type"), body
			}
		}
		t.Fatalf("%s did not get %s", handle, path)
		return "", nil
	}
	var id string
	err := w.program.DB.Read().QueryRowContext(t.Context(), `SELECT p.id FROM payments p WHERE p.case_id = $1 AND p.status = 'paid'`, page[strings.LastIndexByte(page, '/')+1:]).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	if kind, body := get("nguoidan@benso.example", page+"/bien-lai/"+id); kind != "application/pdf" || !bytes.HasPrefix(body, []byte("%PDF-")) {
		t.Errorf("the receipt is %s", kind)
	}
	kind, body := get("motcua@benso.example", "/bien-lai.csv?ngay=2026-11-23")
	if kind != "text/csv; charset=utf-8" || !bytes.HasPrefix(body, []byte("\ufeffSố biên lai,")) || !strings.Contains(string(body), number+",") || !strings.Contains(string(body), "Ghi nhầm người nộp") {
		t.Errorf("%s: %s", kind, body)
	}
}
