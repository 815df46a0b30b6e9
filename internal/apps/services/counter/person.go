package counter

import (
	"context"
	"maps"
	"slices"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/people"
	"benso/internal/kernel/access"
	"benso/internal/kernel/form"
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

// knownOf are the people whom a search gave.
func (p Pages) knownOf(ctx context.Context, found people.Found) []known {
	list := make([]known, len(found.People))
	for i, x := range found.People {
		list[i] = known{ID: x.Last, Name: x.Name, Phone: x.Phone, What: p.ProcedureName(ctx, x.Procedure)}
	}
	return list
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
