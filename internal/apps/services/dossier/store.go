package dossier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"benso/internal/apps/services/fees"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
)

func day(t time.Time) string { return clock.Day(t) }

const columns = `, d.draft_id, d.filing_number, d.code, d.secret, d.procedure, d.procedure_version, d.applicant, d.name, d.phone, d.receive, d.filed_at, d.limit_from, d.limit_note,
	d.asked, d.proposal, d.reason, d.result_number, d.result_book, d.result_on, d.collected_by, d.collected_as, d.collected_paper, d.collected_right, d.refiled_as`

const from = ` FROM dossiers d JOIN cases c ON c.id = d.case_id `

func scan(row interface{ Scan(...any) error }) (Dossier, error) {
	var d Dossier
	var code database.Text
	var filed, limit database.Time
	var on database.Date
	c, err := cases.Scan(row, &d.Draft, &d.FilingNumber, &code, &d.Secret, &d.Procedure, &d.ProcedureVersion, &d.Applicant, &d.Name, &d.Phone, &d.Receive, &filed, &limit, &d.LimitNote,
		&d.Asked, &d.Proposal, &d.Reason, &d.ResultNumber, &d.ResultBook, &on, &d.Collection.By, &d.Collection.As, &d.Collection.Paper, &d.Collection.Right, &d.RefiledAs)
	d.Case, d.Code, d.FiledAt, d.LimitFrom, d.ResultOn = c, string(code), filed.Time, limit.Time, string(on)
	return d, err
}

func one(row *sql.Row, id string) (Dossier, error) {
	d, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Dossier{}, fault.Missing(Kind, id)
	}
	if err != nil {
		return Dossier{}, fmt.Errorf("read dossier: %w", err)
	}
	return d, nil
}

// get reads a dossier within an official's scope.
func get(ctx context.Context, q database.Querier, scope access.Scope, id string) (Dossier, error) {
	within, args := scope.SQL("c.holder", 2)
	return one(q.QueryRowContext(ctx, `SELECT `+cases.Columns+columns+from+`WHERE c.id = $1 AND `+within, append([]any{id}, args...)...), id)
}

// ofApplicant reads an applicant's own dossier.
func ofApplicant(ctx context.Context, q database.Querier, account, id string) (Dossier, error) {
	if account == "" {
		return Dossier{}, fault.Missing(Kind, id)
	}
	return one(q.QueryRowContext(ctx, `SELECT `+cases.Columns+columns+from+`WHERE c.id = $1 AND d.applicant = $2`, id, account), id)
}

// anyDossier reads a dossier for the system itself.
func anyDossier(ctx context.Context, q database.Querier, id string) (Dossier, error) {
	return one(q.QueryRowContext(ctx, `SELECT `+cases.Columns+columns+from+`WHERE c.id = $1`, id), id)
}

// ByID reads a dossier for the system's own jobs; nothing of it goes to a person
// who has not been checked.
func ByID(ctx context.Context, q database.Querier, id string) (Dossier, error) {
	return anyDossier(ctx, q, id)
}

// Own reads an applicant's own dossier.
func Own(ctx context.Context, q database.Querier, account, id string) (Dossier, error) {
	return ofApplicant(ctx, q, account, id)
}

// Within reads a dossier within a scope without writing it down: for the pages
// that follow an act, whose own journal line says that it was seen.
func Within(ctx context.Context, q database.Querier, scope access.Scope, id string) (Dossier, error) {
	return get(ctx, q, scope, id)
}

// OwnAll lists an applicant's dossiers, the last one first.
func OwnAll(ctx context.Context, q database.Querier, account string) ([]Dossier, error) {
	if account == "" {
		return nil, nil
	}
	return list(ctx, q, `WHERE d.applicant = $1 ORDER BY d.filed_at DESC, c.id LIMIT 200`, account)
}

