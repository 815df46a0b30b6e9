package desk

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// askConsultPage asks other agencies.
type askConsultPage struct {
	actPage
	Agencies []unit.Agency
}

// askable are the agencies that may be asked about a dossier: all others.
func (p Pages) askable(d dossier.Dossier) []unit.Agency {
	all := p.Room.Units.Agencies(database.Date(clock.Day(p.Room.Clock.Now())))
	return slices.DeleteFunc(all, func(a unit.Agency) bool { return a.ID == d.Agency })
}

// units in which an agency's time to answer is given.
func (p askConsultPage) units(ctx context.Context) []web.Option {
	return []web.Option{
		{Value: string(worktime.WorkingHours), Label: message.T(ctx, "desk.working_hours")},
		{Value: string(worktime.WorkingDays), Label: message.T(ctx, "desk.working_days")},
	}
}

// consult reads the rows of the page, those that say something. An agency is
// typed: its name, or enough words of it.
func askOthers(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	d, err := dossier.Within(ctx, p.Room.DB.Read(), actor.Scope(access.DossierCheck), a.ID)
	if err != nil {
		return dossier.Dossier{}, err
	}
	pack(in, "agency", "question", "amount", "unit")
	names := map[string]fault.Field{} // what is wrong with the names that were typed
	var ask []dossier.Question
	for i := range rows(in) {
		name := strings.TrimSpace(in.Get(office.Row("agency", i)))
		if name == "" && strings.TrimSpace(in.Get(office.Row("question", i))) == "" {
			continue
		}
		q := dossier.Question{Text: in.Get(office.Row("question", i)), Amount: int(office.Number(in.Get(office.Row("amount", i)))), Unit: worktime.Unit(in.Get(office.Row("unit", i)))}
		if name != "" {
			agency, f := p.meantAgency(ctx, d, name)
			if f != nil {
				at := office.Row("agency", i)
				names[at] = fault.Field{Name: at, Key: f.Key, Args: f.Args}
			}
			q.Agency = agency.ID
		}
		ask = append(ask, q)
	}
	after, err := p.Room.Consult(ctx, actor, a, ask)
	if len(names) == 0 || !fault.Is(err, fault.Invalid) {
		return after, err
	}
	// The room refuses a question to no agency, with all that is wrong with the
	// others; why there is none is known here.
	wrong := fault.New(fault.Invalid, "dossier.consult_incomplete")
	for _, f := range fault.Of(err).Fields {
		if typed, ok := names[f.Name]; ok {
			f = typed
		}
		wrong = wrong.WithField(f.Name, f.Key, f.Args...)
	}
	return dossier.Dossier{}, wrong
}

// pack moves the rows that say something to the front, so that a fault names the
// row that is shown.
func pack(in url.Values, first string, more ...string) {
	to := 0
	for i := range rows(in) {
		blank := strings.TrimSpace(in.Get(office.Row(first, i))) == "" && strings.TrimSpace(in.Get(office.Row(more[0], i))) == ""
		if blank {
			continue
		}
		if to != i {
			for _, name := range append([]string{first}, more...) {
				a, b := in.Get(office.Row(name, to)), in.Get(office.Row(name, i))
				in.Set(office.Row(name, to), b)
				in.Set(office.Row(name, i), a)
			}
		}
		to++
	}
}

// meantAgency finds the agency that is typed: by its whole name, else the only
// one that has all the words. It must have somebody to answer.
func (p Pages) meantAgency(ctx context.Context, d dossier.Dossier, typed string) (unit.Agency, *fault.Error) {
	words := strings.Fields(vntext.Fold(typed))
	var found []unit.Agency
	for _, a := range p.askable(d) {
		folded := vntext.Fold(a.Name)
		if folded == strings.Join(words, " ") {
			found = []unit.Agency{a}
			break
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(" "+folded+" ", " "+w) }) {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 0:
		return unit.Agency{}, fault.New(fault.Invalid, "desk.agency_unknown", "name", typed)
	case len(found) > 1:
		return unit.Agency{}, fault.New(fault.Invalid, "desk.agency_many", "n", len(found), "one", found[0].Name, "two", found[1].Name)
	}
	members, err := p.Officials.Members(ctx, found[0].ID, "")
	if err != nil {
		return unit.Agency{}, fault.Of(err)
	}
	for _, m := range members {
		if role, ok := p.Roles.Role(m.Role); ok && slices.Contains(role.Permissions, access.DossierCheck) {
			return found[0], nil
		}
	}
	return unit.Agency{}, fault.New(fault.Invalid, "desk.consult_nobody", "agency", found[0].Name)
}
