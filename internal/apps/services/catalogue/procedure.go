package catalogue

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"benso/internal/apps/services/fees"
	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/worktime"
)

// Procedure is one version of one procedure.
type Procedure struct {
	Version int64 // of its file in the pack

	Code       string       `yaml:"code"`
	Name       form.Text    `yaml:"name"`
	Field      string       `yaml:"field"`
	Level      string       `yaml:"level"` // of the agency that handles it
	Authority  Authority    `yaml:"authority"`
	Service    Service      `yaml:"service"`
	Channels   []string     `yaml:"channels"`
	Effective  Effective    `yaml:"effective"`
	Summary    form.Text    `yaml:"summary"`
	LegalBasis []LegalBasis `yaml:"legal_basis"`
	Papers     []Paper      `yaml:"papers"`
	Result     Result       `yaml:"result"`
	Unknown    []form.Text  `yaml:"unknown"`
	Sources    []string     `yaml:"sources"`
	Process    string       `yaml:"process"` // id of the definition that its cases run by

	LimitNode yaml.Node `yaml:"time_limit"`
	FeeNode   yaml.Node `yaml:"fee"`
	FormNode  yaml.Node `yaml:"form"`

	Limit worktime.Limit `yaml:"-"`
	Fee   fees.Schedule  `yaml:"-"`
	Form  *form.Form     `yaml:"-"`
}

// Authority is who decides, in words, with the article.
type Authority struct {
	Name  string `yaml:"name"`
	Basis string `yaml:"basis"`
}

// Service says how much of a procedure can be done online.
type Service string

// The levels of online service (Decree 42/2022, kept by Decree 224/2026).
const (
	Full    Service = "full"    // toàn trình: everything online
	Partial Service = "partial" // một phần: one must come once
	Info    Service = "info"    // not offered online
)

// Effective is from when, and until when, a procedure holds.
type Effective struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// LegalBasis is a document and its articles.
type LegalBasis struct {
	Document string `yaml:"document"`
	Articles string `yaml:"articles"`
}

// Paper is a document that the dossier must, or may, contain.
type Paper struct {
	ID        string    `yaml:"id"`
	Name      form.Text `yaml:"name"`
	Need      string    `yaml:"need"` // required, conditional, optional
	Condition form.Text `yaml:"condition"`
	Original  string    `yaml:"original"` // submit: handed in; show: shown and given back
	Basis     string    `yaml:"basis"`
}

// Result is what one gets.
type Result struct {
	Name form.Text `yaml:"name"`
	Code string    `yaml:"code"`
}

// ID names this version: what a draft or a dossier is pinned to.
func (p *Procedure) ID() string { return fmt.Sprintf("%s@%d", p.Code, p.Version) }

// Paper finds a paper by its id.
func (p *Procedure) Paper(id string) (Paper, bool) {
	i := slices.IndexFunc(p.Papers, func(x Paper) bool { return x.ID == id })
	if i < 0 {
		return Paper{}, false
	}
	return p.Papers[i], true
}

// InForce says whether the procedure holds on a day (2021-07-05).
func (p *Procedure) InForce(day string) bool {
	return p.Effective.From <= day && (p.Effective.To == "" || day <= p.Effective.To)
}

// Online says whether it can be filed online.
func (p *Procedure) Online() bool { return p.Service == Full || p.Service == Partial }

var (
	codeShape = regexp.MustCompile(`^\d\.\d{6}$`)
)

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Parse reads a procedure. It is nil when there is any problem; every problem
// names the line of what is wrong.
func Parse(file string, data []byte, version int64) (*Procedure, []pack.Problem) {
	p := &Procedure{Version: version}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(p); err != nil {
		return nil, notYAML(file, err)
	}
	s := &script{file: file, data: data}
	var problems []pack.Problem
	add := func(text, mend string, path ...any) { problems = append(problems, s.problem(text, mend, path...)) }
	if !codeShape.MatchString(p.Code) {
		add(fmt.Sprintf("code %q is not the code of a procedure", p.Code), `write it as "1.001193", in quotes`, "code")
	}
	for _, need := range []struct {
		text string
		path []any
	}{{p.Name.Vi, []any{"name"}}, {p.Field, []any{"field"}}, {p.Authority.Name, []any{"authority", "name"}}, {p.Result.Name.Vi, []any{"result", "name"}}} {
		if need.text == "" {
			add(fmt.Sprintf("%v is missing", need.path[len(need.path)-1]), fmt.Sprintf("fill in %s", strings.Trim(fmt.Sprint(need.path), "[]")), need.path...)
		}
	}
	if !slices.Contains([]string{"province", "district", "commune"}, p.Level) {
		add(fmt.Sprintf("level %q is not known", p.Level), "write province, district or commune", "level")
	}
	if !slices.Contains([]Service{Full, Partial, Info}, p.Service) {
		add(fmt.Sprintf("service %q is not known", p.Service), "write full, partial or info", "service")
	}
	if !isDay(p.Effective.From) {
		add("effective.from is missing, or a day that does not exist", `write from: "2025-07-01"`, "effective", "from")
	}
	if p.Effective.To != "" && (!isDay(p.Effective.To) || p.Effective.To < p.Effective.From) {
		add("effective.to is a day that does not exist, or lies before from", `write to: "2026-06-30", the last day, or leave it out`, "effective", "to")
	}
	if p.Process == "" {
		add("process is missing", "name a definition of processes/, such as one-stop", "process")
	}
	seen := map[string]bool{}
	for i, x := range p.Papers {
		if x.ID == "" || x.Name.Vi == "" || seen[x.ID] {
			add(fmt.Sprintf("the paper %q has no id, no name, or stands twice", x.ID), "give each paper an id of its own and a name", "papers", i)
		}
		if !slices.Contains([]string{"required", "conditional", "optional"}, x.Need) {
			add(fmt.Sprintf("the paper %q says need: %q", x.ID, x.Need), "write required, conditional or optional", "papers", i, "need")
		}
		if !slices.Contains([]string{"submit", "show"}, x.Original) {
			add(fmt.Sprintf("the paper %q says original: %q", x.ID, x.Original), "write submit (handed in) or show (shown and given back)", "papers", i, "original")
		}
		seen[x.ID] = true
	}
	var more []pack.Problem
	if p.LimitNode.IsZero() {
		add("time_limit is missing", `write {amount: 5, unit: working_days, basis: "…"}, or {unit: unknown}`, "time_limit")
	} else {
		p.Limit, more = worktime.ParseLimit(file, &p.LimitNode)
		problems = append(problems, more...)
	}
	if p.FormNode.IsZero() {
		add("form is missing", "write form: with its pages, see docs/forms.md", "form")
	} else {
		p.Form, more = form.Parse(file, &p.FormNode)
		problems = append(problems, more...)
		if p.Form != nil { // one that does not parse has its own faults; the fee is read once it does
			p.Fee, more = fees.Parse(file, &p.FeeNode, p.Form)
			problems = append(problems, more...)
		}
		problems = append(problems, s.guided(p)...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}
