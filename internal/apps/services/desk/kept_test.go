package desk_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/database"
)

// acceptedWith is a dossier that the clerk accepted with some boxes ticked.
func (w *world) acceptedWith(child string, pairs ...string) dossier.Dossier {
	w.t.Helper()
	d := w.filed(child)
	w.clerk.open(home+"/"+d.ID).press("tiep-nhan", pairs...).must(http.StatusSeeOther)
	return w.now(d.ID)
}

// unslipped is a dossier that was accepted without form 01 and was then asked for
// something, so that there is a slip beside the one that may still be asked for.
func (w *world) unslipped(child string) dossier.Dossier {
	w.t.Helper()
	d := w.acceptedWith(child, "slip", "none")
	w.checker.open(home+"/"+d.ID+"/yeu-cau-bo-sung").press("yeu-cau-bo-sung", "subject-0", "Giấy chứng sinh", "wrong-0", "Ảnh mờ", "mend-0", "Chụp lại").must(http.StatusSeeOther)
	return w.now(d.ID)
}

func TestEachKeyOfASheetDoesOneThing(t *testing.T) {
	w := newWorld(t)
	d := w.unslipped("Nguyễn Thị Ánh")
	sheet := w.clerk.open(home + "/" + d.ID)
	sound(t, sheet.doc)
	if got := attr(sheet.key("i"), "href"); got != home+"/"+d.ID+"/phieu/request" {
		t.Errorf("the key i prints %s", got)
	}
	if sheet.key("d").Data != "button" {
		t.Error("the key d does not have form 01 written")
	}
}

func TestGoingOnAndGoingBackKeepTheStepAndTheWordsOfTheList(t *testing.T) {
	w := newWorld(t)
	first, other, second := w.filed("Trẻ Chung Một"), w.filed("Trẻ Riêng"), w.filed("Trẻ Chung Hai")
	w.accepted("Trẻ Chung Ba") // at another step
	list := home + "?hang=tat-ca&buoc=intake&q=tre+chung"
	page := w.clerk.open(list).hasNot("Trẻ Riêng", "Trẻ Chung Ba")
	at := attr(page.key("o"), "href")
	if at != home+"/"+first.ID+"?hang=tat-ca&buoc=intake&q=tre+chung" {
		t.Fatalf("the first of the list opens %s", at)
	}
	sheet := w.clerk.open(at)
	if !slices.Contains(sheet.links(), list) {
		t.Error("no way back to the list")
	}
	after := sheet.press("tiep-nhan").must(http.StatusSeeOther)
	if after.To != at {
		t.Errorf("the act leads to %s", after.To)
	}
	next := attr(after.follow().key("n"), "href")
	if next != home+"/"+second.ID+"?hang=tat-ca&buoc=intake&q=tre+chung" {
		t.Fatalf("next is %s", next)
	}
	// A page of its own, a fault and a request for more rows keep it, too.
	wrong := w.clerk.open(strings.Replace(next, second.ID, second.ID+"/yeu-cau-bo-sung", 1)).press("yeu-cau-bo-sung").must(http.StatusUnprocessableEntity)
	done := wrong.press("yeu-cau-bo-sung", "subject-0", "Giấy chứng sinh", "wrong-0", "Ảnh mờ", "mend-0", "Chụp lại").must(http.StatusSeeOther)
	if done.To != next {
		t.Errorf("the request leads to %s", done.To)
	}
	// The narrow list is done: the whole of one's turn goes on.
	if got := attr(done.follow().key("n"), "href"); got != home+"/"+other.ID+"?hang=tat-ca" {
		t.Errorf("after the last of the list comes %s", got)
	}
	// A slip in the words that was corrected stays corrected.
	slip := w.checker.open(home + "?hang=tat-ca&q=tre+chugn+ba").has("Đang tìm “tre chung ba”")
	if got := attr(slip.key("o"), "href"); !strings.HasSuffix(got, "&q=tre+chung+ba") {
		t.Errorf("it opens %s", got)
	}
	// What is no list is none, and too much is nothing.
	strange := w.clerk.open(home + "/" + first.ID + "?hang=la&q=" + strings.Repeat("a", 300))
	if !slices.Contains(strange.links(), home) {
		t.Error("no way back to the desk")
	}
}

