package database_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

var errWrong = errors.New("wrong")

func draw(ctx context.Context, db *database.DB, series string, err error) error {
	return db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if _, failed := database.Next(ctx, tx, series, "d"); failed != nil {
			return failed
		}
		return err
	})
}

func drawn(t *testing.T, ctx context.Context, db *database.DB, series string) int {
	t.Helper()
	var n int
	if err := db.Read().QueryRowContext(ctx, `SELECT coalesce(max(last), 0) FROM counters WHERE series = $1`, series).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestActsTogetherAreOneTransactionAndAFailedOneIsTakenBackAlone(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		err := db.Together(t.Context(), func(ctx context.Context) error {
			if err := draw(ctx, db, "a", nil); err != nil {
				return err
			}
			if err := draw(ctx, db, "b", errWrong); !errors.Is(err, errWrong) {
				t.Errorf("a failed act gave %v", err)
			}
			if err := draw(ctx, db, "c", nil); err != nil {
				return err
			}
			if a, b, c := drawn(t, ctx, db, "a"), drawn(t, ctx, db, "b"), drawn(t, ctx, db, "c"); a != 1 || b != 0 || c != 1 {
				t.Errorf("inside, %d, %d, %d were drawn", a, b, c)
			}
			if n := drawn(t, t.Context(), db, "a"); n != 0 {
				t.Errorf("outside, %d was seen before the end", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if a, b, c := drawn(t, t.Context(), db, "a"), drawn(t, t.Context(), db, "b"), drawn(t, t.Context(), db, "c"); a != 1 || b != 0 || c != 1 {
			t.Errorf("after it, %d, %d, %d were drawn", a, b, c)
		}
		if err := db.Together(t.Context(), func(ctx context.Context) error {
			if err := draw(ctx, db, "a", nil); err != nil {
				return err
			}
			return errWrong
		}); !errors.Is(err, errWrong) {
			t.Errorf("a failed whole gave %v", err)
		}
		if n := drawn(t, t.Context(), db, "a"); n != 1 {
			t.Errorf("a failed whole left %d", n)
		}
	})
}

func TestWhoeverWaitsForTheWriterIsSeenByThoseWhoHoldIt(t *testing.T) {
	db := databasetest.SQLite(t)
	other := make(chan error, 1)
	err := db.Together(t.Context(), func(ctx context.Context) error {
		if db.Wanted(ctx) {
			t.Error("somebody waits before anybody came")
		}
		go func() { other <- draw(t.Context(), db, "other", nil) }()
		for range 1000 {
			if db.Wanted(ctx) {
				return nil
			}
			time.Sleep(time.Millisecond)
		}
		t.Error("nobody was seen to wait")
		return nil
	})
	if err := errors.Join(err, <-other); err != nil {
		t.Fatal(err)
	}
}

func TestIdsUnderAChanceFollowFromItAlone(t *testing.T) {
	ids := func(seed byte) [3]string {
		ctx := database.WithChance(t.Context(), &database.Chance{At: time.Unix(1_700_000_000, 0), From: rand.NewChaCha8([32]byte{seed})})
		return [3]string{database.NewIDIn(ctx), database.NewIDIn(ctx), database.NewSecretIn(ctx, 8)}
	}
	a, again, b := ids(1), ids(1), ids(2)
	if a != again || a == b || a[0] == a[1] || a[0][:8] != b[0][:8] {
		t.Errorf("%v, again %v, another %v", a, again, b)
	}
	if x, y := database.NewIDIn(t.Context()), database.NewIDIn(t.Context()); x == y || len(x) != 26 {
		t.Errorf("without a chance: %s, %s", x, y)
	}
}
