package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/pressly/goose/v3"

	"benso/migrations"
)

// Step is a change of the schema that runs before ours, such as the job
// library's own.
type Step func(ctx context.Context, db *DB) error

// Migrate brings the schema up to date under a lock, so that two programs that
// start together do it once. first run before our own migrations.
func (db *DB) Migrate(ctx context.Context, first ...Step) (err error) {
	unlock, err := db.lockMigrations(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	for _, step := range first {
		if err := step(ctx, db); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	p, err := db.provider()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Pending says how many of our migrations have not been applied.
func (db *DB) Pending(ctx context.Context) (int, error) {
	p, err := db.provider()
	if err != nil {
		return 0, err
	}
	status, err := p.Status(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, s := range status {
		if s.State == goose.StatePending {
			n++
		}
	}
	return n, nil
}

// newest is the number of the last migration that the program carries.
var newest = sync.OnceValues(func() (n int64, err error) {
	files, err := fs.Glob(migrations.Files, "sqlite/*.sql")
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		v, err := goose.NumericComponent(f)
		if err != nil {
			return 0, err
		}
		n = max(n, v)
	}
	return n, nil
})

// Current says whether the schema is as new as the program, by one cheap read:
// anybody may ask often. Pending asks the writer and counts.
func (db *DB) Current(ctx context.Context) (bool, error) {
	n, err := newest()
	if err != nil {
		return false, err
	}
	var is bool
	err = db.Read().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM goose_db_version WHERE version_id = $1 AND is_applied)`, n).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("read the schema's version: %w", err)
	}
	return is, nil
}

func (db *DB) provider() (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if db.dialect == Postgres {
		dialect = goose.DialectPostgres
	}
	files, err := fs.Sub(migrations.Files, db.dialect.String())
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db.writer, files, goose.WithDisableGlobalRegistry(true))
}

// migrationLock is any number that nothing else in the database uses.
const migrationLock = 7_305_001

func (db *DB) lockMigrations(ctx context.Context) (unlock func() error, err error) {
	if db.dialect == SQLite {
		return LockFile(filepath.Join(db.dir, "migrate.lock"), Wait)
	}
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, migrationLock); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrationLock)
		return errors.Join(err, conn.Close())
	}, nil
}

// Patience says what to do when a file is locked by another process.
type Patience int

// Wait for it, or fail at once.
const (
	Wait Patience = iota
	FailAtOnce
)

// LockFile holds a file for this process; the lock ends with the process.
func LockFile(name string, p Patience) (unlock func() error, err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_EX
	if p == FailAtOnce {
		how |= syscall.LOCK_NB
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is held by another process: %w", name, err), f.Close())
	}
	return f.Close, nil
}
