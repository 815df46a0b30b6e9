package people

import (
	"context"
	"slices"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/vntext"
)

// Searched is what the journal calls a search for a person.
const Searched = "person.search"

// most is how many people a search gives, and looked how many dossiers are looked
// at to find them.
const (
	most   = 20
	looked = 200
)

// Citizens finds accounts by an exact number; identity.Store is one.
type Citizens interface {
	ByHandle(ctx context.Context, h identity.Handle) ([]identity.Account, error)
	ByCitizen(ctx context.Context, number string) (identity.Account, error)
}

// Finder searches.
type Finder struct {
	Room     *dossier.Room
	Citizens Citizens
}

// Person is somebody who filed at the official's desk, as their last dossier there
// says.
type Person struct {
	Name      string
	Phone     string
	Last      string // that dossier
	Procedure string // what it asked for
	Dossiers  int    // of theirs among those that were looked at
}

// Found is what a search gave.
type Found struct {
	Meant  string // the words that were searched instead of those with a slip
	People []Person
	Known  string // the name of an account with an exact number and no dossier here
	More   bool   // there may be others
}

// Find searches among the dossiers of the desks where the official receives people,
// the last ones first, and writes down what it read. The id of one of these dossiers
// means its applicant: somebody who was chosen from what a search gave.
func (f Finder) Find(ctx context.Context, actor access.Actor, typed string) (Found, error) {
	var found Found
	if vntext.Fold(typed) == "" {
		return found, nil
	}
	scope := actor.Scope(access.DossierIntake)
	phone, citizen := numbers(typed)
	var all []dossier.Dossier
	chosen, err := dossier.Within(ctx, f.Room.DB.Read(), scope, typed)
	switch {
	case err == nil:
		all = append(all, chosen)
	case !fault.Is(err, fault.NotFound):
	case phone != "" || citizen != "":
		all, found.Known, err = f.byNumber(ctx, scope, phone, citizen)
	default:
		all, found.Meant, err = f.byName(ctx, scope, typed)
	}
	if err != nil {
		return Found{}, err
	}
	found.People, found.More = wholeFirst(gather(all), typed), len(all) >= looked
	if len(found.People) > most {
		found.People, found.More = found.People[:most], true
	}
	ids := make([]string, len(all))
	for i, d := range all {
		ids[i] = d.ID
	}
	return found, f.journal(ctx, actor, ids)
}

func (f Finder) journal(ctx context.Context, actor access.Actor, ids []string) error {
	path := ""
	for _, g := range actor.Grants {
		if g.Allows(access.DossierIntake) {
			path = g.Path
			break
		}
	}
	return f.Room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx, f.Room.Clock.Now(), audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierIntake, path), Action: Searched, ObjectKind: dossier.Kind, Path: path, IDs: ids})
	})
}

