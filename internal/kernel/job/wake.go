package job

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river/riverdriver"
)

// driver is river's driver with another way of being woken. River's own are
// costly here: on SQLite it reads a table through the one writer every 50 ms,
// and on PostgreSQL each NOTIFY takes a lock over the whole server while its
// transaction commits. Both also send one signal per cooldown however many
// transactions enqueue, so a job whose neighbour is slow, or rolls back, waits
// for the next poll. Here the process that commits wakes its own workers; the
// poll finds what other processes have enqueued.
type driver struct {
	riverdriver.Driver[*sql.Tx]
	waker  *waker
	queues []string
}

func (d *driver) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{waker: d.waker, queues: d.queues, schema: p.Schema}
}

// SupportsListener has river take its signals from GetListener.
func (d *driver) SupportsListener() bool { return true }

// SupportsListenNotify keeps river from sending signals with each job.
func (d *driver) SupportsListenNotify() bool { return false }

// A commit wakes the workers when something was enqueued in the process at most
// this long ago. It cannot be known here whether the commit that is reported is
// the one that enqueued: looking in vain costs one query, not looking a poll.
const wakeWindow = 10 * time.Second

type waker struct {
	enqueued atomic.Int64 // the last time, Unix nanoseconds
	signal   chan struct{}
}

func newWaker() *waker { return &waker{signal: make(chan struct{}, 1)} }

func (w *waker) enqueue() { w.enqueued.Store(now().UnixNano()) }

// committed is called after every commit and returns at once.
func (w *waker) committed() {
	last := w.enqueued.Load()
	if last == 0 || now().UnixNano()-last > int64(wakeWindow) {
		return
	}
	select {
	case w.signal <- struct{}{}:
	default: // one is on its way already
	}
}

// listener gives river a commit as a notification for each queue.
type listener struct {
	waker  *waker
	schema string
	queues []string

	mu      sync.Mutex
	pending []string
}

const topicInsert = "river_insert"

func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) == 0 {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.waker.signal:
			l.pending = append(l.pending, l.queues...)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	queue := l.pending[0]
	l.pending = l.pending[1:]
	return &riverdriver.Notification{Topic: topicInsert, Payload: fmt.Sprintf(`{"queue": %q}`, queue)}, nil
}

// The rest of a listener has nothing to do: there is no connection.

func (l *listener) Close(context.Context) error            { return nil }
func (l *listener) Connect(context.Context) error          { return nil }
func (l *listener) Listen(context.Context, string) error   { return nil }
func (l *listener) Unlisten(context.Context, string) error { return nil }
func (l *listener) Ping(context.Context) error             { return nil }
func (l *listener) Schema() string                         { return l.schema }
func (l *listener) SetAfterConnectExec(string)             {}
