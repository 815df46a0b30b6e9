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

const (
	batch = 200
	lease = 30 * time.Second
)

// Dispatch hands out what is due, at most one batch, and says how many events
// it tried.
func (b *Bus) Dispatch(ctx context.Context) (int, error) {
	now := clock.System.Now() // waiting is done in real time, whatever the simulated day
	held := false
	err := b.db.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		held, err = database.Lease(ctx, tx, "events", b.holder, now, now.Add(lease))
		return err
	})
	if err != nil || !held {
		return 0, err
	}
	due, err := b.due(ctx, now)
	if err != nil {
		return 0, fmt.Errorf("read due events: %w", err)
	}
	for _, w := range due {
		if err := b.hand(ctx, w); err != nil {
			return 0, err
		}
	}
	return len(due), nil
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

func (b *Bus) hand(ctx context.Context, w waiting) error {
	err := b.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		gone, err := tx.ExecContext(ctx, `DELETE FROM events WHERE id = $1 AND subscriber = $2`, w.ID, w.subscriber)
		if err != nil {
			return err
		}
		if n, err := gone.RowsAffected(); err != nil || n == 0 {
			return err // another process handled it
		}
		h, ok := b.subs[w.Kind][w.subscriber]
		if !ok {
			return fmt.Errorf("nobody is called %s any more", w.subscriber)
		}
		return h(ctx, tx, w.Event)
	})
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return b.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE events SET attempts = attempts + 1, due_at = $3, error = $4 WHERE id = $1 AND subscriber = $2`,
			w.ID, w.subscriber, database.At(clock.System.Now().Add(wait(w.attempts))), err.Error())
		return err
	})
}

// Run hands events out until ctx ends: at once after a commit, and every second.
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
		waits, err := b.Waiting(ctx)
		for err == nil && waits > 0 {
			var n int
			n, err = b.Dispatch(ctx)
			if n < batch {
				break
			}
		}
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

// Waiting counts the events that are due and not handled.
func (b *Bus) Waiting(ctx context.Context) (n int64, err error) {
	err = b.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM events WHERE due_at <= $1 LIMIT 1000) q`, database.At(clock.System.Now())).Scan(&n)
	return n, err
}

// Stuck counts the events that failed at least three times, for the doctor.
func Stuck(ctx context.Context, q database.Querier) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM events WHERE attempts >= 3`).Scan(&n)
	return n, err
}
