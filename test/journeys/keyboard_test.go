package journeys

import (
	"strings"
	"testing"

	"benso/internal/testkit/browser"
)

// keyboard is a person who touches neither mouse nor screen; it counts the keys.
type keyboard struct {
	w    world
	p    *browser.Page
	keys int
}

func (k *keyboard) press(keys ...string) {
	k.w.t.Helper()
	for _, key := range keys {
		k.p.Press(key)
		k.keys++
	}
}

func (k *keyboard) write(text string) {
	k.w.t.Helper()
	k.p.Type(text)
	k.keys += len([]rune(text))
}

// until goes on with Tab until what has the focus is wanted. Whatever has it on
// the way shows so, and stands on the screen.
func (k *keyboard) until(what string, wanted func(browser.Focus) bool) {
	k.w.t.Helper()
	f := k.p.Focus()
	var passed []string
	for range 150 {
		if f.Tag != "" && wanted(f) {
			return
		}
		k.press("Tab")
		if f = k.p.Focus(); f.Tag == "" {
			passed = append(passed, "(page)")
			continue
		}
		passed = append(passed, f.Name)
		if !f.Ring {
			k.w.t.Errorf("at %s nothing shows that %s %q has the focus", k.p.URL(), f.Tag, f.Name)
		}
		if !f.Shown {
			k.w.t.Errorf("at %s what has the focus is not on the screen: %s %q", k.p.URL(), f.Tag, f.Name)
		}
	}
	k.w.t.Fatalf("at %s no Tab leads to %s: %s", k.p.URL(), what, strings.Join(passed[max(0, len(passed)-60):], " | "))
}

// to goes to a field by its id.
func (k *keyboard) to(id string) {
	k.w.t.Helper()
	k.until(id, func(f browser.Focus) bool { return f.ID == id })
}

// reach goes to a link or a button by its words.
func (k *keyboard) reach(name string) {
	k.w.t.Helper()
	k.until(name, func(f browser.Focus) bool { return f.Name == name })
}

// enter follows a link or presses a button by its words, and sees the next page.
func (k *keyboard) enter(name string, shows ...string) {
	k.w.t.Helper()
	k.reach(name)
	k.submit(shows...)
}

// submit presses Enter where it leads to another page.
func (k *keyboard) submit(shows ...string) {
	k.w.t.Helper()
	k.p.PressToGo("Enter")
	k.keys++
	k.w.see(k.p, shows...)
}

// shortcut presses the key of a link, a button or a box; without JavaScript Tab
// leads there.
func (k *keyboard) shortcut(key string) {
	k.w.t.Helper()
	if k.p.Scripts() {
		k.press(key)
		return
	}
	k.until("the key "+key, func(f browser.Focus) bool { return f.Key == key })
	if k.p.Focus().Tag != "input" {
		k.press("Enter")
	}
}

func (k *keyboard) fill(id, text string) {
	k.w.t.Helper()
	k.to(id)
	k.write(text)
}

// choose ticks one of several answers: Space the first, arrows the others.
func (k *keyboard) choose(id, label string) {
	k.w.t.Helper()
	k.to(id)
	k.press("Space")
	for range 12 {
		if k.p.Focus().Name == label {
			if k.p.Value(label) != "on" {
				k.w.t.Fatalf("%q has the focus and is not chosen", label)
			}
			return
		}
		k.press("ArrowDown")
	}
	k.w.t.Fatalf("no arrow leads to %q", label)
}

// pick chooses from a list as one does without seeing it all: the first letters, then arrows.
func (k *keyboard) pick(id, option string) {
	k.w.t.Helper()
	k.to(id)
	k.write(option)
	for range 200 {
		if k.p.Value(id) == option {
			return
		}
		k.press("ArrowDown")
	}
	k.w.t.Fatalf("no arrow leads to %q in %s, which holds %q", option, id, k.p.Value(id))
}

func (k *keyboard) date(id, day, month, year string) {
	k.w.t.Helper()
	k.fill(id+"-day", day)
	k.fill(id+"-month", month)
	k.fill(id+"-year", year)
}

// From the search to the page that tells how the dossier stands: no click, on a
// phone of 360 px, as for somebody with a switch or a keyboard alone.
func TestApplicantFindsFilesAndFollowsByTheKeyboardAlone(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		k := &keyboard{w: w, p: w.person(browser.Options{Width: 360, Height: 740, JavaScript: w.scripts(1)})}
		number := k.files("Nguyễn Thị Bàn Phím")
		k.follows(number)
		t.Logf("%d keys", k.keys)
		if n := w.dossiersOf("Nguyễn Thị Bàn Phím"); n != 1 {
			t.Errorf("there are %d dossiers", n)
		}
	})
}

