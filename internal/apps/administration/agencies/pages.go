package agencies

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"benso/internal/apps/administration"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
)

// Where the pages stand.
const (
	Path       = administration.AgenciesPath
	agencyPath = Path + "/"
	unitPath   = administration.Path + "/don-vi/"
	addPath    = "/them-co-quan"
	namePath   = "/doi-ten"
	endPath    = "/ket-thuc"
	reopenPath = "/mo-lai"
)

// Pages are what an administrator sees.
type Pages struct{ Room }

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	get := func(path string, h web.Handler) web.Route {
		return web.Route{Pattern: "GET " + path, Access: access.SystemManage, Handler: h}
	}
	post := func(path string, h web.Handler) web.Route {
		return web.Route{Pattern: "POST " + path, Access: access.SystemManage, Handler: h, MaxBody: 16 << 10}
	}
	one := agencyPath + "{agency}"
	return []web.Route{
		get(Path, p.list),
		get(one, p.show),
		get(unitPath+"{unit}"+addPath, p.askAdd),
		post(unitPath+"{unit}"+addPath, p.doAdd),
		get(one+namePath, p.asking(p.renaming)),
		post(one+namePath, p.answering(p.renaming)),
		get(one+endPath, p.asking(p.ending)),
		post(one+endPath, p.answering(p.ending)),
		get(one+reopenPath, p.asking(p.reopening)),
		post(one+reopenPath, p.answering(p.reopening)),
	}
}

// listPage is the tree of the scope.
type listPage struct {
	Words string
	Units []unitLine
	N     int // agencies
	Ended []agencyLine
}

type unitLine struct {
	unit.Unit
	Depth    int
	Agencies []agencyLine
}

type agencyLine struct {
	unit.Agency
	Officials int64
}

func (p Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	page := listPage{Words: strings.TrimSpace(r.URL.Query().Get("q"))}
	var shown []string
	for _, u := range p.units(actor) {
		path, err := p.Units.Path(u.ID)
		if err != nil {
			return err
		}
		line := unitLine{Unit: u, Depth: strings.Count(path, "/")}
		all := matches(u.Name+" "+u.Code, page.Words)
		for _, a := range p.Units.AgenciesOf(u.ID, p.today()) {
			if all || matches(a.Name+" "+a.ID+" "+a.Identifier, page.Words) {
				line.Agencies = append(line.Agencies, agencyLine{Agency: a})
				shown = append(shown, a.ID)
			}
		}
		if all || len(line.Agencies) > 0 {
			page.Units = append(page.Units, line)
		}
		page.N += len(line.Agencies)
	}
	for _, id := range p.Units.AgencyIDs() {
		a, err := p.agency(actor, id)
		if err == nil && a.To != "" && a.To < p.today() && matches(a.Name+" "+a.ID, page.Words) {
			page.Ended = append(page.Ended, agencyLine{Agency: a})
		}
	}
	counts, err := p.Identity.CountPosts(ctx, p.DB.Read(), shown...)
	if err != nil {
		return err
	}
	for _, u := range page.Units {
		for i := range u.Agencies {
			u.Agencies[i].Officials = counts[u.Agencies[i].ID]
		}
	}
	return web.Render(w, r, http.StatusOK, listView(page))
}

// matches says whether every word begins one of the text's.
func matches(text, words string) bool {
	text = " " + vntext.Fold(text)
	for _, w := range strings.Fields(vntext.Fold(words)) {
		if !strings.Contains(text, " "+w) {
			return false
		}
	}
	return true
}

type showPage struct {
	unit.Agency
	Facts   []web.Row
	Names   []nameLine
	Holds   holding
	Changes bool
	Ended   bool
}

type nameLine struct{ Name, Period, Source string }

func (p Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	a, err := p.agency(actor, r.PathValue("agency"))
	if err != nil {
		return err
	}
	page := showPage{Agency: a, Changes: a.Kind != unit.PeoplesCommittee, Ended: a.To != "" && a.To < p.today()}
	if page.Holds, err = p.holds(ctx, p.DB.Read(), a.ID); err != nil {
		return err
	}
	periods, err := p.Units.AgencyPeriods(a.ID)
	if err != nil {
		return err
	}
	for _, one := range slices.Backward(periods) {
		page.Names = append(page.Names, nameLine{one.Name, period(ctx, one), one.Source})
	}
	u, err := p.Units.Unit(a.Unit)
	if err != nil {
		return err
	}
	identifier := a.Identifier
	if a.Fictitious {
		identifier = message.T(ctx, "agencies.made_here", "identifier", a.Identifier)
	}
	page.Facts = []web.Row{
		{Key: message.T(ctx, "agencies.identifier"), Value: identifier},
		{Key: message.T(ctx, "agencies.id"), Value: a.ID},
		{Key: message.T(ctx, "agencies.unit"), Value: message.T(ctx, "agencies.unit_level", "unit", u.Name, "level", message.T(ctx, "agencies.level_"+string(u.Level)))},
		{Key: message.T(ctx, "agencies.parent"), Value: p.parent(ctx, a, u)},
		{Key: message.T(ctx, "agencies.life"), Value: period(ctx, unit.Agency{From: periods[0].From, To: a.To})},
		{Key: message.T(ctx, "agencies.address"), Value: orUnknown(ctx, a.Address)},
		{Key: message.T(ctx, "agencies.dossiers"), Value: message.Number(ctx, page.Holds.Dossiers)},
		{Key: message.T(ctx, "agencies.questions"), Value: message.Number(ctx, page.Holds.Questions)},
	}
	return web.Render(w, r, http.StatusOK, showView(page))
}

