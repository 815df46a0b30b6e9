package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
)

const signingPage = home + "/ky-nhieu"

func (w *world) acts(id string) string {
	w.t.Helper()
	events, err := cases.Events(w.t.Context(), w.room.DB.Read(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	var acts []string
	for _, e := range events {
		acts = append(acts, e.Act+"/"+e.Account)
	}
	return strings.Join(acts, " ")
}

var syllables = strings.Fields("An Bình Châu Dương Gia Hân Khôi Linh Minh Trâm")

func TestSignerSignsFiftyAtOnceInLessThanTenSeconds(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for i := range 50 {
		ids = append(ids, w.proposed("Trẻ "+syllables[i/10]+" "+syllables[i%10]).ID)
	}
	page := w.signer.open(signingPage+"?chon=tat-ca").has("50 hồ sơ chờ ký", "Trẻ Gia Trâm", "ket qua.jpg", "Nguyễn Thị Mai", "15/2026")
	action, v := page.form("ky-nhieu")
	if len(v["pick"]) != 50 {
		t.Fatalf("%d are ticked", len(v["pick"]))
	}
	began := time.Now()
	done := w.signer.post(action, v).must(http.StatusOK)
	took := time.Since(began)
	t.Logf("50 signatures in %v", took)
	if took > 10*time.Second {
		t.Errorf("50 signatures took %v", took)
	}
	done.has("Đã làm 50 hồ sơ, không làm được 0 hồ sơ")
	for _, id := range ids {
		if d := w.now(id); d.Step != "handover" || !strings.HasSuffix(w.acts(id), " approve/signer") {
			t.Fatalf("%s stands at %s after %s", id, d.Step, w.acts(id))
		}
	}
	w.signer.post(action, v).must(http.StatusOK).has("Đã làm 50 hồ sơ") // a second click signs nothing twice
	if got := w.acts(ids[0]); strings.Count(got, "approve") != 1 {
		t.Errorf("signed twice: %s", got)
	}
}

func TestOneThatCannotBeSignedHoldsUpNoOther(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.proposed("Trẻ Một"), w.proposed("Trẻ Hai"), w.accepted("Trẻ Ba")
	w.checker.open(home+"/"+third.ID+"/trinh-tu-choi").press("trinh-tu-choi", "reason", "Không thuộc thẩm quyền").must(http.StatusSeeOther)
	page := w.signer.open(signingPage).has("Không thuộc thẩm quyền", "Mở để ký từ chối")
	action, v := page.form("ky-nhieu")
	w.signer.open(home+"/"+first.ID+"/tra-lai").press("tra-lai", "reason", "Xem lại").must(http.StatusSeeOther)
	v["pick"] = []string{first.ID, second.ID, third.ID, "x"}
	w.signer.post(action, v).must(http.StatusOK).has("Đã làm 1 hồ sơ, không làm được 3 hồ sơ", "đã ký", "chưa làm: Trần Văn signer vừa làm trước bạn (Trả lại chuyên viên)")
	if w.now(second.ID).Step != "handover" || w.now(first.ID).Step != "check" || w.now(third.ID).Step != "sign" {
		t.Error("what could be signed was not, or what could not was")
	}
	v["pick"] = nil
	w.signer.post(action, v).must(http.StatusUnprocessableEntity).has("Chọn ít nhất một hồ sơ")
}

func TestSignerSendsOneBackFromTheSameScreen(t *testing.T) {
	w := newWorld(t)
	d := w.proposed("Trẻ Một")
	action, v := w.signer.open(signingPage).form("ky-nhieu")
	v.Set("back", d.ID)
	w.signer.post(action, v).must(http.StatusUnprocessableEntity)
	v.Set("reason-"+d.ID, "Sai ngày sinh")
	w.signer.post(action, v).must(http.StatusOK).has("đã trả lại chuyên viên")
	if d = w.now(d.ID); d.Step != "check" || d.Reason != "Sai ngày sinh" || d.Assignee != "checker" {
		t.Errorf("sent back to %s with %q, to %s", d.Step, d.Reason, d.Assignee)
	}
	for _, p := range []person{w.clerk, w.checker, w.head} {
		p.get(signingPage).must(http.StatusForbidden)
	}
}

// many is an official with several roles, as in a small commune.
func (w *world) many(account string, roles ...string) person {
	w.t.Helper()
	a := access.Actor{}
	for _, role := range roles {
		one := servicestest.Official(w.t, w.room, account, role, servicestest.Agency)
		one.Grants = append(a.Grants, one.Grants...)
		a = one
	}
	w.known[account] = a
	return person{w, a}
}

func TestResultIsMadeAtOnceOnOneScreenEachActByItself(t *testing.T) {
	w := newWorld(t)
	all := w.many("all", "clerk", "specialist", "signer")
	action, v := w.atCounter(all)
	_, v = all.upload(action, v, "", "", nil).must(http.StatusOK).form(atTheCounter)
	set(v, mother...)
	set(v, "accept", "1", "originals", "identity")
	filed := all.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	if !strings.HasSuffix(filed.To, "/tra-ngay") {
		t.Fatalf("filing leads to %s", filed.To)
	}
	id := strings.TrimSuffix(strings.TrimPrefix(filed.To, home+"/"), "/tra-ngay")
	lane := filed.follow().has("Trình ký → Ký duyệt → Trả kết quả", "Lập giấy tiếp nhận").hasNot("Giấy tiếp nhận và hẹn trả kết quả")
	if again := all.upload(action, v, "", "", nil); again.To != filed.To { // the second click
		t.Errorf("a second click leads to %s", again.To)
	}
	action, v = lane.fill("tra-ngay", "number", "", "collector", "")
	all.upload(action, v, "", "", nil).must(http.StatusUnprocessableEntity).has("Nhập số của kết quả", "Ghi họ tên người nhận kết quả")
	action, v = lane.fill("tra-ngay", "number", "15/2026", "collector_paper", "citizen_card")
	wrong := all.upload(action, v, "", "", nil).must(http.StatusUnprocessableEntity)
	if d := w.now(id); d.Step != "check" {
		t.Errorf("without a scan it went on to %s", d.Step)
	}
	action, v = wrong.form("tra-ngay")
	all.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	all.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	if got := w.acts(id); got != "file/all accept/all propose/all approve/all hand_over/all" {
		t.Errorf("the acts are %s", got)
	}
	if d := w.now(id); d.Outcome != "granted" || d.Collection.Paper != "citizen_card" || d.OnTime == nil || !*d.OnTime {
		t.Errorf("it ended %+v", d.Collection)
	}
	accepted, _, err := dossier.LastOf(t.Context(), w.room.DB.Read(), id, dossier.ActAccept)
	if err != nil || dossier.SlipOf(accepted) != dossier.WithoutReceipt {
		t.Errorf("form 01 was written although nobody asked: %v", err)
	}
}

func TestClerkWaitsOnOneScreenForThoseWhoHaveTheRight(t *testing.T) {
	w := newWorld(t)
	action, v := w.atCounter(w.clerk)
	_, v = w.clerk.upload(action, v, "", "", nil).form(atTheCounter)
	set(v, mother...)
	set(v, "accept", "1", "receipt", "1")
	filed := w.clerk.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	id := strings.TrimSuffix(strings.TrimPrefix(filed.To, home+"/"), "/tra-ngay")
	filed.follow().has("Đang chờ bước: Thẩm tra", "Giấy tiếp nhận và hẹn trả kết quả")
	action, v = w.checker.open(home+"/"+id+"/tra-ngay").fill("tra-ngay", "number", "16/2026")
	if v.Get("acts") != "propose" {
		t.Errorf("the specialist's acts are %q", v.Get("acts"))
	}
	w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	w.proposed("Trẻ Không Vội")
	page := w.signer.open(signingPage).has("Ký ngay: người nộp đang chờ").Body
	if strings.Index(page, "Nguyễn Thị Ánh") > strings.Index(page, "Trẻ Không Vội") {
		t.Error("who waits at the counter does not stand first")
	}
	w.signer.open(home + "/" + id + "/tra-ngay").press("tra-ngay").must(http.StatusSeeOther)
	w.clerk.open(home + "/" + id + "/tra-ngay").press("tra-ngay").must(http.StatusSeeOther)
	if got := w.acts(id); got != "file/clerk accept/clerk propose/checker approve/signer hand_over/clerk" {
		t.Errorf("the acts are %s", got)
	}
}

func TestKnownPersonIsFoundWithoutMarksAndFilledIn(t *testing.T) {
	w := newWorld(t)
	w.filed("Nguyễn Thị Ánh")
	for _, typed := range []string{"0912 345 678", "nguyen thi mai", "nguyn thi mai", "083198004321"} {
		page := w.clerk.open(home + "/" + atTheCounter + "?" + url.Values{"nguoi": {typed}, "thu-tuc": {servicestest.Birth}}.Encode())
		_, v := page.has("Đã điền sẵn những gì Nguyễn Thị Mai khai lần trước").form(atTheCounter)
		if v.Get("phone") != "0912345678" || v.Get("child_name") != "" || v.Get("child_sex") != "" || v.Get("home_town-commune") != "" {
			t.Errorf("%s: filled in %v", typed, v)
		}
		set(v, "relation", "mother", "child_name", "Nguyễn Văn Em", "child_sex", "male", "child_born-day", "12", "child_born-month", "11", "child_born-year", "2026", "birth_place", "Trạm y tế xã",
			"parents", "mother", "home_town-commune", servicestest.Commune, "child_ethnicity", "Kinh", "proof", "electronic", "by_surrogacy", "no", "receive", "desk")
		opened := w.clerk.upload(home+"/"+atTheCounter, v, "", "", nil).must(http.StatusOK)
		if _, v = opened.form(atTheCounter); v.Get("mother-name") != "Nguyễn Thị Mai" || v.Get("mother-citizen") != "083198004321" {
			t.Errorf("%s: the mother is not filled in: %v", typed, v)
		}
	}
	w.clerk.open(home+"/"+atTheCounter+"?nguoi=0999999999&thu-tuc=xyz").has("Chưa có ai khớp", "Không có thủ tục nào khớp")
	w.other.open(home + "/" + atTheCounter + "?nguoi=0912345678&doi=1").has("Nguyễn Thị Mai có tài khoản với số này, nhưng chưa có hồ sơ").hasNot("Lần trước")
	var n int
	if err := w.room.DB.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM journal WHERE action = 'person.search'`).Scan(&n); err != nil || n != 6 {
		t.Errorf("%d searches for people are in the journal, want 6: %v", n, err)
	}
}

func TestWrongAcceptanceAndWrongProcedureAreCorrectedFromTheSheet(t *testing.T) {
	w := newWorld(t)
	d := w.accepted("Nguyễn Thị Ánh")
	w.clerk.open(home+"/"+d.ID+"/huy-tiep-nhan").has("Người nộp đọc lý do này").press("huy-tiep-nhan", "reason", "Nhầm hồ sơ").follow().has("đã bị hủy lúc", "Nhầm hồ sơ", d.Code, "Tiếp nhận")
	w.clerk.open(home + "/" + d.ID).press("tiep-nhan").follow().has(d.Code)

	action, v := w.atCounter(w.clerk)
	_, v = w.clerk.upload(action, v, "", "", nil).form(atTheCounter)
	set(v, mother...)
	w.clerk.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	wrong := w.lastFiled()
	again := w.clerk.open(home+"/"+wrong+"/sai-thu-tuc").press("sai-thu-tuc", "reason", "Chọn nhầm thủ tục").must(http.StatusSeeOther)
	if again.To != home+"/"+atTheCounter+"?lai="+wrong {
		t.Fatalf("it leads to %s", again.To)
	}
	again.follow().has("Hồ sơ nhầm đã đóng")
	page := w.clerk.open(again.To + "&thu-tuc=" + servicestest.Birth)
	_, v = page.form(atTheCounter)
	if v.Get("child_name") != "Nguyễn Thị Ánh" || v.Get("mother-name") != "Nguyễn Thị Mai" {
		t.Errorf("of the misfiled dossier are kept %v", v)
	}
	w.clerk.upload(home+"/"+atTheCounter, v, "", "", nil).must(http.StatusSeeOther)
	w.clerk.open(home+"/"+wrong).has("Đã đóng vì nhập nhầm thủ tục", "Mở hồ sơ nộp thay")
	w.clerk.open(home + "/" + w.now(wrong).RefiledAs).has("Nộp thay cho một hồ sơ nhập nhầm thủ tục")
}

func (w *world) lastFiled() (id string) {
	w.t.Helper()
	if err := w.room.DB.Read().QueryRowContext(w.t.Context(), `SELECT case_id FROM dossiers ORDER BY filing_number DESC LIMIT 1`).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestNeighbourWhoIsAskedAnswersAndTheAskerSeesAllSideBySide(t *testing.T) {
	w := newWorld(t)
	w.known["neighbour"] = servicestest.Official(t, w.room, "neighbour", "specialist", servicestest.Neighbour)
	neighbour := person{w, w.known["neighbour"]}
	d := w.accepted("Nguyễn Thị Ánh")
	ask := w.checker.open(home + "/" + d.ID + "/xin-y-kien")
	ask.press("xin-y-kien").must(http.StatusUnprocessableEntity).has("Chọn cơ quan cần hỏi")
	ask.press("xin-y-kien", "agency-0", "ủy ban", "question-0", "?").must(http.StatusUnprocessableEntity).has("cơ quan khớp")
	ask.press("xin-y-kien", "agency-0", "khong co", "question-1", "?", "agency-2", "phuong phu khuong", "amount-2", "0").must(http.StatusUnprocessableEntity).
		has("Không có cơ quan nào tên “khong co”", "Chọn cơ quan cần hỏi", "Nhập thời hạn trả lời, từ 1 đến 60", "Viết nội dung cần hỏi")
	ask.press("xin-y-kien", "agency-2", "phuong phu khuong", "question-2", "Có thường trú không?", "amount-2", "4", "unit-2", "working_hours").follow().has("Có thường trú không?", "Còn 1 cơ quan chưa trả lời")
	all, err := cases.Consults(t.Context(), w.room.DB.Read(), d.ID)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	page := neighbour.open("/xin-y-kien/"+all[0].ID).has("Có thường trú không?", "Nguyễn Thị Ánh", "giấy chứng sinh.jpg")
	neighbour.get(home + "/" + d.ID).must(http.StatusNotFound)
	w.checker.get("/xin-y-kien/" + all[0].ID).must(http.StatusNotFound)
	action, v := page.form(all[0].ID)
	wrong := neighbour.upload(action, v, "paper", "y kien.jpg", photo(8)).must(http.StatusUnprocessableEntity).has("y kien.jpg", "Viết ý kiến trả lời")
	action, v = wrong.form(all[0].ID)
	set(v, "opinion", "disagree", "answer", "Không thường trú.")
	neighbour.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	neighbour.open("/xin-y-kien/"+all[0].ID).has("Không thường trú.", "không còn mở cho cơ quan bạn").hasNot("giấy chứng sinh.jpg")
	w.checker.open(home+"/"+d.ID).has("Không đồng ý", "Không thường trú.", "y kien.jpg").hasNot("chưa trả lời xin ý kiến")
	v.Set("key", database.NewID())
	neighbour.upload(action, v, "", "", nil).must(http.StatusConflict).has("Câu hỏi này đã được trả lời")
}

func TestAnAnswerThatComesMeanwhileLosesNothingOfAProposal(t *testing.T) {
	w := newWorld(t)
	w.known["neighbour"] = servicestest.Official(t, w.room, "neighbour", "specialist", servicestest.Neighbour)
	d := w.accepted("Nguyễn Thị Ánh")
	w.checker.open(home+"/"+d.ID+"/xin-y-kien").press("xin-y-kien", "agency-0", "phuong phu khuong", "question-0", "Có thường trú không?").must(http.StatusSeeOther)
	action, v := w.checker.open(home+"/"+d.ID).fill("trinh-ky", "number", "15/2026")
	all, err := cases.Consults(t.Context(), w.room.DB.Read(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.room.AnswerConsult(t.Context(), w.known["neighbour"], all[0].ID, database.NewID(), cases.Reply{Opinion: cases.Agree, Text: "Có."}); err != nil {
		t.Fatal(err)
	}
	told := w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusConflict).has("Trả lời xin ý kiến", "15/2026", "Vẫn thực hiện: Trình ký")
	told.press("trinh-ky").must(http.StatusSeeOther)
	if d = w.now(d.ID); d.Step != "sign" || d.ResultNumber != "15/2026" {
		t.Errorf("sent again it stands at %s with %q", d.Step, d.ResultNumber)
	}
}
