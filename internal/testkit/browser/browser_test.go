package browser

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const policy = "default-src 'self'; script-src 'nonce-n1'"

// wharf is a little site with what the journeys meet.
func wharf(t *testing.T) (address string, sent *atomic.Int32) {
	t.Helper()
	sent = new(atomic.Int32)
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, title, body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		if _, err := fmt.Fprintf(w, `<!DOCTYPE html><html lang="vi"><head><title>%s</title><meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>%s</h1>%s</main></body></html>`, title, title, body); err != nil {
			t.Log("the browser left:", err) // a click that is overtaken by the next
		}
	}
	page := func(path, title, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { write(w, title, body) })
	}
	page("/{$}", "Bến", `<p><a href="/don">Nộp hồ sơ</a></p><p><a href="/rong">Rộng</a></p><p id="c">chưa</p><noscript><p>Không có script</p></noscript>
		<button type="button" id="b">Đếm</button><script nonce="n1">b.onclick = () => { c.textContent = 'đã đếm' }</script>`)
	page("/don", "Đơn", `<form method="post" action="/gui" enctype="multipart/form-data" novalidate>
		<p><label for="ten">Họ và tên</label> <input id="ten" name="hoten" value="cũ"></p>
		<p><label for="ngay">Ngày sinh</label> <input id="ngay" name="ngay" type="date"></p>
		<p><label for="ghi">Ghi chú</label> <textarea id="ghi" name="ghi"></textarea></p>
		<p><label for="xa">Xã</label> <select id="xa" name="xa"><option value="">Chọn</option><option value="1">An Hiệp</option></select></p>
		<fieldset><legend>Giới tính</legend><p><input type="radio" name="gioi" id="g1" value="nam"> <label for="g1">Nam</label></p><p><input type="radio" name="gioi" id="g2" value="nu"> <label for="g2">Nữ</label></p></fieldset>
		<fieldset><legend>Có thẻ bảo hiểm?</legend><p><input type="radio" name="bh" id="h1" value="co"> <label for="h1">Có</label></p></fieldset>
		<fieldset><legend>Có sổ hộ khẩu?</legend><p><input type="radio" name="so" id="s1" value="co"> <label for="s1">Có</label></p></fieldset>
		<p><input type="checkbox" name="cam" id="cam" value="1"> <label for="cam">Tôi cam đoan</label></p>
		<p><label for="anh">Ảnh</label> <input type="file" name="anh" id="anh" multiple></p>
		<button>Gửi hồ sơ</button></form>`)
	mux.HandleFunc("POST /gui", func(w http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			write(w, "Lỗi", html.EscapeString(err.Error()))
			return
		}
		time.Sleep(150 * time.Millisecond) // a hand clicks again meanwhile
		http.SetCookie(w, &http.Cookie{Name: "phien", Value: url.QueryEscape(r.FormValue("hoten")), Path: "/"})
		var b strings.Builder
		for _, k := range []string{"hoten", "ngay", "ghi", "xa", "gioi", "bh", "so", "cam"} {
			fmt.Fprintf(&b, "<li>%s=%s</li>", k, html.EscapeString(r.FormValue(k)))
		}
		for _, h := range r.MultipartForm.File["anh"] {
			fmt.Fprintf(&b, "<li>%s %d</li>", html.EscapeString(h.Filename), h.Size)
		}
		write(w, "Đã nhận", "<ul>"+b.String()+"</ul><p>"+html.EscapeString(r.Header.Get("Accept-Language"))+"</p>")
	})
	mux.HandleFunc("GET /toi", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("phien")
		if err != nil {
			write(w, "Tôi", "người lạ")
			return
		}
		name, err := url.QueryUnescape(c.Value)
		if err != nil {
			t.Error(err)
		}
		write(w, "Tôi", html.EscapeString(name))
	})
	page("/rong", "Rộng", `<div class="qua-rong" style="width:900px">bảng</div>`)
	mux.HandleFunc("GET /xau", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if _, err := io.WriteString(w, `<!DOCTYPE html><html><head><title>Xấu</title></head><body><div style="width:900px" class="qua-rong">rộng</div><img src="/x.png"><form><input name="khong-nhan"></form></body></html>`); err != nil {
			t.Error(err)
		}
	})
	page("/loi", "Lỗi", `<script nonce="n1">throw new Error("hỏng rồi")</script><script>document.title = "nội dòng"</script>`)
	page("/cho", "Hai nút", `<table><tr><td>Hồ sơ A</td><td><a href="/?a">Mở</a></td></tr><tr><td>Hồ sơ B</td><td><a href="/?b">Mở</a></td></tr></table>`)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, sent
}

