package form

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"benso/internal/kernel/decimal"
)

// Text is a text of an author in both languages.
type Text struct{ Vi, En string }

// In gives the text in a language; Vietnamese unless it is English.
func (t Text) In(lang string) string {
	if lang == "en" && t.En != "" {
		return t.En
	}
	return t.Vi
}

// IsZero says whether nothing was written.
func (t Text) IsZero() bool { return t.Vi == "" && t.En == "" }

// Kind is what a field asks for.
type Kind string

// The kinds of fields.
const (
	KindText    Kind = "text"
	KindNumber  Kind = "number"
	KindDate    Kind = "date"
	KindChoice  Kind = "choice"
	KindAddress Kind = "address"
	KindPerson  Kind = "person"
	KindGroup   Kind = "group"
	KindFile    Kind = "file"
	KindInfo    Kind = "info"
)

// Form is a parsed form. It does not change, so many may read it at once.
type Form struct {
	pages  []*Page
	use    map[string][]use
	digest string
	fields map[string]*Page // field id → its page
	index  map[string]int   // page id → position
	made   func() *Form     // a form that Later promised
}

// Later promises a form that is made when it is first used: of a thousand made by
// a program, few are ever opened. make must give the same form each time.
func Later(make func() *Form) *Form { return &Form{made: sync.OnceValue(make)} }

// ready gives the form itself.
func (f *Form) ready() *Form {
	if f.made != nil {
		return f.made()
	}
	return f
}

// Page is one topic.
type Page struct {
	ID     string
	Title  Text
	Intro  Text
	When   *Condition
	Fields []*Field
	Checks []Check

	fields map[string]*Field
}

// Field asks for one thing. Which of its members mean something depends on Kind.
type Field struct {
	ID       string
	Kind     Kind
	Label    Text
	Hint     Text
	Missing  Text // the author's own words when the answer is missing
	Optional bool
	When     *Condition

	Min, Max     int    // text: runes; group: entries; file: Max files
	Pattern      string // text: a name in patterns
	Lines        bool   // text: several lines
	Autocomplete string // text, date: the HTML token, for what people say about themselves
	Start        Text   // text: what stands in the box at first
	StartFrom    *ref   // text, address: an earlier answer that stands there at first

	Decimals    uint8 // number
	Least, Most *decimal.Decimal
	Suffix      Text

	Partial             bool // date: the year alone is enough
	NotBefore, NotAfter *Moment

	Options []Option // choice
	Select  bool

	Province string // address: the only province; "" for all
	Street   Need   // address
	Outside  bool   // address: may lie outside the tree

	Of     Text     // person: whose, "mẹ", to be said in errors
	Entry  Text     // group: what one entry is called
	Fields []*Field // person: its parts; group: its fields

	Paper    string // file: the id of the paper in the procedure
	MaxBytes int64
	Types    []string // media types
	Desk     bool     // may be shown at the desk instead

	Body Text // info

	said Text // how errors name it
	self bool // person: the one who answers
}

// Need says how much a part is wanted.
type Need string

// The needs.
const (
	Required Need = "required"
	Optional Need = "optional"
	None     Need = "none"
)

// Option is one answer of a choice.
type Option struct {
	ID    string
	Label Text
	Hint  Text
}

// Check is a rule between answers: when Refuse holds, the field is refused.
type Check struct {
	Refuse *Condition
	Field  *Field // of the page; the error may stand at one of its parts
	Text   Text
	at     string // the input that shows it: "him-born-day"
}

// Place is a province or a commune to choose from.
type Place struct{ ID, Name string }

// Places gives the units that are valid today. The caller implements it over
// the tree; form only asks.
type Places interface {
	Provinces() []Place
	Communes(province string) []Place
	Name(id string) string
}

// Env is what a decision needs from outside.
type Env struct {
	Today  string // 2026-11-23, in the zone of the province
	Places Places // nil: no unit can be chosen
	Lang   string // of labels in errors and summaries; "" is vi
	// AtDesk: the one who answers stands at the counter with the originals, so no
	// picture of a paper is compulsory; the clerk sees the paper itself.
	AtDesk bool
}

// Digest pins the form's version: equal digests mean equal forms, whatever the
// file's comments and layout.
func (f *Form) Digest() string {
	f = f.ready()
	return f.digest
}

// Page finds a page by id.
func (f *Form) Page(id string) (*Page, bool) {
	f = f.ready()
	i, ok := f.index[id]
	if !ok {
		return nil, false
	}
	return f.pages[i], true
}

// All lists every page, asked or not, in order.
func (f *Form) All() []*Page {
	f = f.ready()
	return append([]*Page(nil), f.pages...)
}

// First is the first page; it has no condition.
func (f *Form) First() *Page {
	f = f.ready()
	return f.pages[0]
}

