package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/job"
)

// childEnv carries "role dir url" to the child.
const childEnv = "BENSO_JOBSPIKE_CHILD"

type work struct {
	Row string `json:"row"`
}

func (work) Kind() string { return "spike" }

func openQueue(ctx context.Context, c database.Config, rescue time.Duration) (*database.DB, *job.Queue, error) {
	db, err := database.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	r := job.NewRegistry()
	job.Handle(r, func(ctx context.Context, w work) error { return run(ctx, db, w) }, job.Timeout(5*time.Second))
	q, err := job.New(db, r, slog.New(slog.NewTextHandler(os.Stderr, nil)), job.Options{RescueAfter: rescue})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, q, nil
}

// run writes when it begins and when it ends, and takes up to 300 ms between.
func run(ctx context.Context, db *database.DB, w work) error {
	id := database.NewID()
	err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return beginRun(ctx, tx, id, w.Row, os.Getpid())
	})
	if err != nil {
		return err
	}
	time.Sleep(rand.N(300 * time.Millisecond))
	return db.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return endRun(ctx, tx, id) })
}

var errTakenBack = errors.New("taken back")

// child works until it is killed, or, with the role "work" or "finish", until
// it is told to stop. Each row that has been committed is told on out.
func child(role string, c database.Config, rescue time.Duration, out io.Writer) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	db, q, err := openQueue(ctx, c, rescue)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := q.Start(ctx); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, "started"); err != nil {
		return err
	}
	var tell sync.Mutex
	var callers sync.WaitGroup
	if role == "file" {
		for range 4 {
			callers.Go(func() {
				for ctx.Err() == nil {
					row := database.NewID()
					takeBack := rand.IntN(5) == 0
					err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
						if err := q.Enqueue(ctx, tx, work{row}); err != nil {
							return err
						}
						if err := addRow(ctx, tx, row); err != nil {
							return err
						}
						if takeBack {
							return errTakenBack
						}
						return nil
					})
					if err == nil {
						tell.Lock()
						_, err = fmt.Fprintln(out, "row", row)
						tell.Unlock()
					}
					if err != nil && !errors.Is(err, errTakenBack) && ctx.Err() == nil {
						slog.Error("file a row", "error", err)
					}
					time.Sleep(rand.N(200 * time.Millisecond))
				}
			})
		}
	}
	<-ctx.Done()
	callers.Wait()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return q.Stop(end)
}
