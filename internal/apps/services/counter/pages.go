package counter

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/people"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/web"
)

// Pages are the counter's.
type Pages struct {
	office.Office
	People people.Finder
}

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + office.PathCounter, Access: access.DossierIntake, Handler: p.counter},
		{Pattern: "POST " + office.PathCounter, Access: access.DossierIntake, Handler: p.fileAtCounter, MaxBody: p.largestUpload()},
	}
}

// largestBody is the most that a clerk's browser may send at once: a form with
// eighty papers would allow gigabytes.
const largestBody = 256 << 20

// largestUpload is the largest body that counter intake may need: all files of a
// form at their limits, up to largestBody, and a megabyte for what is typed.
func (p Pages) largestUpload() int64 {
	most := int64(0)
	for _, proc := range p.Room.Catalogue.Offered(clock.Day(p.Room.Clock.Now())) {
		most = max(most, proc.Uploads().All)
	}
	return min(most, largestBody) + 1<<20
}

// counterRevision is the one page of a draft that is filled in at the counter.
const counterRevision = "counter"

// counterPage is the whole form of a procedure on one page, with what the clerk
// decides at acceptance: whoever has the papers in hand files and accepts at once.
type counterPage struct {
	Procedure *catalogue.Procedure
	Checks    []office.Check // the papers of the procedure, with their originals
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
func checks(proc *catalogue.Procedure, answers form.Answers) []office.Check {
	asked := map[string]bool{}
	for _, x := range proc.Form.Papers(answers) {
		asked[x.Paper] = true
	}
	var list []office.Check
	for _, x := range proc.Papers {
		list = append(list, office.Check{Paper: x, Asked: asked[x.ID] || x.Need == "required"})
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

func (p Pages) showCounter(w http.ResponseWriter, r *http.Request, status int, page counterPage) error {
	for i := range page.Views {
		page.Views[i].Errors = page.Errors
	}
	return web.Render(w, r, status, counterView(page))
}

// part is the id of a page's part of the counter form.
func part(page *form.Page) string { return "part-" + page.ID }

// pairs puts two parts beside each other, in the order of the form.
func (p counterPage) pairs() [][]form.PageView {
	for i := range p.Views {
		p.Views[i].Small = true
	}
	return slices.Collect(slices.Chunk(p.Views, 2))
}

// env is what a form is checked with at the counter, where the originals are.
func (p Pages) env(ctx context.Context) form.Env {
	env := p.Room.Env(message.Lang(ctx))
	env.AtDesk = true
	return env
}
