package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
)

const atTheCounter = "tiep-nhan-tai-quay"

// atCounter fills in what a mother who came without papers on paper says; the
// mother's own part opens once it is known that she stands in the certificate.
func (w *world) atCounter(who person) (string, url.Values) {
	w.t.Helper()
	return who.open(home+"/"+atTheCounter+"?thu-tuc="+servicestest.Birth).fill(atTheCounter,
		"relation", "mother", "phone", "0912345678", "child_name", "Nguyễn Thị Ánh", "child_sex", "female", "child_born-day", "10", "child_born-month", "11", "child_born-year", "2026",
		"birth_place", "Trạm y tế xã", "parents", "mother", "home_town-commune", servicestest.Commune, "child_ethnicity", "Kinh",
		"proof", "electronic", "by_surrogacy", "no", "receive", "desk")
}

var mother = []string{"mother-name", "Nguyễn Thị Mai", "mother-born-year", "1998", "mother-citizen", "083198004321", "mother-ethnicity", "Kinh", "mother-nationality", "Việt Nam",
	"mother-residence-commune", servicestest.Commune}

func set(v url.Values, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
}

func TestClerkFilesAtTheCounterOnOnePage(t *testing.T) {
	w := newWorld(t)
	action, v := w.atCounter(w.clerk)
	if v.Get("commune-commune") != servicestest.Commune {
		t.Errorf("the clerk's own commune is not chosen: %q", v.Get("commune-commune"))
	}
	more := w.clerk.upload(action, v, "", "", nil).must(http.StatusOK)
	more.has("Có thêm phần cần điền:", "Mẹ của trẻ").hasNot("Nhập họ")
	_, v = more.form(atTheCounter)
	if v.Get("child_name") != "Nguyễn Thị Ánh" || v.Get("mother-residence-commune") != servicestest.Commune {
		t.Errorf("kept %v", v)
	}
	set(v, mother...)
	done := w.clerk.upload(action, v, "", "", nil)
	sheet := done.follow()
	sheet.has("Nguyễn Thị Ánh", "Nguyễn Thị Mai", "Tại quầy", "Bản chính đã xem và trả lại")
	again := w.clerk.upload(action, v, "", "", nil)
	if again.Status != http.StatusSeeOther || again.To != done.To {
		t.Errorf("a double click: %d %s, want %s", again.Status, again.To, done.To)
	}
	set(v, "child_name", "Nguyễn Thị Khác")
	w.clerk.upload(action, v, "", "", nil).must(http.StatusConflict).has("Hồ sơ này đã được nộp")
	w.clerk.open(home+"?hang=tat-ca").has("Cả cơ quan (1)", "Nguyễn Thị Ánh").hasNot("Nguyễn Thị Khác")
	sheet.press("tiep-nhan").follow().has("Giấy tiếp nhận và hẹn trả kết quả")
}

func TestCounterKeepsWhatIsWrongAndWhatWasUploaded(t *testing.T) {
	w := newWorld(t)
	action, v := w.atCounter(w.clerk)
	set(v, "proof", "certificate", "phone", "12", "child_born-month", "13", "update", "1")
	opened := w.clerk.upload(action, v, "", "", nil).must(http.StatusOK).hasNot("Có lỗi", "phải có 10 chữ số")
	_, v = opened.form(atTheCounter)
	if v.Get("phone") != "12" || v.Get("child_born-month") != "13" || !v.Has("mother-name") {
		t.Errorf("kept %v", v)
	}
	wrong := w.clerk.upload(action, v, "birth_certificate", "giấy chứng sinh.jpg", photo(3)).must(http.StatusUnprocessableEntity)
	wrong.has("Số điện thoại phải có 10 chữ số", "Ô tháng của ngày sinh của trẻ", "giấy chứng sinh.jpg")
	_, v = wrong.form(atTheCounter)
	set(v, "phone", "0912345678", "child_born-month", "11")
	set(v, mother...)
	sheet := w.clerk.upload(action, v, "", "", nil).follow()
	sheet.has("giấy chứng sinh.jpg")
	id := strings.TrimPrefix(w.clerk.upload(action, v, "", "", nil).To, home+"/")
	papers, err := w.room.Files.List(t.Context(), w.room.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: id})
	if err != nil || len(papers) != 1 {
		t.Errorf("papers %v, %v", papers, err)
	}
}

