package desk

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/web"
)

// counterRevision is the one page of a draft that is filled in at the counter.
const counterRevision = "counter"

// counterPage is the whole form of a procedure on one page, with what the clerk
// decides at acceptance: whoever has the papers in hand files and accepts at once.
type counterPage struct {
	Procedure *catalogue.Procedure
	Checks    []check // the papers of the procedure, with their originals
	Ticked    url.Values
	Person    *known // whose answers were filled in
	Misfiled  string // the dossier in whose place this one is filed
	Agency    unit.Agency
	Agencies  []unit.Agency // more than one: the clerk says at which
	Key       string        // the same until the dossier is sent: it is the draft's
	Views     []form.PageView
	Opened    []*form.Page // pages that these answers have opened, not drawn before
	Errors    []fault.Field
}

// counterDesk is where a clerk takes in: the procedure, the agency and its place.
type counterDesk struct {
	procedure *catalogue.Procedure
	agency    unit.Agency
	agencies  []unit.Agency
}

// counterDesk reads which procedure at which of the clerk's agencies is meant. The
// procedure is nil where it is not one by its code.
func (p Pages) counterDesk(ctx context.Context, in url.Values) (counterDesk, error) {
	today := clock.Day(p.Room.Clock.Now())
	var d counterDesk
	for _, id := range web.Actor(ctx).Agencies(access.DossierIntake) {
		a, err := p.Room.Units.Agency(id)
		if err == nil && a.Lives(database.Date(today)) {
			d.agencies = append(d.agencies, a)
		}
	}
	i := slices.IndexFunc(d.agencies, func(a unit.Agency) bool { return in.Get("co-quan") == "" || in.Get("co-quan") == a.ID })
	if i < 0 {
		return d, fault.New(fault.Forbidden, "desk.no_agency")
	}
	d.agency = d.agencies[i]
	offered := p.offeredAtCounter(d.agency)
	if len(offered) == 0 {
		return d, fault.Missing("procedure", "")
	}
	if i := slices.IndexFunc(offered, func(x *catalogue.Procedure) bool { return x.Code == in.Get("thu-tuc") }); i >= 0 {
		d.procedure = offered[i]
	}
	return d, nil
}

// offeredAtCounter lists the procedures in force that may be filed at the counter
// of an agency, those with a guided form first.
func (p Pages) offeredAtCounter(a unit.Agency) []*catalogue.Procedure {
	offered := slices.DeleteFunc(p.Room.Catalogue.Offered(clock.Day(p.Room.Clock.Now())), func(x *catalogue.Procedure) bool {
		return !slices.Contains(x.Channels, "counter") || !p.Room.Handles(a, x)
	})
	slices.SortStableFunc(offered, func(a, b *catalogue.Procedure) int {
		switch {
		case a.Record == b.Record:
			return 0
		case b.Record:
			return -1
		}
		return 1
	})
	return offered
}

// start are the answers that the counter knows before anything is asked: the
// place is the clerk's own.
func (d counterDesk) start(units *unit.Tree, today string) form.Answers {
	u, err := units.At(database.Date(today)).Unit(d.agency.Unit)
	if err != nil || u.Level != unit.Commune {
		return form.Answers{} // a department serves every commune of its province
	}
	place := form.Value{Parts: form.Answers{"province": {Text: u.Parent}, "commune": {Text: u.ID}}}
	for _, page := range d.procedure.Form.All() {
		for _, x := range page.Fields {
			if a := (form.Answers{x.ID: place}); x.Kind == form.KindAddress && d.procedure.Form.Use(a, "place") == u.ID {
				return a
			}
		}
	}
	return form.Answers{}
}

// counter finds the person and the procedure, and shows its form for somebody who
// stands at the counter.
func (p Pages) counter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	d, err := p.counterDesk(ctx, q)
	if err != nil {
		return err
	}
	chosen, err := p.choose(ctx, d, q)
	if err != nil {
		return err
	}
	q.Del("nguoi")
	if chosen.Person != nil {
		q.Set("nguoi", chosen.Person.ID)
	}
	if d.procedure = chosen.Procedure; d.procedure == nil || chosen.open() {
		return web.Render(w, r, http.StatusOK, chooseView(chosen))
	}
	env := p.env(ctx)
	page := p.counterPage(d, database.NewID())
	page.Person, page.Misfiled = chosen.Person, chosen.Misfiled
	answers, err := p.before(ctx, d, q)
	if err != nil {
		return err
	}
	page.Checks = checks(d.procedure, answers)
	for _, q := range d.procedure.Form.Pages(answers) {
		page.Views = append(page.Views, d.procedure.Form.View(q, d.procedure.Form.Input(q, answers, env.Lang), answers, nil, env))
	}
	return web.Render(w, r, http.StatusOK, counterView(page))
}

