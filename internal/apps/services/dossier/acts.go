package dossier

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/worktime"
)

// Accept takes a complete dossier in: it gets its code, its deadline and form
// 01 (Decree 61/2018, Art. 17.3), unless given says that nobody needs it (17.4).
// originals are the papers whose originals were seen at the counter and given back
// at once (Art. 20.2). A dossier that is accepted again, after a wrong acceptance
// was undone, keeps its code: each dossier has one (Circular 01/2018, Art. 19).
func (r *Room) Accept(ctx context.Context, actor access.Actor, a Act, given Given, originals []string) (Dossier, error) {
	papers := []string{SlotReceipt}
	if given.Slip == WithoutReceipt {
		papers = nil
	}
	return r.do(ctx, actor, a, verb{
		act: ActAccept, may: access.DossierIntake, papers: papers,
		input: append(append([]string{given.Date, given.Reason, string(given.Slip)}, originals...), given.Kept...),
		decide: func(_ context.Context, _ *database.Tx, d *Dossier, now time.Time) (cases.Effect, error) {
			p, err := r.Catalogue.Version(d.Procedure, d.ProcedureVersion)
			if err != nil {
				return cases.Effect{}, err
			}
			due, provisional, err := deadline(r.Calendar, p.Limit, now, given)
			if err != nil {
				return cases.Effect{}, err
			}
			d.LimitFrom = now
			if p.Limit.Unit == worktime.Unknown {
				d.LimitNote = given.Reason
			}
			effect := cases.Effect{Accepted: true, DueAt: &due, Provisional: provisional}
			if given.Slip == WithoutReceipt {
				effect.Data = acceptance{Slip: given.Slip}
			}
			return effect, nil
		},
		after: func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) error {
			if err := seeOriginals(ctx, tx, d.ID, originals, given.Kept, actor.Account, now); err != nil {
				return err
			}
			p, err := r.Catalogue.Version(d.Procedure, d.ProcedureVersion)
			if err != nil {
				return err
			}
			answers, err := Answers(ctx, tx, d.ID)
			if err != nil {
				return err
			}
			if err := r.keepFee(ctx, tx, *d, p, answers, actor.Account, FeeAccepted, now); err != nil {
				return err
			}
			if d.Code != "" {
				return nil
			}
			agency, err := r.Units.Agency(d.Agency)
			if err != nil {
				return err
			}
			n, err := database.Next(ctx, tx, "dossier:"+d.Agency, day(now))
			if err != nil {
				return err
			}
			if d.Code, err = code(agency.Identifier, now, n); err != nil {
				return err
			}
			d.Number = d.Code
			d.Folded = d.folded(answers)
			return cases.Describe(ctx, tx, d.Case)
		},
	})
}

// AskCompletion asks the applicant, before acceptance, for everything that is
// missing, once and with all reasons (Art. 15.3). No clock runs.
func (r *Room) AskCompletion(ctx context.Context, actor access.Actor, a Act, defects []Defect) (Dossier, error) {
	return r.ask(ctx, actor, a, ActAskCompletion, access.DossierIntake, Completion, defects)
}

// AskSupplement asks the applicant, after acceptance, for everything that was
// found wanting, once, within three working days (Art. 19.4). The limit ends
// and starts again from zero when the dossier is complete.
func (r *Room) AskSupplement(ctx context.Context, actor access.Actor, a Act, defects []Defect) (Dossier, error) {
	return r.ask(ctx, actor, a, ActAskSupplement, access.DossierCheck, Supplement, defects)
}

func (r *Room) ask(ctx context.Context, actor access.Actor, a Act, act string, may access.Permission, kind Asked, defects []Defect) (Dossier, error) {
	defects, err := cleanDefects(defects)
	if err != nil {
		return Dossier{}, err
	}
	return r.do(ctx, actor, a, verb{
		act: act, may: may, input: []string{text(defects)}, papers: []string{SlotRequest},
		decide: func(_ context.Context, _ *database.Tx, d *Dossier, now time.Time) (cases.Effect, error) {
			if err := d.mayAsk(kind, r.Calendar, now); err != nil {
				return cases.Effect{}, err
			}
			d.Asked = kind
			return cases.Effect{DueAt: &time.Time{}}, nil
		},
		after: func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) error {
			return insertRequest(ctx, tx, d.ID, Request{Kind: kind, AskedAt: now, AskedBy: actor.Account, Defects: defects})
		},
	})
}

// RefuseIntake refuses a dossier that cannot be taken in, with reasons (form
// 03). It gets no code.
func (r *Room) RefuseIntake(ctx context.Context, actor access.Actor, a Act, reason string) (Dossier, error) {
	return r.refuse(ctx, actor, a, ActRefuseIntake, access.DossierIntake, reason)
}

