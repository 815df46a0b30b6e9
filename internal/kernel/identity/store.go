package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/vntext"
)

// Accounts and what they sign in with.

func insertAccount(ctx context.Context, tx *database.Tx, id string, kind Kind, name string, p Password, until database.Time, by string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO accounts (id, kind, name, folded, password_hash, password_at, must_change, password_until, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6, $9)`,
		id, string(kind), name, vntext.Fold(name), p.hash, database.At(now), p.oneTime, until, by)
	if err != nil {
		return fmt.Errorf("create account %s: %w", id, err)
	}
	return nil
}

// insertClaim adds a handle that proves nothing yet.
func insertClaim(ctx context.Context, tx *database.Tx, account string, h Handle, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO handles (handle, account, kind, created_at) VALUES ($1, $2, $3, $4)`,
		h.Value, account, string(h.Kind), database.At(now))
	if err != nil {
		return fmt.Errorf("add a handle to account %s: %w", account, err)
	}
	return nil
}

// insertConfirmed adds a handle that is the account's alone; fresh is false when
// another account has it.
func insertConfirmed(ctx context.Context, tx *database.Tx, account string, h Handle, now time.Time) (fresh bool, err error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO handles (handle, account, kind, created_at, confirmed_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT DO NOTHING`, h.Value, account, string(h.Kind), database.At(now))
	return changed(res, err, "confirm a handle of account "+account)
}

// lockHandle holds a name, such as a handle's digest, until the transaction ends.
func lockHandle(ctx context.Context, tx *database.Tx, name string) error {
	return database.Lock(ctx, tx, "identity:"+name)
}

func confirmedOwner(ctx context.Context, q database.Querier, h Handle) (account string, err error) {
	err = q.QueryRowContext(ctx, `SELECT account FROM handles WHERE handle = $1 AND confirmed_at IS NOT NULL`, h.Value).Scan(&account)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("find the owner of a handle: %w", err)
	}
	return account, nil
}

// dropClaims takes an unconfirmed handle from everybody and says from whom.
func dropClaims(ctx context.Context, tx *database.Tx, h Handle) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `DELETE FROM handles WHERE handle = $1 AND confirmed_at IS NULL RETURNING account`, h.Value)
	return collect(rows, err, "drop claims", func(account *string, scan func(...any) error) error {
		return scan(account)
	})
}

// claimsOf lists the open accounts that a handle may mean.
func claimsOf(ctx context.Context, q database.Querier, h Handle) ([]claim, error) {
	rows, err := q.QueryContext(ctx, `SELECT a.id, a.password_hash FROM handles h JOIN accounts a ON a.id = h.account
		WHERE h.handle = $1 AND a.closed_at IS NULL
		ORDER BY CASE WHEN h.confirmed_at IS NULL THEN 1 ELSE 0 END, h.created_at, a.id LIMIT $2`, h.Value, Slots)
	return collect(rows, err, "find the accounts of a handle", func(c *claim, scan func(...any) error) error {
		return scan(&c.account, &c.hash)
	})
}

// entry is what signing in needs to know of an account.
type entry struct {
	kind       Kind
	hash       string
	mustChange bool
	until      database.Time
	closed     bool
}

func readEntry(ctx context.Context, q database.Querier, account string) (entry, error) {
	var e entry
	var closed database.Time
	err := q.QueryRowContext(ctx, `SELECT kind, password_hash, must_change, password_until, closed_at FROM accounts WHERE id = $1`, account).
		Scan(&e.kind, &e.hash, &e.mustChange, &e.until, &closed)
	e.closed = !closed.IsZero()
	return e, oneOf(err, "account", account)
}

func readAccount(ctx context.Context, q database.Querier, id string) (Account, error) {
	a := Account{ID: id}
	var created, closed database.Time
	var citizen database.Text
	err := q.QueryRowContext(ctx, `SELECT kind, name, citizen_digest, created_at, closed_at FROM accounts WHERE id = $1`, id).
		Scan(&a.Kind, &a.Name, &citizen, &created, &closed)
	if err := oneOf(err, "account", id); err != nil {
		return Account{}, err
	}
	a.HasCitizen, a.CreatedAt, a.ClosedAt = citizen != "", created.Time, closed.Time
	rows, err := q.QueryContext(ctx, `SELECT kind, handle, confirmed_at FROM handles WHERE account = $1 ORDER BY created_at, kind, handle`, id)
	a.Handles, err = collect(rows, err, "read the handles of account "+id, func(c *Claim, scan func(...any) error) error {
		var confirmed database.Time
		err := scan(&c.Kind, &c.Value, &confirmed)
		c.ConfirmedAt = confirmed.Time
		return err
	})
	return a, err
}

func readProfile(ctx context.Context, q database.Querier, account string) (Profile, error) {
	p := Profile{Account: account}
	err := q.QueryRowContext(ctx, `SELECT name, kind, must_change FROM accounts WHERE id = $1 AND closed_at IS NULL`, account).
		Scan(&p.Name, &p.Kind, &p.MustChangePassword)
	if err := oneOf(err, "account", account); err != nil {
		return Profile{}, err
	}
	return p, nil
}

func accountOfCitizen(ctx context.Context, q database.Querier, digest string) (account string, err error) {
	err = q.QueryRowContext(ctx, `SELECT id FROM accounts WHERE citizen_digest = $1`, digest).Scan(&account)
	return account, oneOf(err, "account of a citizen", "")
}

func setCitizen(ctx context.Context, tx *database.Tx, account, digest string) error {
	res, err := tx.ExecContext(ctx, `UPDATE accounts SET citizen_digest = $2 WHERE id = $1`, account, digest)
	ok, err := changed(res, err, "set the citizen of account "+account)
	if err == nil && !ok {
		return fault.Missing("account", account)
	}
	return err
}

func rename(ctx context.Context, tx *database.Tx, account, name string) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET name = $2, folded = $3 WHERE id = $1 AND name <> $2`, account, name, vntext.Fold(name))
	if err != nil {
		return fmt.Errorf("rename account %s: %w", account, err)
	}
	return nil
}

