package measures

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
)

// measure is a number over dossiers: which are counted, and which of them are in
// the numerator. $1 is the instant of the question.
type measure struct{ of, numerator string }

// filed are the dossiers that were filed, but those that a clerk closed as filed
// under a wrong procedure: another one stands in their place. At an instant before
// that they were counted, and are so again.
const filed = `c.opened_at <= $1 AND NOT (c.outcome = 'misfiled' AND c.closed_at <= $1)`

var measuresOf = map[string]measure{
	Online:    {of: filed, numerator: `c.channel = 'online'`},
	ByChannel: {of: filed, numerator: `1 = 1`},
	OnTime:    {of: `c.resolved_at <= $1 AND c.on_time IS NOT NULL`, numerator: `c.on_time`},
}

// part gives the predicate of one side of a measure.
func (m measure) part(p targets.Part) string {
	switch p {
	case targets.Numerator:
		return m.of + ` AND ` + m.numerator
	case targets.Rest:
		return m.of + ` AND NOT (` + m.numerator + `)`
	}
	return m.of
}

const kind = `c.kind = 'dossier' AND `

func count(ctx context.Context, q database.Querier, m measure, question targets.Question) (cells []targets.Cell, err error) {
	within, args := question.Within.SQL("c.holder", 2)
	rows, err := q.QueryContext(ctx, `SELECT c.place, c.channel, c.facet, count(*) FILTER (WHERE `+m.numerator+`), count(*) FROM cases c WHERE `+kind+m.of+` AND `+within+`
		GROUP BY c.place, c.channel, c.facet ORDER BY c.place, c.channel, c.facet`, append([]any{database.At(question.AsOf)}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("count %s: %w", question.Measure, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c targets.Cell
		if err := rows.Scan(&c.Unit, &c.Channel, &c.Subject, &c.Numerator, &c.Denominator); err != nil {
			return nil, fmt.Errorf("count %s: %w", question.Measure, err)
		}
		cells = append(cells, c)
	}
	return cells, rows.Err()
}

var columns = []targets.Column{
	{Key: "measures.code", Kind: targets.Code}, {Key: "measures.procedure", Kind: targets.Plain}, {Key: "measures.unit", Kind: targets.UnitID}, {Key: "measures.channel", Kind: targets.Message},
	{Key: "measures.filed_at", Kind: targets.Instant}, {Key: "measures.due_at", Kind: targets.Instant}, {Key: "measures.resolved_at", Kind: targets.Instant}, {Key: "measures.on_time", Kind: targets.Message},
}

func open(ctx context.Context, q database.Querier, m measure, question targets.Question, scope access.Scope, p targets.Part, page targets.Page) (r targets.Records, err error) {
	r.Columns = columns
	asOf := database.At(question.AsOf)
	whole, args := question.Within.SQL("c.holder", 2)
	var all int64
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM cases c WHERE `+kind+m.part(p)+` AND `+whole, append([]any{asOf}, args...)...).Scan(&all); err != nil {
		return targets.Records{}, fmt.Errorf("open %s: %w", question.Measure, err)
	}
	within, args := question.Within.And(scope).SQL("c.holder", 2)
	args = append([]any{asOf}, args...)
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM cases c WHERE `+kind+m.part(p)+` AND `+within, args...).Scan(&r.Within); err != nil {
		return targets.Records{}, fmt.Errorf("open %s: %w", question.Measure, err)
	}
	r.Outside = all - r.Within
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT c.id, c.number, c.facet, c.place, c.channel, c.opened_at, c.due_at, c.resolved_at, c.on_time FROM cases c WHERE %s%s AND %s
		ORDER BY c.opened_at DESC, c.id LIMIT $%d OFFSET $%d`, kind, m.part(p), within, len(args)+1, len(args)+2), append(args, page.Limit, page.Offset)...)
	if err != nil {
		return targets.Records{}, fmt.Errorf("open %s: %w", question.Measure, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id, number, facet, place, channel string
		var filed, due, resolved database.Time
		var onTime *bool
		if err := rows.Scan(&id, &number, &facet, &place, &channel, &filed, &due, &resolved, &onTime); err != nil {
			return targets.Records{}, fmt.Errorf("open %s: %w", question.Measure, err)
		}
		mark := "measures.open"
		switch {
		case onTime != nil && *onTime:
			mark = "measures.in_time"
		case onTime != nil:
			mark = "measures.late"
		case !resolved.IsZero():
			mark = "measures.no_limit"
		}
		r.Rows = append(r.Rows, targets.Row{ID: id, Link: "/ban-lam-viec/" + id, Values: []targets.Value{
			{Text: number}, {Text: facet}, {Text: place}, {Text: "measures.channel_" + strings.ToLower(channel)}, {At: filed.Time}, {At: due.Time}, {At: resolved.Time}, {Text: mark},
		}})
	}
	return r, rows.Err()
}
