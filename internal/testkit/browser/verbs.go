package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed page.js
var finder string

// Open goes to an address and waits until the page is loaded.
func (p *Page) Open(url string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 4*patience)
	defer cancel()
	res, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: url})
	if err != nil {
		p.fail("open %s: %v", url, err)
	}
	if res.ErrorText != "" {
		p.fail("open %s: %s", url, res.ErrorText)
	}
	p.settle(res.LoaderID != "", p.starts())
}

// Back goes back as the browser's button does.
func (p *Page) Back() {
	p.t.Helper()
	history, err := chromedp.Call(p.ctx, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		p.fail("go back: %v", err)
	}
	if history.CurrentIndex < 1 {
		p.fail("go back: this is the first page")
	}
	before := p.starts()
	entry := history.Entries[history.CurrentIndex-1].ID
	if _, err := chromedp.Call(p.ctx, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry}); err != nil {
		p.fail("go back: %v", err)
	}
	p.settle(true, before)
	// A page restored from memory tells of no loading: its address does.
	want := history.Entries[history.CurrentIndex-1].URL
	p.until("go back to "+want, func() (bool, error) { return p.URL() == want, nil })
}

// URL is the address of the page.
func (p *Page) URL() string {
	p.t.Helper()
	var url string
	if err := p.eval("document.URL", &url); err != nil {
		p.fail("read the address: %v", err)
	}
	return url
}

// Title is the page's title.
func (p *Page) Title() string {
	p.t.Helper()
	var title string
	if err := p.eval("document.title", &title); err != nil {
		p.fail("read the title: %v", err)
	}
	return title
}

// Click clicks what is called so: a link, button or label by its visible text,
// else the first visible match of a CSS selector, else the only text that
// begins so. Then it waits for the page that follows, if one does.
func (p *Page) Click(what string) {
	p.t.Helper()
	p.clickOn("click "+quote(what), p.find("clickable", what))
}

// DoubleClick clicks twice, as a hurried hand does: the second click comes when
// the server has answered the first and the answer is not shown yet. So the
// server surely sees both, unless the page itself prevents the second.
func (p *Page) DoubleClick(what string) {
	p.t.Helper()
	said := "double-click " + quote(what)
	id := p.find("clickable", what)
	before := p.starts()
	hold := fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: "*", ResourceType: network.ResourceTypeDocument, RequestStage: fetch.RequestStageResponse}}}
	if _, err := chromedp.Call(p.ctx, fetch.Enable, hold); err != nil {
		p.fail("%s: %v", said, err)
	}
	x, y, _ := p.aim(said, id)
	p.press(said, x, y)
	select {
	case <-p.tab.answered:
	case <-time.After(patience):
		p.fail("%s: nothing was sent, or the server does not answer", said)
	}
	p.press(said, x, y)
	select {
	case <-p.tab.answered:
	case <-time.After(time.Second):
	}
	if _, err := chromedp.Call(p.ctx, fetch.Disable, cdp.Empty{}); err != nil { // lets the answers through
		p.fail("%s: %v", said, err)
	}
	p.settle(true, before)
}

// Choose ticks the radio button or the box with this label (or this name).
func (p *Page) Choose(label string) {
	p.t.Helper()
	p.clickOn("choose "+quote(label), p.find("choice", label))
}

// Select picks an option of a list by the text of both.
func (p *Page) Select(label, option string) {
	p.t.Helper()
	p.find("select", label, option)
}

// Fill types value into the field with this label (or this name), in place of
// what stands there.
func (p *Page) Fill(label, value string) {
	p.t.Helper()
	what := "fill " + quote(label)
	field := p.find("field", label)
	var kind string
	if err := p.call(field, `function() { this.scrollIntoView({block: 'center'}); this.focus(); return this.type }`, &kind); err != nil {
		p.fail("%s: %v", what, err)
	}
	switch kind {
	case "date", "time", "datetime-local", "month", "week", "color", "range":
		// The parts of such a field depend on the browser's language.
		set := `function(v) { this.value = v; this.dispatchEvent(new Event('input', {bubbles: true})); this.dispatchEvent(new Event('change', {bubbles: true})) }`
		if err := p.call(field, set, nil, value); err != nil {
			p.fail("%s: %v", what, err)
		}
	default:
		if err := p.call(field, `function() { this.select() }`, nil); err != nil {
			p.fail("%s: %v", what, err)
		}
		if err := p.key(&input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Delete", Code: "Delete", WindowsVirtualKeyCode: 46}); err != nil {
			p.fail("%s: %v", what, err)
		}
		if value != "" {
			if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: value}); err != nil {
				p.fail("%s: %v", what, err)
			}
		}
	}
	var got string
	if err := p.call(field, `function() { return this.value }`, &got); err != nil {
		p.fail("%s: %v", what, err)
	}
	if strings.ReplaceAll(got, "\r\n", "\n") != strings.ReplaceAll(value, "\r\n", "\n") {
		p.fail("%s: %s was typed, and the field holds %s", what, quote(value), quote(got))
	}
}

