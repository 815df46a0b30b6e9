package browser

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// engine is a Chromium that runs: those who ask for the same language share it,
// each in a window of their own, which starts in a twentieth of the time.
type engine struct {
	ctx   context.Context
	end   func() error
	users int
}

var (
	mu      sync.Mutex
	engines = map[string]*engine{}
)

// Keep has the browser run until the test ends, for tests that open one person
// after the other.
func Keep(t testing.TB) {
	t.Helper()
	hold(t, "vi")
}

// hold gives the browser of a language, which runs as long as any test holds it.
func hold(t testing.TB, lang string) context.Context {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	e := engines[lang]
	if e == nil {
		started, err := start(lang)
		if err != nil {
			t.Fatal(err)
		}
		e = started
		engines[lang] = e
	}
	e.users++
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if e.users--; e.users > 0 {
			return
		}
		delete(engines, lang)
		if err := e.end(); err != nil {
			t.Errorf("end the browser: %v", err)
		}
	})
	return e.ctx
}

func start(lang string) (*engine, error) {
	chromium, err := find()
	if err != nil {
		return nil, err
	}
	profile, err := os.MkdirTemp("", "benso-browser-")
	if err != nil {
		return nil, err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.UserDataDir(profile), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", lang), chromedp.Flag("lang", lang))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, cancel := chromedp.NewContext(alloc)
	end := func() error {
		cancel()
		stop() // waits for the process
		return removeSoon(profile)
	}
	if err := chromedp.Do(ctx); err != nil {
		return nil, errors.Join(err, end())
	}
	return &engine{ctx: ctx, end: end}, nil
}

// find is Debian's Chromium, or another with the same protocol.
func find() (string, error) {
	for _, name := range []string{"/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium for the journeys: run `make test`, which installs it, or `apt-get install chromium`")
}

// removeSoon removes a folder into which an ending process may still write.
func removeSoon(dir string) error {
	var err error
	for range 50 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
