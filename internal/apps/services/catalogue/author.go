package catalogue

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/apps/services/fees"
	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
)

// script is the text of one file as its author wrote it: it finds the line of
// what is wrong. It is taken apart only when a line is asked for, since nearly
// every file is good.
type script struct {
	file string
	data []byte
	root *yaml.Node
}

// line finds the line of a key by its path ("papers", 2, "need"). What is not
// there is named by what should hold it.
func (s *script) line(path ...any) int {
	n, line := s.tree(), 1
	for _, step := range path {
		switch at := step.(type) {
		case string:
			key, value := child(n, at)
			if key == nil {
				return line
			}
			n, line = value, key.Line
		case int:
			if n.Kind != yaml.SequenceNode || at >= len(n.Content) {
				return line
			}
			n = n.Content[at]
			line = n.Line
		}
	}
	return line
}

func (s *script) tree() *yaml.Node {
	if s.root == nil {
		var doc yaml.Node
		if err := yaml.Unmarshal(s.data, &doc); err != nil || len(doc.Content) == 0 {
			s.root = &yaml.Node{}
		} else {
			s.root = doc.Content[0]
		}
	}
	return s.root
}

func child(n *yaml.Node, key string) (k, v *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

func (s *script) problem(text, mend string, path ...any) pack.Problem {
	return pack.Problem{File: s.file, Line: s.line(path...), Text: text, Mend: mend}
}

// guided judges what only the author of a guided form is held to: both languages
// everywhere, a basis for each fact, and a form that says where it goes.
func (s *script) guided(p *Procedure) []pack.Problem {
	problems := s.untranslated(s.tree(), "")
	basis := func(text string, path ...any) {
		problems = append(problems, s.problem(text+" names no basis", "add basis: the document and article; what no source says belongs under unknown", path...))
	}
	if p.Authority.Basis == "" {
		basis("authority", "authority")
	}
	if slices.ContainsFunc(p.Fee.Items, func(x fees.Item) bool { return x.Amount != nil && x.Basis == "" }) {
		basis("the fee", "fee")
	}
	for i, x := range p.Papers {
		if x.Basis == "" {
			basis(fmt.Sprintf("the paper %q", x.ID), "papers", i)
		}
	}
	if len(p.LegalBasis) == 0 {
		problems = append(problems, s.problem("legal_basis is empty", "list the documents that the procedure stands on", "legal_basis"))
	}
	if len(p.Sources) == 0 {
		problems = append(problems, s.problem("sources is empty", "say where the facts were read, with the address", "sources"))
	}
	if p.Form == nil {
		return problems
	}
	needed := []string{"subject", "name"}
	if p.Level != "province" {
		needed = append(needed, "place")
	}
	for _, use := range needed {
		if !p.Form.Uses(use) {
			problems = append(problems, s.problem("the form does not say which answer is its "+use, "add it under use: of the form, see docs/forms.md", "form", "use"))
		}
	}
	for i, page := range p.Form.All() {
		for j, x := range page.Fields {
			if _, listed := p.Paper(x.Paper); x.Paper != "" && !listed {
				problems = append(problems, s.problem(fmt.Sprintf("the field %q is for the paper %q, which is not listed", x.ID, x.Paper), "list it under papers, or correct its id", "form", "pages", i, "fields", j, "paper"))
			}
		}
	}
	return problems
}

// untranslated finds the texts in one language only. The form and the time limit
// are read by others, which say so themselves.
func (s *script) untranslated(n *yaml.Node, what string) []pack.Problem {
	var problems []pack.Problem
	if n.Kind == yaml.SequenceNode {
		for _, c := range n.Content {
			problems = append(problems, s.untranslated(c, what)...)
		}
		return problems
	}
	vi, viText := child(n, "vi")
	en, enText := child(n, "en")
	if vi != nil || en != nil {
		for _, lang := range []struct {
			key, name  string
			node, text *yaml.Node
		}{{"vi", "Vietnamese", vi, viText}, {"en", "English", en, enText}} {
			if lang.node == nil || strings.TrimSpace(lang.text.Value) == "" {
				problems = append(problems, pack.Problem{File: s.file, Line: n.Line, Text: what + " has no " + lang.name + " text", Mend: "add " + lang.key + ":, both languages are always given"})
			}
		}
		return problems
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; key != "form" && key != "time_limit" {
			problems = append(problems, s.untranslated(n.Content[i+1], key)...)
		}
	}
	return problems
}

// What the YAML library says, and what it means to an author.
var (
	atLine     = regexp.MustCompile(`^line (\d+): `)
	unknownKey = regexp.MustCompile(`^field (.+) not found in type (\S+)$`)
	keyTwice   = regexp.MustCompile(`^mapping key (".*") already defined at line (\d+)$`)
	wrongValue = regexp.MustCompile("^cannot unmarshal !!(\\S+)(?: `(.*)`)? into (\\S+)$")
)

// notYAML says what the YAML library could not read, each fault by its line.
func notYAML(file string, err error) []pack.Problem {
	texts := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	if te := (*yaml.TypeError)(nil); errors.As(err, &te) && len(te.Errors) > 0 {
		texts = te.Errors
	}
	problems := make([]pack.Problem, 0, len(texts))
	for _, text := range texts {
		p := pack.Problem{File: file, Text: text, Mend: "mend the YAML: check the indents, the colons and the quotes"}
		if m := atLine.FindStringSubmatch(text); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				p.Line = n
			}
			p.Text = text[len(m[0]):]
		}
		if m := unknownKey.FindStringSubmatch(p.Text); m != nil {
			p.Text, p.Mend = fmt.Sprintf("unknown key %q", m[1]), "use one of: "+strings.Join(keysOf[m[2]], ", ")
			if strings.Contains(m[1], " ") {
				p.Mend = "write the text before it in quotes: it holds a comma"
			}
		} else if m := keyTwice.FindStringSubmatch(p.Text); m != nil {
			p.Text, p.Mend = fmt.Sprintf("the key %s stands twice, first in line %s", m[1], m[2]), "keep one of them"
		} else if m := wrongValue.FindStringSubmatch(p.Text); m != nil {
			p.Text, p.Mend = fmt.Sprintf("%q cannot stand here", m[2]), mendOf(m[3])
			if m[2] == "" {
				p.Text = "this value cannot stand here"
			}
		}
		problems = append(problems, p)
	}
	return problems
}

func mendOf(kind string) string {
	switch {
	case strings.HasPrefix(kind, "[]"):
		return `write a list: lines that begin with "- "`
	case kind == "form.Text":
		return "write the text in both languages: {vi: …, en: …}"
	case kind == "int64":
		return "write digits only, without points"
	case keysOf[kind] != nil:
		return "write a mapping of: " + strings.Join(keysOf[kind], ", ")
	}
	return "write one text"
}

// keysOf are the keys that each part of a procedure's file may have.
var keysOf = keys(map[string][]string{}, reflect.TypeFor[Procedure]())

func keys(found map[string][]string, t reflect.Type) map[string][]string {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.PkgPath() == reflect.TypeFor[yaml.Node]().PkgPath() || found[t.String()] != nil {
		return found
	}
	if t == reflect.TypeFor[form.Text]() {
		found[t.String()] = []string{"vi", "en"}
		return found
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			found[t.String()] = append(found[t.String()], name)
			keys(found, t.Field(i).Type)
		}
	}
	return found
}
