package access

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
)

func TestEveryRouteAnswersEverybodyAsTheTableSays(t *testing.T) {
	w := newWorld(t)
	w.crowd()
	for _, r := range table {
		want, err := r.words()
		if err != nil {
			t.Error(err)
			continue
		}
		w.walk(r, want)
	}
}

func TestTableHasEveryRouteAndNoOther(t *testing.T) {
	w := newWorld(t)
	routes, rows := map[string]bool{}, map[string]bool{}
	for _, r := range w.program.Site.Routes() {
		routes[r.Pattern] = true
	}
	for _, r := range table {
		// A row may name a wildcard after what stands in its place.
		rows[strings.Replace(r.pattern, "{result}", "{file}", 1)] = true
	}
	for pattern := range routes {
		if !rows[pattern] {
			t.Errorf("nobody has said who may go to %q: the table has no row for it", pattern)
		}
	}
	for pattern := range rows {
		if !routes[pattern] {
			t.Errorf("the table has a row for %q, which is no route", pattern)
		}
	}
}

// words gives what each person is to be answered.
func (r row) words() ([]string, error) {
	words := strings.Fields(r.want)
	if len(words) == 1 {
		words = slices.Repeat(words, len(people))
	}
	if len(words) != len(people) {
		return nil, fmt.Errorf("%s: %d words for %d people", r.pattern, len(words), len(people))
	}
	return words, nil
}

// walk sends everybody along a route. First come those who may change nothing,
// all at one target; each who may gets a target of their own.
func (w *world) walk(r row, want []string) {
	t := w.t
	method, _, _ := strings.Cut(r.pattern, " ")
	var got []string
	wrong := false
	for i, p := range people {
		to := w.of(r.kind)
		if want[i] == "did" {
			to = w.fresh(r.kind)
		}
		to = w.stand(to)
		path, err := r.path(to)
		if err != nil {
			t.Error(err)
			return
		}
		var form url.Values
		if r.form != nil {
			form = r.form(to)
		}
		before := w.state()
		if method != http.MethodGet && method != http.MethodHead && want[i] != "401" && want[i] != "403" {
			w.foreign(p, method, path, form, before)
		}
		reply := w.clients[p.name].send(method, path, form, r.header.Clone())
		after := w.state()
		word := reply.word(before != after)
		got = append(got, word)
		if word != want[i] {
			wrong = true
		}
		if before != after && (method == http.MethodGet || method == http.MethodHead || slices.Contains([]string{"401", "403", "404", "in"}, word)) {
			t.Errorf("%s as %s: answered %s, and yet something changed:\n%s\nbecame\n%s", r.pattern, p.name, word, before, after)
		}
		read := reply.status == http.StatusOK || reply.status == http.StatusConflict || reply.status == http.StatusUnprocessableEntity
		if !r.tells && !((knows[p.name] || r.knows == p.name) && read) {
			w.silent(r.pattern, p, reply)
		}
		if r.shows && reply.status == http.StatusOK && !strings.Contains(reply.body, child) {
			t.Errorf("%s as %s: the child's name is not there: %.200s", r.pattern, p.name, reply.body)
		}
	}
	if wrong {
		line := func(words []string) string {
			var b strings.Builder
			for _, word := range words {
				fmt.Fprintf(&b, "%-4s", word)
			}
			return b.String()
		}
		names := make([]string, len(people))
		for i, p := range people {
			names[i] = p.name[:3]
			if _, role, ok := strings.Cut(p.name, " "); ok {
				names[i] = "n" + role[:2]
			}
		}
		t.Errorf("%s (%s)\n     %s\nwant %s\ngot  %s", r.pattern, r.kind, line(names), line(want), line(got))
	}
}

// foreign sends the form as a page of another site would have the person's browser
// send it.
func (w *world) foreign(p person, method, path string, form url.Values, before string) {
	for _, h := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://elsewhere.example"}}} {
		reply := w.clients[p.name].send(method, path, form, h)
		if reply.status != http.StatusForbidden || w.state() != before {
			w.t.Errorf("%s %s as %s from another site %v: answered %d, and changed: %v", method, path, p.name, h, reply.status, w.state() != before)
		}
	}
}

