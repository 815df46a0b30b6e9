package job_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/job"
	"benso/internal/kernel/job/jobtest"
)

type note struct {
	ID string `json:"id"`
}

func (note) Kind() string { return "note" }

type other struct{}

func (other) Kind() string { return "other" }

// impostor calls itself a note.
type impostor struct{}

func (impostor) Kind() string { return "note" }

// each runs fn on both databases, with river's tables and one of our own.
func each(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if err := job.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		write(t, db, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `CREATE TABLE notes (id TEXT PRIMARY KEY)`)
			return err
		})
		fn(t, db)
	})
}

func write(t *testing.T, db *database.DB, fn func(ctx context.Context, tx *database.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// fast has failed jobs tried again almost at once.
var fast = job.Options{Backoff: func(int) time.Duration { return time.Millisecond }}

func newQueue(t *testing.T, db *database.DB, r *job.Registry, o job.Options) *job.Queue {
	t.Helper()
	q, err := job.New(db, r, slog.New(slog.DiscardHandler), o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func start(t *testing.T, q *job.Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, q) })
}

func stop(t *testing.T, q *job.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func enqueue(t *testing.T, db *database.DB, q *job.Queue, a job.Args, o ...job.EnqueueOption) {
	t.Helper()
	write(t, db, func(ctx context.Context, tx *database.Tx) error { return q.Enqueue(ctx, tx, a, o...) })
}

func stats(t *testing.T, q *job.Queue) job.Stats {
	t.Helper()
	s, err := q.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func eventually(t *testing.T, what string, within time.Duration, ok func() bool) {
	t.Helper()
	end := time.Now().Add(within)
	for !ok() {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// seen collects what handlers were given.
type seen struct {
	mu  sync.Mutex
	ids []string
}

func (s *seen) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids = append(s.ids, id)
}

func (s *seen) sorted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.ids))
}

func (s *seen) handler(_ context.Context, n note) error {
	s.add(n.ID)
	return nil
}

func TestJobExistsIfAndOnlyIfItsTransactionDoes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var got seen
		r := job.NewRegistry()
		job.Handle(r, got.handler)
		q := newQueue(t, db, r, job.Options{})
		refused := errors.New("refused")
		// The callers come together, so on SQLite they share commits, and what one
		// takes back must not take its neighbours' jobs along or leave its own.
		var callers sync.WaitGroup
		var wrong atomic.Int32
		for i := range 60 {
			callers.Go(func() {
				id := fmt.Sprintf("%02d", i)
				err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
					if _, err := tx.ExecContext(ctx, `INSERT INTO notes (id) VALUES ($1)`, id); err != nil {
						return err
					}
					if err := q.Enqueue(ctx, tx, note{id}); err != nil {
						return err
					}
					if i%3 == 0 {
						return refused
					}
					return nil
				})
				if (i%3 == 0) != errors.Is(err, refused) {
					wrong.Add(1)
				}
			})
		}
		callers.Wait()
		if wrong.Load() > 0 {
			t.Fatalf("%d callers got another answer than their own", wrong.Load())
		}
		if s := stats(t, q); s.Waiting != 40 {
			t.Fatalf("%d jobs wait, want the 40 that were committed", s.Waiting)
		}
		jobtest.Drain(t, q)
		var want []string
		for i := range 60 {
			if i%3 != 0 {
				want = append(want, fmt.Sprintf("%02d", i))
			}
		}
		if !slices.Equal(got.sorted(), want) {
			t.Errorf("worked on %v, want %v", got.sorted(), want)
		}
		if s := stats(t, q); s != (job.Stats{}) {
			t.Errorf("afterwards the queue holds %+v", s)
		}
	})
}

func TestPanickingCallerEnqueuesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var got seen
		r := job.NewRegistry()
		job.Handle(r, got.handler)
		q := newQueue(t, db, r, job.Options{})
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { // it panics: there is no error
				if err := q.Enqueue(ctx, tx, note{"a"}); err != nil {
					return err
				}
				panic("half way")
			})
		}()
		if s := stats(t, q); s != (job.Stats{}) {
			t.Errorf("the queue holds %+v, want nothing", s)
		}
	})
}

func TestJobStartsSoonAfterItsCommit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		ran := make(chan struct{}, 1)
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error { ran <- struct{}{}; return nil })
		q := newQueue(t, db, r, job.Options{})
		start(t, q)
		var waits []time.Duration
		for i := range 9 {
			time.Sleep(time.Duration(37*i) * time.Millisecond) // at all phases of the poll
			enqueue(t, db, q, note{"a"})
			committed := time.Now()
			select {
			case <-ran:
				waits = append(waits, time.Since(committed))
			case <-time.After(5 * time.Second):
				t.Fatal("the job did not start")
			}
		}
		slices.Sort(waits)
		t.Logf("commit to start: median %v, longest %v", waits[4], waits[8])
		// A poll would take half a second in the middle.
		if waits[4] > 250*time.Millisecond {
			t.Errorf("the median wait is %v, want at most 250ms", waits[4])
		}
	})
}

