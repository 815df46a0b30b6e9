package board

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Path is where the board stands.
const Path = "/chi-tieu"

// Section is what the header calls the board when a page belongs to it.
const Section = "board"

// Routes lists the pages.
func (room *Room) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + Path, Access: access.Public, Handler: room.keep(room.showBoard)},
		{Pattern: "GET " + Path + "/lanh-dao", Access: access.BoardOpen, Handler: room.showLeaders},
		{Pattern: "GET " + Path + "/thay-doi.atom", Access: access.Public, Handler: room.keep(room.feed), Bare: true},
		{Pattern: "GET " + stylePath, Access: access.Public, Handler: serveStyle, Bare: true, Free: true},
		{Pattern: "GET " + Path + "/{id}", Access: access.Public, Handler: room.keep(room.showLine)},
		{Pattern: "GET " + Path + "/{id}/{measure}", Access: access.Public, Handler: room.keep(room.showRecords)},
		{Pattern: "GET " + Path + "/{id}/{measure}/phan-tich", Access: access.Public, Handler: room.keep(room.showParts)},
		{Pattern: "GET " + Path + "/{id}/{measure}/dinh-nghia", Access: access.Public, Handler: room.showDefinition},
		{Pattern: "GET " + Path + "/{id}/{measure}/so-lieu.csv", Access: access.Public, Handler: room.keep(room.export), Bare: true},
		{Pattern: "GET " + embedPath + "/{id}/{measure}", Access: access.Public, Handler: room.showEmbedded, Bare: true},
	}
}

// lineURL is the page of a line, recordsURL that of a number opened.
func lineURL(id string) string { return Path + "/" + url.PathEscape(id) }

func measureURL(line, measure string) string { return lineURL(line) + "/" + url.PathEscape(measure) }

func definitionURL(line, measure string) string { return measureURL(line, measure) + "/dinh-nghia" }

// recordsURL is the page of a number opened; year is empty for the last twelve months.
func recordsURL(line, measure string, p targets.Part, year string) string {
	address := measureURL(line, measure) + "?phan=" + partNames[p]
	if year != "" {
		address += "&nam=" + year
	}
	return address
}

var partNames = map[targets.Part]string{targets.Numerator: "tu-so", targets.Denominator: "mau-so", targets.Rest: "con-lai"}

func partOf(name string) (targets.Part, error) {
	if name == "" {
		return targets.Denominator, nil
	}
	for p, n := range partNames {
		if n == name {
			return p, nil
		}
	}
	return "", fault.Missing("part", name)
}

// boardPage is every line on one page.
type boardPage struct {
	Resolution *targets.Resolution
	On         database.Date
	Groups     []boardGroup
	Tally      map[targets.State]int
	First      *chart // of the first measured line that has one
	FirstLine  targets.Line
	Leader     bool // may open the page for leaders
}

type boardGroup struct {
	Name  string
	Lines []targets.Standing
}

func (room *Room) today() database.Date { return database.Date(clock.Day(room.clock.Now())) }

func (room *Room) showBoard(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := room.targets.Standings(ctx)
	if err != nil {
		return err
	}
	snapshot, err := room.targets.Snapshot(ctx)
	if err != nil {
		return err
	}
	actor := web.Actor(ctx)
	p := boardPage{Resolution: room.targets.Resolution(), On: room.today(), Tally: map[targets.State]int{}, Leader: actor.Has(access.BoardOpen)}
	for _, s := range all {
		if f, has := s.First(); has && f.Reading != nil && p.First == nil {
			if c, ok := room.chartOf(ctx, snapshot, s.Line, f.Measure, "c-0"); ok {
				p.First, p.FirstLine = &c, s.Line
			}
		}
	}
	for _, g := range p.Resolution.Groups {
		group := boardGroup{Name: say(ctx, g.Name)}
		for _, s := range all {
			if s.Line.Group != g.ID {
				continue
			}
			group.Lines = append(group.Lines, s)
			if s.Line.PartOf == "" {
				p.Tally[s.State]++
			}
		}
		p.Groups = append(p.Groups, group)
	}
	return web.Render(w, r, http.StatusOK, boardView(p))
}

