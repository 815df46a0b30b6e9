package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/database"
)

// River's tables are read here for figures only; everything that changes them
// goes through river.

// moment reads river's instants: TIMESTAMPTZ in PostgreSQL, text in SQLite.
type moment struct{ time.Time }

func (m *moment) Scan(v any) error {
	var text string
	switch v := v.(type) {
	case nil:
		m.Time = time.Time{}
		return nil
	case time.Time:
		m.Time = v.UTC()
		return nil
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return fmt.Errorf("job: an instant came as %T", v)
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05", text, time.UTC)
	m.Time = t
	return err
}

func countJobs(ctx context.Context, q database.Querier, at time.Time) (s Stats, err error) {
	// Completed jobs are the many; the index on state passes them by.
	rows, err := q.QueryContext(ctx, `SELECT CAST(state AS TEXT), COUNT(*), MIN(scheduled_at) FROM river_job
		WHERE state IN ('available', 'running', 'retryable', 'scheduled', 'pending', 'discarded') GROUP BY state`)
	if err != nil {
		return Stats{}, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var state string
		var n int
		var oldest moment
		if err := rows.Scan(&state, &n, &oldest); err != nil {
			return Stats{}, err
		}
		switch state {
		case "available":
			s.Waiting = n
			s.Oldest = max(0, at.Sub(oldest.Time))
		case "running":
			s.Running = n
		case "retryable":
			s.Retrying = n
		case "discarded":
			s.Failed = n
		default:
			s.Later += n
		}
	}
	return s, rows.Err()
}

// aliveClass is the first half of the advisory locks that say which process
// lives; the second half is made of its id.
const aliveClass = 7_305_002

// holdAlive locks the process's sign of life on a connection of its own.
// PostgreSQL lets go of it when the process dies, however it dies.
func holdAlive(ctx context.Context, conn *sql.Conn, key int32) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1, $2)`, aliveClass, key)
	return err
}

func releaseAlive(ctx context.Context, conn *sql.Conn, key int32) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1, $2)`, aliveClass, key)
	return err
}

func aliveKeys(ctx context.Context, q database.Querier) (alive map[int32]bool, err error) {
	rows, err := q.QueryContext(ctx, `SELECT CAST(objid AS BIGINT) FROM pg_locks
		WHERE locktype = 'advisory' AND classid = $1 AND objsubid = 2 AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, aliveClass)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	alive = map[int32]bool{}
	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		alive[int32(key)] = true
	}
	return alive, rows.Err()
}
