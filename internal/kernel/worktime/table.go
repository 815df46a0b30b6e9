package worktime

import (
	"math"
	"sort"
	"time"

	"benso/internal/kernel/clock"
)

const (
	second  = int64(time.Second)
	dayLong = 24 * 60 * 60 // seconds
)

// offset of the zone in seconds. Vietnam has had no daylight saving time since
// 1975, so a day is always 24 hours and a date is found without the zone table.
var offset = func() int64 {
	_, o := time.Date(2020, 1, 1, 0, 0, 0, 0, clock.Zone).Zone()
	return int64(o)
}()

// far bounds the instants that are counted, 1800 to 2250, so that sums of
// nanoseconds never overflow; what lies outside counts as at the bound.
const (
	farPast   = -170 * 365 * dayLong
	farFuture = 280 * 365 * dayLong
)

// dayNumber counts days from 1 January 1970 in Vietnam.
type dayNumber int

// split gives the day of an instant and the nanoseconds since its midnight.
func split(t time.Time) (dayNumber, int64) {
	s := t.Unix() + offset
	if s < farPast || s > farFuture {
		s = min(max(s, farPast), farFuture)
		return dayNumber(floorDiv(s, dayLong)), 0
	}
	d := floorDiv(s, dayLong)
	return dayNumber(d), (s-d*dayLong)*second + int64(t.Nanosecond())
}

// at gives the instant ns nanoseconds after the midnight that begins the day.
func (d dayNumber) at(ns int64) time.Time {
	return time.Unix(int64(d)*dayLong-offset+ns/second, ns%second).In(clock.Zone)
}

func (d dayNumber) weekday() time.Weekday { return time.Weekday(floorMod(int64(d)+4, 7)) } // 1 January 1970 was a Thursday

func (d dayNumber) String() string { return d.at(0).Format(time.DateOnly) }

func parseDay(text string) (dayNumber, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, clock.Zone)
	if err != nil {
		return 0, err
	}
	d, _ := split(t)
	return d, nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// span is a stretch of open office within a day, in nanoseconds since midnight.
type span struct{ opens, closes int64 }

// hours is the open office of one day, in order.
type hours []span

func (h hours) total() (sum int64) {
	for _, s := range h {
		sum += s.closes - s.opens
	}
	return sum
}

func (h hours) close() int64 { return h[len(h)-1].closes }

// before is the working time from midnight until ns.
func (h hours) before(ns int64) (sum int64) {
	for _, s := range h {
		if ns <= s.opens {
			return sum
		}
		sum += min(ns, s.closes) - s.opens
	}
	return sum
}

// earliest is the first moment before which w of working time lie, w > 0.
func (h hours) earliest(w int64) int64 {
	for _, s := range h {
		if long := s.closes - s.opens; w > long {
			w -= long
			continue
		}
		return s.opens + w
	}
	return h.close()
}

// latest is the last moment before which w of working time lie, w < total.
func (h hours) latest(w int64) int64 {
	for _, s := range h {
		if long := s.closes - s.opens; w >= long {
			w -= long
			continue
		}
		return s.opens + w
	}
	return h.close()
}

// week is a weekly pattern that repeats for ever, seen from a base day.
type week struct {
	base    dayNumber
	days    [7]hours // days[0] is the base day's
	time    [8]int64 // working time before each day
	count   [8]int64 // working days before each day
	working []int    // which of the seven work
}

func newWeek(base dayNumber, pattern [7]hours) week {
	w := week{base: base}
	for i := range 7 {
		w.days[i] = pattern[(int(base.weekday())+i)%7]
		w.time[i+1] = w.time[i] + w.days[i].total()
		w.count[i+1] = w.count[i]
		if len(w.days[i]) > 0 {
			w.count[i+1]++
			w.working = append(w.working, i)
		}
	}
	return w
}

func (w *week) locate(d dayNumber) (weeks int64, rest int) {
	weeks = floorDiv(int64(d-w.base), 7)
	return weeks, int(int64(d-w.base) - 7*weeks)
}

func (w *week) hours(d dayNumber) hours {
	_, rest := w.locate(d)
	return w.days[rest]
}