// silent looks that an answer tells nothing about the people in the dossiers.
func (w *world) silent(what string, p person, r reply) {
	for _, s := range secrets {
		if strings.Contains(r.body, s) || strings.Contains(r.location, url.QueryEscape(s)) {
			w.t.Errorf("%s as %s: the answer (%d) tells %q", what, p.name, r.status, s)
		}
	}
}

func (r reply) word(changed bool) string {
	switch {
	case r.status != http.StatusSeeOther && r.status != http.StatusFound:
		return strconv.Itoa(r.status)
	case strings.HasPrefix(r.location, "/dang-nhap"):
		return "in"
	case changed:
		return "did"
	}
	return "led"
}

var wildcard = regexp.MustCompile(`\{[a-z]+\}`)

// path puts the target into the pattern.
func (r row) path(to target) (string, error) {
	_, path, _ := strings.Cut(r.pattern, " ")
	path = strings.TrimSuffix(path, "{$}")
	if r.query != "" {
		path += "?" + r.query
	}
	var missing string
	path = wildcard.ReplaceAllStringFunc(path, func(name string) string {
		value := to[strings.Trim(name, "{}")]
		if value == "" {
			missing = name
		}
		return url.PathEscape(value)
	})
	if missing != "" {
		return "", fmt.Errorf("%s: the target %v has no %s", r.pattern, to, missing)
	}
	return path, nil
}

// What somebody could do yesterday they cannot do today, whatever page is open.

func TestOfficialIsOutWhenTheLastDayIsOver(t *testing.T) {
	w := newWorld(t)
	w.hire("tamthoi@benso.example", "clerk", "ubnd-28810-2025", "2026-11-23")
	c := w.signedIn("tamthoi@benso.example")
	if r := c.get("/ban-lam-viec"); r.status != http.StatusOK {
		t.Fatalf("on the last day the desk answered %d", r.status)
	}
	w.clock.Set(time.Date(2026, 11, 23, 19, 0, 0, 0, morning.Location()))
	if r := c.get("/ban-lam-viec"); r.status != http.StatusOK {
		t.Errorf("in the evening of the last day the desk answered %d", r.status)
	}
	w.clock.Set(time.Date(2026, 11, 24, 0, 0, 0, 0, morning.Location()))
	if r := c.get("/ban-lam-viec"); r.status != http.StatusForbidden {
		t.Errorf("after the last day, with the same session, the desk answered %d", r.status)
	}
	again := w.signedIn("tamthoi@benso.example")
	if r := again.get("/ban-lam-viec"); r.status != http.StatusForbidden {
		t.Errorf("after the last day, signed in anew, the desk answered %d", r.status)
	}
}

func TestOfficialWhoseRoleWasTakenIsOutAtOnce(t *testing.T) {
	w := newWorld(t)
	w.crowd()
	_, assignment := w.hire("tamthoi@benso.example", "clerk", "ubnd-28810-2025", "")
	c := w.signedIn("tamthoi@benso.example")
	to := w.of("waiting")
	sheet := "/ban-lam-viec/" + to["id"]
	if r := c.get(sheet); r.status != http.StatusOK {
		t.Fatalf("a clerk's page answered %d", r.status)
	}
	w.must(w.program.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		return w.program.Accounts.Take(ctx, tx, identity.By{Account: "system"}, assignment)
	}))
	for _, path := range []string{"/ban-lam-viec", sheet, sheet + "/giay-to/" + to["file"], sheet + "/tu-choi"} {
		r := c.get(path)
		if r.status != http.StatusForbidden {
			t.Errorf("GET %s answered %d", path, r.status)
		}
		w.silent("GET "+path, person{name: "clerk of yesterday"}, r)
	}
	before := w.state()
	if r := c.send(http.MethodPost, sheet+"/tu-choi", reason(w.stand(to)), nil); r.status != http.StatusForbidden || w.state() != before {
		t.Errorf("refusing answered %d, and changed: %v", r.status, w.state() != before)
	}
}