func (p Pages) counterPage(d counterDesk, key string) counterPage {
	return counterPage{Procedure: d.procedure, Agency: d.agency, Agencies: d.agencies, Key: key}
}

// checks lists the papers of a procedure, those first that these answers ask for.
func checks(proc *catalogue.Procedure, answers form.Answers) []check {
	asked := map[string]bool{}
	for _, x := range proc.Form.Papers(answers) {
		asked[x.Paper] = true
	}
	var list []check
	for _, x := range proc.Papers {
		list = append(list, check{Paper: x, Asked: asked[x.ID] || x.Need == "required"})
	}
	return list
}

// before are the answers that stand there before anything is asked: the clerk's own
// place, and what the person said the last time, or what a misfiled dossier says.
func (p Pages) before(ctx context.Context, d counterDesk, in url.Values) (form.Answers, error) {
	answers, err := p.carried(ctx, in.Get("nguoi"), in.Get("lai"), d.procedure.Form)
	if err != nil {
		return nil, err
	}
	maps.Copy(answers, d.start(p.Room.Units, clock.Day(p.Room.Clock.Now())))
	return answers, nil
}

// filled is a counter form as it was sent, judged page by page.
type filled struct {
	answers form.Answers
	faults  []fault.Field
	views   []form.PageView
	opened  []*form.Page
	pressed bool // a button inside the form: add, remove
}

// fileAtCounter keeps what was typed and uploaded, opens the pages that the
// answers ask for, and sends the dossier when nothing is missing. The key of the
// page names the draft: sending the page again goes on with the same one.
func (p Pages) fileAtCounter(w http.ResponseWriter, r *http.Request) error {
	var err error
	for range 3 {
		// A second click that overtakes the first one's end meets a draft that has
		// just changed, or was just sent: it goes on from there.
		if err = p.fileOnce(w, r); !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return err
}

func (p Pages) fileOnce(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	if err := web.ParseForm(r); err != nil {
		return err
	}
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	d, err := p.counterDesk(ctx, r.PostForm)
	if err != nil {
		return err
	}
	if d.procedure == nil {
		chosen, err := p.choose(ctx, d, r.PostForm)
		if err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, chooseView(chosen))
	}
	draft, err := p.Room.Start(ctx, actor, d.procedure, dossier.Counter, d.agency.ID, key)
	if err != nil {
		return err
	}
	env := p.env(ctx)
	if draft.FiledAs != "" {
		return p.sentBefore(w, r, d, draft, env)
	}
	uploaded, wrong, err := p.receive(r, d.procedure.Form, draft)
	if err != nil {
		return err
	}
	so := draft.Answers
	if draft.Revisions[counterRevision] == 0 {
		if so, err = p.before(ctx, d, r.PostForm); err != nil {
			return err
		}
	}
	f := p.fill(r.PostForm, d.procedure.Form, so, uploaded, env)
	f.faults = append(wrong, slices.DeleteFunc(f.faults, func(x fault.Field) bool {
		return slices.ContainsFunc(wrong, func(y fault.Field) bool { return x.Name == y.Name })
	})...)
	draft, err = p.Room.SavePage(ctx, actor, draft.ID, counterRevision, draft.Revisions[counterRevision], func(form.Answers) form.Answers { return f.answers })
	if err != nil {
		return err
	}
	page := p.counterPage(d, key)
	page.Checks = checks(d.procedure, f.answers)
	page.Views, page.Opened, page.Ticked, page.Misfiled = f.views, f.opened, r.PostForm, r.PostForm.Get("lai")
	if who := r.PostForm.Get("nguoi"); who != "" {
		page.Person = &known{ID: who, Name: r.PostForm.Get("nguoi-ten")}
	}
	switch {
	case f.pressed || r.PostForm.Has("update"):
		page.Errors = wrong
		return p.showCounter(w, r, http.StatusOK, page)
	case len(f.faults) > 0:
		page.Errors = f.faults
		return p.showCounter(w, r, http.StatusUnprocessableEntity, page)
	case len(f.opened) > 0:
		return p.showCounter(w, r, http.StatusOK, page)
	}
	filed, err := p.Room.Send(ctx, actor, draft.ID, draft.Version, env.Lang)
	if err != nil {
		if !refusal(err) {
			return err
		}
		page.Errors = p.placed(d, fieldsOf(err))
		return p.showCounter(w, r, http.StatusUnprocessableEntity, page)
	}
	if old := r.PostForm.Get("lai"); old != "" {
		if err := p.Room.Refiled(ctx, actor, old, filed.ID); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return p.afterFiling(w, r, d, filed)
}

// afterFiling accepts what was filed, when the clerk said so, and leads on: to the
// lane of what is due at once, or to the dossier. Sending the page again accepts
// nothing twice.
func (p Pages) afterFiling(w http.ResponseWriter, r *http.Request, d counterDesk, filed dossier.Dossier) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	done := "desk.done_counter"
	if r.PostForm.Get("accept") != "" {
		key, err := web.FormKey(r)
		if err != nil {
			return err
		}
		given, seen := given(p.papersOf(d.procedure, r.PostForm))
		_, err = p.Room.Accept(ctx, actor, dossier.Act{ID: filed.ID, Version: filedVersion, Key: key + "-accept"}, given, seen)
		switch {
		case err == nil:
			done = "desk.done_accept"
		case !refusal(err) && !fault.Is(err, fault.Conflict):
			return err
		} // what is missing, such as a date where no limit is known, the next page asks for
	}
	web.Flash(w, r, done)
	if p.atOnce(filed) && r.PostForm.Get("accept") != "" {
		return web.Redirect(w, r, urlOf(filed.ID, pathLane))
	}
	return web.Redirect(w, r, urlOf(filed.ID, ""))
}

