package journeys

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/testkit/robot"
)

func TestKnownPersonIsFiledAcceptedAndReceiptedByTheKeyboardAlone(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		w.accepted("Nguyễn Thị Ánh Dương", 11) // the mother was here before
		k := &keyboard{w: w, p: w.official("motcua@benso.example", w.office(0))}
		k.p.Open(w.base + "/ban-lam-viec")
		k.shortcut("m")
		w.see(k.p, "Người nộp đã từng đến")
		w.look(k.p)
		w.picture(k.p, "choose")
		k.shortcut("j")
		k.write("0912345678")
		k.press("Tab")
		k.write("1.001193")
		k.press("Enter")
		w.see(k.p, "Đã điền sẵn những gì Nguyễn Thị Mai khai lần trước")
		w.look(k.p)
		w.picture(k.p, "counter")
		began := time.Now()
		k.shortcut("j")
		k.to("relation")
		k.press("Space") // the mother
		k.fill("child_name", "Nguyễn Minh Khôi")
		k.to("child_sex")
		k.press("Space")
		k.fill("child_born-day", "12")
		k.fill("child_born-month", "11")
		k.fill("child_born-year", "2026")
		k.fill("birth_place", "Trạm y tế xã")
		k.to("parents")
		k.press("Space", "ArrowDown") // only the mother
		k.shortcut("u")
		w.see(k.p, "Có thêm phần cần điền")
		k.shortcut("j")
		k.to("home_town-commune")
		for i := 0; i < 20 && k.p.Value("home_town-commune") != "Xã Phú Túc"; i++ {
			k.press("ArrowDown")
		}
		k.fill("child_ethnicity", "Kinh")
		k.to("proof")
		k.press("Space", "ArrowDown") // notified electronically
		k.to("by_surrogacy")
		k.press("Space")
		k.to("receive")
		k.press("Space")
		k.to("receipt")
		k.press("Space")
		k.shortcut("g")
		w.see(k.p, "Trả ngay", "Nguyễn Minh Khôi", "Giấy tiếp nhận và hẹn trả kết quả (mẫu 01)")
		w.look(k.p)
		w.picture(k.p, "lane")
		if k.p.Count("a[data-shortcut=i][href$='/phieu/receipt']") != 1 {
			t.Error("no key prints form 01")
		}
		t.Logf("%d keys, the form in %v of the machine's time", k.keys, time.Since(began).Round(time.Second))
		if k.p.Scripts() && k.keys > 200 {
			t.Errorf("a known person took %d keys", k.keys)
		}
	})
}

// counterFiled is a dossier that the clerk took from somebody who waits for the
// result.
func (w world) counterFiled(child string) dossier.Dossier {
	w.t.Helper()
	ctx, room, clerk := w.t.Context(), w.program.Dossiers, w.actor("motcua@benso.example")
	p, err := room.Catalogue.Procedure(servicestest.Birth)
	w.must(err)
	d, err := room.Start(ctx, clerk, p, dossier.Counter, servicestest.Agency, database.NewID())
	w.must(err)
	d, err = room.SavePage(ctx, clerk, d.ID, "all", 0, func(form.Answers) form.Answers { return servicestest.BirthAnswers(child, form.File{}) })
	w.must(err)
	filed, err := room.Send(ctx, clerk, d.ID, d.Version, "vi")
	w.must(err)
	return filed
}

func TestResultThatIsDueAtOnceIsMadeWhileThePersonWaits(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		d := w.counterFiled("Nguyễn Minh Khôi")
		lane := w.base + "/ban-lam-viec/" + d.ID + "/tra-ngay"
		clerk := w.official("motcua@benso.example", w.office(1))
		clerk.Open(lane)
		w.look(clerk)
		w.key(clerk, "g")
		w.see(clerk, "Đang chờ bước: Thẩm tra")
		w.look(clerk)
		w.picture(clerk, "lane-waits")

		specialist := w.official("chuyenvien@benso.example", w.office(1))
		specialist.Open(lane)
		specialist.Fill("number", "15/2026")
		specialist.Upload("paper", w.result)
		specialist.Click("Trình ký")
		w.see(specialist, "Đang chờ bước: Trình ký")

		signer := w.official("lanhdao@benso.example", w.tablet(1))
		signer.Open(w.base + "/ban-lam-viec/ky-nhieu")
		w.see(signer, "Ký ngay: người nộp đang chờ", "Nguyễn Minh Khôi", "giấy khai sinh.jpg")
		w.look(signer)
		w.picture(signer, "signing-phone")
		w.key(signer, "a")
		w.key(signer, "k")
		w.see(signer, "Đã làm 1 hồ sơ, không làm được 0 hồ sơ")
		w.look(signer)

		w.key(clerk, "g")
		w.see(clerk, "Trả kết quả", "Người nhận là")
		w.look(clerk)
		w.picture(clerk, "lane-hands-over")
		w.key(clerk, "g")
		w.see(clerk, "Không còn việc của bạn ở hồ sơ này")
		done, err := dossier.ByID(t.Context(), w.program.DB.Read(), d.ID)
		w.must(err)
		if done.Outcome != "granted" || done.Collection.By != "Nguyễn Thị Mai" || done.Collection.As != "self" {
			t.Errorf("it ended as %s, collected by %+v", done.Outcome, done.Collection)
		}
	})
}

