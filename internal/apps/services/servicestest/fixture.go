// Package servicestest builds the rooms of the services over the real pack, for
// tests of the services.
package servicestest

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/job"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/worktime"
	"benso/packs"
)

// Morning is a working morning of the real calendar: Monday 23 November 2026,
// 9:00.
var Morning = time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Zone)

// The commune where the tests take place, its people's committee, and that of a
// neighbour.
const (
	Province  = "86"
	Commune   = "28810-2025"
	Agency    = "ubnd-28810-2025"
	Neighbour = "ubnd-28756-2025"
	Birth     = "1.001193"
)

// NewRoom gives the services over db with the real pack, but for the thousand
// records of the catalogue: the procedures are those with a guided form. The clock
// stands at Morning.
func NewRoom(t testing.TB, db *database.DB) (*dossier.Room, *clock.Fake) {
	t.Helper()
	return newRoom(t, db, noHandlers(), guided)
}

// NewWholeRoom is NewRoom with the whole catalogue.
func NewWholeRoom(t testing.TB, db *database.DB) (*dossier.Room, *clock.Fake) {
	t.Helper()
	return newRoom(t, db, noHandlers(), func(pack.File) bool { return true })
}

// NewRoomWith is NewRoom with the test's own handlers of jobs, of which
// dossier.WritePaper must be one.
func NewRoomWith(t testing.TB, db *database.DB, handlers *job.Registry) (*dossier.Room, *clock.Fake) {
	t.Helper()
	return newRoom(t, db, handlers, guided)
}

func guided(f pack.File) bool { return !strings.HasPrefix(f.Path, catalogue.Records) }

func noHandlers() *job.Registry {
	handlers := job.NewRegistry()
	job.Handle(handlers, func(context.Context, dossier.WritePaper) error { return nil })
	return handlers
}

func newRoom(t testing.TB, db *database.DB, handlers *job.Registry, wanted func(pack.File) bool) (*dossier.Room, *clock.Fake) {
	t.Helper()
	ctx := t.Context()
	now := clock.NewFake(Morning)
	bentre := packs.Bentre()
	files, err := pack.Read(bentre)
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f pack.File) bool { return !wanted(f) })
	err = db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := pack.Apply(ctx, tx, files, now.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	roles, problems := access.Load(bentre)
	fail(t, problems)
	units, problems := unit.Load(bentre)
	fail(t, problems)
	calendar, problems := worktime.Load(bentre)
	fail(t, problems)
	cat, err := catalogue.Load(ctx, db.Read(), dossier.Vocabulary, roles)
	if err != nil {
		t.Fatal(err)
	}
	store, err := file.NewStore(ctx, db, now, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := job.New(db, handlers, slog.New(slog.DiscardHandler), job.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &dossier.Room{DB: db, Clock: now, Calendar: calendar, Units: units, Catalogue: cat, Files: store, Jobs: jobs, Events: event.NewBus(db, now, "test")}, now
}

func fail(t testing.TB, problems []pack.Problem) {
	t.Helper()
	for _, p := range problems {
		t.Error(p)
	}
	if len(problems) > 0 {
		t.FailNow()
	}
}

// Applicant is a person with an account.
func Applicant(account string) access.Actor {
	return access.Actor{Account: account, Name: "Nguyễn Thị Mai", Kind: identity.Person}
}

// Official is an official of an agency with a role of the pack.
func Official(t testing.TB, r *dossier.Room, account, role, agency string) access.Actor {
	t.Helper()
	roles, problems := access.Load(packs.Bentre())
	fail(t, problems)
	return access.NewActor(identity.Profile{Account: account, Name: "Trần Văn " + account, Kind: identity.Official, Holdings: []identity.Holding{{Role: role, Agency: agency}}}, roles,
		func(id string) (string, bool) {
			path, err := r.Units.AgencyPath(id)
			return path, err == nil
		}, func(id string) (past []string) {
			for _, a := range r.Units.AgencyPredecessors(id, database.Date(clock.Day(r.Clock.Now()))) {
				if path, err := r.Units.AgencyPath(a.ID); err == nil {
					past = append(past, path)
				}
			}
			return past
		})
}

// FormFile names a received paper in an answer.
func FormFile(f file.File) form.File {
	return form.File{ID: f.ID, Name: f.Name, Type: string(f.Type), Size: f.Size}
}

// BirthAnswers are whole answers to the birth registration form, for a child of
// Commune; certificate is a received photo, or the zero File for a birth that
// was notified electronically.
func BirthAnswers(child string, certificate form.File) form.Answers {
	place := form.Value{Parts: form.Answers{"province": {Text: Province}, "commune": {Text: Commune}}}
	mother := form.Value{Parts: form.Answers{
		"name": {Text: "Nguyễn Thị Mai"}, "born": {Text: "1998-05-02"}, "citizen": {Text: "083198004321"}, "ethnicity": {Text: "Kinh"}, "nationality": {Text: "Việt Nam"},
		"residence": {Parts: form.Answers{"province": {Text: Province}, "commune": {Text: Commune}, "street": {Text: "Ấp 3"}}},
	}}
	a := form.Answers{
		"relation": {Text: "mother"}, "phone": {Text: "0912345678"}, "commune": place,
		"child_name": {Text: child}, "child_sex": {Text: "female"}, "child_born": {Text: "2026-11-10"}, "birth_place": {Text: "Trạm y tế xã, tỉnh Vĩnh Long"},
		"parents": {Text: "mother"}, "mother": mother, "home_town": place, "child_ethnicity": {Text: "Kinh"}, "child_nationality": {Text: "Việt Nam"},
		"proof": {Text: "electronic"}, "by_surrogacy": {Text: "no"}, "receive": {Text: "desk"},
	}
	if certificate.ID != "" {
		a["proof"] = form.Value{Text: "certificate"}
		a["birth_certificate"] = form.Value{Files: []form.File{certificate}}
	}
	return a
}
