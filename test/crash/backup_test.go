package crash

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	program "benso/internal/server"
	"benso/internal/testkit/postgres"
	"benso/internal/testkit/robot"
)

func TestBackupUnderLoadHoldsWhatWasAnsweredBeforeItOnSQLite(t *testing.T) { backed(t, "", "") }

func TestBackupUnderLoadHoldsWhatWasAnsweredBeforeItOnPostgres(t *testing.T) {
	backed(t, postgres.NewDatabase(t), postgres.NewDatabase(t))
}

// backed takes two backups while people file, destroys nothing, and brings each back
// elsewhere: every dossier that was answered before a backup began is in it, once, with
// its papers.
func backed(t *testing.T, url, elsewhere string) {
	data, dir := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	s := start(t, data, url)
	const n = 4
	var mu sync.Mutex
	answered := map[string]string{}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			r, err := register(s.base, i)
			if err != nil {
				t.Error(err)
				return
			}
			for k := 0; ; k++ {
				select {
				case <-stop:
					return
				default:
				}
				fileAnd(t, r, i, k, &mu, answered)
			}
		})
	}
	grown := func(by int) {
		t.Helper()
		want := count(&mu, answered) + by
		for until := time.Now().Add(2 * time.Minute); count(&mu, answered) < want; {
			if time.Now().After(until) || t.Failed() {
				t.Fatalf("only %d dossiers were answered", count(&mu, answered))
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	backup := func() map[string]string {
		mu.Lock()
		before := make(map[string]string, len(answered))
		for number, child := range answered {
			before[number] = child
		}
		mu.Unlock()
		out, err := exec.Command(name, "backup", dir, "--data", data, "--database-url", url).CombinedOutput()
		if err != nil {
			t.Fatalf("backup: %v\n%s", err, out)
		}
		t.Logf("backup of %d dossiers:\n%s", len(before), out)
		return before
	}
	grown(12)
	first := backup()
	grown(6)
	second := backup()
	grown(4) // nobody was kept from filing
	close(stop)
	wg.Wait()
	s.kill(t)
	names, err := program.Snapshots(dir)
	if err != nil || len(names) != 2 {
		t.Fatalf("the snapshots are %v, %v", names, err)
	}
	restore := func(to, url, snapshot string) (string, error) {
		out, err := exec.Command(name, "restore", dir, "--snapshot", snapshot, "--data", to, "--database-url", url).CombinedOutput()
		return string(out), err
	}
	// Each snapshot by itself, then the one that counts: what came later is not in it,
	// and the program serves from it.
	to := filepath.Join(t.TempDir(), "restored")
	out, err := restore(to, elsewhere, names[0])
	if err != nil {
		t.Fatalf("restore: %v\n%s", err, out)
	}
	t.Logf("restore:\n%s", out)
	inspect(t, to, elsewhere, first)
	if out, err := restore(to, elsewhere, names[1]); err == nil {
		t.Errorf("a backup was brought over data that was there:\n%s", out)
	}
	again := ""
	if url != "" {
		again = postgres.NewDatabase(t)
	}
	last := filepath.Join(t.TempDir(), "last")
	if out, err := restore(last, again, ""); err != nil {
		t.Fatalf("restore: %v\n%s", err, out)
	}
	inspect(t, last, again, second)
	served := start(t, last, again)
	r, err := robot.New(served.base)
	if err != nil {
		t.Fatal(err)
	}
	for number := range second {
		if p, err := r.Get("/tra-cuu?so=" + number); err != nil || p.Status != 200 || !strings.Contains(p.Text(), number) {
			t.Errorf("%s is not followed in the restored program: %d %v", number, p.Status, err)
		}
		break
	}
	// It goes on: the next number is not one that was given.
	fresh, err := register(served.base, n+1)
	if err != nil {
		t.Fatal(err)
	}
	if number, err := file(fresh, "Nguyễn Thị Vòng Sau", 9_000_000); err != nil || second[number] != "" {
		t.Errorf("after the restore %q was filed, %v", number, err)
	}
	served.kill(t)

	// What is damaged is not brought back.
	damage(t, filepath.Join(dir, "snapshots", names[1], "papers"))
	if out, err := restore(filepath.Join(t.TempDir(), "x"), elsewhere, names[1]); err == nil || !strings.Contains(out, "damaged") {
		t.Errorf("a damaged snapshot: %v\n%s", err, out)
	}
}

func fileAnd(t *testing.T, r *robot.Robot, i, k int, mu *sync.Mutex, answered map[string]string) {
	child := fmt.Sprintf("Nguyễn Thị Vòng %s", letters(i, k))
	number, err := file(r, child, i*100_000+k)
	if err != nil {
		t.Error(err)
		time.Sleep(100 * time.Millisecond)
		return
	}
	mu.Lock()
	defer mu.Unlock()
	answered[number] = child
}

func damage(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, bytes.NewReader([]byte("00")))
	if err2 := f.Close(); err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
}
