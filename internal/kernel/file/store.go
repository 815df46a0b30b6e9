package file

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

const columns = `id, owner_kind, owner_id, slot, digest, size, type, name, pages, width, height, received_by, received_at, ended_at, doubts`

func insert(ctx context.Context, tx *database.Tx, f File) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO files (`+columns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		f.ID, f.Owner.Kind, f.Owner.ID, f.Slot, f.Digest, f.Size, string(f.Type), f.Name, f.Pages, f.Width, f.Height,
		f.ReceivedBy, database.Time{Time: f.ReceivedAt}, database.Time{Time: f.EndedAt}, string(f.Doubts))
	return err
}

func scan(row interface{ Scan(...any) error }) (File, error) {
	var f File
	var received, ended database.Time
	err := row.Scan(&f.ID, &f.Owner.Kind, &f.Owner.ID, &f.Slot, &f.Digest, &f.Size, (*string)(&f.Type), &f.Name,
		&f.Pages, &f.Width, &f.Height, &f.ReceivedBy, &received, &ended, (*string)(&f.Doubts))
	f.ReceivedAt, f.EndedAt = received.Time, ended.Time
	return f, err
}

// Get gives one paper by its id. A removed paper is not found.
func (s *Store) Get(ctx context.Context, q database.Querier, id string) (File, error) {
	f, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+` FROM files WHERE id = $1 AND ended_at IS NULL`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return File{}, fault.Missing("file", id)
	}
	if err != nil {
		return File{}, fmt.Errorf("get file: %w", err)
	}
	return f, nil
}

// List gives the papers of one owner, first received first. The owner is its
// scope: whoever may read the owner may read the list.
func (s *Store) List(ctx context.Context, q database.Querier, o Owner) ([]File, error) {
	return list(ctx, q, `SELECT `+columns+` FROM files
		WHERE owner_kind = $1 AND owner_id = $2 AND ended_at IS NULL ORDER BY received_at, id`, o.Kind, o.ID)
}

func list(ctx context.Context, q database.Querier, query string, args ...any) (files []File, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		f, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list files: %w", err)
		}
		files = append(files, f)
	}
	return files, rows.Err()
}

// Remove ends a paper's row. Removing it again finds nothing. The bytes go with
// a later sweep, when no other row has them.
func (s *Store) Remove(ctx context.Context, tx *database.Tx, id string) error {
	result, err := tx.ExecContext(ctx, `UPDATE files SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`,
		id, database.Time{Time: s.clock.Now()})
	if err != nil {
		return fmt.Errorf("remove file: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("remove file: %w", err)
	}
	if n == 0 {
		return fault.Missing("file", id)
	}
	return nil
}

// Move gives all papers of one owner to another, as when a draft becomes a
// dossier, and says how many. The papers keep their ids.
func (s *Store) Move(ctx context.Context, tx *database.Tx, from, to Owner) (int64, error) {
	if to.Kind == "" || to.ID == "" {
		return 0, errors.New("file: move without an owner")
	}
	result, err := tx.ExecContext(ctx, `UPDATE files SET owner_kind = $3, owner_id = $4
		WHERE owner_kind = $1 AND owner_id = $2 AND ended_at IS NULL`, from.Kind, from.ID, to.Kind, to.ID)
	if err != nil {
		return 0, fmt.Errorf("move files: %w", err)
	}
	return result.RowsAffected()
}

func (s *Store) countRefusal(ctx context.Context, day database.Date) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO file_refusals (day, count) VALUES ($1, 1)
			ON CONFLICT (day) DO UPDATE SET count = file_refusals.count + 1`, day)
		return err
	})
}

// Refusals counts the papers that were refused for a mark of secrecy on the
// days from first to last. Nothing else is known of them.
func (s *Store) Refusals(ctx context.Context, q database.Querier, first, last database.Date) (int64, error) {
	var n int64
	err := q.QueryRowContext(ctx, `SELECT COALESCE(SUM(count), 0) FROM file_refusals WHERE day >= $1 AND day <= $2`, first, last).Scan(&n)
	return n, err
}

// countInfection counts a paper that was refused for a virus, and journals it.
func (s *Store) countInfection(ctx context.Context, by, digest string) error {
	now := s.clock.Now()
	day := database.Date(now.In(clock.Zone).Format(time.DateOnly))
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO file_infections (day, count) VALUES ($1, 1)
			ON CONFLICT (day) DO UPDATE SET count = file_infections.count + 1`, day)
		if err != nil {
			return fmt.Errorf("count an infection: %w", err)
		}
		return audit.Record(ctx, tx, now, audit.Entry{Actor: by, Action: "file.infected", ObjectKind: "file", ObjectID: digest, Digest: digest})
	})
}

// Infections counts the papers that were refused for a virus on the days from
// first to last.
func (s *Store) Infections(ctx context.Context, q database.Querier, first, last database.Date) (int64, error) {
	var n int64
	err := q.QueryRowContext(ctx, `SELECT COALESCE(SUM(count), 0) FROM file_infections WHERE day >= $1 AND day <= $2`, first, last).Scan(&n)
	return n, err
}

// usedDigests gives the digests between two that a row needs, or needed after
// the given instant.
func (s *Store) usedDigests(ctx context.Context, from, to string, since time.Time) (used map[string]bool, err error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT DISTINCT digest FROM files
		WHERE digest >= $1 AND digest <= $2 AND (ended_at IS NULL OR ended_at > $3)`, from, to, database.Time{Time: since})
	if err != nil {
		return nil, fmt.Errorf("list digests: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	used = map[string]bool{}
	for rows.Next() {
		var d string
		if err := rows.Scan(&d); err != nil {
			return nil, fmt.Errorf("list digests: %w", err)
		}
		used[d] = true
	}
	return used, rows.Err()
}

// livePage gives up to 500 papers after the given digest and id, in that order.
func (s *Store) livePage(ctx context.Context, digest, id string) ([]File, error) {
	return list(ctx, s.db.Read(), `SELECT `+columns+` FROM files
		WHERE ended_at IS NULL AND (digest > $1 OR (digest = $1 AND id > $2)) ORDER BY digest, id LIMIT 500`, digest, id)
}

func contents(ctx context.Context, q database.Querier) (found []Held, err error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT digest, size FROM files WHERE ended_at IS NULL ORDER BY digest`)
	if err != nil {
		return nil, fmt.Errorf("list contents: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var h Held
		if err := rows.Scan(&h.Digest, &h.Size); err != nil {
			return nil, fmt.Errorf("list contents: %w", err)
		}
		found = append(found, h)
	}
	return found, rows.Err()
}
