package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"time"

	"benso/internal/kernel/database"
)

// digested are the tables that say what a province did, each in an order of its
// own keys, with what both databases keep alike.
var digested = []string{
	`SELECT id, definition, step, state, agency, holder, assignee, place, number, title, facet, channel, outcome, CAST(version AS TEXT), due_at, opened_at, accepted_at, first_due_at, resolved_at, closed_at FROM cases WHERE simulated = $1 ORDER BY id`,
	`SELECT d.case_id, d.filing_number, coalesce(d.code, ''), d.secret, d.procedure, d.applicant, d.name, d.asked, d.proposal, d.result_number, d.collected_by, d.refiled_as, d.filed_at, d.limit_from FROM dossiers d JOIN cases c ON c.id = d.case_id WHERE c.simulated = $1 ORDER BY d.case_id`,
	`SELECT e.case_id, CAST(e.seq AS TEXT), e.account, e.acting_for, e.act, e.from_step, e.to_step, e.agency, CAST(e.data AS TEXT), e.at, e.due_at FROM case_events e JOIN cases c ON c.id = e.case_id WHERE c.simulated = $1 ORDER BY e.case_id, e.seq`,
	`SELECT j.id, j.actor, j.acting_for, j.action, j.object_id, j.path, j.ids, j.digest, j.at FROM journal j JOIN cases c ON c.id = j.object_id WHERE c.simulated = $1 AND j.object_kind = 'dossier' ORDER BY j.id`,
}

// Digest is the SHA-256 of all that was done about the simulated dossiers: their
// state, their events, their lines of the journal. Two simulations of one plan have
// the same, on either database, as long as nobody else has worked there.
func Digest(ctx context.Context, q database.Querier) (string, error) {
	h := sha256.New()
	for _, query := range digested {
		if err := digestRows(ctx, q, h, query); err != nil {
			return "", fmt.Errorf("digest the province: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func digestRows(ctx context.Context, q database.Querier, h hash.Hash, query string) (err error) {
	rows, err := q.QueryContext(ctx, query, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		if columns[i] == "at" || len(columns[i]) > 3 && columns[i][len(columns[i])-3:] == "_at" || columns[i] == "limit_from" {
			cells[i] = new(database.Time)
		} else {
			cells[i] = new(string)
		}
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return err
		}
		for _, c := range cells {
			var s string
			switch c := c.(type) {
			case *database.Time:
				if !c.IsZero() {
					s = c.UTC().Format(time.RFC3339Nano)
				}
			case *string:
				s = canonical(*c)
			}
			fmt.Fprintf(h, "%d:%s", len(s), s)
		}
	}
	return rows.Err()
}

// canonical writes JSON in one way, since PostgreSQL keeps it in another.
func canonical(s string) string {
	if len(s) == 0 || s[0] != '{' {
		return s
	}
	var v any
	if json.Unmarshal([]byte(s), &v) != nil {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return s
	}
	return string(b)
}
