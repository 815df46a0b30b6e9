package filing

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/form"
)

func TestMotherFilesPageByPageWithoutJavaScript(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai")
	p.open("/").gets(http.StatusOK).press("Tìm", map[string]string{"q": "khai sinh"}).sees("Đăng ký khai sinh")
	p.open(p.link("Đăng ký khai sinh")).sees("Miễn phí", "Giấy chứng sinh", "gay trong ngày làm việc", "Luật Hộ tịch 60/2014/QH13", "Điều chưa rõ")
	p.press(begin, nil).at("/relation").sees("Bước 1 trong")
	p.fills("", "Nguyễn Thị Ánh")
	p.sees("Xem lại trước khi gửi", "Nguyễn Thị Ánh", "10/11/2026", "0912345678", "mặt trước.jpg", "mặt sau.jpg", "Ủy ban nhân dân", "Khi gửi, bạn cam đoan")
	p.press(toSend, nil).at("/da-nop").gets(http.StatusOK).sees("Đã nộp hồ sơ", "BS-261123-00001", "Mã tra cứu", "làm việc")
	d := w.own(t, "mai")
	p.sees(d.Secret)
	if d.Code != "" || d.Name != "Nguyễn Thị Mai" || d.Phone != "0912345678" {
		t.Errorf("filed as %+v", d)
	}
	p.open(p.link("Xem hồ sơ")).sees("Đã nộp, cơ quan đang kiểm tra", "đang làm. Bạn không phải làm gì", "Nộp hồ sơ", "Chưa ai mở hồ sơ")
	p.open(pathMine).sees("Đã gửi", "BS-261123-00001", "Chờ nơi khác").seesNot("Đang làm dở")
}

func TestStrangerIsAskedToSignInAndComesBack(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "").open("/thu-tuc/" + servicestest.Birth)
	if got := p.link(begin); got != "/dang-nhap?tiep=%2Fthu-tuc%2F"+servicestest.Birth {
		t.Errorf("the way in leads to %q", got)
	}
	p.open("/thu-tuc/9.999999").gets(http.StatusNotFound)
	p.open("/thu-tuc?q=xyz").sees("Không có thủ tục nào có “xyz”")
}

func TestRefusedPageKeepsWhatWasTyped(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("birth", "Nguyễn Thị Ánh")
	p.press(goOn, map[string]string{"child_born-day": "31", "child_born-month": "2", "child_born-year": "2026", "birth_place": "Trạm y tế"})
	p.gets(http.StatusUnprocessableEntity).sees("Cần sửa các mục sau", "Xem lại ngày sinh của trẻ: tháng 2 năm 2026 không có ngày 31")
	if p.value("birth_place") != "Trạm y tế" || p.value("child_born-day") != "31" {
		t.Error("what was typed is gone")
	}
	if !strings.Contains(p.body, `href="#child_born-day"`) {
		t.Error("the summary does not lead to the field")
	}
}

func TestUploadIsKeptWhenAnotherIsRefused(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("proof_paper", "Nguyễn Thị Ánh")
	p.press(goOn, nil).gets(http.StatusUnprocessableEntity).sees("Tải lên")
	p.press(goOn, nil, sentFile{"birth_certificate", "đơn.docx", []byte("PK\x03\x04 word/document.xml [Content_Types].xml")}, sentFile{"birth_certificate", "mặt trước.jpg", photo(1)})
	p.gets(http.StatusUnprocessableEntity).sees("Tệp “đơn.docx”", "Đã tải lên", "mặt trước.jpg")
	p.sent() // the browser's reload sends all of it again
	if n := strings.Count(p.body, `class="bs-files__name"`); n != 1 {
		t.Fatalf("the photo is there %d times, want once", n)
	}
	p.press(goOn, nil, sentFile{"birth_certificate", "2.jpg", photo(2)}, sentFile{"birth_certificate", "3.jpg", photo(3)}, sentFile{"birth_certificate", "4.jpg", photo(4)})
	p.gets(http.StatusUnprocessableEntity).sees("Tệp “4.jpg”: đã đủ 3 tệp", "2.jpg", "3.jpg")
	p.press("Xóa tệp 2.jpg", nil).gets(http.StatusOK).seesNot(">2.jpg<")
	p.open(p.url.Path).sees("mặt trước.jpg", "3.jpg").seesNot(">2.jpg<")
	p.press(goOn, nil).at("/surrogacy")
}

