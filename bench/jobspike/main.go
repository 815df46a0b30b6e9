package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/job"
)

func main() {
	if done, err := beChild(); done {
		exit(err)
	}
	var p plan
	flag.IntVar(&p.Rounds, "rounds", 20, "kills")
	flag.StringVar(&p.URL, "postgres", "", "an empty PostgreSQL database; without it SQLite in a temporary folder")
	flag.DurationVar(&p.Longest, "longest", 2*time.Second, "the longest life of a child")
	flag.DurationVar(&p.RescueAfter, "rescue-after", 0, "the library's own rescue (job.Options.RescueAfter)")
	flag.BoolVar(&p.Sibling, "sibling", false, "PostgreSQL: a second process works all the time, and nothing is started after a kill, so that only the library's own rescue helps")
	flag.Parse()
	dir, err := os.MkdirTemp("", "jobspike")
	if err != nil {
		exit(err)
	}
	p.Dir = dir
	report, err := p.run(context.Background())
	if err == nil {
		fmt.Println(report)
		if !report.Holds() {
			err = errors.New("it does not hold")
		}
	}
	exit(errors.Join(err, os.RemoveAll(dir)))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "jobspike:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// beChild does the child's part when this process is one.
func beChild() (bool, error) {
	env, ok := os.LookupEnv(childEnv)
	if !ok {
		return false, nil
	}
	role, rest, _ := strings.Cut(env, " ")
	rescue, rest, _ := strings.Cut(rest, " ")
	dir, url, _ := strings.Cut(rest, " ")
	after, err := time.ParseDuration(rescue)
	if err != nil {
		return true, err
	}
	return true, child(role, database.Config{Dir: dir, URL: url}, after, os.Stdout)
}

type plan struct {
	Rounds      int
	Longest     time.Duration
	RescueAfter time.Duration
	Sibling     bool
	Dir, URL    string
}

// process is a running child.
type process struct {
	cmd  *exec.Cmd
	rows []string
	read chan error
}

func (p plan) start(role string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &process{cmd: exec.Command(self), read: make(chan error, 1)}
	c.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %v %s %s", childEnv, role, p.RescueAfter, p.Dir, p.URL))
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || line != "started\n" {
		return nil, errors.Join(fmt.Errorf("the child says %q: %w", line, err), c.cmd.Process.Kill())
	}
	go func() {
		for {
			line, err := lines.ReadString('\n')
			if err != nil { // the rest of a line that a kill cut off was not answered
				if errors.Is(err, io.EOF) {
					err = nil
				}
				c.read <- err
				return
			}
			if row, ok := strings.CutPrefix(strings.TrimSpace(line), "row "); ok {
				c.rows = append(c.rows, row)
			}
		}
	}()
	return c, nil
}

// end signals the child and waits until its last line has been read.
func (c *process) end(s os.Signal) error {
	if err := c.cmd.Process.Signal(s); err != nil {
		return err
	}
	err := <-c.read
	if waited := c.cmd.Wait(); s != syscall.SIGKILL {
		err = errors.Join(err, waited)
	}
	return err
}

func (p plan) run(ctx context.Context) (r Report, err error) {
	db, q, err := openQueue(ctx, database.Config{Dir: p.Dir, URL: p.URL}, p.RescueAfter)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := job.Migrate(ctx, db); err != nil {
		return Report{}, err
	}
	if err := db.Write(ctx, makeTables); err != nil {
		return Report{}, err
	}
	var answered []string
	killed := map[int]time.Time{}
	var finisher *process
	if p.Sibling {
		if finisher, err = p.start("work"); err != nil {
			return Report{}, err
		}
	}
	for range p.Rounds {
		c, err := p.start("file")
		if err != nil {
			return Report{}, err
		}
		time.Sleep(rand.N(p.Longest))
		pid := c.cmd.Process.Pid
		killed[pid] = time.Now()
		if err := c.end(syscall.SIGKILL); err != nil {
			return Report{}, err
		}
		answered = append(answered, c.rows...)
	}
	if finisher == nil {
		if finisher, err = p.start("finish"); err != nil {
			return Report{}, err
		}
	}
	if err := waitUntilDone(ctx, q); err != nil {
		return Report{}, errors.Join(err, finisher.end(syscall.SIGTERM))
	}
	if err := finisher.end(syscall.SIGTERM); err != nil {
		return Report{}, err
	}
	rows, err := rowIDs(ctx, db.Read())
	if err != nil {
		return Report{}, err
	}
	runs, err := allRuns(ctx, db.Read())
	if err != nil {
		return Report{}, err
	}
	r = judge(answered, rows, runs, killed)
	r.Rounds = p.Rounds
	return r, nil
}

func waitUntilDone(ctx context.Context, q *job.Queue) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for {
		s, err := q.Stats(ctx)
		if err != nil {
			return err
		}
		if s.Waiting+s.Running+s.Retrying+s.Later == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the jobs do not end: %+v", s)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
