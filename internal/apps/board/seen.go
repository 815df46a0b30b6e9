package board

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/vntext"
)

// seen is what somebody may see of a measure in a span. Everybody sees it guarded,
// and broken down as it stood when today began; an official of the whole province
// sees it as it stands.
type seen struct {
	targets.Reading
	Measure targets.Measure
	Span    targets.Span
	On      database.Date // the tree that units are shown under
	Broken  targets.Count // what the tables break down
	Today   targets.Cell  // what came since, not broken down
	Guarded bool
}

// everywhere says whether an actor may open every record of the resolution's.
func (room *Room) everywhere(actor access.Actor) bool {
	scope := actor.Scope(access.BoardOpen)
	view := room.tree.At(room.today())
	for _, root := range room.targets.Resolution().Units {
		if _, err := view.Unit(root); err == nil && scope.Contains(root+"/") {
			return true
		}
	}
	return false
}

// see gives what an actor may see. ok is false when the measure was never counted in
// the span.
func (room *Room) see(actor access.Actor, s *targets.Snapshot, m targets.Measure, at scene) (seen, bool) {
	r, ok := s.Reading(m, at.span)
	if !ok {
		return seen{}, false
	}
	v := seen{Reading: r, Measure: m, Span: at.span, On: at.on, Broken: r.Count, Guarded: !room.everywhere(actor) && m.Window != targets.Daily}
	if v.Guarded {
		v.Broken = s.Midnight(m, at.span)
		v.Today = targets.Cell{Numerator: r.Numerator - v.Broken.Numerator, Denominator: r.Denominator - v.Broken.Denominator}
	}
	return v, true
}

// cells are the counts along an axis. Units are those of the tree of v.On: what was
// counted in units that had ended by then stands under their successors, so that the
// sum stays.
func (room *Room) cells(v seen, by targets.Axis) []targets.Cell {
	switch by {
	case targets.ByUnit:
		return regroup(v.Broken.By[targets.ByUnit], func(id string) string { return room.units.at(room.tree, id, v.On) })
	case targets.ByField:
		return regroup(v.Broken.By[targets.BySubject], room.subjects.SubjectField)
	}
	return v.Broken.By[by]
}

func regroup(cells []targets.Cell, key func(string) string) []targets.Cell {
	var c targets.Count
	for _, x := range cells {
		c.Add(x.Numerator, x.Denominator, map[targets.Axis]string{targets.ByUnit: key(x.Key)})
	}
	return c.By[targets.ByUnit]
}

// unitCache keeps, for a minute, which unit of a date holds the territory of another:
// an administrator may change the units while the program runs.
type unitCache struct {
	mu    sync.Mutex
	of    map[database.Date]map[string]string
	until time.Time
}

// at gives the unit that holds a unit's territory on a date: itself while it lives,
// else its successor; the first of them, where a unit was split, so that each record
// counts once. A unit that had not begun yet stays as it is.
func (c *unitCache) at(tree *unit.Tree, id string, on database.Date) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	on = tree.At(on).Since() // nothing changes in between
	if real := clock.System.Now(); c.of == nil || real.After(c.until) {
		c.of, c.until = map[database.Date]map[string]string{}, real.Add(time.Minute)
	}
	if c.of[on] == nil {
		c.of[on] = map[string]string{}
	}
	if to, known := c.of[on][id]; known {
		return to
	}
	to := id
	if all, err := tree.Successors(id, on); err == nil && len(all) > 0 {
		to = all[0].ID
	}
	c.of[on][id] = to
	return to
}

// district is the unit above a commune in the tree of a date: its district, or, where
// there is none any more, its province.
func (room *Room) district(on database.Date) func(id string) string {
	view := room.tree.At(on)
	return func(id string) string {
		u, err := view.Unit(id)
		if err != nil || u.Level == unit.Province {
			return id
		}
		return u.Parent
	}
}

// hasDistricts says whether there were districts on a date.
func (room *Room) hasDistricts(on database.Date) bool {
	view := room.tree.At(on)
	for _, root := range view.Provinces() {
		for _, u := range view.Children(root.ID) {
			if u.Level == unit.District {
				return true
			}
		}
	}
	return false
}

// line is one row of a table as it is shown.
type line struct {
	Name       string
	Key        string
	Cell       targets.Cell
	Share      *decimal.Decimal // of its own denominator; of a breakdown, of the whole
	Joined     []string         // names of the rows that were joined in it
	JoinedKeys []string
	Head       bool // it is the sum of the rows under it
}

// lines are the rows of a table: of a share the worst first, since that is what a
// leader looks for; of a breakdown the largest. What was joined comes after them.
func (room *Room) lines(ctx context.Context, v seen, by targets.Axis) []line {
	var table guarded
	switch {
	case by == targets.ByUnit && v.Guarded:
		// Guarded under their districts, so that a table of districts gives nothing away.
		return room.flat(ctx, v, guardNested(room.cells(v, by), room.district(v.On)), by)
	case by == targets.BySubject && v.Guarded:
		return room.flat(ctx, v, guardNested(room.cells(v, by), room.subjects.SubjectField), by)
	case by == targets.ByField && v.Guarded:
		n := guardNested(v.Broken.By[targets.BySubject], room.subjects.SubjectField)
		table = guarded{Joined: n.Joined, Keys: n.Keys}
		for _, g := range n.Groups {
			table.Rows = append(table.Rows, g.Head)
		}
	case v.Guarded:
		table = guard(room.cells(v, by))
	default:
		table = open(room.cells(v, by))
	}
	return room.ordered(ctx, v, table, by)
}