// setPassword replaces the password unless somebody else has done so since.
func setPassword(ctx context.Context, tx *database.Tx, account, old string, p Password, until database.Time, now time.Time) (bool, error) {
	res, err := tx.ExecContext(ctx, `UPDATE accounts SET password_hash = $3, password_at = $4, must_change = $5, password_until = $6
		WHERE id = $1 AND password_hash = $2`, account, old, p.hash, database.At(now), p.oneTime, until)
	return changed(res, err, "set the password of account "+account)
}

// strengthen replaces the hash of the same password.
func strengthen(ctx context.Context, tx *database.Tx, account, old, fresh string) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2`, account, old, fresh)
	if err != nil {
		return fmt.Errorf("strengthen the password hash of account %s: %w", account, err)
	}
	return nil
}

func closeAccount(ctx context.Context, tx *database.Tx, account string, now time.Time) (bool, error) {
	res, err := tx.ExecContext(ctx, `UPDATE accounts SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL`, account, database.At(now))
	closed, err := changed(res, err, "close account "+account)
	if err != nil || !closed {
		return false, err
	}
	// The number stays: it is never handed out again.
	if _, err := tx.ExecContext(ctx, `DELETE FROM handles WHERE account = $1 AND kind <> 'number'`, account); err != nil {
		return false, fmt.Errorf("close account %s: %w", account, err)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE assignments SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL`, account, database.At(now)); err != nil {
		return false, fmt.Errorf("close account %s: %w", account, err)
	}
	return true, nil
}

