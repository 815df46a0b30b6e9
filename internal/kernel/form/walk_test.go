package form

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// happy is what a mother types on each page.
var happy = map[string][]string{
	"relation":  {"relation", "mother"},
	"requester": {"requester-name", "Lê Văn Út", "requester-citizen", "083 060 001 234"},
	"contact":   {"phone", "0912 345 678"},
	"commune":   {"commune-commune", "28756-2025"},
	"child":     {"child_name", "Nguyễn Thị Ánh", "child_sex", "female"},
	"birth":     {"child_born-day", "7", "child_born-month", "11", "child_born-year", "2026", "birth_place", "Bệnh viện Nguyễn Đình Chiểu, phường An Hội, tỉnh Vĩnh Long"},
	"parents":   {"parents", "both"},
	"mother": {"mother-name", "Trần Thị Đào", "mother-born-year", "1995", "mother-citizen", "083195001234", "mother-ethnicity", "Kinh",
		"mother-nationality", "Việt Nam", "mother-residence-commune", "28756-2025", "mother-residence-street", "12 ấp 3"},
	"father": {"father-name", "Nguyễn Văn Dũng", "father-born-day", "2/9/1990", "father-other_paper", "Hộ chiếu C1234567", "father-ethnicity", "Khmer",
		"father-nationality", "Việt Nam", "father-residence-outside", "xã Long Đức, tỉnh Đồng Nai"},
	"origin":         {"home_town-commune", "28858-2025", "child_ethnicity", "Kinh", "child_nationality", "Việt Nam"},
	"proof":          {"proof", "certificate"},
	"marriage":       {"married", "yes"},
	"marriage_paper": {"marriage_certificate-desk", "yes"},
	"surrogacy":      {"by_surrogacy", "no"},
	"receive":        {"receive", "post"},
	"post_address":   {"post_name", "Trần Thị Đào", "post_address-street", "12 ấp 3", "post_address-commune", "28756-2025"},
	"notes":          {"notes", "Gọi sau 17 giờ.\nCảm ơn."},
}

var photo = File{ID: "f1", Name: "giấy chứng sinh.jpg", Type: "image/jpeg", Size: 300_000}

func fill(t testing.TB, f *Form) (Answers, []string) {
	t.Helper()
	a, asked := Answers{}, []string{}
	for p, ok := f.First(), true; ok; p, ok = f.Next(p, a) {
		in := p.Carry(p.Read(values(happy[p.ID]...)), a)
		if p.ID == "proof_paper" {
			in.Files["birth_certificate"] = []File{photo, {ID: "f2", Name: "mặt sau.png", Type: "image/png"}}
		}
		var faults any
		next, bad := f.Check(p, in, a, today)
		if faults = said(bad); len(bad) > 0 {
			t.Fatalf("page %s: %v", p.ID, faults)
		}
		a, asked = next, append(asked, p.ID)
	}
	return a, asked
}

func TestBirthIsRegisteredFromTheFirstPageToTheLast(t *testing.T) {
	f := birth(t)
	a, asked := fill(t, f)
	want := strings.Fields("relation contact commune child birth parents mother father origin proof proof_paper marriage marriage_paper surrogacy receive post_address notes")
	if d := cmp.Diff(want, asked); d != "" {
		t.Errorf("pages (-want +got):\n%s", d)
	}
	sent, faults := f.CheckAll(a, today)
	if len(faults) > 0 {
		t.Fatal(said(faults))
	}
	if d := cmp.Diff(a, sent); d != "" {
		t.Errorf("something was lost (-want +got):\n%s", d)
	}
	for name, want := range map[string]string{"place": "28756-2025", "subject": "Nguyễn Thị Ánh", "name": "Trần Thị Đào", "phone": "0912345678", "email": "", "receive": "post"} {
		if got := f.Use(sent, name); got != want {
			t.Errorf("use %s is %q, want %q", name, got, want)
		}
	}
	papers := []string{}
	for _, x := range f.Papers(sent) {
		papers = append(papers, x.Paper)
	}
	if d := cmp.Diff([]string{"birth_certificate", "marriage_certificate"}, papers); d != "" {
		t.Error(d)
	}
}

