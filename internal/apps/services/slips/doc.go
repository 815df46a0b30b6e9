// Package slips gives the papers and the slips of a dossier to be read and printed:
// what the applicant handed in, results, forms 01 to 04 of Circular 01/2018/TT-VPCP as
// the jobs wrote them, and form 05, which is written anew whenever it is opened.
//
// Invariants: a paper is given only under the dossier that it belongs to, within the
// official's scope; every reading of one is journaled, before the first byte leaves; a
// slip that no act caused is not found, one that is still being written is waited for.
//
// It owns no table and records no event. It never writes a form itself, but for asking
// for form 01 where it was not wanted at first: package papers does.
package slips
