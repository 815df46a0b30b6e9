// Package payment is the taking of fees at the counter: what is owed for a
// dossier, what was paid, under which receipt number.
//
// What is owed is the last assessment of the dossier's fee (package dossier
// keeps them) less what was paid before. A fee that is not known is determined by
// the clerk who takes it, with its basis, as an assessment beside the others.
//
// Invariants: exactly what is owed is taken, never a part; receipt numbers run
// from 1 without a gap in each agency and year, and are never used again; a
// payment has one status, which the applicant, the desk and the lists read from
// one row; a receipt that was written wrongly is cancelled by whoever wrote it,
// the same day, with a reason, and stays; a form that is sent twice takes once.
// An unpaid fee holds up nothing: pages say it.
//
// It owns the table payments. It records the events payment.taken and
// payment.cancelled. It never decides how much a fee is, and takes no money
// online.
package payment
