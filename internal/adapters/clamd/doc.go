// Package clamd asks ClamAV's daemon whether a paper carries a virus, by its own
// protocol (INSTREAM), over a unix socket or TCP.
//
// Invariants: a paper is found clean only when clamd said so; whatever else happens
// (no connection, a limit, an answer that is not understood, silence) is an error,
// and the paper is not taken. Nothing is kept between two papers.
//
// It implements file.Scanner. It never logs a name or a content.
package clamd
