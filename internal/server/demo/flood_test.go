package demo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/server"
	"benso/internal/server/demo"
	"benso/internal/testkit/robot"
)

// town is a program with officials and one applicant, served.
type town struct {
	t    *testing.T
	base string
	addr string
}

func newTown(t *testing.T) town {
	t.Helper()
	p, err := server.Open(t.Context(), server.Config{Addr: "127.0.0.1:8080", Data: databasetest.SQLiteDir(t)}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Start(t.Context()), demo.Hire(t.Context(), p)); err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(p.Site)
	t.Cleanup(func() {
		ts.Close()
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return town{t, ts.URL, ts.Listener.Addr().String()}
}

// ask sends a request as if a proxy had passed it on for an address.
func (w town) ask(method, path, from string, form url.Values) (int, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, w.base+path, body)
	if err != nil {
		return 0, err
	}
	r.Header.Set("X-Forwarded-For", from)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, errors.Join(err, res.Body.Close())
}

// during has several senders flood the program while others ask for pages, and says
// how long those took.
func (w town) during(name string, senders int, flood func(sender, n int) error) {
	w.t.Helper()
	stop := make(chan struct{})
	var all sync.WaitGroup
	sent := make([]int, senders)
	for i := range senders {
		all.Go(func() {
			for ; ; sent[i]++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := flood(i, sent[i]); err != nil {
					w.t.Errorf("%s: %v", name, err)
					return
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	var took []time.Duration
	for i := range 60 {
		began := time.Now()
		status, err := w.ask("GET", []string{"/", "/thu-tuc/1.001193", "/tra-cuu?so=BS-261123-00001"}[i%3], fmt.Sprintf("198.51.100.%d", i), nil)
		if err != nil || status != http.StatusOK && status != http.StatusNotFound {
			w.t.Errorf("%s: somebody else is answered %d, %v", name, status, err)
		}
		took = append(took, time.Since(began))
		time.Sleep(5 * time.Millisecond)
	}
	close(stop)
	all.Wait()
	slices.Sort(took)
	n := 0
	for _, s := range sent {
		n += s
	}
	w.t.Logf("%s: %d sent; the others waited %s (median), %s (95 of 100)", name, n, took[len(took)/2].Round(time.Millisecond), took[len(took)*95/100].Round(time.Millisecond))
	if slow := took[len(took)*95/100]; slow > 2*time.Second {
		w.t.Errorf("%s: the others waited %s", name, slow)
	}
}

func TestFloodsLeaveTheOthersServed(t *testing.T) {
	w := newTown(t)
	w.during("sign-ins from many networks", 12, func(i, n int) error {
		status, err := w.ask("POST", "/dang-nhap", fmt.Sprintf("203.0.%d.%d", i, n%250), url.Values{"key": {database.NewID()}, "handle": {fmt.Sprintf("09%08d", i*1000+n)}, "password": {"một mật khẩu nào đó"}})
		if err == nil && status == http.StatusSeeOther {
			err = errors.New("a made-up password let somebody in")
		}
		return err
	})
	w.during("searches from one network", 12, func(i, n int) error {
		_, err := w.ask("GET", "/thu-tuc?q="+url.QueryEscape(fmt.Sprintf("dang ky khai sih %d", n)), "203.0.113.9", nil)
		return err
	})
	mai, err := robot.New(w.base)
	if err != nil {
		t.Fatal(err)
	}
	page, err := mai.Post("/dang-nhap", url.Values{"handle": {demo.Guests[0].Handle}, "password": {demo.Password}})
	if err != nil || page.Status != http.StatusOK {
		t.Fatalf("the applicant was not let in: %d, %v", page.Status, err)
	}
	begin, err := mai.Get("/thu-tuc/1.001193")
	if err != nil {
		t.Fatal(err)
	}
	form, err := begin.Form("/nop-ho-so")
	if err != nil {
		t.Fatal(err)
	}
	first, err := form.Submit()
	if err != nil {
		t.Fatal(err)
	}
	if page, err = robot.Walk(first, robot.Birth("Nguyễn Thị Ánh"), robot.Photo(1)); err != nil {
		t.Fatal(err)
	}
	papers := strings.TrimSuffix(page.URL.Path, "/kiem-tra") + "/proof_paper"
	w.during("uploads of one account", 8, func(i, n int) error {
		page, err := mai.Get(papers)
		if err != nil || page.Status != http.StatusOK {
			return err // beyond its limit
		}
		form, err := page.Form("/nop-ho-so/")
		if err != nil || !form.Has("birth_certificate") {
			return err
		}
		_, err = form.Attach("birth_certificate", "anh.jpg", robot.Photo(i*1000+n)).Submit()
		return err
	})
	w.during("senders that never end", 40, func(int, int) error {
		conn, err := net.Dial("tcp", w.addr)
		if err != nil {
			return err
		}
		_, err = io.WriteString(conn, "POST /dang-nhap HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nhandle=")
		for range 5 {
			if err == nil {
				time.Sleep(50 * time.Millisecond)
				_, err = io.WriteString(conn, "a")
			}
		}
		_ = conn.Close()
		return nil // it may have been cut off
	})
}
