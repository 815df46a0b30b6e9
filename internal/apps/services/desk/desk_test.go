package desk_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
	"benso/internal/kernel/pack"
	"benso/packs"
)

const home = "/ban-lam-viec"

func (w *world) accepted(child string) dossier.Dossier {
	w.t.Helper()
	d := w.filed(child)
	w.clerk.open(home + "/" + d.ID).press("tiep-nhan").must(http.StatusSeeOther)
	return w.now(d.ID)
}

func (w *world) proposed(child string) dossier.Dossier {
	w.t.Helper()
	d := w.accepted(child)
	action, v := w.checker.open(home+"/"+d.ID).fill("trinh-ky", "number", "15/2026", "book", "01")
	w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	return w.now(d.ID)
}

func TestDossierWalksByPostsFromIntakeToHandingOver(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")

	queue := w.clerk.open(home)
	queue.has("BS-261123-00001", "Nguyễn Thị Ánh", "Nguyễn Thị Mai", "Chờ bạn", "Chờ vai trò của tôi (1)")
	sheet := w.clerk.open(home + "/" + d.ID)
	sheet.has("Đăng ký khai sinh", "Bản chính đã xem và trả lại", "0912345678", "giấy chứng sinh.jpg")
	action, v := sheet.form("tiep-nhan")
	v.Add("originals", "identity")
	after := w.clerk.post(action, v).follow()
	d = w.now(d.ID)
	after.has(d.Code, "Bản chính đã xem tại quầy", "Vì sao có hạn này", "Giấy tiếp nhận và hẹn trả kết quả")

	sheet = w.checker.open(home + "/" + d.ID)
	sheet.press("nhan-viec").must(http.StatusSeeOther)
	if got := w.now(d.ID).Assignee; got != "checker" {
		t.Errorf("taken by %q", got)
	}
	w.checker.open(home).has("Của tôi (1)", d.Code, "Đúng hạn")
	action, v = w.checker.open(home+"/"+d.ID).fill("trinh-ky", "number", "15/2026")
	w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)

	w.signer.open(home).has(d.Code, "Trình ký")
	w.signer.open(home+"/"+d.ID).has("Đề nghị ký kết quả số 15/2026, ngày 23/11/2026", "ket qua.jpg").press("ky").must(http.StatusSeeOther)
	w.clerk.open(home + "/" + d.ID).has("Người nhận kết quả").press("tra-ket-qua").follow().has("Đã xong")
	if d = w.now(d.ID); d.Outcome != "granted" || d.Collection.By != "Nguyễn Thị Mai" {
		t.Errorf("ended %+v", d)
	}
	w.clerk.open(home+"/"+d.ID).has("Nộp hồ sơ", "Tiếp nhận", "Nhận việc · Trần Văn checker", "Trình ký", "Ký duyệt", "Trả kết quả · Trần Văn clerk")
}

func TestAfterAnActTheNextDossierIsOneStepAway(t *testing.T) {
	w := newWorld(t)
	first, second := w.filed("Trẻ Một"), w.filed("Trẻ Hai")
	after := w.clerk.open(home + "/" + first.ID + "?hang=cho").press("tiep-nhan").follow()
	after.has("Làm hồ sơ tiếp theo")
	if next := home + "/" + second.ID + "?hang=cho"; !slices.Contains(after.links(), next) {
		t.Errorf("the page does not lead to %s", next)
	}
	w.clerk.open(home + "/" + second.ID).press("tiep-nhan").follow().hasNot("Làm hồ sơ tiếp theo")
}

func TestWhoeverIsSlowerIsToldWhoWasFasterAndKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")
	request := w.clerk.open(home + "/" + d.ID + "/yeu-cau-bo-sung")
	w.clock.Advance(time.Minute)
	w.clerk.open(home + "/" + d.ID).press("tiep-nhan").must(http.StatusSeeOther)
	stale := request.press("yeu-cau-bo-sung", "subject-0", "Giấy chứng sinh", "wrong-0", "Ảnh mờ, không đọc được ngày sinh").must(http.StatusConflict)
	stale.has("Có người vừa làm trước bạn", "Trần Văn clerk: Tiếp nhận, lúc 09:01 ngày 23/11/2026", "Giấy chứng sinh", "Ảnh mờ, không đọc được ngày sinh", "Thẩm tra").hasNot("Vẫn thực hiện")
	if w.now(d.ID).Asked != dossier.Nothing {
		t.Error("the slower act was done")
	}
}

