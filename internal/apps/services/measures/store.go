package measures

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// misfiled is the outcome of a dossier that a clerk filed under a wrong procedure:
// another one stands in its place.
const misfiled = "misfiled"

// counted are the dossiers that a rule counts in a time, and hit those of them in
// its numerator. $1 is the first instant, $2 the last one, $3 what is known by: a
// dossier that was found misfiled later still counts.
func counted(d database.Dialect, rule targets.Rule) (of, hit string) {
	if rule.Fact == factFiled {
		of = `c.opened_at >= $1 AND c.opened_at <= $2 AND NOT (c.outcome = '` + misfiled + `' AND c.closed_at <= $3)`
		return of, classes(rule.Hit, func(c string) string { return `c.channel = '` + c + `'` })
	}
	of = `c.resolved_at >= $1 AND c.resolved_at <= $2 AND $3 = $3`
	was := func(c string) string {
		timing, wasAsked := strings.CutSuffix(c, asked)
		clause := `c.on_time IS NULL`
		due := `coalesce((SELECT a.was_due_at FROM dossier_apologies a WHERE a.case_id = c.id AND a.due_at = c.due_at), c.due_at)`
		switch timing {
		case late:
			clause = `(c.on_time IS NOT NULL AND NOT c.on_time)`
		case early:
			clause = `(c.on_time IS NOT NULL AND c.on_time AND ` + localDay(d, "c.resolved_at") + ` < ` + localDay(d, due) + `)`
		case inTime:
			clause = `(c.on_time IS NOT NULL AND c.on_time AND NOT ` + localDay(d, "c.resolved_at") + ` < ` + localDay(d, due) + `)`
		}
		not := `NOT `
		if wasAsked {
			not = ``
		}
		return `(` + clause + ` AND ` + not + `EXISTS (SELECT 1 FROM dossier_requests r WHERE r.case_id = c.id))`
	}
	return of + ` AND ` + classes(rule.Of, was), classes(rule.Hit, was)
}

// classes is the condition of being in one of some classes; nil: of all.
func classes(all []string, is func(class string) string) string {
	if all == nil {
		return `1 = 1`
	}
	clauses := make([]string, len(all))
	for i, c := range all {
		clauses[i] = is(c)
	}
	return `(` + strings.Join(clauses, ` OR `) + `)`
}

// partOf gives the predicate of one side of a measure.
func partOf(d database.Dialect, rule targets.Rule, p targets.Part) string {
	of, hit := counted(d, rule)
	switch p {
	case targets.Numerator:
		return of + ` AND ` + hit
	case targets.Rest:
		return of + ` AND NOT ` + hit
	}
	return of
}

func times(q targets.Question) []any {
	return []any{database.At(orLongAgo(q.From)), database.At(q.AsOf), database.At(q.KnownBy())}
}

