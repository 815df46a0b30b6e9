package unit

import (
	"cmp"
	"slices"
	"strings"

	"benso/internal/kernel/database"
)

// Level is the rank of a unit in the tree.
type Level string

// The levels. Districts ended on 30 June 2025.
const (
	Province Level = "province"
	District Level = "district"
	Commune  Level = "commune"
)

// rank orders the levels from the top; an unknown level has none.
func (l Level) rank() int {
	return slices.Index([]Level{Province, District, Commune}, l)
}

// Basis says where a fact comes from.
type Basis string

// Sourced facts are stated by a source; derived ones were concluded from others.
const (
	Sourced Basis = "sourced"
	Derived Basis = "derived"
)

// Unit is an administrative unit under the name and type it had from From to
// To. One id may have several such periods, each following the other.
type Unit struct {
	ID     string
	Code   string // of the statistics office; reused over time
	Name   string // in full: "Xã An Hiệp"
	Level  Level
	Type   string // Tỉnh, Thành phố, Huyện, Phường, Thị trấn, Xã
	Parent string // id, empty for a province
	From   database.Date
	To     database.Date // last day; empty while it exists
	Basis  Basis
	Source string // for people: what says so, or how it was derived
}

// Lives says whether the unit exists, under this name, on a date.
func (u Unit) Lives(on database.Date) bool { return lives(u.From, u.To, on) }

// Short is the name without the type: "An Hiệp".
func (u Unit) Short() string { return strings.TrimPrefix(u.Name, u.Type+" ") }

func lives(from, to, on database.Date) bool { return from <= on && (to == "" || on <= to) }

// Kind is the manner in which a unit succeeds another.
type Kind string

// The kinds of succession.
const (
	Merge   Kind = "merge"   // the whole unit goes into one
	Split   Kind = "split"   // its territory goes to several
	Abolish Kind = "abolish" // its level ends here; its territory falls to units of another level
	Rename  Kind = "rename"  // the same unit under another name or type
	Follow  Kind = "follow"  // another id on the same territory
)

// Succession is one unit taking over from another, or from itself when renamed.
type Succession struct {
	From   string // id
	To     string // id
	Date   database.Date
	Kind   Kind
	Basis  Basis
	Source string
}

// sortUnits orders by level from the top, then code, then id.
func sortUnits(us []Unit) {
	slices.SortFunc(us, func(a, b Unit) int {
		return cmp.Or(cmp.Compare(a.Level.rank(), b.Level.rank()), cmp.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID))
	})
}
