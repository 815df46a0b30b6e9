package dossier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/worktime"
)

// KeepDrafts is how long an untouched draft is kept.
const KeepDrafts = 90 * 24 * time.Hour

// StalePage is a page of a draft that was changed elsewhere (another tab, another
// device) after it was shown: both values are there to choose from. It is a
// Conflict fault.
type StalePage struct{ Draft Draft }

func (s *StalePage) Error() string { return "draft " + s.Draft.ID + ": the page was changed elsewhere" }

// Unwrap makes it a fault for those who do not look closer.
func (s *StalePage) Unwrap() error { return fault.New(fault.Conflict, "dossier.stale_page") }

// Start begins a draft of a procedure; the same key gives the same draft. At the
// counter a clerk fills it in: agency is the clerk's.
func (r *Room) Start(ctx context.Context, actor access.Actor, p *catalogue.Procedure, channel Channel, agency, key string) (Draft, error) {
	now := r.Clock.Now()
	d := Draft{ID: database.NewIDIn(ctx), Account: actor.Account, Channel: channel, Agency: agency, Procedure: p.Code, ProcedureVersion: p.Version,
		Answers: form.Answers{}, Revisions: map[string]int64{}, Version: 1, CreatedAt: now, UpdatedAt: now}
	return r.start(ctx, actor, d, key)
}

// StartAnswer begins the answer to a request: a draft that holds what the
// dossier says now. Its applicant answers, or a clerk for somebody who came to the
// desk. Each has one such draft of a dossier at a time.
func (r *Room) StartAnswer(ctx context.Context, actor access.Actor, id string) (Draft, error) {
	var begun Draft
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := lock(ctx, tx, id); err != nil {
			return err
		}
		d, err := r.answerable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if d.State != cases.Waiting {
			return fault.New(fault.Conflict, "dossier.nothing_asked")
		}
		channel := Online
		if d.Applicant != actor.Account {
			channel = Counter // the papers are here
			// What the dossier says is shown to the clerk on every page that follows.
			if err := audit.Record(ctx, tx, r.Clock.Now(), audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierIntake, d.Holder), Action: ReadOpened, ObjectKind: Kind, ObjectID: id, Path: d.Holder}); err != nil {
				return err
			}
		}
		var ok bool
		if begun, ok, err = answerDraft(ctx, tx, actor.Account, id); err != nil || ok {
			return err
		}
		answers, err := Answers(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		now := r.Clock.Now()
		// The form is checked by the units of today; those of the dossier may have ended.
		answers, _ = r.restated(answers, database.Date(day(now)))
		begun = Draft{ID: database.NewIDIn(ctx), Account: actor.Account, Channel: channel, Agency: d.Agency, Procedure: d.Procedure, ProcedureVersion: d.ProcedureVersion,
			Completes: d.ID, Answers: answers, Revisions: map[string]int64{}, Version: 1, CreatedAt: now, UpdatedAt: now}
		return insertDraft(ctx, tx, begun)
	})
	if err != nil {
		return Draft{}, fmt.Errorf("start answer: %w", err)
	}
	return begun, nil
}

func (r *Room) start(ctx context.Context, actor access.Actor, d Draft, key string) (Draft, error) {
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		req := database.Request{Actor: actor.Account, Route: "draft.start", Key: key, Input: database.Digest(d.Procedure, string(d.Channel), d.Completes)}
		id, done, err := database.Once(ctx, tx, req, d.CreatedAt)
		if err != nil {
			return err
		}
		if done {
			begun, err := draft(ctx, tx, actor.Account, id)
			if err == nil {
				d = begun
			}
			if !fault.Is(err, fault.NotFound) {
				return err
			}
			// It was thrown away since: the same wish begins another one.
		}
		if err := insertDraft(ctx, tx, d); err != nil {
			return err
		}
		return database.Done(ctx, tx, req, d.ID)
	})
	if err != nil {
		return Draft{}, fmt.Errorf("start draft: %w", err)
	}
	return d, nil
}

// Draft reads a draft that the actor may work on: an own one, and at the counter
// only for as long as one receives people there.
func (r *Room) Draft(ctx context.Context, actor access.Actor, id string) (Draft, error) {
	d, err := draft(ctx, r.DB.Read(), actor.Account, id)
	if err != nil {
		return Draft{}, err
	}
	return d, r.mayWork(ctx, r.DB.Read(), actor, d)
}

// lockDraft is Draft for a transaction that is going to change it, so that two
// tabs take turns.
func (r *Room) lockDraft(ctx context.Context, tx *database.Tx, actor access.Actor, id string) (Draft, error) {
	d, err := lockDraft(ctx, tx, actor.Account, id)
	if err != nil {
		return Draft{}, err
	}
	return d, r.mayWork(ctx, tx, actor, d)
}

