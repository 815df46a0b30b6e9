package fees

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"benso/internal/kernel/form"
)

// fee draws a schedule whose items hang on pages, area and papers, never on note
// or extra.
func fee(t *rapid.T) string {
	text := "items:\n"
	for i := range rapid.IntRange(1, 4).Draw(t, "items") {
		n := func(name string) int { return rapid.IntRange(-3000, 3000).Draw(t, fmt.Sprint(name, i)) }
		when := rapid.SampledFrom([]string{"", "pages > 5", `purpose == "study"`, "area >= 3"}).Draw(t, fmt.Sprint("when", i))
		amount := rapid.SampledFrom([]string{
			fmt.Sprintf("pages * %d + %d", n("a"), n("b")),
			fmt.Sprintf("dong(area * %d)", n("c")),
			fmt.Sprintf("sum(papers.map(d, d.count * d.sheets * %d))", n("d")),
			fmt.Sprintf("pages * pages * pages * pages * %d", n("e")),
		}).Draw(t, fmt.Sprint("amount", i))
		text += item(fmt.Sprintf("i%d", i), when, amount)
	}
	return text
}

func someAnswers(t *rapid.T) form.Answers {
	a := form.Answers{}
	if rapid.Bool().Draw(t, "has pages") {
		a["pages"] = form.Value{Text: strconv.FormatInt(rapid.Int64().Draw(t, "pages"), 10)}
	}
	if rapid.Bool().Draw(t, "has area") {
		a["area"] = form.Value{Text: fmt.Sprintf("%d.%02d", rapid.Int32Range(-9, 9_000_000).Draw(t, "area"), rapid.IntRange(0, 99).Draw(t, "cents"))}
	}
	if rapid.Bool().Draw(t, "has purpose") {
		a["purpose"] = form.Value{Text: rapid.SampledFrom([]string{"study", "work"}).Draw(t, "purpose")}
	}
	var rows []form.Answers
	for i := range rapid.IntRange(0, 5).Draw(t, "rows") {
		rows = append(rows, form.Answers{"sheets": {Text: fmt.Sprint(rapid.Int32().Draw(t, fmt.Sprint("sheets", i)))}, "count": {Text: fmt.Sprint(rapid.Int16().Draw(t, fmt.Sprint("count", i)))}})
	}
	a["papers"] = form.Value{Rows: rows}
	return a
}

func TestAmountsAreNeverNegativeAndAddUpToTheTotal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		found := assess(t, schedule(t, fee(rt)), someAnswers(rt))
		var sum int64
		known := true
		for _, l := range found.Lines {
			switch {
			case l.Amount == nil:
				known = false
				if l.Unknown.Vi == "" || l.Unknown.En == "" {
					rt.Fatalf("not known, and nobody says why: %+v", l)
				}
			case *l.Amount < 0 || *l.Amount > Most:
				rt.Fatalf("%+v", l)
			default:
				sum += *l.Amount
			}
		}
		if total, ok := found.Total(); ok != known || known && total != sum || found.Known() != sum {
			rt.Fatalf("total %d %v of %+v", total, ok, found)
		}
	})
}

func TestSameAnswersGiveTheSameAssessment(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text, a := fee(rt), someAnswers(rt)
		s := schedule(t, text)
		first := assess(t, s, a)
		if diff := cmp.Diff(first, assess(t, s, a)); diff != "" {
			rt.Fatal(diff)
		}
		if diff := cmp.Diff(first, assess(t, schedule(t, text), a)); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func TestUnrelatedAnswerChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, a := schedule(t, fee(rt)), someAnswers(rt)
		before := assess(t, s, a)
		a["note"] = form.Value{Text: rapid.String().Draw(rt, "note")}
		a["extra"] = form.Value{Text: fmt.Sprint(rapid.Int64().Draw(rt, "extra"))}
		a["owner"] = form.Value{Parts: form.Answers{"name": {Text: rapid.String().Draw(rt, "name")}}}
		if diff := cmp.Diff(before, assess(t, s, a)); diff != "" {
			rt.Fatal(diff)
		}
	})
}
