package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

var dossier = Owner{Kind: "dossier", ID: "d1"}

func readAll(t testing.TB, s *Store, id string) []byte {
	t.Helper()
	_, c, err := s.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(c)
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAttachedPaperIsListedAndReadBackUntilItIsRemoved(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, c := newStore(t, db)
		j, p := jpegOf(t, 40, 30), page(lines("Tờ khai"))
		first := attach(t, s, db, receive(t, s, "Giấy chứng sinh.JPG", j), dossier)
		c.Advance(time.Second)
		second := attach(t, s, db, receive(t, s, "to khai.pdf", p), dossier)
		other := attach(t, s, db, first.Blob(), Owner{"dossier", "d2"})

		files, err := s.List(t.Context(), db.Read(), dossier)
		if err != nil || len(files) != 2 || files[0] != first || files[1] != second {
			t.Fatalf("listed %+v, %v", files, err)
		}
		if first.Name != "Giấy chứng sinh.jpg" || first.Type != JPEG || first.Width != 40 || first.Height != 30 || first.Size != int64(len(j)) || second.Pages != 1 {
			t.Errorf("kept %+v and %+v", first, second)
		}
		if !bytes.Equal(readAll(t, s, first.ID), j) || !bytes.Equal(readAll(t, s, second.ID), p) || !bytes.Equal(readAll(t, s, other.ID), j) {
			t.Error("other bytes came back")
		}
		remove := func(ctx context.Context, tx *database.Tx) error { return s.Remove(ctx, tx, first.ID) }
		if err := db.Write(t.Context(), remove); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(t.Context(), remove); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed twice: %v", err)
		}
		if _, _, err := s.Open(t.Context(), first.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a removed paper opened: %v", err)
		}
		if !bytes.Equal(readAll(t, s, other.ID), j) {
			t.Error("the same paper of another owner is gone")
		}
		var moved int64
		err = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
			moved, err = s.Move(ctx, tx, dossier, Owner{"dossier", "d3"})
			return err
		})
		if files, _ := s.List(t.Context(), db.Read(), Owner{"dossier", "d3"}); err != nil || moved != 1 || len(files) != 1 || files[0].ID != second.ID {
			t.Errorf("moved %d: %+v, %v", moved, files, err)
		}
	})
}

func TestSweepTakesOnlyWhatNoRowHasNeededForADay(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, c := newStore(t, db)
		kept := attach(t, s, db, receive(t, s, "a.jpg", jpegOf(t, 10, 10)), dossier)
		receive(t, s, "orphan.jpg", jpegOf(t, 11, 11)) // killed before the row was written
		ended := attach(t, s, db, receive(t, s, "b.jpg", jpegOf(t, 12, 12)), dossier)
		sweep := func(parts, blobs int) {
			t.Helper()
			got, err := s.Sweep(t.Context())
			if err != nil || got != (Swept{parts, blobs}) {
				t.Errorf("swept %+v, %v; want %d and %d", got, err, parts, blobs)
			}
		}
		sweep(0, 0)
		c.Advance(23 * time.Hour)
		if err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return s.Remove(ctx, tx, ended.ID) }); err != nil {
			t.Fatal(err)
		}
		receive(t, s, "again.jpg", jpegOf(t, 13, 13))
		sweep(0, 0)
		c.Advance(2 * time.Hour)
		again := receive(t, s, "again.jpg", jpegOf(t, 13, 13)) // its age starts anew
		sweep(0, 1)
		c.Advance(23 * time.Hour)
		sweep(0, 1)
		attach(t, s, db, again, dossier)
		c.Advance(48 * time.Hour)
		sweep(0, 0)
		if r, err := s.Check(t.Context()); err != nil || !r.OK() || r.Files != 2 || r.Blobs != 2 || r.Orphans != 0 {
			t.Errorf("checked %+v, %v", r, err)
		}
		if readAll(t, s, kept.ID) == nil {
			t.Error("a paper in use was swept")
		}
	})
}

