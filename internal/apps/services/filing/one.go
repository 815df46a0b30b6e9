package filing

import (
	"context"
	"net/http"
	"strings"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/payment"
	"benso/internal/core/cases"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// onePage is one dossier as its applicant sees it.
type onePage struct {
	dossier.Dossier
	card
	Request  *dossier.Request // open or answered; nil when there was none
	Facts    []web.Row
	Clock    *clockPart
	Papers   []paperLine
	Results  []paperLine     // the result's own papers, in their order
	Undone   *dossier.Undone // an acceptance that was taken back and not made again
	Apology  *dossier.Apology
	Answers  []web.Row
	History  []historyLine
	Readings []historyLine
	Withdraw bool
	Fee      payment.View
}

// Open says that the request waits for an answer.
func (o onePage) Open() bool {
	return o.Request != nil && o.Request.AnsweredAt.IsZero() && o.State == cases.Waiting
}

// clockPart explains how the appointed date came about.
type clockPart struct {
	Limit, Basis string
	Rows         []clockRow
	Note         string // the official's reason, where no limit is known
}

type clockRow struct{ When, What string }

type paperLine struct{ Name, Note, URL string }

type historyLine struct{ When, What, Who string }

func (p Pages) one(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	q := p.Room.DB.Read()
	d, err := dossier.Own(ctx, q, actor.Account, r.PathValue("id"))
	if err != nil {
		return err
	}
	page := onePage{Dossier: d, Withdraw: p.withdrawable(d)}
	if page.card, err = p.card(ctx, d); err != nil {
		return err
	}
	proc, err := p.Room.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return err
	}
	req, asked, err := dossier.RequestOf(ctx, q, d.ID)
	if err != nil {
		return err
	}
	if asked {
		page.Request = &req
	}
	if page.Clock, err = p.clock(ctx, d, proc, page.Request); err != nil {
		return err
	}
	if page.Undone, page.Apology, err = p.trace(ctx, d); err != nil {
		return err
	}
	papers, err := p.Room.Files.List(ctx, q, file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
	if err != nil {
		return err
	}
	for _, f := range papers {
		line := paperOf(ctx, d, proc, f)
		if f.Slot == dossier.SlotResult {
			if !d.ResolvedAt.IsZero() && d.Outcome != "refused" {
				page.Results = append(page.Results, line)
			}
			continue // a result that is not signed is a draft of the agency
		}
		page.Papers = append(page.Papers, line)
	}
	answers, err := dossier.Answers(ctx, q, d.ID)
	if err != nil {
		return err
	}
	page.Answers = answerRows(ctx, d, proc, answers, p.Room.Env(message.Lang(ctx)))
	events, err := cases.Events(ctx, q, d.ID)
	if err != nil {
		return err
	}
	page.History = p.history(ctx, d, events, message.T(ctx, "filing.by_you"))
	rows, err := audit.About(ctx, q, dossier.Kind, d.ID, 200)
	if err != nil {
		return err
	}
	page.Readings = p.readings(ctx, d, rows)
	page.Facts = facts(ctx, d, page.card)
	if page.Fee, err = (payment.Room{Dossiers: p.Room}).View(ctx, d, payment.OwnReceipts(d.ID)); err != nil {
		return err
	}
	page.Fee.Own = true
	return web.Render(w, r, http.StatusOK, one(page))
}

// trace reads what the applicant must know of corrections: an acceptance that does
// not hold any more, and the one new appointment.
func (p Pages) trace(ctx context.Context, d dossier.Dossier) (*dossier.Undone, *dossier.Apology, error) {
	var last *dossier.Undone
	if d.AcceptedAt.IsZero() {
		undone, err := dossier.UndoneOf(ctx, p.Room.DB.Read(), d.ID)
		if err != nil {
			return nil, nil, err
		}
		if len(undone) > 0 {
			last = &undone[len(undone)-1]
		}
	}
	a, ok, err := dossier.ApologyOf(ctx, p.Room.DB.Read(), d.ID)
	if err != nil || !ok || !a.Counts(d) {
		return last, nil, err
	}
	return last, &a, nil
}

func facts(ctx context.Context, d dossier.Dossier, c card) []web.Row {
	var rows []web.Row
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, web.Row{Key: message.T(ctx, key), Value: value})
		}
	}
	add("filing.code", d.Code)
	if d.State != cases.Closed && d.ResolvedAt.IsZero() {
		add("filing.due", c.Due)
	}
	add("filing.agency", c.Agency)
	add("filing.filing_number", d.FilingNumber)
	add("filing.filed_at", message.DateTime(ctx, d.FiledAt))
	if !d.AcceptedAt.IsZero() {
		add("filing.accepted_at", message.DateTime(ctx, d.AcceptedAt))
	}
	if !d.ResolvedAt.IsZero() {
		on := "filing.resolved"
		if d.OnTime != nil && *d.OnTime {
			on = "filing.resolved_on_time"
		} else if d.OnTime != nil {
			on = "filing.resolved_late"
		}
		add("filing.resolved_at", message.T(ctx, on, "at", message.DateTime(ctx, d.ResolvedAt)))
	}
	add("filing.secret", d.Secret)
	return rows
}

