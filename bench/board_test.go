package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/server"
)

// boardRows is how many dossiers the board is measured with: BENSO_BENCH_ROWS, or as
// many as a province has in some months.
func boardRows() int {
	if n, err := strconv.Atoi(os.Getenv("BENSO_BENCH_ROWS")); err == nil {
		return n
	}
	return 100_000
}

// withBoard runs a measurement on a program with so many dossiers of six years, on
// both databases. The words by which dossiers are found are not kept meanwhile: they
// are no part of what is measured.
func withBoard(b *testing.B, fn func(b *testing.B, p *server.Program)) {
	for name, config := range map[string]func() server.Config{
		"sqlite": func() server.Config { return server.Config{Data: databasetest.SQLiteDir(b)} },
		"postgres": func() server.Config {
			return server.Config{Data: b.TempDir(), DatabaseURL: databasetest.PostgresURL(b)}
		},
	} {
		b.Run(fmt.Sprintf("%s/%d", name, boardRows()), func(b *testing.B) {
			c := config()
			c.Addr = "127.0.0.1:8080"
			p, err := server.Open(b.Context(), c, slog.New(slog.DiscardHandler))
			must(b, err)
			b.Cleanup(func() {
				if err := p.Stop(context.Background()); err != nil {
					b.Error(err)
				}
			})
			fillBoard(b, p.DB, boardRows())
			began := time.Now()
			must(b, p.Targets.Refresh(b.Context()))
			b.Logf("%d dossiers caught up with in %s", boardRows(), time.Since(began).Round(time.Millisecond))
			fn(b, p)
		})
	}
}

// fillBoard writes closed cases over six years, forty-eight communes and sixty procedures.
func fillBoard(b *testing.B, db *database.DB, n int) {
	b.Helper()
	ctx := b.Context()
	drop := `DROP TRIGGER cases_words_insert`
	if db.Dialect() == database.Postgres {
		drop = `DROP TRIGGER cases_words_insert ON cases`
	}
	must(b, db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, drop)
		return err
	}))
	r := rand.New(rand.NewPCG(3, 4))
	end := time.Now().UTC()
	const rows = 100
	for from := 0; from < n; from += 5000 {
		must(b, db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			for at := from; at < min(from+5000, n); at += rows {
				var text strings.Builder
				text.WriteString(`INSERT INTO cases (id, kind, definition, definition_version, step, state, needs, agency, holder, assignee, place, due_at, provisional, number, title, folded, facet, channel, opened_at, accepted_at, first_due_at, resolved_at, on_time, closed_at, outcome, version, simulated) VALUES `)
				var args []any
				arg := func(v any) string {
					args = append(args, v)
					return fmt.Sprintf("$%d", len(args))
				}
				for i := at; i < min(at+rows, n); i++ {
					if i > at {
						text.WriteString(", ")
					}
					filed := end.Add(-time.Duration(n-i) * (6 * 365 * 24 * time.Hour / time.Duration(n)))
					due := filed.Add(5 * 24 * time.Hour)
					resolved := filed.Add(time.Duration(1+r.IntN(5*24+2)) * time.Hour)
					place := fmt.Sprintf("%d-2025", 28756+3*r.IntN(48))
					channel := "online"
					if r.IntN(4) == 0 {
						channel = "counter"
					}
					done, on := database.At(resolved), any(!resolved.After(due))
					if resolved.After(end) {
						done, on = database.Time{}, nil
					}
					fmt.Fprintf(&text, `(%s, 'dossier', 'one-stop', 1, 'done', 'closed', '', '', %s, '', %s, %s, %s, '', 'x', 'x', %s, %s, %s, %s, %s, %s, %s, %s, 'granted', 5, %s)`,
						arg(fmt.Sprintf("c%09d", i)), arg("86/"+place+"/ubnd-"+place+"/"), arg(place), arg(database.At(due)), arg(false), arg(fmt.Sprintf("1.%06d", 1000+r.IntN(60))), arg(channel),
						arg(database.At(filed)), arg(database.At(filed)), arg(database.At(due)), arg(done), arg(on), arg(done), arg(true))
				}
				if _, err := tx.ExecContext(ctx, text.String(), args...); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	if db.Dialect() == database.Postgres {
		must(b, db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `ANALYZE`)
			return err
		}))
	}
}

// Budget: 5 s for a million, 80 kB and 1,500 pages a second.
func BenchmarkBoard(b *testing.B) {
	withBoard(b, func(b *testing.B, p *server.Program) {
		b.Run("recount", func(b *testing.B) {
			for b.Loop() {
				found, err := p.Targets.Recount(b.Context())
				must(b, err)
				if len(found.Differences) > 0 {
					b.Fatalf("%d differences, such as %+v", len(found.Differences), found.Differences[0])
				}
			}
		})
		ts := httptest.NewServer(p.Site)
		defer ts.Close()
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
		for name, path := range map[string]string{"board": "/chi-tieu", "line": "/chi-tieu/G1.dossiers", "places": "/chi-tieu/G1.dossiers/dossiers.on_time/phan-tich?theo=noi"} {
			b.Run("page/"+name, func(b *testing.B) {
				b.SetParallelism(8)
				size := 0
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						req, err := http.NewRequest(http.MethodGet, ts.URL+path, nil)
						if err != nil {
							b.Error(err)
							return
						}
						req.Header.Set("Accept-Encoding", "gzip")
						res, err := client.Do(req)
						if err != nil {
							b.Error(err)
							return
						}
						n, err := io.Copy(io.Discard, res.Body)
						if err != nil || res.StatusCode != http.StatusOK || res.Body.Close() != nil {
							b.Errorf("%s %v", res.Status, err)
							return
						}
						size = int(n)
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
				b.ReportMetric(float64(size), "B/page")
			})
		}
	})
}
