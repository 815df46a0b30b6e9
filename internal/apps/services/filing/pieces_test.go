package filing

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/file"
)

// sender speaks tus 1.0.0 for a person, request by request.
type sender struct {
	*person
	draft string // address
}

// sends gives a person who stands at the page of the certificate.
func (w town) sends(t *testing.T, who string) sender {
	t.Helper()
	p := w.person(t, who).begins().fills("proof_paper", "Nguyễn Thị Ánh")
	return sender{p, path.Dir(p.url.Path)}
}

func (s sender) ask(method, address string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, address, body)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if s.who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: s.who})
	}
	rec := httptest.NewRecorder()
	s.town.site.ServeHTTP(rec, r)
	return rec
}

func (s sender) announce(field, name string, size int) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.ask(http.MethodPost, s.draft+"/tai-len/"+field, nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte(name)))
}

// address announces a certificate and gives the address of its upload.
func (s sender) address(name string, size int) string {
	s.t.Helper()
	rec := s.announce("birth_certificate", name, size)
	if rec.Code != http.StatusCreated {
		s.t.Fatalf("the announcement was answered %d %s", rec.Code, rec.Body)
	}
	to := rec.Header().Get("Location")
	if !strings.HasPrefix(to, s.draft+"/tai-len/") {
		s.t.Fatalf("the upload is at %q", to)
	}
	return to
}

func (s sender) bring(to string, offset int, piece io.Reader) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.ask(http.MethodPatch, to, piece, "Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(offset))
}

func (s sender) offset(to string) int {
	s.t.Helper()
	rec := s.ask(http.MethodHead, to, nil)
	n, err := strconv.Atoi(rec.Header().Get("Upload-Offset"))
	if err != nil || rec.Code != http.StatusOK {
		s.t.Fatalf("HEAD %s: %d %v", to, rec.Code, rec.Header())
	}
	return n
}

func state(t *testing.T, rec *httptest.ResponseRecorder) uploadState {
	t.Helper()
	var s uploadState
	if err := json.Unmarshal(rec.Body.Bytes(), &s); err != nil {
		t.Fatalf("%d %q: %v", rec.Code, rec.Body, err)
	}
	return s
}

// holds looks that the draft names exactly these contents, each once.
func (s sender) holds(contents ...[]byte) {
	s.t.Helper()
	id := path.Base(s.draft)
	d, err := s.town.Draft(s.t.Context(), servicestest.Applicant(s.who), id)
	if err != nil {
		s.t.Fatal(err)
	}
	named := d.Answers["birth_certificate"].Files
	if len(named) != len(contents) {
		s.t.Fatalf("the draft names %d papers, want %d: %+v", len(named), len(contents), named)
	}
	for i, want := range contents {
		_, c, err := s.town.Files.Open(s.t.Context(), named[i].ID)
		if err != nil {
			s.t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if err != nil || !bytes.Equal(got, want) {
			s.t.Errorf("paper %d has %d bytes instead of %d, %v", i, len(got), len(want), err)
		}
		if err := c.Close(); err != nil {
			s.t.Error(err)
		}
	}
	if n := len(s.kept()); n != len(contents) {
		s.t.Errorf("the draft has %d papers, and names %d", n, len(contents))
	}
}

func (s sender) kept() []file.File {
	s.t.Helper()
	files, err := s.town.Files.List(s.t.Context(), s.town.DB.Read(), file.Owner{Kind: "draft", ID: path.Base(s.draft)})
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// left are the parts in the folder of uploads.
func (w town) left(t *testing.T) int {
	t.Helper()
	ids, err := w.pages.Uploads.List()
	if err != nil {
		t.Fatal(err)
	}
	return len(ids)
}

func towns(t *testing.T, fn func(t *testing.T, w town)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) { fn(t, townOn(t, db)) })
}