func TestWhatIsStillPossibleCanBeSentAgainAsTyped(t *testing.T) {
	w := newWorld(t)
	d := w.accepted("Nguyễn Thị Ánh")
	refusal := w.checker.open(home + "/" + d.ID + "/trinh-tu-choi")
	w.second.open(home + "/" + d.ID).press("nhan-viec").must(http.StatusSeeOther)
	stale := refusal.press("trinh-tu-choi", "reason", "Không thuộc thẩm quyền").must(http.StatusConflict)
	stale.has("Trần Văn second: Nhận việc", "Không thuộc thẩm quyền", "Vẫn thực hiện: Trình từ chối")
	stale.press("trinh-tu-choi").must(http.StatusSeeOther)
	if d = w.now(d.ID); d.Step != "sign" || d.Reason != "Không thuộc thẩm quyền" {
		t.Errorf("after sending again: %s, %q", d.Step, d.Reason)
	}
}

func TestDoubleClickAnswersTheSame(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")
	action, v := w.clerk.open(home + "/" + d.ID).form("tiep-nhan")
	one, two := w.clerk.post(action, v), w.clerk.post(action, v)
	if one.Status != http.StatusSeeOther || two.Status != one.Status || one.To != two.To {
		t.Errorf("answers %d %s and %d %s", one.Status, one.To, two.Status, two.To)
	}
	action, v = w.checker.open(home+"/"+d.ID).fill("trinh-ky", "number", "15/2026")
	one = w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	two = w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	if one.To != two.To {
		t.Errorf("leads to %s and %s", one.To, two.To)
	}
	events, err := cases.Events(t.Context(), w.room.DB.Read(), d.ID)
	if err != nil || len(events) != 3 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

func TestNeighbourFindsNothingOnAnyPageOrAct(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")
	papers, err := w.room.Files.List(t.Context(), w.room.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
	if err != nil || len(papers) != 1 {
		t.Fatal(papers, err)
	}
	for _, path := range []string{"", "/yeu-cau-bo-sung", "/tu-choi", "/giay-to/" + papers[0].ID, "/phieu/receipt"} {
		if got := w.other.get(home + "/" + d.ID + path).Status; got != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, got)
		}
	}
	v := url.Values{"key": {database.NewID()}, "version": {"1"}, "reason": {"x"}, "confirm": {"yes"}, "collector": {"x"}, "subject-0": {"x"}, "wrong-0": {"x"}}
	for _, path := range []string{"tiep-nhan", "yeu-cau-bo-sung", "tu-choi", "nhan-viec", "tra-ket-qua"} {
		if got := w.other.post(home+"/"+d.ID+"/"+path, v).Status; got != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, got)
		}
	}
	w.other.open(home).has("Không có hồ sơ nào đang chờ").hasNot("Nguyễn Thị Ánh")
	w.other.get(home + "/mo?so=" + d.FilingNumber).must(http.StatusNotFound).has("Không có hồ sơ BS-261123-00001 ở cơ quan của bạn").hasNot("Nguyễn Thị Ánh")
	if got := w.now(d.ID); got.Version != d.Version {
		t.Error("a neighbour changed it")
	}
}

