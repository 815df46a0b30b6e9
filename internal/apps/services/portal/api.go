package portal

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/fees"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web/machine"
	"benso/internal/kernel/worktime"
)

// ProcedureList is the answer of GET /api/v1/procedures.
type ProcedureList struct {
	Day        string          `json:"day" format:"date" doc:"The day that the answer speaks of."`
	Coverage   string          `json:"coverage" enum:"whole,some,none" doc:"What the sources know of that day: every local procedure of the national portal, a few facts from before it was read (before 2025-07-01), or nothing."`
	Total      int             `json:"total" doc:"How many procedures answer the search and the filters, on all pages."`
	Corrected  *string         `json:"corrected" doc:"What was looked for instead of q, where q was read as a slip."`
	Nearest    bool            `json:"nearest" doc:"No procedure has every word of q: these have most of them."`
	Items      []ProcedureItem `json:"items" nullable:"false" doc:"The best first; without q the most common first."`
	NextCursor *string         `json:"next_cursor" doc:"For the next page, together with the same filters; null on the last one."`
}

// ProcedureItem is what one wants to know before choosing. What is null is not
// known, which is never the same as none.
type ProcedureItem struct {
	Code      string         `json:"code" example:"1.001193"`
	Name      string         `json:"name" doc:"The official name, in Vietnamese."`
	Title     string         `json:"title" doc:"What the pages call it, in the language of the answer where there is such a name."`
	Field     ProcedureField `json:"field"`
	Levels    []string       `json:"levels" nullable:"false" enum:"ministry,province,district,commune,other" doc:"Of the agencies that decide it."`
	Audiences []string       `json:"audiences" nullable:"false" doc:"Who may ask for it; empty when not known."`
	Authority *string        `json:"authority" doc:"Who decides, in the words of the source."`
	TimeLimit ProcedureLimit `json:"time_limit"`
	Fee       ProcedureFee   `json:"fee"`
	Channels  []string       `json:"channels" nullable:"false" enum:"online,counter,post" doc:"The ways to file that the sources name; empty when not known."`
	Service   string         `json:"service" enum:"full,partial,unstated,info" doc:"How far online: wholly; filed online and one comes once; filed online while the sources do not say whether one must come; not filed online here."`
	Fileable  bool           `json:"fileable" doc:"Whether a dossier can be filed here."`
	Reason    *string        `json:"reason" enum:"sector,unassigned,not_offered,presence,channels" doc:"Why it cannot be filed here: it belongs to a national sector; nobody knows which agency here handles it; it was not brought online. Or why it is only partly online: a law has somebody come; the sources name no online way."`
	Presence  *string        `json:"presence" doc:"The law by which somebody must come once; null where none is known."`
	URL       string         `json:"url" doc:"Its page on this site."`
	Portal    *string        `json:"portal" doc:"Its page on the national portal."`
}

// ProcedureField is the field of a procedure.
type ProcedureField struct {
	ID   string `json:"id" example:"ho-tich" doc:"For the parameter field."`
	Name string `json:"name"`
}

// ProcedureLimit is the time within which it is settled.
type ProcedureLimit struct {
	Unit   string  `json:"unit" enum:"working_hours,working_days,calendar_days,months,same_day,unknown"`
	Amount *int    `json:"amount" doc:"Null for same_day and unknown."`
	CutOff *string `json:"cut_off" example:"15:00" doc:"Of same_day: what is received later is due the next working day."`
	Basis  *string `json:"basis" doc:"Document and article, or why it is not known."`
	Text   string  `json:"text"`
}

// ProcedureFee is what it costs.
type ProcedureFee struct {
	State   string   `json:"state" enum:"fixed,depends,unknown" doc:"One amount for everybody; computed from the answers, or judged at the desk; not known."`
	Amount  *int64   `json:"amount" doc:"Dong, where it is fixed. 0 is free."`
	Text    string   `json:"text"`
	Bases   []string `json:"bases" nullable:"false"`
	Printed []string `json:"printed" nullable:"false" doc:"As the national portal prints it, word by word; it confirms nothing."`
}

