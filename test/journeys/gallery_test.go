package journeys

import (
	"bytes"
	"fmt"
	"testing"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/file"
	"benso/internal/server"
	"benso/internal/testkit/browser"
	"benso/internal/testkit/robot"
)

// thumb is how high a thing must be that a thumb hits: what WCAG 2.5.5 asks for.
const thumb = 44

// Each page is opened as those see it who come to it: on a phone and on a computer
// it needs no scrolling sideways, axe finds nothing, and on an applicant's page a
// thumb hits every button. With BENSO_SCREENSHOTS there is a picture of each.
func TestEachPageFitsPhoneAndComputer(t *testing.T) {
	browser.Keep(t)
	w := serve(t, server.Config{Data: databasetest.SQLiteDir(t)})
	w.database = "sqlite"

	draft := w.draftOf("Nguyễn Thị Nháp")
	filed := w.filed("Nguyễn Thị Vừa Nộp", 50)
	accepted := w.accepted("Nguyễn Thị Tiếp Nhận", 51)
	atCounter := w.counterFiled("Nguyễn Minh Khôi")
	asked := w.filed("Nguyễn Thị Bổ Sung", 52)
	asked, err := w.program.Dossiers.AskCompletion(t.Context(), w.actor("motcua@benso.example"), act(asked), []dossier.Defect{{Subject: "Giấy chứng sinh", Wrong: "Ảnh bị mờ, không đọc được ngày sinh", Mend: "Chụp lại nơi đủ sáng"}})
	w.must(err)
	proposed := w.proposed("Nguyễn Thị Trình Ký", 53)
	ready := w.proposed("Nguyễn Thị Có Kết Quả", 54)
	ready, err = w.program.Dossiers.Approve(t.Context(), w.actor("lanhdao@benso.example"), act(ready))
	w.must(err)
	consulted := w.accepted("Nguyễn Thị Hỏi Ý", 55)

	desk := func(d dossier.Dossier, rest string) string { return "/ban-lam-viec/" + d.ID + rest }
	mine := func(d dossier.Dossier, rest string) string { return "/ho-so-cua-toi/" + d.ID + rest }
	for _, who := range []struct {
		name  string
		open  func(browser.Options) *browser.Page
		pages []string
	}{
		{"stranger", w.person, []string{"/", "/thu-tuc", "/thu-tuc?q=dang+ky+khai+sih", "/thu-tuc?q=karaoke+tren+mat+trang", "/thu-tuc/1.001193", "/thu-tuc/2.000635", "/thu-tuc/1.004222", "/thu-tuc/1.012892",
			"/su-kien/sinh-con", "/dang-nhap", "/dang-ky", "/quen-mat-khau", "/quen-mat-khau/ma", "/tra-cuu", "/tra-cuu?so=" + filed.FilingNumber, "/tra-cuu?so=BS-1", "/chi-tieu", "/chi-tieu/G1.dossiers", "/khong-co-trang-nay", "/ho-so-cua-toi"}},
		{"applicant", w.mai, append([]string{"/thu-tuc/1.001193", "/ho-so-cua-toi", mine(filed, ""), mine(filed, "/da-nop"), mine(filed, "/rut"), mine(accepted, ""), mine(asked, ""), mine(ready, ""),
			"/nop-ho-so/" + draft + "/kiem-tra", "/nop-ho-so/" + draft + "/xoa", "/hop-thu", "/tai-khoan", "/tai-khoan/mat-khau", "/tai-khoan/thu-dien-tu"}, w.pagesOf(draft)...)},
		{"clerk", w.signedIn("motcua@benso.example"), []string{"/ban-lam-viec", "/ban-lam-viec?hang=tat-ca", "/ban-lam-viec/so", "/ban-lam-viec/nguoi?q=nguyen+thi", "/ban-lam-viec/tai-khoan", "/bien-lai",
			"/ban-lam-viec/tiep-nhan-tai-quay", "/ban-lam-viec/tiep-nhan-tai-quay?thu-tuc=1.001193", "/ban-lam-viec/tiep-nhan-tai-quay?thu-tuc=2.000635",
			desk(filed, ""), desk(filed, "/yeu-cau-bo-sung"), desk(filed, "/tu-choi"), desk(filed, "/sai-thu-tuc"), desk(accepted, ""), desk(accepted, "/huy-tiep-nhan"), desk(atCounter, "/tra-ngay"), desk(filed, "/thu-phi"), desk(ready, "")}},
		{"specialist", w.signedIn("chuyenvien@benso.example"), []string{"/ban-lam-viec", desk(accepted, ""), desk(accepted, "/trinh-tu-choi"), desk(accepted, "/yeu-cau-bo-sung"), desk(consulted, "/xin-y-kien"), desk(accepted, "/xin-loi"), "/xin-y-kien"}},
		{"signer", w.signedIn("lanhdao@benso.example"), []string{"/ban-lam-viec", "/ban-lam-viec/ky-nhieu", desk(proposed, ""), desk(proposed, "/tra-lai")}},
		{"head", w.signedIn("thutruong@benso.example"), []string{"/ban-lam-viec", "/ban-lam-viec/so"}},
		{"leader", w.signedIn("tinh@benso.example"), []string{"/", "/chi-tieu", "/ban-lam-viec"}},
	} {
		t.Run(who.name, func(t *testing.T) {
			w := w.at(t)
			official := who.name != "stranger" && who.name != "applicant"
			p := who.open(browser.Options{Width: 360, Height: 740, JavaScript: official}).For(t)
			for i, path := range who.pages {
				p.Resize(360, 740)
				p.Open(w.base + path)
				w.look(p)
				if !official {
					p.Targets(thumb)
				}
				name := fmt.Sprintf("%s-%02d", who.name, i+1)
				p.Screenshot("gallery-360/" + name + ".png")
				p.Resize(1280, 900)
				p.FitsWidth()
				p.Screenshot("gallery-1280/" + name + ".png")
			}
		})
	}
}

// signedIn opens a browser as an official.
func (w world) signedIn(handle string) func(browser.Options) *browser.Page {
	return func(o browser.Options) *browser.Page { return w.official(handle, o) }
}

// pagesOf are the addresses of the pages of a birth registration.
func (w world) pagesOf(draft string) (paths []string) {
	w.t.Helper()
	d, err := w.program.Dossiers.Draft(w.t.Context(), w.actor(mother), draft)
	w.must(err)
	p, err := w.program.Dossiers.Catalogue.Procedure(d.Procedure)
	w.must(err)
	for _, page := range p.Form.Pages(d.Answers) {
		paths = append(paths, "/nop-ho-so/"+draft+"/"+page.ID)
	}
	return paths
}

// proposed is a dossier whose result waits for the signature.
func (w world) proposed(child string, seed int) dossier.Dossier {
	w.t.Helper()
	d, room, specialist := w.accepted(child, seed), w.program.Dossiers, w.actor("chuyenvien@benso.example")
	blob, err := room.Files.Receive(w.t.Context(), bytes.NewReader(robot.Photo(seed+100)), file.Meta{Name: "giấy khai sinh.jpg"})
	w.must(err)
	_, err = room.AttachResult(w.t.Context(), specialist, d.ID, blob)
	w.must(err)
	d, err = room.Propose(w.t.Context(), specialist, act(d), dossier.Result{Number: "15/2026", On: "2026-11-23"})
	w.must(err)
	return d
}