// linePage is one line with its measures.
type linePage struct {
	targets.Standing
	On       database.Date
	Shared   []string // what is true of every line
	Figures  []figureView
	Parts    []targets.Standing // lines that explain this one
	PartOf   *targets.Standing
	Caption  string
	Opinions []milestoneView
}

type milestoneView struct {
	targets.Milestone
	Mark mark
	Has  bool
}

// figureView is a measure as its line shows it.
type figureView struct {
	targets.Figure
	Over  string // the time that it is counted over, in words
	Chart *chart // nil: there are no two months yet
}

func (room *Room) showLine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := room.targets.Standing(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	snapshot, err := room.targets.Snapshot(ctx)
	if err != nil {
		return err
	}
	p := linePage{Standing: s, On: room.today()}
	for _, n := range room.targets.Resolution().Notes {
		p.Shared = append(p.Shared, say(ctx, n))
	}
	for _, m := range s.Line.Milestones {
		k, has := verdictMark(ctx, s.Verdict(m), m, p.On)
		p.Opinions = append(p.Opinions, milestoneView{m, k, has})
	}
	for _, f := range s.Measures {
		v := figureView{Figure: f}
		if f.Reading != nil {
			v.Over = over(ctx, f.Measure, *f.Reading)
			if c, ok := room.chartOf(ctx, snapshot, s.Line, f.Measure, "c-"+axisID(f.ID)); ok {
				v.Chart = &c
			}
		}
		p.Figures = append(p.Figures, v)
	}
	all, err := room.targets.Standings(ctx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Line.PartOf == s.Line.ID {
			p.Parts = append(p.Parts, other)
		}
		if other.Line.ID == s.Line.PartOf {
			p.PartOf = &other
		}
	}
	p.Caption = room.caption(ctx, s.Line)
	return web.Render(w, r, http.StatusOK, lineView(p))
}

func (room *Room) caption(ctx context.Context, l targets.Line) string {
	for _, g := range room.targets.Resolution().Groups {
		if g.ID == l.Group {
			return l.ID + " · " + say(ctx, g.Name) + " · " + message.T(ctx, "board.level_"+string(l.Level))
		}
	}
	return l.ID
}

// asked is a measure of a line that an address names, and the board as it stands.
type asked struct {
	standing targets.Standing
	figure   targets.Figure
	snapshot *targets.Snapshot
	scene    scene
	seen     seen
}

// ask reads which measure of which line, which time and which tree an address is about.
func (room *Room) ask(r *http.Request) (asked, error) {
	ctx := r.Context()
	s, err := room.targets.Snapshot(ctx)
	if err != nil {
		return asked{}, err
	}
	a := asked{snapshot: s}
	if a.standing, err = room.targets.Standing(ctx, r.PathValue("id")); err != nil {
		return asked{}, err
	}
	f, ok := a.standing.Figure(r.PathValue("measure"))
	if !ok || f.Reading == nil {
		return asked{}, fault.Missing("reading of measure", r.PathValue("measure"))
	}
	a.figure = f
	q := r.URL.Query()
	if a.scene, ok = room.sceneOf(f.Measure, s, q.Get("nam"), q.Get("cay")); !ok {
		return asked{}, fault.Missing("year", q.Get("nam"))
	}
	if until := a.standing.Line.Until; until != "" && until < room.today() && a.scene.year == "" { // a line that has ended stays at its end
		a.scene.span, a.scene.on = targets.Span{From: targets.MonthOf(f.Reading.From), To: f.Reading.Month}, until
	}
	if a.seen, ok = room.see(web.Actor(ctx), s, f.Measure, a.scene); !ok {
		return asked{}, fault.Missing("reading of measure", f.ID)
	}
	return a, nil
}

