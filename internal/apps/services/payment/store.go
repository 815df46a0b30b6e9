package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

const columns = `p.id, p.case_id, c.number, p.fee, p.agency, p.holder, p.year, p.number, p.amount, p.method, p.payer, p.taken_at, p.taken_on, p.taken_by, p.status, p.cancelled_at, p.cancelled_by, p.reason`

const from = ` FROM payments p JOIN cases c ON c.id = p.case_id `

func scan(row interface{ Scan(...any) error }) (Payment, error) {
	var p Payment
	var at, cancelled database.Time
	err := row.Scan(&p.ID, &p.Dossier, &p.Code, &p.Fee, &p.Agency, &p.Holder, &p.Year, &p.Number, &p.Amount, &p.Method, &p.Payer, &at, &p.On, &p.By, &p.Status, &cancelled, &p.CancelledBy, &p.Reason)
	p.At, p.CancelledAt = at.Time, cancelled.Time
	return p, err
}

func insert(ctx context.Context, tx *database.Tx, p Payment) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO payments (id, case_id, fee, agency, holder, year, number, amount, method, payer, taken_at, taken_on, taken_by, status, cancelled_at, cancelled_by, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'paid', NULL, '', '')`,
		p.ID, p.Dossier, p.Fee, p.Agency, p.Holder, p.Year, p.Number, p.Amount, string(p.Method), p.Payer, database.At(p.At), p.On, p.By)
	if err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	return nil
}

// cancel marks a receipt; one that is cancelled stays as it is.
func cancel(ctx context.Context, tx *database.Tx, p Payment) error {
	res, err := tx.ExecContext(ctx, `UPDATE payments SET status = 'cancelled', cancelled_at = $2, cancelled_by = $3, reason = $4 WHERE id = $1 AND status = 'paid'`, p.ID, database.At(p.CancelledAt), p.CancelledBy, p.Reason)
	if err != nil {
		return fmt.Errorf("cancel receipt: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fault.New(fault.Conflict, "fault.stale"))
	}
	return nil
}

// byID reads a receipt within a scope.
func byID(ctx context.Context, q database.Querier, scope access.Scope, id string) (Payment, error) {
	within, args := scope.SQL("p.holder", 2)
	p, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+from+`WHERE p.id = $1 AND `+within, append([]any{id}, args...)...))
	if errors.Is(err, sql.ErrNoRows) {
		return Payment{}, fault.Missing(Kind, id)
	}
	if err != nil {
		return Payment{}, fmt.Errorf("read receipt: %w", err)
	}
	return p, nil
}

// ofDossier lists the receipts of a dossier, the first one first.
func ofDossier(ctx context.Context, q database.Querier, id string) ([]Payment, error) {
	return list(ctx, q, `WHERE p.case_id = $1 ORDER BY p.taken_at, p.number`, id)
}

// most is how many receipts of a day one list shows.
const most = 5000

// onDay lists the receipts of a day within a scope, by their numbers.
func onDay(ctx context.Context, q database.Querier, scope access.Scope, day string) ([]Payment, error) {
	within, args := scope.SQL("p.holder", 2)
	args = append([]any{day}, args...)
	args = append(args, most)
	return list(ctx, q, fmt.Sprintf(`WHERE p.taken_on = $1 AND %s ORDER BY p.agency, p.year, p.number LIMIT $%d`, within, len(args)), args...)
}

// Sum is what one agency took on a day by one method.
type Sum struct {
	Agency string
	Method Method
	Count  int64
	Amount int64 // đồng
}

// sums adds up a day's receipts that stand, with the predicate of onDay.
func sums(ctx context.Context, q database.Querier, scope access.Scope, day string) (found []Sum, err error) {
	within, args := scope.SQL("p.holder", 2)
	rows, err := q.QueryContext(ctx, `SELECT p.agency, p.method, count(*), CAST(sum(p.amount) AS BIGINT) FROM payments p WHERE p.taken_on = $1 AND p.status = 'paid' AND `+within+` GROUP BY p.agency, p.method ORDER BY p.agency, p.method`, append([]any{day}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("add up receipts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s Sum
		if err := rows.Scan(&s.Agency, &s.Method, &s.Count, &s.Amount); err != nil {
			return nil, fmt.Errorf("add up receipts: %w", err)
		}
		found = append(found, s)
	}
	return found, rows.Err()
}

func list(ctx context.Context, q database.Querier, where string, args ...any) (found []Payment, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+from+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list receipts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list receipts: %w", err)
		}
		found = append(found, p)
	}
	return found, rows.Err()
}

// Book is the series of an agency's receipt numbers; each year is a book of its own.
func Book(agency string) string { return "payment:" + agency }
