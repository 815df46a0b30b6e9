package register

import (
	"context"
	"net/http"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
)

// mostPeople is how many people a search shows.
const mostPeople = 20

// looked is how many dossiers are looked at to find them.
const looked = 200

// found is a person that a search gave.
type found struct {
	dossier.Person
	URL      string // none for one who has no dossier at this desk
	Intake   string // where a new dossier is begun at the counter
	Dossiers int
}

type peoplePage struct {
	Words  string
	Asked  bool
	Meant  string
	People []found
	Known  string // the name of an account with an exact number and no dossier here
	More   bool
}

// numberOf reads a phone or a citizen number, as people type it.
func numberOf(typed string) (phone, citizen string) {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		if strings.ContainsRune(" .-+()", r) {
			return -1
		}
		return 'x'
	}, typed)
	if digits == "" || strings.Contains(digits, "x") {
		return "", ""
	}
	if len(digits) == 12 || len(digits) == 9 && digits[0] != '9' {
		citizen = digits
	}
	if h, err := identity.ParseHandle(typed); err == nil && h.Kind == identity.Phone {
		phone = h.Value
	}
	return phone, citizen
}

// people finds who filed at the clerk's desk: by words of the name, or by an exact
// number. Whoever has no dossier there is found by an exact number alone.
func (p Pages) people(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	page := peoplePage{Words: strings.TrimSpace(r.URL.Query().Get("q"))}
	if vntext.Fold(page.Words) == "" {
		return web.Render(w, r, http.StatusOK, peopleView(page))
	}
	page.Asked = true
	scope := actor.Scope(access.DossierIntake)
	phone, citizen := numberOf(page.Words)
	var all []dossier.Dossier
	var err error
	if phone != "" || citizen != "" {
		all, page.Known, err = p.byNumber(ctx, scope, phone, citizen)
	} else {
		all, page.Meant, err = p.byName(ctx, scope, page.Words)
	}
	if err != nil {
		return err
	}
	page.More = len(all) == looked
	page.People = gather(all)
	if len(page.People) > mostPeople {
		page.People, page.More = page.People[:mostPeople], true
	}
	ids := make([]string, len(all))
	for i, d := range all {
		ids[i] = d.ID
	}
	// A search is a reading also when it finds nobody.
	if err := p.journal(ctx, actor, audit.Entry{Action: "person.search", IDs: ids}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, peopleView(page))
}

// byName reads the last dossiers whose applicant's name has the words, with a slip
// corrected.
func (p Pages) byName(ctx context.Context, scope access.Scope, words string) (all []dossier.Dossier, meant string, err error) {
	f := cases.Filter{Scope: scope, Kind: dossier.Kind, State: cases.Every, Words: words, Order: cases.Newest}
	ids, err := cases.IDs(ctx, p.read(), f, looked)
	if err == nil && len(ids) == 0 {
		if meant, err = cases.Correct(ctx, p.read(), f); err == nil && meant != "" {
			f.Words = meant
			ids, err = cases.IDs(ctx, p.read(), f, looked)
		}
	}
	if err != nil || len(ids) == 0 {
		return nil, "", err
	}
	read, err := dossier.Among(ctx, p.read(), scope, ids)
	if err != nil {
		return nil, "", err
	}
	// A dossier is also found by whom it is about: the applicant's own name counts.
	folded := strings.Fields(vntext.Fold(f.Words))
	for _, d := range read {
		if names(d.Name, folded) {
			all = append(all, d)
		}
	}
	if len(all) == 0 {
		meant = ""
	}
	return all, meant, nil
}

// names says whether a name has every word, the last as a beginning.
func names(name string, words []string) bool {
	have := strings.Fields(vntext.Fold(name))
	for i, w := range words {
		ok := false
		for _, h := range have {
			ok = ok || h == w || i == len(words)-1 && strings.HasPrefix(h, w)
		}
		if !ok {
			return false
		}
	}
	return true
}

// byNumber reads the dossiers of whoever has the phone or the citizen number, and
// the name of the account when there is one without any.
func (p Pages) byNumber(ctx context.Context, scope access.Scope, phone, citizen string) (all []dossier.Dossier, known string, err error) {
	var accounts []string
	add := func(a identity.Account) {
		if a.Kind == identity.Person {
			accounts, known = append(accounts, a.ID), a.Name
		}
	}
	if citizen != "" {
		switch a, err := p.Citizens.ByCitizen(ctx, citizen); {
		case err == nil:
			add(a)
		case !fault.Is(err, fault.NotFound):
			return nil, "", err
		}
	}
	if phone != "" {
		claims, err := p.Citizens.ByHandle(ctx, identity.Handle{Kind: identity.Phone, Value: phone})
		if err != nil {
			return nil, "", err
		}
		for _, a := range claims {
			add(a)
		}
	}
	all, err = dossier.OfPeople(ctx, p.read(), scope, accounts, phone, looked)
	if err != nil || len(all) > 0 {
		known = ""
	}
	return all, known, err
}

// gather makes the people of dossiers, each with the last dossier first.
func gather(all []dossier.Dossier) []found {
	var people []found
	at := map[string]int{}
	for _, d := range all {
		who := d.Who()
		i, ok := at[who]
		if !ok {
			i = len(people)
			at[who] = i
			people = append(people, found{Person: dossier.Person{Name: d.Name, Phone: d.Phone, Last: d.ID}, URL: pathPerson + "/" + d.ID, Intake: pathCounter + "?nguoi=" + d.ID})
		}
		people[i].Dossiers++
	}
	return people
}

// pathCounter is where a clerk begins a dossier for somebody; nguoi names the last
// dossier of a known person: see dossier.Room.KnownPerson.
const pathCounter = pathDesk + "/tiep-nhan-tai-quay"

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
	all, err := dossier.OfPeople(ctx, p.read(), scope, accounts, person.Phone, looked)
	if err != nil {
		return err
	}
	var list []cases.Case
	for _, d := range all {
		if d.Who() == person.Who {
			list = append(list, d.Case)
		}
	}
	page := personPage{Person: person, Intake: pathCounter + "?nguoi=" + person.Last}
	if len(list) > 0 {
		if page.Entries, err = p.lines(ctx, actor, list); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, personView(page))
}
