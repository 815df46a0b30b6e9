package crash

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/form"
	program "benso/internal/server"
	"benso/internal/testkit/postgres"
)

func TestReformThatIsKilledIsRunAgainOnSQLite(t *testing.T) { reformed(t, "") }

func TestReformThatIsKilledIsRunAgainOnPostgres(t *testing.T) { reformed(t, postgres.NewDatabase(t)) }

const waiting = 240

// reformed files dossiers at two communes that go into one, kills the reform again
// and again while it passes them, and looks that each passed once.
func reformed(t *testing.T, url string) {
	config := program.Config{Data: t.TempDir(), DatabaseURL: url}
	now := clock.NewFake(time.Date(2025, 6, 16, 9, 0, 0, 0, clock.Zone))
	filling, err := program.OpenAt(t.Context(), config, slog.New(slog.DiscardHandler), now)
	if err != nil {
		t.Fatal(err)
	}
	for i := range waiting {
		fileBefore(t, filling.Dossiers, []string{"28804", "28819", "28756"}[i%3], i)
	}
	// One lies with a district, under a procedure that nobody knows: it cannot be placed.
	err = filling.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE cases SET agency = 'ubnd-831', holder = '83/831/ubnd-831/', facet = '9.999999' WHERE id = (SELECT min(id) FROM cases)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := filling.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), database.Config{URL: url, Dir: config.Data})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	passed := func() (n int) {
		if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM case_events WHERE act = 'transfer'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	run := func() *exec.Cmd {
		return exec.Command(name, "reform", "--date", "2025-07-01", "--batch", "4", "--data", config.Data, "--database-url", url, "--out", filepath.Join(t.TempDir(), "list.csv"))
	}
	kills := 0
	for round := range 3 {
		before := passed()
		cmd := run()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for until := time.Now().Add(60 * time.Second); passed() < before+20 && time.Now().Before(until); {
			time.Sleep(time.Millisecond)
		}
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed, and says so
		if n := passed(); n > before && n < waiting {
			kills++
		} else {
			t.Logf("round %d: killed at %d of %d", round, n, waiting)
		}
	}
	if kills == 0 {
		t.Error("no kill came in the middle")
	}
	for _, last := range []string{"dossier: ", "dossier: 0 pass, 1 are left"} {
		out, err := run().CombinedOutput()
		var ended *exec.ExitError
		if !errors.As(err, &ended) || ended.ExitCode() != 3 || !strings.Contains(string(out), last) || !strings.Contains(string(out), "LEFT at Ủy ban nhân dân huyện Châu Thành") {
			t.Fatalf("the last run: %v\n%s", err, out)
		}
	}
	var cases, wrong int
	err = db.Read().QueryRowContext(t.Context(), `SELECT count(*), coalesce(sum(CASE WHEN c.agency NOT IN ('ubnd-28810-2025', 'ubnd-28756-2025') OR c.holder <> '86/' || CASE WHEN c.agency = 'ubnd-28810-2025' THEN '28810-2025' ELSE '28756-2025' END || '/' || c.agency || '/'
		OR c.version <> 2 OR (SELECT count(*) FROM case_events e WHERE e.case_id = c.id AND e.act = 'transfer') <> 1
		OR (SELECT count(*) FROM journal j WHERE j.object_id = c.id AND j.action = 'dossier.transfer') <> 1 THEN 1 ELSE 0 END), 0) FROM cases c WHERE c.agency <> 'ubnd-831'`).Scan(&cases, &wrong)
	if err != nil {
		t.Fatal(err)
	}
	if cases != waiting-1 || wrong != 0 {
		t.Errorf("%d cases of %d, %d of them passed wrongly, twice or not at all", cases, waiting, wrong)
	}
	if out, err := exec.Command(name, "verify", "--data", config.Data, "--database-url", url).CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	t.Logf("%d kills in the middle of %d dossiers: each passed once", kills, cases)
}

// fileBefore files a birth at a commune of before the reform.
func fileBefore(t *testing.T, r *dossier.Room, commune string, i int) {
	t.Helper()
	ctx := t.Context()
	p, err := r.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		t.Fatal(err)
	}
	mai := servicestest.Applicant(fmt.Sprint("mai", i%8))
	d, err := r.Start(ctx, mai, p, dossier.Online, "", database.NewID())
	if err != nil {
		t.Fatal(err)
	}
	answers, _ := form.Restate(servicestest.BirthAnswers("Nguyễn Thị Vòng "+letters(i), form.File{}), func(string) (string, string, bool) { return commune, "83", true })
	answers["child_born"] = form.Value{Text: "2025-06-01"}
	if d, err = r.SavePage(ctx, mai, d.ID, "all", 0, func(form.Answers) form.Answers { return answers }); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Send(ctx, mai, d.ID, d.Version, "vi"); err != nil {
		t.Fatal(err)
	}
}
