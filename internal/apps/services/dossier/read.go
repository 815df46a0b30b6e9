package dossier

import (
	"context"
	"crypto/subtle"
	"strings"

	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
)

// What the journal calls a reading of a dossier.
const (
	ReadOpened   = "dossier.read"   // by an official, see Open
	ReadFollowed = "dossier.follow" // by whoever has the number and the secret
	ReadPaper    = "dossier.read_paper"
	ReadPerson   = "dossier.read_person" // who filed it, by a clerk who receives them again
)

// followsAnHour is how often a dossier may be asked for with a secret in an
// hour, right or wrong: a secret of 40 bits then outlasts every dossier.
const followsAnHour = 30

// Follow opens more than the state of a dossier to whoever has its number and
// the secret of its receipt, and writes down that somebody did. A wrong secret is
// an Invalid fault, too many attempts in an hour are TooMany.
func (r *Room) Follow(ctx context.Context, number, secret string) (Dossier, error) {
	d, err := ByNumber(ctx, r.DB.Read(), number)
	if err != nil {
		return Dossier{}, err
	}
	secret = NormalSecret(secret)
	right := subtle.ConstantTimeCompare([]byte(secret), []byte(d.Secret)) == 1
	err = r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := r.Clock.Now()
		n, err := database.Next(ctx, tx, "follow:"+d.ID, now.In(clock.Zone).Format("2006-01-02T15"))
		if err != nil {
			return err
		}
		if n > followsAnHour {
			return fault.New(fault.TooMany, "dossier.follow_too_many")
		}
		if !right {
			return nil // the attempt counts
		}
		return audit.Record(ctx, tx, now, audit.Entry{Actor: "stranger", Action: ReadFollowed, ObjectKind: Kind, ObjectID: d.ID, Path: d.Holder})
	})
	if err != nil {
		return Dossier{}, err
	}
	if !right {
		return Dossier{}, fault.New(fault.Invalid, "dossier.secret_wrong").WithField("ma", "dossier.secret_wrong")
	}
	return d, nil
}

// NormalSecret reads a secret as people type it from paper: blanks, hyphens and
// small letters do not matter, and the letters that a secret never has are read
// as the digits they look like.
func NormalSecret(s string) string {
	s = strings.ToUpper(strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' || c == '\t' || c == '\u00a0' {
			return -1
		}
		return c
	}, s))
	return strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(s)
}

// OwnPaper gives a paper of an applicant's own dossier; whatever is not theirs is
// missing.
func (r *Room) OwnPaper(ctx context.Context, actor access.Actor, id, paper string) (file.File, error) {
	d, err := ofApplicant(ctx, r.DB.Read(), actor.Account, id)
	if err != nil {
		return file.File{}, err
	}
	f, err := r.paperOf(ctx, paper, file.Owner{Kind: OwnerDossier, ID: id})
	if err == nil && f.Slot == SlotResult && (d.ResolvedAt.IsZero() || d.Outcome == "refused") {
		return file.File{}, fault.Missing("file", paper) // a result that nobody signed is a draft of the agency
	}
	return f, err
}

// DraftPaper gives a paper that was uploaded to an own draft, or that the dossier
// has for which the draft answers.
func (r *Room) DraftPaper(ctx context.Context, actor access.Actor, id, paper string) (file.File, error) {
	d, err := r.Draft(ctx, actor, id)
	if err != nil {
		return file.File{}, err
	}
	return r.paperOf(ctx, paper, file.Owner{Kind: OwnerDraft, ID: id}, file.Owner{Kind: OwnerDossier, ID: d.Completes})
}

func (r *Room) paperOf(ctx context.Context, paper string, owners ...file.Owner) (file.File, error) {
	f, err := r.Files.Get(ctx, r.DB.Read(), paper)
	if err != nil {
		return file.File{}, err
	}
	for _, o := range owners {
		if o.ID != "" && f.Owner == o {
			return f, nil
		}
	}
	return file.File{}, fault.Missing("file", paper)
}

// MayAsk says whether a request of this kind (ActAskCompletion or
// ActAskSupplement) may still be made, so that a page does not offer what the
// room would refuse.
func (r *Room) MayAsk(d Dossier, act string) bool {
	kind := Completion
	if act == ActAskSupplement {
		kind = Supplement
	}
	return d.mayAsk(kind, r.Calendar, r.Clock.Now()) == nil
}
