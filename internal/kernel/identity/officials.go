package identity

import (
	"context"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Standing says how an official's account stands.
type Standing string

// The standings that a list may be asked for; Current is all that are open.
const (
	Current Standing = ""
	Working Standing = "working" // has a role that is not over
	Idle    Standing = "idle"    // open, and every role is over
	Closed  Standing = "closed"
)

// Search says which officials a list means. An official belongs to the agencies
// where they hold roles that are not over; one without such a role belongs to
// those where they held the earlier ones. The zero Search finds nobody.
type Search struct {
	Agencies []string // the scope: the caller has checked that all of them may be managed
	Words    string   // every word begins one of the name's; or a whole phone or e-mail
	Role     string
	Agency   string // one of Agencies
	Standing Standing
}

// Listed is an official in a list.
type Listed struct {
	Account string
	Name    string
	Closed  bool
	Posts   []Assignment // those that are not over; of one who has none, the earlier ones
}

// Officials lists whom a search means, by name, and counts all of them.
func (s *Store) Officials(ctx context.Context, x Search, limit, offset int) (found []Listed, total int64, err error) {
	today := clock.Day(s.clock.Now())
	if total, err = countOfficials(ctx, s.db.Read(), s.db.Dialect(), x, today); err != nil || total == 0 {
		return nil, 0, err
	}
	if found, err = listOfficials(ctx, s.db.Read(), s.db.Dialect(), x, today, limit, offset); err != nil {
		return nil, 0, err
	}
	ids := make([]string, len(found))
	for i, o := range found {
		ids[i] = o.Account
	}
	posts, err := assignmentsOfAll(ctx, s.db.Read(), s.db.Dialect(), ids)
	if err != nil {
		return nil, 0, err
	}
	for i := range found {
		found[i].Posts = counting(posts[found[i].Account], today)
	}
	return found, total, nil
}

// Posts lists the roles of one official that are not over; of one who has none,
// the earlier ones. open says which.
func (s *Store) Posts(ctx context.Context, q database.Querier, account string) (posts []Assignment, open bool, err error) {
	all, err := assignmentsOf(ctx, q, account)
	if err != nil {
		return nil, false, err
	}
	today := clock.Day(s.clock.Now())
	posts = counting(all, today)
	return posts, len(posts) > 0 && !posts[0].Over(today), nil
}

// CountPosts counts the roles that are not over, by agency.
func (s *Store) CountPosts(ctx context.Context, q database.Querier, agencies ...string) (map[string]int64, error) {
	return countAssignments(ctx, q, s.db.Dialect(), agencies, clock.Day(s.clock.Now()))
}

// StandsFor lists the absences in which an official stands in, now or later.
func (s *Store) StandsFor(ctx context.Context, q database.Querier, deputy string) ([]Absence, error) {
	return absencesFor(ctx, q, deputy, clock.Day(s.clock.Now()))
}

// Over says whether the assignment has ended before a day, or was taken.
func (a Assignment) Over(day string) bool {
	return !a.EndedAt.IsZero() || a.Last != "" && string(a.Last) < day
}

// counting are the assignments that say where an official belongs.
func counting(all []Assignment, today string) []Assignment {
	var open []Assignment
	for _, a := range all {
		if !a.Over(today) {
			open = append(open, a)
		}
	}
	if len(open) > 0 {
		return open
	}
	return all
}

// OwnerOf finds the account that a phone or an e-mail is confirmed for; ok is false
// when there is none.
func (s *Store) OwnerOf(ctx context.Context, q database.Querier, h Handle) (a Account, ok bool, err error) {
	id, err := confirmedOwner(ctx, q, h)
	if err != nil || id == "" {
		return Account{}, false, err
	}
	a, err = readAccount(ctx, q, id)
	return a, err == nil, err
}

// AccountIn reads one account as a transaction sees it.
func (s *Store) AccountIn(ctx context.Context, q database.Querier, id string) (Account, error) {
	return readAccount(ctx, q, id)
}

// Rename corrects the name of an account.
func (s *Store) Rename(ctx context.Context, tx *database.Tx, by By, account, name string) error {
	name, err := checkName(name)
	if err != nil {
		return err
	}
	if err := rename(ctx, tx, account, name); err != nil {
		return err
	}
	return s.journal(ctx, tx, by.entry("account.renamed", "account", account))
}

// TakeOn ends an assignment with the close of a day. One that ends sooner by itself,
// or has ended, stays as it is; one that would begin later never does.
func (s *Store) TakeOn(ctx context.Context, tx *database.Tx, by By, id string, last database.Date) error {
	if err := checkDays(last); err != nil || last == "" {
		return errDays
	}
	account, begins, ended, err := limitAssignment(ctx, tx, id, last)
	if err == nil && begins > last {
		return s.Take(ctx, tx, by, id)
	}
	if err != nil || !ended {
		return err
	}
	return s.journal(ctx, tx, by.entry("role.taken", "assignment", id, account))
}

// Reopen opens a closed account of an official again: it signs in with h and the
// one-time password p. The roles that it had stay ended.
func (s *Store) Reopen(ctx context.Context, tx *database.Tx, by By, account string, h Handle, p Password) error {
	row, err := readEntry(ctx, tx, account)
	if err != nil {
		return err
	}
	if row.kind != Official || !row.closed {
		return fault.New(fault.Conflict, "identity.not_closed")
	}
	if p.hash == "" {
		return errNoPassword
	}
	opened, err := reopenAccount(ctx, tx, account)
	if err != nil || !opened {
		return err
	}
	if err := s.confirm(ctx, tx, by, account, h); err != nil {
		return err
	}
	if _, err := setPassword(ctx, tx, account, row.hash, p, s.until(p), s.clock.Now()); err != nil {
		return err
	}
	return s.journal(ctx, tx, audit.Entry{Actor: by.Account, ActingFor: by.For, Path: by.Path, Action: "account.reopened", ObjectKind: "account", ObjectID: account})
}
