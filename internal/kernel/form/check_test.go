package form

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"benso/internal/kernel/message"
)

const (
	nameField    = "id: x\nkind: text\nlabel: {vi: Họ tên của trẻ, en: Name of the child}\npattern: person_name\nmax: 20"
	noteField    = "id: x\nkind: text\nlabel: {vi: Ghi chú, en: Note}\nlines: true\nmin: 3\nmax: 30"
	citizenField = "id: x\nkind: text\nlabel: {vi: Số định danh, en: Number}\npattern: citizen_number"
	phoneField   = "id: x\nkind: text\nlabel: {vi: Số điện thoại, en: Phone}\npattern: phone"
	emailField   = "id: x\nkind: text\nlabel: {vi: Thư điện tử, en: E-mail}\npattern: email\noptional: true"
	areaField    = "id: x\nkind: number\nlabel: {vi: Diện tích, en: Area}\ndecimals: 2\nleast: 0.5\nmost: 10000\nsuffix: {vi: m², en: m²}"
	countField   = "id: x\nkind: number\nlabel: {vi: Số người, en: People}"
	bornField    = "id: x\nkind: date\nlabel: {vi: Ngày sinh của trẻ, en: Date of birth}\nnot_after: today\nnot_before: 2000-01-01"
	yearField    = "id: x\nkind: date\nlabel: {vi: Ngày sinh của mẹ, en: Date of birth}\nnot_after: today\npartial: true"
	sexField     = "id: x\nkind: choice\nlabel: {vi: Giới tính, en: Sex}\noptions:\n  - {id: male, label: {vi: Nam, en: Male}}\n  - {id: female, label: {vi: Nữ, en: Female}}"
	homeField    = "id: x\nkind: address\nlabel: {vi: Nơi cư trú, en: Residence}\noutside: true"
	localField   = "id: x\nkind: address\nlabel: {vi: Nơi đăng ký, en: Place}\nprovince: \"86\"\nstreet: none"
)

func TestInputIsJudgedInWordsThatSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name, field string
		in          []string
		want        Value             // when accepted
		faults      map[string]string // when refused
	}{
		{"name", nameField, []string{"x", "  Nguye\u0302\u0303n   Thị\u200b Ánh "}, Value{Text: "Nguyễn Thị Ánh"}, nil},
		{"name of a people with signs", nameField, []string{"x", "H'Hen Niê"}, Value{Text: "H'Hen Niê"}, nil},
		{"name missing", nameField, []string{"x", " \t "}, Value{}, map[string]string{"x": "Nhập họ tên của trẻ"}},
		{"name with digits", nameField, []string{"x", "Nguyễn 5"}, Value{}, map[string]string{"x": "Họ tên của trẻ chỉ gồm chữ cái; bỏ chữ số và dấu lạ"}},
		{"twenty runes are twenty", nameField, []string{"x", "Đặng Đặng Đặng Đặngễ"}, Value{Text: "Đặng Đặng Đặng Đặngễ"}, nil},
		{"name too long", nameField, []string{"x", "Đặng Đặng Đặng Đặngễb"}, Value{}, map[string]string{"x": "Họ tên của trẻ dài 21 ký tự; rút lại còn nhiều nhất 20 ký tự"}},
		{"control character", nameField, []string{"x", "A\x00B"}, Value{}, map[string]string{"x": "Họ tên của trẻ có ký tự không dùng được; xóa đi rồi gõ lại"}},
		{"not UTF-8", nameField, []string{"x", "A\xff"}, Value{}, map[string]string{"x": "Họ tên của trẻ có ký tự không dùng được; xóa đi rồi gõ lại"}},
		{"lines", noteField, []string{"x", "một\r\nhai \r\n"}, Value{Text: "một\nhai"}, nil},
		{"too short", noteField, []string{"x", "ơi"}, Value{}, map[string]string{"x": "Ghi chú phải có ít nhất 3 ký tự"}},
		{"citizen number in groups", citizenField, []string{"x", "083 090.001 234"}, Value{Text: "083090001234"}, nil},
		{"citizen number of nine", citizenField, []string{"x", "320123456"}, Value{}, map[string]string{"x": "Số định danh phải có đúng 12 chữ số; xem lại trên thẻ căn cước"}},
		{"citizen number in other digits", citizenField, []string{"x", "０８３０９０００１２３４"}, Value{}, map[string]string{"x": "Số định danh phải có đúng 12 chữ số; xem lại trên thẻ căn cước"}},
		{"phone", phoneField, []string{"x", "+84 912 345 678"}, Value{Text: "0912345678"}, nil},
		{"foreign phone", phoneField, []string{"x", "+1 (415) 555-2671"}, Value{Text: "+14155552671"}, nil},
		{"phone too short", phoneField, []string{"x", "091234567"}, Value{}, map[string]string{"x": "Số điện thoại phải có 10 chữ số, bắt đầu bằng số 0, ví dụ 0912 345 678"}},
		{"email", emailField, []string{"x", "a.b@vi.vn"}, Value{Text: "a.b@vi.vn"}, nil},
		{"email may be left out", emailField, []string{"x", ""}, Value{}, nil},
		{"email without a dot", emailField, []string{"x", "a@b"}, Value{}, map[string]string{"x": "Thư điện tử phải có dạng ten@nhacungcap.vn; xem lại dấu @ và dấu chấm"}},

		{"number", areaField, []string{"x", "1.234,50"}, Value{Text: "1234.50"}, nil},
		{"number without points", areaField, []string{"x", "1234,5"}, Value{Text: "1234.5"}, nil},
		{"number with blanks", areaField, []string{"x", " 1 234 "}, Value{Text: "1234"}, nil},
		{"a point is for thousands", areaField, []string{"x", "1.5"}, Value{}, map[string]string{"x": "Diện tích phải là số; số lẻ viết bằng dấu phẩy, ví dụ 1.234,5"}},
		{"too many decimals", areaField, []string{"x", "1,234"}, Value{}, map[string]string{"x": "Diện tích có nhiều nhất 2 chữ số sau dấu phẩy"}},
		{"too little", areaField, []string{"x", "0,49"}, Value{}, map[string]string{"x": "Diện tích phải từ 0,5 trở lên"}},
		{"too much", areaField, []string{"x", "10.000,01"}, Value{}, map[string]string{"x": "Diện tích phải từ 10.000 trở xuống"}},
		{"larger than any number", areaField, []string{"x", "99999999999999999999"}, Value{}, map[string]string{"x": "Diện tích quá lớn; xem lại số đã gõ"}},
		{"not a number", areaField, []string{"x", "1e3"}, Value{}, map[string]string{"x": "Diện tích phải là số; số lẻ viết bằng dấu phẩy, ví dụ 1.234,5"}},
		{"whole", countField, []string{"x", "007"}, Value{Text: "7"}, nil},
		{"negative", countField, []string{"x", "-3"}, Value{Text: "-3"}, nil},
		{"not whole", countField, []string{"x", "7,5"}, Value{}, map[string]string{"x": "Số người phải là số nguyên, không có phần lẻ"}},

		{"date", bornField, []string{"x-day", "7", "x-month", "03", "x-year", "2026"}, Value{Text: "2026-03-07"}, nil},
		{"date in one box", bornField, []string{"x-day", "27/3/2026"}, Value{Text: "2026-03-27"}, nil},
		{"date by a program", bornField, []string{"x", "2026-03-27"}, Value{Text: "2026-03-27"}, nil},
		{"date missing", bornField, nil, Value{}, map[string]string{"x-day": "Nhập ngày sinh của trẻ, ví dụ 27/03/2026"}},
		{"month missing", bornField, []string{"x-day", "7", "x-year", "2026"}, Value{}, map[string]string{"x-month": "Ngày sinh của trẻ còn thiếu tháng"}},
		{"no such month", bornField, []string{"x-day", "7", "x-month", "13", "x-year", "2026"}, Value{}, map[string]string{"x-month": "Ô tháng của ngày sinh của trẻ phải là số từ 1 đến 12"}},
		{"no such day", bornField, []string{"x-day", "30", "x-month", "2", "x-year", "2026"}, Value{}, map[string]string{"x-day": "Xem lại ngày sinh của trẻ: tháng 2 năm 2026 không có ngày 30"}},
		{"29 February", bornField, []string{"x-day", "29/02/2024"}, Value{Text: "2024-02-29"}, nil},
		{"two digits of a year", bornField, []string{"x-day", "7", "x-month", "3", "x-year", "26"}, Value{}, map[string]string{"x-year": "Ô năm của ngày sinh của trẻ phải có đủ bốn chữ số, ví dụ 1995"}},
		{"today", bornField, []string{"x-day", "23/11/2026"}, Value{Text: "2026-11-23"}, nil},
		{"tomorrow", bornField, []string{"x-day", "24/11/2026"}, Value{}, map[string]string{"x-day": "Ngày sinh của trẻ không được sau hôm nay (23/11/2026); xem lại ngày đã ghi"}},
		{"too early", bornField, []string{"x-day", "31/12/1999"}, Value{}, map[string]string{"x-day": "Ngày sinh của trẻ phải là ngày 01/01/2000 hoặc sau đó"}},
		{"year alone where a day is asked", bornField, []string{"x-year", "2026"}, Value{}, map[string]string{"x-day": "Ngày sinh của trẻ còn thiếu ngày"}},
		{"year alone", yearField, []string{"x-year", "1990"}, Value{Text: "1990"}, nil},
		{"this year alone", yearField, []string{"x-year", "2026"}, Value{Text: "2026"}, nil},
		{"next year alone", yearField, []string{"x-year", "2027"}, Value{}, map[string]string{"x-day": "Ngày sinh của mẹ không được sau hôm nay (23/11/2026); xem lại ngày đã ghi"}},

		{"choice", sexField, []string{"x", "female"}, Value{Text: "female"}, nil},
		{"choice missing", sexField, nil, Value{}, map[string]string{"x": "Chọn giới tính"}},
		{"choice that is not offered", sexField, []string{"x", "<script>"}, Value{}, map[string]string{"x": "Chọn lại giới tính trong các mục có sẵn"}},

		{"address", homeField, []string{"x-street", "ấp 3", "x-commune", "28756-2025"},
			Value{Parts: Answers{"street": {Text: "ấp 3"}, "commune": {Text: "28756-2025"}, "province": {Text: "86"}}}, nil},
		{"address outside the tree", homeField, []string{"x-street", "12 Rue X", "x-outside", "Paris, Pháp"},
			Value{Parts: Answers{"street": {Text: "12 Rue X"}, "outside": {Text: "Paris, Pháp"}}}, nil},
		{"address missing", homeField, nil, Value{}, map[string]string{
			"x-commune": "Chọn xã, phường trong nơi cư trú, hoặc ghi nơi khác nếu ở ngoài danh sách",
			"x-street":  "Nhập số nhà, đường hoặc ấp trong nơi cư trú"}},
		{"address twice", homeField, []string{"x-street", "1", "x-commune", "28756-2025", "x-outside", "Lào"}, Value{},
			map[string]string{"x-outside": "Với nơi cư trú, chọn xã, phường trong danh sách hoặc ghi nơi khác; không ghi cả hai"}},
		{"a unit that ended", homeField, []string{"x-street", "1", "x-commune", "28757"}, Value{},
			map[string]string{"x-commune": "Chọn lại xã, phường trong nơi cư trú: đơn vị đã chọn không còn trong danh sách"}},
		{"commune of another province", localField, []string{"x-commune", "26734-2025"}, Value{},
			map[string]string{"x-commune": "Chọn lại xã, phường trong nơi đăng ký: đơn vị đã chọn không còn trong danh sách"}},
		{"nothing outside where the tree is asked", localField, []string{"x-outside", "Lào"}, Value{},
			map[string]string{"x-commune": "Chọn xã, phường trong nơi đăng ký"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, p := one(t, c.field)
			a, faults := f.Check(p, p.Read(values(c.in...)), Answers{}, today)
			if got := said(faults); len(c.faults)+len(got) > 0 && !cmp.Equal(got, c.faults) {
				t.Fatalf("faults (-want +got):\n%s", cmp.Diff(c.faults, got))
			}
			want := Answers{}
			if !c.want.IsZero() {
				want["x"] = c.want
			}
			if d := cmp.Diff(want, a); d != "" {
				t.Errorf("answers (-want +got):\n%s", d)
			}
		})
	}
}