func namesOf(ctx context.Context, db *database.DB, ids []string) (map[string]string, error) {
	rows, err := db.Read().QueryContext(ctx, `SELECT id, name FROM accounts WHERE id`+database.In(db.Dialect(), 1), database.List(ids))
	pairs, err := collect(rows, err, "read names", func(p *[2]string, scan func(...any) error) error {
		return scan(&p[0], &p[1])
	})
	names := make(map[string]string, len(pairs))
	for _, p := range pairs {
		names[p[0]] = p[1]
	}
	return names, err
}

// Sessions.

func insertSession(ctx context.Context, tx *database.Tx, id, digest, account, device string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, token_digest, account, device, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5)`,
		id, digest, account, device, database.At(now))
	if err != nil {
		return fmt.Errorf("open session %s: %w", id, err)
	}
	return nil
}

type sessionRow struct {
	profile           Profile
	createdAt, seenAt database.Time
}

func readSession(ctx context.Context, q database.Querier, digest string) (row sessionRow, ok bool, err error) {
	p := &row.profile
	err = q.QueryRowContext(ctx, `SELECT s.id, s.created_at, s.seen_at, a.id, a.name, a.kind, a.must_change
		FROM sessions s JOIN accounts a ON a.id = s.account WHERE s.token_digest = $1 AND a.closed_at IS NULL`, digest).
		Scan(&p.Session, &row.createdAt, &row.seenAt, &p.Account, &p.Name, &p.Kind, &p.MustChangePassword)
	if errors.Is(err, sql.ErrNoRows) {
		return sessionRow{}, false, nil
	}
	if err != nil {
		return sessionRow{}, false, fmt.Errorf("look up a session: %w", err)
	}
	return row, true, nil
}

func touchSession(ctx context.Context, tx *database.Tx, id string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2`, id, database.At(now))
	if err != nil {
		return fmt.Errorf("touch session %s: %w", id, err)
	}
	return nil
}

func sessionsOf(ctx context.Context, q database.Querier, account string) ([]Session, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, device, created_at, seen_at FROM sessions WHERE account = $1 ORDER BY created_at DESC, id DESC`, account)
	return collect(rows, err, "list the sessions of account "+account, func(s *Session, scan func(...any) error) error {
		var created, seen database.Time
		err := scan(&s.ID, &s.Device, &created, &seen)
		s.CreatedAt, s.SeenAt = created.Time, seen.Time
		return err
	})
}

func deleteSession(ctx context.Context, tx *database.Tx, id, of string) (account string, ended bool, err error) {
	err = tx.QueryRowContext(ctx, `DELETE FROM sessions WHERE id = $1 AND account = $2 RETURNING account`, id, of).Scan(&account)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("end session %s: %w", id, err)
	}
	return account, true, nil
}

func deleteSessionByToken(ctx context.Context, tx *database.Tx, digest string) (id, account string, ended bool, err error) {
	err = tx.QueryRowContext(ctx, `DELETE FROM sessions WHERE token_digest = $1 RETURNING id, account`, digest).Scan(&id, &account)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, fmt.Errorf("end a session: %w", err)
	}
	return id, account, true, nil
}

func deleteSessions(ctx context.Context, tx *database.Tx, account, keep string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `DELETE FROM sessions WHERE account = $1 AND id <> $2 RETURNING id`, account, keep)
	return collect(rows, err, "end the sessions of account "+account, func(id *string, scan func(...any) error) error {
		return scan(id)
	})
}

func sweepSessions(ctx context.Context, tx *database.Tx, kind Kind, seenBefore, createdBefore time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE (seen_at <= $2 OR created_at <= $3)
		AND account IN (SELECT id FROM accounts WHERE kind = $1)`, string(kind), database.At(seenBefore), database.At(createdBefore))
	if err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	return nil
}

// Attempts.

