package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/measures"
	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/file"
	"benso/internal/server"
	"benso/internal/server/demo"
	"benso/packs"
)

var quiet = slog.New(slog.DiscardHandler)

// each runs fn on a program with a small simulated province, on both databases.
func each(t *testing.T, fn func(t *testing.T, p *server.Program)) {
	for name, config := range map[string]func(t *testing.T) server.Config{
		"sqlite": func(t *testing.T) server.Config { return server.Config{Data: databasetest.SQLiteDir(t)} },
		"postgres": func(t *testing.T) server.Config {
			return server.Config{Data: t.TempDir(), DatabaseURL: databasetest.PostgresURL(t)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := config(t)
			c.Addr = "127.0.0.1:8080"
			if _, err := demo.Fill(t.Context(), c, quiet, demo.Plan{Dossiers: 25, Seed: 3}, io.Discard); err != nil {
				t.Fatal(err)
			}
			p, err := server.Open(t.Context(), c, quiet)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := p.Stop(context.Background()); err != nil {
					t.Error(err)
				}
			}()
			fn(t, p)
		})
	}
}

func TestEachAcceptedDossierGetsItsReceiptOnceHoweverOftenTheJobRuns(t *testing.T) {
	each(t, func(t *testing.T, p *server.Program) {
		for range 2 {
			if err := p.Jobs.WorkAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			var ids []string
			// Whose result was due at once may have asked for none (Decree 61/2018, Art. 17.4).
			rows, err := p.DB.Read().QueryContext(t.Context(), `SELECT c.id FROM cases c WHERE c.accepted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM case_events e WHERE e.case_id = c.id AND e.act = 'accept' AND CAST(e.data AS TEXT) LIKE '%none%')`)
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var id string
				if err := rows.Scan(&id); err != nil {
					t.Fatal(err)
				}
				ids = append(ids, id)
			}
			if err := rows.Err(); err != nil || len(ids) < 10 {
				t.Fatalf("%d accepted, %v", len(ids), err)
			}
			for _, id := range ids {
				papers, err := p.Files.List(t.Context(), p.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: id})
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, f := range papers {
					if f.Slot == dossier.SlotReceipt {
						n++
					}
				}
				if n != 1 {
					t.Errorf("dossier %s has %d receipts", id, n)
				}
			}
			again := ids[0]
			if err := p.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				return p.Jobs.Enqueue(ctx, tx, dossier.WritePaper{Dossier: again, Slot: dossier.SlotReceipt})
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What was kept by increments and by catching up is what the records make, and every
// measure counts the same from its facts as from the records.
func TestBoardBearsARecount(t *testing.T) {
	each(t, func(t *testing.T, p *server.Program) {
		if err := p.Targets.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		found, err := p.Targets.Recount(t.Context())
		if err != nil || len(found.Differences) > 0 || found.Facts < 25 {
			t.Fatalf("%v, %+v", err, found)
		}
		s, err := p.Targets.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Targets.Resolution().Measures {
			if m.Window == targets.Daily {
				continue
			}
			r, ok := s.Reading(m, m.SpanAt(s.At))
			if !ok {
				t.Fatalf("%s was not counted", m.ID)
			}
			again, err := p.Targets.Count(t.Context(), m.ID, r.From, r.AsOf)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(again, r.Count, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%s: %s", m.ID, d)
			}
		}
		if err := server.Recount(t.Context(), p.Config, quiet, &out); err != nil || !strings.Contains(out.String(), "nothing differs") {
			t.Errorf("%v: %s", err, out.String())
		}
		if err := p.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE tallies SET n = n + 1 WHERE axis = ''`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		out.Reset()
		if err := server.Recount(t.Context(), p.Config, quiet, &out); err == nil || !strings.Contains(out.String(), "RECOUNTED") || !strings.Contains(out.String(), "filed") {
			t.Errorf("a changed number is not reported: %v: %s", err, out.String())
		}
	})
}

// Whatever part of whatever measure is opened, in whatever scope, the records are
// exactly those that were counted.
func TestEveryNumberOpensToExactlyWhatItCounted(t *testing.T) {
	each(t, func(t *testing.T, p *server.Program) {
		roles, problems := access.Load(packs.Bentre())
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		cat, err := catalogue.Load(t.Context(), p.DB.Read(), dossier.Vocabulary, roles)
		if err != nil {
			t.Fatal(err)
		}
		source := measures.Source{Catalogue: cat}
		everywhere := access.Within("83/", "86/")
		now := clock.System.Now()
		for _, id := range source.Measures() {
			for _, asOf := range []time.Time{now, now.AddDate(0, 0, -14)} {
				question := targets.Question{Measure: id, Within: everywhere, AsOf: asOf}
				count, err := source.Count(t.Context(), p.DB.Read(), question)
				if err != nil {
					t.Fatal(err)
				}
				for _, part := range []targets.Part{targets.Numerator, targets.Denominator, targets.Rest} {
					for _, scope := range []access.Scope{{}, everywhere, access.Within("86/28810-2025/")} {
						shown, outside := int64(0), int64(0)
						for offset := 0; ; offset += 7 {
							records, err := source.Open(t.Context(), p.DB.Read(), question, scope, part, targets.Page{Offset: offset, Limit: 7})
							if err != nil {
								t.Fatal(err)
							}
							shown, outside = shown+int64(len(records.Rows)), records.Outside
							if len(records.Rows) < 7 {
								break
							}
						}
						if shown+outside != count.Of(part) {
							t.Errorf("%s %s as of %s in %s: %d shown and %d outside, %d counted", id, part, asOf.Format(time.DateOnly), scope, shown, outside, count.Of(part))
						}
					}
				}
			}
		}
	})
}

func TestMachinesAreAnswered(t *testing.T) {
	each(t, func(t *testing.T, p *server.Program) {
		if err := p.Targets.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		ts := httptest.NewServer(p.Site)
		defer ts.Close()
		get := func(path string) (int, string) {
			t.Helper()
			res, err := http.Get(ts.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }() // it was read
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res.StatusCode, string(body)
		}
		for path, want := range map[string]string{
			"/healthz": "ok", "/readyz": "ready", "/api/openapi.json": `"openapi":"3.1`,
			"/api/v1/targets": `"items":[{"id":"G1"`, "/": "Dữ liệu mô phỏng",
		} {
			if status, body := get(path); status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s answers %d: %.200s", path, status, body)
			}
		}
		var body struct {
			Items []struct {
				ID       string
				State    string
				Measures []struct {
					ID          string
					Denominator int
				}
			}
		}
		_, text := get("/api/v1/targets")
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatal(err)
		}
		counted := 0
		for _, i := range body.Items {
			for _, m := range i.Measures {
				if m.ID == measures.Online {
					counted = m.Denominator
				}
			}
		}
		// The board says one of the last years, and a simulation of six has something in it.
		if len(body.Items) != 17 || counted < 1 || counted > 25 {
			t.Errorf("%d lines, %d dossiers counted", len(body.Items), counted)
		}
		if status, text := get("/api/v1/nothing"); status != http.StatusNotFound || !strings.Contains(text, `"status"`) {
			t.Errorf("an unknown call answers %d: %s", status, text)
		}
	})
}

