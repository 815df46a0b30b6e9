package filing

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// checkView is the page where all answers are looked at before they are sent.
type checkView struct {
	work
	Parts   []part
	Agency  string
	Faults  []fault.Field
	Moved   bool // something was changed in another tab since the page was shown
	Idle    bool // an answer to a request in which nothing was changed yet
	Details promise
	Fee     []web.Row // what it will cost, with the reasons
}

// part is one page of the form with its answers, or several with one answer each.
type part struct {
	Title string // empty for the latter
	Rows  []web.Row
}

// promise is what happens after sending, and by when.
type promise struct {
	Opens    string // when the office opens next; empty when it is open
	Limit    string
	Expected string // the deadline if the dossier is accepted as soon as the office is open; empty when it is not known
	Bring    string // what to bring when one comes, once; empty when one need not come
}

// promise tells what is known when a dossier is sent at a moment.
func (p Pages) promise(ctx context.Context, proc *catalogue.Procedure, at time.Time) promise {
	l, next := proc.Limit, p.Room.Calendar.NextOpen(at)
	pr := promise{Limit: worktime.LimitText(ctx, l)}
	if next.After(at) {
		pr.Opens = message.DateTime(ctx, next)
	}
	if d, err := p.Room.Calendar.Deadline(next, l); err == nil {
		pr.Expected = worktime.DeadlineText(ctx, d)
	}
	if proc.Service == catalogue.Partial {
		pr.Bring = toBring(ctx, proc)
	}
	return pr
}

// toBring names the papers that everybody shows when coming.
func toBring(ctx context.Context, proc *catalogue.Procedure) string {
	var names []string
	for _, x := range proc.Papers {
		if x.Need == "required" && x.Original == "show" {
			names = append(names, x.Name.In(message.Lang(ctx)))
		}
	}
	return strings.Join(names, "; ")
}

func (p Pages) check(w http.ResponseWriter, r *http.Request) error {
	k, err := p.open(r)
	if err != nil {
		return err
	}
	if k.draft.FiledAs != "" {
		return web.Redirect(w, r, k.filed())
	}
	if _, _, open := k.unfinished(); open {
		return web.Redirect(w, r, k.ahead())
	}
	return p.showCheck(w, r, k, http.StatusOK, nil, false)
}

func (p Pages) showCheck(w http.ResponseWriter, r *http.Request, k work, status int, faults []fault.Field, moved bool) error {
	ctx := r.Context()
	v := checkView{work: k, Faults: faults, Moved: moved, Idle: k.request != nil && k.draft.Version == 1, Details: p.promise(ctx, k.procedure, p.Room.Clock.Now())}
	agency, err := p.Room.Handler(k.procedure, k.draft.Answers)
	switch f := fault.Of(err); {
	case err == nil:
		v.Agency = agency.Name
	case f.Kind == fault.Invalid:
		if len(v.Faults) == 0 {
			v.Faults = []fault.Field{{Key: f.Key, Args: f.Args}}
		}
	default:
		return err
	}
	v.Parts = k.parts(ctx)
	fee, err := p.Room.DraftFee(ctx, k.draft, k.procedure)
	if err != nil {
		return err
	}
	v.Fee = fee.Rows(ctx)
	return web.Render(w, r, status, checkAnswers(v))
}

// parts are all answers, page by page, each with the way to change it. Pages with
// one answer need no title: the question is one.
func (k work) parts(ctx context.Context) []part {
	var parts []part
	rows := k.procedure.Form.Summary(k.draft.Answers, k.env)
	for i := 0; i < len(rows); {
		page, from := rows[i].Page, i
		for i < len(rows) && rows[i].Page == page {
			i++
		}
		if i-from > 1 || len(parts) == 0 || parts[len(parts)-1].Title != "" {
			parts = append(parts, part{})
		}
		at := &parts[len(parts)-1]
		if i-from > 1 {
			at.Title = page.Title.In(k.env.Lang)
		}
		for _, row := range rows[from:i] {
			at.Rows = append(at.Rows, k.row(ctx, row))
		}
	}
	return parts
}

