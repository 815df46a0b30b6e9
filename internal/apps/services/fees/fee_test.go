package fees

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
)

func TestFeeIsComputedFromTheAnswers(t *testing.T) {
	for _, c := range []struct {
		amount string
		want   int64
	}{
		{`pages * 2000`, 6000},
		{`min(pages, 2) * 2000 + max(pages - 2, 0) * 1000`, 5000},
		{`sum(papers.map(d, d.count * min(200000, min(d.sheets, 2) * 2000 + max(d.sheets - 2, 0) * 1000)))`, 3*4000 + 4000 + 118_000},
		{`dong(area * 12000)`, 150_000},
		{`dong(area * decimal("0.1") * 3)`, 4}, // 3.75
		{`area <= 12 ? 1 : area < decimal("12.51") ? 2 : 3`, 2},
		{`purpose == "study" ? 0 : 8000`, 0},
		{`purpose in ["study"] ? 7 : 8`, 7},
		{`days_between(born, today) * 100`, 2400},
		{`years_between("2005-11-26", today)`, 19},
		{`years_between("2005-11-25", today)`, 20},
		{`answered(extra) ? extra * 2000 : 0`, 0},
		{`answered(owner.nationality) ? 1 : 2`, 2},
		{`has(owner.name) && !has(owner.nationality) ? 1 : 2`, 1},
		{`papers.all(d, answered(d.sheets)) ? 1 : 2`, 1},
		{`channel == "online" ? 10 : 20`, 10},
		{`size(papers)`, 2},
		{`answers.pages * 5`, 15},
	} {
		got, ok := assess(t, schedule(t, "items:\n"+item("a", "", c.amount)), answers()).Total()
		if !ok || got != c.want {
			t.Errorf("%s: %d %v, want %d", c.amount, got, ok, c.want)
		}
	}
}

func TestFeeThatCannotBeComputedIsNotKnownAndNeverFree(t *testing.T) {
	for _, amount := range []string{
		`extra * 2000`,                      // not answered
		`pages - 10`,                        // less than nothing
		`pages * 9223372036854775807`,       // more than a number holds
		`pages * 1000000000000`,             // more than any fee
		`1000 / (pages - 3)`,                // divided by nothing
		`days_between(owner.born, today)`,   // a year alone is no day
		`owner.nationality == "" ? 1 : 2`,   // a part that was not answered
		`years_between(purpose, today)`,     // no date
		`dong(area * decimal("1e9"))`,       // no decimal
		`papers[7].sheets`,                  // no such row
		`sum([pages, 9223372036854775807])`, // more than a number holds
	} {
		found := assess(t, schedule(t, "items:\n"+item("a", "", amount)), answers())
		if _, ok := found.Total(); ok || found.Lines[0].Unknown.Vi == "" || found.Lines[0].Amount != nil {
			t.Errorf("%s: %+v", amount, found)
		}
		if got := found.TotalText(t.Context()); got != "Chưa rõ" {
			t.Errorf("%s: %s", amount, got)
		}
	}
	// Whether it is owed hangs on what nobody said.
	found := assess(t, schedule(t, "items:\n"+item("a", "extra > 2", "5")), answers())
	if _, ok := found.Total(); ok {
		t.Errorf("%+v", found)
	}
}

func TestItemThatIsNotOwedIsLeftOutAndNothingOwedIsNotKnown(t *testing.T) {
	fee := "items:\n" + item("few", "pages <= 2", "1000") + item("many", "pages > 2", "5000")
	found := assess(t, schedule(t, fee), answers())
	if len(found.Lines) != 1 || found.Lines[0].ID != "many" {
		t.Errorf("%+v", found)
	}
	found = assess(t, schedule(t, "items:\n"+item("few", "pages <= 2", "1000")), answers())
	if _, ok := found.Total(); ok || len(found.Lines) != 1 {
		t.Errorf("no item applies: %+v", found)
	}
	for _, s := range []Schedule{{}, schedule(t, "basis: Luật")} {
		if _, ok := assess(t, s, answers()).Total(); ok {
			t.Errorf("%+v is free", s)
		}
	}
}

