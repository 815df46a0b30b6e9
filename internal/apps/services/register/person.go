package register

import (
	"net/http"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/people"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
)

// found is a person that a search gave.
type found struct {
	people.Person
	URL    string // their dossiers
	Intake string // where a new dossier is begun at the counter
}

type peoplePage struct {
	Words  string
	Asked  bool
	Meant  string
	People []found
	Known  string // the name of an account with an exact number and no dossier here
	More   bool
}

// people finds who filed at the clerk's desk: by words of the name, or by an exact
// number. Whoever has no dossier there is found by an exact number alone.
func (p Pages) people(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page := peoplePage{Words: strings.TrimSpace(r.URL.Query().Get("q"))}
	if vntext.Fold(page.Words) == "" {
		return web.Render(w, r, http.StatusOK, peopleView(page))
	}
	got, err := p.People.Find(ctx, web.Actor(ctx), page.Words)
	if err != nil {
		return err
	}
	page.Asked, page.Meant, page.Known, page.More = true, got.Meant, got.Known, got.More
	for _, x := range got.People {
		page.People = append(page.People, found{Person: x, URL: pathPerson + "/" + x.Last, Intake: office.PathCounter + "?nguoi=" + x.Last})
	}
	return web.Render(w, r, http.StatusOK, peopleView(page))
}

// mostOfOne is how many dossiers of one person are shown, the last ones.
const mostOfOne = 200

type personPage struct {
	dossier.Person
	Entries []entry
	Intake  string
}

// person shows one person's dossiers at the clerk's desk, and what is known of them.
func (p Pages) person(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	scope := actor.Scope(access.DossierIntake)
	person, err := p.room().KnownPerson(ctx, actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	var accounts []string
	if person.Account != "" {
		accounts = append(accounts, person.Account)
	}
	all, err := dossier.OfPeople(ctx, p.read(), scope, accounts, person.Phone, mostOfOne)
	if err != nil {
		return err
	}
	var list []cases.Case
	for _, d := range all {
		if people.Same(d, person) {
			list = append(list, d.Case)
		}
	}
	page := personPage{Person: person, Intake: office.PathCounter + "?nguoi=" + person.Last}
	if len(list) > 0 {
		if page.Entries, err = p.lines(ctx, actor, list); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, personView(page))
}
