package database

import (
	"archive/zip"
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// SnapshotFile is the name under which Snapshot writes each database.
func SnapshotFile(d Dialect) string {
	if d == Postgres {
		return "database.zip"
	}
	return "benso.db"
}

// Snapshot writes everything in the database, as it stood at one instant, to a file
// that is not there yet, while everybody goes on writing. SQLite copies itself (VACUUM
// INTO, in one reading transaction); of PostgreSQL every table is read by COPY in one
// REPEATABLE READ transaction. The file is synced. look is given what the snapshot
// holds, exactly; it writes nothing.
func (db *DB) Snapshot(ctx context.Context, file string, look func(context.Context, Querier) error) error {
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(fmt.Errorf("a snapshot is not written over %s", file), err)
	}
	var err error
	if db.dialect == SQLite {
		err = db.snapshotSQLite(ctx, file, look)
	} else {
		err = db.snapshotPostgres(ctx, file, look)
	}
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return syncFile(file)
}

func (db *DB) snapshotSQLite(ctx context.Context, file string, look func(context.Context, Querier) error) (err error) {
	from, err := openKeeping(sqliteDSN(filepath.Join(db.dir, "benso.db")))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if _, err := from.ExecContext(ctx, `VACUUM INTO $1`, file); err != nil {
		return err
	}
	copied, err := sql.Open("sqlite", "file:"+escaped(file)+"?mode=ro&immutable=1&_time_integer_format=unix_micro&_pragma=query_only(1)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	return look(ctx, pool{&DB{dialect: SQLite, reader: copied}})
}

// derived are tables that triggers fill from others: they are not written, and fill
// themselves when the others come back. bookkeeping is what migrations write.
var (
	derived     = []string{"case_words", "case_vocabulary"}
	bookkeeping = []string{"goose_db_version", "river_migration"}
)

type table struct {
	name    string
	columns []string
	needs   []string // tables that must be filled before
}

func (t table) copy() string {
	quoted := make([]string, len(t.columns))
	for i, c := range t.columns {
		quoted[i] = pgx.Identifier{c}.Sanitize()
	}
	return pgx.Identifier{t.name}.Sanitize() + " (" + strings.Join(quoted, ", ") + ")"
}

func (db *DB) snapshotPostgres(ctx context.Context, file string, look func(context.Context, Querier) error) (err error) {
	conn, err := db.reader.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	raw, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() {
		if rb := raw.Rollback(); rb != nil && !errors.Is(rb, sql.ErrTxDone) && err == nil {
			err = rb
		}
	}()
	tx := &Tx{Tx: raw, dialect: Postgres}
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return err
	}
	sequences, err := sequencesOf(ctx, tx)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	buffered := bufio.NewWriterSize(out, 1<<20)
	archive := zip.NewWriter(buffered)
	for _, t := range tables {
		w, err := archive.Create("tables/" + t.name)
		if err != nil {
			return err
		}
		// The transaction's own connection: the copies are of one instant.
		err = conn.Raw(func(c any) error {
			_, err := c.(*stdlib.Conn).Conn().PgConn().CopyTo(ctx, w, `COPY `+t.copy()+` TO STDOUT`)
			return err
		})
		if err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	w, err := archive.Create("sequences")
	if err != nil {
		return err
	}
	for _, s := range sequences {
		if _, err := fmt.Fprintf(w, "%s %d\n", s.name, s.last); err != nil {
			return err
		}
	}
	if err := errors.Join(archive.Close(), buffered.Flush()); err != nil {
		return err
	}
	return look(ctx, tx)
}

// tablesOf lists the tables in an order in which each comes after those that it
// refers to.
func tablesOf(ctx context.Context, tx *Tx) (ordered []table, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT c.table_name, c.column_name FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
		WHERE c.table_schema = current_schema() AND c.is_generated = 'NEVER' ORDER BY c.table_name, c.ordinal_position`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	byName := map[string]*table{}
	var names []string
	for rows.Next() {
		var name, column string
		if err := rows.Scan(&name, &column); err != nil {
			return nil, err
		}
		if slices.Contains(derived, name) || slices.Contains(bookkeeping, name) {
			continue
		}
		if byName[name] == nil {
			byName[name] = &table{name: name}
			names = append(names, name)
		}
		byName[name].columns = append(byName[name].columns, column)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	needs, err := tx.QueryContext(ctx, `SELECT f.relname, t.relname FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
		JOIN pg_namespace n ON n.oid = f.relnamespace WHERE k.contype = 'f' AND n.nspname = current_schema() AND f.oid <> t.oid ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, needs.Close()) }()
	for needs.Next() {
		var from, to string
		if err := needs.Scan(&from, &to); err != nil {
			return nil, err
		}
		if byName[from] != nil && byName[to] != nil {
			byName[from].needs = append(byName[from].needs, to)
		}
	}
	if err := needs.Err(); err != nil {
		return nil, err
	}
	placed := map[string]bool{}
	var place func(name string)
	place = func(name string) {
		if placed[name] {
			return
		}
		placed[name] = true
		for _, n := range byName[name].needs {
			place(n)
		}
		ordered = append(ordered, *byName[name])
	}
	for _, n := range names {
		place(n)
	}
	return ordered, nil
}

