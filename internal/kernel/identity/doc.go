// Package identity knows who is there: accounts of persons and officials, what
// they sign in with, their sessions, and which roles officials hold, for
// themselves or for an absent colleague.
//
// Invariants:
//   - A stranger cannot tell whether an account exists: signing in costs the same
//     number of password evaluations and answers the same with and without one,
//     and registering a phone or an e-mail that somebody already uses goes the same
//     way as registering a new one. Signs in with the phone then means: whoever of
//     its (at most Slots) claimants has this password. See docs/adr/0005-sign-in.md
//     for what a patient stranger can still learn.
//   - A phone or an e-mail proves nothing about a person until it is confirmed,
//     face to face at the desk; a confirmed one belongs to one account.
//   - Only digests of session tokens and of citizen numbers are kept; only argon2id
//     hashes of passwords.
//   - A session that was ended, an assignment that is over and an absence that has
//     passed stop counting with the next request: nothing is cached.
//   - Acting for somebody is not passed on: a deputy gets the absent official's own
//     roles, not those that the absent one holds for others.
//
// It never knows what a role allows (access does), never sends anything, and
// never writes a name, a handle, an address or a password to a log or the journal.
//
// Tables: accounts, handles, sessions, throttles, assignments, absences.
//
// It records no events. Journal: account.created, account.closed, account.opened
// (a session), account.burst, password.changed, password.reset, handle.confirmed,
// citizen.set, session.ended, role.given, role.taken, absence.set,
// absence.cancelled; ids only.
package identity
