package identity

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Attempt is what somebody sent in order to sign in or to register.
type Attempt struct {
	Handle   string // as typed
	Password string
	Address  string // the client's, "203.0.113.7" or with a port
	Agent    string // the User-Agent header
	Previous string // the token that the browser had, which ends
}

// Signed is a session that was just opened.
type Signed struct {
	Token   string // for the cookie alone
	Session string
	Account string
	Kind    Kind
	Until   time.Time
	// MustChangePassword is set when only the page that changes the password is open.
	MustChangePassword bool
}

// String keeps the token out of logs.
func (s Signed) String() string { return "session " + s.Session }

// GoString keeps the token out of logs.
func (s Signed) GoString() string { return s.String() }

// Welcome is what a registration came to.
type Welcome struct {
	Signed
	// Number is the new account's number; empty when the password was that of an
	// account which the handle already had, and which was signed in to.
	Number string
	// ByNumberOnly says that the handle has no room for another account, so that
	// this one signs in by its number.
	ByNumberOnly bool
}

// errWrong is one and the same for a wrong password, no account and a closed one.
var errWrong = fault.New(fault.Invalid, "identity.wrong")

// SignIn opens a session. The faults are Invalid (the same for a wrong password
// as for no account), TooMany with the seconds to wait, and Unavailable.
func (s *Store) SignIn(ctx context.Context, a Attempt) (Signed, error) {
	h, err := ParseHandle(a.Handle)
	if err != nil {
		return Signed{}, err
	}
	if utf8.RuneCountInString(a.Password) > longest {
		return Signed{}, errWrong
	}
	charges := s.signInCharges(h, a.Address)
	if err := s.take(ctx, charges); err != nil {
		return Signed{}, err
	}
	claims, err := claimsOf(ctx, s.db.Read(), h)
	if err != nil {
		return Signed{}, err
	}
	found, err := s.match(ctx, claims, a.Password)
	if err != nil {
		return Signed{}, s.unjudged(ctx, charges, err)
	}
	if found.account == "" {
		return Signed{}, errWrong
	}
	return s.enter(ctx, found, a, charges)
}

// unjudged gives the attempt back when it could not be judged.
func (s *Store) unjudged(ctx context.Context, charges []charge, err error) error {
	return errors.Join(err, s.giveBack(ctx, charges))
}

// claim is an account that may be meant by a handle.
type claim struct {
	account string
	hash    string
}

// matched is the claim whose password was given.
type matched struct {
	claim
	fresh string // its new hash, when the old one is weaker than today's
}

// match evaluates the password exactly Slots times, however many claims there
// are, and also after one has matched: time tells nothing about who else has
// claimed the handle.
func (s *Store) match(ctx context.Context, claims []claim, password string) (matched, error) {
	var found matched
	var weak bool
	for i := range Slots {
		c := claim{hash: s.hasher.decoy}
		if i < len(claims) {
			c = claims[i]
		}
		ok, stale, err := s.hasher.verify(ctx, password, c.hash)
		if err != nil {
			return matched{}, err
		}
		if ok && found.account == "" {
			found, weak = matched{claim: c}, stale
		}
	}
	if found.account == "" || !weak {
		return found, nil
	}
	fresh, err := s.hasher.hash(ctx, password)
	found.fresh = fresh
	return found, err
}

// enter opens a session for whoever gave the right password.
func (s *Store) enter(ctx context.Context, m matched, a Attempt, charges []charge) (Signed, error) {
	var signed Signed
	err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		row, err := readEntry(ctx, tx, m.account)
		if err != nil {
			return err
		}
		if row.closed || row.hash != m.hash {
			return errWrong // closed, or another password since it was read
		}
		if !row.until.IsZero() && !s.clock.Now().Before(row.until.Time) {
			return fault.New(fault.Invalid, "identity.first_password_expired")
		}
		if m.fresh != "" {
			if err := strengthen(ctx, tx, m.account, m.hash, m.fresh); err != nil {
				return err
			}
		}
		if signed, err = s.open(ctx, tx, m.account, row.kind, a); err != nil {
			return err
		}
		signed.MustChangePassword = row.mustChange
		return settle(ctx, tx, charges)
	})
	return signed, err
}

// open starts a session, with a token that nobody had before, and ends the one
// that the browser had.
func (s *Store) open(ctx context.Context, tx *database.Tx, account string, kind Kind, a Attempt) (Signed, error) {
	if a.Previous != "" {
		if err := s.endByToken(ctx, tx, a.Previous); err != nil {
			return Signed{}, err
		}
	}
	token, digest, err := newToken()
	if err != nil {
		return Signed{}, err
	}
	now := s.clock.Now()
	signed := Signed{Token: token, Session: database.NewID(), Account: account, Kind: kind, Until: now.Add(s.policy.life(kind).Most)}
	if err := insertSession(ctx, tx, signed.Session, digest, account, Device(a.Agent), now); err != nil {
		return Signed{}, err
	}
	return signed, s.journal(ctx, tx, audit.Entry{Actor: account, Action: "account.opened", ObjectKind: "session", ObjectID: signed.Session})
}

