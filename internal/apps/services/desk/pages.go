package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/consult"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/payment"
	"benso/internal/apps/services/queue"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// Pages are those of one dossier.
type Pages struct{ office.Office }

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	routes := []web.Route{
		{Pattern: "GET " + office.PathOne, Access: access.DossierRead, Handler: p.one},
		{Pattern: "POST " + office.PathOne + "/nhan-viec", Access: access.DossierRead, Handler: p.take},
		{Pattern: "POST " + office.PathOne + "/tra-ban-chinh", Access: access.DossierIntake, Handler: p.giveBack},
		{Pattern: "POST " + office.PathOne + "/bo-sung-tai-quay", Access: access.DossierIntake, Handler: p.answerHere},
		{Pattern: "POST " + office.PathOne + "/phan-cong", Access: access.CaseAssign, Handler: p.assign},
		{Pattern: "POST " + office.PathOne + "/rut-cau-hoi", Access: access.DossierCheck, Handler: p.withdrawConsult},
		{Pattern: "GET " + office.PathOne + "/" + office.PathLane, Access: access.DossierRead, Handler: p.lane},
		{Pattern: "POST " + office.PathOne + "/" + office.PathLane, Access: access.DossierRead, Handler: p.doLane, MaxBody: office.ResultBody},
	}
	for _, path := range deedPaths() {
		first := deedsAt(path)[0]
		var rule access.Rule = first.may
		if len(deedsAt(path)) > 1 || first.or != "" {
			rule = access.DossierRead // the room asks for the permission of the one that is meant
		}
		routes = append(routes, web.Route{Pattern: "POST " + office.PathOne + "/" + path, Access: rule, Handler: p.do(path), MaxBody: first.body})
		if first.page {
			routes = append(routes, web.Route{Pattern: "GET " + office.PathOne + "/" + path, Access: rule, Handler: p.ask(path)})
		}
	}
	return routes
}

// line is an event of the history.
type line struct {
	When string
	Who  string
	For  string // the absent official
	What string
	To   string // step after it, when it moved
}

// sheet is one dossier on one screen.
type sheet struct {
	dossier.Dossier
	Lang       string
	From       queue.Query // the list one came from
	Procedure  *catalogue.Procedure
	Holder     string
	Step       string
	State      web.State
	Left       string
	Who        string // who has it; empty for nobody
	Mine       bool
	Answers    []form.Row
	Papers     []office.Paper
	Checks     []office.Check
	Request    *dossier.Request
	RequestBy  string
	History    []line
	Explained  *worktime.Explanation
	Offers     []deed
	Take       bool
	AtOnce     bool              // the applicant waits for the result
	ReturnHere bool              // the official receives people at this desk
	AnswerHere bool              // somebody came to the desk to answer the request
	Members    []identity.Member // to whom it may be given; empty when one may not
	Next       string
	Slips      []string
	Results    []office.Paper // the scans of the result, in their order
	Unslipped  bool           // accepted without form 01, which may be asked for
	Originals  []office.Check // those that the office has
	Undone     []dossier.Undone
	Apology    *dossier.Apology
	InPlaceOf  string            // the misfiled dossier in whose place this one stands
	Opinions   []consult.Opinion // of other agencies, asked for and given
	Fee        payment.View
	Today      string

	Errors []fault.Field
	Typed  url.Values
}

