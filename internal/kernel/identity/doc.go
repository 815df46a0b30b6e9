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
//   - A phone or an e-mail proves nothing about a person until it is confirmed: face
//     to face at the desk, or an e-mail by a code that was sent to it. A confirmed
//     one belongs to one account.
//   - A one-time code is kept nowhere, not even as a digest: it follows from its id
//     and the installation's secret. It ends after 15 minutes or five tries, and asking
//     for one tells nobody whether there is an account.
//   - A person's forgotten password gives way to a code or to a card at the desk,
//     never to a question; all sessions end, and the owner is told. An official's is
//     given anew by who manages accounts.
//   - Only digests of session tokens and of citizen numbers are kept; only argon2id
//     hashes of passwords.
//   - A session that was ended, an assignment that is over and an absence that has
//     passed stop counting with the next request: nothing is cached.
//   - Acting for somebody is not passed on: a deputy gets the absent official's own
//     roles, not those that the absent one holds for others, nor those that were given
//     after the absence was set.
//
// It never knows what a role allows (access does), never sends anything (whoever
// asks for a code sends it), and never writes a name, a handle, an address or a password to a log or the journal.
//
// Tables: accounts, handles, sessions, throttles, assignments, absences, codes,
// recoveries.
//
// It records no events. Journal: account.created, account.renamed, account.closed,
// account.reopened, account.opened (a session), account.burst, password.changed, password.reset, password.recovered, handle.confirmed,
// citizen.set, session.ended, role.given, role.taken, absence.set,
// absence.cancelled; ids only.
package identity
