package measures

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
)

// Recount tallies every dossier anew. It reads the cases once, in two halves side
// by side, and what few have (papers asked for, a new appointment) beside them.
func (s Source) Recount(ctx context.Context, db *database.DB, within access.Scope) ([]targets.Tally, error) {
	q := db.Read()
	wereAsked, err := askedOf(ctx, q)
	if err != nil {
		return nil, err
	}
	promised, err := apologised(ctx, q)
	if err != nil {
		return nil, err
	}
	halves, err := split(ctx, q)
	if err != nil {
		return nil, err
	}
	var wait sync.WaitGroup
	cells, failed := make([]targets.Cells, len(halves)), make([]error, len(halves))
	for i, half := range halves {
		wait.Go(func() {
			cells[i] = targets.Cells{}
			failed[i] = recount(ctx, q, within, half, func(r *record) {
				r.asked = wereAsked[r.id]
				if a, ok := promised[r.id]; ok && a.due.Equal(r.due) {
					r.due = a.was
				}
			}, cells[i])
		})
	}
	wait.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, fmt.Errorf("recount dossiers: %w", err)
	}
	for _, c := range cells[1:] {
		cells[0].Merge(c)
	}
	return cells[0].Tallies(), nil
}