func TestWhoMayGiveTicksDossiersOnTheQueue(t *testing.T) {
	w := newWorld(t)
	d := w.filed("Trẻ Một")
	w.filed("Trẻ Hai")
	queue := home + "?hang=tat-ca&buoc=intake"
	if w.clerk.open(queue).offers("giao-nhieu") {
		t.Error("a clerk may give")
	}
	page := w.head.open(queue)
	action, v := page.form("giao-nhieu")
	if action != home+"/giao-nhieu" || len(v["chon"]) != 0 || v.Get("ve") != queue {
		t.Errorf("untouched the form sends %v to %s", v, action)
	}
	all := w.head.open(attr(page.key("a"), "href"))
	_, v = all.form("giao-nhieu")
	if len(v["chon"]) != 2 || !slices.Contains(v["chon"], d.ID+".1") {
		t.Errorf("all of them are %v", v["chon"])
	}
	if got := attr(all.key("a"), "href"); got != queue {
		t.Errorf("none of them is %s", got)
	}
	sound(t, all.doc)
}

func TestActThatFailsShowsTheDossierWithWhatWasWritten(t *testing.T) {
	w := newWorld(t)
	d := w.acceptedWith("Nguyễn Thị Ánh", "originals", "identity")
	action, v := w.checker.open(home+"/"+d.ID).fill("trinh-ky", "number", "15/2026")
	w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	w.signer.open(home + "/" + d.ID).press("ky").must(http.StatusSeeOther)
	before := w.journaled(d.ID, "dossier.read")
	sheet := w.clerk.open(home + "/" + d.ID)
	wrong := sheet.press("tra-ket-qua", "collector", "Trần Văn Chú", "collector_as", "authorised", "collector_paper", "passport").must(http.StatusUnprocessableEntity)
	_, kept := wrong.form("tra-ket-qua")
	if kept.Get("collector") != "Trần Văn Chú" || kept.Get("collector_as") != "authorised" || kept.Get("collector_paper") != "passport" {
		t.Errorf("kept %v", kept)
	}
	if n := w.journaled(d.ID, "dossier.read"); n != before+2 {
		t.Errorf("%d readings are written down, of which one is of the dossier that was shown again", n-before)
	}
	// Somebody was faster: every word is there, and the copy that was sent is said
	// not to be kept.
	late := w.accepted("Trần Văn Bình")
	action, v = w.checker.open(home+"/"+late.ID).fill("trinh-ky", "number", "16/2026", "book", "Quyển 07")
	w.second.open(home + "/" + late.ID).press("nhan-viec").must(http.StatusSeeOther)
	stale := w.checker.upload(action, v, "paper", "ket qua.jpg", photo(8)).must(http.StatusConflict)
	stale.has("16/2026", "Quyển 07", "23/11/2026", "Hãy chọn lại tệp")
}

func TestOriginalsThatWereUntickedStayUntickedWhenSomethingElseIsWrong(t *testing.T) {
	w := newWorld(t)
	action, v := w.atCounter(w.clerk)
	_, v = w.clerk.upload(action, v, "", "", nil).must(http.StatusOK).form(atTheCounter)
	set(v, mother...)
	set(v, "accept", "1")
	kept := w.keepable()
	v.Set("kept", kept)
	filed := w.clerk.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	id := strings.TrimSuffix(strings.TrimPrefix(filed.To, home+"/"), "/tra-ngay")
	action, v = w.checker.open(home+"/"+id).fill("trinh-ky", "number", "15/2026")
	w.checker.upload(action, v, "paper", "ket qua.jpg", photo(9)).must(http.StatusSeeOther)
	w.signer.open(home + "/" + id).press("ky").must(http.StatusSeeOther)
	action, v = w.clerk.open(home+"/"+id).fill("tra-ket-qua", "collector", "")
	if v.Get("returned") != kept {
		t.Fatalf("at first %q goes back", v.Get("returned"))
	}
	v.Del("returned")
	_, v = w.clerk.post(action, v).must(http.StatusUnprocessableEntity).form("tra-ket-qua")
	if v.Has("returned") {
		t.Errorf("%q goes back although it was unticked", v.Get("returned"))
	}
}

