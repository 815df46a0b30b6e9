package administration_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"benso/internal/apps/administration"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/event"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
	"benso/packs"
)

func newRoom(t *testing.T, db *database.DB) *administration.Room {
	t.Helper()
	now := clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Zone))
	roles, problems := access.Load(packs.Bentre())
	units, more := unit.Load(packs.Bentre())
	if len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	store, err := identity.New(t.Context(), db, now, identity.Config{Secret: bytes.Repeat([]byte{7}, 32), Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1, AtOnce: 2, Patience: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	return &administration.Room{DB: db, Clock: now, Identity: store, Units: units, Roles: roles, Events: event.NewBus(db, now, "test")}
}

const agency = "ubnd-28810-2025"

var machine = administration.Machine()

func TestFileOfOfficialsIsTakenInAndTakingItInAgainChangesNothing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		room := newRoom(t, db)
		// As a Vietnamese spreadsheet writes it: a mark in front, semicolons, days
		// the Vietnamese way, names and ids mixed.
		text := "\uFEFFHọ và tên;Đăng nhập;Vai trò;Cơ quan;Từ ngày;Đến ngày\r\n" +
			"Trần Văn An;0912345671;Chuyên viên;" + agency + ";;\r\n" +
			"\r\n" +
			"Lê Thị Bình;binh@phutuc.example;clerk;" + agency + ";05/12/2026;31/12/2026\r\n"
		done, faults, err := room.TakeIn(t.Context(), machine, database.NewID(), "", text)
		if err != nil || len(faults) > 0 || len(done) != 2 {
			t.Fatal(done, faults, err)
		}
		if done[0].Password == "" || done[1].Password == "" || done[0].Password == done[1].Password {
			t.Errorf("the one-time passwords: %q, %q", done[0].Password, done[1].Password)
		}
		members, err := room.Identity.Members(t.Context(), agency, "")
		if err != nil || len(members) != 1 || members[0].Name != "Trần Văn An" || members[0].Role != "specialist" {
			t.Fatal("today the first one alone works there", members, err)
		}
		again, faults, err := room.TakeIn(t.Context(), machine, database.NewID(), "", text)
		if err != nil || len(faults) > 0 || len(again) != 2 || again[0].Password != "" || again[1].Password != "" {
			t.Fatal(again, faults, err)
		}
		if posts, err := room.Identity.Assignments(t.Context(), members[0].Account); err != nil || len(posts) != 1 {
			t.Fatal(posts, err)
		}
	})
}

func TestEmptyCellsOfPastedRowsStayInTheirColumns(t *testing.T) {
	room := newRoom(t, databasetest.SQLite(t))
	rows, faults := room.Read(machine, "name\tlogin\trole\tagency\tfrom\tuntil\nTrần Văn An\t0912345671\tspecialist\t"+agency+"\t\t31/12/2026\n")
	if len(faults) > 0 || len(rows) != 1 || rows[0].From == "2026-12-31" || rows[0].Last != "2026-12-31" {
		t.Errorf("read as %+v, %+v", rows, faults)
	}
}

func TestEveryFaultOfAFileIsSaidByLineAndColumnAndNothingIsTakenIn(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		room := newRoom(t, db)
		text := "login,name,role,agency,from,until\n" +
			"0912345671,Trần Văn An,specialist," + agency + ",,\n" +
			"not a handle,,king,ubnd-0,31/02/2026,\n" +
			"0912345672,Lê Thị Bình,inspector," + agency + ",,\n" +
			"0912345673,Phạm Văn Cường,clerk," + agency + ",2026-12-05,2026-12-01\n"
		done, faults, err := room.TakeIn(t.Context(), machine, database.NewID(), "", text)
		if err != nil || len(done) != 0 {
			t.Fatal(done, err)
		}
		type at struct {
			line        int
			column, key string
		}
		var got []at
		for _, f := range faults {
			got = append(got, at{f.Line, f.Column, f.Key})
		}
		for _, want := range []at{
			{3, "login", "administration.handle_needed"}, {3, "name", "administration.name_needed"}, {3, "role", "administration.role_unknown"},
			{3, "agency", "administration.agency_unknown"}, {3, "from", "administration.day_unreadable"},
			{4, "role", "access.role_level"}, {5, "until", "administration.days_backwards"},
		} {
			if !slices.Contains(got, want) {
				t.Errorf("not said: %v; said: %v", want, got)
			}
		}
		if any, err := identity.Any(t.Context(), db.Read()); err != nil || any {
			t.Error("somebody was taken in", err)
		}
	})
}

func TestRolesThatAreKeptApartRefuseTheWholeFile(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		room := newRoom(t, db)
		text := "login,name,role,agency\n" +
			"0912345671,Trần Văn An,administrator,ubnd-86\n" +
			"0912345671,Trần Văn An,inspector,ubnd-86\n"
		done, faults, err := room.TakeIn(t.Context(), machine, database.NewID(), "", text)
		if err != nil || len(done) != 0 || len(faults) != 1 || faults[0].Line != 3 || faults[0].Key != "access.role_separated" {
			t.Fatal(done, faults, err)
		}
		if any, err := identity.Any(t.Context(), db.Read()); err != nil || any {
			t.Error("the first line stands though the second was refused", err)
		}
	})
}

func TestFileWithoutColumnsOrLinesSaysWhatToDo(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		room := newRoom(t, db)
		for text, key := range map[string]string{
			"":                                     "administration.sheet_empty",
			"login,name,role,agency\n":             "administration.sheet_empty",
			"login,name,role\n0912345671,A B,x\n":  "administration.sheet_column",
			"login,name,role,agency\n\"0912,A B,x": "administration.sheet_unreadable",
		} {
			if _, faults := room.Read(machine, text); len(faults) == 0 || faults[0].Key != key {
				t.Errorf("%q: %v instead of %s", text, faults, key)
			}
		}
	})
}
