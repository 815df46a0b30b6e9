package register

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// View is a filter that an official keeps under a name.
type View struct {
	ID      string
	Account string
	Agency  string
	Name    string
	Query   string
	Shared  bool // the officials of the agency see it too
}

const viewColumns = `id, account, agency, name, query, shared`

// page is what the views of this room are kept for.
const page = "register"

// views lists an official's own views, and those that colleagues of these agencies
// share, each by name.
func views(ctx context.Context, q database.Querier, account string, agencies []string) (own, shared []View, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+viewColumns+` FROM saved_views WHERE page = $1 AND (account = $2 OR (shared = $4 AND agency`+database.In(q.Dialect(), 3)+`)) ORDER BY name, id LIMIT 200`,
		page, account, database.List(agencies), true)
	if err != nil {
		return nil, nil, fmt.Errorf("list views: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v View
		if err := rows.Scan(&v.ID, &v.Account, &v.Agency, &v.Name, &v.Query, &v.Shared); err != nil {
			return nil, nil, fmt.Errorf("list views: %w", err)
		}
		if v.Account == account {
			own = append(own, v)
		} else {
			shared = append(shared, v)
		}
	}
	return own, shared, rows.Err()
}

// keep saves a view under its name; one of the same name is replaced.
func keep(ctx context.Context, tx *database.Tx, v View, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO saved_views (id, account, agency, page, name, query, shared, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (account, page, name) DO UPDATE SET query = excluded.query, shared = excluded.shared, agency = excluded.agency`,
		v.ID, v.Account, v.Agency, page, v.Name, v.Query, v.Shared, database.At(now))
	if err != nil {
		return fmt.Errorf("keep view: %w", err)
	}
	return nil
}

func countViews(ctx context.Context, tx *database.Tx, account, but string) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM saved_views WHERE account = $1 AND page = $2 AND name <> $3`, account, page, but).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count views: %w", err)
	}
	return n, nil
}

// ownView reads one of an official's own views.
func ownView(ctx context.Context, q database.Querier, account, id string) (View, error) {
	var v View
	err := q.QueryRowContext(ctx, `SELECT `+viewColumns+` FROM saved_views WHERE id = $1 AND account = $2 AND page = $3`, id, account, page).Scan(&v.ID, &v.Account, &v.Agency, &v.Name, &v.Query, &v.Shared)
	if errors.Is(err, sql.ErrNoRows) {
		return View{}, fault.Missing("view", id)
	}
	if err != nil {
		return View{}, fmt.Errorf("read view: %w", err)
	}
	return v, nil
}

// rename gives a view another name, or shares it; taken is true when another of the
// official's views has the name.
func rename(ctx context.Context, tx *database.Tx, v View) (taken bool, err error) {
	var n int
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM saved_views WHERE account = $1 AND page = $2 AND name = $3 AND id <> $4`, v.Account, page, v.Name, v.ID).Scan(&n)
	if err != nil || n > 0 {
		return n > 0, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE saved_views SET name = $3, shared = $4 WHERE id = $1 AND account = $2`, v.ID, v.Account, v.Name, v.Shared); err != nil {
		return false, fmt.Errorf("rename view: %w", err)
	}
	return false, nil
}

func forget(ctx context.Context, tx *database.Tx, account, id string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM saved_views WHERE id = $1 AND account = $2 AND page = $3`, id, account, page); err != nil {
		return fmt.Errorf("delete view: %w", err)
	}
	return nil
}

// Kept lists the views of everybody by their ids, after one: for whoever goes through
// all of them when units end.
func Kept(ctx context.Context, q database.Querier, after string, limit int) (found []View, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+viewColumns+` FROM saved_views WHERE page = $1 AND id > $2 ORDER BY id LIMIT $3`, page, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v View
		if err := rows.Scan(&v.ID, &v.Account, &v.Agency, &v.Name, &v.Query, &v.Shared); err != nil {
			return nil, fmt.Errorf("list views: %w", err)
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

// Pass writes the agency and the address of a view whose units ended, if nobody
// changed it since it was read as was.
func Pass(ctx context.Context, tx *database.Tx, was, v View) (done bool, err error) {
	res, err := tx.ExecContext(ctx, `UPDATE saved_views SET agency = $2, query = $3 WHERE id = $1 AND agency = $4 AND query = $5`, v.ID, v.Agency, v.Query, was.Agency, was.Query)
	if err != nil {
		return false, fmt.Errorf("pass view: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
