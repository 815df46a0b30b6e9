// Package mailbox is a real mail server on the loopback address, for tests: Debian's
// python3-aiosmtpd, which scripts/tools installs. It speaks ESMTP with STARTTLS and
// AUTH, and keeps what it took as files, as it came over the wire.
//
// It can be stopped and started again on the same port. It refuses every mailbox
// that begins with "khong-co" (550 5.1.1), and lets one that begins with "lat-nua"
// try again once (451 4.7.1). It ends with the test, and when the test's process
// ends in any other way, since its input then ends.
//
// It never sends anything on.
package mailbox
