package database

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/fault"
)

// Lock holds a name until the transaction ends, so that callers of one series
// queue up fairly instead of fighting for a row. SQLite has one writer and needs
// none.
func Lock(ctx context.Context, tx *Tx, name string) error {
	if tx.dialect != Postgres {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, name); err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	return nil
}

// Next draws the next number of a series (1 first) for a period, such as the
// dossier codes of one agency on one day. A transaction that rolls back gives
// its number back, so a series has no gaps. Draw late: until the commit everyone
// else of the series waits.
func Next(ctx context.Context, tx *Tx, series, period string) (int64, error) {
	if err := Lock(ctx, tx, "counter:"+series); err != nil {
		return 0, err
	}
	var n int64
	err := tx.QueryRowContext(ctx, `INSERT INTO counters (series, period, last) VALUES ($1, $2, 1)
		ON CONFLICT (series, period) DO UPDATE SET last = counters.last + 1 RETURNING last`, series, period).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("next number of %s: %w", series, err)
	}
	return n, nil
}

// Counter is how far a series has come in a period.
type Counter struct {
	Series string
	Period string
	Last   int64
}

// Counters lists the periods of a series that are not closed, in their order.
func Counters(ctx context.Context, q Querier, series string) (found []Counter, err error) {
	rows, err := q.QueryContext(ctx, `SELECT c.period, c.last FROM counters c WHERE c.series = $1
		AND NOT EXISTS (SELECT 1 FROM closed_books b WHERE b.series = c.series AND b.period = c.period) ORDER BY c.period`, series)
	if err != nil {
		return nil, fmt.Errorf("list the counters of %s: %w", series, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		c := Counter{Series: series}
		if err := rows.Scan(&c.Period, &c.Last); err != nil {
			return nil, fmt.Errorf("list the counters of %s: %w", series, err)
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

// CloseCounter writes down, once, at which number a series ended in a period, and
// by which reform. Who drew from it has ended: Next does not look here.
func CloseCounter(ctx context.Context, tx *Tx, c Counter, reform string, now time.Time) (closed bool, err error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO closed_books (series, period, last, reform, closed_at)
		SELECT c.series, c.period, c.last, $3, $4 FROM counters c WHERE c.series = $1 AND c.period = $2 ON CONFLICT (series, period) DO NOTHING`, c.Series, c.Period, reform, At(now))
	if err != nil {
		return false, fmt.Errorf("close the counter %s: %w", c.Series, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Request names one attempt to change something, so that repeating it (a double
// click, the back button, a retry) changes nothing and answers the same.
type Request struct {
	Actor string // account, or the session of a stranger
	Route string // the route's pattern
	Key   string // made with the form, before it was sent
	Input string // the digest of what was sent; see Digest
}

// Once takes the request's key in the act's own transaction. The first call
// gets done=false and goes on, then calls Done with its result. A repetition
// gets done=true and the first result. The same key with other input is a
// Conflict fault that says so.
func Once(ctx context.Context, tx *Tx, r Request, now time.Time) (result string, done bool, err error) {
	if r.Key == "" || len(r.Key) > 64 {
		return "", false, fault.New(fault.Invalid, "fault.key_missing")
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO idempotency (actor, route, key, input, result, at) VALUES ($1, $2, $3, $4, '', $5)
		ON CONFLICT (actor, route, key) DO NOTHING`, r.Actor, r.Route, r.Key, r.Input, At(now))
	if err != nil {
		return "", false, fmt.Errorf("take request key: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return "", false, err
	}
	var input string
	err = tx.QueryRowContext(ctx, `SELECT input, result FROM idempotency WHERE actor = $1 AND route = $2 AND key = $3`, r.Actor, r.Route, r.Key).Scan(&input, &result)
	if err != nil {
		return "", false, fmt.Errorf("read request key: %w", err)
	}
	if input != r.Input {
		return "", false, fault.New(fault.Invalid, "fault.key_reused")
	}
	return result, true, nil
}

// Done keeps the result of a request that Once let through.
func Done(ctx context.Context, tx *Tx, r Request, result string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE idempotency SET result = $4 WHERE actor = $1 AND route = $2 AND key = $3`, r.Actor, r.Route, r.Key, result); err != nil {
		return fmt.Errorf("keep request result: %w", err)
	}
	return nil
}

// ForgetRequests drops keys older than before: nobody repeats a form after that.
func ForgetRequests(ctx context.Context, tx *Tx, before time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM idempotency WHERE at < $1`, At(before))
	return err
}

// Digest is the SHA-256 of the parts, each with its length, in hex.
func Digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Lease takes or keeps a duty that one process at a time does (chaining the
// journal). It holds until the time given; holder names the
// process.
func Lease(ctx context.Context, tx *Tx, duty, holder string, now, until time.Time) (held bool, err error) {
	var got string
	err = tx.QueryRowContext(ctx, `INSERT INTO leases (duty, holder, until) VALUES ($1, $2, $4)
		ON CONFLICT (duty) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE leases.holder = excluded.holder OR leases.until < $3 RETURNING holder`, duty, holder, At(now), At(until)).Scan(&got)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lease %s: %w", duty, err)
	}
	return true, nil
}

// ReleaseLease gives a duty back before its time; it does nothing when another
// holder has it.
func ReleaseLease(ctx context.Context, tx *Tx, duty, holder string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM leases WHERE duty = $1 AND holder = $2`, duty, holder); err != nil {
		return fmt.Errorf("release lease %s: %w", duty, err)
	}
	return nil
}
