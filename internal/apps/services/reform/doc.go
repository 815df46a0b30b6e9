// Package reform passes what an agency has open to the one that stands in its place
// when units merge, split or end: roles, dossiers, questions, drafts, saved views and
// books of numbers. docs/reform.md says by which rules, with the law.
//
// Invariants: nothing that happened is changed: passing adds an event, a line of the
// journal and a notice, and moves what is open; a batch is one transaction, and what
// has passed is not seen again, so that a run that was killed is run again; every open
// dossier has one agency, before and after; what cannot be placed by the law's own
// data is listed with the reason, stays where it is, and is decided by people; what is
// over (closed dossiers, receipts, the journal) stays under the agency that did it,
// and is opened to the one that alone took its place.
//
// Sessions and absences need no passing: a session asks at each request what its
// account may do, and a deputy has the roles that the absent official has then.
//
// It owns no table and records no events of its own. It never decides who handles
// what (the table of competence does) and never appoints anybody anew.
package reform
