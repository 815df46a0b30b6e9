package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/queue"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// reading is a form as it was sent.
type reading struct {
	dossier dossier.Dossier // as it stands now
	values  url.Values
	from    queue.Query
	dropped bool // a copy of the result came with it and was not kept: somebody was faster
	act     dossier.Act
}

// read parses a form about a dossier within the official's scope.
func (p Pages) read(r *http.Request) (reading, error) {
	ctx := r.Context()
	if err := web.ParseForm(r); err != nil {
		return reading{}, err
	}
	d, err := dossier.Within(ctx, p.Room.DB.Read(), web.Actor(ctx).Scope(access.DossierRead), r.PathValue("id"))
	if err != nil {
		return reading{}, err
	}
	in := reading{dossier: d, values: r.PostForm, from: queue.Origin(r.PostForm)}
	if r.MultipartForm != nil {
		in.values, in.from = url.Values(r.MultipartForm.Value), queue.Origin(url.Values(r.MultipartForm.Value))
	}
	key, err := web.FormKey(r)
	if err != nil {
		return reading{}, err
	}
	version, err := strconv.ParseInt(in.values.Get("version"), 10, 64)
	if err != nil {
		return reading{}, fault.New(fault.Invalid, "fault.key_missing")
	}
	in.act = dossier.Act{ID: d.ID, Version: version, Key: key}
	return in, nil
}

// actPage is the page of an act for which something must be written.
type actPage struct {
	sheet
	Deed     deed
	Rows     int
	Subjects []string
	Confirm  bool // what the applicant will read, before it is sent
}

// ask shows the page of an act.
func (p Pages) ask(path string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		d, err := p.Room.Open(ctx, web.Actor(ctx), r.PathValue("id"))
		if err != nil {
			return err
		}
		x, offered := p.meant(path, web.Actor(ctx), d)
		if !offered {
			return web.Redirect(w, r, queue.Origin(r.URL.Query()).URLOf(d.ID, ""))
		}
		typed := url.Values{}
		if x.act == dossier.ActRefuse {
			typed.Set("reason", d.Reason) // as the specialist proposed
		}
		return p.actPage(w, r, http.StatusOK, x, reading{dossier: d, values: typed, from: queue.Origin(r.URL.Query())}, nil)
	}
}

func (p Pages) actPage(w http.ResponseWriter, r *http.Request, status int, x deed, in reading, wrong []fault.Field) error {
	s, err := p.sheet(r.Context(), in.dossier, in.from)
	if err != nil {
		return err
	}
	s.Errors, s.Typed = wrong, in.values
	page := actPage{sheet: s, Deed: x, Rows: rows(in.values), Subjects: subjects(s)}
	switch x.act {
	case dossier.ActAskCompletion, dossier.ActAskSupplement:
		return web.Render(w, r, status, requestView(page))
	case dossier.ActApologise:
		return web.Render(w, r, status, apologyView(page))
	case cases.ActConsult:
		return web.Render(w, r, status, askConsultView(askConsultPage{actPage: page, Agencies: p.askable(in.dossier)}))
	}
	return web.Render(w, r, status, reasonView(page))
}

// do does an act and leads back to the dossier, or shows again what was typed
// with what is wrong, or says who was faster.
func (p Pages) do(path string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		in, err := p.read(r)
		if err != nil {
			return err
		}
		actor := web.Actor(ctx)
		x, offered := p.meant(path, actor, in.dossier)
		fresh := offered && in.act.Version == in.dossier.Version
		switch {
		case in.values.Has("more") && offered:
			in.values.Set("rows", strconv.Itoa(min(rows(in.values)+rowsMore, rowsMost)))
			return p.actPage(w, r, http.StatusOK, x, in, nil)
		case in.values.Has("edit") && offered:
			return p.actPage(w, r, http.StatusOK, x, in, nil)
		case x.confirm && fresh && in.values.Get("confirm") == "" && in.values.Get("reason") != "":
			return p.confirm(w, r, x, in)
		}
		if in.dropped, err = p.attach(r, actor, x, in); err == nil {
			_, err = x.do(ctx, p, actor, in.act, p.known(x, in))
		}
		return p.answer(w, r, x, in, err)
	}
}

// known leaves out what no form of this procedure could have sent.
func (p Pages) known(x deed, in reading) url.Values {
	if x.act != dossier.ActAccept {
		return in.values
	}
	proc, err := p.Room.Catalogue.Version(in.dossier.Procedure, in.dossier.ProcedureVersion)
	if err != nil {
		return in.values
	}
	return office.KnownPapers(proc, in.values)
}

// attach receives the copy of the result before the proposal is judged, so that
// it is kept when something else is wrong. It says when it dropped a copy.
func (p Pages) attach(r *http.Request, actor access.Actor, x deed, in reading) (dropped bool, err error) {
	if x.act != dossier.ActPropose || r.MultipartForm == nil || len(r.MultipartForm.File["paper"]) == 0 {
		return false, nil
	}
	ctx := r.Context()
	if err := cases.Seen(ctx, p.Room.DB.Read(), in.dossier.Case, in.act.Version); err != nil {
		// Either this very form was sent before, which the room answers by its key,
		// or somebody was faster: then nothing of theirs is replaced. Another agency's
		// answer has nothing that could be.
		if last, _, _ := office.Conflict(err); len(last.Consulted()) == 0 {
			return true, nil
		}
	}
	blobs, err := p.Received(r, "paper")
	if err != nil {
		return false, err
	}
	_, err = p.Room.AttachResults(ctx, actor, in.act.ID, blobs)
	if fault.Is(err, fault.Conflict) {
		return true, nil // the act itself says what has become of the dossier, also to a second click
	}
	return false, err
}

