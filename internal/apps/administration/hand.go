package administration

import (
	"context"
	"slices"
	"strings"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
)

// Room is what the pages and the command work with.
type Room struct {
	DB       *database.DB
	Clock    clock.Clock
	Identity *identity.Store
	Units    *unit.Tree
	Roles    access.Roles
	Events   *event.Bus
	// Reload has the rooms see a new version of the pack's files at once.
	Reload func(ctx context.Context) error
}

func (room *Room) today() database.Date { return database.Date(clock.Day(room.Clock.Now())) }

// Hand is whose hand acts: an administrator's, within a scope, or the machine's own,
// which the command is. The zero Hand may nothing.
type Hand struct {
	actor   access.Actor
	machine bool
}

// Machine is the hand of whoever may run the command on the machine.
func Machine() Hand { return Hand{actor: access.Actor{Account: "system"}, machine: true} }

// Of is the hand of somebody who is signed in.
func Of(actor access.Actor) Hand { return Hand{actor: actor} }

// may says whether the hand reaches a path.
func (h Hand) may(p access.Permission, path string) bool {
	return path != "" && (h.machine || h.actor.May(p, path))
}

// self says whether an account is the hand's own, or that of a colleague for whom
// it stands in: neither is managed by it.
func (h Hand) self(account string) bool {
	return account == h.actor.Account || slices.ContainsFunc(h.actor.Grants, func(g access.Grant) bool { return g.For == account })
}

// by says who acts, for the journal.
func (h Hand) by(path string) identity.By {
	if h.machine {
		return identity.By{Account: h.actor.Account}
	}
	return identity.By{Account: h.actor.Account, For: h.actor.ActsFor(access.AccountManage, path), Path: path}
}

func (room *Room) path(agency string) string {
	path, err := room.Units.AgencyPath(agency)
	if err != nil {
		return ""
	}
	return path
}

func (room *Room) manages(h Hand, agency string) bool {
	return h.may(access.AccountManage, room.path(agency))
}

// agency finds one that the hand manages, also one that has ended.
func (room *Room) agency(h Hand, id string) (unit.Agency, error) {
	a, err := room.Units.Agency(id)
	if err != nil {
		return unit.Agency{}, err
	}
	if !room.manages(h, id) {
		return unit.Agency{}, fault.Missing("agency", id)
	}
	return a, nil
}

// ever are the agencies that the hand manages, those of former times too.
func (room *Room) ever(h Hand) []string {
	return slices.DeleteFunc(room.Units.AgencyIDs(), func(id string) bool { return !room.manages(h, id) })
}

// living are those of today, in the order of their units.
func (room *Room) living(h Hand) []unit.Agency {
	return slices.DeleteFunc(room.Units.Agencies(room.today()), func(a unit.Agency) bool { return !room.manages(h, a.ID) })
}

// managing says whether a role lets its holder manage others.
func managing(role access.Role) bool {
	return slices.Contains(role.Permissions, access.AccountManage) || slices.Contains(role.Permissions, access.SystemManage)
}

// above says whether the hand reaches the level above an agency's unit. Above a
// province there is none, so there its own administrators stand for it.
func (room *Room) above(h Hand, a unit.Agency) bool {
	path, err := room.Units.Path(a.Unit)
	if err != nil {
		return false
	}
	up := path[:strings.LastIndexByte(path[:len(path)-1], '/')+1]
	if up == "" {
		up = path
	}
	return h.may(access.AccountManage, up)
}

// mayGive decides whether the hand may give or end a role at an agency, whoever
// holds it. The fault is on the field "role".
func (room *Room) mayGive(h Hand, role string, a unit.Agency) error {
	r, known := room.Roles.Role(role)
	if known && managing(r) && !room.above(h, a) {
		return fault.New(fault.Invalid, "administration.from_above").WithField("role", "administration.from_above")
	}
	return nil
}

