package cases

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/vntext"
)

const columns = `c.id, c.kind, c.definition, c.definition_version, c.step, c.state, c.needs, c.agency, c.holder, c.assignee, c.place, c.due_at, c.provisional,
	c.number, c.title, c.folded, c.facet, c.channel, c.opened_at, c.accepted_at, c.first_due_at, c.resolved_at, c.on_time, c.closed_at, c.outcome, c.version, c.simulated`

// Columns are the columns of a case for an app that joins its own table to
// cases (as c); Scan reads them.
const Columns = columns

type scanner interface{ Scan(...any) error }

// Scan reads Columns, and after them what the app selected.
func Scan(row scanner, more ...any) (Case, error) {
	var c Case
	var due, opened, accepted, first, resolved, closed database.Time
	var on sql.NullBool
	dest := append([]any{&c.ID, &c.Kind, &c.Definition, &c.DefinitionVersion, &c.Step, &c.State, &c.Needs, &c.Agency, &c.Holder, &c.Assignee, &c.Place, &due, &c.Provisional,
		&c.Number, &c.Title, &c.Folded, &c.Facet, &c.Channel, &opened, &accepted, &first, &resolved, &on, &closed, &c.Outcome, &c.Version, &c.Simulated}, more...)
	if err := row.Scan(dest...); err != nil {
		return Case{}, err
	}
	c.DueAt, c.OpenedAt, c.AcceptedAt, c.FirstDueAt, c.ResolvedAt, c.ClosedAt = due.Time, opened.Time, accepted.Time, first.Time, resolved.Time, closed.Time
	if on.Valid {
		c.OnTime = &on.Bool
	}
	return c, nil
}