// Upload puts files into the file field with this label (or this name).
func (p *Page) Upload(label string, files ...string) {
	p.t.Helper()
	field := p.find("files", label)
	paths := make([]string, len(files))
	for i, f := range files {
		abs, err := filepath.Abs(f)
		if err != nil {
			p.fail("upload %s: %v", f, err)
		}
		if _, err := os.Stat(abs); err != nil {
			p.fail("upload: %v", err)
		}
		paths[i] = abs
	}
	if _, err := chromedp.Call(p.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: field}); err != nil {
		p.fail("upload to %s: %v", quote(label), err)
	}
}

// Text is the visible text of the first match of a CSS selector.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return p.look("text", selector).Text
}

// Value is what the field with this label (or this name) holds: the text of a
// list's chosen option, "on" or nothing for a radio button or a box.
func (p *Page) Value(label string) string {
	p.t.Helper()
	return p.look("value", label).Text
}

// Count is how many elements match a CSS selector now.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return p.look("count", selector).Count
}

// Has says whether the page shows the text now; spaces and line ends count as
// one space.
func (p *Page) Has(text string) bool {
	p.t.Helper()
	return p.look("says", text).Found
}

// See waits until the page shows the text, or fails the test.
func (p *Page) See(text string) {
	p.t.Helper()
	p.until("see "+quote(text), func() (bool, error) { return p.Has(text), nil })
}

// SeeWithin is See for what takes longer, in seconds, such as a slow upload.
func (p *Page) SeeWithin(seconds int, text string) {
	p.t.Helper()
	p.within(time.Duration(seconds)*time.Second, "see "+quote(text), func() (bool, error) { return p.Has(text), nil })
}

// FitsWidth fails the test when the page must be scrolled sideways, and names
// what is too wide.
func (p *Page) FitsWidth() {
	p.t.Helper()
	if wide := p.look("overflow", "").List; len(wide) > 0 {
		p.fault("the page is wider than the screen of %d px:\n  %s", p.opts.Width, strings.Join(wide, "\n  "))
	}
}

// Targets fails the test when a thumb misses a button, a box or a link of the
// navigation, because it is less high than so many px.
func (p *Page) Targets(least int) {
	p.t.Helper()
	if low := p.look("targets", strconv.Itoa(least)).List; len(low) > 0 {
		p.fault("a thumb misses what is under %d px high:\n  %s", least, strings.Join(low, "\n  "))
	}
}

// Resize gives the window another size.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.opts.Width, p.opts.Height = width, height
	_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: int64(height), DeviceScaleFactor: 1})
	if err != nil {
		p.fail("resize: %v", err)
	}
}

// Offline cuts this tab from the network, or joins it again.
func (p *Page) Offline(off bool) {
	p.t.Helper()
	rules := []*network.Conditions{}
	if off {
		rules = append(rules, &network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	_, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: rules})
	if err != nil {
		p.fail("offline: %v", err)
	}
}

// Screenshot writes the whole page as a PNG into the folder BENSO_SCREENSHOTS;
// without that it does nothing.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	dir := os.Getenv("BENSO_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := p.shoot(filepath.Join(dir, file)); err != nil {
		p.t.Errorf("screenshot %s: %v", file, err)
	}
}

func (p *Page) shoot(path string) error {
	metrics, err := chromedp.Call(p.ctx, page.GetLayoutMetrics, cdp.Empty{})
	if err != nil {
		return err
	}
	yes := true
	shot, err := chromedp.Call(p.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &yes,
		Clip: &page.Viewport{Width: float64(p.opts.Width), Height: max(float64(p.opts.Height), metrics.CSSContentSize.Height), Scale: 1}})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, shot.Data, 0o644)
}

// clickOn clicks an element and waits for the page that follows.
func (p *Page) clickOn(what string, id runtime.RemoteObjectID) {
	p.t.Helper()
	before := p.starts()
	x, y, follows := p.aim(what, id)
	p.press(what, x, y)
	p.settle(follows, before)
}

