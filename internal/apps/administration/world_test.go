package administration

import (
	"bytes"
	"context"
	"testing"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/event"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/unit"
	"benso/packs"
)

const (
	here      = "ubnd-28810-2025" // of Xã Phú Túc
	elsewhere = "ubnd-28756-2025" // of Phường Phú Khương
	top       = "ubnd-86"         // of the province above both
)

// world has an administrator of one commune (chief), of its neighbour (other) and
// of the province (above).
type world struct {
	*Room
	t                   *testing.T
	clock               *clock.Fake
	chief, other, above string
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Zone))
		roles, problems := access.Load(packs.Bentre())
		units, more := unit.Load(packs.Bentre())
		if len(problems)+len(more) > 0 {
			t.Fatal(problems, more)
		}
		store, err := identity.New(t.Context(), db, now, identity.Config{Secret: bytes.Repeat([]byte{7}, 32), Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1, AtOnce: 2, Patience: time.Minute}})
		if err != nil {
			t.Fatal(err)
		}
		files, err := pack.Read(packs.Bentre())
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := pack.Apply(ctx, tx, files, now.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, clock: now, Room: &Room{DB: db, Clock: now, Identity: store, Units: units, Roles: roles, Events: event.NewBus(db, now, "test")}}
		w.Reload = func(context.Context) error { return nil }
		w.chief, w.other, w.above = w.hire("0900000001", "administrator", here), w.hire("0900000002", "administrator", elsewhere), w.hire("0900000003", "administrator", top)
		fn(t, w)
	})
}

// hire makes an official by the machine's hand.
func (w *world) hire(handle, role, agency string) (account string) {
	w.t.Helper()
	out, err := w.add(w.t.Context(), Machine(), database.NewID(), Wish{Handle: handle, Name: "Trần Văn Mới", Role: role, Agency: agency, From: "2026-01-01", Reason: "x"})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Account
}

// hand is somebody's as it is now.
func (w *world) hand(account string) Hand {
	w.t.Helper()
	p, err := w.Identity.ProfileOf(w.t.Context(), account)
	if err != nil {
		w.t.Fatal(err)
	}
	p.MustChangePassword = false
	return Of(access.NewActor(p, w.Roles, func(agency string) (string, bool) {
		path, err := w.Units.AgencyPath(agency)
		return path, err == nil
	}, nil))
}

// posts writes the roles of an account that are not over.
func (w *world) posts(account string) (said []string) {
	w.t.Helper()
	open, err := w.open(w.t.Context(), w.DB.Read(), account)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, a := range open {
		said = append(said, a.Role+" "+a.Agency+" "+string(a.From)+" "+string(a.Last))
	}
	return said
}

// postOf is the id of an account's only role.
func (w *world) postOf(account string) string {
	w.t.Helper()
	open, err := w.open(w.t.Context(), w.DB.Read(), account)
	if err != nil || len(open) != 1 {
		w.t.Fatal(open, err)
	}
	return open[0].ID
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.DB.Read().QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// refused says that an act was refused with a kind and, where it is given, a key.
func (w *world) refused(what string, err error, kind fault.Kind, key string) {
	w.t.Helper()
	if !fault.Is(err, kind) || key != "" && fault.Of(err).Key != key {
		w.t.Errorf("%s: %v instead of %v (%s)", what, err, kind, key)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
