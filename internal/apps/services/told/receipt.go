package told

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/payment"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/message"
	"benso/internal/kernel/notify"
)

// receipt is one receipt as its applicant is told of it: never who paid, nor why it
// was cancelled, which stand in the dossier.
type receipt struct {
	number    string // of the receipt
	dossier   string // number of the dossier
	procedure string
	agency    string
	amount    int64    // đồng
	what      []string // what was paid, item by item
	cancelled bool
}

func (x receipt) say(ctx context.Context) notify.Text {
	act := "paid"
	if x.cancelled {
		act = "receipt_cancelled"
	}
	args := []any{"number", x.dossier, "receipt", x.number, "amount", message.Money(ctx, x.amount), "what", strings.Join(x.what, "; ")}
	return notify.Text{
		Title: message.T(ctx, "told."+act+"_title", args...),
		Lines: []string{message.T(ctx, "told.about", "procedure", x.procedure, "agency", x.agency), message.T(ctx, "told."+act+"_line", args...), message.T(ctx, "told."+act+"_text")},
		Link:  message.T(ctx, "told.open"),
	}
}

// hearPayment tells of a receipt that was written or cancelled.
func (r *Room) hearPayment(ctx context.Context, tx *database.Tx, e event.Event) error {
	var what payment.Happened
	if err := json.Unmarshal(e.Data, &what); err != nil {
		return fmt.Errorf("read what was paid for dossier %s: %w", e.Subject, err)
	}
	d, err := dossier.ByID(ctx, tx, e.Subject)
	if err != nil || d.Applicant == "" || what.Receipt == "" {
		return err
	}
	account, err := payment.Room{Dossiers: r.Dossiers}.Of(ctx, tx, d)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(account.Payments, func(p payment.Payment) bool { return p.ID == what.Receipt })
	if i < 0 {
		return nil
	}
	paid := account.Payments[i]
	p, err := r.Dossiers.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return err
	}
	agency, err := r.Dossiers.Units.Agency(paid.Agency)
	if err != nil {
		return err
	}
	assessed, err := dossier.Fees(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	texts := map[string]notify.Text{}
	for _, lang := range message.Languages {
		ctx := message.WithLang(ctx, lang)
		x := receipt{number: paid.Text(), dossier: d.Number, procedure: p.Name.In(lang), agency: agency.Name, amount: paid.Amount, cancelled: e.Kind == payment.EventCancelled}
		for _, f := range assessed {
			for _, l := range f.Lines {
				if f.N == paid.Fee && l.Amount != nil && *l.Amount > 0 {
					x.what = append(x.what, message.T(ctx, "fees.item", "name", l.Title(ctx), "amount", message.Money(ctx, *l.Amount)))
				}
			}
		}
		texts[lang] = x.say(ctx)
	}
	return r.Notices.Tell(ctx, tx, notify.Notice{
		Account: d.Applicant, Kind: dossier.Kind, Subject: d.ID, Cause: fmt.Sprintf("%s:%s", e.Kind, paid.ID),
		Link: "/ho-so-cua-toi/" + d.ID, Texts: texts, Quiet: d.Simulated,
	})
}
