package register

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/people"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
)

// Pages are the register's pages.
type Pages struct {
	office.Office
	People   people.Finder
	NewSheet NewSheet // a spreadsheet to export into
	Print    Printer  // form 06
}

// Addresses of the register's pages.
const (
	pathViews  = office.PathRegister + "/bo-loc"
	pathCSV    = office.PathRegister + "/tep.csv"
	pathXLSX   = office.PathRegister + "/tep.xlsx"
	pathBook   = office.PathRegister + "/mau-06"
	pathPerson = office.PathPeople + "/ho-so" // of the person who filed a dossier
)

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + office.PathRegister, Access: access.DossierRead, Handler: p.list},
		{Pattern: "GET " + pathCSV, Access: access.DossierRead, Handler: p.export("csv")},
		{Pattern: "GET " + pathXLSX, Access: access.DossierRead, Handler: p.export("xlsx")},
		{Pattern: "GET " + pathBook, Access: access.DossierRead, Handler: p.book},
		{Pattern: "GET " + pathViews, Access: access.DossierRead, Handler: p.views},
		{Pattern: "POST " + pathViews, Access: access.DossierRead, Handler: p.keep},
		{Pattern: "POST " + pathViews + "/{view}/doi-ten", Access: access.DossierRead, Handler: p.rename},
		{Pattern: "POST " + pathViews + "/{view}/xoa", Access: access.DossierRead, Handler: p.forget},
		{Pattern: "POST " + office.PathGive, Access: access.CaseAssign, Handler: p.give},
		{Pattern: "GET " + office.PathPeople, Access: access.DossierIntake, Handler: p.people},
		{Pattern: "GET " + pathPerson + "/{id}", Access: access.DossierIntake, Handler: p.person},
	}
}

func (p Pages) room() *dossier.Room { return p.Room }

func (p Pages) read() database.Querier { return p.Room.DB.Read() }

func (p Pages) today() database.Date { return database.Date(clock.Day(p.room().Clock.Now())) }

// filter is the one predicate of a page, its counts, its export and its book.
func (p Pages) filter(actor access.Actor, q *Query) cases.Filter {
	f := q.filter(actor.Account, p.room().Clock.Now())
	f.Scope, f.Kind = actor.Scope(access.DossierRead), dossier.Kind
	if q.Commune != "" {
		if path, err := p.room().Units.Path(q.Commune); err == nil {
			paths := []string{path}
			// The address of a commune that ended goes on with the one in its place.
			if next, ok := p.room().Units.Restated(q.Commune, p.today()); ok && next.ID != q.Commune {
				if now, err := p.room().Units.Path(next.ID); err == nil {
					paths = append(paths, now)
				}
			}
			f.Scope = f.Scope.And(access.Within(paths...))
		} else {
			q.Commune = ""
		}
	}
	f.Facets = p.codes(*q)
	f.Holder = p.holder(f.Scope)
	return f
}

// holder gives the one path at which everything of a scope is held, when the scope
// is that of an agency.
func (p Pages) holder(scope access.Scope) string {
	paths := strings.Fields(scope.String())
	if scope.Empty() || len(paths) != 1 {
		return ""
	}
	segments := strings.Split(strings.TrimSuffix(paths[0], "/"), "/")
	if path, err := p.room().Units.AgencyPath(segments[len(segments)-1]); err != nil || path != paths[0] {
		return ""
	}
	return paths[0]
}

// codes are the procedures that the query means; nil for all.
func (p Pages) codes(q Query) []string {
	if q.Procedure == "" && q.Field == "" {
		return nil
	}
	found := []string{}
	if _, err := p.room().Catalogue.Procedure(q.Procedure); err == nil && q.Field == "" {
		return append(found, q.Procedure)
	}
	words := strings.Fields(vntext.Fold(q.Procedure))
	for _, x := range p.room().Catalogue.Offered(string(p.today())) {
		name := " " + vntext.Fold(x.Name.Vi+" "+x.Name.En+" "+x.Code)
		if (q.Field == "" || x.Field == q.Field) && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(name, " "+w) }) {
			found = append(found, x.Code)
		}
	}
	return found
}