// parent names the body above: the committee of the unit, or of the unit above.
func (p Pages) parent(ctx context.Context, a unit.Agency, u unit.Unit) string {
	at := u.ID
	if a.Kind == unit.PeoplesCommittee {
		at = u.Parent
	}
	for _, other := range p.Units.AgenciesOf(at, p.today()) {
		if other.Kind == unit.PeoplesCommittee {
			return other.Name
		}
	}
	return message.T(ctx, "agencies.none")
}

func orUnknown(ctx context.Context, s string) string {
	if s == "" {
		return message.T(ctx, "agencies.unknown")
	}
	return s
}

func period(ctx context.Context, a unit.Agency) string {
	from := message.DateText(ctx, string(a.From))
	if a.To == "" {
		return message.T(ctx, "agencies.since", "from", from)
	}
	return message.T(ctx, "agencies.period", "from", from, "to", message.DateText(ctx, string(a.To)))
}

// addPage asks which agency is added to a unit.
func (p Pages) addPage(ctx context.Context, u unit.Unit, f *administration.Form) administration.AskPage {
	kinds := []web.Option{{Label: message.T(ctx, "agencies.kind_other")}}
	for _, k := range p.kinds(u) {
		kinds = append(kinds, web.Option{Value: k.ID, Label: k.Name})
	}
	fields := []templ.Component{f.Input(ctx, "name", "agencies.name", "agencies.name_hint")}
	if len(kinds) > 1 {
		fields = append(fields, f.Choice(ctx, "kind", "agencies.kind", kinds))
	}
	fields = append(fields, f.Input(ctx, "identifier", "agencies.identifier", "agencies.identifier_hint"), f.Input(ctx, "address", "agencies.address", "agencies.address_hint"),
		f.Date(ctx, "from", "agencies.from", "agencies.from_hint"), f.Input(ctx, "ground", "agencies.ground", "agencies.ground_hint"))
	return administration.AskPage{Title: message.T(ctx, "agencies.add_title"), Name: u.Name, Text: message.T(ctx, "agencies.add_text"), Action: unitPath + u.ID + addPath, Back: Path,
		Fields: fields, Button: web.Action{Text: message.T(ctx, "agencies.add")}, Errors: f.Errors}
}

func (p Pages) askAdd(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u, err := p.unit(web.Actor(ctx), r.PathValue("unit"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, administration.AskView(p.addPage(ctx, u, &administration.Form{Values: url.Values{}})))
}

func (p Pages) doAdd(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	u, err := p.unit(web.Actor(ctx), r.PathValue("unit"))
	if err != nil {
		return err
	}
	f := &administration.Form{Values: r.PostForm}
	n := New{Unit: u.ID, Name: f.Get("name"), Kind: f.Get("kind"), Identifier: f.Get("identifier"), Address: f.Get("address"), From: p.day(f), Ground: f.Get("ground")}
	if len(f.Errors) == 0 {
		id, err := p.Add(ctx, web.Actor(ctx), key, n)
		if err == nil {
			web.Flash(w, r, "agencies.done_add")
			return web.Redirect(w, r, agencyPath+id)
		}
		if f.Errors = administration.Refused(err); f.Errors == nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, administration.AskView(p.addPage(ctx, u, f)))
}

// day reads the first day; empty is today.
func (p Pages) day(f *administration.Form) database.Date {
	if from := f.Day("from"); from != "" {
		return from
	}
	return p.today()
}

// question is one act on an agency.
type question struct {
	page func(ctx context.Context, a unit.Agency, f *administration.Form) (administration.AskPage, error)
	do   func(ctx context.Context, actor access.Actor, key string, f *administration.Form) error
	done string
}

func (p Pages) asking(of func(id string) question) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.draw(w, r, http.StatusOK, of(r.PathValue("agency")), &administration.Form{Values: url.Values{}})
	}
}

