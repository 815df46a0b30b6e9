// Package desk is one dossier on one screen, for the officials whose turn it is: what
// it says, what its clock has counted, what happened to it, and the acts that are
// theirs now; and the lane, on which a result that is due at once is made while the
// applicant waits.
//
// Invariants: a dossier outside the official's scope is not found on any page or act;
// only acts that the step and the official's permissions allow are offered, and the
// room refuses the others anyway; where one page does several acts each is an act of
// its own, by its own verb, key and version; whoever was slower is told who did what
// and keeps what was typed; an act that fails shows the dossier again with all that was
// written, and that is a reading; every form works without JavaScript.
//
// It owns no table and records no event: the verbs and the reads are package
// dossier's; what the rooms of officials share is package office's, lists are package
// queue's. It never shows anything to applicants.
package desk
