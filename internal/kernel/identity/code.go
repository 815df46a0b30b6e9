package identity

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Purpose is what a one-time code is for.
type Purpose string

// The purposes.
const (
	Confirming Purpose = "confirm" // an e-mail is its reader's
	Recovering Purpose = "recover" // a forgotten password gives way to a new one
)

const (
	codeDigits   = 8 // with codeAttempts tries each, and Policy.Codes of them in a day
	codeLife     = 15 * time.Minute
	codeAttempts = 5
	keepCodes    = 24 * time.Hour
)

// Code is a one-time code on its way. Its digits are kept nowhere: they follow from
// its id, which is 80 bits of chance, and the installation's secret, so that
// neither the database nor a job that carries the id gives them away.
type Code struct {
	ID      string
	Purpose Purpose
	Account string // empty for one that nobody gets, see AskRecovery
	Email   string // where it goes
	Until   time.Time
}

// Digits are those of a code.
func (s *Store) Digits(c Code) string {
	n, err := strconv.ParseUint(s.keyed("code "+string(c.Purpose), c.ID)[:15], 16, 64)
	if err != nil {
		panic(err) // a digest in hex always parses
	}
	return fmt.Sprintf("%0*d", codeDigits, n%100_000_000)
}

// errCode is one and the same for a wrong code, one that is over, one that was
// tried too often, and one that nobody got.
var errCode = fault.New(fault.Invalid, "identity.code_wrong").WithField("code", "identity.code_wrong")

// Outgoing gives a code that is still worth sending; any other is missing.
func (s *Store) Outgoing(ctx context.Context, id string) (Code, error) {
	row, err := readCode(ctx, s.db.Read(), id)
	if err != nil {
		return Code{}, err
	}
	if row.Account == "" || row.used || !s.clock.Now().Before(row.Until) {
		return Code{}, fault.Missing("code to send", id)
	}
	return row.Code, nil
}

// AskConfirm begins to confirm an e-mail for a person's own account: a code goes to
// it by send, in the same transaction. An e-mail that the account claimed when
// it registered was given with the password; for any other the password is asked,
// so that whoever finds a signed-in browser does not come to own the account.
// Faults are on the fields "handle" and "current".
func (s *Store) AskConfirm(ctx context.Context, p Profile, email, current, address string, send func(context.Context, *database.Tx, Code) error) (Code, error) {
	h, err := ParseHandle(email)
	if err == nil && h.Kind != Email {
		err = invalidHandle("identity.handle_email")
	}
	if err != nil {
		return Code{}, err
	}
	account, err := s.Account(ctx, p.Account)
	if err != nil {
		return Code{}, err
	}
	if account.Kind != Person {
		return Code{}, fault.New(fault.Forbidden, "identity.email_of_officials")
	}
	claimed := false
	for _, c := range account.Handles {
		if c.Handle != h {
			continue
		}
		if !c.ConfirmedAt.IsZero() {
			return Code{}, invalidHandle("identity.email_confirmed")
		}
		claimed = true
	}
	if !claimed {
		if err := s.prove(ctx, p.Account, current, address); err != nil {
			return Code{}, err
		}
	}
	charges := append(s.addressCharge("code address", address, s.policy.Registering),
		charge{s.keyed("code account", p.Account), s.policy.Codes, true}, charge{s.keyed("code handle", h.Value), s.policy.Codes, true})
	return s.issue(ctx, charges, Code{Purpose: Confirming, Account: p.Account, Email: h.Value}, send)
}

// prove asks for the current password, no faster than signing in does.
func (s *Store) prove(ctx context.Context, account, current, address string) error {
	wrong := fault.New(fault.Invalid, "identity.current_wrong").WithField("current", "identity.current_wrong")
	if current == "" || utf8.RuneCountInString(current) > longest {
		return wrong
	}
	charges := append(s.addressCharge("address", address, s.policy.Address), charge{s.keyed("change password", account), s.policy.Handle, true})
	if err := s.take(ctx, charges); err != nil {
		return err
	}
	row, err := readEntry(ctx, s.db.Read(), account)
	if err != nil {
		return err
	}
	ok, _, err := s.hasher.verify(ctx, current, row.hash)
	if err != nil {
		return s.unjudged(ctx, charges, err)
	}
	if !ok {
		return wrong
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return settle(ctx, tx, charges) })
}

// issue keeps a new code and has it sent; codes of before are over.
func (s *Store) issue(ctx context.Context, charges []charge, c Code, send func(context.Context, *database.Tx, Code) error) (Code, error) {
	if err := s.take(ctx, charges); err != nil {
		return Code{}, err
	}
	now := s.clock.Now()
	c.ID, c.Until = database.NewID(), now.Add(codeLife)
	err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := endCodes(ctx, tx, c, now); err != nil {
			return err
		}
		if err := insertCode(ctx, tx, c, now); err != nil {
			return err
		}
		return send(ctx, tx, c)
	})
	return c, err
}

// try counts an attempt at a code and says whether it was the right one. The count
// stands also when it was not.
func (s *Store) try(ctx context.Context, tx *database.Tx, id string, purpose Purpose, typed string) (Code, bool, error) {
	c, open, err := tryCode(ctx, tx, id, purpose, codeAttempts, s.clock.Now())
	if err != nil || !open || c.Account == "" {
		return Code{}, false, err
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.\u00a0\t", r) {
			return -1
		}
		return r
	}, typed)
	return c, subtle.ConstantTimeCompare([]byte(digits), []byte(s.Digits(c))) == 1, nil
}

