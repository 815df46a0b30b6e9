package worktime

import (
	"slices"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
)

// Deadline is until when a matter must be settled.
type Deadline struct {
	At time.Time `json:"at,omitzero"` // zero while Paused
	// Provisional: it rests on days whose days off are not published. It is
	// shown as such, and counted again when the calendar comes.
	Provisional bool `json:"provisional,omitempty"`
	// Paused: the limit stands still, and nobody can say yet until when.
	Paused bool `json:"paused,omitempty"`
}

// Event is what changes how a limit runs: a Pause or a Restart.
type Event interface{ check() error }

// Pause is a time in which a limit stands still, by a ground of law.
type Pause struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero"` // zero: it has not ended
	Ground string    `json:"ground"`
}

// Restart voids what was counted since From: the limit counts again from zero
// at At (Decree 61/2018, Art. 19.4: once a supplemented dossier is complete).
type Restart struct {
	From   time.Time `json:"from"`
	At     time.Time `json:"at"`
	Ground string    `json:"ground"`
}

func (p Pause) check() error {
	switch {
	case p.Ground == "":
		return fault.New(fault.Invalid, "worktime.ground_missing")
	case p.From.IsZero() || !p.To.IsZero() && p.To.Before(p.From):
		return fault.New(fault.Invalid, "worktime.pause_order")
	}
	return nil
}

func (r Restart) check() error {
	switch {
	case r.Ground == "":
		return fault.New(fault.Invalid, "worktime.ground_missing")
	case r.From.IsZero() || r.At.Before(r.From):
		return fault.New(fault.Invalid, "worktime.restart_order")
	}
	return nil
}

// Deadline counts a limit from start, the moment of acceptance. A limit that is
// unknown is a fault: a clerk has to enter a date and a reason.
func (c *Calendar) Deadline(start time.Time, l Limit, events ...Event) (Deadline, error) {
	r, err := c.run(start, l, events)
	if err != nil {
		return Deadline{}, err
	}
	return r.deadline, nil
}

// run is one counting of a limit, with all that led to its deadline.
type run struct {
	start    time.Time // after the last restart
	voided   []Restart
	pauses   []Pause // that end after start, by their beginning
	stops    []stop  // for limits in days: the days that are not counted
	begin    dayNumber
	base     dayNumber // the day that the limit excludes; for same_day the day before the first that may count
	needed   int       // days to count; 0 for limits in hours
	last     dayNumber // the last day counted, before a day off moves the deadline
	deadline Deadline
}

// stop is a stretch of days that a pause takes away, without its end.
type stop struct {
	from, to dayNumber
	ground   string
}

// never is the day of the end of a pause that has not ended.
const never = dayNumber(1 << 30)

func (c *Calendar) run(start time.Time, l Limit, events []Event) (run, error) {
	if err := l.Check(); err != nil {
		return run{}, err
	}
	if l.Unit == Unknown {
		return run{}, fault.New(fault.Invalid, "worktime.limit_unknown")
	}
	r := run{start: start}
	for _, e := range events {
		if err := e.check(); err != nil {
			return run{}, err
		}
		switch e := e.(type) {
		case Pause:
			r.pauses = append(r.pauses, e)
		case Restart:
			r.voided = append(r.voided, e)
		}
	}
	slices.SortStableFunc(r.voided, func(a, b Restart) int { return a.At.Compare(b.At) })
	for _, v := range r.voided {
		if v.From.Before(r.start) {
			return run{}, fault.New(fault.Invalid, "worktime.restart_order")
		}
		r.start = v.At
	}
	slices.SortStableFunc(r.pauses, func(a, b Pause) int { return a.From.Compare(b.From) })
	r.pauses = slices.DeleteFunc(r.pauses, func(p Pause) bool { return !p.To.IsZero() && !p.To.After(r.start) })

	var ns int64
	r.begin, ns = split(r.start)
	r.base = r.begin
	switch l.Unit {
	case WorkingHours:
		c.runHours(&r, time.Duration(l.Amount)*time.Hour)
	case WorkingDays:
		r.needed = l.Amount
		c.runWorkingDays(&r)
	case SameDay:
		r.needed = 1
		if c.sameDay(r.begin, ns, l.CutOff) {
			r.base--
		}
		c.runWorkingDays(&r)
	case CalendarDays:
		r.needed = l.Amount
		c.runCalendarDays(&r)
	case Months:
		r.needed = int(corresponding(r.begin, l.Amount) - r.begin)
		c.runCalendarDays(&r)
	}
	if !r.deadline.Paused {
		end, _ := split(r.deadline.At)
		r.deadline.Provisional = !c.published(r.begin) || !c.published(end)
	}
	return r, nil
}

