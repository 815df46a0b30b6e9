package unit

import (
	"slices"
	"sort"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Tree is the history of the units of a pack. It is made by Load and never
// changes; the zero Tree is empty.
type Tree struct {
	units       map[string][]Unit // the periods of each id, by date
	order       []string          // ids by level, code, id
	paths       map[string]string
	successions []Succession
	next, prev  map[string][]string // successors, and predecessors of the same level; without renames
	agencies    map[string][]Agency // the periods of each id, by date
	ofUnit      map[string][]string // ids of agencies
	starts      []database.Date     // when something changed, ascending
	views       []*state            // views[i] holds from starts[i]
}

// At is the tree as it stood on a date. Before the first date of the pack the
// view is empty.
func (t *Tree) At(on database.Date) View {
	i := sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > on })
	if i == 0 {
		return View{}
	}
	return View{t.views[i-1]}
}

// Starts are the dates on which the tree changed, ascending; the first is the
// day it begins.
func (t *Tree) Starts() []database.Date { return slices.Clone(t.starts) }

// Unit gives a unit as it is, or as it was at its end.
func (t *Tree) Unit(id string) (Unit, error) {
	v := t.units[id]
	if len(v) == 0 {
		return Unit{}, fault.Missing("unit", id)
	}
	return v[len(v)-1], nil
}

// Periods are the names and types that a unit has had, in order.
func (t *Tree) Periods(id string) ([]Unit, error) {
	if len(t.units[id]) == 0 {
		return nil, fault.Missing("unit", id)
	}
	return slices.Clone(t.units[id]), nil
}

// IDs are the ids of all units that ever were, by level, code and id.
func (t *Tree) IDs() []string { return slices.Clone(t.order) }

// Path is the ids of a unit's ancestors and its own, each followed by "/". It
// never changes and never is a prefix of a stranger's path.
func (t *Tree) Path(id string) (string, error) {
	p, ok := t.paths[id]
	if !ok {
		return "", fault.Missing("unit", id)
	}
	return p, nil
}

// Successions are all successions of the pack by date.
func (t *Tree) Successions() []Succession { return slices.Clone(t.successions) }

// Successors are the units that hold a unit's territory on a date: itself while
// it lives, else its successors, theirs, and so on. A unit of an abolished level
// is succeeded by the units of another level in which its territory lies. Before
// the unit began the list is empty.
func (t *Tree) Successors(id string, on database.Date) ([]Unit, error) {
	if len(t.units[id]) == 0 {
		return nil, fault.Missing("unit", id)
	}
	begun := func(u Unit) bool { return u.From <= on }
	return t.walk(id, on, t.next, begun), nil
}

// Predecessors are the units of the same level whose territory went, wholly or
// in part, into a unit and that lived on a date: itself while it lives. Because
// levels do not mix, numbers may be summed over them. When the unit had ended
// before the date the list is empty.
func (t *Tree) Predecessors(id string, on database.Date) ([]Unit, error) {
	if len(t.units[id]) == 0 {
		return nil, fault.Missing("unit", id)
	}
	ended := func(u Unit) bool { return u.To == "" || u.To >= on }
	return t.walk(id, on, t.prev, ended), nil
}

// walk follows edges from id and collects what lives on a date; it does not
// leave a unit that has not (or no longer) a part in what is asked.
func (t *Tree) walk(id string, on database.Date, edges map[string][]string, open func(Unit) bool) []Unit {
	var out []Unit
	seen := map[string]bool{}
	var visit func(string)
	visit = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		passable := false
		for _, u := range t.units[id] {
			if u.Lives(on) {
				out = append(out, u)
				return
			}
			passable = passable || open(u)
		}
		if passable {
			for _, e := range edges[id] {
				visit(e)
			}
		}
	}
	visit(id)
	sortUnits(out)
	return out
}

// build makes what queries need. The rows have been checked.
func build(units []Unit, successions []Succession, agencies []Agency) *Tree {
	t := &Tree{
		units: map[string][]Unit{}, paths: map[string]string{}, successions: successions,
		next: map[string][]string{}, prev: map[string][]string{},
		agencies: map[string][]Agency{}, ofUnit: map[string][]string{},
	}
	sortUnits(units)
	for _, u := range units {
		if len(t.units[u.ID]) == 0 {
			t.order = append(t.order, u.ID)
		}
		t.units[u.ID] = append(t.units[u.ID], u)
	}
	starts := map[database.Date]bool{}
	for id, periods := range t.units {
		slices.SortFunc(periods, func(a, b Unit) int { return compareDates(a.From, b.From) })
		path := id + "/"
		for p := periods[0].Parent; p != ""; p = t.units[p][0].Parent {
			path = p + "/" + path
		}
		t.paths[id] = path
		for _, u := range periods {
			starts[u.From] = true
			if u.To != "" {
				starts[dayAfter(u.To)] = true
			}
		}
	}
	slices.SortStableFunc(t.successions, func(a, b Succession) int { return compareDates(a.Date, b.Date) })
	for _, s := range t.successions {
		if s.Kind == Rename {
			continue
		}
		t.next[s.From] = append(t.next[s.From], s.To)
		if t.units[s.From][0].Level == t.units[s.To][0].Level {
			t.prev[s.To] = append(t.prev[s.To], s.From)
		}
	}
	for _, a := range agencies {
		if len(t.agencies[a.ID]) == 0 {
			t.ofUnit[a.Unit] = append(t.ofUnit[a.Unit], a.ID)
		}
		t.agencies[a.ID] = append(t.agencies[a.ID], a)
	}
	for _, periods := range t.agencies {
		slices.SortFunc(periods, func(a, b Agency) int { return compareDates(a.From, b.From) })
	}
	for _, ids := range t.ofUnit {
		sortAgencies(ids)
	}
	for d := range starts {
		t.starts = append(t.starts, d)
	}
	slices.Sort(t.starts)
	folded := map[string]string{}
	for _, d := range t.starts {
		t.views = append(t.views, newState(d, units, folded))
	}
	return t
}