// orLongAgo stands for "from the beginning", which no database can compare with.
func orLongAgo(t time.Time) time.Time {
	if t.IsZero() {
		return time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}

const kind = `c.kind = 'dossier' AND `

func count(ctx context.Context, q database.Querier, rule targets.Rule, question targets.Question) (c targets.Count, err error) {
	of, hit := counted(q.Dialect(), rule)
	within, args := question.Within.SQL("c.holder", 4)
	rows, err := q.QueryContext(ctx, `SELECT c.place, c.channel, c.facet, count(*) FILTER (WHERE `+hit+`), count(*) FROM cases c WHERE `+kind+of+` AND `+within+`
		GROUP BY c.place, c.channel, c.facet ORDER BY c.place, c.channel, c.facet`, append(times(question), args...)...)
	if err != nil {
		return targets.Count{}, fmt.Errorf("count %s: %w", question.Measure, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var place, channel, subject string
		var n, d int64
		if err := rows.Scan(&place, &channel, &subject, &n, &d); err != nil {
			return targets.Count{}, fmt.Errorf("count %s: %w", question.Measure, err)
		}
		c.Add(n, d, map[targets.Axis]string{targets.ByUnit: place, targets.ByChannel: channel, targets.BySubject: subject})
	}
	return c, rows.Err()
}

var columns = []targets.Column{
	{Key: "measures.code", Kind: targets.Code}, {Key: "measures.procedure", Kind: targets.Plain}, {Key: "measures.unit", Kind: targets.UnitID}, {Key: "measures.channel", Kind: targets.Message},
	{Key: "measures.filed_at", Kind: targets.Instant}, {Key: "measures.due_at", Kind: targets.Instant}, {Key: "measures.resolved_at", Kind: targets.Instant}, {Key: "measures.on_time", Kind: targets.Message},
}

func open(ctx context.Context, q database.Querier, rule targets.Rule, question targets.Question, scope access.Scope, p targets.Part, page targets.Page) (r targets.Records, err error) {
	r.Columns = columns
	in := partOf(q.Dialect(), rule, p)
	whole, args := question.Within.SQL("c.holder", 4)
	var all int64
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM cases c WHERE `+kind+in+` AND `+whole, append(times(question), args...)...).Scan(&all); err != nil {
		return targets.Records{}, fmt.Errorf("open %s: %w", question.Measure, err)
	}
	within, args := question.Within.And(scope).SQL("c.holder", 4)
	args = append(times(question), args...)
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM cases c WHERE `+kind+in+` AND `+within, args...).Scan(&r.Within); err != nil {
		return targets.Records{}, fmt.Errorf("open %s: %w", question.Measure, err)
	}
	r.Outside = all - r.Within
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT c.id, c.number, c.facet, c.place, c.channel, c.opened_at, c.due_at, c.resolved_at, c.on_time FROM cases c WHERE %s%s AND %s
		ORDER BY c.opened_at DESC, c.id LIMIT $%d OFFSET $%d`, kind, in, within, len(args)+1, len(args)+2), append(args, page.Limit, page.Offset)...)
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

// half is a part of the cases that one reader goes through.
type half struct {
	clause string
	plain  string // before a column: no index on it is used, since all rows are read
	args   []any
}

// split halves the cases by where they lie: by rowid on SQLite, by page on
// PostgreSQL; the only query that differs.
func split(ctx context.Context, q database.Querier) ([]half, error) {
	if q.Dialect() == database.Postgres {
		var pages int64
		if err := q.QueryRowContext(ctx, `SELECT pg_relation_size('cases') / current_setting('block_size')::bigint / 2`).Scan(&pages); err != nil {
			return nil, fmt.Errorf("split the cases: %w", err)
		}
		middle := fmt.Sprintf("'(%d,0)'::tid", pages)
		return []half{{clause: `c.ctid < ` + middle}, {clause: `c.ctid >= ` + middle}}, nil
	}
	var middle int64
	if err := q.QueryRowContext(ctx, `SELECT coalesce(max(rowid), 0) / 2 FROM cases`).Scan(&middle); err != nil {
		return nil, fmt.Errorf("split the cases: %w", err)
	}
	return []half{{`c.rowid <= $1`, `+`, []any{middle}}, {`c.rowid > $1`, `+`, []any{middle}}}, nil
}

// recount adds the facts of one half up. A month's name is made once, not for each
// dossier.
func recount(ctx context.Context, q database.Querier, within access.Scope, h half, complete func(*record), into targets.Cells) (err error) {
	scope, args := within.SQL(h.plain+"c.holder", len(h.args)+1)
	rows, err := q.QueryContext(ctx, `SELECT c.id, c.place, c.channel, c.facet, c.opened_at, c.resolved_at, c.closed_at, c.due_at, c.on_time, c.outcome FROM cases c WHERE `+h.plain+`c.kind = 'dossier' AND `+h.clause+` AND `+scope, append(h.args, args...)...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r record
		var filed, resolved, closed, due database.Time
		var outcome string
		if err := rows.Scan(&r.id, &r.place, &r.channel, &r.subject, &filed, &resolved, &closed, &due, &r.onTime, &outcome); err != nil {
			return err
		}
		r.filed, r.resolved, r.closed, r.due, r.misfiled = filed.Time, resolved.Time, closed.Time, due.Time, outcome == misfiled
		complete(&r)
		for _, f := range r.facts() {
			into.Add(f)
		}
	}
	return rows.Err()
}

// askedOf are the dossiers whose applicants were asked for papers.
func askedOf(ctx context.Context, q database.Querier) (found map[string]bool, err error) {
	rows, err := q.QueryContext(ctx, `SELECT case_id FROM dossier_requests`)
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found = map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read requests: %w", err)
		}
		found[id] = true
	}
	return found, rows.Err()
}

// appointment is a deadline that was put off, and the one before it.
type appointment struct{ due, was time.Time }

func apologised(ctx context.Context, q database.Querier) (found map[string]appointment, err error) {
	rows, err := q.QueryContext(ctx, `SELECT case_id, due_at, was_due_at FROM dossier_apologies`)
	if err != nil {
		return nil, fmt.Errorf("read apologies: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found = map[string]appointment{}
	for rows.Next() {
		var id string
		var due, was database.Time
		if err := rows.Scan(&id, &due, &was); err != nil {
			return nil, fmt.Errorf("read apologies: %w", err)
		}
		found[id] = appointment{due.Time, was.Time}
	}
	return found, rows.Err()
}

// After gives the ids of dossiers behind one.
func (s Source) After(ctx context.Context, q database.Querier, id string, limit int) (ids []string, err error) {
	rows, err := q.QueryContext(ctx, `SELECT c.id FROM cases c WHERE c.id > $1 ORDER BY c.id LIMIT $2`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("read dossiers: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, fmt.Errorf("read dossiers: %w", err)
		}
		ids = append(ids, one)
	}
	return ids, rows.Err()
}

// FactsOf gives the facts of some dossiers as they stand.
func (s Source) FactsOf(ctx context.Context, q database.Querier, within access.Scope, ids []string) (found []targets.Fact, err error) {
	scope, args := within.SQL("c.holder", 2)
	rows, err := q.QueryContext(ctx, `SELECT c.id, c.place, c.channel, c.facet, c.opened_at, c.resolved_at, c.closed_at, coalesce(a.was_due_at, c.due_at), c.on_time, c.outcome, r.case_id IS NOT NULL
		FROM cases c LEFT JOIN dossier_apologies a ON a.case_id = c.id AND a.due_at = c.due_at LEFT JOIN dossier_requests r ON r.case_id = c.id
		WHERE c.kind = 'dossier' AND `+scope+` AND c.id`+database.In(q.Dialect(), 1)+` ORDER BY c.id`, append([]any{database.List(ids)}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read facts of dossiers: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r record
		var filed, resolved, closed, due database.Time
		var outcome string
		if err := rows.Scan(&r.id, &r.place, &r.channel, &r.subject, &filed, &resolved, &closed, &due, &r.onTime, &outcome, &r.asked); err != nil {
			return nil, fmt.Errorf("read facts of dossiers: %w", err)
		}
		r.filed, r.resolved, r.closed, r.due, r.misfiled = filed.Time, resolved.Time, closed.Time, due.Time, outcome == misfiled
		found = append(found, r.facts()...)
	}
	return found, rows.Err()
}

// localDay is the day of an instant where the province is, as something that days can
// be compared by.
func localDay(d database.Dialect, column string) string {
	if d == database.Postgres {
		return `(` + column + ` AT TIME ZONE '` + clock.Zone.String() + `')::date`
	}
	return `((` + column + ` + 25200000000) / 86400000000)` // UTC+7, without summer time since 1975
}
