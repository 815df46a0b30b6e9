package filing

import (
	"context"
	"net/http"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/web"
)

// choicePage asks whether to go on with what was begun.
type choicePage struct {
	Procedure *catalogue.Procedure
	Drafts    []draftLine
}

// start begins a draft. Who has begun the same before is asked first; a draft in
// which nothing was answered is simply used, so that a double click begins one.
func (p Pages) start(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), web.Actor(r.Context())
	code := r.PostForm.Get("thu-tuc")
	if _, err := p.Room.Catalogue.Procedure(code); err != nil {
		return err
	}
	proc, err := p.Room.Catalogue.On(code, clock.Day(p.Room.Clock.Now()))
	if err != nil || !proc.Online() {
		return fault.New(fault.Invalid, "filing.not_online").With(err)
	}
	if r.PostForm.Get("moi") == "" {
		begun, err := p.begun(ctx, actor.Account, proc)
		if err != nil {
			return err
		}
		switch {
		case len(begun) > 0 && len(begun[0].Answers) == 0 && begun[0].ProcedureVersion == proc.Version:
			return web.Redirect(w, r, pathNew+"/"+begun[0].ID)
		case len(begun) > 0:
			lines, err := p.lines(ctx, begun)
			if err != nil {
				return err
			}
			return web.Render(w, r, http.StatusOK, choice(choicePage{Procedure: proc, Drafts: lines}))
		}
	}
	d, err := p.Room.Start(ctx, actor, proc, dossier.Online, "", key)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, pathNew+"/"+d.ID)
}

// begun lists the unsent drafts of a procedure, the last touched first.
func (p Pages) begun(ctx context.Context, account string, proc *catalogue.Procedure) ([]dossier.Draft, error) {
	drafts, err := dossier.OwnDrafts(ctx, p.Room.DB.Read(), account)
	if err != nil {
		return nil, err
	}
	var same []dossier.Draft
	for _, d := range drafts {
		if d.Procedure == proc.Code && d.Channel == dossier.Online {
			same = append(same, d)
		}
	}
	return same, nil
}

// resume leads to where the draft goes on.
func (p Pages) resume(w http.ResponseWriter, r *http.Request) error {
	k, err := p.open(r)
	if err != nil {
		return err
	}
	if k.draft.FiledAs != "" {
		return web.Redirect(w, r, k.filed())
	}
	return web.Redirect(w, r, k.ahead())
}

func (p Pages) askDiscard(w http.ResponseWriter, r *http.Request) error {
	k, err := p.open(r)
	if err != nil {
		return err
	}
	if k.draft.FiledAs != "" {
		return web.Redirect(w, r, k.filed())
	}
	lines, err := p.lines(r.Context(), []dossier.Draft{k.draft})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, discard(lines[0]))
}

func (p Pages) discard(w http.ResponseWriter, r *http.Request) error {
	k, err := p.open(r)
	if fault.Is(err, fault.NotFound) {
		return web.Redirect(w, r, pathMine) // thrown away already, by the first click
	}
	if err != nil {
		return err
	}
	if k.draft.FiledAs != "" {
		return p.alreadySent(w, r, k)
	}
	if err := p.Room.DiscardDraft(r.Context(), web.Actor(r.Context()), k.draft.ID); err != nil {
		return err
	}
	web.Flash(w, r, "filing.discarded")
	return web.Redirect(w, r, pathMine)
}

func (p Pages) draftPaper(w http.ResponseWriter, r *http.Request) error {
	f, err := p.Room.DraftPaper(r.Context(), web.Actor(r.Context()), r.PathValue("draft"), r.PathValue("file"))
	if err != nil {
		return err
	}
	return p.serve(w, r, f)
}

func (p Pages) serve(w http.ResponseWriter, r *http.Request, f file.File) error {
	f, content, err := p.Room.Files.Open(r.Context(), f.ID)
	if err != nil {
		return err
	}
	return file.Serve(w, r, f, content, file.Inline)
}
