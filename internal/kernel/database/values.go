package database

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"benso/internal/kernel/clock"
)

// Time is an instant as both databases keep it: UTC, to the microsecond. The
// zero Time is NULL.
type Time struct{ time.Time }

// At makes a Time.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Microsecond)}
}

// Value gives the driver a time.Time: TIMESTAMPTZ in PostgreSQL, microseconds
// in SQLite (by the DSN).
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UTC().Truncate(time.Microsecond), nil
}

// Scan reads what either database gives.
func (t *Time) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*t = Time{}
	case time.Time:
		t.Time = v.UTC()
	case int64:
		t.Time = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("database: an instant came as %T", v)
	}
	return nil
}

// JSON is a value kept as JSON: JSONB in PostgreSQL, TEXT in SQLite. It is
// never filtered or sorted on, and its stored form is never hashed, since JSONB
// reorders keys.
type JSON[T any] struct{ V T }

// JSONOf wraps v.
func JSONOf[T any](v T) JSON[T] { return JSON[T]{v} }

// Value writes the JSON text.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan reads the JSON text. NULL leaves the zero value.
func (j *JSON[T]) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		var zero T
		j.V = zero
		return nil
	case []byte:
		return json.Unmarshal(v, &j.V)
	case string:
		return json.Unmarshal([]byte(v), &j.V)
	}
	return fmt.Errorf("database: JSON came as %T", v)
}

// Date is a day as 2021-07-05; byte order is its order. Empty is NULL.
type Date string

// Value writes the text, or NULL.
func (d Date) Value() (driver.Value, error) {
	if d == "" {
		return nil, nil
	}
	return string(d), nil
}

// Scan reads the text, or NULL.
func (d *Date) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*d = ""
	case string:
		*d = Date(v)
	case []byte:
		*d = Date(v)
	default:
		return fmt.Errorf("database: a date came as %T", v)
	}
	return nil
}

// Text is a text that may be absent: the empty one is NULL.
type Text string

// Value writes the text, or NULL.
func (s Text) Value() (driver.Value, error) { return Date(s).Value() }

// Scan reads the text, or NULL.
func (s *Text) Scan(v any) error { return (*Date)(s).Scan(v) }

// In gives the list test for a parameter that holds a JSON array of texts (see
// List): column + In(dialect, 3) reads "column IN (…$3…)".
func In(d Dialect, n int) string {
	if d == Postgres {
		return fmt.Sprintf(" IN (SELECT jsonb_array_elements_text(CAST($%d AS jsonb)))", n)
	}
	return fmt.Sprintf(" IN (SELECT value FROM json_each($%d))", n)
}

// List is the parameter that In tests.
type List []string

// Value writes a JSON array.
func (l List) Value() (driver.Value, error) {
	if l == nil {
		l = List{}
	}
	b, err := json.Marshal([]string(l))
	return string(b), err
}

var idCode = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Chance is where the ids and secrets of an act come from.
type Chance struct {
	At   time.Time // ids of later acts sort later
	From io.Reader // never ends, never fails
}

type chanceKey struct{}

// WithChance has NewIDIn and NewSecretIn draw from c instead of the machine, so
// that a simulation that is run again makes the same ones. c serves one act: it is
// not safe for several at once, and nothing that people use is ever given one.
func WithChance(ctx context.Context, c *Chance) context.Context {
	return context.WithValue(ctx, chanceKey{}, c)
}

func chance(ctx context.Context) *Chance {
	if c, ok := ctx.Value(chanceKey{}).(*Chance); ok {
		return c
	}
	return &Chance{At: clock.System.Now(), From: rand.Reader}
}

func (c *Chance) draw(b []byte) {
	if _, err := io.ReadFull(c.From, b); err != nil {
		panic(err) // crypto/rand does not fail on the systems we run on
	}
}

// NewID gives a new key: 26 letters, 48 bits of time and 80 of chance. Keys
// made later sort later, to the millisecond, which keeps indexes compact; no
// order of rows is read from it.
func NewID() string { return NewIDIn(context.Background()) }

// NewIDIn is NewID for what belongs to an act; see WithChance.
func NewIDIn(ctx context.Context) string {
	c := chance(ctx)
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(c.At.UnixMilli())<<16)
	c.draw(b[6:])
	return idCode.EncodeToString(b[:])
}

// NewSecret gives n letters of chance, five bits each, without the letters that
// are mistaken for digits when read aloud.
func NewSecret(n int) string { return NewSecretIn(context.Background(), n) }

// NewSecretIn is NewSecret for what belongs to an act; see WithChance.
func NewSecretIn(ctx context.Context, n int) string {
	b := make([]byte, (n*5+7)/8)
	chance(ctx).draw(b)
	return strings.ToUpper(idCode.EncodeToString(b)[:n])
}

// NumberIn draws a number from 0 to below n; see WithChance.
func NumberIn(ctx context.Context, n int64) (int64, error) {
	x, err := rand.Int(chance(ctx).From, big.NewInt(n))
	if err != nil {
		return 0, fmt.Errorf("draw a number: %w", err)
	}
	return x.Int64(), nil
}
