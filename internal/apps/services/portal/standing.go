package portal

import (
	"context"

	"benso/internal/apps/services/catalogue"
	"benso/internal/kernel/message"
)

// standing is whether a procedure can be filed here, and how.
type standing string

// The standings.
const (
	full      standing = "full"    // everything online
	partial   standing = "partial" // filed online before, and one comes once
	open      standing = "open"    // filed online; whether one must come is not known
	elsewhere standing = "elsewhere"
	past      standing = "past" // holds no longer, or not yet
)

func standingOf(p *catalogue.Procedure, day string) standing {
	switch {
	case !p.InForce(day):
		return past
	case p.Service == catalogue.Full:
		return full
	case p.Service == catalogue.Partial:
		return partial
	case p.Online():
		return open
	}
	return elsewhere
}

// here says whether it can be filed online here.
func (s standing) here() bool { return s == full || s == partial || s == open }

// short says it in a few words, for lists.
func (s standing) short(ctx context.Context) string {
	return message.T(ctx, "portal.standing_"+string(s))
}
