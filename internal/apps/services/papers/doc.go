// Package papers writes the forms of Circular 01/2018/TT-VPCP for a dossier: 01
// receipt and appointment, 02 supplement request, 03 refusal, 04 apology and new
// appointment, and 05, the control sheet.
//
// An act enqueues the paper in its own transaction; the job writes it and gives
// it to the dossier. A job may run twice: a dossier has each form once, and what
// the form says comes from what was written then, not from now. Where there is no
// digital signature yet, the paper says so. The control sheet is kept nowhere: it
// is written from the events whenever somebody opens it.
//
// It owns no table (papers belong to the file room) and records no event. It
// never decides about a dossier. How a page is printed is the printer's matter.
package papers
