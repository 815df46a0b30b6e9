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
// It owns no table and records no event: the verbs and the reads are package
// dossier's. It never decides about a dossier.
package filing