// countAttempt counts one attempt, unless it comes too early: then n is 0 and
// freeAt is when the next one may come. One statement decides, so of attempts
// that come together each sees the one before.
func countAttempt(ctx context.Context, tx *database.Tx, c charge, now time.Time) (n int, freeAt time.Time, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO throttles (key, attempts, last_at, free_at) VALUES ($1, 1, $2, $2)
		ON CONFLICT (key) DO UPDATE SET attempts = CASE WHEN throttles.last_at < $3 THEN 1 ELSE throttles.attempts + 1 END, last_at = $2
		WHERE throttles.free_at <= $2 RETURNING attempts`, c.key, database.At(now), database.At(now.Add(-c.rule.Forget))).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		var free database.Time
		if err := tx.QueryRowContext(ctx, `SELECT free_at FROM throttles WHERE key = $1`, c.key).Scan(&free); err != nil {
			return 0, time.Time{}, fmt.Errorf("read attempts: %w", err)
		}
		return 0, free.Time, nil
	}
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count an attempt: %w", err)
	}
	freeAt = now.Add(c.rule.Wait(n))
	if _, err := tx.ExecContext(ctx, `UPDATE throttles SET free_at = $2 WHERE key = $1`, c.key, database.At(freeAt)); err != nil {
		return 0, time.Time{}, fmt.Errorf("count an attempt: %w", err)
	}
	return n, freeAt, nil
}

func uncountAttempt(ctx context.Context, tx *database.Tx, key string) error {
	_, err := tx.ExecContext(ctx, `UPDATE throttles SET attempts = attempts - 1, free_at = last_at WHERE key = $1 AND attempts > 0`, key)
	if err != nil {
		return fmt.Errorf("give an attempt back: %w", err)
	}
	return nil
}

func clearAttempts(ctx context.Context, tx *database.Tx, key string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM throttles WHERE key = $1`, key); err != nil {
		return fmt.Errorf("clear attempts: %w", err)
	}
	return nil
}

func sweepAttempts(ctx context.Context, tx *database.Tx, lastBefore, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM throttles WHERE last_at < $1 AND free_at <= $2`, database.At(lastBefore), database.At(now))
	if err != nil {
		return fmt.Errorf("sweep attempts: %w", err)
	}
	return nil
}

// Assignments and absences.

// holdingsOn lists the roles that count on a day: the account's own, and those of
// officials who are away and whose deputy it is. Only their own ones: being a
// deputy is not passed on. And only those that they had when the absence was set:
// whoever sets it has looked at those, and not at what somebody else gives later.
func holdingsOn(ctx context.Context, q database.Querier, account, day string) ([]Holding, error) {
	rows, err := q.QueryContext(ctx, `SELECT role, agency, '' AS absent FROM assignments
		WHERE account = $1 AND ended_at IS NULL AND from_day <= $2 AND (last_day IS NULL OR last_day >= $2)
		UNION
		SELECT a.role, a.agency, a.account AS absent FROM absences b
		JOIN accounts c ON c.id = b.account AND c.closed_at IS NULL
		JOIN assignments a ON a.account = b.account AND a.created_at <= b.created_at
			AND a.ended_at IS NULL AND a.from_day <= $2 AND (a.last_day IS NULL OR a.last_day >= $2)
		WHERE b.deputy = $1 AND b.cancelled_at IS NULL AND b.from_day <= $2 AND b.last_day >= $2
		ORDER BY absent, agency, role`, account, day)
	return collect(rows, err, "read the roles of account "+account, func(h *Holding, scan func(...any) error) error {
		return scan(&h.Role, &h.Agency, &h.For)
	})
}

func insertAssignment(ctx context.Context, tx *database.Tx, a Assignment, by string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO assignments (id, account, role, agency, from_day, last_day, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, a.ID, a.Account, a.Role, a.Agency, a.From, a.Last, database.At(now), by)
	if err != nil {
		return fmt.Errorf("give a role to account %s: %w", a.Account, err)
	}
	return nil
}

func endAssignment(ctx context.Context, tx *database.Tx, id string, now time.Time) (account string, ended bool, err error) {
	var before database.Time
	err = tx.QueryRowContext(ctx, `SELECT account, ended_at FROM assignments WHERE id = $1`, id).Scan(&account, &before)
	if err := oneOf(err, "assignment", id); err != nil {
		return "", false, err
	}
	res, err := tx.ExecContext(ctx, `UPDATE assignments SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, id, database.At(now))
	ended, err = changed(res, err, "take assignment "+id)
	return account, ended, err
}

