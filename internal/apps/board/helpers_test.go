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

func (m *memory) counted(q targets.Question, d dossier) (in, hit bool) {
	in = q.Within.Contains(d.path) && !d.filed.After(q.AsOf)
	switch q.Measure {
	case "dossiers.online":
		return in, d.channel == "online"
	case "dossiers.on_time":
		return in && !d.resolved.IsZero() && !d.resolved.After(q.AsOf), !d.late
	}
	return in, true
}

func (m *memory) Count(_ context.Context, _ database.Querier, q targets.Question) (targets.Count, error) {
	if q.Measure == "services.full" {
		one := targets.Cell{Subject: "1.001193", Numerator: 1, Denominator: 1}
		return targets.Count{Numerator: 1, Denominator: 1, Cells: []targets.Cell{one}, Notes: []targets.Note{{Key: "measures.catalogue_size", Args: []string{"n", "1", "sector", "0", "unassigned", "0"}}}}, m.fail
	}
	var c targets.Count
	for _, d := range m.dossiers {
		in, hit := m.counted(q, d)
		if !in {
			continue
		}
		cell := targets.Cell{Unit: targets.UnitOf(d.path), Channel: d.channel, Subject: "1.001193", Denominator: 1}
		if hit {
			cell.Numerator = 1
		}
		i := slices.IndexFunc(c.Cells, func(x targets.Cell) bool {
			return x.Unit == cell.Unit && x.Channel == cell.Channel
		})
		if i < 0 {
			i = len(c.Cells)
			c.Cells = append(c.Cells, targets.Cell{Unit: cell.Unit, Channel: cell.Channel, Subject: cell.Subject})
		}
		c.Cells[i].Numerator += cell.Numerator
		c.Cells[i].Denominator++
		c.Numerator += cell.Numerator
		c.Denominator++
	}
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
	if len(problems)+len(more) > 0 {
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
	subjects := func(ctx context.Context, code string) string {
		if code == "1.001193" && message.Lang(ctx) == "vi" {
			return "Thủ tục đăng ký khai sinh"
		}
		return ""
	}
	room := board.New(db, p.clock, log, p.targets, tree, subjects)
	mux := http.NewServeMux()
	room.API(humago.NewWithPrefix(mux, "/api", board.APIConfig("Bến Số", "1")))
	site := web.New(web.Config{Sessions: p, Log: log, Clock: p.clock, Province: "Tỉnh Vĩnh Long", Sections: []web.Section{{ID: board.Section, Key: "board.title", URL: board.Path, Access: access.Public}}})
	p.handler = site.Handler(room, web.Routes{{Pattern: "GET /api/", Access: access.Public, Handler: web.Wrap(mux), Bare: true}})
	return p
}

// leader opens numbers of one commune's agency.
func leader(path string) access.Actor {
	return access.Actor{Account: "acc-leader", Name: "Trần Văn Lãnh Đạo", Kind: identity.Official, Grants: []access.Grant{{Role: "head", Path: path, Permissions: []access.Permission{access.BoardOpen}}}}
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
