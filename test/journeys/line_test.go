package journeys

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// line stands between a browser and the program and breaks, as one bar of network
// does.
type line struct {
	base string

	mu    sync.Mutex
	after int // bytes of one connection towards the program, after which it breaks
	left  int // breaks to come
	broke int
}

// lineTo opens a line to an address.
func lineTo(t *testing.T, base string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{base: "http://" + listener.Addr().String()}
	var all sync.WaitGroup
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
	})
	all.Go(func() {
		for {
			phone, err := listener.Accept()
			if err != nil {
				return // the test has ended
			}
			program, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			var once sync.Once
			hang := func() {
				once.Do(func() { _ = errors.Join(phone.Close(), program.Close()) }) // a broken line says nothing
			}
			all.Go(func() { _, _ = io.Copy(phone, program); hang() })
			all.Go(func() { l.carry(program, phone); hang() })
		}
	})
	return l
}

// carry takes bytes to the program until the line breaks.
func (l *line) carry(program, phone net.Conn) {
	buf, sent := make([]byte, 4<<10), 0
	for {
		n, err := phone.Read(buf)
		if n > 0 {
			if _, err := program.Write(buf[:n]); err != nil {
				return
			}
		}
		if sent += n; err != nil || l.breaks(sent) {
			return
		}
	}
}

func (l *line) breaks(sent int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == 0 || sent < l.after {
		return false
	}
	l.left--
	l.broke++
	return true
}

// cut has the next connections break, each after so many bytes.
func (l *line) cut(times, after int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left, l.after, l.broke = times, after, 0
}

func (l *line) breaksSoFar() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broke
}

// through serves the world over a line.
func (w world) through(l *line) world {
	w.base = l.base
	return w
}
