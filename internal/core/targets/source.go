package targets

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	// Rule says how a measure is counted from facts; ok is false when it is not, such
	// as what is offered on a day: then Count alone counts it.
	Rule(measure string) (rule Rule, ok bool)
	// Count counts one measure from the records.
	Count(ctx context.Context, q database.Querier, question Question) (Count, error)
	// Open gives the records that Count counted, as far as the scope reaches, and
	// says how many there are beyond it. The zero scope sees only what is public.
	Open(ctx context.Context, q database.Querier, question Question, scope access.Scope, part Part, page Page) (Records, error)
}

// Recorder is a source whose records make facts.
type Recorder interface {
	Source
	// FactsOf gives the facts of some records, as they stand.
	FactsOf(ctx context.Context, q database.Querier, within access.Scope, records []string) ([]Fact, error)
	// After gives the ids of records behind one, in their order, at most limit.
	After(ctx context.Context, q database.Querier, record string, limit int) ([]string, error)
	// Recount tallies the facts of all records anew, from the records alone.
	Recount(ctx context.Context, db *database.DB, within access.Scope) ([]Tally, error)
}

// Question is what is counted, where and when.
type Question struct {
	Measure string
	Within  access.Scope // where: the resolution's units, never a person's scope
	From    time.Time    // facts of this instant and after; zero: from the beginning
	AsOf    time.Time    // facts of this instant and before
	Known   time.Time    // what was taken back later still counts; zero: AsOf
}

// KnownBy is the instant whose knowledge the question asks for.
func (q Question) KnownBy() time.Time {
	if q.Known.IsZero() {
		return q.AsOf
	}
	return q.Known
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
	By          map[Axis][]Cell // each axis adds up to the numbers
	Notes       []Note
}

// Cell is one part of a count along an axis.
type Cell struct {
	Key         string `json:"key"` // id of a unit, a channel, or the code of a procedure
	Numerator   int64  `json:"n"`
	Denominator int64  `json:"d"`
}

// Note says about one count what is in it and what is not: a message of the
// source's own catalogue. Args alternate name and value.
type Note struct {
	Key  string   `json:"key"`
	Args []string `json:"args,omitempty"`
}

// Add counts records that have one key on each axis.
func (c *Count) Add(numerator, denominator int64, keys map[Axis]string) {
	c.Numerator += numerator
	c.Denominator += denominator
	if c.By == nil {
		c.By = map[Axis][]Cell{}
	}
	for axis, key := range keys {
		cells := c.By[axis]
		i, known := slices.BinarySearchFunc(cells, key, func(x Cell, key string) int { return strings.Compare(x.Key, key) })
		if !known {
			cells = slices.Insert(cells, i, Cell{Key: key})
		}
		cells[i].Numerator += numerator
		cells[i].Denominator += denominator
		c.By[axis] = cells
	}
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
	if c.Numerator < 0 || c.Denominator < c.Numerator {
		return fmt.Errorf("%d of %d are no count", c.Numerator, c.Denominator)
	}
	for axis, cells := range c.By {
		var n, d int64
		for _, x := range cells {
			if x.Numerator < 0 || x.Denominator < x.Numerator {
				return fmt.Errorf("by %s a cell counts %d of %d", axis, x.Numerator, x.Denominator)
			}
			n, d = n+x.Numerator, d+x.Denominator
		}
		if n != c.Numerator || d != c.Denominator {
			return fmt.Errorf("by %s the cells make %d of %d, the count is %d of %d", axis, n, d, c.Numerator, c.Denominator)
		}
	}
	return nil
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
	Plain    ValueKind = "text"
	Code     ValueKind = "code"     // a number or a code; with the row's link
	UnitID   ValueKind = "unit"     // id of a unit, shown by its name
	Instant  ValueKind = "instant"  // Value.At
	Message  ValueKind = "message"  // a message key, such as that of a mark
	Messages ValueKind = "messages" // several, apart by spaces
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

// check refuses records that are more than were said to be there, or a row of
// another shape than its head.
func (r Records) check() error {
	if r.Within < 0 || r.Outside < 0 {
		return fmt.Errorf("%d records within the scope and %d outside", r.Within, r.Outside)
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