func both(t *testing.T, f func(t *testing.T, p *Page, url string, sent *atomic.Int32)) {
	for _, c := range []struct {
		name string
		js   bool
	}{{"with JavaScript", true}, {"without JavaScript", false}} {
		t.Run(c.name, func(t *testing.T) {
			url, sent := wharf(t)
			f(t, New(t, Options{JavaScript: c.js}), url, sent)
		})
	}
}

func TestJourneyFillsAndSendsAForm(t *testing.T) {
	both(t, func(t *testing.T, p *Page, url string, sent *atomic.Int32) {
		file := filepath.Join(t.TempDir(), "tờ khai.pdf")
		if err := os.WriteFile(file, make([]byte, 12345), 0o644); err != nil {
			t.Fatal(err)
		}
		p.Open(url)
		if got := p.Has("Không có script"); got == p.opts.JavaScript {
			t.Errorf("the text for those without scripts is shown: %v", got)
		}
		p.Axe()
		p.FitsWidth()
		p.Click("Nộp hồ sơ")
		p.Axe()
		p.Fill("Họ và tên", "Trần Thị Bưởi")
		p.Fill("ngay", "1990-02-03")
		p.Fill("Ghi chú", "Dòng một\nDòng hai")
		p.Select("Xã", "An Hiệp")
		p.Choose("Nữ")
		p.Within("Có thẻ bảo hiểm?").Choose("Có")
		p.Choose("Tôi cam đoan")
		p.Upload("Ảnh", file)
		if got := []string{p.Value("Họ và tên"), p.Value("Xã"), p.Value("Nữ"), p.Value("Nam")}; strings.Join(got, "|") != "Trần Thị Bưởi|An Hiệp|on|" {
			t.Errorf("the fields hold %q", got)
		}
		p.Click("Gửi hồ sơ")
		for _, want := range []string{"hoten=Trần Thị Bưởi", "ngay=1990-02-03", "ghi=Dòng một Dòng hai", "xa=1", "gioi=nu", "bh=co", "so= cam=1", "tờ khai.pdf 12345", "vi"} {
			p.See(want)
		}
		if p.Text("h1") != "Đã nhận" || p.Count("li") != 9 || p.URL() != url+"/gui" || p.Title() != "Đã nhận" {
			t.Errorf("after sending: %q, %d rows, at %s, %q", p.Text("h1"), p.Count("li"), p.URL(), p.Title())
		}
		p.Axe()
		tab := p.NewTab()
		tab.Open(url + "/toi")
		tab.See("Trần Thị Bưởi")
		p.Back()
		p.Click("Gửi hồ sơ")
		p.See("Đã nhận")
		if sent.Load() != 2 {
			t.Errorf("back and again sent the form %d times", sent.Load())
		}
	})
}

func TestDoubleClickSendsTwice(t *testing.T) {
	both(t, func(t *testing.T, p *Page, url string, sent *atomic.Int32) {
		p.Open(url + "/don")
		p.DoubleClick("Gửi hồ sơ")
		p.See("Đã nhận")
		if sent.Load() != 2 {
			t.Errorf("the server saw %d of two clicks", sent.Load())
		}
	})
}

func TestScriptsRunOnlyWithJavaScript(t *testing.T) {
	both(t, func(t *testing.T, p *Page, url string, _ *atomic.Int32) {
		p.Open(url)
		p.Axe() // it must not leave scripts on
		p.Click("Đếm")
		if got := p.Text("#c") == "đã đếm"; got != p.opts.JavaScript {
			t.Errorf("the script ran: %v", got)
		}
	})
}

func TestUnreachablePageIsFoundOutOffline(t *testing.T) {
	url, _ := wharf(t)
	r := &recorder{TB: t}
	p := New(t, Options{}).For(r)
	p.Open(url)
	p.Offline(true)
	if got := r.run(func() { p.Open(url + "/don") }); !strings.Contains(got, "ERR_INTERNET_DISCONNECTED") {
		t.Errorf("offline: %s", got)
	}
	p.Offline(false)
	p.Open(url + "/don")
	p.See("Họ và tên")
}

// impatient shortens what waiting in vain takes.
func impatient(t *testing.T) {
	before := patience
	patience = time.Second
	t.Cleanup(func() { patience = before })
}