func assignmentsOf(ctx context.Context, q database.Querier, account string) ([]Assignment, error) {
	return assignmentsWhere(ctx, q, `account = $1 ORDER BY from_day, id`, account)
}

// assignmentsAt lists what counts on a day or will, by its id.
func assignmentsAt(ctx context.Context, q database.Querier, agency, day string) ([]Assignment, error) {
	return assignmentsWhere(ctx, q, `agency = $1 AND ended_at IS NULL AND (last_day IS NULL OR last_day >= $2) ORDER BY id`, agency, day)
}

func assignmentsWhere(ctx context.Context, q database.Querier, where string, args ...any) ([]Assignment, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, account, role, agency, from_day, last_day, ended_at, created_at FROM assignments WHERE `+where, args...)
	return collect(rows, err, "list assignments", func(a *Assignment, scan func(...any) error) error {
		var ended, given database.Time
		err := scan(&a.ID, &a.Account, &a.Role, &a.Agency, &a.From, &a.Last, &ended, &given)
		a.EndedAt, a.GivenAt = ended.Time, given.Time
		return err
	})
}

func membersOf(ctx context.Context, q database.Querier, agency, role, day string) ([]Member, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT a.account, c.name, c.folded, a.role FROM assignments a
		JOIN accounts c ON c.id = a.account AND c.closed_at IS NULL
		WHERE a.agency = $1 AND (a.role = $2 OR CAST($2 AS TEXT) = '') AND a.ended_at IS NULL AND a.from_day <= $3 AND (a.last_day IS NULL OR a.last_day >= $3)
		ORDER BY c.folded, a.account, a.role`, agency, role, day)
	return collect(rows, err, "list the officials of agency "+agency, func(m *Member, scan func(...any) error) error {
		var folded string
		return scan(&m.Account, &m.Name, &folded, &m.Role)
	})
}

func insertAbsence(ctx context.Context, tx *database.Tx, a Absence, by string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO absences (id, account, deputy, from_day, last_day, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, a.ID, a.Account, a.Deputy, a.From, a.Last, database.At(now), by)
	if err != nil {
		return fmt.Errorf("set an absence of account %s: %w", a.Account, err)
	}
	return nil
}

func cancelAbsence(ctx context.Context, tx *database.Tx, id string, now time.Time) (bool, error) {
	var before database.Time
	err := tx.QueryRowContext(ctx, `SELECT cancelled_at FROM absences WHERE id = $1`, id).Scan(&before)
	if err := oneOf(err, "absence", id); err != nil {
		return false, err
	}
	res, err := tx.ExecContext(ctx, `UPDATE absences SET cancelled_at = $2 WHERE id = $1 AND cancelled_at IS NULL`, id, database.At(now))
	return changed(res, err, "cancel absence "+id)
}

// absencesFor lists the absences in which an account stands in, now or later.
func absencesFor(ctx context.Context, q database.Querier, deputy, day string) ([]Absence, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, account, from_day, last_day FROM absences
		WHERE deputy = $1 AND cancelled_at IS NULL AND last_day >= $2 ORDER BY from_day, id`, deputy, day)
	return collect(rows, err, "list for whom account "+deputy+" stands in", func(a *Absence, scan func(...any) error) error {
		a.Deputy = deputy
		return scan(&a.ID, &a.Account, &a.From, &a.Last)
	})
}

func absencesOf(ctx context.Context, q database.Querier, account, day string) ([]Absence, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, deputy, from_day, last_day FROM absences
		WHERE account = $1 AND cancelled_at IS NULL AND last_day >= $2 ORDER BY from_day, id`, account, day)
	return collect(rows, err, "list the absences of account "+account, func(a *Absence, scan func(...any) error) error {
		a.Account = account
		return scan(&a.ID, &a.Deputy, &a.From, &a.Last)
	})
}

