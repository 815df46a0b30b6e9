package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"benso/internal/kernel/fault"
)

// A commit is shared by at most maxShared callers and waits for nobody: it
// takes who is there, for at most maxHold.
const (
	maxShared = 128
	maxHold   = 10 * time.Millisecond
	attempts  = 6
)

type request struct {
	ctx    context.Context
	fn     func(context.Context, *Tx) error
	answer chan outcome
	alone  bool // it shares its commit with nobody
}

type outcome struct {
	err    error
	panic_ any
	again  bool // run it alone: the transaction that it shared is lost
}

// Write runs fn in one transaction and returns after the commit is durable. fn
// may be run again, so it does nothing that the transaction cannot take back,
// and it uses the context that it is given. An error of fn rolls back what fn
// did and is returned as it is; a panic of fn rolls back and panics here.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if tx := db.joint(ctx); tx != nil {
		return takePart(ctx, tx, fn)
	}
	return db.write(ctx, fn, false)
}

// write is Write outside of Together; alone, on SQLite, shares its commit with
// nobody.
func (db *DB) write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error, alone bool) error {
	if db.dialect == Postgres {
		return db.writePostgres(ctx, fn)
	}
	for ; ; alone = true {
		r := &request{ctx: ctx, fn: fn, answer: make(chan outcome, 1), alone: alone}
		db.closing.RLock()
		if db.closed {
			db.closing.RUnlock()
			return fault.New(fault.Unavailable, "fault.busy").With(errors.New("database: closed"))
		}
		select {
		case db.queue <- r:
			db.closing.RUnlock()
		case <-ctx.Done():
			db.closing.RUnlock()
			return ctx.Err()
		}
		// Once queued it may commit, so the outcome is waited for even when the
		// caller has gone: an unknown answer is worse than a late one.
		o := <-r.answer
		if o.panic_ != nil {
			panic(o.panic_)
		}
		if !o.again {
			return o.err
		}
	}
}

func (db *DB) writeLoop() {
	defer close(db.done)
	for first := range db.queue {
		for r := first; r != nil; {
			r = db.shareCommit(r)
		}
	}
}

// shareCommit runs first, and whoever else is waiting, in one transaction. When
// that is lost, each who did not fail by itself is run again alone, so that it
// gets an answer of its own: on a full disk an error, and not another round. A
// request that must be alone and was met on the way is given back.
func (db *DB) shareCommit(first *request) (left *request) {
	ctx := context.Background()
	raw, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		first.answer <- outcome{err: fmt.Errorf("begin: %w", err)}
		return nil
	}
	tx := &Tx{Tx: raw, dialect: SQLite}
	began := time.Now()
	type ran struct {
		r *request
		o outcome
	}
	var batch []ran
	broken := false
	for r := first; r != nil; {
		o, whole := runUnderSavepoint(ctx, tx, r)
		batch = append(batch, ran{r, o})
		if !whole {
			broken = true
			break
		}
		r = nil
		if !first.alone && len(batch) < maxShared && time.Since(began) < maxHold {
			select {
			case next, ok := <-db.queue:
				switch {
				case ok && next.alone:
					left = next
				case ok:
					r = next
				}
			default:
			}
		}
	}
	if !broken {
		err = raw.Commit()
	}
	if broken || err != nil {
		_ = raw.Rollback() // the transaction may be gone already; a commit that fails ends it
	}
	stands := false
	for _, b := range batch {
		switch {
		case b.o.err != nil || b.o.panic_ != nil:
			b.r.answer <- b.o
		case broken || err != nil && len(batch) > 1:
			b.r.answer <- outcome{again: true}
		case err != nil:
			b.r.answer <- outcome{err: fmt.Errorf("commit: %w", err)}
		default:
			stands = true
			b.r.answer <- outcome{}
		}
	}
	if stands {
		db.committed()
	}
	return left
}

// runUnderSavepoint runs one caller's function, under a savepoint where others share
// the transaction. whole is false when the
// transaction did not survive it.
func runUnderSavepoint(ctx context.Context, tx *Tx, r *request) (o outcome, whole bool) {
	if err := r.ctx.Err(); err != nil {
		return outcome{err: err}, true
	}
	if r.alone {
		// Nobody else's work is in the transaction: it is taken back as a whole. (A
		// savepoint around many others would also cost: SQLite walks through all that it
		// keeps at the end of each of those.)
		o = call(func() error { return r.fn(context.WithoutCancel(r.ctx), tx) })
		return o, o.err == nil && o.panic_ == nil
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT act"); err != nil {
		return outcome{err: fmt.Errorf("savepoint: %w", err)}, false
	}
	// Cancelling a statement would roll back the neighbours too, so the
	// function keeps the caller's values and loses its cancellation.
	o = call(func() error { return r.fn(context.WithoutCancel(r.ctx), tx) })
	end := "RELEASE act"
	if o.err != nil || o.panic_ != nil {
		end = "ROLLBACK TO act; RELEASE act"
	}
	if _, err := tx.ExecContext(ctx, end); err != nil {
		if o.err == nil && o.panic_ == nil {
			o.err = fmt.Errorf("end of savepoint: %w", err)
		}
		return o, false
	}
	return o, true
}

func call(fn func() error) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o.panic_ = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
	}()
	o.err = fn()
	return o
}

func (db *DB) writePostgres(ctx context.Context, fn func(context.Context, *Tx) error) error {
	wait := 5 * time.Millisecond
	for try := 1; ; try++ {
		err := db.oncePostgres(ctx, fn)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || (pg.Code != "40001" && pg.Code != "40P01") || try == attempts {
			if err == nil {
				db.committed()
			}
			return err
		}
		select {
		case <-time.After(wait):
			wait *= 2
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (db *DB) oncePostgres(ctx context.Context, fn func(context.Context, *Tx) error) (err error) {
	raw, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		// After a commit this says ErrTxDone; after a panic or an error it frees
		// the connection.
		if rb := raw.Rollback(); rb != nil && !errors.Is(rb, sql.ErrTxDone) && err == nil {
			err = fmt.Errorf("rollback: %w", rb)
		}
	}()
	if err := fn(ctx, &Tx{Tx: raw, dialect: Postgres}); err != nil {
		return err
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
