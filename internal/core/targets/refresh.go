package targets

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/fault"
)

// Room is the targets of one resolution with the sources that count them.
type Room struct {
	db         *database.DB
	clock      clock.Clock
	resolution *Resolution
	sources    map[string]Source
	counted    map[string]bool

	wanted  chan struct{} // holds one token: a counting is asked for
	running chan struct{} // holds one token: one counting at a time
	mu      sync.Mutex
	next    *turn
	free    time.Time // when the next counting may begin
}

// Countings begin at least this far apart, however many acts there are.
const pause = time.Second

// New joins a resolution and its sources. Two sources for one measure are a
// mistake of the wiring; a measure that no source counts is not measured; a
// source may count what this resolution does not ask for.
func New(db *database.DB, c clock.Clock, r *Resolution, sources ...Source) (*Room, error) {
	room := &Room{db: db, clock: c, resolution: r, sources: map[string]Source{}, counted: map[string]bool{}, wanted: make(chan struct{}, 1), running: make(chan struct{}, 1)}
	for _, s := range sources {
		for _, id := range s.Measures() {
			if _, defined := r.Measure(id); !defined {
				continue
			}
			if room.counted[id] {
				return nil, fmt.Errorf("targets: two sources count %s", id)
			}
			room.sources[id], room.counted[id] = s, true
		}
	}
	return room, nil
}

// Resolution gives the promises.
func (room *Room) Resolution() *Resolution { return room.resolution }

// OnEvent is the subscriber for events that change what is counted: it asks for
// a counting, which Run does. Nothing is kept of it: a process that starts counts
// anyway, and so does every hour.
func (room *Room) OnEvent(context.Context, *database.Tx, []event.Event) error {
	room.wish()
	return nil
}

func (room *Room) wish() {
	select {
	case room.wanted <- struct{}{}:
	default: // somebody has asked already
	}
}

// often is how long a reading stands without any event: full services change with
// the day, not with an act.
const often = time.Hour

// Run counts at once, whenever an event asks for it, and every hour, until ctx
// ends. A counting that failed is tried again.
func (room *Room) Run(ctx context.Context, failed func(error)) {
	room.wish()
	tick := time.NewTicker(often)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-room.wanted:
		}
		err := room.Refresh(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			failed(err)
			time.AfterFunc(10*time.Second, room.wish)
		}
	}
}

// turn is one counting that callers wait for together.
type turn struct {
	done chan struct{}
	err  error
}

// Refresh counts every measure that has a source and keeps the readings. Calls
// that come together share one counting, which begins after the last of them was
// made and so sees what each has committed; countings begin at least a second
// apart.
func (room *Room) Refresh(ctx context.Context) error {
	for {
		room.mu.Lock()
		t, first := room.next, false
		if t == nil {
			t, first = &turn{done: make(chan struct{})}, true
			room.next = t
		}
		room.mu.Unlock()
		if first {
			t.err = room.take(ctx)
			close(t.done)
			return t.err
		}
		select {
		case <-t.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		// Whoever did the counting may have been called off: that is not this
		// caller's affair.
		if !errors.Is(t.err, context.Canceled) && !errors.Is(t.err, context.DeadlineExceeded) || ctx.Err() != nil {
			return t.err
		}
	}
}

// take waits for its time, closes the turn to further callers and counts.
func (room *Room) take(ctx context.Context) error {
	begin := func() {
		room.mu.Lock()
		defer room.mu.Unlock()
		room.next = nil
		room.free = clock.System.Now().Add(pause)
	}
	select {
	case room.running <- struct{}{}:
		defer func() { <-room.running }()
	case <-ctx.Done():
		room.leave()
		return ctx.Err()
	}
	room.mu.Lock()
	wait := room.free.Sub(clock.System.Now())
	room.mu.Unlock()
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			room.leave()
			return ctx.Err()
		}
	}
	begin()
	return room.count(ctx)
}

// leave gives the turn up, so that another caller takes one.
func (room *Room) leave() {
	room.mu.Lock()
	defer room.mu.Unlock()
	room.next = nil
}

