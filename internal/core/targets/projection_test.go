package targets

import "testing"

func TestProjectionIsTheStraightLineOfTheLastTwelveMonths(t *testing.T) {
	var series []Reading
	add := func(month string, n, d int64) {
		series = append(series, Reading{Month: month, Count: Count{Numerator: n, Denominator: d}})
	}
	add("2024-01", 99, 100) // too long ago
	for i, month := range []string{"2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"} {
		add(month, int64(40+i), 100)
	}
	add("2026-05", 0, 0)    // nothing was counted
	add("2026-11", 99, 100) // is not over
	p, ok := Project(series, "2026-11", "2027-04")
	if !ok || p.Value.String() != "0.5700" || p.Change.String() != "0.0100" || p.Months != 6 {
		t.Errorf("one point a month, from 40%%: %+v, %v", p, ok)
	}
	if p, ok := Project(series, "2026-11", "2036-12"); !ok || p.Value.String() != "1.0000" {
		t.Errorf("more than all: %+v", p)
	}
	if _, ok := Project(series[:6], "2026-11", "2027-04"); ok {
		t.Error("five months are too few")
	}
	if _, ok := Project(series, "2026-11", "2026-11"); ok {
		t.Error("what is now is no projection")
	}
}
