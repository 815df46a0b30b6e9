// Package dossier is one application under a procedure, from the draft that a
// person fills in to the result that is handed over.
//
// It holds the verbs of a dossier: file, ask completion, complete, accept, refuse
// at intake, ask a supplement, supply, propose, approve, send back, refuse, hand
// over, withdraw, consult and answer, undo an acceptance, misfile, apologise, give
// originals back. Each decides purely what may be done and writes everything that
// it means in one transaction: the dossier, its case, the case's event, the
// journal line, the event for other rooms, and the jobs.
//
// Invariants: filing is not acceptance (Decree 61/2018, Art. 17): only Accept
// draws the dossier code, fixes the deadline and causes form 01; a dossier is
// asked at most once in all (Art. 15.3, 19.4), with every defect at once; after a
// supplement the limit starts again from zero (Art. 19.4); the status that the
// applicant reads is the case's step; answers are never overwritten, a later
// version stands beside the earlier ones; a draft is sent once; a wrong acceptance
// is taken back only before anything was resolved and with its trace, and the code
// stays the dossier's; a dossier gets at most one new appointment (Art. 19.9), by
// which it is never judged on time; an agency that is asked sees a dossier through
// the question and while it is open, and never otherwise.
//
// The fee is assessed when a dossier is accepted, and beside that again when it
// was supplemented (package fees says how).
//
// It owns the tables drafts, dossiers, dossier_answers, dossier_requests,
// dossier_originals, dossier_undone, dossier_apologies and dossier_fees. It records
// the events dossier.filed, dossier.changed and dossier.resolved. It never shows a page.
package dossier
