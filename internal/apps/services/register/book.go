package register

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Book is form 06, the register of dossiers ("Sổ theo dõi hồ sơ"), as text that is
// ready to be printed.
type Book struct {
	Parent, Agency, Place, Date string
	Period                      string
	Rows                        []BookRow
	Issued                      time.Time
}

// BookRow is a dossier in the book.
type BookRow struct {
	Number, Code, Procedure, Applicant, Agency string
	Received, Due, Returned                    string
	Way, Note                                  string
}

// Printer prints form 06.
type Printer interface {
	Register(Book) ([]byte, error)
}

// book prints form 06 for the filtered dossiers (Circular 01/2018/TT-VPCP, Art.
// 9.1.e; A4, Art. 9.2). A dossier that was not accepted has no code and is not in
// the book: it was filed, and not received (Decree 61/2018, Art. 17).
func (p Pages) book(w http.ResponseWriter, r *http.Request) error {
	ctx := message.WithLang(r.Context(), "vi") // a form of the law
	actor := web.Actor(ctx)
	q, wrong := parse(r.URL.Query())
	if len(wrong) > 0 {
		return p.show(w, r, http.StatusUnprocessableEntity, q, "", wrong)
	}
	f := p.filter(actor, &q)
	if f.Accepted.From.IsZero() {
		f.Accepted.From = time.Unix(1, 0)
	}
	ids, ok, err := p.taken(ctx, actor, q, f, "dossier.print_register", mostPrinted)
	if err != nil {
		return err
	}
	if !ok {
		return p.tooMany(w, r, q, mostPrinted)
	}
	b := p.bookHead(ctx, actor, q)
	err = p.each(ctx, f.Scope, ids, func(d dossier.Dossier, _ map[string]string) error {
		b.Rows = append(b.Rows, p.bookRow(ctx, len(b.Rows)+1, d))
		return nil
	})
	if err != nil {
		return err
	}
	content, err := p.Print.Register(b)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Disposition", `inline; filename="`+strings.TrimSuffix(p.fileName("pdf"), ".pdf")+`-mau-06.pdf"`)
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(content)
	return err
}

func (p Pages) bookHead(ctx context.Context, actor access.Actor, q Query) Book {
	now := p.room().Clock.Now()
	b := Book{Issued: now, Period: period(ctx, q)}
	day := now.In(clock.Zone)
	b.Date = message.T(ctx, "papers.date", "day", day.Format("02"), "month", day.Format("01"), "year", day.Format("2006"))
	for _, id := range actor.Agencies(access.DossierRead) {
		a, err := p.room().Units.Agency(id)
		if err != nil {
			continue
		}
		b.Agency = strings.ToUpper(a.Name)
		view := p.room().Units.At(p.today())
		if u, err := view.Unit(a.Unit); err == nil {
			b.Place = u.Short()
			if above, err := view.Unit(u.Parent); err == nil {
				b.Parent = strings.ToUpper(message.T(ctx, "papers.committee", "unit", above.Name))
			}
		}
		break
	}
	return b
}

// period says in words which days the book covers.
func period(ctx context.Context, q Query) string {
	var said []string
	for _, x := range []struct {
		key string
		Days
	}{{"filed", q.Filed}, {"accepted", q.Accepted}, {"resolved", q.Resolved}} {
		switch {
		case x.From != "" && x.To != "":
			said = append(said, message.T(ctx, "register.period_both_"+x.key, "from", message.DateText(ctx, x.From), "to", message.DateText(ctx, x.To)))
		case x.From != "":
			said = append(said, message.T(ctx, "register.period_from_"+x.key, "from", message.DateText(ctx, x.From)))
		case x.To != "":
			said = append(said, message.T(ctx, "register.period_to_"+x.key, "to", message.DateText(ctx, x.To)))
		}
	}
	return strings.Join(said, "; ")
}

func (p Pages) bookRow(ctx context.Context, n int, d dossier.Dossier) BookRow {
	r := BookRow{Number: strconv.Itoa(n), Code: d.Code, Procedure: p.ProcedureName(ctx, d.Procedure), Applicant: d.Name, Received: instant(d.AcceptedAt), Due: instant(d.FirstDueAt),
		Way: message.T(ctx, "register.way_"+way(d.Receive))}
	if d.Phone != "" {
		r.Applicant += "\n" + d.Phone
	}
	if a, err := p.room().Units.Agency(d.Agency); err == nil {
		r.Agency = a.Name
	}
	if !d.ResolvedAt.IsZero() {
		r.Returned = instant(d.ResolvedAt)
	}
	var notes []string
	switch {
	case d.Outcome != "":
		notes = append(notes, message.T(ctx, "desk.outcome_"+d.Outcome))
	case d.ResolvedAt.IsZero():
		notes = append(notes, p.StepName(ctx, d.Case))
	}
	if late := timing(ctx, d.Case, p.room().Clock.Now()); late == message.T(ctx, "register.late") {
		notes = append(notes, late)
	}
	r.Note = strings.Join(notes, "; ")
	return r
}

// way is how the result is received, of those that the book names.
func way(receive string) string {
	switch receive {
	case "desk", "post", "online":
		return receive
	}
	return "other"
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Zone).Format("15:04 02/01/2006")
}
