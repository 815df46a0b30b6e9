package targets

import (
	"context"
	"errors"
	"fmt"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// keep writes a reading as that of its day, in place of the day's earlier one
// while that is not sealed. A reading that was counted earlier than the one that
// stands there changes nothing: two counters may finish in the wrong order.
func keep(ctx context.Context, tx *database.Tx, r Reading) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO readings (id, measure, unit, day, as_of, numerator, denominator, cells, notes, made_at, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (measure, unit, day) WHERE NOT sealed DO UPDATE SET as_of = excluded.as_of, numerator = excluded.numerator, denominator = excluded.denominator,
			cells = excluded.cells, notes = excluded.notes, made_at = excluded.made_at
		WHERE readings.as_of <= excluded.as_of`,
		r.ID, r.Measure, r.Unit, clock.Day(r.AsOf), database.At(r.AsOf), r.Numerator, r.Denominator, database.JSONOf(r.Cells), database.JSONOf(r.Notes), database.At(r.MadeAt), r.Sealed)
	if err != nil {
		return fmt.Errorf("keep reading of %s: %w", r.Measure, err)
	}
	return nil
}

// latest gives the last reading of each measure of a unit's path; "" is all of
// the resolution's. Where one instant has two, the one made later corrects the
// other.
func latest(ctx context.Context, q database.Querier, unit string) (found map[string]Reading, err error) {
	rows, err := q.QueryContext(ctx, `SELECT r.id, r.measure, r.unit, r.as_of, r.numerator, r.denominator, r.cells, r.notes, r.made_at, r.sealed FROM readings r
		JOIN (SELECT measure, max(as_of) AS as_of FROM readings WHERE unit = $1 GROUP BY measure) l ON l.measure = r.measure AND l.as_of = r.as_of
		WHERE r.unit = $1 ORDER BY r.measure, r.made_at, r.id`, unit)
	if err != nil {
		return nil, fmt.Errorf("read readings: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found = map[string]Reading{}
	for rows.Next() {
		var r Reading
		var asOf, made database.Time
		var cells database.JSON[[]Cell]
		var notes database.JSON[[]Note]
		if err := rows.Scan(&r.ID, &r.Measure, &r.Unit, &asOf, &r.Numerator, &r.Denominator, &cells, &notes, &made, &r.Sealed); err != nil {
			return nil, fmt.Errorf("read readings: %w", err)
		}
		r.AsOf, r.MadeAt, r.Cells, r.Notes = asOf.Time, made.Time, cells.V, notes.V
		found[r.Measure] = r
	}
	return found, rows.Err()
}