// Refuse refuses an accepted dossier within its time limit (Art. 19.8), with
// reasons.
func (r *Room) Refuse(ctx context.Context, actor access.Actor, a Act, reason string) (Dossier, error) {
	return r.refuse(ctx, actor, a, ActRefuse, access.DossierSign, reason)
}

func (r *Room) refuse(ctx context.Context, actor access.Actor, a Act, act string, may access.Permission, reason string) (Dossier, error) {
	reason, err := needText("reason", reason, "dossier.reason_needed")
	if err != nil {
		return Dossier{}, err
	}
	return r.do(ctx, actor, a, verb{
		act: act, may: may, input: []string{reason}, papers: []string{SlotRefusal},
		decide: func(ctx context.Context, tx *database.Tx, d *Dossier, _ time.Time) (cases.Effect, error) {
			d.Reason = reason
			return r.resolve(ctx, tx, *d)
		},
	})
}

// Take puts a dossier on the official's own desk.
func (r *Room) Take(ctx context.Context, actor access.Actor, a Act) (Dossier, error) {
	return r.assign(ctx, actor, a, actor.Account)
}

// Assign puts a dossier on an official's desk, or on nobody's ("").
func (r *Room) Assign(ctx context.Context, actor access.Actor, a Act, account string) (Dossier, error) {
	return r.assign(ctx, actor, a, account)
}

func (r *Room) assign(ctx context.Context, actor access.Actor, a Act, account string) (Dossier, error) {
	var d Dossier
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := r.Clock.Now()
		req := database.Request{Actor: actor.Account, Route: "dossier.assign", Key: a.Key, Input: database.Digest(a.ID, account)}
		_, done, err := database.Once(ctx, tx, req, now)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, a.ID); err != nil {
			return err
		}
		if d, err = get(ctx, tx, actor.Scope(access.DossierRead), a.ID); err != nil || done {
			return err
		}
		may := d.Needs
		if account != actor.Account {
			may = access.CaseAssign
		}
		if may == "" || !actor.May(may, d.Holder) {
			return fault.New(fault.Forbidden, "dossier.not_yours")
		}
		if err := cases.Seen(ctx, tx, d.Case, a.Version); err != nil {
			return err
		}
		by := r.by(actor, may, d.Holder, now)
		if d.Case, err = cases.Assign(ctx, tx, d.Case, account, by); err != nil {
			return err
		}
		if err := r.tell(ctx, tx, d, cases.ActAssign, by, req.Input); err != nil {
			return err
		}
		return database.Done(ctx, tx, req, d.ID)
	})
	if err != nil {
		return Dossier{}, err
	}
	return d, nil
}

// Propose sends a checked dossier to the signer with the result's number. The
// paper of the result was attached to the dossier before, in SlotResult.
func (r *Room) Propose(ctx context.Context, actor access.Actor, a Act, result Result) (Dossier, error) {
	result, wrong := result.clean()
	return r.do(ctx, actor, a, verb{
		act: ActPropose, may: access.DossierCheck, input: []string{result.Number, result.Book, result.On},
		decide: func(ctx context.Context, tx *database.Tx, d *Dossier, _ time.Time) (cases.Effect, error) {
			papers, err := r.Files.List(ctx, tx, file.Owner{Kind: OwnerDossier, ID: d.ID})
			if err != nil {
				return cases.Effect{}, err
			}
			if !slices.ContainsFunc(papers, func(f file.File) bool { return f.Slot == SlotResult }) {
				wrong = wrong.WithField("paper", "dossier.result_paper_needed")
			}
			if len(wrong.Fields) > 0 { // every reason at once
				return cases.Effect{}, wrong
			}
			d.Proposal, d.Reason = "grant", ""
			d.ResultNumber, d.ResultBook, d.ResultOn = result.Number, result.Book, result.On
			return cases.Effect{}, nil
		},
	})
}

// AttachResult puts the copy of the result into the dossier before it is
// proposed, in place of an earlier one.
func (r *Room) AttachResult(ctx context.Context, actor access.Actor, id string, b file.Blob) (file.File, error) {
	files, err := r.AttachResults(ctx, actor, id, []file.Blob{b})
	if err != nil {
		return file.File{}, err
	}
	return files[0], nil
}