// Open opens a case with its first event.
func Open(ctx context.Context, tx *database.Tx, d Definition, n New, by By) (Case, error) {
	c, err := open(d, n, by)
	if err != nil {
		return Case{}, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO cases (id, kind, definition, definition_version, step, state, needs, agency, holder, assignee, place, due_at, provisional,
		number, title, folded, facet, channel, opened_at, outcome, version, simulated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, NULL, $11, $12, $13, $14, $15, $16, $17, '', 1, $18)`,
		c.ID, c.Kind, c.Definition, c.DefinitionVersion, c.Step, string(c.State), string(c.Needs), c.Agency, c.Holder, c.Place, false,
		c.Number, c.Title, c.Folded, c.Facet, c.Channel, database.At(c.OpenedAt), c.Simulated)
	if err != nil {
		return Case{}, fmt.Errorf("open case: %w", err)
	}
	return c, record(ctx, tx, c, "", n.Act, by, n.Data)
}

// Move does an act of the definition on the case as the caller saw it (c.Version).
// When somebody was faster it returns *Stale.
func Move(ctx context.Context, tx *database.Tx, d Definition, c Case, act string, by By, e Effect) (Case, error) {
	next, err := c.move(d, act, by, e)
	if err != nil {
		return Case{}, err
	}
	if err := update(ctx, tx, c, next); err != nil {
		return Case{}, err
	}
	return next, record(ctx, tx, next, c.Step, act, by, e.Data)
}

// Assign gives the case to an account, or to nobody ("").
func Assign(ctx context.Context, tx *database.Tx, c Case, account string, by By) (Case, error) {
	if c.State == Closed {
		return Case{}, fault.New(fault.Conflict, "cases.not_now")
	}
	next := c
	next.Assignee = account
	next.Version++
	if err := update(ctx, tx, c, next); err != nil {
		return Case{}, err
	}
	act := ActAssign
	if account == by.Account {
		act = ActTake
	}
	return next, record(ctx, tx, next, c.Step, act, by, map[string]string{"assignee": account})
}

// Transfer moves an open case to another agency at the same step and on the same
// clock, such as the successor of one that ended.
func Transfer(ctx context.Context, tx *database.Tx, c Case, to Seat, by By, data any) (Case, error) {
	if c.State == Closed {
		return Case{}, fault.New(fault.Conflict, "cases.not_now")
	}
	next := c
	next.Agency, next.Holder, next.Assignee = to.Agency, to.Holder, to.Assignee
	next.Version++
	if err := update(ctx, tx, c, next); err != nil {
		return Case{}, err
	}
	return next, record(ctx, tx, next, c.Step, ActTransfer, by, data)
}

// Held lists the open cases of a kind within a scope by their ids, after one: for
// whoever goes through all of them, batch by batch.
func Held(ctx context.Context, q database.Querier, scope access.Scope, kind, after string, limit int) (found []Case, err error) {
	within, args := scope.SQL("c.holder", 4)
	rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM cases c WHERE c.state <> 'closed' AND c.kind = $1 AND c.id > $2 AND `+within+` ORDER BY c.id LIMIT $3`, append([]any{kind, after, limit}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list held cases: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		c, err := Scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list held cases: %w", err)
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

// Note records an act of the app that moves nothing, such as originals given
// back; also of a closed case.
func Note(ctx context.Context, tx *database.Tx, c Case, act string, by By, data any) (Case, error) {
	next := c.onward()
	if err := update(ctx, tx, c, next); err != nil {
		return Case{}, err
	}
	return next, record(ctx, tx, next, c.Step, act, by, data)
}

func update(ctx context.Context, tx *database.Tx, was, c Case) error {
	var on any
	if c.OnTime != nil {
		on = *c.OnTime
	}
	unaccepted := !was.AcceptedAt.IsZero() && c.AcceptedAt.IsZero()
	res, err := tx.ExecContext(ctx, `UPDATE cases SET step = $3, state = $4, needs = $5, agency = $6, holder = $7, assignee = $8, due_at = $9, provisional = $10, number = $11,
		accepted_at = CASE WHEN $19 THEN NULL ELSE coalesce(accepted_at, $12) END, first_due_at = CASE WHEN $19 THEN NULL ELSE coalesce(first_due_at, $13) END, resolved_at = coalesce(resolved_at, $14), on_time = coalesce(on_time, $15),
		closed_at = coalesce(closed_at, $16), outcome = $17, version = $18 WHERE id = $1 AND version = $2`,
		was.ID, was.Version, c.Step, string(c.State), string(c.Needs), c.Agency, c.Holder, c.Assignee, database.At(c.DueAt), c.Provisional, c.Number,
		database.At(c.AcceptedAt), database.At(c.FirstDueAt), database.At(c.ResolvedAt), on, database.At(c.ClosedAt), c.Outcome, c.Version, unaccepted)
	if err != nil {
		return fmt.Errorf("update case: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil || n == 1 {
		return err
	}
	return stale(ctx, tx, was.ID)
}

// Seen says whether the case is still the one that the caller saw, by its
// version; when it is not, it returns *Stale.
func Seen(ctx context.Context, q database.Querier, c Case, version int64) error {
	if c.Version == version {
		return nil
	}
	return stale(ctx, q, c.ID)
}

func stale(ctx context.Context, q database.Querier, id string) error {
	events, err := Events(ctx, q, id)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fault.Missing("case", id)
	}
	return &Stale{Last: events[len(events)-1]}
}

// Describe writes the columns that lists show (number, title, folded) as they are
// in c, in the act that changed them and after it was moved: a number is drawn
// then, so that the others of its series wait as briefly as can be.
func Describe(ctx context.Context, tx *database.Tx, c Case) error {
	if _, err := tx.ExecContext(ctx, `UPDATE cases SET number = $3, title = $4, folded = $5 WHERE id = $1 AND version = $2`, c.ID, c.Version, c.Number, c.Title, c.Folded); err != nil {
		return fmt.Errorf("describe case: %w", err)
	}
	return nil
}

func record(ctx context.Context, tx *database.Tx, c Case, from, act string, by By, data any) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO case_events (case_id, seq, at, account, acting_for, act, from_step, to_step, agency, due_at, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		c.ID, c.Version, database.At(by.At), by.Account, by.ActingFor, act, from, c.Step, c.Agency, database.At(c.DueAt), database.JSONOf(data))
	if err != nil {
		return fmt.Errorf("record %s: %w", act, err)
	}
	return nil
}

// Events gives the events of one case, the first one first. The caller has
// read the case within a scope.
func Events(ctx context.Context, q database.Querier, id string) (found []Event, err error) {
	rows, err := q.QueryContext(ctx, `SELECT case_id, seq, at, account, acting_for, act, from_step, to_step, agency, due_at, data FROM case_events WHERE case_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var e Event
		var at, due database.Time
		var data []byte
		if err := rows.Scan(&e.Case, &e.Seq, &at, &e.Account, &e.ActingFor, &e.Act, &e.From, &e.To, &e.Agency, &due, &data); err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		e.At, e.DueAt, e.Data = at.Time, due.Time, json.RawMessage(data)
		found = append(found, e)
	}
	return found, rows.Err()
}

// Get reads one case within a scope. One outside it is missing, like one that
// does not exist.
func Get(ctx context.Context, q database.Querier, scope access.Scope, id string) (Case, error) {
	within, args := scope.SQL("c.holder", 2)
	c, err := Scan(q.QueryRowContext(ctx, `SELECT `+columns+` FROM cases c WHERE c.id = $1 AND `+within, append([]any{id}, args...)...))
	if errors.Is(err, sql.ErrNoRows) {
		return Case{}, fault.Missing("case", id)
	}
	if err != nil {
		return Case{}, fmt.Errorf("read case: %w", err)
	}
	return c, nil
}

// where is the one predicate of lists, counts and exports.
func (f Filter) where(d database.Dialect) (string, []any) {
	var clauses []string
	var args []any
	add := func(clause string, value any) {
		args = append(args, value)
		clauses = append(clauses, strings.ReplaceAll(clause, "$?", fmt.Sprintf("$%d", len(args))))
	}
	in := func(column string, s access.Scope) string {
		clause, more := s.SQL(column, len(args)+1)
		args = append(args, more...)
		return clause
	}
	words, holder := strings.Fields(vntext.Fold(f.Words)), "c.holder"
	if len(words) > 0 {
		holder = unindexed(d, holder) // the words are what the rows are found by
		clauses = append(clauses, matching(d, len(args)+1))
		args = append(args, search(d, words, f.Scope))
	}
	clauses = append(clauses, in(holder, f.Scope))
	switch f.State {
	case Every:
	case "":
		clauses = append(clauses, `c.state <> 'closed'`)
	case Closed:
		clauses = append(clauses, `c.state = 'closed'`)
	default:
		// The first part is what the indexes of open cases are made for.
		add(`c.state <> 'closed' AND c.state = $?`, string(f.State))
	}
	if f.Desks != nil {
		turns := []string{`1 = 0`}
		for _, t := range f.Desks {
			args = append(args, string(t.Needs))
			needs := fmt.Sprintf(`c.needs = $%d`, len(args))
			turns = append(turns, `(`+needs+` AND `+in("c.holder", t.Scope)+`)`)
		}
		clauses = append(clauses, `(`+strings.Join(turns, ` OR `)+`)`)
	}
	for _, c := range []struct{ column, value string }{
		{holder, f.Holder}, {unindexed(d, "c.kind"), f.Kind}, {"c.assignee", f.Assignee}, {"c.step", f.Step}, {"c.facet", f.Facet}, {"c.channel", f.Channel}, {"c.outcome", f.Outcome},
	} {
		if c.value != "" {
			add(c.column+` = $?`, c.value)
		}
	}
	if f.Facets != nil {
		args = append(args, database.List(f.Facets))
		clauses = append(clauses, `c.facet`+database.In(d, len(args)))
	}
	if f.Unassigned {
		clauses = append(clauses, `c.assignee = ''`)
	}
	if !f.DueBefore.IsZero() {
		add(`c.due_at < $?`, database.At(f.DueBefore))
	}
	for _, p := range []struct {
		column string
		Period
	}{{"c.opened_at", f.Opened}, {"c.accepted_at", f.Accepted}, {"c.resolved_at", f.Resolved}} {
		if !p.From.IsZero() {
			add(p.column+` >= $?`, database.At(p.From))
		}
		if !p.To.IsZero() {
			add(p.column+` < $?`, database.At(p.To))
		}
	}
	switch f.Timing {
	case Late:
		add(`((c.resolved_at IS NULL AND c.state <> 'closed' AND c.due_at < $?) OR c.on_time = `+fmt.Sprintf("$%d", len(args)+2)+`)`, database.At(f.Now))
		args = append(args, false)
	case Timely:
		add(`((c.resolved_at IS NULL AND c.state <> 'closed' AND c.due_at >= $?) OR c.on_time = `+fmt.Sprintf("$%d", len(args)+2)+`)`, database.At(f.Now))
		args = append(args, true)
	}
	return strings.Join(clauses, ` AND `), args
}

// matching is the clause of a search, the one text that differs between the
// databases: FTS5 on SQLite, a GIN index on PostgreSQL. There the rows found are an
// array, so that they come first also in a plan that was made before the words were
// known (48 ms against 1 ms with 100,000 cases).
func matching(d database.Dialect, n int) string {
	if d == database.Postgres {
		return fmt.Sprintf(`c.id = ANY (ARRAY(SELECT w.case_id FROM case_words w WHERE to_tsvector('simple', w.words) @@ to_tsquery('simple', $%d)))`, n)
	}
	return fmt.Sprintf(`c.id IN (SELECT w.case_id FROM case_words_fts f CROSS JOIN case_words w ON w.seq = f.rowid WHERE case_words_fts MATCH $%d)`, n)
}

// unindexed names a column so that no index is chosen for it: SQLite, which knows
// no frequencies, takes every equality for rare. PostgreSQL knows better.
func unindexed(d database.Dialect, column string) string {
	if d == database.SQLite {
		return "+" + column
	}
	return column
}

// Where gives the filter's condition on cases (as c) and its arguments, for an app
// that joins its own table to them; see Columns.
func (f Filter) Where(d database.Dialect) (string, []any) { return f.where(d) }

// OrderBy gives the order of a list as SQL. A list that is read by Where keeps it.
func OrderBy(o Order) string {
	switch o {
	case Newest:
		return ` ORDER BY c.opened_at DESC, c.id DESC`
	case Oldest:
		return ` ORDER BY c.opened_at, c.id`
	}
	return ` ORDER BY c.due_at ASC NULLS LAST, c.opened_at, c.id`
}

// List gives a page of cases in the filter's order. It asks for one more than
// limit, to know whether there is a next page.
func List(ctx context.Context, q database.Querier, f Filter, limit, offset int) (found []Case, more bool, err error) {
	where, args := f.where(q.Dialect())
	args = append(args, limit+1, offset)
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT `+columns+` FROM cases c WHERE %s`+OrderBy(f.Order)+` LIMIT $%d OFFSET $%d`, where, len(args)-1, len(args)), args...)
	if err != nil {
		return nil, false, fmt.Errorf("list cases: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		c, err := Scan(rows)
		if err != nil {
			return nil, false, fmt.Errorf("list cases: %w", err)
		}
		found = append(found, c)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("list cases: %w", err)
	}
	if len(found) > limit {
		return found[:limit], true, nil
	}
	return found, false, nil
}

// IDs gives the ids of what List lists, at most limit: what an export is made of.
func IDs(ctx context.Context, q database.Querier, f Filter, limit int) (ids []string, err error) {
	where, args := f.where(q.Dialect())
	args = append(args, limit)
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT c.id FROM cases c WHERE %s`+OrderBy(f.Order)+` LIMIT $%d`, where, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("list ids of cases: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Count counts what List lists.
func Count(ctx context.Context, q database.Querier, f Filter) (n int64, err error) {
	where, args := f.where(q.Dialect())
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM cases c WHERE `+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

// CountSteps counts what List lists, step by step and whatever the filter's own
// step is.
func CountSteps(ctx context.Context, q database.Querier, f Filter) (steps map[string]int64, err error) {
	f.Step = ""
	where, args := f.where(q.Dialect())
	rows, err := q.QueryContext(ctx, `SELECT c.step, count(*) FROM cases c WHERE `+where+` GROUP BY c.step`, args...)
	if err != nil {
		return nil, fmt.Errorf("count steps: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	steps = map[string]int64{}
	for rows.Next() {
		var step string
		var n int64
		if err := rows.Scan(&step, &n); err != nil {
			return nil, err
		}
		steps[step] = n
	}
	return steps, rows.Err()
}

// Tallies counts the open cases of a scope once, for every queue of an official:
// by who must do what about them, for whom, and whether they are due before an
// instant.
func Tallies(ctx context.Context, q database.Querier, scope access.Scope, kind string, due time.Time) (found []Tally, err error) {
	within, args := scope.SQL("c.holder", 3)
	args = append([]any{database.At(due), kind}, args...)
	rows, err := q.QueryContext(ctx, `SELECT c.holder, c.step, c.needs, c.state, c.assignee, count(*), coalesce(sum(CASE WHEN c.due_at < $1 THEN 1 ELSE 0 END), 0)
		FROM cases c WHERE `+within+` AND c.state <> 'closed' AND `+unindexed(q.Dialect(), "c.kind")+` = $2 GROUP BY c.holder, c.kind, c.step, c.needs, c.state, c.assignee`, args...)
	if err != nil {
		return nil, fmt.Errorf("tally cases: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var t Tally
		if err := rows.Scan(&t.Holder, &t.Step, &t.Needs, &t.State, &t.Assignee, &t.N, &t.Due); err != nil {
			return nil, fmt.Errorf("tally cases: %w", err)
		}
		found = append(found, t)
	}
	return found, rows.Err()
}

// knownWords gives every word by which any case is found, and that is no number.
func knownWords(ctx context.Context, q database.Querier) (words []string, err error) {
	rows, err := q.QueryContext(ctx, `SELECT word FROM case_vocabulary ORDER BY word`)
	if err != nil {
		return nil, fmt.Errorf("read the vocabulary: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var w string
		if err := rows.Scan(&w); err != nil {
			return nil, err
		}
		words = append(words, w)
	}
	return words, rows.Err()
}

// anyCase says whether List lists anything.
func anyCase(ctx context.Context, q database.Querier, f Filter) (bool, error) {
	where, args := f.where(q.Dialect())
	var one int
	err := q.QueryRowContext(ctx, `SELECT 1 FROM cases c WHERE `+where+` LIMIT 1`, args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for cases: %w", err)
	}
	return true, nil
}

// Next gives the case that is next on the same queue after skip, so that an
// official goes on without going back.
func Next(ctx context.Context, q database.Querier, f Filter, skip string) (c Case, ok bool, err error) {
	found, _, err := List(ctx, q, f, 2, 0)
	for _, c := range found {
		if c.ID != skip {
			return c, true, nil
		}
	}
	return Case{}, false, err
}

// AnySimulated says whether any case is simulated: every page then says so.
func AnySimulated(ctx context.Context, q database.Querier) (bool, error) {
	var one int
	err := q.QueryRowContext(ctx, `SELECT 1 FROM cases c WHERE c.simulated = $1 LIMIT 1`, true).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Any says whether there is any case at all.
func Any(ctx context.Context, q database.Querier) (bool, error) {
	var one int
	err := q.QueryRowContext(ctx, `SELECT 1 FROM cases c LIMIT 1`).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Ask puts questions to other agencies. The case stays at its step, on its desk
// and on its clock.
func Ask(ctx context.Context, tx *database.Tx, c Case, questions []Question, by By) (Case, error) {
	if err := c.mayAsk(); err != nil {
		return Case{}, err
	}
	next := c.onward()
	if err := update(ctx, tx, c, next); err != nil {
		return Case{}, err
	}
	var data consulted
	for _, q := range questions {
		id := database.NewIDIn(ctx)
		_, err := tx.ExecContext(ctx, `INSERT INTO case_consults (id, case_id, holder, asked_at, asked_by, asked_for, agency, asked_holder, question, due_at, answered_at, answered_by, answered_for, opinion, answer, withdrawn_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, '', '', '', '', NULL)`,
			id, c.ID, c.Holder, database.At(by.At), by.Account, by.ActingFor, q.Agency, q.Holder, q.Text, database.At(q.DueAt))
		if err != nil {
			return Case{}, fmt.Errorf("ask another agency: %w", err)
		}
		data.Consults, data.Agencies = append(data.Consults, id), append(data.Agencies, q.Agency)
	}
	return next, record(ctx, tx, next, c.Step, ActConsult, by, data)
}

// AnswerConsult keeps the answer of the agency that was asked, once. The caller
// has read x within that agency's scope, in this transaction.
func AnswerConsult(ctx context.Context, tx *database.Tx, x Consulted, r Reply, by By) (Consulted, error) {
	if err := x.mayAnswer(); err != nil {
		return Consulted{}, err
	}
	was := x.Case
	x.Case = was.onward()
	if err := update(ctx, tx, was, x.Case); err != nil {
		return Consulted{}, err
	}
	x.AnsweredAt, x.AnsweredBy, x.AnsweredFor, x.Opinion, x.Answer = by.At, by.Account, by.ActingFor, r.Opinion, r.Text
	_, err := tx.ExecContext(ctx, `UPDATE case_consults SET answered_at = $2, answered_by = $3, answered_for = $4, opinion = $5, answer = $6 WHERE id = $1`,
		x.ID, database.At(by.At), by.Account, by.ActingFor, string(r.Opinion), r.Text)
	if err != nil {
		return Consulted{}, fmt.Errorf("answer consult: %w", err)
	}
	return x, record(ctx, tx, x.Case, was.Step, ActAnswerConsult, by, consulted{[]string{x.ID}, []string{x.Agency}})
}

// WithdrawConsults takes questions back that were not answered, by their ids.
// Those that were answered, or taken back before, stay as they are; when none is
// left, nothing is written.
func WithdrawConsults(ctx context.Context, tx *database.Tx, c Case, ids []string, by By) (Case, error) {
	all, err := Consults(ctx, tx, c.ID)
	if err != nil {
		return Case{}, err
	}
	var data consulted
	for _, x := range all {
		if !x.Unanswered() || !slices.Contains(ids, x.ID) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE case_consults SET withdrawn_at = $2 WHERE id = $1`, x.ID, database.At(by.At)); err != nil {
			return Case{}, fmt.Errorf("withdraw consult: %w", err)
		}
		data.Consults, data.Agencies = append(data.Consults, x.ID), append(data.Agencies, x.Agency)
	}
	if len(data.Consults) == 0 {
		return c, nil
	}
	next := c.onward()
	if err := update(ctx, tx, c, next); err != nil {
		return Case{}, err
	}
	return next, record(ctx, tx, next, c.Step, ActWithdrawConsult, by, data)
}

const consultColumns = `x.id, x.case_id, x.holder, x.asked_at, x.asked_by, x.asked_for, x.agency, x.asked_holder, x.question, x.due_at, x.answered_at, x.answered_by, x.answered_for, x.opinion, x.answer, x.withdrawn_at`

// consultRow reads consultColumns; end gives what was read.
func consultRow() (dest []any, end func() Consult) {
	var x Consult
	var asked, due, answered, withdrawn database.Time
	dest = []any{&x.ID, &x.Case, &x.Holder, &asked, &x.AskedBy, &x.AskedFor, &x.Agency, &x.AskedHolder, &x.Question, &due, &answered, &x.AnsweredBy, &x.AnsweredFor, &x.Opinion, &x.Answer, &withdrawn}
	return dest, func() Consult {
		x.AskedAt, x.DueAt, x.AnsweredAt, x.WithdrawnAt = asked.Time, due.Time, answered.Time, withdrawn.Time
		return x
	}
}

// Consults lists the questions that were put about one case, in their order. The
// caller has read the case within a scope.
func Consults(ctx context.Context, q database.Querier, id string) (found []Consult, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+consultColumns+` FROM case_consults x WHERE x.case_id = $1 ORDER BY x.asked_at, x.id`, id)
	if err != nil {
		return nil, fmt.Errorf("list consults: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		dest, end := consultRow()
		if err := rows.Scan(dest...); err != nil {
			return nil, fmt.Errorf("list consults: %w", err)
		}
		found = append(found, end())
	}
	return found, rows.Err()
}

const consultFrom = ` FROM case_consults x JOIN cases c ON c.id = x.case_id WHERE `

// consultOpen is Consulted.Open as a predicate.
const consultOpen = `x.answered_at IS NULL AND x.withdrawn_at IS NULL AND c.resolved_at IS NULL AND c.state <> 'closed'`

// GetConsult reads one question within the scope of those who were asked; the
// scope of the case itself opens nothing here.
func GetConsult(ctx context.Context, q database.Querier, scope access.Scope, id string) (Consulted, error) {
	within, args := scope.SQL("x.asked_holder", 2)
	dest, end := consultRow()
	c, err := Scan(q.QueryRowContext(ctx, `SELECT `+columns+`, `+consultColumns+consultFrom+`x.id = $1 AND `+within, append([]any{id}, args...)...), dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return Consulted{}, fault.Missing("consult", id)
	}
	if err != nil {
		return Consulted{}, fmt.Errorf("read consult: %w", err)
	}
	return Consulted{end(), c}, nil
}

// ListConsults gives the questions that are open in the scope of those who were
// asked, what is due first at the top.
func ListConsults(ctx context.Context, q database.Querier, scope access.Scope, limit, offset int) (found []Consulted, err error) {
	within, args := scope.SQL("x.asked_holder", 1)
	args = append(args, limit, offset)
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT `+columns+`, `+consultColumns+consultFrom+consultOpen+` AND %s ORDER BY x.due_at, x.id LIMIT $%d OFFSET $%d`, within, len(args)-1, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("list consults: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		dest, end := consultRow()
		c, err := Scan(rows, dest...)
		if err != nil {
			return nil, fmt.Errorf("list consults: %w", err)
		}
		found = append(found, Consulted{end(), c})
	}
	return found, rows.Err()
}

// PassConsult puts a question that is open before another agency, such as the
// successor of the one that was asked. Its words and its deadline stay.
func PassConsult(ctx context.Context, tx *database.Tx, x Consulted, to Seat, by By) (Consulted, error) {
	if err := x.mayAnswer(); err != nil {
		return Consulted{}, err
	}
	was, from := x.Case, x.Agency
	x.Case = was.onward()
	if err := update(ctx, tx, was, x.Case); err != nil {
		return Consulted{}, err
	}
	x.Agency, x.AskedHolder = to.Agency, to.Holder
	if _, err := tx.ExecContext(ctx, `UPDATE case_consults SET agency = $2, asked_holder = $3 WHERE id = $1`, x.ID, x.Agency, x.AskedHolder); err != nil {
		return Consulted{}, fmt.Errorf("pass consult: %w", err)
	}
	return x, record(ctx, tx, x.Case, was.Step, ActPassConsult, by, consulted{[]string{x.ID}, []string{from, x.Agency}})
}

// CountConsults counts what ListConsults lists.
func CountConsults(ctx context.Context, q database.Querier, scope access.Scope) (n int64, err error) {
	within, args := scope.SQL("x.asked_holder", 1)
	if err := q.QueryRowContext(ctx, `SELECT count(*)`+consultFrom+consultOpen+` AND `+within, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count consults: %w", err)
	}
	return n, nil
}
