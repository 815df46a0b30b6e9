// Package clamd runs a real ClamAV daemon for a test, with a few signatures of its
// own and none from the internet.
//
// A test that needs it fails where it is not installed: `make test` installs it.
package clamd

import (
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Marker is a text that this clamd takes for a virus, wherever it stands.
const Marker = "BENSO-TEST-MARKER-6f1c2d: this is no virus"

// Longest is the longest stream that this clamd takes, in bytes.
const Longest = 25 << 20

// EICAR is the text that every scanner knows and that harms nobody. It stands here
// backwards, so that no scanner takes this file for it.
func EICAR() []byte {
	b := []byte("*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X")
	slices.Reverse(b)
	return b
}

// Daemon is a clamd that runs.
type Daemon struct {
	Socket  string // path of its unix socket
	Address string // host:port

	cmd  *exec.Cmd
	once sync.Once
}

// Start runs a clamd until the test ends.
func Start(t testing.TB) *Daemon {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/clamd"); err != nil {
			t.Fatal("no clamd for the test: run `make test`, which installs it, or `apt-get install clamav-daemon`")
		}
	}
	dir, err := os.MkdirTemp("", "benso-clamd-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	d := &Daemon{Socket: filepath.Join(dir, "s"), Address: freeAddress(t)}
	host, port, err := net.SplitHostPort(d.Address)
	if err != nil {
		t.Fatal(err)
	}
	signatures := filepath.Join(dir, "signatures")
	config := strings.Join([]string{"Foreground yes", "DatabaseDirectory " + signatures, "LocalSocket " + d.Socket, "TCPAddr " + host, "TCPSocket " + port,
		fmt.Sprintf("StreamMaxLength %d", Longest), "TemporaryDirectory " + dir, "LogFile " + filepath.Join(dir, "log"), "MaxThreads 4", ""}, "\n")
	if err := os.Mkdir(signatures, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		filepath.Join(signatures, "test.ndb"): "Benso.Test.Marker:0:*:" + hex.EncodeToString([]byte(Marker)) + "\nBenso.Test.EICAR:0:*:" + hex.EncodeToString(EICAR()) + "\n",
		filepath.Join(dir, "conf"):            config,
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d.cmd = exec.Command(program, "--config-file="+filepath.Join(dir, "conf"))
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Stop)
	for range 1000 {
		if conn, err := net.Dial("unix", d.Socket); err == nil {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
			return d
		}
		time.Sleep(20 * time.Millisecond)
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	t.Fatalf("clamd did not start: %s %v", log, err)
	return nil
}

// Stop ends it; a second time does nothing.
func (d *Daemon) Stop() {
	d.once.Do(func() {
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait() // it was killed, and says so
	})
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}
