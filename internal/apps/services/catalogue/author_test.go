package catalogue

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/packs"
)

const authored = "procedures/1.001193.yaml"

// Each case makes one slip in a good file, as an author does; the fault must
// name its line and how to mend it.
func TestSlipOfAnAuthorIsNamedByItsLine(t *testing.T) {
	body, err := fs.ReadFile(packs.Bentre(), authored)
	if err != nil {
		t.Fatal(err)
	}
	good := string(body)
	if _, problems := Parse(authored, body, 1); len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct{ name, from, to, at, text, mend string }{
		{"unknown key", "result:", "results:", "results:", `unknown key "results"`, "result, "},
		{"unknown key of a paper", "    need: required", "    needed: required", "needed:", `unknown key "needed"`, "need, "},
		{"unknown language", "name: {vi: Đăng ký khai sinh, en:", "name: {vi: Đăng ký khai sinh, eng:", "name: {vi", `unknown key "eng"`, "vi, en"},
		{"key twice", "field: Hộ tịch\n", "field: Hộ tịch\nfield: Cư trú\n", "field: Cư trú", "stands twice", "keep one"},
		{"no English name", "name: {vi: Đăng ký khai sinh, en: Birth registration}", "name: {vi: Đăng ký khai sinh}", "name: {vi", "name has no English", "add en"},
		{"no Vietnamese condition", "condition: {vi: Khi không có giấy chứng sinh, en:", "condition: {en:", "condition: {en:", "condition has no Vietnamese", "add vi"},
		{"no English in the form", "title: {vi: Nơi đăng ký, en: Where to register}", "title: {vi: Nơi đăng ký}", "title: {vi: Nơi đăng ký}", "no en", "English"},
		{"text without languages", "  name: {vi: Giấy khai sinh, en: Birth certificate}", "  name: Giấy khai sinh", "name: Giấy khai sinh", "cannot stand here", "both languages"},
		{"wrong code", `code: "1.001193"`, `code: "1.1193"`, "code:", "not the code", "in quotes"},
		{"code that is a number", `code: "1.001193"`, `code: 11193`, "code:", "not the code", "in quotes"},
		{"wrong level", "level: commune", "level: xã", "level:", "level", "province, district or commune"},
		{"no authority", "  name: Ủy ban nhân dân cấp xã nơi cư trú của người cha hoặc người mẹ\n", "", "authority:", "name is missing", "authority name"},
		{"wrong service", "service: full", "service: fully", "service:", "service", "partial"},
		{"day that does not exist", `effective: {from: "2025-07-01"}`, `effective: {from: "2025-06-31"}`, "effective:", "does not exist", "2025-07-01"},
		{"end before the beginning", `effective: {from: "2025-07-01"}`, "effective:\n  from: \"2025-07-01\"\n  to: \"2025-01-01\"", "  to:", "before from", "last day"},
		{"no limit", "time_limit:\n  unit: same_day\n  cut_off: \"15:00\"\n", "#", "#", "time_limit is missing", "unknown"},
		{"amount in words", "      amount: 0", "      amount: miễn phí", "amount:", "Syntax error", "digits"},
		{"amount with points", "      amount: 0", "      amount: 2.000.000", "amount:", "Syntax error", "digits"},
		{"fee from a field that is none", "days_between(child_born, today) > 60", "days_between(born, today) > 60", "when: days_between(born", "undeclared reference to 'born'", "child_born"},
		{"limit without a basis", "  unit: same_day\n  cut_off: \"15:00\"\n  basis", "  unit: same_day\n  cut_off: \"15:00\"\n  about", "  about:", `"about"`, "basis"},
		{"wrong unit of a limit", "  unit: same_day", "  unit: today", "unit: today", `no unit "today"`, "same_day"},
		{"paper that is not listed", "          paper: pledge", "          paper: promise", "paper: promise", "not listed", "list it under papers"},
		{"paper twice", "  - id: pledge", "  - id: surrogacy", "  - id: surrogacy\n    name: {vi: Văn bản xác nhận", "stands twice", "id of its own"},
		{"wrong need", "    need: optional", "    need: maybe", "need: maybe", "need", "conditional"},
		{"wrong original", "    original: show\n    basis: Thủ tục 1.001193, trình", "    original: shown\n    basis: Thủ tục 1.001193, trình", "original: shown", "original", "submit"},
		{"paper without a basis", "    basis: Thủ tục 1.001193, giấy tờ phải xuất trình\n", "", "  - id: identity", "no basis", "under unknown"},
		{"use without a place", "    place: commune.commune\n", "", "  use:", "which answer is its place", "under use"},
		{"use of an unknown answer", "    subject: child_name", "    subject: kid", "subject: kid", "no earlier field", "name a field"},
		{"two fields of one id", "        - id: birth_place", "        - id: child_name", "        - id: child_name\n          kind: text\n          label: {vi: Nơi sinh", "declared twice", "its own id"},
		{"condition on a later page", "when: {field: relation, in: [grandparent, relative, carer, authorised]}", "when: {field: married, is: \"yes\"}", "when: {field: married, is: \"yes\"}\n      fields:\n        - id: requester", "no earlier field", "earlier page"},
		{"option that is not there", "when: {field: proof, is: certificate}", "when: {field: proof, is: paper}", "when: {field: proof, is: paper}", `no option "paper"`, "use one of"},
		{"bound that is no day", "          not_after: today\n", "          not_after: 31/12/2026\n", "not_after: 31/12/2026", "no day", "2025-07-01"},
		{"comma without quotes", "condition: {vi: Khi trẻ bị bỏ rơi, en:", "condition: {vi: Khi trẻ bị bỏ rơi, không rõ cha mẹ, en:", "condition: {vi: Khi trẻ bị bỏ rơi", `unknown key "không rõ cha mẹ"`, "in quotes"},
		{"tab as an indent", "  unit: same_day", "\tunit: same_day", "\tunit", "", "indents"},
		{"colon without quotes", "summary:\n  vi: Cấp", "summary:\n  vi: Chú ý: cấp", "  vi: Chú ý", "", "quotes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.from, c.to, 1)
			if text == good {
				t.Fatal("the case changes nothing")
			}
			p, problems := Parse(authored, []byte(text), 1)
			if p != nil || len(problems) == 0 {
				t.Fatal("accepted")
			}
			want := strings.Count(text[:strings.Index(text, c.at)], "\n") + 1
			for _, found := range problems {
				if found.Line == want && strings.Contains(found.Text, c.text) && strings.Contains(found.Mend, c.mend) && found.Mend != "" && found.File == authored {
					return
				}
			}
			t.Errorf("want line %d with %q, got:", want, c.text)
			for _, found := range problems {
				t.Log(found)
			}
		})
	}
}

