// Package postgres gives tests a real PostgreSQL and, for each test, a fresh
// database on it. Only tests and kernel/database/databasetest import it.
//
// Where the server comes from:
//   - BENSO_TEST_POSTGRES names one: it is used as it is (make test does this,
//     through the command in run/). The user must be allowed to create databases.
//   - Otherwise the first test process starts one from the installed programs
//     and every later test process of the same user shares it. Nobody stops it:
//     it stops by itself and removes its files a minute after the last test
//     process has ended.
//   - There are no programs: the test fails and says what to install. It never
//     skips.
//
// The server never runs as root: root's tests run it as the user postgres, or
// nobody. It listens on a Unix socket in a folder that only its user may enter,
// and on no port: so it needs no password and meets no other server.
//
// It sorts text by Vietnamese rules and keeps its clock in Vietnam's zone. The
// program must not depend on either (its text columns are COLLATE "C", its
// instants UTC), and whoever forgets this sees it in a test.
//
// Writes are not forced to the disk, unless BENSO_TEST_POSTGRES_FSYNC=on: that
// is for tests which stop the server hard.
package postgres
