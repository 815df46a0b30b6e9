package targets

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
)

// The files of the pack that this room reads.
const (
	ResolutionFile = "resolution.yaml"
	ReportedFile   = "reported.csv"
)

var (
	lineID    = regexp.MustCompile(`^[A-Z][0-9]+[a-z]?(\.[a-z]+)?$`)
	measureID = regexp.MustCompile(`^[a-z]+(\.[a-z_]+)+$`)
	unitID    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	groupID   = regexp.MustCompile(`^[A-Z]$`)
)

// Load reads the resolution of a pack and what was reported about it. With any
// problem there is none: a promise that is half read would be shown wrongly.
func Load(fsys fs.FS) (*Resolution, []pack.Problem) {
	r := &reader{file: ResolutionFile}
	data, err := fs.ReadFile(fsys, ResolutionFile)
	if err != nil {
		return nil, []pack.Problem{{File: ResolutionFile, Text: "the file cannot be read: " + err.Error(), Mend: "a pack has a resolution.yaml"}}
	}
	res := r.resolution(data)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	reported, problems := loadReported(fsys, res)
	if len(problems) > 0 {
		return nil, problems
	}
	res.Reported = reported
	return res, nil
}

// Check is Load for the registry of checkers.
func Check(fsys fs.FS) []pack.Problem {
	_, problems := Load(fsys)
	return problems
}

// reader reads YAML strictly and collects every fault, so that an author sees
// all of them at once.
type reader struct {
	file     string
	problems []pack.Problem
}

func (r *reader) bad(line int, mend, text string, args ...any) {
	r.problems = append(r.problems, pack.Problem{File: r.file, Line: line, Text: fmt.Sprintf(text, args...), Mend: mend})
}

