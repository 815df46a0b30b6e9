package filing

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// What happens when two tabs, or a tab and the back button, meet.

// bothPage shows what is kept and what was typed, to choose from.
type bothPage struct {
	questionPage
	Kept, Typed []web.Row
	Values      []hidden
}

// hidden is an input that is sent again as it was typed.
type hidden struct{ Name, Value string }

// bothValues asks which of two versions of a page to keep.
func (p Pages) bothValues(w http.ResponseWriter, r *http.Request, k work, page *form.Page, in form.PageInput, now dossier.Draft) error {
	k.draft = now
	if now.FiledAs != "" {
		return p.alreadySent(w, r, k)
	}
	if _, err := k.page(page.ID); err != nil {
		return web.Redirect(w, r, k.ahead())
	}
	in.Files = nil
	in = page.Carry(in, now.Answers)
	typed, _ := k.procedure.Form.Check(page, in, now.Answers, k.env)
	both := bothPage{
		questionPage: k.show(r, page, in, now.Revisions[page.ID], nil),
		Kept:         k.rowsOf(page, now.Answers), Typed: k.rowsOf(page, typed),
	}
	for name, values := range in.Values {
		for _, v := range values {
			both.Values = append(both.Values, hidden{name, v})
		}
	}
	slices.SortStableFunc(both.Values, func(a, b hidden) int { return strings.Compare(a.Name, b.Name) })
	return web.Render(w, r, http.StatusConflict, bothValues(both))
}

// rowsOf are the answers of one page as people read them.
func (k work) rowsOf(page *form.Page, a form.Answers) []web.Row {
	var rows []web.Row
	for _, row := range k.procedure.Form.Summary(a, k.env) {
		if row.Page == page {
			rows = append(rows, web.Row{Key: row.Label, Value: row.Value})
		}
	}
	return rows
}

// sentPage tells that a draft was sent and cannot be changed any more.
type sentPage struct {
	Number string
	URL    string
}

// alreadySent answers whoever changes a draft that was sent: what they typed was
// not recorded, and here is what was.
func (p Pages) alreadySent(w http.ResponseWriter, r *http.Request, k work) error {
	d, err := dossier.ByID(r.Context(), p.Room.DB.Read(), k.draft.FiledAs) // the draft is the actor's, and became this
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusConflict, alreadySent(sentPage{Number: number(d), URL: strings.TrimSuffix(k.filed(), "/da-nop")}))
}

// orSent turns the refusal of a draft that was sent a moment ago into the page
// that says so.
func (p Pages) orSent(w http.ResponseWriter, r *http.Request, err error) error {
	if fault.Of(err).Key != "dossier.already_sent" {
		return err
	}
	now, again := p.open(r)
	if again != nil || now.draft.FiledAs == "" {
		return err
	}
	return p.alreadySent(w, r, now)
}

// number is what a dossier is called: its code, or its filing number until it has
// one.
func number(d dossier.Dossier) string {
	if d.Code != "" {
		return d.Code
	}
	return d.FilingNumber
}

// draftLine is a draft in a list.
type draftLine struct {
	ID, Name, Subject, Saved string
}

func (p Pages) lines(ctx context.Context, drafts []dossier.Draft) ([]draftLine, error) {
	lines := make([]draftLine, 0, len(drafts))
	for _, d := range drafts {
		proc, err := p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
		if err != nil {
			return nil, err
		}
		lines = append(lines, draftLine{ID: d.ID, Name: proc.Name.In(message.Lang(ctx)), Subject: proc.Form.Use(d.Answers, "subject"), Saved: message.DateTime(ctx, d.UpdatedAt)})
	}
	return lines, nil
}
