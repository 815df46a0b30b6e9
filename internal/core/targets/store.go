package targets

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"benso/internal/kernel/database"
)

// keepFacts writes the facts that are not there yet, and counts them into the
// tallies, in one transaction. Keeping a fact again changes nothing. The writers
// take turns, so that facts are numbered without a gap and in the order in which
// they can be read.
func keepFacts(ctx context.Context, tx *database.Tx, facts []Fact) error {
	if len(facts) == 0 {
		return nil
	}
	if err := database.Lock(ctx, tx, "facts"); err != nil {
		return err
	}
	fresh, err := unknown(ctx, tx, facts)
	if err != nil || len(fresh) == 0 {
		return err
	}
	seq, err := lastFact(ctx, tx)
	if err != nil {
		return err
	}
	err = insertMany(ctx, tx, `INSERT INTO facts (seq, record, fact, n, month, unit, channel, subject, class, at) VALUES `, ``, 10, len(fresh), func(i int) []any {
		f := fresh[i]
		return []any{seq + int64(i) + 1, f.Record, f.Fact, f.N, f.Month, f.Unit, f.Channel, f.Subject, f.Class, database.At(f.At)}
	})
	if err != nil {
		return fmt.Errorf("keep facts: %w", err)
	}
	tallies := Tallies(fresh)
	err = insertMany(ctx, tx, `INSERT INTO tallies (month, fact, axis, key, class, n) VALUES `, ` ON CONFLICT (month, fact, axis, key, class) DO UPDATE SET n = tallies.n + excluded.n`, 6, len(tallies), func(i int) []any {
		t := tallies[i]
		return []any{t.Month, t.Fact, string(t.Axis), t.Key, t.Class, t.N}
	})
	if err != nil {
		return fmt.Errorf("tally facts: %w", err)
	}
	return nil
}

// unknown leaves out what is kept already, and what stands twice.
func unknown(ctx context.Context, q database.Querier, facts []Fact) (fresh []Fact, err error) {
	type key struct {
		record, fact string
		n            int64
	}
	var ids database.List
	seen := map[key]bool{}
	for _, f := range facts {
		ids = append(ids, f.Record)
	}
	slices.Sort(ids)
	rows, err := q.QueryContext(ctx, `SELECT record, fact, n FROM facts WHERE record`+database.In(q.Dialect(), 1), slices.Compact(ids))
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var k key
		if err := rows.Scan(&k.record, &k.fact, &k.n); err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		seen[k] = true
	}
	for _, f := range facts {
		if k := (key{f.Record, f.Fact, f.N}); !seen[k] {
			seen[k] = true
			fresh = append(fresh, f)
		}
	}
	return fresh, rows.Err()
}