// Next is the page asked after this one; ok is false when all were asked and
// the answers are to be checked.
func (f *Form) Next(page *Page, a Answers) (next *Page, ok bool) {
	f = f.ready()
	pages, _ := f.walk(a)
	for _, p := range pages {
		if f.index[p.ID] > f.index[page.ID] {
			return p, true
		}
	}
	return nil, false
}

// Before is the page asked before this one; ok is false on the first page.
func (f *Form) Before(page *Page, a Answers) (before *Page, ok bool) {
	f = f.ready()
	pages, _ := f.walk(a)
	for _, p := range pages {
		if f.index[p.ID] >= f.index[page.ID] {
			break
		}
		before, ok = p, true
	}
	return before, ok
}

// Pages lists the pages that these answers ask for.
func (f *Form) Pages(a Answers) []*Page {
	f = f.ready()
	pages, _ := f.walk(a)
	return pages
}

// Asked gives those answers that the form asks for: what hangs on a page or a
// field that is no longer asked is left out, as it is when the answers are sent.
func (f *Form) Asked(a Answers) Answers {
	f = f.ready()
	_, kept := f.walk(a)
	return kept
}

// PageOf finds the page of an input by its name ("mother-born-day"), which is
// also the Name of a fault.Field.
func (f *Form) PageOf(input string) (*Page, bool) {
	f = f.ready()
	id, _, _ := strings.Cut(input, "-")
	p, ok := f.fields[id]
	return p, ok
}

// Papers lists the file fields that these answers ask for, by paper id: what
// the checklist of the desk starts from.
func (f *Form) Papers(a Answers) []*Field {
	f = f.ready()
	pages, kept := f.walk(a)
	var papers []*Field
	for _, p := range pages {
		for _, x := range p.Fields {
			if x.Kind == KindFile && x.When.holds(kept) {
				papers = append(papers, x)
			}
		}
	}
	return papers
}

// Use gives the answer that the form declares for a use: "place" is the unit
// whose agency handles the dossier, "subject" whom it is about, "name", "phone"
// and "email" how to reach the applicant, "receive" how the result is wanted,
// "level" at which level where several handle the procedure. A
// use may name several fields; the first one that is answered counts. "" when
// there is none.
func (f *Form) Use(a Answers, name string) string {
	f = f.ready()
	_, kept := f.walk(a)
	for _, u := range f.use[name] {
		if v, ok := u.ref.value(kept); ok && u.when.holds(kept) {
			return v.Text
		}
	}
	return ""
}

// Uses says whether the form declares an answer for a use; see Use.
func (f *Form) Uses(name string) bool {
	f = f.ready()
	return len(f.use[name]) > 0
}

// use is one answer that serves a use, and when it does.
type use struct {
	ref  ref
	when *Condition
}

// Field finds a field of the page.
func (p *Page) Field(id string) (*Field, bool) {
	x, ok := p.fields[id]
	return x, ok
}

// shown lists the fields to draw, given the answers so far: those whose
// condition holds or may still hold. A field that hangs on an earlier field of
// the same page is drawn, since without JavaScript nothing can bring it later;
// what is typed there counts only if its condition holds once the page is sent.
func (p *Page) shown(a Answers) []*Field {
	unknown := make(map[string]bool, len(p.Fields))
	var shown []*Field
	for _, x := range p.Fields {
		if x.When.decide(a, unknown) != no {
			shown = append(shown, x)
		}
		unknown[x.ID] = true
	}
	return shown
}

// walk goes from the first page to the last and keeps the pages that are asked
// and the answers of fields that are asked. Conditions see only kept answers,
// so what hangs on a dropped answer is dropped too.
func (f *Form) walk(a Answers) (pages []*Page, kept Answers) {
	kept = make(Answers, len(a))
	pages = make([]*Page, 0, len(f.pages))
	for _, p := range f.pages {
		if p.When.holds(kept) {
			pages = append(pages, p)
			p.keep(a, kept)
		}
	}
	return pages, kept
}

func (p *Page) keep(a, kept Answers) {
	for _, x := range p.Fields {
		if v, ok := a[x.ID]; ok && !v.IsZero() && x.When.holds(kept) {
			kept[x.ID] = v
		}
	}
}

// part finds a part of a person or a field of a group.
func (x *Field) part(id string) (*Field, bool) {
	for _, s := range x.Fields {
		if s.ID == id {
			return s, true
		}
	}
	return nil, false
}

func (x *Field) option(id string) (Option, bool) {
	for _, o := range x.Options {
		if o.ID == id {
			return o, true
		}
	}
	return Option{}, false
}

// lowerFirst makes a label fit inside a sentence: "Ngày sinh" → "ngày sinh",
// but "UBND xã" stays.
func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[n:])
	if unicode.IsUpper(next) {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}
