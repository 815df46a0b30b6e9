package form

import (
	"strings"
	"time"

	"benso/internal/kernel/decimal"
)

// Condition decides from earlier answers. It is data, not a script: one test of
// one field, or all or any of several conditions. A field that is not answered
// fails every test except "filled: false".
type Condition struct {
	all, any []*Condition
	ref      ref
	test     test
	values   []string // is, in, not
	filled   bool
	moment   *Moment          // before, after on a date
	number   *decimal.Decimal // before, after on a number: less, more
	other    *ref             // before, after, same: the answer that it is compared with
}

type test uint8

const (
	testNone test = iota
	testIn        // is, in
	testNot
	testFilled
	testBefore
	testAfter
	testSame
)

// Moment is a day: written (2025-07-01), today with a shift (today-60d), or the
// answer of an earlier date.
type Moment struct {
	day         string
	today       bool
	year, month int
	days        int
	ref         *ref
}

// answer of a condition when some fields are still open.
type decision uint8

const (
	no decision = iota
	yes
	open // hangs on a field that is still being answered
)

// holds decides on full knowledge. A nil condition always holds.
func (c *Condition) holds(a Answers) bool { return c.decideAt(a, nil, "") == yes }

// decide treats the fields in unknown as not yet answered.
func (c *Condition) decide(a Answers, unknown map[string]bool) decision {
	return c.decideAt(a, unknown, "")
}

// holdsOn decides with today known (checks; a page never hangs on the day).
func (c *Condition) holdsOn(a Answers, today string) bool { return c.decideAt(a, nil, today) == yes }

func (c *Condition) decideAt(a Answers, unknown map[string]bool, today string) decision {
	switch {
	case c == nil:
		return yes
	case c.all != nil:
		d := yes
		for _, s := range c.all {
			switch s.decideAt(a, unknown, today) {
			case no:
				return no
			case open:
				d = open
			}
		}
		return d
	case c.any != nil:
		d := no
		for _, s := range c.any {
			switch s.decideAt(a, unknown, today) {
			case yes:
				return yes
			case open:
				d = open
			}
		}
		return d
	}
	if unknown[c.ref.path[0]] || (c.moment != nil && c.moment.ref != nil && unknown[c.moment.ref.path[0]]) || (c.other != nil && unknown[c.other.path[0]]) {
		return open
	}
	if c.one(a, today) {
		return yes
	}
	return no
}

func (c *Condition) one(a Answers, today string) bool {
	v, ok := c.ref.value(a)
	if c.test == testFilled {
		return ok == c.filled
	}
	if !ok {
		return false
	}
	switch c.test {
	case testIn, testNot:
		found := false
		for _, w := range c.values {
			found = found || w == v.Text
		}
		return found == (c.test == testIn)
	case testSame:
		w, ok := c.other.value(a)
		return ok && w.Text == v.Text
	case testBefore, testAfter:
		if c.number != nil || c.other != nil {
			return c.compare(v.Text, a)
		}
		m, ok := c.moment.at(a, today)
		if !ok {
			return false
		}
		if c.test == testBefore {
			return surelyBefore(v.Text, m)
		}
		return surelyBefore(m, v.Text)
	}
	return false
}

// compare says whether a number is less (before) or more (after) than the
// number that was written, or that was answered elsewhere.
func (c *Condition) compare(text string, a Answers) bool {
	limit := c.number
	if c.other != nil {
		w, ok := c.other.value(a)
		d, err := decimal.Parse(w.Text)
		if !ok || err != nil {
			return false
		}
		limit = &d
	}
	d, err := decimal.Parse(text)
	if err != nil {
		return false
	}
	if c.test == testBefore {
		return d.Cmp(*limit) < 0
	}
	return d.Cmp(*limit) > 0
}

// at gives the day as 2026-03-27, or 1990 for a year alone.
func (m *Moment) at(a Answers, today string) (string, bool) {
	switch {
	case m.ref != nil:
		v, ok := m.ref.value(a)
		return v.Text, ok
	case m.today:
		if m.year == 0 && m.month == 0 && m.days == 0 {
			return today, today != ""
		}
		t, err := time.Parse(time.DateOnly, today)
		if err != nil {
			return "", false
		}
		return t.AddDate(m.year, m.month, m.days).Format(time.DateOnly), true
	}
	return m.day, true
}

// surelyBefore compares two days of which either may be a year alone: a year
// alone may be any of its days, so only what is certain counts.
func surelyBefore(a, b string) bool {
	if len(a) == 4 {
		a += "-12-31"
	}
	if len(b) == 4 {
		b += "-01-01"
	}
	return a < b
}

func split(path string) []string { return strings.Split(path, ".") }
