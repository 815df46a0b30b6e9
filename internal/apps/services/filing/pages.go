package filing

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file/resumable"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Pages are the applicant's pages.
type Pages struct {
	Room    *dossier.Room
	Uploads *resumable.Uploads
	// Contacts gives the phone and the e-mail by which an account signs in; "" for
	// what it has not.
	Contacts func(ctx context.Context, account string) (phone, email string, err error)
}

// Addresses of the applicant's pages.
const (
	pathNew   = "/nop-ho-so"
	pathMine  = "/ho-so-cua-toi"
	pathTrack = "/tra-cuu"
	pathDesk  = "/ban-lam-viec" // of a clerk who answers for somebody at the desk
	checkPage = "kiem-tra"
)

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	upload, paper := p.largestUpload()
	return []web.Route{
		{Pattern: "POST " + pathNew, Access: access.SignedIn, Handler: p.start},
		{Pattern: "GET " + pathNew + "/{draft}", Access: access.SignedIn, Handler: p.resume},
		{Pattern: "GET " + pathNew + "/{draft}/{page}", Access: access.SignedIn, Handler: p.question},
		{Pattern: "POST " + pathNew + "/{draft}/{page}", Access: access.SignedIn, Handler: p.save, MaxBody: upload},
		{Pattern: "GET " + pathNew + "/{draft}/" + checkPage, Access: access.SignedIn, Handler: p.check},
		{Pattern: "POST " + pathNew + "/{draft}/gui", Access: access.SignedIn, Handler: p.send},
		{Pattern: "GET " + pathNew + "/{draft}/xoa", Access: access.SignedIn, Handler: p.askDiscard},
		{Pattern: "POST " + pathNew + "/{draft}/xoa", Access: access.SignedIn, Handler: p.discard},
		{Pattern: "GET " + pathNew + "/{draft}/giay-to/{file}", Access: access.SignedIn, Handler: p.draftPaper},

		// tus 1.0.0: see pieces.go.
		{Pattern: "POST " + pathNew + "/{draft}/tai-len/{field}", Access: access.SignedIn, Handler: p.begin, MaxBody: paper},
		{Pattern: "HEAD " + pathNew + "/{draft}/tai-len/{upload}", Access: access.SignedIn, Handler: p.received},
		{Pattern: "PATCH " + pathNew + "/{draft}/tai-len/{upload}", Access: access.SignedIn, Handler: p.bring, MaxBody: paper},
		{Pattern: "GET " + pathNew + "/{draft}/tai-len/{upload}", Access: access.SignedIn, Handler: p.uploadState},
		{Pattern: "DELETE " + pathNew + "/{draft}/tai-len/{upload}", Access: access.SignedIn, Handler: p.cancel},

		{Pattern: "GET " + pathMine, Access: access.SignedIn, Handler: p.mine},
		{Pattern: "GET " + pathMine + "/{id}", Access: access.SignedIn, Handler: p.one},
		{Pattern: "GET " + pathMine + "/{id}/da-nop", Access: access.SignedIn, Handler: p.sent},
		{Pattern: "POST " + pathMine + "/{id}/bo-sung", Access: access.SignedIn, Handler: p.answer},
		{Pattern: "GET " + pathMine + "/{id}/rut", Access: access.SignedIn, Handler: p.askWithdraw},
		{Pattern: "POST " + pathMine + "/{id}/rut", Access: access.SignedIn, Handler: p.withdraw},
		{Pattern: "GET " + pathMine + "/{id}/giay-to/{file}", Access: access.SignedIn, Handler: p.paper},

		{Pattern: "GET " + pathTrack, Access: access.Public, Handler: p.track},
		{Pattern: "POST " + pathTrack, Access: access.Public, Handler: p.follow},
	}
}

// largestBody is the most that a browser may send with one page; whoever has more
// files sends them one after the other.
const largestBody = 128 << 20

