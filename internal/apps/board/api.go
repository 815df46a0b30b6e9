package board

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Number is exact digits as a JSON number: 0.7593. There is no float between the
// count and the reader.
type Number struct{ decimal.Decimal }

// MarshalJSON writes the digits.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalJSON reads them back, for those who call the API from Go.
func (n *Number) UnmarshalJSON(b []byte) error { return n.UnmarshalText(b) }

// Schema says that it is a number.
func (Number) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Nullable: true, Description: "Exact decimal digits; null when there is no value."}
}

func number(d *decimal.Decimal) *Number {
	if d == nil {
		return nil
	}
	return &Number{*d}
}

// Targets is the answer of GET /api/v1/targets.
type Targets struct {
	Items []Item `json:"items" nullable:"false"`
}

// Item is one line of the resolution.
type Item struct {
	ID          string      `json:"id" example:"G1"`
	Text        string      `json:"text" doc:"The promise, in the language of Accept-Language (vi, en)."`
	Level       string      `json:"level" enum:"province,district,commune,all"`
	Milestones  []Milestone `json:"milestones" nullable:"false"`
	State       string      `json:"state" enum:"measured,reported,not_measured" doc:"What the value rests on: records in this system, a published figure, or nothing."`
	Value       *Number     `json:"value" doc:"A share (0.9 is 90%), a rank or a count: see the first measure's unit."`
	Numerator   *int64      `json:"numerator" doc:"Of a measured or published share."`
	Denominator *int64      `json:"denominator"`
	AsOf        *string     `json:"as_of" doc:"RFC 3339 instant of a measured value; date of the end of the period of a published one." example:"2026-11-23T05:00:00Z"`
	Measures    []Measure   `json:"measures" nullable:"false" doc:"The measures of the line, then the published figures. The first measured one gives the value."`
}

// Milestone is a promised value.
type Milestone struct {
	By    string  `json:"by" format:"date"`
	Op    string  `json:"op" enum:">=,>,<=," doc:"How the value is compared; empty when only words were promised."`
	Value *Number `json:"value"`
	Unit  string  `json:"unit" enum:"share,rank,count,"`
	Words string  `json:"words" example:"100%"`
}

// Measure is one number of a line.
type Measure struct {
	ID          string   `json:"id" example:"dossiers.online"`
	Name        string   `json:"name"`
	State       string   `json:"state" enum:"measured,reported,not_measured"`
	Unit        string   `json:"unit" enum:"share,rank,count"`
	Value       *Number  `json:"value"`
	Numerator   *int64   `json:"numerator"`
	Denominator *int64   `json:"denominator"`
	AsOf        *string  `json:"as_of"`
	Reason      string   `json:"reason,omitempty" enum:"no_records,no_source,not_counted" doc:"Why there is no value."`
	Counts      string   `json:"counts,omitempty" doc:"What is counted."`
	Of          string   `json:"of,omitempty" doc:"Of what."`
	Groups      []Group  `json:"groups,omitempty" doc:"What the number is made of; the groups add up to it."`
	Notes       []string `json:"notes,omitempty" doc:"What is in it and what is not."`
	Source      string   `json:"source,omitempty" doc:"Who published it."`
	From        string   `json:"from,omitempty" format:"date" doc:"Beginning of the time that is counted over."`
	Definition  string   `json:"definition,omitempty" doc:"Where it is written what is counted and what is not."`
	Version     int64    `json:"version,omitempty" doc:"Of the definition."`
	URL         string   `json:"url,omitempty" doc:"Where the number opens to what was counted."`
}

// Group is a part of a number.
type Group struct {
	By          string `json:"by" enum:"unit,channel,field"`
	ID          string `json:"id" doc:"Id of the unit, the channel, or the field; empty for what is joined because it is small, and for what came since midnight."`
	Name        string `json:"name"`
	Numerator   int64  `json:"numerator"`
	Denominator int64  `json:"denominator"`
}

type targetsInput struct {
	AcceptLanguage string `header:"Accept-Language" doc:"vi (default) or en"`
	IfNoneMatch    string `header:"If-None-Match"`
}

