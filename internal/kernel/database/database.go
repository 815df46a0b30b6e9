package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the embedded database
)

// Dialect says which database is behind a DB.
type Dialect uint8

// The two databases.
const (
	SQLite Dialect = iota
	Postgres
)

func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Querier is what reads need: a DB's readers and a transaction both are one.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	Dialect() Dialect
}

// pool is the pool that reads. Within Together it reads through the transaction
// that is open there, which sees what it has written.
type pool struct {
	db *DB
}

func (p pool) Dialect() Dialect { return p.db.dialect }

func (p pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if tx := p.db.joint(ctx); tx != nil {
		return tx.ExecContext(ctx, query, args...)
	}
	return p.db.reader.ExecContext(ctx, query, args...)
}

func (p pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if tx := p.db.joint(ctx); tx != nil {
		return tx.QueryContext(ctx, query, args...)
	}
	return p.db.reader.QueryContext(ctx, query, args...)
}

func (p pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if tx := p.db.joint(ctx); tx != nil {
		return tx.QueryRowContext(ctx, query, args...)
	}
	return p.db.reader.QueryRowContext(ctx, query, args...)
}

// Tx is one transaction of Write.
type Tx struct {
	*sql.Tx
	dialect Dialect
}

// Dialect says which database the transaction is in.
func (tx *Tx) Dialect() Dialect { return tx.dialect }

// Config says where the data is.
type Config struct {
	URL     string // postgres://…; empty: SQLite in Dir
	Dir     string // the folder of benso.db
	MaxOpen int    // connections of PostgreSQL, 0: 16
}

// DB is one open database.
type DB struct {
	dialect Dialect
	url     string
	dir     string
	writer  *sql.DB
	reader  *sql.DB
	queue   chan *request // SQLite only
	done    chan struct{}
	closing sync.RWMutex
	closed  bool

	hooks struct {
		sync.RWMutex
		after []func()
	}
}

// Open opens the database and checks that it answers. It does not migrate.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.URL != "" {
		return openPostgres(ctx, c)
	}
	return openSQLite(ctx, c)
}

func openPostgres(ctx context.Context, c Config) (*DB, error) {
	cfg, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return nil, errors.New("the database URL cannot be read: it should look like postgres://user:password@host:5432/name")
	}
	cfg.RuntimeParams["application_name"] = "benso"
	cfg.RuntimeParams["timezone"] = "UTC"
	db := stdlib.OpenDB(*cfg)
	n := c.MaxOpen
	if n == 0 {
		n = 16
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open PostgreSQL at %s:%d: %w", cfg.Host, cfg.Port, err), db.Close())
	}
	return &DB{dialect: Postgres, url: c.URL, dir: c.Dir, writer: db, reader: db}, nil
}

func openSQLite(ctx context.Context, c Config) (*DB, error) {
	if c.Dir == "" {
		return nil, errors.New("open SQLite: no data folder was given")
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	file := filepath.Join(c.Dir, "benso.db")
	// What a savepoint could take back is kept in memory: with many acts in one commit
	// a quarter of the time went into a file of it. The writer's pages have more room
	// than the readers', since a commit that outgrows it is written twice.
	writer, err := openKeeping(sqliteDSN(file, "_txlock=immediate", "_pragma=temp_store(MEMORY)", "_pragma=cache_size(-32000)"))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	writer.SetMaxIdleConns(1)
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite: %w", err), writer.Close())
	}
	reader, err := openKeeping(sqliteDSN(file, "_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	n := max(4, runtime.NumCPU()*2)
	reader.SetMaxOpenConns(n)
	reader.SetMaxIdleConns(n)
	db := &DB{dialect: SQLite, dir: c.Dir, writer: writer, reader: reader, queue: make(chan *request, 256), done: make(chan struct{})}
	go db.writeLoop()
	return db, nil
}

// sqliteDSN carries every pragma, since a pragma that is run on the pool
// reaches one connection only.
func sqliteDSN(file string, more ...string) string {
	options := append([]string{
		"_time_integer_format=unix_micro",
		"_pragma=busy_timeout(10000)",
		"_pragma=journal_mode(WAL)",
		"_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)",
		"_pragma=cache_size(-8000)",
	}, more...)
	return "file:" + escaped(file) + "?" + strings.Join(options, "&")
}

func escaped(file string) string { return (&url.URL{Path: file}).EscapedPath() }

// Dialect says which database this is.
func (db *DB) Dialect() Dialect { return db.dialect }

// URL is the address of PostgreSQL; empty for SQLite.
func (db *DB) URL() string { return db.url }

// Dir is the data folder.
func (db *DB) Dir() string { return db.dir }

// Read gives the pool that reads. On SQLite it refuses to write.
func (db *DB) Read() Querier { return pool{db} }

// WriterHandle is the handle that writes: on SQLite the one connection, which
// the job library shares. Only job uses it; a room writes through Write.
func (db *DB) WriterHandle() *sql.DB { return db.writer }

// AfterWrite has f called after each commit of Write, in the writer's
// goroutine: it must return at once (wake something, no more).
func (db *DB) AfterWrite(f func()) {
	db.hooks.Lock()
	defer db.hooks.Unlock()
	db.hooks.after = append(db.hooks.after, f)
}

func (db *DB) committed() {
	db.hooks.RLock()
	defer db.hooks.RUnlock()
	for _, f := range db.hooks.after {
		f()
	}
}

// Close waits for the writes that were accepted and closes the database.
func (db *DB) Close() error {
	db.closing.Lock()
	if db.closed {
		db.closing.Unlock()
		return nil
	}
	db.closed = true
	if db.queue != nil {
		close(db.queue)
	}
	db.closing.Unlock()
	if db.dialect == Postgres {
		return db.writer.Close()
	}
	<-db.done
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// Contended says whether err is a deadlock or a serialization failure of
// PostgreSQL: the same thing, tried again, may go well.
func Contended(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// Duplicate says whether err is a broken unique constraint or primary key.
func Duplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite interface{ Code() int }
	return errors.As(err, &lite) && (lite.Code() == 1555 || lite.Code() == 2067)
}
