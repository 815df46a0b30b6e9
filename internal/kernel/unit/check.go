package unit

import (
	"cmp"
	"slices"
	"strings"

	"benso/internal/kernel/database"
)

// check holds the rules over all rows. Each step needs what the one before has
// ensured, so the first step with problems is the last.
func (c *checker) check() {
	for _, step := range []func(){c.checkPeriods, c.checkParents, c.checkNamesakes, c.checkSuccessions, c.checkNothingLost, c.checkAgencies, c.checkAgencySuccessions} {
		step()
		if len(c.problems) > 0 {
			return
		}
	}
}

// checkPeriods: the periods of one id follow each other without gap or overlap,
// at one place of the tree.
func (c *checker) checkPeriods() {
	if len(c.units) == 0 {
		c.problem(UnitsFile, 0, "add at least a province", "has no units")
	}
	c.byID = map[string][]unitRow{}
	for _, u := range c.units {
		c.byID[u.ID] = append(c.byID[u.ID], u)
	}
	for id, periods := range c.byID {
		slices.SortStableFunc(periods, func(a, b unitRow) int { return compareDates(a.From, b.From) })
		for i := 1; i < len(periods); i++ {
			before, u := periods[i-1], periods[i]
			c.follows(UnitsFile, "unit", id, u.line, before.line, before.To, u.From)
			if u.Level != before.Level || u.Parent != before.Parent {
				c.problem(UnitsFile, u.line, "give it another id, and a succession", "unit %s has another level or parent than on line %d", id, before.line)
			}
			if u.Name == before.Name && u.Code == before.Code {
				c.problem(UnitsFile, u.line, "make one row of both", "unit %s has the same name and code as on line %d", id, before.line)
			}
		}
	}
}

// follows says when a period does not begin on the day after the one before.
func (c *checker) follows(file, what, id string, line, lineBefore int, to, from database.Date) {
	switch {
	case to == "" || to >= from:
		c.problem(file, line, "use another id, or end the period before on "+string(dayBefore(from)), "%s %s is there twice: it overlaps line %d", what, id, lineBefore)
	case dayAfter(to) != from:
		c.problem(file, line, "begin on "+string(dayAfter(to)), "%s %s has a gap after line %d, which ends on %s", what, id, lineBefore, to)
	}
}

// checkParents: each unit but a province hangs on a unit of a higher level that
// lives as long as it does.
func (c *checker) checkParents() {
	for _, u := range c.units {
		if u.Level == Province {
			if u.Parent != "" {
				c.problem(UnitsFile, u.line, "leave parent empty", "province %s has the parent %s", u.ID, u.Parent)
			}
			continue
		}
		parent := c.byID[u.Parent]
		switch {
		case u.Parent == "":
			c.problem(UnitsFile, u.line, "name the unit above it", "%s %s is an orphan: it has no parent", u.Level, u.ID)
		case len(parent) == 0:
			c.problem(UnitsFile, u.line, "add the parent, or name another", "%s %s is an orphan: there is no unit %s", u.Level, u.ID, u.Parent)
		case c.cyclic(u.ID):
			c.problem(UnitsFile, u.line, "name the unit above it", "unit %s is its own ancestor: a cycle", u.ID)
		case parent[0].Level.rank() >= u.Level.rank():
			c.problem(UnitsFile, u.line, "name a unit of a higher level", "%s %s has the %s %s as its parent", u.Level, u.ID, parent[0].Level, u.Parent)
		default:
			from, to := parent[0].From, parent[len(parent)-1].To
			c.within(UnitsFile, "unit", u.ID, "parent", u.Parent, u.line, [2]database.Date{u.From, u.To}, [2]database.Date{from, to})
		}
	}
}

func (c *checker) cyclic(id string) bool {
	seen := map[string]bool{}
	for at := id; at != ""; {
		if seen[at] {
			return true
		}
		seen[at] = true
		periods := c.byID[at]
		if len(periods) == 0 {
			return false
		}
		at = periods[0].Parent
	}
	return false
}

// within says when a period is not inside the life of what it depends on.
func (c *checker) within(file, what, id, whose, other string, line int, period, life [2]database.Date) {
	if period[0] < life[0] {
		c.problem(file, line, "begin on "+string(life[0])+" or later", "%s %s begins on %s, but its %s %s on %s", what, id, period[0], whose, other, life[0])
	}
	if life[1] != "" && (period[1] == "" || period[1] > life[1]) {
		c.problem(file, line, "end on "+string(life[1])+" or earlier", "%s %s lives on after its %s %s has ended on %s", what, id, whose, other, life[1])
	}
}

