package unit

import (
	"cmp"
	"slices"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// PeoplesCommittee is the kind of the executive body of a unit.
const PeoplesCommittee = "people_committee"

// Agency is a body that acts for a unit, as it was called from From to To.
type Agency struct {
	ID         string
	Unit       string // id
	Name       string // in full: "Ủy ban nhân dân xã An Hiệp"
	Kind       string // people_committee, department_justice, …: what competence is given to
	Identifier string // V1V2V3.Z1Z2.Y1Y2.MX1X2, level 1 at the right (QCVN 102:2016)
	Fictitious bool   // the identifier was made for this pack
	From       database.Date
	To         database.Date // last day; empty while it exists
	Basis      Basis
	Source     string
	Address    string // empty when unknown
}

// Lives says whether the agency exists, under this name, on a date.
func (a Agency) Lives(on database.Date) bool { return lives(a.From, a.To, on) }

// Agency gives an agency as it is, or as it was at its end.
func (t *Tree) Agency(id string) (Agency, error) {
	v := t.agencies[id]
	if len(v) == 0 {
		return Agency{}, fault.Missing("agency", id)
	}
	return v[len(v)-1], nil
}

// AgencyPath is the path of its unit and its own id: "86/28756-2025/ubnd-28756-2025/".
func (t *Tree) AgencyPath(id string) (string, error) {
	a, err := t.Agency(id)
	if err != nil {
		return "", err
	}
	return t.paths[a.Unit] + id + "/", nil
}

// Agencies are all agencies alive on a date, in the order of their units.
func (t *Tree) Agencies(on database.Date) []Agency {
	var out []Agency
	for _, id := range t.order {
		out = t.appendAgencies(out, id, on)
	}
	return out
}

// AgenciesOf are the agencies of one unit that are alive on a date.
func (t *Tree) AgenciesOf(unit string, on database.Date) []Agency {
	return t.appendAgencies(nil, unit, on)
}

func (t *Tree) appendAgencies(out []Agency, unit string, on database.Date) []Agency {
	for _, id := range t.ofUnit[unit] {
		if a, ok := t.agencyOn(id, on); ok {
			out = append(out, a)
		}
	}
	return out
}

func (t *Tree) agencyOn(id string, on database.Date) (Agency, bool) {
	for _, a := range t.agencies[id] {
		if a.Lives(on) {
			return a, true
		}
	}
	return Agency{}, false
}

// AgencySuccessors are the agencies that stand in an agency's place on a date:
// itself while it lives, else those of its kind in its unit's successors. Those
// of an abolished district are many: which one acts depends on the place of the
// matter, and the caller decides it.
func (t *Tree) AgencySuccessors(id string, on database.Date) ([]Agency, error) {
	last, err := t.Agency(id)
	if err != nil {
		return nil, err
	}
	if a, ok := t.agencyOn(id, on); ok {
		return []Agency{a}, nil
	}
	units, err := t.Successors(last.Unit, on)
	if err != nil {
		return nil, err
	}
	var out []Agency
	for _, u := range units {
		for _, a := range t.AgenciesOf(u.ID, on) {
			if a.Kind == last.Kind {
				out = append(out, a)
			}
		}
	}
	return out, nil
}

// AgencySuccessor is the one agency in an agency's place on a date. It is a
// conflict when there are several, and not found when there is none.
func (t *Tree) AgencySuccessor(id string, on database.Date) (Agency, error) {
	all, err := t.AgencySuccessors(id, on)
	switch {
	case err != nil:
		return Agency{}, err
	case len(all) == 0:
		return Agency{}, fault.New(fault.NotFound, "unit.agency_none", "agency", t.agencyName(id))
	case len(all) > 1:
		return Agency{}, fault.New(fault.Conflict, "unit.agency_many", "agency", t.agencyName(id), "count", len(all))
	}
	return all[0], nil
}

func (t *Tree) agencyName(id string) string {
	v := t.agencies[id]
	return v[len(v)-1].Name
}

// sortAgencies orders the ids of a unit's agencies, so that lists are stable.
func sortAgencies(ids []string) { slices.SortFunc(ids, cmp.Compare[string]) }
