package agencies

import (
	"context"
	"slices"
	"strings"
	"testing"

	"benso/internal/apps/administration"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
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
	commune   = "28810-2025" // Xã Phú Túc
	neighbour = "28756-2025" // Phường Phú Khương
	ground    = "Quyết định 15/QĐ-UBND"
)

// world has the administrators of a commune (chief), of its neighbour (other) and of
// the province (above).
type world struct {
	Room
	t                   *testing.T
	chief, other, above access.Actor
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		dossiers, now := servicestest.NewRoom(t, db)
		accounts, err := identity.New(t.Context(), db, now, identity.Config{Secret: make([]byte, 32), Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1, AtOnce: 2, Patience: 1 << 35}})
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
		w := &world{t: t, Room: Room{&administration.Room{DB: db, Clock: now, Identity: accounts, Units: dossiers.Units, Events: event.NewBus(db, now, "test")}}}
		w.Room.Room.Reload = w.reload
		w.chief, w.other, w.above = administrator("chief", "86/"+commune+"/"), administrator("other", "86/"+neighbour+"/"), administrator("above", "86/")
		fn(t, w)
	})
}

func administrator(account, path string) access.Actor {
	return access.Actor{Account: account, Kind: identity.Official, Grants: []access.Grant{{Role: "administrator", Path: path, Permissions: []access.Permission{access.AccountManage, access.SystemManage}}}}
}

// reload is what the server does after a change.
func (w *world) reload(ctx context.Context) error {
	files, err := inForce(ctx, w.DB.Read())
	if err != nil {
		return err
	}
	tree, problems := unit.Load(pack.FS(files))
	if len(problems) > 0 {
		return problems[0]
	}
	w.Units.Replace(tree)
	return nil
}

func (w *world) new(name string) New {
	return New{Unit: commune, Name: name, From: "2026-03-01", Ground: ground}
}

func (w *world) add(name string) string {
	w.t.Helper()
	id, err := w.Add(w.t.Context(), w.chief, database.NewID(), w.new(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) refused(what string, err error, kind fault.Kind, key string) {
	w.t.Helper()
	if !fault.Is(err, kind) || fault.Of(err).Key != key {
		w.t.Errorf("%s: %v instead of %v (%s)", what, err, kind, key)
	}
}

func (w *world) versions() int {
	w.t.Helper()
	all, err := pack.FileVersions(w.t.Context(), w.DB.Read(), unit.AgenciesFile)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(all)
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.DB.Read().QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestAgencyIsAddedOnceAndSeenAtOnceWithAnIdentifierMadeHere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := database.NewID()
		id, err := w.Add(t.Context(), w.chief, key, w.new("Phòng Kinh tế xã Phú Túc"))
		again, err2 := w.Add(t.Context(), w.chief, key, w.new("Phòng Kinh tế xã Phú Túc"))
		if err != nil || err2 != nil || id != "phong-kinh-te-28810-2025" || again != id {
			t.Fatal(id, again, err, err2)
		}
		a, err := w.Units.Agency(id)
		if err != nil || a.Kind != "own_phong_kinh_te" || a.Identifier != "000.01.45.H61" || !a.Fictitious || a.Source != ground || a.From != "2026-03-01" {
			t.Errorf("%+v, %v", a, err)
		}
		if path, err := w.Units.AgencyPath(id); err != nil || path != "86/28810-2025/phong-kinh-te-28810-2025/" {
			t.Error(path, err)
		}
		decided := w.new("Văn phòng Hội đồng nhân dân và Ủy ban nhân dân xã Phú Túc")
		decided.Identifier = "000.07.45.h61"
		if id, err = w.Add(t.Context(), w.chief, database.NewID(), decided); err != nil {
			t.Fatal(err)
		}
		if a, err = w.Units.Agency(id); err != nil || a.Identifier != "000.07.45.H61" || a.Fictitious {
			t.Errorf("%+v, %v", a, err)
		}
		if w.versions() != 3 || w.count(`SELECT count(*) FROM journal WHERE action = 'agency.added' AND actor = 'chief' AND object_id = 'phong-kinh-te-28810-2025' AND path = '86/28810-2025/phong-kinh-te-28810-2025/'`) != 1 {
			t.Errorf("%d versions", w.versions())
		}
		for field, n := range map[string]New{
			"name agencies.name_taken":             w.new("phòng kinh tế xã phú túc"),
			"name agencies.name_needed":            w.new(" "),
			"identifier agencies.identifier_taken": {Unit: commune, Name: "Phòng Khác", Identifier: "000.00.45.H61", From: "2026-03-01", Ground: ground},
			"identifier agencies.identifier_shape": {Unit: commune, Name: "Phòng Khác", Identifier: "H61.45", From: "2026-03-01", Ground: ground},
			"from agencies.day_ahead":              {Unit: commune, Name: "Phòng Khác", From: "2026-11-24", Ground: ground},
			"from agencies.before_unit":            {Unit: commune, Name: "Phòng Khác", From: "2025-06-30", Ground: ground},
			"kind agencies.kind_taken":             {Unit: commune, Name: "Sở Tư pháp", Kind: "department_justice", From: "2026-03-01", Ground: ground}, // of the province
			"ground agencies.ground_needed":        {Unit: commune, Name: "Phòng Khác", From: "2026-03-01"},
		} {
			_, err := w.Add(t.Context(), w.chief, database.NewID(), n)
			if f := fault.Of(err); err == nil || len(f.Fields) != 1 || f.Fields[0].Name+" "+f.Fields[0].Key != field {
				t.Errorf("%+v: %v instead of %s", n, err, field)
			}
		}
		if w.versions() != 3 {
			t.Errorf("what was refused made a version: %d", w.versions())
		}
	})
}

