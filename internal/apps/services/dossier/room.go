package dossier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/job"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/worktime"
)

// Room is what the verbs work with.
type Room struct {
	DB        *database.DB
	Clock     clock.Clock
	Calendar  *worktime.Calendar
	Units     *unit.Tree
	Catalogue *catalogue.Catalogue
	Files     *file.Store
	Jobs      Jobs
	Events    *event.Bus
	Simulated bool // the dossiers that this room files are simulated, and say so

	numbers database.Numbers // filing numbers
}

// Simulating is the room of a demonstration: at a clock of its own, with its own
// papers, and all that it files says that it is simulated.
func (r *Room) Simulating(c clock.Clock, files *file.Store) *Room {
	return &Room{DB: r.DB, Clock: c, Calendar: r.Calendar, Units: r.Units, Catalogue: r.Catalogue, Files: files, Jobs: r.Jobs, Events: r.Events, Simulated: true}
}

// Jobs is where an act leaves what it causes, in its transaction.
type Jobs interface {
	Enqueue(ctx context.Context, tx *database.Tx, a job.Args, o ...job.EnqueueOption) error
}

// Events that other rooms may hear.
const (
	EventFiled    = "dossier.filed"
	EventChanged  = "dossier.changed"
	EventResolved = "dossier.resolved"
)

// Happened is what the events carry: which act it was, and the number of its event
// in the case.
type Happened struct {
	Act string `json:"act"`
	Seq int64  `json:"seq"`
}

// WritePaper is the job that writes one of the forms of Circular 01/2018 into a
// dossier: the slot says which.
type WritePaper struct {
	Dossier string `json:"dossier"`
	Slot    string `json:"slot"`
}

// Kind names the job.
func (WritePaper) Kind() string { return "dossier.write_paper" }

// Act names one attempt of an official or an applicant to change a dossier:
// which, as they saw it, under a key made with the form.
type Act struct {
	ID      string
	Version int64
	Key     string
}

// verb is one act, decided: what the case gets, and what the dossier gets.
type verb struct {
	act    string
	may    access.Permission // empty: an act of the applicant
	across bool              // it is done from another hand's step; the definition still says at which
	input  []string          // what was sent, for the request's digest
	decide func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) (cases.Effect, error)
	move   func(ctx context.Context, tx *database.Tx, d Dossier, by cases.By) (cases.Case, error) // instead of decide: an act of the core, which no definition names
	after  func(ctx context.Context, tx *database.Tx, d *Dossier, now time.Time) error            // nil: nothing more
	papers []string                                                                               // slots of forms that the act causes
}

// do runs a verb in one transaction: once for its key, in the actor's scope, on
// the version that the actor saw.
func (r *Room) do(ctx context.Context, actor access.Actor, a Act, v verb) (Dossier, error) {
	var d Dossier
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := r.Clock.Now()
		req := database.Request{Actor: actor.Account, Route: "dossier." + v.act, Key: a.Key, Input: database.Digest(append([]string{a.ID, fmt.Sprint(a.Version)}, v.input...)...)}
		_, done, err := database.Once(ctx, tx, req, now)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, a.ID); err != nil {
			return err
		}
		if d, err = r.load(ctx, tx, actor, v.may, a.ID); err != nil || done {
			return err
		}
		if err := cases.Seen(ctx, tx, d.Case, a.Version); err != nil {
			return err
		}
		// The definition says who does a step; an act that belongs to another hand is
		// not done here, whatever the actor may do elsewhere.
		if v.may != "" && d.Needs != v.may && !v.across {
			return fault.New(fault.Conflict, "cases.not_now").With(fmt.Errorf("the step %q needs %q", d.Step, d.Needs))
		}
		by := r.by(actor, v.may, d.Holder, now)
		if d.Case, err = r.moved(ctx, tx, &d, v, by); err != nil {
			return err
		}
		if v.after != nil {
			if err := v.after(ctx, tx, &d, now); err != nil {
				return err
			}
		}
		if err := save(ctx, tx, d); err != nil {
			return err
		}
		if err := r.tell(ctx, tx, d, v.act, by, req.Input, v.papers...); err != nil {
			return err
		}
		return database.Done(ctx, tx, req, d.ID)
	})
	if err != nil {
		return Dossier{}, fmt.Errorf("%s dossier %s: %w", v.act, a.ID, err)
	}
	return d, nil
}

// moved writes what an act does to the case.
func (r *Room) moved(ctx context.Context, tx *database.Tx, d *Dossier, v verb, by cases.By) (cases.Case, error) {
	if v.move != nil {
		return v.move(ctx, tx, *d, by)
	}
	effect, err := v.decide(ctx, tx, d, by.At)
	if err != nil {
		return cases.Case{}, err
	}
	def, err := r.Catalogue.Definition(d.Definition, d.DefinitionVersion)
	if err != nil {
		return cases.Case{}, err
	}
	return cases.Move(ctx, tx, def, d.Case, v.act, by, effect)
}

