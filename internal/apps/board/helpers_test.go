package board_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"benso/internal/apps/board"
	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/web"
	"benso/packs"
)

var noon = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) // 12:00 in Vietnam

const (
	here  = "86/28756-2025/ubnd-28756-2025/"
	there = "86/28789-2025/ubnd-28789-2025/"
)

// dossier is a record of the memory source.
type dossier struct {
	id, path, channel string
	filed, resolved   time.Time
	late              bool
}

// memory counts dossiers and one full service.
type memory struct {
	dossiers []dossier
	fail     error
}

func (m *memory) Measures() []string {
	return []string{"services.full", "dossiers.online", "dossiers.on_time", "dossiers.by_channel"}
}

func (m *memory) Rule(measure string) (targets.Rule, bool) {
	switch measure {
	case "dossiers.online":
		return targets.Rule{Fact: "filed", Hit: []string{"online"}}, true
	case "dossiers.on_time":
		return targets.Rule{Fact: "resolved", Of: []string{"day", "late"}, Hit: []string{"day"}}, true
	case "dossiers.by_channel":
		return targets.Rule{Fact: "filed"}, true
	}
	return targets.Rule{}, false
}

func (d dossier) facts() []targets.Fact {
	f := targets.Fact{Record: d.id, Fact: "filed", N: 1, Month: targets.MonthOf(d.filed), Unit: targets.UnitOf(d.path), Channel: d.channel, Subject: "1.001193", Class: d.channel, At: d.filed}
	all := []targets.Fact{f}
	if !d.resolved.IsZero() {
		f.Fact, f.Month, f.At, f.Class = "resolved", targets.MonthOf(d.resolved), d.resolved, "day"
		if d.late {
			f.Class = "late"
		}
		all = append(all, f)
	}
	return all
}

func (m *memory) FactsOf(_ context.Context, _ database.Querier, within access.Scope, ids []string) (all []targets.Fact, err error) {
	for _, d := range m.dossiers {
		if within.Contains(d.path) && slices.Contains(ids, d.id) {
			all = append(all, d.facts()...)
		}
	}
	return all, m.fail
}

func (m *memory) After(_ context.Context, _ database.Querier, id string, limit int) (ids []string, err error) {
	for _, d := range m.dossiers {
		if d.id > id && len(ids) < limit {
			ids = append(ids, d.id)
		}
	}
	return ids, m.fail
}

func (m *memory) Recount(_ context.Context, _ *database.DB, within access.Scope) ([]targets.Tally, error) {
	cells := targets.Cells{}
	for _, d := range m.dossiers {
		if within.Contains(d.path) {
			for _, f := range d.facts() {
				cells.Add(f)
			}
		}
	}
	return cells.Tallies(), m.fail
}

func (m *memory) counted(q targets.Question, d dossier) (in, hit bool) {
	happened := func(t time.Time) bool { return !t.IsZero() && !t.Before(q.From) && !t.After(q.AsOf) }
	in = q.Within.Contains(d.path) && happened(d.filed)
	switch q.Measure {
	case "dossiers.online":
		return in, d.channel == "online"
	case "dossiers.on_time":
		return q.Within.Contains(d.path) && happened(d.resolved), !d.late
	}
	return in, true
}

// Count counts the services; dossiers are counted by their facts.
func (m *memory) Count(context.Context, database.Querier, targets.Question) (c targets.Count, err error) {
	c.Add(1, 1, map[targets.Axis]string{targets.BySubject: "1.001193"})
	c.Notes = []targets.Note{{Key: "measures.catalogue_size", Args: []string{"n", "1", "sector", "0", "unassigned", "0"}}}
	return c, m.fail
}

func (m *memory) Open(_ context.Context, _ database.Querier, q targets.Question, scope access.Scope, part targets.Part, page targets.Page) (targets.Records, error) {
	out := targets.Records{Columns: []targets.Column{{Key: "measures.code", Kind: targets.Code}, {Key: "measures.unit", Kind: targets.UnitID}, {Key: "measures.filed_at", Kind: targets.Instant}, {Key: "measures.resolved_at", Kind: targets.Instant}, {Key: "measures.on_time", Kind: targets.Message}}}
	if q.Measure == "services.full" {
		out = targets.Records{Public: true, Columns: []targets.Column{{Key: "measures.code", Kind: targets.Code}, {Key: "measures.procedure"}}}
		if part != targets.Rest {
			out.Within = 1
			out.Rows = []targets.Row{{ID: "1.001193", Link: "/thu-tuc/1.001193", Values: []targets.Value{{Text: "1.001193"}, {Text: "Đăng ký khai sinh"}}}}
		}
		return out, nil
	}
	for _, d := range m.dossiers {
		in, hit := m.counted(q, d)
		if !in || part == targets.Numerator && !hit || part == targets.Rest && hit {
			continue
		}
		if !scope.Contains(d.path) {
			out.Outside++
			continue
		}
		if int(out.Within) >= page.Offset && len(out.Rows) < page.Limit {
			mark := "measures.in_time"
			if d.late {
				mark = "measures.late"
			}
			out.Rows = append(out.Rows, targets.Row{ID: d.id, Link: "/ban-lam-viec/" + d.id, Values: []targets.Value{{Text: "CODE-" + d.id}, {Text: targets.UnitOf(d.path)}, {At: d.filed}, {At: d.resolved}, {Text: mark}}})
		}
		out.Within++
	}
	return out, nil
}

