package counter

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/people"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// choosePage finds the person who stands at the counter and the procedure that they
// came for. Both are typed; what is clear at once is not asked again.
type choosePage struct {
	Agency    unit.Agency
	Agencies  []unit.Agency
	Misfiled  string
	Procedure *catalogue.Procedure

	PersonTyped    string
	Found          people.Found
	People         []known
	Person         *known // the only one who matches
	ProcedureTyped string
	Procedures     []web.Link
}

// mostProcedures is how many procedures the page names.
const mostProcedures = 20

// choose decides what is clear of the person and the procedure.
func (p Pages) choose(ctx context.Context, d counterDesk, in url.Values) (choosePage, error) {
	page := choosePage{Agency: d.agency, Agencies: d.agencies, Procedure: d.procedure, Misfiled: in.Get("lai"),
		PersonTyped: strings.TrimSpace(in.Get("nguoi")), ProcedureTyped: strings.TrimSpace(in.Get("thu-tuc"))}
	var err error
	if page.PersonTyped != "" {
		if page.Found, err = p.People.Find(ctx, web.Actor(ctx), page.PersonTyped); err != nil {
			return choosePage{}, err
		}
		page.People = p.knownOf(ctx, page.Found)
		if len(page.People) == 1 {
			page.Person = &page.People[0]
		}
	}
	for i := range page.People {
		page.People[i].URL = page.url(page.People[i].ID, page.ProcedureTyped)
	}
	offered := p.offeredAtCounter(d.agency)
	found := offered
	if page.ProcedureTyped != "" {
		found = slices.DeleteFunc(p.Room.Catalogue.Find(clock.Day(p.Room.Clock.Now()), page.ProcedureTyped), func(x *catalogue.Procedure) bool { return !slices.Contains(offered, x) })
	}
	if page.Procedure == nil && len(found) == 1 && in.Get("doi") == "" && (page.ProcedureTyped != "" || page.Misfiled == "") {
		page.Procedure = found[0]
	}
	if page.Procedure != nil {
		return page, nil
	}
	person := page.PersonTyped
	if page.Person != nil {
		person = page.Person.ID
	}
	for _, x := range found[:min(len(found), mostProcedures)] {
		page.Procedures = append(page.Procedures, web.Link{Text: x.Name.In(message.Lang(ctx)) + " (" + x.Code + ")", URL: page.url(person, x.Code)})
	}
	return page, nil
}

// chosenPerson says whether there is no more doubt about the person.
func (p choosePage) chosenPerson() bool {
	return p.PersonTyped == "" || p.Person != nil || len(p.People) == 0
}

// open says whether the person is still to be chosen, of several.
func (p choosePage) open() bool { return !p.chosenPerson() }

func (p choosePage) url(person, procedure string) string {
	v := url.Values{"thu-tuc": {procedure}}
	for name, value := range map[string]string{"nguoi": person, "lai": p.Misfiled, "co-quan": p.Agency.ID} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return office.PathCounter + "?" + v.Encode()
}

func (p choosePage) desks() []web.Option {
	options := make([]web.Option, len(p.Agencies))
	for i, a := range p.Agencies {
		options[i] = web.Option{Value: a.ID, Label: a.Name}
	}
	return options
}

// again leads back to choosing another person or procedure.
func (p counterPage) again() string {
	v := url.Values{"co-quan": {p.Agency.ID}, "doi": {"1"}}
	if p.Misfiled != "" {
		v.Set("lai", p.Misfiled)
	}
	return office.PathCounter + "?" + v.Encode()
}

// atOnce says whether the result is due while the person waits.
func (p counterPage) atOnce() bool { return p.Procedure.Limit.Unit == worktime.SameDay }

// first is the field that a key leads to: the first one of the form, or of the part
// that was just opened.
func (p counterPage) first() string {
	for _, v := range p.Views {
		if len(p.Opened) > 0 && !slices.Contains(p.Opened, v.Page) {
			continue
		}
		for _, x := range v.Page.Fields {
			switch x.Kind {
			case form.KindInfo:
			case form.KindText, form.KindNumber, form.KindChoice:
				return x.ID
			default:
				return part(v.Page) // several boxes: the part itself
			}
		}
	}
	return ""
}

// others says whether there are papers that the answers do not ask for.
func (p counterPage) others() bool {
	return slices.ContainsFunc(p.Checks, func(c office.Check) bool { return !c.Asked })
}

// ticked says whether the box of a paper was ticked on the page that was sent.
func (p counterPage) ticked(name string, c office.Check) bool {
	return slices.Contains(p.Ticked[name], c.ID)
}
