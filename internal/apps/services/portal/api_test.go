package portal_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/go-cmp/cmp"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/portal"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/web/machine"
	"benso/packs"
)

// site is the portal and its API over the whole catalogue, for a stranger.
type site struct {
	t         *testing.T
	handler   http.Handler
	catalogue *catalogue.Catalogue
	clock     *clock.Fake
}

type strangers struct{}

func (strangers) Actor(*http.Request) (access.Actor, error) { return access.Actor{}, nil }

func newSite(t *testing.T) *site {
	t.Helper()
	r, now := servicestest.NewWholeRoom(t, databasetest.SQLite(t))
	guide, problems := portal.Load(packs.Bentre(), r.Catalogue.Has)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	log := slog.New(slog.DiscardHandler)
	room := portal.New(r.Catalogue, guide, now)
	mux := http.NewServeMux()
	room.API(humago.NewWithPrefix(mux, "/api", machine.Config("t", "1")), log)
	all := web.New(web.Config{Sessions: strangers{}, Log: log, Clock: now})
	return &site{t: t, catalogue: r.Catalogue, clock: now, handler: all.Handler(room, web.Routes{{Pattern: "GET /api/", Access: access.Public, Handler: web.Wrap(mux), Bare: true}})}
}

func (s *site) get(path string, header ...string) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result()
}

func (s *site) page(path string) string {
	s.t.Helper()
	res := s.get(path)
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s %v", path, res.Status, err)
	}
	return string(body)
}

// call decodes an answer of the API, which must be one.
func call[T any](s *site, path string) (answer T) {
	s.t.Helper()
	res := s.get(path)
	dec := json.NewDecoder(res.Body)
	dec.DisallowUnknownFields() // the answer is what its type says
	if err := dec.Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s %v", path, res.Status, err)
	}
	return answer
}

func codes(list portal.ProcedureList) []string {
	var all []string
	for _, x := range list.Items {
		all = append(all, x.Code)
	}
	return all
}

// whole walks a list by its cursors.
func (s *site) whole(query url.Values) (all []portal.ProcedureItem) {
	s.t.Helper()
	query.Set("limit", "200")
	for range 100 {
		list := call[portal.ProcedureList](s, "/api/v1/procedures?"+query.Encode())
		all = append(all, list.Items...)
		if list.NextCursor == nil {
			if len(all) != list.Total {
				s.t.Errorf("%s: %d of %d", query, len(all), list.Total)
			}
			return all
		}
		query.Set("cursor", *list.NextCursor)
	}
	s.t.Fatal("the list does not end")
	return nil
}

var (
	link    = regexp.MustCompile(`href="/thu-tuc/(\d\.\d{6})"`)
	counted = regexp.MustCompile(`id="found">\s*([\d.]+) `)
)

func TestAPIFindsFiltersAndCountsAsThePagesDo(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct{ page, api url.Values }{
		{url.Values{}, url.Values{}},
		{url.Values{"q": {"dang ky khai sih"}}, url.Values{"q": {"dang ky khai sih"}}},
		{url.Values{"q": {"dat"}, "cap": {"commune"}}, url.Values{"q": {"dat"}, "level": {"commune"}}},
		{url.Values{"linh-vuc": {"ho-tich"}, "doi-tuong": {"person"}}, url.Values{"field": {"ho-tich"}, "audience": {"person"}}},
		{url.Values{"cach-nop": {"here"}}, url.Values{"fileable": {"true"}}},
		{url.Values{"cach-nop": {"info"}}, url.Values{"fileable": {"false"}}},
	} {
		page := s.page("/thu-tuc?" + c.page.Encode())
		list := call[portal.ProcedureList](s, "/api/v1/procedures?"+c.api.Encode())
		var shown []string
		for _, m := range link.FindAllStringSubmatch(page, -1) {
			shown = append(shown, m[1])
		}
		if d := cmp.Diff(shown, codes(list)); d != "" || len(shown) == 0 {
			t.Errorf("%v: %s", c.api, d)
		}
		m := counted.FindStringSubmatch(page)
		if m == nil || m[1] != message.Number(t.Context(), int64(list.Total)) {
			t.Errorf("%v: the page says %q, the API %d", c.api, m, list.Total)
		}
	}
	if list := call[portal.ProcedureList](s, "/api/v1/procedures?q=dang+ky+khai+sih"); list.Corrected == nil || *list.Corrected != "đăng ký khai sinh" || list.Items[0].Code != servicestest.Birth {
		t.Errorf("%+v", list)
	}
	if list := call[portal.ProcedureList](s, "/api/v1/procedures?field=no-such"); list.Total != 0 || list.NextCursor != nil || list.Items == nil {
		t.Errorf("%+v", list)
	}
}

