// Package filing is what an applicant sees and does: the form page by page, the
// check of all answers, sending, following, answering a request, getting the
// result, and looking a dossier up by its code.
//
// Invariants: every page works without JavaScript; an uploaded paper is kept as
// soon as it was received, also when something else on the page is wrong; nothing
// typed is lost when a page is refused or was changed in another tab; a draft or a
// dossier of somebody else is not found; a code alone tells the state and no name,
// and the secret of the receipt never opens a paper.
//
// A paper may come in pieces over a connection that breaks (tus 1.0.0): it is judged
// as any other when it is whole, and the draft has it once, also when the program is
// killed in between.
//
// It owns the table uploads and records no event: the verbs and the reads are package
// dossier's. It never decides about a dossier.
package filing