// where is the predicate of a list of officials; $1 are the agencies, $2 the day.
func (x Search) where(d database.Dialect, day string) (string, []any) {
	const open = `p.account = c.id AND p.ended_at IS NULL AND (p.last_day IS NULL OR p.last_day >= $2)`
	args := []any{database.List(x.Agencies), day}
	agencies := `p.agency` + database.In(d, 1)
	where := `c.kind = 'official' AND (EXISTS (SELECT 1 FROM assignments p WHERE ` + open + ` AND ` + agencies + `)
		OR NOT EXISTS (SELECT 1 FROM assignments p WHERE ` + open + `) AND EXISTS (SELECT 1 FROM assignments p WHERE p.account = c.id AND ` + agencies + `))`
	with := func(clause string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(clause, len(args))
	}
	switch x.Standing {
	case Working:
		where += ` AND c.closed_at IS NULL AND EXISTS (SELECT 1 FROM assignments p WHERE ` + open + `)`
	case Idle:
		where += ` AND c.closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM assignments p WHERE ` + open + `)`
	case Closed:
		where += ` AND c.closed_at IS NOT NULL`
	default:
		where += ` AND c.closed_at IS NULL`
	}
	live := ` AND p.ended_at IS NULL AND (p.last_day IS NULL OR p.last_day >= $2)`
	if x.Standing == Idle || x.Standing == Closed {
		live = ``
	}
	if x.Role != "" {
		with(` AND EXISTS (SELECT 1 FROM assignments p WHERE p.account = c.id`+live+` AND `+agencies+` AND p.role = $%d)`, x.Role)
	}
	if x.Agency != "" {
		with(` AND EXISTS (SELECT 1 FROM assignments p WHERE p.account = c.id`+live+` AND `+agencies+` AND p.agency = $%d)`, x.Agency)
	}
	if h, err := ParseHandle(x.Words); err == nil {
		with(` AND EXISTS (SELECT 1 FROM handles h WHERE h.account = c.id AND h.handle = $%d)`, h.Value)
		return where, args
	}
	for _, word := range strings.Fields(vntext.Fold(x.Words)) {
		with(` AND ' ' || c.folded LIKE $%d`, "% "+word+"%")
	}
	return where, args
}

