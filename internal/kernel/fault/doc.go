// Package fault is the one type of error that people may be told about.
//
// A fault carries two things that never mix: a kind and a message key with its
// arguments, which the edge (web, API) turns into a status and a sentence, and
// a cause, which only the log sees. An error that carries no fault is Internal:
// people are told that something went wrong on our side, and nothing else.
//
// It never formats text for people (message does) and never logs.
package fault