// mayWork refuses a draft of the counter to whoever does not receive people there
// any more: it holds what somebody else said.
func (r *Room) mayWork(ctx context.Context, q database.Querier, actor access.Actor, d Draft) error {
	if d.Completes != "" {
		_, err := r.answerable(ctx, q, actor, d.Completes)
		return err
	}
	if d.Channel != Counter {
		return nil
	}
	path, err := r.Units.AgencyPath(d.Agency)
	if err != nil {
		return err
	}
	if !actor.May(access.DossierIntake, path) {
		return fault.Missing("draft", d.ID)
	}
	return nil
}

// answerable reads the dossier whose request the actor may answer: an applicant's
// own, or one of the desk where a clerk receives people.
func (r *Room) answerable(ctx context.Context, q database.Querier, actor access.Actor, id string) (Dossier, error) {
	if scope := actor.Scope(access.DossierIntake); !scope.Empty() {
		d, err := get(ctx, q, scope, id)
		if !fault.Is(err, fault.NotFound) {
			return d, err
		}
	}
	return ofApplicant(ctx, q, actor.Account, id)
}

// SavePage keeps the answers of one page. revision is the page's revision when
// it was shown; when the page was changed since, nothing is kept and the error is
// *StalePage, so that the person chooses.
func (r *Room) SavePage(ctx context.Context, actor access.Actor, id, page string, revision int64, change func(form.Answers) form.Answers) (Draft, error) {
	var d Draft
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		if d, err = r.lockDraft(ctx, tx, actor, id); err != nil {
			return err
		}
		if d.FiledAs != "" {
			return fault.New(fault.Conflict, "dossier.already_sent")
		}
		before := asText(d.Answers)
		answers := change(maps.Clone(d.Answers))
		unchanged := asText(answers) == before
		switch {
		case unchanged && (revision > 0 || d.Revisions[page] > 0):
			return nil // the same words sent twice
		case d.Revisions[page] != revision:
			return &StalePage{Draft: d}
		}
		d.Answers = answers
		d.Revisions[page]++
		d.Version++
		d.UpdatedAt = r.Clock.Now()
		return updateDraft(ctx, tx, d)
	})
	if err != nil {
		return Draft{}, fmt.Errorf("save page %s of draft %s: %w", page, id, err)
	}
	return d, nil
}

// AttachPaper gives a received paper to a draft; the answers name it when the
// page is saved.
func (r *Room) AttachPaper(ctx context.Context, actor access.Actor, id, slot string, b file.Blob) (file.File, error) {
	var f file.File
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		d, err := r.lockDraft(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if d.FiledAs != "" {
			return fault.New(fault.Conflict, "dossier.already_sent")
		}
		f, err = r.Files.Attach(ctx, tx, b, file.Owner{Kind: OwnerDraft, ID: id}, file.Note{Slot: slot, By: actor.Account})
		return err
	})
	return f, err
}

// Send files a draft, or sends the answer to a request that it holds. seen is
// the draft's version on the page where the answers were checked: when it has
// changed since, nothing is sent. A draft is sent once; sending it again gives
// the same dossier.
func (r *Room) Send(ctx context.Context, actor access.Actor, id string, seen int64, lang string) (Dossier, error) {
	d, err := r.send(ctx, actor, id, seen, lang)
	for errors.Is(err, errNoNumber) {
		if err := r.numbers.Fill(ctx, r.DB, "filing", day(r.Clock.Now())); err != nil {
			return Dossier{}, err
		}
		d, err = r.send(ctx, actor, id, seen, lang)
	}
	if err != nil {
		return Dossier{}, fmt.Errorf("send draft %s: %w", id, err)
	}
	return d, nil
}

// errNoNumber says that filing numbers have to be fetched first.
var errNoNumber = errors.New("no filing number is left")

func (r *Room) send(ctx context.Context, actor access.Actor, id string, seen int64, lang string) (Dossier, error) {
	var d Dossier
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		draft, err := r.lockDraft(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if draft.FiledAs != "" {
			if draft.Version != seen {
				return fault.New(fault.Conflict, "dossier.already_sent")
			}
			d, err = anyDossier(ctx, tx, draft.FiledAs)
			return err
		}
		if draft.Version != seen {
			return &StalePage{Draft: draft}
		}
		p, err := r.Catalogue.Version(draft.Procedure, draft.ProcedureVersion)
		if err != nil {
			return err
		}
		env := r.Env(lang)
		env.AtDesk = draft.Channel == Counter
		answers, faults := p.Form.CheckAll(draft.Answers, env)
		if len(faults) > 0 {
			f := fault.New(fault.Invalid, "dossier.answers_incomplete")
			f.Fields = faults
			return f
		}
		if draft.Completes != "" {
			d, err = r.answer(ctx, tx, actor, draft, p, answers)
		} else {
			d, err = r.file(ctx, tx, actor, draft, p, answers)
		}
		if err != nil {
			return err
		}
		return sent(ctx, tx, draft.ID, d.ID)
	})
	return d, err
}