func TestSlowNeighbourDoesNotDelayTheWake(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		ran := make(chan string, 2)
		r := job.NewRegistry()
		job.Handle(r, func(_ context.Context, n note) error { ran <- n.ID; return nil })
		q := newQueue(t, db, r, job.Options{})
		start(t, q)
		for i := range 5 {
			slow := make(chan struct{})
			var neighbour sync.WaitGroup
			enqueued := make(chan struct{})
			neighbour.Go(func() {
				err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
					err := q.Enqueue(ctx, tx, note{"slow"})
					close(enqueued)
					if db.Dialect() == database.Postgres { // SQLite has one writer, whom nobody may hold up
						<-slow
					}
					return errors.Join(err, errors.New("refused"))
				})
				if err == nil {
					t.Error("the refused neighbour was committed")
				}
			})
			<-enqueued
			enqueue(t, db, q, note{"quick"})
			committed := time.Now()
			if got := <-ran; got != "quick" {
				t.Errorf("%s ran", got)
			}
			if wait := time.Since(committed); wait > 700*time.Millisecond {
				t.Errorf("round %d: started %v after its commit: it waited for the poll", i, wait)
			}
			close(slow)
			neighbour.Wait()
		}
	})
}

func TestFailingJobIsTriedAgainAndEndsFailedWithItsError(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var attempts atomic.Int32
		var pauses seen
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error {
			return fmt.Errorf("no answer, time %d", attempts.Add(1))
		}, job.MaxAttempts(3))
		q := newQueue(t, db, r, job.Options{Backoff: func(n int) time.Duration {
			pauses.add(fmt.Sprint(n))
			return 10 * time.Millisecond
		}})
		enqueue(t, db, q, note{"a"})
		start(t, q)
		eventually(t, "the job fails for good", 20*time.Second, func() bool { return stats(t, q).Failed == 1 })
		if attempts.Load() != 3 {
			t.Errorf("tried %d times, want 3", attempts.Load())
		}
		if got := pauses.sorted(); !slices.Contains(got, "1") || !slices.Contains(got, "2") {
			t.Errorf("pauses were asked for after attempts %v, want 1 and 2", got)
		}
		failed, err := q.Failed(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(failed) != 1 || failed[0].Kind != "note" || failed[0].Attempts != 3 || failed[0].Error != "no answer, time 3" || time.Since(failed[0].At) > time.Minute {
			t.Fatalf("kept %+v", failed)
		}
		if err := q.Retry(t.Context(), failed[0].ID); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the job is tried a fourth time", 10*time.Second, func() bool { return attempts.Load() == 4 })
	})
}

func TestFailedJobWaitsForItsPause(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var attempts atomic.Int32
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error { attempts.Add(1); return errors.New("no answer") })
		q := newQueue(t, db, r, job.Options{Backoff: func(int) time.Duration { return time.Hour }})
		enqueue(t, db, q, note{"a"})
		err := q.WorkAll(t.Context())
		if err == nil || !strings.Contains(err.Error(), "no answer") {
			t.Errorf("WorkAll says %v, want the job's error", err)
		}
		if s := stats(t, q); attempts.Load() != 1 || s != (job.Stats{Retrying: 1}) {
			t.Errorf("tried %d times, the queue holds %+v", attempts.Load(), s)
		}
	})
}

func TestPanicOfAHandlerIsAFailure(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error { panic("nothing in the drawer") }, job.MaxAttempts(1))
		var got seen
		job.Handle(r, func(context.Context, other) error { got.add("other"); return nil })
		q := newQueue(t, db, r, fast)
		enqueue(t, db, q, note{"a"})
		enqueue(t, db, q, other{})
		err := q.WorkAll(t.Context())
		if err == nil || !strings.Contains(err.Error(), "nothing in the drawer") {
			t.Errorf("WorkAll says %v, want the panic", err)
		}
		failed, err := q.Failed(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(failed) != 1 || !strings.Contains(failed[0].Error, "nothing in the drawer") {
			t.Errorf("kept %+v", failed)
		}
		if len(got.sorted()) != 1 {
			t.Error("the other job did not run")
		}
	})
}

func TestHandlerThatOutlivesItsTimeoutIsCancelled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		r := job.NewRegistry()
		job.Handle(r, func(ctx context.Context, _ note) error { <-ctx.Done(); return ctx.Err() }, job.Timeout(50*time.Millisecond), job.MaxAttempts(1))
		q := newQueue(t, db, r, fast)
		enqueue(t, db, q, note{"a"})
		if err := q.WorkAll(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("WorkAll says %v, want a deadline", err)
		}
		if s := stats(t, q); s != (job.Stats{Failed: 1}) {
			t.Errorf("the queue holds %+v", s)
		}
	})
}