// ProcedureDetail is the answer of GET /api/v1/procedures/{code}.
type ProcedureDetail struct {
	ProcedureItem
	Day          string                `json:"day" format:"date"`
	Coverage     string                `json:"coverage" enum:"whole,some,none"`
	From         string                `json:"from" format:"date" doc:"The first day on which this holds."`
	To           *string               `json:"to" format:"date" doc:"The last day; null while it holds."`
	Summary      *string               `json:"summary"`
	Form         *string               `json:"form" enum:"guided,generated" doc:"Written for it, or made from its papers; null where it is not filed here."`
	Papers       []ProcedurePaper      `json:"papers" nullable:"false"`
	Notes        []ProcedureNote       `json:"notes" nullable:"false" doc:"What the national portal lists among the papers and is none."`
	Results      []ProcedureResult     `json:"results" nullable:"false"`
	Ways         []ProcedureWay        `json:"ways" nullable:"false" doc:"Time and fee as the national portal prints them; they may contradict each other."`
	Steps        *string               `json:"steps"`
	Conditions   *string               `json:"conditions"`
	Receiving    *string               `json:"receiving_place"`
	Coordinating *string               `json:"coordinating"`
	Ministry     *string               `json:"ministry"`
	Decision     *string               `json:"decision" doc:"That announced the procedure."`
	LegalBasis   []ProcedureLaw        `json:"legal_basis" nullable:"false"`
	Competence   []ProcedureCompetence `json:"competence" nullable:"false" doc:"Which agencies handle it on the day, by the table of competence."`
	NotKnown     []string              `json:"not_known" nullable:"false" doc:"What the author of the page found nowhere, in words."`
	Events       []string              `json:"life_events" nullable:"false" doc:"Addresses of the life events that it belongs to."`
	Sources      []string              `json:"sources" nullable:"false"`
}

// ProcedurePaper is a paper of the dossier.
type ProcedurePaper struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Need      *string `json:"need" enum:"required,conditional,optional" doc:"Null where the source lists the paper and does not say whether it is always needed."`
	Condition *string `json:"condition"`
	Original  *string `json:"original" enum:"submit,show" doc:"Handed in, or shown and given back."`
	Basis     *string `json:"basis"`
	Group     *string `json:"group"`
	Quantity  *string `json:"quantity"`
}

// ProcedureNote is advice among the papers.
type ProcedureNote struct {
	Group *string `json:"group"`
	Text  string  `json:"text"`
}

// ProcedureResult is what one gets.
type ProcedureResult struct {
	Name string  `json:"name"`
	Code *string `json:"code"`
}

// ProcedureWay is what the national portal prints for some ways to file.
type ProcedureWay struct {
	Channels []string `json:"channels" nullable:"false"`
	Time     *string  `json:"time"`
	Fee      *string  `json:"fee"`
	FeeNote  *string  `json:"fee_note"`
	Note     *string  `json:"note"`
}

// ProcedureLaw is a document and its articles.
type ProcedureLaw struct {
	Document string  `json:"document"`
	Articles *string `json:"articles"`
}

// ProcedureCompetence is one row of the table of competence.
type ProcedureCompetence struct {
	Level    *string `json:"level" enum:"province,district,commune" doc:"Null in a national sector."`
	Agency   *string `json:"agency" doc:"Kind of the agency; null where nobody knows it."`
	Sector   bool    `json:"sector"`
	Reviewed string  `json:"reviewed" example:"rule" doc:"How it was decided: rule, by a rule alone; read, by reading the record; or by whom."`
	Basis    string  `json:"basis"`
}

