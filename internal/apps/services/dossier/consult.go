package dossier

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/worktime"
)

// OwnerConsult owns the papers that come with an answer.
const OwnerConsult = "consult"

// ReadConsulted is what the journal calls a reading, of the dossier or of a paper,
// by an agency that was asked; the second of its ids names that agency.
const ReadConsulted = "dossier.read_consulted"

// Question is what a specialist asks another agency, and how long it has, in
// working time.
type Question struct {
	Agency string
	Text   string
	Amount int
	Unit   worktime.Unit // WorkingHours or WorkingDays
}

// Limits of a question.
const (
	maxQuestions = 10 // in one act
	maxWait      = 60 // working days, or as many hours
)

// questions checks what is asked and fixes each deadline; every fault at once, at
// "agency-0", "question-0" and "amount-0".
func (r *Room) questions(in []Question, own string, open []cases.Consult, now time.Time) ([]cases.Question, error) {
	f := fault.New(fault.Invalid, "dossier.consult_incomplete")
	var out []cases.Question
	today := database.Date(clock.Day(now))
	for i, q := range in {
		n := strconv.Itoa(i)
		agency, err := r.Units.Agency(q.Agency)
		holder, err2 := r.Units.AgencyPath(q.Agency)
		switch {
		case err != nil || err2 != nil || !agency.Lives(today):
			f = f.WithField("agency-"+n, "dossier.consult_agency_needed")
		case q.Agency == own:
			f = f.WithField("agency-"+n, "dossier.consult_own_agency")
		case slices.ContainsFunc(out, func(x cases.Question) bool { return x.Agency == q.Agency }),
			slices.ContainsFunc(open, func(x cases.Consult) bool { return x.Agency == q.Agency && x.Unanswered() }):
			f = f.WithField("agency-"+n, "dossier.consult_asked", "agency", agency.Name)
		}
		text, err := needText("question-"+n, q.Text, "dossier.consult_question_needed")
		f = also(f, err)
		var due worktime.Deadline
		if q.Amount < 1 || q.Amount > maxWait || q.Unit != worktime.WorkingHours && q.Unit != worktime.WorkingDays {
			f = f.WithField("amount-"+n, "dossier.consult_amount_needed", "max", maxWait)
		} else if due, err = r.Calendar.Deadline(now, worktime.Limit{Amount: q.Amount, Unit: q.Unit, Basis: "Decree 61/2018, Art. 19.5"}); err != nil {
			return nil, err
		}
		out = append(out, cases.Question{Agency: q.Agency, Holder: holder, Text: text, DueAt: due.At})
	}
	switch {
	case len(f.Fields) > 0:
		return nil, f
	case len(out) == 0:
		return nil, fault.New(fault.Invalid, "dossier.consult_agency_needed").WithField("agency-0", "dossier.consult_agency_needed")
	case len(out) > maxQuestions:
		return nil, fault.New(fault.Invalid, "dossier.consult_too_many", "max", maxQuestions).WithField("agency-0", "dossier.consult_too_many", "max", maxQuestions)
	}
	return out, nil
}

// also adds what is wrong with another field, if anything is.
func also(f *fault.Error, err error) *fault.Error {
	if err == nil {
		return f
	}
	for _, x := range fault.Of(err).Fields {
		f = f.WithField(x.Name, x.Key, x.Args...)
	}
	return f
}

// Consult asks other agencies, each its own question with its own deadline, while
// the dossier stays with the specialist and its clock runs on (Decree 61/2018,
// Art. 19.5).
func (r *Room) Consult(ctx context.Context, actor access.Actor, a Act, ask []Question) (Dossier, error) {
	var input []string
	for _, q := range ask {
		input = append(input, q.Agency, q.Text, strconv.Itoa(q.Amount), string(q.Unit))
	}
	return r.do(ctx, actor, a, verb{
		act: cases.ActConsult, may: access.DossierCheck, input: input,
		move: func(ctx context.Context, tx *database.Tx, d Dossier, by cases.By) (cases.Case, error) {
			before, err := cases.Consults(ctx, tx, d.ID)
			if err != nil {
				return cases.Case{}, err
			}
			questions, err := r.questions(ask, d.Agency, before, by.At)
			if err != nil {
				return cases.Case{}, err
			}
			return cases.Ask(ctx, tx, d.Case, questions, by)
		},
	})
}

// WithdrawConsult takes a question back that was not answered yet.
func (r *Room) WithdrawConsult(ctx context.Context, actor access.Actor, a Act, consult string) (Dossier, error) {
	return r.do(ctx, actor, a, verb{
		act: cases.ActWithdrawConsult, may: access.DossierCheck, across: true, input: []string{consult},
		move: func(ctx context.Context, tx *database.Tx, d Dossier, by cases.By) (cases.Case, error) {
			c, err := cases.WithdrawConsults(ctx, tx, d.Case, []string{consult}, by)
			if err == nil && c.Version == d.Version {
				err = fault.New(fault.Conflict, "cases.consult_answered")
			}
			return c, err
		},
	})
}

// Consultation is a question as the officials who were asked see it. What the
// dossier says is open to them while they may answer, and not after (Decree
// 13/2023: personal data are read for a purpose).
type Consultation struct {
	cases.Consulted
	Dossier Dossier // as it stands; its people and papers are for pages of open ones only
}