func TestSummaryReadsAsPeopleWrite(t *testing.T) {
	f := birth(t)
	a, _ := fill(t, f)
	got := map[string]string{}
	for _, r := range f.Summary(a, today) {
		got[r.Label] = r.Value
	}
	for label, want := range map[string]string{
		"Bạn là ai đối với trẻ?":           "Mẹ",
		"Ngày sinh của trẻ":                "07/11/2026",
		"Ngày sinh của mẹ":                 "1995",
		"Ngày sinh của cha":                "02/09/1990",
		"Nơi cư trú của mẹ":                "12 ấp 3, phường An Hội, tỉnh Vĩnh Long",
		"Nơi cư trú của cha":               "xã Long Đức, tỉnh Đồng Nai",
		"Đăng ký tại xã, phường nào?":      "phường An Hội, tỉnh Vĩnh Long",
		"Ảnh giấy chứng sinh":              "giấy chứng sinh.jpg\nmặt sau.png",
		"Ảnh giấy chứng nhận kết hôn":      "Sẽ mang bản chính đến bộ phận một cửa",
		"Thư điện tử":                      "",
		"Số định danh cá nhân của cha":     "",
		"Họ, chữ đệm và tên của cha":       "Nguyễn Văn Dũng",
		"Bạn muốn nói thêm điều gì không?": "Gọi sau 17 giờ.\nCảm ơn.",
	} {
		if v, ok := got[label]; !ok || v != want {
			t.Errorf("%s: %q (there: %v), want %q", label, v, ok, want)
		}
	}
}

func TestAnswersThatAreNoLongerAskedAreDropped(t *testing.T) {
	f := birth(t)
	a, _ := fill(t, f)
	p, _ := f.Page("parents")
	a, faults := f.Check(p, p.Read(values("parents", "mother")), a, today)
	if len(faults) > 0 {
		t.Fatal(said(faults))
	}
	if a.Text("father.name") == "" {
		t.Fatal("the draft forgot the father at once: going back would lose what was typed")
	}
	sent, faults := f.CheckAll(a, today)
	if len(faults) > 0 {
		t.Fatal(said(faults))
	}
	for _, id := range []string{"father", "married", "marriage_certificate"} {
		if _, ok := sent[id]; ok {
			t.Errorf("%s was sent", id)
		}
	}
	for _, r := range f.Summary(a, today) {
		if r.Page.ID == "father" {
			t.Errorf("the summary shows %s", r.Label)
		}
	}
}

func TestAFatherCannotLeaveHimselfOut(t *testing.T) {
	f := birth(t)
	p, _ := f.Page("parents")
	so := Answers{"relation": {Text: "father"}}
	got, faults := f.Check(p, p.Read(values("parents", "mother")), so, today)
	if want := "Bạn đã chọn mình là cha của trẻ: chọn mục có ghi cha, hoặc sửa lại quan hệ với trẻ"; said(faults)["parents"] != want {
		t.Errorf("got %v", said(faults))
	}
	if d := cmp.Diff(so, got); d != "" {
		t.Error("a refused page changed the answers")
	}
	if _, faults = f.Check(p, p.Read(values("parents", "both")), so, today); len(faults) > 0 {
		t.Error(said(faults))
	}
}

func TestBirthCertificateIsNotAskedWhereItIsElectronic(t *testing.T) {
	f := birth(t)
	a, _ := fill(t, f)
	a["proof"] = Value{Text: "electronic"}
	for _, p := range f.Pages(a) {
		if p.ID == "proof_paper" {
			t.Error("a photo is asked for")
		}
	}
	a["proof"] = Value{Text: "witness"}
	if _, faults := f.CheckAll(a, today); said(faults)["witness_statement"] == "" {
		t.Errorf("the witness's statement is not asked: %v", said(faults))
	}
}

