package unit

import (
	"cmp"
	"slices"
	"strings"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/vntext"
)

// View is the tree as it stood between two changes. The zero View is empty.
type View struct{ *state }

type state struct {
	from      database.Date
	units     map[string]Unit
	provinces []Unit
	children  map[string][]Unit
	communes  map[string][]Unit // by every ancestor; under "" all
	entries   []entry
}

// entry is what a unit is found by.
type entry struct {
	unit   Unit
	full   string // "xa an hiep"
	short  string // "an hiep"
	words  []string
	around []string // the words of its ancestors' names
}

// newState makes the view of a date from units sorted by level and code. folded
// keeps names between calls, since most units live through most changes.
func newState(on database.Date, units []Unit, folded map[string]string) *state {
	fold := func(s string) string {
		f, ok := folded[s]
		if !ok {
			f = vntext.Fold(s)
			folded[s] = f
		}
		return f
	}
	s := &state{from: on, units: map[string]Unit{}, children: map[string][]Unit{}, communes: map[string][]Unit{}}
	for _, u := range units {
		if u.Lives(on) {
			s.units[u.ID] = u
		}
	}
	for _, u := range units {
		if !u.Lives(on) {
			continue
		}
		if u.Level == Province {
			s.provinces = append(s.provinces, u)
		}
		s.children[u.Parent] = append(s.children[u.Parent], u)
		e := entry{unit: u, full: fold(u.Name), short: fold(u.Short())}
		e.words = strings.Fields(e.full)
		for p := u.Parent; p != ""; p = s.units[p].Parent {
			e.around = append(e.around, strings.Fields(fold(s.units[p].Name))...)
			if u.Level == Commune {
				s.communes[p] = append(s.communes[p], u)
			}
		}
		if u.Level == Commune {
			s.communes[""] = append(s.communes[""], u)
			s.communes[u.ID] = append(s.communes[u.ID], u)
		}
		s.entries = append(s.entries, e)
	}
	return s
}

// Since is the date from which this view holds; empty for the empty view.
func (v View) Since() database.Date {
	if v.state == nil {
		return ""
	}
	return v.from
}

// Unit gives a unit that lives in this view.
func (v View) Unit(id string) (Unit, error) {
	if v.state != nil {
		if u, ok := v.units[id]; ok {
			return u, nil
		}
	}
	return Unit{}, fault.Missing("unit", id)
}

// Provinces are the provinces by code.
func (v View) Provinces() []Unit {
	if v.state == nil {
		return nil
	}
	return slices.Clone(v.provinces)
}

// Children are the units right under a unit, by level and code.
func (v View) Children(id string) []Unit {
	if v.state == nil || id == "" {
		return nil
	}
	return slices.Clone(v.children[id])
}

// Communes are the communes anywhere under a unit, by code; under "" all. A
// commune is under itself.
func (v View) Communes(under string) []Unit {
	if v.state == nil {
		return nil
	}
	return slices.Clone(v.communes[under])
}

// How well an entry answers a search; the lower the better.
const (
	matchExact  = iota // the whole name, with or without the type, or the code
	matchPrefix        // the beginning of the name
	matchWords         // each word begins a word of the name
	matchAround        // the same, with words of the units above it
	matchNone
)

// Find gives the units whose name answers a text, the best first. Marks, case
// and punctuation do not count; the names of the units above may help: "an hiep ba tri".
func (v View) Find(text string) []Unit {
	q := vntext.Fold(text)
	if v.state == nil || q == "" {
		return nil
	}
	type hit struct {
		unit Unit
		rank int
	}
	words := strings.Fields(q)
	var hits []hit
	for _, e := range v.entries {
		if r := e.match(q, words); r < matchNone {
			hits = append(hits, hit{e.unit, r})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.rank, b.rank) })
	out := make([]Unit, len(hits))
	for i, h := range hits {
		out[i] = h.unit
	}
	return out
}

func (e entry) match(q string, words []string) int {
	if q == e.full || q == e.short || q == e.unit.Code {
		return matchExact
	}
	if strings.HasPrefix(e.full, q) || strings.HasPrefix(e.short, q) {
		return matchPrefix
	}
	own := 0
	rank := matchWords
	for _, w := range words {
		begins := func(s string) bool { return strings.HasPrefix(s, w) }
		switch {
		case slices.ContainsFunc(e.words, begins):
			own++
		case slices.ContainsFunc(e.around, begins):
			rank = matchAround
		default:
			return matchNone
		}
	}
	// A unit is not found by the names above it alone.
	if own == 0 {
		return matchNone
	}
	return rank
}
