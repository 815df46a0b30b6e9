package told

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/payment"
	"benso/internal/core/cases"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/message"
	"benso/internal/kernel/notify"
)

// Room writes the notices.
type Room struct {
	Dossiers *dossier.Room
	Notices  *notify.Room
}

// Subscribe has the room hear of the dossiers.
func (r *Room) Subscribe(bus *event.Bus) {
	for _, kind := range []string{dossier.EventFiled, dossier.EventChanged, dossier.EventResolved} {
		bus.Gather(kind, "told", func(ctx context.Context, tx *database.Tx, events []event.Event) error {
			for _, e := range events {
				if err := r.hear(ctx, tx, e); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, kind := range []string{payment.EventTaken, payment.EventCancelled} {
		bus.Subscribe(kind, "told", r.hearPayment)
	}
}

// step is one act as its applicant is told of it.
type step struct {
	act       string
	number    string // as it was then
	procedure string
	agency    string
	due       time.Time // as fixed by the act; zero where no clock runs
	// provisional says that the due date lies beyond the published calendar.
	provisional bool
}

// tells are the acts that an applicant is told of, and whether the due date
// belongs to what is said.
var tells = map[string]struct{ due bool }{
	dossier.ActFile: {}, dossier.ActAccept: {due: true},
	dossier.ActAskCompletion: {}, dossier.ActComplete: {}, dossier.ActRefuseIntake: {},
	dossier.ActAskSupplement: {}, dossier.ActSupply: {due: true},
	dossier.ActApprove: {}, dossier.ActRefuse: {}, dossier.ActHandOver: {}, dossier.ActWithdraw: {},
	dossier.ActUndoAcceptance: {}, dossier.ActApologise: {due: true}, dossier.ActMisfile: {},
	cases.ActTransfer: {due: true},
}

// say puts a step into words; ok is false where the applicant is not told.
func (s step) say(ctx context.Context) (t notify.Text, ok bool) {
	how, ok := tells[s.act]
	if !ok {
		return notify.Text{}, false
	}
	t = notify.Text{
		Title: message.T(ctx, "told."+s.act+"_title", "number", s.number, "agency", s.agency),
		Lines: []string{message.T(ctx, "told.about", "procedure", s.procedure, "agency", s.agency)},
		Link:  message.T(ctx, "told.open"),
	}
	if how.due && !s.due.IsZero() {
		key := "told.due"
		if s.provisional {
			key = "told.due_provisional"
		}
		t.Lines = append(t.Lines, message.T(ctx, key, "due", message.DateTime(ctx, s.due)))
	}
	t.Lines = append(t.Lines, message.T(ctx, "told."+s.act+"_text"))
	return t, true
}

// hear tells of one act.
func (r *Room) hear(ctx context.Context, tx *database.Tx, e event.Event) error {
	var what dossier.Happened
	if err := json.Unmarshal(e.Data, &what); err != nil {
		return fmt.Errorf("read what happened to dossier %s: %w", e.Subject, err)
	}
	if _, told := tells[what.Act]; !told {
		return nil
	}
	d, err := dossier.ByID(ctx, tx, e.Subject)
	if err != nil || d.Applicant == "" {
		return err
	}
	events, err := cases.Events(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(events, func(e cases.Event) bool { return e.Seq == what.Seq })
	if at < 0 {
		return nil
	}
	act := events[at]
	p, err := r.Dossiers.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return err
	}
	agency, err := r.Dossiers.Units.Agency(act.Agency)
	if err != nil {
		return err
	}
	texts := map[string]notify.Text{}
	for _, lang := range message.Languages {
		s := step{act: what.Act, number: number(d, events[:at+1]), procedure: p.Name.In(lang), agency: agency.Name, due: act.DueAt, provisional: d.Provisional && act.DueAt.Equal(d.DueAt)}
		texts[lang], _ = s.say(message.WithLang(ctx, lang))
	}
	return r.Notices.Tell(ctx, tx, notify.Notice{
		Account: d.Applicant, Kind: dossier.Kind, Subject: d.ID, Cause: fmt.Sprintf("%s:%s:%d", dossier.Kind, d.ID, what.Seq),
		Link: "/ho-so-cua-toi/" + d.ID, Texts: texts, Quiet: d.Simulated,
	})
}

// number is how a dossier was called after its first acts: it has its code from
// acceptance on (Decree 61/2018, Art. 17.3).
func number(d dossier.Dossier, acts []cases.Event) string {
	if slices.ContainsFunc(acts, func(e cases.Event) bool { return e.Act == dossier.ActAccept }) {
		return d.Code
	}
	return d.FilingNumber
}