func TestNothingIsTypedTwice(t *testing.T) {
	f := birth(t)
	a := Answers{"commune": {Parts: Answers{"commune": {Text: "28756-2025"}, "province": {Text: "86"}}}}
	p, _ := f.Page("mother")
	in := f.Input(p, a, "vi")
	if in.Get("mother-residence-commune") != "28756-2025" || in.Get("mother-nationality") != "Việt Nam" {
		t.Errorf("a fresh page shows %v", in.Values)
	}
	a["mother"] = Value{Parts: Answers{"name": {Text: "Đào"}}}
	if in = f.Input(p, a, "vi"); in.Get("mother-nationality") != "" || in.Get("mother-name") != "Đào" {
		t.Errorf("an answered page shows %v", in.Values)
	}
}

// The applicant is whom the answers make it: the mother who registers her child, and
// not the father beside her; a relative, and neither of them.
func TestWhatIsKnownOfTheApplicantStandsInTheirOwnBoxesAlone(t *testing.T) {
	f := birth(t)
	own := Own{Name: "Trần Thị Đào", Phone: "0912345678", Email: "dao@benso.example", Citizen: "083195001234"}
	begins := func(relation, page string, names ...string) (found []string) {
		p, ok := f.Page(page)
		if !ok {
			t.Fatal(page)
		}
		in := f.Begin(p, Answers{"relation": {Text: relation}, "parents": {Text: "both"}}, "vi", own)
		for _, n := range names {
			found = append(found, in.Get(n))
		}
		return found
	}
	for _, c := range []struct {
		relation, page string
		names, want    []string
	}{
		{"mother", "mother", []string{"mother-name", "mother-citizen"}, []string{own.Name, own.Citizen}},
		{"mother", "father", []string{"father-name", "father-citizen"}, []string{"", ""}},
		{"father", "father", []string{"father-name", "father-citizen"}, []string{own.Name, own.Citizen}},
		{"father", "mother", []string{"mother-name", "mother-citizen"}, []string{"", ""}},
		{"grandparent", "requester", []string{"requester-name", "requester-citizen", "requester-other_paper"}, []string{own.Name, own.Citizen, ""}},
		{"grandparent", "mother", []string{"mother-name"}, []string{""}},
		{"mother", "contact", []string{"phone", "email"}, []string{own.Phone, own.Email}},
		{"mother", "child", []string{"child_name"}, []string{""}},
	} {
		if d := cmp.Diff(c.want, begins(c.relation, c.page, c.names...)); d != "" {
			t.Errorf("%s on the page %s (-want +got):\n%s", c.relation, c.page, d)
		}
	}
	p, _ := f.Page("contact")
	if in := f.Begin(p, Answers{"phone": {Text: "0999999999"}}, "vi", own); in.Get("phone") != "0999999999" || in.Get("email") != "" {
		t.Errorf("an answered page shows %v", in.Values)
	}
}