// ownLast lists the last few of an applicant's dossiers, the last one first.
func ownLast(ctx context.Context, q database.Querier, account string) ([]Dossier, error) {
	if account == "" {
		return nil, nil
	}
	return list(ctx, q, `WHERE d.applicant = $1 ORDER BY d.filed_at DESC, c.id LIMIT 3`, account)
}

func list(ctx context.Context, q database.Querier, where string, args ...any) (found []Dossier, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+cases.Columns+columns+from+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list dossiers: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		d, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list dossiers: %w", err)
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

// Among reads dossiers by their ids, in the order of the ids. What is outside the
// scope is left out.
func Among(ctx context.Context, q database.Querier, scope access.Scope, ids []string) ([]Dossier, error) {
	within, args := scope.SQL("c.holder", 2)
	found, err := list(ctx, q, `WHERE c.id`+database.In(q.Dialect(), 1)+` AND `+within, append([]any{database.List(ids)}, args...)...)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	slices.SortFunc(found, func(a, b Dossier) int { return at[a.ID] - at[b.ID] })
	return found, nil
}

// OfPeople reads the dossiers within a scope of applicants with one of these
// accounts, or this phone, the last one first.
func OfPeople(ctx context.Context, q database.Querier, scope access.Scope, accounts []string, phone string, limit int) ([]Dossier, error) {
	within, args := scope.SQL("c.holder", 4)
	return list(ctx, q, `WHERE ((d.applicant <> '' AND d.applicant`+database.In(q.Dialect(), 1)+`) OR (d.phone <> '' AND d.phone = $2)) AND `+within+` ORDER BY d.filed_at DESC, c.id LIMIT $3`,
		append([]any{database.List(accounts), phone, limit}, args...)...)
}

// ByNumber finds a dossier by its code or its filing number, as people type
// them. Whoever knows it may read its state, and nothing more.
func ByNumber(ctx context.Context, q database.Querier, number string) (Dossier, error) {
	number = normalCode(number)
	return one(q.QueryRowContext(ctx, `SELECT `+cases.Columns+columns+from+`WHERE d.code = $1 OR d.filing_number = $1`, number), "by number")
}

// Names gives the applicants' names of a list of cases that the caller read
// within its scope.
func Names(ctx context.Context, q database.Querier, dialect database.Dialect, ids []string) (names map[string]string, err error) {
	rows, err := q.QueryContext(ctx, `SELECT case_id, name FROM dossiers WHERE case_id`+database.In(dialect, 1), database.List(ids))
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	names = make(map[string]string, len(ids))
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		names[id] = name
	}
	return names, rows.Err()
}

func insertDossier(ctx context.Context, tx *database.Tx, d Dossier) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO dossiers (case_id, draft_id, filing_number, code, secret, procedure, procedure_version, applicant, name, phone, receive, filed_at, limit_from, limit_note,
		asked, proposal, reason, result_number, result_book, result_on, collected_by) VALUES ($1, $2, $3, NULL, $4, $5, $6, $7, $8, $9, $10, $11, NULL, '', '', '', '', '', '', NULL, '')`,
		d.ID, d.Draft, d.FilingNumber, d.Secret, d.Procedure, d.ProcedureVersion, d.Applicant, d.Name, d.Phone, d.Receive, database.At(d.FiledAt))
	if err != nil {
		return fmt.Errorf("insert dossier: %w", err)
	}
	return nil
}

// save writes what an act changed. It follows the case's own update in the same
// transaction, which holds the row's lock.
func save(ctx context.Context, tx *database.Tx, d Dossier) error {
	_, err := tx.ExecContext(ctx, `UPDATE dossiers SET code = $2, limit_from = $3, limit_note = $4, asked = $5, proposal = $6, reason = $7, result_number = $8, result_book = $9, result_on = $10, collected_by = $11,
		name = $12, phone = $13, receive = $14, collected_as = $15, collected_paper = $16, collected_right = $17, refiled_as = $18 WHERE case_id = $1`, d.ID, database.Text(d.Code), database.At(d.LimitFrom), d.LimitNote, string(d.Asked), d.Proposal, d.Reason, d.ResultNumber, d.ResultBook, database.Date(d.ResultOn), d.Collection.By,
		d.Name, d.Phone, d.Receive, d.Collection.As, d.Collection.Paper, d.Collection.Right, d.RefiledAs)
	if err != nil {
		return fmt.Errorf("save dossier: %w", err)
	}
	return nil
}

func insertAnswers(ctx context.Context, tx *database.Tx, id string, seq int64, account string, a form.Answers, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO dossier_answers (case_id, seq, at, account, answers) VALUES ($1, $2, $3, $4, $5)`, id, seq, database.At(now), account, database.JSONOf(a))
	if err != nil {
		return fmt.Errorf("keep answers: %w", err)
	}
	return nil
}

