package cases

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
)

// Every is the state of a filter that asks for every case, closed ones too.
const Every State = "every"

// Desk is a permission and where one has it: the queue of a role.
type Desk struct {
	Needs access.Permission
	Scope access.Scope
}

// Period is from an instant until before another; a zero one is open.
type Period struct{ From, To time.Time }

// Timing asks whether the agency's duty was, or still can be, done by the
// deadline.
type Timing string

// The timings of a filter.
const (
	Late   Timing = "late"   // resolved after the deadline, or open beyond it at Filter.Now
	Timely Timing = "timely" // resolved by the deadline, or open with time left
)

// Order is the order of a list.
type Order string

// The orders.
const (
	ByDue  Order = ""       // what is due first at the top, cases without a deadline after them as they came
	Newest Order = "newest" // the last opened at the top
	Oldest Order = "oldest"
)

// Filter says which cases a list or a count means. The zero scope sees nothing.
type Filter struct {
	Scope      access.Scope
	Holder     string // exactly this path, within the scope: an agency's own, which an index keeps in order
	Kind       string
	State      State  // empty: any that is not closed; see Every
	Desks      []Desk // one of these roles' turn
	Assignee   string // on this account's desk
	Unassigned bool   // on nobody's desk
	Step       string // or the end
	Facet      string
	Facets     []string // one of these; nil for whichever
	Channel    string
	Outcome    string
	DueBefore  time.Time
	Opened     Period
	Accepted   Period
	Resolved   Period
	Timing     Timing
	Now        time.Time // what Timing is asked at
	Words      string    // every word, folded, the last one as a beginning
	Order      Order
}

// Tally is how many open cases of one holder stand at one step with one official
// (or nobody), and how many of them are due before the instant that was asked for.
type Tally struct {
	Holder   string
	Step     string
	Needs    access.Permission
	State    State
	Assignee string
	N, Due   int64
}

// Met says how many of the tally's cases a filter of a queue means; such a filter
// asks for nothing but scope, state, desks, assignee, step and what is due before
// the tally's instant.
func (t Tally) Met(f Filter) int64 {
	switch {
	case !f.Scope.Contains(t.Holder),
		f.State != "" && f.State != t.State,
		f.Assignee != "" && f.Assignee != t.Assignee,
		f.Unassigned && t.Assignee != "",
		f.Step != "" && f.Step != t.Step,
		f.Desks != nil && !slices.ContainsFunc(f.Desks, func(d Desk) bool { return d.Needs == t.Needs && d.Scope.Contains(t.Holder) }):
		return 0
	case !f.DueBefore.IsZero():
		return t.Due
	}
	return t.N
}

// mark stands before the places in what a case is found by. It is no letter of
// folded text, so that no word meets a place.
const mark = "đ"

// placeLetters writes an id as one word, as the triggers on cases do.
var placeLetters = strings.NewReplacer("-", "y", ".", "z", "_", "w")

// mostPlaces is how many prefixes of a scope a search names; a wider scope is
// left to its own clause.
const mostPlaces = 8

// places are the words by which the scope's cases are found in the same index as
// the words: without them a common name would be looked up in the whole province
// first. They only narrow; the scope's own clause decides. Nil means everywhere.
func places(scope access.Scope) []string {
	var found []string
	for _, prefix := range strings.Fields(scope.String()) {
		path := strings.Split(strings.TrimSuffix(prefix, "/"), "/")
		id := placeLetters.Replace(path[len(path)-1])
		if id == "" || strings.ContainsFunc(id, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			return nil
		}
		found = append(found, mark+strings.ToLower(id))
	}
	if scope.Empty() || len(found) > mostPlaces {
		return nil
	}
	return found
}

// search writes the words as the database's own query language has it.
func search(d database.Dialect, words []string, scope access.Scope) string {
	and, or, quote, prefix := " AND ", " OR ", `"`, "*"
	if d == database.Postgres {
		and, or, quote, prefix = " & ", " | ", "'", ":*"
	}
	var parts []string
	for i, w := range words {
		w = quote + w + quote // folded words are letters and digits
		if i == len(words)-1 {
			w += prefix
		}
		parts = append(parts, w)
	}
	if at := places(scope); at != nil {
		for i := range at {
			at[i] = quote + at[i] + quote
		}
		parts = append(parts, "("+strings.Join(at, or)+")")
	}
	return strings.Join(parts, and)
}
