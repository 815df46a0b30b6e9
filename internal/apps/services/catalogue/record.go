package catalogue

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"benso/internal/apps/services/fees"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/worktime"
)

// record is a procedure as the national portal prints it, one JSON file of the
// pack: catalogue/1.000049.json, or catalogue/1.000656.2021.json for what held
// from before. scripts/import-procedures writes them.
type record struct {
	Code         string         `json:"code"`
	Name         string         `json:"name"`
	Field        string         `json:"field"`
	Ministry     string         `json:"ministry"`
	Decision     string         `json:"decision"`
	Kind         string         `json:"kind"`
	Levels       []string       `json:"levels"`
	Audiences    []Audience     `json:"audiences"`
	Authority    string         `json:"authority"`
	Effective    Effective      `json:"effective"`
	Limit        worktime.Limit `json:"time_limit"`
	Fee          recordFee      `json:"fee"`
	Results      []Result       `json:"results"`
	LegalBasis   []string       `json:"legal_basis"`
	URL          string         `json:"url"`
	Sources      []string       `json:"sources"`
	Receiving    string         `json:"receiving_place"`
	Coordinating string         `json:"coordinating"`
	Ways         []Way          `json:"ways"`
	Papers       []recordPaper  `json:"papers"`
	Steps        string         `json:"steps"`
	Conditions   string         `json:"conditions"`
}

// recordFee is what the portal prints. Without an amount it is not confirmed:
// "Miễn phí" also stands where the council of the province sets the fee.
type recordFee struct {
	Amount  *int64   `json:"amount"` // đồng
	Printed []string `json:"printed"`
	Basis   string   `json:"basis"`
}

func (f recordFee) schedule() fees.Schedule {
	switch {
	case f.Amount != nil:
		return fees.Simple(f.Amount, form.Text{}, f.Basis)
	case len(f.Printed) > 0:
		in := func(lang string) string {
			return message.T(message.WithLang(context.Background(), lang), "catalogue.fee_printed", "printed", strings.Join(f.Printed, "; "))
		}
		return fees.Schedule{Items: []fees.Item{{Unknown: form.Text{Vi: in("vi"), En: in("en")}}}}
	}
	return fees.Schedule{}
}

type recordPaper struct {
	Name     string `json:"name"`
	Group    string `json:"group"`
	Quantity string `json:"quantity"`
	Note     bool   `json:"note"`
}

const (
	perEdition    = 1_000_000
	olderEditions = 2 * perEdition // from here on the versions are of records of what held before the portal was read
)

// edition is the version that a draft is pinned to. The guided form of a
// procedure and its records have versions of their own under one code, so those
// of the records begin at a million for each: 1000003 is the third version of the
// record, 2021000001 the first of what held from 2021.
func edition(file string, version int64) int64 {
	parts := strings.Split(strings.TrimSuffix(path.Base(file), ".json"), ".")
	if len(parts) == 3 {
		if year, err := strconv.ParseInt(parts[2], 10, 64); err == nil {
			return year*perEdition + version
		}
	}
	return perEdition + version
}

// parseRecord reads a record. It is nil when there is any problem.
func parseRecord(file string, data []byte, version int64) (*Procedure, []pack.Problem) {
	var r record
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return nil, []pack.Problem{{File: file, Line: jsonLine(data, err), Text: err.Error(), Mend: "see docs/forms.md, or make the file anew by scripts/import-procedures"}}
	}
	var problems []pack.Problem
	add := func(text, mend string) {
		problems = append(problems, pack.Problem{File: file, Line: 1, Text: text, Mend: mend})
	}
	switch {
	case !codeShape.MatchString(r.Code):
		add(fmt.Sprintf("code %q is not the code of a procedure", r.Code), `write it as "1.001193"`)
	case path.Base(file) != r.Code+".json" && !strings.HasPrefix(path.Base(file), r.Code+"."):
		add("the file is not named by its code "+r.Code, "rename it to "+r.Code+".json")
	case r.Name == "" || r.Field == "":
		add("name and field are needed", "fill them in")
	case !isDay(r.Effective.From) || r.Effective.To != "" && !isDay(r.Effective.To):
		add("effective.from is missing, or a day that does not exist", `write "from": "2025-07-01", and "to": the last day if there is one`)
	}
	for _, l := range r.Levels {
		if !slices.Contains(recordLevels, l) {
			add(fmt.Sprintf("level %q is not known", l), "use one of "+strings.Join(recordLevels, ", "))
		}
	}
	for _, a := range r.Audiences {
		if !slices.Contains(Audiences, a) {
			add(fmt.Sprintf("audience %q is not known", a), "use those of docs/forms.md")
		}
	}
	for _, w := range r.Ways {
		for _, c := range w.Channels {
			if !slices.Contains(channels, c) {
				add(fmt.Sprintf("channel %q is not known", c), "use one of "+strings.Join(channels, ", "))
			}
		}
	}
	if err := r.Limit.Check(); err != nil {
		add("time_limit: "+err.Error(), `write {"amount": 5, "unit": "working_days", "basis": "…"}, or {"unit": "unknown"}`)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return r.procedure(edition(file, version)), nil
}

