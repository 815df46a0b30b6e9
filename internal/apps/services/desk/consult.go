package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// Addresses of those who are asked: the dossier's own addresses are not theirs.
const (
	pathConsults = "/xin-y-kien"
	pathConsult  = pathConsults + "/{consult}"
)

func (p Pages) consultRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + pathConsults, Access: access.DossierCheck, Handler: p.consults},
		{Pattern: "GET " + pathConsult, Access: access.DossierCheck, Handler: p.consulted},
		{Pattern: "POST " + pathConsult, Access: access.DossierCheck, Handler: p.answerConsult, MaxBody: resultBody},
		{Pattern: "GET " + pathConsult + "/giay-to/{file}", Access: access.DossierCheck, Handler: p.consultPaper},
		{Pattern: "POST " + pathOne + "/rut-cau-hoi", Access: access.DossierCheck, Handler: p.withdrawConsult},
		{Pattern: "GET " + pathOne + "/y-kien/{file}", Access: access.DossierRead, Handler: p.opinionPaper},
	}
}

// moreTabs are the lists beside the queues of dossiers. tallies are what the queues
// were counted from.
func (p Pages) moreTabs(ctx context.Context, actor access.Actor, current string, tallies []cases.Tally) ([]tab, error) {
	var tabs []tab
	if actor.Has(access.DossierCheck) {
		n, err := cases.CountConsults(ctx, p.Room.DB.Read(), actor.Scope(access.DossierCheck))
		if err != nil {
			return nil, err
		}
		tabs = append(tabs, tab{ID: pathConsults, Text: message.T(ctx, "desk.consults"), URL: pathConsults, Count: n, Current: current == pathConsults})
	}
	if actor.Has(access.DossierSign) {
		tabs = append(tabs, tab{ID: pathSigning, Text: message.T(ctx, "desk.signing"), URL: pathSigning, Count: met(tallies, toSign(actor)), Current: current == pathSigning})
	}
	return tabs, nil
}

// opinion is a question to another agency, with its answer, on the asker's page.
type opinion struct {
	cases.Consult
	AgencyName string
	Answerer   string
	State      web.State
	Left       string
	Papers     []paper
	Withdraw   bool
}

// opinions reads what other agencies were asked about a dossier, in the order in
// which they were. The caller has read d within the official's scope.
func (p Pages) opinions(ctx context.Context, actor access.Actor, d dossier.Dossier) ([]opinion, error) {
	q := p.Room.DB.Read()
	all, err := cases.Consults(ctx, q, d.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var accounts []string
	for _, x := range all {
		accounts = append(accounts, x.AnsweredBy)
	}
	names, err := p.names(ctx, accounts...)
	if err != nil {
		return nil, err
	}
	found := make([]opinion, len(all))
	for i, x := range all {
		o := opinion{Consult: x, AgencyName: p.agencyName(x.Agency)}
		open := cases.Consulted{Consult: x, Case: d.Case}.Open()
		o.State, o.Left = p.consultMark(ctx, x, open)
		o.Withdraw = open && actor.May(access.DossierCheck, d.Holder)
		if x.AnsweredBy != "" {
			o.Answerer = named(ctx, names, x.AnsweredBy)
		}
		files, err := p.Room.Files.List(ctx, q, file.Owner{Kind: dossier.OwnerConsult, ID: x.ID})
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if !x.AnsweredAt.IsZero() { // before that it is a draft of theirs
				o.Papers = append(o.Papers, paper{File: f, URL: urlOf(d.ID, "y-kien/"+f.ID)})
			}
		}
		found[i] = o
	}
	return found, nil
}

// consultMark says where a question stands, by its own deadline.
func (p Pages) consultMark(ctx context.Context, x cases.Consult, open bool) (web.State, string) {
	now := p.Room.Clock.Now()
	left := worktime.RemainingText(ctx, p.Room.Calendar.Remaining(now, x.DueAt))
	switch {
	case !x.AnsweredAt.IsZero() && x.Late(now):
		return web.Done, message.T(ctx, "desk.consult_answered_late")
	case !x.AnsweredAt.IsZero():
		return web.Done, message.T(ctx, "desk.consult_answered")
	case !x.WithdrawnAt.IsZero():
		return web.Ended, message.T(ctx, "desk.consult_withdrawn")
	case !open:
		return web.Ended, message.T(ctx, "desk.consult_unanswered_end")
	case x.Late(now):
		return web.Late, left
	case p.Room.Calendar.Between(now, x.DueAt) <= soon:
		return web.Soon, left
	}
	return web.WaitingThem, left
}

// unanswered counts the agencies whose answer is still expected.
func (s sheet) unanswered() (n int) {
	for _, o := range s.Opinions {
		if o.Unanswered() {
			n++
		}
	}
	return n
}

