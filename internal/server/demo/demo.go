package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"benso/internal/core/cases"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
	"benso/internal/server"
)

// Plan is what is simulated.
type Plan struct {
	Dossiers int
	Seed     int64
	Until    time.Time // zero: the last full hour
}

// ParseUntil reads where a simulation ends: a day, at whose end it does, or an instant.
func ParseUntil(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, clock.Zone); err == nil {
		return t.AddDate(0, 0, 1), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no day such as 2026-06-30 and no instant such as 2026-06-30T15:00:00+07:00", text)
	}
	return t, nil
}

// Demo is a simulation that is about to begin.
type Demo struct {
	p     *server.Program
	plan  Plan
	world *world // nil: the folder holds its demonstration already

	filling atomic.Bool
}

// Prepare makes what the demonstration begins with, so that the accounts of the
// welcome are there before the first page is asked for. It leaves a folder that
// holds a demonstration as it is, and refuses one that anybody uses.
func Prepare(ctx context.Context, p *server.Program, plan Plan) (*Demo, error) {
	if plan.Until.IsZero() {
		plan.Until = p.Clock.Now().Truncate(time.Hour)
	}
	if !plan.Until.After(begin) {
		return nil, fmt.Errorf("the simulation begins on %s: --until must be later", clock.Day(begin))
	}
	if plan.Until.After(p.Clock.Now()) {
		return nil, errors.New("nothing is simulated that lies ahead: --until must be in the past")
	}
	d := &Demo{p: p, plan: plan}
	any, err := cases.Any(ctx, p.DB.Read())
	if err != nil {
		return nil, err
	}
	simulated, err := cases.AnySimulated(ctx, p.DB.Read())
	switch {
	case err != nil:
		return nil, err
	case any && simulated:
		return d, nil
	case any:
		return nil, errors.New("this data folder holds real dossiers: give the demonstration a folder of its own (--data)")
	}
	used, err := identity.Any(ctx, p.DB.Read())
	if err != nil {
		return nil, err
	}
	if used {
		return nil, errors.New("this data folder is in use: give the demonstration a folder of its own (--data)")
	}
	if d.world, err = newWorld(ctx, p, plan); err != nil {
		return nil, err
	}
	// No month of the past is over while its deeds are still being done.
	d.filling.Store(true)
	settled := p.Targets.Settled
	p.Targets.Settled = func(ctx context.Context, q database.Querier) (bool, error) {
		if d.filling.Load() {
			return false, nil
		}
		return settled(ctx, q)
	}
	return d, d.world.welcome(ctx)
}

// welcome makes the accounts that the welcome names.
func (w *world) welcome(ctx context.Context) error {
	if err := w.draw(ctx); err != nil {
		return err
	}
	return w.p.DB.Together(ctx, func(ctx context.Context) error {
		ctx = w.chance(ctx, -1, 0)
		w.clock.Set(begin)
		on := database.Date(clock.Day(w.end))
		units := w.past.Units
		for _, id := range []string{"ubnd-" + home, "ubnd-" + neighbour} {
			if agency, err := units.Agency(id); err != nil {
				return err
			} else if err := w.introduce(ctx, agency); err != nil {
				return err
			}
		}
		for _, agency := range units.Agencies(on) {
			if agency.Kind == department && agency.To == "" {
				if err := w.introduce(ctx, agency); err != nil {
					return err
				}
			}
		}
		if err := w.guests(ctx, database.Date(clock.Day(w.p.Clock.Now())), dice(w.seed, 0, 1001)); err != nil {
			return err
		}
		mai, err := w.mai(ctx)
		w.people[home] = append(w.people[home], mai)
		return err
	})
}

// introduce makes the accounts of an agency's desk before the agency is there.
func (w *world) introduce(ctx context.Context, agency unit.Agency) error {
	if _, err := w.staff.desk(ctx, agency); err != nil {
		return err
	}
	// It is hired in its time, with the rights of then.
	delete(w.desks, agency.ID)
	w.order = w.order[:0]
	return nil
}

// Run simulates. out gets a line that is written over and over on a terminal, and a
// line every ten seconds elsewhere. It answers with the digest of what it made, ""
// where there was nothing to do.
func (d *Demo) Run(ctx context.Context, out io.Writer) (digest string, err error) {
	w := d.world
	if w == nil {
		return "", nil
	}
	bar := newBar(out)
	if err = w.live(ctx, bar.show); err != nil {
		bar.end()
		return "", err
	}
	d.filling.Store(false)
	bar.done(w.progress)
	if digest, err = Digest(ctx, d.p.DB.Read()); err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(out, "digest of the province: %s (--seed %d --dossiers %d --until %s makes it again)\n", digest, d.plan.Seed, d.plan.Dossiers, d.plan.Until.In(clock.Zone).Format(time.RFC3339))
	return digest, err
}

// Fill makes the demonstration in a folder that nobody serves.
func Fill(ctx context.Context, c server.Config, log *slog.Logger, plan Plan, out io.Writer) (digest string, err error) {
	p, err := server.OpenToServe(ctx, c, log)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, p.Stop(context.WithoutCancel(ctx))) }()
	d, err := Prepare(ctx, p, plan)
	if err != nil {
		return "", err
	}
	return d.Run(ctx, out)
}