// Answers gives what a dossier says now. The caller has read the dossier within
// its scope.
func Answers(ctx context.Context, q database.Querier, id string) (form.Answers, error) {
	var a database.JSON[form.Answers]
	err := q.QueryRowContext(ctx, `SELECT answers FROM dossier_answers WHERE case_id = $1 ORDER BY seq DESC LIMIT 1`, id).Scan(&a)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	return a.V, nil
}

func insertRequest(ctx context.Context, tx *database.Tx, id string, r Request) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO dossier_requests (case_id, kind, asked_at, asked_by, defects, answered_at) VALUES ($1, $2, $3, $4, $5, NULL)`,
		id, string(r.Kind), database.At(r.AskedAt), r.AskedBy, database.JSONOf(r.Defects))
	if err != nil {
		return fmt.Errorf("keep request: %w", err)
	}
	return nil
}

func answered(ctx context.Context, tx *database.Tx, id string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE dossier_requests SET answered_at = $2 WHERE case_id = $1 AND answered_at IS NULL`, id, database.At(now)); err != nil {
		return fmt.Errorf("answer request: %w", err)
	}
	return nil
}

// RequestOf gives the request that a dossier got; ok is false when it got none.
func RequestOf(ctx context.Context, q database.Querier, id string) (r Request, ok bool, err error) {
	var asked, done database.Time
	var defects database.JSON[[]Defect]
	err = q.QueryRowContext(ctx, `SELECT kind, asked_at, asked_by, defects, answered_at FROM dossier_requests WHERE case_id = $1`, id).Scan(&r.Kind, &asked, &r.AskedBy, &defects, &done)
	if errors.Is(err, sql.ErrNoRows) {
		return Request{}, false, nil
	}
	if err != nil {
		return Request{}, false, fmt.Errorf("read request: %w", err)
	}
	r.AskedAt, r.AnsweredAt, r.Defects = asked.Time, done.Time, defects.V
	return r, true, nil
}

// Original is a paper whose original was seen at the counter: given back at once
// or later, or kept.
type Original struct {
	Paper       string
	SeenAt      time.Time
	SeenBy      string
	Kept        bool      // it stays with the dossier until it is given back, or for good
	GivenBackAt time.Time // zero while it is here
	GivenBackBy string
}

// Here says that the office has the original.
func (o Original) Here() bool { return o.GivenBackAt.IsZero() }

// seeOriginals notes the originals that were seen and given back at once, and
// those that were kept. What a later acceptance says counts.
func seeOriginals(ctx context.Context, tx *database.Tx, id string, seen, kept []string, account string, now time.Time) error {
	note := func(papers []string, kept bool, back database.Time, by string) error {
		for _, p := range papers {
			_, err := tx.ExecContext(ctx, `INSERT INTO dossier_originals (case_id, paper, seen_at, seen_by, kept, given_back_at, given_back_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT (case_id, paper) DO UPDATE SET seen_at = excluded.seen_at, seen_by = excluded.seen_by, kept = excluded.kept, given_back_at = excluded.given_back_at, given_back_by = excluded.given_back_by`,
				id, p, database.At(now), account, kept, back, by)
			if err != nil {
				return fmt.Errorf("note originals: %w", err)
			}
		}
		return nil
	}
	if err := note(seen, false, database.At(now), account); err != nil {
		return err
	}
	return note(kept, true, database.Time{}, "")
}