func (p Pages) agencyName(id string) string {
	a, err := p.Room.Units.Agency(id)
	if err != nil {
		return id
	}
	return a.Name
}

// askConsultPage asks other agencies.
type askConsultPage struct {
	actPage
	Agencies []unit.Agency
}

// askable are the agencies that may be asked about a dossier: all others.
func (p Pages) askable(d dossier.Dossier) []unit.Agency {
	all := p.Room.Units.Agencies(database.Date(clock.Day(p.Room.Clock.Now())))
	return slices.DeleteFunc(all, func(a unit.Agency) bool { return a.ID == d.Agency })
}

// units in which an agency's time to answer is given.
func (p askConsultPage) units(ctx context.Context) []web.Option {
	return []web.Option{
		{Value: string(worktime.WorkingHours), Label: message.T(ctx, "desk.working_hours")},
		{Value: string(worktime.WorkingDays), Label: message.T(ctx, "desk.working_days")},
	}
}

// consult reads the rows of the page, those that say something. An agency is
// typed: its name, or enough words of it.
func consult(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	d, err := dossier.Within(ctx, p.Room.DB.Read(), actor.Scope(access.DossierCheck), a.ID)
	if err != nil {
		return dossier.Dossier{}, err
	}
	pack(in, "agency", "question", "amount", "unit")
	wrong := fault.New(fault.Invalid, "dossier.consult_incomplete")
	var ask []dossier.Question
	for i := range rows(in) {
		name := strings.TrimSpace(in.Get(row("agency", i)))
		if name == "" && strings.TrimSpace(in.Get(row("question", i))) == "" {
			continue
		}
		q := dossier.Question{Text: in.Get(row("question", i)), Amount: int(number(in.Get(row("amount", i)))), Unit: worktime.Unit(in.Get(row("unit", i)))}
		if name != "" {
			agency, f := p.meantAgency(ctx, d, name)
			if f != nil {
				wrong = wrong.WithField(row("agency", i), f.Key, f.Args...)
			}
			q.Agency = agency.ID
		}
		ask = append(ask, q)
	}
	if len(wrong.Fields) > 0 {
		return dossier.Dossier{}, wrong
	}
	return p.Room.Consult(ctx, actor, a, ask)
}

// pack moves the rows that say something to the front, so that a fault names the
// row that is shown.
func pack(in url.Values, first string, more ...string) {
	to := 0
	for i := range rows(in) {
		blank := strings.TrimSpace(in.Get(row(first, i))) == "" && strings.TrimSpace(in.Get(row(more[0], i))) == ""
		if blank {
			continue
		}
		if to != i {
			for _, name := range append([]string{first}, more...) {
				a, b := in.Get(row(name, to)), in.Get(row(name, i))
				in.Set(row(name, to), b)
				in.Set(row(name, i), a)
			}
		}
		to++
	}
}

// meantAgency finds the agency that is typed: by its whole name, else the only
// one that has all the words. It must have somebody to answer.
func (p Pages) meantAgency(ctx context.Context, d dossier.Dossier, typed string) (unit.Agency, *fault.Error) {
	words := strings.Fields(vntext.Fold(typed))
	var found []unit.Agency
	for _, a := range p.askable(d) {
		folded := vntext.Fold(a.Name)
		if folded == strings.Join(words, " ") {
			found = []unit.Agency{a}
			break
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(" "+folded+" ", " "+w) }) {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 0:
		return unit.Agency{}, fault.New(fault.Invalid, "desk.agency_unknown", "name", typed)
	case len(found) > 1:
		return unit.Agency{}, fault.New(fault.Invalid, "desk.agency_many", "n", len(found), "one", found[0].Name, "two", found[1].Name)
	}
	members, err := p.Officials.Members(ctx, found[0].ID, "")
	if err != nil {
		return unit.Agency{}, fault.Of(err)
	}
	for _, m := range members {
		if role, ok := p.Roles.Role(m.Role); ok && slices.Contains(role.Permissions, access.DossierCheck) {
			return found[0], nil
		}
	}
	return unit.Agency{}, fault.New(fault.Invalid, "desk.consult_nobody", "agency", found[0].Name)
}

// withdrawDeed is the taking back of a question, which stands on the sheet.
var withdrawDeed = deed{act: cases.ActWithdrawConsult, path: "rut-cau-hoi", may: access.DossierCheck, style: web.Secondary}

func (p Pages) withdrawConsult(w http.ResponseWriter, r *http.Request) error {
	in, err := p.read(r)
	if err != nil {
		return err
	}
	_, err = p.Room.WithdrawConsult(r.Context(), web.Actor(r.Context()), in.act, in.values.Get("consult"))
	return p.answerCore(w, r, withdrawDeed, in, err)
}