func TestSlipsOfAnAuthorAreNamedAllAtOnce(t *testing.T) {
	body, err := fs.ReadFile(packs.Bentre(), authored)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(`code: "1.001193"`, `code: "1"`, "level: commune", "level: xã", "service: full", "service: all", "need: optional", "need: maybe", "paper: pledge", "paper: promise").Replace(string(body))
	if _, problems := Parse(authored, []byte(text), 1); len(problems) != 5 {
		t.Errorf("%d faults: %v", len(problems), problems)
	}
}

func TestWrongProcessAndNameOfAFileAreNamedByTheirLines(t *testing.T) {
	bentre := packs.Bentre()
	body, err := fs.ReadFile(bentre, authored)
	if err != nil {
		t.Fatal(err)
	}
	roles, problems := access.Load(bentre)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	text := strings.Replace(string(body), "process: one-stop", "process: two-stop", 1)
	folder := fstest.MapFS{"procedures/1.001194.yaml": &fstest.MapFile{Data: []byte(strings.Replace(string(body), "process: one-stop", "process: none", 1))}, authored: &fstest.MapFile{Data: []byte(text)}}
	lines := map[string]int{}
	for _, p := range Check(folder, cases.Vocabulary{}, roles) {
		lines[p.File+" "+strings.Fields(p.Text)[0]] = p.Line
	}
	for slip, from := range map[string]string{"procedures/1.001194.yaml the": "code:", authored + " there": "process:"} {
		if want := strings.Count(text[:strings.Index(text, "\n"+from)], "\n") + 2; lines[slip] != want {
			t.Errorf("%s: line %d, want %d (all: %v)", slip, lines[slip], want, lines)
		}
	}
}
