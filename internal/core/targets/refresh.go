package targets

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	sources    map[string]Source // by measure
	recorders  []Recorder
	counted    map[string]bool
	rules      map[string]Rule
	// Settled says that no act waits to be counted; nil: nobody knows, and months are
	// sealed all the same, since what comes late makes a correction.
	Settled func(ctx context.Context, q database.Querier) (bool, error)

	running chan struct{} // holds one token: one counting at a time
	mu      sync.Mutex
	next    *turn
	free    time.Time // when the next counting may begin

	snapMu sync.Mutex
	snap   *Snapshot
	wrote  written
	looked time.Time // in real time
}

// Countings begin at least this far apart, however many acts there are.
const pause = time.Second

// New joins a resolution and its sources. Two sources for one measure are a
// mistake of the wiring; a measure that no source counts is not measured; a
// source may count what this resolution does not ask for.
func New(db *database.DB, c clock.Clock, r *Resolution, sources ...Source) (*Room, error) {
	room := &Room{db: db, clock: c, resolution: r, sources: map[string]Source{}, counted: map[string]bool{}, rules: map[string]Rule{}, running: make(chan struct{}, 1)}
	for _, s := range sources {
		if recorder, ok := s.(Recorder); ok {
			room.recorders = append(room.recorders, recorder)
		}
		for _, id := range s.Measures() {
			if _, defined := r.Measure(id); !defined {
				continue
			}
			if room.counted[id] {
				return nil, fmt.Errorf("targets: two sources count %s", id)
			}
			room.sources[id], room.counted[id] = s, true
			if rule, ok := s.Rule(id); ok {
				room.rules[id] = rule
			}
		}
	}
	return room, nil
}

// Resolution gives the promises.
func (room *Room) Resolution() *Resolution { return room.resolution }

// OnEvent is the subscriber for events of records: what happened to them is counted
// in the transaction in which the event is handled. The readings follow, see Run.
func (room *Room) OnEvent(ctx context.Context, tx *database.Tx, events []event.Event) error {
	var records []string
	for _, e := range events {
		records = append(records, e.Subject)
	}
	slices.Sort(records)
	return room.Keep(ctx, tx, slices.Compact(records))
}

// How often Run looks whether something was counted, by this process or another,
// and how long a reading stands when nothing was: full services change with the day.
const (
	looks = 500 * time.Millisecond
	often = time.Hour
)

// Run refreshes the readings at once, whenever facts were kept, and every hour, until
// ctx ends. A counting that failed is tried again.
func (room *Room) Run(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(looks)
	defer tick.Stop()
	var read int64
	var next time.Time
	for {
		seq, err := lastFact(ctx, room.db.Read())
		if real := clock.System.Now(); err == nil && (seq > read || !real.Before(next)) {
			if err = room.Refresh(ctx); err == nil {
				read, next = seq, real.Add(often)
			} else {
				next = real.Add(10 * time.Second)
			}
		}
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Keep counts what happened to some records, in the transaction in which that is heard
// of. Keeping it again changes nothing.
func (room *Room) Keep(ctx context.Context, tx *database.Tx, records []string) error {
	for _, recorder := range room.recorders {
		facts, err := recorder.FactsOf(ctx, tx, room.resolution.Within(), records)
		if err != nil {
			return err
		}
		if err := keepFacts(ctx, tx, facts); err != nil {
			return err
		}
	}
	return nil
}

// CatchUp counts the records that were there before facts were kept, such as those
// of an older release or of a simulation: once, in batches, going on where it was
// stopped.
func (room *Room) CatchUp(ctx context.Context) error {
	const batch = 1000
	for i, recorder := range room.recorders {
		source := digits(int64(i))
		upto, done, err := progress(ctx, room.db.Read(), source)
		for err == nil && !done {
			var records []string
			if records, err = recorder.After(ctx, room.db.Read(), upto, batch); err != nil {
				break
			}
			if done = len(records) < batch; len(records) > 0 {
				upto = records[len(records)-1]
			}
			err = room.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
				if err := room.Keep(ctx, tx, records); err != nil {
					return err
				}
				return saveProgress(ctx, tx, source, upto, done)
			})
		}
		if err != nil {
			return fmt.Errorf("catch up with the records: %w", err)
		}
	}
	return nil
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

// count brings the readings up to what is tallied, and keeps what it could count
// even when one source fails.
func (room *Room) count(ctx context.Context) error {
	if err := room.CatchUp(ctx); err != nil {
		return err
	}
	failed := room.read(ctx)
	room.snapMu.Lock()
	defer room.snapMu.Unlock()
	_, err := room.look(ctx, anew)
	return errors.Join(failed, err)
}

// Count counts one measure from the records, between two instants. A count that is
// not whole is refused.
func (room *Room) Count(ctx context.Context, measure string, from, asOf time.Time) (Count, error) {
	source, question, err := room.ask(measure, from, asOf)
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

func (room *Room) ask(measure string, from, asOf time.Time) (Source, Question, error) {
	source, ok := room.sources[measure]
	if !ok {
		return nil, Question{}, fault.Missing("source of measure", measure)
	}
	return source, Question{Measure: measure, Within: room.resolution.Within(), From: from, AsOf: asOf, Known: room.clock.Now()}, nil
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
func (o Opened) Total() int64 { return o.Within + o.Outside }

// Open opens a reading to the records that it counted. What happened since the
// reading was made is not among them, but what was taken back since is left out.
func (room *Room) Open(ctx context.Context, r Reading, scope access.Scope, part Part, page Page) (Opened, error) {
	if part != Numerator && part != Denominator && part != Rest {
		return Opened{}, fault.Missing("part", string(part))
	}
	source, question, err := room.ask(r.Measure, r.From, r.AsOf)
	if err != nil {
		return Opened{}, err
	}
	records, err := source.Open(ctx, room.db.Read(), question, scope, part, page)
	if err == nil {
		err = records.check()
	}
	if err != nil {
		return Opened{}, fmt.Errorf("open %s: %w", r.Measure, err)
	}
	return Opened{Reading: r, Part: part, Page: page, Records: records}, nil
}

// Standings are all lines in the resolution's order, as they stand now.
func (room *Room) Standings(ctx context.Context) ([]Standing, error) {
	s, err := room.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(s.lines), nil
}

// Standing is one line as it stands now.
func (room *Room) Standing(ctx context.Context, id string) (Standing, error) {
	all, err := room.Standings(ctx)
	if err != nil {
		return Standing{}, err
	}
	for _, s := range all {
		if s.Line.ID == id {
			return s, nil
		}
	}
	return Standing{}, fault.Missing("line", id)
}
