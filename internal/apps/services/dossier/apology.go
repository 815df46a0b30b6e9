package dossier

import (
	"context"
	"time"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// MayApologise decides whether the one new appointment can still be made: by the
// day before the deadline (Decree 61/2018, Art. 19.9), for a dossier whose time
// runs. That there was none before, the room decides.
func (d Dossier) MayApologise(now time.Time) error {
	switch {
	case d.AcceptedAt.IsZero() || d.DueAt.IsZero() || !d.ResolvedAt.IsZero():
		return fault.New(fault.Conflict, "cases.not_now")
	case clock.Day(now) >= clock.Day(d.DueAt):
		return fault.New(fault.Conflict, "dossier.apology_too_late")
	}
	return nil
}

// Apologise tells the applicant, with a reason, that the result will be late, and
// makes a new appointment on a working day: once (Decree 61/2018, Art. 19.9), by
// whoever does the step. It causes form 04.
//
// due_at moves, so that queues and pages show the new day; first_due_at stays, and
// whether the dossier is on time is judged by the deadline that was promised
// before: an apology makes nobody punctual.
func (r *Room) Apologise(ctx context.Context, actor access.Actor, a Act, day, reason string) (Dossier, error) {
	reason, wrong := needText("reason", reason, "dossier.apology_reason_needed")
	may := access.DossierCheck
	if !actor.Has(may) {
		may = access.DossierSign
	}
	d, err := r.Find(ctx, actor, a.ID)
	if err == nil && (d.Needs == access.DossierCheck || d.Needs == access.DossierSign) && actor.May(d.Needs, d.Holder) {
		may = d.Needs // the right of the step, where somebody has both
	}
	var was time.Time
	return r.do(ctx, actor, a, verb{
		act: ActApologise, may: may, input: []string{day, reason}, papers: []string{SlotApology},
		decide: func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) (cases.Effect, error) {
			if err := d.MayApologise(now); err != nil {
				return cases.Effect{}, err
			}
			f := also(fault.New(fault.Invalid, "dossier.apology_incomplete"), wrong)
			due, provisional, err := r.appointment(day, d.DueAt)
			f = also(f, err)
			if len(f.Fields) > 0 {
				return cases.Effect{}, f
			}
			was = d.DueAt
			// Whoever holds the step goes on holding it.
			return cases.Effect{DueAt: &due, Provisional: provisional}, nil
		},
		after: func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) error {
			once, err := insertApology(ctx, tx, d.ID, Apology{At: now, Account: actor.Account, Reason: reason, WasDueAt: was, DueAt: d.DueAt})
			if err == nil && !once {
				err = fault.New(fault.Conflict, "dossier.apologised_already")
			}
			return err
		},
	})
}

// appointment reads the day of a new appointment: a working day after the
// deadline, to its close.
func (r *Room) appointment(day string, after time.Time) (at time.Time, provisional bool, err error) {
	wrong := func(key string) (time.Time, bool, error) {
		return time.Time{}, false, fault.New(fault.Invalid, key).WithField("due", key)
	}
	on, err := time.ParseInLocation(time.DateOnly, day, clock.Zone)
	if err != nil {
		return wrong("dossier.apology_date_needed")
	}
	at, ok := r.Calendar.CloseOf(on)
	if !ok {
		return wrong("dossier.apology_date_not_working")
	}
	if !at.After(after) {
		return wrong("dossier.apology_date_earlier")
	}
	return at, day > r.Calendar.PublishedUntil(), nil
}

// Find reads a dossier within the official's reach without writing it down: for a
// decision about an act, whose own line says who did it.
func (r *Room) Find(ctx context.Context, actor access.Actor, id string) (Dossier, error) {
	return get(ctx, r.DB.Read(), actor.Scope(access.DossierRead), id)
}

// resolve is the effect of an act that ends the agency's duty. After an apology
// the deadline that was promised before it judges whether that was on time, unless
// the limit began anew since.
func (r *Room) resolve(ctx context.Context, tx *database.Tx, d Dossier) (cases.Effect, error) {
	effect := cases.Effect{Resolved: true, Untimed: d.LimitNote != ""}
	a, ok, err := ApologyOf(ctx, tx, d.ID)
	if err != nil {
		return cases.Effect{}, err
	}
	if ok && a.Counts(d) {
		effect.TimedBy = &a.WasDueAt
	}
	return effect, nil
}

// Counts says whether the apology moved the deadline that holds now: one from
// before a supplement or a second acceptance did not.
func (a Apology) Counts(d Dossier) bool { return !a.At.Before(d.LimitFrom) && !d.LimitFrom.IsZero() }
