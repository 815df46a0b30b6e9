package filing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

const uploadColumns = `id, account, draft, field, name, size, begun_at, outcome, file, fault, fault_args, revision, ended_at`

func scanUpload(row interface{ Scan(...any) error }) (upload, error) {
	var u upload
	var args database.JSON[[]string]
	var begun, ended database.Time
	err := row.Scan(&u.ID, &u.Account, &u.Draft, &u.Field, &u.Name, &u.Size, &begun, (*string)(&u.Outcome), &u.File, &u.Fault, &args, &u.Revision, &ended)
	u.FaultArgs, u.BegunAt, u.EndedAt = args.V, begun.Time, ended.Time
	return u, err
}

// uploadOf reads an upload of a person's draft; any other is not found.
func uploadOf(ctx context.Context, q database.Querier, account, draft, id string) (upload, error) {
	return oneUpload(q.QueryRowContext(ctx, `SELECT `+uploadColumns+` FROM uploads WHERE id = $1 AND draft = $2 AND account = $3`, id, draft, account), id)
}

// lockUpload reads an upload that the transaction is going to end.
func lockUpload(ctx context.Context, tx *database.Tx, id string) (upload, error) {
	lock := ""
	if tx.Dialect() == database.Postgres {
		lock = " FOR UPDATE"
	}
	return oneUpload(tx.QueryRowContext(ctx, `SELECT `+uploadColumns+` FROM uploads WHERE id = $1`+lock, id), id)
}

func oneUpload(row *sql.Row, id string) (upload, error) {
	u, err := scanUpload(row)
	if errors.Is(err, sql.ErrNoRows) {
		return upload{}, fault.Missing("upload", id)
	}
	if err != nil {
		return upload{}, fmt.Errorf("read upload: %w", err)
	}
	return u, nil
}

func insertUpload(ctx context.Context, tx *database.Tx, u upload) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO uploads (`+uploadColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		u.ID, u.Account, u.Draft, u.Field, u.Name, u.Size, database.At(u.BegunAt), string(u.Outcome), u.File, u.Fault, database.JSONOf(u.FaultArgs), u.Revision, database.Time{Time: u.EndedAt})
	if err != nil {
		return fmt.Errorf("insert upload: %w", err)
	}
	return nil
}

func endUpload(ctx context.Context, tx *database.Tx, u upload) error {
	_, err := tx.ExecContext(ctx, `UPDATE uploads SET outcome = $2, file = $3, fault = $4, fault_args = $5, revision = $6, ended_at = $7 WHERE id = $1`,
		u.ID, string(u.Outcome), u.File, u.Fault, database.JSONOf(u.FaultArgs), u.Revision, database.At(u.EndedAt))
	if err != nil {
		return fmt.Errorf("end upload: %w", err)
	}
	return nil
}

// coming counts the uploads of an account that have not ended, and their bytes.
func coming(ctx context.Context, q database.Querier, account string) (n, bytes int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(size), 0) FROM uploads WHERE account = $1 AND ended_at IS NULL`, account).Scan(&n, &bytes)
	if err != nil {
		return 0, 0, fmt.Errorf("count uploads: %w", err)
	}
	return n, bytes, nil
}

// allComing lists the uploads that have not ended: for the sweep, which sees
// everybody's.
func allComing(ctx context.Context, q database.Querier) (found []upload, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+uploadColumns+` FROM uploads WHERE ended_at IS NULL ORDER BY begun_at, id LIMIT 2000`)
	if err != nil {
		return nil, fmt.Errorf("list uploads: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		u, err := scanUpload(rows)
		if err != nil {
			return nil, fmt.Errorf("list uploads: %w", err)
		}
		found = append(found, u)
	}
	return found, rows.Err()
}

// known says whether an upload has a row that has not ended.
func known(ctx context.Context, q database.Querier, id string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM uploads WHERE id = $1 AND ended_at IS NULL`, id).Scan(&n)
	return n > 0, err
}

func forgetUploads(ctx context.Context, tx *database.Tx, before time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM uploads WHERE ended_at < $1`, database.At(before))
	return err
}