func TestCheckNamesMissingAndDamagedPapers(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, _ := newStore(t, db)
		whole := attach(t, s, db, receive(t, s, "a.jpg", jpegOf(t, 10, 10)), dossier)
		gone := attach(t, s, db, receive(t, s, "b.jpg", jpegOf(t, 11, 11)), dossier)
		bent := attach(t, s, db, receive(t, s, "c.jpg", jpegOf(t, 12, 12)), dossier)
		same := attach(t, s, db, bent.Blob(), Owner{"dossier", "d2"})
		receive(t, s, "d.jpg", jpegOf(t, 13, 13))
		if err := os.Remove(s.path(gone.Digest)); err != nil {
			t.Fatal(err)
		}
		data := readAll(t, s, bent.ID)
		data[len(data)/2] ^= 1
		if err := os.WriteFile(s.path(bent.Digest), data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := s.Check(t.Context())
		if err != nil || r.OK() || r.Files != 4 || r.Blobs != 1 || r.Orphans != 1 || len(r.Damage) != 3 {
			t.Fatalf("checked %+v, %v", r, err)
		}
		for _, d := range r.Damage {
			if d.Missing != (d.File == gone.ID) || !slices.Contains([]string{gone.ID, bent.ID, same.ID}, d.File) || d.File == whole.ID {
				t.Errorf("reported %+v", d)
			}
		}
		for _, id := range []string{gone.ID, bent.ID} {
			if _, _, err := s.Open(t.Context(), id); keyOf(err) != "file.damaged" {
				t.Errorf("opened: %v", err)
			}
		}
		// Handing the same paper in again heals it.
		data[len(data)/2] ^= 1
		receive(t, s, "c.jpg", data)
		if !bytes.Equal(readAll(t, s, same.ID), data) {
			t.Error("not healed")
		}
	})
}

func TestAReadingOfALargePaperFailsAtTheEndWhenItWasChanged(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	b := receive(t, s, "a.jpg", jpegOf(t, 30, 30))
	for _, bend := range []bool{false, true} {
		path := s.path(b.Digest)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bend {
			data[9] ^= 1
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f := File{Digest: b.Digest, Size: b.Size}
		from, err := s.disk.open(path)
		if err != nil {
			t.Fatal(err)
		}
		c := large(from, f)
		_, err = io.ReadAll(c)
		if closeErr := c.Close(); closeErr != nil {
			t.Fatal(closeErr)
		}
		if got := keyOf(err) == "file.damaged"; got != bend {
			t.Errorf("bent %v: %v", bend, err)
		}
	}
}

// recorder writes down what the store asks of the disk, in order.
type recorder struct {
	osDisk
	mu   sync.Mutex
	did  []string
	fail map[string]error
}

func (r *recorder) note(act, path string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	depth := filepath.Base(path)
	if strings.HasPrefix(depth, "part-") {
		depth = "part"
	}
	r.did = append(r.did, act+" "+depth)
	return r.fail[act]
}

type recordedPart struct {
	part
	r *recorder
}

func (p recordedPart) Write(b []byte) (int, error) {
	if err := p.r.fail["write"]; err != nil {
		return 0, err
	}
	return p.part.Write(b)
}

func (p recordedPart) Sync() error {
	if err := p.r.note("sync", p.Name()); err != nil {
		return err
	}
	return p.part.Sync()
}

func (r *recorder) create(dir string) (part, error) {
	p, err := r.osDisk.create(dir)
	return recordedPart{p, r}, err
}

func (r *recorder) rename(from, to string) error {
	if err := r.note("rename", from); err != nil {
		return err
	}
	return r.osDisk.rename(from, to)
}

func (r *recorder) syncDir(path string) error {
	if err := r.note("sync folder", path); err != nil {
		return err
	}
	return r.osDisk.syncDir(path)
}

func TestContentIsSyncedBeforeItsNameAndTheFoldersBeforeTheAnswer(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	r := &recorder{}
	s.disk = r
	b := receive(t, s, "a.jpg", jpegOf(t, 10, 10))
	want := []string{"sync part", "rename part", "sync folder " + b.Digest[2:4], "sync folder " + b.Digest[:2], "sync folder papers"}
	if !slices.Equal(r.did, want) {
		t.Errorf("did %q, want %q", r.did, want)
	}
	r.did = nil
	receive(t, s, "a.jpg", jpegOf(t, 10, 10))
	if slices.Contains(r.did, "rename part") || !slices.Contains(r.did, "sync folder "+b.Digest[2:4]) {
		t.Errorf("the same content again: %q", r.did)
	}
}

func TestNothingIsReceivedWhenTheDiskFails(t *testing.T) {
	for _, act := range []string{"write", "sync", "rename", "sync folder"} {
		s, _ := newStore(t, databasetest.SQLite(t))
		s.disk = &recorder{fail: map[string]error{act: syscall.ENOSPC}}
		_, err := s.Receive(t.Context(), bytes.NewReader(jpegOf(t, 10, 10)), Meta{Name: "a.jpg"})
		if keyOf(err) != "file.disk_full" {
			t.Errorf("%s: %v", act, err)
		}
		if left := filesUnder(t, s); act != "sync folder" && len(left) != 0 {
			t.Errorf("%s: left %v", act, left)
		}
	}
}

func TestWhatACrashLeftIsSweptAfterAnHourAndABlobSetAsideComesBack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, c := newStore(t, db)
		old, young := filepath.Join(s.parts(), "part-1"), filepath.Join(s.parts(), "part-2")
		for path, age := range map[string]time.Duration{old: 61 * time.Minute, young: 59 * time.Minute} {
			if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, noon.Add(-age), noon.Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		// Killed between setting a blob aside and asking again whether a row has it.
		f := attach(t, s, db, receive(t, s, "a.jpg", jpegOf(t, 10, 10)), dossier)
		if err := os.Rename(s.path(f.Digest), filepath.Join(s.parts(), trash+f.Digest)); err != nil {
			t.Fatal(err)
		}
		again, err := NewStore(t.Context(), db, c, s.dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
			t.Error("the old part is there")
		}
		if _, err := os.Stat(young); err != nil {
			t.Error("the young part is gone")
		}
		if !bytes.Equal(readAll(t, again, f.ID), jpegOf(t, 10, 10)) {
			t.Error("the blob did not come back")
		}
	})
}

