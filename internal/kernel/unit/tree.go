package unit

import (
	"slices"
	"sort"
	"sync"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// history is what a Tree holds. It is made by build and never changes.
type history struct {
	units             map[string][]Unit // the periods of each id, by date
	order             []string          // ids by level, code, id
	paths             map[string]string
	successions       []Succession
	next, prev        map[string][]string // successors, and predecessors of the same level; without renames
	agencies          map[string][]Agency // the periods of each id, by date
	ofUnit            map[string][]string // ids of agencies
	agencySuccessions []AgencySuccession
	past              sync.Map        // of AgencyPredecessors
	starts            []database.Date // when something changed, ascending
	views             []*state        // views[i] holds from starts[i]
}

func (t *history) At(on database.Date) View {
	i := sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > on })
	if i == 0 {
		return View{}
	}
	return View{t.views[i-1]}
}

func (t *history) Starts() []database.Date { return slices.Clone(t.starts) }

func (t *history) Unit(id string) (Unit, error) {
	v := t.units[id]
	if len(v) == 0 {
		return Unit{}, fault.Missing("unit", id)
	}
	return v[len(v)-1], nil
}

func (t *history) Periods(id string) ([]Unit, error) {
	if len(t.units[id]) == 0 {
		return nil, fault.Missing("unit", id)
	}
	return slices.Clone(t.units[id]), nil
}

func (t *history) IDs() []string { return slices.Clone(t.order) }

func (t *history) Path(id string) (string, error) {
	p, ok := t.paths[id]
	if !ok {
		return "", fault.Missing("unit", id)
	}
	return p, nil
}

func (t *history) Successions() []Succession { return slices.Clone(t.successions) }

func (t *history) Successors(id string, on database.Date) ([]Unit, error) {
	if len(t.units[id]) == 0 {
		return nil, fault.Missing("unit", id)
	}
	begun := func(u Unit) bool { return u.From <= on }
	return t.walk(id, on, t.next, begun), nil
}

func (t *history) Predecessors(id string, on database.Date) ([]Unit, error) {
	if len(t.units[id]) == 0 {
		return nil, fault.Missing("unit", id)
	}
	ended := func(u Unit) bool { return u.To == "" || u.To >= on }
	return t.walk(id, on, t.prev, ended), nil
}

// walk follows edges from id and collects what lives on a date; it does not
// leave a unit that has not (or no longer) a part in what is asked.
func (t *history) walk(id string, on database.Date, edges map[string][]string, open func(Unit) bool) []Unit {
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
func build(units []Unit, successions []Succession, agencies []Agency) *history {
	t := &history{
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
