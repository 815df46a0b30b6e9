package postgres

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

const (
	owner     = "benso"    // the server's superuser
	superbase = "postgres" // the database that is always there
)

// errMissing says what to do where PostgreSQL is not installed.
var errMissing = errors.New("PostgreSQL's programs initdb and postgres are neither in the PATH nor in /usr/lib/postgresql/*/bin: " +
	"run `make test`, which installs them, or `apt-get install postgresql`, or set BENSO_TEST_POSTGRES=postgres://… to a server where databases may be created")

// Server is a running PostgreSQL of its own.
type Server struct {
	URL string // of the database that is always there
	dir string
	cmd *exec.Cmd
	end chan error
}

// Start makes a new server in a folder of its own. It ends with Stop, or with
// the calling thread.
func Start() (*Server, error) {
	dir, err := os.MkdirTemp("", "benso-pg-")
	if err != nil {
		return nil, err
	}
	home, err := prepare(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &Server{URL: socketURL(dir), dir: dir, end: make(chan error, 1)}
	s.cmd = home.command(append([]string{filepath.Join(home.bin, "postgres")}, home.serverArgs(durable())...)...)
	s.cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	var log bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &log, &log
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	go func() { s.end <- s.cmd.Wait() }()
	if err := waitReady(s.URL, s.end); err != nil {
		stopped := s.Stop()
		return nil, errors.Join(fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, log.String()), stopped)
	}
	return s, nil
}

// Stop ends the server and removes its files.
func (s *Server) Stop() error {
	if s.cmd.ProcessState == nil {
		if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop PostgreSQL: %w", err)
		}
		select {
		case <-s.end:
		case <-time.After(20 * time.Second):
			if err := s.cmd.Process.Kill(); err != nil {
				return fmt.Errorf("kill PostgreSQL: %w", err)
			}
		}
	}
	return os.RemoveAll(s.dir)
}

// durable says whether commits are forced to the disk.
func durable() bool { return os.Getenv("BENSO_TEST_POSTGRES_FSYNC") == "on" }

// home is where a server lives and who it is.
type home struct {
	dir, bin string
	uid, gid int // of the user it runs as
}

// prepare makes dir a home: given to the unprivileged user, with an empty
// cluster and a folder for the socket.
func prepare(dir string) (home, error) {
	h := home{dir: dir, uid: os.Getuid(), gid: os.Getgid()}
	var err error
	if h.bin, err = programs(); err != nil {
		return h, err
	}
	if h.uid, h.gid, err = unprivileged(); err != nil {
		return h, err
	}
	if err := os.Mkdir(filepath.Join(dir, "socket"), 0o700); err != nil {
		return h, err
	}
	for _, d := range []string{dir, filepath.Join(dir, "socket")} {
		if err := os.Chmod(d, 0o700); err != nil {
			return h, err
		}
		if err := os.Chown(d, h.uid, h.gid); err != nil {
			return h, err
		}
	}
	args := []string{filepath.Join(h.bin, "initdb"), "--pgdata=" + filepath.Join(dir, "data"), "--username=" + owner,
		"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=vi", "--no-instructions"}
	if !durable() {
		args = append(args, "--no-sync")
	}
	if out, err := h.command(args...).CombinedOutput(); err != nil {
		return h, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return h, nil
}

// command runs a program as the home's user, in its folder.
func (h home) command(args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = h.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=" + h.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(h.uid), Gid: uint32(h.gid)}
	}
	return cmd
}

func (h home) serverArgs(durable bool) []string {
	args := []string{"-D", filepath.Join(h.dir, "data"), "-k", filepath.Join(h.dir, "socket")}
	set := []string{"listen_addresses=", "max_connections=400", "shared_buffers=96MB", "wal_level=minimal", "max_wal_senders=0",
		"timezone=Asia/Ho_Chi_Minh", "log_timezone=UTC", "checkpoint_timeout=1h", "max_wal_size=4GB", "log_min_messages=fatal"}
	if !durable {
		set = append(set, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	for _, s := range set {
		args = append(args, "-c", s)
	}
	return args
}

// programs finds the folder that holds both initdb and postgres: first through
// the PATH, then the newest of Debian's layout, then PostgreSQL's own.
func programs() (string, error) {
	var dirs []string
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	debian, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	version := func(dir string) int {
		n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		if err != nil {
			return 0
		}
		return n
	}
	sort.Slice(debian, func(i, j int) bool { return version(debian[i]) > version(debian[j]) })
	dirs = append(append(dirs, debian...), "/usr/local/pgsql/bin", "/usr/pgsql/bin")
	for _, d := range dirs {
		if isProgram(filepath.Join(d, "initdb")) && isProgram(filepath.Join(d, "postgres")) {
			return d, nil
		}
	}
	return "", errMissing
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

// unprivileged says who the server runs as: never root, which PostgreSQL
// refuses.
func unprivileged() (uid, gid int, err error) {
	if os.Getuid() != 0 {
		return os.Getuid(), os.Getgid(), nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2); err != nil {
			return 0, 0, err
		}
		return uid, gid, nil
	}
	return 0, 0, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody")
}

func socketURL(dir string) string {
	q := url.Values{"host": {filepath.Join(dir, "socket")}}
	return (&url.URL{Scheme: "postgres", User: url.User(owner), Path: "/" + superbase, RawQuery: q.Encode()}).String()
}

// withDatabase is base with another database's name.
func withDatabase(base, name string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return "", fmt.Errorf("BENSO_TEST_POSTGRES must be postgres://user@host/database, and is %q", base)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// waitReady waits until the server answers, or has ended.
func waitReady(url string, ended <-chan error) error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := ping(url)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return err
		}
		select {
		case end := <-ended:
			return fmt.Errorf("it ended: %w", errors.Join(err, end))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func ping(url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(db.PingContext(ctx), db.Close())
}

// tail is the end of a log, for a message.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}