// one shows a dossier, and writes down that it was opened.
func (p Pages) one(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.Room.Open(ctx, web.Actor(ctx), r.PathValue("id"))
	if err != nil {
		return err
	}
	s, err := p.sheet(ctx, d, queue.Origin(r.URL.Query()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sheetView(s))
}

// sheet reads what stands on a dossier's page. The caller has read d within the
// official's scope.
func (p Pages) sheet(ctx context.Context, d dossier.Dossier, from queue.Query) (sheet, error) {
	actor, q := web.Actor(ctx), p.Room.DB.Read()
	s := sheet{Dossier: d, Lang: message.Lang(ctx), From: from, Step: p.StepName(ctx, d.Case), Mine: d.Assignee == actor.Account, Typed: url.Values{}, Offers: p.offers(actor, d)}
	var err error
	if s.Procedure, err = p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion); err != nil {
		return sheet{}, err
	}
	s.State, s.Left = p.Mark(ctx, actor, d.Case)
	s.AtOnce = p.AtOnce(d) && len(s.Offers) > 0
	s.ReturnHere = actor.May(access.DossierIntake, d.Holder)
	s.AnswerHere = d.State == cases.Waiting && actor.May(access.DossierIntake, d.Holder)
	if a, err := p.Room.Units.Agency(d.Agency); err == nil {
		s.Holder = a.Name
	}
	env := p.Room.Env(s.Lang)
	s.Today = env.Today
	answers, err := dossier.Answers(ctx, q, d.ID)
	if err != nil {
		return sheet{}, err
	}
	s.Answers = s.Procedure.Form.Summary(answers, env)
	if err := p.readTrace(ctx, &s); err != nil {
		return sheet{}, err
	}
	if err := p.readPapers(ctx, &s, answers); err != nil {
		return sheet{}, err
	}
	req, asked, err := dossier.RequestOf(ctx, q, d.ID)
	if err != nil {
		return sheet{}, err
	}
	if asked {
		s.Request = &req
	}
	events, err := cases.Events(ctx, q, d.ID)
	if err != nil {
		return sheet{}, err
	}
	if s.Opinions, err = (consult.Pages{Office: p.Office}).Opinions(ctx, actor, d); err != nil {
		return sheet{}, err
	}
	accounts := []string{d.Assignee, req.AskedBy}
	for _, e := range events {
		accounts = append(accounts, e.Account, e.ActingFor)
	}
	names, err := p.Names(ctx, accounts...)
	if err != nil {
		return sheet{}, err
	}
	if d.Assignee != "" {
		s.Who = office.Named(ctx, names, d.Assignee)
	}
	s.RequestBy = office.Named(ctx, names, req.AskedBy)
	for i := len(events) - 1; i >= 0; i-- {
		s.History = append(s.History, p.line(ctx, d, events[i], names))
	}
	s.Explained = p.explain(ctx, s)
	if err := p.readPeople(ctx, actor, &s); err != nil {
		return sheet{}, err
	}
	if s.Fee, err = (payment.Room{Dossiers: p.Room}).View(ctx, d, payment.Receipts(d.ID)); err != nil {
		return sheet{}, err
	}
	if actor.May(access.PaymentCollect, d.Holder) {
		s.Fee.Collect = payment.CollectURL(d.ID)
	}
	if s.Next, err = (queue.Pages{Office: p.Office}).Next(ctx, actor, s.From, d.ID); err != nil {
		return sheet{}, err
	}
	return s, nil
}

// readTrace reads what was corrected and put off, so that the page says so.
func (p Pages) readTrace(ctx context.Context, s *sheet) (err error) {
	q := p.Room.DB.Read()
	if s.Undone, err = dossier.UndoneOf(ctx, q, s.ID); err != nil {
		return err
	}
	apology, ok, err := dossier.ApologyOf(ctx, q, s.ID)
	if err != nil {
		return err
	}
	if ok {
		s.Apology = &apology
		s.Offers = slices.DeleteFunc(s.Offers, func(x deed) bool { return x.act == dossier.ActApologise }) // once
	}
	s.InPlaceOf, err = dossier.RefiledFrom(ctx, q, s.ID)
	return err
}

