package papers

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/message"
)

// Holding is a time for which a dossier lay with one hand at one step.
type Holding struct {
	Step    string // id
	Account string // who had it; empty for nobody yet, and while it waits for the applicant
	From    time.Time
	To      time.Time // zero: it lies there still
	Act     string    // that ended it
}

// held tells from the events of a case who had it from when to when: each holding
// begins when the one before it ends, the first one with the first event. A step
// that somebody ended without having taken it was theirs.
func held(events []cases.Event) []Holding {
	var all []Holding
	for _, e := range events {
		if len(all) == 0 {
			all = append(all, Holding{Step: e.To, From: e.At})
			continue
		}
		last := &all[len(all)-1]
		switch {
		case e.Act == cases.ActAssign || e.Act == cases.ActTake:
			last.To, last.Act = e.At, e.Act
			all = append(all, Holding{Step: e.To, Account: assignee(e), From: e.At})
		case e.From != e.To || e.Act == cases.ActTransfer:
			if last.Account == "" {
				last.Account = e.Account
			}
			last.To, last.Act = e.At, e.Act
			all = append(all, Holding{Step: e.To, From: e.At})
		}
	}
	return all
}

// assignee is on whose desk an event put the case.
func assignee(e cases.Event) string {
	var data struct {
		Assignee string `json:"assignee"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return "" // the event stands; only the name cannot be told
	}
	return data.Assignee
}

// Hold is a line of the control sheet.
type Hold struct{ Who, Step, From, To, Act string }

// Asked is a line of the control sheet about another agency (Decree 61/2018, Art.
// 19.5).
type Asked struct{ Agency, Question, AskedAt, DueAt, Answer string }

// Control is form 05, the control sheet: who had the dossier from when to when.
type Control struct {
	Head
	Holds     []Hold
	Asked     []Asked
	DueAt     string
	Collector string // who took the result; empty before
}

// Control prints the control sheet of a dossier as it is now. The caller has read d
// within the official's scope.
func (r *Room) Control(ctx context.Context, d dossier.Dossier) ([]byte, error) {
	ctx = vietnamese(ctx)
	q := r.Dossiers.DB.Read()
	head, err := r.head(ctx, d, dossier.ActFile)
	if err != nil {
		return nil, err
	}
	if d.Code != "" {
		head.Code = d.Code
		head.FollowURL = r.Follow(d.Code)
	}
	now := r.Dossiers.Clock.Now()
	head.Issued, head.Date, head.Officer, head.Lookup = now, date(ctx, now), "", "" // the secret is the applicant's
	events, err := cases.Events(ctx, q, d.ID)
	if err != nil {
		return nil, err
	}
	def, err := r.Dossiers.Catalogue.Definition(d.Definition, d.DefinitionVersion)
	if err != nil {
		return nil, err
	}
	holdings := held(events)
	var accounts []string
	for _, h := range holdings {
		if h.Account != "" && h.Account != d.Applicant {
			accounts = append(accounts, h.Account)
		}
	}
	names, err := r.Names(ctx, accounts)
	if err != nil {
		return nil, err
	}
	sheet := Control{Head: head, Collector: d.Collection.By}
	if !d.DueAt.IsZero() {
		sheet.DueAt = message.DateTime(ctx, d.DueAt)
	}
	for _, h := range holdings {
		step, ok := def.Step(h.Step)
		if !ok {
			continue // the end is no holding
		}
		line := Hold{Who: names[h.Account], Step: step.Name.Vi, From: message.DateTime(ctx, h.From), To: message.T(ctx, "papers.still")}
		switch {
		case step.WaitsFor != "" || h.Account != "" && h.Account == d.Applicant:
			line.Who = d.Name
		case line.Who == "":
			line.Who = message.T(ctx, "papers.nobody")
		}
		if !h.To.IsZero() {
			line.To, line.Act = message.DateTime(ctx, h.To), message.T(ctx, "papers.act_"+h.Act)
		}
		sheet.Holds = append(sheet.Holds, line)
	}
	asked, err := cases.Consults(ctx, q, d.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range asked {
		sheet.Asked = append(sheet.Asked, r.asked(ctx, x))
	}
	return r.Printer.Control(sheet)
}

func (r *Room) asked(ctx context.Context, x cases.Consult) Asked {
	line := Asked{Agency: x.Agency, Question: x.Question, AskedAt: message.DateTime(ctx, x.AskedAt), DueAt: message.DateTime(ctx, x.DueAt), Answer: message.T(ctx, "papers.unanswered")}
	if a, err := r.Dossiers.Units.Agency(x.Agency); err == nil {
		line.Agency = a.Name
	}
	switch {
	case !x.WithdrawnAt.IsZero():
		line.Answer = message.T(ctx, "papers.withdrawn", "when", message.DateTime(ctx, x.WithdrawnAt))
	case !x.AnsweredAt.IsZero():
		line.Answer = message.T(ctx, "papers.answered", "opinion", message.T(ctx, "papers.opinion_"+string(x.Opinion)), "when", message.DateTime(ctx, x.AnsweredAt)) + "\n" + strings.TrimSpace(x.Answer)
	}
	return line
}

// Apology is form 04: an apology with the one new appointment (Decree 61/2018,
// Art. 19.9).
type Apology struct {
	Head
	Reason, WasDueAt, DueAt, ResultAt string
}

func (r *Room) apology(ctx context.Context, d dossier.Dossier) (Apology, error) {
	head, err := r.head(ctx, d, dossier.ActApologise)
	if err != nil {
		return Apology{}, err
	}
	a, ok, err := dossier.ApologyOf(ctx, r.Dossiers.DB.Read(), d.ID)
	if err != nil || !ok {
		return Apology{}, missing("apology", err)
	}
	return Apology{Head: head, Reason: a.Reason, WasDueAt: message.DateTime(ctx, a.WasDueAt), DueAt: message.DateTime(ctx, a.DueAt), ResultAt: head.Desk}, nil
}

// date is a day as official papers write it.
func date(ctx context.Context, at time.Time) string {
	at = at.In(clock.Zone)
	return message.T(ctx, "papers.date", "day", at.Format("02"), "month", at.Format("01"), "year", at.Format("2006"))
}

// void says in whose place a receipt stands, when an acceptance was undone before.
func (r *Room) void(ctx context.Context, q database.Querier, id string) (string, error) {
	undone, err := dossier.UndoneOf(ctx, q, id)
	if err != nil || len(undone) == 0 {
		return "", err
	}
	last := undone[len(undone)-1]
	return message.T(ctx, "papers.in_place_of", "accepted", message.DateTime(ctx, last.AcceptedAt), "at", message.DateTime(ctx, last.At)), nil
}
