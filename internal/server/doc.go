// Package server builds every room and hangs them on one http.Server. It is the
// only package that imports apps and adapters; what an app needs of the outside
// world, an adapter gives here.
//
// Invariants: the program answers only after the schema and the pack are up to
// date; a graceful stop finishes what it accepted, then the jobs that have begun,
// then closes the database.
//
// It owns no table. It never decides anything about a matter.
package server
