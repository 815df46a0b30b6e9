package targets

import (
	"fmt"
	"slices"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/form"
)

// Resolution is the promises of one province. It is immutable after Load and
// safe for concurrent reads.
type Resolution struct {
	Name     form.Text
	From     database.Date // the first day of its period
	Units    []string      // roots of the tree that it is counted over
	Notes    []form.Text   // true of every line
	Groups   []Group
	Lines    []Line
	Measures []Measure
	Reported []Reported
}

// Group is a heading that lines stand under.
type Group struct {
	ID   string
	Name form.Text
}

// Level is the level of government that a line binds.
type Level string

// The levels of a line. All means that each of them is bound.
const (
	Province Level = "province"
	District Level = "district"
	Commune  Level = "commune"
	All      Level = "all"
)

// Line is one promise.
type Line struct {
	ID         string
	PartOf     string // the line that this one explains; it promises nothing itself
	Group      string
	Level      Level
	Title      form.Text // short, for lists
	Text       form.Text
	Over       form.Text // what is counted, in words
	From       database.Date
	Until      database.Date // last day; empty while it lives
	Ends       form.Text     // why it ended
	Milestones []Milestone
	Declares   form.Text // what the steering committee must declare first; empty: nothing
	Declared   []Declared
	Measures   []string // the first one is the line's value
	Notes      []form.Text
	Owner      Owner
}

// Owner is who answers for a line.
type Owner struct {
	Name    form.Text
	Basis   Basis
	Comment form.Text // from what it follows
}

// Basis says whether a source states a fact or it was concluded.
type Basis string

// The bases.
const (
	Sourced Basis = "sourced"
	Derived Basis = "derived"
)

// Lives says whether the line binds on a day.
func (l Line) Lives(on database.Date) bool { return l.From <= on && (l.Until == "" || on <= l.Until) }

// Open says whether the line waits for a declaration.
func (l Line) Open() bool { return !l.Declares.IsZero() && len(l.Declared) == 0 }

// Op compares a value with a milestone.
type Op string

// The comparisons. Words is a milestone that no number decides.
const (
	AtLeast Op = ">="
	Over    Op = ">"
	AtMost  Op = "<="
	Words   Op = ""
)

// Unit is what a value is a number of.
type Unit string

// The units. A share is kept as 0.9, and shown as 90%.
const (
	Share Unit = "share"
	Rank  Unit = "rank"
	Total Unit = "count"
)

// Milestone is the value promised by a date.
type Milestone struct {
	By    database.Date
	Op    Op
	Value decimal.Decimal // meaningless when Op is Words
	Unit  Unit
	Words form.Text
}

// Verdict is a milestone held against a value.
type Verdict uint8

// The verdicts. Unknown is not a failure: there is no value, or only words.
const (
	Unknown Verdict = iota
	Met
	NotMet
)

// Judge holds a value against the milestone; nil is no value. A value of another
// unit decides nothing.
func (m Milestone) Judge(v *decimal.Decimal, unit Unit) Verdict {
	if v == nil || m.Op == Words || unit != m.Unit {
		return Unknown
	}
	c := v.Cmp(m.Value)
	if m.Op == AtLeast && c >= 0 || m.Op == Over && c > 0 || m.Op == AtMost && c <= 0 {
		return Met
	}
	return NotMet
}

// Current is the milestone that counts on a day: the next one, or the last one
// when all have passed. ok is false when the line has none.
func (l Line) Current(on database.Date) (m Milestone, ok bool) {
	for _, m = range l.Milestones {
		if on <= m.By {
			return m, true
		}
	}
	return m, len(l.Milestones) > 0
}

// Declared is a threshold or a baseline that the steering committee declared.
type Declared struct {
	Value  decimal.Decimal
	Words  form.Text
	On     database.Date
	Source string
}

// Kind is what a measure's two numbers make together.
type Kind string

// The kinds of measures.
const (
	ShareOf   Kind = "share"     // numerator ÷ denominator
	Breakdown Kind = "breakdown" // one number, and what it is made of
)

// Measure is the definition of a number, in its latest version.
type Measure struct {
	ID          string
	Version     int64
	Since       database.Date // from when on this version counts
	Kind        Kind
	Window      Window
	Name        form.Text
	Numerator   form.Text // what is counted
	Denominator form.Text // of what; empty for a breakdown
	Unit        form.Text // of what is counted, such as dossiers
	By          []Axis    // how it is broken down
	Notes       []form.Text
	Excludes    []form.Text // what is not counted
	Low         bool        // the less, the better
	History     []Edition   // earlier versions, the newest first
	// Partial says why the count does not yet cover what the promise is about: its
	// value is shown, and decides no milestone.
	Partial form.Text
}

// Edition is an earlier version of a definition: what it said, and until when.
type Edition struct {
	Version int64
	Since   database.Date
	Until   database.Date
	Text    form.Text
}

// Window is the time that a measure is counted over.
type Window string

// The windows: the last twelve months with the one that is not over, or what holds
// on a day.
const (
	TwelveMonths Window = "12_months"
	Daily        Window = "day"
)

// Axis is a way to break a count down.
type Axis string

// The axes. A field is a group of subjects, which those who show them know.
const (
	ByUnit    Axis = "unit"
	ByChannel Axis = "channel"
	BySubject Axis = "subject"
	ByField   Axis = "field"
)

// Reported is a figure that somebody published.
type Reported struct {
	Line        string
	ID          string
	Headline    bool // shown as the line's value while nothing is measured
	Name        form.Text
	Unit        Unit
	Value       decimal.Decimal
	Numerator   *int64 // with Denominator, where both were published
	Denominator *int64
	From        database.Date // of the period; empty for a state on one day
	To          database.Date
	Published   database.Date // empty: not known
	Source      string
	Derived     bool // concluded from what the source states
	Note        form.Text
}

// Line finds a line.
func (r *Resolution) Line(id string) (Line, bool) {
	i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.ID == id })
	if i < 0 {
		return Line{}, false
	}
	return r.Lines[i], true
}

// Measure finds the definition of a measure.
func (r *Resolution) Measure(id string) (Measure, bool) {
	i := slices.IndexFunc(r.Measures, func(m Measure) bool { return m.ID == id })
	if i < 0 {
		return Measure{}, false
	}
	return r.Measures[i], true
}

// ReportedOf gives what was published about a line, the newest first.
func (r *Resolution) ReportedOf(line string) []Reported {
	var found []Reported
	for _, f := range r.Reported {
		if f.Line == line {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b Reported) int {
		switch {
		case a.To > b.To:
			return -1
		case a.To < b.To:
			return 1
		}
		return 0
	})
	return found
}

// Within is where the resolution is counted: everything under its units.
func (r *Resolution) Within() access.Scope {
	paths := make([]string, len(r.Units))
	for i, u := range r.Units {
		paths[i] = fmt.Sprintf("%s/", u)
	}
	return access.Within(paths...)
}