// largestUpload is the largest body that any page of any procedure may need: all
// of its files at their limits, up to largestBody, and a megabyte for what is
// typed; and the largest single paper.
func (p Pages) largestUpload() (page, paper int64) {
	for _, proc := range p.Room.Catalogue.Versions() {
		u := proc.Uploads()
		page, paper = max(page, u.Page), max(paper, u.File)
	}
	return min(page, largestBody) + 1<<20, max(paper, 1)
}

// work is a draft that a request is about, with its form.
type work struct {
	draft     dossier.Draft
	procedure *catalogue.Procedure
	env       form.Env
	request   *dossier.Request // that the draft answers; nil for a new dossier
}

// open reads the actor's own draft. Drafts that a clerk fills in at the counter
// have pages of their own.
func (p Pages) open(r *http.Request) (work, error) {
	ctx := r.Context()
	d, err := p.Room.Draft(ctx, web.Actor(ctx), r.PathValue("draft"))
	if err != nil {
		return work{}, err
	}
	if d.Channel != dossier.Online && d.Completes == "" {
		return work{}, fault.Missing("draft", d.ID)
	}
	return p.workOn(ctx, d)
}

func (p Pages) workOn(ctx context.Context, d dossier.Draft) (work, error) {
	proc, err := p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return work{}, err
	}
	w := work{draft: d, procedure: proc, env: p.Room.Env(message.Lang(ctx))}
	w.env.AtDesk = d.Channel == dossier.Counter
	if d.Completes != "" {
		req, ok, err := dossier.RequestOf(ctx, p.Room.DB.Read(), d.Completes)
		if err != nil {
			return work{}, err
		}
		if ok {
			w.request = &req
		}
	}
	return w, nil
}

// page finds the page of the request, among those that the answers ask for.
func (w work) page(id string) (*form.Page, error) {
	for _, p := range w.procedure.Form.Pages(w.draft.Answers) {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, fault.Missing("page", id)
}

// answered says whether a page was answered; an answer to a request begins with
// all pages answered.
func (w work) answered(page *form.Page) bool {
	return w.draft.Completes != "" || w.draft.Revisions[page.ID] > 0
}

// unfinished is the first page that was not answered, or whose answers do not
// hold today; ok is false when the answers can be sent.
func (w work) unfinished() (page *form.Page, faulty, ok bool) {
	_, faults := w.procedure.Form.CheckAll(w.draft.Answers, w.env)
	for _, page := range w.procedure.Form.Pages(w.draft.Answers) {
		if !w.answered(page) {
			return page, false, true
		}
		if len(faultsOf(w.procedure.Form, page, faults)) > 0 {
			return page, true, true
		}
	}
	return nil, false, false
}

func faultsOf(f *form.Form, page *form.Page, faults []fault.Field) []fault.Field {
	var of []fault.Field
	for _, x := range faults {
		if at, ok := f.PageOf(x.Name); ok && at == page {
			of = append(of, x)
		}
	}
	return of
}

func (w work) url(rest string) string { return pathNew + "/" + w.draft.ID + "/" + rest }

// ahead is where unfinished work goes on, and the check page when there is none.
func (w work) ahead() string {
	page, faulty, ok := w.unfinished()
	switch {
	case !ok:
		return w.url(checkPage)
	case faulty:
		return w.url(page.ID) + "?" + url.Values{"tu": {checkPage}, "loi": {"1"}}.Encode()
	}
	return w.url(page.ID)
}

// filed leads from a draft that was sent to what it became.
func (w work) filed() string {
	if w.draft.Channel == dossier.Counter {
		return pathDesk + "/" + w.draft.FiledAs
	}
	return pathMine + "/" + w.draft.FiledAs + "/da-nop"
}

// number64 reads a hidden number of a form; a form without it is an old one.
func number64(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fault.New(fault.Invalid, "fault.key_missing").With(err)
	}
	return n, nil
}