// province is a site with the board on it.
type province struct {
	t       testing.TB
	db      *database.DB
	clock   *clock.Fake
	source  *memory
	targets *targets.Room
	handler http.Handler
	actor   access.Actor // who sends the next request
}

func (p *province) Actor(*http.Request) (access.Actor, error) { return p.actor, nil }

func newProvince(t testing.TB, db *database.DB) *province {
	t.Helper()
	p := &province{t: t, db: db, clock: clock.NewFake(noon), source: &memory{}}
	resolution, problems := targets.Load(packs.Bentre())
	tree, more := unit.Load(packs.Bentre())
	maps, wrong := board.LoadMap(packs.Bentre())
	if problems = append(problems, wrong...); len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	for i := range 150 {
		d := dossier{id: fmt.Sprintf("d%03d", i), path: here, channel: "online", filed: noon.Add(-time.Duration(200-i) * time.Hour), resolved: noon.Add(-time.Duration(i) * time.Minute)}
		if i%3 == 0 {
			d.path, d.channel = there, "counter"
		}
		d.late = i%5 == 0
		p.source.dossiers = append(p.source.dossiers, d)
	}
	var err error
	if p.targets, err = targets.New(db, p.clock, resolution, p.source); err != nil {
		t.Fatal(err)
	}
	if err := p.targets.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	room := board.New(db, p.clock, log, p.targets, tree, procedures{}, maps, func() string { return "https://dichvu.example.vn" })
	mux := http.NewServeMux()
	room.API(humago.NewWithPrefix(mux, "/api", board.APIConfig("Bến Số", "1")))
	site := web.New(web.Config{Sessions: p, Log: log, Clock: p.clock, Province: "Tỉnh Vĩnh Long", Sections: []web.Section{{ID: board.Section, Key: "board.title", URL: board.Path, Access: access.Public}}})
	p.handler = site.Handler(room, web.Routes{{Pattern: "GET /api/", Access: access.Public, Handler: web.Wrap(mux), Bare: true}})
	return p
}

// procedures knows one.
type procedures struct{}

func (procedures) SubjectName(ctx context.Context, code string) string {
	if code == "1.001193" && message.Lang(ctx) == "vi" {
		return "Thủ tục đăng ký khai sinh"
	}
	return ""
}

func (procedures) SubjectField(code string) string {
	if code == "1.001193" {
		return "Hộ tịch"
	}
	return ""
}

// leader opens numbers of one commune's agency.
func leader(path string) access.Actor {
	return access.Actor{Account: "acc-leader", Name: "Trần Văn Lãnh Đạo", Kind: identity.Official, Grants: []access.Grant{{Role: "head", Path: path, Permissions: []access.Permission{access.BoardOpen}}}}
}

// dossiers are n that were filed online an hour ago and resolved since.
func dossiers(id, path string, n int, change func(d *dossier, i int)) []dossier {
	all := make([]dossier, n)
	for i := range all {
		all[i] = dossier{id: fmt.Sprintf("%s%03d", id, i), path: path, channel: "online", filed: noon.Add(-25 * time.Hour), resolved: noon.Add(-24 * time.Hour)}
		change(&all[i], i)
	}
	return all
}

// tell has the board hear of the dossiers whose ids begin so.
func (p *province) tell(id string) {
	p.t.Helper()
	err := p.db.Write(p.t.Context(), func(ctx context.Context, tx *database.Tx) error {
		var ids []string
		for _, d := range p.source.dossiers {
			if strings.HasPrefix(d.id, id) {
				ids = append(ids, d.id)
			}
		}
		return p.targets.Keep(ctx, tx, ids)
	})
	if err == nil {
		err = p.targets.Refresh(p.t.Context())
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *province) get(path string, header ...string) *http.Response {
	p.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w.Result()
}

// page gets a page, which must be there.
func (p *province) page(path string) string {
	p.t.Helper()
	res := p.get(path)
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %s\n%s", path, res.Status, body)
	}
	return string(body)
}

func has(t testing.TB, page string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func lacks(t testing.TB, page string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(page, w) {
			t.Errorf("the page says %q", w)
		}
	}
}