// perPage is how many dossiers a page of the register shows.
const perPage = 50

// entry is one line of the register.
type entry struct {
	Case      cases.Case
	URL       string
	State     web.State
	Left      string
	Name      string
	Procedure string
	Step      string
	Who       string
	Agency    string
}

type listPage struct {
	Query   Query
	Meant   string // the words that were searched instead of those with a slip
	Steps   []step
	Total   int64
	Entries []entry
	Pages   web.Pages
	Own     []View
	Shared  []View
	Name    string // typed for a view that was refused
	Errors  []fault.Field

	Stages   []office.Stage
	Fields   []string
	Communes []choice // of a scope with more than one
	People   []choice // who may hold a dossier of an agency's own officials
	Agencies bool     // the dossiers are those of several agencies
	Give     bool     // may give dossiers to officials
	All      bool     // every box is ticked
}

// choice is a value and its name.
type choice struct{ ID, Name string }

// step is a step or an end with its count.
type step struct {
	choice
	Count   int64
	URL     string
	Current bool
}

func (p Pages) list(w http.ResponseWriter, r *http.Request) error {
	q, wrong := parse(r.URL.Query())
	return p.show(w, r, http.StatusOK, q, "", wrong)
}

// show draws the register. wrong are faults of the address, or of the name of a
// view that was to be kept.
func (p Pages) show(w http.ResponseWriter, r *http.Request, status int, q Query, name string, wrong []fault.Field) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	f := p.filter(actor, &q)
	steps, err := cases.CountSteps(ctx, p.read(), f)
	if err != nil {
		return err
	}
	data := listPage{Name: name, Errors: wrong, Give: actor.Has(access.CaseAssign), All: r.URL.Query().Get("chon") == "het"}
	if len(steps) == 0 && f.Words != "" {
		if data.Meant, err = cases.Correct(ctx, p.read(), f); err != nil {
			return err
		}
		if data.Meant != "" {
			f.Words = data.Meant
			if steps, err = cases.CountSteps(ctx, p.read(), f); err != nil {
				return err
			}
		}
	}
	for id, n := range steps {
		if q.Step == "" || q.Step == id {
			data.Total += n
		}
	}
	last := max(1, int((data.Total+perPage-1)/perPage))
	q.Page = min(max(q.Page, 1), last)
	data.Query, data.Steps = q, p.steps(ctx, q, steps)
	if last > 1 {
		data.Pages = web.Pages{Current: q.Page, Count: last, URL: func(n int) string { x := q; x.Page = n; return x.at(office.PathRegister) }}
	}
	if data.Entries, err = p.entries(ctx, actor, f, (q.Page-1)*perPage); err != nil {
		return err
	}
	if data.Own, data.Shared, err = views(ctx, p.read(), actor.Account, actor.Agencies(access.DossierRead)); err != nil {
		return err
	}
	if err := p.choices(ctx, actor, f, &data); err != nil {
		return err
	}
	return web.Render(w, r, status, listView(data))
}

// steps are the steps and ends at which the query has something.
func (p Pages) steps(ctx context.Context, q Query, counts map[string]int64) []step {
	var found []step
	for _, s := range p.Stages(ctx) {
		if n := counts[s.ID]; n > 0 || s.ID == q.Step {
			x := q
			x.Step, x.Page = s.ID, 0
			found = append(found, step{choice: choice{s.ID, s.Name}, Count: n, URL: x.at(office.PathRegister), Current: s.ID == q.Step})
		}
	}
	return found
}

