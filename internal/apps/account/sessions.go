package account

import (
	"net/http"

	"benso/internal/kernel/access"
	"benso/internal/kernel/identity"
)

// Sessions tells the site who sends a request. It is read anew for each one, so
// that what was revoked is gone with the next.
type Sessions struct {
	Identity *identity.Store
	Cookie   identity.Cookie
	Roles    access.Roles
	// Path gives an agency's path, "86/28756-2025/ubnd-28756-2025/", and false when
	// there is no such agency.
	Path func(agency string) (string, bool)
	// Past gives the paths of the agencies that ended and whose work went whole to this
	// one.
	Past func(agency string) []string
}

// Actor is the zero Actor for a stranger.
func (s Sessions) Actor(r *http.Request) (access.Actor, error) {
	profile, err := s.Identity.Lookup(r.Context(), s.Cookie.Token(r))
	if err != nil {
		return access.Actor{}, err
	}
	return access.NewActor(profile, s.Roles, s.Path, s.Past), nil
}
