package targets

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// Snapshot is everything that the board is drawn from, as it stood at one instant.
// It never changes; a newer one takes its place and shares the months in which
// nothing happened.
type Snapshot struct {
	At       time.Time
	facts    int64     // number of the last fact
	made     time.Time // when the last reading was made
	day      string
	months   map[string]*month
	today    []Fact // of the day that is not over
	readings []Reading
	latest   map[string]map[string]Reading // measure → month → the reading that holds
	stock    map[string]Count              // what is counted by the day, now
	rules    map[string]Rule
	lines    []Standing
}

// Version names the snapshot: two of the same version are drawn alike.
func (s *Snapshot) Version() string {
	return database.Digest(digits(s.facts), s.made.Format(time.RFC3339Nano), s.day)[:16]
}

// Span is a time that a measure is counted over: whole months, both included.
type Span struct{ From, To string }

// SpanAt is the span of a measure that ends with the month of an instant.
func (m Measure) SpanAt(at time.Time) Span {
	to := MonthOf(at)
	if m.Window == Daily {
		return Span{to, to}
	}
	return Span{shiftMonth(to, -11), to}
}

// Year is the span of a calendar year.
func Year(year string) Span { return Span{year + "-01", year + "-12"} }

// Begins and Ends are the first and the last instant of the span.
func (s Span) Begins() time.Time { return monthBegins(s.From) }

// Ends is the last instant.
func (s Span) Ends() time.Time { return monthEnds(s.To) }

// each calls f with the months of the span, in order.
func (s Span) each(f func(month string)) {
	for m := s.From; m <= s.To; m = shiftMonth(m, 1) {
		f(m)
	}
}

// span puts a reading together from the months of a span. ok is false when the
// measure was never counted in it.
func (s *Snapshot) span(m Measure, over Span) (Reading, bool) {
	r := Reading{Measure: m.ID, Version: m.Version, Month: over.To, From: over.Begins(), AsOf: s.At, Sealed: true}
	if end := over.Ends(); end.Before(r.AsOf) {
		r.AsOf = end
	}
	of := s.latest[m.ID]
	rule, tallied := s.rules[m.ID]
	if !tallied {
		last, has := of[over.To]
		if has && over.To == MonthOf(s.At) {
			if stock, known := s.stock[m.ID]; known {
				last.Count = stock
			}
		}
		return last, has
	}
	sum := newAdding(rule, []Axis{ByUnit, ByChannel, BySubject})
	has := false
	over.each(func(month string) {
		sum.month(s.months[month])
		reading, read := of[month]
		has = has || read
		if read && reading.MadeAt.After(r.MadeAt) {
			r.MadeAt = reading.MadeAt
		}
		r.Sealed = r.Sealed && (!read || reading.Sealed)
	})
	r.Count = sum.count()
	return r, has
}

// Reading is a measure counted over a span.
func (s *Snapshot) Reading(m Measure, over Span) (Reading, bool) { return s.span(m, over) }

// Midnight is a measure counted over a span as it stood when today began: what is
// broken down for everybody, so that nobody can watch single records come.
func (s *Snapshot) Midnight(m Measure, over Span) Count {
	rule, tallied := s.rules[m.ID]
	if !tallied {
		r, _ := s.span(m, over)
		return r.Count
	}
	sum := newAdding(rule, []Axis{ByUnit, ByChannel, BySubject})
	over.each(func(month string) { sum.month(s.months[month]) })
	for _, f := range s.today {
		if over.From <= f.Month && f.Month <= over.To {
			sum.without(f)
		}
	}
	return sum.count()
}

// Series are the readings that hold, month by month, up to a month.
func (s *Snapshot) Series(measure, to string) []Reading {
	var all []Reading
	for _, month := range slices.Sorted(maps.Keys(s.latest[measure])) {
		if month <= to {
			all = append(all, s.latest[measure][month])
		}
	}
	return all
}

// Readings are all readings of some measures, also those that were corrected, the
// newest first.
func (s *Snapshot) Readings(measures []string) []Reading {
	var all []Reading
	for _, r := range s.readings {
		if slices.Contains(measures, r.Measure) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b Reading) int {
		if c := b.MadeAt.Compare(a.MadeAt); a.Month == b.Month && c != 0 {
			return c
		}
		return cmp.Compare(b.Month, a.Month)
	})
	return all
}

// ByMonth counts a measure in one unit, or everywhere ("") in each month of a span.
func (s *Snapshot) ByMonth(measure string, units []string, over Span) []Cell {
	rule, tallied := s.rules[measure]
	if !tallied {
		return nil
	}
	var all []Cell
	over.each(func(month string) {
		c := Cell{Key: month}
		for _, t := range s.months[month].rows(rule.Fact, ByUnit) {
			if units != nil && !slices.Contains(units, t.Key) {
				continue
			}
			if rule.of(t.Class) {
				c.Denominator += t.N
			}
			if rule.hit(t.Class) {
				c.Numerator += t.N
			}
		}
		all = append(all, c)
	})
	return all
}

