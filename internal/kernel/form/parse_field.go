package form

import (
	"context"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/decimal"
	"benso/internal/kernel/message"
	"benso/internal/kernel/vntext"
)

var (
	inVi = message.WithLang(context.Background(), "vi")
	inEn = message.WithLang(context.Background(), "en")
)

// ours is a text of the catalogues in both languages.
func ours(key string, args ...any) Text {
	return Text{Vi: message.T(inVi, key, args...), En: message.T(inEn, key, args...)}
}

// Limits that hold whatever an author writes.
const (
	maxText    = 4000 // runes
	maxEntries = 50
	maxFiles   = 20
	maxBytes   = 100 << 20
)

// common keys of every field, and those of each kind.
var (
	commonKeys = []string{"id", "kind", "label", "hint", "short", "missing", "optional", "when"}
	kindKeys   = map[Kind][]string{
		KindText:    {"min", "max", "pattern", "lines", "autocomplete", "start", "start_from"},
		KindNumber:  {"decimals", "least", "most", "suffix"},
		KindDate:    {"partial", "not_before", "not_after", "autocomplete"},
		KindChoice:  {"options", "select"},
		KindAddress: {"province", "street", "outside", "start_from"},
		KindPerson:  {"of", "parts", "self"},
		KindGroup:   {"entry", "min", "max", "fields"},
		KindFile:    {"paper", "max", "bytes", "types", "desk"},
		KindInfo:    {"body"},
	}
	kinds = []string{"text", "number", "date", "choice", "address", "person", "group", "file", "info"}
)

// field reads a field of a page; nil when nothing can be made of it.
func (p *parser) field(n *yaml.Node) *Field { return p.fieldIn(n, nil) }

// fieldIn reads a field; group is the group that it stands in, or nil.
func (p *parser) fieldIn(n *yaml.Node, group *Field) *Field {
	kind, ok := p.kindOf(n)
	if !ok {
		return nil
	}
	keys := append(slices.Clone(commonKeys), kindKeys[kind]...)
	m, ok := p.mapping(n, "a field", keys...)
	if !ok {
		return nil
	}
	x := &Field{ID: m.id("id"), Kind: kind}
	m.what = "field " + x.ID
	if group != nil {
		m.what += " of group " + group.ID
		if kind == KindGroup || kind == KindFile || kind == KindInfo {
			p.bad(n, "put it on a page", "%s is a %s, which cannot stand in a group", m.what, kind)
			return nil
		}
		if m.has("when") || m.has("start_from") {
			p.bad(n, "ask it on a page of its own", "%s has a condition or start_from, which cannot stand in a group", m.what)
		}
	}
	if kind != KindInfo {
		m.require("label", "add label: {vi: …, en: …}")
	}
	p.fill(x, m)
	return x
}

func (p *parser) kindOf(n *yaml.Node) (Kind, bool) {
	if n.Kind != yaml.MappingNode {
		p.bad(n, "write id:, kind: and label:", "a field is not a mapping")
		return "", false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "kind" {
			continue
		}
		k := n.Content[i+1]
		if !slices.Contains(kinds, k.Value) {
			p.bad(k, "use one of: "+strings.Join(kinds, ", "), "a field is of the unknown kind %q", k.Value)
			return "", false
		}
		return Kind(k.Value), true
	}
	p.bad(n, "add kind: text, number, date, …", "a field has no kind")
	return "", false
}

