// Command scale measures the pages of officials and the tracking of a dossier with
// a province's years in the database: as many dossiers as are asked for, most of them
// closed, and one commune with a crowd of open ones.
//
//	go run ./bench/scale -dir data/scale -rows 1000000 -crowd 50000
//	go run ./internal/testkit/postgres/run sh -c 'go run ./bench/scale -dir data/scale-pg -postgres "$BENSO_TEST_POSTGRES"'
//
// The rows are written by SQL, so that a million take minutes; a folder that holds
// them already is measured again as it is. The figures are in docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/web"
	"benso/internal/server"
	"benso/internal/server/demo"
)

func main() {
	dir := flag.String("dir", "data/scale", "folder of the database")
	postgres := flag.String("postgres", "", "address of a PostgreSQL database; without it the embedded one")
	rows := flag.Int("rows", 1_000_000, "dossiers")
	crowd := flag.Int("crowd", 50_000, "of them open in one commune")
	clients := flag.Int("clients", 2, "clients at the same time")
	each := flag.Int("each", 200, "requests of each kind")
	flag.Parse()
	if err := run(*dir, *postgres, *rows, *crowd, *clients, *each); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(dir, postgres string, rows, crowd, clients, each int) (err error) {
	ctx := context.Background()
	config := server.Config{Addr: "127.0.0.1:8080", Data: dir, DatabaseURL: postgres, Simulated: true, Limits: web.Limits{Connections: 1000, AtOnce: 1000, Uploads: 1, Work: time.Hour, Burst: time.Hour}}
	p, err := server.OpenToServe(ctx, config, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop(ctx)) }()
	began := time.Now()
	s := sample{}
	if s, err = fill(ctx, p, rows, crowd); err != nil {
		return err
	}
	fmt.Printf("%s: %d dossiers, %d open in one commune, written in %s\n", p.DB.Dialect(), rows, crowd, time.Since(began).Round(time.Second))
	site := httptest.NewServer(p.Site)
	defer site.Close()
	people := map[string]string{}
	for who, handle := range map[string]string{"clerk": "motcua@benso.example", "specialist": "chuyenvien@benso.example", "leader": "tinh@benso.example"} {
		if people[who], err = signIn(site.URL, handle); err != nil {
			return err
		}
	}
	fmt.Printf("%-46s %9s %9s %9s %9s\n", "", "p50", "p95", "p99", "most")
	for _, page := range s.pages() {
		took, err := load(site.URL, people[page.who], page.paths, clients, each)
		if err != nil {
			return fmt.Errorf("%s: %w", page.name, err)
		}
		at := func(share float64) time.Duration { return took[min(int(share*float64(len(took))), len(took)-1)] }
		mark := ""
		if at(0.95) > 50*time.Millisecond {
			mark = "  over 50 ms"
		}
		fmt.Printf("%-46s %7.1fms %7.1fms %7.1fms %7.1fms%s\n", page.who+" "+page.name, ms(at(0.5)), ms(at(0.95)), ms(at(0.99)), ms(took[len(took)-1]), mark)
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// page is one kind of request: paths that are asked for in turn.
type page struct {
	who, name string
	paths     []string
}

func (s sample) pages() []page {
	const desk, book = "/ban-lam-viec", "/ban-lam-viec/so"
	one := func(who, name, path string) page { return page{who, name, []string{path}} }
	each := func(who, name, before string, values []string) page {
		p := page{who, name, nil}
		for _, v := range values {
			p.paths = append(p.paths, before+url.QueryEscape(v))
		}
		return p
	}
	return []page{
		one("clerk", "queue of the roles", desk+"?hang=cho"),
		one("clerk", "queue of the agency", desk+"?hang=tat-ca"),
		one("clerk", "queue of the agency, page 100", desk+"?hang=tat-ca&trang=100"),
		one("clerk", "queue of the agency, last page", desk+"?hang=tat-ca&trang=100000"),
		one("clerk", "queue of one step", desk+"?hang=tat-ca&buoc=check"),
		one("specialist", "queue of today", desk+"?hang=hom-nay"),
		one("specialist", "own queue", desk+"?hang=cua-toi"),
		each("clerk", "queue, searched by a name", desk+"?hang=tat-ca&q=", s.names),
		one("clerk", "queue, searched by a common word", desk+"?hang=tat-ca&q=nguyen"),
		each("clerk", "jump to a number", desk+"/tim?so=", s.codes),
		one("clerk", "register", book),
		one("clerk", "register, page 200", book+"?trang=200"),
		one("clerk", "register, closed of one month", book+"?trang-thai=dong&xong-tu=2026-03-01&xong-den=2026-03-31"),
		one("clerk", "register, late", book+"?han=tre"),
		each("clerk", "register, searched by a name", book+"?q=", s.names),
		each("clerk", "people by phone", desk+"/nguoi?q=", s.phones),
		one("leader", "queue of the province", desk+"?hang=tat-ca"),
		one("leader", "register of the province", book),
		one("leader", "register of the province, late", book+"?han=tre"),
		one("leader", "register of one commune, one month", book+"?xa=28756-2025&nop-tu=2026-03-01&nop-den=2026-03-31"),
		each("leader", "register of the province, by a name", book+"?q=", s.names),
		one("leader", "register of the province, a common word", book+"?q=nguyen"),
		each("", "tracking by a code", "/tra-cuu?so=", s.codes),
	}
}

func signIn(base, handle string) (cookie string, err error) {
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm(base+"/dang-nhap", url.Values{"key": {database.NewID()}, "handle": {handle}, "password": {demo.Password}})
	if err != nil {
		return "", err
	}
	if err := res.Body.Close(); err != nil {
		return "", err
	}
	for _, k := range res.Cookies() {
		if k.Value != "" {
			cookie += k.Name + "=" + k.Value + "; "
		}
	}
	if cookie == "" {
		return "", fmt.Errorf("%s was not let in: %s", handle, res.Status)
	}
	return strings.TrimSuffix(cookie, "; "), nil
}

// load asks for the paths in turn from several clients and gives what each answer
// took, sorted.
func load(base, cookie string, paths []string, clients, each int) (took []time.Duration, err error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(path string) (time.Duration, error) {
		req, err := http.NewRequest(http.MethodGet, base+path, nil)
		if err != nil {
			return 0, err
		}
		if cookie != "" {
			req.Header.Set("Cookie", cookie)
		}
		began := time.Now()
		res, err := client.Do(req)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			return 0, err
		}
		if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusSeeOther {
			return 0, fmt.Errorf("%s answers %s", path, res.Status)
		}
		return time.Since(began), nil
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	for c := range clients {
		wait.Go(func() {
			for i := c; i < each+10*clients; i += clients {
				d, failed := ask(paths[i%len(paths)])
				mu.Lock()
				if failed != nil {
					err = errors.Join(err, failed)
				} else if i >= 10*clients { // the first ones warm up
					took = append(took, d)
				}
				stop := err != nil
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	wait.Wait()
	slices.Sort(took)
	return took, err
}
