package targets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
)

// grace is how long after its end a month waits to be sealed, so that what was done
// in its last moments has been counted.
const grace = 10 * time.Minute

// read writes a reading of each measure for every month in which something was
// counted since its last one, and seals the months that are over. A month whose
// sealed reading no longer holds gets a new one beside it, which says what it
// corrects.
func (room *Room) read(ctx context.Context) error {
	now := room.clock.Now()
	s, err := room.Snapshot(ctx)
	if err != nil {
		return err
	}
	latest := s.latest
	months, err := room.monthsToRead(ctx, latest, now)
	if err != nil {
		return err
	}
	stock, failed := room.readStock(ctx, latest, now)
	var done written
	err = room.db.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		done, err = room.write(ctx, tx, months, latest, stock, now)
		return err
	})
	if err == nil {
		room.snapMu.Lock()
		room.wrote = done
		room.snapMu.Unlock()
	}
	return errors.Join(failed, err)
}

// monthsToRead are this month, and those that are open or have newer facts than
// their reading.
func (room *Room) monthsToRead(ctx context.Context, latest map[string]map[string]Reading, now time.Time) ([]string, error) {
	this := MonthOf(now)
	all, err := room.knownMonths(ctx, this)
	if err != nil {
		return nil, err
	}
	last, err := lastFacts(ctx, room.db.Read(), all)
	if err != nil {
		return nil, err
	}
	var dirty []string
	for _, month := range all {
		for id := range room.rules {
			if r, has := latest[id][month]; !has || !r.Sealed || last[month] > r.FactsTo {
				dirty = append(dirty, month)
				break
			}
		}
	}
	return dirty, nil
}

// knownMonths are the months of facts, and this one.
func (room *Room) knownMonths(ctx context.Context, this string) ([]string, error) {
	s, err := room.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{this: true}
	for m := range s.months {
		known[m] = true
	}
	seq := s.facts
	newer, err := monthsBehind(ctx, room.db.Read(), seq)
	if err != nil {
		return nil, err
	}
	for _, m := range newer {
		known[m] = true
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(known)), func(m string) bool { return m > this }), nil
}

// readStock counts what is counted by the day: for this month as it stands, and for
// each month before that has no sealed reading, as of its last day.
func (room *Room) readStock(ctx context.Context, latest map[string]map[string]Reading, now time.Time) (made []Reading, failed error) {
	s, err := room.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	this := MonthOf(now)
	first := this
	if months, any := s.Months(); any && months.From < first {
		first = months.From
	}
	for _, m := range room.resolution.Measures {
		if _, tallied := room.rules[m.ID]; tallied || !room.counted[m.ID] {
			continue
		}
		Span{first, this}.each(func(month string) {
			if r, has := latest[m.ID][month]; has && r.Sealed {
				return
			}
			asOf := now
			if month < this {
				asOf = monthEnds(month)
			}
			c, err := room.Count(ctx, m.ID, time.Time{}, asOf)
			if err != nil {
				failed = errors.Join(failed, err)
				return
			}
			var parts []string
			for _, x := range c.By[BySubject] {
				parts = append(parts, x.Key, digits(x.Numerator), digits(x.Denominator))
			}
			made = append(made, Reading{Measure: m.ID, Version: m.Version, Month: month, AsOf: asOf, Count: c, Content: database.Digest(parts...)})
		})
	}
	return made, failed
}

// written is what a refresh counted, which the next snapshot need not read again.
type written struct {
	facts  int64
	months map[string]*month
}

// write counts the months from the tallies and keeps their readings. No fact is
// kept meanwhile, so a reading holds exactly the facts up to the one that it names.
func (room *Room) write(ctx context.Context, tx *database.Tx, months []string, latest map[string]map[string]Reading, stock []Reading, now time.Time) (done written, err error) {
	if err := database.Lock(ctx, tx, "facts"); err != nil {
		return done, err
	}
	seq, err := lastFact(ctx, tx)
	if err != nil {
		return done, err
	}
	journal, err := audit.Head(ctx, tx)
	if err != nil {
		return done, err
	}
	settled := true
	if room.Settled != nil {
		if settled, err = room.Settled(ctx, tx); err != nil {
			return done, err
		}
	}
	tallies, err := talliesIn(ctx, tx, months)
	if err != nil {
		return done, err
	}
	this := MonthOf(now)
	put := func(r Reading) error {
		was, has := latest[r.Measure][r.Month]
		over := r.Month < this && !now.Before(monthEnds(r.Month).Add(grace)) && settled
		switch {
		case has && was.Sealed && (!over || was.Content == r.Content):
			return nil // it holds, or it is not the time to say that it does not
		case has && was.Sealed:
			r.Corrects = was.ID
		}
		if over { // another copy of the program may have been faster
			held, err := lastOf(ctx, tx, r.Measure, r.Month)
			if err != nil {
				return err
			}
			for _, h := range held {
				if h.Sealed && h.Content == r.Content {
					return nil
				}
			}
		}
		r.ID, r.MadeAt, r.Sealed, r.FactsTo, r.JournalTo = database.NewID(), now, over, seq, journal
		r.Digest = r.digest()
		return keep(ctx, tx, r)
	}
	for _, month := range months {
		for _, m := range room.resolution.Measures {
			rule, tallied := room.rules[m.ID]
			if !tallied {
				continue
			}
			sum := newAdding(rule, nil)
			sum.month(tallies[month])
			asOf := now
			if end := monthEnds(month); end.Before(now) {
				asOf = end
			}
			r := Reading{Measure: m.ID, Version: m.Version, Month: month, AsOf: asOf, Count: sum.count(), Content: content(tallies[month].tallies, rule)}
			if err := r.check(); err != nil {
				return done, fmt.Errorf("count %s: %w", m.ID, err)
			}
			if err := put(r); err != nil {
				return done, err
			}
		}
	}
	for _, r := range stock {
		if err := put(r); err != nil {
			return done, err
		}
	}
	return written{seq, tallies}, nil
}

