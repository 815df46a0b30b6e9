package board

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
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
		{Pattern: "GET " + Path, Access: access.Public, Handler: room.showBoard},
		{Pattern: "GET " + Path + "/{id}", Access: access.Public, Handler: room.showLine},
		{Pattern: "GET " + Path + "/{id}/{measure}", Access: access.Public, Handler: room.showRecords},
	}
}

// lineURL is the page of a line, recordsURL that of a number opened.
func lineURL(id string) string { return Path + "/" + url.PathEscape(id) }

func recordsURL(line, measure string, p targets.Part) string {
	return lineURL(line) + "/" + url.PathEscape(measure) + "?phan=" + partNames[p]
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
	p := boardPage{Resolution: room.targets.Resolution(), On: room.today(), Tally: map[targets.State]int{}}
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

// figureView is a measure with what it is broken down into.
type figureView struct {
	targets.Figure
	Tables []breakdown
	Silent []string // communes of which nothing was counted
}

type breakdown struct {
	By   targets.Axis
	Rows []part
}

func (room *Room) showLine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := room.targets.Standing(ctx, r.PathValue("id"))
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
		if f.Reading != nil && f.Reading.Denominator > 0 {
			for _, by := range f.By {
				v.Tables = append(v.Tables, breakdown{by, room.parts(ctx, f.Measure, *f.Reading, by)})
				if by == targets.ByUnit {
					v.Silent = room.silent(*f.Reading)
				}
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
	for _, g := range room.targets.Resolution().Groups {
		if g.ID == s.Line.Group {
			p.Caption = s.Line.ID + " · " + say(ctx, g.Name) + " · " + message.T(ctx, "board.level_"+string(s.Line.Level))
		}
	}
	return web.Render(w, r, http.StatusOK, lineView(p))
}

// recordsPage is a number opened.
type recordsPage struct {
	Line     targets.Line
	Measure  targets.Measure
	Reading  targets.Reading
	Opened   targets.Opened
	Official bool // may open records in some scope
	Summary  bool // the counts are shown, not the records
	Cells    []cellRow
	Shown    int64 // what the cells of this page count together
	Pages    web.Pages
	Unit     func(id string) string
}

const perPage = 100

func (room *Room) showRecords(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := room.targets.Standing(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	f, ok := s.Figure(r.PathValue("measure"))
	if !ok || f.Reading == nil {
		return fault.Missing("reading of measure", r.PathValue("measure"))
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
	summary := query.Get("xem") == "tong-hop"
	limit := perPage
	if summary {
		limit = 0
	}
	opened, err := room.targets.Open(ctx, *f.Reading, scope, part, targets.Page{Offset: (page - 1) * perPage, Limit: limit})
	if err != nil {
		return err
	}
	p := recordsPage{
		Line: s.Line, Measure: f.Measure, Reading: opened.Reading, Opened: opened, Official: !scope.Empty(), Unit: room.unit,
		Summary: summary || opened.Within == 0,
	}
	rows := opened.Within
	if p.Summary {
		p.Cells = room.cells(ctx, p.Reading, part)
		rows = int64(len(p.Cells))
		from := min(len(p.Cells), (page-1)*perPage)
		p.Cells = p.Cells[from:min(len(p.Cells), from+perPage)]
		for _, c := range p.Cells {
			p.Shown += c.Count
		}
	} else if err := room.journal(ctx, actor, opened); err != nil {
		return err
	}
	count := int((rows + perPage - 1) / perPage)
	if page > max(count, 1) {
		return fault.Missing("page", strconv.Itoa(page))
	}
	p.Pages = web.Pages{Current: page, Count: count, URL: func(n int) string {
		q := url.Values{"phan": {partNames[part]}}
		if summary {
			q.Set("xem", "tong-hop")
		}
		if n > 1 {
			q.Set("trang", strconv.Itoa(n))
		}
		return lineURL(s.Line.ID) + "/" + url.PathEscape(f.ID) + "?" + q.Encode()
	}}
	return web.Render(w, r, http.StatusOK, recordsView(p))
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