const personForm = `
pages:
  - id: child
    title: {vi: Trẻ, en: Child}
    fields:
      - {id: born, kind: date, label: {vi: Ngày sinh của trẻ, en: Date of birth of the child}}
  - id: mother
    title: {vi: Mẹ, en: Mother}
    fields:
      - id: mother
        kind: person
        label: {vi: Mẹ, en: Mother}
        of: {vi: mẹ, en: the mother}
        parts: [name, {part: born, partial: true, not_after: born}, sex, citizen, other_paper, nationality]
`

func TestPersonIsNamedInEachFault(t *testing.T) {
	f := parse(t, personForm)
	p, _ := f.Page("mother")
	so := Answers{"born": {Text: "2026-03-27"}}
	_, faults := f.Check(p, p.Read(values("mother-born-day", "28/03/2026", "mother-sex", "x")), so, today)
	want := map[string]string{
		"mother-name":        "Nhập họ, chữ đệm và tên của mẹ",
		"mother-born-day":    "Ngày sinh của mẹ không được sau ngày sinh của trẻ (27/03/2026); xem lại cả hai ngày",
		"mother-sex":         "Chọn lại giới tính của mẹ trong các mục có sẵn",
		"mother-citizen":     "Nhập số định danh cá nhân của mẹ; nếu chưa có số thì ghi giấy tờ khác ở ô dưới",
		"mother-nationality": "Nhập quốc tịch của mẹ",
	}
	if d := cmp.Diff(want, said(faults)); d != "" {
		t.Errorf("faults (-want +got):\n%s", d)
	}
	_, faults = f.Check(p, p.Read(nil), so, Env{Today: today.Today, Lang: "en"})
	if got := message.T(inEn, faults[0].Key, faults[0].Args...); got != "Enter the full name of the mother" {
		t.Errorf("in English: %q", got)
	}
}