// AttachResults is AttachResult for a result of several scans, in their order:
// together they take the place of all that were there.
func (r *Room) AttachResults(ctx context.Context, actor access.Actor, id string, blobs []file.Blob) ([]file.File, error) {
	var files []file.File
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		files = nil
		if err := lock(ctx, tx, id); err != nil {
			return err
		}
		d, err := get(ctx, tx, actor.Scope(access.DossierCheck), id)
		if err != nil {
			return err
		}
		if d.State != cases.Working || d.Needs != access.DossierCheck {
			return fault.New(fault.Conflict, "cases.not_now")
		}
		owner := file.Owner{Kind: OwnerDossier, ID: id}
		papers, err := r.Files.List(ctx, tx, owner)
		if err != nil {
			return err
		}
		for _, old := range papers {
			if old.Slot == SlotResult {
				if err := r.Files.Remove(ctx, tx, old.ID); err != nil {
					return err
				}
			}
		}
		entry := audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierCheck, d.Holder), Action: "dossier.attach_result", ObjectKind: Kind, ObjectID: id, Path: d.Holder}
		var digests []string
		for i, b := range blobs {
			f, err := r.Files.Attach(ctx, tx, b, owner, file.Note{Slot: SlotResult, By: actor.Account, Place: i})
			if err != nil {
				return err
			}
			files = append(files, f)
			entry.IDs, digests = append(entry.IDs, f.ID), append(digests, b.Digest)
		}
		entry.Digest = database.Digest(digests...)
		return audit.Record(ctx, tx, r.Clock.Now(), entry)
	})
	return files, err
}

// ProposeRefusal sends a dossier to the signer with the reason why it should be
// refused.
func (r *Room) ProposeRefusal(ctx context.Context, actor access.Actor, a Act, reason string) (Dossier, error) {
	reason, err := needText("reason", reason, "dossier.reason_needed")
	if err != nil {
		return Dossier{}, err
	}
	return r.do(ctx, actor, a, verb{
		act: ActProposeRefusal, may: access.DossierCheck, input: []string{reason},
		decide: func(_ context.Context, _ *database.Tx, d *Dossier, _ time.Time) (cases.Effect, error) {
			d.Proposal, d.Reason = "refuse", reason
			return cases.Effect{}, nil
		},
	})
}

// Approve signs the result that was proposed. There is no digital signature
// yet: papers say so.
func (r *Room) Approve(ctx context.Context, actor access.Actor, a Act) (Dossier, error) {
	return r.do(ctx, actor, a, verb{
		act: ActApprove, may: access.DossierSign,
		decide: func(ctx context.Context, tx *database.Tx, d *Dossier, _ time.Time) (cases.Effect, error) {
			if d.Proposal != "grant" {
				return cases.Effect{}, fault.New(fault.Conflict, "dossier.refusal_proposed")
			}
			return r.resolve(ctx, tx, *d)
		},
	})
}

// SendBack returns a proposal to the specialist who made it, with a reason.
func (r *Room) SendBack(ctx context.Context, actor access.Actor, a Act, reason string) (Dossier, error) {
	reason, err := needText("reason", reason, "dossier.send_back_reason_needed")
	if err != nil {
		return Dossier{}, err
	}
	return r.do(ctx, actor, a, verb{
		act: ActSendBack, may: access.DossierSign, input: []string{reason},
		decide: func(ctx context.Context, tx *database.Tx, d *Dossier, _ time.Time) (cases.Effect, error) {
			d.Proposal, d.Reason = "", reason
			proposed, _, err := LastOf(ctx, tx, d.ID, ActPropose, ActProposeRefusal)
			if err != nil {
				return cases.Effect{}, err
			}
			return cases.Effect{Assignee: &proposed.Account}, nil
		},
	})
}

// HandOver gives the result to whoever collects it, and with it the originals
// that were kept (Decree 61/2018, Art. 20.2).
func (r *Room) HandOver(ctx context.Context, actor access.Actor, a Act, who Collection, returned ...string) (Dossier, error) {
	who, err := who.clean()
	if err != nil {
		return Dossier{}, err
	}
	return r.do(ctx, actor, a, verb{
		act: ActHandOver, may: access.DossierIntake, input: append([]string{who.By, who.As, who.Paper, who.Right}, returned...),
		decide: func(_ context.Context, _ *database.Tx, d *Dossier, _ time.Time) (cases.Effect, error) {
			d.Collection = who
			return cases.Effect{}, nil
		},
		after: func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) error {
			return giveBack(ctx, tx, d.ID, returned, actor.Account, now)
		},
	})
}

// Withdraw takes an applicant's own dossier back.
func (r *Room) Withdraw(ctx context.Context, actor access.Actor, a Act) (Dossier, error) {
	return r.do(ctx, actor, a, verb{
		act: ActWithdraw,
		decide: func(context.Context, *database.Tx, *Dossier, time.Time) (cases.Effect, error) {
			return cases.Effect{}, nil
		},
	})
}

// text gives defects as one text, for a digest.
func text(defects []Defect) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	for _, d := range defects {
		if err := enc.Encode(d); err != nil {
			panic(err) // three strings always encode
		}
	}
	return b.String()
}