// aim finds the middle of an element, and whether another page should follow a
// click on it.
func (p *Page) aim(what string, id runtime.RemoteObjectID) (x, y float64, follows bool) {
	p.t.Helper()
	prepare := `function() {
		this.scrollIntoView({block: 'center', behavior: 'instant'});
		const link = this.closest('a[href]');
		if (link) return !link.getAttribute('href').startsWith('#') && !link.target && !link.hasAttribute('download');
		const button = this.closest('button,input[type=submit]');
		return !!(button && button.form && (button.type === 'submit'));
	}`
	if err := p.call(id, prepare, &follows); err != nil {
		p.fail("%s: %v", what, err)
	}
	x, y, err := p.middle(id)
	if err != nil {
		p.fail("%s: %v", what, err)
	}
	return x, y, follows
}

// press clicks a place, through the browser's input.
func (p *Page) press(what string, x, y float64) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 4*patience)
	defer cancel()
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1})
		if err != nil {
			p.fail("%s: %v", what, err)
		}
	}
}

// middle is where to click an element; it must not be covered by another.
func (p *Page) middle(id runtime.RemoteObjectID) (x, y float64, err error) {
	quads, err := chromedp.Call(p.ctx, dom.GetContentQuads, dom.GetContentQuadsParams{ObjectID: id})
	if err != nil {
		return 0, 0, err
	}
	if len(quads.Quads) == 0 || len(quads.Quads[0]) != 8 {
		return 0, 0, errors.New("it has no place on the page")
	}
	q := quads.Quads[0]
	x, y = (q[0]+q[2]+q[4]+q[6])/4, (q[1]+q[3]+q[5]+q[7])/4
	var cover string
	covered := `function(x, y) {
		const top = document.elementFromPoint(x, y);
		if (!top || top === this || this.contains(top) || top.contains(this) || top.labels && [...top.labels].includes(this) || this.control === top) return '';
		return '<' + top.tagName.toLowerCase() + ' class="' + (top.getAttribute('class') || '') + '">';
	}`
	if err := p.call(id, covered, &cover, x, y); err != nil {
		return 0, 0, err
	}
	if cover != "" {
		return 0, 0, fmt.Errorf("it is covered by %s", cover)
	}
	return x, y, nil
}

