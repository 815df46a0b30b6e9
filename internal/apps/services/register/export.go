package register

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Limits of an export. A chunk is what is read, and journaled, at once.
const (
	mostExported = 20_000
	mostPrinted  = 2_000
	chunk        = 1_000
)

// Column is a column of an export; its width is counted in letters.
type Column struct {
	Title string
	Width float64
}

// Sheet is a table being written: its rows one after the other, then its end. A
// cell is a text, a whole number (int64) or an instant (time.Time, the zero one is
// empty).
type Sheet interface {
	Row(cells ...any) error
	Close() error
}

// NewSheet begins a spreadsheet with its heads.
type NewSheet func(w io.Writer, title string, columns []Column) (Sheet, error)

// csvSheet is RFC 4180 with the mark by which Excel knows UTF-8.
type csvSheet struct {
	b *bufio.Writer
	w *csv.Writer
}

// newCSV begins a CSV file.
func newCSV(w io.Writer, _ string, columns []Column) (Sheet, error) {
	b := bufio.NewWriterSize(w, 64<<10)
	if _, err := b.WriteString("\ufeff"); err != nil {
		return nil, err
	}
	s := csvSheet{b, csv.NewWriter(b)}
	s.w.UseCRLF = true
	heads := make([]any, len(columns))
	for i, c := range columns {
		heads[i] = c.Title
	}
	return s, s.Row(heads...)
}

// Row writes one line. Instants are written as 2026-11-23 09:00, which every
// program reads as a date and sorts right.
func (s csvSheet) Row(cells ...any) error {
	texts := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case string:
			texts[i] = inert(c)
		case int64:
			texts[i] = strconv.FormatInt(c, 10)
		case time.Time:
			if !c.IsZero() {
				texts[i] = c.In(clock.Zone).Format("2006-01-02 15:04")
			}
		default:
			return fmt.Errorf("a cell is a %T", c)
		}
	}
	return s.w.Write(texts)
}

// Close writes out what is left.
func (s csvSheet) Close() error {
	s.w.Flush()
	if err := s.w.Error(); err != nil {
		return err
	}
	return s.b.Flush()
}

// inert has a spreadsheet take a text for a text: one that begins like a formula
// would be computed, and what applicants write is in here.
func inert(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r\n") {
		return "'" + text
	}
	return text
}

// export gives the filtered list, the whole of it and nothing else, as a file.
func (p Pages) export(kind string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		actor := web.Actor(ctx)
		q, wrong := parse(r.URL.Query())
		if len(wrong) > 0 {
			return p.show(w, r, http.StatusUnprocessableEntity, q, "", wrong)
		}
		f := p.filter(actor, &q)
		ids, ok, err := p.taken(ctx, actor, q, f, "dossier.export_"+kind, mostExported)
		if err != nil {
			return err
		}
		if !ok {
			return p.tooMany(w, r, q, mostExported)
		}
		begin, media := p.NewSheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		if kind == "csv" {
			begin, media = newCSV, "text/csv; charset=utf-8"
		}
		h := w.Header()
		h.Set("Content-Type", media)
		h.Set("Content-Disposition", `attachment; filename="`+p.fileName(kind)+`"`)
		h.Set("Cache-Control", "no-store")
		// From here on the answer is under way: what goes wrong breaks it off, so that
		// nobody takes a part for the whole.
		if err := p.write(ctx, w, begin, f, ids); err != nil {
			return fmt.Errorf("export the register: %w", err)
		}
		return nil
	}
}

// taken reads which dossiers an export or a book has, and journals that they were
// taken, before the first of them leaves: one row with their number and the
// filter's digest, and one for each thousand with their ids. ok is false when they
// are too many.
func (p Pages) taken(ctx context.Context, actor access.Actor, q Query, f cases.Filter, action string, most int) (ids []string, ok bool, err error) {
	if ids, err = cases.IDs(ctx, p.read(), f, most+1); err != nil || len(ids) > most {
		return nil, false, err
	}
	id := database.NewID()
	rows := []audit.Entry{{Action: action, ObjectID: id, Digest: q.digest(), IDs: []string{fmt.Sprintf("n=%d", len(ids))}}}
	for part := range slices.Chunk(ids, chunk) {
		rows = append(rows, audit.Entry{Action: action + "_ids", ObjectID: id, IDs: part})
	}
	return ids, true, p.journal(ctx, actor, rows...)
}

