package payment

import (
	"context"
	"strings"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/vntext"
)

// Slip is a receipt as it is printed. The official layout of receipts for fees is
// not among the sources, so that the paper says that its own is provisional.
type Slip struct {
	Parent, Agency, Place, Date string
	Number, Code                string
	Payer, Procedure            string
	Lines                       []SlipLine
	Before                      string // paid before; empty when nothing was
	Amount, Words               string
	Method, TakenAt, Clerk      string
	Cancelled                   string // why and when; empty while the receipt stands
	Issued                      time.Time
}

// SlipLine is one item of the fee.
type SlipLine struct{ Name, Amount string }

// Printer makes the PDF of a receipt.
type Printer interface {
	Payment(Slip) ([]byte, error)
}

// print makes the receipt of a dossier that the caller has read within its scope.
// It is Vietnamese, whoever prints it.
func (p Pages) print(ctx context.Context, d dossier.Dossier, id string) (content []byte, name string, err error) {
	ctx = message.WithLang(ctx, "vi")
	rooms := p.Room.Dossiers
	all, err := ofDossier(ctx, rooms.DB.Read(), d.ID)
	if err != nil {
		return nil, "", err
	}
	for _, x := range all {
		if x.ID == id {
			slip, err := p.slip(ctx, d, x)
			if err != nil {
				return nil, "", err
			}
			content, err = p.Printer.Payment(slip)
			return content, "bien-lai-" + strings.ReplaceAll(x.Text(), "/", "-"), err
		}
	}
	return nil, "", fault.Missing(Kind, id)
}

func (p Pages) slip(ctx context.Context, d dossier.Dossier, x Payment) (Slip, error) {
	rooms := p.Room.Dossiers
	agency, err := rooms.Units.Agency(x.Agency)
	if err != nil {
		return Slip{}, err
	}
	view := rooms.Units.At(database.Date(x.On))
	place, err := view.Unit(agency.Unit)
	if err != nil {
		return Slip{}, err
	}
	proc, err := rooms.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return Slip{}, err
	}
	names, err := p.Names(ctx, x.By)
	if err != nil {
		return Slip{}, err
	}
	assessed, err := dossier.Fees(ctx, rooms.DB.Read(), d.ID)
	if err != nil {
		return Slip{}, err
	}
	at := x.At.In(clock.Zone)
	s := Slip{Agency: strings.ToUpper(agency.Name), Place: place.Short(), Number: x.Text(), Code: x.Code, Payer: x.Payer, Procedure: proc.Name.Vi,
		Date:   message.T(ctx, "payment.slip_date", "day", at.Format("02"), "month", at.Format("01"), "year", at.Format("2006")),
		Amount: message.Money(ctx, x.Amount), Words: vntext.UpperFirst(message.T(ctx, "payment.slip_words", "words", vntext.Spell(x.Amount))), Method: x.Method.text(ctx), TakenAt: message.DateTime(ctx, x.At), Clerk: names[x.By], Issued: x.At}
	if above, err := view.Unit(place.Parent); err == nil {
		s.Parent = strings.ToUpper(message.T(ctx, "payment.slip_parent", "unit", above.Name))
	}
	for _, f := range assessed {
		if f.N != x.Fee {
			continue
		}
		for _, l := range f.Lines {
			if l.Amount == nil {
				continue
			}
			name := l.Title(ctx)
			for _, more := range []string{l.Reason.Vi, l.Basis} {
				if more != "" {
					name += ". " + more
				}
			}
			s.Lines = append(s.Lines, SlipLine{Name: name, Amount: message.Money(ctx, *l.Amount)})
		}
		if total, known := f.Total(); known && total > x.Amount {
			s.Before = message.Money(ctx, total-x.Amount)
		}
	}
	if x.Status == Cancelled {
		s.Cancelled = message.T(ctx, "payment.slip_cancelled", "at", message.DateTime(ctx, x.CancelledAt), "reason", x.Reason)
	}
	return s, nil
}