// giveBack notes that originals that were kept have gone back. One that is not
// here changes nothing.
func giveBack(ctx context.Context, tx *database.Tx, id string, papers []string, account string, now time.Time) error {
	for _, p := range papers {
		_, err := tx.ExecContext(ctx, `UPDATE dossier_originals SET given_back_at = $3, given_back_by = $4 WHERE case_id = $1 AND paper = $2 AND given_back_at IS NULL`, id, p, database.At(now), account)
		if err != nil {
			return fmt.Errorf("give originals back: %w", err)
		}
	}
	return nil
}

// Originals lists the papers whose originals were seen at the counter.
func Originals(ctx context.Context, q database.Querier, id string) (found []Original, err error) {
	rows, err := q.QueryContext(ctx, `SELECT paper, seen_at, seen_by, kept, given_back_at, given_back_by FROM dossier_originals WHERE case_id = $1 ORDER BY paper`, id)
	if err != nil {
		return nil, fmt.Errorf("read originals: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var o Original
		var seen, back database.Time
		if err := rows.Scan(&o.Paper, &seen, &o.SeenBy, &o.Kept, &back, &o.GivenBackBy); err != nil {
			return nil, fmt.Errorf("read originals: %w", err)
		}
		o.SeenAt, o.GivenBackAt = seen.Time, back.Time
		found = append(found, o)
	}
	return found, rows.Err()
}

// Undone is a wrong acceptance that was taken back, as it was.
type Undone struct {
	At         time.Time
	Account    string
	Reason     string
	Code       string
	AcceptedAt time.Time
	FirstDueAt time.Time
	DueAt      time.Time
}

func insertUndone(ctx context.Context, tx *database.Tx, id string, seq int64, u Undone) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO dossier_undone (case_id, seq, at, account, reason, code, accepted_at, first_due_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, seq, database.At(u.At), u.Account, u.Reason, u.Code, database.At(u.AcceptedAt), database.At(u.FirstDueAt), database.At(u.DueAt))
	if err != nil {
		return fmt.Errorf("keep what was undone: %w", err)
	}
	return nil
}

