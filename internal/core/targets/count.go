package targets

import (
	"cmp"
	"slices"
	"strconv"
)

func digits(n int64) string { return strconv.FormatInt(n, 10) }

// add counts tallies of a rule into a count that is being made.
type adding struct {
	rule   Rule
	n, d   int64
	axes   map[Axis]map[string]*Cell
	broken []Axis
}

func newAdding(rule Rule, by []Axis) *adding {
	a := &adding{rule: rule, axes: map[Axis]map[string]*Cell{}, broken: by}
	for _, axis := range by {
		a.axes[axis] = map[string]*Cell{}
	}
	return a
}

func (a *adding) month(m *month) {
	for _, t := range m.rows(a.rule.Fact, Whole) {
		a.whole(t.Class, t.N)
	}
	for _, axis := range a.broken {
		for _, t := range m.rows(a.rule.Fact, axis) {
			a.cell(axis, t.Key, t.Class, t.N)
		}
	}
}

// without takes a fact off again: what a table of an earlier instant does not hold.
func (a *adding) without(f Fact) {
	if f.Fact != a.rule.Fact {
		return
	}
	a.whole(f.Class, -f.N)
	for _, axis := range a.broken {
		a.cell(axis, f.key(axis), f.Class, -f.N)
	}
}

func (a *adding) whole(class string, n int64) {
	if a.rule.of(class) {
		a.d += n
	}
	if a.rule.hit(class) {
		a.n += n
	}
}

func (a *adding) cell(axis Axis, key, class string, n int64) {
	if !a.rule.of(class) {
		return
	}
	c := a.axes[axis][key]
	if c == nil {
		c = &Cell{Key: key}
		a.axes[axis][key] = c
	}
	c.Denominator += n
	if a.rule.hit(class) {
		c.Numerator += n
	}
}

func (a *adding) count() Count {
	c := Count{Numerator: a.n, Denominator: a.d, By: map[Axis][]Cell{}}
	for axis, cells := range a.axes {
		all := make([]Cell, 0, len(cells))
		for _, x := range cells {
			if x.Denominator != 0 {
				all = append(all, *x)
			}
		}
		if len(all) > 0 {
			slices.SortFunc(all, func(a, b Cell) int { return cmp.Compare(a.Key, b.Key) })
			c.By[axis] = all
		}
	}
	return c
}
