package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// child is the program as a process of its own.
type child struct {
	cmd  *exec.Cmd
	base string
}

var serving = regexp.MustCompile(`msg=serving address=(http://\S+)`)

// serve starts the program over an empty folder with the measured procedure in
// its pack.
func serve(benso, dir, url string, papers bool) (*child, error) {
	packed := filepath.Join(dir, "pack")
	if err := overlay(packed, papers); err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	for _, args := range [][]string{{"pack", "apply"}, {"pack", "apply", packed}} {
		if out, err := exec.Command(benso, append(args, "--data", data, "--database-url", url)...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, out)
		}
	}
	cmd := exec.Command(benso, "--log-level", "info", "serve", "--addr", "127.0.0.1:0", "--data", data, "--database-url", url)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			if m := serving.FindStringSubmatch(lines.Text()); m != nil {
				ready <- m[1]
			} else if strings.Contains(lines.Text(), "level=ERROR") {
				fmt.Fprintln(os.Stderr, lines.Text())
			}
		}
		close(ready)
	}()
	select {
	case base, ok := <-ready:
		if ok {
			return &child{cmd, base}, nil
		}
	case <-time.After(time.Minute):
	}
	return nil, errors.Join(errors.New("the program did not start"), cmd.Process.Kill(), cmd.Wait())
}

// stop ends the program and says what it used.
func (c *child) stop() (used *syscall.Rusage, err error) {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return nil, err
	}
	err = c.cmd.Wait()
	used, _ = c.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return used, err
}