func TestPaperThatComesInPiecesIsGivenToTheDraftOnce(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		s, data := w.sends(t, "mai"), photo(1)
		to := s.address("giấy chứng sinh.jpg", len(data))
		if n := s.offset(to); n != 0 {
			t.Fatalf("%d bytes before the first came", n)
		}
		if rec := s.bring(to, 0, bytes.NewReader(data[:100])); rec.Code != http.StatusNoContent || rec.Header().Get("Upload-Offset") != "100" {
			t.Fatalf("the first piece was answered %d %v", rec.Code, rec.Header())
		}
		if st := state(t, s.ask(http.MethodGet, to, nil)); st.State != arriving || st.Received != 100 || st.Size != int64(len(data)) {
			t.Errorf("on the way: %+v", st)
		}
		s.holds()
		rec := s.bring(to, 100, bytes.NewReader(data[100:]))
		st := state(t, rec)
		if rec.Code != http.StatusOK || st.State != attached || st.File == nil || st.File.Name != "giấy chứng sinh.jpg" || st.Revision != 1 {
			t.Fatalf("the last piece was answered %d %s", rec.Code, rec.Body)
		}
		s.holds(data)
		// The answer is lost, and everything is asked and sent again.
		if n := s.offset(to); n != len(data) {
			t.Errorf("%d of %d bytes are said to be there", n, len(data))
		}
		for _, again := range []uploadState{state(t, s.ask(http.MethodGet, to, nil)), state(t, s.bring(to, len(data), nil)), state(t, s.bring(to, 100, bytes.NewReader(data[100:])))} {
			if again.File == nil || again.File.ID != st.File.ID || again.Revision != st.Revision {
				t.Errorf("answered again: %+v", again)
			}
		}
		// And the whole paper, as by a reload of the page.
		twice := state(t, s.bring(s.address("giấy chứng sinh.jpg", len(data)), 0, bytes.NewReader(data)))
		if twice.State != attached || twice.File.ID != st.File.ID || twice.Revision != 0 {
			t.Errorf("the same paper again: %+v", twice)
		}
		s.holds(data)
		if n := w.left(t); n != 0 {
			t.Errorf("%d parts are left", n)
		}
		s.open(s.draft+"/proof_paper").sees("Đã tải lên", "giấy chứng sinh.jpg")
		s.press(goOn, nil).at("/surrogacy")
	})
}

func TestPaperGoesOnWhereTheConnectionBroke(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		s, data := w.sends(t, "mai"), photo(2)
		to := s.address("a.jpg", len(data))
		for at := 0; at < len(data); {
			end := min(len(data), at+len(data)/10+1)
			broken := io.MultiReader(bytes.NewReader(data[at:end]), iotest.ErrReader(io.ErrUnexpectedEOF))
			if rec := s.bring(to, at, broken); rec.Code < 400 && end < len(data) {
				t.Fatalf("a broken piece was answered %d", rec.Code)
			}
			if now := s.offset(to); now != end {
				t.Fatalf("after %d bytes %d are there", end, now)
			}
			at = end
		}
		if st := state(t, s.ask(http.MethodGet, to, nil)); st.State != attached {
			t.Errorf("ended as %+v", st)
		}
		s.holds(data)
	})
}

func TestPieceAtAnotherOffsetIsNotTaken(t *testing.T) {
	w := newTown(t)
	s, data := w.sends(t, "mai"), photo(3)
	to := s.address("a.jpg", len(data))
	s.bring(to, 0, bytes.NewReader(data[:200]))
	for _, wrong := range []int{0, 199, 201, len(data)} {
		if rec := s.bring(to, wrong, bytes.NewReader(data[200:300])); rec.Code != http.StatusConflict {
			t.Errorf("a piece at %d was answered %d", wrong, rec.Code)
		}
	}
	if rec := s.bring(to, 200, bytes.NewReader(append(data[200:], 'x'))); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("more than was announced was answered %d", rec.Code)
	}
	if n := s.offset(to); n != 200 {
		t.Errorf("%d bytes are there, want 200", n)
	}
	if rec := s.ask(http.MethodPatch, to, bytes.NewReader(data[200:]), "Content-Type", "image/jpeg", "Upload-Offset", "200"); rec.Code != http.StatusBadRequest {
		t.Errorf("a piece of another type was answered %d", rec.Code)
	}
	s.bring(to, 200, bytes.NewReader(data[200:]))
	s.holds(data)
}

