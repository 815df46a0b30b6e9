package desk_test

import (
	"net/http"
	"net/url"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/core/cases"
)

// slow is a dossier that was accepted with a limit of some days, which leaves room
// for an apology.
func (w *world) slow(child string) dossier.Dossier {
	w.t.Helper()
	p, err := w.room.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	same := p.Limit
	p.Limit.Unit, p.Limit.Amount, p.Limit.CutOff = "working_days", 5, 0
	defer func() { p.Limit = same }()
	return w.accepted(child)
}

// taken is a dossier that a clerk took in from somebody who stands at the counter.
func (w *world) taken(who person, pairs ...string) string {
	w.t.Helper()
	action, v := w.atCounter(who)
	_, v = who.upload(action, v, "", "", nil).must(http.StatusOK).form(atTheCounter)
	set(v, mother...)
	set(v, pairs...)
	filed := who.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	return strings.TrimSuffix(strings.TrimPrefix(filed.To, home+"/"), "/tra-ngay")
}

const long = "Hồ sơ tiếp nhận nhầm: người đến nộp trùng họ tên với người khác trong cùng ấp, số căn cước không khớp với giấy tờ đã xuất trình.\nĐã gọi điện xin lỗi."

// corrections are the pages on which something that went wrong is put right.
func (w *world) corrections() []scene {
	w.t.Helper()
	var all []scene
	add := func(name string, p page) { all = append(all, scene{name, p}) }
	late := w.slow("Nguyễn Thị Ánh Nguyệt")
	at := home + "/" + late.ID
	apology := w.checker.open(at + "/xin-loi?hang=cho")
	add("apology", apology)
	add("apology-empty", apology.press("xin-loi").must(http.StatusUnprocessableEntity))
	add("apology-wrong", apology.press("xin-loi", "due-day", "28", "due-month", "11", "due-year", "2026", "reason", "Chờ xác minh nơi thường trú.").must(http.StatusUnprocessableEntity))
	apology.press("xin-loi", "due-day", "4", "due-month", "12", "due-year", "2026", "reason", "Chờ xác minh nơi thường trú của người mẹ.").must(http.StatusSeeOther)
	add("apologised", w.checker.open(at))

	wrong := w.accepted("Trần Lê Hoàng Minh Quân")
	at = home + "/" + wrong.ID
	undo := w.clerk.open(at + "/huy-tiep-nhan")
	add("undo", undo)
	add("undo-wrong", undo.press("huy-tiep-nhan").must(http.StatusUnprocessableEntity))
	undo.press("huy-tiep-nhan", "reason", long).must(http.StatusSeeOther)
	add("undone", w.clerk.open(at))

	id := w.taken(w.clerk)
	misfile := w.clerk.open(home + "/" + id + "/sai-thu-tuc")
	add("misfile", misfile)
	add("misfile-wrong", misfile.press("sai-thu-tuc").must(http.StatusUnprocessableEntity))
	again := misfile.press("sai-thu-tuc", "reason", "Người nộp cần bản sao trích lục, không phải đăng ký khai sinh.").must(http.StatusSeeOther)
	add("misfile-again", again.follow())
	add("misfiled", w.clerk.open(home+"/"+id))

	d := w.accepted("Phạm Văn Dũng")
	action, v := w.checker.open(home+"/"+d.ID).fill("trinh-ky", "number", "16/2026", "book", "Quyển 07")
	w.second.open(home + "/" + d.ID).press("nhan-viec").must(http.StatusSeeOther)
	add("stale-copy", w.checker.upload(action, v, "paper", "ket qua.jpg", photo(8)).must(http.StatusConflict))
	add("unslipped", w.clerk.open(home+"/"+w.unslipped("Lê Thị Cúc").ID))
	return all
}

// consultations are the pages of those who ask other agencies and of those who are
// asked.
func (w *world) consultations() []scene {
	w.t.Helper()
	var all []scene
	add := func(name string, p page) { all = append(all, scene{name, p}) }
	w.known["neighbour"] = servicestest.Official(w.t, w.room, "neighbour", "specialist", servicestest.Neighbour)
	neighbour := person{w, w.known["neighbour"]}
	d := w.slow("Đặng Ngọc Bảo Trâm")
	at := home + "/" + d.ID
	ask := w.checker.open(at + "/xin-y-kien")
	add("ask", ask)
	add("ask-empty", ask.press("xin-y-kien").must(http.StatusUnprocessableEntity))
	add("ask-wrong", ask.press("xin-y-kien", "agency-0", "ủy ban", "question-0", "Có thường trú tại địa phương không?", "agency-1", "Sở Không Có", "agency-2", "phuong phu khuong", "amount-2", "0").must(http.StatusUnprocessableEntity))
	ask.press("xin-y-kien", "agency-0", "phuong phu khuong", "question-0", "Bà Nguyễn Thị Mai có thường trú tại địa phương từ năm 2019 không?\nĐề nghị trả lời bằng văn bản.").must(http.StatusSeeOther)
	add("asked", w.checker.open(at))
	questions, err := cases.Consults(w.t.Context(), w.room.DB.Read(), d.ID)
	if err != nil || len(questions) != 1 {
		w.t.Fatal(questions, err)
	}
	mine := "/xin-y-kien/" + questions[0].ID
	add("consults", neighbour.open("/xin-y-kien"))
	page := neighbour.open(mine)
	add("consulted", page)
	action, v := page.form(questions[0].ID)
	wrong := neighbour.upload(action, v, "paper", "y kien.jpg", photo(8)).must(http.StatusUnprocessableEntity)
	add("consulted-wrong", wrong)
	action, v = wrong.form(questions[0].ID)
	set(v, "opinion", "disagree", "answer", "Không thường trú tại địa phương.")
	neighbour.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	add("consulted-done", neighbour.open(mine))
	add("consults-none", neighbour.open("/xin-y-kien"))
	add("answered", w.checker.open(at))
	return all
}