// Verdicts of a recount.
const (
	diffTallies = "tallies"
	diffReading = "reading"
)

// Difference is a number that the records do not bear out.
type Difference struct {
	What      string // tallies, or reading
	Month     string
	Measure   string // of a reading
	Tally     Tally  // of tallies: N is what was kept
	Kept      int64
	Recounted int64
	Why       string // of a reading: what does not hold
}

// Recounting is what a recount found.
type Recounting struct {
	Facts       int64 // that the records make
	Tallies     int64 // kept numbers that were compared
	Readings    int64 // sealed readings that were looked at
	Waiting     bool  // acts wait to be counted: what differs may be theirs
	Differences []Difference
}

// Recount counts everything anew from the records, and says what differs from what
// was kept by increments. It changes nothing.
func (room *Room) Recount(ctx context.Context) (Recounting, error) {
	var found Recounting
	q := room.db.Read()
	before, settled, err := room.standsAt(ctx, q)
	if err != nil {
		return found, err
	}
	sums := map[Tally]int64{}
	for _, recorder := range room.recorders {
		tallies, err := recorder.Recount(ctx, room.db, room.resolution.Within())
		if err != nil {
			return found, err
		}
		for _, t := range tallies {
			n := t.N
			t.N = 0
			sums[t] += n
			if t.Axis == Whole {
				found.Facts += n
			}
		}
	}
	months, err := tallied(ctx, q)
	if err != nil {
		return found, err
	}
	kept, err := talliesIn(ctx, q, months)
	if err != nil {
		return found, err
	}
	for _, m := range months {
		for _, t := range kept[m].tallies {
			found.Tallies++
			n := t.N
			t.N = 0
			if sums[t] != n {
				found.Differences = append(found.Differences, Difference{What: diffTallies, Month: m, Tally: t, Kept: n, Recounted: sums[t]})
			}
			delete(sums, t)
		}
	}
	for _, t := range sorted(sums) {
		n := t.N
		t.N = 0
		found.Differences = append(found.Differences, Difference{What: diffTallies, Month: t.Month, Tally: t, Recounted: n})
	}
	if err := room.checkReadings(ctx, q, kept, &found); err != nil {
		return found, err
	}
	// Records and tallies are not read at one instant: what came in between is in one of
	// them only.
	after, settledNow, err := room.standsAt(ctx, q)
	found.Waiting = !settled || !settledNow || after != before
	return found, err
}

// standsAt says which fact is the last, and whether no act waits to be counted.
func (room *Room) standsAt(ctx context.Context, q database.Querier) (last int64, settled bool, err error) {
	if last, err = lastFact(ctx, q); err != nil || room.Settled == nil {
		return last, true, err
	}
	settled, err = room.Settled(ctx, q)
	return last, settled, err
}

// checkReadings looks at every sealed reading: whether it is what was written, and
// whether the facts that it names still make its number.
func (room *Room) checkReadings(ctx context.Context, q database.Querier, kept map[string]*month, found *Recounting) error {
	all, err := allReadings(ctx, q)
	if err != nil {
		return err
	}
	contents := map[[3]string]string{} // of a fact in a month up to a fact: measures share them
	for _, r := range all {
		if !r.Sealed {
			continue
		}
		found.Readings++
		wrong := func(why string, recounted int64) {
			found.Differences = append(found.Differences, Difference{What: diffReading, Month: r.Month, Measure: r.Measure, Kept: r.Numerator, Recounted: recounted, Why: why})
		}
		if r.digest() != r.Digest {
			wrong("digest", r.Numerator)
		}
		rule, tallied := room.rules[r.Measure]
		if !tallied {
			continue
		}
		later, err := factsOfMonthBehind(ctx, q, r.Month, r.FactsTo)
		if err != nil {
			return err
		}
		m := kept[r.Month]
		if m == nil {
			m = &month{}
		}
		if len(later) > 0 {
			m = m.before(later)
		}
		sum := newAdding(rule, nil)
		sum.month(m)
		if c := sum.count(); c.Numerator != r.Numerator || c.Denominator != r.Denominator {
			wrong("count", c.Numerator)
			continue
		}
		key := [3]string{r.Month, rule.Fact, digits(r.FactsTo)}
		if contents[key] == "" {
			contents[key] = content(m.tallies, rule)
		}
		if contents[key] != r.Content {
			wrong("content", r.Numerator)
		}
	}
	return nil
}

// before is a month without its latest facts.
func (m *month) before(later []Fact) *month {
	sums := map[Tally]int64{}
	for _, t := range m.tallies {
		n := t.N
		t.N = 0
		sums[t] = n
	}
	for _, t := range Tallies(later) {
		n := t.N
		t.N = 0
		sums[t] -= n
	}
	return &month{sorted(sums)}
}
