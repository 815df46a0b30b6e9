// Command submit measures how many dossiers a second can be filed over HTTP, the
// whole path: a person begins a draft, answers six pages (three of them with a
// paper of 200 kB each, fsynced), checks the answers and sends them, with every
// redirect followed as a browser does. Client and server share the machine.
//
//	go run ./bench/submit -benso ./benso                        (the embedded database)
//	go run ./bench/submit -benso ./benso -postgres postgres://… (a server)
//
// Beside it, in the same run, stand two yardsticks: what the bare disk does with
// the same files (write, fsync, rename, fsync of the folder), and PocketBase
// (bench/submit/pocketbase, a module of its own) with one record and three files
// a request. The figures are in docs/benchmarks.md.
package main
