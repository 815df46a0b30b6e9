package fees

import (
	"strconv"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/form"
)

// An author may write any rule: it is refused with a reason, or it ends in time, and
// what it comes to is an amount that can be paid, or is not known.
func FuzzFeeRule(f *testing.F) {
	for _, rule := range []string{
		`pages * 2000`, `pages > 2 ? 2000 * 2 + (pages - 2) * 1000 : pages * 2000`, `sum(papers.map(p, p.sheets * p.count)) * 500`,
		`years_between(born, today) >= 16 ? 30000 : 0`, `answered(extra) ? extra * 2000 : 0`, `round(area * decimal("1.5"))`, `channel == "online" ? 0 : 8000`,
		`papers.all(a, papers.all(b, papers.all(c, true))) ? 1 : 0`, `-9223372036854775807 - 2`, `1 / 0`, `"a" + "b"`, `[1, 2, 3][7]`, `{}`,
	} {
		f.Add(rule, "purpose == \"study\"", int64(3))
	}
	whole := theForm(f)
	f.Fuzz(func(t *testing.T, amount, when string, n int64) {
		if len(amount)+len(when) > 2000 {
			return
		}
		item := map[string]any{"id": "x", "name": "x", "kind": "lệ phí", "basis": "x", "rate": "x", "reason": "x", "amount": amount, "when": when, "condition": "x"}
		text, err := yaml.Marshal(map[string]any{"items": []any{item}})
		if err != nil {
			return
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(text, &doc); err != nil {
			return
		}
		s, problems := Parse("x.yaml", doc.Content[0], whole)
		if len(problems) > 0 {
			return
		}
		num := func(n int64) form.Value { return form.Value{Text: itoa(n)} }
		a := form.Answers{"purpose": {Text: "study"}, "born": {Text: "1998-05-02"}, "area": {Text: "12.50"}, "pages": num(n), "papers": {Rows: []form.Answers{{"sheets": num(n), "count": num(2)}, {"sheets": num(1)}}}}
		for _, answers := range []form.Answers{a, {}} {
			began := time.Now()
			found, err := s.Assess(t.Context(), answers, Facts{Today: "2026-11-25", Channel: "online"})
			if took := time.Since(began); took > 2*time.Second {
				t.Fatalf("%q took %s", amount, took)
			}
			if err != nil {
				continue // it ran out of its time
			}
			for _, l := range found.Lines {
				if l.Amount != nil && (*l.Amount < 0 || *l.Amount > Most) {
					t.Fatalf("%q comes to %d", amount, *l.Amount)
				}
			}
		}
		s.Text(t.Context())
	})
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