func TestUploadOfSomebodyElseIsNotFound(t *testing.T) {
	w := newTown(t)
	s, data := w.sends(t, "mai"), photo(4)
	to := s.address("a.jpg", len(data))
	s.bring(to, 0, bytes.NewReader(data[:50]))
	other := w.sends(t, "khac")
	mine := other.draft + "/tai-len/" + path.Base(to) // the upload's name under one's own draft
	for _, address := range []string{to, mine, s.draft + "/tai-len/" + database.NewID()} {
		for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodPatch, http.MethodDelete} {
			rec := other.ask(method, address, strings.NewReader("xx"), "Content-Type", "application/offset+octet-stream", "Upload-Offset", "50")
			if rec.Code != http.StatusNotFound {
				t.Errorf("%s %s was answered %d", method, address, rec.Code)
			}
		}
	}
	if rec := (sender{other.person, s.draft}).announce("birth_certificate", "a.jpg", 10); rec.Code != http.StatusNotFound {
		t.Errorf("beginning in the draft of somebody else was answered %d", rec.Code)
	}
	stranger := sender{w.person(t, ""), s.draft}
	if rec := stranger.bring(to, 50, strings.NewReader("x")); rec.Code != http.StatusUnauthorized {
		t.Errorf("a stranger was answered %d", rec.Code)
	}
	for _, from := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
		head := append([]string{"Content-Type", "application/offset+octet-stream", "Upload-Offset", "50"}, from...)
		if rec := s.ask(http.MethodPatch, to, bytes.NewReader(data[50:]), head...); rec.Code != http.StatusForbidden {
			t.Errorf("a piece from another site was answered %d", rec.Code)
		}
	}
	if n := s.offset(to); n != 50 {
		t.Errorf("%d bytes are there, want 50", n)
	}
}

func TestPaperThatCannotBeTakenIsRefusedInPlainWords(t *testing.T) {
	w := newTown(t)
	s := w.sends(t, "mai")
	for _, c := range []struct {
		field  string
		size   int
		status int
		words  string
	}{
		{"birth_certificate", 0, http.StatusUnprocessableEntity, "trống"},
		{"birth_certificate", 1 << 30, http.StatusRequestEntityTooLarge, "vượt mức"},
		{"child_name", 10, http.StatusNotFound, ""},
		{"nothing", 10, http.StatusNotFound, ""},
	} {
		rec := s.announce(c.field, "a.jpg", c.size)
		if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.words) {
			t.Errorf("%d bytes for %s: %d %.200s", c.size, c.field, rec.Code, rec.Body)
		}
	}
	if rec := s.ask(http.MethodPost, s.draft+"/tai-len/birth_certificate", nil, "Upload-Defer-Length", "1"); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("a length that is left open was answered %d", rec.Code)
	}
	text := []byte("đây không phải là ảnh")
	to := s.address("a.jpg", len(text))
	st := state(t, s.bring(to, 0, bytes.NewReader(text)))
	if st.State != refused || !strings.Contains(st.Fault, "Không nhận loại tệp này") {
		t.Errorf("text was answered %+v", st)
	}
	if again := state(t, s.ask(http.MethodGet, to, nil)); again.Fault != st.Fault {
		t.Errorf("and asked again %+v", again)
	}
	secret := bytes.Replace(photo(5), []byte{0xFF, 0xD8}, append([]byte{0xFF, 0xD8, 0xFF, 0xFE, 0, 2 + 8}, "TOI MAT\x00"...), 1)
	st = state(t, s.bring(s.address("TỐI MẬT.jpg", len(secret)), 0, bytes.NewReader(secret)))
	if st.State != refused || !strings.Contains(st.Fault, "dấu chỉ độ mật") {
		t.Errorf("a marked paper was answered %+v", st)
	}
	for i := range 3 {
		s.bring(s.address("a.jpg", len(photo(10+i))), 0, bytes.NewReader(photo(10+i)))
	}
	if rec := s.announce("birth_certificate", "a.jpg", 10); rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), "đã đủ 3 tệp") {
		t.Errorf("a fourth paper was answered %d %s", rec.Code, rec.Body)
	}
	if n := w.left(t); n != 0 {
		t.Errorf("%d parts are left of what was refused", n)
	}
	s.holds(photo(10), photo(11), photo(12))
}

func TestTooManyPapersOnTheWayAreRefused(t *testing.T) {
	w := newTown(t)
	s := w.sends(t, "mai")
	first := s.address("a.jpg", 10)
	for range mostComing - 1 {
		s.address("a.jpg", 10)
	}
	if rec := s.announce("birth_certificate", "a.jpg", 10); rec.Code != http.StatusTooManyRequests {
		t.Errorf("answered %d", rec.Code)
	}
	if st := state(t, s.ask(http.MethodDelete, first, nil)); st.State != cancelled {
		t.Errorf("cancelling was answered %+v", st)
	}
	s.address("a.jpg", 10)
	if rec := s.bring(first, 0, strings.NewReader("0123456789")); state(t, rec).State != cancelled {
		t.Errorf("a piece of what was cancelled was answered %s", rec.Body)
	}
	s.holds()
}

