package pack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	var added []File
	for _, c := range changes {
		if c.To == 0 {
			continue
		}
		f := byPath[c.Path]
		f.Version = c.To
		added = append(added, f)
	}
	for some := range slices.Chunk(added, batch) {
		if err := insert(ctx, tx, now, some...); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// batch is how many files one statement adds: a province has more than a thousand,
// and each statement is a journey to PostgreSQL.
const batch = 200

// ChangeFile adds an administrator's version of a file. from is the version that
// was edited; when another has come since, it is a Conflict fault.
func ChangeFile(ctx context.Context, tx *database.Tx, name, body string, from int64, now time.Time) (int64, error) {
	if err := database.Lock(ctx, tx, "pack"); err != nil {
		return 0, err
	}
	last, err := Latest(ctx, tx, name)
	if err != nil {
		return 0, err
	}
	if last != from {
		return 0, fault.New(fault.Conflict, "fault.stale")
	}
	f := File{Path: name, Version: from + 1, Origin: Administrator, Digest: database.Digest(body), Body: body}
	return f.Version, insert(ctx, tx, now, f)
}

func insert(ctx context.Context, tx *database.Tx, now time.Time, files ...File) error {
	rows := make([]string, len(files))
	args := []any{database.At(now)}
	for i, f := range files {
		n := len(args)
		rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $1)", n+1, n+2, n+3, n+4, n+5)
		args = append(args, f.Path, f.Version, f.Origin, f.Digest, f.Body)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO pack_files (path, version, origin, digest, body, at) VALUES `+strings.Join(rows, ", "), args...)
	if err != nil {
		return fmt.Errorf("add versions of %s and %d more: %w", files[0].Path, len(files)-1, err)
	}
	return nil
}

func versions(ctx context.Context, q database.Querier) ([]File, error) {
	return list(ctx, q, `SELECT path, version, origin, digest, '' FROM pack_files ORDER BY path, version`)
}

// InForce gives the latest version of each file.
func InForce(ctx context.Context, q database.Querier) ([]File, error) {
	return list(ctx, q, inForce+` ORDER BY p.path`)
}

const inForce = `SELECT p.path, p.version, p.origin, p.digest, p.body FROM pack_files p
	JOIN (SELECT path, max(version) AS version FROM pack_files GROUP BY path) l ON l.path = p.path AND l.version = p.version`

// InForceOutside is InForce without the files under a folder ("procedures/").
func InForceOutside(ctx context.Context, q database.Querier, folder string) ([]File, error) {
	return list(ctx, q, inForce+` WHERE p.path < $1 OR p.path >= $2 ORDER BY p.path`, folder, behind(folder))
}

// Versions gives every version of the files under a folder ("procedures/").
func Versions(ctx context.Context, q database.Querier, folder string) ([]File, error) {
	return list(ctx, q, `SELECT path, version, origin, digest, body FROM pack_files WHERE path >= $1 AND path < $2 ORDER BY path, version`,
		folder, behind(folder))
}

// FileVersions gives every version of one file.
func FileVersions(ctx context.Context, q database.Querier, name string) ([]File, error) {
	return list(ctx, q, `SELECT path, version, origin, digest, body FROM pack_files WHERE path = $1 ORDER BY version`, name)
}

// Latest is the number of a file's version in force; 0 when there is none.
func Latest(ctx context.Context, q database.Querier, name string) (version int64, err error) {
	if err := q.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM pack_files WHERE path = $1`, name).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the version of %s: %w", name, err)
	}
	return version, nil
}

// behind is the first path after all those under a folder: "0" follows "/".
func behind(folder string) string { return folder[:len(folder)-1] + "0" }

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