func TestEntriesAndChangesGoBackToTheCheck(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("", "Nguyễn Thị Ánh")
	p.open(p.link("Thay đổi nơi sinh")).at("/birth")
	p.press("Lưu và xem lại", map[string]string{"birth_place": "Bệnh viện tỉnh"}).at("/" + checkPage).sees("Bệnh viện tỉnh")
	// An answer that asks for another page leads there first, then back.
	p.open(p.link("Thay đổi bạn muốn nhận giấy khai sinh")).press("Lưu và xem lại", map[string]string{"receive": "post"}).at("/post_address")
	p.press(goOn, map[string]string{"post_name": "Nguyễn Thị Mai", "post_address-street": "Ấp 3"}).at("/notes")
	p.press(goOn, nil).at("/" + checkPage).sees("Ấp 3")
}

func TestDraftIsContinuedWhereItStopped(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins()
	draft := strings.TrimSuffix(p.url.Path, "/relation")
	w.person(t, "mai").open("/thu-tuc/"+servicestest.Birth).press(begin, nil).at(draft + "/relation") // a double click begins one
	p.fills("child", "Nguyễn Thị Ánh")
	p.open(pathMine).sees("Đang làm dở", "Đăng ký khai sinh")
	p.open(draft).at("/child")
	p.open(draft + "/" + checkPage).at("/child")
	p.open("/thu-tuc/"+servicestest.Birth).press(begin, nil).sees("Bạn đang làm dở")
	p.tab().open(p.link("Làm tiếp hồ sơ này")).at(draft + "/child")
	p.press("Bắt đầu hồ sơ mới", nil).at("/relation")
	if strings.HasPrefix(p.url.Path, draft) {
		t.Error("a new draft was asked for, the old one came")
	}
	p.open(draft+"/xoa").press("Xóa bản nháp", nil).at(pathMine).sees("Đã xóa bản nháp")
	p.sent()
	p.at(pathMine).gets(http.StatusOK)
	p.open(draft).gets(http.StatusNotFound)
}

func TestPageChangedInAnotherTabShowsBothValues(t *testing.T) {
	w := newTown(t)
	one := w.person(t, "mai").begins().fills("child", "Nguyễn Thị Ánh")
	two := one.tab()
	one.press(goOn, map[string]string{"child_name": "Nguyễn Thị Ánh", "child_sex": "female"}).at("/birth")
	two.press(goOn, map[string]string{"child_name": "Nguyễn Thị Ánh", "child_sex": "female"}).at("/birth") // the same words are no conflict
	two.open(strings.Replace(two.url.Path, "/birth", "/child", 1))
	late := two.tab()
	two.press(goOn, map[string]string{"child_name": "Nguyễn Thị Ánh Tuyết"}).at("/birth")
	late.press(goOn, map[string]string{"child_name": "Nguyễn Thị Hoa"}).gets(http.StatusConflict)
	late.sees("Trang này đã được sửa ở nơi khác", "Nguyễn Thị Ánh Tuyết", "Nguyễn Thị Hoa")
	kept := late.tab()
	kept.open(kept.link("Giữ nội dung đang lưu")).at("/birth")
	late.press("Dùng nội dung tôi vừa nhập", nil).at("/birth")
	if v := late.open(strings.Replace(late.url.Path, "/birth", "/child", 1)).value("child_name"); v != "Nguyễn Thị Hoa" {
		t.Errorf("the name is %q, not the one that was chosen", v)
	}
}

