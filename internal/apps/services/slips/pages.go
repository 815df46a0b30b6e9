package slips

import (
	"context"
	"net/http"
	"slices"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/web"
)

// Pages give papers and slips to be read and printed.
type Pages struct {
	office.Office
	// Control prints the control sheet (form 05) of a dossier as it is now.
	Control func(ctx context.Context, d dossier.Dossier) ([]byte, error)
}

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + office.PathOne + "/giay-to/{file}", Access: access.DossierRead, Handler: p.paper},
		{Pattern: "GET " + office.PathOne + "/phieu/{slot}", Access: access.DossierRead, Handler: p.slip},
		{Pattern: "POST " + office.PathOne + "/phieu", Access: access.DossierIntake, Handler: p.issue},
	}
}

// ReadPaper is what the journal calls the reading of one paper.
const ReadPaper = "dossier.read_paper"

// paper gives a paper of a dossier within the official's scope.
func (p Pages) paper(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := dossier.Within(ctx, p.Room.DB.Read(), web.Actor(ctx).Scope(access.DossierRead), r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.Give(w, r, d, r.PathValue("file"))
}

// Give serves a paper of the dossier, or of one of the other owners that belong
// to it, and writes the reading down.
func (p Pages) Give(w http.ResponseWriter, r *http.Request, d dossier.Dossier, id string, others ...file.Owner) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	f, err := p.Room.Files.Get(ctx, p.Room.DB.Read(), id)
	if err != nil {
		return err
	}
	if f.Owner != (file.Owner{Kind: dossier.OwnerDossier, ID: d.ID}) && !slices.Contains(others, f.Owner) {
		return fault.Missing("file", id)
	}
	// A viewer that fetches a large paper in pieces is journaled for each: a piece
	// is a reading too.
	err = p.Journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierRead, d.Holder), Action: ReadPaper, ObjectKind: dossier.Kind, ObjectID: d.ID, Path: d.Holder, IDs: []string{f.ID}})
	if err != nil {
		return err
	}
	f, content, err := p.Room.Files.Open(ctx, id)
	if err != nil {
		return err
	}
	return file.Serve(w, r, f, content, file.Inline)
}

type slipPage struct {
	Dossier dossier.Dossier
	Slot    string
}

// slip gives the form of Circular 01/2018 that an act caused, once the job has
// written it.
func (p Pages) slip(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := dossier.Within(ctx, p.Room.DB.Read(), web.Actor(ctx).Scope(access.DossierRead), r.PathValue("id"))
	if err != nil {
		return err
	}
	slot := r.PathValue("slot")
	if slot == slotControl {
		return p.control(w, r, d)
	}
	_, apology, err := dossier.ApologyOf(ctx, p.Room.DB.Read(), d.ID)
	if err != nil {
		return err
	}
	caused := map[string]bool{dossier.SlotReceipt: !d.AcceptedAt.IsZero(), dossier.SlotRequest: d.Asked != dossier.Nothing, dossier.SlotRefusal: d.Outcome == "refused", dossier.SlotApology: apology}
	if !caused[slot] {
		return fault.Missing("slip", slot)
	}
	files, err := p.Room.Files.List(ctx, p.Room.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
	if err != nil {
		return err
	}
	slices.Reverse(files) // the last one written counts
	for _, f := range files {
		if f.Slot == slot {
			return p.Give(w, r, d, f.ID)
		}
	}
	return web.Render(w, r, http.StatusAccepted, slipView(slipPage{Dossier: d, Slot: slot}))
}

// slotControl is form 05, which is never kept: it is written anew whenever it is
// opened, from the events as they are then.
const slotControl = "control"

// control prints the control sheet and writes down that the dossier was read.
func (p Pages) control(w http.ResponseWriter, r *http.Request, d dossier.Dossier) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	if p.Control == nil {
		return fault.Missing("slip", slotControl)
	}
	content, err := p.Control(ctx, d)
	if err != nil {
		return err
	}
	err = p.Journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierRead, d.Holder), Action: ReadPaper, ObjectKind: dossier.Kind, ObjectID: d.ID, Path: d.Holder})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", string(file.PDF))
	w.Header().Set("Content-Disposition", `inline; filename="05-`+d.Number+`.pdf"`)
	w.Header().Set("Cache-Control", "private, no-store")
	_, err = w.Write(content)
	return err
}

// issue has form 01 written for who asks for it, and leads to it.
func (p Pages) issue(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	if err := p.Room.IssueReceipt(r.Context(), web.Actor(r.Context()), r.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, r, office.URL(r.PathValue("id"), "phieu/"+dossier.SlotReceipt))
}
