package targets

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
)

// Source counts measures from the records of one room, and opens them. It reads
// write-once facts only: what had happened by Question.AsOf.
type Source interface {
	// Measures are the ids that it can count, such as dossiers.online.
	Measures() []string
	// Count counts one measure.
	Count(ctx context.Context, q database.Querier, question Question) (Count, error)
	// Open gives the records that Count counted, as far as the scope reaches, and
	// says how many there are beyond it. The zero scope sees only what is public.
	Open(ctx context.Context, q database.Querier, question Question, scope access.Scope, part Part, page Page) (Records, error)
}

// Question is what is counted, where and when.
type Question struct {
	Measure string
	Within  access.Scope // where: the resolution's units, never a person's scope
	AsOf    time.Time    // facts of this instant and before
}

// Part is one side of a count.
type Part string

// The parts. Rest is what the denominator counts and the numerator does not: the
// late ones, those filed at the counter.
const (
	Numerator   Part = "numerator"
	Denominator Part = "denominator"
	Rest        Part = "rest"
)

// Page is which records of a part are asked for.
type Page struct{ Offset, Limit int }

// Count is one counting of a measure. Of a breakdown both numbers are the same.
type Count struct {
	Numerator   int64
	Denominator int64
	Cells       []Cell
	Notes       []Note
}

// Cell is the smallest part that a count is broken down into.
type Cell struct {
	Unit        string `json:"unit,omitempty"`    // id of the unit whose agency held the record
	Channel     string `json:"channel,omitempty"` // how it came
	Subject     string `json:"subject,omitempty"` // the procedure, by code
	Numerator   int64  `json:"n"`
	Denominator int64  `json:"d"`
}

// Note says about one count what is in it and what is not: a message of the
// source's own catalogue. Args alternate name and value.
type Note struct {
	Key  string   `json:"key"`
	Args []string `json:"args,omitempty"`
}

// Of gives the number of records of a part.
func (c Count) Of(p Part) int64 { return part(c.Numerator, c.Denominator, p) }

// Of gives the number of records of a part.
func (c Cell) Of(p Part) int64 { return part(c.Numerator, c.Denominator, p) }

func part(n, d int64, p Part) int64 {
	switch p {
	case Numerator:
		return n
	case Denominator:
		return d
	}
	return d - n
}

// check refuses a count that is not whole: the page would show a number whose
// parts do not make it.
func (c Count) check() error {
	var n, d int64
	for _, x := range c.Cells {
		if x.Numerator < 0 || x.Denominator < x.Numerator {
			return fmt.Errorf("a cell counts %d of %d", x.Numerator, x.Denominator)
		}
		n, d = n+x.Numerator, d+x.Denominator
	}
	if n != c.Numerator || d != c.Denominator {
		return fmt.Errorf("the cells make %d of %d, the count is %d of %d", n, d, c.Numerator, c.Denominator)
	}
	return nil
}

// Sum adds a count up along one axis: one cell for each unit, channel or
// subject, in the order in which they first come.
func Sum(cells []Cell, by Axis) []Cell {
	var sums []Cell
	at := map[Cell]int{}
	for _, c := range cells {
		var key Cell
		switch by {
		case ByUnit:
			key.Unit = c.Unit
		case ByChannel:
			key.Channel = c.Channel
		case BySubject:
			key.Subject = c.Subject
		}
		i, known := at[key]
		if !known {
			i = len(sums)
			at[key], sums = i, append(sums, key)
		}
		sums[i].Numerator += c.Numerator
		sums[i].Denominator += c.Denominator
	}
	return sums
}

// shareDecimals is how exactly a share is shown: 0.7593 is 75.93%. The exact
// value is the two numbers beside it.
const shareDecimals = 4

// Share is the share of one cell; nil when it counted nothing.
func (c Cell) Share() *decimal.Decimal { return share(c.Numerator, c.Denominator) }

func share(n, d int64) *decimal.Decimal {
	v, ok := decimal.Ratio(n, d, shareDecimals)
	if !ok {
		return nil
	}
	return &v
}

// Records is one page of what a count counted.
type Records struct {
	Columns []Column
	Rows    []Row
	Within  int64 // records of the part that the scope reaches
	Outside int64 // the others: the page says how many there are
	Public  bool  // nothing personal: open to everybody, and not journaled
}

// Column heads a column: a message key of the source's catalogue.
type Column struct {
	Key  string
	Kind ValueKind
}

// ValueKind says how the values of a column are shown.
type ValueKind string

// The kinds of values.
const (
	Plain   ValueKind = "text"
	Code    ValueKind = "code"    // a number or a code; with the row's link
	UnitID  ValueKind = "unit"    // id of a unit, shown by its name
	Instant ValueKind = "instant" // Value.At
	Message ValueKind = "message" // a message key, such as that of a mark
)

// Row is one record. It never holds a person's name.
type Row struct {
	ID     string // for the journal
	Link   string // to the record's page; empty when there is none
	Values []Value
}

// Value is one value of a row, by its column's kind.
type Value struct {
	Text string
	At   time.Time
}

// errNotTheCount says that records and count were read at different moments.
var errNotTheCount = errors.New("the records are not as many as were counted")

// check refuses records that do not add up to the count, or a row of another
// shape than its head.
func (r Records) check(c Count, p Part) error {
	if r.Within < 0 || r.Outside < 0 || r.Within+r.Outside != c.Of(p) {
		return fmt.Errorf("%w: %d within and %d outside the scope, %d counted", errNotTheCount, r.Within, r.Outside, c.Of(p))
	}
	if int64(len(r.Rows)) > r.Within {
		return fmt.Errorf("%d records shown of %d within the scope", len(r.Rows), r.Within)
	}
	for _, row := range r.Rows {
		if len(row.Values) != len(r.Columns) {
			return errors.New("a record has not as many values as there are columns")
		}
	}
	return nil
}

// UnitOf gives the id of the unit that an agency's path lies in: of
// "86/28756-2025/ubnd-28756-2025/" it is 28756-2025.
func UnitOf(path string) string {
	ids := strings.Split(strings.TrimSuffix(path, "/"), "/")
	if len(ids) < 2 {
		return ""
	}
	return ids[len(ids)-2]
}
