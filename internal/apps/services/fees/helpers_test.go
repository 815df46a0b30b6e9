package fees

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
)

// copies is a form with a field of each kind that can be a fact.
const copies = `
use: {place: commune.commune}
pages:
  - id: one
    title: {vi: Một, en: One}
    fields:
      - {id: commune, kind: address, street: none, label: {vi: Nơi nộp, en: Where}}
      - {id: purpose, kind: choice, label: {vi: Mục đích, en: Purpose}, options: [{id: study, label: {vi: Đi học, en: Study}}, {id: work, label: {vi: Đi làm, en: Work}}]}
      - {id: born, kind: date, partial: true, label: {vi: Ngày sinh, en: Born}}
      - {id: area, kind: number, decimals: 2, label: {vi: Diện tích, en: Area}}
      - {id: pages, kind: number, label: {vi: Số trang, en: Pages}}
      - {id: extra, kind: number, optional: true, label: {vi: Số bản thêm, en: More copies}}
      - {id: owner, kind: person, label: {vi: Chủ, en: Owner}, of: {vi: chủ, en: the owner}, parts: [name, {part: born, partial: true}, nationality]}
      - id: papers
        kind: group
        label: {vi: Giấy tờ, en: Papers}
        entry: {vi: Giấy tờ, en: Paper}
        max: 20
        fields:
          - {id: sheets, kind: number, label: {vi: Số trang, en: Sheets}}
          - {id: count, kind: number, label: {vi: Số bản, en: Copies}}
      - {id: note, kind: text, optional: true, label: {vi: Ghi chú, en: Note}}
`

func theForm(t testing.TB) *form.Form {
	t.Helper()
	f, problems := form.ParseBytes("form.yaml", []byte(copies))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return f
}

func parse(t testing.TB, fee string) (Schedule, []pack.Problem) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(fee), &doc); err != nil {
		t.Fatal(err)
	}
	return Parse("1.000001.yaml", doc.Content[0], theForm(t))
}

func schedule(t testing.TB, fee string) Schedule {
	t.Helper()
	s, problems := parse(t, fee)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

// item writes one fee item whose amount is an expression.
func item(id, when, amount string) string {
	lines := []string{"  - id: " + id, "    name: {vi: Phí, en: Charge}", "    kind: phí", "    rate: {vi: Theo trang, en: By the page}", "    basis: Thông tư 226/2016/TT-BTC", "    amount: '" + amount + "'", "    reason: {vi: Vì, en: Because}"}
	if when != "" {
		lines = append(lines, "    when: '"+when+"'", "    condition: {vi: Khi, en: When}")
	}
	return strings.Join(lines, "\n") + "\n"
}

func answers() form.Answers {
	return form.Answers{
		"purpose": {Text: "study"}, "born": {Text: "2025-11-01"}, "area": {Text: "12.50"}, "pages": {Text: "3"},
		"owner":  {Parts: form.Answers{"name": {Text: "Nguyễn Thị Ánh"}, "born": {Text: "1990"}}},
		"papers": {Rows: []form.Answers{{"sheets": {Text: "2"}, "count": {Text: "3"}}, {"sheets": {Text: "120"}, "count": {Text: "1"}}}},
	}
}

var facts = Facts{Today: "2025-11-25", Channel: "online"}

func assess(t testing.TB, s Schedule, a form.Answers) Assessment {
	t.Helper()
	found, err := s.Assess(t.Context(), a, facts)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