func (r *reader) resolution(data []byte) *Resolution {
	var doc yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	if err := dec.Decode(&doc); err != nil {
		line := 0
		if _, scan := fmt.Sscanf(err.Error(), "yaml: line %d:", &line); scan != nil {
			line = 1
		}
		r.bad(line, "mend the YAML", "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		r.bad(1, "keep one document", "the file holds more than one YAML document")
		return nil
	}
	m := r.fields(doc.Content[0], "the resolution", "name", "from", "units", "notes", "groups", "lines", "measures")
	res := &Resolution{
		Name: m.words("name"), From: m.day("from"), Units: m.list("units", unitID, "write ids of units, such as \"83\""), Notes: m.manyWords("notes"),
	}
	m.require("name", "from", "units", "groups", "lines", "measures")
	for _, n := range m.items("groups") {
		g := r.fields(n, "a group", "id", "name")
		g.require("id", "name")
		res.Groups = append(res.Groups, Group{ID: g.id("id", groupID, "write one capital, such as G"), Name: g.words("name")})
	}
	for _, n := range m.items("measures") {
		res.Measures = append(res.Measures, r.measure(n, res))
	}
	for _, n := range m.items("lines") {
		res.Lines = append(res.Lines, r.line(n, res))
	}
	for i, l := range res.Lines {
		if _, known := res.Line(l.PartOf); l.PartOf != "" && (!known || l.PartOf == l.ID) {
			r.bad(m.items("lines")[i].Line, "name a line that stands in the file", "line %s is part of %q, which is no other line", l.ID, l.PartOf)
		}
	}
	return res
}

func (r *reader) measure(n *yaml.Node, res *Resolution) Measure {
	m := r.fields(n, "a measure", "id", "version", "since", "kind", "window", "name", "numerator", "denominator", "unit", "by", "notes", "excludes", "low", "history", "partial")
	m.require("id", "version", "since", "kind", "window", "name", "numerator", "unit")
	d := Measure{
		ID: m.id("id", measureID, "write it as room.what, such as dossiers.online"), Kind: Kind(m.one("kind", string(ShareOf), string(Breakdown))),
		Name: m.words("name"), Numerator: m.words("numerator"), Denominator: m.words("denominator"), Unit: m.words("unit"), Notes: m.manyWords("notes"), Partial: m.words("partial"),
		Version: m.count("version"), Since: m.day("since"), Window: Window(m.one("window", string(TwelveMonths), string(Daily))), Excludes: m.manyWords("excludes"), Low: m.one("low", "yes") == "yes",
	}
	for _, x := range m.items("history") {
		h := r.fields(x, "an earlier version", "version", "since", "until", "text")
		h.require("version", "since", "until", "text")
		e := Edition{Version: h.count("version"), Since: h.day("since"), Until: h.day("until"), Text: h.words("text")}
		if e.Version >= d.Version || e.Until < e.Since || e.Until >= d.Since && d.Since != "" {
			r.bad(x.Line, "an earlier version has a lower number, and ends before this one begins", "measure %s has an earlier version %d until %s", d.ID, e.Version, e.Until)
		}
		d.History = append(d.History, e)
	}
	for _, by := range m.items("by") {
		if a := Axis(by.Value); slices.Contains([]Axis{ByUnit, ByChannel, BySubject, ByField}, a) && !slices.Contains(d.By, a) {
			d.By = append(d.By, a)
		} else {
			r.bad(by.Line, "write unit, channel, subject or field, each once", "measure %s is broken down by %q", d.ID, by.Value)
		}
	}
	if (d.Kind == ShareOf) == d.Denominator.IsZero() && d.Kind != "" {
		r.bad(n.Line, "a share has a denominator, a breakdown has none", "measure %s is a %s", d.ID, d.Kind)
	}
	if _, twice := res.Measure(d.ID); twice && d.ID != "" {
		r.bad(n.Line, "give each measure its own id", "the measure %s stands twice", d.ID)
	}
	return d
}

func (r *reader) line(n *yaml.Node, res *Resolution) Line {
	m := r.fields(n, "a line", "id", "part_of", "group", "level", "title", "text", "over", "from", "until", "ends", "milestones", "declares", "declared", "measures", "notes", "owner")
	m.require("id", "group", "level", "title", "text", "over")
	l := Line{
		ID: m.id("id", lineID, "write it as G1, G6a or G2.district"), PartOf: m.str("part_of"), Group: m.str("group"),
		Level: Level(m.one("level", string(Province), string(District), string(Commune), string(All))),
		Title: m.words("title"), Text: m.words("text"), Over: m.words("over"), From: m.day("from"), Until: m.day("until"), Ends: m.words("ends"),
		Declares: m.words("declares"), Notes: m.manyWords("notes"), Measures: m.list("measures", measureID, "name measures of this file"),
	}
	if l.From == "" {
		l.From = res.From
	}
	if n := m.keys["owner"]; n != nil {
		o := r.fields(n, "an owner", "name", "basis", "comment")
		o.require("name", "basis", "comment")
		l.Owner = Owner{Name: o.words("name"), Basis: Basis(o.one("basis", string(Sourced), string(Derived))), Comment: o.words("comment")}
	} else if !m.has("part_of") {
		r.bad(m.node.Line, "say who answers for it", "a line has no owner")
	}
	if l.Until != "" && (l.Until < l.From || l.Ends.IsZero()) {
		r.bad(n.Line, "a line that ends does so after it began, and says why (ends)", "line %s ends on %s", l.ID, l.Until)
	}
	if !slices.ContainsFunc(res.Groups, func(g Group) bool { return g.ID == l.Group }) && l.Group != "" {
		r.bad(m.at("group"), "name one of groups", "line %s stands in the group %q, which is not there", l.ID, l.Group)
	}
	if _, twice := res.Line(l.ID); twice && l.ID != "" {
		r.bad(n.Line, "give each line its own id", "the line %s stands twice", l.ID)
	}
	for i, id := range l.Measures {
		if _, known := res.Measure(id); !known || slices.Contains(l.Measures[:i], id) {
			r.bad(m.at("measures"), "name each measure of the file once", "line %s names the measure %q, which is not there or stands twice", l.ID, id)
		}
	}
	for _, x := range m.items("milestones") {
		l.Milestones = append(l.Milestones, r.milestone(x, l))
	}
	if len(l.Milestones) == 0 && l.PartOf == "" {
		r.bad(n.Line, "give it a milestone, or say part_of which line it is", "line %s promises nothing", l.ID)
	}
	for _, x := range m.items("declared") {
		d := r.fields(x, "a declared value", "value", "words", "on", "source")
		d.require("value", "on", "source")
		l.Declared = append(l.Declared, Declared{Value: d.number("value"), Words: d.words("words"), On: d.day("on"), Source: d.str("source")})
		if l.Declares.IsZero() {
			r.bad(x.Line, "say under declares what had to be declared", "line %s has a declared value and needs none", l.ID)
		}
	}
	return l
}

func (r *reader) milestone(n *yaml.Node, l Line) Milestone {
	m := r.fields(n, "a milestone", "by", "op", "value", "unit", "words")
	m.require("by", "words")
	x := Milestone{By: m.day("by"), Words: m.words("words")}
	if m.has("op") || m.has("value") || m.has("unit") {
		m.require("op", "value", "unit")
		x.Op = Op(m.one("op", string(AtLeast), string(Over), string(AtMost)))
		x.Unit = Unit(m.one("unit", string(Share), string(Rank), string(Total)))
		x.Value = m.number("value")
		if n := m.keys["value"]; n != nil && strings.HasSuffix(n.Value, "%") != (x.Unit == Share) {
			r.bad(n.Line, "write a share as 90%, anything else without the sign", "the value %q is not a %s", n.Value, x.Unit)
		}
	}
	if k := len(l.Milestones); k > 0 && x.By <= l.Milestones[k-1].By {
		r.bad(n.Line, "put milestones in the order of their dates", "the milestone of %s follows that of %s", x.By, l.Milestones[k-1].By)
	}
	return x
}

// mapping is one YAML mapping whose keys are known.
type mapping struct {
	*reader
	node *yaml.Node
	what string
	keys map[string]*yaml.Node
}

func (r *reader) fields(n *yaml.Node, what string, allowed ...string) mapping {
	m := mapping{r, n, what, map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		r.bad(n.Line, "write it as \"key: value\" lines", "%s is not a mapping", what)
		return m
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(allowed, k.Value):
			r.bad(k.Line, "use one of: "+strings.Join(allowed, ", "), "%s has an unknown key %q", what, k.Value)
		case m.keys[k.Value] != nil:
			r.bad(k.Line, "keep one of them", "%s has the key %q twice", what, k.Value)
		case v.Kind == yaml.AliasNode:
			r.bad(v.Line, "write the value itself", "%s: %s uses a YAML alias", what, k.Value)
		default:
			m.keys[k.Value] = v
		}
	}
	return m
}