// recordsPage is a number opened.
type recordsPage struct {
	Line     targets.Line
	Measure  targets.Measure
	Seen     seen
	Opened   targets.Opened
	Year     string
	Official bool // may open records in some scope
	Summary  bool // the counts are shown, not the records
	Tables   []table
	Pages    web.Pages
	Register string // where an official finds the same cases with every filter; empty: nowhere
	Unit     func(id string) string
}

// table is a number by what it is made of.
type table struct {
	By    targets.Axis
	Lines []line
}

const perPage = 100

func (room *Room) showRecords(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := room.ask(r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	part, err := partOf(query.Get("phan"))
	if err != nil {
		return err
	}
	page := 1
	if text := query.Get("trang"); text != "" {
		if page, err = strconv.Atoi(text); err != nil || page < 1 || page > 1_000_000 {
			return fault.Missing("page", text)
		}
	}
	actor := web.Actor(ctx)
	scope := actor.Scope(access.BoardOpen)
	p := recordsPage{
		Line: a.standing.Line, Measure: a.figure.Measure, Seen: a.seen, Year: a.scene.year, Official: !scope.Empty(), Unit: room.unit,
		Summary: query.Get("xem") == "tong-hop" || scope.Empty() && a.figure.Window != targets.Daily,
	}
	if !p.Summary {
		if p.Opened, err = room.targets.Open(ctx, a.seen.Reading, scope, part, targets.Page{Offset: (page - 1) * perPage, Limit: perPage}); err != nil {
			return err
		}
		p.Summary = p.Opened.Within == 0
	}
	p.Opened.Part = part
	rows := p.Opened.Within
	if p.Summary {
		rows = 0
		for _, by := range []targets.Axis{targets.ByChannel, targets.ByUnit, targets.ByField} {
			if len(room.cells(a.seen, by)) > 0 {
				p.Tables = append(p.Tables, table{by, room.lines(ctx, a.seen, by)})
			}
		}
	} else if err := room.journal(ctx, actor, p.Opened); err != nil {
		return err
	} else if !p.Opened.Public {
		p.Register = registerURL(a.figure.Measure, part, a.seen)
	}
	count := int((rows + perPage - 1) / perPage)
	if page > max(count, 1) {
		return fault.Missing("page", strconv.Itoa(page))
	}
	p.Pages = web.Pages{Current: page, Count: count, URL: func(n int) string {
		address := recordsURL(p.Line.ID, p.Measure.ID, part, p.Year)
		if n > 1 {
			address += "&trang=" + strconv.Itoa(n)
		}
		return address
	}}
	return web.Render(w, r, http.StatusOK, recordsView(p))
}

// registerURL is the register of dossiers with the filter that a number is counted
// by, as far as it has one: the days, the channel, and whether they were late.
func registerURL(m targets.Measure, p targets.Part, v seen) string {
	q := url.Values{}
	from, to := clock.Day(v.From), clock.Day(v.AsOf)
	switch {
	case m.ID == "dossiers.online" || m.ID == "dossiers.by_channel":
		q.Set("nop-tu", from)
		q.Set("nop-den", to)
		if m.ID == "dossiers.online" && p != targets.Denominator {
			q.Set("kenh", map[targets.Part]string{targets.Numerator: "online", targets.Rest: "counter"}[p])
		}
	default:
		q.Set("xong-tu", from)
		q.Set("xong-den", to)
		late := m.ID == "dossiers.on_time" && p == targets.Rest || m.ID == "dossiers.late" && p == targets.Numerator
		timely := m.ID == "dossiers.on_time" && p == targets.Numerator || m.ID == "dossiers.late" && p == targets.Rest
		switch {
		case late:
			q.Set("han", "tre")
		case timely:
			q.Set("han", "dung")
		}
	}
	return "/ban-lam-viec/so?" + q.Encode()
}

// partsPage is a number broken down along one axis.
type partsPage struct {
	Line    targets.Line
	Measure targets.Measure
	Seen    seen
	Scene   scene
	By      targets.Axis
	Level   string // of the units: xa, huyen
	Axes    []web.Link
	Times   []web.Link
	Trees   []web.Link
	Levels  []web.Link
	Lines   []line
	Silent  []string
	Map     *picture
	MapDesc string
	Open    map[string]string // by unit: where an official finds its cases
}

var axisNames = map[targets.Axis]string{targets.ByUnit: "noi", targets.ByChannel: "kenh", targets.ByField: "linh-vuc", targets.BySubject: "thu-tuc"}

func (room *Room) showParts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := room.ask(r)
	if err != nil {
		return err
	}
	m, q := a.figure.Measure, r.URL.Query()
	if len(m.By) == 0 {
		return fault.Missing("axis of measure", m.ID)
	}
	p := partsPage{Line: a.standing.Line, Measure: m, Seen: a.seen, Scene: a.scene, By: m.By[0], Level: "xa"}
	if name := q.Get("theo"); name != "" {
		p.By = ""
		for _, by := range m.By {
			if axisNames[by] == name {
				p.By = by
			}
		}
		if p.By == "" {
			return fault.Missing("axis", name)
		}
	}
	if q.Get("cap") == "huyen" && room.hasDistricts(a.scene.on) {
		p.Level = "huyen"
	}
	address := func(change func(url.Values)) string {
		v := url.Values{"theo": {axisNames[p.By]}}
		if a.scene.year != "" {
			v.Set("nam", a.scene.year)
		}
		if a.scene.today {
			v.Set("cay", "nay")
		}
		if p.Level != "xa" && p.By == targets.ByUnit {
			v.Set("cap", p.Level)
		}
		change(v)
		return measureURL(p.Line.ID, m.ID) + "/phan-tich?" + v.Encode()
	}
	for _, by := range m.By {
		p.Axes = append(p.Axes, web.Link{Text: message.T(ctx, "board.axis_"+string(by)), Current: by == p.By, URL: address(func(v url.Values) { v.Set("theo", axisNames[by]) })})
	}
	p.Times = append(p.Times, web.Link{Text: spanWords(ctx, m, a.snapshot), Current: a.scene.year == "", URL: address(func(v url.Values) { v.Del("nam") })})
	for _, y := range room.years(a.snapshot) {
		if _, any := a.snapshot.Reading(m, targets.Year(y)); any {
			p.Times = append(p.Times, web.Link{Text: message.T(ctx, "board.year", "year", y), Current: a.scene.year == y, URL: address(func(v url.Values) { v.Set("nam", y) })})
		}
	}
	if p.By == targets.ByUnit {
		if a.scene.year != "" {
			p.Trees = []web.Link{
				{Text: message.T(ctx, "board.tree_then", "date", message.DateText(ctx, clock.Day(a.scene.span.Ends()))), Current: !a.scene.today, URL: address(func(v url.Values) { v.Del("cay") })},
				{Text: message.T(ctx, "board.tree_today"), Current: a.scene.today, URL: address(func(v url.Values) { v.Set("cay", "nay") })},
			}
		}
		if room.hasDistricts(a.scene.on) {
			p.Levels = []web.Link{
				{Text: message.T(ctx, "board.by_commune"), Current: p.Level == "xa", URL: address(func(v url.Values) { v.Del("cap") })},
				{Text: message.T(ctx, "board.by_district"), Current: p.Level == "huyen", URL: address(func(v url.Values) { v.Set("cap", "huyen") })},
			}
		}
	}
	if p.By == targets.ByUnit && p.Level == "huyen" {
		p.Lines = room.districts(ctx, a.seen)
	} else {
		p.Lines = room.lines(ctx, a.seen, p.By)
	}
	if p.By == targets.ByUnit && p.Level == "xa" {
		p.Silent = room.silent(a.seen)
	}
	if p.By == targets.ByUnit && p.Level == "xa" {
		room.paint(ctx, &p)
		p.Open = room.casesOf(web.Actor(ctx), a.seen, p.Lines)
	}
	return web.Render(w, r, http.StatusOK, partsView(p))
}

