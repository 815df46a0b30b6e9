package filing

import (
	"context"
	"net/http"
	"slices"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// minePage lists what an applicant has sent and begun.
type minePage struct {
	Waiting []dossierLine // those that wait for the applicant, first
	Others  []dossierLine
	Drafts  []draftLine
}

type dossierLine struct {
	URL, Name, Subject, Number, Status string
	Mark                               mark
}

// mark is the state of a dossier as its applicant sees it.
type mark struct {
	State web.State
	More  string
}

func (p Pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	all, err := dossier.OwnAll(ctx, p.Room.DB.Read(), actor.Account)
	if err != nil {
		return err
	}
	drafts, err := dossier.OwnDrafts(ctx, p.Room.DB.Read(), actor.Account)
	if err != nil {
		return err
	}
	drafts = slices.DeleteFunc(drafts, func(d dossier.Draft) bool { return d.Channel != dossier.Online })
	var page minePage
	if page.Drafts, err = p.lines(ctx, drafts); err != nil {
		return err
	}
	for _, d := range all {
		c, err := p.card(ctx, d)
		if err != nil {
			return err
		}
		line := dossierLine{URL: pathMine + "/" + d.ID, Name: c.Procedure, Subject: d.Title, Number: number(d), Status: c.Status, Mark: c.Mark}
		if c.Mark.State == web.WaitingYou {
			page.Waiting = append(page.Waiting, line)
		} else {
			page.Others = append(page.Others, line)
		}
	}
	return web.Render(w, r, http.StatusOK, mine(page))
}

// card is what everybody who may see a dossier's state sees of it.
type card struct {
	Procedure string
	Status    string // the one true status
	Agency    string
	Mark      mark
	Due       string // the appointed date; empty when there is none
	Turn      string // who acts now
}

func (p Pages) card(ctx context.Context, d dossier.Dossier) (card, error) {
	proc, err := p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return card{}, err
	}
	def, err := p.Room.Catalogue.Definition(d.Definition, d.DefinitionVersion)
	if err != nil {
		return card{}, err
	}
	agency, err := p.Room.Units.Agency(d.Agency)
	if err != nil {
		return card{}, err
	}
	lang := message.Lang(ctx)
	c := card{Procedure: proc.Name.In(lang), Status: def.Status(d.Step).In(lang), Agency: agency.Name, Mark: p.markOf(ctx, d), Due: dueText(ctx, d)}
	switch {
	case d.State == cases.Closed:
		c.Turn = message.T(ctx, "filing.turn_nobody")
	case d.State == cases.Waiting:
		c.Turn = message.T(ctx, "filing.turn_you")
	case ready(d):
		c.Turn = message.T(ctx, "filing.turn_collect_"+receiveOf(d), "agency", agency.Name)
	default:
		c.Turn = message.T(ctx, "filing.turn_agency", "agency", agency.Name)
	}
	return c, nil
}

// ready says that there is a result and it was not handed over yet.
func ready(d dossier.Dossier) bool { return d.State != cases.Closed && !d.ResolvedAt.IsZero() }

// receiveOf is how the result comes: by post only where the applicant asked for
// it.
func receiveOf(d dossier.Dossier) string {
	if d.Receive == "post" {
		return "post"
	}
	return "desk"
}

// markOf gives the mark of a dossier for its applicant: an official's turn is
// measured by the deadline, everything else by whose turn it is.
func (p Pages) markOf(ctx context.Context, d dossier.Dossier) mark {
	switch {
	case d.Outcome == "granted":
		return mark{State: web.Done}
	case d.State == cases.Closed:
		return mark{State: web.Ended}
	case d.State == cases.Waiting, ready(d) && receiveOf(d) != "post":
		return mark{State: web.WaitingYou}
	case d.DueAt.IsZero(), ready(d):
		return mark{State: web.WaitingThem}
	}
	left := p.Room.Calendar.Remaining(p.Room.Clock.Now(), d.DueAt)
	m := mark{State: web.OnTime, More: worktime.RemainingText(ctx, left)}
	switch {
	case left.Overdue:
		m.State = web.Late
	case left.Days == 0:
		m.State = web.Soon
	}
	return m
}

// answer begins the answer to a request, or goes on with it.
func (p Pages) answer(w http.ResponseWriter, r *http.Request) error {
	d, err := p.Room.StartAnswer(r.Context(), web.Actor(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, pathNew+"/"+d.ID)
}

// withdrawPage asks before a dossier is taken back.
type withdrawPage struct {
	card
	ID, Number, Subject string
	Version             int64
}

func (p Pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := dossier.Own(ctx, p.Room.DB.Read(), web.Actor(ctx).Account, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !p.withdrawable(d) {
		return web.Redirect(w, r, pathMine+"/"+d.ID)
	}
	c, err := p.card(ctx, d)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, withdraw(withdrawPage{card: c, ID: d.ID, Number: number(d), Subject: d.Title, Version: d.Version}))
}

func (p Pages) withdrawable(d dossier.Dossier) bool {
	def, err := p.Room.Catalogue.Definition(d.Definition, d.DefinitionVersion)
	return err == nil && def.Offers(d.Step, dossier.ActWithdraw)
}

func (p Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	version, err := number64(r.PostForm.Get("_version"))
	if err != nil {
		return err
	}
	d, err := p.Room.Withdraw(r.Context(), web.Actor(r.Context()), dossier.Act{ID: r.PathValue("id"), Version: version, Key: key})
	if err != nil {
		return err
	}
	web.Flash(w, r, "filing.withdrawn")
	return web.Redirect(w, r, pathMine+"/"+d.ID)
}

func (p Pages) paper(w http.ResponseWriter, r *http.Request) error {
	f, err := p.Room.OwnPaper(r.Context(), web.Actor(r.Context()), r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		return err
	}
	return p.serve(w, r, f)
}
