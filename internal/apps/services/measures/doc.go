// Package measures counts the dossiers and the procedures for the board: it is
// the services' Source of targets.
//
// It reads write-once facts only (opened_at, resolved_at, on_time, channel,
// place, facet), so a count of a past instant comes out the same again. What is
// counted and what is listed come from one predicate.
//
// It owns no table and records no event. It never lists a person's name.
package measures
