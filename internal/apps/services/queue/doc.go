// Package queue is what an official opens in the morning: the queues with their
// counts, the box that opens a dossier by its number or leads to a search, and which
// dossier comes next.
//
// Invariants: a list, its count and "the next one" use one predicate and one scope;
// the address says all of what is asked, and a dossier that is opened from a list
// carries it, so that going on and going back keep step, words and page; a list is
// journaled as one row with the ids that it showed.
//
// It owns no table and records no event. It never changes a dossier: giving many to
// somebody is package register's, all other acts package desk's.
package queue
