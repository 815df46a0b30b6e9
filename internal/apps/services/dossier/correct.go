package dossier

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
)

// acceptance is what the event of an acceptance keeps beside the step.
type acceptance struct {
	Slip Slip `json:"slip"`
}

// SlipOf says whether an acceptance wrote form 01.
func SlipOf(e cases.Event) Slip {
	var a acceptance
	if err := json.Unmarshal(e.Data, &a); err != nil {
		return WithReceipt
	}
	return a.Slip
}

// undone is what the event of an undone acceptance keeps: the facts that it took
// back.
type undone struct {
	Code       string    `json:"code"`
	AcceptedAt time.Time `json:"accepted_at"`
	FirstDueAt time.Time `json:"first_due_at"`
	DueAt      time.Time `json:"due_at"`
}

// UndoAcceptance takes a wrong acceptance back before anything was resolved, with
// a reason that the applicant reads: the dossier is at intake again, without a
// deadline. The clerk does it, or whoever gives out the work.
//
// The code stays the dossier's: a dossier has one (Circular 01/2018, Art. 19), and
// no other dossier ever gets it. The facts of the acceptance are taken back whole,
// so that what counts acceptances counts the right one only; the event and the
// table dossier_undone keep what they were. It is too late once the first deadline
// is over: a late dossier does not become one in time. What other agencies were
// asked is taken back, and form 01 is kept as void.
func (r *Room) UndoAcceptance(ctx context.Context, actor access.Actor, a Act, reason string) (Dossier, error) {
	reason, err := needText("reason", reason, "dossier.undo_reason_needed")
	if err != nil {
		return Dossier{}, err
	}
	may := access.DossierIntake
	if !actor.Has(may) {
		may = access.CaseAssign
	}
	var was Undone
	return r.do(ctx, actor, a, verb{
		act: ActUndoAcceptance, may: may, across: true, input: []string{reason},
		decide: func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) (cases.Effect, error) {
			if d.AcceptedAt.IsZero() {
				return cases.Effect{}, fault.New(fault.Conflict, "cases.not_now")
			}
			if !d.FirstDueAt.IsZero() && now.After(d.FirstDueAt) {
				return cases.Effect{}, fault.New(fault.Conflict, "dossier.undo_too_late")
			}
			asked, err := cases.Consults(ctx, tx, d.ID)
			if err != nil {
				return cases.Effect{}, err
			}
			var ids []string
			for _, x := range asked {
				ids = append(ids, x.ID)
			}
			if d.Case, err = cases.WithdrawConsults(ctx, tx, d.Case, ids, r.by(actor, may, d.Holder, now)); err != nil {
				return cases.Effect{}, err
			}
			was = Undone{At: now, Account: actor.Account, Reason: reason, Code: d.Code, AcceptedAt: d.AcceptedAt, FirstDueAt: d.FirstDueAt, DueAt: d.DueAt}
			d.LimitFrom, d.LimitNote, d.Proposal, d.Reason = time.Time{}, "", "", ""
			return cases.Effect{Unaccepted: true, Data: undone{was.Code, was.AcceptedAt, was.FirstDueAt, was.DueAt}}, nil
		},
		after: func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) error {
			if err := insertUndone(ctx, tx, d.ID, d.Version, was); err != nil {
				return err
			}
			return r.voidReceipts(ctx, tx, *d)
		},
	})
}

// voidReceipts keeps each form 01 of a dossier as one that is void.
func (r *Room) voidReceipts(ctx context.Context, tx *database.Tx, d Dossier) error {
	owner := file.Owner{Kind: OwnerDossier, ID: d.ID}
	papers, err := r.Files.List(ctx, tx, owner)
	if err != nil {
		return err
	}
	for _, f := range papers {
		if f.Slot != SlotReceipt {
			continue
		}
		if err := r.Files.Remove(ctx, tx, f.ID); err != nil {
			return err
		}
		if _, err := r.Files.Attach(ctx, tx, f.Blob(), owner, file.Note{Slot: SlotVoid}); err != nil {
			return err
		}
	}
	return nil
}

