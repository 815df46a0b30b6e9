package consult

import (
	"context"
	"net/http"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/slips"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/file"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// Opinion is a question to another agency, with its answer, on the asker's page.
type Opinion struct {
	cases.Consult
	AgencyName string
	Answerer   string
	State      web.State
	Left       string
	Papers     []office.Paper
	Withdraw   bool
}

// Opinions reads what other agencies were asked about a dossier, in the order in
// which they were. The caller has read d within the official's scope.
func (p Pages) Opinions(ctx context.Context, actor access.Actor, d dossier.Dossier) ([]Opinion, error) {
	q := p.Room.DB.Read()
	all, err := cases.Consults(ctx, q, d.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var accounts []string
	for _, x := range all {
		accounts = append(accounts, x.AnsweredBy)
	}
	names, err := p.Names(ctx, accounts...)
	if err != nil {
		return nil, err
	}
	found := make([]Opinion, len(all))
	for i, x := range all {
		o := Opinion{Consult: x, AgencyName: p.AgencyName(x.Agency)}
		open := cases.Consulted{Consult: x, Case: d.Case}.Open()
		o.State, o.Left = p.consultMark(ctx, x, open)
		o.Withdraw = open && actor.May(access.DossierCheck, d.Holder)
		if x.AnsweredBy != "" {
			o.Answerer = office.Named(ctx, names, x.AnsweredBy)
		}
		files, err := p.Room.Files.List(ctx, q, file.Owner{Kind: dossier.OwnerConsult, ID: x.ID})
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if !x.AnsweredAt.IsZero() { // before that it is a draft of theirs
				o.Papers = append(o.Papers, office.Paper{File: f, URL: office.URL(d.ID, "y-kien/"+f.ID)})
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
	case p.Room.Calendar.Between(now, x.DueAt) <= office.Soon:
		return web.Soon, left
	}
	return web.WaitingThem, left
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
	return (slips.Pages{Office: p.Office}).Give(w, r, d, r.PathValue("file"), owners...)
}
