package dossier

import (
	"context"
	"maps"
	"slices"
	"strings"

	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/form"
	"benso/internal/kernel/vntext"
)

// Person is somebody who filed before, as the clerk of a desk may know them: from
// their last dossier there.
type Person struct {
	Who     string // tells people apart; see Dossier.Who
	Account string // empty for one who has none
	Name    string
	Phone   string
	Citizen string // masked: "083 ••• ••• 321"; empty when the last dossier does not say
	Address string
	Last    string // the dossier that this is known from

	answers form.Answers // of the last dossier
}

// Who tells applicants apart: by their account, or by name and phone. A dossier with
// neither account nor phone is its own person: a name alone is many people's.
func (d Dossier) Who() string {
	switch {
	case d.Applicant != "":
		return "account " + d.Applicant
	case d.Phone != "":
		return "phone " + d.Phone + " " + vntext.Fold(d.Name)
	}
	return "dossier " + d.ID
}

// KnownPerson reads who filed a dossier of a desk where the actor receives people,
// and what that dossier says of them. It is journaled as a reading of the dossier.
func (r *Room) KnownPerson(ctx context.Context, actor access.Actor, id string) (Person, error) {
	q := r.DB.Read()
	d, err := get(ctx, q, actor.Scope(access.DossierIntake), id)
	if err != nil {
		return Person{}, err
	}
	answers, err := Answers(ctx, q, d.ID)
	if err != nil {
		return Person{}, err
	}
	p := Person{Who: d.Who(), Account: d.Applicant, Name: d.Name, Phone: d.Phone, Last: d.ID, answers: answers}
	if own, ok := ownPart(answers, d.Name); ok {
		p.Citizen = masked(own.Parts["citizen"].Text)
		p.Address = form.AddressText(own.Parts["residence"], r.Env("vi").Places)
	}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx, r.Clock.Now(), audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierIntake, d.Holder), Action: ReadPerson, ObjectKind: Kind, ObjectID: d.ID, Path: d.Holder})
	})
	return p, err
}

// ownPart finds the answer that is about the person of this name.
func ownPart(answers form.Answers, name string) (form.Value, bool) {
	for _, id := range slices.Sorted(maps.Keys(answers)) {
		if v := answers[id]; name != "" && v.Parts["name"].Text != "" && vntext.Fold(v.Parts["name"].Text) == vntext.Fold(name) {
			return v, true
		}
	}
	return form.Value{}, false
}

// OwnCitizen gives the citizen number that a person gave of themselves, under the
// name of their account, in one of their last dossiers; "" where there is none. An
// account itself keeps a digest only.
func OwnCitizen(ctx context.Context, q database.Querier, account, name string) (string, error) {
	mine, err := ownLast(ctx, q, account)
	if err != nil {
		return "", err
	}
	for _, d := range mine {
		answers, err := Answers(ctx, q, d.ID)
		if err != nil {
			return "", err
		}
		if own, ok := ownPart(answers, name); ok && own.Parts["citizen"].Text != "" {
			return own.Parts["citizen"].Text, nil
		}
	}
	return "", nil
}

// masked shows of a citizen number what tells people apart who stand at the desk,
// and not what could be used elsewhere.
func masked(number string) string {
	if len(number) < 9 {
		return ""
	}
	return number[:3] + strings.Repeat("•", len(number)-6) + number[len(number)-3:]
}

// Fill gives the answers that a new dossier of the person can begin with: what they
// said of themselves before, where the form asks for the same person under the same
// name, or for one person only; and how to reach them.
func (p Person) Fill(f *form.Form) form.Answers {
	filled := form.Answers{}
	own, known := ownPart(p.answers, p.Name)
	var people []string
	for _, page := range f.All() {
		for _, x := range page.Fields {
			switch {
			case x.Kind == form.KindPerson:
				people = append(people, x.ID)
			case x.ID == "phone" && p.Phone != "":
				filled[x.ID] = form.Value{Text: p.Phone}
			case x.ID == "email" && p.answers["email"].Text != "":
				filled[x.ID] = p.answers["email"]
			}
		}
	}
	if !known {
		return filled
	}
	same := func(id string) bool { return vntext.Fold(p.answers[id].Parts["name"].Text) == vntext.Fold(p.Name) }
	switch i := slices.IndexFunc(people, same); {
	case i >= 0:
		filled[people[i]] = own
	case len(people) == 1:
		filled[people[0]] = own
	}
	return filled
}
