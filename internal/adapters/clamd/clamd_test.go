package clamd

import (
	"bytes"
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"benso/internal/testkit/clamd"
)

func client(t *testing.T, address string) *Client {
	t.Helper()
	c, err := New(address)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVirusIsFoundByARealClamdOverBothKindsOfSockets(t *testing.T) {
	d := clamd.Start(t)
	for _, address := range []string{d.Socket, "unix:" + d.Socket, d.Address} {
		c := client(t, address)
		version, err := c.Version(t.Context())
		if err != nil || !strings.HasPrefix(version, "ClamAV ") {
			t.Errorf("%s is %q, %v", address, version, err)
		}
		large := bytes.Repeat([]byte("giấy khai sinh "), 300_000) // many pieces
		for _, clean := range [][]byte{nil, []byte("x"), large} {
			if found, err := c.Scan(t.Context(), bytes.NewReader(clean)); err != nil || found != "" {
				t.Errorf("%d clean bytes over %s: %q, %v", len(clean), address, found, err)
			}
		}
		for name, sick := range map[string][]byte{"marker": []byte("trước " + clamd.Marker + " sau"), "EICAR": clamd.EICAR(), "far inside": append(large, clamd.Marker...)} {
			if found, err := c.Scan(t.Context(), bytes.NewReader(sick)); err != nil || !strings.HasPrefix(found, "Benso.Test") {
				t.Errorf("%s over %s: %q, %v", name, address, found, err)
			}
		}
	}
}

func TestWhatClamdCannotTellIsNeverClean(t *testing.T) {
	d := clamd.Start(t)
	c := client(t, d.Socket)
	if _, err := c.Scan(t.Context(), bytes.NewReader(make([]byte, clamd.Longest+1))); !errors.Is(err, ErrLimit) {
		t.Errorf("longer than clamd takes: %v", err)
	}
	if _, err := c.Scan(t.Context(), iotest.ErrReader(errors.New("the disk is gone"))); err == nil {
		t.Error("a content that cannot be read is clean")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Scan(gone, strings.NewReader("x")); err == nil {
		t.Error("a caller who has gone was told that it is clean")
	}
	d.Stop()
	if _, err := c.Scan(t.Context(), strings.NewReader("x")); err == nil {
		t.Error("without clamd it is clean")
	}
	if _, err := client(t, d.Address).Version(t.Context()); err == nil {
		t.Error("a clamd that has ended answers")
	}
}

func TestClamdThatSaysNothingIsGivenUp(t *testing.T) {
	for name, says := range map[string]string{"nothing": "", "half": "stream: OK", "something else": "UNKNOWN COMMAND\x00", "nothing found": "stream:  FOUND\x00"} {
		listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				if _, err := conn.Write([]byte(says)); err != nil {
					return
				}
			}
		}()
		c := client(t, listener.Addr().String())
		c.longest = 300 * time.Millisecond
		if found, err := c.Scan(t.Context(), strings.NewReader("x")); err == nil {
			t.Errorf("%s was understood as %q", name, found)
		}
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAddressThatIsNoneIsRefused(t *testing.T) {
	for _, address := range []string{"clamd", "localhost", "run/clamd.ctl"} {
		if _, err := New(address); err == nil {
			t.Errorf("%q is an address", address)
		}
	}
}
