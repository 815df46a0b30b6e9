package form

import (
	"net/url"
	"reflect"
	"testing"
)

// everyKind is a form with a field of each kind.
const everyKind = `
use: {place: commune.commune}
pages:
  - id: p
    title: {vi: Một, en: One}
    fields:
      - {id: commune, kind: address, street: none, label: {vi: Nơi nộp, en: Where}}
      - {id: purpose, kind: choice, label: {vi: Mục đích, en: Purpose}, options: [{id: study, label: {vi: Đi học, en: Study}}, {id: work, label: {vi: Đi làm, en: Work}}]}
      - {id: born, kind: date, partial: true, label: {vi: Ngày sinh, en: Born}}
      - {id: area, kind: number, decimals: 2, label: {vi: Diện tích, en: Area}}
      - {id: owner, kind: person, label: {vi: Chủ, en: Owner}, of: {vi: chủ, en: the owner}, parts: [name, {part: born, partial: true}, citizen, residence]}
      - id: papers
        kind: group
        label: {vi: Giấy tờ, en: Papers}
        entry: {vi: Giấy tờ, en: Paper}
        max: 5
        fields:
          - {id: sheets, kind: number, label: {vi: Số trang, en: Sheets}}
          - {id: said, kind: text, optional: true, label: {vi: Ghi chú, en: Note}}
      - {id: note, kind: text, optional: true, label: {vi: Ghi chú, en: Note}}
`

// What a browser, or anybody, sends to a page never breaks it: it is refused or it
// becomes answers, and answers that were taken are taken again as they are shown.
func FuzzFormDecoder(f *testing.F) {
	whole := parse(f, everyKind)
	page := whole.First()
	f.Add("commune-province=86&commune-commune=28756-2025&purpose=study&born-day=7&born-month=11&born-year=1998&area=12%2C50&owner-name=Tr%E1%BA%A7n+Th%E1%BB%8B+%C4%90%C3%A0o&owner-born-year=1995&owner-citizen=083195001234&owner-residence-commune=28756-2025&owner-residence-street=12&papers-count=2&papers-0-sheets=3&papers-1-sheets=4&note=a", "vi")
	f.Add("papers-count=99999999999&papers--1-sheets=1&add=papers", "en")
	f.Add("papers-count=3&papers-2-sheets=1&remove=papers-1&born-day=2%2F9%2F1990", "vi")
	f.Add("remove_file=note-x&commune-outside=xa+Long+Duc&area=1.2.3,4&area=-0", "")
	f.Fuzz(func(t *testing.T, sent, lang string) {
		values, err := url.ParseQuery(sent)
		if err != nil {
			return // the server answers 400 before
		}
		env := today
		env.Lang = lang
		in := page.Carry(page.Read(values), Answers{})
		for name, n := range map[string]int{"papers": in.Entries(page.fields["papers"])} {
			if n < 0 || n > page.fields[name].Max {
				t.Fatalf("%s has %d entries", name, n)
			}
		}
		after := page.Apply(in)
		if n := after.Entries(page.fields["papers"]); n < 0 || n > 5 {
			t.Fatalf("after the button there are %d entries", n)
		}
		answers, faults := whole.Check(page, in, Answers{}, env)
		whole.View(page, in, answers, faults, env)
		if len(faults) > 0 {
			return
		}
		whole.Summary(answers, env)
		again, faults := whole.Check(page, page.Carry(whole.Input(page, answers, "vi"), answers), Answers{}, env)
		if len(faults) > 0 || !reflect.DeepEqual(again, answers) {
			t.Fatalf("what was taken is refused when it is sent as it is shown: %v\n%+v\n%+v", faults, answers, again)
		}
		if checked, faults := whole.CheckAll(answers, env); len(faults) > 0 || !reflect.DeepEqual(checked, answers) {
			t.Fatalf("what a page took is refused at the end: %v\n%+v\n%+v", faults, answers, checked)
		}
	})
}

// A file of an author never breaks the program: it becomes a form, or faults.
func FuzzFormFile(f *testing.F) {
	f.Add([]byte(everyKind))
	f.Add([]byte("pages:\n  - {id: p, title: {vi: a, en: b}, fields: [{id: x, kind: choice}], when: {field: x, is: y}}\n"))
	f.Add([]byte("pages: &a\n  - *a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, problems := ParseBytes("f.yaml", text)
		if (got == nil) != (len(problems) > 0) {
			t.Fatalf("a form %t and %v", got != nil, problems)
		}
		if got == nil {
			return
		}
		for _, p := range got.All() {
			_, _ = got.Check(p, p.Read(url.Values{}), Answers{}, today)
		}
	})
}