// districts are the rows by district.
func (room *Room) districts(ctx context.Context, v seen) []line {
	cells := room.cells(v, targets.ByUnit)
	n := openNested(cells, room.district(v.On))
	if v.Guarded {
		n = guardNested(cells, room.district(v.On))
	}
	table := guarded{Joined: n.Joined, Keys: n.Keys}
	for _, g := range n.Groups {
		table.Rows = append(table.Rows, g.Head)
	}
	return room.ordered(ctx, v, table, targets.ByUnit)
}

// flat is a nested table without its headings: each row, what was joined under each
// heading, and what was joined of whole headings.
func (room *Room) flat(ctx context.Context, v seen, n nested, by targets.Axis) []line {
	var table guarded
	var joined []line
	heading := by
	if by == targets.BySubject {
		heading = targets.ByField
	}
	for _, g := range n.Groups {
		table.Rows = append(table.Rows, g.Within.Rows...)
		if g.Within.Joined != nil {
			l := room.joined(ctx, v, *g.Within.Joined, g.Within.Keys, by)
			l.Name = message.T(ctx, "board.joined_in", "n", len(g.Within.Keys), "where", room.axisValue(ctx, g.Head.Key, heading))
			joined = append(joined, l)
		}
	}
	all := append(room.ordered(ctx, v, table, by), joined...)
	if n.Joined != nil {
		all = append(all, room.joined(ctx, v, *n.Joined, n.Keys, heading))
	}
	return all
}

func (room *Room) ordered(ctx context.Context, v seen, table guarded, by targets.Axis) []line {
	var all []line
	for _, c := range table.Rows {
		all = append(all, room.line(v, room.axisValue(ctx, c.Key, by), c))
	}
	worst := func(a, b *decimal.Decimal) int {
		if v.Measure.Low {
			return compare(b, a)
		}
		return compare(a, b)
	}
	slices.SortStableFunc(all, func(a, b line) int {
		first := 0
		if v.Measure.Kind == targets.ShareOf {
			first = worst(a.Share, b.Share)
		}
		return cmp.Or(first, cmp.Compare(b.Cell.Denominator, a.Cell.Denominator), cmp.Compare(vntext.SortKey(a.Name), vntext.SortKey(b.Name)))
	})
	if table.Joined != nil {
		all = append(all, room.joined(ctx, v, *table.Joined, table.Keys, by))
	}
	return all
}

func (room *Room) line(v seen, name string, c targets.Cell) line {
	l := line{Name: name, Key: c.Key, Cell: c, Share: c.Share()}
	if v.Measure.Kind == targets.Breakdown {
		l.Share = targets.Cell{Numerator: c.Denominator, Denominator: v.Broken.Denominator}.Share()
	}
	return l
}

func (room *Room) joined(ctx context.Context, v seen, c targets.Cell, keys []string, by targets.Axis) line {
	l := room.line(v, message.T(ctx, "board.joined", "n", len(keys)), c)
	l.Key, l.JoinedKeys = "", keys
	for _, k := range keys {
		l.Joined = append(l.Joined, room.axisValue(ctx, k, by))
	}
	return l
}

// compare puts a share that has no value after those that have one.
func compare(a, b *decimal.Decimal) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Cmp(*b)
}

// silent are the communes of the resolution of which nothing was counted: they
// stand beside the table, since they are neither good nor bad.
func (room *Room) silent(v seen) []string {
	counted := map[string]bool{}
	for _, c := range room.cells(v, targets.ByUnit) {
		counted[c.Key] = counted[c.Key] || c.Denominator > 0
	}
	view := room.tree.At(v.On)
	var names []string
	for _, root := range room.targets.Resolution().Units {
		for _, u := range view.Communes(root) {
			if !counted[u.ID] {
				names = append(names, u.Name)
			}
		}
	}
	return names
}

// scene is what time a page shows, and under the tree of which day.
type scene struct {
	span  targets.Span
	year  string // a calendar year that is over; empty: the last twelve months
	on    database.Date
	today bool // restated to the units of today
}

// sceneOf reads the address: nam=2025 for a year that is over, cay=nay for the units
// of today. Everybody may ask for the last twelve months and for whole years only:
// spans that overlap at will would give single months away.
func (room *Room) sceneOf(m targets.Measure, s *targets.Snapshot, year, tree string) (scene, bool) {
	at := scene{span: spanNow(m, s), on: room.today(), today: tree == "nay"}
	if year != "" {
		if !slices.Contains(room.years(s), year) {
			return scene{}, false
		}
		at.year, at.span = year, targets.Year(year)
		if m.Window == targets.Daily {
			at.span.From = at.span.To
		}
		if !at.today {
			at.on = database.Date(clock.Day(at.span.Ends()))
		}
	}
	return at, true
}

func spanNow(m targets.Measure, s *targets.Snapshot) targets.Span { return m.SpanAt(s.At) }

// years are the calendar years that are over, the newest first.
func (room *Room) years(s *targets.Snapshot) []string {
	months, any := s.Months()
	if !any {
		return nil
	}
	var all []string
	this := string(room.today())[:4]
	for y := this; y >= months.From[:4]; y = yearBefore(y) {
		if y < this {
			all = append(all, y)
		}
	}
	return all
}

func yearBefore(y string) string {
	return clock.Day(targets.Year(y).Begins().AddDate(0, 0, -1))[:4]
}
