package counter

import (
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/web"
)

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
		if !office.Refusal(err) {
			return err
		}
		page.Errors = p.placed(d, office.FieldsOf(err))
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
		given, seen := office.TakenIn(office.KnownPapers(d.procedure, r.PostForm))
		_, err = p.Room.Accept(ctx, actor, dossier.Act{ID: filed.ID, Version: filedVersion, Key: key + "-accept"}, given, seen)
		switch {
		case err == nil:
			done = "desk.done_accept"
		case !office.Refusal(err) && !fault.Is(err, fault.Conflict):
			return err
		} // what is missing, such as a date where no limit is known, the next page asks for
	}
	web.Flash(w, r, done)
	if p.AtOnce(filed) && r.PostForm.Get("accept") != "" {
		return web.Redirect(w, r, office.URL(filed.ID, office.PathLane))
	}
	return web.Redirect(w, r, office.URL(filed.ID, ""))
}

// filedVersion is the version of every dossier that was just filed.
const filedVersion = 1

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
				if !office.Refusal(err) {
					return nil, nil, err
				}
				wrong = append(wrong, office.FieldsOf(office.AtField(err, name))...)
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
	return web.Render(w, r, http.StatusConflict, sentView(sentPage{URL: office.URL(draft.FiledAs, "")}))
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
