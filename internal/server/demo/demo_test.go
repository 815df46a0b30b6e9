package demo

import (
	"bytes"
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/server"
)

func TestDemonstrationIsMadeOnceAndIsMarkedAsSimulated(t *testing.T) {
	c := server.Config{Addr: "127.0.0.1:0", Data: databasetest.SQLiteDir(t)}
	log := slog.New(slog.DiscardHandler)
	var out bytes.Buffer
	for range 2 {
		if err := Fill(t.Context(), c, log, Plan{Dossiers: 40, Seed: 7}, &out); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(out.String(), "40 dossiers simulated"); n != 1 {
		t.Errorf("it was filled %d times", n)
	}
	p, err := server.Open(t.Context(), c, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	if !p.Simulated {
		t.Error("nothing says that it is simulated")
	}
	if _, err := audit.NewChainer(p.DB, clock.System, "test").Chain(t.Context()); err != nil {
		t.Fatal(err)
	}
	report, err := audit.Verify(t.Context(), p.DB, clock.System.Now(), time.Hour)
	if err != nil || !report.OK() {
		t.Errorf("the journal: %+v, %v", report, err)
	}
	var all, real, closed, open int
	row := p.DB.Read().QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE simulated = 0), count(*) FILTER (WHERE state = 'closed'), count(*) FILTER (WHERE state <> 'closed') FROM cases`)
	if err := row.Scan(&all, &real, &closed, &open); err != nil {
		t.Fatal(err)
	}
	if all != 40 || real != 0 || closed < 20 || open == 0 {
		t.Errorf("%d dossiers, %d not marked, %d closed, %d open", all, real, closed, open)
	}
}

func TestSameSeedGivesTheSameDossiers(t *testing.T) {
	read := func(seed int64) string {
		dir := databasetest.SQLiteDir(t)
		if err := Fill(t.Context(), server.Config{Addr: "127.0.0.1:0", Data: dir}, slog.New(slog.DiscardHandler), Plan{Dossiers: 15, Seed: seed}, &bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", filepath.Join(dir, "benso.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }() // read only
		rows, err := db.Query(`SELECT title, step, agency FROM cases ORDER BY title, agency`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var all strings.Builder
		for rows.Next() {
			var title, step, agency string
			if err := rows.Scan(&title, &step, &agency); err != nil {
				t.Fatal(err)
			}
			all.WriteString(title + "|" + agency + "\n")
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
		return all.String()
	}
	if a, b := read(7), read(7); a != b {
		t.Errorf("one seed gave\n%s\nand\n%s", a, b)
	}
	if read(7) == read(8) {
		t.Error("another seed gave the same dossiers")
	}
}