// lock has the acts on one dossier take turns, so that none of them changes its
// papers behind another's back.
func lock(ctx context.Context, tx *database.Tx, id string) error {
	return database.Lock(ctx, tx, "dossier:"+id)
}

// load reads the dossier that the actor may act on: officials by their scope,
// applicants their own.
func (r *Room) load(ctx context.Context, q database.Querier, actor access.Actor, may access.Permission, id string) (Dossier, error) {
	if may != "" {
		return get(ctx, q, actor.Scope(may), id)
	}
	return ofApplicant(ctx, q, actor.Account, id)
}

func (r *Room) by(actor access.Actor, may access.Permission, path string, now time.Time) cases.By {
	by := cases.By{Account: actor.Account, At: now}
	if may != "" {
		by.ActingFor = actor.ActsFor(may, path)
	}
	return by
}

// tell writes what others must know of an act, in its transaction.
func (r *Room) tell(ctx context.Context, tx *database.Tx, d Dossier, act string, by cases.By, digest string, papers ...string) error {
	err := audit.Record(ctx, tx, by.At, audit.Entry{Actor: by.Account, ActingFor: by.ActingFor, Action: "dossier." + act, ObjectKind: Kind, ObjectID: d.ID, Path: d.Holder, Digest: digest})
	if err != nil {
		return err
	}
	for _, slot := range papers {
		if err := r.Jobs.Enqueue(ctx, tx, WritePaper{Dossier: d.ID, Slot: slot}); err != nil {
			return err
		}
	}
	kind := EventChanged
	switch {
	case act == ActFile:
		kind = EventFiled
	case d.ResolvedAt.Equal(by.At):
		kind = EventResolved
	}
	return r.Events.Record(ctx, tx, kind, d.ID, Happened{Act: act, Seq: d.Version})
}

// Handler gives the agency that handles a procedure today, for the place that the
// answers name: by the table of competence, the agency of that kind of the unit at
// that level in which the place lies. Where several levels handle it, the answers
// say which; where they do not, the first of the table.
func (r *Room) Handler(p *catalogue.Procedure, answers form.Answers) (unit.Agency, error) {
	today := clock.Day(r.Clock.Now())
	rows := slices.DeleteFunc(r.Catalogue.Handled(p, today), func(c catalogue.Competence) bool { return !c.Known() })
	if len(rows) == 0 {
		return unit.Agency{}, fault.New(fault.Invalid, "dossier.no_agency").With(fmt.Errorf("no agency is known to handle %s", p.Code))
	}
	row := rows[0]
	if i := slices.IndexFunc(rows, func(c catalogue.Competence) bool { return c.Level == p.Form.Use(answers, "level") }); i >= 0 {
		row = rows[i]
	}
	view := r.Units.At(database.Date(today))
	u, err := view.Unit(p.Form.Use(answers, "place"))
	for err == nil && string(u.Level) != row.Level && u.Parent != "" {
		u, err = view.Unit(u.Parent)
	}
	if err != nil || string(u.Level) != row.Level {
		return unit.Agency{}, fault.New(fault.Invalid, "dossier.no_agency").With(err)
	}
	for _, a := range r.Units.AgenciesOf(u.ID, database.Date(today)) {
		if a.Kind == row.Agency {
			return a, nil
		}
	}
	return unit.Agency{}, fault.New(fault.Invalid, "dossier.no_agency").With(fmt.Errorf("unit %s has no %s", u.ID, row.Agency))
}

// Handles says whether an agency handles a procedure today, for some place.
func (r *Room) Handles(a unit.Agency, p *catalogue.Procedure) bool {
	u, err := r.Units.Unit(a.Unit)
	return err == nil && slices.ContainsFunc(r.Catalogue.Handled(p, clock.Day(r.Clock.Now())), func(c catalogue.Competence) bool {
		return c.Known() && c.Agency == a.Kind && c.Level == string(u.Level)
	})
}

// Env is what a form's answers are checked with today.
func (r *Room) Env(lang string) form.Env {
	now := r.Clock.Now()
	return form.Env{Today: clock.Day(now), Places: places{r.Units.At(database.Date(clock.Day(now)))}, Lang: lang}
}

// places gives a form the units that live today.
type places struct{ view unit.View }

func (p places) Provinces() []form.Place { return choices(p.view.Provinces()) }

func (p places) Communes(province string) []form.Place { return choices(p.view.Communes(province)) }

func (p places) Name(id string) string {
	u, err := p.view.Unit(id)
	if err != nil {
		return ""
	}
	return u.Name
}

func choices(units []unit.Unit) []form.Place {
	found := make([]form.Place, len(units))
	for i, u := range units {
		found[i] = form.Place{ID: u.ID, Name: u.Name}
	}
	return found
}
