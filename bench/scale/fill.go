package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/vntext"
	"benso/internal/server"
	"benso/internal/server/demo"
)

// sample is what is asked for.
type sample struct{ names, codes, phones []string }

var (
	families = strings.Fields("Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Phạm Huỳnh Phan Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý")
	middles  = strings.Fields("Văn Thị Hoàng Ngọc Minh Thanh Quốc Kim Hữu Đức Bảo Gia")
	givens   = strings.Fields("Anh Bình Châu Dung Em Giang Hà Hạnh Khánh Lan Linh Mai Nam Oanh Phúc Quân Sơn Tâm Tuyết Uyên Vân Xuân Yến Đạt")
)

func name(r *rand.Rand) string {
	return families[r.IntN(len(families))] + " " + middles[r.IntN(len(middles))] + " " + givens[r.IntN(len(givens))]
}

const (
	home      = "28810-2025"
	together  = 2000 // dossiers in a transaction
	openShare = 40   // in a thousand, outside the crowd
)

// fill writes the dossiers unless the folder has them, and gives a sample of what
// can be asked for. The same numbers give the same dossiers.
func fill(ctx context.Context, p *server.Program, rows, crowd int) (s sample, err error) {
	r := rand.New(rand.NewPCG(1, 2))
	var there int
	if err := p.DB.Read().QueryRowContext(ctx, `SELECT count(*) FROM cases`).Scan(&there); err != nil {
		return s, err
	}
	if there == 0 {
		if err := demo.Hire(ctx, p); err != nil {
			return s, err
		}
	} else if there != rows {
		return s, fmt.Errorf("the folder holds %d dossiers, not %d", there, rows)
	}
	today := database.Date(clock.Day(p.Clock.Now()))
	communes := p.Dossiers.Units.At(today).Communes("86")
	var paths, agencies []string
	for _, u := range communes {
		for _, a := range p.Dossiers.Units.AgenciesOf(u.ID, today) {
			if path, err := p.Dossiers.Units.AgencyPath(a.ID); err == nil {
				paths, agencies = append(paths, path), append(agencies, a.ID)
			}
		}
	}
	here, err := p.Dossiers.Units.AgencyPath("ubnd-" + home)
	if err != nil {
		return s, err
	}
	offered := p.Dossiers.Catalogue.Fileable(string(today))[:40]
	begin := p.Clock.Now().AddDate(-5, 0, 0)
	span := p.Clock.Now().Sub(begin)
	w := writer{db: p.DB}
	for from := 0; from < rows; from += together {
		upto := min(from+together, rows)
		for i := from; i < upto; i++ {
			filed := begin.Add(time.Duration(float64(i) / float64(rows) * float64(span)))
			at := r.IntN(len(paths))
			c := row{n: i, holder: paths[at], agency: agencies[at], filed: filed, child: name(r), who: name(r), phone: fmt.Sprintf("09%08d", r.IntN(100_000_000)), open: r.IntN(1000) < openShare, days: 1 + r.IntN(20), p: offered[min(r.IntN(40), r.IntN(40))]}
			// The crowd's dossiers are the ones that come at even steps over the years.
			if i*crowd/rows != (i+1)*crowd/rows {
				c.holder, c.agency, c.open = here, "ubnd-"+home, true
			}
			if i%max(rows/100, 1) == 0 {
				s.names, s.codes, s.phones = append(s.names, c.child), append(s.codes, c.code()), append(s.phones, c.phone)
			}
			if there == 0 {
				w.add(c)
			}
		}
		if there == 0 {
			if err := w.flush(ctx); err != nil {
				return s, err
			}
			if upto%100_000 == 0 {
				fmt.Printf("%d written\n", upto)
			}
		}
	}
	if there == 0 && p.DB.Dialect() == database.Postgres {
		return s, p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `ANALYZE`)
			return err
		})
	}
	return s, nil
}

// row is one dossier.
type row struct {
	n              int
	holder, agency string
	filed          time.Time
	child, who     string
	phone          string
	open           bool
	days           int
	p              *catalogue.Procedure
}

func (c row) id() string { return fmt.Sprintf("c%024d0", c.n) }

func (c row) code() string {
	return fmt.Sprintf("000.00.16.H61-%s-%04d", c.filed.In(clock.Zone).Format("060102"), c.n)
}

