// Command pages measures how many pages a second the program serves, over HTTP,
// with the client on the same machine and pages compressed as browsers ask for
// them: home, a procedure, following a dossier by its number, and the queue of a
// commune with thousands of dossiers.
//
//	go run ./bench/pages -benso ./benso -dossiers 5000
//
// The figures are in docs/benchmarks.md.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/server/demo"
)

func main() {
	benso := flag.String("benso", "./benso", "the program")
	dossiers := flag.Int("dossiers", 5000, "simulated dossiers")
	clients := flag.Int("clients", 16, "clients at the same time")
	seconds := flag.Int("seconds", 8, "length of each measurement")
	postgres := flag.String("postgres", "", "an empty PostgreSQL database; without it the embedded one")
	flag.Parse()
	if err := run(*benso, *postgres, *dossiers, *clients, time.Duration(*seconds)*time.Second); err != nil {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	}
}

func run(benso, postgres string, dossiers, clients int, length time.Duration) (err error) {
	program, err := filepath.Abs(benso)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(program), "bench-pages-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	base, stop, err := start(program, dir, postgres, dossiers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	cookie, err := signIn(base, demo.Guests[1].Handle)
	if err != nil {
		return err
	}
	number, err := anyNumber(base, cookie)
	if err != nil {
		return err
	}
	for _, page := range []struct{ name, path, cookie string }{
		{"home", "/", ""},
		{"search", "/thu-tuc?q=dang+ky+khai+sih", ""},
		{"procedure", "/thu-tuc/1.001193", ""},
		{"tracking", "/tra-cuu?so=" + url.QueryEscape(number), ""},
		{"queue", "/ban-lam-viec?hang=tat-ca", cookie},
		{"queue, one step", "/ban-lam-viec?hang=tat-ca&buoc=check", cookie},
		{"queue, searched", "/ban-lam-viec?hang=tat-ca&q=nguyen+th", cookie},
	} {
		r, err := load(base+page.path, page.cookie, clients, length)
		if err != nil {
			return fmt.Errorf("%s: %w", page.name, err)
		}
		fmt.Printf("%-16s %6.0f a second, p50 %s, p99 %s, %d bytes over the wire\n", page.name, r.perSecond, r.p50.Round(10*time.Microsecond), r.p99.Round(10*time.Microsecond), r.bytes)
	}
	return nil
}

// start has the program simulate a province and serve it.
func start(program, dir, postgres string, dossiers int) (base string, stop func() error, err error) {
	cmd := exec.Command(program, "--log-level", "warn", "demo", "--addr", "127.0.0.1:0", "--data", dir, "--database-url", postgres, "--dossiers", fmt.Sprint(dossiers), "--place-work", "1h", "--place-at-once", "1000", "--metrics-listen", "")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		address := ""
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, at, ok := strings.Cut(lines.Text(), "is ready: "); ok {
				address = strings.TrimSpace(at)
			}
			if strings.HasPrefix(lines.Text(), "digest of the province") { // all of it is there
				ready <- address
			}
		}
	}()
	select {
	case base, ok := <-ready:
		if ok {
			return base, func() error { return errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()) }, nil
		}
	case <-time.After(5 * time.Minute):
	}
	return "", nil, errors.Join(errors.New("the program did not start"), cmd.Process.Kill(), cmd.Wait())
}

func signIn(base, handle string) (cookie string, err error) {
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm(base+"/dang-nhap", url.Values{"key": {database.NewID()}, "handle": {handle}, "password": {demo.Password}})
	if err != nil {
		return "", err
	}
	var parts []string
	for _, c := range res.Cookies() {
		parts = append(parts, c.Name+"="+c.Value)
	}
	if res.StatusCode != http.StatusSeeOther || len(parts) == 0 {
		err = fmt.Errorf("sign in: %d", res.StatusCode)
	}
	return strings.Join(parts, "; "), errors.Join(err, res.Body.Close())
}

var numberShape = regexp.MustCompile(`BS-\d{6}-\d{5,}|\d{3}\.\d\d\.\d\d\.H\d\d-\d{6}-\d{4}`)

// anyNumber reads the number of a dossier from the queue.
func anyNumber(base, cookie string) (string, error) {
	body, _, err := get(http.DefaultClient, base+"/ban-lam-viec?hang=tat-ca", cookie)
	if err != nil {
		return "", err
	}
	n := numberShape.FindString(body)
	if n == "" {
		return "", errors.New("the queue shows no number")
	}
	return n, nil
}

// get reads a page; compressed, unless it is the first client's own transport
// that asks.
func get(c *http.Client, address, cookie string) (body string, status int, err error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	if c != http.DefaultClient {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	res, err := c.Do(req)
	if err != nil {
		return "", 0, err
	}
	b, err := io.ReadAll(res.Body)
	return string(b), res.StatusCode, errors.Join(err, res.Body.Close())
}

type result struct {
	perSecond float64
	p50, p99  time.Duration
	bytes     int
}

func load(address, cookie string, clients int, length time.Duration) (r result, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var all []time.Duration
	var first error
	began := time.Now()
	for range clients {
		wg.Go(func() {
			c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}}
			var mine []time.Duration
			size := 0
			for time.Since(began) < length {
				at := time.Now()
				body, status, err := get(c, address, cookie)
				if err == nil && status != http.StatusOK {
					err = fmt.Errorf("answered %d", status)
				}
				mine = append(mine, time.Since(at))
				if err != nil {
					mu.Lock()
					first = errors.Join(first, err)
					mu.Unlock()
					return
				}
				size = len(body)
			}
			mu.Lock()
			all = append(all, mine...)
			r.bytes = size
			mu.Unlock()
		})
	}
	wg.Wait()
	if first != nil {
		return result{}, first
	}
	r.perSecond = float64(len(all)) / time.Since(began).Seconds()
	slices.Sort(all)
	r.p50, r.p99 = all[len(all)/2], all[len(all)*99/100]
	return r, nil
}
