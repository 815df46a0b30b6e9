// Package event tells the rooms of each other's acts, without their knowing each
// other: an outbox.
//
// An act records an event in its own transaction: one row for each subscriber.
// After the commit a dispatcher hands each row to its subscriber in a
// transaction of its own, which also deletes the row: what the subscriber wrote
// and "handled" are one. A subscriber to whom many events mean no more than one
// gathers those that wait together. A subscriber that fails is tried again, later and
// later, and holds up nobody else.
//
// Events are signals, not the truth of a matter: that is a case's own events.
// It owns the table events. It never delivers in a promised order, and never
// carries personal values: ids only.
package event
