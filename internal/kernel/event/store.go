package event

import (
	"context"
	"errors"
	"fmt"
	"sort"
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
	id, now := database.NewID(), b.clock.Now()
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
	for _, w := range due {
		mine, err := b.hand(ctx, w)
		if err != nil {
			return tried, err
		}
		if mine {
			tried++
		}
	}
	return tried, nil
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

// hand gives one event to its subscriber; mine is false when another process was
// faster. The count of attempts names the try that is being made.
func (b *Bus) hand(ctx context.Context, w waiting) (mine bool, err error) {
	err = b.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		gone, err := tx.ExecContext(ctx, `DELETE FROM events WHERE id = $1 AND subscriber = $2 AND attempts = $3`, w.ID, w.subscriber, w.attempts)
		if err != nil {
			return err
		}
		if n, err := gone.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errTaken)
		}
		h, ok := b.subs[w.Kind][w.subscriber]
		if !ok {
			return fmt.Errorf("nobody is called %s any more", w.subscriber)
		}
		return h(ctx, tx, w.Event)
	})
	if errors.Is(err, errTaken) {
		return false, nil
	}
	if err == nil || ctx.Err() != nil {
		return true, ctx.Err()
	}
	why := err.Error()
	return true, b.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE events SET attempts = attempts + 1, due_at = $4, error = $5 WHERE id = $1 AND subscriber = $2 AND attempts = $3`,
			w.ID, w.subscriber, w.attempts, database.At(clock.System.Now().Add(wait(w.attempts))), why)
		return err
	})
}

// Run hands events out until ctx ends: at once after a commit, and every second.
// After a pass that tried nothing it waits, though rows may be due: another
// process has them.
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
