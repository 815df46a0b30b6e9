package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// Record writes an entry in the act's own transaction.
func Record(ctx context.Context, tx *database.Tx, now time.Time, e Entry) error {
	id := database.NewIDIn(ctx)
	_, err := tx.ExecContext(ctx, `INSERT INTO journal (id, at, actor, acting_for, action, object_kind, object_id, path, ids, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, database.At(now), e.Actor, e.ActingFor, e.Action, e.ObjectKind, e.ObjectID, e.Path, strings.Join(e.IDs, " "), e.Digest)
	if err != nil {
		return fmt.Errorf("journal %s: %w", e.Action, err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO journal_waiting (id, at) VALUES ($1, $2)`, id, database.At(now)); err != nil {
		return fmt.Errorf("journal %s: %w", e.Action, err)
	}
	return nil
}

const columns = `j.id, j.at, j.actor, j.acting_for, j.action, j.object_kind, j.object_id, j.path, j.ids, j.digest`

func scan(rows *sql.Rows, more ...any) (Row, error) {
	var r Row
	var at database.Time
	var ids string
	dest := append([]any{&r.ID, &at, &r.Actor, &r.ActingFor, &r.Action, &r.ObjectKind, &r.ObjectID, &r.Path, &ids, &r.Digest}, more...)
	if err := rows.Scan(dest...); err != nil {
		return Row{}, err
	}
	r.At, r.IDs = at.Time, strings.Fields(ids)
	return r, nil
}

// Chainer chains the waiting rows. Several processes may run one; the lease lets
// one of them work, and the transaction's lock keeps the chain single whoever
// holds the lease.
type Chainer struct {
	db     *database.DB
	clock  clock.Clock
	holder string
}

// NewChainer makes a chainer; holder names the process.
func NewChainer(db *database.DB, c clock.Clock, holder string) *Chainer {
	return &Chainer{db: db, clock: c, holder: holder}
}

// A lease is renewed by each batch. It is short, because a process that was
// killed does not give it back; Release does.
const (
	batch    = 2000
	together = 100 // rows in one statement
	lease    = 5 * time.Second
)

// errRefused rolls the transaction back, so that a refused lease is not a
// commit: a commit would wake the chainer again.
var errRefused = errors.New("another process chains the journal")

// Chain chains what waits, at most one batch, and says how many rows that was:
// none when another process holds the lease.
func (c *Chainer) Chain(ctx context.Context) (n int, err error) {
	n, err = c.chain(ctx)
	if errors.Is(err, errRefused) {
		return 0, nil
	}
	return n, err
}

// Release gives the lease back, so that another process need not wait for its
// end.
func (c *Chainer) Release(ctx context.Context) error {
	return c.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return database.ReleaseLease(ctx, tx, "journal", c.holder)
	})
}

func (c *Chainer) chain(ctx context.Context) (n int, err error) {
	err = c.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		n = 0
		now := clock.System.Now() // a lease is held in real time, whatever the simulated day
		held, err := database.Lease(ctx, tx, "journal", c.holder, now, now.Add(lease))
		if err != nil {
			return err
		}
		if !held {
			return errRefused
		}
		if err := database.Lock(ctx, tx, "journal"); err != nil {
			return err
		}
		seq, head, err := last(ctx, tx)
		if err != nil {
			return err
		}
		waiting, err := waitingRows(ctx, tx)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(waiting, together) {
			var links strings.Builder
			var args []any
			var ids database.List
			for i, r := range some {
				seq++
				head = hash(head, seq, r)
				if i > 0 {
					links.WriteByte(',')
				}
				fmt.Fprintf(&links, "($%d, $%d, $%d)", 3*i+1, 3*i+2, 3*i+3)
				args, ids = append(args, seq, r.ID, head), append(ids, r.ID)
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO journal_chain (seq, id, hash) VALUES `+links.String(), args...); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM journal_waiting WHERE id`+database.In(tx.Dialect(), 1), ids); err != nil {
				return err
			}
		}
		n = len(waiting)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("chain the journal: %w", err)
	}
	return n, nil
}

func last(ctx context.Context, q database.Querier) (seq int64, head string, err error) {
	err = q.QueryRowContext(ctx, `SELECT seq, hash FROM journal_chain ORDER BY seq DESC LIMIT 1`).Scan(&seq, &head)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, start, nil
	}
	return seq, head, err
}

// LinkAt is the hash of one link; of number 0 it is what the chain starts with.
func LinkAt(ctx context.Context, q database.Querier, seq int64) (hash string, err error) {
	if seq == 0 {
		return start, nil
	}
	if err := q.QueryRowContext(ctx, `SELECT hash FROM journal_chain WHERE seq = $1`, seq).Scan(&hash); err != nil {
		return "", fmt.Errorf("read link %d of the journal: %w", seq, err)
	}
	return hash, nil
}