func (p Pages) draw(w http.ResponseWriter, r *http.Request, status int, q question, f *administration.Form) error {
	ctx := r.Context()
	a, err := p.changeable(web.Actor(ctx), r.PathValue("agency"))
	if err != nil {
		return err
	}
	page, err := q.page(ctx, a, f)
	if err != nil {
		return err
	}
	page.Name, page.Action, page.Back, page.Errors = a.Name, r.URL.Path, agencyPath+a.ID, f.Errors
	return web.Render(w, r, status, administration.AskView(page))
}

func (p Pages) answering(of func(id string) question) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		key, err := web.FormKey(r)
		if err != nil {
			return err
		}
		q, f := of(r.PathValue("agency")), &administration.Form{Values: r.PostForm}
		if err = q.do(ctx, web.Actor(ctx), key, f); err == nil && len(f.Errors) == 0 {
			web.Flash(w, r, q.done)
			return web.Redirect(w, r, agencyPath+r.PathValue("agency"))
		}
		if err != nil {
			if f.Errors = administration.Refused(err); f.Errors == nil {
				return err
			}
		}
		return p.draw(w, r, http.StatusUnprocessableEntity, q, f)
	}
}

func (p Pages) renaming(id string) question {
	return question{
		page: func(ctx context.Context, a unit.Agency, f *administration.Form) (administration.AskPage, error) {
			if a.To != "" {
				return administration.AskPage{}, fault.New(fault.Conflict, "agencies.has_ended")
			}
			if f.Get("name") == "" {
				f.Set("name", a.Name)
			}
			return administration.AskPage{Title: message.T(ctx, "agencies.rename_title"), Text: message.T(ctx, "agencies.rename_text", "day", message.DateText(ctx, string(a.From))),
				Fields: []templ.Component{f.Input(ctx, "name", "agencies.name", "agencies.name_hint"), f.Date(ctx, "from", "agencies.name_from", "agencies.from_hint"), f.Input(ctx, "ground", "agencies.ground", "agencies.ground_hint")},
				Button: web.Action{Text: message.T(ctx, "agencies.rename")}}, nil
		},
		do: func(ctx context.Context, actor access.Actor, key string, f *administration.Form) error {
			from := p.day(f)
			if len(f.Errors) > 0 {
				return nil
			}
			return p.Rename(ctx, actor, key, id, f.Get("name"), from, f.Get("ground"))
		},
		done: "agencies.done_rename",
	}
}

func (p Pages) ending(id string) question {
	return question{
		page: func(ctx context.Context, a unit.Agency, f *administration.Form) (administration.AskPage, error) {
			if a.To != "" {
				return administration.AskPage{}, fault.New(fault.Conflict, "agencies.has_ended")
			}
			page := administration.AskPage{Title: message.T(ctx, "agencies.end_title"), Text: message.T(ctx, "agencies.end_text"), Button: web.Action{Text: message.T(ctx, "agencies.end"), Style: web.Warning},
				Fields: []templ.Component{f.Date(ctx, "from", "agencies.end_from", "agencies.from_hint"), f.Input(ctx, "ground", "agencies.ground", "agencies.ground_hint")}}
			h, err := p.holds(ctx, p.DB.Read(), id)
			if err != nil {
				return administration.AskPage{}, err
			}
			if refusal := h.mayEnd(); refusal != nil {
				f := fault.Of(refusal)
				page.Warning = message.T(ctx, f.Key, f.Args...)
			}
			return page, nil
		},
		do: func(ctx context.Context, actor access.Actor, key string, f *administration.Form) error {
			from := p.day(f)
			if len(f.Errors) > 0 {
				return nil
			}
			return p.End(ctx, actor, key, id, from, f.Get("ground"))
		},
		done: "agencies.done_end",
	}
}

func (p Pages) reopening(id string) question {
	return question{
		page: func(ctx context.Context, a unit.Agency, f *administration.Form) (administration.AskPage, error) {
			if a.To == "" {
				return administration.AskPage{}, fault.New(fault.Conflict, "agencies.lives")
			}
			return administration.AskPage{Title: message.T(ctx, "agencies.reopen_title"), Text: message.T(ctx, "agencies.reopen_text"), Button: web.Action{Text: message.T(ctx, "agencies.reopen")},
				Fields: []templ.Component{f.Input(ctx, "ground", "agencies.ground", "agencies.ground_hint")}}, nil
		},
		do: func(ctx context.Context, actor access.Actor, key string, f *administration.Form) error {
			return p.Reopen(ctx, actor, key, id, f.Get("ground"))
		},
		done: "agencies.done_reopen",
	}
}
