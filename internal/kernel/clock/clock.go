package clock

import (
	"sync"
	"time"
	_ "time/tzdata" // the program runs where no zone database is installed
)

// Zone is the time zone of Vietnam. It has had no daylight saving time since
// 1975, so a day always has 24 hours.
var Zone = mustZone("Asia/Ho_Chi_Minh")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // tzdata is embedded: only a broken build comes here
	}
	return z
}

// Clock tells the time.
type Clock interface {
	// Now is the present instant, in UTC, to the microsecond (what both
	// databases keep).
	Now() time.Time
}

// System is the machine's clock.
var System Clock = system{}

type system struct{}

func (system) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Fake is a clock that somebody moves.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake stands still at t until it is moved.
func NewFake(t time.Time) *Fake {
	return &Fake{now: t.UTC().Truncate(time.Microsecond)}
}

// Now is the instant the clock was last set to.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Set moves the clock to t, forwards or back.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC().Truncate(time.Microsecond)
}

// Advance moves the clock by d.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// Local gives t in the zone of Vietnam.
func Local(t time.Time) time.Time { return t.In(Zone) }

// Day gives the date of t in Vietnam as 2021-07-05.
func Day(t time.Time) string { return t.In(Zone).Format(time.DateOnly) }
