// Package journeys walks through the program as people do, in a real browser.
package journeys

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/identity"
	"benso/internal/server"
	"benso/internal/server/demo"
	"benso/internal/testkit/browser"
	"benso/internal/testkit/robot"
)

// world is the whole program, served on an address of its own.
type world struct {
	t       *testing.T
	program *server.Program
	base    string
	photos  []string
	result  string

	database string // its name
}

// scripts says whether the browser of the nth walk has JavaScript: each walk takes
// place on both databases, with it on one of them and without it on the other.
func (w world) scripts(n int) bool { return (w.database == "sqlite") == (n%2 == 0) }

// databases runs a journey on both databases.
func databases(t *testing.T, fn func(t *testing.T, w world)) {
	t.Helper()
	browser.Keep(t)
	for name, config := range map[string]func(t *testing.T) server.Config{
		"sqlite": func(t *testing.T) server.Config { return server.Config{Data: databasetest.SQLiteDir(t)} },
		"postgres": func(t *testing.T) server.Config {
			return server.Config{Data: t.TempDir(), DatabaseURL: databasetest.PostgresURL(t)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, config(t))
			w.database = name
			fn(t, w)
		})
	}
}

// morning is a working morning: what happens at it is due the same day.
var morning = time.Date(2026, 11, 23, 8, 30, 0, 0, clock.Zone)

func serve(t *testing.T, c server.Config) world {
	t.Helper()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	ts := httptest.NewUnstartedServer(nil)
	c.Addr = ts.Listener.Addr().String()
	p, err := server.OpenAt(t.Context(), c, log, clock.NewFake(morning))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := demo.Hire(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	ts.Config.Handler = p.Site
	ts.Start()
	t.Cleanup(func() {
		ts.Close()
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	w := world{t: t, program: p, base: "http://" + c.Addr}
	dir := t.TempDir()
	for i, name := range []string{"giấy chứng sinh 1.jpg", "giấy chứng sinh 2.jpg", "giấy khai sinh.jpg"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, robot.Photo(i+1), 0o600); err != nil {
			t.Fatal(err)
		}
		if i < 2 {
			w.photos = append(w.photos, file)
		} else {
			w.result = file
		}
	}
	return w
}

// person opens a browser; officials sign in by their demonstration account.
func (w world) person(o browser.Options) *browser.Page {
	w.t.Helper()
	if o.Width == 0 {
		o.Width, o.Height = 360, 740
	}
	return browser.New(w.t, o)
}

func (w world) official(handle string, o browser.Options) *browser.Page {
	w.t.Helper()
	p := w.person(o)
	p.Open(w.base + "/dang-nhap")
	h, err := identity.ParseHandle(handle)
	if err != nil {
		w.t.Fatal(err)
	}
	p.Fill("handle", h.Value)
	p.Fill("password", demo.Password)
	p.Within("main").Click("Đăng nhập")
	p.See("Bàn làm việc")
	return p
}
