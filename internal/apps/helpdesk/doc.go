// Package helpdesk is where a clerk lets a person back into their account who stands
// at the one-stop desk without a password.
//
// Invariants:
//   - Only who holds account.recover comes in, and only persons' accounts are
//     recovered, never an official's.
//   - People are found by all of a number, a phone or an e-mail, never by a part of
//     it: this is no list of people. Each look-up is journaled with whom it found.
//   - The card decides: its number must be the account's, or becomes it.
//   - The one-time password is on one page, which is kept nowhere; a second click
//     shows the same one. It must be changed at the first sign-in.
//   - The owner is told, in the inbox and by mail.
//
// It owns no table and records no event. Journal: account.looked_up; identity keeps
// the rest.
package helpdesk