func TestOnlyOnesOwnActsAreOfferedAndForgedOnesAreRefused(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")
	table := []struct {
		who   person
		name  string
		paths []string
	}{
		{w.clerk, "clerk", []string{"tiep-nhan", "yeu-cau-bo-sung", "tu-choi", "nhan-viec"}},
		{w.checker, "specialist", nil}, {w.signer, "signer", nil}, {w.head, "head", []string{"phan-cong"}},
	}
	all := []string{"tiep-nhan", "yeu-cau-bo-sung", "tu-choi", "nhan-viec", "phan-cong", "trinh-ky", "trinh-tu-choi", "ky", "ky-tu-choi", "tra-lai", "tra-ket-qua"}
	for _, x := range table {
		sheet := x.who.open(home + "/" + d.ID)
		for _, path := range all {
			if got, want := sheet.offers(path), slices.Contains(x.paths, path); got != want {
				t.Errorf("%s at intake: %s offered %v", x.name, path, got)
			}
			if slices.Contains(x.paths, path) {
				continue
			}
			v := url.Values{"key": {database.NewID()}, "version": {fmt.Sprint(d.Version)}, "reason": {"x"}, "confirm": {"yes"}, "collector": {"x"}, "number": {"1"}, "on-day": {"23"}, "on-month": {"11"}, "on-year": {"2026"}, "subject-0": {"x"}, "wrong-0": {"x"}}
			if got := x.who.post(home+"/"+d.ID+"/"+path, v).Status; got < 400 || got >= 500 {
				t.Errorf("%s forged %s: %d", x.name, path, got)
			}
		}
	}
	if got := w.now(d.ID); got.Version != d.Version || got.Step != "intake" {
		t.Errorf("a forged act was done: %s", got.Step)
	}
}

func TestCountsOfQueuesAreWhatTheListsShow(t *testing.T) {
	w := newWorld(t)
	for i := range 7 {
		w.filed(fmt.Sprintf("Trẻ Số %c", 'A'+rune(i)))
	}
	w.proposed("Trẻ Trình Ký")
	taken := w.accepted("Trẻ Đang Làm")
	w.checker.open(home + "/" + taken.ID).press("nhan-viec").must(http.StatusSeeOther)
	for _, who := range []person{w.clerk, w.checker, w.signer, w.head, w.other} {
		for _, queue := range []string{"cua-toi", "cho", "tat-ca", "hom-nay"} {
			for _, step := range []string{"", "intake", "check", "sign"} {
				page := who.open(home + "?hang=" + queue + "&buoc=" + step)
				listed := 0
				for _, to := range page.links() {
					if strings.Contains(to, "?hang="+queue) && strings.HasPrefix(to, home+"/") {
						listed++
					}
				}
				if want := fmt.Sprintf("%d hồ sơ, gấp nhất trước", listed); listed > 0 {
					page.has(want)
				} else {
					page.hasNot("gấp nhất trước")
				}
				for _, label := range map[string][]string{"cua-toi": {"Của tôi"}, "tat-ca": {"Cả cơ quan"}, "hom-nay": {"Đến hạn hôm nay"}}[queue] {
					if step == "" {
						page.has(fmt.Sprintf("%s (%d)", label, listed))
					}
				}
			}
		}
	}
	w.head.open(home).has("Cả cơ quan (9)", "Đến hạn hôm nay (2)").hasNot("Chờ vai trò của tôi")
	w.checker.open(home+"?hang=hom-nay").has("Trẻ Trình Ký", "Trẻ Đang Làm")
	w.clerk.open(home + "?hang=tat-ca&q=tre+trinh").has("Trẻ Trình Ký").hasNot("Trẻ Đang Làm")
}

func TestNumberOpensItsDossierHoweverItIsScanned(t *testing.T) {
	w := newWorld(t)
	d := w.accepted("Nguyễn Thị Ánh")
	for _, typed := range []string{d.Code, strings.ToLower(d.Code), d.FilingNumber, "https://dichvu.example/tra-cuu?so=" + d.Code + "&ma=1"} {
		if got := w.clerk.get(home + "/mo?so=" + url.QueryEscape(typed)); got.To != home+"/"+d.ID {
			t.Errorf("%q leads to %q, %d", typed, got.To, got.Status)
		}
	}
	if got := w.clerk.get(home + "/mo?so=nguyen+anh"); !strings.Contains(got.To, "q=nguyen+anh") {
		t.Errorf("words lead to %q", got.To)
	}
}

func TestFaultsKeepWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")
	at := home + "/" + d.ID
	request := w.clerk.open(at + "/yeu-cau-bo-sung")
	more := request.press("yeu-cau-bo-sung", "wrong-2", "Ảnh mờ", "more", "1").must(http.StatusOK)
	_, v := more.form("yeu-cau-bo-sung")
	if !v.Has("subject-5") || v.Get("wrong-2") != "Ảnh mờ" {
		t.Errorf("more rows: %v", v)
	}
	wrong := more.press("yeu-cau-bo-sung").must(http.StatusUnprocessableEntity)
	wrong.has("Ghi tên giấy tờ hoặc thông tin cần bổ sung", "Ảnh mờ")
	wrong.press("yeu-cau-bo-sung", "subject-2", "Giấy chứng sinh").follow().has("Người nộp chưa trả lời", "Giấy chứng sinh")

	d = w.accepted("Trần Văn Bình")
	at = home + "/" + d.ID
	action, v := w.checker.open(at).fill("trinh-ky", "book", "Quyển 07")
	got := w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusUnprocessableEntity)
	got.has("Nhập số của kết quả", "Đã đính kèm:", "ket qua.jpg")
	if _, v = got.form("trinh-ky"); v.Get("book") != "Quyển 07" {
		t.Errorf("kept %v", v)
	}
	v.Set("number", "16/2026")
	w.checker.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	if d = w.now(d.ID); d.ResultNumber != "16/2026" {
		t.Errorf("proposed %+v", d)
	}
	d = w.accepted("Lê Thị Cúc")
	action, v = w.checker.open(home+"/"+d.ID).fill("trinh-ky", "number", "17/2026")
	w.checker.upload(action, v, "paper", "van ban.docx", []byte("PK\x03\x04[Content_Types].xml word/")).must(http.StatusUnprocessableEntity).has("Lưu thành PDF")
}

func TestRefusalIsSeenAsTheApplicantReadsItBeforeItIsSent(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")
	form := w.clerk.open(home + "/" + d.ID + "/tu-choi")
	form.press("tu-choi").must(http.StatusUnprocessableEntity).has("Ghi rõ lý do")
	seen := form.press("tu-choi", "reason", "Không thuộc thẩm quyền của xã").must(http.StatusOK)
	seen.has("Nguyễn Thị Mai sẽ đọc:", "Không thuộc thẩm quyền của xã", "Không thể rút lại")
	if w.now(d.ID).Outcome != "" {
		t.Fatal("refused before it was confirmed")
	}
	_, v := seen.press("tu-choi", "edit", "1").must(http.StatusOK).form("tu-choi")
	if v.Get("reason") != "Không thuộc thẩm quyền của xã" {
		t.Errorf("the reason is lost: %v", v)
	}
	seen.press("tu-choi").follow().has("Đã từ chối, với lý do:", "Phiếu từ chối (mẫu 03)")

	d = w.accepted("Trần Văn Bình")
	w.checker.open(home+"/"+d.ID+"/trinh-tu-choi").press("trinh-tu-choi", "reason", "Thiếu căn cứ").must(http.StatusSeeOther)
	sheet := w.signer.open(home + "/" + d.ID)
	sheet.has("Chuyên viên đề nghị từ chối", "Thiếu căn cứ")
	if sheet.offers("ky") {
		t.Error("what was proposed to be refused can be signed")
	}
	_, v = w.signer.open(home + "/" + d.ID + "/ky-tu-choi").form("ky-tu-choi")
	if v.Get("reason") != "Thiếu căn cứ" {
		t.Errorf("the signer must type the reason again: %v", v)
	}
	w.signer.open(home+"/"+d.ID+"/tra-lai").press("tra-lai", "reason", "Xem lại điểm b").must(http.StatusSeeOther)
	if d = w.now(d.ID); d.Step != "check" || d.Assignee != "checker" {
		t.Errorf("sent back to %s, %s", d.Step, d.Assignee)
	}
}

func TestHeadGivesADossierOnlyToWhomItCanBelong(t *testing.T) {
	w := newWorld(t)
	d := w.accepted("Nguyễn Thị Ánh")
	sheet := w.head.open(home + "/" + d.ID)
	sheet.has("Trần Văn checker", "Trần Văn second")
	sheet.press("phan-cong", "to", "clerk").must(http.StatusUnprocessableEntity).has("Người này không làm được bước hiện tại")
	sheet.press("phan-cong", "to", "second").must(http.StatusSeeOther)
	if got := w.now(d.ID).Assignee; got != "second" {
		t.Errorf("given to %q", got)
	}
	w.checker.open(home + "/" + d.ID).has("Trần Văn second đang giữ hồ sơ này")
}

