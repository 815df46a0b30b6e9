package desk

import (
	"context"
	"net/http"
	"slices"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/web"
)

// takeDeed and assignDeed are the acts of the core.
var (
	takeDeed   = deed{act: cases.ActTake, path: "nhan-viec", key: "v", style: web.Secondary}
	assignDeed = deed{act: cases.ActAssign, path: "phan-cong", may: access.CaseAssign, style: web.Secondary}
)

func (p Pages) take(w http.ResponseWriter, r *http.Request) error {
	in, err := p.read(r)
	if err != nil {
		return err
	}
	_, err = p.Room.Take(r.Context(), web.Actor(r.Context()), in.act)
	return p.answerCore(w, r, takeDeed, in, err)
}

func (p Pages) assign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := p.read(r)
	if err != nil {
		return err
	}
	to := in.values.Get("to")
	if in.act.Version == in.dossier.Version { // else the room says who was faster
		err = p.mayHave(ctx, in.dossier, to)
	}
	if err == nil {
		_, err = p.Room.Assign(ctx, web.Actor(ctx), in.act, to)
	}
	return p.answerCore(w, r, assignDeed, in, err)
}

// mayHave refuses to give a dossier to somebody whose turn it cannot be. Nobody
// ("") always can.
func (p Pages) mayHave(ctx context.Context, d dossier.Dossier, account string) error {
	if account == "" {
		return nil
	}
	s := sheet{Dossier: d}
	if err := p.readPeople(ctx, web.Actor(ctx), &s); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Members, func(m identity.Member) bool { return m.Account == account }) {
		return fault.New(fault.Invalid, "desk.cannot_have").WithField("to", "desk.cannot_have")
	}
	return nil
}

// giveBackDeed is the giving back of originals, which stands under the papers.
var giveBackDeed = deed{act: dossier.ActGiveBack, path: "tra-ban-chinh", may: access.DossierIntake, style: web.Secondary}

func (p Pages) giveBack(w http.ResponseWriter, r *http.Request) error {
	in, err := p.read(r)
	if err != nil {
		return err
	}
	_, err = p.Room.GiveBack(r.Context(), web.Actor(r.Context()), in.act, in.values["returned"])
	return p.answerCore(w, r, giveBackDeed, in, err)
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

// answerHere begins the answer to a request for somebody who came to the desk; it
// goes on through the pages of the form.
func (p Pages) answerHere(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	d, err := p.Room.StartAnswer(r.Context(), web.Actor(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/nop-ho-so/"+d.ID)
}

// answerCore is answer for the acts of the core, which stand on the sheet.
func (p Pages) answerCore(w http.ResponseWriter, r *http.Request, x deed, in reading, err error) error {
	if err == nil {
		web.Flash(w, r, x.done())
		return web.Redirect(w, r, in.from.URLOf(in.act.ID, ""))
	}
	ctx := r.Context()
	last, _, faster := office.Conflict(err)
	if !office.Shown(err) {
		return err
	}
	d, again := p.Room.Open(ctx, web.Actor(ctx), in.act.ID)
	if again != nil {
		return again
	}
	in.dossier = d
	if faster || !office.Refusal(err) {
		return p.conflict(w, r, x, in, last, d.Needs != "", err)
	}
	s, err2 := p.sheet(ctx, d, in.from)
	if err2 != nil {
		return err2
	}
	s.Errors, s.Typed = office.FieldsOf(err), in.values
	return web.Render(w, r, http.StatusUnprocessableEntity, sheetView(s))
}