// files finds the procedure, makes an account, answers page by page and sends.
func (k *keyboard) files(child string) string {
	w, p := k.w, k.p
	p.Open(w.base + "/")
	k.press("Tab")
	if f := p.Focus(); f.Name != "Chuyển đến nội dung chính" || !f.Shown {
		w.t.Errorf("the first Tab leads to %+v", f)
	}
	k.press("Enter") // past the header, to the search
	k.fill("q", "dang ky khai sih")
	k.submit("Đang hiện kết quả cho “đăng ký khai sinh”")
	k.enter("Đăng ký khai sinh", "Giấy tờ cần chuẩn bị")
	k.enter("Chưa có tài khoản? Đăng ký", "Đặt mật khẩu")
	k.fill("name", "Nguyễn Thị Mai")
	k.fill("handle", "0912345699")
	k.fill("password", "bốn chữ tôi nhớ")
	k.submit("Số tài khoản của bạn")
	k.enter("Tiếp tục", "Giấy tờ cần chuẩn bị")
	k.enter("Nộp hồ sơ trực tuyến", "Bạn là ai đối với trẻ?")

	next := func(shows string) { k.enter("Lưu và tiếp tục", shows) }
	next("Cần sửa các mục sau") // nothing was chosen
	k.reach("Chọn quan hệ của bạn với trẻ")
	k.press("Enter")
	if f := p.Focus(); f.ID != "relation" {
		// Without JavaScript the browser goes to the place, and the next Tab into the field.
		k.press("Tab")
		if f = p.Focus(); f.ID != "relation" {
			w.t.Errorf("the summary of errors leads to %+v", f)
		}
	}
	k.choose("relation", "Mẹ")
	next("Cách liên lạc với bạn")
	k.fill("phone", "0912 345 678")
	next("Đăng ký tại xã, phường nào?")
	k.pick("commune-commune", commune)
	next("Tên và giới tính của trẻ")
	k.fill("child_name", child)
	k.choose("child_sex", "Nữ")
	next("Ngày sinh và nơi sinh")
	k.date("child_born", "10", "11", "2026")
	k.fill("birth_place", "Trạm y tế xã Phú Túc")
	k.submit("Ghi cha mẹ nào vào giấy khai sinh?")
	k.choose("parents", "Chỉ mẹ")
	next("Mẹ của trẻ")
	k.fill("mother-name", "Nguyễn Thị Mai")
	k.date("mother-born", "2", "5", "1998")
	k.fill("mother-citizen", "083198004321")
	k.fill("mother-ethnicity", "Kinh")
	k.pick("mother-residence-commune", commune)
	next("Quê quán, dân tộc, quốc tịch của trẻ")
	k.pick("home_town-commune", commune)
	k.fill("child_ethnicity", "Kinh")
	next("Bạn có giấy nào về việc sinh?")
	k.choose("proof", "Giấy chứng sinh")
	next("Ảnh giấy chứng sinh")
	k.to("birth_certificate")
	p.PressForFiles("Enter", w.photos[0])
	next("mang thai hộ")
	k.choose("by_surrogacy", "Không")
	next("Bạn muốn nhận giấy khai sinh bằng cách nào?")
	k.choose("receive", "Tại bộ phận một cửa của xã, phường")
	next("Bạn muốn nói thêm điều gì không?")
	next("Xem lại trước khi gửi")
	w.see(p, child, "giấy chứng sinh 1.jpg")

	k.enter("Thay đổi nơi sinh", "Lưu và xem lại")
	k.to("birth_place")
	k.write("Bệnh viện tỉnh") // Tab has marked what stood there
	k.enter("Lưu và xem lại", "Bệnh viện tỉnh")
	k.enter("Gửi hồ sơ", "Đã nộp hồ sơ")
	number := filingNumber.FindString(p.Text("main"))
	if number == "" {
		w.t.Fatalf("no number on %.400s", p.Text("main"))
	}
	return number
}

// follows reads how the dossier stands: with the secret of the last page, then as
// the one who sent it.
func (k *keyboard) follows(number string) {
	w, p := k.w, k.p
	secret := secretCode.FindString(p.Text("main"))
	k.enter("Mở trang tra cứu", number, "Đã nộp")
	k.fill("ma", secret)
	k.submit("Quá trình giải quyết")
	k.enter("Hồ sơ của tôi", "Đã gửi")
	k.until("the dossier", func(f browser.Focus) bool { return strings.HasPrefix(f.Name, "Đăng ký khai sinh: ") })
	k.submit("Đã nộp, cơ quan đang kiểm tra")
	k.reach("Ai đã xem hồ sơ của bạn")
	k.press("Enter")
	w.see(p, "Tra cứu tình trạng bằng mã", "Người có mã tra cứu") // who had the secret
}
