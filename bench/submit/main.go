package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// settings are the flags.
type settings struct {
	benso, postgres, pocketbase, dir string
	clients                          int
	seconds                          int
	rate                             float64
	only                             string
}

func main() {
	var s settings
	flag.StringVar(&s.benso, "benso", "./benso", "the program")
	flag.StringVar(&s.postgres, "postgres", "", "a PostgreSQL server where databases may be created; without it the embedded database")
	flag.StringVar(&s.pocketbase, "pocketbase", "", "PocketBase as bench/submit/pocketbase builds it; without it that yardstick is left out")
	flag.StringVar(&s.dir, "dir", "", "where the data go, on the disk that is meant; without it beside the program")
	flag.IntVar(&s.clients, "clients", 24, "people who file at the same time")
	flag.IntVar(&s.seconds, "seconds", 20, "length of each measurement")
	flag.Float64Var(&s.rate, "rate", 30, "dossiers a second of the measurement of waiting")
	flag.StringVar(&s.only, "only", "", "disk, pocketbase, papers or bare: one measurement alone")
	flag.Parse()
	if err := s.run(); err != nil {
		fmt.Fprintln(os.Stderr, "submit:", err)
		os.Exit(1)
	}
}

func (s settings) run() (err error) {
	benso, err := filepath.Abs(s.benso)
	if err != nil {
		return err
	}
	if s.dir == "" {
		s.dir = filepath.Dir(benso)
	}
	dir, err := os.MkdirTemp(s.dir, "bench-submit-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	length := time.Duration(s.seconds) * time.Second
	for _, m := range []struct {
		name string
		run  func() error
	}{
		{"disk", func() error { return s.yardstick(filepath.Join(dir, "disk"), length) }},
		{"pocketbase", func() error { return s.pocket(filepath.Join(dir, "pocketbase"), length) }},
		{"papers", func() error { return s.file(benso, filepath.Join(dir, "papers"), length, true) }},
		{"bare", func() error { return s.file(benso, filepath.Join(dir, "bare"), length, false) }},
	} {
		if s.only != "" && s.only != m.name {
			continue
		}
		if err := m.run(); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

func (s settings) yardstick(dir string, length time.Duration) error {
	r, err := disk(dir, s.clients, length/2)
	if err == nil {
		fmt.Printf("bare disk, three files of %d kB: %.0f dossiers a second\n", len(photo())/1000, r.perSecond())
	}
	return err
}

// file measures the program: as fast as the clients can, and then how long one
// waits at a steady rate.
func (s settings) file(benso, dir string, length time.Duration, papers bool) (err error) {
	url, err := s.database(papers)
	if err != nil {
		return err
	}
	c, err := serve(benso, dir, url, papers)
	if err != nil {
		return err
	}
	defer func() {
		if c != nil {
			_, stopped := c.stop()
			err = errors.Join(err, stopped)
		}
	}()
	people := make([]*applicant, s.clients)
	errs := make([]error, s.clients)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() { people[i], errs[i] = newApplicant(c.base, i, papers) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	one := func(worker int) error { _, err := people[worker].file(); return err }
	what := "with three papers"
	if !papers {
		what = "without papers"
	}
	closed(s.clients, 2*time.Second, one) // warm
	fmt.Printf("%s, as fast as it goes: %s\n", what, closed(s.clients, length, one))
	fmt.Printf("%s, %.0f begun a second: %s\n", what, s.rate, open(s.clients, s.rate, length, one))
	used, err := c.stop()
	c = nil
	if used != nil {
		fmt.Printf("%s: the server used %.1f s of processor, %d MiB at most\n", what, float64(used.Utime.Sec+used.Stime.Sec), used.Maxrss/1024)
	}
	return err
}
