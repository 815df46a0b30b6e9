package desk

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
)

// The queues, as the address names them.
const (
	queueMine   = "cua-toi"
	queueRole   = "cho"
	queueAgency = "tat-ca"
	queueToday  = "hom-nay"
)

var queues = []string{queueMine, queueRole, queueAgency, queueToday}

// perPage is how many dossiers a page of a queue shows.
const perPage = 50

// query is which dossiers an address asks for.
type query struct {
	Queue string
	Step  string
	Words string
	Page  int
}

func (q query) url() string {
	v := url.Values{"hang": {q.Queue}}
	if q.Step != "" {
		v.Set("buoc", q.Step)
	}
	if q.Words != "" {
		v.Set("q", q.Words)
	}
	if q.Page > 1 {
		v.Set("trang", strconv.Itoa(q.Page))
	}
	return pathDesk + "?" + v.Encode()
}

// desks are the roles' turns that are this official's.
func desks(actor access.Actor) []cases.Desk {
	turns := []cases.Desk{}
	for _, p := range []access.Permission{access.DossierIntake, access.DossierCheck, access.DossierSign} {
		if actor.Has(p) {
			turns = append(turns, cases.Desk{Needs: p, Scope: actor.Scope(p)})
		}
	}
	return turns
}

// filter is the one predicate of a queue's list, its count and its next one.
func (p Pages) filter(actor access.Actor, q query) cases.Filter {
	scope := actor.Scope(access.DossierRead)
	f := cases.Filter{Scope: scope, Kind: dossier.Kind, Step: q.Step, Words: vntext.Fold(q.Words)}
	switch q.Queue {
	case queueMine:
		f.Assignee = actor.Account
	case queueRole:
		f.State, f.Desks, f.Unassigned = cases.Working, desks(actor), true
	case queueToday:
		// Only while the agency still owes the answer: what waits for handing over
		// has its result, and its deadline no longer runs.
		f.State, f.DueBefore = cases.Working, p.closing()
		f.Desks = []cases.Desk{{Needs: access.DossierCheck, Scope: scope}, {Needs: access.DossierSign, Scope: scope}}
	}
	return f
}

// closing is the end of today: what is due before it is due today, or late.
func (p Pages) closing() time.Time {
	y, m, d := p.Room.Clock.Now().In(clock.Zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, clock.Zone)
}

// tally counts every queue of the official in one look; see cases.Tally.
func (p Pages) tally(ctx context.Context, actor access.Actor) ([]cases.Tally, error) {
	return cases.Tallies(ctx, p.Room.DB.Read(), actor.Scope(access.DossierRead), dossier.Kind, p.closing())
}

func met(tallies []cases.Tally, f cases.Filter) int64 {
	var n int64
	for _, t := range tallies {
		n += t.Met(f)
	}
	return n
}

// only gives the one path at which all that a filter means is held, "" when there
// are several: an agency's own official has one, and its list is then read in the
// order of an index.
func only(tallies []cases.Tally, f cases.Filter) string {
	path := ""
	for _, t := range tallies {
		switch {
		case t.Met(f) == 0 || t.Holder == path:
		case path == "":
			path = t.Holder
		default:
			return ""
		}
	}
	return path
}

// entry is one line of a queue.
type entry struct {
	Case      cases.Case
	URL       string
	State     web.State
	Left      string
	Name      string // of the applicant
	Procedure string
	Step      string
	Assignee  string
}

// tab is a queue, or a step of it, with its count.
type tab struct {
	ID      string
	Text    string
	URL     string
	Count   int64
	Current bool
}

type queuePage struct {
	Query   query
	Queues  []tab
	Steps   []tab
	Entries []entry
	Total   int64
	Pages   web.Pages
	Counter bool   // may take in at the counter
	Missing string // a number that was not found
	Meant   string // the words that were searched instead of those with a slip
	Errors  []fault.Field
}

