package server_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/administration/agencies"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/unit"
	"benso/internal/server"
	"benso/packs"
)

// Two copies of the program on one database: what is changed in the one is seen in
// the other, without a restart, and by whoever starts later.
func TestAgencyAddedInOneCopyOfTheProgramIsSeenInTheOther(t *testing.T) {
	url, data := databasetest.PostgresURL(t), t.TempDir()
	open := func(name string) *server.Program {
		t.Helper()
		p, err := server.Open(t.Context(), server.Config{Data: filepath.Join(data, name), DatabaseURL: url}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := p.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		return p
	}
	one, other := open("one"), open("other")
	if err := other.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	chief := access.Actor{Account: "chief", Grants: []access.Grant{{Path: "86/", Permissions: []access.Permission{access.SystemManage}}}}
	id, err := (agencies.Room{Room: one.Officials()}).Add(t.Context(), chief, database.NewID(), agencies.New{Unit: "28810-2025", Name: "Phòng Kinh tế xã Phú Túc", From: "2026-01-01", Ground: "Quyết định 1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.Dossiers.Units.Agency(id); err != nil {
		t.Error("the copy that changed it does not see it", err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if _, err := other.Dossiers.Units.Agency(id); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the other copy does not see it")
		}
	}
	if _, err := open("later").Dossiers.Units.Agency(id); err != nil {
		t.Error("a later start does not see it", err)
	}
}

// An administrator added an office of a commune; an upgrade brings a tree in which
// that commune has ended. The program starts, with the tree that it had, and says so.
func TestUpgradeWhoseUnitsDoNotFitTheChangedAgenciesLeavesTheTreeAsItIs(t *testing.T) {
	c := server.Config{Data: databasetest.SQLiteDir(t)}
	open := func() *server.Program {
		t.Helper()
		p, err := server.Open(t.Context(), c, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	stop := func(p *server.Program) {
		t.Helper()
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}
	p := open()
	chief := access.Actor{Account: "chief", Grants: []access.Grant{{Path: "86/", Permissions: []access.Permission{access.SystemManage}}}}
	id, err := (agencies.Room{Room: p.Officials()}).Add(t.Context(), chief, database.NewID(), agencies.New{Unit: "28810-2025", Name: "Phòng Kinh tế", From: "2026-01-01", Ground: "Quyết định 1"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := pack.Read(packs.Bentre())
	if err != nil {
		t.Fatal(err)
	}
	renamed := false
	for i, f := range files {
		switch f.Path {
		case unit.UnitsFile, unit.SuccessionsFile, unit.AgenciesFile:
			// The commune gets another id, and so its office no unit.
			files[i].Body = strings.ReplaceAll(f.Body, "28810-2025", "28810-2027")
			files[i].Digest = database.Digest(files[i].Body)
			renamed = renamed || files[i].Body != f.Body
		}
	}
	changes, problems, err := server.ApplyPack(t.Context(), p.DB, pack.FS(files), server.Apply)
	if err != nil || len(problems) > 0 || !renamed {
		t.Fatal(changes, problems, err)
	}
	for _, change := range changes {
		switch {
		case change.Path == unit.AgenciesFile && change.Kind != pack.Kept, change.Path == unit.UnitsFile && change.Kind != pack.Unfit:
			t.Errorf("%s", change)
		}
	}
	stop(p)
	p = open()
	defer stop(p)
	if _, err := p.Dossiers.Units.Agency(id); err != nil {
		t.Error("the office is gone", err)
	}
}