func TestAnotherPaperStandsForTheCitizenNumber(t *testing.T) {
	f := parse(t, personForm)
	p, _ := f.Page("mother")
	in := p.Read(values("mother-name", "Lý Thị Hoa", "mother-born-year", "1990", "mother-sex", "female", "mother-other_paper", "hộ chiếu C123", "mother-nationality", "Việt Nam"))
	a, faults := f.Check(p, in, Answers{}, today)
	if len(faults) > 0 {
		t.Fatal(said(faults))
	}
	if a.Text("mother.other_paper") != "hộ chiếu C123" || a.Text("mother.born") != "1990" {
		t.Errorf("got %v", a)
	}
}

const witnessForm = `
pages:
  - id: w
    title: {vi: Người làm chứng, en: Witnesses}
    fields:
      - id: w
        kind: group
        label: {vi: Người làm chứng, en: Witnesses}
        entry: {vi: Người làm chứng, en: Witness}
        min: 1
        max: 3
        fields:
          - {id: name, kind: text, label: {vi: Họ tên, en: Name}, pattern: person_name}
          - {id: born, kind: date, label: {vi: Ngày sinh, en: Date of birth}, optional: true}
`

func TestGroupGrowsAndShrinksByButtonsAndKeepsWhatWasTyped(t *testing.T) {
	f := parse(t, witnessForm)
	p := f.First()
	in := p.Read(values("w-count", "2", "w-0-name", "An", "w-1-name", "Bình ", "w-1-born-day", "x", ButtonAdd, "w"))
	in = p.Apply(in)
	if in.Entries(p.Fields[0]) != 3 || in.Get("w-1-name") != "Bình " {
		t.Fatalf("after adding: %v", in.Values)
	}
	in.Act = Act{Kind: Remove, Field: "w", Index: 0}
	in = p.Apply(in)
	if d := cmp.Diff(values("w-count", "2", "w-0-name", "Bình ", "w-0-born-day", "x"), in.Values); d != "" {
		t.Errorf("after removing the first (-want +got):\n%s", d)
	}
	if act := p.Read(values(ButtonRemove, "w-1")).Act; act != (Act{Kind: Remove, Field: "w", Index: 1}) {
		t.Errorf("button reads as %+v", act)
	}
	for _, bad := range []string{"w-9", "w--1", "q-1", "w", "w-1-1"} {
		if act := p.Read(values(ButtonRemove, bad)).Act; act != (Act{}) {
			t.Errorf("%q reads as %+v", bad, act)
		}
	}
}

func TestGroupNamesTheEntryAndDropsEmptyOnesAtTheEnd(t *testing.T) {
	f := parse(t, witnessForm)
	p := f.First()
	a, faults := f.Check(p, p.Read(values("w-count", "3", "w-0-name", "An")), Answers{}, today)
	if len(faults) > 0 {
		t.Fatal(said(faults))
	}
	if d := cmp.Diff(Answers{"w": {Rows: []Answers{{"name": {Text: "An"}}}}}, a); d != "" {
		t.Error(d)
	}
	_, faults = f.Check(p, p.Read(values("w-count", "99", "w-1-name", "B")), Answers{}, today)
	if d := cmp.Diff(map[string]string{"w-0-name": "Nhập họ tên (người làm chứng 1)"}, said(faults)); d != "" {
		t.Error(d)
	}
	if _, faults = f.CheckAll(Answers{}, today); said(faults)["w"] != "Cần ít nhất 1 người làm chứng; bấm nút thêm rồi điền" {
		t.Errorf("empty group: %v", said(faults))
	}
}

