package demo_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/server"
	"benso/internal/server/demo"
)

func TestSecondServerOfAFolderIsRefusedBeforeItTouchesTheDatabase(t *testing.T) {
	c := server.Config{Addr: "127.0.0.1:8080", Data: t.TempDir()}
	unlock, err := database.LockFile(filepath.Join(c.Data, "serve.lock"), database.FailAtOnce)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.OpenToServe(t.Context(), c, quiet); err == nil || !strings.Contains(err.Error(), "another benso serves") {
		t.Errorf("a second server: %v", err)
	}
	if _, err := os.Stat(filepath.Join(c.Data, "benso.db")); !os.IsNotExist(err) {
		t.Errorf("the refused server made a database (%v)", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // Stop gives the folder back
		p, err := server.OpenToServe(t.Context(), c, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

func TestDemonstrationRefusesAFolderThatHasAccounts(t *testing.T) {
	for name, c := range map[string]server.Config{
		"sqlite":   {Data: databasetest.SQLiteDir(t)},
		"postgres": {Data: t.TempDir(), DatabaseURL: databasetest.PostgresURL(t)},
	} {
		t.Run(name, func(t *testing.T) {
			c.Addr = "127.0.0.1:8080"
			p, err := server.Open(t.Context(), c, quiet)
			if err != nil {
				t.Fatal(err)
			}
			err = p.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO accounts (id, kind, name, folded, password_hash, password_at, must_change, created_at, created_by)
					VALUES ('a1', 'official', 'Nguyễn Văn An', 'nguyen van an', 'x', $1, $2, $1, '')`, database.At(time.Now()), false)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Stop(context.Background()); err != nil {
				t.Fatal(err)
			}
			_, err = demo.Fill(t.Context(), c, quiet, demo.Plan{Dossiers: 3, Seed: 3}, io.Discard)
			if err == nil || !strings.Contains(err.Error(), "in use") {
				t.Errorf("it was filled: %v", err)
			}
		})
	}
}
