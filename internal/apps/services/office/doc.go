// Package office is what the rooms of the officials stand on: who works where, how a
// dossier stands in the words that all lists share, the addresses that lead from one
// room to another, the boxes and keys that every page has, the journal line of a
// reading, and which faults a page shows beside what was typed.
//
// Invariants: one way to say a state, a step, an official and a paper, whichever room
// says it; keys that write or lead away are never letters of a dossier code or of the
// scheme of an address ("b", "h", "p", "s", "t"): a barcode scanned beside the search
// box does nothing.
//
// It has no page, owns no table and records no event; it decides nothing about a
// dossier and never imports a room of the officials.
package office
