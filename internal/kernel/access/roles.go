package access

import (
	"slices"

	"benso/internal/kernel/fault"
)

// Reach is how far from its agency a role sees.
type Reach string

// A role reaches its agency's own matters, or those of the agency's unit with
// everything below it.
const (
	ReachAgency Reach = "agency"
	ReachUnit   Reach = "unit"
)

// Role is what the pack says about one role.
type Role struct {
	ID          string
	Name        map[string]string // by language: vi, en
	Levels      []string          // levels of unit (province, district, commune) at whose agencies it may be given
	Reach       Reach
	Permissions []Permission
	// Implicit roles are everybody's who signs in, and are never given.
	Implicit bool
}

// In gives the role's name in a language, Vietnamese where there is none.
func (r Role) In(lang string) string {
	if name := r.Name[lang]; name != "" {
		return name
	}
	return r.Name["vi"]
}

// Separation keeps two roles from being one person's.
type Separation struct {
	Roles [2]string
	Why   map[string]string // by language
}

// Roles is the pack's list of roles. The zero Roles knows none.
type Roles struct {
	list        []Role
	separations []Separation
}

// All lists the roles in the order of the pack.
func (r Roles) All() []Role { return append([]Role(nil), r.list...) }

// Separations lists which roles exclude each other.
func (r Roles) Separations() []Separation { return append([]Separation(nil), r.separations...) }

// Role finds one role.
func (r Roles) Role(id string) (Role, bool) {
	i := slices.IndexFunc(r.list, func(role Role) bool { return role.ID == id })
	if i < 0 {
		return Role{}, false
	}
	return r.list[i], true
}

// Giving decides whether a role may be given at an agency of a unit of this
// level to an official who already holds the roles in held. It returns nil or an
// Invalid fault with its reason on the field "role".
func (r Roles) Giving(role, level string, held []string) error {
	refuse := func(key string, args ...any) error {
		return fault.New(fault.Invalid, key, args...).WithField("role", key, args...)
	}
	given, ok := r.Role(role)
	if !ok || given.Implicit {
		return refuse("access.role_unknown")
	}
	if !slices.Contains(given.Levels, level) {
		return refuse("access.role_level", "role", given.In("vi"))
	}
	if other := r.separatedFrom(role, held); other != "" {
		name := other
		if o, ok := r.Role(other); ok {
			name = o.In("vi")
		}
		return refuse("access.role_separated", "role", given.In("vi"), "other", name)
	}
	return nil
}

// separatedFrom gives the first of held that excludes role, or "".
func (r Roles) separatedFrom(role string, held []string) string {
	for _, s := range r.separations {
		for i, id := range s.Roles {
			if other := s.Roles[1-i]; id == role && slices.Contains(held, other) {
				return other
			}
		}
	}
	return ""
}
