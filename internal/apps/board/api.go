package board

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"benso/internal/core/targets"
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
	From        string   `json:"from,omitempty" format:"date" doc:"Beginning of the period of a published figure."`
	URL         string   `json:"url,omitempty" doc:"Where the number opens to what was counted."`
}

// Group is a part of a number.
type Group struct {
	By          string `json:"by" enum:"unit,channel,subject"`
	ID          string `json:"id" doc:"Id of the unit, the channel, or the code of the procedure."`
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
}

var languages = language.NewMatcher([]language.Tag{language.Vietnamese, language.English})

func (room *Room) listTargets(ctx context.Context, in *targetsInput) (*targetsOutput, error) {
	lang := "vi"
	if _, i := language.MatchStrings(languages, in.AcceptLanguage); i == 1 {
		lang = "en"
	}
	ctx = message.WithLang(ctx, lang)
	all, err := room.targets.Standings(ctx)
	if err != nil {
		return nil, room.problem(ctx, err)
	}
	out := &targetsOutput{
		CacheControl: "public, max-age=5", Vary: "Accept-Language", ContentLanguage: lang,
		AllowOrigin: "*", ExposeHeaders: "ETag", ResourcePolicy: "cross-origin", Body: Targets{Items: []Item{}},
	}
	for _, s := range all {
		out.Body.Items = append(out.Body.Items, room.item(ctx, s))
	}
	body, err := json.Marshal(out.Body)
	if err != nil {
		return nil, room.problem(ctx, err)
	}
	out.ETag = `"` + database.Digest(lang, string(body))[:32] + `"`
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

func (room *Room) item(ctx context.Context, s targets.Standing) Item {
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
		i.Measures = append(i.Measures, room.measure(ctx, s.Line.ID, f))
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

func (room *Room) measure(ctx context.Context, line string, f targets.Figure) Measure {
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
	for _, by := range f.By {
		for _, c := range targets.Sum(r.Cells, by) {
			m.Groups = append(m.Groups, Group{By: string(by), ID: c.Unit + c.Channel + c.Subject, Name: room.axisValue(ctx, c, by), Numerator: c.Numerator, Denominator: c.Denominator})
		}
	}
	m.URL = fmt.Sprintf("%s/%s", lineURL(line), f.ID)
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
