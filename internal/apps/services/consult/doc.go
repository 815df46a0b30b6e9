// Package consult is for the agencies that are asked about a dossier of another one:
// their list of questions, each question with the dossier behind it, and the answer;
// and for whoever asked, how each question stands.
//
// Invariants: an agency that is asked sees a dossier under the question's address and
// nowhere else, and only while the question is open; what came with an answer is shown
// to whoever asked once it is an answer, not before; a paper that was received is kept
// when something else about the answer is wrong; every reading is journaled.
//
// It owns no table and records no event: the verbs are package dossier's. It never
// moves the dossier or its deadline; asking is an act of package desk.
package consult