type sequence struct {
	name string
	last int64
}

func sequencesOf(ctx context.Context, tx *Tx) (found []sequence, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = current_schema() ORDER BY sequencename`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s sequence
		if err := rows.Scan(&s.name, &s.last); err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, rows.Err()
}

// Empty says whether nothing was ever kept in the database that c names, so that a
// snapshot may be brought into it.
func Empty(ctx context.Context, c Config) (empty bool, err error) {
	if c.URL == "" {
		_, err := os.Stat(filepath.Join(c.Dir, "benso.db"))
		if errors.Is(err, os.ErrNotExist) {
			return true, nil
		}
		return false, err
	}
	db, err := Open(ctx, c)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var n int
	err = db.Read().QueryRowContext(ctx, `SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()`).Scan(&n)
	return n == 0, err
}

// BringBack fills the empty database that c names from a snapshot that was taken at a
// version of the schema; first are the steps of Migrate. The schema stays at that
// version: Migrate brings it up to date.
func BringBack(ctx context.Context, c Config, file string, version int64, first ...Step) (err error) {
	empty, err := Empty(ctx, c)
	if err != nil {
		return fmt.Errorf("bring back: %w", err)
	}
	if !empty {
		return errors.New("bring back: the database is not empty; nothing is written over what is there")
	}
	if c.URL == "" {
		return bringBackSQLite(c, file)
	}
	db, err := Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, step := range first {
		if err := step(ctx, db); err != nil {
			return fmt.Errorf("bring back: %w", err)
		}
	}
	p, err := db.provider()
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("bring back: make the schema %d: %w", version, err)
	}
	if err := db.fill(ctx, file); err != nil {
		return fmt.Errorf("bring back: %w", err)
	}
	return nil
}

func bringBackSQLite(c Config, file string) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	to := filepath.Join(c.Dir, "benso.db")
	part := to + ".part"
	if err := copyFile(file, part); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncFile(c.Dir)
}

// fill reads an archive's tables into the empty schema, in one transaction.
func (db *DB) fill(ctx context.Context, file string) (err error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	raw, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if rb := raw.Rollback(); rb != nil && !errors.Is(rb, sql.ErrTxDone) && err == nil {
			err = rb
		}
	}()
	tx := &Tx{Tx: raw, dialect: Postgres}
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		in, err := archive.Open("tables/" + t.name)
		if err != nil {
			return fmt.Errorf("the snapshot has no table %s: %w", t.name, err)
		}
		err = conn.Raw(func(c any) error {
			_, err := c.(*stdlib.Conn).Conn().PgConn().CopyFrom(ctx, in, `COPY `+t.copy()+` FROM STDIN`)
			return err
		})
		if err = errors.Join(err, in.Close()); err != nil {
			return fmt.Errorf("fill %s: %w", t.name, err)
		}
	}
	if n := len(archive.File) - 1; n != len(tables) {
		return fmt.Errorf("the snapshot has %d tables, the schema %d", n, len(tables))
	}
	if err := setSequences(ctx, tx, archive); err != nil {
		return err
	}
	return raw.Commit()
}

func setSequences(ctx context.Context, tx *Tx, archive *zip.ReadCloser) (err error) {
	in, err := archive.Open("sequences")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for lines := bufio.NewScanner(in); ; {
		if !lines.Scan() {
			return lines.Err()
		}
		var s sequence
		if _, err := fmt.Sscanf(lines.Text(), "%s %d", &s.name, &s.last); err != nil {
			return err
		}
		// The triggers have drawn from some already.
		if s.last == 0 {
			continue
		}
		if _, err := tx.ExecContext(ctx, `SELECT setval($1::regclass, greatest($2, (SELECT coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = $3)))`, pgx.Identifier{s.name}.Sanitize(), s.last, s.name); err != nil {
			return fmt.Errorf("set the sequence %s: %w", s.name, err)
		}
	}
}

// Version is the number of the last migration of ours that was applied.
func Version(ctx context.Context, q Querier) (n int64, err error) {
	if err := q.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return n, nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