func countOfficials(ctx context.Context, q database.Querier, d database.Dialect, x Search, day string) (n int64, err error) {
	where, args := x.where(d, day)
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM accounts c WHERE `+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count officials: %w", err)
	}
	return n, nil
}

func listOfficials(ctx context.Context, q database.Querier, d database.Dialect, x Search, day string, limit, offset int) ([]Listed, error) {
	where, args := x.where(d, day)
	n := len(args)
	rows, err := q.QueryContext(ctx, `SELECT c.id, c.name, c.closed_at FROM accounts c WHERE `+where+
		fmt.Sprintf(` ORDER BY c.folded, c.id LIMIT $%d OFFSET $%d`, n+1, n+2), append(args, limit, offset)...)
	return collect(rows, err, "list officials", func(o *Listed, scan func(...any) error) error {
		var closed database.Time
		err := scan(&o.Account, &o.Name, &closed)
		o.Closed = !closed.IsZero()
		return err
	})
}

func assignmentsOfAll(ctx context.Context, q database.Querier, d database.Dialect, accounts []string) (map[string][]Assignment, error) {
	all, err := assignmentsWhere(ctx, q, `account`+database.In(d, 1)+` ORDER BY from_day, id`, database.List(accounts))
	of := map[string][]Assignment{}
	for _, a := range all {
		of[a.Account] = append(of[a.Account], a)
	}
	return of, err
}

func countAssignments(ctx context.Context, q database.Querier, d database.Dialect, agencies []string, day string) (map[string]int64, error) {
	type tally struct {
		agency string
		n      int64
	}
	rows, err := q.QueryContext(ctx, `SELECT agency, count(*) FROM assignments WHERE agency`+database.In(d, 1)+`
		AND ended_at IS NULL AND (last_day IS NULL OR last_day >= $2) GROUP BY agency`, database.List(agencies), day)
	all, err := collect(rows, err, "count the assignments at agencies", func(t *tally, scan func(...any) error) error { return scan(&t.agency, &t.n) })
	counts := map[string]int64{}
	for _, t := range all {
		counts[t.agency] = t.n
	}
	return counts, err
}

// limitAssignment sets the last day of an assignment that would last longer.
func limitAssignment(ctx context.Context, tx *database.Tx, id string, last database.Date) (account string, begins database.Date, ended bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT account, from_day FROM assignments WHERE id = $1`, id).Scan(&account, &begins)
	if err := oneOf(err, "assignment", id); err != nil {
		return "", "", false, err
	}
	res, err := tx.ExecContext(ctx, `UPDATE assignments SET last_day = $2
		WHERE id = $1 AND ended_at IS NULL AND from_day <= $2 AND (last_day IS NULL OR last_day > $2)`, id, last)
	ended, err = changed(res, err, "limit assignment "+id)
	return account, begins, ended, err
}

func reopenAccount(ctx context.Context, tx *database.Tx, account string) (bool, error) {
	res, err := tx.ExecContext(ctx, `UPDATE accounts SET closed_at = NULL WHERE id = $1 AND closed_at IS NOT NULL`, account)
	return changed(res, err, "reopen account "+account)
}

// What every statement needs.

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, err error, intent string, read func(one *T, scan func(...any) error) error) (all []T, _ error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", intent, err)
	}
	for rows.Next() {
		var one T
		if err := read(&one, rows.Scan); err != nil {
			return nil, fmt.Errorf("%s: %w", intent, errors.Join(err, rows.Close()))
		}
		all = append(all, one)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", intent, err)
	}
	return all, nil
}

func changed(res sql.Result, err error, intent string) (bool, error) {
	if err != nil {
		return false, fmt.Errorf("%s: %w", intent, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("%s: %w", intent, err)
	}
	return n > 0, nil
}

// oneOf turns the absence of a row into a fault.
func oneOf(err error, what, id string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing(what, id)
	}
	if err != nil {
		return fmt.Errorf("read %s %s: %w", what, id, err)
	}
	return nil
}

// Any says whether the database holds any account.
func Any(ctx context.Context, q database.Querier) (is bool, err error) {
	if err := q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM accounts)`).Scan(&is); err != nil {
		return false, fmt.Errorf("look for any account: %w", err)
	}
	return is, nil
}

// ConfirmedEmail is the e-mail that an open account has confirmed last; "" when
// it has none.
func ConfirmedEmail(ctx context.Context, q database.Querier, account string) (email string, err error) {
	err = q.QueryRowContext(ctx, `SELECT h.handle FROM handles h JOIN accounts a ON a.id = h.account
		WHERE h.account = $1 AND h.kind = 'email' AND h.confirmed_at IS NOT NULL AND a.closed_at IS NULL
		ORDER BY h.confirmed_at DESC, h.handle LIMIT 1`, account).Scan(&email)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the confirmed e-mail of account %s: %w", account, err)
	}
	return email, nil
}

// One-time codes.

// codeRow is a code as it is kept.
type codeRow struct {
	Code
	used bool
}

func insertCode(ctx context.Context, tx *database.Tx, c Code, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO codes (id, purpose, account, handle, attempts, created_at, until) VALUES ($1, $2, $3, $4, 0, $5, $6)`,
		c.ID, string(c.Purpose), c.Account, c.Email, database.At(now), database.At(c.Until))
	if err != nil {
		return fmt.Errorf("keep code %s: %w", c.ID, err)
	}
	return nil
}