func TestSendingTwiceFilesOnce(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("", "Nguyễn Thị Ánh")
	back, check := p.tab(), p.url.Path
	p.press(toSend, nil).at("/da-nop")
	confirmation := p.url.Path
	p.sent()
	p.at(confirmation) // a double click
	back.press(toSend, nil).at(confirmation)
	back.open(check).at(confirmation)
	back.open(strings.TrimSuffix(check, "/"+checkPage)).at(confirmation)
	w.own(t, "mai")
}

func TestOtherInputUnderADraftThatWasSentIsRefused(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("", "Nguyễn Thị Ánh")
	old := p.tab().open(p.link("Thay đổi nơi sinh"))
	p.press(toSend, nil).at("/da-nop")
	old.press("Lưu và xem lại", map[string]string{"birth_place": "Nơi khác"}).gets(http.StatusConflict).sees("Hồ sơ này đã được gửi", "BS-261123-00001", "không được ghi")
	old.open(old.link("Xem hồ sơ")).seesNot("Nơi khác")
}

func TestCheckPageThatIsOldSendsNothing(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("", "Nguyễn Thị Ánh")
	old := p.tab()
	p.open(p.link("Thay đổi nơi sinh")).press("Lưu và xem lại", map[string]string{"birth_place": "Bệnh viện tỉnh"})
	old.press(toSend, nil).gets(http.StatusConflict).sees("vừa được sửa ở nơi khác nên hồ sơ chưa được gửi", "Bệnh viện tỉnh")
	old.press(toSend, nil).at("/da-nop")
	p.press(toSend, nil).at("/da-nop")
	w.own(t, "mai")
}

func TestSomebodyElsesDraftAndDossierAreNotFound(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("notes", "Nguyễn Thị Ánh")
	draft := strings.TrimSuffix(p.url.Path, "/notes")
	p.press(goOn, nil)
	paper := p.link("mặt trước.jpg")
	p.open(paper).gets(http.StatusOK)
	p.open(draft+"/"+checkPage).press(toSend, nil)
	d := w.own(t, "mai")
	home := pathMine + "/" + d.ID
	photo := p.open(home).link("mặt trước.jpg")
	p.open(photo).gets(http.StatusOK)
	other := w.person(t, "lan")
	for _, address := range []string{draft, draft + "/relation", draft + "/" + checkPage, draft + "/xoa", paper, home, home + "/da-nop", home + "/rut", photo} {
		other.open(address).gets(http.StatusNotFound)
		if strings.Contains(other.body, "Ánh") {
			t.Errorf("%s tells the name", address)
		}
	}
	// A paper of one's own dossier does not open another's.
	mine := w.files(t, "lan", "Trần Văn Nam")
	other.open(pathMine + "/" + mine.ID + photo[strings.Index(photo, "/giay-to"):]).gets(http.StatusNotFound)
}

