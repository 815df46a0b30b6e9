package identity

import (
	"context"
	"encoding/hex"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Proof is the paper by which a person was known at the desk.
type Proof string

// The papers.
const (
	ByCard     Proof = "card" // căn cước, or an old identity card: has a citizen number
	ByPassport Proof = "passport"
)

// Reason is why a password was given anew at the desk.
type Reason string

// The reasons.
const (
	Forgotten Reason = "forgotten"
	Expired   Reason = "expired" // the one-time password ended, or its slip was lost
	Misused   Reason = "misused" // the owner fears that somebody else knows it
)

// Recovery is what a clerk says of a person who stands at the desk without a
// password.
type Recovery struct {
	Account string
	Agency  string
	Proof   Proof
	Citizen string // the number on the card
	Reason  Reason
}

// OneTimeFor is OneTime for one form: the same actor and key give the same
// password, so that a second click shows what the first one set.
func (s *Store) OneTimeFor(ctx context.Context, actor, key string) (Password, error) {
	digest, err := hex.DecodeString(s.keyed("one-time password", actor+" "+key))
	if err != nil {
		return Password{}, err
	}
	const letters = "0123456789abcdefghjkmnpqrstvwxyz" // as newOneTime's
	plain := make([]byte, 10)
	for i := range plain {
		plain[i] = letters[digest[i]%32]
	}
	hash, err := s.hasher.hash(ctx, string(plain))
	return Password{plain: string(plain), hash: hash, oneTime: true}, err
}

// RecoverAtDesk gives a person at the desk a new one-time password (p, from
// OneTimeFor) after a clerk has looked at a paper. The number on the card must be
// the account's where the account has one, and becomes the account's where it has
// none, so that a wrong recovery leaves a trace that leads to a card. An
// official's account is never recovered so: Forbidden. Other faults are Invalid on
// "proof", "citizen" and "reason", and Conflict when the citizen has another account.
func (s *Store) RecoverAtDesk(ctx context.Context, tx *database.Tx, by By, r Recovery, p Password) error {
	row, err := readEntry(ctx, tx, r.Account)
	if err != nil {
		return err
	}
	if row.kind != Person {
		return fault.New(fault.Forbidden, "identity.desk_official")
	}
	if err := r.check(); err != nil {
		return err
	}
	account, err := readAccount(ctx, tx, r.Account)
	if err != nil {
		return err
	}
	switch {
	case r.Citizen != "" && account.HasCitizen:
		digits, err := parseCitizen(r.Citizen)
		if err != nil {
			return err
		}
		owner, err := accountOfCitizen(ctx, tx, s.keyed("citizen", digits))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if owner != r.Account {
			return fault.New(fault.Invalid, "identity.citizen_other").WithField("citizen", "identity.citizen_other")
		}
	case r.Citizen != "":
		if err := s.SetCitizen(ctx, tx, by, r.Account, r.Citizen); err != nil {
			return err
		}
	case account.HasCitizen:
		return fault.New(fault.Invalid, "identity.citizen_needed").WithField("citizen", "identity.citizen_needed")
	}
	if err := insertRecovery(ctx, tx, by, r, s.clock.Now()); err != nil {
		return err
	}
	return s.ResetPassword(ctx, tx, by, r.Account, p)
}

// check looks at what the clerk filled in.
func (r Recovery) check() error {
	var faults []error
	wrong := func(field, key string) {
		faults = append(faults, fault.New(fault.Invalid, key).WithField(field, key))
	}
	if r.Proof != ByCard && r.Proof != ByPassport {
		wrong("proof", "identity.proof_needed")
	}
	if r.Citizen != "" {
		_, err := parseCitizen(r.Citizen)
		faults = append(faults, err)
	} else if r.Proof == ByCard {
		wrong("citizen", "identity.citizen_needed")
	}
	if r.Reason != Forgotten && r.Reason != Expired && r.Reason != Misused {
		wrong("reason", "identity.reason_needed")
	}
	return together(faults...)
}
