package database

import (
	"context"
	"fmt"
)

type jointKey struct{}

// joint is the transaction of a Together.
type joint struct {
	db     *DB
	tx     *Tx
	waited int64 // how often somebody had waited for the writer when it began
}

// Together runs fn in one transaction. Each Write under fn's context is a part of
// it, taken back alone when it fails, and each read of Read under that context sees
// what was written before. Nothing is durable, and nobody outside sees anything,
// until Together returns; like the function of Write, fn may be run again.
//
// It is for one process that does very many acts after each other and tells nobody
// of any of them before the end. Whoever else writes waits: see Wanted.
func (db *DB) Together(ctx context.Context, fn func(ctx context.Context) error) error {
	if db.joint(ctx) != nil {
		return fn(ctx)
	}
	return db.write(ctx, func(ctx context.Context, tx *Tx) error {
		return fn(context.WithValue(ctx, jointKey{}, joint{db, tx, db.writer.Stats().WaitCount}))
	}, true)
}

// Wanted says, under the context of Together, whether somebody waits for SQLite's
// one writer: it is time to end. PostgreSQL lets others write meanwhile.
func (db *DB) Wanted(ctx context.Context) bool {
	j, ok := ctx.Value(jointKey{}).(joint)
	return ok && j.db == db && db.dialect == SQLite && (len(db.queue) > 0 || db.writer.Stats().WaitCount > j.waited)
}

// joint is the transaction that ctx takes part in; nil where there is none.
func (db *DB) joint(ctx context.Context) *Tx {
	if j, ok := ctx.Value(jointKey{}).(joint); ok && j.db == db {
		return j.tx
	}
	return nil
}

// takePart runs fn under a savepoint of the transaction.
func takePart(ctx context.Context, tx *Tx, fn func(ctx context.Context, tx *Tx) error) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT part"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	failed := fn(ctx, tx) // a panic rolls the whole transaction back
	end := "RELEASE SAVEPOINT part"
	if failed != nil {
		end = "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part"
		if tx.dialect == Postgres {
			if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT part"); err != nil {
				return failed
			}
			end = "RELEASE SAVEPOINT part"
		}
	}
	if _, err := tx.ExecContext(ctx, end); err != nil && failed == nil {
		return fmt.Errorf("end of savepoint: %w", err)
	}
	return failed
}
