// Package register is the book of an agency's dossiers: all of them, open and
// closed, by period, procedure, field, channel, step, outcome, timing, official and
// words; kept as views under a name, exported as CSV and XLSX, printed as form 06
// of Circular 01/2018/TT-VPCP, given to officials many at once; and the people who
// filed them, found by name, phone or citizen number.
//
// Invariants: a page, its count, its export and its printed book use one predicate
// and one scope; the address says all of what is asked, so that it can be kept,
// sent and gone back to; nothing outside the official's scope is shown, counted or
// exported; every reading is journaled with the ids of what it gave, before the
// first of them leaves; a dossier given to somebody is its own transaction under
// its own key, so that sending a page again changes nothing; a person is shown to
// a clerk only with dossiers of the clerk's own desk, or for an exact number.
//
// It owns the table saved_views and records no event. How a dossier is given to
// somebody is package dossier's matter, how it looks in a list package desk's.
package register
