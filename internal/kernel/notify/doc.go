// Package notify tells people what happened to what is theirs: by a notice in
// their inbox, always, and by e-mail where they have a confirmed address and have
// not said that they want none.
//
// Invariants:
//   - A notice is written in the transaction of what it tells, or of the event that
//     tells it, and once for its cause, however often that is handled.
//   - Nothing leaves the house inside a transaction: a delivery is a row and a job.
//   - A delivery goes out once, as far as SMTP allows: only a crash between the
//     server's answer and our commit sends it again, and then with the same
//     Message-ID, by which mailboxes know it again.
//   - Who is written to is asked when the letter leaves: an address that is no
//     longer confirmed, or a person who wants no mail any more, gets none.
//   - Without a Sender everything works with the inbox alone.
//
// A letter says what happened, to which number, what to do and by when. It never
// holds a person's answers, papers or name (Decree 13/2023, Art. 3: no more than
// the purpose needs). Of what was sent is kept when, in which state, and the
// address masked; the text of a letter that is no notice, such as a one-time code,
// is kept nowhere. Neither logs nor errors name an address.
//
// It owns the tables notices, deliveries and mail_choices. It records no event.
// Journal: mail.chosen.
package notify