// insertMany writes rows, fifty with one statement.
func insertMany(ctx context.Context, tx *database.Tx, head, tail string, columns, n int, row func(i int) []any) error {
	const most = 50
	for from := 0; from < n; from += most {
		to := min(from+most, n)
		var text strings.Builder
		text.WriteString(head)
		args := make([]any, 0, columns*(to-from))
		for i := from; i < to; i++ {
			if i > from {
				text.WriteString(", ")
			}
			text.WriteByte('(')
			for k := range columns {
				if k > 0 {
					text.WriteString(", ")
				}
				fmt.Fprintf(&text, "$%d", len(args)+k+1)
			}
			text.WriteByte(')')
			args = append(args, row(i)...)
		}
		text.WriteString(tail)
		if _, err := tx.ExecContext(ctx, text.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

func lastFact(ctx context.Context, q database.Querier) (seq int64, err error) {
	if err := q.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM facts`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read the last fact: %w", err)
	}
	return seq, nil
}

// talliesIn gives the tallies of some months.
func talliesIn(ctx context.Context, q database.Querier, months []string) (found map[string]*month, err error) {
	found = map[string]*month{}
	for _, m := range months {
		found[m] = &month{}
	}
	rows, err := q.QueryContext(ctx, `SELECT month, fact, axis, key, class, n FROM tallies WHERE month`+database.In(q.Dialect(), 1)+` AND n <> 0 ORDER BY month, fact, axis, key, class`, database.List(months))
	if err != nil {
		return nil, fmt.Errorf("read tallies: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	same := map[string]string{} // one copy of each word
	word := func(s string) string {
		if w, ok := same[s]; ok {
			return w
		}
		same[s] = s
		return s
	}
	for rows.Next() {
		var t Tally
		var axis string
		if err := rows.Scan(&t.Month, &t.Fact, &axis, &t.Key, &t.Class, &t.N); err != nil {
			return nil, fmt.Errorf("read tallies: %w", err)
		}
		t.Month, t.Fact, t.Axis, t.Key, t.Class = word(t.Month), word(t.Fact), Axis(word(axis)), word(t.Key), word(t.Class)
		found[t.Month].tallies = append(found[t.Month].tallies, t)
	}
	return found, rows.Err()
}

// tallied lists every month that has tallies.
func tallied(ctx context.Context, q database.Querier) ([]string, error) {
	return texts(ctx, q, `SELECT DISTINCT month FROM tallies ORDER BY month`)
}

func texts(ctx context.Context, q database.Querier, query string, args ...any) (all []string, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

const factColumns = `seq, record, fact, n, month, unit, channel, subject, class, at`

// factsSince gives what happened at an instant or after.
func factsSince(ctx context.Context, q database.Querier, at time.Time) ([]Fact, error) {
	return readFacts(ctx, q, `SELECT `+factColumns+` FROM facts WHERE at >= $1 ORDER BY at`, database.At(at))
}

// factsOfMonthBehind are those of one month.
func factsOfMonthBehind(ctx context.Context, q database.Querier, month string, seq int64) ([]Fact, error) {
	return readFacts(ctx, q, `SELECT `+factColumns+` FROM facts WHERE month = $1 AND seq > $2 ORDER BY seq`, month, seq)
}

func readFacts(ctx context.Context, q database.Querier, query string, args ...any) (all []Fact, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var f Fact
		var seq int64
		var at database.Time
		if err := rows.Scan(&seq, &f.Record, &f.Fact, &f.N, &f.Month, &f.Unit, &f.Channel, &f.Subject, &f.Class, &at); err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		f.At = at.Time
		all = append(all, f)
	}
	return all, rows.Err()
}

// monthsBehind lists the months of the facts behind a number. For a plain DISTINCT the
// databases would walk the whole index by month; in their order they take the few new rows.
func monthsBehind(ctx context.Context, q database.Querier, seq int64) ([]string, error) {
	months, err := texts(ctx, q, `SELECT DISTINCT month FROM (SELECT month FROM facts WHERE seq > $1 ORDER BY seq LIMIT 9223372036854775807) behind`, seq)
	if err != nil {
		return nil, fmt.Errorf("read months of facts: %w", err)
	}
	return months, nil
}

// progress is how far the records from before facts were kept have been gone through.
func progress(ctx context.Context, q database.Querier, source string) (upto string, done bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT upto, done FROM tallying WHERE source = $1`, source).Scan(&upto, &done)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read how far facts are kept: %w", err)
	}
	return upto, done, nil
}

func saveProgress(ctx context.Context, tx *database.Tx, source, upto string, done bool) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tallying (source, upto, done) VALUES ($1, $2, $3) ON CONFLICT (source) DO UPDATE SET upto = excluded.upto, done = excluded.done`, source, upto, done)
	if err != nil {
		return fmt.Errorf("save how far facts are kept: %w", err)
	}
	return nil
}

// state says whether anything has changed: the last fact, and when the last reading
// was made.
func state(ctx context.Context, q database.Querier) (seq int64, made time.Time, err error) {
	var at database.Time
	if err := q.QueryRowContext(ctx, `SELECT (SELECT coalesce(max(seq), 0) FROM facts), (SELECT max(made_at) FROM readings)`).Scan(&seq, &at); err != nil {
		return 0, time.Time{}, fmt.Errorf("read the state of the board: %w", err)
	}
	return seq, at.Time, nil
}

// lastFacts gives the number of the last fact of each month.
func lastFacts(ctx context.Context, q database.Querier, months []string) (last map[string]int64, err error) {
	last = map[string]int64{}
	if len(months) == 0 {
		return last, nil
	}
	var values []string
	var args []any
	for i, m := range months {
		values = append(values, fmt.Sprintf("(CAST($%d AS TEXT))", i+1))
		args = append(args, m)
	}
	rows, err := q.QueryContext(ctx, `WITH m (month) AS (VALUES `+strings.Join(values, ", ")+`) SELECT m.month, (SELECT coalesce(max(f.seq), 0) FROM facts f WHERE f.month = m.month) FROM m`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the last facts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var m string
		var seq int64
		if err := rows.Scan(&m, &seq); err != nil {
			return nil, fmt.Errorf("read the last facts: %w", err)
		}
		last[m] = seq
	}
	return last, rows.Err()
}

const readingColumns = `id, measure, version, month, as_of, made_at, numerator, denominator, notes, content, facts_to, journal_to, corrects, digest, sealed`

// keep writes a reading. One that is open takes the place of the month's open one,
// unless that was made from more facts: two counters may finish in the wrong order.
func keep(ctx context.Context, tx *database.Tx, r Reading) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO readings (`+readingColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (measure, month) WHERE NOT sealed DO UPDATE SET version = excluded.version, as_of = excluded.as_of, made_at = excluded.made_at,
			numerator = excluded.numerator, denominator = excluded.denominator, notes = excluded.notes, content = excluded.content,
			facts_to = excluded.facts_to, journal_to = excluded.journal_to, corrects = excluded.corrects, digest = excluded.digest
		WHERE readings.facts_to <= excluded.facts_to AND readings.as_of <= excluded.as_of`,
		r.ID, r.Measure, r.Version, r.Month, database.At(r.AsOf), database.At(r.MadeAt), r.Numerator, r.Denominator, database.JSONOf(r.Notes),
		r.Content, r.FactsTo, r.JournalTo, r.Corrects, r.Digest, r.Sealed)
	if err != nil {
		return fmt.Errorf("keep reading of %s: %w", r.Measure, err)
	}
	if !r.Sealed {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM readings WHERE measure = $1 AND month = $2 AND NOT sealed`, r.Measure, r.Month); err != nil {
		return fmt.Errorf("seal reading of %s: %w", r.Measure, err)
	}
	return nil
}

