package board

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"benso/internal/core/targets"
)

func drawCells(t *rapid.T) []targets.Cell {
	cells := make([]targets.Cell, rapid.IntRange(0, 30).Draw(t, "rows"))
	for i := range cells {
		d := rapid.OneOf(rapid.Int64Range(1, 12), rapid.Int64Range(1, 500)).Draw(t, "d")
		n := rapid.OneOf(rapid.Just(int64(0)), rapid.Just(d), rapid.Int64Range(0, d)).Draw(t, "n")
		cells[i] = targets.Cell{Key: fmt.Sprintf("u%02d", i), Numerator: n, Denominator: d}
	}
	return cells
}

// visible are the numbers that a table shows, the joined ones among them.
func visible(g guarded) []targets.Cell {
	all := g.Rows
	if g.Joined != nil {
		all = append(append([]targets.Cell(nil), all...), *g.Joined)
	}
	return all
}

// TestNoSmallNumberIsSeenOrFoundByTakingOff: what is shown is large or nothing, adds
// up, and what is joined is of more than one row, unless the whole table is small.
func TestNoSmallNumberIsSeenOrFoundByTakingOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := drawCells(t)
		g := guard(cells)
		whole, shown := total(cells), total(visible(g))
		if whole != shown {
			t.Fatalf("%v is shown as %v", whole, shown)
		}
		if len(g.Rows)+len(g.Keys) != len(cells) || (g.Joined == nil) != (len(g.Keys) == 0) {
			t.Fatalf("%d rows and %d joined of %d", len(g.Rows), len(g.Keys), len(cells))
		}
		for _, c := range visible(g) {
			everything := g.Joined != nil && len(g.Rows) == 0 // its sum is the number itself, which is public
			if !safe(c) && !everything {
				t.Fatalf("%+v is seen", c)
			}
		}
		if len(g.Keys) == 1 && len(cells) > 1 {
			t.Fatalf("%s alone is joined: the others taken off the sum give it", g.Keys[0])
		}
	})
}

// TestHeadingsAndRowsGiveNothingAwayTogether: subtracting the rows of a heading from
// it leaves what was joined there, which is not small and not of one row.
func TestHeadingsAndRowsGiveNothingAwayTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := drawCells(t)
		in := rapid.IntRange(1, 6).Draw(t, "headings")
		heading := func(key string) string {
			var i int
			if _, err := fmt.Sscanf(key, "u%d", &i); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("h%d", i%in)
		}
		n := guardNested(cells, heading)
		sum := targets.Cell{}
		for _, g := range n.Groups {
			if !safe(g.Head) {
				t.Fatalf("the heading %+v is seen", g.Head)
			}
			rows := total(visible(g.Within))
			if rows.Numerator != g.Head.Numerator || rows.Denominator != g.Head.Denominator {
				t.Fatalf("%+v holds %+v", g.Head, rows)
			}
			for _, c := range visible(g.Within) {
				if !safe(c) {
					t.Fatalf("%+v is seen under %s", c, g.Head.Key)
				}
			}
			if len(g.Within.Keys) == 1 && len(g.Within.Rows) > 0 {
				t.Fatalf("%s alone is joined under %s", g.Within.Keys[0], g.Head.Key)
			}
			sum.Numerator, sum.Denominator = sum.Numerator+g.Head.Numerator, sum.Denominator+g.Head.Denominator
		}
		if n.Joined != nil {
			sum.Numerator, sum.Denominator = sum.Numerator+n.Joined.Numerator, sum.Denominator+n.Joined.Denominator
			if len(n.Groups) > 0 && (!safe(*n.Joined) || len(n.Keys) < 2) {
				t.Fatalf("the headings %v are joined as %+v", n.Keys, *n.Joined)
			}
		}
		if sum != total(cells) {
			t.Fatalf("%+v is shown as %+v", total(cells), sum)
		}
		o := openNested(cells, heading)
		all := targets.Cell{}
		for _, g := range o.Groups {
			all.Numerator, all.Denominator = all.Numerator+g.Head.Numerator, all.Denominator+g.Head.Denominator
		}
		if all != total(cells) {
			t.Fatalf("officials see %+v of %+v", all, total(cells))
		}
	})
}

func TestOneSmallRowTakesTheNextSmallestWithIt(t *testing.T) {
	g := guard([]targets.Cell{{Key: "a", Numerator: 40, Denominator: 80}, {Key: "b", Numerator: 2, Denominator: 30}, {Key: "c", Numerator: 10, Denominator: 20}, {Key: "d", Denominator: 9}})
	if len(g.Rows) != 1 || g.Rows[0].Key != "a" || *g.Joined != (targets.Cell{Numerator: 12, Denominator: 59}) {
		t.Errorf("%+v", g)
	}
	if all := guard([]targets.Cell{{Key: "a", Numerator: 1, Denominator: 3}}); len(all.Rows) != 0 || all.Joined == nil {
		t.Errorf("a table that is small as a whole shows its sum alone: %+v", all)
	}
}
