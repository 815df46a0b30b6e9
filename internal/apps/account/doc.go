// Package account is where people sign in, register, sign out, and see to their
// own account: what it signs in with, a confirmed e-mail and whether to be written
// to, its open sessions, its password, also a forgotten one, and for officials the roles it holds and for whom.
//
// Invariants:
//   - The page that refuses a sign-in is the same whether or not there is an
//     account; see docs/adr/0005-sign-in.md.
//   - What was typed is kept when a form comes back, except passwords.
//   - Nobody is led off the site after signing in.
//   - A form sent twice does its act once: a second registration signs in to the
//     first one's account, a second change of password is the first.
//   - Asking for a code to recover a password is answered the same whether or not
//     there is an account; a code is in no page, no address and no log.
//   - Whoever still has a one-time password gets no further than choosing one.
//
// It never looks at another person's account, never shows a password, and never
// writes a name, a handle or an address to a log.
//
// It owns no table and records no event; identity keeps the journal.
package account
