package event

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// Record writes the event for each of its subscribers in the act's own
// transaction. data is kept as JSON; ids only.
func (b *Bus) Record(ctx context.Context, tx *database.Tx, kind, subject string, data any) error {
	names := make([]string, 0, len(b.subs[kind]))
	for name := range b.subs[kind] {
		names = append(names, name)
	}
	sort.Strings(names)
	id, now := database.NewIDIn(ctx), b.clock.Now()
	for _, name := range names {
		_, err := tx.ExecContext(ctx, `INSERT INTO events (id, subscriber, kind, subject, data, at, attempts, due_at, error) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, '')`,
			id, name, kind, subject, database.JSONOf(data), database.At(now), database.At(clock.System.Now()))
		if err != nil {
			return fmt.Errorf("record event %s: %w", kind, err)
		}
	}
	return nil
}

type waiting struct {
	Event
	subscriber string
	attempts   int64
}

const batch = 200

// Dispatch hands out what is due, at most one batch, and says how many events
// it tried. Several processes may dispatch: whoever deletes the row handles it.
func (b *Bus) Dispatch(ctx context.Context) (tried int, err error) {
	// Waiting is done in real time, whatever the simulated day.
	due, err := b.due(ctx, clock.System.Now())
	if err != nil {
		return 0, fmt.Errorf("read due events: %w", err)
	}
	slices.SortStableFunc(due, func(a, b waiting) int {
		return cmp.Or(strings.Compare(a.subscriber, b.subscriber), strings.Compare(a.Kind, b.Kind), cmp.Compare(a.attempts, b.attempts))
	})
	for len(due) > 0 {
		// What waits for the same subscriber, was not tried yet and comes in one
		// go, goes in one transaction where the subscriber takes several at once.
		n := 1
		for n < len(due) && b.together(due[0], due[n]) {
			n++
		}
		mine, err := b.hand(ctx, due[:n])
		if err != nil {
			return tried, err
		}
		tried += mine
		due = due[n:]
	}
	return tried, nil
}

func (b *Bus) together(first, next waiting) bool {
	return b.many[first.subscriber] && next.subscriber == first.subscriber && next.Kind == first.Kind && first.attempts == 0 && next.attempts == 0
}

func (b *Bus) due(ctx context.Context, now time.Time) (found []waiting, err error) {
	rows, err := b.db.Read().QueryContext(ctx, `SELECT id, subscriber, kind, subject, data, at, attempts FROM events WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2`, database.At(now), batch)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var w waiting
		var at database.Time
		var data []byte
		if err := rows.Scan(&w.ID, &w.subscriber, &w.Kind, &w.Subject, &data, &at, &w.attempts); err != nil {
			return nil, err
		}
		w.At, w.Data = at.Time, data
		found = append(found, w)
	}
	return found, rows.Err()
}

// errTaken rolls the transaction back, so that losing a row to another process
// is not a commit: a commit would wake the bus again, and again.
var errTaken = errors.New("another process has tried this event")

// hand gives events to their one subscriber and says how many it tried: none
// when another process was faster. The count of attempts names the try that is
// being made; all of them have the same.
func (b *Bus) hand(ctx context.Context, all []waiting) (mine int, err error) {
	first := all[0]
	byID := make(map[string]Event, len(all))
	ids := make(database.List, len(all))
	for i, w := range all {
		byID[w.ID], ids[i] = w.Event, w.ID
	}
	err = b.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		gone, err := deleted(ctx, tx, first, ids)
		if err != nil {
			return err
		}
		if mine = len(gone); mine == 0 {
			return errTaken
		}
		h, ok := b.subs[first.Kind][first.subscriber]
		if !ok {
			return fmt.Errorf("nobody is called %s any more", first.subscriber)
		}
		events := make([]Event, len(gone))
		for i, id := range gone {
			events[i] = byID[id]
		}
		return h(ctx, tx, events)
	})
	if errors.Is(err, errTaken) {
		return 0, nil
	}
	if err == nil || ctx.Err() != nil {
		return mine, ctx.Err()
	}
	why := err.Error()
	return max(mine, 1), b.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE events SET attempts = attempts + 1, due_at = $4, error = $5 WHERE subscriber = $1 AND attempts = $2 AND id`+database.In(tx.Dialect(), 3),
			first.subscriber, first.attempts, ids, database.At(clock.System.Now().Add(wait(first.attempts))), why)
		return err
	})
}

// deleted takes events away and says which of them were still there, in the
// order of their making.
func deleted(ctx context.Context, tx *database.Tx, first waiting, ids database.List) (gone []string, err error) {
	rows, err := tx.QueryContext(ctx, `DELETE FROM events WHERE subscriber = $1 AND attempts = $2 AND id`+database.In(tx.Dialect(), 3)+` RETURNING id`, first.subscriber, first.attempts, ids)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		gone = append(gone, id)
	}
	sort.Strings(gone)
	return gone, rows.Err()
}

// rest is how long the bus waits after it handed something out, so that under a
// crowd many events go together instead of one with each commit.
const rest = 50 * time.Millisecond

// Run hands events out until ctx ends: at once after a commit that comes alone,
// soon after one of many, and every second. After a pass that tried nothing it
// waits, though rows may be due: another process has them.
func (b *Bus) Run(ctx context.Context, failed func(error)) {
	wake := make(chan struct{}, 1)
	b.db.AfterWrite(func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-wake:
		}
		tried, err := b.Dispatch(ctx)
		for err == nil && tried > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(rest):
			}
			tried, err = b.Dispatch(ctx)
		}
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

// Stuck counts the events that failed at least three times, for the doctor.
func Stuck(ctx context.Context, q database.Querier) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM events WHERE attempts >= 3`).Scan(&n)
	return n, err
}

// Waits says whether events wait for a subscriber.
func Waits(ctx context.Context, q database.Querier, subscriber string) (bool, error) {
	var n int64
	err := q.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM events WHERE subscriber = $1 LIMIT 1) waiting`, subscriber).Scan(&n)
	return n > 0, err
}