// One check each at a part of a person, at a part of an address, and at a whole.
func TestCheckShowsItsErrorAtThePartThatIsWrong(t *testing.T) {
	const text = `pages:
  - id: p
    title: {vi: Trang, en: Page}
    fields:
      - {id: him, kind: person, label: {vi: Anh, en: He}, of: {vi: anh, en: him}, parts: [name, born, citizen]}
      - {id: home, kind: address, label: {vi: Nhà, en: Home}, street: optional}
    checks:
      - {refuse: {field: him.born, after: today-20y}, field: him.born, text: {vi: Chưa đủ tuổi, en: Too young}}
      - {refuse: {field: him.citizen, is: "083198004321"}, field: him.citizen, text: {vi: Sai số, en: Wrong number}}
      - {refuse: {field: home.street, is: "?"}, field: home.street, text: {vi: Sai đường, en: Wrong street}}
      - {refuse: {field: him.name, is: "Ai"}, field: him, text: {vi: Sai tên, en: Wrong name}}
`
	f := parse(t, text)
	a := Answers{"him": {Parts: Answers{"name": {Text: "Ai"}, "born": {Text: "2020-01-01"}, "citizen": {Text: "083198004321"}}}, "home": {Parts: Answers{"province": {Text: "86"}, "commune": {Text: "28756-2025"}, "street": {Text: "?"}}}}
	_, faults := f.CheckAll(a, today)
	want := map[string]string{"him-born-day": "Chưa đủ tuổi", "him-citizen": "Sai số", "home-street": "Sai đường", "him-name": "Sai tên"}
	if d := cmp.Diff(want, said(faults)); d != "" {
		t.Error(d)
	}
	for wrong, says := range map[string]string{"field: him.age, text": `has no part "age"`, "field: her, text": "is not on the page"} {
		if _, problems := ParseBytes("t.yaml", []byte(strings.Replace(text, "field: him.born, text", wrong, 1))); len(problems) != 1 || !strings.Contains(problems[0].Text, says) {
			t.Errorf("%s: %v", wrong, problems)
		}
	}
}

func TestFaultLeadsToItsPage(t *testing.T) {
	f := birth(t)
	if p, ok := f.PageOf("mother-born-day"); !ok || p.ID != "mother" {
		t.Errorf("got %v", p)
	}
	if _, ok := f.PageOf("nobody-day"); ok {
		t.Error("an unknown input has a page")
	}
}

func TestYearAloneIsRefusedOnlyWhenCertain(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"1990", "1990-05-01", false}, {"1990-05-01", "1990", false}, {"1990", "1991", true}, {"1990", "1991-01-01", true}, {"1990", "1990", false}, {"2026-03-01", "2026-03-02", true}} {
		if got := surelyBefore(c.a, c.b); got != c.want {
			t.Errorf("%s before %s: %v", c.a, c.b, got)
		}
	}
}

func TestConditionsOnTheSamePageAreOpenUntilItIsSent(t *testing.T) {
	f := parse(t, `
pages:
  - id: a
    title: {vi: A, en: A}
    fields:
      - {id: who, kind: choice, label: {vi: Ai, en: Who}, options: [{id: me, label: {vi: Tôi, en: I}}, {id: you, label: {vi: Bạn, en: You}}]}
      - {id: name, kind: text, label: {vi: Tên, en: Name}, when: {field: who, is: you}}
`)
	p := f.First()
	if v := f.View(p, PageInput{}, Answers{"who": {Text: "me"}}, nil, today); len(v.Fields) != 2 {
		t.Error("the second field is not drawn: changing the choice could not bring it")
	}
	a, faults := f.Check(p, p.Read(values("who", "me", "name", "\x00 junk")), Answers{"name": {Text: "old"}}, today)
	if d := cmp.Diff(Answers{"who": {Text: "me"}}, a); d != "" || len(faults) > 0 {
		t.Errorf("%s %v", d, said(faults))
	}
	if _, faults = f.Check(p, p.Read(values("who", "you")), Answers{}, today); said(faults)["name"] != "Nhập tên" {
		t.Error(said(faults))
	}
}

