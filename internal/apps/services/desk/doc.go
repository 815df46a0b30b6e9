// Package desk is where officials work: the queues, one dossier on one screen
// with the acts that are theirs now, intake at the counter, the lane of what is due
// at once, the signing of many, the questions to other agencies, and the slips.
//
// Invariants: a list, its count and "the next one" use one predicate and one
// scope; a dossier outside the official's scope is not found on any page or act;
// only acts that the step and the official's permissions allow are offered, and
// the room refuses the others anyway; where one page does several acts (the lane,
// the signing of many) each is an act of its own, by its own verb, key and version;
// an agency that is asked sees a dossier under the question's address and nowhere
// else; whoever was slower is told who did what and
// keeps what was typed; every form works without JavaScript; every read of
// personal data is journaled: a list as one row with the ids that it showed, a
// dossier as one, a paper as one.
//
// Keys that write or lead away are never letters of a dossier code or of the
// scheme of an address ("b", "h", "p", "s", "t"): a barcode scanned beside the
// search box does nothing.
//
// It owns no table and records no event: the verbs and the reads are package
// dossier's. It never shows anything to applicants.
package desk