func TestAnUploadThatIsCutOffLeavesNothing(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	broken := io.MultiReader(bytes.NewReader(jpegOf(t, 50, 50)[:200]), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := s.Receive(t.Context(), broken, Meta{Name: "a.jpg"}); keyOf(err) != "file.interrupted" {
		t.Errorf("got %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Receive(gone, bytes.NewReader(jpegOf(t, 50, 50)), Meta{Name: "a.jpg"}); keyOf(err) != "file.interrupted" {
		t.Errorf("got %v", err)
	}
	if left := filesUnder(t, s); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestTheSameContentFromManyAtOnceLiesThereOnce(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	content := jpegOf(t, 200, 200)
	var all sync.WaitGroup
	for range 24 {
		all.Go(func() {
			b, err := s.Receive(t.Context(), iotest.OneByteReader(bytes.NewReader(content)), Meta{Name: "a.jpg"})
			if err == nil {
				err = s.verify(t.Context(), b.Digest, int64(len(content)))
			}
			if err != nil {
				t.Error(err)
			}
			if _, err := s.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if left := filesUnder(t, s); len(left) != 1 {
		t.Errorf("there are %v", left)
	}
}

func TestWhatWasReceivedIsReadBackByteForByte(t *testing.T) {
	db := databasetest.SQLite(t)
	s, _ := newStore(t, db)
	base := jpegOf(t, 16, 16)
	rapid.Check(t, func(t *rapid.T) {
		tail := rapid.SliceOfN(rapid.Byte(), 0, 4096).Draw(t, "tail")
		content := append(append([]byte(nil), base...), tail...)
		b, err := s.Receive(context.Background(), iotest.HalfReader(bytes.NewReader(content)), Meta{Name: rapid.String().Draw(t, "name") + "x"})
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(s.path(b.Digest))
		if err != nil || !bytes.Equal(data, content) {
			t.Fatalf("other bytes came back: %v", err)
		}
	})
}

func TestThePictureServedIsHarmlessAndItsNameWhole(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	content := jpegOf(t, 20, 20)
	f := attach(t, s, s.db, receive(t, s, "Giấy \"chứng sinh\" Đặng.jpeg", content), dossier)
	for _, how := range []Showing{Inline, Attachment} {
		_, c, err := s.Open(t.Context(), f.ID)
		if err != nil {
			t.Fatal(err)
		}
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Range", "bytes=2-5")
		if err := Serve(w, r, f, c, how); err != nil {
			t.Fatal(err)
		}
		want := string(how) + `; filename="Giay _chung sinh_ Dang.jpg"; filename*=UTF-8''Gi%E1%BA%A5y%20_ch%E1%BB%A9ng%20sinh_%20%C4%90%E1%BA%B7ng.jpg`
		h := w.Header()
		if w.Code != 206 || !bytes.Equal(w.Body.Bytes(), content[2:6]) || h.Get("Content-Disposition") != want || h.Get("Content-Type") != "image/jpeg" ||
			h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none'") || h.Get("Cache-Control") != "private, no-store" {
			t.Errorf("served %d %v", w.Code, h)
		}
	}
}

func TestAPDFIsShownWithoutASandboxAndSavedInOne(t *testing.T) {
	for how, sandboxed := range map[Showing]bool{Inline: false, Attachment: true} {
		w := httptest.NewRecorder()
		ServeHeader(w, File{Type: PDF, Name: "a.pdf"}, how)
		policy := w.Header().Get("Content-Security-Policy")
		if strings.HasPrefix(policy, "sandbox") != sandboxed || !strings.Contains(policy, "frame-ancestors 'self'") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", how, w.Header())
		}
	}
	w := httptest.NewRecorder()
	ServeHeader(w, File{Type: "text/html", Name: "a.html"}, Inline)
	if !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("another type is shown: %v", w.Header())
	}
}

func TestAttachRefusesWhatWasNotReceived(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	b := receive(t, s, "a.jpg", jpegOf(t, 20, 20))
	err := s.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		for _, c := range []struct {
			b Blob
			o Owner
		}{{Blob{}, dossier}, {b, Owner{}}, {Blob{Digest: b.Digest}, dossier}} {
			if _, err := s.Attach(ctx, tx, c.b, c.o, Note{}); err == nil {
				t.Errorf("attached %+v to %+v", c.b, c.o)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSizesAreToldAsPeopleReadThem(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1.023 B", 1024: "1 KB", 1536: "1,5 KB", 20 << 20: "20 MB", 3565158: "3,4 MB", 5 << 30: "5 GB"} {
		if got := SizeText(t.Context(), n); got != want {
			t.Errorf("%d is told as %q, want %q", n, got, want)
		}
	}
	if got := SizeText(message.WithLang(t.Context(), "en"), 3565158); got != "3.4 MB" {
		t.Errorf("got %q", got)
	}
}

func TestDamagedPDFsEndInTimeAndNeverPanic(t *testing.T) {
	whole := page(lines("UBND TỈNH", "Kính gửi"), objectStream("<</Subject "+hexUTF16("x")+">>"))
	r := rand.New(rand.NewPCG(1, 2))
	start := time.Now()
	for i := range 3000 {
		data := append([]byte(nil), whole...)
		for range 1 + r.IntN(8) {
			switch at := r.IntN(len(data)); r.IntN(4) {
			case 0:
				data[at] = byte(r.IntN(256))
			case 1:
				data = append(data[:at], data[min(len(data), at+r.IntN(40)):]...)
			case 2:
				data = append(data[:at], append([]byte(fmt.Sprint(r.Uint64())), data[at:]...)...)
			case 3:
				copy(data[at:], data[r.IntN(len(data)):])
			}
			if len(data) == 0 {
				data = []byte("x")
			}
		}
		if _, err := readPDF(t.Context(), data); err != nil && !errors.Is(err, errBadPDF) && !errors.Is(err, errLockedPDF) && !errors.Is(err, errTooComplex) {
			t.Fatalf("damage %d: %v", i, err)
		}
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}