// checkNamesakes: at no date two units have one code, or one name under one parent.
func (c *checker) checkNamesakes() {
	c.apart("code", func(u unitRow) string { return u.Code })
	c.apart("name and parent", func(u unitRow) string { return u.Parent + "\x00" + u.Name })
}

func (c *checker) apart(what string, key func(unitRow) string) {
	groups := map[string][]unitRow{}
	for _, u := range c.units {
		groups[key(u)] = append(groups[key(u)], u)
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b unitRow) int {
			return cmp.Or(compareDates(a.From, b.From), cmp.Compare(a.line, b.line))
		})
		longest := g[0]
		for _, u := range g[1:] {
			if longest.To == "" || longest.To >= u.From {
				c.problem(UnitsFile, u.line, "end one before the other begins, or mend the "+what,
					"unit %s (%s, code %s) and unit %s of line %d have the same %s at the same time", u.ID, u.Name, u.Code, longest.ID, longest.line, what)
			}
			if longest.To != "" && (u.To == "" || u.To > longest.To) {
				longest = u
			}
		}
	}
}

// checkSuccessions: each row joins a unit that ended the day before with one
// that lives on the date.
func (c *checker) checkSuccessions() {
	type pair struct {
		from, to string
		date     database.Date
	}
	pairs := map[pair]int{}
	of := map[string][]successionRow{}
	for _, s := range c.successions {
		if line, twice := pairs[pair{s.From, s.To, s.Date}]; twice {
			c.problem(SuccessionsFile, s.line, "remove one", "%s to %s on %s is on line %d already", s.From, s.To, s.Date, line)
			continue
		}
		pairs[pair{s.From, s.To, s.Date}] = s.line
		from, to := c.byID[s.From], c.byID[s.To]
		if len(from) == 0 {
			c.problem(SuccessionsFile, s.line, "add it to "+UnitsFile, "there is no unit %s to be succeeded", s.From)
		}
		if len(to) == 0 {
			c.problem(SuccessionsFile, s.line, "add it to "+UnitsFile, "the successor %s is missing: there is no such unit", s.To)
		}
		if len(from) == 0 || len(to) == 0 {
			continue
		}
		if (s.Kind == Rename) != (s.From == s.To) {
			c.problem(SuccessionsFile, s.line, "a rename is from an id to the same id, and nothing else is", "%s from %s to %s", s.Kind, s.From, s.To)
			continue
		}
		if s.Kind == Rename {
			if !slices.ContainsFunc(from[1:], func(u unitRow) bool { return u.From == s.Date }) {
				c.problem(SuccessionsFile, s.line, "add the new name to "+UnitsFile+" from that date", "unit %s has no other name from %s", s.From, s.Date)
			}
			continue
		}
		of[s.From] = append(of[s.From], s)
		if end := from[len(from)-1].To; end == "" || dayAfter(end) != s.Date {
			c.problem(SuccessionsFile, s.line, "let the unit end on the day before, or mend the date", "%s is succeeded on %s, but its last day is %s", s.From, s.Date, cmp.Or(end, "not given"))
		}
		if !slices.ContainsFunc(to, func(u unitRow) bool { return u.Lives(s.Date) }) {
			c.problem(SuccessionsFile, s.line, "name a unit that lives on that day", "the successor %s does not live on %s", s.To, s.Date)
		}
		if same := from[0].Level == to[0].Level; same == (s.Kind == Abolish) {
			c.problem(SuccessionsFile, s.line, "only abolish leads to another level, and it always does", "%s from the %s %s to the %s %s", s.Kind, from[0].Level, s.From, to[0].Level, s.To)
		}
	}
	for id, rows := range of {
		for _, s := range rows {
			switch {
			case s.Kind != rows[0].Kind:
				c.problem(SuccessionsFile, s.line, "use one kind for all successors of a unit", "%s ends by %s here and by %s on line %d", id, s.Kind, rows[0].Kind, rows[0].line)
			case s.Kind == Split && len(rows) == 1:
				c.problem(SuccessionsFile, s.line, "add the others, or write merge or follow", "%s is split, but into one", id)
			case (s.Kind == Merge || s.Kind == Follow) && s.line != rows[0].line:
				c.problem(SuccessionsFile, s.line, "write split", "%s goes by %s into several: %s on line %d", id, s.Kind, rows[0].To, rows[0].line)
			}
		}
	}
	c.checkCycles(of)
}