func TestAdministratorOfOneCommuneChangesNoAgencyOfAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.add("Phòng Kinh tế")
		before := w.versions()
		_, err := w.Add(ctx, w.other, database.NewID(), w.new("Phòng Khác"))
		w.refused("add", err, fault.NotFound, "fault.not_found")
		above := w.new("Sở Khác")
		above.Unit = "86"
		_, err = w.Add(ctx, w.chief, database.NewID(), above)
		w.refused("add above", err, fault.NotFound, "fault.not_found")
		w.refused("rename", w.Rename(ctx, w.other, database.NewID(), id, "Phòng Khác", "2026-04-01", ground), fault.NotFound, "fault.not_found")
		w.refused("end", w.End(ctx, w.other, database.NewID(), id, "2026-04-01", ground), fault.NotFound, "fault.not_found")
		w.refused("reopen", w.Reopen(ctx, w.other, database.NewID(), id, ground), fault.NotFound, "fault.not_found")
		w.refused("the committee of the province", w.Rename(ctx, w.chief, database.NewID(), "ubnd-86", "x", "2026-04-01", ground), fault.NotFound, "fault.not_found")
		w.refused("the own committee", w.Rename(ctx, w.chief, database.NewID(), "ubnd-"+commune, "x", "2026-04-01", ground), fault.Conflict, "agencies.committee")
		w.refused("the own committee", w.End(ctx, w.above, database.NewID(), "ubnd-"+commune, "2026-04-01", ground), fault.Conflict, "agencies.committee")
		if w.versions() != before {
			t.Error("something was written")
		}
		if got := len(w.units(w.chief)); got != 1 {
			t.Errorf("%d units are in the scope of a commune", got)
		}
		if got := len(w.units(w.above)); got != 49 {
			t.Errorf("%d units are in the scope of the province", got)
		}
	})
}

func TestAnotherNameKeepsTheEarlierOneWithItsDays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.add("Phòng Kinh tế")
		w.refused("ahead", w.Rename(ctx, w.chief, database.NewID(), id, "Phòng Khác", "2026-11-24", ground), fault.Invalid, "agencies.day_ahead")
		w.refused("too early", w.Rename(ctx, w.chief, database.NewID(), id, "Phòng Khác", "2026-02-28", ground), fault.Invalid, "agencies.before_it_began")
		w.refused("the same", w.Rename(ctx, w.chief, database.NewID(), id, "Phòng Kinh tế", "2026-04-01", ground), fault.Invalid, "agencies.same_name")
		if err := w.Rename(ctx, w.chief, database.NewID(), id, "Phòng Kinh tế, Hạ tầng", "2026-07-01", "Quyết định 20"); err != nil {
			t.Fatal(err)
		}
		if err := w.Rename(ctx, w.chief, database.NewID(), id, "Phòng Kinh tế và Hạ tầng", "2026-07-01", "Quyết định 20, đính chính"); err != nil {
			t.Fatal(err)
		}
		periods, err := w.Units.AgencyPeriods(id)
		if err != nil || len(periods) != 2 || periods[0].Name != "Phòng Kinh tế" || periods[0].To != "2026-06-30" || periods[1].Name != "Phòng Kinh tế và Hạ tầng" || periods[1].From != "2026-07-01" {
			t.Errorf("%+v, %v", periods, err)
		}
		for _, a := range w.Units.AgenciesOf(commune, "2026-05-01") {
			if a.ID == id && a.Name != "Phòng Kinh tế" {
				t.Errorf("in May it is called %s", a.Name)
			}
		}
	})
}