func TestBadPageIsFoundOut(t *testing.T) {
	impatient(t)
	url, _ := wharf(t)
	t.Setenv("BENSO_SCREENSHOTS", t.TempDir())
	r := &recorder{TB: t}
	p := New(t, Options{Width: 320}).For(r)
	p.Open(url + "/xau")
	for _, want := range []string{"html-has-lang", "image-alt", "label (critical)", `<img src="/x.png">`, "screenshot: "} {
		if got := r.run(p.Axe); !strings.Contains(got, want) {
			t.Errorf("axe does not report %s:\n%s", want, got)
		}
	}
	if got := r.run(p.FitsWidth); !strings.Contains(got, "qua-rong") || !strings.Contains(got, "of 320") {
		t.Errorf("the wide element is not named:\n%s", got)
	}
	got := r.run(func() { p.Click("Không có nút này") })
	_, file, ok := strings.Cut(got, "screenshot: ")
	if !ok || !strings.Contains(got, "Không có nút này") || !strings.Contains(got, "the page says") {
		t.Fatalf("a missing button is reported as:\n%s", got)
	}
	if info, err := os.Stat(strings.TrimSpace(file)); err != nil || info.Size() == 0 {
		t.Errorf("the screenshot of the failure: %v", err)
	}
	p.Screenshot("xau.png")
	if info, err := os.Stat(filepath.Join(os.Getenv("BENSO_SCREENSHOTS"), "xau.png")); err != nil || info.Size() == 0 {
		t.Errorf("the screenshot asked for: %v", err)
	}
}

func TestTwoThingsOfOneNameNeedTheirPart(t *testing.T) {
	impatient(t)
	url, _ := wharf(t)
	r := &recorder{TB: t}
	p := New(t, Options{}).For(r)
	p.Open(url + "/cho")
	if got := r.run(func() { p.Click("Mở") }); !strings.Contains(got, "use Within") {
		t.Errorf("one of two was clicked: %s", got)
	}
	p.Within("Hồ sơ B").Click("Mở")
	if p.URL() != url+"/?b" {
		t.Errorf("the wrong one was opened: %s", p.URL())
	}
}

func TestExceptionsAndRefusedScriptsAreProblems(t *testing.T) {
	url, _ := wharf(t)
	p := New(t, Options{JavaScript: true})
	p.Open(url + "/loi")
	got := strings.Join(p.Problems(), "\n")
	if !strings.Contains(got, "hỏng rồi") || !strings.Contains(got, "Content Security Policy") {
		t.Errorf("reported: %s", got)
	}
}

// Those who come one after the other share the browser, and nothing else.
func TestTwoPeopleShareNoCookie(t *testing.T) {
	url, _ := wharf(t)
	one, other := New(t, Options{}), New(t, Options{})
	one.Open(url + "/don")
	one.Fill("Họ và tên", "Bưởi")
	one.Click("Gửi hồ sơ")
	one.Open(url + "/toi")
	one.See("Bưởi")
	other.Open(url + "/toi")
	other.See("người lạ")
}

func TestKeyboardReachesSeesAndAnswersADialog(t *testing.T) {
	both(t, func(t *testing.T, p *Page, url string, _ *atomic.Int32) {
		file := filepath.Join(t.TempDir(), "ảnh.jpg")
		if err := os.WriteFile(file, make([]byte, 77), 0o644); err != nil {
			t.Fatal(err)
		}
		p.Open(url + "/don")
		if f := p.Focus(); f != (Focus{}) {
			t.Errorf("before any key %+v has the focus", f)
		}
		p.Press("Tab")
		if f := p.Focus(); f.ID != "ten" || f.Name != "Họ và tên" || !f.Ring || !f.Shown {
			t.Errorf("the first Tab leads to %+v", f)
		}
		for range 20 {
			if p.Focus().ID == "anh" {
				break
			}
			p.Press("Tab")
		}
		p.PressForFiles("Enter", file)
		p.Press("Tab")
		p.PressToGo("Enter")
		p.See("ảnh.jpg 77")
	})
}

// recorder is a test that may fail without failing this one.
type recorder struct {
	testing.TB
	said strings.Builder
}

type failed struct{}

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(&r.said, format+"\n", args...) }
func (r *recorder) FailNow()                          { panic(failed{}) }

// run gives what f failed with.
func (r *recorder) run(f func()) (said string) {
	r.said.Reset()
	defer func() {
		said = r.said.String()
		if x := recover(); x != nil {
			if _, ok := x.(failed); !ok {
				panic(x)
			}
		}
	}()
	f()
	return ""
}
