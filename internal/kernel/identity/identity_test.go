package identity

import (
	"bytes"
	"context"
	"testing"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
)

// cheap keeps tests fast; what they prove does not depend on the cost.
func cheap() Hashing {
	return Hashing{Memory: 8, Passes: 1, Threads: 1, AtOnce: 4, Patience: 30 * time.Second}
}

type bench struct {
	*Store
	db    *database.DB
	clock *clock.Fake
}

func newBench(t *testing.T, db *database.DB) *bench {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Zone))
	s, err := New(t.Context(), db, c, Config{Secret: bytes.Repeat([]byte{7}, 32), Hashing: cheap()})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{s, db, c}
}

func each(t *testing.T, fn func(t *testing.T, b *bench)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) { fn(t, newBench(t, db)) })
}

// write runs fn in a transaction that must succeed.
func (b *bench) write(t *testing.T, fn func(ctx context.Context, tx *database.Tx) error) {
	t.Helper()
	if err := b.db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

var admin = By{Account: "system"}

func handle(t *testing.T, typed string) Handle {
	t.Helper()
	h, err := ParseHandle(typed)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

const good = "cau rach mieu 2009"

func (b *bench) register(t *testing.T, handle, password string) Welcome {
	t.Helper()
	w, err := b.Register(t.Context(), Attempt{Handle: handle, Password: password, Address: "203.0.113.7"}, "Nguyễn Thị Lan")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (b *bench) official(t *testing.T, address string) string {
	t.Helper()
	p, err := b.Chosen(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	var account string
	b.write(t, func(ctx context.Context, tx *database.Tx) (err error) {
		account, _, err = b.SaveOfficial(ctx, tx, admin, handle(t, address), "Trần Văn Đức", p)
		return err
	})
	return account
}

func (b *bench) give(t *testing.T, account, role string, from, last database.Date) string {
	t.Helper()
	var id string
	b.write(t, func(ctx context.Context, tx *database.Tx) (err error) {
		id, err = b.Give(ctx, tx, admin, Assignment{Account: account, Role: role, Agency: "ubnd-28756", From: from, Last: last},
			func([]string) error { return nil })
		return err
	})
	return id
}

func (b *bench) lookup(t *testing.T, token string) Profile {
	t.Helper()
	p, err := b.Lookup(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (b *bench) journalled(t *testing.T, action string) int {
	t.Helper()
	rows := 0
	if err := b.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM journal WHERE action = $1`, action).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func wantFault(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if f := fault.Of(err); f == nil || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %v (%s)", err, kind, key)
	}
}

func fieldsOf(err error) []string {
	var names []string
	if f := fault.Of(err); f != nil {
		for _, field := range f.Fields {
			names = append(names, field.Name+" "+field.Key)
		}
	}
	return names
}