func TestCursorsGiveEachProcedureOnceAlsoOverMidnight(t *testing.T) {
	s := newSite(t)
	first := call[portal.ProcedureList](s, "/api/v1/procedures?limit=200&level=commune")
	s.clock.Set(s.clock.Now().AddDate(0, 0, 1))
	seen := map[string]bool{}
	for list := first; ; list = call[portal.ProcedureList](s, "/api/v1/procedures?limit=7&level=commune&cursor="+*list.NextCursor) {
		if list.Day != first.Day {
			t.Fatalf("a list of %s goes on on %s", first.Day, list.Day)
		}
		for _, code := range codes(list) {
			if seen[code] {
				t.Errorf("%s comes twice", code)
			}
			seen[code] = true
		}
		if list.NextCursor == nil {
			break
		}
	}
	if len(seen) != first.Total || first.Total < 250 {
		t.Errorf("%d of %d", len(seen), first.Total)
	}
	for _, wrong := range []string{"level=province&cursor=" + *first.NextCursor, "level=commune&day=2026-01-01&cursor=" + *first.NextCursor, "level=commune&cursor=x", "limit=0", "limit=201", "day=2026-02-30", "level=ward", "fileable=maybe", "q=" + strings.Repeat("a", 201)} {
		res := s.get("/api/v1/procedures?" + wrong)
		var problem struct {
			Status int
			Detail string
		}
		if err := json.NewDecoder(res.Body).Decode(&problem); err != nil || res.StatusCode != http.StatusUnprocessableEntity || problem.Status != 422 || problem.Detail == "" || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s %+v %v", wrong, res.Status, problem, err)
		}
	}
}

func TestWhatTheSourcesLeaveUnknownIsNullForMachines(t *testing.T) {
	s := newSite(t)
	unknown := map[string]int{}
	for _, x := range s.whole(url.Values{}) {
		p, err := s.catalogue.On(x.Code, "2026-11-23")
		if err != nil {
			t.Fatal(err)
		}
		if (x.TimeLimit.Unit == "unknown") != (p.Limit.Unit == "unknown") || x.TimeLimit.Unit == "unknown" && x.TimeLimit.Amount != nil {
			t.Errorf("%s: time %+v", x.Code, x.TimeLimit)
		}
		if (x.Fee.Amount != nil) != (x.Fee.State == "fixed") {
			t.Errorf("%s: fee %+v", x.Code, x.Fee)
		}
		// What the portal prints of a fee confirms nothing: "Miễn phí" also stands where
		// the council of the province sets it.
		if p.Record && len(p.FeePrinted) > 0 && p.Fee.Items[0].Amount == nil && x.Fee.State != "unknown" {
			t.Errorf("%s: a printed fee is taken for known: %+v", x.Code, x.Fee)
		}
		if (x.Authority == nil) != (p.Authority.Name == "") || x.Fileable != (x.Service != "info") || !x.Fileable && x.Reason == nil {
			t.Errorf("%s: %+v", x.Code, x)
		}
		if x.Reason != nil && (*x.Reason == "presence") != (x.Presence != nil && x.Service == "partial") {
			t.Errorf("%s: presence %v, %s", x.Code, x.Presence, *x.Reason)
		}
		if x.TimeLimit.Unit == "unknown" {
			unknown["time"]++
		}
		if x.Reason != nil {
			unknown[*x.Reason]++
		}
		unknown["fee "+x.Fee.State]++
	}
	t.Log(unknown)
	for _, some := range []string{"time", "fee unknown", "fee fixed", "fee depends", "sector", "unassigned", "presence", "channels"} {
		if unknown[some] == 0 {
			t.Errorf("nothing tries %s", some)
		}
	}
	for _, x := range call[portal.ProcedureDetail](s, "/api/v1/procedures/1.000049").Papers {
		if x.Need != nil || x.Original != nil {
			t.Errorf("of a listed paper the need is guessed: %+v", x)
		}
	}
	for _, x := range call[portal.ProcedureDetail](s, "/api/v1/procedures/"+servicestest.Birth).Papers {
		if x.Need == nil || x.Original == nil {
			t.Errorf("of a guided form's paper the need is known: %+v", x)
		}
	}
}

func TestReasonsStandOnThePageOfAProcedureAndInItsCall(t *testing.T) {
	s := newSite(t)
	said := map[string]string{
		"sector": "cơ quan ngành dọc", "unassigned": "không nêu cơ quan nào của tỉnh", "presence": "đòi bạn có mặt", "channels": "không ghi là thủ tục này nộp được qua mạng",
	}
	tried := map[string]bool{}
	for _, x := range s.whole(url.Values{}) {
		if x.Reason == nil || tried[*x.Reason] {
			continue
		}
		tried[*x.Reason] = true
		page := s.page(x.URL)
		for reason, words := range said {
			if strings.Contains(page, words) != (reason == *x.Reason) {
				t.Errorf("the page of %s (%s) says %q: %v", x.Code, *x.Reason, words, strings.Contains(page, words))
			}
		}
		if x.Presence != nil && !strings.Contains(page, *x.Presence+" đòi bạn") {
			t.Errorf("the page of %s does not name %s", x.Code, *x.Presence)
		}
	}
	if len(tried) != len(said) {
		t.Errorf("only %v were tried", tried)
	}
}

