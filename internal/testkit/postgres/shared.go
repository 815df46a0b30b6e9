package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// The shared server. Every test process that uses it holds a shared lock on one
// file for as long as it lives; the keeper beside the server tries the
// exclusive lock, and stops the server when it has had it for a minute. So a
// test process that is killed needs no cleaning up, and none can arrive while
// the server is being stopped: it waits for the lock and then starts another.

// keeper runs the server ($2…) as its child and watches the lock ($1).
const keeper = `
lock=$1 dir=$2; shift 2
"$@" >"$dir/log" 2>&1 &
server=$!
idle=0
while kill -0 "$server" 2>/dev/null; do
	sleep 5
	exec 9<"$lock"
	if flock -n -x 9; then
		idle=$((idle + 1))
		if [ "$idle" -ge 12 ]; then
			kill -INT "$server"
			wait "$server"
			cd / && rm -rf "$dir"
			exit 0
		fi
	else
		idle=0
	fi
	exec 9<&-
done
`

// held keeps the file open, and with it the lock, until this process ends: a file
// that nothing refers to is closed by the garbage collector.
var held *os.File

var shared = sync.OnceValues(func() (url string, err error) {
	name := fmt.Sprintf("benso-test-pg-%d", os.Getuid())
	if durable() {
		name += "-fsync"
	}
	dir := filepath.Join(os.TempDir(), name)
	use, err := lock(dir+".use", syscall.LOCK_SH)
	if err != nil {
		return "", err
	}
	held = use
	url = socketURL(dir)
	start, err := lock(dir+".start", syscall.LOCK_EX)
	if err != nil {
		return "", errors.Join(err, use.Close())
	}
	defer func() { err = errors.Join(err, start.Close()) }()
	if err := ownedByServer(dir); err != nil {
		return "", err
	}
	if ping(url) == nil {
		return url, nil
	}
	if err := startShared(dir, use.Name()); err != nil {
		return "", err
	}
	return url, nil
})

// startShared starts the server and its keeper, both outliving this process.
func startShared(dir, use string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove what a dead server left: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	h, err := prepare(dir)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	args := append([]string{"/bin/sh", "-c", keeper, "keeper", use, dir, filepath.Join(h.bin, "postgres")}, h.serverArgs(durable())...)
	cmd := h.command(args...)
	cmd.SysProcAttr.Setsid = true // a Ctrl-C for the tests is not one for the server
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := waitReady(socketURL(dir), ended); err != nil {
		return fmt.Errorf("the shared PostgreSQL in %s does not answer: %w\n%s", dir, err, tail(filepath.Join(dir, "log")))
	}
	return nil
}

// ownedByServer refuses a folder that somebody else has put in our place.
func ownedByServer(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	uid, _, err := unprivileged()
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != uid && int(stat.Uid) != os.Getuid() || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s is not the folder of the test server (a folder of its user, mode 0700): remove it", dir)
	}
	return nil
}

func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE|syscall.O_NOFOLLOW, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}
