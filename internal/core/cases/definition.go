package cases

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/pack"
)

// Definition says how a kind of case runs.
type Definition struct {
	ID      string
	Version int64
	Kind    string
	Name    Text
	Start   string
	Steps   []Step
	Ends    []End
}

// Text is a name in both languages.
type Text struct {
	Vi string `yaml:"vi"`
	En string `yaml:"en"`
}

// In gives the text in a language.
func (t Text) In(lang string) string {
	if lang == "en" && t.En != "" {
		return t.En
	}
	return t.Vi
}

// Step is a place where a case stands: with officials who hold a permission, or
// with somebody outside whom it waits for.
type Step struct {
	ID       string
	Name     Text              // for officials
	Status   Text              // for the applicant: the one true status
	Needs    access.Permission // who may do it; empty when it waits for somebody outside
	WaitsFor string            // "applicant", or empty
	Hours    int               // planned working hours; internal, never lateness
	Acts     []Act
}

// Act is one way on from a step.
type Act struct {
	Act string
	To  string // step or end
}

// End is where a case stops.
type End struct {
	ID      string
	Outcome string // the write-once fact that measures count
	Status  Text
}

// Vocabulary is what an app knows of its kind of case: the acts that it can do,
// and those that a definition must offer somewhere.
type Vocabulary struct {
	Kind     string
	Acts     []string
	Required []string
	Outcomes []string
}

type definitionFile struct {
	ID    string     `yaml:"id"`
	Kind  string     `yaml:"kind"`
	Name  Text       `yaml:"name"`
	Start string     `yaml:"start"`
	Steps []stepFile `yaml:"steps"`
	Ends  []struct {
		ID      string `yaml:"id"`
		Outcome string `yaml:"outcome"`
		Status  Text   `yaml:"status"`
	} `yaml:"ends"`
	Sources []string `yaml:"sources"`
}

type stepFile struct {
	ID       string   `yaml:"id"`
	Name     Text     `yaml:"name"`
	Status   Text     `yaml:"status"`
	Needs    string   `yaml:"needs"`
	WaitsFor string   `yaml:"waits_for"`
	Hours    int      `yaml:"hours"`
	Acts     []string `yaml:"acts"` // "accept → check"
	Line     int      `yaml:"-"`
}

// UnmarshalYAML keeps the line of a step, so that what is wrong with it can be
// found.
func (s *stepFile) UnmarshalYAML(n *yaml.Node) error {
	type plain stepFile
	known := []string{"id", "name", "status", "needs", "waits_for", "hours", "acts"}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := n.Content[i]; !slices.Contains(known, k.Value) {
			return fmt.Errorf("line %d: field %s not found", k.Line, k.Value)
		}
	}
	if err := n.Decode((*plain)(s)); err != nil {
		return err
	}
	s.Line = n.Line
	return nil
}

// Parse reads a definition. holders says which roles hold a permission, so that
// a step that nobody may do is refused.
func Parse(file string, data []byte, version int64, v Vocabulary, holders func(access.Permission) []string) (Definition, []pack.Problem) {
	var f definitionFile
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return Definition{}, []pack.Problem{yamlProblem(file, err)}
	}
	p := &parser{file: file, v: v, holders: holders, def: Definition{ID: f.ID, Version: version, Kind: f.Kind, Name: f.Name, Start: f.Start}}
	p.read(f)
	if len(p.problems) == 0 {
		p.walk()
	}
	return p.def, p.problems
}

func yamlProblem(file string, err error) pack.Problem {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	var te *yaml.TypeError
	if errors.As(err, &te) && len(te.Errors) > 0 {
		text = te.Errors[0]
	}
	line := 0
	if _, scanErr := fmt.Sscanf(text, "line %d:", &line); scanErr == nil {
		_, text, _ = strings.Cut(text, ": ")
	}
	return pack.Problem{File: file, Line: line, Text: text, Mend: "see docs/processes.md for the fields"}
}

type parser struct {
	file     string
	v        Vocabulary
	holders  func(access.Permission) []string
	def      Definition
	lines    map[string]int
	problems []pack.Problem
}

func (p *parser) problem(line int, mend, text string, args ...any) {
	p.problems = append(p.problems, pack.Problem{File: p.file, Line: line, Text: fmt.Sprintf(text, args...), Mend: mend})
}

func (p *parser) read(f definitionFile) {
	if f.ID == "" || f.Name.Vi == "" || f.Start == "" || len(f.Steps) == 0 || len(f.Ends) == 0 {
		p.problem(1, "give id, kind, name (vi), start, steps and ends", "the definition is incomplete")
		return
	}
	if f.Kind != p.v.Kind {
		p.problem(1, "write kind: "+p.v.Kind, "kind %q is not known here", f.Kind)
	}
	p.lines = map[string]int{}
	for _, e := range f.Ends {
		if e.ID == "" || e.Status.Vi == "" || !slices.Contains(p.v.Outcomes, e.Outcome) {
			p.problem(0, "give id, status (vi) and one of the outcomes "+strings.Join(p.v.Outcomes, ", "), "the end %q is incomplete", e.ID)
		}
		if _, twice := p.lines[e.ID]; twice {
			p.problem(0, "give it another id", "%q stands twice", e.ID)
		}
		p.lines[e.ID] = 0
		p.def.Ends = append(p.def.Ends, End(e))
	}
	for _, s := range f.Steps {
		if _, twice := p.lines[s.ID]; twice {
			p.problem(s.Line, "give it another id", "%q stands twice", s.ID)
		}
		p.lines[s.ID] = s.Line
		p.step(s)
	}
}

