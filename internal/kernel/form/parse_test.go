package form

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

const twoPages = `
pages:
  - id: a
    title: {vi: A, en: A}
    fields:
      - id: who
        kind: choice
        label: {vi: Ai, en: Who}
        options:
          - {id: me, label: {vi: Tôi, en: I}}
          - {id: you, label: {vi: Bạn, en: You}}
      - {id: day, kind: date, label: {vi: Ngày, en: Day}}
      - {id: name, kind: text, label: {vi: Tên, en: Name}, max: 50}
  - id: b
    title: {vi: B, en: B}
    when: {field: who, is: me}
    fields:
      - {id: note, kind: text, label: {vi: Ghi chú, en: Note}}
`

// Each case changes one thing of a good form; the fault must name its line.
func TestFaultOfAFormIsNamedByLine(t *testing.T) {
	parse(t, twoPages)
	for _, c := range []struct{ name, from, to, at, text string }{
		{"unknown key", "max: 50", "maximum: 50", "maximum", `unknown key "maximum"`},
		{"unknown kind", "kind: date", "kind: dat", "dat,", `unknown kind "dat"`},
		{"no kind", "kind: date, ", "", "id: day", "no kind"},
		{"key of another kind", "id: day, kind: date", "id: day, pattern: phone, kind: date", "pattern", `unknown key "pattern"`},
		{"field twice", "id: note", "id: name", "id: name, kind: text, label: {vi: Ghi", "declared twice"},
		{"page twice", "- id: b", "- id: a", "- id: a\n    title: {vi: B", "declared twice"},
		{"no Vietnamese", "{vi: Tên, en: Name}", "{en: Name}", "{en: Name}", "no vi"},
		{"no English", "{vi: Tên, en: Name}", "{vi: Tên}", "{vi: Tên}", "no en"},
		{"no label", "label: {vi: Tên, en: Name}, ", "", "id: name", "no label"},
		{"no title", "title: {vi: B, en: B}\n    ", "", "- id: b", "no title"},
		{"bad id", "id: note", "id: mother-note", "mother-note", `"mother-note"`},
		{"later field", "when: {field: who, is: me}", "when: {field: note, is: me}", "when:", "no earlier field"},
		{"unknown field", "when: {field: who, is: me}", "when: {field: whom, is: me}", "when:", "no earlier field"},
		{"unknown option", "when: {field: who, is: me}", "when: {field: who, is: they}", "when:", `no option "they"`},
		{"wrong test", "when: {field: who, is: me}", "when: {field: day, is: me}", "when:", "does not fit"},
		{"two tests", "when: {field: who, is: me}", "when: {field: who, is: me, not: you}", "when:", "exactly one test"},
		{"no test", "when: {field: who, is: me}", "when: {field: who}", "when:", "exactly one test"},
		{"today in a condition", "when: {field: who, is: me}", "when: {field: day, before: today}", "when:", "hangs on today"},
		{"no part", "when: {field: who, is: me}", "when: {field: name.first, is: me}", "when:", "no part"},
		{"condition on the first page", "- id: a", "- when: {field: who, is: me}\n    id: a", "when:", "first page"},
		{"all with more", "when: {field: who, is: me}", "when: {all: [{field: who, is: me}], field: who}", "when:", "beside other keys"},
		{"unknown pattern", "max: 50", "pattern: fone", "fone", `no pattern "fone"`},
		{"number out of range", "max: 50", "max: 0", "max: 0", "max"},
		{"not a number", "max: 50", "max: lots", "lots", "max"},
		{"key twice", "max: 50", "max: 50, max: 60", "max: 60", "twice"},
		{"bad bound", "kind: date, ", "kind: date, not_after: tomorrow, ", "tomorrow", "no earlier field"},
		{"bound on text", "id: note, kind: text", "id: note, not_after: name, kind: date", "not_after", "not a date"},
		{"bound on a wrong day", "kind: date, ", "kind: date, not_after: 2026-02-30, ", "2026-02-30", "no day"},
		{"bounds the wrong way round", "kind: date, ", "kind: date, not_before: 2026-02-01, not_after: 2025-02-01, ", "not_before", "no day fits"},
		{"numbers the wrong way round", "kind: text, label: {vi: Tên, en: Name}, max: 50", "kind: number, label: {vi: Tên, en: Name}, least: 5, most: 3", "least", "no number fits"},
		{"one option", "          - {id: you, label: {vi: Bạn, en: You}}\n", "", "- {id: me", "one option"},
		{"option twice", "id: you", "id: me", "- {id: me, label: {vi: Bạn", "twice"},
		{"anchor", "{vi: B, en: B}", "&x {vi: B, en: B}", "&x", "anchor"},
		{"bad flag", "max: 50", "optional: maybe", "maybe", "maybe"},
		{"fields are no list", "- {id: note, kind: text, label: {vi: Ghi chú, en: Note}}", "id: note", "id: note", "not a list"},
		{"same as a choice", "when: {field: who, is: me}", "when: {field: name, same: who}", "when:", "cannot be compared"},
		{"same as a later field", "when: {field: who, is: me}", "when: {field: who, same: note}", "when:", "no earlier field"},
		{"number against a text", "{id: name, kind: text, label: {vi: Tên, en: Name}, max: 50}\n  - id: b\n    title: {vi: B, en: B}\n    when: {field: who, is: me}", "{id: name, kind: number, label: {vi: Tên, en: Name}}\n  - id: b\n    title: {vi: B, en: B}\n    when: {field: name, after: who}", "when:", "not a number"},
		{"use of nothing", "pages:", "use: {place: nowhere}\npages:", "use:", "no earlier field"},
		{"unknown use", "pages:", "use: {colour: who}\npages:", "use:", "unknown key"},
		{"broken YAML", "title: {vi: B, en: B}", "title: {vi: B, en: B", "title: {vi: B, en: B", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(twoPages, c.from, c.to, 1)
			if text == twoPages {
				t.Fatal("the case changes nothing")
			}
			f, problems := ParseBytes("f.yaml", []byte(text))
			if f != nil || len(problems) == 0 {
				t.Fatal("accepted")
			}
			p := problems[0]
			line := strings.Count(text[:strings.Index(text, c.at)], "\n") + 1
			near := p.Line == line || c.name == "broken YAML" && p.Line >= line-1
			if !near || p.File != "f.yaml" || p.Mend == "" || !strings.Contains(p.Text, c.text) {
				t.Errorf("want line %d with %q, got %s", line, c.text, p)
			}
		})
	}
}