func TestRequestIsAnsweredWithEveryDefectInSight(t *testing.T) {
	w := newTown(t)
	d := w.files(t, "mai", "Nguyễn Thị Ánh")
	do, ctx := must(t), t.Context()
	clerk, checker := w.official(t, "clerk"), w.official(t, "specialist")
	d = do(w.Accept(ctx, clerk, w.act(d), dossier.Given{}, nil))
	first := d.DueAt
	if _, err := w.Open(ctx, checker, d.ID); err != nil {
		t.Fatal(err)
	}
	d = do(w.AskSupplement(ctx, checker, w.act(d), []dossier.Defect{
		{Subject: "Nơi sinh", Wrong: "Chưa ghi tên cơ sở y tế", Mend: "Ghi đủ tên trạm y tế, xã, tỉnh"},
		{Subject: "Giấy chứng sinh", Wrong: "Ảnh mặt sau bị mờ", Mend: "Chụp lại"},
	}))
	p := w.person(t, "mai").open(pathMine).sees("Chờ bạn", d.Code)
	p.open(p.link("Nguyễn Thị Ánh")).sees("Cần bạn bổ sung", "Chưa ghi tên cơ sở y tế", "Ảnh mặt sau bị mờ", "Chụp lại", "tính lại từ đầu", "Mở hồ sơ để giải quyết", "Cán bộ được phân công").seesNot("Trần Văn")
	p.press("Bổ sung hồ sơ", nil).at("/"+checkPage).sees("Ảnh mặt sau bị mờ", "Bạn chưa sửa mục nào", "mặt trước.jpg")
	p.open(p.link("Thay đổi nơi sinh")).sees("Ảnh mặt sau bị mờ")
	if p.value("birth_place") == "" {
		t.Error("the answer given before is not there")
	}
	p.press("Lưu và xem lại", map[string]string{"birth_place": "Trạm y tế xã An Hiệp, tỉnh Vĩnh Long"}).at("/" + checkPage).seesNot("Bạn chưa sửa mục nào")
	p.open(p.link("Thay đổi ảnh giấy chứng sinh")).press("Xóa tệp mặt sau.jpg", nil)
	p.press("Lưu và xem lại", nil, sentFile{"birth_certificate", "mặt sau rõ.jpg", photo(7)}).at("/" + checkPage).sees("mặt sau rõ.jpg").seesNot("mặt sau.jpg")
	w.clock.Advance(24 * time.Hour)
	again := p.tab()
	p.press("Gửi bổ sung", nil).at("/da-nop").sees("Đã gửi bổ sung", "Ngày hẹn trả kết quả")
	again.press("Gửi bổ sung", nil).at("/da-nop")
	d = w.own(t, "mai")
	if !d.DueAt.After(first) || d.Step != "check" {
		t.Errorf("after the supplement: %s, due %s (before %s)", d.Step, d.DueAt, first)
	}
	p.open(p.link("Xem hồ sơ")).sees("Vì sao là ngày này?", "hạn được tính lại từ đầu", "Nghị định 61/2018/NĐ-CP, Điều 19", "Gửi bổ sung, thời hạn tính lại", "mặt sau rõ.jpg")
	p.open(p.link("mặt sau rõ.jpg")).gets(http.StatusOK)
}

func TestResultAndRefusalAreShown(t *testing.T) {
	w := newTown(t)
	do, ctx := must(t), t.Context()
	clerk, checker, signer := w.official(t, "clerk"), w.official(t, "specialist"), w.official(t, "signer")
	d := do(w.RefuseIntake(ctx, clerk, w.act(w.files(t, "lan", "Trần Văn Nam")), "Trẻ đã được đăng ký khai sinh tại xã khác."))
	w.person(t, "lan").open(pathMine+"/"+d.ID).sees("Bị từ chối", "Trẻ đã được đăng ký khai sinh tại xã khác.", "Đã kết thúc").seesNot("Rút hồ sơ")

	d = do(w.Accept(ctx, clerk, w.act(w.files(t, "mai", "Nguyễn Thị Ánh")), dossier.Given{}, nil))
	w.person(t, "mai").open(pathMine+"/"+d.ID).sees(d.Code, "Hẹn trả kết quả", "17:00 ngày 23/11/2026", "Vì sao là ngày này?", "làm việc")
	d = do(w.proposeResult(t, checker, d))
	p := w.person(t, "mai").open(pathMine + "/" + d.ID).seesNot("Tải kết quả") // not signed: not there yet
	d = do(w.Approve(ctx, signer, w.act(d)))
	p.open(pathMine+"/"+d.ID).sees("Đã có kết quả", "Chờ bạn", "15/2026", "chưa ký số", "mang giấy tờ tùy thân", "đúng hạn")
	p.tab().open(p.link("Tải kết quả")).gets(http.StatusOK)
	d = do(w.HandOver(ctx, clerk, w.act(d), dossier.Collection{By: "Nguyễn Thị Mai"}))
	p.open(pathMine+"/"+d.ID).sees("Đã trả kết quả", "Đã xong", "Hồ sơ đã kết thúc")
}

