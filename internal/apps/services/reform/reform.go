package reform

import (
	"context"
	"fmt"
	"slices"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
)

// Room passes things on.
type Room struct {
	Dossiers *dossier.Room
	Accounts *identity.Store
	Roles    access.Roles
}

// What may pass.
const (
	Role     = "role"
	Dossier  = "dossier"
	Question = "question"
	Draft    = "draft"
	View     = "view"
	Book     = "book"
)

// Whats lists what may pass, in the order in which it does: roles first, so that what
// lies on a desk can stay on it.
var Whats = []string{Role, Dossier, Question, Draft, View, Book}

// Mode says whether things pass, or are only listed.
type Mode int

// The modes.
const (
	Move Mode = iota
	DryRun
)

// Order is one run.
type Order struct {
	Date    database.Date // the first day of the new units: agencies that ended before it pass everything on
	Mode    Mode
	Batch   int               // how many pass in one transaction; 0: 100
	Decided map[string]string // what and id, "dossier/0197…" → agency, where people have decided
}

// Line is one thing that passes, or that is left.
type Line struct {
	What      string
	ID        string
	Number    string // of a dossier; name of a role or a view; last number of a book
	Procedure string // code
	Place     string // unit
	From      string // agency
	To        string // agency; empty when it is left
	Grounds   []string
	Left      Reason
}

// Flow is what went from one agency to another.
type Flow struct{ What, From, To string }

// Report adds up the lines.
type Report struct {
	Moved map[Flow]int
	Left  map[Flow]int // To is the reason
}

func (r *Report) add(l Line) {
	if l.Left != "" {
		r.Left[Flow{l.What, l.From, string(l.Left)}]++
		return
	}
	r.Moved[Flow{l.What, l.From, l.To}]++
}

// Count is how many of one kind moved and were left.
func (r Report) Count(what string) (moved, left int) {
	for f, n := range r.Moved {
		if f.What == what {
			moved += n
		}
	}
	for f, n := range r.Left {
		if f.What == what {
			left += n
		}
	}
	return moved, left
}

// AnyLeft says whether something could not be placed.
func (r Report) AnyLeft() bool { return len(r.Left) > 0 }

const batch = 100

// run is one run at work.
type run struct {
	*Room
	Order
	placer
	each   func(Line) error
	report Report
	left   map[string]bool // agencies that keep something
}

// Run passes on, or lists, everything that agencies have which ended before the day.
// each is told of every line once it is committed. Running it again goes on where a
// run ended.
func (r *Room) Run(ctx context.Context, o Order, each func(Line) error) (Report, error) {
	if _, err := time.Parse(time.DateOnly, string(o.Date)); err != nil {
		return Report{}, fmt.Errorf("%q is no day: write it as 2025-07-01", o.Date)
	}
	if today := clock.Day(r.Dossiers.Clock.Now()); o.Mode == Move && string(o.Date) > today {
		return Report{}, fmt.Errorf("%s has not come yet: no agency acts before its first day; a dry run is possible", o.Date)
	}
	if o.Batch <= 0 {
		o.Batch = batch
	}
	for key, agency := range o.Decided {
		if a, err := r.Dossiers.Units.Agency(agency); err != nil || a.From > o.Date || a.To != "" && a.To < o.Date {
			return Report{}, fmt.Errorf("%s was decided for %q, which is no agency on %s", key, agency, o.Date)
		}
	}
	x := &run{Room: r, Order: o, each: each, left: map[string]bool{},
		report: Report{Moved: map[Flow]int{}, Left: map[Flow]int{}},
		placer: placer{units: r.Dossiers.Units, day: o.Date, handled: func(code string) []catalogue.Competence { return r.Dossiers.Catalogue.HandledBy(code, string(o.Date)) }}}
	ended := r.Dossiers.Units.EndedAgencies(o.Date)
	for _, step := range []func(context.Context, unit.Agency) error{x.roles, x.dossiers, x.questions} {
		for _, a := range ended {
			if err := step(ctx, a); err != nil {
				return x.report, err
			}
		}
	}
	if err := x.drafts(ctx); err != nil {
		return x.report, err
	}
	if err := x.views(ctx); err != nil {
		return x.report, err
	}
	for _, a := range ended {
		if err := x.books(ctx, a); err != nil {
			return x.report, err
		}
	}
	return x.report, nil
}

// say tells of a batch that is committed.
func (x *run) say(lines []Line) error {
	for _, l := range lines {
		x.report.add(l)
		if l.Left != "" {
			x.left[l.From] = true
		}
		if x.each != nil {
			if err := x.each(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// write does one batch in one transaction and tells of it; a dry run only tells. act
// says whether the thing of a line passed: one that somebody else changed in between
// did not.
func (x *run) write(ctx context.Context, lines []Line, act func(ctx context.Context, tx *database.Tx, i int, l *Line) (bool, error)) error {
	if len(lines) == 0 {
		return nil
	}
	if x.Mode == DryRun {
		return x.say(lines)
	}
	var done []Line
	err := x.Dossiers.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		done = nil
		for i, l := range lines {
			if l.Left == "" {
				moved, err := act(ctx, tx, i, &l)
				if err != nil {
					return fmt.Errorf("%s %s: %w", l.What, l.ID, err)
				}
				if !moved && l.Left == "" {
					continue
				}
			}
			done = append(done, l)
		}
		return nil
	})
	if err != nil {
		return err // what it had done is taken back
	}
	return x.say(done)
}

// line places a thing, as people decided or by the rules.
func (x *run) line(l Line, place func() Placement) (Line, Placement) {
	var p Placement
	if agency, ok := x.Decided[l.What+"/"+l.ID]; ok {
		a, err := x.units.Agency(agency)
		if err == nil {
			p = x.at(a, Matter{Agency: l.From, Place: l.Place})
		}
	} else {
		p = place()
	}
	l.To, l.Grounds, l.Left = p.Agency.ID, p.Grounds, p.Left
	return l, p
}

// passing is what the dossier's room needs to know.
func (x *run) passing(l Line, p Placement) dossier.Passing {
	to := dossier.Passing{Passed: dossier.Passed{Reform: string(x.Date), From: l.From, To: l.To, Grounds: l.Grounds}}
	to.To.Agency, to.To.Holder = p.Agency.ID, p.Path
	return to
}

// chunks cuts a list into batches.
func chunks[T any](all []T, n int) [][]T { return slices.Collect(slices.Chunk(all, n)) }
