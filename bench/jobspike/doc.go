// Command jobspike shows what kill -9 does to jobs. A child process enqueues
// jobs, each in the transaction of its row, and works on them; the parent kills
// it at random moments, many times over, and then counts: every row that was
// answered for is there, every committed row's job has run to its end, no job
// ran without its row, and how often and how late killed jobs ran again.
//
//	go run ./bench/jobspike -rounds 40                      (SQLite)
//	go run ./bench/jobspike -rounds 40 -postgres postgres://…  (an empty database)
//
// -sibling leaves killed jobs to the library's own rounds: another process works
// on, and none is started after the last kill. The figures are in docs/adr/0001.
package main
