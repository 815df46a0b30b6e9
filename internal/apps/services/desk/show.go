package desk

import (
	"context"
	"slices"
	"strconv"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// What other rooms that list dossiers show as the desk does.

// Mark says where a case stands for this official, and what that leaves open.
func (p Pages) Mark(ctx context.Context, actor access.Actor, c cases.Case) (web.State, string) {
	return p.mark(ctx, actor, c)
}

// StepName names the step of a case as officials call it, or its end.
func (p Pages) StepName(ctx context.Context, c cases.Case) string { return p.stepName(ctx, c) }

// ProcedureName names the procedure of a case.
func (p Pages) ProcedureName(ctx context.Context, code string) string {
	return p.procedureName(ctx, code)
}

// Names gives the names of accounts; one that is not known has none.
func (p Pages) Names(ctx context.Context, accounts ...string) (map[string]string, error) {
	return p.names(ctx, append([]string(nil), accounts...)...)
}

// Named gives an account's name, or says that it is not known.
func (p Pages) Named(ctx context.Context, names map[string]string, account string) string {
	return named(ctx, names, account)
}

// JournalPath is where a list is written down.
func JournalPath(actor access.Actor) string { return journalPath(actor) }

// Box is what the box of a line says: which dossier, as it was seen.
func Box(id string, version int64) string { return id + "." + strconv.FormatInt(version, 10) }

// Stage is a step or an end, with the name that officials read.
type Stage struct{ ID, Name string }

// Stages lists the steps and then the ends of the processes that are offered, those
// of one name once.
func (p Pages) Stages(ctx context.Context) []Stage {
	var found []Stage
	for _, s := range p.steps() {
		found = append(found, Stage{s.ID, s.Name.In(message.Lang(ctx))})
	}
	for _, e := range p.ends() {
		found = append(found, Stage{e.ID, message.T(ctx, "desk.outcome_"+e.Outcome)})
	}
	return found
}

// ends lists the ends of the processes that are offered.
func (p Pages) ends() []cases.End {
	var ends []cases.End
	seen := map[string]bool{}
	for _, proc := range p.Room.Catalogue.Offered(clock.Day(p.Room.Clock.Now())) {
		if seen[proc.Process] {
			continue
		}
		seen[proc.Process] = true
		for _, e := range p.Room.Catalogue.Process(proc).Ends {
			if !slices.ContainsFunc(ends, func(x cases.End) bool { return x.ID == e.ID }) {
				ends = append(ends, e)
			}
		}
	}
	return ends
}
