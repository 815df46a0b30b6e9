package main

import (
	"context"
	"errors"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

func makeTables(ctx context.Context, tx *database.Tx) error {
	for _, table := range []string{
		`CREATE TABLE spike_rows (id TEXT PRIMARY KEY)`,
		`CREATE TABLE spike_runs (id TEXT PRIMARY KEY, row_id TEXT NOT NULL, pid BIGINT NOT NULL, has_row BIGINT NOT NULL, began BIGINT NOT NULL, ended BIGINT)`,
	} {
		if _, err := tx.ExecContext(ctx, table); err != nil {
			return err
		}
	}
	return nil
}

func addRow(ctx context.Context, tx *database.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO spike_rows (id) VALUES ($1)`, id)
	return err
}

func beginRun(ctx context.Context, tx *database.Tx, id, row string, pid int) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO spike_runs (id, row_id, pid, has_row, began)
		VALUES ($1, $2, $3, (SELECT COUNT(*) FROM spike_rows WHERE id = $2), $4)`, id, row, pid, clock.System.Now().UnixMilli())
	return err
}

func endRun(ctx context.Context, tx *database.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE spike_runs SET ended = $2 WHERE id = $1`, id, clock.System.Now().UnixMilli())
	return err
}

func rowIDs(ctx context.Context, q database.Querier) (ids map[string]bool, err error) {
	rows, err := q.QueryContext(ctx, `SELECT id FROM spike_rows`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	ids = map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids[id] = true
	}
	return ids, rows.Err()
}

// oneRun is one attempt at a row's job, times in Unix milliseconds.
type oneRun struct {
	row    string
	hasRow bool
	pid    int
	began  int64
	ended  int64 // 0: killed before
}

func allRuns(ctx context.Context, q database.Querier) (runs []oneRun, err error) {
	rows, err := q.QueryContext(ctx, `SELECT row_id, has_row, pid, began, COALESCE(ended, 0) FROM spike_runs ORDER BY began, id`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r oneRun
		var has int
		if err := rows.Scan(&r.row, &has, &r.pid, &r.began, &r.ended); err != nil {
			return nil, err
		}
		r.hasRow = has == 1
		runs = append(runs, r)
	}
	return runs, rows.Err()
}
