package worktime

import (
	"sort"
	"time"

	"benso/internal/kernel/fault"
)

// Default is the schedule of office hours that every pack has.
const Default = "default"

// Kind says what sort of day a day is.
type Kind string

// The kinds of day. The middle four are rows of calendar.csv.
const (
	Ordinary     Kind = "ordinary"     // works, or not, by the weekly pattern
	Holiday      Kind = "holiday"      // a day off by the Labour Code
	Compensatory Kind = "compensatory" // a day off for a holiday that fell on the weekend
	Swapped      Kind = "swapped"      // a day off for which another day works
	MakeUp       Kind = "work"         // works for a swapped day
	Weekend      Kind = "weekend"      // a day off by the weekly pattern
)

// special is a row of calendar.csv.
type special struct {
	day  dayNumber
	kind Kind
	name string
	pair dayNumber // Swapped and MakeUp only
}

// Calendar tells the working time of one schedule of office hours. It never
// changes once loaded, and is safe for concurrent use.
type Calendar struct {
	tables  map[string]*table
	table   *table
	special map[dayNumber]special
	from    dayNumber // first and last day that is published
	until   dayNumber
}

// Interval is a stretch of time in which the office is open.
type Interval struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Day is what the calendar knows of a day.
type Day struct {
	Date      string     `json:"date"` // 2021-07-05
	Kind      Kind       `json:"kind"`
	Name      string     `json:"name,omitempty"` // of a holiday or swap, as the pack calls it
	Pair      string     `json:"pair,omitempty"` // the other day of a swap
	Working   bool       `json:"working"`
	Intervals []Interval `json:"intervals,omitempty"`
	Published bool       `json:"published"` // false: by the weekly pattern, until the calendar of that year comes
}

// Schedule gives the same calendar with another schedule of office hours.
func (c *Calendar) Schedule(name string) (*Calendar, error) {
	t, ok := c.tables[name]
	if !ok {
		return nil, fault.Missing("schedule", name)
	}
	other := *c
	other.table = t
	return &other, nil
}

// Schedules lists the schedules, sorted.
func (c *Calendar) Schedules() []string {
	names := make([]string, 0, len(c.tables))
	for name := range c.tables {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// PublishedFrom is the first date of which days off are known: 2020-01-01.
func (c *Calendar) PublishedFrom() string { return c.from.String() }

// PublishedUntil is the last date of which days off are known: 2026-12-31.
func (c *Calendar) PublishedUntil() string { return c.until.String() }

// Between is the working time from a to b, negative when b is before a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	return time.Duration(c.table.worked(b) - c.table.worked(a))
}

// Add gives the first moment that is d of working time after t: 4 h 30 min
// after 07:00 is the closing at 11:30, not the opening at 13:00. Add(t, 0) is t.
// A negative d gives the last moment that is -d of working time before t.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	switch {
	case d > 0:
		return c.table.earliest(sum(c.table.worked(t), int64(d)))
	case d < 0:
		return c.table.latest(sum(c.table.worked(t), int64(d)))
	default:
		return t
	}
}

// IsWorkingDay says whether offices open on the day of t in Vietnam.
func (c *Calendar) IsWorkingDay(t time.Time) bool {
	d, _ := split(t)
	return c.table.works(d)
}

// IsOpen says whether the office is open at t. It is not at the moment it closes.
func (c *Calendar) IsOpen(t time.Time) bool { return c.NextOpen(t).Equal(t) }

// NextOpen is t itself while the office is open, otherwise the next opening.
func (c *Calendar) NextOpen(t time.Time) time.Time {
	d, ns := split(t)
	for _, s := range c.table.hours(d) {
		if ns < s.closes {
			return d.at(max(ns, s.opens))
		}
	}
	d = c.workingFrom(d + 1)
	return d.at(c.table.hours(d)[0].opens)
}

// CloseOf is the moment at which the office closes on the day of t; false when
// that is a day off.
func (c *Calendar) CloseOf(t time.Time) (time.Time, bool) {
	d, _ := split(t)
	if !c.table.works(d) {
		return time.Time{}, false
	}
	return c.closeOf(d), true
}

// AddWorkingDays gives the close of the nth working day after the day of t,
// which is not counted itself (Civil Code, Art. 147.2); a negative n counts
// back. For n = 0 it is the close of that day, or of the next working day.
func (c *Calendar) AddWorkingDays(t time.Time, n int) time.Time {
	d, _ := split(t)
	switch {
	case n > 0:
		return c.closeOf(c.table.day(c.table.daysBefore(d+1) + int64(n) - 1))
	default:
		return c.closeOf(c.table.day(c.table.daysBefore(d) + int64(n)))
	}
}

// Day tells what sort of day the day of t is.
func (c *Calendar) Day(t time.Time) Day {
	d, _ := split(t)
	kind, s := c.kind(d)
	day := Day{Date: d.String(), Kind: kind, Name: s.name, Working: c.table.works(d), Published: c.published(d)}
	if s.pair != 0 {
		day.Pair = s.pair.String()
	}
	for _, h := range c.table.hours(d) {
		day.Intervals = append(day.Intervals, Interval{d.at(h.opens), d.at(h.closes)})
	}
	return day
}

func (c *Calendar) kind(d dayNumber) (Kind, special) {
	if s, ok := c.special[d]; ok {
		return s.kind, s
	}
	if !c.table.works(d) {
		return Weekend, special{}
	}
	return Ordinary, special{}
}

func (c *Calendar) published(d dayNumber) bool { return d >= c.from && d <= c.until }

func (c *Calendar) closeOf(d dayNumber) time.Time { return d.at(c.table.hours(d).close()) }

// workingFrom is d, or the first working day after it.
func (c *Calendar) workingFrom(d dayNumber) dayNumber {
	if c.table.works(d) {
		return d
	}
	return c.table.day(c.table.daysBefore(d))
}
