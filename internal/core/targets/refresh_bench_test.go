package targets

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/packs"
)

// ledger is a source whose facts are made here.
type ledger struct{}

func (ledger) Measures() []string {
	return []string{"dossiers.online", "dossiers.on_time", "dossiers.early", "dossiers.late", "dossiers.asked", "dossiers.by_channel"}
}

func (ledger) Rule(measure string) (Rule, bool) {
	if measure == "dossiers.online" || measure == "dossiers.by_channel" {
		return Rule{Fact: "filed"}, true
	}
	return Rule{Fact: "resolved"}, true
}

func (ledger) Count(context.Context, database.Querier, Question) (Count, error) { return Count{}, nil }

func (ledger) Open(context.Context, database.Querier, Question, access.Scope, Part, Page) (Records, error) {
	return Records{}, nil
}

// factsFor are those of a record that was filed and resolved.
func factsFor(r *rand.Rand, id string, filed time.Time) []Fact {
	f := Fact{Record: id, Fact: "filed", N: 1, Month: MonthOf(filed), Unit: fmt.Sprintf("%d-2025", 28756+3*r.IntN(48)), Channel: "online", Subject: fmt.Sprintf("1.%06d", 1000+r.IntN(400)), Class: "online", At: filed}
	done := f
	done.Fact, done.At, done.Class = "resolved", filed.Add(time.Hour), []string{"early", "day", "late", "early+asked"}[r.IntN(4)]
	done.Month = MonthOf(done.At)
	return []Fact{f, done}
}

// Budget: 50 ms with a million dossiers (BENSO_BENCH_ROWS).
func BenchmarkRefreshAfterAnAct(b *testing.B) {
	n := 100_000
	if rows, err := strconv.Atoi(os.Getenv("BENSO_BENCH_ROWS")); err == nil {
		n = rows
	}
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	for name, config := range map[string]func() database.Config{
		"sqlite":   func() database.Config { return database.Config{Dir: databasetest.SQLiteDir(b)} },
		"postgres": func() database.Config { return database.Config{Dir: b.TempDir(), URL: databasetest.PostgresURL(b)} },
	} {
		b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
			db, err := database.Open(b.Context(), config())
			must(err)
			b.Cleanup(func() { must(db.Close()) })
			res, problems := Load(packs.Bentre())
			if len(problems) > 0 {
				b.Fatal(problems)
			}
			now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
			room, err := New(db, clock.NewFake(now), res, ledger{})
			must(err)
			r := rand.New(rand.NewPCG(5, 6))
			keep := func(facts []Fact) {
				must(db.Write(b.Context(), func(ctx context.Context, tx *database.Tx) error { return keepFacts(ctx, tx, facts) }))
			}
			for from := 0; from < n; from += 5000 {
				var facts []Fact
				for i := from; i < min(from+5000, n); i++ {
					facts = append(facts, factsFor(r, fmt.Sprintf("c%09d", i), now.Add(-time.Duration(n-i)*(6*365*24*time.Hour/time.Duration(n))))...)
				}
				keep(facts)
			}
			if db.Dialect() == database.Postgres { // which it does by itself, after a while
				must(db.Write(b.Context(), func(ctx context.Context, tx *database.Tx) error {
					_, err := tx.ExecContext(ctx, `ANALYZE`)
					return err
				}))
			}
			must(room.count(b.Context()))
			i := 0
			for b.Loop() {
				b.StopTimer()
				i++
				keep(factsFor(r, fmt.Sprintf("n%09d", i), now.Add(-time.Minute)))
				b.StartTimer()
				must(room.count(b.Context()))
			}
		})
	}
}
