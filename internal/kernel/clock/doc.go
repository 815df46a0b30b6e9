// Package clock gives the time, so that nothing reads it by itself.
//
// Whoever needs now holds a Clock. Tests and the simulated province hold a
// Fake and move it. It never sleeps and never schedules: timers are due_at
// columns that a sweep compares with Now.
package clock