// roles are those that the hand may give at an agency.
func (room *Room) roles(h Hand, a unit.Agency) []access.Role {
	u, err := room.Units.Unit(a.Unit)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(room.Roles.All(), func(r access.Role) bool {
		return r.Implicit || !slices.Contains(r.Levels, string(u.Level)) || room.mayGive(h, r.ID, a) != nil
	})
}

// level is that of an agency's unit.
func (room *Room) level(a unit.Agency) string {
	u, err := room.Units.Unit(a.Unit)
	if err != nil {
		return ""
	}
	return string(u.Level)
}

// official is an official as an administrator sees one.
type official struct {
	identity.Account
	Here      []identity.Assignment // roles within the scope
	Elsewhere []identity.Assignment // and those outside of it
	Open      bool                  // the roles are not over; otherwise they are the earlier ones
}

// official finds one with a role in the hand's scope.
func (room *Room) official(ctx context.Context, q database.Querier, h Hand, id string) (official, error) {
	posts, open, err := room.Identity.Posts(ctx, q, id)
	if err != nil {
		return official{}, err
	}
	o := official{Open: open}
	for _, a := range posts {
		if room.manages(h, a.Agency) {
			o.Here = append(o.Here, a)
		} else {
			o.Elsewhere = append(o.Elsewhere, a)
		}
	}
	if len(o.Here) == 0 {
		return official{}, fault.Missing("official", id)
	}
	if o.Account, err = room.Identity.AccountIn(ctx, q, id); err != nil {
		return official{}, err
	}
	if o.Kind != identity.Official {
		return official{}, fault.Missing("official", id)
	}
	return o, nil
}

// whole decides whether the hand manages the account itself: not its own, all of its
// roles within the scope, and none of them a role that is managed from above.
func (room *Room) whole(h Hand, o official) error {
	switch {
	case h.self(o.ID):
		return fault.New(fault.Forbidden, "administration.not_self")
	case len(o.Elsewhere) > 0:
		return fault.New(fault.Forbidden, "administration.elsewhere_too")
	case !o.Open:
		return nil
	}
	for _, post := range o.Here {
		a, err := room.Units.Agency(post.Agency)
		if err != nil {
			return err
		}
		if room.mayGive(h, post.Role, a) != nil {
			return fault.New(fault.Forbidden, "administration.account_from_above")
		}
	}
	return nil
}

// entire finds an official whose account the hand manages: all of its own roles, and
// of those that it holds for somebody who is absent, which come with the account.
func (room *Room) entire(ctx context.Context, q database.Querier, h Hand, id string) (official, error) {
	o, err := room.official(ctx, q, h, id)
	if err == nil {
		err = room.whole(h, o)
	}
	if err != nil || h.machine {
		return o, err
	}
	absent, err := room.Identity.StandsFor(ctx, q, id)
	if err != nil {
		return official{}, err
	}
	for _, x := range absent {
		posts, err := room.open(ctx, q, x.Account)
		if err != nil {
			return official{}, err
		}
		for _, post := range posts {
			a, err := room.Units.Agency(post.Agency)
			if err != nil {
				return official{}, err
			}
			if !room.manages(h, a.ID) || room.mayGive(h, post.Role, a) != nil {
				return official{}, fault.New(fault.Forbidden, "administration.account_from_above")
			}
		}
	}
	return o, nil
}

// mayTakeOn decides whether an official who exists may get a role here: not oneself,
// and nobody who works outside the scope, whose account would then be nobody's
// to manage. open are the roles that are not over.
func (room *Room) mayTakeOn(h Hand, account string, open []identity.Assignment) error {
	if h.self(account) {
		return fault.New(fault.Invalid, "administration.not_self").WithField("handle", "administration.not_self")
	}
	if slices.ContainsFunc(open, func(a identity.Assignment) bool { return !room.manages(h, a.Agency) }) {
		return fault.New(fault.Conflict, "administration.works_elsewhere").WithField("handle", "administration.works_elsewhere")
	}
	return nil
}