// answer is what follows an act.
func (p Pages) answer(w http.ResponseWriter, r *http.Request, x deed, in reading, err error) error {
	if err == nil {
		web.Flash(w, r, x.done())
		if x.act == dossier.ActMisfile { // on to the right procedure
			return web.Redirect(w, r, office.PathCounter+"?lai="+in.act.ID)
		}
		return web.Redirect(w, r, in.from.URLOf(in.act.ID, ""))
	}
	ctx := r.Context()
	last, _, faster := office.Conflict(err)
	if !office.Shown(err) {
		return err
	}
	// Read again: what is shown is what is, and it is a reading.
	d, again := p.Room.Open(ctx, web.Actor(ctx), in.act.ID)
	if again != nil {
		return again
	}
	in.dossier = d
	now, offered := p.meant(x.path, web.Actor(ctx), d)
	if faster || !office.Refusal(err) || !offered || now.act != x.act {
		return p.conflict(w, r, x, in, last, offered && now.act == x.act, err)
	}
	if x.page {
		return p.actPage(w, r, http.StatusUnprocessableEntity, x, in, office.FieldsOf(err))
	}
	s, err2 := p.sheet(ctx, d, in.from)
	if err2 != nil {
		return err2
	}
	s.Errors, s.Typed = office.FieldsOf(err), in.values
	return web.Render(w, r, http.StatusUnprocessableEntity, sheetView(s))
}

// confirm shows what the applicant will read.
func (p Pages) confirm(w http.ResponseWriter, r *http.Request, x deed, in reading) error {
	s, err := p.sheet(r.Context(), in.dossier, in.from)
	if err != nil {
		return err
	}
	s.Typed = in.values
	return web.Render(w, r, http.StatusOK, confirmView(actPage{sheet: s, Deed: x, Confirm: true}))
}

// stalePage says that somebody was faster, and keeps what was typed.
type stalePage struct {
	sheet
	Deed   deed
	Last   line
	Fault  string // why it cannot be done; empty when somebody was faster
	Lost   bool   // a copy of the result was not kept
	Resend bool
	Sent   map[string][]string
	Text   []typed
}

// carriedNames are the inputs that every form has by itself; see hidden.
var carriedNames = []string{"key", "version", "confirm", "hang", "buoc", "q", "trang"}

func (p Pages) conflict(w http.ResponseWriter, r *http.Request, x deed, in reading, last cases.Event, resend bool, cause error) error {
	ctx := r.Context()
	s, err := p.sheet(ctx, in.dossier, in.from)
	if err != nil {
		return err
	}
	page := stalePage{sheet: s, Deed: x, Resend: resend, Lost: in.dropped, Sent: map[string][]string{}}
	page.Text = written(x, in.values, func(key string, args ...any) string { return message.T(ctx, key, args...) })
	if last.Act != "" {
		names, err := p.Names(ctx, last.Account, last.ActingFor)
		if err != nil {
			return err
		}
		page.Last = p.line(ctx, in.dossier, last, names)
	} else {
		f := fault.Of(cause)
		page.Fault, page.Resend = message.T(ctx, f.Key, f.Args...), false
	}
	for k, v := range in.values {
		if !slices.Contains(carriedNames, k) {
			page.Sent[k] = v
		}
	}
	status := web.Status(cause)
	if office.Refusal(cause) {
		status = http.StatusConflict // what is wrong does not matter any more: it is another one's turn
	}
	return web.Render(w, r, status, staleView(page))
}

func (p stalePage) title(ctx context.Context) string {
	if p.Fault != "" {
		return message.T(ctx, "desk.not_possible")
	}
	return message.T(ctx, "desk.faster")
}

// story tells what the other one did.
func (p stalePage) story(ctx context.Context) string {
	return message.T(ctx, "desk.faster_who", "who", p.Last.Who, "what", p.Last.What, "when", p.Last.When)
}

// rows are what was typed, to be copied.
func (p stalePage) rows() []web.Row {
	rows := make([]web.Row, len(p.Text))
	for i, t := range p.Text {
		rows[i] = web.Row{Key: t.Label, Value: t.Text}
	}
	return rows
}

// area is a box of several lines in a row of a request.
func (p actPage) area(ctx context.Context, name, label string) web.Field {
	return web.Field{Name: name, Label: label, Value: p.value(name, ""), Error: web.ErrorAt(ctx, p.Errors, name), Rows: 2}
}

// reasonHint says for whom a reason is written.
func (p actPage) reasonHint(ctx context.Context) string {
	switch p.Deed.act {
	case dossier.ActSendBack:
		return message.T(ctx, "desk.reason_hint_inside")
	case dossier.ActMisfile:
		return message.T(ctx, "desk.reason_hint_misfile")
	case dossier.ActApologise:
		return message.T(ctx, "desk.reason_hint_late")
	}
	return message.T(ctx, "desk.reason_hint")
}