// sameDay says whether what is received at this moment is due the same day: the
// office still works on it, and it is not after the cut-off ("sau 15 giờ").
func (c *Calendar) sameDay(d dayNumber, ns int64, cutOff TimeOfDay) bool {
	if !c.table.works(d) || ns >= c.table.hours(d).close() {
		return false
	}
	return cutOff == 0 || ns <= int64(cutOff)*int64(time.Minute)
}

// corresponding is the same day of the month some months later, or the last day
// of a month that has none (Civil Code, Art. 148).
func corresponding(d dayNumber, months int) dayNumber {
	t := d.at(0)
	last := time.Date(t.Year(), t.Month()+time.Month(months)+1, 0, 0, 0, 0, 0, clock.Zone)
	day, _ := split(last.AddDate(0, 0, min(t.Day(), last.Day())-last.Day()))
	return day
}

func (c *Calendar) runHours(r *run, left time.Duration) {
	now := r.start
	for _, p := range r.pauses {
		if !p.From.After(now) {
			if p.To.IsZero() {
				r.deadline.Paused = true
				return
			}
			now = later(now, p.To)
			continue
		}
		ran := c.Between(now, p.From)
		if ran >= left {
			break
		}
		if p.To.IsZero() {
			r.deadline.Paused = true
			return
		}
		left -= ran
		now = p.To
	}
	r.deadline.At = c.Add(now, left)
	r.last, _ = split(r.deadline.At)
}

func (c *Calendar) runWorkingDays(r *run) {
	c.stop(r, c.NextOpen)
	k := c.table.daysBefore(r.base+1) + int64(r.needed) - 1
	for _, s := range c.merged(r) {
		if c.table.daysBefore(s.from) > k {
			break
		}
		if s.to == never {
			r.deadline.Paused = true
			return
		}
		k += c.table.daysBefore(s.to) - c.table.daysBefore(s.from)
	}
	r.last = c.table.day(k)
	r.deadline.At = c.closeOf(r.last)
}

func (c *Calendar) runCalendarDays(r *run) {
	c.stop(r, func(t time.Time) time.Time { return t })
	r.last = r.base + dayNumber(r.needed)
	stops := c.merged(r)
	for len(stops) > 0 && stops[0].from <= r.last {
		if stops[0].to == never {
			r.deadline.Paused = true
			return
		}
		r.last += stops[0].to - stops[0].from
		stops = stops[1:]
	}
	// A last day that is a day off moves the deadline (Art. 148); a pause that
	// begins before the deadline has come moves it on.
	due := c.workingFrom(r.last)
	for len(stops) > 0 && stops[0].from <= due {
		if stops[0].to == never {
			r.deadline.Paused = true
			return
		}
		due = c.workingFrom(max(due, stops[0].to))
		stops = stops[1:]
	}
	r.deadline.At = c.closeOf(due)
}

// stop turns the pauses into days that are not counted: those that begin within
// the pause. effective tells when a pause really starts and ends.
func (c *Calendar) stop(r *run, effective func(time.Time) time.Time) {
	for _, p := range r.pauses {
		from, _ := split(effective(p.From))
		to := never
		if !p.To.IsZero() {
			to, _ = split(effective(p.To))
		}
		if from = max(from, r.base+1); from < to {
			r.stops = append(r.stops, stop{from, to, p.Ground})
		}
	}
}

// merged joins the stops that overlap.
func (c *Calendar) merged(r *run) []stop {
	var joined []stop
	for _, s := range r.stops { // in the order of their beginning
		if n := len(joined); n > 0 && s.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