// readPapers reads the papers, the checklist and the slips.
func (p Pages) readPapers(ctx context.Context, s *sheet, answers form.Answers) error {
	q := p.Room.DB.Read()
	files, err := p.Room.Files.List(ctx, q, file.Owner{Kind: dossier.OwnerDossier, ID: s.ID})
	if err != nil {
		return err
	}
	given := map[string]int{}
	receipt := false
	for _, f := range files {
		x := office.Paper{File: f, Label: office.PaperName(ctx, s.Procedure, f.Slot), URL: office.URL(s.ID, "giay-to/"+f.ID)}
		if id, ok := office.CutPaper(f.Slot); ok {
			given[id]++
			s.Papers = append(s.Papers, x)
		} else if f.Slot == dossier.SlotResult {
			s.Results = append(s.Results, x)
		} else if f.Slot == dossier.SlotReceipt {
			receipt = true
		} else if f.Slot == dossier.SlotVoid {
			s.Papers = append(s.Papers, x)
		}
	}
	seen, err := dossier.Originals(ctx, q, s.ID)
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, x := range s.Procedure.Form.Papers(answers) {
		asked[x.Paper] = true
	}
	for _, x := range s.Procedure.Papers {
		c := office.Check{Paper: x, Given: given[x.ID], Asked: asked[x.ID] || x.Need == "required" || given[x.ID] > 0}
		if i := slices.IndexFunc(seen, func(o dossier.Original) bool { return o.Paper == x.ID }); i >= 0 {
			c.Original = &seen[i]
		}
		s.Checks = append(s.Checks, c)
		if c.Original != nil && c.Original.Here() {
			s.Originals = append(s.Originals, c)
		}
	}
	// Whoever asked and whoever refused has caused the form; the job that writes it
	// may still be at work.
	accepted, _, err := dossier.LastOf(ctx, q, s.ID, dossier.ActAccept)
	if err != nil {
		return err
	}
	switch {
	case s.AcceptedAt.IsZero():
	case receipt || dossier.SlipOf(accepted) != dossier.WithoutReceipt:
		s.Slips = append(s.Slips, dossier.SlotReceipt)
	default:
		s.Unslipped = true
	}
	if s.Asked != dossier.Nothing {
		s.Slips = append(s.Slips, dossier.SlotRequest)
	}
	if s.Outcome == "refused" {
		s.Slips = append(s.Slips, dossier.SlotRefusal)
	}
	if s.Apology != nil {
		s.Slips = append(s.Slips, dossier.SlotApology)
	}
	return nil
}

// readPeople decides whether the official may take the dossier, and to whom it
// may be given: those of its agency whose roles have this turn.
func (p Pages) readPeople(ctx context.Context, actor access.Actor, s *sheet) error {
	if s.Needs == "" || s.Dossier.Case.State != cases.Working {
		return nil
	}
	s.Take = !s.Mine && actor.May(s.Needs, s.Dossier.Holder)
	if !actor.May(access.CaseAssign, s.Dossier.Holder) {
		return nil
	}
	all, err := p.Officials.Members(ctx, s.Agency, "")
	if err != nil {
		return err
	}
	for _, m := range all {
		role, ok := p.Roles.Role(m.Role)
		twice := slices.ContainsFunc(s.Members, func(x identity.Member) bool { return x.Account == m.Account })
		if ok && !twice && slices.Contains(role.Permissions, s.Needs) {
			s.Members = append(s.Members, m)
		}
	}
	return nil
}

// explain gives the way to the deadline, with what a supplement voided.
func (p Pages) explain(ctx context.Context, s sheet) *worktime.Explanation {
	if s.AcceptedAt.IsZero() || s.DueAt.IsZero() || s.Procedure.Limit.Unit == worktime.Unknown {
		return nil
	}
	var events []worktime.Event
	if s.LimitFrom.After(s.AcceptedAt) {
		events = append(events, worktime.Restart{From: s.AcceptedAt, At: s.LimitFrom, Ground: message.T(ctx, "desk.ground_restart")})
	}
	e, err := p.Room.Calendar.Explain(s.AcceptedAt, s.Procedure.Limit, events...)
	if err != nil {
		return nil // the deadline stands; only its story cannot be told
	}
	return &e
}

// line tells an event.
func (p Pages) line(ctx context.Context, d dossier.Dossier, e cases.Event, names map[string]string) line {
	l := line{When: message.DateTime(ctx, e.At), Who: office.Named(ctx, names, e.Account), What: message.T(ctx, "desk.event_"+e.Act)}
	if d.Applicant != "" && e.Account == d.Applicant {
		l.Who = d.Name
	}
	if asked := e.Consulted(); len(asked) > 0 {
		names := make([]string, len(asked))
		for i, id := range asked {
			names[i] = p.AgencyName(id)
		}
		l.What = message.T(ctx, "desk.event_about", "what", l.What, "agencies", strings.Join(names, ", "))
	}
	if e.ActingFor != "" {
		l.For = office.Named(ctx, names, e.ActingFor)
	}
	if e.From != e.To {
		c := d.Case
		c.Step = e.To
		l.To = p.StepName(ctx, c)
	}
	return l
}
