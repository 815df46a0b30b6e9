// Package counter is intake from somebody who stands at the counter: the person and
// the procedure found by typing, the whole form of the procedure on one page, filled
// in with what is known of a person, filed and accepted by one key.
//
// Invariants: the key of the page names the draft, so that sending it again, also many
// times at once, is one dossier; what is typed and uploaded is kept whatever is wrong;
// pages that an answer opens are shown, not refused; an official takes in only at the
// desks where they receive people, and only for places that these serve.
//
// It owns no table and records no event: the verbs are package dossier's, the search
// for people package people's. It never decides on a dossier beyond its acceptance.
package counter
