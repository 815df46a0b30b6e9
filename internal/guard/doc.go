// Package guard holds the rules of the house that a test can hold: who imports
// whom, where SQL stands, that both databases have one schema, that both
// languages say everything, and a few smaller ones. It has no code of its own.
//
// Each guard is a function from files to what is wrong with them; a test runs
// it on the repository, and another shows that it finds a bad sample. An
// exception is a row in the guard's table, with its reason; a row that excuses
// nothing any more fails too.
package guard
