// Package board shows the promises to everybody: what was promised, how far it
// is, what was counted, and the records behind each number; as pages with charts and
// maps drawn here, as CSV, as an API, as a chart for pages of others, as a feed.
//
// The public sees counts along one axis at a time that add up to the number, no
// number smaller than five but none (docs/adr/0013), and never a dossier's code. An
// official with board.open sees the records of the own scope, without a person's
// name, and how many lie outside it, so that the two make the number. What is public by
// nature, such as the list of procedures, everybody sees. Opening records is
// journaled: one row with the ids of the page.
//
// Invariants: a measured and a reported figure never look alike; a state is a
// shape and words; a number without records is no zero; a chart has its table, a map
// has its table; a projection says its assumption; units of a past date stand under
// the tree of that date or, where asked, restated to today's, and both add up.
//
// It owns no table and records no event. It counts nothing itself: targets does,
// from the sources of other rooms.
package board
