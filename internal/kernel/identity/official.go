package identity

import (
	"context"
	"errors"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Assignment is a role that an official holds at an agency. Days are inclusive.
type Assignment struct {
	ID      string
	Account string
	Role    string
	Agency  string
	From    database.Date
	Last    database.Date // empty: until it is taken
	EndedAt time.Time     // zero unless it was taken
	GivenAt time.Time
}

// On says whether the assignment is live on a day.
func (a Assignment) On(day string) bool {
	return a.EndedAt.IsZero() && string(a.From) <= day && (a.Last == "" || day <= string(a.Last))
}

// Absence is a time in which a deputy acts for an official. Days are inclusive.
type Absence struct {
	ID      string
	Account string // who is away
	Deputy  string
	From    database.Date
	Last    database.Date
}

// Member is an official who holds a role at an agency.
type Member struct {
	Account string
	Name    string
	Role    string
}

// SaveOfficial makes the official who signs in with the handle, or corrects the
// name of the one there is: calling it again changes nothing. p is the password of
// a new account; an existing one keeps its own. Faults are Invalid on "name" and
// "handle", and Conflict when the handle is confirmed for a person's account.
func (s *Store) SaveOfficial(ctx context.Context, tx *database.Tx, by By, h Handle, name string, p Password) (account string, created bool, err error) {
	name, err = checkName(name)
	if err != nil {
		return "", false, err
	}
	if err := lockHandle(ctx, tx, s.keyed("lock", h.Value)); err != nil {
		return "", false, err
	}
	owner, err := confirmedOwner(ctx, tx, h)
	if err != nil {
		return "", false, err
	}
	if owner == "" {
		if account, _, err = s.create(ctx, tx, by, Official, name, p); err != nil {
			return "", false, err
		}
		return account, true, s.confirm(ctx, tx, by, account, h)
	}
	row, err := readEntry(ctx, tx, owner)
	if err != nil {
		return "", false, err
	}
	if row.kind != Official {
		return "", false, fault.New(fault.Conflict, "identity.handle_confirmed").WithField("handle", "identity.handle_confirmed")
	}
	return owner, false, rename(ctx, tx, owner, name)
}

var errNoCheck = errors.New("identity: a role is given without a check of the roles already held")

// Give gives an official a role at an agency. may decides from the roles that
// the official holds now or will hold, and refuses with a fault; it usually is
// access.Roles.Giving. Giving what is given already returns the same id.
func (s *Store) Give(ctx context.Context, tx *database.Tx, by By, a Assignment, may func(held []string) error) (id string, err error) {
	if may == nil {
		return "", errNoCheck
	}
	if err := checkDays(a.From, a.Last); err != nil {
		return "", err
	}
	if a.From == "" || a.Role == "" || a.Agency == "" {
		return "", errDays
	}
	if err := lockHandle(ctx, tx, "assignments of "+a.Account); err != nil {
		return "", err
	}
	if err := s.isOpenOfficial(ctx, tx, a.Account); err != nil {
		return "", err
	}
	all, err := assignmentsOf(ctx, tx, a.Account)
	if err != nil {
		return "", err
	}
	today := clock.Day(s.clock.Now())
	var held []string
	for _, other := range all {
		if !other.EndedAt.IsZero() || other.Last != "" && string(other.Last) < today {
			continue
		}
		if other.Role == a.Role && other.Agency == a.Agency && other.From == a.From && other.Last == a.Last {
			return other.ID, nil
		}
		held = append(held, other.Role)
	}
	if err := may(held); err != nil {
		return "", err
	}
	a.ID = database.NewIDIn(ctx)
	if err := insertAssignment(ctx, tx, a, by.Account, s.clock.Now()); err != nil {
		return "", err
	}
	return a.ID, s.journal(ctx, tx, by.entry("role.given", "assignment", a.ID, a.Account))
}

// Take ends an assignment at once. One that has ended already stays as it is.
func (s *Store) Take(ctx context.Context, tx *database.Tx, by By, id string) error {
	account, ended, err := endAssignment(ctx, tx, id, s.clock.Now())
	if err != nil || !ended {
		return err
	}
	return s.journal(ctx, tx, by.entry("role.taken", "assignment", id, account))
}

// SetAbsence lets a deputy act for an official from one day to another.
func (s *Store) SetAbsence(ctx context.Context, tx *database.Tx, by By, a Absence) (id string, err error) {
	if a.From == "" || a.Last == "" {
		return "", errDays
	}
	if err := checkDays(a.From, a.Last); err != nil {
		return "", err
	}
	if a.Account == a.Deputy {
		return "", fault.New(fault.Invalid, "identity.deputy_self").WithField("deputy", "identity.deputy_self")
	}
	for _, account := range []string{a.Account, a.Deputy} {
		if err := s.isOpenOfficial(ctx, tx, account); err != nil {
			return "", err
		}
	}
	a.ID = database.NewIDIn(ctx)
	if err := insertAbsence(ctx, tx, a, by.Account, s.clock.Now()); err != nil {
		return "", err
	}
	return a.ID, s.journal(ctx, tx, by.entry("absence.set", "absence", a.ID, a.Account, a.Deputy))
}

// CancelAbsence ends an absence at once: the official is back.
func (s *Store) CancelAbsence(ctx context.Context, tx *database.Tx, by By, id string) error {
	cancelled, err := cancelAbsence(ctx, tx, id, s.clock.Now())
	if err != nil || !cancelled {
		return err
	}
	return s.journal(ctx, tx, by.entry("absence.cancelled", "absence", id))
}

// Assignments lists every assignment of an official, past ones too.
func (s *Store) Assignments(ctx context.Context, account string) ([]Assignment, error) {
	return assignmentsOf(ctx, s.db.Read(), account)
}

// Absences lists an official's absences that are not over and not cancelled.
func (s *Store) Absences(ctx context.Context, account string) ([]Absence, error) {
	return s.AbsencesIn(ctx, s.db.Read(), account)
}

// AbsencesIn is Absences within a transaction.
func (s *Store) AbsencesIn(ctx context.Context, q database.Querier, account string) ([]Absence, error) {
	return absencesOf(ctx, q, account, clock.Day(s.clock.Now()))
}

// Members lists who holds a role at an agency now, in their own right; role ""
// means any. The agency is the scope: the caller has checked that it may be seen.
func (s *Store) Members(ctx context.Context, agency, role string) ([]Member, error) {
	return membersOf(ctx, s.db.Read(), agency, role, clock.Day(s.clock.Now()))
}

// AssignmentsAt lists the assignments at an agency that count on a day or later. The
// agency is the scope, as with Members.
func (s *Store) AssignmentsAt(ctx context.Context, q database.Querier, agency string, on database.Date) ([]Assignment, error) {
	return assignmentsAt(ctx, q, agency, string(on))
}

// Pass has an assignment go on at another agency from a day on, in the place of one
// that has ended: it is no new role, so it counts as given when the old one was, and a
// deputy has it as before. Where the official has the same there already, nothing is
// added. may decides as with Give; nothing is written when it refuses.
func (s *Store) Pass(ctx context.Context, tx *database.Tx, by By, old Assignment, agency string, from database.Date, may func(held []string) error) (passed bool, err error) {
	if err := lockHandle(ctx, tx, "assignments of "+old.Account); err != nil {
		return false, err
	}
	if err := s.isOpenOfficial(ctx, tx, old.Account); err != nil {
		return false, err
	}
	all, err := assignmentsOf(ctx, tx, old.Account)
	if err != nil {
		return false, err
	}
	next := Assignment{ID: database.NewID(), Account: old.Account, Role: old.Role, Agency: agency, From: max(old.From, from), Last: old.Last}
	var held []string
	has := false
	for _, a := range all {
		switch {
		case a.ID == old.ID && !a.EndedAt.IsZero():
			return false, nil // it was passed, or taken, meanwhile
		case a.ID == old.ID || a.Over(clock.Day(s.clock.Now())):
			continue
		}
		held = append(held, a.Role)
		has = has || a.Role == next.Role && a.Agency == next.Agency && a.From == next.From && a.Last == next.Last
	}
	if err := may(held); err != nil {
		return false, err
	}
	if !has {
		if err := insertAssignment(ctx, tx, next, by.Account, old.GivenAt); err != nil {
			return false, err
		}
		if err := s.journal(ctx, tx, by.entry("role.given", "assignment", next.ID, next.Account)); err != nil {
			return false, err
		}
	}
	return true, s.Take(ctx, tx, by, old.ID)
}

func (s *Store) isOpenOfficial(ctx context.Context, tx *database.Tx, account string) error {
	row, err := readEntry(ctx, tx, account)
	if err != nil {
		return err
	}
	if row.kind != Official || row.closed {
		return fault.New(fault.Invalid, "identity.not_official").WithField("account", "identity.not_official")
	}
	return nil
}

var errDays = fault.New(fault.Invalid, "identity.days_invalid").WithField("from", "identity.days_invalid")

func checkDays(days ...database.Date) error {
	last := ""
	for _, d := range days {
		if d == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, string(d)); err != nil || string(d) < last {
			return errDays
		}
		last = string(d)
	}
	return nil
}
