package web

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/kernel/access"
)

// crowded is a site on which the header "From" says where a request comes from.
func crowded(l Limits, routes ...Route) *Site {
	s := New(Config{Province: "Tỉnh Vĩnh Long", Sessions: stranger, Log: slog.New(slog.DiscardHandler), Limits: l, Place: func(r *http.Request) string { return r.Header.Get("From") }})
	s.Handler(Routes(routes))
	return s
}

func ask(s *Site, method, path, from, body string) int {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body == "" {
		r = httptest.NewRequest(method, path, nil)
	}
	r.Header.Set("From", from)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code
}

var busy = Route{Pattern: "GET /tim", Access: access.Public, Handler: func(w http.ResponseWriter, _ *http.Request) error {
	time.Sleep(2 * time.Millisecond)
	_, err := io.WriteString(w, "ok")
	return err
}}

func TestFloodOfOnePlaceIsRefusedAndTheOthersAreServed(t *testing.T) {
	s := crowded(Limits{Connections: 10, AtOnce: 4, Uploads: 1, Work: 50 * time.Millisecond, Burst: 100 * time.Millisecond}, busy)
	stop := make(chan struct{})
	var flood sync.WaitGroup
	var served, refused atomic.Int64
	for range 16 {
		flood.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				switch ask(s, "GET", "/tim", "192.0.2.1", "") {
				case http.StatusOK:
					served.Add(1)
				case http.StatusTooManyRequests:
					refused.Add(1)
					time.Sleep(100 * time.Microsecond)
				}
			}
		})
	}
	began := time.Now()
	for i := range 20 {
		if code := ask(s, "GET", "/tim", "192.0.2.2", ""); code != http.StatusOK {
			t.Errorf("request %d of another place answers %d", i, code)
		}
		time.Sleep(10 * time.Millisecond)
	}
	took := time.Since(began)
	close(stop)
	flood.Wait()
	if refused.Load() < 20 {
		t.Errorf("the flood: %d served, %d refused", served.Load(), refused.Load())
	}
	// What it saved up, and what it earns, at 2 ms each and twice for good measure.
	if most := 2 * int64((100*time.Millisecond+took/20)/(2*time.Millisecond)); served.Load() > most+8 {
		t.Errorf("%d answers in %s went to the flood, %d would be fair", served.Load(), took, most)
	}
	var text strings.Builder
	if err := figures(s, &text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`benso_http_limit{limit="at_once"} 4`, `benso_http_refused_total{limit="work_seconds"}`, "benso_http_places 2"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the figures do not say %s", want)
		}
	}
}

func figures(s *Site, out io.Writer) error {
	w := httptest.NewRecorder()
	s.Metrics().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	_, err := io.Copy(out, w.Body)
	return err
}

func TestUploadsOfOnePlaceAreTakenAFewTogetherAndCostNoTimeOfItsPages(t *testing.T) {
	arrived, go_ := make(chan struct{}, 10), make(chan struct{})
	upload := Route{Pattern: "POST /tai-len", Access: access.Public, MaxBody: 8 << 20, Handler: func(w http.ResponseWriter, _ *http.Request) error {
		arrived <- struct{}{}
		<-go_
		return nil
	}}
	s := crowded(Limits{Connections: 10, AtOnce: 8, Uploads: 2, Work: time.Nanosecond, Burst: 50 * time.Millisecond}, upload, busy)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if code := ask(s, "POST", "/tai-len", "a", "paper"); code != http.StatusOK {
				t.Errorf("an upload answers %d", code)
			}
		})
	}
	<-arrived
	<-arrived
	if code := ask(s, "POST", "/tai-len", "a", "paper"); code != http.StatusTooManyRequests {
		t.Errorf("a third upload answers %d", code)
	}
	if code := ask(s, "GET", "/tim", "a", ""); code != http.StatusOK {
		t.Errorf("a page beside the uploads answers %d", code)
	}
	time.Sleep(60 * time.Millisecond)
	close(go_)
	all.Wait()
	if code := ask(s, "GET", "/tim", "a", ""); code != http.StatusOK {
		t.Errorf("a page after two long uploads answers %d", code)
	}
}

func TestIdleConnectionsByTheHundredKeepNobodyOut(t *testing.T) {
	s := crowded(Limits{Connections: 20, AtOnce: 8, Uploads: 2, Work: time.Second, Burst: time.Second}, busy)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := Server(listener.Addr().String(), s, slog.New(slog.DiscardHandler))
	go func() { _ = srv.Serve(listener) }() // it ends with the test
	defer func() { _ = srv.Close() }()
	get := func() error {
		c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
		res, err := c.Get("http://" + listener.Addr().String() + "/tim")
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close() // it was read
		return err
	}
	for i := range 300 {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if i%2 == 0 { // some begin a header and do not end it
			if _, err := io.WriteString(conn, "GET /tim HTTP/1.1\r\nHost: x\r\n"); err != nil {
				continue // it was closed already
			}
		}
		if i%50 == 0 {
			if err := get(); err != nil {
				t.Errorf("beside %d connections: %v", i, err)
			}
		}
	}
	if err := get(); err != nil {
		t.Errorf("beside all connections: %v", err)
	}
	var text strings.Builder
	if err := figures(s, &text); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), "benso_http_connections_closed_total 0\n") {
		t.Error("no connection was closed")
	}
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	if s.conns.open > 25 {
		t.Errorf("%d connections are open", s.conns.open)
	}
}
