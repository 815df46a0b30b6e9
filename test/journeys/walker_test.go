package journeys

import (
	"fmt"
	"strings"
	"testing"

	"benso/internal/testkit/browser"
)

// move is one thing that a person does on a page of a form.
type move func(w world, p *browser.Page)

func fill(field, value string) move { return func(_ world, p *browser.Page) { p.Fill(field, value) } }
func choose(label string) move      { return func(_ world, p *browser.Page) { p.Choose(label) } }
func press(button string) move      { return func(_ world, p *browser.Page) { p.Click(button) } }
func pick(list, option string) move { return func(_ world, p *browser.Page) { p.Select(list, option) } }
func photo(field string) move {
	return func(w world, p *browser.Page) { p.Upload(field, w.photos[0]) }
}

// of answers one of several questions of a page that have the same answers.
func of(question, label string) move {
	return func(_ world, p *browser.Page) { p.Within(question).Choose(label) }
}

// kept says what stands in a box before anything is typed.
func kept(field, value string) move {
	return func(w world, p *browser.Page) {
		w.t.Helper()
		if got := p.Value(field); got != value {
			w.t.Errorf("%s begins with %q, want %q", field, got, value)
		}
	}
}

func born(id, day, month, year string) move {
	return func(_ world, p *browser.Page) {
		p.Fill(id+"-day", day)
		p.Fill(id+"-month", month)
		p.Fill(id+"-year", year)
	}
}

// leaf is one page of a form: what it shows, what is typed wrongly at first and
// what the page then says, and what is right.
type leaf struct {
	shows string
	wrong []move
	says  string
	right []move
}

// filing is the walk through the form of one procedure, from its page to the
// filing number.
type filing struct {
	code    string
	facts   []string // what the procedure's page tells
	leaves  []leaf
	checked []string // what the check of all answers shows
	title   string   // how the dossier is called in lists
}

// newcomer makes an account on a phone, coming from the page of a procedure.
func (w world) newcomer(code, name, handle string, o browser.Options) *browser.Page {
	p := w.person(o)
	p.Open(w.base + "/thu-tuc/" + code)
	p.Click("Nộp hồ sơ trực tuyến")
	p.Click("Đăng ký")
	p.Fill("name", name)
	p.Fill("handle", handle)
	p.Fill("password", "bốn chữ tôi nhớ")
	p.Click("Tạo tài khoản")
	w.see(p, "Số tài khoản của bạn")
	return p
}

// walk files a dossier, and gives its filing number. Each page is looked at, as
// it comes and as it refuses; what was typed stays.
func (w world) walk(p *browser.Page, f filing) string {
	t := w.t
	p = p.For(t)
	picture := 0
	look := func() {
		t.Helper()
		w.look(p)
		picture++
		p.Screenshot(fmt.Sprintf("%s/%s-%02d.png", strings.ReplaceAll(t.Name(), "/", "-"), f.code, picture))
	}
	p.Open(w.base + "/thu-tuc/" + f.code)
	w.see(p, f.facts...)
	look()
	p.Click("Nộp hồ sơ trực tuyến")
	for _, l := range f.leaves {
		w.see(p, l.shows)
		look()
		if l.says != "" {
			w.do(p, l.wrong)
			p.Click("Lưu và tiếp tục")
			w.see(p, "Cần sửa các mục sau", l.says)
			look()
		}
		w.do(p, l.right)
		p.Click("Lưu và tiếp tục")
	}
	w.see(p, append([]string{"Xem lại trước khi gửi"}, f.checked...)...)
	look()
	p.DoubleClick("Gửi hồ sơ")
	w.see(p, "Đã nộp hồ sơ")
	look()
	number := filingNumber.FindString(p.Text("main"))
	if number == "" {
		t.Fatalf("no number on %.400s", p.Text("main"))
	}
	if n := w.dossiersOf(f.title); n != 1 {
		t.Errorf("%d dossiers of %q", n, f.title)
	}
	return number
}

func (w world) do(p *browser.Page, acts []move) {
	w.t.Helper()
	for _, a := range acts {
		a(w, p)
	}
}

// onPhones runs walks on a phone of 360 px on both databases: those of even place
// with JavaScript on the one and without on the other, the odd ones the other way
// round. Who has JavaScript has an account of their own, and a clerk.
func onPhones(t *testing.T, walks func(name string) []filing) {
	databases(t, func(t *testing.T, w world) {
		type people struct{ applicant, clerk *browser.Page }
		of := map[bool]people{}
		names := map[bool]string{true: "Nguyễn Thị Mai Bắc", false: "Nguyễn Thị Mai Nam"}
		handles := map[bool]string{true: "0912345610", false: "0912345611"}
		for i := range walks("") {
			javascript := w.scripts(i)
			name := names[javascript]
			f := walks(name)[i]
			who, ok := of[javascript]
			if !ok {
				who.applicant = w.newcomer(f.code, name, handles[javascript], browser.Options{Width: 360, Height: 740, JavaScript: javascript})
				who.clerk = w.official("motcua@benso.example", browser.Options{Width: 1280, Height: 900, JavaScript: javascript})
				of[javascript] = who
			}
			title := f.code + " without JavaScript"
			if javascript {
				title = f.code + " with JavaScript"
			}
			t.Run(title, func(t *testing.T) {
				w := w.at(t)
				number := w.walk(who.applicant, f)
				clerk := who.clerk.For(t)
				w.open(clerk, number)
				w.see(clerk, f.title)
				clerk.Screenshot(fmt.Sprintf("%s/%s-desk.png", strings.ReplaceAll(t.Name(), "/", "-"), f.code))
			})
		}
	})
}