// Misfile closes a dossier that the clerk filed at the counter under a wrong
// procedure; another one is filed in its place, see Refiled. No measure counts it.
func (r *Room) Misfile(ctx context.Context, actor access.Actor, a Act, reason string) (Dossier, error) {
	reason, err := needText("reason", reason, "dossier.misfile_reason_needed")
	if err != nil {
		return Dossier{}, err
	}
	return r.do(ctx, actor, a, verb{
		act: ActMisfile, may: access.DossierIntake, input: []string{reason},
		decide: func(_ context.Context, _ *database.Tx, d *Dossier, _ time.Time) (cases.Effect, error) {
			if !d.MayMisfile() {
				return cases.Effect{}, fault.New(fault.Conflict, "dossier.misfile_counter_only")
			}
			d.Reason = reason
			return cases.Effect{}, nil
		},
	})
}

// MayMisfile says whether it was a clerk who chose the procedure: what an applicant
// sent is answered, not put away.
func (d Dossier) MayMisfile() bool { return d.Channel == string(Counter) && d.Code == "" }

// Refiled notes which dossier stands in the place of a misfiled one, once.
func (r *Room) Refiled(ctx context.Context, actor access.Actor, misfiled, as string) error {
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := lock(ctx, tx, misfiled); err != nil {
			return err
		}
		d, err := get(ctx, tx, actor.Scope(access.DossierIntake), misfiled)
		if err != nil {
			return err
		}
		if _, err := get(ctx, tx, actor.Scope(access.DossierIntake), as); err != nil {
			return err
		}
		if d.Outcome != Misfiled || d.RefiledAs != "" || as == misfiled {
			return nil // another click was faster, or somebody guessed an id
		}
		d.RefiledAs = as
		return save(ctx, tx, d)
	})
	if err != nil {
		return fmt.Errorf("refile dossier %s: %w", misfiled, err)
	}
	return nil
}

// handed is what the event of originals given back keeps.
type handed struct {
	Papers []string `json:"papers"`
}

// GiveBack gives originals back that were kept, at any time, also after the end
// (Decree 61/2018, Art. 20.2).
func (r *Room) GiveBack(ctx context.Context, actor access.Actor, a Act, papers []string) (Dossier, error) {
	return r.do(ctx, actor, a, verb{
		act: ActGiveBack, may: access.DossierIntake, across: true, input: papers,
		move: func(ctx context.Context, tx *database.Tx, d Dossier, by cases.By) (cases.Case, error) {
			held, err := Originals(ctx, tx, d.ID)
			if err != nil {
				return cases.Case{}, err
			}
			held = slices.DeleteFunc(held, func(o Original) bool { return !o.Here() || !slices.Contains(papers, o.Paper) })
			if len(held) == 0 {
				return cases.Case{}, fault.New(fault.Invalid, "dossier.originals_needed").WithField("returned", "dossier.originals_needed")
			}
			if err := giveBack(ctx, tx, d.ID, papers, by.Account, by.At); err != nil {
				return cases.Case{}, err
			}
			var data handed
			for _, o := range held {
				data.Papers = append(data.Papers, o.Paper)
			}
			return cases.Note(ctx, tx, d.Case, ActGiveBack, by, data)
		},
	})
}

// IssueReceipt has form 01 written for a dossier that was accepted without it, when
// the applicant asks for it (Decree 61/2018, Art. 17.4). Asking again changes
// nothing: a dossier has each form once.
func (r *Room) IssueReceipt(ctx context.Context, actor access.Actor, id string) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		d, err := get(ctx, tx, actor.Scope(access.DossierIntake), id)
		if err != nil {
			return err
		}
		if d.AcceptedAt.IsZero() {
			return fault.New(fault.Conflict, "cases.not_now")
		}
		return r.Jobs.Enqueue(ctx, tx, WritePaper{Dossier: id, Slot: SlotReceipt})
	})
}
