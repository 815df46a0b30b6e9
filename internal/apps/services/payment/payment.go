package payment

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/fees"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/vntext"
)

// Method is how the money was handed over at the counter.
type Method string

// The methods.
const (
	Cash     Method = "cash"
	Transfer Method = "transfer" // seen on the agency's account by the clerk
)

// Status is where a payment stands.
type Status string

// The statuses.
const (
	Paid      Status = "paid"
	Cancelled Status = "cancelled"
)

// Payment is one receipt.
type Payment struct {
	ID          string
	Dossier     string
	Code        string // of the dossier
	Fee         int64  // which assessment it pays
	Agency      string
	Holder      string // path of the agency
	Year        int64
	Number      int64
	Amount      int64 // đồng
	Method      Method
	Payer       string
	At          time.Time
	On          string // 2026-11-25, in the zone of the province
	By          string // account
	Status      Status
	CancelledAt time.Time
	CancelledBy string
	Reason      string
}

// Text writes the receipt number: 0000012/2026.
func (p Payment) Text() string { return fmt.Sprintf("%07d/%d", p.Number, p.Year) }

// Standing is how things are with the fee of a dossier.
type Standing string

// The standings.
const (
	Expected Standing = "expected" // not accepted yet: what it will come to
	Unknown  Standing = "unknown"  // assessed, and the amount is not known
	Free     Standing = "free"     // nothing was ever owed
	Owed     Standing = "owed"
	Settled  Standing = "settled"
	Over     Standing = "over" // more was paid than is owed now
)

// Account is the fee of one dossier with all its receipts.
type Account struct {
	Fee      dossier.Fee
	Final    bool // it was accepted: Fee is an assessment, not an expectation
	Payments []Payment
}

// Paid is what the receipts that stand add up to.
func (a Account) Paid() (dong int64) {
	for _, p := range a.Payments {
		if p.Status == Paid {
			dong += p.Amount
		}
	}
	return dong
}

// Owed is what is still to be paid; known is false while the fee is not. It is
// negative when more was paid.
func (a Account) Owed() (dong int64, known bool) {
	total, known := a.Fee.Total()
	return total - a.Paid(), known
}

// Standing says how things are.
func (a Account) Standing() Standing {
	owed, known := a.Owed()
	switch {
	case !a.Final:
		return Expected
	case !known:
		return Unknown
	case owed > 0:
		return Owed
	case owed < 0:
		return Over
	case a.Paid() == 0:
		return Free
	}
	return Settled
}

// Open says whether money is still to be taken, or may be.
func (a Account) Open() bool { return a.Standing() == Owed || a.Standing() == Unknown }

// Given is what a clerk says of a line that is not known: the amount, and on
// what basis.
type Given struct{ Amount, Basis string }

// Collection is what a clerk typed when taking a fee.
type Collection struct {
	Dossier string
	Fee     int64         // the assessment that the clerk saw
	Key     string        // made with the form
	Amount  string        // what was received, where the fee is known
	Given   map[int]Given // by the place of the line: what is not known, or was counted otherwise
	Method  Method
	Payer   string
}

// Limits of what is typed.
const (
	maxName = 100
	maxText = 500
)

// take decides what a collection comes to: the assessment that the clerk
// determined, if there was anything to determine, and what is to be received; 0
// when there is nothing.
func (a Account) take(c Collection) (determined *fees.Assessment, amount int64, err error) {
	if !a.Final {
		return nil, 0, fault.New(fault.Conflict, "payment.not_accepted")
	}
	if a.Fee.N != c.Fee {
		return nil, 0, fault.New(fault.Conflict, "payment.fee_changed")
	}
	wrong := fault.New(fault.Invalid, "payment.incomplete")
	owed, known := a.Owed()
	if known && owed <= 0 && a.Paid() == 0 {
		return nil, 0, fault.New(fault.Conflict, "payment.is_free")
	}
	if known && owed <= 0 {
		return nil, 0, fault.New(fault.Conflict, "payment.nothing_owed")
	}
	if found, changed, faults := a.determine(c.Given); changed {
		for _, f := range faults {
			wrong = wrong.WithField(f.Name, f.Key, f.Args...)
		}
		determined = &found
		total, _ := found.Total()
		owed = total - a.Paid()
	} else if got, ok := parseDong(c.Amount); !ok || got != owed {
		// Part payments are not taken: a receipt stands for the whole of what is owed.
		wrong = wrong.WithField("amount", "payment.exactly", "amount", message.Money(context.Background(), owed))
	}
	if owed > 0 && c.Method != Cash && c.Method != Transfer {
		wrong = wrong.WithField("method", "payment.method_needed")
	}
	if n := utf8.RuneCountInString(c.Payer); owed > 0 && (n == 0 || n > maxName) {
		wrong = wrong.WithField("payer", "payment.payer_needed")
	}
	if len(wrong.Fields) > 0 {
		return nil, 0, wrong
	}
	return determined, max(owed, 0), nil
}

// determine fills in what was not known, and what the desk counted otherwise: the
// pages of an original are as many as they are, whatever was typed.
func (a Account) determine(given map[int]Given) (found fees.Assessment, changed bool, wrong []fault.Field) {
	for i, l := range a.Fee.Lines {
		if g := given[i]; l.Amount == nil || strings.TrimSpace(g.Amount+g.Basis) != "" {
			changed = true
			n, ok := parseDong(g.Amount)
			if !ok {
				wrong = append(wrong, fault.Field{Name: fmt.Sprintf("amount-%d", i), Key: "payment.amount_needed"})
			}
			basis := vntext.Clean(g.Basis)
			if basis == "" || utf8.RuneCountInString(basis) > maxText {
				wrong = append(wrong, fault.Field{Name: fmt.Sprintf("basis-%d", i), Key: "payment.basis_needed"})
			}
			l.Amount, l.Unknown, l.Basis, l.Reason = &n, form.Text{}, basis, determinedBy()
		}
		found.Lines = append(found.Lines, l)
	}
	return found, changed, wrong
}

// parseDong reads an amount as people type it: 8000, 8.000 or 8.000 ₫.
func parseDong(s string) (int64, bool) {
	s = strings.Map(func(r rune) rune {
		if r == '.' || r == ' ' || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.TrimSuffix(strings.TrimSpace(s), "₫"))
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && n <= fees.Most && !strings.HasPrefix(s, "+")
}

// MayCancel says whether an account may still cancel a receipt: whoever wrote it,
// on the same day, before the money is counted.
func (p Payment) MayCancel(account string, now time.Time) bool {
	return p.Status == Paid && p.By == account && p.On == clock.Day(now)
}