// opinionPaper gives a paper that came with an answer to whoever may read the
// dossier.
func (p Pages) opinionPaper(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := dossier.Within(ctx, p.Room.DB.Read(), web.Actor(ctx).Scope(access.DossierRead), r.PathValue("id"))
	if err != nil {
		return err
	}
	all, err := cases.Consults(ctx, p.Room.DB.Read(), d.ID)
	if err != nil {
		return err
	}
	var owners []file.Owner
	for _, x := range all {
		if !x.AnsweredAt.IsZero() {
			owners = append(owners, file.Owner{Kind: dossier.OwnerConsult, ID: x.ID})
		}
	}
	return p.give(w, r, d, r.PathValue("file"), owners...)
}

// consultLine is a question in the list of those who are asked.
type consultLine struct {
	cases.Consulted
	URL       string
	State     web.State
	Left      string
	Procedure string
	Asker     string // the agency
}

type consultsPage struct {
	Lines  []consultLine
	Queues []web.Link
	Total  int64
}

// mostConsults is how many open questions the list shows; the most urgent ones.
const mostConsults = 200

// consults lists what the official's agency was asked and has not answered, what
// is due first at the top.
func (p Pages) consults(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	scope := actor.Scope(access.DossierCheck)
	found, err := cases.ListConsults(ctx, p.Room.DB.Read(), scope, mostConsults, 0)
	if err != nil {
		return err
	}
	page := consultsPage{}
	if page.Total, err = cases.CountConsults(ctx, p.Room.DB.Read(), scope); err != nil {
		return err
	}
	if page.Queues, err = p.besides(ctx, actor, pathConsults); err != nil {
		return err
	}
	var ids []string
	for _, x := range found {
		l := consultLine{Consulted: x, URL: pathConsults + "/" + x.ID, Procedure: p.procedureName(ctx, x.Case.Facet), Asker: p.agencyName(x.Case.Agency)}
		if l.State, l.Left = p.consultMark(ctx, x.Consult, true); l.State == web.WaitingThem {
			l.State = web.WaitingYou
		}
		page.Lines = append(page.Lines, l)
		ids = append(ids, x.ID)
	}
	if len(ids) > 0 {
		path := journalPath(actor)
		err = p.journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierCheck, path), Action: "dossier.list_consults", ObjectKind: dossier.Kind, Path: path, IDs: ids})
		if err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, consultsView(page))
}

// besides are the desk and the lists beside it, for the pages that are no queue.
func (p Pages) besides(ctx context.Context, actor access.Actor, current string) ([]web.Link, error) {
	tallies, err := p.tally(ctx, actor)
	if err != nil {
		return nil, err
	}
	tabs, err := p.moreTabs(ctx, actor, current, tallies)
	if err != nil {
		return nil, err
	}
	return append([]web.Link{{Text: message.T(ctx, "desk.title"), URL: pathDesk}}, queuePage{Queues: tabs, Counter: actor.Has(access.DossierIntake)}.nav(ctx)...), nil
}

// consultedPage is a question with the dossier behind it, to read only.
type consultedPage struct {
	dossier.Consultation
	Lang      string
	Asker     string
	State     web.State
	Left      string
	Procedure *catalogue.Procedure
	Answers   []form.Row
	Papers    []paper
	Own       []paper // of the answer
	Answerer  string

	Errors []fault.Field
	Typed  url.Values
	Missed string // why what was typed could not be kept
}

func (p Pages) consulted(w http.ResponseWriter, r *http.Request) error {
	x, err := p.Room.OpenConsult(r.Context(), web.Actor(r.Context()), r.PathValue("consult"))
	if err != nil {
		return err
	}
	return p.showConsult(w, r, http.StatusOK, consultedPage{Consultation: x, Typed: url.Values{}})
}

func (p Pages) showConsult(w http.ResponseWriter, r *http.Request, status int, page consultedPage) error {
	ctx, q := r.Context(), p.Room.DB.Read()
	x := page.Consultation
	var err error
	page.Lang, page.Asker = message.Lang(ctx), p.agencyName(x.Case.Agency)
	if page.State, page.Left = p.consultMark(ctx, x.Consult, x.Open()); page.State == web.WaitingThem {
		page.State = web.WaitingYou
	}
	if page.Procedure, err = p.Room.Catalogue.Version(x.Dossier.Procedure, x.Dossier.ProcedureVersion); err != nil {
		return err
	}
	if page.Own, err = p.consultPapers(ctx, x, file.Owner{Kind: dossier.OwnerConsult, ID: x.ID}, page.Procedure); err != nil {
		return err
	}
	names, err := p.names(ctx, x.AnsweredBy)
	if err != nil {
		return err
	}
	page.Answerer = named(ctx, names, x.AnsweredBy)
	if x.Open() {
		answers, err := dossier.Answers(ctx, q, x.Dossier.ID)
		if err != nil {
			return err
		}
		page.Answers = page.Procedure.Form.Summary(answers, p.Room.Env(page.Lang))
		if page.Papers, err = p.consultPapers(ctx, x, file.Owner{Kind: dossier.OwnerDossier, ID: x.Dossier.ID}, page.Procedure); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, consultedView(page))
}