// keepable is a paper of the birth procedure whose original is handed in.
func (w *world) keepable() string {
	w.t.Helper()
	p, err := w.room.Catalogue.Procedure("1.001193")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, x := range p.Papers {
		if x.Original == "submit" {
			return x.ID
		}
	}
	w.t.Fatal("no original of the procedure is kept")
	return ""
}

func TestSignerWhoSendsOneBackKeepsTheTicksOfTheOthers(t *testing.T) {
	w := newWorld(t)
	one, two := w.proposed("Trẻ Một"), w.proposed("Trẻ Hai")
	action, v := w.signer.open(signingPage + "?chon=tat-ca").form("ky-nhieu")
	v.Set("back", one.ID)
	v.Set("reason-"+one.ID, "Sai ngày sinh")
	after := w.signer.post(action, v).must(http.StatusOK).has("đã trả lại chuyên viên")
	_, v = after.form("ky-nhieu")
	if !slices.Equal(v["pick"], []string{two.ID}) {
		t.Errorf("still ticked are %v", v["pick"])
	}
	v.Set("key", database.NewID())
	w.signer.post(action, v).must(http.StatusOK)
	if d := w.now(two.ID); d.Step != "handover" {
		t.Errorf("the other one stands at %s", d.Step)
	}
}

func TestCounterFindsAPersonAsThePageForItDoes(t *testing.T) {
	w := newWorld(t)
	w.filed("Nguyễn Thị Ánh")
	for _, typed := range []string{"nguyen thi mai", "nguyn thi mai", "0912 345 678", "+84912345678", "083 198 004 321"} {
		w.clerk.open(home+"/"+atTheCounter+"?doi=1&"+url.Values{"nguoi": {typed}}.Encode()).has("Nguyễn Thị Mai", "0912345678")
	}
	// Whoever came to the counter has no account, and is found by the number that the
	// form says; not by a part of it.
	id := w.walkIn("Trần Thị Không Tài Khoản", "0987654321", "083190001234")
	for _, typed := range []string{"083190001234", "0987654321", "tran thi khong tai"} {
		w.clerk.open(home + "/" + atTheCounter + "?doi=1&nguoi=" + url.QueryEscape(typed)).has("Trần Thị Không Tài Khoản , 0987654321")
	}
	w.clerk.open(home + "/" + id).press("tiep-nhan").must(http.StatusSeeOther)
	w.clerk.open(home + "/" + atTheCounter + "?doi=1&nguoi=083190001234").has("Trần Thị Không Tài Khoản") // also when it has a code
	w.clerk.open(home + "/" + atTheCounter + "?doi=1&nguoi=083190001").hasNot("Trần Thị Không Tài Khoản")
	w.other.open(home + "/" + atTheCounter + "?doi=1&nguoi=083190001234").hasNot("Trần Thị Không Tài Khoản")
	w.clerk.open(home + "/" + atTheCounter + "?doi=1&nguoi=nguyn+thi+mai").has("Đang tìm “nguyen thi mai”")
	w.clerk.open(home + "/" + atTheCounter + "?doi=1&nguoi=nguyen+thi+anh").hasNot("0912345678") // a child, no applicant
}

// walkIn is a dossier of a mother who came to the counter and has no account.
func (w *world) walkIn(name, phone, citizen string) (id string) {
	w.t.Helper()
	action, v := w.atCounter(w.clerk)
	set(v, "phone", phone)
	_, v = w.clerk.upload(action, v, "", "", nil).must(http.StatusOK).form(atTheCounter)
	set(v, mother...)
	set(v, "mother-name", name, "mother-citizen", citizen)
	filed := w.clerk.upload(action, v, "", "", nil).must(http.StatusSeeOther)
	return strings.TrimPrefix(filed.To, home+"/")
}