func TestWaitingJobOfTheSameKeyIsNotDoubled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var got seen
		r := job.NewRegistry()
		job.Handle(r, got.handler)
		q := newQueue(t, db, r, job.Options{})
		for range 3 {
			enqueue(t, db, q, note{"a"}, job.Unique("reading/1"))
		}
		enqueue(t, db, q, note{"b"}, job.Unique("reading/2"))
		enqueue(t, db, q, note{"c"})
		jobtest.Drain(t, q)
		if want := []string{"a", "b", "c"}; !slices.Equal(got.sorted(), want) {
			t.Errorf("worked on %v, want %v", got.sorted(), want)
		}
		enqueue(t, db, q, note{"a"}, job.Unique("reading/1"))
		jobtest.Drain(t, q)
		if want := []string{"a", "a", "b", "c"}; !slices.Equal(got.sorted(), want) {
			t.Errorf("after the first was done: worked on %v, want %v", got.sorted(), want)
		}
	})
}

func TestJobThatHasStartedDoesNotSwallowTheNextOfItsKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var runs atomic.Int32
		var active, most atomic.Int32
		started, finish := make(chan struct{}, 10), make(chan struct{})
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error {
			most.Store(max(most.Load(), active.Add(1)))
			defer active.Add(-1)
			runs.Add(1)
			started <- struct{}{}
			<-finish
			return nil
		})
		q := newQueue(t, db, r, job.Options{})
		start(t, q)
		enqueue(t, db, q, note{"a"}, job.Unique("reading/1"))
		<-started // it may have read before what is written next
		for range 4 {
			enqueue(t, db, q, note{"a"}, job.Unique("reading/1"))
		}
		close(finish)
		jobtest.Drain(t, q)
		// With workers free the second starts while the first runs, and each of the
		// four writes may have met one that had started.
		if n := runs.Load(); n < 2 || n > 5 {
			t.Errorf("ran %d times: the writes after its start were not worked on, or twice", n)
		}
	})
}

func TestJobForLaterIsLeftAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var got seen
		r := job.NewRegistry()
		job.Handle(r, got.handler)
		q := newQueue(t, db, r, job.Options{})
		enqueue(t, db, q, note{"tomorrow"}, job.At(time.Now().Add(24*time.Hour)))
		enqueue(t, db, q, note{"past"}, job.At(time.Now().Add(-time.Hour)))
		time.Sleep(30 * time.Millisecond)
		if s := stats(t, q); s.Waiting != 1 || s.Later != 1 || s.Oldest < 30*time.Millisecond || s.Oldest > time.Minute {
			t.Errorf("the queue holds %+v", s)
		}
		jobtest.Drain(t, q)
		if want := []string{"past"}; !slices.Equal(got.sorted(), want) {
			t.Errorf("worked on %v, want %v", got.sorted(), want)
		}
		if s := stats(t, q); s != (job.Stats{Later: 1}) {
			t.Errorf("afterwards the queue holds %+v", s)
		}
	})
}

func TestUnhandledAndMistakenJobsAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error { return nil })
		q := newQueue(t, db, r, job.Options{})
		for _, a := range []job.Args{other{}, impostor{}, &note{"by pointer"}} {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return q.Enqueue(ctx, tx, a) })
			if err == nil {
				t.Errorf("%T was taken, and nobody would work on it", a)
			}
		}
	})
}

func TestLogHoldsNoArguments(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var out lockedBuffer
		r := job.NewRegistry()
		job.Handle(r, func(context.Context, note) error { return errors.New("no answer") }, job.MaxAttempts(1))
		job.Handle(r, func(context.Context, other) error { panic("empty drawer") }, job.MaxAttempts(1))
		q, err := job.New(db, r, slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})), job.Options{})
		if err != nil {
			t.Fatal(err)
		}
		enqueue(t, db, q, note{"id-in-the-arguments"}, job.Unique("key-of-the-job"))
		enqueue(t, db, q, other{})
		if err := q.WorkAll(t.Context()); err == nil {
			t.Fatal("no failure was told")
		}
		for _, want := range []string{"no answer", "empty drawer", "kind=note"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the log does not say %q:\n%s", want, out.String())
			}
		}
		for _, not := range []string{"id-in-the-arguments", "key-of-the-job"} {
			if strings.Contains(out.String(), not) {
				t.Errorf("the log says %q:\n%s", not, out.String())
			}
		}
	})
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestWaitingJobThatWasMetSeesWhatItsMeeterWrote(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *database.DB) {
		var saw []int
		r := job.NewRegistry()
		job.Handle(r, func(ctx context.Context, _ note) error {
			var n int
			err := db.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM notes`).Scan(&n)
			saw = append(saw, n)
			return err
		})
		q := newQueue(t, db, r, job.Options{})
		enqueue(t, db, q, note{"a"}, job.Unique("reading/1"))
		var starter sync.WaitGroup
		write(t, db, func(ctx context.Context, tx *database.Tx) error {
			if err := q.Enqueue(ctx, tx, note{"a"}, job.Unique("reading/1")); err != nil {
				return err
			}
			starter.Go(func() {
				if err := q.Start(context.Background()); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(400 * time.Millisecond) // the workers look for jobs meanwhile
			_, err := tx.ExecContext(ctx, `INSERT INTO notes (id) VALUES ('new')`)
			return err
		})
		starter.Wait()
		jobtest.Drain(t, q)
		stop(t, q)
		if !slices.Equal(saw, []int{1}) {
			t.Errorf("the job ran and saw %v rows, want once and the one row", saw)
		}
	})
}