// typed draws input for a page: what is likely, what is odd, what is hostile.
func typed(t *rapid.T, p *Page) PageInput {
	texts := []string{"", "Nguyễn Văn A", "  x ", "083195001234", "0912345678", "a@b.vn", "1.234,5", "12", "2", "2026", "1990", "27/03/2026", "28756-2025", "Lào", "yes", "\x00", "\xff", strings.Repeat("ễ", 600)}
	for _, x := range p.Fields {
		for _, o := range x.Options {
			texts = append(texts, o.ID)
		}
	}
	in := PageInput{Values: url.Values{}, Files: map[string][]File{}}
	for _, name := range names(p) {
		if rapid.Bool().Draw(t, name+" given") {
			in.Values.Set(name, rapid.OneOf(rapid.SampledFrom(texts), rapid.String()).Draw(t, name))
		}
	}
	// Most often, what is right, so that whole walks are reached.
	if rapid.IntRange(0, 29).Draw(t, "likely") < 29 {
		in.Values = values(happy[p.ID]...)
	}
	for _, x := range p.Fields {
		if x.Kind == KindFile && rapid.IntRange(0, 19).Draw(t, "file") < 19 {
			in.Files[x.ID] = []File{photo}
		}
		if x.Kind == KindChoice && rapid.Bool().Draw(t, "choose") {
			in.Values.Set(x.ID, rapid.SampledFrom(x.Options).Draw(t, x.ID).ID)
		}
	}
	return in
}

// names are the inputs of a page.
func names(p *Page) []string {
	var all []string
	var add func(x *Field, name string)
	add = func(x *Field, name string) {
		all = append(all, name)
		for _, s := range []string{"-day", "-month", "-year", "-commune", "-outside", "-street", "-desk", "-count"} {
			all = append(all, name+s)
		}
		for _, s := range x.Fields {
			if x.Kind == KindGroup {
				add(s, entryName(x, 0, s.ID))
				add(s, entryName(x, 1, s.ID))
			} else {
				add(s, name+"-"+s.ID)
			}
		}
	}
	for _, x := range p.Fields {
		add(x, x.ID)
	}
	return all
}

func TestWhatIsAcceptedPageByPageIsAcceptedAsAWhole(t *testing.T) {
	f := birth(t)
	whole := 0
	rapid.Check(t, func(t *rapid.T) {
		a := Answers{}
		for p, ok := f.First(), true; ok; p, ok = f.Next(p, a) {
			next, faults := f.Check(p, typed(t, p), a, today)
			for _, bad := range faults {
				if q, ok := f.PageOf(bad.Name); !ok || q != p {
					t.Fatalf("fault at %q is not on page %s", bad.Name, p.ID)
				}
			}
			if len(faults) > 0 {
				return
			}
			a = next
		}
		whole++
		sent, faults := f.CheckAll(a, today)
		if len(faults) > 0 {
			t.Fatalf("refused as a whole: %v", said(faults))
		}
		again, faults := f.CheckAll(sent, today)
		if len(faults) > 0 || !cmp.Equal(sent, again) {
			t.Fatalf("judging again differs: %v %s", said(faults), cmp.Diff(sent, again))
		}
	})
	if whole == 0 {
		t.Error("no walk reached the end: the test shows nothing")
	}
}

func TestWhatWasAnsweredIsShownAgainAndReadBackWithoutLoss(t *testing.T) {
	forms := []*Form{birth(t), parse(t, witnessForm), parse(t, personForm)}
	for _, field := range []string{areaField, countField, noteField, homeField, yearField, paperField} {
		f, _ := one(t, field)
		forms = append(forms, f)
	}
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(forms).Draw(t, "form")
		p := rapid.SampledFrom(f.All()).Draw(t, "page")
		a, faults := f.Check(p, typed(t, p), Answers{}, today)
		if len(faults) > 0 {
			return
		}
		accepted++
		in := f.Input(p, a, "vi")
		if len(a) == 0 {
			in = PageInput{} // a fresh page shows what its author declared
		}
		b, faults := f.Check(p, in, Answers{}, today)
		if len(faults) > 0 || !cmp.Equal(a, b) {
			t.Fatalf("read back (-want +got): %v\n%s", said(faults), cmp.Diff(a, b))
		}
		var shown strings.Builder
		w := writer{env: today, lang: "vi", ctx: inVi, page: p}
		for _, x := range p.Fields {
			if v, ok := a[x.ID]; ok {
				w.field(x, "", v)
			}
		}
		for _, r := range w.rows {
			shown.WriteString(r.Value + "\n")
		}
		for _, x := range p.Fields {
			if s := a.Text(x.ID); x.Kind == KindText && !strings.Contains(shown.String(), s) {
				t.Fatalf("%q is not in the summary %q", s, shown.String())
			}
			for _, part := range []string{".name", ".other_paper", ".outside", ".street"} {
				if s := a.Text(x.ID + part); !strings.Contains(shown.String(), s) {
					t.Fatalf("%q is not in the summary %q", s, shown.String())
				}
			}
		}
	})
	if accepted == 0 {
		t.Error("nothing was accepted: the test shows nothing")
	}
}