// filedVersion is the version of every dossier that was just filed.
const filedVersion = 1

func (p Pages) showCounter(w http.ResponseWriter, r *http.Request, status int, page counterPage) error {
	for i := range page.Views {
		page.Views[i].Errors = page.Errors
	}
	return web.Render(w, r, status, counterView(page))
}

// placed leads a fault about the dossier as a whole, such as another agency's
// place, to the field that says the place.
func (p Pages) placed(d counterDesk, faults []fault.Field) []fault.Field {
	start := d.start(p.Room.Units, clock.Day(p.Room.Clock.Now()))
	for i := range faults {
		for id := range start {
			if faults[i].Name == "" {
				faults[i].Name = id + "-commune"
			}
		}
	}
	return faults
}

// fill reads and judges every page that the answers ask for, in order. A page
// that is refused still says what was chosen on it, so that what hangs on a
// choice is asked. A page that was not drawn before is opened, not refused.
func (p Pages) fill(sent url.Values, f *form.Form, so form.Answers, uploaded map[string][]form.File, env form.Env) filled {
	out := filled{answers: so}
	drawn := sent["page"]
	type seen struct {
		page *form.Page
		in   form.PageInput
	}
	var pages []seen
	for _, page := range f.All() {
		if !slices.Contains(f.Pages(out.answers), page) {
			continue
		}
		if !slices.Contains(drawn, page.ID) {
			in := f.Input(page, out.answers, env.Lang)
			if now, faults := f.Check(page, in, out.answers, env); len(faults) == 0 {
				out.answers = now
			}
			out.opened = append(out.opened, page)
			pages = append(pages, seen{page, in})
			continue
		}
		in := page.Carry(page.Read(sent), out.answers)
		for id, files := range uploaded {
			if _, ok := page.Field(id); ok {
				in.Files[id] = append(in.Files[id], files...)
			}
		}
		if in.Act.Kind != form.Save {
			out.pressed = true
			in = page.Apply(in)
		}
		now, faults := f.Check(page, in, out.answers, env)
		if len(faults) > 0 {
			now = chosen(page, in, out.answers)
			out.faults = append(out.faults, faults...)
		}
		out.answers = now
		pages = append(pages, seen{page, in})
	}
	for _, s := range pages {
		out.views = append(out.views, f.View(s.page, s.in, out.answers, nil, env))
	}
	return out
}

