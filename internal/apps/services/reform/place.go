package reform

import (
	"slices"

	"benso/internal/apps/services/catalogue"
	"benso/internal/kernel/database"
	"benso/internal/kernel/unit"
)

// Reason says why something could not be placed.
type Reason string

// The reasons.
const (
	UnknownAgency  Reason = "the agency is not in the pack"
	NoCompetence   Reason = "the table of competence names nobody for the procedure after that day"
	NationalSector Reason = "the procedure went to a national sector, which takes no dossiers here"
	ManySuccessors Reason = "several units took over, and the place of the matter does not say which"
	NoSuccessor    Reason = "no agency of its kind took over"
	RoleRefused    Reason = "the role may not be given at the agency that took over"
	Appointed      Reason = "its level ended: officials are appointed anew by decision"
)

// Matter is what has to be placed.
type Matter struct {
	Agency    string // that has it
	Place     string // unit that it is about; may be empty
	Procedure string // code
	Level     string // at which level the applicant asked, where several handle it
}

// Placement is where something goes, and why.
type Placement struct {
	Agency  unit.Agency
	Path    string
	Grounds []string // sources of the successions and the row of competence
	Left    Reason   // not empty: it could not be placed, and the rest is empty
}

// placer places things by the units of one day.
type placer struct {
	units   *unit.Tree
	day     database.Date
	handled func(code string) []catalogue.Competence // on that day
}

// place decides who takes over a matter of an agency that has ended: the agency that
// took its place, if that is one; where the level of its unit ended, or several took
// over, or the work went to another kind of agency, who is competent for the procedure
// after that day, at the place of the matter.
func (p placer) place(m Matter) Placement {
	old, err := p.units.Agency(m.Agency)
	if err != nil {
		return Placement{Left: UnknownAgency}
	}
	if p.units.Abolished(m.Agency) {
		return p.byCompetence(m, old)
	}
	all, err := p.units.AgencySuccessors(m.Agency, p.day)
	switch {
	case err != nil:
		return Placement{Left: UnknownAgency}
	case len(all) == 1 && all[0].Kind == old.Kind:
		return p.at(all[0], m)
	case len(all) == 1:
		// Its kind ended. The table may give this procedure to another than the rest.
		if c := p.byCompetence(m, old); c.Left == "" {
			return c
		}
		return p.at(all[0], m)
	case len(all) > 1:
		return p.among(all, m)
	}
	return p.byCompetence(m, old)
}

// seat places what has no matter, such as a role: only with the one agency that
// took over.
func (p placer) seat(agency string) Placement {
	if _, err := p.units.Agency(agency); err != nil {
		return Placement{Left: UnknownAgency}
	}
	if p.units.Abolished(agency) {
		return Placement{Left: Appointed}
	}
	all, err := p.units.AgencySuccessors(agency, p.day)
	switch {
	case err != nil || len(all) == 0:
		return Placement{Left: NoSuccessor}
	case len(all) > 1:
		return Placement{Left: ManySuccessors}
	}
	return p.at(all[0], Matter{Agency: agency})
}

// among chooses by the place of the matter.
func (p placer) among(all []unit.Agency, m Matter) Placement {
	places, err := p.units.Successors(m.Place, p.day)
	if err != nil || len(places) != 1 {
		return Placement{Left: ManySuccessors}
	}
	i := slices.IndexFunc(all, func(a unit.Agency) bool { return a.Unit == places[0].ID })
	if i < 0 {
		return Placement{Left: ManySuccessors}
	}
	return p.at(all[i], m)
}

// byCompetence asks the table who handles the procedure on that day, and finds that
// agency at the place of the matter.
func (p placer) byCompetence(m Matter, old unit.Agency) Placement {
	rows := p.handled(m.Procedure)
	known := slices.DeleteFunc(slices.Clone(rows), func(c catalogue.Competence) bool { return !c.Known() })
	if len(known) == 0 {
		if slices.ContainsFunc(rows, func(c catalogue.Competence) bool { return c.Sector }) {
			return Placement{Left: NationalSector}
		}
		return Placement{Left: NoCompetence}
	}
	row := known[0]
	if i := slices.IndexFunc(known, func(c catalogue.Competence) bool { return c.Level == m.Level }); i >= 0 {
		row = known[i]
	}
	place := m.Place
	if place == "" {
		place = old.Unit
	}
	units := p.above(place, row.Level)
	if len(units) != 1 {
		return Placement{Left: ManySuccessors}
	}
	for _, a := range p.units.AgenciesOf(units[0], p.day) {
		if a.Kind == row.Agency {
			to := p.at(a, m)
			to.Grounds = append(to.Grounds, row.Basis)
			return to
		}
	}
	return Placement{Left: NoSuccessor}
}

// above gives the units of a level in which a place lies on that day.
func (p placer) above(place, level string) (found []string) {
	units, err := p.units.Successors(place, p.day)
	if err != nil {
		return nil
	}
	view := p.units.At(p.day)
	for _, u := range units {
		for err == nil && string(u.Level) != level && u.Parent != "" {
			u, err = view.Unit(u.Parent)
		}
		if err == nil && string(u.Level) == level && !slices.Contains(found, u.ID) {
			found = append(found, u.ID)
		}
	}
	return found
}

// at gives a placement at an agency, with the sources that lead there.
func (p placer) at(a unit.Agency, m Matter) Placement {
	path, err := p.units.AgencyPath(a.ID)
	if err != nil {
		return Placement{Left: UnknownAgency}
	}
	var grounds []string
	if p.units.Abolished(m.Agency) { // the territory went by the succession of its commune
		for _, u := range p.above(m.Place, string(unit.Commune)) {
			grounds = p.units.Grounds(m.Place, u, p.day)
		}
	}
	if len(grounds) == 0 {
		grounds = p.units.Grounds(m.Agency, a.ID, p.day)
	}
	if old, err := p.units.Agency(m.Agency); err == nil && len(grounds) == 0 {
		grounds = []string{old.Source}
	}
	return Placement{Agency: a, Path: path, Grounds: grounds}
}