func TestPaperIsReadOnlyInItsDossierAndWrittenDownOnce(t *testing.T) {
	w := newWorld(t)
	d, second := w.filed("Nguyễn Thị Ánh"), w.filed("Trần Văn Bình")
	papers, err := w.room.Files.List(t.Context(), w.room.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
	if err != nil || len(papers) != 1 {
		t.Fatal(papers, err)
	}
	got := w.clerk.open(home + "/" + d.ID + "/giay-to/" + papers[0].ID)
	if got.Body != string(photo(1)) {
		t.Error("the paper is another")
	}
	w.clerk.get(home + "/" + second.ID + "/giay-to/" + papers[0].ID).must(http.StatusNotFound)
	if n := w.journaled(d.ID, "dossier.read_paper"); n != 1 {
		t.Errorf("%d rows for one paper", n)
	}
	w.clerk.open(home + "/" + d.ID)
	if n := w.journaled(d.ID, "dossier.read"); n != 1 {
		t.Errorf("%d rows for one opening", n)
	}
}

func (w *world) journaled(id, action string) int {
	w.t.Helper()
	rows, err := audit.About(w.t.Context(), w.room.DB.Read(), dossier.Kind, id, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	n := 0
	for _, r := range rows {
		if r.Action == action {
			n++
		}
	}
	return n
}

func TestListIsWrittenDownAsOneRowWithWhatItShowed(t *testing.T) {
	w := newWorld(t)
	a, b := w.filed("Nguyễn Thị Ánh"), w.filed("Trần Văn Bình")
	w.clerk.open(home)
	rows, err := audit.About(t.Context(), w.room.DB.Read(), dossier.Kind, "", 100)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0].Action != "dossier.list" || rows[0].Actor != "clerk" || !slices.Equal(rows[0].IDs, []string{a.ID, b.ID}) || rows[0].Path != w.clerk.actor.Grants[0].Path {
		t.Errorf("row %+v", rows[0])
	}
}

func TestSlipIsWaitedForUntilTheJobHasWrittenIt(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")
	at := home + "/" + d.ID + "/phieu/receipt"
	w.clerk.get(at).must(http.StatusNotFound)
	w.clerk.open(home + "/" + d.ID).press("tiep-nhan").must(http.StatusSeeOther)
	wait := w.clerk.get(at).must(http.StatusAccepted).has("Đang lập phiếu")
	if !strings.Contains(wait.Body, `http-equiv="refresh" content="3"`) {
		t.Error("the page does not reload itself")
	}
	w.clerk.get(home + "/" + d.ID + "/phieu/refusal").must(http.StatusNotFound)
	w.clerk.get(home + "/" + d.ID + "/phieu/paper:birth_certificate").must(http.StatusNotFound)
	blob, err := w.room.Files.Receive(t.Context(), strings.NewReader(string(photo(4))), file.Meta{Name: "giay tiep nhan.jpg"})
	if err != nil {
		t.Fatal(err)
	}
	err = w.attach(d.ID, blob, dossier.SlotReceipt)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.clerk.open(at); got.Body != string(photo(4)) {
		t.Error("another paper came")
	}
}

func TestStrangersApplicantsAndOtherRolesAreKeptOut(t *testing.T) {
	w := newWorld(t)
	stranger := person{w, access.Actor{}}
	for _, path := range []string{home, home + "/mo?so=1", home + "/tiep-nhan-tai-quay", home + "/x"} {
		if got := stranger.get(path); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.To, "/dang-nhap") {
			t.Errorf("a stranger at %s: %d %s", path, got.Status, got.To)
		}
	}
	applicant := person{w, w.applicant}
	applicant.get(home).must(http.StatusForbidden)
	w.checker.get(home + "/tiep-nhan-tai-quay").must(http.StatusForbidden)
}

// attach gives a dossier a paper, as the job that writes forms does.
func (w *world) attach(id string, b file.Blob, slot string) error {
	return w.room.DB.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := w.room.Files.Attach(ctx, tx, b, file.Owner{Kind: dossier.OwnerDossier, ID: id}, file.Note{Slot: slot})
		return err
	})
}

