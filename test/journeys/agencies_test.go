package journeys

import (
	"fmt"
	"testing"

	"benso/internal/server/demo"
	"benso/internal/testkit/browser"
)

// The administrator of a commune adds an office, sees it among the agencies, gives it
// another name, and is told what keeps it from ending; the committee is neither renamed
// nor ended.
func TestAdministratorOfACommuneAddsAndRenamesAnAgencyInABrowser(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		for i, mode := range []struct {
			name string
			o    browser.Options
		}{
			{"with JavaScript", browser.Options{Width: 1280, Height: 900, JavaScript: true}},
			{"without JavaScript, on a phone", browser.Options{Width: 360, Height: 740}},
		} {
			t.Run(mode.name, func(t *testing.T) { w.at(t).agencies(i, mode.o) })
		}
	})
}

func (w world) agencies(i int, o browser.Options) {
	t := w.t
	w.chief()
	shots := 0
	shot := func(p *browser.Page, name string) {
		t.Helper()
		w.look(p)
		shots++
		p.Screenshot(fmt.Sprintf("agencies-%d-%02d-%s.png", o.Width, shots, name))
	}
	chief := w.person(o)
	chief.Open(w.base + "/dang-nhap")
	chief.Fill("handle", "quantri.phutuc@benso.example")
	chief.Fill("password", demo.Password)
	chief.Within("main").Click("Đăng nhập")
	chief.Within(".bs-subnav").Click("Cơ quan")
	w.see(chief, "Ủy ban nhân dân xã Phú Túc", "cấp xã")
	if chief.Has("Phú Khương") || chief.Has("Sở Tư pháp") {
		t.Error("agencies of others are shown")
	}
	shot(chief, "list")
	chief.Click("Ủy ban nhân dân xã Phú Túc")
	w.see(chief, "000.00.45.H61", "không đổi tên hay kết thúc ở đây")
	shot(chief, "committee")

	office := []string{"Phòng Kinh tế xã Phú Túc", "Phòng Văn hóa xã Phú Túc"}[i]
	chief.Within(".bs-subnav").Click("Cơ quan")
	chief.Click("table tbody tr:first-child td:last-child a")
	shot(chief, "add")
	chief.Click("form[action$='/them-co-quan'] button")
	w.see(chief, "Cần sửa các mục sau", "Ghi tên cơ quan.")
	shot(chief, "add-wrong")
	chief.Fill("name", office)
	chief.Fill("ground", "Quyết định số 15/QĐ-UBND ngày 20/11/2026")
	chief.DoubleClick("form[action$='/them-co-quan'] button")
	w.see(chief, "Đã thêm cơ quan.", office, "mã tạm, hệ thống đặt", "từ 23/11/2026")
	shot(chief, "added")

	w.appoint(fmt.Sprintf("phong%d@benso.example", i), "Lê Văn Phòng", "specialist", []string{"phong-kinh-te-28810-2025", "phong-van-hoa-28810-2025"}[i])
	chief.Click("Kết thúc cơ quan")
	w.see(chief, "Còn 1 vai trò đang giao ở cơ quan này.")
	shot(chief, "end-warned")
	chief.Fill("ground", "Quyết định số 16")
	chief.Click("form[action$='/ket-thuc'] button")
	w.see(chief, "Cần sửa các mục sau")
	chief.Click("Quay lại")

	chief.Click("Đổi tên cơ quan")
	shot(chief, "rename")
	chief.Fill("name", office+" và Hạ tầng")
	chief.Fill("ground", "Quyết định số 17")
	chief.DoubleClick("form[action$='/doi-ten'] button")
	w.see(chief, "Đã đổi tên cơ quan.", office+" và Hạ tầng")
	shot(chief, "renamed")

	// The official of the office leaves; then it ends, and is opened again.
	chief.Click("Xem cán bộ (1 vai trò đang giao)")
	w.see(chief, "1 cán bộ")
	chief.Click("Lê Văn Phòng")
	chief.Click("#posts tbody tr:first-child a")
	chief.Choose("Ngay bây giờ")
	chief.Fill("reason", "Chuyển công tác")
	chief.Click("Kết thúc vai trò")
	w.see(chief, "Vai trò đã kết thúc")
	chief.Within(".bs-subnav").Click("Cơ quan")
	chief.Fill("q", []string{"kinh te", "van hoa"}[i])
	chief.Click("Tìm")
	chief.Click(office + " và Hạ tầng")
	chief.Click("Kết thúc cơ quan")
	chief.Fill("ground", "Quyết định số 18")
	chief.Click("form[action$='/ket-thuc'] button")
	w.see(chief, "Ghi một ngày sau 23/11/2026")
	shot(chief, "end-wrong")
}
