package server_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"benso/internal/apps/administration/agencies"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/server"
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