// checkCycles: no unit succeeds itself over others. Right dates make a cycle
// impossible; this names it when they are wrong.
func (c *checker) checkCycles(of map[string][]successionRow) {
	const visiting, done = 1, 2
	state := map[string]int{}
	var visit func(string)
	visit = func(id string) {
		state[id] = visiting
		for _, s := range of[id] {
			switch state[s.To] {
			case visiting:
				c.problem(SuccessionsFile, s.line, "remove the row that is wrong", "%s succeeds itself over %s: a cycle", s.To, s.From)
			case 0:
				visit(s.To)
			}
		}
		state[id] = done
	}
	for _, s := range c.successions {
		if state[s.From] == 0 {
			visit(s.From)
		}
	}
}

// checkNothingLost: each end has a successor, each later beginning a
// predecessor of the same level, each new name a row that says so.
func (c *checker) checkNothingLost() {
	start := c.units[0].From
	for _, u := range c.units {
		start = min(start, u.From)
	}
	succeeded, preceded := map[string]bool{}, map[string]bool{}
	renamed := map[string]bool{}
	for _, s := range c.successions {
		switch s.Kind {
		case Rename:
			renamed[s.From+string(s.Date)] = true
		case Abolish:
			succeeded[s.From] = true
		default:
			succeeded[s.From], preceded[s.To] = true, true
		}
	}
	for id, periods := range c.byID {
		first, last := periods[0], periods[len(periods)-1]
		if last.To != "" && !succeeded[id] {
			c.problem(UnitsFile, last.line, "add a row to "+SuccessionsFile+" dated "+string(dayAfter(last.To)), "unit %s ends on %s without a successor", id, last.To)
		}
		if first.From > start && !preceded[id] {
			c.problem(UnitsFile, first.line, "add a row to "+SuccessionsFile, "unit %s begins on %s, after the tree (%s), without a predecessor of its level", id, first.From, start)
		}
		for _, u := range periods[1:] {
			if !renamed[id+string(u.From)] {
				c.problem(UnitsFile, u.line, "add a rename to "+SuccessionsFile, "unit %s has another name from %s, but no row says so", id, u.From)
			}
		}
	}
}

// checkAgencies: an agency lives within its unit's life and alone bears its identifier.
func (c *checker) checkAgencies() {
	byID := map[string][]agencyRow{}
	bearer := map[string]agencyRow{}
	for _, a := range c.agencies {
		byID[a.ID] = append(byID[a.ID], a)
		if b, taken := bearer[a.Identifier]; taken && b.ID != a.ID {
			c.problem(AgenciesFile, a.line, "give each agency its own", "%s has the identifier %s of %s on line %d", a.ID, a.Identifier, b.ID, b.line)
		} else if !taken {
			bearer[a.Identifier] = a
		}
		if len(c.byID[a.ID]) > 0 {
			c.problem(AgenciesFile, a.line, "choose another id", "%s is the id of a unit", a.ID)
		}
		unit := c.byID[a.Unit]
		if len(unit) == 0 {
			c.problem(AgenciesFile, a.line, "add it to "+UnitsFile+", or name another", "agency %s is an orphan: there is no unit %s", a.ID, a.Unit)
			continue
		}
		c.within(AgenciesFile, "agency", a.ID, "unit", a.Unit, a.line, [2]database.Date{a.From, a.To},
			[2]database.Date{unit[0].From, unit[len(unit)-1].To})
	}
	// A unit has one agency of a kind at a time: what handles a procedure, and what
	// succeeds an agency, are found by it.
	type seat struct{ unit, kind string }
	seats := map[seat][]agencyRow{}
	for id, periods := range byID {
		slices.SortStableFunc(periods, func(a, b agencyRow) int { return compareDates(a.From, b.From) })
		for i := 1; i < len(periods); i++ {
			before, a := periods[i-1], periods[i]
			c.follows(AgenciesFile, "agency", id, a.line, before.line, before.To, a.From)
			if a.Unit != before.Unit || a.Kind != before.Kind || a.Identifier != before.Identifier {
				c.problem(AgenciesFile, a.line, "give it another id", "agency %s has another unit, kind or identifier than on line %d", id, before.line)
			}
		}
		life := periods[0]
		life.To = periods[len(periods)-1].To
		seats[seat{life.Unit, life.Kind}] = append(seats[seat{life.Unit, life.Kind}], life)
	}
	for at, all := range seats {
		slices.SortStableFunc(all, func(a, b agencyRow) int { return strings.Compare(a.ID, b.ID) })
		for i, a := range all {
			for _, b := range all[:i] {
				if (a.To == "" || b.From <= a.To) && (b.To == "" || a.From <= b.To) {
					c.problem(AgenciesFile, a.line, "keep one", "unit %s has two agencies of the kind %s at once: %s and %s", at.unit, at.kind, b.ID, a.ID)
				}
			}
		}
	}
}
