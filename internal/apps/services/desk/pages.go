package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/people"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// Officials knows who works where; identity.Store is one.
type Officials interface {
	Names(ctx context.Context, accounts ...string) (map[string]string, error)
	Members(ctx context.Context, agency, role string) ([]identity.Member, error)
}

// Pages are the officials' pages.
type Pages struct {
	Room      *dossier.Room
	Officials Officials
	People    people.Finder
	Roles     access.Roles
	// Control prints the control sheet (form 05) of a dossier as it is now.
	Control func(ctx context.Context, d dossier.Dossier) ([]byte, error)
}

// Addresses of the officials' pages.
const (
	pathDesk    = "/ban-lam-viec"
	pathJump    = pathDesk + "/mo"
	pathCounter = pathDesk + "/tiep-nhan-tai-quay"
	pathOne     = pathDesk + "/{id}"
)

// section is what the header calls the desk.
const section = "desk"

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	routes := []web.Route{
		{Pattern: "GET " + pathDesk, Access: access.DossierRead, Handler: p.queue},
		{Pattern: "GET " + pathJump, Access: access.DossierRead, Handler: p.jump},
		{Pattern: "GET " + pathCounter, Access: access.DossierIntake, Handler: p.counter},
		{Pattern: "POST " + pathCounter, Access: access.DossierIntake, Handler: p.fileAtCounter, MaxBody: p.largestUpload()},
		{Pattern: "GET " + pathOne, Access: access.DossierRead, Handler: p.one},
		{Pattern: "GET " + pathOne + "/giay-to/{file}", Access: access.DossierRead, Handler: p.paper},
		{Pattern: "GET " + pathOne + "/phieu/{slot}", Access: access.DossierRead, Handler: p.slip},
		{Pattern: "POST " + pathOne + "/nhan-viec", Access: access.DossierRead, Handler: p.take},
		{Pattern: "POST " + pathOne + "/phieu", Access: access.DossierIntake, Handler: p.issue},
		{Pattern: "POST " + pathOne + "/tra-ban-chinh", Access: access.DossierIntake, Handler: p.giveBack},
		{Pattern: "POST " + pathOne + "/bo-sung-tai-quay", Access: access.DossierIntake, Handler: p.answerHere},
		{Pattern: "POST " + pathOne + "/phan-cong", Access: access.CaseAssign, Handler: p.assign},
	}
	routes = append(routes, p.consultRoutes()...)
	routes = append(routes, p.signingRoutes()...)
	routes = append(routes, p.laneRoutes()...)
	for _, path := range deedPaths() {
		first := deedsAt(path)[0]
		var rule access.Rule = first.may
		if len(deedsAt(path)) > 1 || first.or != "" {
			rule = access.DossierRead // the room asks for the permission of the one that is meant
		}
		routes = append(routes, web.Route{Pattern: "POST " + pathOne + "/" + path, Access: rule, Handler: p.do(path), MaxBody: first.body})
		if first.page {
			routes = append(routes, web.Route{Pattern: "GET " + pathOne + "/" + path, Access: rule, Handler: p.ask(path)})
		}
	}
	return routes
}

// largestBody is the most that a clerk's browser may send at once: a form with
// eighty papers would allow gigabytes.
const largestBody = 256 << 20

// largestUpload is the largest body that counter intake may need: all files of a
// form at their limits, up to largestBody, and a megabyte for what is typed.
func (p Pages) largestUpload() int64 {
	most := int64(0)
	for _, proc := range p.Room.Catalogue.Offered(clock.Day(p.Room.Clock.Now())) {
		most = max(most, proc.Uploads().All)
	}
	return min(most, largestBody) + 1<<20
}

func urlOf(id, rest string) string {
	u := pathDesk + "/" + id
	if rest != "" {
		u += "/" + rest
	}
	return u
}

// journalPath is where a list is written down: the first place where the
// official may read.
func journalPath(actor access.Actor) string {
	for _, g := range actor.Grants {
		if g.Allows(access.DossierRead) {
			return g.Path
		}
	}
	return ""
}

// journal writes one row of a reading.
func (p Pages) journal(ctx context.Context, e audit.Entry) error {
	return p.Room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx, p.Room.Clock.Now(), e)
	})
}

// people gives the names of accounts; one that is not known has none.
func (p Pages) names(ctx context.Context, accounts ...string) (map[string]string, error) {
	slices.Sort(accounts)
	accounts = slices.Compact(accounts)
	accounts = slices.DeleteFunc(accounts, func(a string) bool { return a == "" })
	if len(accounts) == 0 {
		return nil, nil
	}
	return p.Officials.Names(ctx, accounts...)
}

// named gives an account's name, or says that it is not known.
func named(ctx context.Context, names map[string]string, account string) string {
	if n := names[account]; n != "" {
		return n
	}
	if account == "system" {
		return message.T(ctx, "desk.system")
	}
	return message.T(ctx, "desk.somebody")
}

