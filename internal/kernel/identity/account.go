package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/vntext"
)

// Slots is how many accounts may claim one phone or e-mail, and how many
// passwords each sign-in evaluates, whether there are that many or none.
const Slots = 2

// Life is how long a session lasts.
type Life struct {
	Idle time.Duration // without a request
	Most time.Duration // in all
}

// Policy is what an installation may set.
type Policy struct {
	Persons, Officials Life
	// Handle and Address slow down guessing at one account and from one place.
	// Many people share one address: a village's wireless network, a carrier's
	// gateway, the desk's own computer.
	Handle, Address Throttle
	Registering     Throttle // from one place
	Codes           Throttle // one-time codes to one account or address
	FirstPassword   time.Duration
}

// DefaultPolicy is what an installation starts with.
func DefaultPolicy() Policy {
	const day = 24 * time.Hour
	return Policy{
		Persons:       Life{Idle: 30 * day, Most: 365 * day},
		Officials:     Life{Idle: 12 * time.Hour, Most: 7 * day},
		Handle:        Throttle{Free: 5, Base: 2 * time.Second, Most: 5 * time.Minute, Forget: day},
		Address:       Throttle{Free: 50, Base: time.Second, Most: time.Minute, Forget: time.Hour},
		Registering:   Throttle{Free: 20, Base: 30 * time.Second, Most: time.Hour, Forget: day},
		Codes:         Throttle{Free: 3, Base: 2 * time.Minute, Most: 2 * time.Hour, Forget: day},
		FirstPassword: 14 * day,
	}
}

func (p Policy) life(k Kind) Life {
	if k == Official {
		return p.Officials
	}
	return p.Persons
}

// Config is what a Store needs to know. Zero Policy and Hashing mean the defaults.
type Config struct {
	Secret  []byte // see Secret
	Policy  Policy
	Hashing Hashing
}

// Store keeps the accounts.
type Store struct {
	db     *database.DB
	clock  clock.Clock
	secret []byte
	policy Policy
	hasher *hasher
	tell   Announcer // nil: nobody is told
}

// New makes the Store. It evaluates one password, to measure strangers by.
func New(ctx context.Context, db *database.DB, c clock.Clock, cfg Config) (*Store, error) {
	if len(cfg.Secret) < secretLength {
		return nil, fmt.Errorf("identity: the secret must have at least %d bytes", secretLength)
	}
	if cfg.Policy == (Policy{}) {
		cfg.Policy = DefaultPolicy()
	}
	if cfg.Hashing == (Hashing{}) {
		cfg.Hashing = DefaultHashing()
	}
	h, err := newHasher(ctx, cfg.Hashing)
	if err != nil {
		return nil, err
	}
	return &Store{db: db, clock: c, secret: cfg.Secret, policy: cfg.Policy, hasher: h}, nil
}

// At is the same store by another clock: whoever simulates a past hires people in it.
func (s *Store) At(c clock.Clock) *Store {
	other := *s
	other.clock = c
	return &other
}

// By is who does something to an account, for the journal.
type By struct {
	Account string // "system" for the program itself
	For     string // the absent official for whom it is done
	Path    string // where, so that whoever audits there sees it
}

func (b By) entry(action, kind, id string, ids ...string) audit.Entry {
	return audit.Entry{Actor: b.Account, ActingFor: b.For, Path: b.Path, Action: action, ObjectKind: kind, ObjectID: id, IDs: ids}
}

func (s *Store) journal(ctx context.Context, tx *database.Tx, e audit.Entry) error {
	return audit.Record(ctx, tx, s.clock.Now(), e)
}

// Account is one account as its owner, the desk and administrators see it.
type Account struct {
	ID         string
	Kind       Kind
	Name       string
	Handles    []Claim
	HasCitizen bool // a citizen number is known, as a digest
	CreatedAt  time.Time
	ClosedAt   time.Time // zero while open
}

// Claim is a handle of an account.
type Claim struct {
	Handle
	ConfirmedAt time.Time // zero while it proves nothing
}

// Number is the account's number, which everybody has and which never changes.
func (a Account) Number() string {
	for _, c := range a.Handles {
		if c.Kind == Number {
			return c.Value
		}
	}
	return ""
}

// checkName reads a person's name.
func checkName(typed string) (string, error) {
	name := vntext.Clean(typed)
	n := utf8.RuneCountInString(name)
	if n < 2 || n > 100 || !strings.ContainsFunc(name, unicode.IsLetter) {
		return "", fault.New(fault.Invalid, "identity.name_invalid").WithField("name", "identity.name_invalid")
	}
	return name, nil
}

