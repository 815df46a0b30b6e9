package desk

import (
	"context"
	"slices"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/form"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
)

// known is somebody who was here before, as their last dossier says.
type known struct {
	ID    string // of that dossier
	Name  string
	Phone string
	What  string // the procedure
	URL   string
}

// mostKnown is how many people a search names; mostDossiers how many dossiers it
// looks at for them.
const (
	mostKnown    = 8
	mostDossiers = 50
)

// knownPeople finds people by a phone number or by words of their name, without
// diacritics, among the dossiers of the desks where the official receives people:
// each once, with the last of their dossiers. What it showed is written down.
func (p Pages) knownPeople(ctx context.Context, typed string) ([]known, error) {
	actor := web.Actor(ctx)
	scope := actor.Scope(access.DossierIntake)
	var found []dossier.Dossier
	if d, err := dossier.Within(ctx, p.Room.DB.Read(), scope, typed); err == nil {
		found = []dossier.Dossier{d} // chosen from the list of those who match
	} else {
		phone, words := strings.Join(strings.Fields(typed), ""), []string(nil)
		if !digits(phone) {
			phone, words = "", strings.Fields(vntext.Fold(typed))
		}
		if phone == "" && len(words) == 0 {
			return nil, nil
		}
		if found, err = dossier.Known(ctx, p.Room.DB.Read(), scope, phone, words, mostDossiers); err != nil {
			return nil, err
		}
	}
	var people []known
	var ids []string
	for _, d := range found {
		who := known{ID: d.ID, Name: d.Name, Phone: d.Phone, What: p.procedureName(ctx, d.Procedure)}
		twice := slices.ContainsFunc(people, func(k known) bool { return k.Name == who.Name && k.Phone == who.Phone })
		if !twice && len(people) < mostKnown {
			people, ids = append(people, who), append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	path := journalPath(actor)
	return people, p.journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierIntake, path), Action: "dossier.list_people", ObjectKind: dossier.Kind, Path: path, IDs: ids})
}

func digits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// carried are the answers of somebody's last dossier that the form of another one
// asks for, too.
func (p Pages) carried(ctx context.Context, id string, f *form.Form) (form.Answers, error) {
	d, err := dossier.Within(ctx, p.Room.DB.Read(), web.Actor(ctx).Scope(access.DossierIntake), id)
	if err != nil {
		return nil, err
	}
	before, err := dossier.Answers(ctx, p.Room.DB.Read(), id)
	if err != nil {
		return nil, err
	}
	proc, err := p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return nil, err
	}
	return carry(proc.Form, before, f), nil
}

// carry takes over what people say about themselves: persons and addresses that
// both forms ask for under one name, how they are reached and how they receive the
// result. What a matter is about is asked anew.
func carry(old *form.Form, before form.Answers, to *form.Form) form.Answers {
	now := form.Answers{}
	phone, receive, name := old.Use(before, "phone"), old.Use(before, "receive"), old.Use(before, "name")
	var person form.Value
	for _, page := range old.All() {
		for _, x := range page.Fields {
			if v := before[x.ID]; x.Kind == form.KindPerson && v.Parts["name"].Text == name && name != "" {
				person = v
			}
		}
	}
	for _, page := range to.All() {
		for _, x := range page.Fields {
			had, was := field(old, x.ID)
			v, answered := before[x.ID]
			same := was && answered && had.Kind == x.Kind
			switch {
			case x.Kind == form.KindPerson && same, x.Kind == form.KindAddress && same:
				now[x.ID] = v
			case x.Kind == form.KindPerson && person.Parts != nil && to.Use(form.Answers{x.ID: person}, "name") == name:
				now[x.ID] = person
			case x.Kind == form.KindText && phone != "" && to.Use(form.Answers{x.ID: {Text: phone}}, "phone") == phone:
				now[x.ID] = form.Value{Text: phone}
			case x.Kind == form.KindText && name != "" && to.Use(form.Answers{x.ID: {Text: name}}, "name") == name:
				now[x.ID] = form.Value{Text: name}
			case x.Kind == form.KindChoice && receive != "" && slices.ContainsFunc(x.Options, func(o form.Option) bool { return o.ID == receive }) && to.Use(form.Answers{x.ID: {Text: receive}}, "receive") == receive:
				now[x.ID] = form.Value{Text: receive}
			}
		}
		begin(page, now)
	}
	return now
}

// begin puts what stands in a box at first beside what was carried: a page of which
// something was answered is not begun anew by the form.
func begin(page *form.Page, now form.Answers) {
	if !slices.ContainsFunc(page.Fields, func(x *form.Field) bool { return !now[x.ID].IsZero() }) {
		return
	}
	for _, x := range page.Fields {
		if x.Kind == form.KindText && !x.Start.IsZero() && now[x.ID].IsZero() {
			now[x.ID] = form.Value{Text: x.Start.Vi}
		}
	}
}

func field(f *form.Form, id string) (*form.Field, bool) {
	page, ok := f.PageOf(id)
	if !ok {
		return nil, false
	}
	return page.Field(id)
}
