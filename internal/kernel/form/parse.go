package form

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/decimal"
	"benso/internal/kernel/pack"
)

// Uses are the things that a form may say about its own answers; see Form.Use.
var Uses = []string{"place", "subject", "name", "phone", "email", "receive", "level"}

// ParseBytes parses a file that holds a form and nothing else.
func ParseBytes(file string, data []byte) (*Form, []pack.Problem) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, []pack.Problem{{File: file, Line: lineOf(err), Text: err.Error(), Mend: "mend the YAML: check the indents and the quotes"}}
	}
	if len(doc.Content) == 0 {
		return nil, []pack.Problem{{File: file, Text: "the form is empty", Mend: "write pages:"}}
	}
	return Parse(file, doc.Content[0])
}

var lineShape = regexp.MustCompile(`line (\d+)`)

func lineOf(err error) int {
	m := lineShape.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

// Parse reads a form from a node of a larger file. The form is nil when there
// is any problem: a form with faults is never asked.
func Parse(file string, node *yaml.Node) (*Form, []pack.Problem) {
	p := &parser{reader: &reader{file: file}, seen: map[string]*Field{}}
	f := &Form{fields: map[string]*Page{}, index: map[string]int{}, use: map[string][]use{}}
	m, ok := p.mapping(node, "the form", "pages", "use")
	if ok && m.require("pages", "write pages: and one page for each topic") {
		for _, n := range m.list("pages") {
			p.page(f, n)
		}
	}
	if n := m.keys["use"]; n != nil {
		p.uses(f, n)
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	f.digest = digest(node)
	return f, nil
}

type parser struct {
	*reader
	seen map[string]*Field // fields that a condition may already see
}

func (p *parser) page(f *Form, n *yaml.Node) {
	m, ok := p.mapping(n, "a page", "id", "title", "intro", "when", "fields", "checks")
	if !ok {
		return
	}
	page := &Page{ID: m.id("id"), fields: map[string]*Field{}}
	m.what = "page " + page.ID
	if _, twice := f.index[page.ID]; twice {
		p.bad(m.keys["id"], "give each page its own id", "%s is declared twice", m.what)
	}
	m.require("title", "add title: {vi: …, en: …}")
	page.Title, page.Intro = m.text("title"), m.text("intro")
	if w := m.keys["when"]; w != nil {
		if len(f.pages) == 0 {
			p.bad(w, "take the condition away, or put another page first", "the first page has a condition: there would be nothing to begin with")
		}
		page.When = p.condition(w, m.what+": when", false)
	}
	f.index[page.ID] = len(f.pages)
	f.pages = append(f.pages, page)
	m.require("fields", "write fields: and what the page asks")
	for _, fn := range m.list("fields") {
		x := p.field(fn)
		if x == nil {
			continue
		}
		if _, twice := f.fields[x.ID]; twice {
			p.bad(fn, "give each field of the form its own id", "field %s is declared twice", x.ID)
		}
		f.fields[x.ID], page.fields[x.ID] = page, x
		p.seen[x.ID] = x
		page.Fields = append(page.Fields, x)
	}
	for _, cn := range m.list("checks") {
		p.check(page, cn)
	}
}

func (p *parser) check(page *Page, n *yaml.Node) {
	m, ok := p.mapping(n, "a check of page "+page.ID, "refuse", "field", "text")
	if !ok || !m.require("refuse", "say when the answers are refused") || !m.require("field", "name the field that shows the error") {
		return
	}
	m.require("text", "say what to do, in vi and en")
	c := Check{Refuse: p.condition(m.keys["refuse"], m.what, true), Text: m.text("text")}
	path := split(m.str("field"))
	if c.Field, ok = page.fields[path[0]]; !ok {
		p.bad(m.keys["field"], "name a field of this page", "%s shows its error at %q, which is not on the page", m.what, m.keys["field"].Value)
		return
	}
	r, ok := p.ref(m.keys["field"], m.what)
	if !ok {
		return
	}
	if c.at = strings.Join(path, "-"); r.leaf != nil {
		c.at = r.leaf.Focus(c.at)
	}
	page.Checks = append(page.Checks, c)
}

func (p *parser) uses(f *Form, n *yaml.Node) {
	m, ok := p.mapping(n, "use", Uses...)
	if !ok {
		return
	}
	for name, un := range m.keys {
		nodes := []*yaml.Node{un}
		if un.Kind == yaml.SequenceNode {
			nodes = un.Content
		}
		for _, n := range nodes {
			var u use
			var ok bool
			if n.Kind == yaml.MappingNode {
				um, fine := p.mapping(n, "use: "+name, "field", "when")
				if !fine || !um.require("field", "name the field") {
					continue
				}
				if w := um.keys["when"]; w != nil {
					u.when = p.condition(w, "use: "+name, false)
				}
				n = um.keys["field"]
			}
			if u.ref, ok = p.ref(n, "use: "+name); ok {
				f.use[name] = append(f.use[name], u)
			}
		}
	}
}

// condition reads {field: …, is: …}, {all: […]} or {any: […]}.
func (p *parser) condition(n *yaml.Node, what string, today bool) *Condition {
	m, ok := p.mapping(n, what, "all", "any", "field", "is", "in", "not", "filled", "before", "after", "same")
	if !ok {
		return nil
	}
	for _, key := range []string{"all", "any"} {
		if !m.has(key) {
			continue
		}
		if len(m.keys) > 1 {
			p.bad(n, "put the other tests into the list", "%s has %s beside other keys", what, key)
		}
		var list []*Condition
		for _, s := range m.list(key) {
			if c := p.condition(s, what, today); c != nil {
				list = append(list, c)
			}
		}
		if key == "all" {
			return &Condition{all: list}
		}
		return &Condition{any: list}
	}
	if !m.require("field", "name an earlier field, or use all or any") {
		return nil
	}
	if len(m.keys) != 2 {
		p.bad(n, "write one of is, in, not, filled, before, after, same", "%s needs exactly one test beside field", what)
		return nil
	}
	r, ok := p.ref(m.keys["field"], what)
	if !ok {
		return nil
	}
	c := &Condition{ref: r}
	for key, v := range m.keys {
		if key != "field" {
			p.test(c, m, key, v, today)
		}
	}
	return c
}

func (p *parser) test(c *Condition, m mapping, key string, v *yaml.Node, today bool) {
	kind := KindText // a part of an address is text
	if c.ref.leaf != nil {
		kind = c.ref.leaf.Kind
	}
	refuse := func(mend string) {
		p.bad(v, mend, "%s: %s does not fit %s, which is a %s", m.what, key, strings.Join(c.ref.path, "."), kind)
	}
	switch key {
	case "filled":
		c.test, c.filled = testFilled, m.yes("filled")
	case "is", "in", "not":
		if kind != KindChoice && kind != KindText {
			refuse("use filled, before or after")
			return
		}
		c.test = testIn
		if key == "not" {
			c.test = testNot
		}
		nodes := []*yaml.Node{v}
		if key == "in" {
			nodes = m.list("in")
		}
		for _, w := range nodes {
			if w.Kind != yaml.ScalarNode {
				p.bad(w, "write one value; for several use in: [a, b]", "%s: %s is not one value", m.what, key)
				continue
			}
			if kind == KindChoice {
				if _, ok := c.ref.leaf.option(w.Value); !ok {
					p.bad(w, "use one of: "+optionIDs(c.ref.leaf), "%s: %s has no option %q", m.what, strings.Join(c.ref.path, "."), w.Value)
				}
			}
			c.values = append(c.values, w.Value)
		}
	case "same":
		if r, ok := p.ref(v, m.what+": same"); ok {
			if c.ref.leaf == nil || r.leaf == nil || r.leaf.Kind != kind || kind == KindPerson || kind == KindGroup || kind == KindFile || kind == KindAddress {
				p.bad(v, "compare two texts, numbers, dates or choices", "%s: %s cannot be compared with %s", m.what, strings.Join(c.ref.path, "."), v.Value)
				return
			}
			c.test, c.other = testSame, &r
		}
	default: // before, after
		c.test = testBefore
		if key == "after" {
			c.test = testAfter
		}
		switch kind {
		case KindDate:
			c.moment = p.moment(v, m.what+": "+key, today)
		case KindNumber:
			if d, err := decimal.Parse(v.Value); err == nil {
				c.number = &d
				return
			}
			if v.Value == "" || v.Value[0] >= '0' && v.Value[0] <= '9' || v.Value[0] == '-' {
				p.bad(v, "write a number with a point, for example 12.5, or an earlier number", "%s: %s is %q", m.what, key, v.Value)
				return
			}
			if r, ok := p.ref(v, m.what+": "+key); ok {
				if r.leaf == nil || r.leaf.Kind != KindNumber {
					p.bad(v, "name a field of kind number", "%s: %s is not a number", m.what, v.Value)
					return
				}
				c.other = &r
			}
		default:
			refuse("use is, in, not or filled")
		}
	}
}

func optionIDs(x *Field) string {
	ids := make([]string, 0, len(x.Options))
	for _, o := range x.Options {
		ids = append(ids, o.ID)
	}
	return strings.Join(ids, ", ")
}

// ref finds an earlier answer by its path.
func (p *parser) ref(n *yaml.Node, what string) (ref, bool) {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		p.bad(n, "name one field, for example mother.name", "%s: the field is not a name", what)
		return ref{}, false
	}
	r := ref{path: split(n.Value)}
	x := p.seen[r.path[0]]
	if x == nil {
		p.bad(n, "name a field of an earlier page, or one that stands earlier on this page", "%s sees %q, which no earlier field is called", what, r.path[0])
		return ref{}, false
	}
	if x.Kind == KindInfo {
		p.bad(n, "name a field that asks for something", "%s sees %q, which is only information", what, x.ID)
		return ref{}, false
	}
	r.field, r.leaf = x, x
	for _, part := range r.path[1:] {
		switch {
		case r.leaf != nil && r.leaf.Kind == KindPerson:
			s, ok := r.leaf.part(part)
			if !ok {
				p.bad(n, "name one of its parts", "%s: %s has no part %q", what, r.leaf.ID, part)
				return ref{}, false
			}
			r.leaf = s
		case r.leaf != nil && r.leaf.Kind == KindAddress && (part == partProvince || part == partCommune || part == partOutside || part == partStreet):
			r.leaf = nil
		default:
			p.bad(n, "only a person and an address have parts", "%s: %q has no part %q", what, n.Value, part)
			return ref{}, false
		}
	}
	return r, true
}

var todayShape = regexp.MustCompile(`^today(?:([+-]\d{1,5})([dmy]))?$`)

// moment reads a day: 2025-07-01, today, today-60d, today-18y, or an earlier date.
func (p *parser) moment(n *yaml.Node, what string, today bool) *Moment {
	if s := todayShape.FindStringSubmatch(n.Value); s != nil {
		if !today {
			p.bad(n, "use a check of the page instead", "%s hangs on today: the pages of a form would change over night", what)
		}
		m := &Moment{today: true}
		if s[1] != "" {
			k, err := strconv.Atoi(s[1])
			if err != nil {
				p.bad(n, "write for example today-60d", "%s is %q", what, n.Value)
				return nil
			}
			switch s[2] {
			case "d":
				m.days = k
			case "m":
				m.month = k
			case "y":
				m.year = k
			}
		}
		return m
	}
	if _, err := time.Parse(time.DateOnly, n.Value); err == nil {
		return &Moment{day: n.Value}
	}
	if n.Value == "" || n.Value[0] >= '0' && n.Value[0] <= '9' {
		p.bad(n, "write 2025-07-01, today, today-60d, or an earlier date field", "%s is %q, which is no day", what, n.Value)
		return nil
	}
	r, ok := p.ref(n, what)
	if !ok {
		return nil
	}
	if r.leaf == nil || r.leaf.Kind != KindDate {
		p.bad(n, "name a field of kind date", "%s: %s is not a date", what, n.Value)
		return nil
	}
	return &Moment{ref: &r}
}
