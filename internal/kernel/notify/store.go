package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

func insertNotice(ctx context.Context, tx *database.Tx, n Notice) (fresh bool, err error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO notices (id, account, kind, subject, cause, link, texts, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (account, cause) DO NOTHING`, n.ID, n.Account, n.Kind, n.Subject, n.Cause, n.Link, database.JSONOf(n.Texts), database.At(n.At))
	return changed(res, err, "write a notice")
}

func changed(res sql.Result, err error, intent string) (bool, error) {
	if err != nil {
		return false, fmt.Errorf("%s: %w", intent, err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

const noticeColumns = `id, account, kind, subject, cause, link, texts, at, read_at`

func scanNotice(row interface{ Scan(...any) error }) (n Notice, err error) {
	var texts database.JSON[map[string]Text]
	var at, read database.Time
	err = row.Scan(&n.ID, &n.Account, &n.Kind, &n.Subject, &n.Cause, &n.Link, &texts, &at, &read)
	n.Texts, n.At, n.ReadAt = texts.V, at.Time, read.Time
	return n, err
}

func readNotice(ctx context.Context, q database.Querier, account, id string) (Notice, error) {
	n, err := scanNotice(q.QueryRowContext(ctx, `SELECT `+noticeColumns+` FROM notices WHERE account = $1 AND id = $2`, account, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Notice{}, fault.Missing("notice", id)
	}
	if err != nil {
		return Notice{}, fmt.Errorf("read notice %s: %w", id, err)
	}
	return n, nil
}

func inbox(ctx context.Context, q database.Querier, account string, limit, offset int) (found []Notice, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+noticeColumns+` FROM notices WHERE account = $1 ORDER BY at DESC, id DESC LIMIT $2 OFFSET $3`, account, limit, offset)
	if err != nil {
		return nil, fmt.Errorf("read the inbox of %s: %w", account, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		n, err := scanNotice(rows)
		if err != nil {
			return nil, fmt.Errorf("read the inbox of %s: %w", account, err)
		}
		found = append(found, n)
	}
	return found, rows.Err()
}

func countUnread(ctx context.Context, q database.Querier, account string) (n int64, err error) {
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM notices WHERE account = $1 AND read_at IS NULL`, account).Scan(&n); err != nil {
		return 0, fmt.Errorf("count what %s has not read: %w", account, err)
	}
	return n, nil
}

func markRead(ctx context.Context, tx *database.Tx, account, id string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE notices SET read_at = $3 WHERE account = $1 AND id = $2 AND read_at IS NULL`, account, id, database.At(now)); err != nil {
		return fmt.Errorf("mark notice %s as read: %w", id, err)
	}
	return nil
}

func markAllRead(ctx context.Context, tx *database.Tx, account string, until, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE notices SET read_at = $3 WHERE account = $1 AND at <= $2 AND read_at IS NULL`, account, database.At(until), database.At(now)); err != nil {
		return fmt.Errorf("mark the notices of %s as read: %w", account, err)
	}
	return nil
}

func insertDelivery(ctx context.Context, tx *database.Tx, d Delivery) (fresh bool, err error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO deliveries (id, cause, kind, account, channel, state, address, attempts, error, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', $8)
		ON CONFLICT (cause, channel) DO NOTHING`, d.ID, d.Cause, d.Kind, d.Account, Email, string(d.State), d.Address, database.At(d.CreatedAt))
	return changed(res, err, "write a delivery")
}

const deliveryColumns = `id, cause, kind, account, state, address, attempts, error, created_at, done_at`

func scanDelivery(row interface{ Scan(...any) error }) (d Delivery, err error) {
	var created, done database.Time
	err = row.Scan(&d.ID, &d.Cause, &d.Kind, &d.Account, &d.State, &d.Address, &d.Attempts, &d.Error, &created, &done)
	d.CreatedAt, d.DoneAt = created.Time, done.Time
	return d, err
}

func readDelivery(ctx context.Context, q database.Querier, id string) (Delivery, error) {
	d, err := scanDelivery(q.QueryRowContext(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Delivery{}, fault.Missing("delivery", id)
	}
	if err != nil {
		return Delivery{}, fmt.Errorf("read delivery %s: %w", id, err)
	}
	return d, nil
}

func deliveriesOf(ctx context.Context, q database.Querier, account string, limit int) (found []Delivery, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE account = $1 ORDER BY created_at DESC, id DESC LIMIT $2`, account, limit)
	if err != nil {
		return nil, fmt.Errorf("list the letters to %s: %w", account, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		d, err := scanDelivery(rows)
		if err != nil {
			return nil, fmt.Errorf("list the letters to %s: %w", account, err)
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

func updateDelivery(ctx context.Context, tx *database.Tx, d Delivery) error {
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = $2, address = $3, attempts = $4, error = $5, done_at = $6 WHERE id = $1 AND state = 'waiting'`,
		d.ID, string(d.State), d.Address, d.Attempts, d.Error, database.At(d.DoneAt))
	if err != nil {
		return fmt.Errorf("keep delivery %s: %w", d.ID, err)
	}
	return nil
}

func sweepDeliveries(ctx context.Context, tx *database.Tx, before time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM deliveries WHERE state <> 'waiting' AND created_at < $1`, database.At(before)); err != nil {
		return fmt.Errorf("forget old deliveries: %w", err)
	}
	return nil
}

func choiceOf(ctx context.Context, q database.Querier, account string) (c Choice, err error) {
	err = q.QueryRowContext(ctx, `SELECT wanted, lang FROM mail_choices WHERE account = $1`, account).Scan(&c.Wanted, &c.Lang)
	if errors.Is(err, sql.ErrNoRows) {
		return DefaultChoice, nil
	}
	if err != nil {
		return Choice{}, fmt.Errorf("read what %s chose about mail: %w", account, err)
	}
	return c, nil
}

func saveChoice(ctx context.Context, tx *database.Tx, account string, c Choice, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO mail_choices (account, wanted, lang, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account) DO UPDATE SET wanted = $2, lang = $3, at = $4`, account, c.Wanted, c.Lang, database.At(now))
	if err != nil {
		return fmt.Errorf("keep what %s chose about mail: %w", account, err)
	}
	return nil
}

// Stuck counts the letters that could not be sent for an hour or more, and those
// that were given up or refused since then, for the doctor.
func Stuck(ctx context.Context, q database.Querier, since, dayAgo time.Time) (waiting, failed int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE state = 'waiting' AND created_at < $1), count(*) FILTER (WHERE state = 'failed' AND created_at >= $2)
		FROM deliveries WHERE state IN ('waiting', 'failed')`, database.At(since), database.At(dayAgo)).Scan(&waiting, &failed)
	if err != nil {
		return 0, 0, fmt.Errorf("count stuck letters: %w", err)
	}
	return waiting, failed, nil
}
