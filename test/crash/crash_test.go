// Package crash kills the program again and again while people file dossiers, and
// then looks whether everything that was answered is there, once, with its
// papers.
package crash

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/testkit/postgres"
	"benso/internal/testkit/robot"
)

const clients = 16

// rounds is how often the program is killed: 50 is what was promised once and is
// run by `make crash`; the suite does a few each time.
func rounds(t *testing.T) int {
	if s := os.Getenv("BENSO_CRASH_ROUNDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 4
}

var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "benso-crash")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "benso")
	out, err := exec.Command("go", "build", "-o", name, "benso/cmd/benso").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if name, err := binary(); err == nil {
		if err := os.RemoveAll(filepath.Dir(name)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

func TestWhatWasAnsweredIsThereOnceWithItsPapersAfterKillsOnSQLite(t *testing.T) {
	torture(t, "")
}

func TestWhatWasAnsweredIsThereOnceWithItsPapersAfterKillsOnPostgres(t *testing.T) {
	torture(t, postgres.NewDatabase(t))
}

// server is the program as a child process.
type server struct {
	cmd  *exec.Cmd
	base string
	log  *bytes.Buffer
}

var serving = regexp.MustCompile(`msg=serving address=(http://\S+)`)

func start(t *testing.T, data, url string) *server {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, "serve", "--addr", "127.0.0.1:0", "--data", data, "--database-url", url)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: cmd, log: &bytes.Buffer{}}
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			if m := serving.FindStringSubmatch(lines.Text()); m != nil {
				ready <- m[1]
				continue
			}
			s.log.WriteString(lines.Text() + "\n")
		}
		close(ready)
	}()
	select {
	case base, ok := <-ready:
		if !ok {
			t.Fatalf("the program did not start: %s", s.log)
		}
		s.base = base
	case <-time.After(60 * time.Second):
		t.Fatal("the program did not start within a minute")
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // mostly killed before
	return s
}

func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait() // it was killed, and says so
}

var filing = regexp.MustCompile(`BS-\d{6}-\d{5,}`)