// Months is the span from the first month that anything was counted in to the last.
func (s *Snapshot) Months() (Span, bool) {
	months := slices.Sorted(maps.Keys(s.months))
	if len(months) == 0 {
		return Span{}, false
	}
	return Span{months[0], months[len(months)-1]}, true
}

// fresh is how long, in real time, a snapshot is taken for the newest without asking.
const fresh = 100 * time.Millisecond

// Snapshot gives the board as it stands.
func (room *Room) Snapshot(ctx context.Context) (*Snapshot, error) {
	room.snapMu.Lock()
	defer room.snapMu.Unlock()
	real, day := clock.System.Now(), clock.Day(room.clock.Now())
	if s := room.snap; s != nil && s.day == day && real.Sub(room.looked) < fresh {
		return s, nil
	}
	return room.look(ctx, whatChanged)
}

// looking says whether a snapshot is made anew though nothing seems to have changed.
type looking int

const (
	whatChanged looking = iota
	anew
)

// look reads what has changed. The caller holds the lock.
func (room *Room) look(ctx context.Context, how looking) (*Snapshot, error) {
	looked := clock.System.Now()
	q, now := room.db.Read(), room.clock.Now()
	last := room.snap
	facts, made, err := state(ctx, q)
	if err != nil {
		return nil, err
	}
	day := clock.Day(now)
	if how == whatChanged && last != nil && last.facts == facts && last.made.Equal(made) && last.day == day {
		room.looked = looked
		return last, nil
	}
	s := &Snapshot{At: now, facts: facts, made: made, day: day, months: map[string]*month{}, latest: map[string]map[string]Reading{}, stock: map[string]Count{}, rules: room.rules}
	var changed []string
	switch {
	case last == nil:
		changed, err = tallied(ctx, q)
	case room.wrote.facts == facts && facts > 0:
		maps.Copy(s.months, last.months)
		maps.Copy(s.months, room.wrote.months)
	default:
		maps.Copy(s.months, last.months)
		changed, err = monthsBehind(ctx, q, last.facts)
	}
	if err != nil {
		return nil, err
	}
	if len(changed) > 0 {
		months, err := talliesIn(ctx, q, changed)
		if err != nil {
			return nil, err
		}
		maps.Copy(s.months, months)
	}
	if s.today, err = factsSince(ctx, q, midnight(now)); err != nil {
		return nil, err
	}
	if last == nil {
		s.readings, err = allReadings(ctx, q)
	} else {
		var newer []Reading
		newer, err = readingsSince(ctx, q, last.made.Add(-time.Minute)) // clocks of several machines differ
		s.readings = replaced(last.readings, newer)
	}
	if err != nil {
		return nil, err
	}
	for _, r := range s.readings {
		if s.latest[r.Measure] == nil {
			s.latest[r.Measure] = map[string]Reading{}
		}
		s.latest[r.Measure][r.Month] = r
	}
	if err := room.countStock(ctx, s); err != nil {
		return nil, err
	}
	for _, l := range room.resolution.Lines {
		s.lines = append(s.lines, stand(room.resolution, l, s, room.counted, now))
	}
	room.snap, room.looked = s, looked
	return s, nil
}

// replaced puts newer readings in the place of those with the same id, and leaves out
// the open one of a month that is sealed now.
func replaced(all, newer []Reading) []Reading {
	fresh, sealed := map[string]bool{}, map[[2]string]bool{}
	for _, r := range newer {
		fresh[r.ID] = true
		sealed[[2]string{r.Measure, r.Month}] = sealed[[2]string{r.Measure, r.Month}] || r.Sealed
	}
	merged := make([]Reading, 0, len(all)+len(newer))
	for _, r := range all {
		if !fresh[r.ID] && (r.Sealed || !sealed[[2]string{r.Measure, r.Month}]) {
			merged = append(merged, r)
		}
	}
	merged = append(merged, newer...)
	slices.SortStableFunc(merged, func(a, b Reading) int {
		return cmp.Or(cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Month, b.Month), a.MadeAt.Compare(b.MadeAt))
	})
	return merged
}

// countStock counts what is counted by the day and was counted before.
func (room *Room) countStock(ctx context.Context, s *Snapshot) error {
	for _, m := range room.resolution.Measures {
		if _, tallied := room.rules[m.ID]; tallied || !room.counted[m.ID] || s.latest[m.ID] == nil {
			continue
		}
		c, err := room.Count(ctx, m.ID, time.Time{}, s.At)
		if err != nil {
			return err
		}
		s.stock[m.ID] = c
	}
	return nil
}

func midnight(now time.Time) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, clock.Day(now), clock.Zone)
	if err != nil {
		return now
	}
	return t.UTC()
}
