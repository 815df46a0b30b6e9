// Package cases is the core of every matter that moves through steps, by
// deadlines in working time, with people and one outcome.
//
// A case runs by a definition, which is data: who may do a step, and which act
// leads where. A case is pinned to the version of its definition that it was
// opened under. The core knows opening, assigning, taking, moving, consulting,
// transferring and closing; verbs of a kind of case (accept, refuse, hand over) belong to the
// app that owns the kind, and are names here.
//
// Invariants: the events of a case are append-only and are the truth of the
// matter; state, step, queue and event of an act are one transaction; an act
// names the version it saw, and of two at once one wins and the other is told
// who did what; facts that measures count (accepted_at, first_due_at,
// resolved_at, on_time, closed_at, outcome, channel) are written once, but that an
// acceptance that was wrong is taken back whole before anything was resolved, so
// that only the right one counts, and its event keeps what it said; no read
// of more than one row is without a scope, and counts use the lists' predicate;
// asking other agencies, their answers and taking a question back never move a
// case, its desk or its clock, and whoever was asked sees the question through
// its own scope, not the case's.
//
// Cases are found by every word of a search, the last one as a beginning, through
// an index that triggers on cases keep in step; slips are corrected to words that
// the same scope has.
//
// It owns the tables cases, case_events, case_consults, case_words (with its index
// case_words_fts) and case_vocabulary. It never reads a form, a paper or a
// person's data, and never does I/O beside the transaction.
package cases