func TestWithdrawingAsksFirstAndHappensOnce(t *testing.T) {
	w := newTown(t)
	d := w.files(t, "mai", "Nguyễn Thị Ánh")
	p := w.person(t, "mai").open(pathMine + "/" + d.ID)
	p.open(p.link("Rút hồ sơ")).sees("Rút hồ sơ này?")
	p.press("Rút hồ sơ", nil).at("/" + d.ID).sees("Bạn đã rút hồ sơ")
	p.sent()
	p.at("/" + d.ID).gets(http.StatusOK)
	p.open(pathMine + "/" + d.ID + "/rut").at("/" + d.ID)
}

func TestNumberAloneTellsTheStateAndNoName(t *testing.T) {
	w := newTown(t)
	d := must(t)(w.Accept(t.Context(), w.official(t, "clerk"), w.act(w.files(t, "mai", "Nguyễn Thị Ánh")), dossier.Given{}, nil))
	p := w.person(t, "").open(pathTrack)
	p.press("Tra cứu", map[string]string{"so": " bs-261123-00001 "}).gets(http.StatusOK)
	p.sees(d.Code, "Đã tiếp nhận, đang giải quyết", "Đăng ký khai sinh", "Ủy ban nhân dân", "17:00 ngày 23/11/2026")
	p.seesNot("Ánh", "Mai", "0912345678", d.Secret)
	p.open(pathTrack + "?so=" + d.Code).gets(http.StatusOK).seesNot("Ánh")
	p.open(pathTrack + "?so=BS-261123-09999").gets(http.StatusNotFound).sees("Không có hồ sơ nào mang mã này")
	if p.value("so") != "BS-261123-09999" {
		t.Error("the number that was typed is gone")
	}
	p.open(pathTrack + "?so=").gets(http.StatusUnprocessableEntity).sees("Nhập mã hồ sơ hoặc số nộp")
}

func TestSecretOpensMoreAndNoPaper(t *testing.T) {
	w := newTown(t)
	d := must(t)(w.Accept(t.Context(), w.official(t, "clerk"), w.act(w.files(t, "mai", "Nguyễn Thị Ánh")), dossier.Given{}, nil))
	p := w.person(t, "").open(pathTrack + "?so=" + d.Code)
	p.press("Xem chi tiết", nil).gets(http.StatusUnprocessableEntity).sees("Nhập mã tra cứu")
	p.press("Xem chi tiết", map[string]string{"ma": "SAIROI00"}).gets(http.StatusUnprocessableEntity).sees("không đúng").seesNot("Ánh")
	right := map[string]string{"ma": strings.ToLower(d.Secret[:4]) + " " + d.Secret[4:]}
	p.press("Xem chi tiết", right).gets(http.StatusOK).sees("Nguyễn Thị Ánh", "Tiếp nhận, cấp mã và ngày hẹn", "Vì sao là ngày này?").seesNot("giay-to", "0912345678", "083198004321")
	if strings.Contains(p.url.String(), d.Secret) {
		t.Error("the secret stands in the address")
	}
	w.person(t, "mai").open(pathMine+"/"+d.ID).sees("Tra cứu tình trạng bằng mã", "Người có mã tra cứu")
}

func TestGuessingASecretIsThrottled(t *testing.T) {
	w := newTown(t)
	d := w.files(t, "mai", "Nguyễn Thị Ánh")
	p := w.person(t, "").open(pathTrack + "?so=" + d.FilingNumber)
	for range 30 {
		p.press("Xem chi tiết", map[string]string{"ma": database.NewSecret(8)}).gets(http.StatusUnprocessableEntity)
	}
	p.press("Xem chi tiết", map[string]string{"ma": d.Secret}).gets(http.StatusTooManyRequests).sees("quá nhiều lần").seesNot("Ánh")
	w.clock.Advance(time.Hour)
	p.press("Xem chi tiết", map[string]string{"ma": d.Secret}).gets(http.StatusOK).sees("Nguyễn Thị Ánh")
}