func (p *parser) step(s stepFile) {
	step := Step{ID: s.ID, Name: s.Name, Status: s.Status, Needs: access.Permission(s.Needs), WaitsFor: s.WaitsFor, Hours: s.Hours}
	if s.ID == "" || s.Name.Vi == "" || s.Status.Vi == "" {
		p.problem(s.Line, "give id, name (vi) and status (vi, what the applicant reads)", "the step %q is incomplete", s.ID)
	}
	switch {
	case (s.Needs == "") == (s.WaitsFor == ""):
		p.problem(s.Line, "give needs (a permission) or waits_for: applicant, and not both", "nobody, or more than one, would do the step %q", s.ID)
	case s.WaitsFor != "" && s.WaitsFor != "applicant":
		p.problem(s.Line, "write waits_for: applicant", "the step %q waits for %q", s.ID, s.WaitsFor)
	case s.Needs != "" && len(p.holders(step.Needs)) == 0:
		p.problem(s.Line, "give the permission to a role in roles.yaml, or need another", "nobody may do the step %q: no role holds %s", s.ID, s.Needs)
	}
	for _, text := range s.Acts {
		name, to, ok := strings.Cut(text, "→")
		a := Act{Act: strings.TrimSpace(name), To: strings.TrimSpace(to)}
		switch {
		case !ok || a.To == "":
			p.problem(s.Line, `write "act → step"`, "the act %q of %q leads nowhere", text, s.ID)
		case !slices.Contains(p.v.Acts, a.Act):
			p.problem(s.Line, "use one of "+strings.Join(p.v.Acts, ", "), "the act %q of %q is not known", a.Act, s.ID)
		case slices.ContainsFunc(step.Acts, func(b Act) bool { return b.Act == a.Act }):
			p.problem(s.Line, "keep one of them", "the act %q of %q stands twice", a.Act, s.ID)
		}
		step.Acts = append(step.Acts, a)
	}
	if len(step.Acts) == 0 {
		p.problem(s.Line, "give the step an act", "a case could never leave the step %q", s.ID)
	}
	p.def.Steps = append(p.def.Steps, step)
}

// walk refuses a definition that a case could get lost in.
func (p *parser) walk() {
	d := p.def
	if _, ok := d.Step(d.Start); !ok {
		p.problem(1, "start with one of the steps", "it starts with %q, which is no step", d.Start)
		return
	}
	offered := map[string]bool{}
	for _, s := range d.Steps {
		for _, a := range s.Acts {
			offered[a.Act] = true
			_, step := d.Step(a.To)
			_, end := d.End(a.To)
			if !step && !end {
				p.problem(p.lines[s.ID], "lead to a step or an end", "the act %q of %q leads to %q, which does not exist", a.Act, s.ID, a.To)
			}
		}
	}
	for _, a := range p.v.Required {
		if !offered[a] {
			p.problem(1, "offer it in a step", "no step offers %q", a)
		}
	}
	if len(p.problems) > 0 {
		return
	}
	reached := p.closure([]string{d.Start}, func(id string) []string {
		s, _ := d.Step(id)
		var to []string
		for _, a := range s.Acts {
			to = append(to, a.To)
		}
		return to
	})
	var ends []string
	for _, e := range d.Ends {
		if !reached[e.ID] {
			p.problem(0, "lead to it, or take it out", "the end %q can never be reached", e.ID)
		}
		ends = append(ends, e.ID)
	}
	ending := p.closure(ends, func(id string) []string {
		var from []string
		for _, s := range d.Steps {
			if slices.ContainsFunc(s.Acts, func(a Act) bool { return a.To == id }) {
				from = append(from, s.ID)
			}
		}
		return from
	})
	for _, s := range d.Steps {
		if !reached[s.ID] {
			p.problem(p.lines[s.ID], "lead to it, or take it out", "the step %q can never be reached", s.ID)
		}
		if !ending[s.ID] {
			p.problem(p.lines[s.ID], "offer an act that leads on to an end", "a case in the step %q could never end", s.ID)
		}
	}
}

func (p *parser) closure(from []string, next func(string) []string) map[string]bool {
	seen := map[string]bool{}
	for len(from) > 0 {
		id := from[len(from)-1]
		from = from[:len(from)-1]
		if !seen[id] {
			seen[id] = true
			from = append(from, next(id)...)
		}
	}
	return seen
}

// Step finds a step.
func (d Definition) Step(id string) (Step, bool) {
	for _, s := range d.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// End finds an end.
func (d Definition) End(id string) (End, bool) {
	for _, e := range d.Ends {
		if e.ID == id {
			return e, true
		}
	}
	return End{}, false
}

// Status is what the applicant reads about a case at a step or an end.
func (d Definition) Status(step string) Text {
	if s, ok := d.Step(step); ok {
		return s.Status
	}
	e, _ := d.End(step)
	return e.Status
}

// Offers says whether the step offers the act.
func (d Definition) Offers(step, act string) bool {
	_, err := d.leads(step, act)
	return err == nil
}

// To says where an act leads from a step; ok is false when the step does not offer
// it.
func (d Definition) To(step, act string) (to string, ok bool) {
	to, err := d.leads(step, act)
	return to, err == nil
}

// leads says where an act leads from a step. An act that the step does not
// offer is a Conflict fault: the page that offered it is old.
func (d Definition) leads(step, act string) (string, error) {
	s, _ := d.Step(step)
	for _, a := range s.Acts {
		if a.Act == act {
			return a.To, nil
		}
	}
	return "", fault.New(fault.Conflict, "cases.not_now").With(fmt.Errorf("the step %q does not offer %q", step, act))
}