func TestSupplementRestartsTheLimitAndIsAskedOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	d := w.accepted("Nguyễn Thị Ánh")
	w.checker.open(home+"/"+d.ID+"/yeu-cau-bo-sung").has("thời hạn tính lại từ đầu").
		press("yeu-cau-bo-sung", "subject-0", "Giấy chứng sinh", "wrong-0", "Ảnh mờ", "mend-0", "Chụp lại").follow().
		has("Người nộp chưa trả lời", "Chờ nơi khác", "Phiếu yêu cầu bổ sung (mẫu 02)", "Lúc này bạn không có việc")
	w.clock.Advance(24 * time.Hour)
	draft, err := w.room.StartAnswer(ctx, w.applicant, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.room.Send(ctx, w.applicant, draft.ID, draft.Version, "vi"); err != nil {
		t.Fatal(err)
	}
	sheet := w.checker.open(home + "/" + d.ID)
	sheet.has("Người nộp trả lời lúc", "Không tính, vì hạn được tính lại từ đầu. Căn cứ: Nghị định 61/2018/NĐ-CP, Điều 19 khoản 4", "Bổ sung theo yêu cầu · Nguyễn Thị Mai")
	if sheet.offers("yeu-cau-bo-sung") {
		t.Error("a second request is offered")
	}
	again := url.Values{"key": {database.NewID()}, "version": {fmt.Sprint(w.now(d.ID).Version)}, "subject-0": {"Ảnh"}, "wrong-0": {"Vẫn mờ"}}
	w.checker.post(home+"/"+d.ID+"/yeu-cau-bo-sung", again).must(http.StatusConflict).has("đã được yêu cầu bổ sung một lần", "Vẫn mờ").hasNot("Vẫn thực hiện")
}

func TestWhereNoLimitIsKnownTheClerkGivesADateAndAReason(t *testing.T) {
	w := newWorld(t)
	files, err := pack.Read(packs.Bentre())
	if err != nil {
		t.Fatal(err)
	}
	limit := regexp.MustCompile(`(?m)^time_limit:\n(?:  .*\n)+`)
	for i := range files {
		if files[i].Path == "procedures/1.001193.yaml" {
			files[i].Body = limit.ReplaceAllString(files[i].Body, "time_limit:\n  unit: unknown\n")
			files[i].Digest = database.Digest(files[i].Body)
		}
	}
	err = w.room.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := pack.Apply(ctx, tx, files, w.clock.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	roles, _ := access.Load(packs.Bentre())
	cat, err := catalogue.Load(t.Context(), w.room.DB.Read(), dossier.Vocabulary, roles)
	if err != nil {
		t.Fatal(err)
	}
	*w.room.Catalogue = *cat
	d := w.filed("Nguyễn Thị Ánh")
	wrong := w.clerk.open(home+"/"+d.ID).press("tiep-nhan", "due-day", "28", "due-month", "11", "due-year", "2026", "due_reason", "Cần xác minh").must(http.StatusUnprocessableEntity)
	wrong.has("Ngày hẹn phải là một ngày làm việc sau hôm nay")
	_, v := wrong.form("tiep-nhan")
	if v.Get("due-day") != "28" || v.Get("due_reason") != "Cần xác minh" {
		t.Errorf("kept %v", v)
	}
	wrong.press("tiep-nhan", "due-day", "30").follow().has("17:00 ngày 30/11/2026", "Cần xác minh", "còn 5 ngày").hasNot("Vì sao có hạn này")
}

func TestDeskSpeaksEnglishToo(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Nguyễn Thị Ánh")
	w.clerk.open(home+"?lang=en").has("Waiting for my role (1)", "Dossiers: 1, the most urgent first", "Check at intake").hasNot("Hồ sơ")
	w.clerk.open(home+"/"+d.ID+"?lang=en").has("Birth registration", "Originals seen and given back", "Full name of the child").hasNot("Tiếp nhận")
	w.clerk.open(home+"/"+atTheCounter+"?lang=en&thu-tuc="+"1.001193").has("Intake at the counter", "Who are you to the child?")
}