// clock explains the appointed date; nil when there is none.
func (p Pages) clock(ctx context.Context, d dossier.Dossier, proc *catalogue.Procedure, req *dossier.Request) (*clockPart, error) {
	if d.AcceptedAt.IsZero() || d.DueAt.IsZero() {
		return nil, nil
	}
	part := &clockPart{Limit: worktime.LimitText(ctx, proc.Limit), Basis: proc.Limit.Basis, Note: d.LimitNote}
	if proc.Limit.Unit == worktime.Unknown {
		return part, nil
	}
	var events []worktime.Event
	if d.Asked == dossier.Supplement && req != nil && d.LimitFrom.After(d.AcceptedAt) {
		// Once the supplemented dossier is complete, the limit starts again from
		// zero (Decree 61/2018, Art. 19.4).
		events = append(events, worktime.Restart{From: d.AcceptedAt, At: d.LimitFrom, Ground: message.T(ctx, "filing.restart_ground")})
	}
	e, err := p.Room.Calendar.Explain(d.AcceptedAt, proc.Limit, events...)
	if err != nil {
		return nil, err
	}
	for _, row := range e.Rows {
		part.Rows = append(part.Rows, clockRow{row.When(ctx), whatOf(ctx, row)})
	}
	if _, a, err := p.trace(ctx, d); err != nil {
		return nil, err
	} else if a != nil {
		part.Rows = append(part.Rows, clockRow{message.DateTime(ctx, a.DueAt), message.T(ctx, "filing.clock_put_off", "at", message.DateTime(ctx, a.At), "was", message.DateTime(ctx, a.WasDueAt))})
	}
	return part, nil
}

func paperOf(ctx context.Context, d dossier.Dossier, proc *catalogue.Procedure, f file.File) paperLine {
	line := paperLine{URL: pathMine + "/" + d.ID + "/giay-to/" + f.ID,
		Note: message.T(ctx, "filing.paper_note", "file", f.Name, "type", f.Type.Name(), "size", file.SizeText(ctx, f.Size), "at", message.DateTime(ctx, f.ReceivedAt))}
	switch id, handed := strings.CutPrefix(f.Slot, dossier.SlotPaper); {
	case handed:
		line.Name = f.Name
		if paper, ok := proc.Paper(id); ok {
			line.Name = paper.Name.In(message.Lang(ctx))
		}
	default:
		line.Name = message.T(ctx, "filing.paper_"+f.Slot)
	}
	return line
}

