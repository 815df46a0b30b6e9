package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"benso/internal/kernel/database"
)

// aliveKey is an id as a lock's number.
func aliveKey(id string) int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash takes everything
	return int32(h.Sum32() & 0x7fffffff)
}

// showAlive holds, for as long as this process works, what tells others that it
// lives: a file's lock on SQLite, an advisory lock on PostgreSQL. Both end with
// the process.
func (q *Queue) showAlive(ctx context.Context) (release func(context.Context) error, err error) {
	if q.db.Dialect() == database.SQLite {
		unlock, err := database.LockFile(filepath.Join(q.db.Dir(), "jobs.lock"), database.FailAtOnce)
		if err != nil {
			return nil, fmt.Errorf("another program works on this data folder: %w", err)
		}
		return func(context.Context) error { return unlock() }, nil
	}
	key := aliveKey(q.id)
	conn, err := q.aliveConn(ctx, key)
	if err != nil {
		return nil, err
	}
	stop := make(chan struct{})
	var keeper sync.WaitGroup
	keeper.Go(func() { conn = q.keepAlive(conn, key, stop) })
	return func(ctx context.Context) error {
		close(stop)
		keeper.Wait()
		if conn == nil {
			return nil
		}
		return errors.Join(releaseAlive(ctx, conn, key), conn.Close())
	}, nil
}

func (q *Queue) aliveConn(ctx context.Context, key int32) (*sql.Conn, error) {
	conn, err := q.db.WriterHandle().Conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := holdAlive(ctx, conn, key); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// keepAlive renews the sign of life when its connection breaks, as when
// PostgreSQL is restarted.
func (q *Queue) keepAlive(conn *sql.Conn, key int32, stop <-chan struct{}) *sql.Conn {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return conn
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		if conn != nil && conn.PingContext(ctx) != nil {
			_ = conn.Close() // it is broken: its error says no more than the ping's
			conn = nil
		}
		if conn == nil {
			var err error
			if conn, err = q.aliveConn(ctx, key); err != nil {
				q.log.Warn("jobs: the sign of life cannot be renewed", "error", err)
			}
		}
		cancel()
	}
}

// adopt starts again what dead processes had started. River by itself would
// wait for RescueAfter, the next of its half-minute rounds, and for the dead
// process's leadership to run out.
func (q *Queue) adopt(ctx context.Context) error {
	lives := func(string) bool { return false }
	if q.db.Dialect() == database.Postgres {
		alive, err := aliveKeys(ctx, q.db.Read())
		if err != nil {
			return err
		}
		lives = func(id string) bool { return alive[aliveKey(id)] }
	}
	const page = 500
	exec := q.driver.GetExecutor()
	// Every started job is older than this, whatever the clocks of its machines.
	horizon := now().Add(24 * time.Hour)
	count := 0
	for after := int64(0); ; {
		jobs, err := exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{AfterID: after, Max: page, StuckHorizon: horizon})
		if err != nil {
			return fmt.Errorf("find jobs of dead processes: %w", err)
		}
		p := &riverdriver.JobRescueManyParams{StuckHorizon: horizon}
		for _, j := range jobs {
			after = j.ID
			if n := len(j.AttemptedBy); n > 0 && lives(j.AttemptedBy[n-1]) {
				continue
			}
			if err := addOrphan(p, j, now()); err != nil {
				return err
			}
		}
		if len(p.ID) > 0 {
			// The last statements of a process that was just killed may still be ending
			// in PostgreSQL, over the same rows: one of the two has to give way.
			var err error
			for try := range 5 {
				if _, err = exec.JobRescueMany(ctx, p); !database.Contended(err) {
					break
				}
				time.Sleep(time.Duration(try+1) * 100 * time.Millisecond)
			}
			if err != nil {
				return fmt.Errorf("take over jobs of dead processes: %w", err)
			}
			count += len(p.ID)
		}
		if len(jobs) < page {
			break
		}
	}
	if count > 0 {
		q.log.Warn("jobs: a process ended while it worked; its jobs start again", slog.Int("jobs", count))
	}
	return nil
}

// addOrphan has the job start again, or fails it after its last attempt: what
// kills its process each time must not do so for ever.
func addOrphan(p *riverdriver.JobRescueManyParams, j *rivertype.JobRow, at time.Time) error {
	text, err := json.Marshal(rivertype.AttemptError{At: at, Attempt: j.Attempt, Error: "the process that worked on it ended"})
	if err != nil {
		return fmt.Errorf("job %d: %w", j.ID, err)
	}
	state, ended := rivertype.JobStateAvailable, (*time.Time)(nil)
	if j.Attempt >= j.MaxAttempts {
		state, ended = rivertype.JobStateDiscarded, &at
	}
	p.ID = append(p.ID, j.ID)
	p.Error = append(p.Error, text)
	p.FinalizedAt = append(p.FinalizedAt, ended)
	p.ScheduledAt = append(p.ScheduledAt, at)
	p.State = append(p.State, string(state))
	return nil
}
