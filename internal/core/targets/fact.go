package targets

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// Fact is something that happened to a record once and for good, such as a dossier
// that was filed: what measures count. A fact that was none, such as the filing of
// a dossier that turned out to be misfiled, is taken back by another with N = -1.
type Fact struct {
	Record  string
	Fact    string    // such as filed
	N       int64     // 1, or -1 for a fact that was taken back
	Month   string    // that it counts in, as 2026-11
	Unit    string    // id of the unit that the matter lies in
	Channel string    // how it came
	Subject string    // the procedure, by code
	Class   string    // what a rule tells facts apart by
	At      time.Time // when it happened, or was taken back
}

// Tally is how many facts of a class there are in a month, along one axis.
type Tally struct {
	Month, Fact string
	Axis        Axis   // Whole: all of them
	Key         string // empty for Whole
	Class       string
	N           int64
}

// Whole is the axis of what is not broken down.
const Whole Axis = ""

// axes are those that facts are tallied along.
var axes = []Axis{Whole, ByUnit, ByChannel, BySubject}

// MonthOf is the month of an instant where the province is, as 2026-11.
func MonthOf(t time.Time) string {
	year, month, _ := t.In(clock.Zone).Date()
	return monthName(year, int(month))
}

// names are the months that are asked for again and again, made once: a recount asks
// millions of times.
var names = func() (all [200][12]string) {
	for y := range all {
		for m := range 12 {
			all[y][m] = fmt.Sprintf("%04d-%02d", firstNamed+y, m+1)
		}
	}
	return all
}()

const firstNamed = 1900

func monthName(year, month int) string {
	if i := year - firstNamed; 0 <= i && i < len(names) {
		return names[i][month-1]
	}
	return fmt.Sprintf("%04d-%02d", year, month)
}

// monthBegins is the first instant of a month.
func monthBegins(month string) time.Time {
	t, err := time.ParseInLocation("2006-01", month, clock.Zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// shiftMonth is the month so many months later.
func shiftMonth(month string, by int) string {
	return monthBegins(month).In(clock.Zone).AddDate(0, by, 0).Format("2006-01")
}

// monthEnds is the last instant of a month.
func monthEnds(month string) time.Time {
	return monthBegins(shiftMonth(month, 1)).Add(-time.Microsecond)
}

// Tallies adds facts up along every axis. What adds up to nothing is left out.
func Tallies(facts []Fact) []Tally {
	sums := map[Tally]int64{}
	for _, f := range facts {
		for _, axis := range axes {
			sums[Tally{Month: f.Month, Fact: f.Fact, Axis: axis, Key: f.key(axis), Class: f.Class}] += f.N
		}
	}
	return sorted(sums)
}

func (f Fact) key(axis Axis) string {
	switch axis {
	case ByUnit:
		return f.Unit
	case ByChannel:
		return f.Channel
	case BySubject:
		return f.Subject
	}
	return ""
}

func sorted(sums map[Tally]int64) []Tally {
	all := make([]Tally, 0, len(sums))
	for t, n := range sums {
		if t.N = n; n != 0 {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, byKey)
	return all
}

func byKey(a, b Tally) int {
	return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Axis, b.Axis), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Class, b.Class))
}

// Cells are whole cells of facts: what a recount of many records adds up before it
// breaks them down along single axes.
type Cells map[CellKey]int64

// CellKey is what facts of one cell have in common.
type CellKey struct{ Month, Fact, Unit, Channel, Subject, Class string }

// Add counts one fact.
func (c Cells) Add(f Fact) {
	c[CellKey{f.Month, f.Fact, f.Unit, f.Channel, f.Subject, f.Class}] += f.N
}

// Merge adds another's cells.
func (c Cells) Merge(other Cells) {
	for k, n := range other {
		c[k] += n
	}
}

// Tallies breaks the cells down.
func (c Cells) Tallies() []Tally {
	sums := map[Tally]int64{}
	for k, n := range c {
		f := Fact{Month: k.Month, Fact: k.Fact, Unit: k.Unit, Channel: k.Channel, Subject: k.Subject, Class: k.Class}
		for _, axis := range axes {
			sums[Tally{Month: k.Month, Fact: k.Fact, Axis: axis, Key: f.key(axis), Class: k.Class}] += n
		}
	}
	return sorted(sums)
}

// Rule says how a measure is counted from facts: which facts make the
// denominator, and which of those the numerator, by their class.
type Rule struct {
	Fact string
	Of   []string // classes; nil: all
	Hit  []string // classes, each also in Of; nil: all of them
}

func (r Rule) of(class string) bool { return r.Of == nil || slices.Contains(r.Of, class) }
func (r Rule) hit(class string) bool {
	return r.of(class) && (r.Hit == nil || slices.Contains(r.Hit, class))
}

// month is the tallies of one month.
type month struct {
	tallies []Tally // in their order
}

// rows are the tallies of a fact along an axis.
func (m *month) rows(fact string, axis Axis) []Tally {
	if m == nil {
		return nil
	}
	at := func(x Tally, axis Axis) int { return cmp.Or(cmp.Compare(x.Fact, fact), cmp.Compare(x.Axis, axis)) }
	from, _ := slices.BinarySearchFunc(m.tallies, axis, at)
	to := from
	for to < len(m.tallies) && at(m.tallies[to], axis) == 0 {
		to++
	}
	return m.tallies[from:to]
}

// content is what a sealed reading of a rule counted, as one digest: every tally of
// its fact, so that anything that changed shows.
func content(tallies []Tally, rule Rule) string {
	var parts []string
	for _, t := range tallies {
		if t.Fact == rule.Fact && t.N != 0 {
			parts = append(parts, t.Month, t.Fact, string(t.Axis), t.Key, t.Class, digits(t.N))
		}
	}
	return database.Digest(parts...)
}