func TestAnswerThatNoLongerHoldsLeadsToItsPage(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("", "Nguyễn Thị Ánh")
	check := p.url.Path
	id := strings.Split(check, "/")[2]
	// A commune that ended since: what was chosen is no unit of today.
	_, err := w.SavePage(t.Context(), servicestest.Applicant("mai"), id, "commune", 1, func(a form.Answers) form.Answers {
		return with(a, "commune", form.Value{Parts: form.Answers{"province": {Text: servicestest.Province}, "commune": {Text: "28756"}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	p.press(toSend, nil).at("/commune").sees("Cần sửa các mục sau", "Chọn lại xã, phường")
	p.open(check).at("/commune").sees("Chọn lại xã, phường")
	p.press("Lưu và xem lại", map[string]string{"commune-commune": servicestest.Commune}).at("/"+checkPage).press(toSend, nil).at("/da-nop")
}

func TestPageThatIsNoLongerAskedSaysSo(t *testing.T) {
	w := newTown(t)
	p := w.person(t, "mai").begins().fills("mother", "Nguyễn Thị Ánh")
	old := p.tab()
	back := p.open(strings.Replace(p.url.Path, "/mother", "/relation", 1))
	back.press(goOn, map[string]string{"relation": "grandparent"}).at("/requester")
	parents := old.tab().open(strings.Replace(old.url.Path, "/mother", "/parents", 1))
	parents.press(goOn, map[string]string{"parents": "none"}).at("/origin")
	old.press(goOn, map[string]string{"mother-name": "Nguyễn Thị Mai"}).sees("không còn cần nữa").at("/requester")
}

func TestEveryPageSpeaksEnglish(t *testing.T) {
	w := newTown(t)
	d := must(t)(w.Accept(t.Context(), w.official(t, "clerk"), w.act(w.files(t, "mai", "Nguyễn Thị Ánh")), dossier.Given{}, nil))
	p := w.person(t, "mai")
	for _, address := range []string{"/", "/thu-tuc", "/thu-tuc/" + servicestest.Birth, pathMine, pathMine + "/" + d.ID, pathMine + "/" + d.ID + "/da-nop", pathMine + "/" + d.ID + "/rut", pathTrack, pathTrack + "?so=" + d.Code} {
		join := "?"
		if strings.Contains(address, "?") {
			join = "&"
		}
		p.open(address + join + "lang=en").gets(http.StatusOK)
		if strings.Contains(p.words(), "[filing.") || strings.Contains(p.words(), "[catalogue.") || strings.Contains(p.words(), "{") {
			t.Errorf("%s: a text is missing:\n%s", address, p.words())
		}
	}
	p.open(pathMine+"/"+d.ID+"?lang=en").sees("Accepted, being processed", "What happened")
}

func TestSendingAtNightSaysWhenTheOfficeOpens(t *testing.T) {
	w := newTown(t)
	w.clock.Set(time.Date(2026, 11, 20, 21, 0, 0, 0, clock.Zone)) // a Friday
	d := w.files(t, "mai", "Nguyễn Thị Ánh")
	p := w.person(t, "mai").open(pathMine + "/" + d.ID + "/da-nop")
	p.sees("Cơ quan đang nghỉ, làm việc lại lúc 07:00 ngày 23/11/2026", "chậm nhất lúc 17:00 ngày 23/11/2026")
	w.clock.Set(servicestest.Morning)
	d = must(t)(w.Accept(t.Context(), w.official(t, "clerk"), w.act(d), dossier.Given{}, nil))
	p.open(p.url.Path).sees(d.Code, "Đã tiếp nhận, đang giải quyết", "Ngày hẹn trả kết quả: 17:00 ngày 23/11/2026").seesNot("Cơ quan đang nghỉ")
	p.open(pathMine+"/"+d.ID).sees("Thứ hai, 23/11/2026", "giờ làm việc 07:00–11:30, 13:00–17:00")
}
