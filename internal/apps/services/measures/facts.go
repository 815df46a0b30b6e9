package measures

import (
	"time"

	"benso/internal/core/targets"
	"benso/internal/kernel/clock"
)

// The facts of a dossier.
const (
	factFiled    = "filed"
	factResolved = "resolved"
)

// Classes of a dossier that was resolved: before the day of its deadline, by its
// deadline, after it, or without one that counts; and whether papers had been asked
// for, which happens at most once (Decree 61/2018, Art. 15.3 and 19.4).
const (
	early   = "early"
	inTime  = "day"
	late    = "late"
	untimed = "none"
	asked   = "+asked"
)

func both(classes ...string) []string {
	var all []string
	for _, c := range classes {
		all = append(all, c, c+asked)
	}
	return all
}

// rules are the measures that are counted from facts.
var rules = map[string]targets.Rule{
	Online:    {Fact: factFiled, Hit: []string{"online", "national"}},
	ByChannel: {Fact: factFiled},
	OnTime:    {Fact: factResolved, Of: both(early, inTime, late), Hit: both(early, inTime)},
	Early:     {Fact: factResolved, Of: both(early, inTime, late), Hit: both(early)},
	Late:      {Fact: factResolved, Of: both(early, inTime, late), Hit: both(late)},
	Asked:     {Fact: factResolved, Hit: []string{early + asked, inTime + asked, late + asked, untimed + asked}},
}

// record is what facts are made from: columns of a case that are written once.
type record struct {
	id, place, channel, subject string
	filed, resolved, closed     time.Time
	due                         time.Time // that punctuality was judged by
	onTime                      *bool
	misfiled, asked             bool
}

// class says how a dossier was resolved. A result is early when it was there before
// the day of the deadline (Decree 61/2018, Art. 20.4).
func (r record) class() string {
	c := untimed
	switch {
	case r.onTime == nil:
	case !*r.onTime:
		c = late
	case dayOf(r.resolved) < dayOf(r.due):
		c = early
	default:
		c = inTime
	}
	if r.asked {
		c += asked
	}
	return c
}

// dayOf numbers the days where the province is: earlier is less.
func dayOf(t time.Time) int {
	year, month, day := t.In(clock.Zone).Date()
	return (year*100+int(month))*100 + day
}

// facts are what a dossier counts as. One that a clerk filed under a wrong
// procedure is taken back: another one stands in its place.
func (r record) facts() []targets.Fact {
	of := targets.Fact{Record: r.id, Fact: factFiled, N: 1, Month: targets.MonthOf(r.filed), Unit: r.place, Channel: r.channel, Subject: r.subject, Class: r.channel, At: r.filed}
	all := []targets.Fact{of}
	if r.misfiled {
		of.N, of.At = -1, r.closed
		all = append(all, of)
	}
	if !r.resolved.IsZero() {
		of.Fact, of.N, of.Month, of.At, of.Class = factResolved, 1, targets.MonthOf(r.resolved), r.resolved, r.class()
		all = append(all, of)
	}
	return all
}
