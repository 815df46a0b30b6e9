package queue

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Pages are the queues.
type Pages struct{ office.Office }

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + office.PathDesk, Access: access.DossierRead, Handler: p.queue},
		{Pattern: "GET " + office.PathJump, Access: access.DossierRead, Handler: p.jump},
	}
}

// perPage is how many dossiers a page of a queue shows.
const perPage = 50

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
	Query   Query
	Queues  []tab
	Steps   []tab
	Entries []entry
	Total   int64
	Pages   web.Pages
	Counter bool   // may take in at the counter
	Give    bool   // may give dossiers to officials
	All     bool   // every box is ticked
	Missing string // a number that was not found
	Meant   string // the words that were searched instead of those with a slip
	Errors  []fault.Field
}

func (p Pages) queue(w http.ResponseWriter, r *http.Request) error {
	return p.showQueue(w, r, readQuery(r.URL.Query()), "")
}

func (p Pages) showQueue(w http.ResponseWriter, r *http.Request, q Query, missing string) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	page := queuePage{Counter: actor.Has(access.DossierIntake), Give: actor.Has(access.CaseAssign), All: r.URL.Query().Get("chon") == "het", Missing: missing}
	if missing != "" {
		page.Errors = []fault.Field{{Name: "so", Key: "desk.number_unknown", Args: []any{"number", missing}}}
	}
	tallies, err := p.tally(ctx, actor)
	if err != nil {
		return err
	}
	counts := map[string]int64{}
	for _, id := range queues {
		counts[id] = met(tallies, p.filter(actor, Query{Queue: id}))
	}
	if _, ok := counts[q.Queue]; !ok {
		q.Queue = first(actor, counts)
	}
	for _, id := range queues {
		if id == queueRole && len(desks(actor)) == 0 {
			continue
		}
		page.Queues = append(page.Queues, tab{ID: id, Text: message.T(ctx, "desk.queue_"+id), URL: Query{Queue: id}.URL(), Count: counts[id], Current: id == q.Queue})
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
		page.Pages = web.Pages{Current: q.Page, Count: last, URL: func(n int) string { return Query{q.Queue, q.Step, q.Words, n}.URL() }}
	}
	from := q
	if page.Meant != "" {
		from.Words = page.Meant // going on from one of them searches what was found, not the slip
	}
	if page.Entries, err = p.list(ctx, actor, f, from); err != nil {
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
func (p Pages) stepTabs(ctx context.Context, q Query, counts map[string]int64) []tab {
	all := tab{Text: message.T(ctx, "desk.all_steps"), URL: Query{Queue: q.Queue, Words: q.Words}.URL(), Current: q.Step == ""}
	var tabs []tab
	for _, s := range p.Steps() {
		n := counts[s.ID]
		all.Count += n
		if n > 0 || s.ID == q.Step {
			tabs = append(tabs, tab{ID: s.ID, Text: s.Name.In(message.Lang(ctx)), URL: Query{Queue: q.Queue, Step: s.ID, Words: q.Words}.URL(), Count: n, Current: q.Step == s.ID})
		}
	}
	if len(tabs) < 2 && q.Step == "" {
		return nil
	}
	return append([]tab{all}, tabs...)
}

// list reads a page of a queue and writes down, in one row, what it showed.
func (p Pages) list(ctx context.Context, actor access.Actor, f cases.Filter, q Query) ([]entry, error) {
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
	officials, err := p.Names(ctx, accounts...)
	if err != nil {
		return nil, err
	}
	path := office.JournalPath(actor)
	err = p.Journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierRead, path), Action: "dossier.list", ObjectKind: dossier.Kind, Path: path, IDs: ids})
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(found))
	for i, c := range found {
		e := entry{Case: c, URL: q.URLOf(c.ID, ""), Name: applicants[c.ID], Procedure: p.ProcedureName(ctx, c.Facet), Step: p.StepName(ctx, c)}
		e.State, e.Left = p.Mark(ctx, actor, c)
		if c.Assignee != "" {
			e.Assignee = office.Named(ctx, officials, c.Assignee)
		}
		entries[i] = e
	}
	return entries, nil
}

// Next is the dossier to go on with after one: of the list one works from, by its
// step and words, then of the whole queue, then one's own, then one's roles'. Only
// what is one's turn.
func (p Pages) Next(ctx context.Context, actor access.Actor, from Query, skip string) (string, error) {
	whole := Query{Queue: from.Queue}
	order := []Query{{Queue: queueMine}, {Queue: queueRole}}
	if whole.Queue == queueRole || whole.Queue == queueToday {
		order = append([]Query{whole}, order...)
	}
	if from.Step != "" || from.Words != "" {
		order = append([]Query{from}, order...)
	}
	for _, q := range order {
		f := p.filter(actor, q)
		f.State = cases.Working
		if f.Desks == nil || q.Queue == queueToday {
			f.Desks = desks(actor)
		}
		c, ok, err := cases.Next(ctx, p.Room.DB.Read(), f, skip)
		if err != nil {
			return "", err
		}
		if ok {
			if q != from {
				q = whole // the narrower list is done
			}
			return q.URLOf(c.ID, ""), nil
		}
	}
	return "", nil
}

// printed finds a code or a filing number in what a scanner reads off a slip,
// which may be a whole address.
var printed = regexp.MustCompile(`(?i)[0-9A-Z]+(?:\.[0-9A-Z]+)+-\d{6}-\d{4,}|BS-\d{6}-\d{5,}`)

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
		return web.Redirect(w, r, office.PathDesk)
	}
	compact := strings.Join(strings.Fields(typed), "")
	n := printed.FindString(compact)
	if n == "" {
		to := office.PathRegister
		if actor.Has(access.DossierIntake) && numeral(compact) {
			to = office.PathPeople
		}
		return web.Redirect(w, r, to+"?"+url.Values{"q": {typed}}.Encode())
	}
	d, err := dossier.ByNumber(ctx, p.Room.DB.Read(), n)
	if err == nil && actor.Scope(access.DossierRead).Contains(d.Holder) {
		return web.Redirect(w, r, office.URL(d.ID, ""))
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return p.showQueue(w, r, Query{Queue: queueAgency}, n)
}
