// Package audit is the journal: who did what, and who read what.
//
// An act inserts its row in its own transaction, by Record. A row holds ids and
// a digest and never a personal value, so the journal can be kept and shown
// when what it speaks of may not. Rows are chained afterwards: one process at a
// time, holding a lease, numbers the waiting rows and hashes each with the one
// before (a chain head that every transaction locked would make all of them wait
// for one disk). Verify recomputes the chain; it fails on a row that was
// changed, taken out or put in, and on a row that has waited too long.
//
// Invariants: journal and journal_chain are append-only, held by triggers in
// both databases; a list that was read is one row with the ids that it showed.
//
// It owns the tables journal, journal_waiting and journal_chain. It never
// decides who may read it (access does), and never holds what was typed.
package audit