// numbers reads a phone or a citizen number, as people type it.
func numbers(typed string) (phone, citizen string) {
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

// byName reads the last dossiers whose applicant's name has the words, with a slip
// corrected.
func (f Finder) byName(ctx context.Context, scope access.Scope, words string) (all []dossier.Dossier, meant string, err error) {
	q := f.Room.DB.Read()
	in := cases.Filter{Scope: scope, Kind: dossier.Kind, State: cases.Every, Words: vntext.Fold(words), Order: cases.Newest}
	ids, err := cases.IDs(ctx, q, in, looked)
	if err == nil && len(ids) == 0 {
		if meant, err = cases.Correct(ctx, q, in); err == nil && meant != "" {
			in.Words = meant
			ids, err = cases.IDs(ctx, q, in, looked)
		}
	}
	if err != nil || len(ids) == 0 {
		return nil, "", err
	}
	read, err := dossier.Among(ctx, q, scope, ids)
	if err != nil {
		return nil, "", err
	}
	// A dossier is also found by whom it is about: the applicant's own name counts.
	folded := strings.Fields(vntext.Fold(in.Words))
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
		if !slices.ContainsFunc(have, func(h string) bool { return h == w || i == len(words)-1 && strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// byNumber reads the dossiers of whoever has the phone or the citizen number, and
// the name of the account when there is one without any.
func (f Finder) byNumber(ctx context.Context, scope access.Scope, phone, citizen string) (all []dossier.Dossier, known string, err error) {
	var accounts []string
	add := func(a identity.Account) {
		if a.Kind != identity.Person {
			return
		}
		accounts = append(accounts, a.ID)
		if known == "" {
			known = a.Name // who has confirmed it comes first; others only say so
		}
	}
	if citizen != "" {
		switch a, err := f.Citizens.ByCitizen(ctx, citizen); {
		case err == nil:
			add(a)
		case !fault.Is(err, fault.NotFound):
			return nil, "", err
		}
	}
	if phone != "" {
		claims, err := f.Citizens.ByHandle(ctx, identity.Handle{Kind: identity.Phone, Value: phone})
		if err != nil {
			return nil, "", err
		}
		for _, a := range claims {
			add(a)
		}
	}
	if all, err = dossier.OfPeople(ctx, f.Room.DB.Read(), scope, accounts, phone, looked); err != nil {
		return nil, "", err
	}
	if citizen != "" {
		if all, err = f.andByWord(ctx, scope, all, citizen); err != nil {
			return nil, "", err
		}
	}
	if len(all) > 0 {
		known = ""
	}
	return all, known, nil
}

// andByWord adds the dossiers whose own answers say the number of their applicant:
// whoever came to the counter has no account.
func (f Finder) andByWord(ctx context.Context, scope access.Scope, all []dossier.Dossier, number string) ([]dossier.Dossier, error) {
	q := f.Room.DB.Read()
	ids, err := cases.IDs(ctx, q, cases.Filter{Scope: scope, Kind: dossier.Kind, State: cases.Every, Words: number, Order: cases.Newest}, looked)
	if err != nil || len(ids) == 0 {
		return all, err
	}
	more, err := dossier.Among(ctx, q, scope, ids)
	if err != nil {
		return nil, err
	}
	for _, d := range more {
		whole := slices.Contains(strings.Fields(d.Folded), number) // not the beginning of a longer one
		if whole && !slices.ContainsFunc(all, func(x dossier.Dossier) bool { return x.ID == d.ID }) {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b dossier.Dossier) int { return b.FiledAt.Compare(a.FiledAt) })
	return all, nil
}

// gather makes the people of dossiers, each once, with the last dossier first: those
// of one account are one person's, and those of one name and one phone.
func gather(all []dossier.Dossier) []Person {
	var people []Person
	at := map[string]int{}
	for _, d := range all {
		who := keys(d)
		i := -1
		for _, k := range who {
			if n, ok := at[k]; ok {
				i = n
				break
			}
		}
		if i < 0 {
			i = len(people)
			people = append(people, Person{Name: d.Name, Phone: d.Phone, Last: d.ID, Procedure: d.Procedure})
		}
		for _, k := range who {
			if _, ok := at[k]; !ok {
				at[k] = i
			}
		}
		people[i].Dossiers++
	}
	return people
}

// wholeFirst puts those whose whole name was typed before those of whose name it is a
// part; the others stay in their order.
func wholeFirst(people []Person, typed string) []Person {
	name := strings.Join(strings.Fields(vntext.Fold(typed)), " ")
	rank := func(p Person) int {
		if vntext.Fold(p.Name) == name {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(people, func(a, b Person) int { return rank(a) - rank(b) })
	return people
}

// keys are what tells the applicant of a dossier apart; two dossiers that share one
// are the same person's.
func keys(d dossier.Dossier) []string {
	who := []string{d.Who()}
	if d.Phone != "" {
		who = append(who, d.Phone+" "+vntext.Fold(d.Name))
	}
	return who
}

// Same says whether a dossier is that of a person as another one of theirs says.
func Same(d dossier.Dossier, p dossier.Person) bool {
	return d.Who() == p.Who || d.Phone != "" && d.Phone == p.Phone && vntext.Fold(d.Name) == vntext.Fold(p.Name)
}
