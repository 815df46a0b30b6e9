package resumable

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"benso/internal/kernel/fault"
)

func request(method string, body io.Reader, header ...string) *http.Request {
	r := httptest.NewRequest(method, "/somewhere/else", body)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func piece(at string, body io.Reader) *http.Request {
	return request("PATCH", body, "Content-Type", "application/offset+octet-stream", "Upload-Offset", at)
}

func never(context.Context) Reply { panic("it is not whole") }

func open(t *testing.T) *Uploads {
	t.Helper()
	u, err := Open(filepath.Join(t.TempDir(), "uploads"))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A lost power is not to be tried, so the order is looked at: synced, then answered.
func TestWhatIsAnsweredWasSyncedBefore(t *testing.T) {
	u := open(t)
	var synced []string
	answered := httptest.NewRecorder()
	u.sync = func(f *os.File) error {
		if answered.Code != http.StatusOK || answered.Body.Len() > 0 || answered.Flushed {
			t.Errorf("%s is synced after the answer", f.Name())
		}
		synced = append(synced, filepath.Base(f.Name()))
		return f.Sync()
	}
	u.Create(answered, request("POST", nil, "Upload-Length", "6"), "one", "/here/one", never)
	if answered.Code != http.StatusCreated || answered.Header().Get("Location") != "/here/one" || !slices.Equal(synced, []string{"one.info", "uploads"}) {
		t.Errorf("begun: %d %v, synced %q", answered.Code, answered.Header(), synced)
	}
	synced, answered = nil, httptest.NewRecorder()
	u.Continue(answered, piece("0", strings.NewReader("abc")), "one", never)
	if answered.Code != http.StatusNoContent || !slices.Equal(synced, []string{"one"}) {
		t.Errorf("continued: %d, synced %q", answered.Code, synced)
	}
	synced, answered = nil, httptest.NewRecorder()
	u.Continue(answered, piece("3", strings.NewReader("def")), "one", func(context.Context) Reply {
		if !slices.Equal(synced, []string{"one"}) {
			t.Errorf("it is called whole when %q was synced", synced)
		}
		return Reply{Status: http.StatusOK, Body: `{"done":true}`}
	})
	if answered.Code != http.StatusOK || answered.Body.String() != `{"done":true}` {
		t.Errorf("ended: %d %s", answered.Code, answered.Body)
	}
}

func TestPieceIsNotAnsweredWhenTheDiskFails(t *testing.T) {
	u := open(t)
	u.Create(httptest.NewRecorder(), request("POST", nil, "Upload-Length", "6"), "one", "/one", never)
	u.sync = func(*os.File) error { return errors.New("the disk is gone") }
	rec := httptest.NewRecorder()
	u.Continue(rec, piece("0", strings.NewReader("abc")), "one", never)
	if rec.Code != http.StatusInternalServerError {
		t.Errorf("answered %d", rec.Code)
	}
	rec = httptest.NewRecorder()
	u.Create(rec, request("POST", nil, "Upload-Length", "6"), "two", "/two", never)
	if rec.Code != http.StatusInternalServerError {
		t.Errorf("answered %d", rec.Code)
	}
}

func TestBeginningOfABrokenPieceIsKept(t *testing.T) {
	u := open(t)
	u.Create(httptest.NewRecorder(), request("POST", nil, "Upload-Length", "6"), "one", "/one", never)
	u.Continue(httptest.NewRecorder(), piece("0", io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF))), "one", never)
	if n, err := u.Received("one"); n != 3 || err != nil {
		t.Errorf("%d bytes are there, %v", n, err)
	}
	again, err := Open(u.dir) // the program was started again
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	again.Offset(rec, request("HEAD", nil), "one")
	if rec.Header().Get("Upload-Offset") != "3" {
		t.Errorf("answered %d %v", rec.Code, rec.Header())
	}
	if err := again.Remove("one"); err != nil {
		t.Error(err)
	}
	if _, err := again.Received("one"); !fault.Is(err, fault.NotFound) {
		t.Errorf("what was removed is there: %v", err)
	}
	if _, err := again.Read("../secret"); !fault.Is(err, fault.NotFound) {
		t.Errorf("outside of the folder: %v", err)
	}
}

func TestNothingIsGivenOutOrTakenAwayByARequest(t *testing.T) {
	u := open(t)
	u.Create(httptest.NewRecorder(), request("POST", strings.NewReader("abcdef"), "Upload-Length", "9", "Content-Type", "application/offset+octet-stream"), "one", "/one", never)
	rec := httptest.NewRecorder()
	u.Create(rec, request("POST", nil, "Upload-Concat", "final;/one", "Upload-Length", "9"), "two", "/two", never)
	if n, err := u.Received("two"); n != 0 || err != nil {
		t.Errorf("putting uploads together gave %d bytes, %v", n, err)
	}
	rec = httptest.NewRecorder()
	u.Create(rec, request("POST", nil, "X-HTTP-Method-Override", "DELETE", "Upload-Length", "9"), "one2", "/one2", never)
	if n, err := u.Received("one"); n != 6 || err != nil {
		t.Errorf("%d bytes are there, %v", n, err)
	}
}
