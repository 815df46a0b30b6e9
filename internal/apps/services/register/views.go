package register

import (
	"context"
	"net/http"
	"net/url"
	"unicode/utf8"

	"benso/internal/apps/services/office"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
)

// Limits of what an official keeps.
const (
	mostViews   = 30
	longestName = 60
)

// viewName reads the name of a view.
func viewName(typed string) (string, error) {
	name := vntext.Clean(typed)
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "register.name_needed").WithField("name", "register.name_needed")
	case utf8.RuneCountInString(name) > longestName:
		return "", fault.New(fault.Invalid, "register.name_long", "n", longestName).WithField("name", "register.name_long", "n", longestName)
	}
	return name, nil
}

type viewsPage struct {
	Own    []View
	Shared []View
	Wrong  string // the view whose name was refused
	Typed  string
	Errors []fault.Field
}

func (p Pages) views(w http.ResponseWriter, r *http.Request) error {
	return p.showViews(w, r, http.StatusOK, "", "", nil)
}

func (p Pages) showViews(w http.ResponseWriter, r *http.Request, status int, wrong, typed string, faults []fault.Field) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	own, shared, err := views(ctx, p.read(), actor.Account, actor.Agencies(access.DossierRead))
	if err != nil {
		return err
	}
	return web.Render(w, r, status, viewsView(viewsPage{Own: own, Shared: shared, Wrong: wrong, Typed: typed, Errors: faults}))
}

// change writes something about views once for its key, with its journal line.
func (p Pages) change(r *http.Request, act, id, input string, fn func(ctx context.Context, tx *database.Tx) error) error {
	actor := web.Actor(r.Context())
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	return p.room().DB.Write(r.Context(), func(ctx context.Context, tx *database.Tx) error {
		now := p.room().Clock.Now()
		req := database.Request{Actor: actor.Account, Route: "register." + act, Key: key, Input: database.Digest(id, input)}
		_, done, err := database.Once(ctx, tx, req, now)
		if err != nil || done {
			return err
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		e := audit.Entry{Actor: actor.Account, Action: "view." + act, ObjectKind: "view", ObjectID: id, Path: "", Digest: req.Input}
		if err := audit.Record(ctx, tx, now, e); err != nil {
			return err
		}
		return database.Done(ctx, tx, req, id)
	})
}

// keep saves the address that the form was on under a name.
func (p Pages) keep(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	actor := web.Actor(r.Context())
	asked, err := url.ParseQuery(r.PostFormValue("loc"))
	if err != nil {
		asked = url.Values{}
	}
	q, _ := parse(asked)
	name, err := viewName(r.PostFormValue("name"))
	if err == nil {
		shared := r.PostFormValue("shared") == "yes"
		v := View{ID: database.NewID(), Account: actor.Account, Name: name, Query: q.text(), Shared: shared}
		if of := actor.Agencies(access.DossierRead); len(of) > 0 {
			v.Agency = of[0]
		}
		err = p.change(r, "keep", name, v.Query, func(ctx context.Context, tx *database.Tx) error {
			n, err := countViews(ctx, tx, actor.Account, name)
			if err != nil {
				return err
			}
			if n >= mostViews {
				return fault.New(fault.Invalid, "register.views_full", "n", mostViews).WithField("name", "register.views_full", "n", mostViews)
			}
			return keep(ctx, tx, v, p.room().Clock.Now())
		})
	}
	if f := fault.Of(err); err != nil && f.Kind == fault.Invalid && len(f.Fields) > 0 {
		return p.show(w, r, http.StatusUnprocessableEntity, q, r.PostFormValue("name"), f.Fields)
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "register.kept")
	return web.Redirect(w, r, q.at(office.PathRegister))
}

func (p Pages) rename(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx, id := r.Context(), r.PathValue("view")
	v, err := ownView(ctx, p.read(), web.Actor(ctx).Account, id)
	if err != nil {
		return err
	}
	v.Shared = r.PostFormValue("shared") == "yes"
	if v.Name, err = viewName(r.PostFormValue("name")); err == nil {
		input := v.Name
		if v.Shared {
			input += " shared"
		}
		err = p.change(r, "rename", id, input, func(ctx context.Context, tx *database.Tx) error {
			taken, err := rename(ctx, tx, v)
			if err == nil && taken {
				return fault.New(fault.Invalid, "register.name_taken").WithField("name", "register.name_taken")
			}
			return err
		})
	}
	if f := fault.Of(err); err != nil && f.Kind == fault.Invalid && len(f.Fields) > 0 {
		// The page has a box for each view: the fault belongs to this one's.
		for i := range f.Fields {
			f.Fields[i].Name = "name-" + id
		}
		return p.showViews(w, r, http.StatusUnprocessableEntity, id, r.PostFormValue("name"), f.Fields)
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "register.renamed")
	return web.Redirect(w, r, pathViews)
}

// forget deletes a view; one that is gone is gone.
func (p Pages) forget(w http.ResponseWriter, r *http.Request) error {
	id, account := r.PathValue("view"), web.Actor(r.Context()).Account
	err := p.change(r, "forget", id, "", func(ctx context.Context, tx *database.Tx) error { return forget(ctx, tx, account, id) })
	if err != nil {
		return err
	}
	web.Flash(w, r, "register.forgotten")
	return web.Redirect(w, r, pathViews)
}