func TestCounterRefusesAPaperThatIsNone(t *testing.T) {
	w := newWorld(t)
	action, v := w.atCounter(w.clerk)
	set(v, "proof", "certificate", "update", "1")
	_, v = w.clerk.upload(action, v, "", "", nil).must(http.StatusOK).form(atTheCounter)
	set(v, mother...)
	got := w.clerk.upload(action, v, "birth_certificate", "a.docx", []byte("PK\x03\x04[Content_Types].xml word/")).must(http.StatusUnprocessableEntity)
	got.has("Lưu thành PDF").hasNot("Tải lên ảnh giấy chứng sinh")
	if _, v = got.form(atTheCounter); v.Get("mother-name") != "Nguyễn Thị Mai" {
		t.Errorf("kept %v", v)
	}
}

func TestPlaceOfAnotherAgencyIsRefusedInPlainWords(t *testing.T) {
	w := newWorld(t)
	action, v := w.atCounter(w.clerk)
	set(v, "update", "1")
	_, v = w.clerk.upload(action, v, "", "", nil).must(http.StatusOK).form(atTheCounter)
	set(v, mother...)
	set(v, "commune-commune", "28756-2025")
	got := w.clerk.upload(action, v, "", "", nil).must(http.StatusUnprocessableEntity)
	got.has("không phải cơ quan của bạn")
	if !strings.Contains(got.Body, `href="#commune-commune"`) {
		t.Error("the summary does not lead to the place")
	}
	if _, v = got.form(atTheCounter); v.Get("mother-name") != "Nguyễn Thị Mai" || v.Get("commune-commune") != "28756-2025" {
		t.Errorf("kept %v", v)
	}
	set(v, "commune-commune", servicestest.Commune)
	w.clerk.upload(action, v, "", "", nil).must(http.StatusSeeOther)
}

func TestCounterIsClosedToWhoeverMayNotTakeIn(t *testing.T) {
	w := newWorld(t)
	action, v := w.atCounter(w.clerk)
	w.checker.upload(action, v, "", "", nil).must(http.StatusForbidden)
	person{w, access.Actor{}}.upload(action, v, "", "", nil).must(http.StatusUnauthorized)
	set(v, "co-quan", servicestest.Neighbour)
	w.clerk.upload(action, v, "", "", nil).must(http.StatusForbidden)
	w.clerk.open(home + "/" + atTheCounter + "?thu-tuc=1.000000").has("Không có thủ tục nào khớp")
	set(v, "co-quan", servicestest.Agency, "key", "short")
	w.clerk.upload(action, v, "", "", nil).must(http.StatusUnprocessableEntity)
	set(v, "key", database.NewID())
	w.clerk.upload(action, v, "", "", nil).must(http.StatusOK)
}

func TestCounterFormSentManyTimesAtOnceIsOneDossier(t *testing.T) {
	w := newWorld(t)
	action, v := w.atCounter(w.clerk)
	set(v, "proof", "certificate", "update", "1")
	_, v = w.clerk.upload(action, v, "", "", nil).must(http.StatusOK).form(atTheCounter)
	set(v, mother...)
	answers := make([]page, 6)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = w.clerk.upload(action, v, "birth_certificate", "a.jpg", photo(5)) })
	}
	all.Wait()
	for _, a := range answers {
		if a.Status != http.StatusSeeOther || a.To != answers[0].To {
			t.Errorf("answered %d %s, want %s", a.Status, a.To, answers[0].To)
		}
	}
	w.clerk.open(home + "?hang=tat-ca").has("Cả cơ quan (1)")
}