// count counts every measure as of one instant, and keeps what it could count
// even when one source fails.
func (room *Room) count(ctx context.Context) error {
	now := room.clock.Now()
	var readings []Reading
	var failed error
	for _, m := range room.resolution.Measures {
		if !room.counted[m.ID] {
			continue
		}
		c, err := room.Count(ctx, m.ID, now)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		readings = append(readings, Reading{ID: database.NewID(), Measure: m.ID, AsOf: now, MadeAt: room.clock.Now(), Count: c})
	}
	err := room.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, r := range readings {
			if err := keep(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(failed, err)
}

// Count counts one measure as of an instant. A count that is not whole is
// refused.
func (room *Room) Count(ctx context.Context, measure string, asOf time.Time) (Count, error) {
	source, question, err := room.ask(measure, asOf)
	if err != nil {
		return Count{}, err
	}
	c, err := source.Count(ctx, room.db.Read(), question)
	if err == nil {
		err = c.check()
	}
	if m, _ := room.resolution.Measure(measure); err == nil && m.Kind == Breakdown && c.Numerator != c.Denominator {
		err = fmt.Errorf("a breakdown counts %d of %d", c.Numerator, c.Denominator)
	}
	if err != nil {
		return Count{}, fmt.Errorf("count %s: %w", measure, err)
	}
	return c, nil
}

func (room *Room) ask(measure string, asOf time.Time) (Source, Question, error) {
	source, ok := room.sources[measure]
	if !ok {
		return nil, Question{}, fault.Missing("source of measure", measure)
	}
	return source, Question{Measure: measure, Within: room.resolution.Within(), AsOf: asOf}, nil
}

// Opened is a number opened: the records of one part of a reading that a scope
// reaches, and how many there are beyond it.
type Opened struct {
	Reading Reading
	Part    Part
	Page    Page
	Records
}

// Total is the number itself: the records within the scope and those outside.
func (o Opened) Total() int64 { return o.Reading.Of(o.Part) }

// Open opens a reading to the records that it counted. A reading that is not
// sealed may have missed an act that was being written while it counted; then it
// is counted anew, and the new one is opened. One that is sealed is never
// counted anew: that its records do not add up is a fault of the source.
func (room *Room) Open(ctx context.Context, r Reading, scope access.Scope, part Part, page Page) (Opened, error) {
	if part != Numerator && part != Denominator && part != Rest {
		return Opened{}, fault.Missing("part", string(part))
	}
	for try := 1; ; try++ {
		source, question, err := room.ask(r.Measure, r.AsOf)
		if err != nil {
			return Opened{}, err
		}
		records, err := source.Open(ctx, room.db.Read(), question, scope, part, page)
		if err == nil {
			if err = records.check(r.Count, part); err == nil {
				return Opened{Reading: r, Part: part, Page: page, Records: records}, nil
			}
		}
		if !errors.Is(err, errNotTheCount) || r.Sealed || try == attempts {
			return Opened{}, fmt.Errorf("open %s: %w", r.Measure, err)
		}
		now := room.clock.Now()
		c, err := room.Count(ctx, r.Measure, now)
		if err != nil {
			return Opened{}, err
		}
		r = Reading{ID: database.NewID(), Measure: r.Measure, Unit: r.Unit, AsOf: now, MadeAt: now, Count: c}
		if err := room.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return keep(ctx, tx, r) }); err != nil {
			return Opened{}, err
		}
	}
}

// attempts is how often a number is counted anew while acts go on.
const attempts = 4

// Standings are all lines in the resolution's order, as they stand now.
func (room *Room) Standings(ctx context.Context) ([]Standing, error) {
	last, err := latest(ctx, room.db.Read(), "")
	if err != nil {
		return nil, err
	}
	on := database.Date(clock.Day(room.clock.Now()))
	all := make([]Standing, len(room.resolution.Lines))
	for i, l := range room.resolution.Lines {
		all[i] = stand(room.resolution, l, last, room.counted, on)
	}
	return all, nil
}

// Standing is one line as it stands now.
func (room *Room) Standing(ctx context.Context, id string) (Standing, error) {
	l, ok := room.resolution.Line(id)
	if !ok {
		return Standing{}, fault.Missing("line", id)
	}
	last, err := latest(ctx, room.db.Read(), "")
	if err != nil {
		return Standing{}, err
	}
	return stand(room.resolution, l, last, room.counted, database.Date(clock.Day(room.clock.Now()))), nil
}
