package consult

import (
	"context"
	"net/http"
	"net/url"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/queue"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Pages are those of the agencies that are asked.
type Pages struct{ office.Office }

const pathConsult = office.PathConsults + "/{consult}"

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + office.PathConsults, Access: access.DossierCheck, Handler: p.consults},
		{Pattern: "GET " + pathConsult, Access: access.DossierCheck, Handler: p.consulted},
		{Pattern: "POST " + pathConsult, Access: access.DossierCheck, Handler: p.answerConsult, MaxBody: office.ResultBody},
		{Pattern: "GET " + pathConsult + "/giay-to/{file}", Access: access.DossierCheck, Handler: p.consultPaper},
		{Pattern: "GET " + office.PathOne + "/y-kien/{file}", Access: access.DossierRead, Handler: p.opinionPaper},
	}
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
	if page.Queues, err = (queue.Pages{Office: p.Office}).Besides(ctx, actor, office.PathConsults); err != nil {
		return err
	}
	var ids []string
	for _, x := range found {
		l := consultLine{Consulted: x, URL: office.PathConsults + "/" + x.ID, Procedure: p.ProcedureName(ctx, x.Case.Facet), Asker: p.AgencyName(x.Case.Agency)}
		if l.State, l.Left = p.consultMark(ctx, x.Consult, true); l.State == web.WaitingThem {
			l.State = web.WaitingYou
		}
		page.Lines = append(page.Lines, l)
		ids = append(ids, x.ID)
	}
	if len(ids) > 0 {
		path := office.JournalPath(actor)
		err = p.Journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierCheck, path), Action: "dossier.list_consults", ObjectKind: dossier.Kind, Path: path, IDs: ids})
		if err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, consultsView(page))
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
	Papers    []office.Paper
	Own       []office.Paper // of the answer
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
	page.Lang, page.Asker = message.Lang(ctx), p.AgencyName(x.Case.Agency)
	if page.State, page.Left = p.consultMark(ctx, x.Consult, x.Open()); page.State == web.WaitingThem {
		page.State = web.WaitingYou
	}
	if page.Procedure, err = p.Room.Catalogue.Version(x.Dossier.Procedure, x.Dossier.ProcedureVersion); err != nil {
		return err
	}
	if page.Own, err = p.consultPapers(ctx, x, file.Owner{Kind: dossier.OwnerConsult, ID: x.ID}, page.Procedure); err != nil {
		return err
	}
	names, err := p.Names(ctx, x.AnsweredBy)
	if err != nil {
		return err
	}
	page.Answerer = office.Named(ctx, names, x.AnsweredBy)
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
func (p Pages) consultPapers(ctx context.Context, x dossier.Consultation, owner file.Owner, proc *catalogue.Procedure) ([]office.Paper, error) {
	files, err := p.Room.Files.List(ctx, p.Room.DB.Read(), owner)
	if err != nil {
		return nil, err
	}
	var found []office.Paper
	for _, f := range files {
		_, handed := office.CutPaper(f.Slot)
		switch {
		case handed:
			found = append(found, office.Paper{File: f, Label: office.PaperName(ctx, proc, f.Slot), URL: office.PathConsults + "/" + x.ID + "/giay-to/" + f.ID})
		case owner.Kind == dossier.OwnerConsult:
			found = append(found, office.Paper{File: f, URL: office.PathConsults + "/" + x.ID + "/giay-to/" + f.ID})
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
		return web.Redirect(w, r, office.PathConsults)
	}
	late := fault.Is(err, fault.Conflict)
	if !office.Refusal(err) && !late {
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
	page.Errors = office.FieldsOf(err)
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
	blobs, err := p.Received(r, "paper")
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
