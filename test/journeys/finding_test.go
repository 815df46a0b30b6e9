package journeys

import (
	"fmt"
	"strings"
	"testing"

	"benso/internal/testkit/browser"
)

// Whoever comes finds their procedure with a slip, by what happened to them, and by
// filters; what cannot be filed here says why, and where it can.
func TestProcedureIsFoundWithASlipFilteredAndOpened(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		w.findProcedures(w.person(browser.Options{Width: 360, Height: 740, JavaScript: w.scripts(1)}), 360)
		w.findProcedures(w.person(browser.Options{Width: 1280, Height: 900, JavaScript: w.scripts(0)}), 1280)
	})
}

func (w world) findProcedures(p *browser.Page, width int) {
	t, seen := w.t, 0
	look := func() {
		w.look(p)
		seen++
		p.Screenshot(fmt.Sprintf("finding-%d-%02d.png", width, seen))
	}
	p.Open(w.base + "/")
	look()
	w.see(p, "Bạn đang có việc gì?", "Có con", "Nhiều người cần")
	p.Fill("q", "dang ky khai sih")
	p.Within("main").Click("Tìm")
	w.see(p, "Đang hiện kết quả cho “đăng ký khai sinh”", "có “đăng ký khai sinh”")
	look()
	if first := p.Text(".bs-results li"); !strings.HasPrefix(first, "Đăng ký khai sinh") {
		t.Errorf("first is %q", first)
	}
	if p.Value("q") != "dang ky khai sih" {
		t.Errorf("what was typed is %q now", p.Value("q"))
	}

	// What people call it, which no name has.
	p.Fill("q", "so do")
	p.Within("main").Click("Tìm")
	w.see(p, "quyền sử dụng đất")

	// Filters stand in the address, and each can be taken off.
	p.Open(w.base + "/thu-tuc")
	look()
	p.Click("Lọc theo lĩnh vực, cấp, đối tượng, cách nộp")
	p.Within("main").Select("Lĩnh vực", "Chứng thực (12)")
	p.Within("main").Click("Lọc")
	w.see(p, "12 thủ tục", "Chứng thực di chúc")
	if !strings.Contains(p.URL(), "linh-vuc=chung-thuc") {
		t.Errorf("the address is %s", p.URL())
	}
	look()
	p.Fill("q", "chu ky")
	p.Within("main").Click("Tìm")
	w.see(p, "chữ ký người dịch")
	p.Within(".bs-tags").Click("Chứng thực")
	if strings.Contains(p.URL(), "linh-vuc=chung-thuc") {
		t.Errorf("the filter is still in %s", p.URL())
	}
	p.Open(w.base + "/thu-tuc?q=karaoke+tren+mat+trang")
	w.see(p, "Không có thủ tục nào có")
	look()
	p.Open(w.base + "/thu-tuc?trang=3")
	look()

	// By what happened: a page of its own, then the procedure.
	p.Open(w.base + "/")
	p.Click("Có con")
	w.see(p, "Đăng ký khai sinh", "Việc khác")
	look()
	p.Within(".bs-results").Click("Đăng ký khai sinh")
	w.see(p, "Giấy khai sinh", "Giấy tờ cần chuẩn bị", "Nộp hồ sơ trực tuyến")
	look()

	// What cannot be filed here says so, and leads to the national portal.
	p.Open(w.base + "/thu-tuc?q=dk+thuong+tru")
	p.Within(".bs-results").Click("Đăng ký thường trú")
	w.see(p, "Thủ tục này chưa nộp trực tuyến được tại đây", "Mở thủ tục trên Cổng Dịch vụ công quốc gia")
	look()
	p.Open(w.base + "/thu-tuc/1.013225") // one of the longest
	look()
}
