// Package board shows the promises to everybody: what was promised, how far it
// is, what was counted, and the records behind each number.
//
// The public sees counts by commune, channel and procedure that add up to the
// number, and never a dossier's code. An official with board.open sees the
// records of the own scope, without a person's name, and how many lie outside
// it, so that the two make the number. What is public by nature, such as the list
// of procedures, everybody sees. Opening records is journaled: one row with the
// ids of the page.
//
// Invariants: a measured and a reported figure never look alike; a state is a
// shape and words; a number without records is no zero.
//
// It owns no table and records no event. It counts nothing itself: targets does,
// from the sources of other rooms.
package board
