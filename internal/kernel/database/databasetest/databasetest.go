// Package databasetest runs a test on both databases.
//
// Each test has a database of its own, copied from one that was migrated once.
// Without PostgreSQL the test fails: a store that was tried on one database only
// has not been tried. Only tests import this package.
package databasetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/testkit/postgres"
	"benso/migrations"
)

// Each runs fn on SQLite and on PostgreSQL, each with a fresh, migrated
// database, as subtests that run side by side.
func Each(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, open(t, database.Config{Dir: SQLiteDir(t)}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, open(t, database.Config{URL: PostgresURL(t), Dir: t.TempDir()}))
	})
}

// SQLite gives one fresh, migrated SQLite database, for tests of what does not
// depend on the database.
func SQLite(t testing.TB) *database.DB {
	t.Helper()
	return open(t, database.Config{Dir: SQLiteDir(t)})
}

func open(t testing.TB, c database.Config) *database.DB {
	t.Helper()
	c.MaxOpen = 8
	db, err := database.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "benso-template")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary folder left behind harms nobody
	if err := migrate(database.Config{Dir: dir}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "benso.db"))
})

// SQLiteDir gives a data folder with a fresh, migrated database in it.
func SQLiteDir(t testing.TB) string {
	t.Helper()
	data, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "benso.db"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// PostgresURL gives the address of a fresh, migrated database.
func PostgresURL(t testing.TB) string {
	t.Helper()
	key, err := digest()
	if err != nil {
		t.Fatal(err)
	}
	return postgres.NewTemplate(t, key, func(url string) error { return migrate(database.Config{URL: url}) }).NewDatabase(t)
}

func migrate(c database.Config) (err error) {
	ctx := context.Background()
	db, err := database.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Migrate(ctx, Steps...)
}

// digest names the state of the migrations, so that a changed one gets a new
// template.
func digest() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(migrations.Files, name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(data), data)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}