type targetsOutput struct {
	CacheControl    string `header:"Cache-Control"`
	ETag            string `header:"ETag"`
	Vary            string `header:"Vary"`
	ContentLanguage string `header:"Content-Language"`
	AllowOrigin     string `header:"Access-Control-Allow-Origin"`
	ExposeHeaders   string `header:"Access-Control-Expose-Headers"`
	ResourcePolicy  string `header:"Cross-Origin-Resource-Policy"`
	Body            Targets
}

// APIConfig is how the site's API is described, without the "$schema" that huma
// would add to each answer: an answer is exactly what its schema says.
func APIConfig(title, version string) huma.Config {
	c := huma.DefaultConfig(title, version)
	c.CreateHooks = nil
	c.SchemasPath = ""
	c.DocsPath = "" // its page loads scripts from elsewhere
	return c
}

// API adds the board's calls to an API that is mounted under /api.
func (room *Room) API(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "list-targets", Method: http.MethodGet, Path: "/v1/targets", Summary: "Every line of the resolution, as it stands",
		Description: "Open data: no sign-up, any origin. A value that is missing is null, which is not zero.", Tags: []string{"targets"}, Errors: []int{http.StatusServiceUnavailable},
		Responses: map[string]*huma.Response{"304": {Description: "Nothing has changed since the ETag that was sent."}},
	}, room.listTargets)
	huma.Register(api, huma.Operation{
		OperationID: "list-readings", Method: http.MethodGet, Path: "/v1/targets/{id}/readings", Summary: "The readings of a line, the newest month first",
		Description: "One reading for each measure and month. A sealed one never changes; a correction is another one beside it, which names it. Open data: no sign-up, any origin.",
		Tags:        []string{"targets"}, Errors: []int{http.StatusNotFound, http.StatusServiceUnavailable},
	}, room.listReadings)
}

var languages = language.NewMatcher([]language.Tag{language.Vietnamese, language.English})

func (room *Room) listTargets(ctx context.Context, in *targetsInput) (*targetsOutput, error) {
	lang := "vi"
	if _, i := language.MatchStrings(languages, in.AcceptLanguage); i == 1 {
		lang = "en"
	}
	ctx = message.WithLang(ctx, lang)
	snapshot, err := room.targets.Snapshot(ctx)
	if err != nil {
		return nil, room.problem(ctx, err)
	}
	all, err := room.targets.Standings(ctx)
	if err != nil {
		return nil, room.problem(ctx, err)
	}
	out := &targetsOutput{
		CacheControl: "public, max-age=5", Vary: "Accept-Language", ContentLanguage: lang,
		AllowOrigin: "*", ExposeHeaders: "ETag", ResourcePolicy: "cross-origin", Body: Targets{Items: []Item{}},
	}
	answer, known := room.answers.find(snapshot.Version(), lang)
	if !known {
		for _, s := range all {
			out.Body.Items = append(out.Body.Items, room.item(ctx, snapshot, s))
		}
		body, err := json.Marshal(out.Body)
		if err != nil {
			return nil, room.problem(ctx, err)
		}
		answer = keptAnswer{out.Body, `"` + database.Digest(lang, string(body))[:32] + `"`}
		room.answers.put(snapshot.Version(), lang, answer)
	}
	out.Body, out.ETag = answer.body, answer.tag
	if matches(in.IfNoneMatch, out.ETag) {
		return nil, huma.ErrorWithHeaders(huma.Status304NotModified(), http.Header{
			"Etag": {out.ETag}, "Cache-Control": {out.CacheControl}, "Vary": {out.Vary}, "Access-Control-Allow-Origin": {out.AllowOrigin}, "Cross-Origin-Resource-Policy": {out.ResourcePolicy},
		})
	}
	return out, nil
}

