package desk

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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

// query is which dossiers an address asks for. The address of a dossier carries the
// query of the list that one came from, so that going on and going back keep it.
type query struct {
	Queue string
	Step  string
	Words string
	Page  int
}

// longest is how many letters a part of an address may have.
const longest = 200

func readQuery(v url.Values) query {
	return query{Queue: v.Get("hang"), Step: short(v.Get("buoc")), Words: short(strings.TrimSpace(v.Get("q"))), Page: int(number(v.Get("trang")))}
}

func short(text string) string {
	if utf8.RuneCountInString(text) > longest {
		return ""
	}
	return text
}

// origin is the list that an address or a form says one came from; none when it is
// no list.
func origin(v url.Values) query {
	q := readQuery(v)
	if !slices.Contains(queues, q.Queue) {
		return query{}
	}
	return q
}

// param is a part of an address.
type param struct{ Name, Value string }

// params are the parts in the order in which an address has them.
func (q query) params() []param {
	var all []param
	for _, x := range []param{{"hang", q.Queue}, {"buoc", q.Step}, {"q", q.Words}} {
		if x.Value != "" {
			all = append(all, x)
		}
	}
	if q.Page > 1 {
		all = append(all, param{"trang", strconv.Itoa(q.Page)})
	}
	return all
}

// at is the address of a path with the query.
func (q query) at(path string) string {
	sep := "?"
	for _, x := range q.params() {
		path += sep + x.Name + "=" + url.QueryEscape(x.Value)
		sep = "&"
	}
	return path
}

func (q query) url() string { return q.at(pathDesk) }

// urlOf is the address of a dossier that one comes to from the list.
func (q query) urlOf(id, rest string) string { return q.at(urlOf(id, rest)) }

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
	Give    bool   // may give dossiers to officials
	All     bool   // every box is ticked
	Missing string // a number that was not found
	Meant   string // the words that were searched instead of those with a slip
	Errors  []fault.Field
}

func (p Pages) queue(w http.ResponseWriter, r *http.Request) error {
	return p.showQueue(w, r, readQuery(r.URL.Query()), "")
}

func (p Pages) showQueue(w http.ResponseWriter, r *http.Request, q query, missing string) error {
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
	officials, err := p.names(ctx, accounts...)
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
		e := entry{Case: c, URL: q.urlOf(c.ID, ""), Name: applicants[c.ID], Procedure: p.procedureName(ctx, c.Facet), Step: p.stepName(ctx, c)}
		e.State, e.Left = p.mark(ctx, actor, c)
		if c.Assignee != "" {
			e.Assignee = named(ctx, officials, c.Assignee)
		}
		entries[i] = e
	}
	return entries, nil
}

// next is the dossier to go on with after one: of the list one works from, by its
// step and words, then of the whole queue, then one's own, then one's roles'. Only
// what is one's turn.
func (p Pages) next(ctx context.Context, actor access.Actor, from query, skip string) (string, error) {
	whole := query{Queue: from.Queue}
	order := []query{{Queue: queueMine}, {Queue: queueRole}}
	if whole.Queue == queueRole || whole.Queue == queueToday {
		order = append([]query{whole}, order...)
	}
	if from.Step != "" || from.Words != "" {
		order = append([]query{from}, order...)
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
			return q.urlOf(c.ID, ""), nil
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
	pathGive     = pathDesk + "/giao-nhieu"
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
		return web.Redirect(w, r, urlOf(d.ID, ""))
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return p.showQueue(w, r, query{Queue: queueAgency}, n)
}