// choices fills in what the filters offer.
func (p Pages) choices(ctx context.Context, actor access.Actor, f cases.Filter, data *listPage) error {
	for _, x := range p.room().Catalogue.Offered(string(p.today())) {
		if x.Field != "" && !slices.Contains(data.Fields, x.Field) {
			data.Fields = append(data.Fields, x.Field)
		}
	}
	data.Stages = p.Stages(ctx)
	slices.SortFunc(data.Fields, func(a, b string) int { return strings.Compare(vntext.SortKey(a), vntext.SortKey(b)) })
	scope := actor.Scope(access.DossierRead)
	own := p.holder(scope)
	data.Agencies = own == ""
	if data.Agencies {
		view := p.room().Units.At(p.today())
		for _, u := range view.Communes("") {
			if path, err := p.room().Units.Path(u.ID); err == nil && scope.Contains(path) {
				data.Communes = append(data.Communes, choice{u.ID, u.Name})
			}
		}
		slices.SortFunc(data.Communes, func(a, b choice) int { return strings.Compare(vntext.SortKey(a.Name), vntext.SortKey(b.Name)) })
		return nil
	}
	for _, agency := range actor.Agencies(access.DossierRead) {
		members, err := p.Officials.Members(ctx, agency, "")
		if err != nil {
			return err
		}
		for _, m := range members {
			if !slices.Contains(data.People, choice{m.Account, m.Name}) && m.Account != actor.Account {
				data.People = append(data.People, choice{m.Account, m.Name})
			}
		}
	}
	return nil
}

// entries reads a page of the register and writes down, in one row, what it showed.
func (p Pages) entries(ctx context.Context, actor access.Actor, f cases.Filter, offset int) ([]entry, error) {
	found, _, err := cases.List(ctx, p.read(), f, perPage, offset)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return p.lines(ctx, actor, found)
}

// lines makes the lines of cases that were read within the official's scope, and
// journals that they were.
func (p Pages) lines(ctx context.Context, actor access.Actor, found []cases.Case) ([]entry, error) {
	ids, accounts := make([]string, len(found)), make([]string, len(found))
	for i, c := range found {
		ids[i], accounts[i] = c.ID, c.Assignee
	}
	applicants, err := dossier.Names(ctx, p.read(), p.read().Dialect(), ids)
	if err != nil {
		return nil, err
	}
	officials, err := p.Names(ctx, accounts...)
	if err != nil {
		return nil, err
	}
	if err := p.journal(ctx, actor, audit.Entry{Action: "dossier.list", IDs: ids}); err != nil {
		return nil, err
	}
	entries := make([]entry, len(found))
	for i, c := range found {
		e := entry{Case: c, URL: office.PathDesk + "/" + c.ID, Name: applicants[c.ID], Procedure: p.ProcedureName(ctx, c.Facet), Step: p.StepName(ctx, c)}
		e.State, e.Left = p.Mark(ctx, actor, c)
		if c.Assignee != "" {
			e.Who = office.Named(ctx, officials, c.Assignee)
		}
		if a, err := p.room().Units.Agency(c.Agency); err == nil {
			e.Agency = a.Name
		}
		entries[i] = e
	}
	return entries, nil
}

// journal writes down readings: who, for whom, and where one may read.
func (p Pages) journal(ctx context.Context, actor access.Actor, entries ...audit.Entry) error {
	path := office.JournalPath(actor)
	return p.room().DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, e := range entries {
			e.Actor, e.ActingFor, e.ObjectKind, e.Path = actor.Account, actor.ActsFor(access.DossierRead, path), dossier.Kind, path
			if err := audit.Record(ctx, tx, p.room().Clock.Now(), e); err != nil {
				return err
			}
		}
		return nil
	})
}

// nav are the pages of the desk beside each other.
func nav(ctx context.Context, actor access.Actor, here string) []web.Link {
	links := []web.Link{{Text: message.T(ctx, "register.to_desk"), URL: office.PathDesk}, {Text: message.T(ctx, "register.title"), URL: office.PathRegister, Current: here == office.PathRegister}}
	if actor.Has(access.DossierIntake) {
		links = append(links, web.Link{Text: message.T(ctx, "register.people"), URL: office.PathPeople, Current: here == office.PathPeople})
	}
	return links
}