// matches reads If-None-Match: a list of tags, weak or not, or "*".
func matches(header, tag string) bool {
	for _, t := range strings.Split(header, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}

// problem is RFC 9457: what people may be told; the cause goes into the log.
func (room *Room) problem(ctx context.Context, err error) error {
	f, status := fault.Of(err), web.Status(err)
	if status >= http.StatusInternalServerError {
		room.log.Error("api", "err", err)
	}
	return huma.NewError(status, message.T(ctx, f.Key, f.Args...))
}

func (room *Room) item(ctx context.Context, snapshot *targets.Snapshot, s targets.Standing) Item {
	i := Item{
		ID: s.Line.ID, Text: say(ctx, s.Line.Text), Level: string(s.Line.Level), State: string(s.State), Value: number(s.Value), Milestones: []Milestone{}, Measures: []Measure{},
	}
	for _, m := range s.Line.Milestones {
		x := Milestone{By: string(m.By), Op: string(m.Op), Unit: string(m.Unit), Words: say(ctx, m.Words)}
		if m.Op != targets.Words {
			x.Value = number(&m.Value)
		}
		i.Milestones = append(i.Milestones, x)
	}
	for _, f := range s.Measures {
		i.Measures = append(i.Measures, room.measure(ctx, snapshot, s.Line.ID, f))
	}
	for _, f := range s.Reported {
		i.Measures = append(i.Measures, published(ctx, f))
	}
	switch {
	case s.State == targets.Measured:
		first := i.Measures[0]
		i.Numerator, i.Denominator, i.AsOf = first.Numerator, first.Denominator, first.AsOf
	case s.Headline != nil:
		p := published(ctx, *s.Headline)
		i.Numerator, i.Denominator, i.AsOf = p.Numerator, p.Denominator, p.AsOf
	}
	return i
}

func (room *Room) measure(ctx context.Context, snapshot *targets.Snapshot, line string, f targets.Figure) Measure {
	m := Measure{
		ID: f.ID, Name: say(ctx, f.Name), State: string(targets.NotMeasured), Unit: string(f.Unit), Value: number(f.Value), Reason: string(f.Reason),
		Counts: say(ctx, f.Numerator), Of: say(ctx, f.Denominator),
	}
	for _, n := range f.Measure.Notes {
		m.Notes = append(m.Notes, say(ctx, n))
	}
	if f.Reading == nil {
		return m
	}
	r := *f.Reading
	asOf := r.AsOf.UTC().Format(time.RFC3339)
	m.State, m.AsOf, m.Numerator = string(targets.Measured), &asOf, &r.Numerator
	if f.Kind == targets.ShareOf {
		m.Denominator = &r.Denominator
	}
	for _, n := range r.Notes {
		m.Notes = append(m.Notes, note(ctx, n))
	}
	v, ok := room.see(access.Actor{}, snapshot, f.Measure, scene{span: f.Measure.SpanAt(r.AsOf), on: room.today()})
	for _, by := range f.By {
		if !ok || by == targets.BySubject { // a thousand procedures stand in the CSV
			continue
		}
		for _, l := range room.lines(ctx, v, by) {
			m.Groups = append(m.Groups, Group{By: string(by), ID: l.Key, Name: l.Name, Numerator: l.Cell.Numerator, Denominator: l.Cell.Denominator})
		}
		if v.Today.Denominator != 0 {
			m.Groups = append(m.Groups, Group{By: string(by), Name: message.T(ctx, "board.since_midnight"), Numerator: v.Today.Numerator, Denominator: v.Today.Denominator})
		}
	}
	m.URL, m.Definition, m.Version = measureURL(line, f.ID), definitionURL(line, f.ID), f.Measure.Version
	if f.Window != targets.Daily {
		m.From = clock.Day(r.From)
	}
	return m
}

func published(ctx context.Context, f targets.Reported) Measure {
	to := string(f.To)
	m := Measure{
		ID: "reported." + f.ID, Name: say(ctx, f.Name), State: string(targets.Published), Unit: string(f.Unit), Value: number(&f.Value),
		Numerator: f.Numerator, Denominator: f.Denominator, AsOf: &to, Source: f.Source, From: string(f.From),
	}
	if !f.Note.IsZero() {
		m.Notes = []string{say(ctx, f.Note)}
	}
	return m
}

var _ huma.SchemaProvider = Number{}

// Readings is the answer of GET /api/v1/targets/{id}/readings.
type Readings struct {
	Items   []ReadingItem `json:"items" nullable:"false"`
	Total   int           `json:"total" doc:"Readings in all."`
	Page    int           `json:"page"`
	PerPage int           `json:"per_page"`
	Next    string        `json:"next,omitempty" doc:"Address of the next page; none on the last one."`
}

// ReadingItem is a measure counted in a month.
type ReadingItem struct {
	ID          string  `json:"id"`
	Measure     string  `json:"measure" example:"dossiers.online"`
	Version     int64   `json:"version" doc:"Of the measure's definition."`
	Month       string  `json:"month" example:"2026-11"`
	AsOf        string  `json:"as_of" format:"date-time" doc:"Until when it counts."`
	MadeAt      string  `json:"made_at" format:"date-time"`
	Numerator   int64   `json:"numerator"`
	Denominator int64   `json:"denominator"`
	Value       *Number `json:"value"`
	Sealed      bool    `json:"sealed"`
	Corrects    string  `json:"corrects,omitempty" doc:"Id of the sealed reading that this one stands beside."`
	Facts       int64   `json:"facts_to" doc:"Number of the last fact that was counted."`
	Journal     int64   `json:"journal_to" doc:"Line of the journal that was chained last when it was made."`
	Digest      string  `json:"digest" doc:"SHA-256 of the reading and of everything that it counted."`
}

type readingsInput struct {
	ID      string `path:"id" example:"G1.dossiers"`
	Measure string `query:"measure" doc:"One measure of the line; all when empty."`
	Page    int    `query:"page" default:"1" minimum:"1" maximum:"100000"`
	PerPage int    `query:"per_page" default:"100" minimum:"1" maximum:"500"`
}

type readingsOutput struct {
	CacheControl   string `header:"Cache-Control"`
	AllowOrigin    string `header:"Access-Control-Allow-Origin"`
	ResourcePolicy string `header:"Cross-Origin-Resource-Policy"`
	Body           Readings
}

func (room *Room) listReadings(ctx context.Context, in *readingsInput) (*readingsOutput, error) {
	l, ok := room.targets.Resolution().Line(in.ID)
	if !ok {
		return nil, room.problem(ctx, fault.Missing("line", in.ID))
	}
	measures := l.Measures
	if in.Measure != "" {
		if !slices.Contains(measures, in.Measure) {
			return nil, room.problem(ctx, fault.Missing("measure", in.Measure))
		}
		measures = []string{in.Measure}
	}
	s, err := room.targets.Snapshot(ctx)
	if err != nil {
		return nil, room.problem(ctx, err)
	}
	all := s.Readings(measures)
	out := &readingsOutput{CacheControl: "public, max-age=5", AllowOrigin: "*", ResourcePolicy: "cross-origin", Body: Readings{Items: []ReadingItem{}, Total: len(all), Page: in.Page, PerPage: in.PerPage}}
	from := min(len(all), (in.Page-1)*in.PerPage)
	to := min(len(all), from+in.PerPage)
	for _, r := range all[from:to] {
		i := ReadingItem{
			ID: r.ID, Measure: r.Measure, Version: r.Version, Month: r.Month, AsOf: r.AsOf.UTC().Format(time.RFC3339Nano), MadeAt: r.MadeAt.UTC().Format(time.RFC3339Nano),
			Numerator: r.Numerator, Denominator: r.Denominator, Sealed: r.Sealed, Corrects: r.Corrects, Facts: r.FactsTo, Journal: r.JournalTo, Digest: r.Digest,
		}
		if m, _ := room.targets.Resolution().Measure(r.Measure); m.Kind == targets.ShareOf {
			i.Value = number(targets.Cell{Numerator: r.Numerator, Denominator: r.Denominator}.Share())
		}
		out.Body.Items = append(out.Body.Items, i)
	}
	if to < len(all) {
		q := url.Values{"page": {strconv.Itoa(in.Page + 1)}, "per_page": {strconv.Itoa(in.PerPage)}}
		if in.Measure != "" {
			q.Set("measure", in.Measure)
		}
		out.Body.Next = "/api/v1/targets/" + url.PathEscape(l.ID) + "/readings?" + q.Encode()
	}
	return out, nil
}