func (k work) row(ctx context.Context, row form.Row) web.Row {
	line := web.Row{Key: row.Label, Value: row.Value, Change: k.url(row.Page.ID) + "?tu=" + checkPage}
	if line.Value == "" {
		line.Value = message.T(ctx, "filing.nothing")
	}
	if len(row.Files) > 0 {
		line.Component = fileLinks(row, k.url("giay-to"))
	}
	return line
}

func (p Pages) send(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	k, err := p.open(r)
	if err != nil {
		return err
	}
	seen, err := number64(r.PostForm.Get("_version"))
	if err != nil {
		return err
	}
	d, err := p.Room.Send(r.Context(), web.Actor(r.Context()), k.draft.ID, seen, k.env.Lang)
	if err == nil {
		if k.draft.Channel == dossier.Counter {
			return web.Redirect(w, r, pathDesk+"/"+d.ID)
		}
		return web.Redirect(w, r, pathMine+"/"+d.ID+"/da-nop")
	}
	if stale := new(dossier.StalePage); errors.As(err, &stale) {
		if k, err = p.workOn(r.Context(), stale.Draft); err != nil {
			return err
		}
		if _, _, open := k.unfinished(); open {
			return web.Redirect(w, r, k.ahead())
		}
		return p.showCheck(w, r, k, http.StatusConflict, nil, true)
	}
	switch f := fault.Of(err); {
	case f.Key == "dossier.already_sent":
		return p.orSent(w, r, err)
	case f.Kind == fault.Invalid && len(f.Fields) > 0:
		return web.Redirect(w, r, k.ahead()) // to the page with the fault, which says it
	case f.Kind == fault.Invalid:
		return p.showCheck(w, r, k, http.StatusUnprocessableEntity, []fault.Field{{Key: f.Key, Args: f.Args}}, false)
	}
	return err
}

// confirmation tells that a dossier, or the answer to a request, was sent.
type confirmation struct {
	dossier.Dossier
	card
	Answered bool // a request was answered; else the dossier was filed
	Sent     string
	Next     *promise // nil once the agency has gone on
	Follow   string   // where it is followed without an account
}

func (p Pages) sent(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := dossier.Own(ctx, p.Room.DB.Read(), web.Actor(ctx).Account, r.PathValue("id"))
	if err != nil {
		return err
	}
	proc, err := p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return err
	}
	c := confirmation{Dossier: d, Follow: pathTrack + "?so=" + url.QueryEscape(number(d))}
	if c.card, err = p.card(ctx, d); err != nil {
		return err
	}
	at := d.FiledAt
	req, asked, err := dossier.RequestOf(ctx, p.Room.DB.Read(), d.ID)
	if err != nil {
		return err
	}
	if asked && !req.AnsweredAt.IsZero() {
		c.Answered, at = true, req.AnsweredAt
	}
	c.Sent = message.DateTime(ctx, at)
	if d.State == cases.Working && d.AcceptedAt.IsZero() {
		next := p.promise(ctx, proc, at)
		c.Next = &next
	}
	return web.Render(w, r, http.StatusOK, confirm(c))
}

func dueText(ctx context.Context, d dossier.Dossier) string {
	if d.DueAt.IsZero() {
		return ""
	}
	return worktime.DeadlineText(ctx, worktime.Deadline{At: d.DueAt, Provisional: d.Provisional})
}

func (c confirmation) title(ctx context.Context) string {
	if c.Answered {
		return message.T(ctx, "filing.answered_title")
	}
	return message.T(ctx, "filing.filed_title")
}

// back is the page before the check: the last one of the form, or the dossier
// whose request is answered.
func (v checkView) back() string {
	if v.request != nil {
		if v.draft.Channel == dossier.Counter {
			return pathDesk + "/" + v.draft.Completes
		}
		return pathMine + "/" + v.draft.Completes
	}
	pages := v.procedure.Form.Pages(v.draft.Answers)
	return v.url(pages[len(pages)-1].ID)
}