// counterScenes are the pages of the counter and of the lane of what is due at once.
func (w *world) counterScenes() []scene {
	w.t.Helper()
	var all []scene
	add := func(name string, p page) { all = append(all, scene{name, p}) }
	choose := func(person, procedure string) page {
		return w.clerk.open(home + "/" + atTheCounter + "?" + url.Values{"doi": {"1"}, "nguoi": {person}, "thu-tuc": {procedure}}.Encode())
	}
	add("choose", choose("", ""))
	add("choose-nobody", choose("Huỳnh Văn Không Có", "khai sinh"))
	w.filed("Nguyễn Thị Ánh Nguyệt")
	mai := w.applicant
	for i, name := range []string{"Nguyễn Thị Mai Hương", "Nguyễn Thị Mai Anh", "Nguyễn Thị Mai Chi"} {
		w.applicant = servicestest.Applicant("mai" + string(rune('a'+i)))
		w.filedBy("Trẻ Thứ Hai", name, "091234560"+string(rune('1'+i)))
	}
	w.applicant = mai
	add("choose-people", choose("nguyen thi mai", ""))
	add("choose-slip", choose("nguyn thi mai huong", "khai sinh"))
	add("choose-person", choose("0912345678", ""))
	add("choose-none", choose("0912345678", "xyz"))

	several := w.many("all", "clerk", "specialist", "signer")
	id := w.taken(several, "accept", "1")
	lane := home + "/" + id + "/tra-ngay"
	add("lane-all", several.open(lane))
	action, v := several.open(lane).fill("tra-ngay", "number", "", "collector", "", "collector_as", "authorised", "on-day", "31", "on-month", "2")
	add("lane-wrong", several.upload(action, v, "", "", nil).must(http.StatusUnprocessableEntity))
	id = w.taken(w.clerk)
	lane = home + "/" + id + "/tra-ngay"
	add("lane-accept", w.clerk.open(lane))
	w.clerk.open(lane).press("tra-ngay").must(http.StatusSeeOther)
	add("lane-wait", w.clerk.open(lane))
	action, v = w.checker.open(lane).fill("tra-ngay", "number", "16/2026")
	add("lane-propose", w.checker.open(lane))
	w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	add("lane-sign", w.signer.open(lane))
	w.signer.open(lane).press("tra-ngay").must(http.StatusSeeOther)
	add("lane-handover", w.clerk.open(lane))
	w.clerk.open(lane).press("tra-ngay").must(http.StatusSeeOther)
	add("lane-over", w.clerk.open(lane))
	return all
}

// signingScenes are the page on which many are signed, and the queue on which many
// are given.
func (w *world) signingScenes() []scene {
	w.t.Helper()
	var all []scene
	add := func(name string, p page) { all = append(all, scene{name, p}) }
	add("signing-empty", w.signer.open(signingPage))
	var ids []string
	for _, child := range []string{"Nguyễn Thị Ánh Nguyệt", "Trần Lê Hoàng Minh Quân", "Phạm Văn Dũng", "Lê Thị Cúc"} {
		ids = append(ids, w.proposed(child).ID)
	}
	refused := w.accepted("Đặng Ngọc Bảo Trâm")
	w.checker.open(home+"/"+refused.ID+"/trinh-tu-choi").press("trinh-tu-choi", "reason", "Không thuộc thẩm quyền của xã: người mẹ thường trú ở tỉnh khác.").must(http.StatusSeeOther)
	add("signing", w.signer.open(signingPage))
	add("signing-all", w.signer.open(signingPage+"?chon=tat-ca"))
	action, v := w.signer.open(signingPage + "?chon=tat-ca").form("ky-nhieu")
	v.Set("back", ids[1])
	add("signing-back-wrong", w.signer.post(action, v).must(http.StatusUnprocessableEntity))
	v.Set("reason-"+ids[1], "Sai ngày sinh của trẻ: giấy chứng sinh ghi 10/11/2026.")
	back := w.signer.post(action, v).must(http.StatusOK)
	add("signing-back", back)
	_, v = back.form("ky-nhieu")
	w.signer.open(home+"/"+ids[0]+"/tra-lai").press("tra-lai", "reason", "Xem lại").must(http.StatusSeeOther)
	add("signing-done", w.signer.post(action, v).must(http.StatusOK))
	_, v = w.signer.open(signingPage).form("ky-nhieu")
	v.Del("pick")
	add("signing-none", w.signer.post(action, v).must(http.StatusUnprocessableEntity))
	add("queue-give", w.head.open(home+"?hang=tat-ca&chon=het"))
	add("queue-step", w.head.open(home+"?hang=tat-ca&buoc=check&q=tram"))
	add("queue-today", w.checker.open(home+"?hang=hom-nay"))
	add("queue-found", w.clerk.open(home+"?hang=tat-ca&q=khong+co+ai"))
	return all
}
