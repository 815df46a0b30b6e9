package papers

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
	"benso/internal/kernel/job"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/worktime"
)

// Head is what every form says.
type Head struct {
	Parent, Agency, Desk, Place, Date string
	Code, Filing, Lookup, FollowURL   string
	Applicant, ApplicantPhone         string
	Procedure, ProcedureCode          string
	Officer                           string
	Issued                            time.Time
}

// Received is one line of the papers that a receipt lists.
type Received struct{ Name, Count, Kind string }

// Receipt is form 01 (Decree 61/2018, Art. 17.3).
type Receipt struct {
	Head
	Papers                                        []Received
	Limit, ReceivedAt, DueAt, ResultAt, Fee, Note string
}

// Request is form 02 (Art. 15.3, 19.4).
type Request struct {
	Head
	Defects []dossier.Defect
}

// Refusal is form 03 (Art. 19.8).
type Refusal struct {
	Head
	Reason string
}

// Printer makes PDF files of the forms.
type Printer interface {
	Receipt(Receipt) ([]byte, error)
	Request(Request) ([]byte, error)
	Refusal(Refusal) ([]byte, error)
	Apology(Apology) ([]byte, error)
	Control(Control) ([]byte, error)
}

// Room writes papers.
type Room struct {
	Dossiers *dossier.Room
	Printer  Printer
	// Names gives the names of officials' accounts, for the line of whoever signs.
	Names func(ctx context.Context, accounts []string) (map[string]string, error)
	// Follow gives the address that a QR code opens for a code or filing number.
	Follow func(number string) string
}

// Handle has the room do the jobs that acts enqueue.
func (r *Room) Handle(handlers *job.Registry) {
	job.Handle(handlers, r.write)
}

// ctx: the forms are Vietnamese by law, whoever causes them.
func vietnamese(ctx context.Context) context.Context { return message.WithLang(ctx, "vi") }

func (r *Room) write(ctx context.Context, w dossier.WritePaper) error {
	ctx = vietnamese(ctx)
	rooms := r.Dossiers
	owner := file.Owner{Kind: dossier.OwnerDossier, ID: w.Dossier}
	papers, err := rooms.Files.List(ctx, rooms.DB.Read(), owner)
	if err != nil {
		return err
	}
	if has(papers, w.Slot) {
		return nil
	}
	d, err := dossier.ByID(ctx, rooms.DB.Read(), w.Dossier)
	if err != nil {
		return err
	}
	if w.Slot == dossier.SlotReceipt && d.AcceptedAt.IsZero() {
		return nil // the acceptance was undone before the job came to it: there is nothing to receipt
	}
	content, name, err := r.render(ctx, d, w.Slot)
	if err != nil {
		return fmt.Errorf("write %s of dossier %s: %w", w.Slot, d.ID, err)
	}
	blob, err := rooms.Files.Receive(ctx, bytes.NewReader(content), file.Meta{Name: name + ".pdf", Size: int64(len(content)), Ours: true})
	if err != nil {
		return fmt.Errorf("keep %s of dossier %s: %w", w.Slot, d.ID, err)
	}
	return rooms.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		// Two runs of the job take turns here.
		if err := database.Lock(ctx, tx, "paper:"+d.ID); err != nil {
			return err
		}
		papers, err := rooms.Files.List(ctx, tx, owner)
		if err != nil || has(papers, w.Slot) {
			return err
		}
		_, err = rooms.Files.Attach(ctx, tx, blob, owner, file.Note{Slot: w.Slot})
		return err
	})
}

func has(papers []file.File, slot string) bool {
	return slices.ContainsFunc(papers, func(f file.File) bool { return f.Slot == slot })
}

func (r *Room) render(ctx context.Context, d dossier.Dossier, slot string) (content []byte, name string, err error) {
	switch slot {
	case dossier.SlotReceipt:
		receipt, err := r.receipt(ctx, d)
		if err != nil {
			return nil, "", err
		}
		content, err = r.Printer.Receipt(receipt)
		return content, "01-" + d.Code, err
	case dossier.SlotRequest:
		head, err := r.head(ctx, d, dossier.ActAskCompletion, dossier.ActAskSupplement)
		if err != nil {
			return nil, "", err
		}
		req, ok, err := dossier.RequestOf(ctx, r.Dossiers.DB.Read(), d.ID)
		if err != nil || !ok {
			return nil, "", missing("request", err)
		}
		content, err = r.Printer.Request(Request{Head: head, Defects: req.Defects})
		return content, "02-" + d.Number, err
	case dossier.SlotApology:
		apology, err := r.apology(ctx, d)
		if err != nil {
			return nil, "", err
		}
		content, err = r.Printer.Apology(apology)
		return content, "04-" + d.Number, err
	case dossier.SlotRefusal:
		head, err := r.head(ctx, d, dossier.ActRefuseIntake, dossier.ActRefuse)
		if err != nil {
			return nil, "", err
		}
		content, err = r.Printer.Refusal(Refusal{Head: head, Reason: d.Reason})
		return content, "03-" + d.Number, err
	}
	return nil, "", fmt.Errorf("there is no form %q", slot)
}