func jsonLine(data []byte, err error) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(0)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	return 1 + bytes.Count(data[:min(int(at), len(data))], []byte("\n"))
}

func (r record) procedure(version int64) *Procedure {
	p := &Procedure{
		Version: version, Record: true, Code: r.Code, Name: form.Text{Vi: r.Name}, Field: r.Field, Level: r.level(),
		Authority: Authority{Name: r.Authority}, Service: Info, Effective: r.Effective, Fee: r.Fee.schedule(), FeePrinted: r.Fee.Printed, Limit: r.Limit, Sources: r.Sources, Process: oneStop,
		Ministry: r.Ministry, Decision: r.Decision, Kind: r.Kind, Levels: r.Levels, Audiences: r.Audiences, URL: r.URL,
		Receiving: r.Receiving, Coordinating: r.Coordinating, Ways: r.Ways, Steps: r.Steps, Conditions: r.Conditions, Results: r.Results,
	}
	if len(r.Results) > 0 {
		p.Result = r.Results[0]
	}
	for _, w := range r.Ways {
		for _, c := range w.Channels {
			if !slices.Contains(p.Channels, c) {
				p.Channels = append(p.Channels, c)
			}
		}
	}
	slices.SortFunc(p.Channels, func(a, b string) int { return slices.Index(channels, a) - slices.Index(channels, b) })
	for _, b := range r.LegalBasis {
		p.LegalBasis = append(p.LegalBasis, LegalBasis{Document: b})
	}
	for i, x := range r.Papers {
		if x.Note {
			p.Notes = append(p.Notes, Note{Group: x.Group, Text: x.Name})
			continue
		}
		p.Papers = append(p.Papers, Paper{ID: fmt.Sprintf("p%d", i+1), Name: form.Text{Vi: bare(x.Name)}, Need: "conditional", Original: "submit", Group: x.Group, Quantity: counted(x.Quantity)})
	}
	return p
}

// bare takes the sign of a list off the beginning of a text, and what leads to the
// next item off its end.
func bare(s string) string {
	if t := strings.TrimRight(strings.TrimLeft(s, "-+*•– "), " ;,"); t != "" {
		return t
	}
	return s
}

// counted leaves out what is wanted of a paper no times: "0 bản chính,1 bản sao".
func counted(s string) string {
	parts := slices.DeleteFunc(strings.Split(s, ","), func(part string) bool { return strings.HasPrefix(strings.TrimSpace(part), "0 ") })
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	return strings.Join(parts, ", ")
}

// level is that of the agency, as far as the levels alone say it.
func (r record) level() string {
	for _, l := range []string{"commune", "district", "province"} {
		if slices.Contains(r.Levels, l) {
			return l
		}
	}
	return ""
}

// UnmarshalJSON reads a result of a record, whose name is in Vietnamese only.
func (r *Result) UnmarshalJSON(data []byte) error {
	var plain struct {
		Name string `json:"name"`
		Code string `json:"code"`
	}
	err := json.Unmarshal(data, &plain)
	*r = Result{Name: form.Text{Vi: plain.Name}, Code: plain.Code}
	return err
}