func (m mapping) has(key string) bool { return m.keys[key] != nil }

func (m mapping) at(key string) int {
	if n := m.keys[key]; n != nil {
		return n.Line
	}
	return m.node.Line
}

func (m mapping) require(keys ...string) {
	for _, k := range keys {
		if !m.has(k) && m.node.Kind == yaml.MappingNode {
			m.bad(m.node.Line, "add it", "%s has no %s", m.what, k)
		}
	}
}

func (m mapping) str(key string) string {
	n := m.keys[key]
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		m.bad(n.Line, "write a text", "%s: %s is empty or not a text", m.what, key)
		return ""
	}
	return n.Value
}

func (m mapping) id(key string, shape *regexp.Regexp, mend string) string {
	s := m.str(key)
	if s != "" && !shape.MatchString(s) {
		m.bad(m.at(key), mend, "%s: %s is %q", m.what, key, s)
	}
	return s
}

func (m mapping) one(key string, of ...string) string {
	s := m.str(key)
	if s != "" && !slices.Contains(of, s) {
		m.bad(m.at(key), "write one of: "+strings.Join(of, ", "), "%s: %s is %q", m.what, key, s)
	}
	return s
}

func (m mapping) day(key string) database.Date {
	s := m.str(key)
	if s == "" {
		return ""
	}
	if !isDay(s) {
		m.bad(m.at(key), "write it as \"2025-12-31\"", "%s: %s is %q, which is no date", m.what, key, s)
	}
	return database.Date(s)
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// count reads a whole number from 1 on.
func (m mapping) count(key string) int64 {
	s := m.str(key)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		m.bad(m.at(key), "write a whole number from 1 on", "%s: %s is %q", m.what, key, s)
	}
	return n
}

func (m mapping) number(key string) decimal.Decimal {
	s := m.str(key)
	if s == "" {
		return decimal.Decimal{}
	}
	d, err := parseNumber(s)
	if err != nil {
		m.bad(m.at(key), "write digits, with a point before decimals", "%s: %s is %q, which is no number", m.what, key, s)
	}
	return d
}

// parseNumber reads 30 and 90%, which is 0.90.
func parseNumber(s string) (decimal.Decimal, error) {
	digits, percent := strings.CutSuffix(s, "%")
	d, err := decimal.Parse(digits)
	if err != nil || !percent {
		return d, err
	}
	if d.Scale()+2 > decimal.MaxScale {
		return d, errors.New("too many decimals")
	}
	return decimal.New(d.Units(), d.Scale()+2), nil
}

// words reads a text in both languages.
func (m mapping) words(key string) form.Text {
	n := m.keys[key]
	if n == nil {
		return form.Text{}
	}
	return m.text(n, m.what+": "+key)
}

func (r *reader) text(n *yaml.Node, what string) form.Text {
	t := r.fields(n, what, "vi", "en")
	t.require("vi", "en")
	return form.Text{Vi: t.str("vi"), En: t.str("en")}
}

func (m mapping) manyWords(key string) []form.Text {
	var all []form.Text
	for _, n := range m.items(key) {
		all = append(all, m.text(n, m.what+": "+key))
	}
	return all
}

func (m mapping) list(key string, shape *regexp.Regexp, mend string) []string {
	var all []string
	for _, n := range m.items(key) {
		if n.Kind != yaml.ScalarNode || !shape.MatchString(n.Value) {
			m.bad(n.Line, mend, "%s: %s holds %q", m.what, key, n.Value)
			continue
		}
		all = append(all, n.Value)
	}
	return all
}

func (m mapping) items(key string) []*yaml.Node {
	n := m.keys[key]
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		m.bad(n.Line, "write it as a list", "%s: %s is not a list", m.what, key)
		delete(m.keys, key)
		return nil
	}
	return n.Content
}
