// Package people finds who came before to the desks where an official receives
// people: by words of the name, without diacritics and with a slip, by a phone or by
// a citizen number. It is the one search for them, wherever a page asks for a
// person.
//
// Invariants: a person is found by words of their own name only among the dossiers
// of the official's desks; whoever has no dossier there is found by a whole number
// alone, and only by name; a search is written in the journal with the ids of what it
// read, also when it finds nobody.
//
// It owns no table and records no event. It never shows a page, and never gives a
// citizen number or an address: a dossier's are package dossier's to give.
package people