func waitingRows(ctx context.Context, tx *database.Tx) (found []Row, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM journal_waiting w JOIN journal j ON j.id = w.id ORDER BY w.id LIMIT $1`, batch)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// Run chains until ctx ends: soon after a commit, and every second. While
// another process holds the lease it only looks every second.
func (c *Chainer) Run(ctx context.Context, failed func(error)) {
	wake := make(chan struct{}, 1)
	c.db.AfterWrite(func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	woken := wake // nil after a refusal
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-woken:
			// Acts come in crowds: a moment's wait chains many in one commit.
			select {
			case <-time.After(200 * time.Millisecond):
			case <-ctx.Done():
				return
			}
		}
		select {
		case <-wake:
		default:
		}
		woken = wake
		switch err := c.chainAll(ctx); {
		case errors.Is(err, errRefused):
			woken = nil
		case err != nil && ctx.Err() == nil:
			failed(err)
		}
	}
}

// ChainAll chains everything that waits, batch by batch, unless another process
// does.
func (c *Chainer) ChainAll(ctx context.Context) error {
	if err := c.chainAll(ctx); !errors.Is(err, errRefused) {
		return err
	}
	return nil
}

func (c *Chainer) chainAll(ctx context.Context) error {
	waits, err := c.waits(ctx)
	for err == nil && waits {
		var n int
		n, err = c.chain(ctx)
		waits = n == batch
	}
	return err
}

// Await chains everything that waits, and waits itself for another process's lease to
// end, which may be that of one that is no more.
func (c *Chainer) Await(ctx context.Context) error {
	for {
		err := c.chainAll(ctx)
		if !errors.Is(err, errRefused) {
			return err
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *Chainer) waits(ctx context.Context) (bool, error) {
	var one int
	err := c.db.Read().QueryRowContext(ctx, `SELECT 1 FROM journal_waiting LIMIT 1`).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Verify recomputes the whole chain. A row may wait for patience before that is
// a fault.
func Verify(ctx context.Context, db *database.DB, now time.Time, patience time.Duration) (report Report, err error) {
	q := db.Read()
	rows, err := q.QueryContext(ctx, `SELECT `+columns+`, c.seq, c.hash FROM journal_chain c JOIN journal j ON j.id = c.id ORDER BY c.seq`)
	if err != nil {
		return Report{}, fmt.Errorf("verify the journal: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	prev, next := start, int64(1)
	for rows.Next() {
		var l Link
		r, err := scan(rows, &l.Seq, &l.Hash)
		if err != nil {
			return Report{}, fmt.Errorf("verify the journal: %w", err)
		}
		if l.Seq != next {
			report.fault("line %d is missing", next)
		}
		if want := hash(prev, l.Seq, r); want != l.Hash {
			report.fault("line %d (%s, %s) is not what was written", l.Seq, r.ID, r.Action)
		}
		prev, next = l.Hash, l.Seq+1
		report.Chained++
	}
	if err := rows.Err(); err != nil {
		return Report{}, fmt.Errorf("verify the journal: %w", err)
	}
	report.Head = prev
	var oldest database.Time
	if err := q.QueryRowContext(ctx, `SELECT count(*), min(at) FROM journal_waiting`).Scan(&report.Waiting, &oldest); err != nil {
		return Report{}, fmt.Errorf("verify the journal: %w", err)
	}
	if !oldest.IsZero() {
		if report.Oldest = now.Sub(oldest.Time); report.Oldest > patience {
			report.fault("%d rows are not chained, the oldest for %s: is a server running?", report.Waiting, report.Oldest.Round(time.Second))
		}
	}
	// A row that is neither chained nor waiting was cut out of both.
	var lost int64
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM journal j WHERE NOT EXISTS (SELECT 1 FROM journal_chain c WHERE c.id = j.id)
		AND NOT EXISTS (SELECT 1 FROM journal_waiting w WHERE w.id = j.id)`).Scan(&lost)
	if err != nil {
		return Report{}, fmt.Errorf("verify the journal: %w", err)
	}
	if lost > 0 {
		report.fault("%d rows stand in the journal but were never chained", lost)
	}
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM journal`).Scan(&report.Rows); err != nil {
		return Report{}, fmt.Errorf("verify the journal: %w", err)
	}
	return report, nil
}

// About lists what the journal holds about one object, newest first: who did
// and who read what. The caller has checked that it may be shown.
func About(ctx context.Context, q database.Querier, kind, id string, limit int) (found []Row, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM journal j WHERE j.object_kind = $1 AND j.object_id = $2 ORDER BY j.at DESC, j.id DESC LIMIT $3`, kind, id, limit)
	if err != nil {
		return nil, fmt.Errorf("journal of %s: %w", kind, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// Head gives the number of the line that was chained last, 0 when there is none: how
// far the journal had come.
func Head(ctx context.Context, q database.Querier) (seq int64, err error) {
	seq, _, err = last(ctx, q)
	return seq, err
}
