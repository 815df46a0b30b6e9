package server_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/identity"
	"benso/internal/server"
)

func TestFirstOfficialIsAddedFromTheCommandLine(t *testing.T) {
	for name, c := range map[string]server.Config{
		"sqlite":   {Data: databasetest.SQLiteDir(t)},
		"postgres": {Data: t.TempDir(), DatabaseURL: databasetest.PostgresURL(t)},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := server.Open(t.Context(), c, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := p.Stop(context.Background()); err != nil {
					t.Error(err)
				}
			}()
			n := server.NewOfficial{Handle: "0912345678", Name: "Trần Văn An", Role: "clerk", Agency: "ubnd-28810-2025"}
			password, err := p.AddOfficial(t.Context(), n)
			if err != nil || password == "" {
				t.Fatalf("password %q, %v", password, err)
			}
			if again, err := p.AddOfficial(t.Context(), n); err != nil || again != "" {
				t.Errorf("added again: password %q, %v", again, err)
			}
			signed, err := p.Accounts.SignIn(t.Context(), identity.Attempt{Handle: n.Handle, Password: password, Address: "192.0.2.1"})
			if err != nil || !signed.MustChangePassword {
				t.Fatalf("signed in as %+v, %v", signed, err)
			}
			if err := p.Accounts.ChangePassword(t.Context(), identity.Profile{Account: signed.Account, Kind: signed.Kind, Session: signed.Session}, password, "bốn chữ tôi nhớ", "192.0.2.1"); err != nil {
				t.Fatal(err)
			}
			a, err := p.Actor(t.Context(), signed.Account)
			if err != nil || !a.May(access.DossierIntake, "86/28810-2025/ubnd-28810-2025/") || a.Has(access.DossierSign) {
				t.Errorf("the official is %+v, %v", a, err)
			}
			for _, wrong := range []server.NewOfficial{
				{Handle: "x", Name: "Trần Văn An", Role: "clerk", Agency: n.Agency}, {Handle: "0912345679", Name: "Trần Văn An", Role: "king", Agency: n.Agency},
				{Handle: "0912345679", Name: "Trần Văn An", Role: "clerk", Agency: "ubnd-28810"}, {Handle: "0912345679", Name: "", Role: "clerk", Agency: n.Agency},
				{Handle: "0912345679", Name: "Trần Văn An", Role: "inspector", Agency: n.Agency},
			} {
				if _, err := p.AddOfficial(t.Context(), wrong); err == nil {
					t.Errorf("added: %+v", wrong)
				}
			}
		})
	}
}

func TestFolderWithoutADatabaseIsNotFoundInOrder(t *testing.T) {
	c := server.Config{Data: filepath.Join(t.TempDir(), "mistyped")}
	if err := server.Verify(t.Context(), c, io.Discard); err == nil {
		t.Error("verify found it whole")
	}
	if err := server.Doctor(t.Context(), c, io.Discard); err == nil {
		t.Error("the doctor found it sound")
	}
	if _, err := os.Stat(c.Data); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}