// OneTime makes a password for a slip of paper. It must be changed at the first
// sign-in and ends by itself.
func (s *Store) OneTime(ctx context.Context) (Password, error) {
	plain := newOneTime()
	hash, err := s.hasher.hash(ctx, plain)
	return Password{plain: plain, hash: hash, oneTime: true}, err
}

// Chosen makes a password that its owner chose, by the rule. The fault is on the
// field "password".
func (s *Store) Chosen(ctx context.Context, plain string, handles ...Handle) (Password, error) {
	if err := checkPassword("password", plain, handles...); err != nil {
		return Password{}, err
	}
	hash, err := s.hasher.hash(ctx, plain)
	return Password{hash: hash}, err
}

func (s *Store) until(p Password) database.Time {
	if !p.oneTime {
		return database.Time{}
	}
	return database.At(s.clock.Now().Add(s.policy.FirstPassword))
}

var errNoPassword = errors.New("identity: no password was made")

// create adds an account with its number.
func (s *Store) create(ctx context.Context, tx *database.Tx, by By, kind Kind, name string, p Password) (account, number string, err error) {
	if p.hash == "" {
		return "", "", errNoPassword
	}
	account = database.NewIDIn(ctx)
	if by.Account == "" {
		by.Account = account // registered by themselves
	}
	now := s.clock.Now()
	if err := insertAccount(ctx, tx, account, kind, name, p, s.until(p), by.Account, now); err != nil {
		return "", "", err
	}
	for range 20 {
		h, err := newNumber(ctx)
		if err != nil {
			return "", "", err
		}
		switch fresh, err := insertConfirmed(ctx, tx, account, h, now); {
		case err != nil:
			return "", "", err
		case fresh:
			return account, h.Value, s.journal(ctx, tx, by.entry("account.created", "account", account))
		}
	}
	return "", "", fault.New(fault.Exhausted, "identity.numbers_exhausted")
}

// confirm gives a phone or an e-mail to one account alone. Others who claimed it
// keep their account and its number.
func (s *Store) confirm(ctx context.Context, tx *database.Tx, by By, account string, h Handle) error {
	if h.Kind == Number {
		return invalidHandle("identity.handle_invalid")
	}
	if err := lockHandle(ctx, tx, s.keyed("lock", h.Value)); err != nil {
		return err
	}
	owner, err := confirmedOwner(ctx, tx, h)
	if err != nil || owner == account {
		return err
	}
	if owner != "" {
		return fault.New(fault.Conflict, "identity.handle_confirmed").WithField("handle", "identity.handle_confirmed")
	}
	displaced, err := dropClaims(ctx, tx, h)
	if err != nil {
		return err
	}
	fresh, err := insertConfirmed(ctx, tx, account, h, s.clock.Now())
	if err != nil {
		return err
	}
	if !fresh {
		return fmt.Errorf("confirm a handle of account %s: it was taken meanwhile", account)
	}
	return s.journal(ctx, tx, by.entry("handle.confirmed", "account", account, displaced...))
}

// Account reads one account.
func (s *Store) Account(ctx context.Context, id string) (Account, error) {
	return readAccount(ctx, s.db.Read(), id)
}

// ByHandle lists the open accounts that a phone, an e-mail or a number signs in
// to, a confirmed one first. It is for the desk: whoever asks must be allowed to
// look people up, and journals that it did.
func (s *Store) ByHandle(ctx context.Context, h Handle) ([]Account, error) {
	claims, err := claimsOf(ctx, s.db.Read(), h)
	if err != nil {
		return nil, err
	}
	var found []Account
	for _, c := range claims {
		a, err := readAccount(ctx, s.db.Read(), c.account)
		if err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, nil
}

// ByCitizen finds the account of a citizen number; as with ByHandle, for the desk.
func (s *Store) ByCitizen(ctx context.Context, number string) (Account, error) {
	digits, err := parseCitizen(number)
	if err != nil {
		return Account{}, err
	}
	id, err := accountOfCitizen(ctx, s.db.Read(), s.keyed("citizen", digits))
	if err != nil {
		return Account{}, err
	}
	return readAccount(ctx, s.db.Read(), id)
}

// Names gives the names of accounts, by id, for pages that show who did what.
func (s *Store) Names(ctx context.Context, ids ...string) (map[string]string, error) {
	return namesOf(ctx, s.db, ids)
}
