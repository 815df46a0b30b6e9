package catalogue

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

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
	Fee        Fee          `yaml:"fee"`
	Papers     []Paper      `yaml:"papers"`
	Result     Result       `yaml:"result"`
	Unknown    []form.Text  `yaml:"unknown"`
	Sources    []string     `yaml:"sources"`
	Process    string       `yaml:"process"` // id of the definition that its cases run by

	LimitNode yaml.Node `yaml:"time_limit"`
	FormNode  yaml.Node `yaml:"form"`

	Limit worktime.Limit `yaml:"-"`
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

// Fee is what it costs. A nil Amount is not known, which is not free.
type Fee struct {
	Amount    *int64    `yaml:"amount"` // đồng
	Condition form.Text `yaml:"condition"`
	Basis     string    `yaml:"basis"`
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

// Parse reads a procedure. It is nil when there is any problem.
func Parse(file string, data []byte, version int64) (*Procedure, []pack.Problem) {
	p := &Procedure{Version: version}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	if err := dec.Decode(p); err != nil {
		return nil, []pack.Problem{yamlProblem(file, err)}
	}
	var problems []pack.Problem
	add := func(text, mend string) {
		problems = append(problems, pack.Problem{File: file, Line: 1, Text: text, Mend: mend})
	}
	switch {
	case !codeShape.MatchString(p.Code):
		add(fmt.Sprintf("code %q is not the code of a procedure", p.Code), `write it as "1.001193", in quotes`)
	case p.Name.Vi == "" || p.Field == "" || p.Authority.Name == "" || p.Result.Name.Vi == "":
		add("name (vi), field, authority.name and result.name (vi) are needed", "fill them in")
	case !slices.Contains([]string{"province", "district", "commune"}, p.Level):
		add(fmt.Sprintf("level %q is not known", p.Level), "write province, district or commune")
	case !slices.Contains([]Service{Full, Partial, Info}, p.Service):
		add(fmt.Sprintf("service %q is not known", p.Service), "write full, partial or info")
	case !isDay(p.Effective.From) || p.Effective.To != "" && !isDay(p.Effective.To):
		add("effective.from is missing, or a day that does not exist", `write from: "2025-07-01", and to: the last day if there is one`)
	case p.Process == "":
		add("process is missing", "name a definition of processes/, such as one-stop")
	}
	seen := map[string]bool{}
	for _, x := range p.Papers {
		if x.ID == "" || x.Name.Vi == "" || seen[x.ID] {
			add(fmt.Sprintf("the paper %q has no name, or stands twice", x.ID), "give each paper an id of its own and a name (vi)")
		}
		if !slices.Contains([]string{"required", "conditional", "optional"}, x.Need) || !slices.Contains([]string{"submit", "show"}, x.Original) {
			add(fmt.Sprintf("the paper %q says need %q and original %q", x.ID, x.Need, x.Original), "need: required, conditional or optional; original: submit or show")
		}
		seen[x.ID] = true
	}
	var more []pack.Problem
	p.Limit, more = worktime.ParseLimit(file, &p.LimitNode)
	problems = append(problems, more...)
	p.Form, more = form.Parse(file, &p.FormNode)
	problems = append(problems, more...)
	if p.Form != nil {
		for _, page := range p.Form.All() {
			for _, x := range page.Fields {
				if x.Paper != "" && !seen[x.Paper] {
					problems = append(problems, pack.Problem{File: file, Line: 1, Text: fmt.Sprintf("the field %q is for the paper %q, which is not listed", x.ID, x.Paper), Mend: "list it under papers"})
				}
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
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
	return pack.Problem{File: file, Line: line, Text: text, Mend: "see docs/forms.md for the fields of a procedure"}
}
