package identity

import (
	"context"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

func cut(column string) (table, name string, ok bool) { return strings.Cut(column, ".") }

func containsAny(text string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// benchDatabases opens, on each database, a thousand accounts, and the session of
// an official with two roles.
func benchDatabases(bb *testing.B) map[string]func(*testing.B) (*Store, string) {
	bb.Helper()
	fill := func(bb *testing.B, db *database.DB) (*Store, string) {
		s, err := New(bb.Context(), db, clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)), Config{Secret: make([]byte, 32), Hashing: cheap()})
		if err != nil {
			bb.Fatal(err)
		}
		p, err := s.Chosen(bb.Context(), good)
		if err != nil {
			bb.Fatal(err)
		}
		var token string
		err = db.Write(bb.Context(), func(ctx context.Context, tx *database.Tx) error {
			for range 1000 {
				account, _, err := s.create(ctx, tx, admin, Official, "Trần Văn Đức", p)
				if err != nil {
					return err
				}
				for _, role := range []string{"clerk", "specialist"} {
					a := Assignment{Account: account, Role: role, Agency: "x", From: "2026-01-01"}
					if _, err := s.Give(ctx, tx, admin, a, func([]string) error { return nil }); err != nil {
						return err
					}
				}
				signed, err := s.open(ctx, tx, account, Official, Attempt{})
				if err != nil {
					return err
				}
				token = signed.Token
			}
			return nil
		})
		if err != nil {
			bb.Fatal(err)
		}
		return s, token
	}
	open := func(bb *testing.B, c database.Config) *database.DB {
		db, err := database.Open(bb.Context(), c)
		if err != nil {
			bb.Fatal(err)
		}
		bb.Cleanup(func() {
			if err := db.Close(); err != nil {
				bb.Error(err)
			}
		})
		return db
	}
	return map[string]func(*testing.B) (*Store, string){
		"sqlite": func(bb *testing.B) (*Store, string) { return fill(bb, databasetest.SQLite(bb)) },
		"postgres": func(bb *testing.B) (*Store, string) {
			return fill(bb, open(bb, database.Config{URL: databasetest.PostgresURL(bb)}))
		},
	}
}