// fill reads the keys into a field. For a part of a person the field already
// holds what is usual, and the keys change it.
func (p *parser) fill(x *Field, m mapping) {
	for key, t := range map[string]*Text{"label": &x.Label, "hint": &x.Hint, "missing": &x.Missing} {
		if m.has(key) {
			*t = m.text(key)
		}
	}
	if m.has("optional") {
		x.Optional = m.yes("optional")
	}
	switch {
	case m.has("short"):
		x.said = m.text("short")
	case m.has("label") || x.said.IsZero():
		x.said = Text{Vi: lowerFirst(x.Label.Vi), En: lowerFirst(x.Label.En)}
	}
	if w := m.keys["when"]; w != nil {
		x.When = p.condition(w, m.what+": when", false)
	}
	switch x.Kind {
	case KindText:
		p.fillText(x, m)
	case KindNumber:
		x.Decimals = uint8(m.int("decimals", 0, 0, decimal.MaxScale))
		x.Least, x.Most, x.Suffix = m.decimal("least"), m.decimal("most"), m.text("suffix")
		if x.Least != nil && x.Most != nil && x.Least.Cmp(*x.Most) > 0 {
			p.bad(m.keys["least"], "exchange them", "%s: least is above most, so no number fits", m.what)
		}
	case KindDate:
		if m.has("partial") {
			x.Partial = m.yes("partial")
		}
		for key, at := range map[string]**Moment{"not_before": &x.NotBefore, "not_after": &x.NotAfter} {
			if n := m.keys[key]; n != nil {
				*at = p.moment(n, m.what+": "+key, true)
			}
		}
		if x.NotBefore != nil && x.NotAfter != nil && x.NotBefore.day != "" && x.NotAfter.day != "" && x.NotAfter.day < x.NotBefore.day {
			p.bad(m.keys["not_before"], "exchange them", "%s: not_before is later than not_after, so no day fits", m.what)
		}
		if m.has("autocomplete") {
			x.Autocomplete = m.str("autocomplete")
		}
	case KindChoice:
		p.fillChoice(x, m)
	case KindAddress:
		if m.has("province") {
			x.Province = m.str("province")
		}
		if m.has("street") || x.Street == "" {
			x.Street = Need(m.oneOf("street", string(Required), string(Optional), string(None)))
		}
		if m.has("outside") {
			x.Outside = m.yes("outside")
		}
		p.startFrom(x, m)
	case KindPerson:
		p.fillPerson(x, m)
	case KindGroup:
		p.fillGroup(x, m)
	case KindFile:
		p.fillFile(x, m)
	case KindInfo:
		m.require("body", "add body: {vi: …, en: …}")
		x.Body = m.text("body")
	}
}

func (m mapping) decimal(key string) *decimal.Decimal {
	n := m.keys[key]
	if n == nil {
		return nil
	}
	d, err := decimal.Parse(n.Value)
	if err != nil {
		m.bad(n, "write a number with a point, for example 12.5", "%s: %s is %q", m.what, key, n.Value)
		return nil
	}
	return &d
}

func (p *parser) fillText(x *Field, m mapping) {
	most := x.Max
	if most == 0 {
		most = 200
	}
	x.Max = m.int("max", most, 1, maxText)
	x.Min = m.int("min", x.Min, 0, x.Max)
	if m.has("lines") {
		x.Lines = m.yes("lines")
	}
	if m.has("pattern") {
		x.Pattern = m.str("pattern")
		if _, ok := patterns[x.Pattern]; !ok {
			p.bad(m.keys["pattern"], "use one of: "+strings.Join(patternNames(), ", "), "%s: there is no pattern %q", m.what, x.Pattern)
		}
	}
	if m.has("autocomplete") {
		x.Autocomplete = m.str("autocomplete")
	}
	if m.has("start") {
		x.Start = m.text("start")
	}
	p.startFrom(x, m)
}

// startFrom reads the earlier answer that stands in the box at first, so that
// nobody types the same thing twice.
func (p *parser) startFrom(x *Field, m mapping) {
	n := m.keys["start_from"]
	if n == nil {
		return
	}
	r, ok := p.ref(n, m.what+": start_from")
	if !ok {
		return
	}
	if x.Kind == KindAddress && (r.leaf == nil || r.leaf.Kind != KindAddress) || x.Kind == KindText && r.leaf != nil && r.leaf.Kind != KindText {
		p.bad(n, "name an earlier field of the same kind", "%s starts from %q, which is of another kind", m.what, n.Value)
		return
	}
	x.StartFrom = &r
}

func (p *parser) fillChoice(x *Field, m mapping) {
	x.Select = m.yes("select")
	if !m.has("options") {
		if len(x.Options) == 0 {
			m.require("options", "list what can be chosen")
		}
		return
	}
	x.Options = nil
	for _, on := range m.list("options") {
		o, ok := p.mapping(on, m.what+": an option", "id", "label", "hint")
		if !ok {
			continue
		}
		id := o.id("id")
		o.require("label", "add label: {vi: …, en: …}")
		if _, twice := x.option(id); twice {
			p.bad(on, "give each option its own id", "%s has the option %q twice", m.what, id)
		}
		x.Options = append(x.Options, Option{ID: id, Label: o.text("label"), Hint: o.text("hint")})
	}
	if len(x.Options) == 1 {
		p.bad(m.keys["options"], "add a second option, or ask nothing", "%s has one option only", m.what)
	}
}