// head fills the lines of every form, as they were when one of the acts was
// done.
func (r *Room) head(ctx context.Context, d dossier.Dossier, acts ...string) (Head, error) {
	rooms := r.Dossiers
	act, ok, err := dossier.LastOf(ctx, rooms.DB.Read(), d.ID, acts...)
	if err != nil || !ok {
		return Head{}, missing(strings.Join(acts, " or "), err)
	}
	agency, err := rooms.Units.Agency(act.Agency)
	if err != nil {
		return Head{}, err
	}
	view := rooms.Units.At(database.Date(clock.Day(act.At)))
	place, err := view.Unit(agency.Unit)
	if err != nil {
		return Head{}, err
	}
	p, err := rooms.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return Head{}, err
	}
	names, err := r.Names(ctx, []string{act.Account})
	if err != nil {
		return Head{}, err
	}
	h := Head{
		Parent: parent(ctx, view, place), Agency: strings.ToUpper(agency.Name), Desk: message.T(ctx, "papers.desk", "place", place.Name), Place: place.Short(),
		Date:   date(ctx, act.At),
		Filing: d.FilingNumber, Lookup: d.Secret, Applicant: d.Name, ApplicantPhone: d.Phone, Procedure: p.Name.Vi, ProcedureCode: p.Code, Officer: names[act.Account], Issued: act.At,
	}
	if !d.AcceptedAt.IsZero() && !act.At.Before(d.AcceptedAt) {
		h.Code = d.Code
	}
	number := h.Code
	if number == "" {
		number = d.FilingNumber
	}
	h.FollowURL = r.Follow(number)
	return h, nil
}

// missing is why a form cannot be written.
func missing(what string, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("there is no %s", what)
}

// parent names the body above: the people's committee of the province.
func parent(ctx context.Context, view unit.View, u unit.Unit) string {
	above, err := view.Unit(u.Parent)
	if err != nil {
		return ""
	}
	return strings.ToUpper(message.T(ctx, "papers.committee", "unit", above.Name))
}

func (r *Room) receipt(ctx context.Context, d dossier.Dossier) (Receipt, error) {
	head, err := r.head(ctx, d, dossier.ActAccept)
	if err != nil {
		return Receipt{}, err
	}
	rooms := r.Dossiers
	p, err := rooms.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return Receipt{}, err
	}
	originals, err := dossier.Originals(ctx, rooms.DB.Read(), d.ID)
	if err != nil {
		return Receipt{}, err
	}
	accepted, _, err := dossier.LastOf(ctx, rooms.DB.Read(), d.ID, dossier.ActAccept)
	if err != nil {
		return Receipt{}, err
	}
	answers, err := dossier.AnswersAt(ctx, rooms.DB.Read(), d.ID, accepted.Seq)
	if err != nil {
		return Receipt{}, err
	}
	counts := map[string]int{}
	for _, field := range p.Form.Papers(answers) {
		counts[field.Paper] += len(answers[field.ID].Files)
	}
	var received []Received
	for _, paper := range p.Papers {
		if n := counts[paper.ID]; n > 0 {
			received = append(received, Received{Name: paper.Name.Vi, Count: fmt.Sprint(n), Kind: message.T(ctx, "papers.copy")})
		}
		if i := slices.IndexFunc(originals, func(o dossier.Original) bool { return o.Paper == paper.ID }); i >= 0 {
			kind := "papers.original_seen"
			if originals[i].Kept {
				kind = "papers.original_kept"
			}
			received = append(received, Received{Name: paper.Name.Vi, Count: "1", Kind: message.T(ctx, kind)})
		}
	}
	limit := worktime.LimitText(ctx, p.Limit)
	if d.LimitNote != "" {
		limit = d.LimitNote
	}
	fee, err := r.fee(ctx, d)
	if err != nil {
		return Receipt{}, err
	}
	note, err := r.void(ctx, rooms.DB.Read(), d.ID)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Note: note, Head: head, Papers: received, Limit: limit, ReceivedAt: message.DateTime(ctx, d.AcceptedAt), DueAt: message.DateTime(ctx, d.FirstDueAt), ResultAt: head.Desk, Fee: fee}, nil
}

// fee says what was to be paid as it was assessed when the dossier was accepted.
func (r *Room) fee(ctx context.Context, d dossier.Dossier) (string, error) {
	all, err := dossier.Fees(ctx, r.Dossiers.DB.Read(), d.ID)
	if err != nil {
		return "", err
	}
	var text string
	for _, f := range all {
		if f.Cause != dossier.FeeAccepted {
			continue
		}
		text = f.TotalText(ctx)
		for _, l := range f.Lines {
			if reason := l.Reason.Vi; reason != "" {
				text += "; " + reason
			}
		}
	}
	return text, nil
}
