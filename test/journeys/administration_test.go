package journeys

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/server"
	"benso/internal/server/demo"
	"benso/internal/testkit/browser"
)

var slipPassword = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{10}\b`)

// The administrator of a commune takes in a clerk from a CSV file, gives a new
// password, and ends the role; the clerk signs in with it, changes it, sees the desk,
// and is out with the next request.
func TestAdministratorOfACommuneHiresAClerkFromAFileInABrowser(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		for i, mode := range []struct {
			name string
			o    browser.Options
		}{
			{"with JavaScript", browser.Options{Width: 1280, Height: 900, JavaScript: true}},
			{"without JavaScript, on a phone", browser.Options{Width: 360, Height: 740}},
		} {
			t.Run(mode.name, func(t *testing.T) { w.at(t).administration(i, mode.o) })
		}
	})
}

func (w world) chief() {
	w.t.Helper()
	w.appoint("quantri.phutuc@benso.example", "Quản Trị Phú Túc", "administrator", "ubnd-28810-2025")
}

// appoint gives somebody a role, and the password of the demonstration.
func (w world) appoint(handle, name, role, agency string) {
	w.t.Helper()
	if err := appoint(w.t.Context(), w.program, handle, name, role, agency); err != nil {
		w.t.Fatal(err)
	}
}

func appoint(ctx context.Context, p *server.Program, handle, name, role, agency string) error {
	h, err := identity.ParseHandle(handle)
	if err != nil {
		return err
	}
	pass, err := p.Accounts.Chosen(ctx, demo.Password)
	if err != nil {
		return err
	}
	by := identity.By{Account: "system"}
	return p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		account, _, err := p.Accounts.SaveOfficial(ctx, tx, by, h, name, pass)
		if err != nil {
			return err
		}
		_, err = p.Accounts.Give(ctx, tx, by, identity.Assignment{Account: account, Role: role, Agency: agency, From: "2026-01-01"}, func([]string) error { return nil })
		return err
	})
}

func (w world) administration(i int, o browser.Options) {
	t := w.t
	w.chief()
	shots := 0
	shot := func(p *browser.Page, name string) {
		t.Helper()
		w.look(p)
		shots++
		p.Screenshot(fmt.Sprintf("administration-%d-%02d-%s.png", o.Width, shots, name))
	}
	chief := w.person(o)
	chief.Open(w.base + "/dang-nhap")
	chief.Fill("handle", "quantri.phutuc@benso.example")
	chief.Fill("password", demo.Password)
	chief.Within("main").Click("Đăng nhập")
	w.see(chief, "Thêm cán bộ", "Nhập từ tệp")
	shot(chief, "list")
	chief.Fill("q", "khong co ai ten nay")
	chief.Click("Tìm")
	w.see(chief, "Không có cán bộ nào")
	shot(chief, "nobody")

	// A file with a fault, then the right one; a look before, and sent twice.
	clerk := fmt.Sprintf("091234570%d", i)
	name := []string{"Lê Thị Bến", "Lê Thị Số"}[i]
	file := filepath.Join(t.TempDir(), "can-bo.csv")
	chief.Within(".bs-subnav").Click("Nhập từ tệp")
	shot(chief, "file")
	write := func(role string) {
		t.Helper()
		text := "Đăng nhập;Họ và tên;Vai trò;Cơ quan\n" + clerk + ";" + name + ";" + role + ";Ủy ban nhân dân xã Phú Túc\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		chief.Upload("file", file)
		chief.Click("Xem trước")
	}
	write("Công chức một cửa")
	w.see(chief, "Tệp có 1 chỗ phải sửa", "Dòng 2, cột Vai trò", "Không có vai trò")
	shot(chief, "faults")
	write("Công chức bộ phận một cửa")
	w.see(chief, "1 người mới", "Lập tài khoản và giao vai trò")
	shot(chief, "preview")
	chief.Click("Ghi 1 dòng")
	w.see(chief, "Ghi căn cứ hoặc lý do.")
	shot(chief, "preview-wrong")
	chief.Fill("reason", "Quyết định số 15/QĐ-UBND ngày 20/11/2026")
	chief.DoubleClick("Ghi 1 dòng")
	w.see(chief, "Đã ghi 1 dòng", "Mật khẩu chỉ hiện trên trang này")
	shot(chief, "slip")

	// The slip is lost: a new password from the official's page.
	chief.Within("main").Click("Cán bộ")
	chief.Fill("q", []string{"le thi ben", "le thi so"}[i])
	chief.Click("Tìm")
	chief.Click(name)
	w.see(chief, "Công chức bộ phận một cửa", "Lập tài khoản", "Quyết định số 15/QĐ-UBND")
	shot(chief, "official")
	chief.Click("Cấp mật khẩu dùng một lần")
	shot(chief, "password")
	chief.Fill("reason", "Mất phiếu")
	chief.DoubleClick("Cấp mật khẩu")
	w.see(chief, "Mật khẩu dùng một lần")
	plain := slipPassword.FindString(chief.Text("main .bs-code"))
	if plain == "" {
		t.Fatalf("no password on %.300s", chief.Text("main"))
	}
	shot(chief, "password-slip")

	official := w.person(browser.Options{Width: 1280, Height: 900, JavaScript: o.JavaScript})
	official.Open(w.base + "/dang-nhap")
	official.Fill("handle", clerk)
	official.Fill("password", plain)
	official.Within("main").Click("Đăng nhập")
	w.see(official, "Đặt mật khẩu của riêng bạn")
	official.Fill("current", plain)
	official.Fill("password", "bốn chữ tôi nhớ")
	official.Within("main").Click("Lưu mật khẩu mới")
	w.see(official, "Bàn làm việc")
	official.Open(w.base + "/ban-lam-viec")
	w.see(official, "Bàn làm việc")

	chief.Click("Trang của cán bộ")
	chief.Click("Giao vai trò")
	shot(chief, "give")
	chief.Click("Giao vai trò")
	w.see(chief, "Cần sửa các mục sau", "Chọn vai trò.")
	shot(chief, "give-wrong")
	chief.Select("role", "Chuyên viên")
	chief.Fill("until-day", "31")
	chief.Fill("until-month", "12")
	chief.Fill("until-year", "2026")
	chief.Fill("reason", "Kiêm nhiệm")
	chief.DoubleClick("Giao vai trò")
	w.see(chief, "Đã giao vai trò.", "23/11/2026 – 31/12/2026")
	chief.Click("Ghi vắng mặt và người làm thay")
	shot(chief, "absence")
	chief.Open(chief.URL()[:len(chief.URL())-len("/vang-mat")])

	for _, role := range []string{"Công chức bộ phận một cửa", "Chuyên viên"} {
		chief.See(role)
		chief.Click("#posts tbody tr:first-child a")
		if role == "Chuyên viên" {
			shot(chief, "end")
		}
		chief.Choose("Ngay bây giờ")
		chief.Fill("reason", "Chuyển công tác")
		chief.DoubleClick("Kết thúc vai trò")
		w.see(chief, "Vai trò đã kết thúc")
	}
	w.see(chief, "Không có vai trò nào")
	shot(chief, "ended")
	official.Open(w.base + "/ban-lam-viec")
	if official.Has("Hồ sơ trên bàn") || !official.Has("không có quyền") && !official.Has("Bạn không") {
		t.Errorf("after the role ended the desk shows %.300s", official.Text("main"))
	}

	chief.Click("Đóng tài khoản")
	shot(chief, "close")
	chief.Fill("reason", "Nghỉ việc")
	chief.DoubleClick("Đóng tài khoản")
	w.see(chief, "Đã đóng tài khoản.")
	shot(chief, "closed")
}
