package dossier

import (
	"context"
	"fmt"
	"slices"

	"benso/internal/core/cases"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/form"
)

// System is who acts where nobody does: the command of an administrator of the
// machine.
const System = "system"

// Passed is what the event of a transfer keeps: on whose day, from whom to whom, and
// on what legal basis.
type Passed struct {
	Reform  string   `json:"reform"` // the first day of the new units, as 2025-07-01
	From    string   `json:"from"`   // agency
	To      string   `json:"to"`     // agency
	Grounds []string `json:"grounds"`
}

// Passing is one dossier, draft or question going to the agency that stands in the
// place of one that has ended.
type Passing struct {
	To     cases.Seat // without an assignee
	Passed Passed
	// Stays says whether an official works at the new agency too: what lies on their
	// desk then stays there. Nil: nobody does.
	Stays func(account string) bool
}

// Pass gives an open dossier of an agency that has ended to the one in its place. Its
// step, its clock and its numbers stay; its applicant is told. One that is elsewhere
// by now, or closed, stays as it is, so passing it again changes nothing.
func (r *Room) Pass(ctx context.Context, tx *database.Tx, id string, p Passing) (moved bool, err error) {
	if err := lock(ctx, tx, id); err != nil {
		return false, err
	}
	d, err := anyDossier(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if d.State == cases.Closed || d.Agency != p.Passed.From {
		return false, nil
	}
	to := p.To
	if d.Assignee != "" && p.Stays != nil && p.Stays(d.Assignee) {
		to.Assignee = d.Assignee
	}
	by := cases.By{Account: System, At: r.Clock.Now()}
	if d.Case, err = cases.Transfer(ctx, tx, d.Case, to, by, p.Passed); err != nil {
		return false, fmt.Errorf("pass dossier %s: %w", id, err)
	}
	return true, r.tell(ctx, tx, d, cases.ActTransfer, by, p.Passed.digest())
}

// digest names a passing in the journal.
func (p Passed) digest() string {
	return database.Digest(append([]string{p.Reform, p.From, p.To}, p.Grounds...)...)
}

// PassConsult gives a question to the agency that stands in the place of the one
// that was asked; its deadline stays. One that is over, or with another, stays.
func (r *Room) PassConsult(ctx context.Context, tx *database.Tx, x cases.Consulted, p Passing) (moved bool, err error) {
	if err := lock(ctx, tx, x.Case.ID); err != nil {
		return false, err
	}
	all, err := cases.Consults(ctx, tx, x.Case.ID)
	if err != nil {
		return false, err
	}
	d, err := anyDossier(ctx, tx, x.Case.ID)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(all, func(c cases.Consult) bool { return c.ID == x.ID && c.Agency == p.Passed.From })
	if i < 0 {
		return false, nil
	}
	now := cases.Consulted{Consult: all[i], Case: d.Case}
	if !now.Open() {
		return false, nil
	}
	by := cases.By{Account: System, At: r.Clock.Now()}
	act := cases.ActPassConsult
	if p.To.Agency == d.Agency {
		// Who asked and who was asked are one now: nobody asks itself.
		act = cases.ActWithdrawConsult
		d.Case, err = cases.WithdrawConsults(ctx, tx, d.Case, []string{x.ID}, by)
	} else if now, err = cases.PassConsult(ctx, tx, now, p.To, by); err == nil {
		d.Case = now.Case
	}
	if err != nil {
		return false, fmt.Errorf("pass question %s: %w", x.ID, err)
	}
	return true, r.tell(ctx, tx, d, act, by, p.Passed.digest())
}

// PassDraft gives a draft of the counter to the agency in the place of its own, and
// restates the addresses in its answers: the person chooses again only where one
// commune became several. p is nil when only the addresses are meant. A page that was
// changed is stale where it lies open, and shows both.
func (r *Room) PassDraft(ctx context.Context, tx *database.Tx, d Draft, p *Passing, on database.Date) (changed bool, err error) {
	now, err := lockDraft(ctx, tx, d.Account, d.ID)
	if err != nil || now.FiledAs != "" {
		return false, err
	}
	procedure, err := r.Catalogue.Version(now.Procedure, now.ProcedureVersion)
	if err != nil {
		return false, err
	}
	entry := audit.Entry{Actor: System, Action: "draft.pass", ObjectKind: "draft", ObjectID: now.ID}
	if p != nil && now.Agency == p.Passed.From {
		now.Agency, changed = p.To.Agency, true
		entry.Path, entry.Digest = p.To.Holder, p.Passed.digest()
	}
	answers, fields := r.restated(now.Answers, on)
	if len(fields) > 0 {
		now.Answers, changed = answers, true
		for _, page := range procedure.Form.All() {
			if slices.ContainsFunc(page.Fields, func(x *form.Field) bool { return slices.Contains(fields, x.ID) }) {
				now.Revisions[page.ID]++
			}
		}
	}
	if !changed {
		return false, nil
	}
	now.Version++
	if err := updateDraft(ctx, tx, now); err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, r.Clock.Now(), entry)
}

// Restates says whether a draft's addresses name units that ended and have each one
// in their place on a date.
func (r *Room) Restates(d Draft, on database.Date) bool {
	_, fields := r.restated(d.Answers, on)
	return len(fields) > 0
}

// restated gives answers with the units of a date.
func (r *Room) restated(a form.Answers, on database.Date) (form.Answers, []string) {
	view := r.Units.At(on)
	return form.Restate(a, func(commune string) (next, province string, ok bool) {
		u, ok := r.Units.Restated(commune, on)
		if !ok {
			return "", "", false
		}
		next = u.ID
		for u.Parent != "" {
			up, err := view.Unit(u.Parent)
			if err != nil {
				return "", "", false
			}
			u = up
		}
		return next, u.ID, true
	})
}

// samePlace says whether two communes are the same place today, by whatever name:
// one may have gone into the other.
func (r *Room) samePlace(a, b string) bool {
	if a == b {
		return true
	}
	today := database.Date(clock.Day(r.Clock.Now()))
	x, ok := r.Units.Restated(a, today)
	y, ok2 := r.Units.Restated(b, today)
	return ok && ok2 && x.ID == y.ID
}