const paperField = "id: x\nkind: file\nlabel: {vi: Ảnh giấy chứng sinh, en: Photo}\npaper: birth_certificate\nmax: 2\nbytes: 1048576\ndesk: true"

func TestPapersAreCountedWeighedAndTyped(t *testing.T) {
	f, p := one(t, paperField)
	good := File{ID: "a", Name: "giấy.jpg", Type: "image/jpeg", Size: 1 << 20}
	for _, c := range []struct {
		name  string
		files []File
		desk  string
		want  string
	}{
		{"one", []File{good}, "", ""},
		{"shown at the desk", nil, "yes", ""},
		{"none", nil, "", "Tải lên ảnh giấy chứng sinh, hoặc đánh dấu là sẽ mang bản chính đến bộ phận một cửa"},
		{"too many", []File{good, {ID: "b", Type: "image/png"}, {ID: "c", Type: "image/png"}}, "", "Chỉ gửi nhiều nhất 2 tệp cho ảnh giấy chứng sinh; xóa bớt"},
		{"another type", []File{{ID: "a", Name: "x.exe", Type: "application/x-msdownload"}}, "", "Tệp “x.exe” không phải ảnh hay PDF; chụp ảnh giấy tờ rồi tải lên lại"},
		{"too large", []File{{ID: "a", Name: "x.pdf", Type: "application/pdf", Size: 1<<20 + 1}}, "", "Tệp “x.pdf” quá lớn; chọn tệp không quá 1 MB"},
		{"twice the same", []File{good, good}, "", "Nhập lại ảnh giấy chứng sinh: nội dung đã lưu không đọc được"},
	} {
		in := p.Read(values("x-desk", c.desk))
		in.Files["x"] = c.files
		if _, faults := f.Check(p, in, Answers{}, today); said(faults)["x"] != c.want {
			t.Errorf("%s: %v", c.name, said(faults))
		}
	}
}

func TestABrowserCannotNameAFile(t *testing.T) {
	f, p := one(t, paperField)
	in := p.Read(values("x", "somebody-elses-file", "x-0", "id"))
	if _, faults := f.Check(p, in, Answers{}, today); len(faults) == 0 {
		t.Fatal("a typed id was taken for a file")
	}
}

func TestFilesAreCarriedFromEarlierAnswersAndRemovedByButton(t *testing.T) {
	_, p := one(t, paperField)
	a := Answers{"x": {Files: []File{{ID: "a"}, {ID: "b"}}}}
	in := p.Carry(p.Read(values(ButtonRemoveFile, "x-a")), a)
	if got := p.Apply(in).Files["x"]; len(got) != 1 || got[0].ID != "b" {
		t.Errorf("left: %v", got)
	}
	if len(a["x"].Files) != 2 {
		t.Error("the answers themselves were changed")
	}
}

func TestStoredAnswersOfAnotherShapeAreRefused(t *testing.T) {
	for _, v := range []Value{
		{Text: "Nguyễn  An"}, {Text: "Nguye\u0302\u0303n"}, {Desk: true}, {Text: "An", Files: []File{{ID: "a"}}},
		{Parts: Answers{"name": {Text: "An"}}}, {Rows: []Answers{{}}},
	} {
		f, _ := one(t, nameField)
		if _, faults := f.CheckAll(Answers{"x": v}, today); len(faults) == 0 {
			t.Errorf("%+v was accepted", v)
		}
	}
	f := parse(t, personForm)
	if _, faults := f.CheckAll(Answers{"mother": {Parts: Answers{"rich": {Text: "yes"}}}}, today); len(faults) == 0 {
		t.Error("an unknown part was accepted")
	}
	f, _ = one(t, bornField)
	for _, s := range []string{"2026", "26-3-7", "2026-02-30", "0001-01-01", "x"} {
		if _, faults := f.CheckAll(Answers{"x": {Text: s}}, today); len(faults) == 0 {
			t.Errorf("date %q was accepted", s)
		}
	}
}

func TestAnswersGoToJSONAndBack(t *testing.T) {
	a := Answers{"m": {Parts: Answers{"name": {Text: "Ánh"}}}, "g": {Rows: []Answers{{"n": {Text: "1.50"}}, {}}}, "f": {Files: []File{{ID: "1", Name: "a"}}, Desk: true}}
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var b Answers
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
}