// take reads from the answers what a dossier says of itself in lists and on
// papers.
func (d *Dossier) take(f *form.Form, answers form.Answers) {
	d.Title = f.Use(answers, "subject")
	d.Name = vntext.Clean(f.Use(answers, "name"))
	d.Phone = f.Use(answers, "phone")
	d.Receive = f.Use(answers, "receive")
	d.Folded = d.folded(answers)
}

// hand says by which right the actor sends a draft: at the counter a clerk does.
func hand(draft Draft) access.Permission {
	if draft.Channel == Counter {
		return access.DossierIntake
	}
	return ""
}

func (r *Room) file(ctx context.Context, tx *database.Tx, actor access.Actor, draft Draft, p *catalogue.Procedure, answers form.Answers) (Dossier, error) {
	now := r.Clock.Now()
	place := p.Form.Use(answers, "place")
	agency, err := r.Handler(p, answers)
	if err != nil {
		return Dossier{}, err
	}
	holder, err := r.Units.AgencyPath(agency.ID)
	if err != nil {
		return Dossier{}, err
	}
	if draft.Channel == Counter && !actor.May(access.DossierIntake, holder) {
		return Dossier{}, fault.New(fault.Invalid, "dossier.other_agency", "agency", agency.Name)
	}
	n, ok := r.numbers.Take(day(now))
	if !ok {
		return Dossier{}, errNoNumber
	}
	d := Dossier{Draft: draft.ID, FilingNumber: filingNumber(now, n), Secret: database.NewSecretIn(ctx, 8), Procedure: p.Code, ProcedureVersion: p.Version, FiledAt: now}
	if draft.Channel == Online {
		d.Applicant = actor.Account
	}
	d.take(p.Form, answers)
	by := r.by(actor, hand(draft), holder, now)
	d.Case, err = cases.Open(ctx, tx, r.Catalogue.Process(p), cases.New{
		ID: database.NewIDIn(ctx), Agency: agency.ID, Holder: holder, Place: place, Number: d.FilingNumber, Title: d.Title, Folded: d.Folded,
		Facet: p.Code, Channel: string(draft.Channel), Act: ActFile, Simulated: r.Simulated,
	}, by)
	if err != nil {
		return Dossier{}, err
	}
	if err := insertDossier(ctx, tx, d); err != nil {
		return Dossier{}, err
	}
	if err := r.keep(ctx, tx, actor, draft, p, d, answers, now); err != nil {
		return Dossier{}, err
	}
	return d, r.tell(ctx, tx, d, ActFile, by, database.Digest(asText(answers)))
}

// answer completes or supplements the dossier that the draft answers for.
func (r *Room) answer(ctx context.Context, tx *database.Tx, actor access.Actor, draft Draft, p *catalogue.Procedure, answers form.Answers) (Dossier, error) {
	now := r.Clock.Now()
	if err := lock(ctx, tx, draft.Completes); err != nil {
		return Dossier{}, err
	}
	d, err := r.answerable(ctx, tx, actor, draft.Completes)
	if err != nil {
		return Dossier{}, err
	}
	// Whoever has the dossier keeps it while it is about the same place: after a reform
	// that may be another agency than a new one would go to.
	if !r.samePlace(d.Place, p.Form.Use(answers, "place")) {
		agency, err := r.Handler(p, answers)
		if err != nil {
			return Dossier{}, err
		}
		if agency.ID != d.Agency {
			return Dossier{}, fault.New(fault.Invalid, "dossier.place_moved", "agency", agency.Name)
		}
	}
	act, effect := ActComplete, cases.Effect{}
	if d.Asked == Supplement {
		due, provisional, err := r.restart(d, p, now)
		if err != nil {
			return Dossier{}, err
		}
		act, effect = ActSupply, cases.Effect{DueAt: &due, Provisional: provisional}
		d.LimitFrom = now
	}
	def, err := r.Catalogue.Definition(d.Definition, d.DefinitionVersion)
	if err != nil {
		return Dossier{}, err
	}
	by := r.by(actor, hand(draft), d.Holder, now)
	if d.Case, err = cases.Move(ctx, tx, def, d.Case, act, by, effect); err != nil {
		return Dossier{}, err
	}
	d.take(p.Form, answers)
	if err := cases.Describe(ctx, tx, d.Case); err != nil {
		return Dossier{}, err
	}
	if err := save(ctx, tx, d); err != nil {
		return Dossier{}, err
	}
	if err := answered(ctx, tx, d.ID, now); err != nil {
		return Dossier{}, err
	}
	if err := r.keep(ctx, tx, actor, draft, p, d, answers, now); err != nil {
		return Dossier{}, err
	}
	if act == ActSupply {
		if err := r.keepFee(ctx, tx, d, p, answers, actor.Account, FeeSupplied, now); err != nil {
			return Dossier{}, err
		}
	}
	return d, r.tell(ctx, tx, d, act, by, database.Digest(asText(answers)))
}

