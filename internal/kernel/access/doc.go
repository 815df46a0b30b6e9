// Package access decides who may do what, and where.
//
// An official's role at an agency becomes a grant: permissions on a path of the
// tree of units. A permission is asked for in three ways that always agree:
// Actor.May for one thing, Actor.Scope for a list (as SQL), and Rule for a whole
// route.
//
// Invariants:
//   - The zero Actor is a stranger and the zero Scope sees nothing; a path or a
//     role that cannot be understood grants nothing.
//   - Scope.SQL and Scope.Contains choose the same rows, on both databases.
//   - A refusal says nothing about what exists.
//   - What an official may do only for an absent colleague is marked with the
//     colleague's account.
//
// It owns no table and records no event: who holds which role is identity's,
// what a role may do is the pack's (roles.yaml). It never reads the database and
// never caches an actor.
package access
