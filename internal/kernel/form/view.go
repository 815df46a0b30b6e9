package form

import "benso/internal/kernel/fault"

// PageView is all that a page needs to be drawn.
type PageView struct {
	Page   *Page
	Fields []*Field      // those to draw, in order
	Input  PageInput     // as typed, with the files already received
	Errors []fault.Field // of Check
	Places Places
	Lang   string

	Small bool // smaller boxes, for an official who fills in many

	// Uploads is where a script may send papers in pieces, and Papers where those
	// that came are looked at; empty where papers only come with the page.
	Uploads, Papers string
}

// View prepares a page. a are the answers so far: they decide which fields are
// drawn. A field that hangs on an earlier field of the same page is always
// drawn, since without JavaScript nothing can bring it later; what is typed
// there counts only if its condition holds once the page is sent.
func (f *Form) View(p *Page, in PageInput, a Answers, errs []fault.Field, env Env) PageView {
	f = f.ready()
	_, kept := f.walk(a)
	return PageView{Page: p, Fields: p.shown(kept), Input: in, Errors: errs, Places: env.Places, Lang: env.Lang}
}

// Question gives the only question of the page, whose label is then its
// heading; ok is false when there are more, or an intro stands before it.
func (v PageView) Question() (x *Field, ok bool) {
	if len(v.Fields) != 1 || !v.Page.Intro.IsZero() {
		return nil, false
	}
	switch x = v.Fields[0]; x.Kind {
	case KindText, KindNumber, KindDate, KindChoice, KindAddress, KindFile:
		return x, true
	}
	return nil, false
}

// Error gives the first fault at one of the inputs.
func (v PageView) Error(names ...string) (fault.Field, bool) {
	for _, e := range v.Errors {
		for _, n := range names {
			if e.Name == n {
				return e, true
			}
		}
	}
	return fault.Field{}, false
}
