package access

import (
	"slices"
	"strings"

	"benso/internal/kernel/identity"
)

// Actor is who asks: what one request may know about its sender. The zero Actor
// is a stranger.
type Actor struct {
	Account string
	Name    string // as shown to the actor itself and to colleagues; never logged
	Kind    identity.Kind
	Grants  []Grant
	Session string // id of the session; empty when the actor is not a browser
	// MustChangePassword is set while only the page that changes the password is open.
	MustChangePassword bool
}

// Grant is a role at work on a path.
type Grant struct {
	Role        string
	Agency      string
	Path        string // prefix of the paths it reaches, ends in "/"
	Permissions []Permission
	For         string // the absent official's account; empty when the grant is the actor's own
}

// Allows says whether the grant holds p.
func (g Grant) Allows(p Permission) bool { return slices.Contains(g.Permissions, p) }

// NewActor gives the profile's roles their permissions and paths.
//
// path gives an agency's path, "86/28756-2025/ubnd-28756-2025/", and false when
// there is no such agency. A role or an agency that is unknown grants nothing. A
// role held for an absent colleague is left out where it is separated from
// another role of the same official: being away must not join what the pack keeps
// apart. Until its one-time password is changed an account has no grants.
//
// past gives the paths of the agencies that ended and whose work went whole to this
// one: what a role may do at an agency it may do in what that agency took over. Nil:
// there are none.
func NewActor(p identity.Profile, roles Roles, path func(agency string) (string, bool), past func(agency string) []string) Actor {
	a := Actor{
		Account: p.Account, Name: p.Name, Kind: p.Kind, Session: p.Session,
		MustChangePassword: p.MustChangePassword,
	}
	if a.Account == "" {
		return Actor{}
	}
	if p.Kind != identity.Official || p.MustChangePassword {
		return a
	}
	var held []string
	add := func(h identity.Holding) {
		role, ok := roles.Role(h.Role)
		if !ok || role.Implicit {
			return
		}
		at, ok := path(h.Agency)
		if !ok || !isPath(at) {
			return
		}
		if role.Reach == ReachUnit {
			if at = parent(at); at == "" {
				return
			}
		}
		if h.For != "" && roles.separatedFrom(role.ID, held) != "" {
			return
		}
		held = append(held, role.ID)
		grant := Grant{Role: role.ID, Agency: h.Agency, Path: at, Permissions: role.Permissions, For: h.For}
		a.Grants = append(a.Grants, grant)
		if past == nil {
			return
		}
		for _, before := range past(h.Agency) {
			if !isPath(before) {
				continue
			}
			if role.Reach == ReachUnit {
				if before = parent(before); before == "" {
					continue
				}
			}
			grant.Path = before
			a.Grants = append(a.Grants, grant)
		}
	}
	for _, h := range p.Holdings {
		if h.For == "" {
			add(h)
		}
	}
	for _, h := range p.Holdings {
		if h.For != "" {
			add(h)
		}
	}
	return a
}

// Stranger says whether nobody is signed in.
func (a Actor) Stranger() bool { return a.Account == "" }

// Has says whether the actor has p on any path.
func (a Actor) Has(p Permission) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Allows(p) })
}

// May says whether the actor has p on path.
func (a Actor) May(p Permission, path string) bool { return a.Scope(p).Contains(path) }

// ActsFor gives the account of the absent official for whom alone the actor may
// do p on path, and "" when it may do so in its own right or not at all. Acts
// record it beside the actor.
func (a Actor) ActsFor(p Permission, path string) string {
	var absent string
	for _, g := range a.Grants {
		if !g.Allows(p) || !Within(g.Path).Contains(path) {
			continue
		}
		if g.For == "" {
			return ""
		}
		if absent == "" {
			absent = g.For
		}
	}
	return absent
}

// Scope gives the paths on which the actor has p.
func (a Actor) Scope(p Permission) Scope {
	var paths []string
	for _, g := range a.Grants {
		if g.Allows(p) {
			paths = append(paths, g.Path)
		}
	}
	return Within(paths...)
}

// Agencies lists, without repetition, the agencies where the actor holds p.
func (a Actor) Agencies(p Permission) []string {
	var ids []string
	for _, g := range a.Grants {
		if g.Allows(p) && !slices.Contains(ids, g.Agency) {
			ids = append(ids, g.Agency)
		}
	}
	return ids
}

// isPath says whether s is a sequence of ids, each followed by "/".
func isPath(s string) bool {
	return strings.HasSuffix(s, "/") && !strings.HasPrefix(s, "/") && !strings.Contains(s, "//")
}

// parent cuts the last id off a path; "" when none is left.
func parent(path string) string {
	cut := strings.LastIndexByte(path[:len(path)-1], '/')
	return path[:cut+1]
}
