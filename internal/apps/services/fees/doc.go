// Package fees computes what a procedure costs from what somebody answered.
//
// A procedure's fee is a list of items. Each says when it is owed, how much it
// is and why, in expressions of CEL over the answers of the form; an item whose
// facts the sources do not give says so instead. Expressions are compiled once,
// when the pack is read, and checked against the form: an unknown field, a wrong
// type or a missing reason is a fault of the pack, with its line.
//
// Invariants: money is whole đồng in int64 and never a float; an amount is never
// negative; the same answers on the same day give the same assessment; the total
// is the sum of the lines, and there is none while a line is not known. Not known
// is not free: an item that cannot be computed, and a fee of which no item
// applies, are not known.
//
// It owns no table and records no event. It never reads a database, a clock or a
// file, and never decides whether a fee was paid.
package fees