// chosen adds, of a page that was refused, what was chosen and what was handed
// in: no upload is lost, and what hangs on a choice is asked.
func chosen(page *form.Page, in form.PageInput, so form.Answers) form.Answers {
	now := form.Answers{}
	for k, v := range so {
		now[k] = v
	}
	for _, x := range page.Fields {
		switch x.Kind {
		case form.KindChoice:
			if i := slices.IndexFunc(x.Options, func(o form.Option) bool { return o.ID == in.Get(x.ID) }); i >= 0 {
				now[x.ID] = form.Value{Text: x.Options[i].ID}
			}
		case form.KindFile:
			if files := in.Files[x.ID]; len(files) > 0 {
				now[x.ID] = form.Value{Files: files, Desk: in.Get(x.ID+"-desk") != ""}
			} else {
				delete(now, x.ID)
			}
		}
	}
	return now
}

// receive keeps the papers that came with the page. What is refused is a fault of
// its field; the others are kept. The same paper sent again is the same.
func (p Pages) receive(r *http.Request, f *form.Form, draft dossier.Draft) (got map[string][]form.File, wrong []fault.Field, err error) {
	got = map[string][]form.File{}
	if r.MultipartForm == nil {
		return got, nil, nil
	}
	held, err := p.Room.Files.List(r.Context(), p.Room.DB.Read(), file.Owner{Kind: dossier.OwnerDraft, ID: draft.ID})
	if err != nil {
		return nil, nil, err
	}
	for name, headers := range r.MultipartForm.File {
		page, ok := f.PageOf(name)
		if !ok {
			continue
		}
		x, ok := page.Field(name)
		if !ok || x.Kind != form.KindFile {
			continue
		}
		for _, h := range headers {
			paper, err := p.receiveOne(r, x, draft, h, held)
			if err != nil {
				if !refusal(err) {
					return nil, nil, err
				}
				wrong = append(wrong, fieldsOf(atField(err, name))...)
				continue
			}
			if !slices.ContainsFunc(draft.Answers[name].Files, func(f form.File) bool { return f.ID == paper.ID }) {
				got[name] = append(got[name], dossier.FormFile(paper))
			}
		}
	}
	return got, wrong, nil
}

func (p Pages) receiveOne(r *http.Request, x *form.Field, draft dossier.Draft, h *multipart.FileHeader, held []file.File) (got file.File, err error) {
	content, err := h.Open()
	if err != nil {
		return file.File{}, err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	var accept []file.Type
	for _, t := range x.Types {
		accept = append(accept, file.Type(t))
	}
	blob, err := p.Room.Files.Receive(r.Context(), content, file.Meta{Name: h.Filename, Size: h.Size, MaxBytes: x.MaxBytes, Accept: accept, By: web.Actor(r.Context()).Account})
	if err != nil {
		return file.File{}, err
	}
	if i := slices.IndexFunc(held, func(f file.File) bool { return f.Slot == x.ID && f.Digest == blob.Digest }); i >= 0 {
		return held[i], nil
	}
	return p.Room.AttachPaper(r.Context(), web.Actor(r.Context()), draft.ID, x.ID, blob)
}

// sentBefore answers a page whose dossier was filed already: a second click leads
// to the dossier; other words are not taken, and are said to be so.
func (p Pages) sentBefore(w http.ResponseWriter, r *http.Request, d counterDesk, draft dossier.Draft, env form.Env) error {
	f := p.fill(r.PostForm, d.procedure.Form, draft.Answers, nil, env)
	if len(f.faults) == 0 && asText(f.answers) == asText(draft.Answers) {
		filed, err := dossier.Within(r.Context(), p.Room.DB.Read(), web.Actor(r.Context()).Scope(access.DossierIntake), draft.FiledAs)
		if err != nil {
			return err
		}
		return p.afterFiling(w, r, d, filed)
	}
	return web.Render(w, r, http.StatusConflict, sentView(sentPage{URL: urlOf(draft.FiledAs, "")}))
}

// asText gives answers as one text; JSON sorts the keys of a map.
func asText(a form.Answers) string {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err) // texts and lists of texts always encode
	}
	return string(b)
}

// sentPage says that a form was sent before with other words.
type sentPage struct{ URL string }

// env is what a form is checked with at the counter, where the originals are.
func (p Pages) env(ctx context.Context) form.Env {
	env := p.Room.Env(message.Lang(ctx))
	env.AtDesk = true
	return env
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
