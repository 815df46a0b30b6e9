package server_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/form"
	"benso/internal/server"
)

// filed opens a program before the reform, with one dossier that can be placed and one
// that cannot.
func filed(t *testing.T, c server.Config) (*server.Program, *clock.Fake) {
	t.Helper()
	ctx := t.Context()
	now := clock.NewFake(time.Date(2025, 6, 16, 9, 0, 0, 0, clock.Zone))
	p, err := server.OpenAt(ctx, c, slog.New(slog.DiscardHandler), now)
	if err != nil {
		t.Fatal(err)
	}
	birth, err := p.Dossiers.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		t.Fatal(err)
	}
	answers, _ := form.Restate(servicestest.BirthAnswers("Nguyễn Thị Ánh", form.File{}), func(string) (string, string, bool) { return "28804", "83", true })
	answers["child_born"] = form.Value{Text: "2025-06-01"}
	mai := servicestest.Applicant("mai")
	for range 2 {
		d, err := p.Dossiers.Start(ctx, mai, birth, dossier.Online, "", database.NewID())
		if err == nil {
			d, err = p.Dossiers.SavePage(ctx, mai, d.ID, "all", 0, func(form.Answers) form.Answers { return answers })
		}
		if err == nil {
			_, err = p.Dossiers.Send(ctx, mai, d.ID, d.Version, "vi")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err = p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE cases SET agency = 'ubnd-831', holder = '83/831/ubnd-831/', facet = '9.999999' WHERE id = (SELECT min(id) FROM cases)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, now
}

func TestListOfAReformIsGivenBackWithWhatPeopleDecided(t *testing.T) {
	p, now := filed(t, server.Config{Data: t.TempDir()})
	defer func() {
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	now.Set(time.Date(2025, 7, 2, 9, 0, 0, 0, clock.Zone))
	var list, said bytes.Buffer
	report, err := p.Reform(t.Context(), server.ReformOrder{Date: "2025-07-01"}, &list)
	if err != nil || !report.AnyLeft() {
		t.Fatalf("%+v, %v", report, err)
	}
	server.SayReform(&said, report, p.AgencyName)
	for _, want := range []string{"dossier: 1 pass, 1 are left", "Ủy ban nhân dân xã Tân Thạch → Ủy ban nhân dân xã Phú Túc", "LEFT at Ủy ban nhân dân huyện Châu Thành"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, &said)
		}
	}
	rows, err := csv.NewReader(&list).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("the list has %d rows, %v", len(rows), err)
	}
	var back bytes.Buffer
	out := csv.NewWriter(&back)
	for _, row := range rows {
		if row[9] != "" && row[0] == "dossier" {
			row[7] = "ubnd-86"
		}
		if err := out.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	out.Flush()
	report, err = p.Reform(t.Context(), server.ReformOrder{Date: "2025-07-01", Decided: &back}, nil)
	if moved, left := report.Count("dossier"); err != nil || moved != 1 || left != 0 {
		t.Errorf("%d moved, %d left, %v", moved, left, err)
	}
	for _, text := range []string{"", "a,b\n1,2\n", "what,id\n\"x"} {
		if _, err := p.Reform(t.Context(), server.ReformOrder{Date: "2025-07-01", Decided: strings.NewReader(text)}, nil); err == nil {
			t.Errorf("%q is taken as a list of decisions", text)
		}
	}
}

func TestDoctorNamesDossiersOfAgenciesThatEnded(t *testing.T) {
	c := server.Config{Data: t.TempDir()}
	p, _ := filed(t, c)
	if err := p.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := server.Doctor(t.Context(), c, &out); err == nil || !strings.Contains(out.String(), "2 dossiers lie open with agencies that ended") {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestBackupThatWasCutOffCountsForNothingAndNothingIsWrittenOver(t *testing.T) {
	c := server.Config{Data: t.TempDir()}
	dir := filepath.Join(t.TempDir(), "backup")
	p, _ := filed(t, c)
	if err := server.Backup(t.Context(), c, dir, io.Discard); err != nil { // while it is open
		t.Fatal(err)
	}
	if err := p.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "snapshots", "29990101T000000.000Z"), 0o700); err != nil {
		t.Fatal(err)
	}
	names, err := server.Snapshots(dir)
	if err != nil || len(names) != 1 {
		t.Fatalf("the snapshots are %v, %v", names, err)
	}
	if err := server.Restore(t.Context(), c, dir, "", io.Discard); err == nil {
		t.Error("it was brought over data that was there")
	}
	if err := server.Restore(t.Context(), server.Config{Data: t.TempDir()}, dir, "29990101T000000.000Z", io.Discard); err == nil {
		t.Error("a snapshot that was cut off was brought back")
	}
	if err := server.Restore(t.Context(), server.Config{Data: t.TempDir(), DatabaseURL: "postgres://x"}, dir, "", io.Discard); err == nil {
		t.Error("SQLite was brought back into PostgreSQL")
	}
	to := server.Config{Data: filepath.Join(t.TempDir(), "new")}
	if err := server.Restore(t.Context(), to, dir, "", io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := server.Verify(t.Context(), to, io.Discard); err != nil {
		t.Error(err)
	}
	if err := server.Backup(t.Context(), server.Config{Data: t.TempDir()}, dir, io.Discard); err == nil {
		t.Error("an empty folder was backed up")
	}
}
