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

// reason is why a procedure cannot be filed here, or not wholly online.
type reason string

// The reasons.
const (
	none       reason = ""
	sector     reason = "sector"      // of a national sector: filed with it
	unassigned reason = "unassigned"  // nobody knows which agency handles it here
	notOffered reason = "not_offered" // the author of its file says so
	presence   reason = "presence"    // a law has somebody come; Procedure.Presence names it
	channels   reason = "channels"    // the sources name other ways to file than online
)

func reasonOf(p *catalogue.Procedure) reason {
	switch {
	case p.Sector:
		return sector
	case p.Unassigned:
		return unassigned
	case !p.Online():
		return notOffered
	case p.Service == catalogue.Partial && p.Presence != "":
		return presence
	case p.Service == catalogue.Partial:
		return channels
	}
	return none
}

// short says it in a few words, for lists.
func (x item) short(ctx context.Context) string {
	if x.Standing == elsewhere {
		return message.T(ctx, "portal.short_"+string(x.Reason))
	}
	return message.T(ctx, "portal.standing_"+string(x.Standing))
}

// why says in a sentence why it cannot be filed here, or why one comes once.
func (x item) why(ctx context.Context) string {
	return message.T(ctx, "portal.why_"+string(x.Reason), "law", x.Presence)
}
