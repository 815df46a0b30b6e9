package browser

import (
	"context"
	"fmt"
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

// patience is how long a verb waits for what it needs: long, since a machine that
// is busy with other tests is slow, and what is there is waited for no longer.
var patience = 20 * time.Second

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

	answered chan struct{}          // a page that is held back, see DoubleClick
	asked    chan cdp.BackendNodeID // a field that asks for files, see PressForFiles
}

// New opens the first tab of a person of their own: nothing is shared with
// another New, neither cookies nor what pages keep. It ends with the test.
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
	ctx, cancel := chromedp.NewContext(hold(t, opts.Lang), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a window: %v", err)
	}
	return newPage(t, ctx, opts)
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
	p := &Page{t: t, ctx: ctx, opts: opts, tab: &tab{answered: make(chan struct{}, 16), asked: make(chan cdp.BackendNodeID, 1)}}
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
	// Each tab believes that it is in front: the others stand behind it.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
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
	case *page.EventFileChooserOpened:
		select {
		case b.asked <- e.BackendNodeID:
		default: // one dialog at a time
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

// Scripts says whether the page's own scripts run.
func (p *Page) Scripts() bool { return p.opts.JavaScript }

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
