package account

import (
	"context"
	"fmt"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/testkit/browser"
)

// A person on a phone without scripts, and one at a desk with them, go the whole
// way; every page on it fits and is accessible.
func TestJourneyThroughTheAccountFitsAndIsAccessible(t *testing.T) {
	for _, device := range []browser.Options{{Width: 320}, {Width: 360}, {Width: 1280, JavaScript: true}} {
		t.Run(fmt.Sprint(device.Width), func(t *testing.T) {
			w := open(t)
			for _, taken := range []string{good, other} {
				w.person(t).register("0987654321", taken)
			}
			page := browser.New(t, device)
			look := func(name string) {
				t.Helper()
				if device.JavaScript {
					page.Axe()
				}
				page.FitsWidth()
				page.Screenshot(fmt.Sprintf("account-%s-%d.png", name, device.Width))
			}
			page.Open(w.server.URL + SignInPath)
			look("sign-in")
			page.Fill("Số điện thoại, thư điện tử hoặc số tài khoản", phone)
			page.Fill("password", "sai mật khẩu rồi")
			page.Click("form[action='/dang-nhap'] button[type=submit]")
			page.See("không khớp")
			look("refused")
			page.Click("Đăng ký tài khoản")
			look("register")
			page.Click("Tạo tài khoản")
			page.See("Nhập họ và tên")
			look("register-refused")
			page.Fill("Họ và tên", "Nguyễn Thị Lan")
			page.Fill("Số điện thoại hoặc thư điện tử", "0987654321")
			page.Fill("password", "ba lai bến tre")
			page.Click("Tạo tài khoản")
			page.See("Bạn đăng nhập bằng số tài khoản này")
			look("by-number")
			page.Open(w.server.URL + Path)
			page.Click("form[action='/dang-xuat'] .govuk-button")

			duc, _ := w.settled(t, "duc@example.com", chief, "signer")
			hoa, once := w.official(t, "hoa@example.com", "Phạm Thị Hoa", "specialist")
			err := w.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := w.SetAbsence(ctx, tx, identity.By{Account: "system"}, identity.Absence{Account: duc, Deputy: hoa, From: "2026-11-23", Last: "2026-11-25"})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			page.Open(w.server.URL + SignInPath)
			page.Fill("handle", "hoa@example.com")
			page.Fill("password", once)
			page.Click("form[action='/dang-nhap'] button[type=submit]")
			page.See("Đặt mật khẩu của riêng bạn")
			look("forced")
			page.Fill("current", once)
			page.Fill("password", good)
			page.Click("Lưu mật khẩu mới")
			w.person(t).signIn("hoa@example.com", good)
			page.Open(w.server.URL + Path)
			page.See("Làm thay " + chief)
			look("account")
			page.Click("Kết thúc mọi phiên khác")
			page.See("Đã kết thúc mọi phiên đăng nhập khác.")
			look("ended")
		})
	}
}
