package filing

import (
	"context"
	"net/http"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// trackPage is what a number alone tells, and what the secret tells besides.
type trackPage struct {
	Query  string
	Errors []fault.Field
	State  *card // nil: nothing was asked for, or nothing was found
	Closed bool
	More   *morePart
}

// morePart is what the secret of the receipt opens: never a paper.
type morePart struct {
	Subject string
	Request *dossier.Request
	Reason  string // of a refusal
	Clock   *clockPart
	History []historyLine
}

// track answers a number alone: the state and nothing about a person.
func (p Pages) track(w http.ResponseWriter, r *http.Request) error {
	page := trackPage{Query: strings.TrimSpace(r.URL.Query().Get("so"))}
	if _, asked := r.URL.Query()["so"]; !asked {
		return web.Render(w, r, http.StatusOK, track(page))
	}
	_, status, err := p.look(r, &page)
	if err != nil {
		return err
	}
	return web.Render(w, r, status, track(page))
}

func (p Pages) look(r *http.Request, page *trackPage) (dossier.Dossier, int, error) {
	if page.Query == "" {
		page.Errors = []fault.Field{{Name: "so", Key: "filing.number_needed"}}
		return dossier.Dossier{}, http.StatusUnprocessableEntity, nil
	}
	d, err := dossier.ByNumber(r.Context(), p.Room.DB.Read(), page.Query)
	if fault.Is(err, fault.NotFound) {
		page.Errors = []fault.Field{{Name: "so", Key: "filing.number_unknown"}}
		return dossier.Dossier{}, http.StatusNotFound, nil
	}
	if err != nil {
		return dossier.Dossier{}, 0, err
	}
	c, err := p.card(r.Context(), d)
	if err != nil {
		return dossier.Dossier{}, 0, err
	}
	c.Turn = ""
	page.Query, page.State, page.Closed = number(d), &c, d.State == cases.Closed || !d.ResolvedAt.IsZero()
	return d, http.StatusOK, nil
}

// follow answers a number with the secret. It is a POST so that the secret
// stands in no address and no log.
func (p Pages) follow(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	page := trackPage{Query: strings.TrimSpace(r.PostForm.Get("so"))}
	d, status, err := p.look(r, &page)
	if err != nil {
		return err
	}
	if page.State == nil {
		return web.Render(w, r, status, track(page))
	}
	secret := r.PostForm.Get("ma")
	if strings.TrimSpace(secret) == "" {
		page.Errors = []fault.Field{{Name: "ma", Key: "filing.secret_needed"}}
		return web.Render(w, r, http.StatusUnprocessableEntity, track(page))
	}
	if _, err = p.Room.Follow(ctx, number(d), secret); err != nil {
		f := fault.Of(err)
		if f.Kind != fault.Invalid && f.Kind != fault.TooMany {
			return err
		}
		page.Errors = []fault.Field{{Name: "ma", Key: f.Key, Args: f.Args}}
		return web.Render(w, r, web.Status(err), track(page))
	}
	if page.More, err = p.more(r, d); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, track(page))
}

func (p Pages) more(r *http.Request, d dossier.Dossier) (*morePart, error) {
	ctx, q := r.Context(), p.Room.DB.Read()
	m := &morePart{Subject: d.Title}
	proc, err := p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return nil, err
	}
	req, asked, err := dossier.RequestOf(ctx, q, d.ID)
	if err != nil {
		return nil, err
	}
	if asked {
		m.Request = &req
	}
	if d.Outcome == "refused" {
		m.Reason = d.Reason
	}
	if m.Clock, err = p.clock(ctx, d, proc, m.Request); err != nil {
		return nil, err
	}
	events, err := cases.Events(ctx, q, d.ID)
	if err != nil {
		return nil, err
	}
	m.History = p.history(ctx, d, events, message.T(ctx, "filing.by_applicant"))
	return m, nil
}

func (t trackPage) rows(ctx context.Context) []web.Row {
	var rows []web.Row
	if t.More != nil {
		rows = append(rows, web.Row{Key: message.T(ctx, "filing.subject"), Value: t.More.Subject})
	}
	rows = append(rows, web.Row{Key: message.T(ctx, "filing.procedure"), Value: t.State.Procedure}, web.Row{Key: message.T(ctx, "filing.agency"), Value: t.State.Agency})
	if t.State.Due != "" && !t.Closed {
		rows = append(rows, web.Row{Key: message.T(ctx, "filing.due"), Value: t.State.Due})
	}
	return rows
}
