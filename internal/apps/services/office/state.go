package office

import (
	"context"
	"slices"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// Soon is from how little working time left a deadline is called near: half a day.
const Soon = 4 * time.Hour

// Mark says where a case stands for this official, in the words and the shape
// that all pages share, and what they leave open.
func (o Office) Mark(ctx context.Context, actor access.Actor, c cases.Case) (web.State, string) {
	now := o.Room.Clock.Now()
	turn := web.WaitingThem
	if c.Needs != "" && actor.May(c.Needs, c.Holder) {
		turn = web.WaitingYou
	}
	switch {
	case c.State == cases.Closed && c.Outcome == "granted":
		return web.Done, ""
	case c.State == cases.Closed:
		return web.Ended, message.T(ctx, "desk.outcome_"+c.Outcome)
	case !c.ResolvedAt.IsZero() && c.OnTime != nil && !*c.OnTime:
		return turn, message.T(ctx, "desk.resolved_late")
	case !c.ResolvedAt.IsZero():
		return turn, message.T(ctx, "desk.resolved")
	case c.State == cases.Waiting:
		return web.WaitingThem, message.T(ctx, "desk.waits_applicant")
	case c.DueAt.IsZero():
		return turn, message.T(ctx, "desk.not_accepted")
	}
	left := worktime.RemainingText(ctx, o.Room.Calendar.Remaining(now, c.DueAt))
	switch {
	case now.After(c.DueAt):
		return web.Late, left
	case o.Room.Calendar.Between(now, c.DueAt) <= Soon:
		return web.Soon, left
	}
	return web.OnTime, left
}

// StepName names the step of a case as officials call it, or its end.
func (o Office) StepName(ctx context.Context, c cases.Case) string {
	def, err := o.Room.Catalogue.Definition(c.Definition, c.DefinitionVersion)
	if err != nil {
		return c.Step
	}
	if s, ok := def.Step(c.Step); ok {
		return s.Name.In(message.Lang(ctx))
	}
	if _, ok := def.End(c.Step); ok {
		return message.T(ctx, "desk.outcome_"+c.Outcome)
	}
	return c.Step
}

// ProcedureName names the procedure of a case.
func (o Office) ProcedureName(ctx context.Context, code string) string {
	proc, err := o.Room.Catalogue.Procedure(code)
	if err != nil {
		return code
	}
	return proc.Name.In(message.Lang(ctx))
}

// AgencyName names an agency.
func (o Office) AgencyName(id string) string {
	a, err := o.Room.Units.Agency(id)
	if err != nil {
		return id
	}
	return a.Name
}

// AtOnce says whether the applicant waits at the counter for a result that is due
// at once (Decree 61/2018, Art. 17.4).
func (o Office) AtOnce(d dossier.Dossier) bool {
	proc, err := o.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	return err == nil && proc.Limit.Unit == worktime.SameDay && d.Channel == string(dossier.Counter) && d.State == cases.Working
}

// Steps lists the steps of the processes that are offered, for the filter.
func (o Office) Steps() []cases.Step {
	var steps []cases.Step
	seen := map[string]bool{}
	for _, proc := range o.Room.Catalogue.Offered(clock.Day(o.Room.Clock.Now())) {
		if seen[proc.Process] {
			continue
		}
		seen[proc.Process] = true
		for _, s := range o.Room.Catalogue.Process(proc).Steps {
			if !slices.ContainsFunc(steps, func(x cases.Step) bool { return x.ID == s.ID }) {
				steps = append(steps, s)
			}
		}
	}
	return steps
}

// Stage is a step or an end, with the name that officials read.
type Stage struct{ ID, Name string }

// Stages lists the steps and then the ends of the processes that are offered, those
// of one name once.
func (o Office) Stages(ctx context.Context) []Stage {
	var found []Stage
	for _, s := range o.Steps() {
		found = append(found, Stage{s.ID, s.Name.In(message.Lang(ctx))})
	}
	for _, e := range o.ends() {
		found = append(found, Stage{e.ID, message.T(ctx, "desk.outcome_"+e.Outcome)})
	}
	return found
}

// ends lists the ends of the processes that are offered.
func (o Office) ends() []cases.End {
	var ends []cases.End
	seen := map[string]bool{}
	for _, proc := range o.Room.Catalogue.Offered(clock.Day(o.Room.Clock.Now())) {
		if seen[proc.Process] {
			continue
		}
		seen[proc.Process] = true
		for _, e := range o.Room.Catalogue.Process(proc).Ends {
			if !slices.ContainsFunc(ends, func(x cases.End) bool { return x.ID == e.ID }) {
				ends = append(ends, e)
			}
		}
	}
	return ends
}
