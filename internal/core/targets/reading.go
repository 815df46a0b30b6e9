package targets

import (
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
)

// Reading is a count that was kept.
type Reading struct {
	ID      string
	Measure string
	Unit    string // path of the unit that it is of; empty: all of the resolution's
	AsOf    time.Time
	MadeAt  time.Time
	Sealed  bool
	Count
}

// State says what a line's value rests on.
type State string

// The states of a line.
const (
	Measured    State = "measured"
	Published   State = "reported"
	NotMeasured State = "not_measured"
)

// Reason says why there is no value.
type Reason string

// The reasons.
const (
	HasValue    Reason = ""
	NoRecords   Reason = "no_records"   // counted, and there was nothing to count
	NoSource    Reason = "no_source"    // the room that would hold the records is not there yet
	NotCounted  Reason = "not_counted"  // it will be: no reading was made yet
	NotDeclared Reason = "not_declared" // the steering committee has to say first what is meant
	Ended       Reason = "ended"        // the line ended before anything was measured
)

// Standing is how a line stands: what the board shows of it.
type Standing struct {
	Line     Line
	State    State
	Unit     Unit
	Value    *decimal.Decimal // nil: none, and Reason says why
	Reason   Reason
	Measures []Figure   // in the line's order
	Reported []Reported // the newest first; never part of a measured value
	Headline *Reported  // whose value it is when the state is Published
}

// Figure is a measure with its latest reading.
type Figure struct {
	Measure
	Reading *Reading // nil: none
	Value   *decimal.Decimal
	Unit    Unit
	Reason  Reason
}

// Figure finds the line's measure.
func (s Standing) Figure(measure string) (Figure, bool) {
	for _, f := range s.Measures {
		if f.ID == measure {
			return f, true
		}
	}
	return Figure{}, false
}

// First is the figure that gives the line its value.
func (s Standing) First() (Figure, bool) {
	if len(s.Measures) == 0 {
		return Figure{}, false
	}
	return s.Measures[0], true
}

// AsOf is the instant of a measured value; zero when the value is not measured.
func (s Standing) AsOf() time.Time {
	if f, ok := s.First(); ok && s.State == Measured && f.Reading != nil {
		return f.Reading.AsOf
	}
	return time.Time{}
}

// Verdict holds the line's value against one of its milestones. A reported
// figure decides nothing: it was counted otherwise; nor does a count that does not
// cover the promise yet.
func (s Standing) Verdict(m Milestone) Verdict {
	if s.State != Measured {
		return Unknown
	}
	if f, ok := s.First(); ok && !f.Measure.Partial.IsZero() {
		return Unknown
	}
	return m.Judge(s.Value, s.Unit)
}

// figure makes a measure's value from its latest reading.
func figure(m Measure, latest *Reading, counted bool) Figure {
	f := Figure{Measure: m, Reading: latest, Unit: Share}
	if m.Kind == Breakdown {
		f.Unit = Total
	}
	switch {
	case latest == nil && !counted:
		f.Reason = NoSource
	case latest == nil:
		f.Reason = NotCounted
	case m.Kind == Breakdown:
		v := decimal.New(latest.Numerator, 0) // none at all is a number here: zero
		f.Value = &v
	default:
		if f.Value = share(latest.Numerator, latest.Denominator); f.Value == nil {
			f.Reason = NoRecords
		}
	}
	return f
}

// stand decides how a line stands on a day.
func stand(r *Resolution, l Line, latest map[string]Reading, counted map[string]bool, on database.Date) Standing {
	s := Standing{Line: l, State: NotMeasured, Reported: r.ReportedOf(l.ID), Reason: NoSource}
	for _, id := range l.Measures {
		m, _ := r.Measure(id) // Load refuses a line that names none
		var last *Reading
		if reading, has := latest[id]; has {
			last = &reading
		}
		s.Measures = append(s.Measures, figure(m, last, counted[id]))
	}
	first, has := s.First()
	switch {
	case l.Open():
		s.Reason = NotDeclared
	case has && first.Reading != nil:
		s.State, s.Unit, s.Value, s.Reason = Measured, first.Unit, first.Value, first.Reason
		return s
	case has:
		s.Reason = first.Reason
	}
	for i := range s.Reported {
		if f := &s.Reported[i]; f.Headline {
			v := f.Value
			s.State, s.Unit, s.Value, s.Reason, s.Headline = Published, f.Unit, &v, HasValue, f
			return s
		}
	}
	if l.Until != "" && on > l.Until {
		s.Reason = Ended
	}
	return s
}