func readCode(ctx context.Context, q database.Querier, id string) (row codeRow, err error) {
	var until, used database.Time
	err = q.QueryRowContext(ctx, `SELECT id, purpose, account, handle, until, used_at FROM codes WHERE id = $1`, id).
		Scan(&row.ID, &row.Purpose, &row.Account, &row.Email, &until, &used)
	row.Until, row.used = until.Time, !used.IsZero()
	return row, oneOf(err, "code", id)
}

// tryCode counts an attempt at a code that is still open.
func tryCode(ctx context.Context, tx *database.Tx, id string, purpose Purpose, most int, now time.Time) (c Code, open bool, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE codes SET attempts = attempts + 1
		WHERE id = $1 AND purpose = $2 AND used_at IS NULL AND until > $3 AND attempts < $4 RETURNING id, purpose, account, handle`,
		id, string(purpose), database.At(now), most).Scan(&c.ID, &c.Purpose, &c.Account, &c.Email)
	if errors.Is(err, sql.ErrNoRows) {
		return Code{}, false, nil
	}
	if err != nil {
		return Code{}, false, fmt.Errorf("try code %s: %w", id, err)
	}
	return c, true, nil
}

func useCode(ctx context.Context, tx *database.Tx, id string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL`, id, database.At(now)); err != nil {
		return fmt.Errorf("use code %s: %w", id, err)
	}
	return nil
}

// endCodes ends the open codes of an account for one purpose. Codes of nobody end
// by themselves.
func endCodes(ctx context.Context, tx *database.Tx, c Code, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE codes SET until = $3 WHERE account = $1 AND purpose = $2 AND account <> '' AND used_at IS NULL AND until > $3`,
		c.Account, string(c.Purpose), database.At(now))
	if err != nil {
		return fmt.Errorf("end codes of account %s: %w", c.Account, err)
	}
	return nil
}

func sweepCodes(ctx context.Context, tx *database.Tx, before time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM codes WHERE until < $1`, database.At(before)); err != nil {
		return fmt.Errorf("sweep codes: %w", err)
	}
	return nil
}

// recoverable finds the open person's account that a handle is confirmed for, and
// its confirmed e-mail: the handle itself if it is one. Both are empty when there
// is none.
func recoverable(ctx context.Context, q database.Querier, h Handle) (account, email string, err error) {
	err = q.QueryRowContext(ctx, `SELECT a.id, e.handle FROM handles h JOIN accounts a ON a.id = h.account
		JOIN handles e ON e.account = a.id AND e.kind = 'email' AND e.confirmed_at IS NOT NULL
		WHERE h.handle = $1 AND h.confirmed_at IS NOT NULL AND a.kind = 'person' AND a.closed_at IS NULL
		ORDER BY CASE WHEN e.handle = h.handle THEN 0 ELSE 1 END, e.confirmed_at DESC, e.handle LIMIT 1`, h.Value).Scan(&account, &email)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("find the account to recover: %w", err)
	}
	return account, email, nil
}

func dropOtherEmails(ctx context.Context, tx *database.Tx, account, email string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM handles WHERE account = $1 AND kind = 'email' AND handle <> $2`, account, email); err != nil {
		return fmt.Errorf("drop the other e-mails of account %s: %w", account, err)
	}
	return nil
}

// insertRecovery keeps that a clerk gave a password anew, on which proof and why.
func insertRecovery(ctx context.Context, tx *database.Tx, by By, r Recovery, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO recoveries (id, account, clerk, acting_for, agency, proof, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		database.NewID(), r.Account, by.Account, by.For, r.Agency, string(r.Proof), string(r.Reason), database.At(now))
	if err != nil {
		return fmt.Errorf("keep the recovery of account %s: %w", r.Account, err)
	}
	return nil
}