// lastOf gives the reading that holds for a month: the last one that was sealed, or
// the open one.
func lastOf(ctx context.Context, q database.Querier, measure, month string) ([]Reading, error) {
	return readings(ctx, q, `SELECT `+readingColumns+` FROM readings WHERE measure = $1 AND month = $2 ORDER BY made_at, id`, measure, month)
}

// readingsSince gives those that were made at an instant or after, in the same order.
func readingsSince(ctx context.Context, q database.Querier, made time.Time) ([]Reading, error) {
	return readings(ctx, q, `SELECT `+readingColumns+` FROM readings WHERE made_at >= $1 ORDER BY measure, month, sealed, made_at, id`, database.At(made))
}

// allReadings gives every reading, in the order of measures, months and making.
func allReadings(ctx context.Context, q database.Querier) ([]Reading, error) {
	return readings(ctx, q, `SELECT `+readingColumns+` FROM readings ORDER BY measure, month, sealed, made_at, id`)
}

func readings(ctx context.Context, q database.Querier, query string, args ...any) (all []Reading, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read readings: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r Reading
		var asOf, made database.Time
		var notes database.JSON[[]Note]
		if err := rows.Scan(&r.ID, &r.Measure, &r.Version, &r.Month, &asOf, &made, &r.Numerator, &r.Denominator, &notes, &r.Content, &r.FactsTo, &r.JournalTo, &r.Corrects, &r.Digest, &r.Sealed); err != nil {
			return nil, fmt.Errorf("read readings: %w", err)
		}
		r.AsOf, r.MadeAt, r.Notes = asOf.Time, made.Time, notes.V
		all = append(all, r)
	}
	return all, rows.Err()
}
