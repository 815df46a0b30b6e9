package browser

import (
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Type sends letters, one key after the other, to what has the focus.
func (p *Page) Type(text string) {
	p.t.Helper()
	for _, r := range text {
		if err := p.key(&input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: string(r), Text: string(r)}); err != nil {
			p.fail("type %q: %v", text, err)
		}
	}
}

// Focus is what the keyboard acts on. The zero Focus is the page itself.
type Focus struct {
	ID, Tag, Type string
	Name          string // its label, else what it says
	Key           string // its shortcut
	Ring          bool   // one sees that it has the focus
	Shown         bool   // it is on the screen
}

// Focus says what has the focus now.
func (p *Page) Focus() Focus {
	p.t.Helper()
	s := p.look("focus", "")
	if len(s.List) != 4 {
		return Focus{}
	}
	return Focus{ID: s.List[0], Tag: s.List[1], Type: s.List[2], Name: s.Text, Key: s.List[3], Ring: s.Found, Shown: s.Count > 0}
}

// PressForFiles presses a key on the field for files that has the focus, and
// answers the dialog of the system that it opens.
func (p *Page) PressForFiles(key string, files ...string) {
	p.t.Helper()
	intercept := func(on bool) {
		if _, err := chromedp.Call(p.ctx, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: on}); err != nil {
			p.fail("press %s for files: %v", key, err)
		}
	}
	intercept(true)
	p.Press(key)
	select {
	case field := <-p.tab.asked:
		if _, err := chromedp.Call(p.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, BackendNodeID: field}); err != nil {
			p.fail("press %s for files: %v", key, err)
		}
	case <-time.After(patience):
		p.fail("press %s for files: no dialog opens", key)
	}
	intercept(false)
}

// Press sends one key (a letter, Enter, Tab, Escape, ArrowDown …) to what has the
// focus.
func (p *Page) Press(key string) {
	p.t.Helper()
	codes := map[string]int64{"Enter": 13, "Backspace": 8, "Tab": 9, "Escape": 27, "Space": 32, "ArrowDown": 40, "ArrowUp": 38}
	code, ok := codes[key]
	letter := utf8.RuneCountInString(key) == 1
	if !ok && !letter {
		p.fail("press %s: no such key here", key)
	}
	down := &input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: key, WindowsVirtualKeyCode: code}
	switch key {
	case "Enter":
		down.Text = "\r"
	case "Space":
		down.Key, down.Text = " ", " "
	default:
		if letter {
			down.Text = key
		}
	}
	before := p.starts()
	if err := p.key(down); err != nil {
		p.fail("press %s: %v", key, err)
	}
	if key != "Tab" { // which only goes to the next thing
		p.settle(false, before)
	}
}

// PressToGo presses a key that leads to another page, and waits for that page.
func (p *Page) PressToGo(key string) {
	p.t.Helper()
	before := p.starts()
	p.Press(key)
	p.until("go on by "+key, func() (bool, error) { return p.starts() > before, nil })
	p.settle(false, before)
}

func (p *Page) key(down *input.DispatchKeyEventParams) error {
	up := *down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	_, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, *down)
	if err != nil {
		return err
	}
	_, err = chromedp.Call(p.ctx, input.DispatchKeyEvent, up)
	return err
}
