package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// now is the machine's time, also where the program simulates another: river's
// tables live by the machine's.
func now() time.Time { return clock.System.Now() }

// Options are the settings of a Queue. The zero value is what the program uses.
type Options struct {
	// Workers is how many jobs of one queue run at a time in this process; 0: 8.
	Workers int
	// Backoff is the pause after the n-th failed attempt; nil: n⁴ seconds, at
	// most six hours.
	Backoff func(attempt int) time.Duration
	// RescueAfter is when a job whose process is gone runs again without any
	// process having been started since; 0: 90 seconds. It is never earlier than
	// the Timeout of its kind, and is looked at every 30 seconds.
	RescueAfter time.Duration
}

const (
	fetchCooldown = 20 * time.Millisecond // river's throughput is Workers in each of these
	pollInterval  = time.Second           // for jobs that another process has enqueued
	rescueAfter   = 90 * time.Second      // one and a half default timeouts
	keepFailed    = 90 * 24 * time.Hour   // river would forget a failure after a week
)

// Queue enqueues jobs and works on them.
type Queue struct {
	db       *database.DB
	log      *slog.Logger
	registry *Registry
	options  Options
	id       string
	queues   []string
	workers  *river.Workers
	driver   *driver
	client   *river.Client[*sql.Tx]
	waker    *waker

	mu      sync.Mutex
	running bool
	release func(context.Context) error // ends the sign of life

	drain atomic.Pointer[drain] // hears of failures while WorkAll runs
}

// New makes a queue over the handlers of r, which must be complete.
func New(db *database.DB, r *Registry, log *slog.Logger, o Options) (*Queue, error) {
	if o.Workers == 0 {
		o.Workers = 8
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	if o.RescueAfter == 0 {
		o.RescueAfter = rescueAfter
	}
	q := &Queue{db: db, log: log, registry: r, options: o, id: database.NewID(), workers: river.NewWorkers(), waker: newWaker()}
	perQueue := map[string]river.QueueConfig{DefaultQueue: {MaxWorkers: o.Workers}}
	for name, k := range r.all() {
		if err := k.register(q); err != nil {
			return nil, fmt.Errorf("job %s: %w", name, err)
		}
		perQueue[k.queue] = river.QueueConfig{MaxWorkers: o.Workers}
	}
	for name := range perQueue {
		q.queues = append(q.queues, name)
	}
	q.driver = &driver{Driver: riverDriver(db), waker: q.waker, queues: q.queues}
	client, err := river.NewClient(q.driver, &river.Config{
		ID:                          q.id,
		Workers:                     q.workers,
		Queues:                      perQueue,
		JobTimeout:                  min(DefaultTimeout, o.RescueAfter),
		RescueStuckJobsAfter:        o.RescueAfter,
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           pollInterval,
		DiscardedJobRetentionPeriod: keepFailed,
		Logger:                      slog.New(atLeast{log.Handler(), slog.LevelWarn}),
		ErrorHandler:                (*failures)(q),
		// River would rebuild its indexes at midnight UTC, in the morning here.
		ReindexerSchedule: nightly{},
	})
	if err != nil {
		return nil, fmt.Errorf("make the job queue: %w", err)
	}
	q.client = client
	db.AfterWrite(q.waker.committed)
	return q, nil
}

func riverDriver(db *database.DB) riverdriver.Driver[*sql.Tx] {
	if db.Dialect() == database.Postgres {
		return riverdatabasesql.New(db.WriterHandle())
	}
	return riversqlite.New(db.WriterHandle())
}

// Migrate makes or updates river's tables. It runs before our own migrations
// (a Step of database.Migrate), not inside them.
func Migrate(ctx context.Context, db *database.DB) error {
	m, err := rivermigrate.New(riverDriver(db), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("job tables: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("job tables: %w", err)
	}
	return nil
}

// Enqueue adds a job to the caller's transaction, which comes from db.Write.
func (q *Queue) Enqueue(ctx context.Context, tx *database.Tx, a Args, o ...EnqueueOption) error {
	k, err := q.registry.kind(a.Kind())
	if err != nil {
		return err
	}
	var t ticket
	for _, set := range o {
		set(&t)
	}
	if !t.at.After(now()) {
		t.at = time.Time{} // river would still let it wait for its next round
	}
	if t.key == "" {
		_, err = q.insert(ctx, tx, k, a, t)
		return err
	}
	// Several places for one key: while the job in one has started, and may have
	// read before this transaction wrote, the next job waits in another. River's
	// insert holds the row it met until this transaction ends, so a job seen
	// waiting here does not start before that.
	key := t.key
	for place := 0; ; place++ {
		t.key = fmt.Sprintf("%d:%s", place, key)
		met, err := q.insert(ctx, tx, k, a, t)
		if err != nil {
			return err
		}
		if met != rivertype.JobStateRunning {
			return nil
		}
	}
}

// insert says which state the job is in that was met instead, if any.
func (q *Queue) insert(ctx context.Context, tx *database.Tx, k *kind, a Args, t ticket) (met rivertype.JobState, err error) {
	args, err := k.wrap(a, t.key)
	if err != nil {
		return "", err
	}
	o := &river.InsertOpts{MaxAttempts: k.maxAttempts, Queue: k.queue, ScheduledAt: t.at}
	if t.key != "" {
		o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}}
	}
	res, err := q.client.InsertTx(ctx, tx.Tx, args, o)
	if err != nil {
		return "", fmt.Errorf("enqueue %s: %w", a.Kind(), err)
	}
	if res.UniqueSkippedAsDuplicate {
		return res.Job.State, nil
	}
	q.waker.enqueue()
	return "", nil
}