// usual gives each part of a person as it usually is.
func usual(part string) (*Field, bool) {
	x := &Field{ID: part, Kind: KindText, Label: ours("form.person." + part)}
	switch part {
	case "name":
		x.Max, x.Pattern, x.Autocomplete = 100, "person_name", "name"
	case "born":
		x.Kind, x.NotAfter, x.Autocomplete = KindDate, &Moment{today: true}, "bday"
	case "sex":
		x.Kind = KindChoice
		x.Options = []Option{{ID: "male", Label: ours("form.person.male")}, {ID: "female", Label: ours("form.person.female")}}
	case "citizen":
		x.Max, x.Pattern, x.Hint = 20, "citizen_number", ours("form.person.citizen_hint")
	case "other_paper":
		x.Max, x.Optional, x.Hint = 100, true, ours("form.person.other_paper_hint")
	case "nationality":
		x.Max, x.Start = 60, ours("form.person.nationality_start")
	case "ethnicity":
		x.Max, x.Hint = 60, ours("form.person.ethnicity_hint")
	case "residence":
		x.Kind, x.Street, x.Outside = KindAddress, Optional, true
	case "phone":
		x.Max, x.Pattern, x.Autocomplete = 20, "phone", "tel"
	case "email":
		x.Max, x.Pattern, x.Autocomplete = 200, "email", "email"
	default:
		return nil, false
	}
	return x, true
}

// Parts are what may be asked of a person.
var Parts = []string{"name", "born", "sex", "citizen", "other_paper", "nationality", "ethnicity", "residence", "phone", "email"}

func (p *parser) fillPerson(x *Field, m mapping) {
	x.Of = m.text("of")
	m.require("of", "say whose, as in \"họ tên của mẹ\": of: {vi: mẹ, en: the mother}")
	m.require("parts", "list what is asked: name, born, …")
	x.self = m.yes("self")
	for _, n := range m.list("parts") {
		id := n.Value
		if n.Kind == yaml.MappingNode {
			id = ""
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == "part" {
					id = n.Content[i+1].Value
				}
			}
		}
		s, ok := usual(id)
		if !ok {
			p.bad(n, "use one of: "+strings.Join(Parts, ", "), "%s asks for the unknown part %q", m.what, id)
			continue
		}
		if _, twice := x.part(id); twice {
			p.bad(n, "ask it once", "%s asks for %s twice", m.what, id)
		}
		if n.Kind == yaml.MappingNode {
			keys := append([]string{"part", "label", "hint", "short", "missing", "optional"}, kindKeys[s.Kind]...)
			if pm, ok := p.mapping(n, m.what+": part "+id, keys...); ok {
				p.fill(s, pm)
			}
		} else {
			s.said = Text{Vi: lowerFirst(s.Label.Vi), En: lowerFirst(s.Label.En)}
		}
		s.said = Text{
			Vi: message.T(inVi, "form.part_of", "part", s.said.Vi, "of", x.Of.Vi),
			En: message.T(inEn, "form.part_of", "part", s.said.En, "of", x.Of.En),
		}
		if !x.self {
			s.Autocomplete = "" // the browser would offer the applicant's own
		}
		x.Fields = append(x.Fields, s)
	}
}

func (p *parser) fillGroup(x *Field, m mapping) {
	x.Max = m.int("max", 10, 1, maxEntries)
	x.Min = m.int("min", 0, 0, x.Max)
	if x.Min == 0 {
		x.Optional = true
	}
	m.require("entry", "say what one entry is called: entry: {vi: …, en: …}")
	m.require("fields", "list what each entry asks")
	x.Entry = m.text("entry")
	for _, n := range m.list("fields") {
		s := p.fieldIn(n, x)
		if s == nil {
			continue
		}
		if _, twice := x.part(s.ID); twice {
			p.bad(n, "give each field of the group its own id", "%s has the field %s twice", m.what, s.ID)
		}
		x.Fields = append(x.Fields, s)
	}
}

// Media types that a paper may have: photos and PDF.
var fileTypes = []string{"image/jpeg", "image/png", "application/pdf", "image/webp", "image/heic"}

func (p *parser) fillFile(x *Field, m mapping) {
	m.require("paper", "name the paper of the procedure")
	x.Paper = m.str("paper")
	x.Max = m.int("max", 1, 1, maxFiles)
	x.MaxBytes = int64(m.int("bytes", 10<<20, 1024, maxBytes))
	x.Desk = m.yes("desk")
	x.Types = fileTypes[:3]
	if m.has("types") {
		x.Types = nil
		for _, n := range m.list("types") {
			if !slices.Contains(fileTypes, n.Value) {
				p.bad(n, "use one of: "+strings.Join(fileTypes, ", "), "%s accepts %q", m.what, n.Value)
			}
			x.Types = append(x.Types, n.Value)
		}
	}
}

// startText is what stands in a text box that was never filled.
func (x *Field) startText(lang string) string { return vntext.Clean(x.Start.In(lang)) }
