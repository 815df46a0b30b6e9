package targets

import (
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
)

// Reading is a count that was kept: of a measure in a month, or, put together from
// months, in a span of them.
type Reading struct {
	ID      string // empty when it is put together from months
	Measure string
	Version int64  // of the measure's definition
	Month   string // as 2026-11; of a span its last one
	From    time.Time
	AsOf    time.Time
	MadeAt  time.Time
	Sealed  bool // it never changes; of a span, all of its months are sealed

	Content   string // digest of every tally that was counted
	FactsTo   int64  // number of the last fact that was counted
	JournalTo int64  // line of the journal that was chained last when it was made
	Corrects  string // id of the sealed reading that this one stands beside
	Digest    string // of all of the above and the count
	Count
}

// digest is what a sealed reading is known by: whoever changes a field, or what was
// counted, gets another.
func (r Reading) digest() string {
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	return database.Digest(r.Measure, digits(r.Version), r.Month, at(r.AsOf), digits(r.Numerator), digits(r.Denominator), r.Content, digits(r.FactsTo), digits(r.JournalTo), r.Corrects)
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

// lastOn is the last instant of a line's that a measure may count by a day.
func (l Line) lastOn(now time.Time) time.Time {
	if l.Until == "" || database.Date(clock.Day(now)) <= l.Until {
		return now
	}
	return monthEnds(string(l.Until)[:7])
}

// stand decides how a line stands at an instant. A line that has ended stands as it
// did on its last day.
func stand(r *Resolution, l Line, s *Snapshot, counted map[string]bool, now time.Time) Standing {
	out := Standing{Line: l, State: NotMeasured, Reported: r.ReportedOf(l.ID), Reason: NoSource}
	for _, id := range l.Measures {
		m, _ := r.Measure(id) // Load refuses a line that names none
		var last *Reading
		if reading, has := s.span(m, m.SpanAt(l.lastOn(now))); has && counted[id] {
			last = &reading
		}
		out.Measures = append(out.Measures, figure(m, last, counted[id]))
	}
	first, has := out.First()
	switch {
	case l.Open():
		out.Reason = NotDeclared
	case has && first.Reading != nil:
		out.State, out.Unit, out.Value, out.Reason = Measured, first.Unit, first.Value, first.Reason
		return out
	case has:
		out.Reason = first.Reason
	}
	for i := range out.Reported {
		if f := &out.Reported[i]; f.Headline {
			v := f.Value
			out.State, out.Unit, out.Value, out.Reason, out.Headline = Published, f.Unit, &v, HasValue, f
			return out
		}
	}
	if l.Until != "" && database.Date(clock.Day(now)) > l.Until {
		out.Reason = Ended
	}
	return out
}
