package worktime

import (
	"time"

	"benso/internal/kernel/clock"
)

// RowKind says what a row of an explanation shows.
type RowKind string

// The kinds of row.
const (
	RowVoided   RowKind = "voided"    // counted before, but the limit began again from zero
	RowFirstDay RowKind = "first_day" // the day that a limit in days excludes
	RowLate     RowKind = "late"      // a same-day matter received too late for this day
	RowWork     RowKind = "work"      // a working interval that counts, for limits in hours
	RowDay      RowKind = "day"       // a day that counts, for limits in days
	RowPause    RowKind = "pause"     // the limit stood still
	RowDayOff   RowKind = "day_off"   // not counted
	RowMoved    RowKind = "moved"     // the day to which a last day that is a day off moves the deadline
)

// Row is one step of the way to a deadline.
type Row struct {
	Kind        RowKind       `json:"kind"`
	Date        string        `json:"date"`                 // 2021-07-05; for a pause that has not ended the day it begins
	From        time.Time     `json:"from,omitzero"`        // RowWork, RowVoided, RowPause of a limit in hours
	To          time.Time     `json:"to,omitzero"`          // zero: it has not ended
	Counted     time.Duration `json:"counted_ns,omitempty"` // RowWork: the working time that counts
	Number      int           `json:"number,omitempty"`     // RowDay: which day of the limit it is, from 1
	Day         Kind          `json:"day,omitempty"`        // what sort of day it is
	Name        string        `json:"name,omitempty"`       // of the holiday or the swap, as the pack calls it
	Pair        string        `json:"pair,omitempty"`       // the other day of the swap
	Ground      string        `json:"ground,omitempty"`     // RowPause, RowVoided: the article
	Intervals   []Interval    `json:"intervals,omitempty"`
	Provisional bool          `json:"provisional,omitempty"` // the days off of this day are not published
}

// Explanation lists all that led to a deadline, in the order of time.
type Explanation struct {
	Limit          Limit     `json:"limit"`
	Start          time.Time `json:"start"`        // when it was accepted first
	CountedFrom    time.Time `json:"counted_from"` // after the last restart
	Rows           []Row     `json:"rows"`
	Deadline       Deadline  `json:"deadline"`
	PublishedUntil string    `json:"published_until"`
}

// Explain gives the deadline that Deadline gives, with each working interval or
// day that counts, each pause with its ground, each day off and swapped day.
func (c *Calendar) Explain(start time.Time, l Limit, events ...Event) (Explanation, error) {
	r, err := c.run(start, l, events)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Limit: l, Start: start.In(clock.Zone), CountedFrom: r.start.In(clock.Zone),
		Deadline: r.deadline, PublishedUntil: c.PublishedUntil()}
	for _, v := range r.voided {
		row := c.row(RowVoided, mustDay(v.From))
		row.From, row.To, row.Ground = v.From.In(clock.Zone), v.At.In(clock.Zone), v.Ground
		e.Rows = append(e.Rows, row)
	}
	if l.Unit == WorkingHours {
		e.Rows = append(e.Rows, c.explainHours(&r)...)
	} else {
		e.Rows = append(e.Rows, c.explainDays(&r, l.Unit)...)
	}
	return e, nil
}

func mustDay(t time.Time) dayNumber {
	d, _ := split(t)
	return d
}

func (c *Calendar) row(kind RowKind, d dayNumber) Row {
	day, s := c.kind(d)
	row := Row{Kind: kind, Date: d.String(), Day: day, Name: s.name, Provisional: !c.published(d)}
	if s.pair != 0 {
		row.Pair = s.pair.String()
	}
	return row
}

func (c *Calendar) explainHours(r *run) []Row {
	end := r.deadline.At
	var open Pause
	if r.deadline.Paused {
		for _, p := range r.pauses {
			if p.To.IsZero() {
				open = p
				break
			}
		}
		end = later(open.From, r.start)
	}
	var rows []Row
	for d, last := r.begin, mustDay(end); d <= last; d++ {
		if !c.table.works(d) {
			rows = append(rows, c.row(RowDayOff, d))
			continue
		}
		for _, s := range c.table.hours(d) {
			from, to := later(d.at(s.opens), r.start), d.at(s.closes)
			if to.After(end) {
				to = end
			}
			rows = c.explainInterval(rows, r.pauses, d, from, to)
		}
	}
	if r.deadline.Paused {
		row := c.row(RowPause, mustDay(end))
		row.From, row.Ground = end.In(clock.Zone), open.Ground
		rows = append(rows, row)
	}
	return rows
}

// explainInterval cuts an open stretch of a day by the pauses.
func (c *Calendar) explainInterval(rows []Row, pauses []Pause, d dayNumber, from, to time.Time) []Row {
	for from.Before(to) {
		row := c.row(RowWork, d)
		row.From, row.To = from.In(clock.Zone), to.In(clock.Zone)
		for _, p := range pauses {
			if p.From.After(from) {
				if p.From.Before(to) {
					row.To = p.From.In(clock.Zone)
				}
				break
			}
			if !p.To.IsZero() && !p.To.After(from) {
				continue
			}
			row.Kind, row.Ground = RowPause, p.Ground
			if !p.To.IsZero() && p.To.Before(to) {
				row.To = p.To.In(clock.Zone)
			}
			break
		}
		if row.Kind == RowWork {
			row.Counted = row.To.Sub(row.From)
		}
		rows = append(rows, row)
		from = row.To
	}
	return rows
}

func (c *Calendar) explainDays(r *run, unit Unit) []Row {
	end := mustDay(r.deadline.At)
	var open stop
	if r.deadline.Paused {
		for _, s := range r.stops {
			if s.to == never {
				open = s
				break
			}
		}
		end = open.from - 1
	}
	inWorkingDays := unit == WorkingDays || unit == SameDay
	var rows []Row
	number, next := 0, 0
	for d := r.begin; d <= end; d++ {
		for next < len(r.stops) && r.stops[next].to <= d {
			next++
		}
		ground, paused := stopped(r.stops[next:], d)
		var row Row
		switch works := c.table.works(d); {
		case d <= r.base && unit == SameDay:
			row = c.row(RowLate, d)
		case d <= r.base:
			row = c.row(RowFirstDay, d)
		case !works && inWorkingDays:
			row = c.row(RowDayOff, d)
		case paused:
			row = c.row(RowPause, d)
			row.Ground = ground
		case inWorkingDays || r.deadline.Paused && number < r.needed || !r.deadline.Paused && d <= r.last:
			number++
			row = c.row(RowDay, d)
			row.Number = number
			for _, h := range c.table.hours(d) {
				row.Intervals = append(row.Intervals, Interval{d.at(h.opens), d.at(h.closes)})
			}
		case !works:
			row = c.row(RowDayOff, d)
		default:
			row = c.row(RowMoved, d)
		}
		rows = append(rows, row)
	}
	if r.deadline.Paused {
		row := c.row(RowPause, open.from)
		row.From, row.Ground = open.from.at(0), open.ground
		rows = append(rows, row)
	}
	return rows
}

// stopped says whether day d is not counted, and by which ground.
func stopped(stops []stop, d dayNumber) (string, bool) {
	for _, s := range stops {
		if s.from > d {
			break
		}
		if d < s.to {
			return s.ground, true
		}
	}
	return "", false
}