func TestWrongAcceptanceIsCorrectedAndTheApplicantReadsWhy(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		d := w.accepted("Nguyễn Thị Ánh Dương", 11)
		clerk := w.official("motcua@benso.example", w.office(2))
		clerk.Open(w.base + "/ban-lam-viec/" + d.ID)
		w.key(clerk, "z")
		w.see(clerk, "Người nộp đọc lý do này")
		w.look(clerk)
		w.picture(clerk, "undo")
		clerk.Within("form .govuk-button-group").Click("Hủy tiếp nhận")
		w.see(clerk, "Viết lý do hủy việc tiếp nhận")
		clerk.Fill("reason", "Tiếp nhận nhầm hồ sơ của người trùng tên.")
		clerk.Within("form .govuk-button-group").DoubleClick("Hủy tiếp nhận")
		w.see(clerk, "Đã hủy việc tiếp nhận", "Tiếp nhận nhầm hồ sơ của người trùng tên.", d.Code)
		w.look(clerk)
		w.picture(clerk, "undone")

		mai := w.mai(w.tablet(2))
		mai.Open(w.base + "/ho-so-cua-toi/" + d.ID)
		w.see(mai, "Đã nộp, cơ quan đang kiểm tra", "Tiếp nhận nhầm hồ sơ của người trùng tên.", "Hủy việc tiếp nhận, có nêu lý do", d.Code)
		w.look(mai)
		w.picture(mai, "undone-applicant")

		clerk.Within("main").Click("Tiếp nhận")
		w.see(clerk, "Hồ sơ đã có mã và ngày hẹn", d.Code)
		w.look(clerk)
	})
}

func TestSignerSignsManyAndSendsOneBackOnOneScreen(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		room, specialist := w.program.Dossiers, w.actor("chuyenvien@benso.example")
		var all []dossier.Dossier
		for i, child := range []string{"Nguyễn Minh Khôi", "Trần Gia Hân", "Lê Bảo Ngọc"} {
			d := w.accepted(child, 30+i)
			blob, err := room.Files.Receive(t.Context(), bytes.NewReader(robot.Photo(40+i)), file.Meta{Name: "giấy khai sinh.jpg"})
			w.must(err)
			_, err = room.AttachResult(t.Context(), specialist, d.ID, blob)
			w.must(err)
			d, err = room.Propose(t.Context(), specialist, act(d), dossier.Result{Number: "15/2026", On: "2026-11-23"})
			w.must(err)
			all = append(all, d)
		}
		signer := w.official("lanhdao@benso.example", w.office(3))
		signer.Open(w.base + "/ban-lam-viec")
		signer.Click("Ký nhiều hồ sơ (3)")
		w.see(signer, "Nguyễn Minh Khôi", "Trần Gia Hân", "Lê Bảo Ngọc")
		w.look(signer)
		w.picture(signer, "signing")
		signer.Click("Trả lại chuyên viên " + all[1].Number)
		signer.Fill("reason-"+all[1].ID, "Sai ngày sinh")
		signer.Click("Trả lại với lý do này " + all[1].Number)
		w.see(signer, "đã trả lại chuyên viên")
		w.key(signer, "a")
		signer.DoubleClick("Ký các hồ sơ đã chọn")
		w.see(signer, "Đã làm 2 hồ sơ, không làm được 0 hồ sơ", "Không có hồ sơ nào chờ ký")
		w.look(signer)
		w.picture(signer, "signing-done")
		var steps []string
		for _, d := range all {
			now, err := dossier.ByID(t.Context(), w.program.DB.Read(), d.ID)
			w.must(err)
			steps = append(steps, now.Step)
		}
		if got := strings.Join(steps, " "); got != "handover check handover" {
			t.Errorf("they stand at %s", got)
		}
	})
}