// paint draws the map of a table of communes.
func (room *Room) paint(ctx context.Context, p *partsPage) {
	amount := func(v int64) string {
		if p.Measure.Kind == targets.Breakdown {
			return message.Number(ctx, v)
		}
		return percent(ctx, decimal.New(v, 4))
	}
	words := func(id string, l *line) string {
		switch {
		case l == nil:
			return room.unit(id)
		case l.Share == nil || p.Measure.Kind == targets.Breakdown:
			return l.Name + ": " + message.Number(ctx, l.Cell.Denominator)
		}
		return l.Name + ": " + percent(ctx, *l.Share)
	}
	drawn, ok := room.draw(p.Seen, p.Lines, words, func(from, to int64) string {
		if from == to {
			return amount(from)
		}
		return amount(from) + "–" + amount(to)
	})
	if !ok {
		return
	}
	p.Map = &drawn
	var ends []string
	for _, l := range p.Lines {
		if l.Key != "" {
			ends = append(ends, words(l.Key, &l))
		}
	}
	if len(ends) > 0 {
		p.MapDesc = message.T(ctx, "board.map_desc", "first", ends[0], "last", ends[len(ends)-1])
	}
}

// casesOf gives, for the places of an official's scope, where the cases are that pull
// the number down: the late ones, or all.
func (room *Room) casesOf(actor access.Actor, v seen, lines []line) map[string]string {
	scope := actor.Scope(access.BoardOpen)
	if scope.Empty() || v.Measure.Window == targets.Daily || !actor.Has(access.DossierRead) {
		return nil
	}
	part := targets.Denominator
	switch {
	case v.Measure.Kind == targets.ShareOf && v.Measure.Low:
		part = targets.Numerator
	case v.Measure.Kind == targets.ShareOf:
		part = targets.Rest
	}
	all := map[string]string{}
	for _, l := range lines {
		if path, err := room.tree.Path(l.Key); err == nil && (scope.Contains(path) || scope.Contains(path+"ubnd-"+l.Key+"/")) && l.Cell.Of(part) > 0 {
			all[l.Key] = registerURL(v.Measure, part, v) + "&xa=" + url.QueryEscape(l.Key)
		}
	}
	return all
}

