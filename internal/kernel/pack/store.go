package pack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Plan says what Apply would change.
func Plan(ctx context.Context, q database.Querier, files []File) ([]Change, error) {
	held, err := versions(ctx, q)
	if err != nil {
		return nil, err
	}
	return plan(files, held), nil
}

// Apply adds the versions that Plan lists. Two programs that start together
// apply once.
func Apply(ctx context.Context, tx *database.Tx, files []File, now time.Time) ([]Change, error) {
	if err := database.Lock(ctx, tx, "pack"); err != nil {
		return nil, err
	}
	changes, err := Plan(ctx, tx, files)
	if err != nil {
		return nil, err
	}
	byPath := make(map[string]File, len(files))
	for _, f := range files {
		byPath[f.Path] = f
	}
	for _, c := range changes {
		if c.To == 0 {
			continue
		}
		f := byPath[c.Path]
		f.Version = c.To
		if err := insert(ctx, tx, f, now); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// ChangeFile adds an administrator's version of a file. from is the version that
// was edited; when another has come since, it is a Conflict fault.
func ChangeFile(ctx context.Context, tx *database.Tx, name, body string, from int64, now time.Time) (int64, error) {
	if err := database.Lock(ctx, tx, "pack"); err != nil {
		return 0, err
	}
	var last int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM pack_files WHERE path = $1`, name).Scan(&last); err != nil {
		return 0, fmt.Errorf("change %s: %w", name, err)
	}
	if last != from {
		return 0, fault.New(fault.Conflict, "fault.stale")
	}
	f := File{Path: name, Version: from + 1, Origin: Administrator, Digest: database.Digest(body), Body: body}
	return f.Version, insert(ctx, tx, f, now)
}

func insert(ctx context.Context, tx *database.Tx, f File, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO pack_files (path, version, origin, digest, body, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		f.Path, f.Version, f.Origin, f.Digest, f.Body, database.At(now))
	if err != nil {
		return fmt.Errorf("add version %d of %s: %w", f.Version, f.Path, err)
	}
	return nil
}

func versions(ctx context.Context, q database.Querier) ([]File, error) {
	return list(ctx, q, `SELECT path, version, origin, digest, '' FROM pack_files ORDER BY path, version`)
}

// InForce gives the latest version of each file.
func InForce(ctx context.Context, q database.Querier) ([]File, error) {
	return list(ctx, q, `SELECT p.path, p.version, p.origin, p.digest, p.body FROM pack_files p
		JOIN (SELECT path, max(version) AS version FROM pack_files GROUP BY path) l ON l.path = p.path AND l.version = p.version ORDER BY p.path`)
}

// Versions gives every version of the files under a folder ("procedures/").
func Versions(ctx context.Context, q database.Querier, folder string) ([]File, error) {
	return list(ctx, q, `SELECT path, version, origin, digest, body FROM pack_files WHERE path >= $1 AND path < $2 ORDER BY path, version`,
		folder, folder[:len(folder)-1]+"0")
}

func list(ctx context.Context, q database.Querier, query string, args ...any) (files []File, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the pack: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var f File
		if err := rows.Scan(&f.Path, &f.Version, &f.Origin, &f.Digest, &f.Body); err != nil {
			return nil, fmt.Errorf("read the pack: %w", err)
		}
		files = append(files, f)
	}
	return files, rows.Err()
}
