package crash

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path"
	"strconv"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/testkit/postgres"
	"benso/internal/testkit/robot"
)

func TestPaperInPiecesGoesOnAfterKillsOnSQLite(t *testing.T) { pieces(t, "") }

func TestPaperInPiecesGoesOnAfterKillsOnPostgres(t *testing.T) { pieces(t, postgres.NewDatabase(t)) }

// pieces sends papers over a program that is killed in the middle of each, again
// and again: every one goes on from what was answered, and is there once, whole.
func pieces(t *testing.T, url string) {
	data := t.TempDir()
	s := start(t, data, url)
	r, err := register(s.base, 0)
	if err != nil {
		t.Fatal(err)
	}
	draft := begin(t, r)
	kills := 0
	var sent [][]byte
	for n := range 3 {
		paper := append(robot.Photo(n+1), bytes.Repeat([]byte{byte(n), 'x', 7, 9}, 64<<10)...)
		sent = append(sent, paper)
		p := ask(t, r, "POST", draft+"/tai-len/birth_certificate", http.Header{"Upload-Length": {strconv.Itoa(len(paper))},
			"Upload-Metadata": {"filename " + base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("ảnh %d.jpg", n)))}}, nil)
		to, answered := p.Header.Get("Location"), 0
		if p.Status != http.StatusCreated || to == "" {
			t.Fatalf("begun: %d %s", p.Status, p.Body)
		}
		for at, round := 0, 0; at < len(paper); round++ {
			piece := paper[at:min(len(paper), at+len(paper)/5+1)]
			var body io.Reader = bytes.NewReader(piece)
			killed := round%2 == 1
			if killed {
				// Half of the piece comes, then the kill.
				half := make(chan struct{})
				body = io.MultiReader(bytes.NewReader(piece[:len(piece)/2]), &stuck{half: half})
				go func() {
					<-half
					time.Sleep(20 * time.Millisecond)
					_ = s.cmd.Process.Kill()
				}()
			}
			p, err := r.Send("PATCH", to, tus(http.Header{"Upload-Offset": {strconv.Itoa(at)}, "Content-Type": {"application/offset+octet-stream"}}), body)
			switch {
			case killed:
				_ = s.cmd.Wait() // it was killed, and says so
				kills++
				s = start(t, data, url)
				if err := r.Move(s.base); err != nil {
					t.Fatal(err)
				}
			case err != nil:
				t.Fatal(err)
			case p.Status == http.StatusNoContent || p.Status == http.StatusOK:
				answered = at + len(piece)
			default:
				t.Fatalf("a piece was answered %d %.200s", p.Status, p.Body)
			}
			head := ask(t, r, "HEAD", to, nil, nil)
			if at, err = strconv.Atoi(head.Header.Get("Upload-Offset")); err != nil || at < answered {
				t.Fatalf("%d bytes were answered, and %d are there: %d %v", answered, at, head.Status, err)
			}
		}
	}
	s.kill(t)
	db, err := database.Open(context.Background(), database.Config{URL: url, Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	for i, paper := range sent {
		sum := sha256.Sum256(paper)
		var n int
		err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM files WHERE owner_kind = 'draft' AND owner_id = $1 AND digest = $2 AND ended_at IS NULL`, path.Base(draft), hex.EncodeToString(sum[:])).Scan(&n)
		if err != nil || n != 1 {
			t.Errorf("paper %d is there %d times, %v", i, n, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(name, "verify", "--data", data, "--database-url", url).CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	t.Logf("%d kills in the middle of %d papers: all there once, whole", kills, len(sent))
}

// stuck is a connection on which nothing more comes.
type stuck struct{ half chan struct{} }

func (s *stuck) Read([]byte) (int, error) {
	close(s.half)
	time.Sleep(5 * time.Second)
	return 0, io.ErrUnexpectedEOF
}

func tus(h http.Header) http.Header {
	h.Set("Tus-Resumable", "1.0.0")
	return h
}

func ask(t *testing.T, r *robot.Robot, method, to string, h http.Header, body io.Reader) robot.Page {
	t.Helper()
	if h == nil {
		h = http.Header{}
	}
	p, err := r.Send(method, to, tus(h), body)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begin answers the pages before the certificate, and gives the draft's address.
func begin(t *testing.T, r *robot.Robot) string {
	t.Helper()
	p, err := r.Get("/thu-tuc/1.001193")
	if err != nil {
		t.Fatal(err)
	}
	f, err := p.Form("/nop-ho-so")
	if err != nil {
		t.Fatal(err)
	}
	if p, err = f.Submit(); err != nil {
		t.Fatal(err)
	}
	answers := robot.Birth("Nguyễn Thị Từng Phần")
	for range 20 {
		if path.Base(p.URL.Path) == "proof_paper" {
			return path.Dir(p.URL.Path)
		}
		if f, err = p.Form("/nop-ho-so/"); err != nil {
			t.Fatal(err)
		}
		for name, value := range answers {
			if f.Has(name) {
				f.Set(name, value)
			}
		}
		if p, err = f.Submit(); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("the page of the certificate was not found: %s", p.URL)
	return ""
}
