package dossier

import (
	"context"
	"reflect"
	"slices"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/fees"
	"benso/internal/kernel/database"
	"benso/internal/kernel/form"
)

// Fee is what a dossier costs, as it was assessed once. An assessment is never
// changed: a later one stands beside it, and the last one counts.
type Fee struct {
	fees.Assessment
	N     int64 // 1 for the first
	At    time.Time
	By    string // account
	Cause string
}

// Why a fee was assessed.
const (
	FeeAccepted   = ActAccept
	FeeSupplied   = ActSupply
	FeeDetermined = "determine" // an official said what the program could not know
)

// assess works out what answers cost. The day is that of the filing: how long an
// agency takes to accept makes nothing dearer.
func assess(ctx context.Context, p *catalogue.Procedure, answers form.Answers, channel string, filed time.Time) (fees.Assessment, error) {
	return p.Fee.Assess(ctx, p.Form.Asked(answers), fees.Facts{Today: day(filed), Channel: channel})
}

// keepFee assesses a dossier from the answers as they are accepted now. One that
// comes to the same as before is not written again, so that what an official
// determined stands.
func (r *Room) keepFee(ctx context.Context, tx *database.Tx, d Dossier, p *catalogue.Procedure, answers form.Answers, account, cause string, now time.Time) error {
	found, err := assess(ctx, p, answers, d.Channel, d.FiledAt)
	if err != nil {
		return err
	}
	all, err := Fees(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	stand := standing(all, d)
	for i := len(stand) - 1; i >= 0; i-- {
		if stand[i].Cause == FeeDetermined {
			continue
		}
		if reflect.DeepEqual(stand[i].Assessment, found) {
			return nil
		}
		break
	}
	return AddFee(ctx, tx, d.ID, Fee{Assessment: found, N: int64(len(all)) + 1, At: now, By: account, Cause: cause})
}

// standing leaves out what was assessed under an acceptance that was taken back:
// the fee of a dossier is assessed anew when it is accepted rightly.
func standing(all []Fee, d Dossier) []Fee {
	if d.AcceptedAt.IsZero() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(f Fee) bool { return f.At.Before(d.AcceptedAt) })
}

// FeeOf gives what a dossier costs: the last assessment under the acceptance that
// stands or, while it is not accepted, what its answers will come to. final says
// which.
func (r *Room) FeeOf(ctx context.Context, q database.Querier, d Dossier) (fee Fee, final bool, err error) {
	all, err := Fees(ctx, q, d.ID)
	if err != nil {
		return Fee{}, false, err
	}
	if stand := standing(all, d); len(stand) > 0 {
		return stand[len(stand)-1], true, nil
	}
	p, err := r.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return Fee{}, false, err
	}
	answers, err := Answers(ctx, q, d.ID)
	if err != nil {
		return Fee{}, false, err
	}
	fee.Assessment, err = assess(ctx, p, answers, d.Channel, d.FiledAt)
	return fee, false, err
}

// DraftFee gives what a draft would cost if it were sent now. An answer to a
// request is reckoned from the day on which its dossier was filed.
func (r *Room) DraftFee(ctx context.Context, draft Draft, p *catalogue.Procedure) (fees.Assessment, error) {
	filed, channel := r.Clock.Now(), string(draft.Channel)
	if draft.Completes != "" {
		d, err := anyDossier(ctx, r.DB.Read(), draft.Completes)
		if err != nil {
			return fees.Assessment{}, err
		}
		filed, channel = d.FiledAt, d.Channel
	}
	return assess(ctx, p, draft.Answers, channel, filed)
}

// Lock has other rooms that act on a dossier, such as payment, take turns with
// its verbs.
func Lock(ctx context.Context, tx *database.Tx, id string) error { return lock(ctx, tx, id) }