// Register makes an account for a person and signs in to it.
//
// A handle that others use already does not stop it: nothing has been confirmed,
// so the new account claims the handle beside them, and the password says which
// is meant. A password that fits an account of the handle signs in to that one, as
// somebody who had forgotten having registered would wish. The web gives the same
// request key to both clicks of a double click; two requests that arrive together
// nonetheless make one account, since the second sees the first's claim.
func (s *Store) Register(ctx context.Context, a Attempt, name string) (Welcome, error) {
	h, err := ParseHandle(a.Handle)
	if err == nil && h.Kind == Number {
		err = invalidHandle("identity.handle_contact")
	}
	faults := []error{err}
	name, err = checkName(name)
	faults = append(faults, err, checkPassword("password", a.Password, h))
	if err := together(faults...); err != nil {
		return Welcome{}, err
	}
	charges := s.registerCharges(h, a.Address)
	if err := s.take(ctx, charges); err != nil {
		return Welcome{}, err
	}
	password, err := s.Chosen(ctx, a.Password, h)
	if err != nil {
		return Welcome{}, s.unjudged(ctx, charges, err)
	}
	claims, err := claimsOf(ctx, s.db.Read(), h)
	for try := 0; err == nil && try < 4; try++ {
		var found matched
		if found, err = s.match(ctx, claims, a.Password); err != nil {
			return Welcome{}, s.unjudged(ctx, charges, err)
		}
		if found.account != "" {
			signed, err := s.enter(ctx, found, a, charges)
			return Welcome{Signed: signed}, err
		}
		var welcome Welcome
		seen := claims
		err = s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			welcome = Welcome{}
			var err error
			if err = lockHandle(ctx, tx, s.keyed("lock", h.Value)); err != nil {
				return err
			}
			if claims, err = claimsOf(ctx, tx, h); err != nil || !slices.Equal(claims, seen) {
				return err // somebody was faster: judge the password again
			}
			account, number, err := s.create(ctx, tx, By{}, Person, name, password)
			if err != nil {
				return err
			}
			full := len(claims) >= Slots
			if !full {
				if err := insertClaim(ctx, tx, account, h, s.clock.Now()); err != nil {
					return err
				}
			}
			signed, err := s.open(ctx, tx, account, Person, a)
			welcome = Welcome{Signed: signed, Number: number, ByNumberOnly: full}
			return err
		})
		if err == nil && welcome.Account != "" {
			return welcome, nil
		}
	}
	if err == nil {
		err = fault.New(fault.Unavailable, "identity.busy")
	}
	return Welcome{}, err
}

// together makes one fault of all that is wrong with a form.
func together(errs ...error) error {
	var all *fault.Error
	for _, err := range errs {
		if err == nil {
			continue
		}
		f := fault.Of(err)
		if f.Kind != fault.Invalid {
			return err
		}
		if all == nil {
			all = f
			continue
		}
		for _, field := range f.Fields {
			all = all.WithField(field.Name, field.Key, field.Args...)
		}
	}
	if all == nil {
		return nil
	}
	return all
}

// ChangePassword gives an account the password that its owner chose, and ends
// its other sessions. The faults are on the fields "current" and "password".
func (s *Store) ChangePassword(ctx context.Context, p Profile, current, next, address string) error {
	account, err := s.Account(ctx, p.Account)
	if err != nil {
		return err
	}
	var handles []Handle
	for _, c := range account.Handles {
		handles = append(handles, c.Handle)
	}
	wrong := fault.New(fault.Invalid, "identity.current_wrong").WithField("current", "identity.current_wrong")
	switch {
	case utf8.RuneCountInString(current) > longest:
		return wrong
	case normal(current) == normal(next):
		return fault.New(fault.Invalid, "identity.password_same").WithField("password", "identity.password_same")
	}
	if err := checkPassword("password", next, handles...); err != nil {
		return err
	}
	charges := append(s.addressCharge("address", address, s.policy.Address),
		charge{s.keyed("change password", p.Account), s.policy.Handle, true})
	if err := s.take(ctx, charges); err != nil {
		return err
	}
	row, err := readEntry(ctx, s.db.Read(), p.Account)
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
	password, err := s.Chosen(ctx, next, handles...)
	if err != nil {
		return s.unjudged(ctx, charges, err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		changed, err := setPassword(ctx, tx, p.Account, row.hash, password, database.Time{}, s.clock.Now())
		if err != nil {
			return err
		}
		if !changed {
			return wrong // another tab was faster
		}
		if err := s.endOthers(ctx, tx, By{Account: p.Account}, p.Account, p.Session); err != nil {
			return err
		}
		if err := settle(ctx, tx, charges); err != nil {
			return err
		}
		if err := s.journal(ctx, tx, audit.Entry{Actor: p.Account, Action: "password.changed", ObjectKind: "account", ObjectID: p.Account}); err != nil {
			return err
		}
		return s.announce(ctx, tx, p.Account, PasswordChanged)
	})
}