func TestPaperThatWasWholeWhenTheProgramWasKilledIsGivenToTheDraftOnce(t *testing.T) {
	for name, next := range map[string]func(s sender, to string){
		"by HEAD":  func(s sender, to string) { s.offset(to) },
		"by PATCH": func(s sender, to string) { s.bring(to, len(photo(6)), nil) },
		"by the sweep": func(s sender, _ string) {
			if err := s.town.pages.SweepUploads(s.t.Context(), actors); err != nil {
				s.t.Error(err)
			}
		},
		"by all at once": func(s sender, to string) {
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() { s.bring(to, len(photo(6)), nil) })
				all.Go(func() {
					if err := s.town.pages.SweepUploads(s.t.Context(), actors); err != nil {
						s.t.Error(err)
					}
				})
			}
			all.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			towns(t, func(t *testing.T, w town) {
				s, data := w.sends(t, "mai"), photo(6)
				to := s.address("a.jpg", len(data))
				s.bring(to, 0, bytes.NewReader(data[:300]))
				// The bytes came, and the kill came before they were judged.
				w.append(t, path.Base(to), data[300:])
				next(s, to)
				if st := state(t, s.ask(http.MethodGet, to, nil)); st.State != attached {
					t.Errorf("ended as %+v", st)
				}
				s.holds(data)
				if n := w.left(t); n != 0 {
					t.Errorf("%d parts are left", n)
				}
			})
		})
	}
}

func actors(_ context.Context, account string) (access.Actor, error) {
	return servicestest.Applicant(account), nil
}

func (w town) append(t *testing.T, id string, rest []byte) {
	t.Helper()
	f, err := os.OpenFile(w.pages.Uploads.Path(id), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(rest); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPaperThatComesAfterTheDossierWasSentIsRefused(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		s, data := w.sends(t, "mai"), photo(7)
		to := s.address("late.jpg", len(data))
		s.bring(to, 0, bytes.NewReader(data[:100]))
		for _, page := range birth("")[9:] {
			s.at("/"+page.page).press(goOn, page.answers, page.files...)
		}
		s.press(toSend, nil).at("/da-nop")
		if rec := s.announce("birth_certificate", "a.jpg", 10); rec.Code != http.StatusConflict {
			t.Errorf("beginning was answered %d", rec.Code)
		}
		if st := state(t, s.bring(to, 100, bytes.NewReader(data[100:]))); st.State != refused || st.Fault == "" {
			t.Errorf("the rest was answered %+v", st)
		}
		if n := len(s.kept()); n != 0 {
			t.Errorf("a draft that was sent got %d papers", n)
		}
	})
}

func TestWhatNobodyGoesOnWithIsSweptAfterTwoDays(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		s, data := w.sends(t, "mai"), photo(8)
		old := s.address("old.jpg", len(data))
		s.bring(old, 0, bytes.NewReader(data[:100]))
		w.clock.Advance(47 * time.Hour)
		young := s.address("young.jpg", len(data))
		sweep := func(left int) {
			t.Helper()
			if err := w.pages.SweepUploads(t.Context(), actors); err != nil {
				t.Fatal(err)
			}
			if n := w.left(t); n != left {
				t.Errorf("%d uploads are left, want %d", n, left)
			}
		}
		sweep(2)
		w.clock.Advance(time.Hour)
		sweep(1)
		if st := state(t, s.ask(http.MethodGet, old, nil)); st.State != cancelled {
			t.Errorf("the old one ended as %+v", st)
		}
		s.bring(young, 0, bytes.NewReader(data))
		s.holds(data)
		w.clock.Advance(outcomesKept + time.Hour)
		sweep(0)
		if rec := s.ask(http.MethodGet, young, nil); rec.Code != http.StatusNotFound {
			t.Errorf("a forgotten outcome was answered %d", rec.Code)
		}
	})
}

// Two devices add papers to one page, and one of them shows an older page.
func TestPapersOfTwoDevicesAreMergedAndNoneIsLost(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		phone := w.sends(t, "mai")
		computer := phone.tab()
		for i := range 2 {
			phone.bring(phone.address(fmt.Sprintf("điện thoại %d.jpg", i), len(photo(20+i))), 0, bytes.NewReader(photo(20+i)))
		}
		computer.press(goOn, nil, sentFile{"birth_certificate", "máy tính.jpg", photo(30)}).at("/surrogacy")
		phone.holds(photo(20), photo(21), photo(30))
		computer.open(phone.draft+"/proof_paper").sees("điện thoại 0.jpg", "điện thoại 1.jpg", "máy tính.jpg")
	})
}
