package database

import (
	"context"
	"fmt"
	"sync"
)

// block is how many numbers are taken from the database at a time.
const block = 32

// Numbers hands out the numbers of a series where a gap does no harm, so that
// nobody waits for another's commit: each process takes a block at a time and
// loses the rest of it when it stops. Where numbers must follow one another, as
// the law asks of dossier codes, see Next; one series is drawn in one way only.
// The zero value has none yet.
type Numbers struct {
	filling sync.Mutex // held while the database is asked; Take, inside a transaction, never waits for it

	mu     sync.Mutex
	period string
	next   int64
	left   int
}

// Take gives the next number of a period (1 first). ok is false when there is none
// left here: then Fill, outside of any transaction, and take again.
func (n *Numbers) Take(period string) (number int64, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if period != n.period || n.left == 0 {
		return 0, false
	}
	n.next, n.left = n.next+1, n.left-1
	return n.next - 1, true
}

// Fill takes a block of the series from the database, unless another caller just
// did.
func (n *Numbers) Fill(ctx context.Context, db *DB, series, period string) error {
	n.filling.Lock()
	defer n.filling.Unlock()
	if n.has(period) {
		return nil
	}
	var last int64
	err := db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.QueryRowContext(ctx, `INSERT INTO counters (series, period, last) VALUES ($1, $2, $3)
			ON CONFLICT (series, period) DO UPDATE SET last = counters.last + $3 RETURNING last`, series, period, int64(block)).Scan(&last)
	})
	if err != nil {
		return fmt.Errorf("take numbers of %s: %w", series, err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.period, n.next, n.left = period, last-block+1, block
	return nil
}

func (n *Numbers) has(period string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return period == n.period && n.left > 0
}
