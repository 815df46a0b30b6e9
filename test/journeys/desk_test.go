package journeys

import (
	"bytes"
	"strings"
	"testing"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/testkit/browser"
	"benso/internal/testkit/robot"
)

var (
	office = browser.Options{Width: 1280, Height: 900, JavaScript: true}
	tablet = browser.Options{Width: 360, Height: 740, JavaScript: true}
)

// office and tablet are an official's screens of the nth walk, see scripts.
func (w world) office(n int) browser.Options {
	return browser.Options{Width: office.Width, Height: office.Height, JavaScript: w.scripts(n)}
}

func (w world) tablet(n int) browser.Options {
	return browser.Options{Width: tablet.Width, Height: tablet.Height, JavaScript: w.scripts(n)}
}

// key presses the key of a link or a button; without JavaScript it is clicked.
func (w world) key(p *browser.Page, key string) {
	w.t.Helper()
	if p.Scripts() {
		p.Press(key)
	} else {
		p.Click("[data-shortcut='" + key + "']")
	}
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// actor is who signs in with a handle.
func (w world) actor(handle string) access.Actor {
	w.t.Helper()
	var account string
	w.must(w.program.DB.Read().QueryRowContext(w.t.Context(), `SELECT account FROM handles WHERE handle = $1`, handle).Scan(&account))
	a, err := w.program.Actor(w.t.Context(), account)
	w.must(err)
	return a
}

// filed is a dossier that the applicant of the demonstration sent.
func (w world) filed(child string, seed int) dossier.Dossier {
	w.t.Helper()
	ctx, room, mai := w.t.Context(), w.program.Dossiers, w.actor("nguoidan@benso.example")
	p, err := room.Catalogue.Procedure(servicestest.Birth)
	w.must(err)
	d, err := room.Start(ctx, mai, p, dossier.Online, "", database.NewID())
	w.must(err)
	blob, err := room.Files.Receive(ctx, bytes.NewReader(robot.Photo(seed)), file.Meta{Name: "giấy chứng sinh.jpg"})
	w.must(err)
	paper, err := room.AttachPaper(ctx, mai, d.ID, "birth_certificate", blob)
	w.must(err)
	d, err = room.SavePage(ctx, mai, d.ID, "all", 0, func(form.Answers) form.Answers { return servicestest.BirthAnswers(child, servicestest.FormFile(paper)) })
	w.must(err)
	filed, err := room.Send(ctx, mai, d.ID, d.Version, "vi")
	w.must(err)
	return filed
}

func (w world) accepted(child string, seed int) dossier.Dossier {
	w.t.Helper()
	d, err := w.program.Dossiers.Accept(w.t.Context(), w.actor("motcua@benso.example"), act(w.filed(child, seed)), dossier.Given{}, nil)
	w.must(err)
	return d
}

func act(d dossier.Dossier) dossier.Act {
	return dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}
}

// picture keeps a picture of the page where BENSO_SCREENSHOTS says.
func (w world) picture(p *browser.Page, name string) {
	p.Screenshot(strings.ReplaceAll(w.t.Name(), "/", "-") + "-" + name + ".png")
}

func TestASpecialistAsksAnotherAgencyAndGoesOnMeanwhile(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		d := w.accepted("Nguyễn Thị Ánh Dương", 11)
		specialist := w.official("chuyenvien@benso.example", w.office(1))
		specialist.Open(w.base + "/ban-lam-viec/" + d.ID)
		w.key(specialist, "c")
		w.see(specialist, "Hỏi một hoặc nhiều cơ quan cùng lúc")
		w.look(specialist)
		specialist.Fill("agency-0", "không có cơ quan này")
		specialist.Fill("question-0", "Mẹ của trẻ có thường trú tại phường không?")
		specialist.Click("Gửi câu hỏi")
		w.see(specialist, "Không có cơ quan nào tên")
		w.look(specialist)
		specialist.Fill("agency-0", "phu khuong")
		specialist.Fill("amount-0", "4")
		specialist.Select("unit-0", "giờ làm việc")
		specialist.DoubleClick("Gửi câu hỏi")
		w.see(specialist, "Đã gửi xin ý kiến", "Ủy ban nhân dân phường Phú Khương", "Còn 1 cơ quan chưa trả lời")
		w.look(specialist)
		w.picture(specialist, "consult-asked")

		asked := w.official("chuyenvien.phukhuong@benso.example", w.tablet(1))
		asked.Open(w.base + "/ban-lam-viec/" + d.ID)
		w.see(asked, "Không tìm thấy")
		asked.Open(w.base + "/ban-lam-viec")
		asked.Click("Xin ý kiến (1)")
		w.see(asked, d.Code, "Mẹ của trẻ có thường trú tại phường không?")
		w.look(asked)
		w.picture(asked, "consults")
		asked.Click(d.Code)
		w.see(asked, "Nguyễn Thị Ánh Dương", "giấy chứng sinh.jpg")
		w.look(asked)
		w.picture(asked, "consulted")
		asked.Click("Gửi trả lời")
		w.see(asked, "Chọn đồng ý", "Viết ý kiến trả lời")
		asked.Choose("Đồng ý")
		asked.Fill("answer", "Có thường trú tại khu phố 2.")
		asked.Upload("paper", w.result)
		asked.DoubleClick("Gửi trả lời")
		w.see(asked, "Đã gửi trả lời", "Không có câu hỏi nào chờ")

		specialist.Open(w.base + "/ban-lam-viec/" + d.ID)
		w.see(specialist, "Có thường trú tại khu phố 2.", "đã trả lời", "giấy khai sinh.jpg")
		w.look(specialist)
		w.picture(specialist, "consult-answered")

		mai := w.mai(w.tablet(1))
		mai.Open(w.base + "/ho-so-cua-toi/" + d.ID)
		w.see(mai, "Xin ý kiến cơ quan khác, thời hạn vẫn tính: Ủy ban nhân dân phường Phú Khương")
		mai.Click("Ai đã xem hồ sơ của bạn")
		w.see(mai, "Được cơ quan giải quyết hồ sơ xin ý kiến")
	})
}
