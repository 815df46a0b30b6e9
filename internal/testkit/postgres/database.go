package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"sync"
	"testing"
)

// URL is a PostgreSQL server on which databases may be created. Without one the
// test fails.
func URL(t testing.TB) string {
	t.Helper()
	if u := os.Getenv("BENSO_TEST_POSTGRES"); u != "" {
		return u
	}
	u, err := shared()
	if err != nil {
		t.Fatalf("no PostgreSQL for the tests: %v", err)
	}
	return u
}

// NewDatabase is the URL of a fresh, empty database, dropped when t ends.
func NewDatabase(t testing.TB) string {
	t.Helper()
	return copyOf(t, "template0")
}

// Template is a migrated database that others are copied from.
type Template struct{ name string }

var (
	templatesMu sync.Mutex
	templates   = map[string]Template{}
)

// NewTemplate gives the template for key, and makes it with migrate where the
// server has none yet. Of many test processes one runs migrate, once; so key
// must change when the result of migrate would (a digest of the migrations).
// migrate must close what it opens.
func NewTemplate(t testing.TB, key string, migrate func(url string) error) Template {
	t.Helper()
	base := URL(t)
	sum := sha256.Sum256([]byte(key))
	name := "benso_template_" + hex.EncodeToString(sum[:12])
	templatesMu.Lock()
	defer templatesMu.Unlock()
	if tmpl, ok := templates[base+name]; ok {
		return tmpl
	}
	if err := makeTemplate(t.Context(), base, name, migrate); err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	templates[base+name] = Template{name}
	return templates[base+name]
}

// NewDatabase is the URL of a fresh copy of the template, dropped when t ends.
func (tmpl Template) NewDatabase(t testing.TB) string {
	t.Helper()
	return copyOf(t, tmpl.name)
}

func makeTemplate(ctx context.Context, base, name string, migrate func(url string) error) (err error) {
	admin, err := adminOf(base)
	if err != nil {
		return err
	}
	conn, err := admin.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	h := fnv.New64a()
	if _, err := h.Write([]byte(name)); err != nil {
		return err
	}
	key := int64(h.Sum64())
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", key); err != nil {
		return err
	}
	defer func() {
		_, unlock := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", key)
		err = errors.Join(err, unlock)
	}()
	var done bool
	if err := conn.QueryRowContext(ctx, "SELECT count(*) > 0 FROM pg_database WHERE datname = $1 AND datistemplate", name).Scan(&done); err != nil || done {
		return err
	}
	// A process that was killed may have left half of one.
	for _, stmt := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name + " TEMPLATE template0"} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("%s: %w", stmt, err)
		}
	}
	target, err := withDatabase(base, name)
	if err != nil {
		return err
	}
	if err := migrate(target); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, stmt := range []string{
		"ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'",
		"ALTER DATABASE " + name + " WITH IS_TEMPLATE true",
	} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("%s: %w", stmt, err)
		}
	}
	return nil
}

func copyOf(t testing.TB, template string) string {
	t.Helper()
	base := URL(t)
	admin, err := adminOf(base)
	if err != nil {
		t.Fatal(err)
	}
	name := "benso_" + strings.ToLower(rand.Text()[:16])
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("create a database for the test: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context is over by now.
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	u, err := withDatabase(base, name)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

var (
	adminsMu sync.Mutex
	admins   = map[string]*sql.DB{}
)

// adminOf is this process's connections for creating and dropping, few so that
// the server's limit is left to the tests. They end with the process.
func adminOf(base string) (*sql.DB, error) {
	adminsMu.Lock()
	defer adminsMu.Unlock()
	if db := admins[base]; db != nil {
		return db, nil
	}
	if _, err := withDatabase(base, "x"); err != nil {
		return nil, err
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(3)
	admins[base] = db
	return db, nil
}
