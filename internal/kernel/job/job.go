package job

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"
)

// Args is what a job knows, a struct that JSON can carry. Kind names the work
// (two or more letters, digits, "_" and "-") and never changes while such jobs
// may wait. The type is a struct, not a pointer: its zero value tells its Kind.
type Args interface{ Kind() string }

// The defaults of a kind of job.
const (
	DefaultQueue       = river.QueueDefault
	DefaultTimeout     = time.Minute
	DefaultMaxAttempts = 22 // with the pauses of backoff: about three days
)

// backoff is the pause after the n-th failed attempt: n⁴ seconds, at most six
// hours. It starts small for a hiccup, and 22 attempts outlast a mail server
// that is down from Friday evening to Monday morning.
func backoff(attempt int) time.Duration {
	const longest = 6 * time.Hour
	if attempt >= 13 { // 13⁴ s is more than six hours
		return longest
	}
	n := time.Duration(max(attempt, 1))
	return min(n*n*n*n*time.Second, longest)
}

// kind is what the registry knows about one kind of job.
type kind struct {
	queue       string
	timeout     time.Duration
	maxAttempts int
	wrap        func(a Args, unique string) (river.JobArgs, error)
	register    func(q *Queue) error
}

// Registry holds the handlers. It is filled while the program is wired and only
// read afterwards.
type Registry struct {
	mu    sync.Mutex
	kinds map[string]*kind
}

// NewRegistry makes an empty one.
func NewRegistry() *Registry { return &Registry{kinds: map[string]*kind{}} }

// Option sets something about a kind of job.
type Option func(*kind)

// Timeout is how long one attempt may take before its context is cancelled; a
// job whose process died is left alone for at least as long.
func Timeout(d time.Duration) Option { return func(k *kind) { k.timeout = d } }

// MaxAttempts is how often a job is tried before it is kept as failed.
func MaxAttempts(n int) Option { return func(k *kind) { k.maxAttempts = n } }

// OnQueue puts the kind on a queue with workers of its own, so that slow work
// does not hold up quick work.
func OnQueue(name string) Option { return func(k *kind) { k.queue = name } }

// Handle says who does the work of T's kind. A handler may run twice for one
// job, so it is idempotent. Two handlers for one kind are a mistake of the
// wiring and panic.
func Handle[T Args](r *Registry, h func(ctx context.Context, a T) error, o ...Option) {
	var zero T
	name := zero.Kind()
	k := &kind{queue: DefaultQueue, timeout: DefaultTimeout, maxAttempts: DefaultMaxAttempts}
	for _, set := range o {
		set(k)
	}
	k.wrap = func(a Args, unique string) (river.JobArgs, error) {
		t, ok := a.(T)
		if !ok {
			return nil, fmt.Errorf("job %s is handled as %T, not as %T", name, zero, a)
		}
		return envelope[T]{Key: unique, Args: t}, nil
	}
	k.register = func(q *Queue) error {
		return river.AddWorkerSafely(q.workers, &worker[T]{kind: k, handle: h, backoff: q.options.Backoff})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.kinds[name]; taken {
		panic(fmt.Sprintf("job: two handlers for %q", name))
	}
	r.kinds[name] = k
}

func (r *Registry) kind(name string) (*kind, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.kinds[name]
	if !ok {
		return nil, fmt.Errorf("job %s has no handler", name)
	}
	return k, nil
}

func (r *Registry) all() map[string]*kind {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[string]*kind, len(r.kinds))
	for name, k := range r.kinds {
		all[name] = k
	}
	return all
}

// envelope is a job as river keeps it: the arguments beside the key that makes
// it unique.
type envelope[T Args] struct {
	Key  string `json:"key,omitempty" river:"unique"`
	Args T      `json:"args"`
}

// Kind names the work.
func (e envelope[T]) Kind() string { return e.Args.Kind() }

type worker[T Args] struct {
	river.WorkerDefaults[envelope[T]]
	kind    *kind
	handle  func(ctx context.Context, a T) error
	backoff func(attempt int) time.Duration
}

func (w *worker[T]) Timeout(*river.Job[envelope[T]]) time.Duration { return w.kind.timeout }

func (w *worker[T]) NextRetry(j *river.Job[envelope[T]]) time.Time {
	return now().Add(w.backoff(j.Attempt))
}

func (w *worker[T]) Work(ctx context.Context, j *river.Job[envelope[T]]) error {
	return w.handle(ctx, j.Args.Args)
}

// EnqueueOption sets something about one job.
type EnqueueOption func(*ticket)

type ticket struct {
	at  time.Time
	key string
}

// At has the job start at t or up to five seconds later.
func At(t time.Time) EnqueueOption { return func(k *ticket) { k.at = t } }

// Unique enqueues nothing when a job of the same kind and key is already
// waiting: that one starts after this transaction has committed, so it sees
// what this transaction wrote. A job that has started is no reason to enqueue
// none, since it may have read before; so two of one key may run side by side.
func Unique(key string) EnqueueOption { return func(k *ticket) { k.key = key } }