func TestAllFaultsAreNamedAtOnce(t *testing.T) {
	text := strings.NewReplacer("max: 50", "maxi: 50", "is: me", "is: no", "kind: date", "kind: dat").Replace(twoPages)
	if _, problems := ParseBytes("f.yaml", []byte(text)); len(problems) != 3 {
		t.Errorf("%d faults: %v", len(problems), problems)
	}
}

func TestWhatIsNoFormIsRefusedWithoutPanic(t *testing.T) {
	for _, text := range []string{"", "x", "[]", "pages: 3", "pages: []", "pages: [3]", "pages: [{}]", "pages: [{id: a, title: x, fields: [3, {kind: group}, {kind: person}, {kind: file}, {kind: address}, {kind: choice}, {kind: info}]}]", "pages: &a [*a]", "use: 3\npages: []"} {
		if f, problems := ParseBytes("f.yaml", []byte(text)); f != nil || len(problems) == 0 {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestDigestPinsWhatIsSaidAndNotHow(t *testing.T) {
	a := parse(t, twoPages)
	b := parse(t, "# a comment\n"+strings.ReplaceAll(twoPages, "title: {vi: B, en: B}", "title:\n      vi: \"B\"\n      en: B"))
	if a.Digest() != b.Digest() {
		t.Error("the layout changed the digest")
	}
	c := parse(t, strings.Replace(twoPages, "max: 50", "max: 51", 1))
	if a.Digest() == c.Digest() {
		t.Error("another limit kept the digest")
	}
}

func FuzzParseNeverPanics(f *testing.F) {
	f.Add(twoPages)
	f.Add(personForm)
	f.Add(witnessForm)
	f.Add(oneField(paperField))
	f.Fuzz(func(t *testing.T, text string) {
		form, problems := ParseBytes("f.yaml", []byte(text))
		if (form == nil) == (len(problems) == 0) {
			t.Fatalf("form %v with problems %v", form != nil, problems)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	n := birthNode(b)
	data, err := yaml.Marshal(n)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, problems := ParseBytes("f.yaml", data); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
