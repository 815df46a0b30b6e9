package pack_test

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/pack"
)

func folder(t *testing.T, units, calendar string) []pack.File {
	t.Helper()
	files, err := pack.Read(fstest.MapFS{
		"units.csv":    {Data: []byte(units)},
		"calendar.csv": {Data: []byte(calendar)},
		"SOURCES.md":   {Data: []byte("notes stay in the program")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestUpgradeAddsVersionsAndKeepsWhatAnAdministratorChanged(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := time.Unix(1_800_000_000, 0)
		apply := func(files []pack.File) (changes []pack.Change) {
			t.Helper()
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
				changes, err = pack.Apply(ctx, tx, files, now)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return changes
		}
		want := func(got []pack.Change, want ...pack.Change) {
			t.Helper()
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		}
		want(apply(folder(t, "u1", "c1")), pack.Change{Path: "calendar.csv", Kind: pack.Added, To: 1}, pack.Change{Path: "units.csv", Kind: pack.Added, To: 1})
		want(apply(folder(t, "u1", "c1")))
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := pack.ChangeFile(ctx, tx, "calendar.csv", "mine", 1, now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := pack.ChangeFile(ctx, tx, "calendar.csv", "theirs", 1, now)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a second administrator overwrote the first: %v", err)
		}
		want(apply(folder(t, "u1", "c1"))) // nothing new in the pack, so nothing to say
		want(apply(folder(t, "u2", "c2")), pack.Change{Path: "calendar.csv", Kind: pack.Kept, From: 2}, pack.Change{Path: "units.csv", Kind: pack.Changed, From: 1, To: 2})

		want(apply(folder(t, "u1", "c1"))) // an old program that restarts brings nothing back
		want(apply(folder(t, "u2", "c1")))

		files, err := pack.InForce(t.Context(), db.Read())
		if err != nil {
			t.Fatal(err)
		}
		var bodies []string
		for _, f := range files {
			bodies = append(bodies, f.Body)
		}
		if d := cmp.Diff([]string{"mine", "u2"}, bodies); d != "" {
			t.Error(d)
		}
	})
}

func TestProblemsComeInTheOrderOfFilesAndLines(t *testing.T) {
	var r pack.Registry
	r.Register(func(fs.FS) []pack.Problem {
		return []pack.Problem{{File: "b", Line: 2, Text: "x"}, {File: "a", Line: 9, Text: "y", Mend: "do z"}}
	})
	r.Register(func(fs.FS) []pack.Problem { return []pack.Problem{{File: "a", Line: 1, Text: "w"}} })
	var got []string
	for _, p := range r.Check(fstest.MapFS{}) {
		got = append(got, p.String())
	}
	if d := cmp.Diff([]string{"a:1: w", "a:9: y; do z", "b:2: x"}, got); d != "" {
		t.Error(d)
	}
}
