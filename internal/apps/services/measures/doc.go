// Package measures counts the dossiers and the procedures for the board: it is
// the services' Source of targets.
//
// It makes facts of write-once columns only (opened_at, resolved_at, on_time,
// channel, place, facet, and whether papers were asked for), so a count of a past
// instant comes out the same again. What is counted from the records and what is
// listed come from one predicate, and facts, recount and predicate agree: a test of
// the demonstration holds the three against each other.
//
// It owns no table and records no event. It never lists a person's name.
package measures
