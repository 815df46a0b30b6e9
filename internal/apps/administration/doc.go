// Package administration takes in the officials of a province from a CSV file: who
// works where with which role, from when until when.
//
// Invariants: a file is taken in whole or not at all, and everything that is wrong
// with it is said at once, by line and column; roles that the pack keeps apart are
// never joined; the same file taken in again changes nothing; a new official gets
// a one-time password, an existing one keeps theirs.
//
// It owns no table (accounts and assignments are package identity's) and records
// no event. It never sees what applicants filed, and takes no role away.
package administration
