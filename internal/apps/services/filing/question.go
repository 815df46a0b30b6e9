package filing

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/web"
)

// questionPage is one page of the form.
type questionPage struct {
	work
	Page     *form.Page
	View     form.PageView
	Revision int64 // of the page as it is shown
	Number   int   // of Count steps; the last one is the check
	Count    int
	Back     string
	Checking bool // it goes back to the check of all answers
}

func (q questionPage) action() string {
	if q.Checking {
		return q.url(q.Page.ID) + "?tu=" + checkPage
	}
	return q.url(q.Page.ID)
}

func (k work) show(r *http.Request, page *form.Page, in form.PageInput, revision int64, faults []fault.Field) questionPage {
	f := k.procedure.Form
	q := questionPage{work: k, Page: page, Revision: revision, Checking: r.URL.Query().Get("tu") == checkPage,
		View: f.View(page, in, k.draft.Answers, faults, k.env)}
	q.View.Uploads, q.View.Papers = k.url("tai-len"), k.url("giay-to")
	pages := f.Pages(k.draft.Answers)
	q.Number, q.Count = slices.Index(pages, page)+1, len(pages)+1
	before, ok := f.Before(page, k.draft.Answers)
	switch {
	case q.Checking || k.request != nil:
		q.Back = k.url(checkPage)
	case ok:
		q.Back = k.url(before.ID)
	default:
		q.Back = "/thu-tuc/" + k.procedure.Code
	}
	return q
}

func (p Pages) question(w http.ResponseWriter, r *http.Request) error {
	k, err := p.open(r)
	if err != nil {
		return err
	}
	if k.draft.FiledAs != "" {
		return web.Redirect(w, r, k.filed())
	}
	page, err := k.page(r.PathValue("page"))
	if err != nil {
		return web.Redirect(w, r, k.ahead()) // an old address: an answer changed which pages are asked
	}
	own, err := p.own(r.Context(), k, page)
	if err != nil {
		return err
	}
	in := k.procedure.Form.Begin(page, k.draft.Answers, k.env.Lang, own)
	var faults []fault.Field
	if r.URL.Query().Get("loi") != "" {
		_, all := k.procedure.Form.CheckAll(k.draft.Answers, k.env)
		faults = faultsOf(k.procedure.Form, page, all)
	}
	return web.Render(w, r, http.StatusOK, question(k.show(r, page, in, k.draft.Revisions[page.ID], faults)))
}

// own is what is known of the applicant, for a page that was not answered yet. A
// clerk who answers for somebody at the desk is nobody's applicant.
func (p Pages) own(ctx context.Context, k work, page *form.Page) (own form.Own, err error) {
	actor := web.Actor(ctx)
	if k.draft.Channel != dossier.Online || k.answered(page) {
		return own, nil
	}
	if own.Phone, own.Email, err = p.Contacts(ctx, actor.Account); err != nil {
		return own, err
	}
	own.Name = actor.Name
	own.Citizen, err = dossier.OwnCitizen(ctx, p.Room.DB.Read(), actor.Account, actor.Name)
	return own, err
}

// save keeps what one page says, or does what another button of it asks for.
func (p Pages) save(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	k, err := p.open(r)
	if err != nil {
		return err
	}
	if k.draft.FiledAs != "" {
		return p.alreadySent(w, r, k)
	}
	page, err := k.page(r.PathValue("page"))
	if err != nil {
		web.Flash(w, r, "filing.not_asked")
		return web.Redirect(w, r, k.ahead())
	}
	revision, err := number64(r.PostForm.Get("_revision"))
	if err != nil {
		return err
	}
	in := page.Read(r.PostForm)
	wrong, err := p.receive(r, &k, page, &revision)
	if err != nil {
		return p.orSent(w, r, err)
	}
	in = page.Carry(in, k.draft.Answers)
	switch in.Act.Kind {
	case form.Add, form.Remove:
		return web.Render(w, r, http.StatusOK, question(k.show(r, page, page.Apply(in), revision, wrong)))
	case form.RemoveFile:
		if err := p.takeAway(r.Context(), &k, page, in.Act, &revision); err != nil {
			return p.orSent(w, r, err)
		}
		return web.Render(w, r, http.StatusOK, question(k.show(r, page, page.Apply(in), revision, nil)))
	case form.Save:
	}
	_, faults := k.procedure.Form.Check(page, in, k.draft.Answers, k.env)
	if faults = merge(wrong, faults); len(faults) > 0 {
		return web.Render(w, r, http.StatusUnprocessableEntity, question(k.show(r, page, in, revision, faults)))
	}
	k.draft, err = p.Room.SavePage(r.Context(), web.Actor(r.Context()), k.draft.ID, page.ID, revision, func(a form.Answers) form.Answers {
		now, _ := k.procedure.Form.Check(page, in, a, k.env)
		return now
	})
	if stale := new(dossier.StalePage); errors.As(err, &stale) {
		return p.bothValues(w, r, k, page, in, stale.Draft)
	}
	if err != nil {
		return p.orSent(w, r, err)
	}
	return web.Redirect(w, r, k.after(page, r.URL.Query().Get("tu") == checkPage))
}

// after is where one goes on from a page that was saved.
func (k work) after(page *form.Page, checking bool) string {
	if checking || k.request != nil {
		return k.ahead()
	}
	if next, ok := k.procedure.Form.Next(page, k.draft.Answers); ok {
		return k.url(next.ID)
	}
	return k.ahead()
}

// merge puts the faults of uploads before the others of the same field, which
// only say that a file is missing.
func merge(uploads, others []fault.Field) []fault.Field {
	all := slices.Clone(uploads)
	for _, f := range others {
		if !slices.ContainsFunc(uploads, func(u fault.Field) bool { return u.Name == f.Name }) {
			all = append(all, f)
		}
	}
	return all
}