// What a clerk begins at the desk holds the answers and the papers of a dossier:
// it is the desk's, and goes with the role.
func TestAnswerBegunAtTheDeskIsClosedToAClerkWhoseRoleWasTaken(t *testing.T) {
	w := newWorld(t)
	w.crowd()
	_, assignment := w.hire("tamthoi@benso.example", "clerk", "ubnd-28810-2025", "")
	c := w.signedIn("tamthoi@benso.example")
	to := w.of("waiting")
	begun := c.send(http.MethodPost, "/ban-lam-viec/"+to["id"]+"/bo-sung-tai-quay", act(w.stand(to)), nil)
	draft := begun.location
	if begun.status != http.StatusSeeOther {
		t.Fatalf("a clerk could not answer at the desk: %d", begun.status)
	}
	if r := c.get(draft + "/kiem-tra"); r.status != http.StatusOK && r.status != http.StatusSeeOther {
		t.Fatalf("the answer that the clerk began is not there: %d", r.status)
	}
	w.must(w.program.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		return w.program.Accounts.Take(ctx, tx, identity.By{Account: "system"}, assignment)
	}))
	for _, path := range []string{draft, draft + "/child", draft + "/kiem-tra", draft + "/giay-to/" + to["file"]} {
		r := c.get(path)
		if r.status != http.StatusNotFound && r.status != http.StatusForbidden {
			t.Errorf("GET %s answered %d", path, r.status)
		}
		w.silent("GET "+path, person{name: "clerk of yesterday"}, r)
	}
}

func TestClosedAccountIsOutAtOnceAndDoesNotComeBack(t *testing.T) {
	w := newWorld(t)
	c := w.signedIn("motcua@benso.example")
	w.must(w.program.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		return w.program.Accounts.Close(ctx, tx, identity.By{Account: "system"}, w.account("motcua@benso.example"))
	}))
	if r := c.get("/ban-lam-viec"); r.word(false) != "in" {
		t.Errorf("with the session of before the desk answered %s", r.word(false))
	}
	if r := c.signIn("motcua@benso.example"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("signing in was answered with %d", r.status)
	}
}

// A dossier that is elsewhere and one that does not exist are answered alike, so
// that trying numbers tells nothing.
func TestWhatIsElsewhereLooksLikeWhatIsNot(t *testing.T) {
	w := newWorld(t)
	w.crowd()
	to := w.of("filed")
	known := regexp.MustCompile(`BS-\d{6}-\d{5,}|[0-9A-Z]{5}-[0-9A-Z]{5}|[0-9a-z]{26}|[0-9a-f]{16,}`)
	for _, p := range []struct{ who, path string }{
		{"neighbour clerk", "/ban-lam-viec/"}, {"other", "/ho-so-cua-toi/"}, {"neighbour clerk", "/ban-lam-viec/mo?so="},
	} {
		here, nowhere := to["id"], database.NewID()
		if strings.HasSuffix(p.path, "=") {
			here, nowhere = to["number"], "BS-261123-99999"
		}
		a, b := w.clients[p.who].get(p.path+here), w.clients[p.who].get(p.path+nowhere)
		if a.status != http.StatusNotFound || b.status != http.StatusNotFound {
			t.Errorf("%s%s answered %d, and for what is not %d", p.path, here, a.status, b.status)
		}
		if x, y := known.ReplaceAllString(a.body, "…"), known.ReplaceAllString(b.body, "…"); x != y {
			n := 0
			for n < min(len(x), len(y)) && x[n] == y[n] {
				n++
			}
			t.Errorf("%s: what is elsewhere reads otherwise than what is not: %.200q, and %.200q", p.path, x[max(0, n-60):], y[max(0, n-60):])
		}
	}
	if _, err := dossier.ByID(t.Context(), w.program.DB.Read(), to["id"]); err != nil {
		t.Errorf("the dossier is not there at all: %v", err)
	}
}
