package unit

import (
	"sync/atomic"

	"benso/internal/kernel/database"
)

// Tree is the history of the units of a pack. It is made by Load. Whoever holds one
// sees, from one question to the next, what Replace has put into it; each answer is
// of one history. The zero Tree is empty.
type Tree struct{ now atomic.Pointer[history] }

func newTree(h *history) *Tree {
	t := &Tree{}
	t.now.Store(h)
	return t
}

// Replace has the tree hold from now on what another holds: the files of the pack
// got another version. The caller has loaded the other whole.
func (t *Tree) Replace(with *Tree) { t.now.Store(with.at()) }

func (t *Tree) at() *history {
	if h := t.now.Load(); h != nil {
		return h
	}
	return &history{}
}

// At is the tree as it stood on a date. Before the first date of the pack the
// view is empty.
func (t *Tree) At(on database.Date) View { return t.at().At(on) }

// Starts are the dates on which the tree changed, ascending; the first is the
// day it begins.
func (t *Tree) Starts() []database.Date { return t.at().Starts() }

// Unit gives a unit as it is, or as it was at its end.
func (t *Tree) Unit(id string) (Unit, error) { return t.at().Unit(id) }

// Periods are the names and types that a unit has had, in order.
func (t *Tree) Periods(id string) ([]Unit, error) { return t.at().Periods(id) }

// IDs are the ids of all units that ever were, by level, code and id.
func (t *Tree) IDs() []string { return t.at().IDs() }

// Path is the ids of a unit's ancestors and its own, each followed by "/". It
// never changes and never is a prefix of a stranger's path.
func (t *Tree) Path(id string) (string, error) { return t.at().Path(id) }

// Successions are all successions of the pack by date.
func (t *Tree) Successions() []Succession { return t.at().Successions() }

// Successors are the units that hold a unit's territory on a date: itself while
// it lives, else its successors, theirs, and so on. A unit of an abolished level
// is succeeded by the units of another level in which its territory lies. Before
// the unit began the list is empty.
func (t *Tree) Successors(id string, on database.Date) ([]Unit, error) {
	return t.at().Successors(id, on)
}

// Predecessors are the units of the same level whose territory went, wholly or
// in part, into a unit and that lived on a date: itself while it lives. Because
// levels do not mix, numbers may be summed over them. When the unit had ended
// before the date the list is empty.
func (t *Tree) Predecessors(id string, on database.Date) ([]Unit, error) {
	return t.at().Predecessors(id, on)
}

// Agency gives an agency as it is, or as it was at its end.
func (t *Tree) Agency(id string) (Agency, error) { return t.at().Agency(id) }

// AgencyPeriods are the names that an agency has had, in order.
func (t *Tree) AgencyPeriods(id string) ([]Agency, error) { return t.at().AgencyPeriods(id) }

// AgencyPath is the path of its unit and its own id: "86/28756-2025/ubnd-28756-2025/".
func (t *Tree) AgencyPath(id string) (string, error) { return t.at().AgencyPath(id) }

// AgencyIDs are the ids of all agencies that ever were, by unit.
func (t *Tree) AgencyIDs() []string { return t.at().AgencyIDs() }

// Agencies are all agencies alive on a date, in the order of their units.
func (t *Tree) Agencies(on database.Date) []Agency { return t.at().Agencies(on) }

// AgenciesOf are the agencies of one unit that are alive on a date.
func (t *Tree) AgenciesOf(unit string, on database.Date) []Agency {
	return t.at().AgenciesOf(unit, on)
}

// AgencySuccessors are the agencies that stand in an agency's place on a date:
// itself while it lives, else those that agency_successions.csv names and what
// stands in their place, else those of its kind in its unit's successors. Those
// of an abolished district are many: which one acts depends on the place of the
// matter, and the caller decides it.
func (t *Tree) AgencySuccessors(id string, on database.Date) ([]Agency, error) {
	return t.at().AgencySuccessors(id, on)
}

// AgencySuccessor is the one agency in an agency's place on a date. It is a
// conflict when there are several, and not found when there is none.
func (t *Tree) AgencySuccessor(id string, on database.Date) (Agency, error) {
	return t.at().AgencySuccessor(id, on)
}
