package audit_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func record(t *testing.T, db *database.DB, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				return audit.Record(ctx, tx, now, audit.Entry{Actor: "a1", Action: "dossier.read", ObjectKind: "dossier", ObjectID: fmt.Sprint("d", i), IDs: []string{"x", "y"}})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func verify(t *testing.T, db *database.DB, at time.Time) audit.Report {
	t.Helper()
	r, err := audit.Verify(t.Context(), db, at, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestJournalIsChainedOnceByManyChainersAndVerifies(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		record(t, db, 100)
		if r := verify(t, db, now); !r.OK() || r.Waiting != 100 {
			t.Errorf("before chaining: %+v", r)
		}
		if r := verify(t, db, now.Add(2*time.Minute)); r.OK() {
			t.Error("rows that nobody chained pass")
		}
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				if _, err := audit.NewChainer(db, clock.NewFake(now), fmt.Sprint(i)).Chain(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if r := verify(t, db, now.Add(time.Hour)); !r.OK() || r.Chained != 100 || r.Rows != 100 || r.Waiting != 0 {
			t.Errorf("after chaining: %+v", r)
		}
	})
}

func TestJournalCannotBeChangedOrCut(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		record(t, db, 2)
		if _, err := audit.NewChainer(db, clock.NewFake(now), "a").Chain(t.Context()); err != nil {
			t.Fatal(err)
		}
		statements := []string{`UPDATE journal SET actor = 'b'`, `DELETE FROM journal`, `UPDATE journal_chain SET hash = ''`, `DELETE FROM journal_chain`}
		if db.Dialect() == database.Postgres {
			statements = append(statements, `TRUNCATE journal CASCADE`, `TRUNCATE journal_chain`)
		}
		for _, s := range statements {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.ExecContext(ctx, s)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", s, err)
			}
		}
	})
}

// Whoever owns the database can drop the triggers; the chain shows what they did.
func TestTamperingShowsInTheChain(t *testing.T) {
	for name, tamper := range map[string]string{
		"a changed row":           `UPDATE journal SET actor = 'b' WHERE object_id = 'd3'`,
		"a row that was cut out":  `DELETE FROM journal_chain WHERE seq = 3`,
		"a row never chained":     `DELETE FROM journal_chain WHERE seq = 10`,
		"a row with another time": `UPDATE journal SET at = at - 1 WHERE object_id = 'd4'`,
	} {
		t.Run(name, func(t *testing.T) {
			db := databasetest.SQLite(t)
			record(t, db, 10)
			if _, err := audit.NewChainer(db, clock.NewFake(now), "a").Chain(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{`DROP TRIGGER journal_no_update`, `DROP TRIGGER journal_chain_no_delete`, tamper} {
				if _, err := db.WriterHandle().ExecContext(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
			if r := verify(t, db, now); r.OK() {
				t.Error("it passes")
			}
		})
	}
}

func TestRunningChainerChainsWithinASecond(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			audit.NewChainer(db, clock.NewFake(now), "a").Run(ctx, func(err error) { t.Error(err) })
		}()
		record(t, db, 20)
		deadline := time.Now().Add(5 * time.Second)
		for verify(t, db, now).Waiting > 0 && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond)
		}
		if r := verify(t, db, now); r.Waiting > 0 {
			t.Errorf("still waiting: %+v", r)
		}
		stop()
		<-done
	})
}

// other holds the lease as another process would, until the time given.
func other(t *testing.T, db *database.DB, until time.Duration) {
	t.Helper()
	at := time.Now()
	err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		held, err := database.Lease(ctx, tx, "journal", "other", at, at.Add(until))
		if err == nil && !held {
			err = fmt.Errorf("the lease was not given back")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestChainerThatIsRefusedTheLeaseRestsUntilItIsFree(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		other(t, db, 3*time.Second)
		var commits atomic.Int64
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			audit.NewChainer(db, clock.NewFake(now), "a").Run(ctx, func(err error) { t.Error(err) })
		}()
		record(t, db, 5)
		db.AfterWrite(func() { commits.Add(1) })
		time.Sleep(1500 * time.Millisecond)
		if n := commits.Load(); n > 0 {
			t.Errorf("%d commits while another process holds the lease", n)
		}
		if r := verify(t, db, now); r.Waiting != 5 {
			t.Errorf("two processes chain: %+v", r)
		}
		for end := time.Now().Add(5 * time.Second); verify(t, db, now).Waiting > 0 && time.Now().Before(end); {
			time.Sleep(20 * time.Millisecond)
		}
		if r := verify(t, db, now); r.Waiting > 0 {
			t.Errorf("the lease of a killed process still holds: %+v", r)
		}
		stop()
		<-done
	})
}

func TestStoppedChainerGivesTheLeaseBackAndAKilledOneSoonLosesIt(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		record(t, db, 1)
		c := audit.NewChainer(db, clock.NewFake(now), "a")
		if _, err := c.Chain(t.Context()); err != nil {
			t.Fatal(err)
		}
		var until database.Time
		if err := db.Read().QueryRowContext(t.Context(), `SELECT until FROM leases WHERE duty = 'journal'`).Scan(&until); err != nil || time.Until(until.Time) > 6*time.Second {
			t.Errorf("a killed chainer would block the next for %s (%v)", time.Until(until.Time), err)
		}
		if err := c.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		other(t, db, time.Minute)
		if err := c.Release(t.Context()); err != nil { // not its own
			t.Fatal(err)
		}
		record(t, db, 1)
		if n, err := c.Chain(t.Context()); n != 0 || err != nil {
			t.Errorf("it chained %d rows under another's lease, %v", n, err)
		}
	})
}
