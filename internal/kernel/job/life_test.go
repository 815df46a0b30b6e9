package job_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/job"
	"benso/internal/kernel/job/jobtest"
)

func TestStopLetsStartedJobsFinish(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		started := make(chan struct{}, 1)
		var finished atomic.Bool
		r := job.NewRegistry()
		job.Handle(r, func(ctx context.Context, _ note) error {
			started <- struct{}{}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(300 * time.Millisecond):
			}
			finished.Store(true)
			return nil
		})
		q := newQueue(t, db, r, job.Options{})
		start(t, q)
		enqueue(t, db, q, note{"a"})
		<-started
		stop(t, q)
		if !finished.Load() {
			t.Error("Stop did not wait for the job")
		}
		if s := stats(t, q); s != (job.Stats{}) {
			t.Errorf("the queue holds %+v", s)
		}
	})
}

func TestJobCancelledByStopRunsAfterTheNextStart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		started := make(chan struct{}, 2)
		var patient atomic.Bool
		r := job.NewRegistry()
		job.Handle(r, func(ctx context.Context, _ note) error {
			started <- struct{}{}
			if patient.Load() {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}, job.MaxAttempts(1))
		q := newQueue(t, db, r, job.Options{})
		start(t, q)
		enqueue(t, db, q, note{"a"})
		<-started
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		// The stop is not the job's fault, so it has not used up its only attempt.
		if s := stats(t, q); s.Waiting != 1 {
			t.Fatalf("the queue holds %+v", s)
		}
		patient.Store(true)
		again := newQueue(t, db, r, job.Options{})
		jobtest.Drain(t, again)
		if s := stats(t, q); s != (job.Stats{}) || len(started) != 1 {
			t.Errorf("the queue holds %+v, started %d more", s, len(started))
		}
	})
}

func TestSlowQueueDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		quick, finish := make(chan struct{}), make(chan struct{})
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error { <-finish; return nil }, job.OnQueue("slow"))
		job.Handle(r, func(context.Context, other) error { close(quick); return nil })
		q := newQueue(t, db, r, job.Options{Workers: 1})
		start(t, q)
		enqueue(t, db, q, note{"a"})
		enqueue(t, db, q, note{"b"})
		enqueue(t, db, q, other{})
		select {
		case <-quick:
		case <-time.After(5 * time.Second):
			t.Error("the quick job waits for the slow ones")
		}
		close(finish)
	})
}

func TestSecondProgramOnADataFolderIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error { return nil })
		first, second := newQueue(t, db, r, job.Options{}), newQueue(t, db, r, job.Options{})
		start(t, first)
		err := second.Start(t.Context())
		if db.Dialect() == database.Postgres {
			// PostgreSQL serves several: the second works beside the first.
			if err != nil {
				t.Error(err)
			}
			stop(t, second)
			return
		}
		if err == nil {
			t.Error("the second works beside the first: it would take over its jobs")
			stop(t, second)
		}
	})
}

func TestJobOfALivingProcessIsNotTakenOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		if db.Dialect() == database.SQLite {
			return // a second process is refused: TestSecondProgramOnADataFolderIsRefused
		}
		var runs atomic.Int32
		started, finish := make(chan struct{}, 2), make(chan struct{})
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error {
			runs.Add(1)
			started <- struct{}{}
			<-finish
			return nil
		})
		first, second := newQueue(t, db, r, job.Options{}), newQueue(t, db, r, job.Options{})
		start(t, first)
		enqueue(t, db, first, note{"a"})
		<-started
		start(t, second)
		time.Sleep(300 * time.Millisecond)
		close(finish)
		jobtest.Drain(t, second)
		if runs.Load() != 1 {
			t.Errorf("ran %d times, want once", runs.Load())
		}
	})
}