func TestReasonSaysWhatItWasComputedFromInBothLanguages(t *testing.T) {
	fee := strings.Replace("items:\n"+item("a", "", "pages * 2000"), "{vi: Vì, en: Because}",
		`{vi: "{pages} trang × {2000} ₫, {purpose}, sinh {born}, {area} m², {owner.name}, {extra}", en: "{pages} pages × {2000} ₫, {purpose}, born {born}, {area} m², on {today}"}`, 1)
	l := assess(t, schedule(t, fee), answers()).Lines[0]
	want := form.Text{Vi: "3 trang × 2.000 ₫, Đi học, sinh 01/11/2025, 12,5 m², Nguyễn Thị Ánh, (chưa trả lời)", En: "3 pages × 2,000 ₫, Study, born 01/11/2025, 12.5 m², on 25/11/2025"}
	if diff := cmp.Diff(want, l.Reason); diff != "" {
		t.Error(diff)
	}
}

func TestConditionInWordsIsLeftToTheDesk(t *testing.T) {
	found := assess(t, schedule(t, "{amount: 0, condition: {vi: Khi đúng hạn, en: In time}, basis: Luật}"), answers())
	if _, ok := found.Total(); ok || found.Lines[0].Unknown.Vi != "Miễn phí nếu: Khi đúng hạn. Bộ phận một cửa sẽ xác định." {
		t.Errorf("%+v", found)
	}
	found = assess(t, schedule(t, "{amount: 50000, basis: Luật}"), answers())
	if n, ok := found.Total(); !ok || n != 50_000 {
		t.Errorf("%+v", found)
	}
}

func TestScheduleTellsWhatItCostsBeforeAnybodyAnswered(t *testing.T) {
	ctx := message.WithLang(context.Background(), "vi")
	for fee, want := range map[string]string{
		"{basis: Luật}": "Chưa rõ, vì nguồn dữ liệu không có. Bộ phận một cửa sẽ cho bạn biết.",
		"{amount: 0}":   "Miễn phí",
		"{amount: 150000, condition: {vi: Một bản, en: A copy}}": "150.000 ₫\nMột bản",
		"items:\n" + item("a", "pages > 2", "pages * 2"):         "Phí: Theo trang\nKhi",
		"items: [{id: a, name: {vi: Lệ phí, en: Levy}, kind: lệ phí, basis: Luật, unknown: {vi: Do tỉnh quy định., en: Set by the province.}}]": "Lệ phí: Chưa rõ. Do tỉnh quy định.",
	} {
		if got := schedule(t, fee).Text(ctx); got != want {
			t.Errorf("%s: %q, want %q", fee, got, want)
		}
	}
	if got := (Schedule{}).Text(ctx); !strings.HasPrefix(got, "Chưa rõ") {
		t.Error(got)
	}
}

