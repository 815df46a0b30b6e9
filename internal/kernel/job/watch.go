package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"benso/internal/kernel/clock"
)

// failures hears of every failed attempt.
type failures Queue

func (f *failures) HandleError(ctx context.Context, j *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	(*Queue)(f).failed(ctx, j, err)
	return nil
}

func (f *failures) HandlePanic(ctx context.Context, j *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	(*Queue)(f).failed(ctx, j, fmt.Errorf("panic: %v", value), slog.String("trace", trace))
	return nil
}

func (q *Queue) failed(ctx context.Context, j *rivertype.JobRow, err error, more ...any) {
	level, text := slog.LevelWarn, "job: failed, will be tried again"
	if j.Attempt >= j.MaxAttempts {
		level, text = slog.LevelError, "job: failed for good"
	}
	more = append(more, slog.String("kind", j.Kind), slog.Int64("job", j.ID), slog.Int("attempt", j.Attempt), slog.Int("of", j.MaxAttempts), slog.Any("error", err))
	q.log.Log(ctx, level, text, more...)
	if d := q.drain.Load(); d != nil {
		d.add(fmt.Errorf("job %s, attempt %d: %w", j.Kind, j.Attempt, err))
	}
}

type drain struct {
	mu   sync.Mutex
	errs []error
}

func (d *drain) add(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.errs = append(d.errs, err)
}

func (d *drain) all() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.errs...)
}

// WorkAll works, for tests and for command lines, until no job could start now,
// and says which attempts failed meanwhile. Jobs that failed wait for their next
// attempt; those asked for a later time are left alone.
func (q *Queue) WorkAll(ctx context.Context) (err error) {
	d := &drain{}
	q.drain.Store(d)
	defer q.drain.Store(nil)
	q.mu.Lock()
	started := q.running
	q.mu.Unlock()
	if !started {
		if err := q.Start(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, q.Stop(context.WithoutCancel(ctx))) }()
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		s, err := q.Stats(ctx)
		if err != nil {
			return err
		}
		if s.Waiting == 0 && s.Running == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d jobs wait and %d run still: %w", s.Waiting, s.Running, ctx.Err())
		case <-tick.C:
		}
	}
	return d.all()
}

// atLeast passes on what is at least so important: river tells much at the
// level of information, errors of jobs among it, which failed has told.
type atLeast struct {
	slog.Handler
	level slog.Level
}

func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h atLeast) WithAttrs(a []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(a), h.level}
}

func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}

// nightly is two o'clock in Vietnam.
type nightly struct{}

func (nightly) Next(t time.Time) time.Time {
	t = t.In(clock.Zone)
	next := time.Date(t.Year(), t.Month(), t.Day(), 2, 0, 0, 0, clock.Zone)
	if !next.After(t) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}
