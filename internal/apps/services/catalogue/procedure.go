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

// Procedure is one version of one procedure: with a guided form, from a file of
// procedures/, or as the national portal prints it, from a record of catalogue/.
type Procedure struct {
	Version int64 `yaml:"-"` // that a draft is pinned to; see edition
	Record  bool  `yaml:"-"` // from catalogue/: no form of its own, every fact only as good as the portal

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

	// What the national portal prints. Texts are in Vietnamese, lines apart by \n;
	// what is empty is not known. A guided procedure takes from its record what its
	// own file does not say.
	Ministry     string     `yaml:"ministry"`
	Decision     string     `yaml:"decision"` // that announced the procedure
	Kind         string     `yaml:"kind"`
	Levels       []string   `yaml:"levels"` // also ministry and other
	Audiences    []Audience `yaml:"audiences"`
	URL          string     `yaml:"url"`
	Receiving    string     `yaml:"receiving_place"`
	Coordinating string     `yaml:"coordinating"`
	Ways         []Way      `yaml:"-"`
	FeePrinted   []string   `yaml:"-"` // in its own words; see Fee for what is known
	Steps        string     `yaml:"steps"`
	Conditions   string     `yaml:"conditions"`
	Results      []Result   `yaml:"-"` // all of them; Result is the first
	Sector       bool       `yaml:"-"` // belongs to a national sector: see Competence
	Unassigned   bool       `yaml:"-"` // nobody knows which agency handles it here
	Presence     string     `yaml:"-"` // the law by which somebody must come
	Notes        []Note     `yaml:"-"` // what the portal lists among the papers and is none

	LimitNode yaml.Node `yaml:"time_limit"`
	FeeNode   yaml.Node `yaml:"fee"`
	FormNode  yaml.Node `yaml:"form"`

	Limit worktime.Limit `yaml:"-"`
	Fee   fees.Schedule  `yaml:"-"`
	Form  *form.Form     `yaml:"-"`
}

// Audience is who may ask for a procedure, as the national portal groups them.
type Audience string

// Audiences lists them: persons first, then organisations.
var Audiences = []Audience{"citizen", "overseas_vietnamese", "foreigner", "foreign_resident", "official", "party_member",
	"enterprise", "vietnamese_enterprise", "foreign_invested_enterprise", "cooperative", "organisation", "foreign_organisation", "party_organisation"}

// persons is how many of Audiences are persons.
const persons = 6

// Person says whether the audience is persons, not organisations.
func (a Audience) Person() bool { return slices.Index(Audiences, a) < persons }

// Way is what the national portal prints for some channels: the time and the fee
// in its own words, which may contradict those of another way.
type Way struct {
	Channels []string `yaml:"channels" json:"channels"`
	Time     string   `yaml:"time" json:"time"`
	Fee      string   `yaml:"fee" json:"fee"`
	FeeNote  string   `yaml:"fee_note" json:"fee_note"`
	Note     string   `yaml:"note" json:"note"`
	Joined   bool     `yaml:"joined" json:"joined"` // Fee is time and fee printed without anything between them
}

// Note is advice that stands among the papers.
type Note struct {
	Group string `yaml:"group"`
	Text  string `yaml:"text"`
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
	Full     Service = "full"     // toàn trình: everything online
	Partial  Service = "partial"  // một phần: one must come once
	Unstated Service = "unstated" // filed online; the sources do not say whether one must come
	Info     Service = "info"     // not offered online
)

// Effective is from when, and until when, a procedure holds.
type Effective struct {
	From string `yaml:"from" json:"from"`
	To   string `yaml:"to" json:"to"`
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
	Group     string    `yaml:"group"`    // the heading under which the portal lists it
	Quantity  string    `yaml:"quantity"` // as the portal prints it: "1 bản chính,1 bản sao"
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
func (p *Procedure) Online() bool {
	return p.Service == Full || p.Service == Partial || p.Service == Unstated
}

// oneStop is the process of whatever names no other.
const oneStop = "one-stop"

var (
	channels     = []string{"online", "counter", "post"}
	recordLevels = []string{"ministry", "province", "district", "commune", "other"}
	codeShape    = regexp.MustCompile(`^\d\.\d{6}$`)
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

// inherit takes from the record of the same procedure what the file with the
// guided form leaves unsaid.
func (p *Procedure) inherit(r *Procedure) {
	for _, x := range []struct{ to, from *string }{
		{&p.Ministry, &r.Ministry}, {&p.Decision, &r.Decision}, {&p.Kind, &r.Kind}, {&p.URL, &r.URL}, {&p.Receiving, &r.Receiving},
		{&p.Coordinating, &r.Coordinating}, {&p.Steps, &r.Steps}, {&p.Conditions, &r.Conditions},
	} {
		if *x.to == "" {
			*x.to = *x.from
		}
	}
	if len(p.Levels) == 0 {
		p.Levels = r.Levels
	}
	if len(p.Audiences) == 0 {
		p.Audiences = r.Audiences
	}
	if len(p.Ways) == 0 {
		p.Ways, p.FeePrinted = r.Ways, r.FeePrinted
	}
	if len(p.Results) == 0 {
		p.Results = r.Results
	}
	if len(p.Notes) == 0 {
		p.Notes = r.Notes
	}
}
