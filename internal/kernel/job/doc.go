// Package job does later, outside the transaction, what an action causes: mail,
// papers, readings. A job is enqueued in the transaction of the action, so it
// exists if and only if the action does.
//
// Invariants:
//   - A job starts only after the transaction that enqueued it has committed,
//     and one whose transaction was rolled back does not exist.
//   - A committed job runs at least once, also over kill -9 and loss of power.
//     It may run twice, so a handler is idempotent: it asks what is done already,
//     or passes on a key that the receiver knows again.
//   - A handler that fails, panics or outlives its time is tried again with a
//     growing pause, and after its last attempt it is kept as failed with its
//     errors, for people to look at (Failed) and to send round again (Retry).
//   - Arguments hold ids, never personal data: they lie in the database for days
//     after the work, outside the journal's sight. Errors are kept and logged,
//     so a handler's error text holds none either. Arguments are never logged.
//
// Deadlines are not jobs: they are due_at columns swept by our own clock (a
// simulated or restored past must not fire them). At is for small delays.
//
// The work is done by github.com/riverqueue/river, which only this package
// imports; docs/adr/0001 says how it was tried and what was changed around it.
// It owns river's tables (river_job, river_leader, river_queue and others),
// which Migrate makes. It records no events.
package job