// settle waits for the page that an act brings. When one surely follows it
// waits a little longer for its beginning (a script may still prevent it).
func (p *Page) settle(follows bool, before int) {
	p.t.Helper()
	begin := time.Now().Add(40 * time.Millisecond)
	if follows {
		begin = time.Now().Add(600 * time.Millisecond)
	}
	for p.starts() == before && !p.loading() && time.Now().Before(begin) {
		// A round trip through the page, behind what the act has queued there.
		if err := p.eval("0", nil); err != nil && !errors.Is(err, errGone) {
			p.fail("wait for the page: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	deadline := time.Now().Add(4 * patience)
	for {
		var state string
		err := p.eval("document.readyState", &state)
		if err == nil && state == "complete" && !p.loading() {
			return
		}
		if time.Now().After(deadline) {
			p.fail("the page does not finish loading (%s, %v)", state, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// sight is what looking at the page gives.
type sight struct {
	Text  string   `json:"text"`
	Count int      `json:"count"`
	Found bool     `json:"found"`
	List  []string `json:"list"`
}

func (p *Page) look(verb, wanted string) sight {
	p.t.Helper()
	var s *sight
	p.until(verb+" "+quote(wanted), func() (bool, error) {
		s = nil
		err := p.eval(p.script(verb, wanted), &s)
		return s != nil, err
	})
	return *s
}

// find waits for an element and gives its handle.
func (p *Page) find(verb string, wanted ...string) runtime.RemoteObjectID {
	p.t.Helper()
	var id runtime.RemoteObjectID
	p.until("find the "+verb+" "+quote(wanted...), func() (bool, error) {
		object, err := p.evaluate(p.script(verb, wanted...), false)
		if err != nil {
			return false, err
		}
		id = object.ObjectID
		return id != "", nil
	})
	return id
}

func (p *Page) script(verb string, wanted ...string) string {
	scope := p.scope
	if scope == nil {
		scope = []string{}
	}
	args := []any{scope, verb}
	for _, w := range wanted {
		args = append(args, w)
	}
	b, err := json.Marshal(args)
	if err != nil {
		panic(err) // strings can be written as JSON
	}
	return "(" + finder + ")(..." + string(b) + ")"
}

// until asks again and again until it is so.
func (p *Page) until(what string, ready func() (bool, error)) {
	p.t.Helper()
	p.within(patience, what, ready)
}

func (p *Page) within(longest time.Duration, what string, ready func() (bool, error)) {
	p.t.Helper()
	deadline := time.Now().Add(longest)
	for {
		ok, err := ready()
		if ok && err == nil {
			return
		}
		if time.Now().After(deadline) {
			if err == nil {
				err = errors.New("there is no such thing on the page")
			}
			p.fail("%s: %v", what, err)
		}
		time.Sleep(15 * time.Millisecond)
	}
}

// errGone says that the page went away while it was asked.
var errGone = errors.New("the page went away")

// Run evaluates an expression in the page, waits for the promise that it may give,
// and decodes its value: for what no eye sees, such as what the browser keeps.
func (p *Page) Run(expression string, into any) {
	p.t.Helper()
	if err := p.eval(expression, into); err != nil {
		p.fail("run %s: %v", expression, err)
	}
}

func (p *Page) eval(expression string, into any) error {
	object, err := p.evaluate(expression, true)
	if err != nil || into == nil {
		return err
	}
	return decode(object, into)
}

func (p *Page) evaluate(expression string, byValue bool) (*runtime.RemoteObject, error) {
	ctx, cancel := context.WithTimeout(p.ctx, 4*patience)
	defer cancel()
	res, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: expression, ReturnByValue: &byValue, AwaitPromise: &byValue})
	if err != nil {
		return nil, gone(err)
	}
	return res.Result, exception(res.ExceptionDetails)
}

// call runs a function on an element.
func (p *Page) call(id runtime.RemoteObjectID, function string, into any, args ...any) error {
	ctx, cancel := context.WithTimeout(p.ctx, 4*patience)
	defer cancel()
	yes := true
	params := runtime.CallFunctionOnParams{FunctionDeclaration: function, ObjectID: id, ReturnByValue: &yes, UserGesture: &yes}
	for _, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		params.Arguments = append(params.Arguments, &runtime.CallArgument{Value: b})
	}
	res, err := chromedp.Call(ctx, runtime.CallFunctionOn, params)
	if err != nil {
		return gone(err)
	}
	if err := exception(res.ExceptionDetails); err != nil || into == nil {
		return err
	}
	return decode(res.Result, into)
}

func decode(object *runtime.RemoteObject, into any) error {
	if len(object.Value) == 0 {
		return fmt.Errorf("the page gave %s and no value", object.Type)
	}
	return json.Unmarshal(object.Value, into)
}

var goneText = regexp.MustCompile(`(?i)context was destroyed|cannot find context|cannot find default execution context|navigated or closed|inspected target`)

func gone(err error) error {
	if goneText.MatchString(err.Error()) {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return err
}

func exception(d *runtime.ExceptionDetails) error {
	if d == nil {
		return nil
	}
	if d.Exception != nil && d.Exception.Description != "" {
		first, _, _ := strings.Cut(d.Exception.Description, "\n")
		return errors.New(strings.TrimPrefix(first, "Error: "))
	}
	return errors.New(d.Text)
}

// fault reports what is wrong with where, what the page says, and a picture.
func (p *Page) fault(format string, args ...any) {
	p.t.Helper()
	where := "the page cannot be asked"
	var seen struct{ URL, Title, Text string }
	if err := p.eval(`({URL: document.URL, Title: document.title, Text: (document.body?.innerText || '').slice(0, 1500)})`, &seen); err == nil {
		where = fmt.Sprintf("at %s (%s)\nthe page says:\n  %s", seen.URL, seen.Title, strings.ReplaceAll(strings.TrimSpace(seen.Text), "\n", "\n  "))
	}
	dir := os.Getenv("BENSO_SCREENSHOTS")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "benso-failures")
	}
	file := filepath.Join(dir, "failed-"+regexp.MustCompile(`[^\p{L}\p{N}]+`).ReplaceAllString(p.t.Name(), "-")+".png")
	picture := "screenshot: " + file
	if err := p.shoot(file); err != nil {
		picture = "no screenshot: " + err.Error()
	}
	p.t.Errorf("%s\n%s\n%s", fmt.Sprintf(format, args...), where, picture)
}

// fail reports and ends the test.
func (p *Page) fail(format string, args ...any) {
	p.t.Helper()
	p.fault(format, args...)
	p.t.FailNow()
}

func quote(words ...string) string {
	return `"` + strings.Join(words, `" "`) + `"`
}