// soon is from how little working time left a deadline is called near: half a day.
const soon = 4 * time.Hour

// mark says where a case stands for this official, in the words and the shape
// that all pages share, and what they leave open.
func (p Pages) mark(ctx context.Context, actor access.Actor, c cases.Case) (web.State, string) {
	now := p.Room.Clock.Now()
	turn := web.WaitingThem
	if c.Needs != "" && actor.May(c.Needs, c.Holder) {
		turn = web.WaitingYou
	}
	switch {
	case c.State == cases.Closed && c.Outcome == "granted":
		return web.Done, ""
	case c.State == cases.Closed:
		return web.Ended, message.T(ctx, "desk.outcome_"+c.Outcome)
	case !c.ResolvedAt.IsZero() && c.OnTime != nil && !*c.OnTime:
		return turn, message.T(ctx, "desk.resolved_late")
	case !c.ResolvedAt.IsZero():
		return turn, message.T(ctx, "desk.resolved")
	case c.State == cases.Waiting:
		return web.WaitingThem, message.T(ctx, "desk.waits_applicant")
	case c.DueAt.IsZero():
		return turn, message.T(ctx, "desk.not_accepted")
	}
	left := worktime.RemainingText(ctx, p.Room.Calendar.Remaining(now, c.DueAt))
	switch {
	case now.After(c.DueAt):
		return web.Late, left
	case p.Room.Calendar.Between(now, c.DueAt) <= soon:
		return web.Soon, left
	}
	return web.OnTime, left
}

// stepName names the step of a case as officials call it, or its end.
func (p Pages) stepName(ctx context.Context, c cases.Case) string {
	def, err := p.Room.Catalogue.Definition(c.Definition, c.DefinitionVersion)
	if err != nil {
		return c.Step
	}
	if s, ok := def.Step(c.Step); ok {
		return s.Name.In(message.Lang(ctx))
	}
	if _, ok := def.End(c.Step); ok {
		return message.T(ctx, "desk.outcome_"+c.Outcome)
	}
	return c.Step
}

// procedureName names the procedure of a case.
func (p Pages) procedureName(ctx context.Context, code string) string {
	proc, err := p.Room.Catalogue.Procedure(code)
	if err != nil {
		return code
	}
	return proc.Name.In(message.Lang(ctx))
}

// steps lists the steps of the processes that are offered, for the filter.
func (p Pages) steps() []cases.Step {
	var steps []cases.Step
	seen := map[string]bool{}
	for _, proc := range p.Room.Catalogue.Offered(clock.Day(p.Room.Clock.Now())) {
		if seen[proc.Process] {
			continue
		}
		seen[proc.Process] = true
		for _, s := range p.Room.Catalogue.Process(proc).Steps {
			if !slices.ContainsFunc(steps, func(x cases.Step) bool { return x.ID == s.ID }) {
				steps = append(steps, s)
			}
		}
	}
	return steps
}

// fieldsOf are the faults of an error as a page's summary lists them. One that
// names no field stands for the page.
func fieldsOf(err error) []fault.Field {
	f := fault.Of(err)
	if len(f.Fields) > 0 {
		return f.Fields
	}
	return []fault.Field{{Key: f.Key, Args: f.Args}}
}

// number reads a small number of a form or an address; 0 when it is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// paperName names the slot of a paper.
func paperName(ctx context.Context, proc *catalogue.Procedure, slot string) string {
	if id, ok := cutPaper(slot); ok {
		if x, ok := proc.Paper(id); ok {
			return x.Name.In(message.Lang(ctx))
		}
		return id
	}
	return message.T(ctx, "desk.slot_"+slot)
}

func cutPaper(slot string) (string, bool) {
	if len(slot) > len(dossier.SlotPaper) && slot[:len(dossier.SlotPaper)] == dossier.SlotPaper {
		return slot[len(dossier.SlotPaper):], true
	}
	return "", false
}

// refusal says whether an error is one that the page itself shows, beside what
// was typed.
func refusal(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Unavailable) && fault.Of(err).Key == "file.scanner_down"
}

// shown says whether what somebody wrote for an act that failed is shown to them
// again: they can mend it, or somebody was faster, or they may not, or not now.
func shown(err error) bool {
	for _, k := range []fault.Kind{fault.Conflict, fault.Forbidden, fault.Exhausted, fault.Unavailable} {
		if fault.Is(err, k) {
			return true
		}
	}
	return refusal(err)
}

// conflict says whether somebody was faster, and with what.
func conflict(err error) (last cases.Event, stale, ok bool) {
	var s *cases.Stale
	if errors.As(err, &s) {
		return s.Last, true, true
	}
	return cases.Event{}, false, fault.Is(err, fault.Conflict)
}