func (w *week) timeBefore(d dayNumber) int64 {
	weeks, rest := w.locate(d)
	return weeks*w.time[7] + w.time[rest]
}

func (w *week) daysBefore(d dayNumber) int64 {
	weeks, rest := w.locate(d)
	return weeks*w.count[7] + w.count[rest]
}

// table holds one schedule's working time, summed up day by day over the years
// that the pack speaks of, with the weekly pattern on both sides.
type table struct {
	first    dayNumber
	days     []hours
	time     []int64     // time[i]: working time from first until day first+i begins; one more than days
	count    []int32     // count[i]: working days likewise
	nth      []dayNumber // nth[k]: the working day before which k lie
	past     week        // before first
	future   week        // from first+len(days)
	timeEnd  int64
	countEnd int64
}

func newTable(first dayNumber, days []hours, past, future [7]hours) *table {
	t := &table{first: first, days: days, time: make([]int64, len(days)+1), count: make([]int32, len(days)+1)}
	for i, h := range days {
		t.time[i+1] = t.time[i] + h.total()
		t.count[i+1] = t.count[i]
		if len(h) > 0 {
			t.count[i+1]++
			t.nth = append(t.nth, first+dayNumber(i))
		}
	}
	t.past, t.future = newWeek(first, past), newWeek(first+dayNumber(len(days)), future)
	t.timeEnd, t.countEnd = t.time[len(days)], int64(t.count[len(days)])
	return t
}

func (t *table) hours(d dayNumber) hours {
	switch i := int(d - t.first); {
	case i < 0:
		return t.past.hours(d)
	case i < len(t.days):
		return t.days[i]
	default:
		return t.future.hours(d)
	}
}

func (t *table) works(d dayNumber) bool { return len(t.hours(d)) > 0 }

// timeBefore is the working time from the table's first day until day d begins.
func (t *table) timeBefore(d dayNumber) int64 {
	switch i := int(d - t.first); {
	case i < 0:
		return t.past.timeBefore(d)
	case i <= len(t.days):
		return t.time[i]
	default:
		return t.timeEnd + t.future.timeBefore(d)
	}
}

// daysBefore is the number of working days from the table's first day to d, without d.
func (t *table) daysBefore(d dayNumber) int64 {
	switch i := int(d - t.first); {
	case i < 0:
		return t.past.daysBefore(d)
	case i <= len(t.days):
		return int64(t.count[i])
	default:
		return t.countEnd + t.future.daysBefore(d)
	}
}

// day gives the working day before which k working days lie, counted from the
// table's first day; k may be negative.
func (t *table) day(k int64) dayNumber {
	w := &t.future
	switch {
	case k < 0:
		w = &t.past
	case k < t.countEnd:
		return t.nth[k]
	default:
		k -= t.countEnd
	}
	weeks := floorDiv(k, w.count[7])
	return w.base + dayNumber(7*weeks) + dayNumber(w.working[k-weeks*w.count[7]])
}

// worked is the working time from the table's first day until the instant.
func (t *table) worked(at time.Time) int64 {
	d, ns := split(at)
	return t.timeBefore(d) + t.hours(d).before(ns)
}

// earliest is the first moment at which w is worked.
func (t *table) earliest(w int64) time.Time {
	d := t.dayAt(w - 1)
	return d.at(t.hours(d).earliest(w - t.timeBefore(d)))
}

// latest is the last moment at which no more than w is worked.
func (t *table) latest(w int64) time.Time {
	d := t.dayAt(w)
	return d.at(t.hours(d).latest(w - t.timeBefore(d)))
}

// dayAt is the working day within which the nanosecond after w is worked.
func (t *table) dayAt(w int64) dayNumber {
	p, from := &t.future, t.timeEnd
	switch {
	case w < 0:
		p, from = &t.past, 0
	case w < t.timeEnd:
		return t.first + dayNumber(sort.Search(len(t.days), func(i int) bool { return t.time[i+1] > w }))
	}
	weeks := floorDiv(w-from, p.time[7])
	rest := w - from - weeks*p.time[7]
	return p.base + dayNumber(7*weeks) + dayNumber(sort.Search(6, func(i int) bool { return p.time[i+1] > rest }))
}

// sum adds without overflowing.
func sum(a, b int64) int64 {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}
