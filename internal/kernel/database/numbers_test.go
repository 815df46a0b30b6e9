package database_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

func TestLooseNumbersAreNeverGivenTwiceByTwoProcessesUnderACrowd(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var processes [2]database.Numbers
		var mu sync.Mutex
		seen := map[int64]bool{}
		draw := func(n *database.Numbers, period string) int64 {
			for {
				if number, ok := n.Take(period); ok {
					return number
				}
				if err := n.Fill(t.Context(), db, "loose", period); err != nil {
					t.Error(err)
					return 0
				}
			}
		}
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				n := draw(&processes[i%2], "d")
				mu.Lock()
				defer mu.Unlock()
				if n < 1 || n > 300 || seen[n] {
					t.Errorf("number %d was given twice, or is far from the 200 that were drawn", n)
				}
				seen[n] = true
			})
		}
		wg.Wait()
		if n := draw(&processes[0], "the next day"); n != 1 {
			t.Errorf("the next day begins with %d", n)
		}
	})
}

func TestActsThatWaitForANumberDoNotWaitForTheirOwnConnections(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var n database.Numbers
		empty := errors.New("no number is left")
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				take := func() error {
					return db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
						if _, err := tx.ExecContext(ctx, `SELECT 1`); err != nil {
							return err
						}
						if _, ok := n.Take("d"); !ok {
							return empty
						}
						return nil
					})
				}
				err := take()
				for errors.Is(err, empty) {
					if err = n.Fill(t.Context(), db, "loose", "d"); err == nil {
						err = take()
					}
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestLooseNumberIsTakenWhileAnotherActThatTookOneIsNotCommitted(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var n database.Numbers
		if err := n.Fill(t.Context(), db, "loose", "d"); err != nil {
			t.Fatal(err)
		}
		undone := errors.New("taken back")
		err := db.Write(t.Context(), func(context.Context, *database.Tx) error {
			first, _ := n.Take("d")
			second, ok := n.Take("d")
			if !ok || first != 1 || second != 2 {
				t.Errorf("took %d and %d", first, second)
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		if third, ok := n.Take("d"); !ok || third != 3 {
			t.Errorf("a number that was taken back is given again: %d", third)
		}
	})
}
