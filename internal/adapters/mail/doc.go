// Package mail carries letters to a mail server by SMTP (RFC 5321), which sends
// them on.
//
// A letter is plain text and simple HTML that say the same, in UTF-8, marked as
// written by a machine (RFC 3834), with a Message-ID that is made of the letter's
// id and so the same at every attempt. Notices name the page where one says "no
// more" (List-Unsubscribe, RFC 2369); one-time codes do not.
//
// Only what concerns the one mailbox or the one letter is refused for good: a
// mailbox that is not there, content that is not taken (5xx at RCPT and DATA).
// Everything else, such as a server that is down or does not know our password, is
// mended by an administrator, and the letter waits for that.
//
// It never names an address or repeats a server's words in an error, since those
// may hold the address; the code stands for them. It owns no table and records no
// event. The protocol is github.com/wneessen/go-mail's, which only this package
// imports: docs/adr/0012-letters.md says why.
package mail
