package event_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/event"
)

func TestEventIsHandledOnceBySubscriberWithWhatItWrote(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		bus := event.NewBus(db, clock.System, "p1")
		var tries atomic.Int64
		bus.Subscribe("dossier.accepted", "counter", func(ctx context.Context, tx *database.Tx, e event.Event) error {
			_, err := database.Next(ctx, tx, "seen", e.Subject)
			return err
		})
		bus.Subscribe("dossier.accepted", "failing", func(ctx context.Context, tx *database.Tx, _ event.Event) error {
			tries.Add(1)
			if _, err := database.Next(ctx, tx, "failing", "d"); err != nil {
				return err
			}
			return errors.New("not today")
		})
		taken := errors.New("taken back")
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			return errors.Join(bus.Record(ctx, tx, "dossier.accepted", "rolled-back", nil), taken)
		})
		if !errors.Is(err, taken) {
			t.Fatal(err)
		}
		for i := range 10 {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				return bus.Record(ctx, tx, "dossier.accepted", fmt.Sprint("d", i%5), map[string]int{"n": i})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := bus.Dispatch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := bus.Dispatch(t.Context()); err != nil {
			t.Fatal(err)
		}
		var handled, subjects, left int64
		q := db.Read()
		if err := q.QueryRowContext(t.Context(), `SELECT CAST(sum(last) AS BIGINT), count(*) FROM counters WHERE series = 'seen'`).Scan(&handled, &subjects); err != nil {
			t.Fatal(err)
		}
		if err := q.QueryRowContext(t.Context(), `SELECT count(*) FROM events`).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if handled != 10 || subjects != 5 || left != 10 {
			t.Errorf("handled %d of %d subjects, %d left", handled, subjects, left)
		}
		if tries.Load() != 10 {
			t.Errorf("the failing subscriber was tried %d times at once", tries.Load())
		}
		var kept int64
		if err := q.QueryRowContext(t.Context(), `SELECT count(*) FROM counters WHERE series = 'failing'`).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("what the failing subscriber wrote stands (%d, %v)", kept, err)
		}
	})
}

func TestRunningBusHandsOutAtOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		bus := event.NewBus(db, clock.System, "p1")
		got := make(chan string, 1)
		bus.Subscribe("k", "s", func(_ context.Context, _ *database.Tx, e event.Event) error {
			got <- e.Subject
			return nil
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); bus.Run(ctx, func(err error) { t.Error(err) }) }()
		time.Sleep(50 * time.Millisecond)
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return bus.Record(ctx, tx, "k", "x", nil) })
		if err != nil {
			t.Fatal(err)
		}
		select {
		case s := <-got:
			if s != "x" {
				t.Errorf("got %q", s)
			}
		case <-time.After(5 * time.Second):
			t.Error("nothing came")
		}
		stop()
		<-done
	})
}

// record writes n events of kind k.
func record(t *testing.T, db *database.DB, bus *event.Bus, n int) {
	t.Helper()
	for i := range n {
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			return bus.Record(ctx, tx, "k", fmt.Sprint(i), nil)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEventsOfAKilledProcessAreHandledWithinASecondOfTheRestart(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		killed := event.NewBus(db, clock.System, "p1")
		dying, die := context.WithCancel(t.Context())
		killed.Subscribe("k", "s", func(context.Context, *database.Tx, event.Event) error {
			die()
			return dying.Err()
		})
		record(t, db, killed, 3)
		if _, err := killed.Dispatch(dying); !errors.Is(err, context.Canceled) {
			t.Fatalf("it was not killed in the middle of an event: %v", err)
		}

		got := make(chan struct{}, 3)
		bus := event.NewBus(db, clock.System, "p2")
		bus.Subscribe("k", "s", func(context.Context, *database.Tx, event.Event) error {
			got <- struct{}{}
			return nil
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); bus.Run(ctx, func(err error) { t.Error(err) }) }()
		late := time.After(2 * time.Second) // one, and patience with a busy machine
		for range 3 {
			select {
			case <-got:
			case <-late:
				t.Fatal("events wait for what a killed process held")
			}
		}
		stop()
		<-done
	})
}

func TestTwoBusesHandleEachEventOnceAndThenRest(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var commits, handled atomic.Int64
		db.AfterWrite(func() { commits.Add(1) })
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{}, 2)
		var first *event.Bus
		for _, name := range []string{"p1", "p2"} {
			bus := event.NewBus(db, clock.System, name)
			bus.Subscribe("k", "s", func(context.Context, *database.Tx, event.Event) error {
				time.Sleep(2 * time.Millisecond)
				handled.Add(1)
				return nil
			})
			first = bus
			go func() { bus.Run(ctx, func(err error) { t.Error(err) }); done <- struct{}{} }()
		}
		record(t, db, first, 50)
		for end := time.Now().Add(10 * time.Second); handled.Load() < 50 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond)
		before := commits.Load()
		time.Sleep(1200 * time.Millisecond)
		if n := commits.Load() - before; n > 0 {
			t.Errorf("%d commits with nothing to do", n)
		}
		if n := handled.Load(); n != 50 {
			t.Errorf("50 events were handled %d times", n)
		}
		stop()
		<-done
		<-done
	})
}

func TestEventsThatWaitTogetherAreGatheredAndEachIsTriedAloneAfterAFailure(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		bus := event.NewBus(db, clock.System, "p1")
		var sizes []int
		var subjects []string
		poisoned := true
		bus.Gather("k", "many", func(_ context.Context, _ *database.Tx, events []event.Event) error {
			sizes = append(sizes, len(events))
			for _, e := range events {
				if e.Subject == "poison" && poisoned {
					return errors.New("not this one")
				}
			}
			for _, e := range events {
				subjects = append(subjects, e.Subject)
			}
			return nil
		})
		record := func(subject string) {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return bus.Record(ctx, tx, "k", subject, nil) })
			if err != nil {
				t.Fatal(err)
			}
		}
		dispatch := func(want int) {
			t.Helper()
			if tried, err := bus.Dispatch(t.Context()); err != nil || tried != want {
				t.Fatalf("%d tried instead of %d: %v", tried, want, err)
			}
		}
		for i := range 5 {
			record(fmt.Sprint("d", i))
		}
		dispatch(5)
		if len(sizes) != 1 || sizes[0] != 5 || len(subjects) != 5 {
			t.Fatalf("not gathered: %v of %v", sizes, subjects)
		}
		record("good")
		record("poison")
		sizes, subjects = nil, nil
		dispatch(2)
		if len(subjects) != 0 {
			t.Fatalf("handled with a failure: %v", subjects)
		}
		// Their time comes: the failed ones are tried one by one.
		if _, err := db.WriterHandle().ExecContext(t.Context(), `UPDATE events SET due_at = at`); err != nil {
			t.Fatal(err)
		}
		sizes = nil
		dispatch(2)
		if len(sizes) != 2 || len(subjects) != 1 || subjects[0] != "good" {
			t.Fatalf("the good one did not go alone: %v, %v", sizes, subjects)
		}
		var left int
		if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM events WHERE attempts = 2`).Scan(&left); err != nil || left != 1 {
			t.Fatal(left, err)
		}
	})
}