// Confirm gives the e-mail to the account whose owner read the code there. It
// takes the place of the account's other e-mails; others who claimed it keep their
// account and its number. Doing it again with the same code changes nothing.
// Faults are Invalid on "code", and Conflict when another account has the e-mail:
// whoever can read its mail may know.
func (s *Store) Confirm(ctx context.Context, p Profile, id, typed string) error {
	right := false
	err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		right = false
		row, err := readCode(ctx, tx, id)
		if fault.Is(err, fault.NotFound) || err == nil && (row.Account != p.Account || row.Purpose != Confirming) {
			return nil
		}
		if err != nil {
			return err
		}
		if row.used {
			owner, err := confirmedOwner(ctx, tx, Handle{Email, row.Email})
			right = owner == p.Account
			return err
		}
		c, ok, err := s.try(ctx, tx, id, Confirming, typed)
		if err != nil || !ok {
			return err
		}
		right = true
		if err := useCode(ctx, tx, id, s.clock.Now()); err != nil {
			return err
		}
		if err := s.confirm(ctx, tx, By{Account: p.Account}, p.Account, Handle{Email, c.Email}); err != nil {
			return err
		}
		if err := dropOtherEmails(ctx, tx, p.Account, c.Email); err != nil {
			return err
		}
		for _, use := range []string{s.keyed("code account", p.Account), s.keyed("code handle", c.Email)} {
			if err := clearAttempts(ctx, tx, use); err != nil {
				return err
			}
		}
		return s.announce(ctx, tx, p.Account, EmailConfirmed)
	})
	if err == nil && !right {
		err = errCode
	}
	return err
}

// AskRecovery begins to give a person who forgot the password a new one: a code goes
// to the confirmed e-mail of the account that the phone, e-mail or number is
// confirmed for. Where there is none, the same is done with a code that nobody
// gets: neither the answer nor its time tells which it was.
//
// Officials are left out: what their password opens is not theirs alone, so who
// manages accounts gives them a new one.
func (s *Store) AskRecovery(ctx context.Context, handle, address string, send func(context.Context, *database.Tx, Code) error) (Code, error) {
	h, err := ParseHandle(handle)
	if err != nil {
		return Code{}, err
	}
	account, email, err := recoverable(ctx, s.db.Read(), h)
	if err != nil {
		return Code{}, err
	}
	charges := append(s.addressCharge("code address", address, s.policy.Registering), charge{s.keyed("recovery handle", h.Value), s.policy.Codes, true})
	return s.issue(ctx, charges, Code{Purpose: Recovering, Account: account, Email: email}, send)
}

// Recover replaces a forgotten password by a new one, given the code, and ends every
// session of the account. Faults are Invalid on "code" and "password".
func (s *Store) Recover(ctx context.Context, id, typed, next, address string) error {
	if err := checkPassword("password", next); err != nil {
		return err
	}
	charges := s.addressCharge("address", address, s.policy.Address)
	if err := s.take(ctx, charges); err != nil {
		return err
	}
	var c Code
	right := false
	err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		c, right, err = s.try(ctx, tx, id, Recovering, typed)
		return err
	})
	if err != nil {
		return err
	}
	if !right {
		return errCode
	}
	account, err := s.Account(ctx, c.Account)
	if err != nil {
		return err
	}
	var handles []Handle
	for _, claim := range account.Handles {
		handles = append(handles, claim.Handle)
	}
	password, err := s.Chosen(ctx, next, handles...)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		row, err := readEntry(ctx, tx, c.Account)
		if err != nil {
			return err
		}
		unused, err := readCode(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.closed || unused.used {
			return errCode
		}
		if err := useCode(ctx, tx, id, s.clock.Now()); err != nil {
			return err
		}
		changed, err := setPassword(ctx, tx, c.Account, row.hash, password, database.Time{}, s.clock.Now())
		if err != nil {
			return err
		}
		if !changed {
			return errCode // somebody changed it meanwhile
		}
		if err := s.endOthers(ctx, tx, By{Account: c.Account}, c.Account, ""); err != nil {
			return err
		}
		// Whoever forgot has mostly tried a few times: they need not wait now.
		for _, h := range handles {
			for _, use := range []string{"sign-in handle", "recovery handle"} {
				if err := clearAttempts(ctx, tx, s.keyed(use, h.Value)); err != nil {
					return err
				}
			}
		}
		if err := settle(ctx, tx, charges); err != nil {
			return err
		}
		if err := s.journal(ctx, tx, By{Account: c.Account}.entry("password.recovered", "account", c.Account)); err != nil {
			return err
		}
		return s.announce(ctx, tx, c.Account, PasswordRecovered)
	})
}

// Announcement is what an account's owner is told that happened to it.
type Announcement string

// What is announced.
const (
	EmailConfirmed    Announcement = "email_confirmed"
	PasswordChanged   Announcement = "password_changed"   // by its owner, signed in
	PasswordRecovered Announcement = "password_recovered" // with a code
	PasswordReset     Announcement = "password_reset"     // at the desk, or by who manages accounts
)

// Announcer tells an account's owner, in the transaction of what it tells.
type Announcer func(ctx context.Context, tx *database.Tx, account string, what Announcement) error

// Announce has owners told of what happens to their accounts. It is called once,
// before anything happens.
func (s *Store) Announce(tell Announcer) { s.tell = tell }

func (s *Store) announce(ctx context.Context, tx *database.Tx, account string, what Announcement) error {
	if s.tell == nil {
		return nil
	}
	return s.tell(ctx, tx, account, what)
}