type listInput struct {
	machine.Asked
	Q        string `query:"q" maxLength:"200" doc:"Words, with or without diacritics, also with a slip."`
	Field    string `query:"field" doc:"Id of a field." example:"ho-tich"`
	Level    string `query:"level" enum:"province,district,commune"`
	Audience string `query:"audience" enum:"person,organisation"`
	Fileable string `query:"fileable" enum:"true,false"`
	Day      string `query:"day" format:"date" doc:"The day on which it holds; today where it is left out."`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"20"`
	Cursor   string `query:"cursor" maxLength:"200" doc:"The next_cursor of the page before."`
}

type listOutput struct {
	machine.Open
	Body ProcedureList
}

type oneInput struct {
	machine.Asked
	Code string `path:"code" maxLength:"20" example:"1.001193"`
	Day  string `query:"day" format:"date" doc:"The day on which it holds; today where it is left out."`
}

type oneOutput struct {
	machine.Open
	Body ProcedureDetail
}

// keep is how long an answer may be kept: the catalogue changes by the day.
const keep = time.Minute

// API adds the calls of the portal to an API that is mounted under /api.
func (room *Room) API(api huma.API, log *slog.Logger) {
	huma.Register(api, huma.Operation{
		OperationID: "list-procedures", Method: http.MethodGet, Path: "/v1/procedures", Summary: "Procedures that hold on a day, searched and filtered",
		Description: "Open data: no sign-up, any origin. It finds, filters and counts as the pages do. What is null is not known, which is never the same as none.",
		Tags:        []string{"procedures"}, Errors: []int{http.StatusUnprocessableEntity}, Responses: machine.NotModified(),
	}, func(ctx context.Context, in *listInput) (*listOutput, error) {
		ctx = in.Speak(ctx)
		body, err := room.listProcedures(ctx, in)
		if err != nil {
			return nil, machine.Problem(ctx, log, err)
		}
		head, err := machine.Answer(ctx, in.Asked, keep, body)
		return &listOutput{head, body}, err
	})
	huma.Register(api, huma.Operation{
		OperationID: "get-procedure", Method: http.MethodGet, Path: "/v1/procedures/{code}", Summary: "One procedure as it holds on a day, with its papers",
		Description: "404 where it does not hold on the day, or nothing is known of it then.",
		Tags:        []string{"procedures"}, Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity}, Responses: machine.NotModified(),
	}, func(ctx context.Context, in *oneInput) (*oneOutput, error) {
		ctx = in.Speak(ctx)
		body, err := room.oneProcedure(ctx, in)
		if err != nil {
			return nil, machine.Problem(ctx, log, err)
		}
		head, err := machine.Answer(ctx, in.Asked, keep, body)
		return &oneOutput{head, body}, err
	})
}

func (room *Room) dayOr(day string) string {
	if day == "" {
		return clock.Day(room.clock.Now())
	}
	return day
}

func (room *Room) listProcedures(ctx context.Context, in *listInput) (ProcedureList, error) {
	s := Search{Text: words(in.Q), Field: in.Field, Level: in.Level, People: in.Audience}
	switch in.Fileable {
	case "true":
		s.Service = fileable
	case "false":
		s.Service = string(catalogue.Info)
	}
	at := cursor{search: s.digest(), day: room.dayOr(in.Day)}
	if in.Cursor != "" {
		before, ok := parseCursor(in.Cursor)
		if !ok || before.search != at.search || in.Day != "" && before.day != in.Day {
			return ProcedureList{}, fault.New(fault.Invalid, "portal.cursor_wrong")
		}
		at = before
	}
	o := room.offers.on(at.day)
	found := o.search(s)
	from := 0
	if at.code != "" {
		place, known := o.at[at.code]
		if from = slices.Index(found.places, place) + 1; !known || from == 0 {
			return ProcedureList{}, fault.New(fault.Invalid, "portal.cursor_wrong") // another pack has come into force
		}
	}
	to := min(from+in.Limit, len(found.places))
	list := ProcedureList{Day: at.day, Coverage: string(o.coverage), Total: len(found.places), Corrected: orNull(found.corrected), Nearest: found.nearest, Items: []ProcedureItem{}}
	for _, x := range o.items(found.places[from:to]) {
		list.Items = append(list.Items, x.machine(ctx))
	}
	if to < len(found.places) {
		at.code = o.list[found.places[to-1]].Code
		list.NextCursor = orNull(at.String())
	}
	return list, nil
}

// cursor is where a page ends: after a procedure, of one search, on one day.
type cursor struct{ day, search, code string }

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.day + " " + c.search + " " + c.code))
}

func parseCursor(s string) (cursor, bool) {
	text, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(string(text), " ")
	if err != nil || len(parts) != 3 || parts[2] == "" {
		return cursor{}, false
	}
	if _, err := time.Parse(time.DateOnly, parts[0]); err != nil {
		return cursor{}, false
	}
	return cursor{day: parts[0], search: parts[1], code: parts[2]}, true
}

// digest tells one search from another.
func (s Search) digest() string {
	return database.Digest(s.Text, s.Field, s.Level, s.People, s.Service)[:12]
}

// orNull gives a text, or null where nothing is known.
func orNull[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	text := string(s)
	return &text
}

func (x item) machine(ctx context.Context) ProcedureItem {
	m := ProcedureItem{
		Code: x.Code, Name: x.Name.Vi, Title: x.title(message.Lang(ctx)), Field: ProcedureField{ID: idOf(x.Field), Name: x.Field}, Levels: append([]string{}, x.Procedure.Levels...), Audiences: []string{},
		Authority: orNull(x.Authority.Name), TimeLimit: limit(ctx, x.Limit), Fee: fee(ctx, x.Procedure), Channels: append([]string{}, x.Channels...),
		Service: string(x.Service), Fileable: x.Online(), Reason: orNull(x.Reason), Presence: orNull(x.Presence), URL: procedurePath(x.Code), Portal: orNull(x.Procedure.URL),
	}
	if len(m.Levels) == 0 && x.Level != "" {
		m.Levels = append(m.Levels, x.Level)
	}
	for _, a := range x.Audiences {
		m.Audiences = append(m.Audiences, string(a))
	}
	return m
}

func limit(ctx context.Context, l worktime.Limit) ProcedureLimit {
	m := ProcedureLimit{Unit: string(l.Unit), CutOff: orNull(l.CutOff.String()), Basis: orNull(l.Basis), Text: worktime.LimitText(ctx, l)}
	if l.Amount > 0 {
		m.Amount = &l.Amount
	}
	return m
}

func fee(ctx context.Context, p *catalogue.Procedure) ProcedureFee {
	known, dong := p.Fee.Knowing()
	m := ProcedureFee{State: string(known), Text: p.Fee.Text(ctx), Bases: append([]string{}, p.Fee.Bases()...), Printed: append([]string{}, p.FeePrinted...)}
	if known == fees.Fixed {
		m.Amount = &dong
	}
	return m
}

func (room *Room) oneProcedure(ctx context.Context, in *oneInput) (ProcedureDetail, error) {
	day := room.dayOr(in.Day)
	o := room.offers.on(day)
	at, ok := o.at[in.Code]
	if !ok && !room.catalogue.Has(in.Code) {
		return ProcedureDetail{}, fault.Missing("procedure", in.Code)
	}
	if !ok {
		return ProcedureDetail{}, fault.New(fault.NotFound, "portal.not_on", "code", in.Code, "day", message.DateText(ctx, day))
	}
	x, lang := o.item(at), message.Lang(ctx)
	p := x.Procedure
	m := ProcedureDetail{
		ProcedureItem: x.machine(ctx), Day: day, Coverage: string(o.coverage), From: p.Effective.From, To: orNull(p.Effective.To), Summary: orNull(p.Summary.In(lang)),
		Steps: orNull(p.Steps), Conditions: orNull(p.Conditions), Receiving: orNull(p.Receiving), Coordinating: orNull(p.Coordinating), Ministry: orNull(p.Ministry), Decision: orNull(p.Decision),
		Papers: []ProcedurePaper{}, Notes: []ProcedureNote{}, Results: []ProcedureResult{}, Ways: []ProcedureWay{}, LegalBasis: []ProcedureLaw{}, Competence: []ProcedureCompetence{}, NotKnown: []string{}, Events: []string{}, Sources: append([]string{}, p.Sources...),
	}
	switch {
	case p.Online() && p.Record:
		m.Form = orNull("generated")
	case p.Online():
		m.Form = orNull("guided")
	}
	for _, y := range p.Papers {
		paper := ProcedurePaper{ID: y.ID, Name: y.Name.In(lang), Condition: orNull(y.Condition.In(lang)), Basis: orNull(y.Basis), Group: orNull(y.Group), Quantity: orNull(y.Quantity)}
		if !p.Record { // of a record neither is known: see catalogue.generate
			paper.Need, paper.Original = orNull(y.Need), orNull(y.Original)
		}
		m.Papers = append(m.Papers, paper)
	}
	for _, y := range p.Notes {
		m.Notes = append(m.Notes, ProcedureNote{orNull(y.Group), y.Text})
	}
	for _, y := range results(p) {
		if name := y.Name.In(lang); name != "" {
			m.Results = append(m.Results, ProcedureResult{name, orNull(y.Code)})
		}
	}
	for _, y := range p.Ways {
		m.Ways = append(m.Ways, ProcedureWay{append([]string{}, y.Channels...), orNull(y.Time), orNull(y.Fee), orNull(y.FeeNote), orNull(y.Note)})
	}
	for _, y := range p.LegalBasis {
		m.LegalBasis = append(m.LegalBasis, ProcedureLaw{y.Document, orNull(y.Articles)})
	}
	for _, y := range room.catalogue.Handled(p, day) {
		m.Competence = append(m.Competence, ProcedureCompetence{Level: orNull(y.Level), Agency: orNull(y.Agency), Sector: y.Sector, Reviewed: y.Reviewed, Basis: y.Basis})
	}
	for _, y := range p.Unknown {
		m.NotKnown = append(m.NotKnown, y.In(lang))
	}
	for _, e := range room.guide.events {
		if slices.Contains(e.Procedures, p.Code) {
			m.Events = append(m.Events, eventPath+e.ID)
		}
	}
	return m, nil
}
