package queue

import (
	"context"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/vntext"
)

// desks are the roles' turns that are this official's.
func desks(actor access.Actor) []cases.Desk {
	turns := []cases.Desk{}
	for _, p := range []access.Permission{access.DossierIntake, access.DossierCheck, access.DossierSign} {
		if actor.Has(p) {
			turns = append(turns, cases.Desk{Needs: p, Scope: actor.Scope(p)})
		}
	}
	return turns
}

// filter is the one predicate of a queue's list, its count and its next one.
func (p Pages) filter(actor access.Actor, q Query) cases.Filter {
	scope := actor.Scope(access.DossierRead)
	f := cases.Filter{Scope: scope, Kind: dossier.Kind, Step: q.Step, Words: vntext.Fold(q.Words)}
	switch q.Queue {
	case queueMine:
		f.Assignee = actor.Account
	case queueRole:
		f.State, f.Desks, f.Unassigned = cases.Working, desks(actor), true
	case queueToday:
		// Only while the agency still owes the answer: what waits for handing over
		// has its result, and its deadline no longer runs.
		f.State, f.DueBefore = cases.Working, p.closing()
		f.Desks = []cases.Desk{{Needs: access.DossierCheck, Scope: scope}, {Needs: access.DossierSign, Scope: scope}}
	}
	return f
}

// closing is the end of today: what is due before it is due today, or late.
func (p Pages) closing() time.Time {
	y, m, d := p.Room.Clock.Now().In(clock.Zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, clock.Zone)
}

// tally counts every queue of the official in one look; see cases.Tally.
func (p Pages) tally(ctx context.Context, actor access.Actor) ([]cases.Tally, error) {
	return cases.Tallies(ctx, p.Room.DB.Read(), actor.Scope(access.DossierRead), dossier.Kind, p.closing())
}

func met(tallies []cases.Tally, f cases.Filter) int64 {
	var n int64
	for _, t := range tallies {
		n += t.Met(f)
	}
	return n
}

// only gives the one path at which all that a filter means is held, "" when there
// are several: an agency's own official has one, and its list is then read in the
// order of an index.
func only(tallies []cases.Tally, f cases.Filter) string {
	path := ""
	for _, t := range tallies {
		switch {
		case t.Met(f) == 0 || t.Holder == path:
		case path == "":
			path = t.Holder
		default:
			return ""
		}
	}
	return path
}

// ToSign is what waits for this official's signature.
func ToSign(actor access.Actor) cases.Filter {
	return cases.Filter{Scope: actor.Scope(access.DossierRead), Kind: dossier.Kind, State: cases.Working, Desks: []cases.Desk{{Needs: access.DossierSign, Scope: actor.Scope(access.DossierSign)}}}
}
