package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"benso/internal/core/targets"
	"benso/internal/kernel/clock"
)

// patient is how often, and how far apart, a recount is made again while acts wait
// to be counted: beside a running server there are always some.
const (
	patient = 20
	between = 500 * time.Millisecond
)

// Recount counts every number of the board anew from the records, and says in a
// table what differs from what was kept. The error says that something does.
func Recount(ctx context.Context, c Config, log *slog.Logger, out io.Writer) (err error) {
	if err := c.holdsData(); err != nil {
		return err
	}
	p, err := Open(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop(context.WithoutCancel(ctx))) }()
	began := clock.System.Now()
	found, err := p.Targets.Recount(ctx)
	for try := 1; err == nil && len(found.Differences) > 0 && found.Waiting && try < patient; try++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(between):
		}
		began = clock.System.Now()
		found, err = p.Targets.Recount(ctx)
	}
	if err != nil {
		return err
	}
	took := clock.System.Now().Sub(began).Round(time.Millisecond)
	say(out, "%d facts recounted from the records in %s; %d kept numbers and %d sealed readings compared", found.Facts, took, found.Tallies, found.Readings)
	if found.Waiting {
		say(out, "acts wait to be counted: is a server running?")
	}
	if len(found.Differences) == 0 {
		say(out, "nothing differs")
		return nil
	}
	if err := table(out, found.Differences); err != nil {
		return err
	}
	return fmt.Errorf("%d numbers differ from the records", len(found.Differences))
}

func table(out io.Writer, all []targets.Difference) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, err := fmt.Fprintln(w, "WHAT\tMONTH\tNUMBER\tKEPT\tRECOUNTED\tWHY")
	for _, d := range all {
		number, why := d.Measure, d.Why
		if d.Measure == "" {
			number, why = fmt.Sprintf("%s %s %s %s", d.Tally.Fact, d.Tally.Axis, d.Tally.Key, d.Tally.Class), "-"
		}
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\n", d.What, d.Month, number, d.Kept, d.Recounted, why)
		}
	}
	return errors.Join(err, w.Flush())
}
