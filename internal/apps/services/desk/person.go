package desk

import (
	"context"
	"maps"
	"slices"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
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
		if phone != "" {
			found, err = dossier.OfPeople(ctx, p.Room.DB.Read(), scope, nil, phone, mostDossiers)
		} else {
			var ids []string
			if ids, err = cases.IDs(ctx, p.Room.DB.Read(), cases.Filter{Scope: scope, Kind: dossier.Kind, State: cases.Every, Words: strings.Join(words, " "), Order: cases.Newest}, mostDossiers); err == nil {
				found, err = dossier.Among(ctx, p.Room.DB.Read(), scope, ids)
			}
		}
		if err != nil {
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

// carried are the answers that a dossier begins with: of somebody who was here
// before what they said of themselves, of a misfiled dossier all that both forms ask
// for.
func (p Pages) carried(ctx context.Context, person, misfiled string, f *form.Form) (form.Answers, error) {
	actor, now := web.Actor(ctx), form.Answers{}
	if person != "" {
		known, err := p.Room.KnownPerson(ctx, actor, person)
		if err != nil {
			return nil, err
		}
		maps.Copy(now, known.Fill(f))
	}
	if misfiled != "" {
		d, err := dossier.Within(ctx, p.Room.DB.Read(), actor.Scope(access.DossierIntake), misfiled)
		if err != nil {
			return nil, err
		}
		before, err := dossier.Answers(ctx, p.Room.DB.Read(), d.ID)
		if err != nil {
			return nil, err
		}
		proc, err := p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
		if err != nil {
			return nil, err
		}
		maps.Copy(now, carry(proc.Form, before, f))
	}
	for _, page := range f.All() {
		begin(page, now)
	}
	return now, nil
}

// carry takes over every answer that both forms ask for under one name and in one
// way; papers are handed in anew.
func carry(old *form.Form, before form.Answers, to *form.Form) form.Answers {
	now := form.Answers{}
	for _, page := range to.All() {
		for _, x := range page.Fields {
			had, ok := field(old, x.ID)
			v := before[x.ID]
			if !ok || had.Kind != x.Kind || x.Kind == form.KindFile || v.IsZero() {
				continue
			}
			if x.Kind == form.KindChoice && !slices.ContainsFunc(x.Options, func(o form.Option) bool { return o.ID == v.Text }) {
				continue
			}
			now[x.ID] = v
		}
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
