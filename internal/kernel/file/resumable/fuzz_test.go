package resumable

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
)

// A sender may say anything, in any order: what was taken is exactly the beginning of
// what was sent, at the places at which it was sent, never more than was announced, and
// it is called whole once.
func FuzzUploadProtocol(f *testing.F) {
	f.Add("6", "filename YS5qcGc=", []byte("\x00\x03abc\x03\x03def"))
	f.Add("6", "", []byte("\x00\x09abcdefghi"))
	f.Add("0", "x", []byte(""))
	f.Add("-1", "filename \xff", []byte("\x05\x01a\x00\x01b\x00\x01c"))
	f.Add("9223372036854775807", "", []byte("\xff\x02zz"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, size, meta string, script []byte) {
		r := request("POST", nil, "Upload-Length", size, "Upload-Metadata", meta)
		wish, err := Announced(r)
		if err != nil || wish.Size > 1<<20 {
			return // the caller refuses it
		}
		u, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		u.sync = func(*os.File) error { return nil } // order is another test's
		defer func() {
			if err := u.Remove("one"); err != nil {
				t.Fatal(err)
			}
		}()
		ended := 0
		whole := func(context.Context) Reply { ended++; return Reply{Status: http.StatusOK, Body: "{}"} }
		rec := httptest.NewRecorder()
		u.Create(rec, r, "one", "/one", whole)
		if rec.Code >= 500 {
			t.Fatalf("begun: %d %s", rec.Code, rec.Body)
		}
		if rec.Code != http.StatusCreated && rec.Code != http.StatusOK {
			return
		}
		var taken []byte
		for len(script) >= 2 {
			at, n := int64(int8(script[0])), min(int(script[1]), len(script)-2)
			body := script[2 : 2+n]
			script = script[2+n:]
			before := ended
			rec := httptest.NewRecorder()
			u.Continue(rec, piece(strconv.FormatInt(at, 10), bytes.NewReader(body)), "one", whole)
			if rec.Code >= 500 {
				t.Fatalf("%d bytes at %d of %d, of which there are %d: %d %s", n, at, wish.Size, len(taken), rec.Code, rec.Body)
			}
			now, err := u.Received("one")
			if err != nil {
				t.Fatal(err)
			}
			if more := int(now) - len(taken); more < 0 || more > n || more > 0 && at != int64(len(taken)) {
				t.Fatalf("%d bytes at %d: there were %d, now %d", n, at, len(taken), now)
			} else {
				taken = append(taken, body[:more]...)
			}
			if now > wish.Size || ended > before && now != wish.Size {
				t.Fatalf("%d of %d bytes, called whole %d times", now, wish.Size, ended)
			}
		}
		in, err := u.Read("one")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(in)
		if err2 := in.Close(); err != nil || err2 != nil || !bytes.Equal(got, taken) {
			t.Fatalf("there is %q, sent was %q, %v", got, taken, err)
		}
	})
}
