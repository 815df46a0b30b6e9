package reform

import (
	"context"
	"fmt"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/payment"
	"benso/internal/apps/services/register"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
)

// roles gives the officials of an agency the same roles at the one that alone took
// its place, from its first day, and ends the old ones. Where the level ended,
// officials are appointed anew by decision, and keep what they hold so that somebody
// still sees what was left.
func (x *run) roles(ctx context.Context, a unit.Agency) error {
	held, err := x.Accounts.AssignmentsAt(ctx, x.Dossiers.DB.Read(), a.ID, x.Date)
	if err != nil {
		return err
	}
	for _, some := range chunks(held, x.Batch) {
		lines := make([]Line, len(some))
		for i, h := range some {
			lines[i], _ = x.line(Line{What: Role, ID: h.ID, Number: h.Role, From: a.ID}, func() Placement { return x.role(a.ID, h.Role) })
		}
		err := x.write(ctx, lines, func(ctx context.Context, tx *database.Tx, i int, l *Line) (bool, error) {
			return x.give(ctx, tx, some[i], l)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// role places a role with the one agency that took over, if it may be given there.
func (x *run) role(agency, role string) Placement {
	p := x.seat(agency)
	if p.Left != "" {
		return p
	}
	if place, err := x.units.Unit(p.Agency.Unit); err != nil || x.Roles.Giving(role, string(place.Level), nil) != nil {
		return Placement{Left: RoleRefused}
	}
	return p
}

func (x *run) give(ctx context.Context, tx *database.Tx, h identity.Assignment, l *Line) (bool, error) {
	agency, err := x.units.Agency(l.To)
	if err != nil {
		return false, err
	}
	place, err := x.units.Unit(agency.Unit)
	if err != nil {
		return false, err
	}
	by := identity.By{Account: dossier.System}
	passed, err := x.Accounts.Pass(ctx, tx, by, h, l.To, x.Date, func(held []string) error { return x.Roles.Giving(h.Role, string(place.Level), held) })
	if fault.Is(err, fault.Invalid) { // it says so before it writes
		l.To, l.Grounds, l.Left = "", nil, RoleRefused
		return false, nil
	}
	return passed, err
}

// dossiers passes the open dossiers of an agency.
func (x *run) dossiers(ctx context.Context, a unit.Agency) error {
	path, err := x.units.AgencyPath(a.ID)
	if err != nil {
		return err
	}
	staff := map[string]map[string]bool{}
	for after := ""; ; {
		some, err := cases.Held(ctx, x.Dossiers.DB.Read(), access.Within(path), dossier.Kind, after, x.Batch)
		if err != nil || len(some) == 0 {
			return err
		}
		after = some[len(some)-1].ID
		lines, places := make([]Line, len(some)), make([]Placement, len(some))
		for i, c := range some {
			m, err := x.matter(ctx, c)
			if err != nil {
				return err
			}
			lines[i], places[i] = x.line(Line{What: Dossier, ID: c.ID, Number: c.Number, Procedure: c.Facet, Place: c.Place, From: a.ID}, func() Placement { return x.place(m) })
			if err := x.know(ctx, staff, lines[i].To); err != nil {
				return err
			}
		}
		err = x.write(ctx, lines, func(ctx context.Context, tx *database.Tx, i int, l *Line) (bool, error) {
			p := x.passing(*l, places[i])
			p.Stays = func(account string) bool { return staff[l.To][account] }
			return x.Dossiers.Pass(ctx, tx, l.ID, p)
		})
		if err != nil {
			return err
		}
	}
}

// know learns who works at an agency, once.
func (x *run) know(ctx context.Context, staff map[string]map[string]bool, agency string) error {
	if agency == "" || staff[agency] != nil {
		return nil
	}
	staff[agency] = map[string]bool{}
	held, err := x.Accounts.AssignmentsAt(ctx, x.Dossiers.DB.Read(), agency, x.Date)
	for _, h := range held {
		staff[agency][h.Account] = true
	}
	return err
}

// matter reads what places a case; the answers only where several levels handle its
// procedure.
func (x *run) matter(ctx context.Context, c cases.Case) (Matter, error) {
	m := Matter{Agency: c.Agency, Place: c.Place, Procedure: c.Facet}
	if len(x.handled(c.Facet)) < 2 {
		return m, nil
	}
	q := x.Dossiers.DB.Read()
	d, err := dossier.ByID(ctx, q, c.ID)
	if err != nil {
		return m, err
	}
	answers, err := dossier.Answers(ctx, q, c.ID)
	if err != nil {
		return m, err
	}
	m.Level, err = x.use(d.Procedure, d.ProcedureVersion, answers, "level")
	return m, err
}

func (x *run) use(code string, version int64, a form.Answers, name string) (string, error) {
	p, err := x.Dossiers.Catalogue.Version(code, version)
	if err != nil {
		return "", fmt.Errorf("the procedure of a dossier: %w", err)
	}
	return p.Form.Use(a, name), nil
}

// questions passes the open questions that an agency was asked.
func (x *run) questions(ctx context.Context, a unit.Agency) error {
	path, err := x.units.AgencyPath(a.ID)
	if err != nil {
		return err
	}
	// Those that pass leave the list; the others are skipped.
	for skip := 0; ; {
		some, err := cases.ListConsults(ctx, x.Dossiers.DB.Read(), access.Within(path), x.Batch, skip)
		if err != nil || len(some) == 0 {
			return err
		}
		lines, places := make([]Line, len(some)), make([]Placement, len(some))
		for i, q := range some {
			c := q.Case
			m := Matter{Agency: a.ID, Place: c.Place, Procedure: c.Facet}
			lines[i], places[i] = x.line(Line{What: Question, ID: q.ID, Number: c.Number, Procedure: c.Facet, Place: c.Place, From: a.ID}, func() Placement { return x.place(m) })
			if lines[i].Left != "" || x.Mode == DryRun {
				skip++
			}
		}
		err = x.write(ctx, lines, func(ctx context.Context, tx *database.Tx, i int, l *Line) (bool, error) {
			return x.Dossiers.PassConsult(ctx, tx, some[i], x.passing(*l, places[i]))
		})
		if err != nil {
			return err
		}
	}
}

// drafts passes the drafts that were not sent: those of the counter to the agency that
// took over, and every one to the communes of today.
func (x *run) drafts(ctx context.Context) error {
	for after := ""; ; {
		some, err := dossier.Unsent(ctx, x.Dossiers.DB.Read(), after, x.Batch)
		if err != nil || len(some) == 0 {
			return err
		}
		after = some[len(some)-1].ID
		var lines []Line
		var drafts []dossier.Draft
		var passings []*dossier.Passing
		for _, d := range some {
			l, p, err := x.draft(ctx, d)
			if err != nil {
				return err
			}
			restates := x.Dossiers.Restates(d, x.Date)
			if p == nil && l.Left == "" && !restates {
				continue
			}
			if l.Left != "" && restates { // the addresses are mended all the same
				lines, drafts, passings = append(lines, l), append(drafts, d), append(passings, nil)
				l.Left, l.To = "", d.Agency
			}
			lines, drafts, passings = append(lines, l), append(drafts, d), append(passings, p)
		}
		err = x.write(ctx, lines, func(ctx context.Context, tx *database.Tx, i int, _ *Line) (bool, error) {
			passed, err := x.Dossiers.PassDraft(ctx, tx, drafts[i], passings[i], x.Date)
			if fault.Is(err, fault.NotFound) {
				return false, nil // its person threw it away meanwhile
			}
			return passed, err
		})
		if err != nil {
			return err
		}
	}
}

// draft places a draft. The passing is nil when its agency stays.
func (x *run) draft(ctx context.Context, d dossier.Draft) (Line, *dossier.Passing, error) {
	l := Line{What: Draft, ID: d.ID, Procedure: d.Procedure, From: d.Agency, To: d.Agency}
	if d.Agency == "" || !x.units.Ended(d.Agency, x.Date) {
		return l, nil, nil
	}
	var err error
	if l.Place, err = x.use(d.Procedure, d.ProcedureVersion, d.Answers, "place"); err != nil {
		return l, nil, err
	}
	m := Matter{Agency: d.Agency, Place: l.Place, Procedure: d.Procedure}
	if m.Level, err = x.use(d.Procedure, d.ProcedureVersion, d.Answers, "level"); err != nil {
		return l, nil, err
	}
	place := func() Placement { return x.place(m) }
	if d.Completes != "" { // it goes where its dossier is
		c, err := dossier.ByID(ctx, x.Dossiers.DB.Read(), d.Completes)
		if err != nil {
			return l, nil, err
		}
		if c.Agency != d.Agency {
			place = func() Placement {
				a, err := x.units.Agency(c.Agency)
				if err != nil {
					return Placement{Left: UnknownAgency}
				}
				return x.at(a, m)
			}
		}
	}
	l, to := x.line(l, place)
	if l.Left != "" {
		return l, nil, nil
	}
	p := x.passing(l, to)
	return l, &p, nil
}

// views passes the saved views of officials, and has them ask for the communes of
// today.
func (x *run) views(ctx context.Context) error {
	for after := ""; ; {
		some, err := register.Kept(ctx, x.Dossiers.DB.Read(), after, x.Batch)
		if err != nil || len(some) == 0 {
			return err
		}
		after = some[len(some)-1].ID
		var lines []Line
		var was, next []register.View
		for _, v := range some {
			now := v.Restated(func(commune string) (string, bool) {
				u, ok := x.units.Restated(commune, x.Date)
				return u.ID, ok
			})
			l := Line{What: View, ID: v.ID, From: v.Agency, To: v.Agency}
			if x.units.Ended(v.Agency, x.Date) {
				l, _ = x.line(l, func() Placement { return x.seat(v.Agency) })
				now.Agency = l.To
			}
			if l.Left == "" && now == v {
				continue
			}
			lines, was, next = append(lines, l), append(was, v), append(next, now)
		}
		err = x.write(ctx, lines, func(ctx context.Context, tx *database.Tx, i int, l *Line) (bool, error) {
			done, err := register.Pass(ctx, tx, was[i], next[i])
			if err != nil || !done {
				return false, err
			}
			return true, audit.Record(ctx, tx, x.Dossiers.Clock.Now(), audit.Entry{Actor: dossier.System, Action: "view.pass", ObjectKind: "view", ObjectID: l.ID, IDs: []string{l.From, l.To}})
		})
		if err != nil {
			return err
		}
	}
}

// books closes the books of receipts of an agency that has nothing left: its
// successor writes on in its own, and the old numbers stay.
func (x *run) books(ctx context.Context, a unit.Agency) error {
	if x.left[a.ID] {
		return nil
	}
	open, err := database.Counters(ctx, x.Dossiers.DB.Read(), payment.Book(a.ID))
	if err != nil {
		return err
	}
	to := ""
	if p := x.seat(a.ID); p.Left == "" {
		to = p.Agency.ID
	}
	lines := make([]Line, len(open))
	for i, c := range open {
		lines[i] = Line{What: Book, ID: c.Series + "/" + c.Period, Number: fmt.Sprint(c.Last), From: a.ID, To: to, Grounds: []string{a.Source}}
	}
	return x.write(ctx, lines, func(ctx context.Context, tx *database.Tx, i int, l *Line) (bool, error) {
		done, err := database.CloseCounter(ctx, tx, open[i], string(x.Date), x.Dossiers.Clock.Now())
		if err != nil || !done {
			return false, err
		}
		return true, audit.Record(ctx, tx, x.Dossiers.Clock.Now(), audit.Entry{Actor: dossier.System, Action: "book.close", ObjectKind: "book", ObjectID: l.ID, IDs: []string{l.Number}})
	})
}