// writer gathers rows of several tables and writes some of each in one statement.
type writer struct {
	db     *database.DB
	tables []*table
}

type table struct {
	head string
	args [][]any
}

func (w *writer) put(head string, args ...any) {
	for _, t := range w.tables {
		if t.head == head {
			t.args = append(t.args, args)
			return
		}
	}
	w.tables = append(w.tables, &table{head, [][]any{args}})
}

func (w *writer) add(c row) {
	code, version := c.p.Code, c.p.Version
	at := func(d time.Duration) database.Time { return database.At(c.filed.Add(d)) }
	day := 24 * time.Hour
	step, state, needs, outcome := "done", "closed", "", "granted"
	due, resolved, closed := at(time.Duration(c.days)*day), at(time.Duration(c.days-1)*day), at(time.Duration(c.days)*day)
	onTime := any(true)
	if c.n%17 == 0 {
		onTime = false
	}
	if c.open {
		resolved, closed, onTime, outcome = database.Time{}, database.Time{}, nil, ""
		due = database.At(clock.System.Now().Add(time.Duration(c.n%400-40) * time.Hour))
		step, state, needs = "check", "working", string(access.DossierCheck)
		switch c.n % 3 {
		case 0:
			step, needs, due = "intake", string(access.DossierIntake), database.Time{}
		case 1:
			step, needs = "sign", string(access.DossierSign)
		}
	}
	filing := fmt.Sprintf("BS-%s-%07d", c.filed.In(clock.Zone).Format("060102"), c.n)
	number := filing
	accepted := any(nil)
	if step != "intake" {
		number, accepted = c.code(), c.code()
	}
	acceptedAt, firstDue := at(2*time.Hour), due
	if step == "intake" {
		acceptedAt, firstDue = database.Time{}, database.Time{}
	}
	w.put(`INSERT INTO drafts (id, account, channel, agency, procedure, procedure_version, completes, answers, revisions, version, filed_as, created_at, updated_at) VALUES `,
		c.id(), "a", "online", "", code, version, "", "{}", "{}", 1, c.id(), at(0), at(0))
	w.put(`INSERT INTO cases (id, kind, definition, definition_version, step, state, needs, agency, holder, assignee, place, due_at, provisional, number, title, folded, facet, channel, opened_at, accepted_at, first_due_at, resolved_at, on_time, closed_at, outcome, version, simulated) VALUES `,
		c.id(), "dossier", "one-stop", 1, step, state, needs, c.agency, c.holder, "", home, due, false, number, c.child, vntext.Fold(filing+" "+number+" "+c.child+" "+c.who+" "+c.phone), code, "online", at(0), acceptedAt, firstDue, resolved, onTime, closed, outcome, 3, true)
	w.put(`INSERT INTO dossiers (case_id, draft_id, filing_number, code, secret, procedure, procedure_version, applicant, name, phone, receive, filed_at, limit_note, asked, proposal, reason, result_number, result_book, collected_by) VALUES `,
		c.id(), c.id(), filing, accepted, "ABCDEFGH", code, version, "", c.who, c.phone, "desk", at(0), "", "", "", "", "", "", "")
	w.put(`INSERT INTO dossier_answers (case_id, seq, at, account, answers) VALUES `, c.id(), 1, at(0), "a", "{}")
	w.put(`INSERT INTO case_events (case_id, seq, at, account, acting_for, act, from_step, to_step, agency, due_at, data) VALUES `, c.id(), 1, at(0), "a", "", "file", "", "intake", c.agency, database.Time{}, "null")
}

// flush writes what was gathered in one transaction.
func (w *writer) flush(ctx context.Context) error {
	return w.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, t := range w.tables {
			for len(t.args) > 0 {
				some := t.args[:min(100, len(t.args))]
				t.args = t.args[len(some):]
				var text strings.Builder
				text.WriteString(t.head)
				var all []any
				for i, args := range some {
					if i > 0 {
						text.WriteByte(',')
					}
					text.WriteByte('(')
					for j := range args {
						if j > 0 {
							text.WriteByte(',')
						}
						fmt.Fprintf(&text, "$%d", len(all)+j+1)
					}
					text.WriteByte(')')
					all = append(all, args...)
				}
				if _, err := tx.ExecContext(ctx, text.String(), all...); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
