package payment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/vntext"
)

// Room takes fees.
type Room struct{ Dossiers *dossier.Room }

// Events that other rooms may hear; their subject is the dossier, and they carry a
// Happened.
const (
	EventTaken     = "payment.taken"
	EventCancelled = "payment.cancelled"
)

// Happened says which receipt was written or cancelled; none where a clerk wrote
// down that nothing is owed.
type Happened struct {
	Receipt string `json:"receipt"`
}

// Kind is what the journal calls a payment.
const Kind = "payment"

// Of gives the fee of a dossier with its receipts. The caller has read the
// dossier within its scope, or it is the applicant's own.
func (r Room) Of(ctx context.Context, q database.Querier, d dossier.Dossier) (Account, error) {
	fee, final, err := r.Dossiers.FeeOf(ctx, q, d)
	if err != nil {
		return Account{}, err
	}
	found, err := ofDossier(ctx, q, d.ID)
	return Account{Fee: fee, Final: final, Payments: found}, err
}

// Collect takes exactly what is owed for a dossier and gives it the next receipt
// number of the agency's year. ok is false when the clerk determined that nothing
// is owed: that is written down, and there is no receipt.
func (r Room) Collect(ctx context.Context, actor access.Actor, c Collection) (p Payment, ok bool, err error) {
	c.Payer = vntext.Clean(c.Payer)
	rooms := r.Dossiers
	err = rooms.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := rooms.Clock.Now()
		req := database.Request{Actor: actor.Account, Route: "payment.collect", Key: c.Key, Input: c.digest()}
		result, done, err := database.Once(ctx, tx, req, now)
		if err != nil {
			return err
		}
		if err := dossier.Lock(ctx, tx, c.Dossier); err != nil {
			return err
		}
		d, err := dossier.Within(ctx, tx, actor.Scope(access.PaymentCollect), c.Dossier)
		if err != nil {
			return err
		}
		if done {
			if ok = result != ""; ok {
				p, err = byID(ctx, tx, actor.Scope(access.PaymentCollect), result)
			}
			return err
		}
		a, err := r.Of(ctx, tx, d)
		if err != nil {
			return err
		}
		if d.State == cases.Closed && d.Outcome != "granted" {
			return fault.New(fault.Conflict, "payment.ended")
		}
		determined, amount, err := a.take(c)
		if err != nil {
			return err
		}
		fee := a.Fee.N
		if determined != nil {
			fee++
			if err := dossier.AddFee(ctx, tx, d.ID, dossier.Fee{Assessment: *determined, N: fee, At: now, By: actor.Account, Cause: dossier.FeeDetermined}); err != nil {
				return err
			}
		}
		p, ok = Payment{}, amount > 0
		if ok {
			p = Payment{ID: database.NewIDIn(ctx), Dossier: d.ID, Code: d.Number, Fee: fee, Agency: d.Agency, Holder: d.Holder, Year: int64(now.In(clock.Zone).Year()), Amount: amount,
				Method: c.Method, Payer: c.Payer, At: now, On: clock.Day(now), By: actor.Account, Status: Paid}
		}
		if err := r.tell(ctx, tx, actor, d, "payment.collect", EventTaken, p.ID, req.Input); err != nil {
			return err
		}
		// The number last: until the commit everybody else of the agency waits for it.
		if ok {
			if p.Number, err = database.Next(ctx, tx, Book(p.Agency), fmt.Sprint(p.Year)); err != nil {
				return err
			}
			if err := insert(ctx, tx, p); err != nil {
				return err
			}
		}
		return database.Done(ctx, tx, req, p.ID)
	})
	return p, ok, err
}

// Cancel cancels a receipt that was written wrongly. Its number stays with it;
// the fee is owed again.
func (r Room) Cancel(ctx context.Context, actor access.Actor, id, key, reason string) (p Payment, err error) {
	reason = vntext.CleanLines(reason)
	if reason == "" || utf8.RuneCountInString(reason) > maxText {
		return Payment{}, fault.New(fault.Invalid, "payment.reason_needed").WithField("reason", "payment.reason_needed")
	}
	rooms := r.Dossiers
	err = rooms.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := rooms.Clock.Now()
		req := database.Request{Actor: actor.Account, Route: "payment.cancel", Key: key, Input: database.Digest(id, reason)}
		_, done, err := database.Once(ctx, tx, req, now)
		if err != nil {
			return err
		}
		scope := actor.Scope(access.PaymentCollect)
		if p, err = byID(ctx, tx, scope, id); err != nil || done {
			return err
		}
		if err := dossier.Lock(ctx, tx, p.Dossier); err != nil {
			return err
		}
		d, err := dossier.Within(ctx, tx, scope, p.Dossier)
		if err != nil {
			return err
		}
		if p, err = byID(ctx, tx, scope, id); err != nil { // as it is now that nobody else can change it
			return err
		}
		if !p.MayCancel(actor.Account, now) {
			return fault.New(fault.Conflict, "payment.not_yours_today")
		}
		p.Status, p.CancelledAt, p.CancelledBy, p.Reason = Cancelled, now, actor.Account, reason
		if err := cancel(ctx, tx, p); err != nil {
			return err
		}
		if err := r.tell(ctx, tx, actor, d, "payment.cancel", EventCancelled, p.ID, req.Input); err != nil {
			return err
		}
		return database.Done(ctx, tx, req, p.ID)
	})
	return p, err
}

func (r Room) tell(ctx context.Context, tx *database.Tx, actor access.Actor, d dossier.Dossier, action, event, payment, digest string) error {
	var ids []string
	if payment != "" {
		ids = []string{payment}
	}
	err := audit.Record(ctx, tx, r.Dossiers.Clock.Now(), audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.PaymentCollect, d.Holder), Action: action,
		ObjectKind: dossier.Kind, ObjectID: d.ID, Path: d.Holder, IDs: ids, Digest: digest})
	if err != nil {
		return err
	}
	return r.Dossiers.Events.Record(ctx, tx, event, d.ID, Happened{Receipt: payment})
}

// digest is what the clerk sent, for the request.
func (c Collection) digest() string {
	parts := []string{c.Dossier, fmt.Sprint(c.Fee), c.Amount, string(c.Method), c.Payer}
	for _, i := range slices.Sorted(maps.Keys(c.Given)) {
		parts = append(parts, fmt.Sprint(i), c.Given[i].Amount, c.Given[i].Basis)
	}
	return database.Digest(parts...)
}

// determinedBy is the reason of an amount that a clerk determined, in both
// languages, to be kept with it.
func determinedBy() form.Text {
	in := func(lang string) string {
		return message.T(message.WithLang(context.Background(), lang), "payment.determined")
	}
	return form.Text{Vi: in("vi"), En: in("en")}
}