func TestOldDaysAreAnsweredFromWhatIsKnownOfThem(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		day, coverage string
		total         int
	}{{"2020-12-31", "none", 0}, {"2021-01-01", "some", 16}, {"2021-07-05", "some", 16}, {"2025-02-28", "some", 16}, {"2025-03-01", "some", 14}, {"2025-06-30", "some", 14}, {"2025-07-01", "whole", 1186}} {
		list := call[portal.ProcedureList](s, "/api/v1/procedures?limit=1&day="+c.day)
		if list.Day != c.day || list.Coverage != c.coverage || list.Total != c.total || list.Total != len(s.catalogue.Offered(c.day)) {
			t.Errorf("%s: %s, %d procedures", c.day, list.Coverage, list.Total)
		}
		here := call[portal.ProcedureList](s, "/api/v1/procedures?limit=1&fileable=true&day="+c.day)
		if here.Total != len(s.catalogue.Fileable(c.day)) {
			t.Errorf("%s: %d of %d can be filed", c.day, here.Total, len(s.catalogue.Fileable(c.day)))
		}
	}
	birth := call[portal.ProcedureDetail](s, "/api/v1/procedures/1.001193?day=2021-07-05")
	if birth.From != "2021-01-01" || birth.To == nil || *birth.To != "2025-06-30" || birth.TimeLimit.Unit != "same_day" || birth.TimeLimit.CutOff == nil || *birth.TimeLimit.CutOff != "15:00" || birth.Fee.Amount != nil {
		t.Errorf("%+v", birth)
	}
	if len(birth.Competence) == 0 || birth.Competence[0].Reviewed == "" {
		t.Errorf("%+v", birth.Competence)
	}
	for _, missing := range []string{"1.000049?day=2021-07-05", "9.999999", "1.001193?day=2020-12-31"} {
		if res := s.get("/api/v1/procedures/" + missing); res.StatusCode != http.StatusNotFound || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s", missing, res.Status)
		}
	}
}

func TestUnchangedProceduresAreNotSentAgain(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/api/v1/procedures?q=khai+sinh", "/api/v1/procedures/1.001193"} {
		res := s.get(path)
		tag := res.Header.Get("ETag")
		for name, want := range map[string]string{"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "Content-Language": "vi", "Vary": "Accept-Language", "Cache-Control": "public, max-age=60", "Content-Type": "application/json"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		again := s.get(path, "If-None-Match", tag)
		if body, err := io.ReadAll(again.Body); err != nil || tag == "" || again.StatusCode != http.StatusNotModified || len(body) != 0 || again.Header.Get("ETag") != tag {
			t.Errorf("%s: %s, %d bytes, %v", path, again.Status, len(body), err)
		}
		if res := s.get(path, "If-None-Match", tag, "Accept-Language", "en"); res.StatusCode != http.StatusOK || res.Header.Get("Content-Language") != "en" {
			t.Errorf("%s in English: %s", path, res.Status)
		}
	}
}

func TestProceduresDescribeThemselves(t *testing.T) {
	s := newSite(t)
	var doc struct {
		Paths map[string]struct {
			Get struct {
				Parameters []struct{ Name string }
				Responses  map[string]any
			}
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Type any }
				Required   []string
			}
		}
	}
	if err := json.NewDecoder(s.get("/api/openapi.json").Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range doc.Paths["/v1/procedures"].Get.Parameters {
		names = append(names, p.Name)
	}
	for _, want := range []string{"q", "field", "level", "audience", "fileable", "day", "limit", "cursor"} {
		if !slices.Contains(names, want) {
			t.Errorf("the parameter %s is not described", want)
		}
	}
	for path, want := range map[string][]string{"/v1/procedures": {"200", "304", "422"}, "/v1/procedures/{code}": {"200", "304", "404", "422"}} {
		for _, status := range want {
			if doc.Paths[path].Get.Responses[status] == nil {
				t.Errorf("%s: %s is not described", path, status)
			}
		}
	}
	item := doc.Components.Schemas["ProcedureItem"]
	if got := fmt.Sprint(item.Properties["authority"].Type); got != "[string null]" || !slices.Contains(item.Required, "authority") {
		t.Errorf("authority is %s, required %v", got, item.Required)
	}
	if whole := doc.Components.Schemas["ProcedureDetail"]; len(whole.Properties) < len(item.Properties)+15 {
		t.Errorf("the detail has %d members", len(whole.Properties))
	}
}

func TestWhoHandlesAProcedureIsSaidWhereverTheSourceOrTheTableKnowsIt(t *testing.T) {
	s := newSite(t)
	byTable := 0
	for _, x := range s.whole(url.Values{}) {
		if x.Authority != nil || !x.Fileable {
			continue
		}
		page := s.page(x.URL)
		if strings.Contains(page, "[portal.") || !strings.Contains(page, "theo bảng thẩm quyền") {
			t.Errorf("the page of %s does not say who handles it", x.Code)
		}
		byTable++
	}
	if byTable < 100 {
		t.Errorf("only %d were tried", byTable)
	}
}
