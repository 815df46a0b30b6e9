package unit

import (
	"errors"
	"io/fs"
	"slices"

	"benso/internal/kernel/database"
)

// AgencySuccessionsFile says which agency took over from one whose kind ended, so
// that the tree of units does not say it. A pack in which none did has no such file.
const AgencySuccessionsFile = "agency_successions.csv"

var agencySuccessionColumns = []string{"from", "to", "date", "basis", "source"}

// AgencySuccession is one agency taking over the work of another that ended.
type AgencySuccession struct {
	From   string // id
	To     string // id
	Date   database.Date
	Basis  Basis
	Source string
}

type agencySuccessionRow struct {
	AgencySuccession
	line int
}

func (c *checker) readAgencySuccessions(fsys fs.FS) {
	if _, err := fs.Stat(fsys, AgencySuccessionsFile); errors.Is(err, fs.ErrNotExist) {
		return
	}
	c.rows(fsys, AgencySuccessionsFile, agencySuccessionColumns, func(r row) {
		s := AgencySuccession{From: r.id("from"), To: r.id("to"), Date: r.date("date"), Basis: r.basis(), Source: r.required("source")}
		c.agencySuccessions = append(c.agencySuccessions, agencySuccessionRow{s, r.line})
	})
}

// checkAgencySuccessions: each row joins an agency that ended the day before with
// another that lives on the date. Dates then make a cycle impossible.
func (c *checker) checkAgencySuccessions() {
	byID := map[string][]agencyRow{}
	for _, a := range c.agencies {
		byID[a.ID] = append(byID[a.ID], a)
	}
	lines := map[[2]string]int{}
	for _, s := range c.agencySuccessions {
		if line, twice := lines[[2]string{s.From, s.To}]; twice {
			c.problem(AgencySuccessionsFile, s.line, "remove one", "%s to %s is on line %d already", s.From, s.To, line)
		}
		lines[[2]string{s.From, s.To}] = s.line
		for _, id := range []string{s.From, s.To} {
			if len(byID[id]) == 0 {
				c.problem(AgencySuccessionsFile, s.line, "add it to "+AgenciesFile+", or name another", "there is no agency %s", id)
			}
		}
		if len(byID[s.From]) == 0 || len(byID[s.To]) == 0 {
			continue
		}
		last := slices.MaxFunc(byID[s.From], func(a, b agencyRow) int { return compareDates(a.From, b.From) })
		if last.To == "" || dayAfter(last.To) != s.Date {
			c.problem(AgencySuccessionsFile, s.line, "let the agency end on the day before, or mend the date", "%s is succeeded on %s, but that is not the day after its last one", s.From, s.Date)
		}
		if !slices.ContainsFunc(byID[s.To], func(a agencyRow) bool { return a.Lives(s.Date) }) {
			c.problem(AgencySuccessionsFile, s.line, "name an agency that lives on that day", "the successor %s does not live on %s", s.To, s.Date)
		}
	}
}

// Ended says whether an agency is over by a date. One that has not begun, or is
// not known, has not ended.
func (t *Tree) Ended(agency string, by database.Date) bool { return t.at().ended(agency, by) }

func (t *history) ended(agency string, by database.Date) bool {
	last, err := t.Agency(agency)
	return err == nil && last.To != "" && last.To < by
}

// EndedAgencies are the agencies that are over by a date, in the order of their
// units.
func (t *Tree) EndedAgencies(by database.Date) []Agency { return t.at().endedAgencies(by) }

func (t *history) endedAgencies(by database.Date) []Agency {
	var out []Agency
	for _, id := range t.order {
		for _, a := range t.ofUnit[id] {
			if t.ended(a, by) {
				v := t.agencies[a]
				out = append(out, v[len(v)-1])
			}
		}
	}
	return out
}

// Restated is the one unit of the same level that holds the whole territory of a
// unit on a date: itself while it lives. ok is false where its territory went to
// several, to another level, or has no such unit then: what was counted for it
// cannot be given to one of them.
func (t *Tree) Restated(id string, on database.Date) (u Unit, ok bool) {
	return t.at().restated(id, on)
}

func (t *history) restated(id string, on database.Date) (u Unit, ok bool) {
	was, err := t.Unit(id)
	if err != nil {
		return Unit{}, false
	}
	all, err := t.Successors(id, on)
	if err != nil || len(all) != 1 || all[0].Level != was.Level {
		return Unit{}, false
	}
	return all[0], true
}

// Grounds are the sources of the successions by which a unit's territory, or an
// agency's work, came to another by a date, in their order.
func (t *Tree) Grounds(from, to string, by database.Date) []string {
	return t.at().grounds(from, to, by)
}

func (t *history) grounds(from, to string, by database.Date) []string {
	var found []string
	seen := map[string]bool{}
	var leads func(id string) bool
	leads = func(id string) bool {
		if id == to {
			return true
		}
		if seen[id] {
			return false
		}
		seen[id] = true
		for _, s := range t.successions {
			if s.Kind != Rename && s.From == id && s.Date <= by && leads(s.To) {
				found = append([]string{s.Source}, found...)
				return true
			}
		}
		for _, s := range t.agencySuccessions {
			if s.From == id && s.Date <= by && leads(s.To) {
				found = append([]string{s.Source}, found...)
				return true
			}
		}
		if a, err := t.Agency(id); err == nil {
			if b, err := t.Agency(to); err == nil && a.Kind == b.Kind && a.Unit != b.Unit {
				if more := t.grounds(a.Unit, b.Unit, by); len(more) > 0 {
					found = append(more, found...)
					return true
				}
			}
		}
		return false
	}
	if !leads(from) {
		return nil
	}
	return slices.Compact(found)
}

// AgencyPredecessors are the agencies that ended by a date and whose work went,
// whole and alone, to this one: their history is its own. Those of an abolished
// level are not among them, since their work went by competence.
func (t *Tree) AgencyPredecessors(agency string, by database.Date) []Agency {
	return slices.Clone(t.at().predecessors(agency, by))
}

// predecessors remembers its answers: every request of an official asks.
func (t *history) predecessors(agency string, by database.Date) []Agency {
	type asked struct {
		agency string
		by     database.Date
	}
	if known, ok := t.past.Load(asked{agency, by}); ok {
		if all, ok := known.([]Agency); ok {
			return all
		}
	}
	var out []Agency
	for _, a := range t.endedAgencies(by) {
		if all, err := t.AgencySuccessors(a.ID, by); err == nil && len(all) == 1 && all[0].ID == agency && !t.abolished(a.Unit) {
			out = append(out, a)
		}
	}
	t.past.Store(asked{agency, by}, out)
	return out
}

// abolished says whether a unit's level ended: its work did not go where its
// territory lies.
func (t *history) abolished(unit string) bool {
	return slices.ContainsFunc(t.successions, func(s Succession) bool { return s.From == unit && s.Kind == Abolish })
}

// Abolished says whether an agency ended because the level of its unit did, so
// that its work went by competence and not with the territory.
func (t *Tree) Abolished(agency string) bool {
	h := t.at()
	a, err := h.Agency(agency)
	return err == nil && h.abolished(a.Unit)
}