func (p Pages) queue(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return p.showQueue(w, r, query{Queue: q.Get("hang"), Step: q.Get("buoc"), Words: strings.TrimSpace(q.Get("q")), Page: int(number(q.Get("trang")))}, "")
}

func (p Pages) showQueue(w http.ResponseWriter, r *http.Request, q query, missing string) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	page := queuePage{Counter: actor.Has(access.DossierIntake), Missing: missing}
	if missing != "" {
		page.Errors = []fault.Field{{Name: "so", Key: "desk.number_unknown", Args: []any{"number", missing}}}
	}
	tallies, err := p.tally(ctx, actor)
	if err != nil {
		return err
	}
	counts := map[string]int64{}
	for _, id := range queues {
		counts[id] = met(tallies, p.filter(actor, query{Queue: id}))
	}
	if _, ok := counts[q.Queue]; !ok {
		q.Queue = first(actor, counts)
	}
	for _, id := range queues {
		if id == queueRole && len(desks(actor)) == 0 {
			continue
		}
		page.Queues = append(page.Queues, tab{ID: id, Text: message.T(ctx, "desk.queue_"+id), URL: query{Queue: id}.url(), Count: counts[id], Current: id == q.Queue})
	}
	more, err := p.moreTabs(ctx, actor, "", tallies)
	if err != nil {
		return err
	}
	page.Queues = append(page.Queues, more...)
	f := p.filter(actor, q)
	f.Holder = only(tallies, f)
	steps := map[string]int64{}
	if q.Words == "" {
		for _, t := range tallies {
			any := f
			any.Step = ""
			steps[t.Step] += t.Met(any)
		}
	} else {
		if steps, err = cases.CountSteps(ctx, p.Room.DB.Read(), f); err != nil {
			return err
		}
		if len(steps) == 0 {
			if page.Meant, err = cases.Correct(ctx, p.Room.DB.Read(), f); err != nil {
				return err
			}
		}
		if page.Meant != "" {
			f.Words = page.Meant
			if steps, err = cases.CountSteps(ctx, p.Room.DB.Read(), f); err != nil {
				return err
			}
		}
	}
	page.Steps = p.stepTabs(ctx, q, steps)
	for step, n := range steps {
		if q.Step == "" || q.Step == step {
			page.Total += n
		}
	}
	last := max(1, int((page.Total+perPage-1)/perPage))
	q.Page = min(max(q.Page, 1), last)
	page.Query = q
	if last > 1 {
		page.Pages = web.Pages{Current: q.Page, Count: last, URL: func(n int) string { return query{q.Queue, q.Step, q.Words, n}.url() }}
	}
	if page.Entries, err = p.list(ctx, actor, f, q); err != nil {
		return err
	}
	status := http.StatusOK
	if missing != "" {
		status = http.StatusNotFound
	}
	return web.Render(w, r, status, queueView(page))
}

// first is the queue that opens by itself: one's own work, then one's roles'.
func first(actor access.Actor, counts map[string]int64) string {
	switch {
	case counts[queueMine] > 0:
		return queueMine
	case len(desks(actor)) > 0:
		return queueRole
	}
	return queueAgency
}

// stepTabs are the steps at which this queue has something.
func (p Pages) stepTabs(ctx context.Context, q query, counts map[string]int64) []tab {
	all := tab{Text: message.T(ctx, "desk.all_steps"), URL: query{Queue: q.Queue, Words: q.Words}.url(), Current: q.Step == ""}
	var tabs []tab
	for _, s := range p.steps() {
		n := counts[s.ID]
		all.Count += n
		if n > 0 || s.ID == q.Step {
			tabs = append(tabs, tab{ID: s.ID, Text: s.Name.In(message.Lang(ctx)), URL: query{Queue: q.Queue, Step: s.ID, Words: q.Words}.url(), Count: n, Current: q.Step == s.ID})
		}
	}
	if len(tabs) < 2 && q.Step == "" {
		return nil
	}
	return append([]tab{all}, tabs...)
}