func TestVerifyAndDoctorSayWhatIsWrong(t *testing.T) {
	c := server.Config{Addr: "127.0.0.1:8080", Data: databasetest.SQLiteDir(t)}
	if _, err := demo.Fill(t.Context(), c, quiet, demo.Plan{Dossiers: 6, Seed: 3}, io.Discard); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := server.Doctor(t.Context(), c, &out); err != nil {
		t.Errorf("the doctor of a sound folder: %v\n%s", err, out.String())
	}
	out.Reset()
	if err := server.Verify(t.Context(), c, &out); err != nil {
		t.Errorf("verify of a sound folder: %v\n%s", err, out.String())
	}
	spoil(t, c)
	out.Reset()
	if err := server.Verify(t.Context(), c, &out); err == nil || !strings.Contains(out.String(), "FAULT") {
		t.Errorf("a spoiled paper passes: %v\n%s", err, out.String())
	}
}

// spoil changes one byte of one paper that somebody handed in.
func spoil(t *testing.T, c server.Config) {
	t.Helper()
	p, err := server.Open(t.Context(), c, quiet)
	if err != nil {
		t.Fatal(err)
	}
	var digest string
	err = p.DB.Read().QueryRowContext(t.Context(), `SELECT digest FROM files WHERE ended_at IS NULL LIMIT 1`).Scan(&digest)
	if err := errors.Join(err, p.Stop(context.Background())); err != nil {
		t.Fatal(err)
	}
	done := false
	err = filepath.WalkDir(c.Papers(), func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || done || d.Name() != digest {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil || len(data) == 0 {
			return err
		}
		data[len(data)/2] ^= 1
		done = true
		if err := os.Chmod(name, 0o600); err != nil {
			return err
		}
		return os.WriteFile(name, data, 0o600)
	})
	if err != nil || !done {
		t.Fatalf("no paper was spoiled: %v", err)
	}
}

func TestPackOfTheProgramHasNoFaultsAndADryRunChangesNothing(t *testing.T) {
	if problems := server.Checkers().Check(packs.Bentre()); len(problems) > 0 {
		t.Fatal(problems)
	}
	db := databasetest.SQLite(t)
	planned, _, err := server.ApplyPack(t.Context(), db, packs.Bentre(), server.DryRun)
	if err != nil || len(planned) < 8 {
		t.Fatalf("%d changes planned, %v", len(planned), err)
	}
	applied, _, err := server.ApplyPack(t.Context(), db, packs.Bentre(), server.Apply)
	if err != nil || len(applied) != len(planned) {
		t.Errorf("%d changes planned, %d made, %v", len(planned), len(applied), err)
	}
	if again, _, err := server.ApplyPack(t.Context(), db, packs.Bentre(), server.Apply); err != nil || len(again) != 0 {
		t.Errorf("applied again it changes %v, %v", again, err)
	}
	broken := fstest.MapFS{"roles.yaml": {Data: []byte("roles: 3")}}
	if _, problems, err := server.ApplyPack(t.Context(), db, broken, server.Apply); err != nil || len(problems) == 0 {
		t.Errorf("a broken pack was applied: %v, %v", problems, err)
	}
}