func TestAuthorIsToldLineAndMendOfEachFault(t *testing.T) {
	plain := "id: a, name: {vi: Phí, en: Fee}, kind: phí, basis: Luật"
	for _, c := range []struct{ fee, text, mend string }{
		{"items:\n" + item("a", "", "copies * 2000"), "undeclared reference to 'copies'", "pages"},
		{"items:\n" + item("a", "", "pages *"), "Syntax error", "digits"},
		{"items:\n" + item("a", "", `"2000"`), "gives string, not whole dong", ""},
		{"items:\n" + item("a", "", "area * 2000"), "gives decimal, not whole dong", "dong("},
		{"items:\n" + item("a", "", "int(2.5 * 1000.0)"), "not exact", "decimal("},
		{"items:\n" + item("a", "", `pages * "2"`), "found no matching overload", ""},
		{"items:\n" + item("a", "", `int(dyn(pages))`), "not exact", ""},
		{"items:\n" + item("a", "", `owner.citizen == "" ? 1 : 2`), "undefined field 'citizen'", "part"},
		{"items:\n" + item("a", "", `sum(papers.map(d, d.page))`), "undefined field 'page'", "part"},
		{"items:\n" + item("a", "", `purpose == "fun" ? 1 : 2`), `purpose has no option "fun"`, "study, work"},
		{"items:\n" + item("a", "", `purpose in ["study", "fun"] ? 1 : 2`), `purpose has no option "fun"`, "study, work"},
		{"items:\n" + item("a", "", `answered(pages + 1) ? 1 : 2`), "answered() takes a field", ""},
		{"items:\n" + item("a", "pages", "5"), "gives int", "true or false"},
		{"items:\n" + strings.Replace(item("a", "", "pages"), "    rate: {vi: Theo trang, en: By the page}\n", "", 1), "has no rate", "in words"},
		{"items:\n" + strings.Replace(item("a", "", "pages"), "    reason: {vi: Vì, en: Because}", "", 1), "has no reason", "why"},
		{"items:\n" + strings.Replace(item("a", "", "pages"), "vi: Vì", "vi: 'Vì {papers}'", 1), "which cannot be read", ""},
		{"items:\n" + strings.Replace(item("a", "", "pages"), "vi: Vì", "vi: 'Vì {pages'", 1), "without its partner", ""},
		{"items:\n" + strings.Replace(item("a", "", "pages"), "vi: Vì", "vi: 'Vì {pags}'", 1), "undeclared reference to 'pags'", ""},
		{"items:\n" + item("a", "", "1") + item("a", "", "2"), "stands twice", ""},
		{"items: [{" + plain + "}]", "exactly one of amount and unknown", ""},
		{"items: [{" + plain + ", amount: 5, unknown: {vi: a, en: b}, reason: {vi: a, en: b}}]", "exactly one of amount and unknown", ""},
		{"items: [{" + plain + ", amount: 5}]", "has no reason", ""},
		{"items: [{" + plain + ", amount: -5, reason: {vi: a, en: b}}]", `amount is "-5"`, "whole dong"},
		{"items: [{" + plain + ", amount: 5, reason: {en: a}}]", "has no vi", ""},
		{"items: [{" + plain + ", amount: 5, reason: {vi: a, en: b}, condition: {vi: a, en: b}}]", "pair of when and condition", ""},
		{"items: [{" + plain + ", unknown: {vi: a, en: b}, reason: {vi: a, en: b}}]", "has a reason, but no amount", ""},
		{"items: [{id: a, name: {vi: Phí, en: Fee}, kind: thuế, amount: 5, reason: {vi: a, en: b}}]", `has the kind "thuế"`, "lệ phí"},
		{"items: [{id: a, name: {vi: Phí, en: Fee}, kind: phí, amount: 5, reason: {vi: a, en: b}}]", "has no basis", ""},
		{"items: [{id: A, kind: phí}]", `has the id "A"`, ""},
		{"{items: [{" + plain + ", unknown: {vi: a, en: b}}], amount: 5}", "beside items", ""},
		{"{amount: 1.5}", `amount is "1.5"`, ""},
		{"{amout: 5}", `unknown key "amout"`, "amount"},
		{"[5]", "not a mapping", ""},
		{"{items: []}", "is empty", ""},
	} {
		s, problems := parse(t, c.fee)
		if len(problems) == 0 || len(s.Items) > 0 {
			t.Errorf("%s: accepted", c.fee)
			continue
		}
		if !strings.Contains(problems[0].Text, c.text) || !strings.Contains(problems[0].Mend, c.mend) || problems[0].Mend == "" || problems[0].Line == 0 {
			t.Errorf("%s:\n%s", c.fee, problems[0])
		}
	}
	_, problems := parse(t, "items:\n"+item("a", "", "pages * 2")+item("b", "", "copies * 2000"))
	if len(problems) != 1 || problems[0].Line != 14 { // the line of the amount
		t.Errorf("%v", problems)
	}
}

func TestFieldThatHidesAFactIsRefused(t *testing.T) {
	f, problems := form.ParseBytes("f", []byte(strings.ReplaceAll(copies, "id: purpose", "id: channel")))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, err := newLanguage(f); err == nil || !strings.Contains(err.Error(), `"channel"`) {
		t.Error(err)
	}
}

func TestExpressionThatWouldRunLongIsStopped(t *testing.T) {
	rows := make([]form.Answers, 400)
	for i := range rows {
		rows[i] = form.Answers{"sheets": {Text: "1"}, "count": {Text: "1"}}
	}
	s := schedule(t, "items:\n"+item("a", "", "size(papers.filter(a, papers.filter(b, papers.exists(c, c.sheets + b.sheets + a.sheets == 0)) == []))"))
	a, begun := answers(), time.Now()
	a["papers"] = form.Value{Rows: rows}
	if _, ok := assess(t, s, a).Total(); ok {
		t.Error("64 million steps were done")
	}
	if took := time.Since(begun); took > patience {
		t.Errorf("took %s", took)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Assess(gone, a, facts); err == nil {
		t.Error("an assessment that ran out of time is no assessment")
	}
}

func BenchmarkCompileOneProcedure(b *testing.B) {
	fee := "items:\n" + item("a", "pages > 2", "sum(papers.map(d, d.count * min(200000, d.sheets * 2000)))")
	for b.Loop() {
		schedule(b, fee)
	}
}

func BenchmarkAssess(b *testing.B) {
	s, a := schedule(b, "items:\n"+item("a", "pages > 2", "sum(papers.map(d, d.count * min(200000, d.sheets * 2000)))")), answers()
	for b.Loop() {
		assess(b, s, a)
	}
}
