package database_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
)

func next(t *testing.T, db *database.DB, series string) int64 {
	t.Helper()
	var n int64
	err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
		n, err = database.Next(ctx, tx, series, "d")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSeriesHasNoGapsAndNoDoublesUnderACrowd(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var wg sync.WaitGroup
		var failed atomic.Int64
		seen := make([]atomic.Int64, 201)
		for i := range 200 {
			wg.Go(func() {
				var n int64
				stop := errors.New("taken back")
				err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
					if n, err = database.Next(ctx, tx, "codes", "d"); err != nil {
						return err
					}
					if i%4 == 0 {
						return stop
					}
					return nil
				})
				switch {
				case errors.Is(err, stop):
				case err != nil:
					failed.Add(1)
				default:
					seen[n].Add(1)
				}
			})
		}
		wg.Wait()
		if failed.Load() > 0 {
			t.Fatalf("%d writes failed", failed.Load())
		}
		for n := 1; n <= 150; n++ {
			if got := seen[n].Load(); got != 1 {
				t.Errorf("number %d was given %d times", n, got)
			}
		}
	})
}

func TestFailedActLeavesNothingAndItsNeighboursStay(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
					if _, err := database.Next(ctx, tx, fmt.Sprint("s", i), "d"); err != nil {
						return err
					}
					if i%3 == 0 {
						_, err := tx.ExecContext(ctx, `INSERT INTO counters (series, period, last) VALUES ($1, 'd', 9)`, fmt.Sprint("s", i))
						return err // a duplicate
					}
					return nil
				})
				if dup := database.Duplicate(err); dup != (i%3 == 0) {
					t.Errorf("act %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		var n int
		if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM counters`).Scan(&n); err != nil || n != 40 {
			t.Errorf("%d acts stand, want 40 (%v)", n, err)
		}
	})
}

func TestPanicOfAnActReachesItsCallerOnly(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				if _, err := database.Next(ctx, tx, "p", "d"); err != nil {
					return err
				}
				panic("a bug")
			})
		}()
		if n := next(t, db, "p"); n != 1 {
			t.Errorf("the panicking act left number %d behind", n-1)
		}
	})
}

func TestRepeatedRequestAnswersTheSameAndOtherInputIsRefused(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		act := func(input string) (result string, err error) {
			r := database.Request{Actor: "a", Route: "POST /x", Key: "k1", Input: input}
			err = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				got, done, err := database.Once(ctx, tx, r, time.Unix(0, 0).Add(time.Hour))
				if err != nil || done {
					result = got
					return err
				}
				n, err := database.Next(ctx, tx, "acts", "d")
				if err != nil {
					return err
				}
				result = fmt.Sprint(n)
				return database.Done(ctx, tx, r, result)
			})
			return result, err
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if got, err := act("same"); err != nil || got != "1" {
					t.Errorf("answered %q, %v", got, err)
				}
			})
		}
		wg.Wait()
		if _, err := act("other"); !fault.Is(err, fault.Invalid) {
			t.Errorf("other input under the same key: %v", err)
		}
		if n := next(t, db, "acts"); n != 2 {
			t.Errorf("%d acts were done, want 1", n-1)
		}
	})
}

func TestLeaseIsHeldByOneProcessUntilItEnds(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		take := func(holder string, now time.Time) (held bool) {
			t.Helper()
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
				held, err = database.Lease(ctx, tx, "duty", holder, now, now.Add(time.Minute))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		if !take("a", at) || !take("a", at.Add(time.Second)) {
			t.Error("the first holder did not get or keep it")
		}
		if take("b", at.Add(30*time.Second)) {
			t.Error("two hold it")
		}
		if !take("b", at.Add(2*time.Minute)) {
			t.Error("an ended lease was not passed on")
		}
	})
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		at := time.Date(2026, 2, 28, 23, 59, 59, 123456789, time.FixedZone("VN", 7*3600))
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO leases (duty, holder, until) VALUES ('t', $1, $2)`, database.JSONOf(map[string]string{"họ": "Đặng"}), database.At(at))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var got database.Time
		var j database.JSON[map[string]string]
		var hit int
		q := db.Read()
		if err := q.QueryRowContext(t.Context(), `SELECT holder, until FROM leases WHERE until = $1`, database.At(at)).Scan(&j, &got); err != nil {
			t.Fatal(err)
		}
		if !got.Equal(at.Truncate(time.Microsecond)) || j.V["họ"] != "Đặng" {
			t.Errorf("read %v and %v", got, j.V)
		}
		err = q.QueryRowContext(t.Context(), `SELECT count(*) FROM leases WHERE duty `+database.In(db.Dialect(), 1), database.List{"t", "it's"}).Scan(&hit)
		if err != nil || hit != 1 {
			t.Errorf("the list found %d, %v", hit, err)
		}
	})
}

func TestReadersCannotWriteOnSQLite(t *testing.T) {
	db := databasetest.SQLite(t)
	if _, err := db.Read().ExecContext(t.Context(), `DELETE FROM leases`); err == nil {
		t.Error("a reader wrote")
	}
}

func TestMigratingTwiceAndFromTwoProgramsChangesNothing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := db.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, err := db.Pending(t.Context()); err != nil || n != 0 {
			t.Errorf("%d migrations wait, %v", n, err)
		}
	})
}

func TestNewIDsAreDistinctAndSortByTime(t *testing.T) {
	seen := map[string]bool{}
	first := database.NewID()
	time.Sleep(2 * time.Millisecond)
	for range 10000 {
		id := database.NewID()
		if len(id) != 26 || seen[id] || id <= first {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}
