package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a verb waits for what it needs.
const patience = 5 * time.Second

// Options says what device a person has. The zero Options is a phone 360 px
// wide, without JavaScript, that asks for Vietnamese.
type Options struct {
	Width, Height int
	JavaScript    bool
	Lang          string // of Accept-Language
}

// Page is one tab.
type Page struct {
	t     testing.TB
	ctx   context.Context
	opts  Options
	scope []string
	tab   *tab
}

// tab is what the browser tells about a tab while it works.
type tab struct {
	mu       sync.Mutex
	main     string // the frame of the page itself
	loading  bool
	starts   int      // navigations that began
	problems []string // exceptions and refusals of the policy

	answered chan struct{} // a page that is held back, see DoubleClick
}

// New starts a browser of its own (nothing is shared with another New) and
// gives its first tab. It ends with the test.
func New(t testing.TB, opts Options) *Page {
	t.Helper()
	if opts.Width == 0 {
		opts.Width = 360
	}
	if opts.Height == 0 {
		opts.Height = 800
	}
	if opts.Lang == "" {
		opts.Lang = "vi"
	}
	chromium, err := find()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "benso-browser-")
	if err != nil {
		t.Fatal(err)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.UserDataDir(profile), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", opts.Lang), chromedp.Flag("lang", opts.Lang))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		cancel()
		stop() // waits for the process
		if err := removeSoon(profile); err != nil {
			t.Errorf("remove the browser's profile: %v", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", chromium, err)
	}
	return newPage(t, ctx, opts)
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

// NewTab opens another tab of the same person: the cookies are shared.
func (p *Page) NewTab() *Page {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx)
	p.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		p.t.Fatalf("open another tab: %v", err)
	}
	return newPage(p.t, ctx, p.opts)
}

func newPage(t testing.TB, ctx context.Context, opts Options) *Page {
	t.Helper()
	p := &Page{t: t, ctx: ctx, opts: opts, tab: &tab{answered: make(chan struct{}, 16)}}
	if err := chromedp.Listen(ctx, p.tab.hear); err != nil {
		t.Fatal(err)
	}
	tree, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	p.tab.mu.Lock()
	p.tab.main = string(tree.FrameTree.Frame.ID)
	p.tab.mu.Unlock()
	_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(opts.Width), Height: int64(opts.Height), DeviceScaleFactor: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.allowScripts(opts.JavaScript); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, problem := range p.Problems() {
			t.Errorf("in the browser: %s", problem)
		}
	})
	return p
}

func (p *Page) allowScripts(allow bool) error {
	_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allow})
	return err
}

// hear runs on the goroutine that reads from the browser: it only takes notes.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *page.EventFrameStartedLoading:
		if string(e.FrameID) == b.main {
			b.loading = true
			b.starts++
		}
	case *page.EventFrameStoppedLoading:
		if string(e.FrameID) == b.main {
			b.loading = false
		}
	case *fetch.EventRequestPaused:
		select {
		case b.answered <- struct{}{}:
		default: // nobody counts beyond two
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		b.problems = append(b.problems, fmt.Sprintf("%s (%s)", text, e.ExceptionDetails.URL))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source == log.EntrySourceSecurity {
			b.problems = append(b.problems, e.Entry.Text)
		}
	}
}

// Problems are the uncaught exceptions and the refusals of the Content-
// Security-Policy so far, which are forgotten by asking: what is still there at
// the end fails the test.
func (p *Page) Problems() []string {
	p.tab.mu.Lock()
	defer p.tab.mu.Unlock()
	list := p.tab.problems
	p.tab.problems = nil
	return list
}

func (p *Page) starts() int {
	p.tab.mu.Lock()
	defer p.tab.mu.Unlock()
	return p.tab.starts
}

func (p *Page) loading() bool {
	p.tab.mu.Lock()
	defer p.tab.mu.Unlock()
	return p.tab.loading
}

// For gives the same tab, failing another test: for t.Run.
func (p *Page) For(t testing.TB) *Page {
	c := *p
	c.t = t
	return &c
}

// Within gives the same tab, looking only inside one part: a fieldset by its
// legend, else a CSS selector, else the row, item or section that says so.
func (p *Page) Within(part string) *Page {
	c := *p
	c.scope = append(append([]string(nil), p.scope...), part)
	return &c
}