// tooMany says that a list is longer than a file may be, and how to ask for less.
func (p Pages) tooMany(w http.ResponseWriter, r *http.Request, q Query, most int64) error {
	return web.Render(w, r, http.StatusUnprocessableEntity, tooManyView(tooManyPage{Query: q, Most: message.Number(r.Context(), most)}))
}

type tooManyPage struct {
	Query Query
	Most  string
}

func (p Pages) fileName(kind string) string {
	return "so-theo-doi-ho-so-" + p.room().Clock.Now().In(clock.Zone).Format("20060102-1504") + "." + kind
}

// columns are those of an export, in the official's language.
func columns(ctx context.Context) []Column {
	var found []Column
	for _, c := range []struct {
		key   string
		width float64
	}{{"code", 27}, {"filing_number", 18}, {"procedure", 40}, {"procedure_code", 14}, {"field", 18}, {"subject", 28}, {"applicant", 28}, {"phone", 14}, {"channel", 12}, {"filed", 17},
		{"accepted", 17}, {"due", 17}, {"resolved", 17}, {"timing", 14}, {"step", 24}, {"outcome", 18}, {"official", 24}, {"result_number", 16}, {"agency", 36}} {
		found = append(found, Column{message.T(ctx, "register.head_"+c.key), c.width})
	}
	return found
}

// each reads dossiers by their ids, in their order and within the scope.
func (p Pages) each(ctx context.Context, scope access.Scope, ids []string, fn func(d dossier.Dossier, officials map[string]string) error) error {
	for part := range slices.Chunk(ids, chunk) {
		found, err := dossier.Among(ctx, p.read(), scope, part)
		if err != nil {
			return err
		}
		accounts := make([]string, len(found))
		for i, d := range found {
			accounts[i] = d.Assignee
		}
		officials, err := p.Names(ctx, accounts...)
		if err != nil {
			return err
		}
		for _, d := range found {
			if err := fn(d, officials); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p Pages) write(ctx context.Context, w io.Writer, begin NewSheet, f cases.Filter, ids []string) error {
	sheet, err := begin(w, message.T(ctx, "register.title"), columns(ctx))
	if err != nil {
		return err
	}
	err = p.each(ctx, f.Scope, ids, func(d dossier.Dossier, officials map[string]string) error {
		return sheet.Row(p.row(ctx, d, officials)...)
	})
	if err != nil {
		return err
	}
	return sheet.Close()
}

// row is a dossier as an export has it, under columns.
func (p Pages) row(ctx context.Context, d dossier.Dossier, officials map[string]string) []any {
	field, agency, official, outcome := "", "", "", ""
	if proc, err := p.room().Catalogue.Procedure(d.Procedure); err == nil {
		field = proc.Field
	}
	if a, err := p.room().Units.Agency(d.Agency); err == nil {
		agency = a.Name
	}
	if d.Assignee != "" {
		official = office.Named(ctx, officials, d.Assignee)
	}
	if d.Outcome != "" {
		outcome = message.T(ctx, "desk.outcome_"+d.Outcome)
	}
	return []any{d.Code, d.FilingNumber, p.ProcedureName(ctx, d.Procedure), d.Procedure, field, d.Title, d.Name, d.Phone, message.T(ctx, "desk.channel_"+d.Channel), d.FiledAt,
		d.AcceptedAt, d.DueAt, d.ResolvedAt, timing(ctx, d.Case, p.room().Clock.Now()), p.StepName(ctx, d.Case), outcome, official, d.ResultNumber, agency}
}

// timing says in words whether a dossier is late.
func timing(ctx context.Context, c cases.Case, now time.Time) string {
	switch {
	case c.OnTime != nil && *c.OnTime, c.OnTime == nil && c.ResolvedAt.IsZero() && !c.DueAt.IsZero() && c.State != cases.Closed && !now.After(c.DueAt):
		return message.T(ctx, "register.timely")
	case c.OnTime != nil, c.ResolvedAt.IsZero() && !c.DueAt.IsZero() && c.State != cases.Closed:
		return message.T(ctx, "register.late")
	}
	return ""
}