func torture(t *testing.T, url string) {
	data := t.TempDir()
	s := start(t, data, url)
	people := make([]*robot.Robot, clients)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			r, err := register(s.base, i)
			if err != nil {
				t.Error(err)
			}
			people[i] = r
		})
	}
	if wg.Wait(); t.Failed() {
		return
	}
	var mu sync.Mutex
	var first atomic.Pointer[error]
	answered := map[string]string{} // filing number → child
	n := rounds(t)
	for round := range n {
		stop := make(chan struct{})
		for i, r := range people {
			wg.Go(func() {
				for k := 0; ; k++ {
					select {
					case <-stop:
						return
					default:
					}
					child := fmt.Sprintf("Nguyễn Thị Vòng %s", letters(round, i, k))
					number, err := file(r, child, round*1000+i*10+k)
					if err != nil {
						if first.CompareAndSwap(nil, &err) && round == 0 {
							t.Logf("the first that was not answered: %v", err)
						}
						continue // the program was killed under it: nothing was answered
					}
					mu.Lock()
					answered[number] = child
					mu.Unlock()
				}
			})
		}
		// The kill comes in the middle of work: after some answers, at any moment.
		before := count(&mu, answered)
		want := before + 1 + rand.IntN(20)
		for until := time.Now().Add(60 * time.Second); count(&mu, answered) < want && time.Now().Before(until); {
			time.Sleep(5 * time.Millisecond)
		}
		if count(&mu, answered) == before {
			t.Fatalf("nothing was answered in round %d", round)
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
		s.kill(t)
		close(stop)
		wg.Wait()
		s = start(t, data, url)
		for _, r := range people {
			if err := r.Move(s.base); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // waited for below, which says whether it ended well
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the program did not stop gracefully: %v\n%s", err, s.log)
	}
	inspect(t, data, url, answered)
	t.Logf("%d kills under %d clients: %d dossiers answered, all there once with their papers", n, clients, len(answered))
}

func count(mu *sync.Mutex, m map[string]string) int {
	mu.Lock()
	defer mu.Unlock()
	return len(m)
}

// letters spells numbers, since a name has no digits.
func letters(parts ...int) string {
	var b strings.Builder
	for _, n := range parts {
		for _, d := range strconv.Itoa(n) {
			b.WriteByte("ABCDEGHIKL"[d-'0'])
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

func register(base string, i int) (*robot.Robot, error) {
	r, err := robot.New(base)
	if err != nil {
		return nil, err
	}
	p, err := r.Get("/dang-ky")
	if err != nil {
		return nil, err
	}
	f, err := p.Form("/dang-ky")
	if err != nil {
		return nil, err
	}
	f.Set("name", "Nguyễn Thị Mai").Set("handle", fmt.Sprintf("09120000%02d", i)).Set("password", "mot mat khau dai")
	for range 20 {
		if p, err = f.Submit(); err != nil || p.Status != http.StatusTooManyRequests {
			break
		}
		time.Sleep(3 * time.Second) // sixteen from one address are asked to wait
	}
	if err != nil || p.Status != 200 {
		return nil, fmt.Errorf("register: %d %.300s %w", p.Status, p.Text(), err)
	}
	return r, nil
}

// file files one dossier and gives the number that the program answered with.
func file(r *robot.Robot, child string, seed int) (string, error) {
	p, err := r.Get("/thu-tuc/1.001193")
	if err != nil {
		return "", err
	}
	f, err := p.Form("/nop-ho-so")
	if err != nil {
		return "", err
	}
	if p, err = f.Submit(); err != nil {
		return "", err
	}
	if other, err := p.Form("/nop-ho-so"); err == nil && other.Has("moi") { // a draft from before the kill: begin another
		if p, err = other.Submit(); err != nil {
			return "", err
		}
	}
	if p, err = robot.Walk(p, robot.Birth(child), robot.Photo(seed), robot.Photo(seed+500_000)); err != nil {
		return "", err
	}
	if f, err = p.Form("/gui"); err != nil {
		return "", err
	}
	if p, err = f.Submit(); err != nil {
		return "", err
	}
	number := filing.FindString(p.Text())
	if p.Status != 200 || number == "" {
		return "", errors.New("no number was answered")
	}
	return number, nil
}

// inspect looks into the database and at the papers, with the program stopped.
func inspect(t *testing.T, data, url string, answered map[string]string) {
	t.Helper()
	db, err := database.Open(context.Background(), database.Config{URL: url, Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	for number, child := range answered {
		var dossiers, papers int
		var title string
		err := db.Read().QueryRowContext(t.Context(), `SELECT count(*), min(c.title), min((SELECT count(*) FROM files f WHERE f.owner_kind = 'dossier' AND f.owner_id = c.id AND f.ended_at IS NULL))
			FROM dossiers d JOIN cases c ON c.id = d.case_id WHERE d.filing_number = $1`, number).Scan(&dossiers, &title, &papers)
		if err != nil {
			t.Fatal(err)
		}
		if dossiers != 1 || title != child || papers != 2 {
			t.Errorf("%s: %d dossiers, for %q instead of %q, with %d papers", number, dossiers, title, child, papers)
		}
	}
	var all, children, drafts int
	row := db.Read().QueryRowContext(t.Context(), `SELECT count(*), count(DISTINCT c.title), count(DISTINCT d.draft_id) FROM dossiers d JOIN cases c ON c.id = d.case_id`)
	if err := row.Scan(&all, &children, &drafts); err != nil {
		t.Fatal(err)
	}
	if all != children || all != drafts {
		t.Errorf("%d dossiers of %d children from %d drafts", all, children, drafts)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(name, "verify", "--data", data, "--database-url", url).CombinedOutput()
	if err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	t.Logf("verify: %s", strings.TrimSpace(string(out)))
}