// consultPapers lists the papers of one owner that whoever was asked may read.
func (p Pages) consultPapers(ctx context.Context, x dossier.Consultation, owner file.Owner, proc *catalogue.Procedure) ([]paper, error) {
	files, err := p.Room.Files.List(ctx, p.Room.DB.Read(), owner)
	if err != nil {
		return nil, err
	}
	var found []paper
	for _, f := range files {
		_, handed := cutPaper(f.Slot)
		switch {
		case handed:
			found = append(found, paper{File: f, Label: paperName(ctx, proc, f.Slot), URL: pathConsults + "/" + x.ID + "/giay-to/" + f.ID})
		case owner.Kind == dossier.OwnerConsult:
			found = append(found, paper{File: f, URL: pathConsults + "/" + x.ID + "/giay-to/" + f.ID})
		}
	}
	return found, nil
}

func (p Pages) consultPaper(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.Room.ConsultPaper(ctx, web.Actor(ctx), r.PathValue("consult"), r.PathValue("file"))
	if err != nil {
		return err
	}
	f, content, err := p.Room.Files.Open(ctx, f.ID)
	if err != nil {
		return err
	}
	return file.Serve(w, r, f, content, file.Inline)
}

// answerConsult answers, or shows again what was typed with what is wrong.
func (p Pages) answerConsult(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	if err := web.ParseForm(r); err != nil {
		return err
	}
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	id, in := r.PathValue("consult"), r.PostForm
	if r.MultipartForm != nil {
		in = url.Values(r.MultipartForm.Value)
	}
	if err = p.attachOpinion(r, actor, id); err == nil {
		_, err = p.Room.AnswerConsult(ctx, actor, id, key, cases.Reply{Opinion: cases.Opinion(in.Get("opinion")), Text: in.Get("answer")})
	}
	if err == nil {
		web.Flash(w, r, "desk.done_answer_consult")
		return web.Redirect(w, r, pathConsults)
	}
	late := fault.Is(err, fault.Conflict)
	if !refusal(err) && !late {
		return err
	}
	x, again := p.Room.OpenConsult(ctx, actor, id)
	if again != nil {
		return again
	}
	page := consultedPage{Consultation: x, Typed: in}
	if late {
		f := fault.Of(err)
		page.Missed = message.T(ctx, f.Key, f.Args...)
		return p.showConsult(w, r, http.StatusConflict, page)
	}
	page.Errors = fieldsOf(err)
	return p.showConsult(w, r, http.StatusUnprocessableEntity, page)
}

// attachOpinion receives the paper of the answer before the answer is judged, so
// that it is kept when something else is wrong.
func (p Pages) attachOpinion(r *http.Request, actor access.Actor, id string) (err error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["paper"]) == 0 {
		return nil
	}
	// Whoever was not asked hands in nothing.
	if _, err := cases.GetConsult(r.Context(), p.Room.DB.Read(), actor.Scope(access.DossierCheck), id); err != nil {
		return err
	}
	blobs, err := p.received(r, "paper")
	if err != nil {
		return err
	}
	_, err = p.Room.AttachOpinion(r.Context(), actor, id, blobs[0])
	if fault.Is(err, fault.Conflict) {
		return nil // the act itself says what has become of the question, also to a second click
	}
	return err
}

// opinions to choose from.
func (p consultedPage) opinions(ctx context.Context) []web.Option {
	var options []web.Option
	for _, o := range cases.Opinions {
		options = append(options, web.Option{Value: string(o), Label: message.T(ctx, "desk.opinion_"+string(o)), Checked: p.Typed.Get("opinion") == string(o)})
	}
	return options
}

// number by which the asker and the asked speak of the dossier.
func (p consultedPage) number() string { return p.Case.Number }

// facts of the question.
func (p consultedPage) facts(ctx context.Context) []web.Row {
	rows := []web.Row{
		{Key: message.T(ctx, "desk.consult_asker"), Value: p.Asker},
		{Key: message.T(ctx, "desk.consult_asked_at"), Value: message.DateTime(ctx, p.AskedAt)},
		{Key: message.T(ctx, "desk.consult_due"), Value: message.DateTime(ctx, p.DueAt)},
		{Key: message.T(ctx, "desk.procedure"), Value: p.Procedure.Name.In(p.Lang)},
	}
	if p.Open() {
		rows = append(rows, web.Row{Key: message.T(ctx, "desk.applicant"), Value: p.Dossier.Name})
	}
	return rows
}
