package postgres

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func migrateOnce(count *atomic.Int32) func(string) error {
	return func(url string) error {
		count.Add(1)
		db, err := sql.Open("pgx", url)
		if err != nil {
			return err
		}
		_, err = db.Exec(`CREATE TABLE wharf (name TEXT PRIMARY KEY)`)
		return errors.Join(err, db.Close())
	}
}

func TestEachTestHasItsOwnCopyOfTheTemplate(t *testing.T) {
	var migrated atomic.Int32
	tmpl := NewTemplate(t, t.Name()+time.Now().String(), migrateOnce(&migrated))
	for i := range 6 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := open(t, tmpl.NewDatabase(t))
			if _, err := db.Exec(`INSERT INTO wharf (name) VALUES ('Hàm Luông')`); err != nil {
				t.Error(err) // a row of another test would be met as a duplicate
			}
		})
	}
	if migrated.Load() != 1 {
		t.Errorf("the migration ran %d times", migrated.Load())
	}
}

func TestTwoProcessesMakeOneTemplate(t *testing.T) {
	// Processes meet only in the server, so calls past this process's memory
	// stand for processes.
	var migrated atomic.Int32
	name := "benso_template_" + fmt.Sprint(time.Now().UnixNano())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := makeTemplate(t.Context(), URL(t), name, migrateOnce(&migrated)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if migrated.Load() != 1 {
		t.Errorf("the migration ran %d times", migrated.Load())
	}
}

func TestFailedMigrationLeavesNoTemplate(t *testing.T) {
	name := "benso_template_" + fmt.Sprint(time.Now().UnixNano())
	broken := errors.New("broken")
	if err := makeTemplate(t.Context(), URL(t), name, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("the fault of the migration was lost: %v", err)
	}
	var migrated atomic.Int32
	if err := makeTemplate(t.Context(), URL(t), name, migrateOnce(&migrated)); err != nil || migrated.Load() != 1 {
		t.Errorf("after a failed migration: %v, run %d times", err, migrated.Load())
	}
}

func TestDatabaseIsGoneAfterItsTest(t *testing.T) {
	var name string
	t.Run("inner", func(t *testing.T) {
		if err := open(t, NewDatabase(t)).QueryRow("SELECT current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	var n int
	if err := open(t, URL(t)).QueryRow("SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&n); err != nil || n != 0 {
		t.Errorf("database %q: %d left, %v", name, n, err)
	}
}

func TestServerDoesNotSortByBytesNorKeepUTC(t *testing.T) {
	if os.Getenv("BENSO_TEST_POSTGRES") != "" && !strings.Contains(URL(t), "benso-pg-") {
		// A server of somebody's own may sort as it likes: start ours.
		s, err := Start()
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("BENSO_TEST_POSTGRES", s.URL)
		t.Cleanup(func() {
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
	var before bool
	var zone string
	db := open(t, URL(t))
	if err := db.QueryRow("SELECT 'Đa' < 'Em', current_setting('TimeZone')").Scan(&before, &zone); err != nil {
		t.Fatal(err)
	}
	if !before || zone != "Asia/Ho_Chi_Minh" {
		t.Errorf("Đ before E: %v; zone %s: a forgotten COLLATE or UTC would not be seen", before, zone)
	}
}

func TestOwnServerStopsAndLeavesNothing(t *testing.T) {
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	if err := ping(s.URL); err != nil {
		t.Error(err)
	}
	uid, _, err := unprivileged()
	if err != nil || uid == 0 {
		t.Errorf("the server runs as %d, %v", uid, err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
	if ping(s.URL) == nil {
		t.Error("the server still answers")
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "x")
	if err := ownedByServer(dir); err != nil {
		t.Errorf("no folder yet: %v", err)
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if ownedByServer(dir) == nil {
		t.Error("a folder that others may enter was taken")
	}
	if err := os.Symlink("/", dir+"2"); err != nil {
		t.Fatal(err)
	}
	if ownedByServer(dir+"2") == nil {
		t.Error("a link was taken")
	}
}

func TestWrongAddressSaysWhatIsExpected(t *testing.T) {
	for _, u := range []string{"host=localhost", "mysql://x/y", "://"} {
		if _, err := withDatabase(u, "x"); err == nil || !strings.Contains(err.Error(), "postgres://") {
			t.Errorf("%q: %v", u, err)
		}
	}
}

func BenchmarkNewDatabase(b *testing.B) {
	var migrated atomic.Int32
	tmpl := NewTemplate(b, "bench", migrateOnce(&migrated))
	for b.Loop() {
		tmpl.NewDatabase(b)
	}
}
