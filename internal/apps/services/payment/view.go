package payment

import (
	"context"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/message"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
)

// View is the fee of a dossier as its page shows it, to the applicant and at the
// desk alike.
type View struct {
	Account
	Receipts string // address below which the receipts are; each adds its id
	Collect  string // where the fee is taken; empty for whoever may not
	Own      bool   // for the applicant, who is told where to pay
}

// View reads the fee of a dossier for a page. receipts is the address of its
// receipts.
func (r Room) View(ctx context.Context, d dossier.Dossier, receipts string) (View, error) {
	a, err := r.Of(ctx, r.Dossiers.DB.Read(), d)
	return View{Account: a, Receipts: receipts + "/"}, err
}

// Line says in one line how things are with the fee.
func (a Account) Line(ctx context.Context) string {
	owed, _ := a.Owed()
	switch a.Standing() {
	case Expected:
		if paid := a.Paid(); paid > 0 {
			return message.T(ctx, "payment.is_expected_paid", "paid", message.Money(ctx, paid))
		}
		return message.T(ctx, "payment.is_expected")
	case Unknown:
		if paid := a.Paid(); paid > 0 {
			return message.T(ctx, "payment.is_unknown_partly", "paid", message.Money(ctx, paid))
		}
		return message.T(ctx, "payment.is_unknown")
	case Free:
		return message.T(ctx, "payment.is_free")
	case Owed:
		if paid := a.Paid(); paid > 0 {
			return message.T(ctx, "payment.is_owed_more", "amount", message.Money(ctx, owed), "paid", message.Money(ctx, paid))
		}
		return message.T(ctx, "payment.is_owed", "amount", message.Money(ctx, owed))
	case Over:
		return message.T(ctx, "payment.is_over", "amount", message.Money(ctx, -owed))
	}
	return message.T(ctx, "payment.is_settled", "amount", message.Money(ctx, a.Paid()))
}

// Warning is what whoever hands the result over must know; empty when there is
// nothing.
func (a Account) Warning(ctx context.Context) string {
	if !a.Open() {
		return ""
	}
	return message.T(ctx, "payment.warn", "line", a.Line(ctx))
}

// hint tells the applicant where what is open is paid.
func (v View) hint(ctx context.Context) string {
	if !v.Own || !v.Open() {
		return ""
	}
	return message.T(ctx, "payment.where")
}

// rows are the lines of the fee, with their reasons, and the total.
func (v View) rows(ctx context.Context) []web.Row { return v.Fee.Rows(ctx) }

// says tells one receipt.
func (p Payment) says(ctx context.Context) string {
	line := message.T(ctx, "payment.receipt_line", "amount", message.Money(ctx, p.Amount), "at", message.DateTime(ctx, p.At), "method", vntext.LowerFirst(p.Method.text(ctx)))
	if p.Status == Cancelled {
		return message.T(ctx, "payment.receipt_cancelled", "line", line, "reason", p.Reason)
	}
	return line
}

func (m Method) text(ctx context.Context) string {
	if m == Transfer {
		return message.T(ctx, "payment.transfer")
	}
	return message.T(ctx, "payment.cash")
}