// restart fixes the deadline anew from zero once a dossier is complete (Decree
// 61/2018, Art. 19.4). Where no limit is known, it is as far away as the clerk had
// put it.
func (r *Room) restart(d Dossier, p *catalogue.Procedure, now time.Time) (at time.Time, provisional bool, err error) {
	if p.Limit.Unit != worktime.Unknown {
		return deadline(r.Calendar, p.Limit, now, Given{})
	}
	end := r.Calendar.Add(now, r.Calendar.Between(d.AcceptedAt, d.FirstDueAt))
	if closing, ok := r.Calendar.CloseOf(end); ok {
		end = closing
	}
	return end, day(end) > r.Calendar.PublishedUntil(), nil
}

// keep writes the answers as a version of the dossier's and gives it the papers
// that they name: the content is on the disk already, nobody uploads it again.
func (r *Room) keep(ctx context.Context, tx *database.Tx, actor access.Actor, draft Draft, p *catalogue.Procedure, d Dossier, answers form.Answers, now time.Time) error {
	held, err := r.Files.List(ctx, tx, file.Owner{Kind: OwnerDraft, ID: draft.ID})
	if err != nil {
		return err
	}
	given := make(map[string]file.File, len(held))
	for _, f := range held {
		given[f.ID] = f
	}
	for _, field := range p.Form.Papers(answers) {
		v := answers[field.ID]
		for i, f := range v.Files {
			paper, ok := given[f.ID]
			if !ok {
				continue // the dossier has it already, from before the request
			}
			kept, err := r.Files.Attach(ctx, tx, paper.Blob(), file.Owner{Kind: OwnerDossier, ID: d.ID}, file.Note{Slot: SlotPaper + field.Paper, By: actor.Account})
			if err != nil {
				return err
			}
			v.Files[i].ID = kept.ID
		}
		answers[field.ID] = v
	}
	// What the answers do not name was taken away; the draft keeps nothing of it.
	for _, f := range held {
		if err := r.Files.Remove(ctx, tx, f.ID); err != nil {
			return err
		}
	}
	return insertAnswers(ctx, tx, d.ID, d.Version, actor.Account, answers, now)
}

// DiscardDraft throws a draft away that was not sent.
func (r *Room) DiscardDraft(ctx context.Context, actor access.Actor, id string) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		d, err := r.lockDraft(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if d.FiledAs != "" {
			return fault.New(fault.Conflict, "dossier.already_sent")
		}
		_, err = r.dropDraft(ctx, tx, d, d.UpdatedAt)
		return err
	})
}

// dropDraft throws a draft away unless it was sent, or touched after touched.
func (r *Room) dropDraft(ctx context.Context, tx *database.Tx, d Draft, touched time.Time) (gone bool, err error) {
	if gone, err = deleteDraft(ctx, tx, d.ID, touched); err != nil || !gone {
		return false, err
	}
	papers, err := r.Files.List(ctx, tx, file.Owner{Kind: OwnerDraft, ID: d.ID})
	if err != nil {
		return false, err
	}
	for _, f := range papers {
		if err := r.Files.Remove(ctx, tx, f.ID); err != nil {
			return false, err
		}
	}
	return true, nil
}

// SweepDrafts throws away the drafts that nobody touched for KeepDrafts. One that
// cannot be thrown away holds up no other.
func (r *Room) SweepDrafts(ctx context.Context) (n int, err error) {
	old, err := oldDrafts(ctx, r.DB.Read(), r.Clock.Now().Add(-KeepDrafts))
	if err != nil {
		return 0, err
	}
	for _, d := range old {
		failed := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			gone, err := r.dropDraft(ctx, tx, d, d.UpdatedAt)
			if gone {
				n++
			}
			return err
		})
		err = errors.Join(err, failed)
	}
	return n, err
}

// Open reads one dossier for an official within their scope, and writes down
// that they did (DESIGN: opening a case journals one row).
func (r *Room) Open(ctx context.Context, actor access.Actor, id string) (Dossier, error) {
	var d Dossier
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		if d, err = get(ctx, tx, actor.Scope(access.DossierRead), id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, r.Clock.Now(), audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierRead, d.Holder), Action: "dossier.read", ObjectKind: Kind, ObjectID: id, Path: d.Holder})
	})
	return d, err
}

// asText gives answers as one text; JSON sorts the keys of a map.
func asText(a form.Answers) string {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err) // texts and lists of texts always encode
	}
	return string(b)
}
