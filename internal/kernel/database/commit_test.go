package database_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

// crowd has n callers write at once, so that they share commits, and gives each
// one's error. It fails when they do not end.
func crowd(t *testing.T, db *database.DB, n int, act func(ctx context.Context, tx *database.Tx, i int) error) []error {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			errs[i] = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return act(ctx, tx, i) })
		})
	}
	ended := make(chan struct{})
	go func() { wg.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("the writes do not end")
	}
	return errs
}

func TestFailedCommitIsAnErrorForItsCauseAndNotForItsNeighbours(t *testing.T) {
	db := databasetest.SQLite(t)
	var runs atomic.Int64
	errs := crowd(t, db, 60, func(ctx context.Context, tx *database.Tx, i int) error {
		runs.Add(1)
		if _, err := database.Next(ctx, tx, fmt.Sprint("s", i), "d"); err != nil || i%20 != 0 {
			return err
		}
		// A row that refers to none, and is not looked at before the commit.
		if _, err := tx.ExecContext(ctx, `PRAGMA defer_foreign_keys = 1`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO journal_waiting (id, at) VALUES ($1, 0)`, fmt.Sprint("none", i))
		return err
	})
	for i, err := range errs {
		if failed := err != nil; failed != (i%20 == 0) {
			t.Errorf("act %d: %v", i, err)
		}
	}
	var n int
	if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM counters`).Scan(&n); err != nil || n != 57 {
		t.Errorf("%d acts stand, want 57 (%v)", n, err)
	}
	if runs.Load() > 120 {
		t.Errorf("60 acts were run %d times", runs.Load())
	}
}

func TestFullDiskIsAnErrorForEachCallerThatNeedsRoomAndEnds(t *testing.T) {
	db := databasetest.SQLite(t)
	ctx := t.Context()
	var pages int
	if err := db.WriterHandle().QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := db.WriterHandle().ExecContext(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+3)); err != nil {
		t.Fatal(err)
	}
	var runs atomic.Int64
	large := strings.Repeat("x", 1<<20)
	errs := crowd(t, db, 40, func(ctx context.Context, tx *database.Tx, i int) error {
		runs.Add(1)
		series := fmt.Sprint("small", i)
		if i%2 == 0 {
			series = fmt.Sprint(i, large)
		}
		_, err := database.Next(ctx, tx, series, "d")
		return err
	})
	for i, err := range errs {
		if failed := err != nil; failed != (i%2 == 0) {
			t.Errorf("act %d: %v", i, err)
		}
	}
	if runs.Load() > 80 {
		t.Errorf("40 acts were run %d times", runs.Load())
	}
	if _, err := db.WriterHandle().ExecContext(ctx, `PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	if next(t, db, "after") != 1 {
		t.Error("with room again, writing does not go on")
	}
}

func TestSchemaIsCurrentOnlyWhenTheLastMigrationWasApplied(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if is, err := db.Current(t.Context()); err != nil || !is {
			t.Errorf("a migrated database: %v, %v", is, err)
		}
		// The writer is held; asking must not wait for it.
		held, free := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)
		go func() {
			done <- db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.ExecContext(ctx, `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
				close(held)
				<-free
				return err
			})
		}()
		<-held
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if is, err := db.Current(ctx); err != nil || !is {
			t.Errorf("while the writer is held: %v, %v", is, err)
		}
		close(free)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if is, err := db.Current(t.Context()); err != nil || is {
			t.Errorf("an old schema: %v, %v", is, err)
		}
	})
}
