// Package jobtest works on the jobs of a test.
package jobtest

import (
	"context"
	"testing"
	"time"

	"benso/internal/kernel/job"
)

// Drain works until no job could start now, and fails the test when an attempt
// fails.
func Drain(t testing.TB, q *job.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	if err := q.WorkAll(ctx); err != nil {
		t.Fatal(err)
	}
}
