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

func (t *history) Agency(id string) (Agency, error) {
	v := t.agencies[id]
	if len(v) == 0 {
		return Agency{}, fault.Missing("agency", id)
	}
	return v[len(v)-1], nil
}

func (t *history) AgencyPeriods(id string) ([]Agency, error) {
	if len(t.agencies[id]) == 0 {
		return nil, fault.Missing("agency", id)
	}
	return slices.Clone(t.agencies[id]), nil
}

func (t *history) AgencyIDs() []string {
	var ids []string
	for _, id := range t.order {
		ids = append(ids, t.ofUnit[id]...)
	}
	return ids
}

func (t *history) AgencyPath(id string) (string, error) {
	a, err := t.Agency(id)
	if err != nil {
		return "", err
	}
	return t.paths[a.Unit] + id + "/", nil
}

func (t *history) Agencies(on database.Date) []Agency {
	var out []Agency
	for _, id := range t.order {
		out = t.appendAgencies(out, id, on)
	}
	return out
}

func (t *history) AgenciesOf(unit string, on database.Date) []Agency {
	return t.appendAgencies(nil, unit, on)
}

func (t *history) appendAgencies(out []Agency, unit string, on database.Date) []Agency {
	for _, id := range t.ofUnit[unit] {
		if a, ok := t.agencyOn(id, on); ok {
			out = append(out, a)
		}
	}
	return out
}

func (t *history) agencyOn(id string, on database.Date) (Agency, bool) {
	for _, a := range t.agencies[id] {
		if a.Lives(on) {
			return a, true
		}
	}
	return Agency{}, false
}

func (t *history) AgencySuccessors(id string, on database.Date) ([]Agency, error) {
	last, err := t.Agency(id)
	if err != nil {
		return nil, err
	}
	if a, ok := t.agencyOn(id, on); ok {
		return []Agency{a}, nil
	}
	var out []Agency
	named := false
	for _, s := range t.agencySuccessions {
		if s.From != id || s.Date > on {
			continue
		}
		named = true
		next, err := t.AgencySuccessors(s.To, on)
		if err != nil {
			return nil, err
		}
		for _, a := range next {
			if !slices.ContainsFunc(out, func(b Agency) bool { return a.ID == b.ID }) {
				out = append(out, a)
			}
		}
	}
	if named {
		return out, nil
	}
	units, err := t.Successors(last.Unit, on)
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		for _, a := range t.AgenciesOf(u.ID, on) {
			if a.Kind == last.Kind {
				out = append(out, a)
			}
		}
	}
	return out, nil
}

func (t *history) AgencySuccessor(id string, on database.Date) (Agency, error) {
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

func (t *history) agencyName(id string) string {
	v := t.agencies[id]
	return v[len(v)-1].Name
}

// sortAgencies orders the ids of a unit's agencies, so that lists are stable.
func sortAgencies(ids []string) { slices.SortFunc(ids, cmp.Compare[string]) }