// Whether a page is asked depends on earlier pages only: answers of later pages
// never change it.
func TestConditionsNeverSeeLaterPages(t *testing.T) {
	f := birth(t)
	whole, _ := fill(t, f)
	pages := f.All()
	rapid.Check(t, func(t *rapid.T) {
		a := whole.clone()
		for _, p := range pages {
			for _, x := range p.Fields {
				if x.Kind == KindChoice {
					a[x.ID] = Value{Text: rapid.SampledFrom(x.Options).Draw(t, x.ID).ID}
				}
			}
		}
		cut := rapid.IntRange(0, len(pages)-1).Draw(t, "cut")
		early := Answers{}
		for _, p := range pages[:cut] {
			for _, x := range p.Fields {
				if v, ok := a[x.ID]; ok {
					early[x.ID] = v
				}
			}
		}
		if slices.Contains(f.Pages(a), pages[cut]) != slices.Contains(f.Pages(early), pages[cut]) {
			t.Fatalf("page %s sees later answers", pages[cut].ID)
		}
	})
}

func FuzzCheckNeverPanics(f *testing.F) {
	form := birth(f)
	witness := parse(f, witnessForm)
	f.Add("mother-born-day=27%2F3%2F1990&w-count=3&w-0-name=An", "child_born=2026-03-27")
	f.Add("w-count=-1&w--1-name=x&_remove=w-0", "post_address-commune=%00&mother-residence-outside=%ff")
	f.Add("w-count=99999999999999999999&_add=w", "birth_certificate-desk=1&child_born-year=0000")
	f.Fuzz(func(t *testing.T, first, second string) {
		for _, query := range []string{first, second} {
			v, err := url.ParseQuery(query)
			if err != nil {
				continue
			}
			for _, x := range []*Form{form, witness} {
				a := Answers{}
				for _, p := range x.All() {
					in := p.Apply(p.Carry(p.Read(v), a))
					next, faults := x.Check(p, in, a, today)
					if len(faults) == 0 {
						a = next
					}
					x.Summary(next, today)
					x.Input(p, next, "en")
				}
				if _, faults := x.CheckAll(a, today); len(faults) == 0 {
					continue
				}
			}
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	f := birth(b)
	a, _ := fill(b, f)
	p, _ := f.Page("mother")
	in := p.Read(values(happy["mother"]...))
	for b.Loop() {
		if _, faults := f.Check(p, in, a, today); len(faults) > 0 {
			b.Fatal(said(faults))
		}
	}
}

func BenchmarkCheckRefused(b *testing.B) {
	f := birth(b)
	a, _ := fill(b, f)
	p, _ := f.Page("mother")
	in := p.Read(nil)
	for b.Loop() {
		if _, faults := f.Check(p, in, a, today); len(faults) == 0 {
			b.Fatal("accepted")
		}
	}
}

func BenchmarkCheckAll(b *testing.B) {
	f := birth(b)
	a, _ := fill(b, f)
	for b.Loop() {
		if _, faults := f.CheckAll(a, today); len(faults) > 0 {
			b.Fatal(said(faults))
		}
	}
}
