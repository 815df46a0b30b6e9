package account

import (
	"context"
	"net/http"
	"slices"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/notify"
	"benso/internal/kernel/web"
)

// accountPage is what people see of their own account.
type accountPage struct {
	Name     string
	Number   string
	Claims   []identity.Claim // phones and e-mails
	Choice   notify.Choice
	Official bool
	Roles    []heldRole
	Sessions []openSession
}

// heldRole is a role at work, in words.
type heldRole struct {
	Role, Agency string
	For          string // the name of the absent official; empty for one's own
}

// openSession is one place where the account is signed in.
type openSession struct {
	ID, Device            string
	CreatedAt, LastSeenAt time.Time
	This                  bool
}

// others says whether there is a session to end but this one.
func (p accountPage) others() bool {
	for _, s := range p.Sessions {
		if !s.This {
			return true
		}
	}
	return false
}

func profile(a access.Actor) identity.Profile {
	return identity.Profile{Account: a.Account, Name: a.Name, Kind: a.Kind, Session: a.Session, MustChangePassword: a.MustChangePassword}
}

func (room *Room) showAccount(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	account, err := room.Identity.Account(ctx, actor.Account)
	if err != nil {
		return err
	}
	page := accountPage{Name: account.Name, Number: spaced(account.Number()), Official: account.Kind == identity.Official}
	for _, c := range account.Handles {
		if c.Kind != identity.Number {
			page.Claims = append(page.Claims, c)
		}
	}
	if page.Choice, err = room.Notices.Choice(ctx, account.ID); err != nil {
		return err
	}
	if page.Roles, err = room.held(ctx, actor); err != nil {
		return err
	}
	sessions, err := room.Identity.Sessions(ctx, profile(actor))
	if err != nil {
		return err
	}
	for _, s := range sessions {
		device := s.Device
		if device == "" {
			device = message.T(ctx, "account.device_unknown")
		}
		page.Sessions = append(page.Sessions, openSession{ID: s.ID, Device: device, CreatedAt: s.CreatedAt, LastSeenAt: s.SeenAt, This: s.ID == actor.Session})
	}
	slices.SortStableFunc(page.Sessions, func(a, b openSession) int {
		switch {
		case a.This:
			return -1
		case b.This:
			return 1
		}
		return 0
	})
	return web.Render(w, r, http.StatusOK, showAccount(page))
}

// held puts the actor's grants into words. Colleagues who are away are named:
// acting for them is no secret to whoever does it.
func (room *Room) held(ctx context.Context, actor access.Actor) ([]heldRole, error) {
	var absent []string
	for _, g := range actor.Grants {
		if g.For != "" {
			absent = append(absent, g.For)
		}
	}
	names := map[string]string{}
	if len(absent) > 0 {
		var err error
		if names, err = room.Identity.Names(ctx, absent...); err != nil {
			return nil, err
		}
	}
	var held []heldRole
	for _, g := range actor.Grants {
		name := g.Role
		if role, ok := room.Roles.Role(g.Role); ok {
			name = role.In(message.Lang(ctx))
		}
		held = append(held, heldRole{Role: name, Agency: room.AgencyName(g.Agency), For: names[g.For]})
	}
	return held, nil
}

func (room *Room) endSession(w http.ResponseWriter, r *http.Request) error {
	return room.end(w, r, "account.session_ended", func(ctx context.Context, tx *database.Tx, p identity.Profile) error {
		return room.Identity.EndSession(ctx, tx, p, r.PathValue("id"))
	})
}

func (room *Room) endOthers(w http.ResponseWriter, r *http.Request) error {
	return room.end(w, r, "account.others_ended", room.Identity.EndOtherSessions)
}

// end ends sessions. What has ended already is as good as ended now, so a second
// click needs no key to be harmless.
func (room *Room) end(w http.ResponseWriter, r *http.Request, said string, act func(context.Context, *database.Tx, identity.Profile) error) error {
	p := profile(web.Actor(r.Context()))
	err := room.DB.Write(r.Context(), func(ctx context.Context, tx *database.Tx) error { return act(ctx, tx, p) })
	if err != nil {
		return err
	}
	web.Flash(w, r, said)
	return web.Redirect(w, r, Path)
}

// passwordPage is where a password is changed.
type passwordPage struct {
	Number string // for the browser's store of passwords
	Forced bool   // a one-time password must give way to one's own
	Next   string
	Errors []fault.Field
}

func (room *Room) newPasswordPage(r *http.Request) (passwordPage, error) {
	actor := web.Actor(r.Context())
	account, err := room.Identity.Account(r.Context(), actor.Account)
	return passwordPage{Number: account.Number(), Forced: actor.MustChangePassword, Next: next(r)}, err
}

func (room *Room) showPassword(w http.ResponseWriter, r *http.Request) error {
	page, err := room.newPasswordPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, showPassword(page))
}

func (room *Room) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	page, err := room.newPasswordPage(r)
	if err != nil {
		return err
	}
	actor := web.Actor(r.Context())
	if err := room.replacePassword(r, actor); err == nil {
		web.Flash(w, r, "account.password_changed")
		if page.Forced || page.Next != "" {
			return web.Redirect(w, r, room.landing(r.Context(), actor.Account, actor.Kind, page.Next))
		}
		return web.Redirect(w, r, Path)
	} else {
		status, wrong, err := again(w, err, "current")
		if err != nil {
			return err
		}
		page.Errors = inOrder(wrong, "current", "password")
		return web.Render(w, r, status, showPassword(page))
	}
}

// replacePassword changes the password once for one form: to the second click
// the first has made the current password a wrong one.
func (room *Room) replacePassword(r *http.Request, actor access.Actor) error {
	ctx := r.Context()
	current, chosen := r.PostFormValue("current"), r.PostFormValue("password")
	if current == "" {
		return fault.New(fault.Invalid, "account.current_missing").WithField("current", "account.current_missing")
	}
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	request := database.Request{Actor: actor.Account, Route: "POST " + PasswordPath, Key: key}
	free, err := room.turns.take(ctx, key)
	if err != nil {
		return err
	}
	defer free()
	if _, done, err := room.done(ctx, request); err != nil || done {
		return err
	}
	if err := room.Identity.ChangePassword(ctx, profile(actor), current, chosen, room.Address(r)); err != nil {
		return err
	}
	return room.remember(ctx, request, "")
}