func answerRows(ctx context.Context, d dossier.Dossier, proc *catalogue.Procedure, a form.Answers, env form.Env) []web.Row {
	var rows []web.Row
	for _, row := range proc.Form.Summary(a, env) {
		if row.Value == "" {
			continue
		}
		line := web.Row{Key: row.Label, Value: row.Value}
		if len(row.Files) > 0 {
			line.Component = fileLinks(row, pathMine+"/"+d.ID+"/giay-to")
		}
		rows = append(rows, line)
	}
	return rows
}

// history tells the events in plain words, the last one first. Who holds a
// dossier on their desk is the agency's own matter.
func (p Pages) history(ctx context.Context, d dossier.Dossier, events []cases.Event, applicant string) []historyLine {
	var lines []historyLine
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if e.Act == cases.ActAssign || e.Act == cases.ActTake {
			continue
		}
		who := applicant
		if e.Account != d.Applicant || d.Applicant == "" {
			who = p.agencyName(e.Agency)
		}
		what := message.T(ctx, "filing.event_"+e.Act)
		if asked := e.Consulted(); len(asked) > 0 {
			names := make([]string, len(asked))
			for i, id := range asked {
				names[i] = p.agencyName(id)
			}
			what = message.T(ctx, "filing.event_about", "what", what, "agencies", strings.Join(names, ", "))
			if e.Act == cases.ActAnswerConsult {
				who = names[0]
			}
		}
		lines = append(lines, historyLine{When: message.DateTime(ctx, e.At), What: what, Who: who})
	}
	return lines
}

// readings tells who read the dossier: which agency, when and why, and no
// official's name.
func (p Pages) readings(ctx context.Context, d dossier.Dossier, rows []audit.Row) []historyLine {
	var lines []historyLine
	for _, r := range rows {
		why, read := readingKeys[r.Action]
		if !read || r.Actor == d.Applicant && d.Applicant != "" {
			continue
		}
		who := message.T(ctx, "filing.by_secret")
		if r.Action != dossier.ReadFollowed {
			agency := strings.TrimSuffix(r.Path, "/")
			agency = agency[strings.LastIndexByte(agency, '/')+1:]
			if r.Action == dossier.ReadConsulted && len(r.IDs) > 1 {
				agency = r.IDs[1]
			}
			who = message.T(ctx, "filing.by_officials", "agency", p.agencyName(agency))
		}
		lines = append(lines, historyLine{When: message.DateTime(ctx, r.At), What: message.T(ctx, why), Who: who})
	}
	return lines
}

// readingKeys says why a dossier was read, by what the journal calls it.
var readingKeys = map[string]string{
	dossier.ReadOpened:    "filing.read_opened",
	dossier.ReadFollowed:  "filing.read_followed",
	dossier.ReadPaper:     "filing.read_paper",
	dossier.ReadConsulted: "filing.read_consulted",
}

func (p Pages) agencyName(id string) string {
	a, err := p.Room.Units.Agency(id)
	if err != nil {
		return id
	}
	return a.Name
}

func (o onePage) resultRows(ctx context.Context) []web.Row {
	rows := []web.Row{{Key: message.T(ctx, "filing.result_number"), Value: o.ResultNumber}}
	if o.ResultBook != "" {
		rows = append(rows, web.Row{Key: message.T(ctx, "filing.result_book"), Value: o.ResultBook})
	}
	return append(rows, web.Row{Key: message.T(ctx, "filing.result_on"), Value: message.DateText(ctx, o.ResultOn)})
}

func textLines(s string) []string { return strings.Split(s, "\n") }

// whatOf says what a row did, and for a day that counts when the office is open.
func whatOf(ctx context.Context, row worktime.Row) string {
	if len(row.Intervals) == 0 {
		return row.What(ctx)
	}
	hours := make([]string, len(row.Intervals))
	for i, x := range row.Intervals {
		hours[i] = x.From.In(clock.Zone).Format("15:04") + "–" + x.To.In(clock.Zone).Format("15:04")
	}
	return message.T(ctx, "filing.clock_hours", "what", row.What(ctx), "hours", strings.Join(hours, ", "))
}