// Start begins to work. ctx bounds the start only: the work ends with Stop.
//
// Jobs that a killed process left half done start again at once: on SQLite
// every one, since one process at a time may work on a data folder (a second is
// refused); on PostgreSQL those whose process no longer lives.
func (q *Queue) Start(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running {
		return errors.New("the job queue has been started already")
	}
	release, err := q.showAlive(ctx)
	if err != nil {
		return fmt.Errorf("start the job queue: %w", err)
	}
	if err := q.adopt(ctx); err != nil {
		return errors.Join(fmt.Errorf("start the job queue: %w", err), release(ctx))
	}
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(fmt.Errorf("start the job queue: %w", err), release(ctx))
	}
	q.running, q.release = true, release
	return nil
}

// Stop takes no more jobs and lets the started ones finish until ctx ends; then
// it cancels them, and they run again after the next start.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.running {
		return nil
	}
	err := q.client.Stop(ctx)
	if err != nil && ctx.Err() != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = q.client.StopAndCancel(hard)
	}
	if err != nil {
		// A handler that does not heed its context keeps its job; the sign of life
		// stays, so that nobody takes it over.
		return fmt.Errorf("stop the job queue: %w", err)
	}
	q.running = false
	return q.release(context.WithoutCancel(ctx))
}

// Stats is the state of the queue.
type Stats struct {
	Waiting  int           // could start now
	Running  int           // have been started
	Retrying int           // have failed and wait for their next attempt
	Later    int           // were asked for a later time
	Failed   int           // have failed for good and wait for a person
	Oldest   time.Duration // how long the oldest of Waiting could have started
}

// Stats counts the jobs, for the metrics and the doctor.
func (q *Queue) Stats(ctx context.Context) (Stats, error) {
	s, err := countJobs(ctx, q.db.Read(), now())
	if err != nil {
		return Stats{}, fmt.Errorf("count jobs: %w", err)
	}
	return s, nil
}

// Failure is a job that has failed for good.
type Failure struct {
	ID       int64
	Kind     string
	Attempts int
	At       time.Time // of the last attempt's end
	Error    string    // of the last attempt
}

// Failed lists the latest failures. On SQLite it needs the one writer, so it is
// never called inside db.Write, where it would wait for itself.
func (q *Queue) Failed(ctx context.Context, limit int) ([]Failure, error) {
	res, err := q.client.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateDiscarded).First(limit).
		OrderBy(river.JobListOrderByFinalizedAt, river.SortOrderDesc))
	if err != nil {
		return nil, fmt.Errorf("list failed jobs: %w", err)
	}
	list := make([]Failure, 0, len(res.Jobs))
	for _, j := range res.Jobs {
		f := Failure{ID: j.ID, Kind: j.Kind, Attempts: j.Attempt}
		if j.FinalizedAt != nil {
			f.At = j.FinalizedAt.UTC()
		}
		if n := len(j.Errors); n > 0 {
			f.Error = j.Errors[n-1].Error
		}
		list = append(list, f)
	}
	return list, nil
}

// Retry sends a failed job round again. Like Failed, never inside db.Write.
func (q *Queue) Retry(ctx context.Context, id int64) error {
	if _, err := q.client.JobRetry(ctx, id); err != nil {
		return fmt.Errorf("retry job %d: %w", id, err)
	}
	return nil
}