func axisID(measure string) string { return strings.NewReplacer(".", "-", "_", "-").Replace(measure) }

// definitionPage is what a measure counts, in all its versions.
type definitionPage struct {
	Line    targets.Line
	Measure targets.Measure
}

func (room *Room) showDefinition(w http.ResponseWriter, r *http.Request) error {
	l, ok := room.targets.Resolution().Line(r.PathValue("id"))
	if !ok {
		return fault.Missing("line", r.PathValue("id"))
	}
	for _, id := range l.Measures {
		if id == r.PathValue("measure") {
			m, _ := room.targets.Resolution().Measure(id) // Load refuses a line that names none
			return web.Render(w, r, http.StatusOK, definitionView(definitionPage{l, m}))
		}
	}
	return fault.Missing("measure", r.PathValue("measure"))
}

// journal writes who opened which records, before they are shown.
func (room *Room) journal(ctx context.Context, actor access.Actor, o targets.Opened) error {
	if o.Public || len(o.Rows) == 0 {
		return nil
	}
	entry := audit.Entry{Actor: actor.Account, Action: "board.open", ObjectKind: "measure", ObjectID: o.Reading.Measure}
	for _, g := range actor.Grants {
		if g.Allows(access.BoardOpen) {
			entry.Path, entry.ActingFor = g.Path, actor.ActsFor(access.BoardOpen, g.Path)
			break
		}
	}
	for _, row := range o.Rows {
		entry.IDs = append(entry.IDs, row.ID)
	}
	return room.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx, room.clock.Now(), entry)
	})
}
