package identity

import (
	"context"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// NewPerson is what the desk knows of a person who stands before it with an
// identity card.
type NewPerson struct {
	Name    string
	Contact string // phone or e-mail, or empty; confirmed, since the person is here
	Citizen string // citizen number, or empty
}

// Issued is an account that was made at the desk.
type Issued struct {
	Account string
	Number  string // to be printed with the one-time password
}

// CreateAtDesk makes an account for a person at the desk. p comes from OneTime.
// Faults are Invalid on the fields "name", "handle" and "citizen"; Conflict when
// the citizen or the confirmed contact has an account already: the clerk, who may
// know, looks it up.
func (s *Store) CreateAtDesk(ctx context.Context, tx *database.Tx, by By, n NewPerson, p Password) (Issued, error) {
	name, err := checkName(n.Name)
	faults := []error{err}
	var contact Handle
	if n.Contact != "" {
		if contact, err = ParseHandle(n.Contact); err == nil && contact.Kind == Number {
			err = invalidHandle("identity.handle_contact")
		}
		faults = append(faults, err)
	}
	if n.Citizen != "" {
		_, err := parseCitizen(n.Citizen)
		faults = append(faults, err)
	}
	if err := together(faults...); err != nil {
		return Issued{}, err
	}
	account, number, err := s.create(ctx, tx, by, Person, name, p)
	if err != nil {
		return Issued{}, err
	}
	if n.Contact != "" {
		if err := s.confirm(ctx, tx, by, account, contact); err != nil {
			return Issued{}, err
		}
	}
	if n.Citizen != "" {
		if err := s.SetCitizen(ctx, tx, by, account, n.Citizen); err != nil {
			return Issued{}, err
		}
	}
	return Issued{Account: account, Number: number}, nil
}

// SetCitizen keeps the citizen number of a person who showed the card. Only its
// keyed digest is stored: it finds the account again, and cannot be read back.
func (s *Store) SetCitizen(ctx context.Context, tx *database.Tx, by By, account, number string) error {
	digits, err := parseCitizen(number)
	if err != nil {
		return err
	}
	digest := s.keyed("citizen", digits)
	if err := lockHandle(ctx, tx, digest); err != nil {
		return err
	}
	switch owner, err := accountOfCitizen(ctx, tx, digest); {
	case err == nil && owner == account:
		return nil
	case err == nil:
		return fault.New(fault.Conflict, "identity.citizen_known").WithField("citizen", "identity.citizen_known")
	case !fault.Is(err, fault.NotFound):
		return err
	}
	if err := setCitizen(ctx, tx, account, digest); err != nil {
		return err
	}
	return s.journal(ctx, tx, by.entry("citizen.set", "account", account))
}

// ConfirmHandle gives a phone or an e-mail to the account of the person who
// showed at the desk that it is theirs. Others who merely claimed it lose the
// claim. Conflict when another account has it confirmed.
func (s *Store) ConfirmHandle(ctx context.Context, tx *database.Tx, by By, account string, h Handle) error {
	if _, err := readEntry(ctx, tx, account); err != nil {
		return err
	}
	return s.confirm(ctx, tx, by, account, h)
}

// ResetPassword gives somebody who forgot the password a new one-time password
// (p, from OneTime) and ends every session of the account.
func (s *Store) ResetPassword(ctx context.Context, tx *database.Tx, by By, account string, p Password) error {
	if p.hash == "" {
		return errNoPassword
	}
	row, err := readEntry(ctx, tx, account)
	if err != nil {
		return err
	}
	if row.closed {
		return fault.Missing("open account", account)
	}
	if _, err := setPassword(ctx, tx, account, row.hash, p, s.until(p), s.clock.Now()); err != nil {
		return err
	}
	if err := s.endOthers(ctx, tx, by, account, ""); err != nil {
		return err
	}
	if err := s.journal(ctx, tx, by.entry("password.reset", "account", account)); err != nil {
		return err
	}
	return s.announce(ctx, tx, account, PasswordReset)
}

// Close ends an account: its sessions, what it signs in with, its assignments, and
// what it does for absent colleagues, so that none of it comes back when the account is
// opened again. Its name stays, since records of what it did name it.
func (s *Store) Close(ctx context.Context, tx *database.Tx, by By, account string) error {
	// No role is given while it closes.
	if err := lockHandle(ctx, tx, "assignments of "+account); err != nil {
		return err
	}
	closed, err := closeAccount(ctx, tx, account, s.clock.Now())
	if err != nil || !closed {
		return err
	}
	if err := s.endOthers(ctx, tx, by, account, ""); err != nil {
		return err
	}
	absences, err := s.StandsFor(ctx, tx, account)
	if err != nil {
		return err
	}
	for _, a := range absences {
		if err := s.CancelAbsence(ctx, tx, by, a.ID); err != nil {
			return err
		}
	}
	return s.journal(ctx, tx, by.entry("account.closed", "account", account))
}