// list reads a page of a queue and writes down, in one row, what it showed.
func (p Pages) list(ctx context.Context, actor access.Actor, f cases.Filter, q query) ([]entry, error) {
	found, _, err := cases.List(ctx, p.Room.DB.Read(), f, perPage, (q.Page-1)*perPage)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	ids, accounts := make([]string, len(found)), make([]string, len(found))
	for i, c := range found {
		ids[i], accounts[i] = c.ID, c.Assignee
	}
	applicants, err := dossier.Names(ctx, p.Room.DB.Read(), p.Room.DB.Dialect(), ids)
	if err != nil {
		return nil, err
	}
	officials, err := p.people(ctx, accounts...)
	if err != nil {
		return nil, err
	}
	path := journalPath(actor)
	err = p.journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierRead, path), Action: "dossier.list", ObjectKind: dossier.Kind, Path: path, IDs: ids})
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(found))
	for i, c := range found {
		e := entry{Case: c, URL: urlOf(c.ID, "", q.Queue), Name: applicants[c.ID], Procedure: p.procedureName(ctx, c.Facet), Step: p.stepName(ctx, c)}
		e.State, e.Left = p.mark(ctx, actor, c)
		if c.Assignee != "" {
			e.Assignee = named(ctx, officials, c.Assignee)
		}
		entries[i] = e
	}
	return entries, nil
}

// next is the dossier to go on with after one: of the queue one works from, then
// one's own, then one's roles'.
func (p Pages) next(ctx context.Context, actor access.Actor, queue, skip string) (string, error) {
	order := []string{queueMine, queueRole}
	if queue == queueRole || queue == queueToday {
		order = []string{queue, queueMine, queueRole}
	}
	for _, id := range order {
		f := p.filter(actor, query{Queue: id})
		f.State = cases.Working
		if f.Desks == nil || id == queueToday {
			f.Desks = desks(actor)
		}
		c, ok, err := cases.Next(ctx, p.Room.DB.Read(), f, skip)
		if err != nil {
			return "", err
		}
		if ok {
			return urlOf(c.ID, "", queue), nil
		}
	}
	return "", nil
}

// printed finds a code or a filing number in what a scanner reads off a slip,
// which may be a whole address.
var printed = regexp.MustCompile(`(?i)[0-9A-Z]+(?:\.[0-9A-Z]+)+-\d{6}-\d{4,}|BS-\d{6}-\d{5,}`)

// Pages of package register, to which the box also leads.
const (
	pathRegister = pathDesk + "/so"
	pathPeople   = pathDesk + "/nguoi"
)

// numeral says whether a text can be a phone or a citizen number.
func numeral(text string) bool {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("+.-()", r) {
			return -1
		}
		return r
	}, text)
	return len(digits) >= 9 && len(digits) <= 14 && strings.Trim(digits, "0123456789") == ""
}

// jump opens the dossier of a number, within the official's scope. What is
// elsewhere is not found, like what does not exist. A phone or a citizen number
// leads a clerk to the person, other words to the register, open and closed.
func (p Pages) jump(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	typed := strings.TrimSpace(r.URL.Query().Get("so"))
	if typed == "" {
		return web.Redirect(w, r, pathDesk)
	}
	compact := strings.Join(strings.Fields(typed), "")
	n := printed.FindString(compact)
	if n == "" {
		to := pathRegister
		if actor.Has(access.DossierIntake) && numeral(compact) {
			to = pathPeople
		}
		return web.Redirect(w, r, to+"?"+url.Values{"q": {typed}}.Encode())
	}
	d, err := dossier.ByNumber(ctx, p.Room.DB.Read(), n)
	if err == nil && actor.Scope(access.DossierRead).Contains(d.Holder) {
		return web.Redirect(w, r, urlOf(d.ID, "", ""))
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return p.showQueue(w, r, query{Queue: queueAgency}, n)
}
