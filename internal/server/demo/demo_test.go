package demo

import (
	"bytes"
	"log/slog"
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
		if _, err := Fill(t.Context(), c, log, Plan{Dossiers: 40, Seed: 7}, &out); err != nil {
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

// Two simulations of one plan make the same ids, numbers, codes, times and lines of
// the journal, whichever the database is.
func TestSameSeedGivesTheSameProvinceDigestForDigest(t *testing.T) {
	until := time.Date(2025, time.September, 3, 11, 0, 0, 0, clock.Zone)
	made := func(seed int64, c server.Config) string {
		t.Helper()
		c.Addr = "127.0.0.1:0"
		digest, err := Fill(t.Context(), c, slog.New(slog.DiscardHandler), Plan{Dossiers: 150, Seed: seed, Until: until}, &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	first := made(7, server.Config{Data: databasetest.SQLiteDir(t)})
	if again := made(7, server.Config{Data: databasetest.SQLiteDir(t)}); again != first {
		t.Errorf("made again it is %s, not %s", again, first)
	}
	if again := made(7, server.Config{Data: t.TempDir(), DatabaseURL: databasetest.PostgresURL(t)}); again != first {
		t.Errorf("on PostgreSQL it is %s, not %s", again, first)
	}
	if other := made(8, server.Config{Data: databasetest.SQLiteDir(t)}); other == first {
		t.Error("another seed gave the same province")
	}
}