func TestAgencyEndsOnlyWithoutDossiersAndOfficialsAndIsOpenedAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, id := t.Context(), w.add("Phòng Kinh tế")
		pass, err := w.Identity.OneTime(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var post string
		err = w.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			h, err := identity.ParseHandle("0912345671")
			if err != nil {
				return err
			}
			account, _, err := w.Identity.SaveOfficial(ctx, tx, identity.By{Account: "system"}, h, "Lê Thị Bình", pass)
			if err != nil {
				return err
			}
			post, err = w.Identity.Give(ctx, tx, identity.By{Account: "system"}, identity.Assignment{Account: account, Role: "clerk", Agency: id, From: "2026-03-01"}, func([]string) error { return nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.refused("with an official", w.End(ctx, w.chief, database.NewID(), id, "2026-11-23", ground), fault.Conflict, "agencies.has_officials")
		if err := w.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			return w.Identity.Take(ctx, tx, identity.By{Account: "system"}, post)
		}); err != nil {
			t.Fatal(err)
		}
		w.refused("ahead", w.End(ctx, w.chief, database.NewID(), id, "2026-11-24", ground), fault.Invalid, "agencies.day_ahead")
		key := database.NewID()
		for range 2 {
			if err := w.End(ctx, w.chief, key, id, "2026-11-23", ground); err != nil {
				t.Fatal(err)
			}
		}
		alive := func() bool {
			return slices.ContainsFunc(w.Units.AgenciesOf(commune, w.today()), func(a unit.Agency) bool { return a.ID == id })
		}
		a, err := w.Units.Agency(id)
		if err != nil || a.To != "2026-11-22" || alive() || !strings.Contains(a.Source, ground) {
			t.Errorf("%+v, %v", a, err)
		}
		w.refused("rename what has ended", w.Rename(ctx, w.chief, database.NewID(), id, "Phòng Khác", "2026-11-23", ground), fault.Conflict, "agencies.has_ended")
		if err := w.Reopen(ctx, w.chief, database.NewID(), id, "thu hồi quyết định"); err != nil || !alive() {
			t.Error("it was not opened again", err)
		}
		w.refused("open what lives", w.Reopen(ctx, w.chief, database.NewID(), id, ground), fault.Conflict, "agencies.lives")
	})
}

func TestAgencyWithOpenDossiersSaysWhatToDoBeforeItEnds(t *testing.T) {
	for h, key := range map[holding]string{{1, 0, 0}: "agencies.has_dossiers", {0, 2, 0}: "agencies.has_questions", {0, 0, 3}: "agencies.has_officials", {4, 5, 6}: "agencies.has_dossiers", {}: ""} {
		if f := fault.Of(h.mayEnd()); f == nil && key != "" || f != nil && f.Key != key {
			t.Errorf("%+v: %v instead of %s", h, f, key)
		}
	}
}

func TestIdentifiersAreMadeBelowTheCommittees(t *testing.T) {
	none := func(string) bool { return false }
	for parent, want := range map[string]string{"000.00.00.H61": "000.00.01.H61", "000.00.45.H61": "000.01.45.H61", "000.02.45.H61": "001.02.45.H61", "001.02.45.H61": "", "x": ""} {
		if got := nextIdentifier(parent, none); got != want {
			t.Errorf("below %s: %s, want %s", parent, got, want)
		}
	}
	if got := nextIdentifier("000.00.45.H61", func(x string) bool { return x == "000.01.45.H61" }); got != "000.02.45.H61" {
		t.Error(got)
	}
}