// UndoneOf lists the acceptances of a dossier that were taken back, the first one
// first.
func UndoneOf(ctx context.Context, q database.Querier, id string) (found []Undone, err error) {
	rows, err := q.QueryContext(ctx, `SELECT at, account, reason, code, accepted_at, first_due_at, due_at FROM dossier_undone WHERE case_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("read what was undone: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var u Undone
		var at, accepted, first, due database.Time
		if err := rows.Scan(&at, &u.Account, &u.Reason, &u.Code, &accepted, &first, &due); err != nil {
			return nil, fmt.Errorf("read what was undone: %w", err)
		}
		u.At, u.AcceptedAt, u.FirstDueAt, u.DueAt = at.Time, accepted.Time, first.Time, due.Time
		found = append(found, u)
	}
	return found, rows.Err()
}

// RefiledFrom gives the misfiled dossier in whose place another one stands; empty
// when there is none.
func RefiledFrom(ctx context.Context, q database.Querier, id string) (from string, err error) {
	err = q.QueryRowContext(ctx, `SELECT case_id FROM dossiers WHERE refiled_as = $1 AND refiled_as <> ''`, id).Scan(&from)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read refiled dossier: %w", err)
	}
	return from, nil
}

// Apology is form 04: the one new appointment that a dossier may get.
type Apology struct {
	At       time.Time
	Account  string
	Reason   string
	WasDueAt time.Time
	DueAt    time.Time
}

func insertApology(ctx context.Context, tx *database.Tx, id string, a Apology) (once bool, err error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO dossier_apologies (case_id, at, account, reason, was_due_at, due_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (case_id) DO NOTHING`,
		id, database.At(a.At), a.Account, a.Reason, database.At(a.WasDueAt), database.At(a.DueAt))
	if err != nil {
		return false, fmt.Errorf("keep apology: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// ApologyOf gives the apology that a dossier got; ok is false when it got none.
func ApologyOf(ctx context.Context, q database.Querier, id string) (a Apology, ok bool, err error) {
	var at, was, due database.Time
	err = q.QueryRowContext(ctx, `SELECT at, account, reason, was_due_at, due_at FROM dossier_apologies WHERE case_id = $1`, id).Scan(&at, &a.Account, &a.Reason, &was, &due)
	if errors.Is(err, sql.ErrNoRows) {
		return Apology{}, false, nil
	}
	if err != nil {
		return Apology{}, false, fmt.Errorf("read apology: %w", err)
	}
	a.At, a.WasDueAt, a.DueAt = at.Time, was.Time, due.Time
	return a, true, nil
}

// Drafts.

const draftColumns = `id, account, channel, agency, procedure, procedure_version, completes, answers, revisions, version, filed_as, created_at, updated_at`

func scanDraft(row interface{ Scan(...any) error }) (Draft, error) {
	var d Draft
	var answers database.JSON[form.Answers]
	var revisions database.JSON[map[string]int64]
	var created, updated database.Time
	err := row.Scan(&d.ID, &d.Account, &d.Channel, &d.Agency, &d.Procedure, &d.ProcedureVersion, &d.Completes, &answers, &revisions, &d.Version, &d.FiledAs, &created, &updated)
	d.Answers, d.Revisions, d.CreatedAt, d.UpdatedAt = answers.V, revisions.V, created.Time, updated.Time
	return d, err
}

func draft(ctx context.Context, q database.Querier, account, id string) (Draft, error) {
	return oneDraft(ctx, q, account, id, "")
}

// lockDraft reads a draft that the transaction is going to change, so that two
// tabs take turns.
func lockDraft(ctx context.Context, tx *database.Tx, account, id string) (Draft, error) {
	lock := ""
	if tx.Dialect() == database.Postgres {
		lock = " FOR UPDATE"
	}
	return oneDraft(ctx, tx, account, id, lock)
}

func oneDraft(ctx context.Context, q database.Querier, account, id, lock string) (Draft, error) {
	if account == "" {
		return Draft{}, fault.Missing("draft", id)
	}
	d, err := scanDraft(q.QueryRowContext(ctx, `SELECT `+draftColumns+` FROM drafts WHERE id = $1 AND account = $2`+lock, id, account))
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{}, fault.Missing("draft", id)
	}
	if err != nil {
		return Draft{}, fmt.Errorf("read draft: %w", err)
	}
	return d, nil
}

// OwnDrafts lists the drafts of an account that were not sent, the last touched
// first.
func OwnDrafts(ctx context.Context, q database.Querier, account string) ([]Draft, error) {
	return drafts(ctx, q, `WHERE account = $1 AND filed_as = '' AND completes = '' ORDER BY updated_at DESC LIMIT 50`, account)
}

// Unsent lists the drafts that were not sent, by their ids, after one: for whoever
// goes through all of them. Nothing of them goes to a person.
func Unsent(ctx context.Context, q database.Querier, after string, limit int) ([]Draft, error) {
	return drafts(ctx, q, `WHERE filed_as = '' AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

func oldDrafts(ctx context.Context, q database.Querier, before time.Time) ([]Draft, error) {
	return drafts(ctx, q, `WHERE filed_as = '' AND updated_at < $1 ORDER BY updated_at LIMIT 500`, database.At(before))
}

func drafts(ctx context.Context, q database.Querier, where string, args ...any) (found []Draft, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+draftColumns+` FROM drafts `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		d, err := scanDraft(rows)
		if err != nil {
			return nil, fmt.Errorf("list drafts: %w", err)
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

func insertDraft(ctx context.Context, tx *database.Tx, d Draft) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO drafts (`+draftColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		d.ID, d.Account, string(d.Channel), d.Agency, d.Procedure, d.ProcedureVersion, d.Completes, database.JSONOf(d.Answers), database.JSONOf(d.Revisions), d.Version, d.FiledAs, database.At(d.CreatedAt), database.At(d.UpdatedAt))
	if err != nil {
		return fmt.Errorf("insert draft: %w", err)
	}
	return nil
}

func updateDraft(ctx context.Context, tx *database.Tx, d Draft) error {
	_, err := tx.ExecContext(ctx, `UPDATE drafts SET answers = $2, revisions = $3, version = $4, updated_at = $5, agency = $6 WHERE id = $1`,
		d.ID, database.JSONOf(d.Answers), database.JSONOf(d.Revisions), d.Version, database.At(d.UpdatedAt), d.Agency)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

func sent(ctx context.Context, tx *database.Tx, id, as string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE drafts SET filed_as = $2 WHERE id = $1`, id, as); err != nil {
		return fmt.Errorf("mark draft as sent: %w", err)
	}
	return nil
}

func deleteDraft(ctx context.Context, tx *database.Tx, id string, touched time.Time) (gone bool, err error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM drafts WHERE id = $1 AND filed_as = '' AND updated_at <= $2`, id, database.At(touched))
	if err != nil {
		return false, fmt.Errorf("delete draft: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// answerDraft finds the draft with which an account is answering a request.
func answerDraft(ctx context.Context, tx *database.Tx, account, completes string) (d Draft, ok bool, err error) {
	d, err = scanDraft(tx.QueryRowContext(ctx, `SELECT `+draftColumns+` FROM drafts WHERE account = $1 AND completes = $2 AND filed_as = '' ORDER BY updated_at DESC LIMIT 1`, account, completes))
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{}, false, nil
	}
	return d, err == nil, err
}

// AnswersAt gives what a dossier said when its case had a version: what a paper
// that was caused then is written from.
func AnswersAt(ctx context.Context, q database.Querier, id string, version int64) (form.Answers, error) {
	var a database.JSON[form.Answers]
	err := q.QueryRowContext(ctx, `SELECT answers FROM dossier_answers WHERE case_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1`, id, version).Scan(&a)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	return a.V, nil
}

// LastOf gives the last event of a dossier that was one of these acts.
func LastOf(ctx context.Context, q database.Querier, id string, acts ...string) (cases.Event, bool, error) {
	events, err := cases.Events(ctx, q, id)
	if err != nil {
		return cases.Event{}, false, err
	}
	for i := len(events) - 1; i >= 0; i-- {
		if slices.Contains(acts, events[i].Act) {
			return events[i], true, nil
		}
	}
	return cases.Event{}, false, nil
}

// Fees lists the assessments of a dossier's fee, the first one first. The caller
// has read the dossier within its scope.
func Fees(ctx context.Context, q database.Querier, id string) (found []Fee, err error) {
	rows, err := q.QueryContext(ctx, `SELECT n, at, account, cause, lines FROM dossier_fees WHERE case_id = $1 ORDER BY n`, id)
	if err != nil {
		return nil, fmt.Errorf("read fees: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var f Fee
		var at database.Time
		var lines database.JSON[[]fees.Line]
		if err := rows.Scan(&f.N, &at, &f.By, &f.Cause, &lines); err != nil {
			return nil, fmt.Errorf("read fees: %w", err)
		}
		f.At, f.Lines = at.Time, lines.V
		found = append(found, f)
	}
	return found, rows.Err()
}

// AddFee writes an assessment beside the earlier ones.
func AddFee(ctx context.Context, tx *database.Tx, id string, f Fee) error {
	total, known := f.Total()
	_, err := tx.ExecContext(ctx, `INSERT INTO dossier_fees (case_id, n, at, account, cause, lines, total) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, f.N, database.At(f.At), f.By, f.Cause, database.JSONOf(f.Lines), sql.NullInt64{Int64: total, Valid: known})
	if err != nil {
		return fmt.Errorf("keep fee: %w", err)
	}
	return nil
}
