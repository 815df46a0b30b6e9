package journeys

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"benso/internal/kernel/database/databasetest"
	"benso/internal/server"
	"benso/internal/server/demo"
	"benso/internal/testkit/clamd"
	"benso/internal/testkit/robot"
)

// A real clamd, with signatures of the test's own, between the person and the store.
func TestPaperWithAVirusIsRefusedByARealClamdAndNoneIsLostWhileItIsDown(t *testing.T) {
	daemon := clamd.Start(t)
	w := serve(t, server.Config{Data: databasetest.SQLiteDir(t), Clamd: daemon.Socket})
	draft := "/nop-ho-so/" + w.draftOf("Nguyễn Thị Sạch Sẽ")
	r, err := robot.New(w.base)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := r.Post("/dang-nhap", url.Values{"handle": {mother}, "password": {demo.Password}}); err != nil || p.Status != http.StatusOK {
		t.Fatalf("not signed in: %d %v", p.Status, err)
	}
	// With the page, as without JavaScript.
	with := func(name string, data []byte) robot.Page {
		t.Helper()
		p, err := r.Get(draft + "/proof_paper")
		if err != nil {
			t.Fatal(err)
		}
		f, err := p.Form("/proof_paper")
		if err != nil {
			t.Fatal(err)
		}
		if p, err = f.Attach("birth_certificate", name, data).Submit(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	// In pieces.
	pieces := func(data []byte) (string, robot.Page) {
		t.Helper()
		p, err := r.Send("POST", draft+"/tai-len/birth_certificate", http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Length": {strconv.Itoa(len(data))}}, nil)
		if err != nil || p.Status != http.StatusCreated {
			t.Fatalf("not begun: %d %v", p.Status, err)
		}
		to := p.Header.Get("Location")
		p, err = r.Send("PATCH", to, http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Offset": {"0"}, "Content-Type": {"application/offset+octet-stream"}}, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return to, p
	}
	told := func(p robot.Page) (state, fault string) {
		t.Helper()
		var s struct{ State, Fault string }
		if err := json.Unmarshal([]byte(p.Body), &s); err != nil {
			t.Fatalf("%d %.200s: %v", p.Status, p.Body, err)
		}
		return s.State, s.Fault
	}
	infected := append(robot.Photo(1), clamd.Marker...)
	if p := with("bệnh.jpg", infected); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "mã độc") {
		t.Errorf("with the page: %d %.400s", p.Status, p.Text())
	}
	if _, p := pieces(infected); p.Status != http.StatusOK || !strings.Contains(p.Body, "mã độc") {
		t.Errorf("in pieces: %d %.200s", p.Status, p.Body)
	}
	if papers, _ := w.papersOf(strings.TrimPrefix(draft, "/nop-ho-so/")); len(papers) != 0 {
		t.Errorf("%d papers with a virus are there", len(papers))
	}
	if n, err := w.program.Files.Infections(t.Context(), w.program.DB.Read(), "2026-11-23", "2026-11-23"); err != nil || n != 2 {
		t.Errorf("%d were counted, %v", n, err)
	}
	if p := with("sạch.jpg", robot.Photo(2)); !strings.HasSuffix(p.URL.Path, "/surrogacy") {
		t.Errorf("a clean one leads to %s", p.URL)
	}

	daemon.Stop()
	if p := with("sạch 2.jpg", robot.Photo(3)); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "thử lại sau ít phút") {
		t.Errorf("with the page, without clamd: %d %.400s", p.Status, p.Text())
	}
	to, p := pieces(robot.Photo(3))
	if _, fault := told(p); p.Status != http.StatusServiceUnavailable || !strings.Contains(fault, "thử lại sau ít phút") {
		t.Errorf("in pieces, without clamd: %d %s", p.Status, fault)
	}
	// clamd is there again: what had come whole is judged, and nobody sends it again.
	w.program.Files.ScanWith(clean{})
	p, err = r.Send("PATCH", to, http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Offset": {strconv.Itoa(len(robot.Photo(3)))}, "Content-Type": {"application/offset+octet-stream"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if state, fault := told(p); state != "attached" {
		t.Errorf("when clamd was there again: %s %s", state, fault)
	}
	if papers, _ := w.papersOf(strings.TrimPrefix(draft, "/nop-ho-so/")); len(papers) != 2 {
		t.Errorf("%d papers are there, want 2", len(papers))
	}

	// The administrator is told.
	var out strings.Builder
	if err := server.Doctor(context.Background(), w.program.Config, &out); err == nil || !strings.Contains(out.String(), "WRONG virus scan by clamd") {
		t.Errorf("without clamd the doctor says %v:\n%s", err, out.String())
	}
	c := w.program.Config
	c.Clamd = clamd.Start(t).Address
	out.Reset()
	if err := server.Doctor(context.Background(), c, &out); !strings.Contains(out.String(), "ok    virus scan by clamd") {
		t.Errorf("with clamd the doctor says %v:\n%s", err, out.String())
	}
}

// clean finds nothing.
type clean struct{}

func (clean) Scan(context.Context, io.Reader) (string, error) { return "", nil }
