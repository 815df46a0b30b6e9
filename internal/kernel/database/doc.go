// Package database is the way to the two databases: SQLite, embedded, and
// PostgreSQL. Rooms write one SQL text ($1, $2 …) that both understand.
//
// Writing goes through Write. Its function may be run again and does no I/O
// beside the transaction: what must happen outside is enqueued as a job in it.
// On SQLite there is one writer connection; callers that come together share
// one commit under savepoints (when it fails, each is run again alone), and each
// is answered only after the commit is on disk (synchronous=FULL). On PostgreSQL a transaction is READ COMMITTED and is
// run again after a deadlock or a serialization failure.
//
// Invariants: an instant is a Time (UTC, microseconds); JSON is never filtered
// or sorted on; a list of values goes in through In; numbered series are drawn
// by Next, late in a transaction; a repeated request is met by Once.
//
// It owns the tables counters, closed_books, idempotency and leases. It never knows what the
// rows of other rooms mean.
package database