// consultation reads a question within the scope of those who were asked.
func (r *Room) consultation(ctx context.Context, q database.Querier, actor access.Actor, id string) (Consultation, error) {
	x, err := cases.GetConsult(ctx, q, actor.Scope(access.DossierCheck), id)
	if err != nil {
		return Consultation{}, err
	}
	d, err := anyDossier(ctx, q, x.Consult.Case)
	return Consultation{Consulted: x, Dossier: d}, err
}

// OpenConsult opens a question for an official of the agency that was asked, and
// writes down that the dossier was read, when it is still open to them.
func (r *Room) OpenConsult(ctx context.Context, actor access.Actor, id string) (Consultation, error) {
	var x Consultation
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		if x, err = r.consultation(ctx, tx, actor, id); err != nil || !x.Open() {
			return err
		}
		return audit.Record(ctx, tx, r.Clock.Now(), r.entry(actor, x, ReadConsulted, x.ID, x.Agency))
	})
	return x, err
}

// entry is a line of the journal about a consultation: under the dossier's path,
// so that whoever audits its agency sees it.
func (r *Room) entry(actor access.Actor, x Consultation, action string, ids ...string) audit.Entry {
	return audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierCheck, x.AskedHolder), Action: action, ObjectKind: Kind, ObjectID: x.Dossier.ID, Path: x.Dossier.Holder, IDs: ids}
}

// ConsultPaper gives an official of the agency that was asked a paper that the
// applicant handed in, while the question is open, or one of the answer's own; the
// reading is written down. Receipts and results are none of theirs.
func (r *Room) ConsultPaper(ctx context.Context, actor access.Actor, id, paper string) (file.File, error) {
	var f file.File
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		x, err := r.consultation(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if f, err = r.Files.Get(ctx, tx, paper); err != nil {
			return err
		}
		switch f.Owner {
		case file.Owner{Kind: OwnerConsult, ID: x.ID}:
		case file.Owner{Kind: OwnerDossier, ID: x.Dossier.ID}:
			if !x.Open() || !strings.HasPrefix(f.Slot, SlotPaper) {
				return fault.Missing("file", paper)
			}
		default:
			return fault.Missing("file", paper)
		}
		return audit.Record(ctx, tx, r.Clock.Now(), r.entry(actor, x, ReadConsulted, x.ID, x.Agency, f.ID))
	})
	return f, err
}

// AttachOpinion puts a paper to the answer that is being written, in place of an
// earlier one.
func (r *Room) AttachOpinion(ctx context.Context, actor access.Actor, id string, b file.Blob) (file.File, error) {
	var f file.File
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		x, err := r.consultation(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, x.Dossier.ID); err != nil {
			return err
		}
		if x, err = r.consultation(ctx, tx, actor, id); err != nil {
			return err
		}
		if !x.Open() {
			return fault.New(fault.Conflict, "cases.consult_over")
		}
		owner := file.Owner{Kind: OwnerConsult, ID: x.ID}
		before, err := r.Files.List(ctx, tx, owner)
		if err != nil {
			return err
		}
		for _, old := range before {
			if err := r.Files.Remove(ctx, tx, old.ID); err != nil {
				return err
			}
		}
		if f, err = r.Files.Attach(ctx, tx, b, owner, file.Note{Slot: "opinion", By: actor.Account}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, r.Clock.Now(), r.entry(actor, x, "dossier.attach_opinion", x.ID, f.ID))
	})
	return f, err
}

// AnswerConsult answers for the agency that was asked, once. Nothing about the
// dossier is changed but that it knows.
func (r *Room) AnswerConsult(ctx context.Context, actor access.Actor, id, key string, reply cases.Reply) (Consultation, error) {
	answer, err := needText("answer", reply.Text, "dossier.consult_answer_needed")
	f := fault.New(fault.Invalid, "dossier.consult_answer_incomplete")
	if !slices.Contains(cases.Opinions, reply.Opinion) {
		f = f.WithField("opinion", "dossier.consult_opinion_needed")
	}
	f = also(f, err)
	if len(f.Fields) > 0 {
		return Consultation{}, f
	}
	reply.Text = answer
	var x Consultation
	err = r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := r.Clock.Now()
		req := database.Request{Actor: actor.Account, Route: "dossier." + cases.ActAnswerConsult, Key: key, Input: database.Digest(id, string(reply.Opinion), reply.Text)}
		_, done, err := database.Once(ctx, tx, req, now)
		if err != nil {
			return err
		}
		if x, err = r.consultation(ctx, tx, actor, id); err != nil || done {
			return err
		}
		if err := lock(ctx, tx, x.Dossier.ID); err != nil {
			return err
		}
		// Read again behind the lock: another act may have come between.
		if x, err = r.consultation(ctx, tx, actor, id); err != nil {
			return err
		}
		by := r.by(actor, access.DossierCheck, x.AskedHolder, now)
		if x.Consulted, err = cases.AnswerConsult(ctx, tx, x.Consulted, reply, by); err != nil {
			return err
		}
		x.Dossier.Case = x.Case
		if err := r.tell(ctx, tx, x.Dossier, cases.ActAnswerConsult, by, req.Input); err != nil {
			return err
		}
		return database.Done(ctx, tx, req, x.ID)
	})
	if err != nil {
		return Consultation{}, fmt.Errorf("answer consult %s: %w", id, err)
	}
	return x, nil
}
