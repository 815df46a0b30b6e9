package form

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"benso/internal/kernel/decimal"
	"benso/internal/kernel/message"
)

// Vietnamese writes 1.234,5: points between thousands, a comma before decimals.
// "1.5" is refused, not guessed: it may be one and a half, or a slip.
var (
	plainNumber   = regexp.MustCompile(`^-?[0-9]+(,[0-9]+)?$`)
	groupedNumber = regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?$`)
)

func (j *judge) readNumber(x *Field, name, raw string) (Value, bool) {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, raw)
	if s == "" {
		return Value{}, true
	}
	if !plainNumber.MatchString(s) && !groupedNumber.MatchString(s) {
		return Value{}, j.refuse(x, name, "form.number.shape")
	}
	d, err := decimal.Parse(strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1))
	if err != nil {
		return Value{}, j.refuse(x, name, "form.number.large")
	}
	return Value{Text: d.String()}, true
}

func (j *judge) verifyNumber(x *Field, name, s string) bool {
	if s == "" {
		return j.missing(x, name, "form.missing.text")
	}
	d, err := decimal.Parse(s)
	switch {
	case err != nil || d.String() != s:
		return j.refuse(x, name, "form.number.shape")
	case d.Scale() > x.Decimals && x.Decimals == 0:
		return j.refuse(x, name, "form.number.whole")
	case d.Scale() > x.Decimals:
		return j.refuse(x, name, "form.number.decimals", "max", x.Decimals)
	case x.Least != nil && d.Cmp(*x.Least) < 0:
		return j.refuse(x, name, "form.number.least", "min", message.Decimal(j.ctx, x.Least.String()))
	case x.Most != nil && d.Cmp(*x.Most) > 0:
		return j.refuse(x, name, "form.number.most", "max", message.Decimal(j.ctx, x.Most.String()))
	}
	return true
}

// readDate reads three boxes, or a whole date typed into the first one, or one
// that a program sent under the field's own name.
func (j *judge) readDate(x *Field, name string, in PageInput) (Value, bool) {
	day, month, year := trim(in.Get(name+"-day")), trim(in.Get(name+"-month")), trim(in.Get(name+"-year"))
	if day == "" && month == "" && year == "" {
		day = trim(in.Get(name))
	}
	if month == "" && year == "" && day != "" && (strings.ContainsAny(day, "/-. ") || len(day) == 4) {
		day, month, year = wholeDate(day)
	}
	if day == "" && month == "" && year == "" {
		return Value{}, true
	}
	if x.Partial && day == "" && month == "" && len(year) == 4 && digits(year) {
		return Value{Text: year}, true
	}
	for _, b := range []struct{ box, typed string }{{"day", day}, {"month", month}, {"year", year}} {
		if b.typed == "" {
			return Value{}, j.refuse(x, name+"-"+b.box, "form.date.no_"+b.box)
		}
	}
	d, okD := small(day, 2)
	m, okM := small(month, 2)
	y, okY := small(year, 4)
	switch {
	case !okY || len(year) != 4:
		return Value{}, j.refuse(x, name+"-year", "form.date.year4")
	case !okM || m < 1 || m > 12:
		return Value{}, j.refuse(x, name+"-month", "form.date.month")
	case !okD || d < 1 || d > 31:
		return Value{}, j.refuse(x, name+"-day", "form.date.day")
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d {
		return Value{}, j.refuse(x, name+"-day", "form.date.no_such", "month", m, "year", y, "day", d)
	}
	return Value{Text: t.Format(time.DateOnly)}, true
}

// wholeDate takes 27/03/2026, 27-3-2026, 27.3.2026, 2026-03-27 or 1990 apart.
func wholeDate(s string) (day, month, year string) {
	w := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' || r == ' ' })
	switch {
	case len(w) == 3 && len(w[0]) == 4:
		return w[2], w[1], w[0]
	case len(w) == 3:
		return w[0], w[1], w[2]
	case len(w) == 1 && len(w[0]) == 4:
		return "", "", w[0]
	}
	return s, "", ""
}

func trim(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		return "?" // no date is that long; it is refused as one
	}
	return strings.TrimSpace(s)
}

func small(s string, most int) (int, bool) {
	if len(s) > most || !digits(s) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

const firstYear, lastYear = "1850", "2200"

func (j *judge) verifyDate(x *Field, name, s string) bool {
	at := name + "-day"
	if s == "" {
		key := "form.missing.date"
		if x.Partial {
			key = "form.missing.date_partial"
		}
		return j.missing(x, at, key, "example", j.exampleDay())
	}
	yearOnly := len(s) == 4 && digits(s)
	if _, err := time.Parse(time.DateOnly, s); err != nil && !(yearOnly && x.Partial) {
		return j.refuse(x, at, "form.malformed")
	}
	if s[:4] < firstYear || s[:4] > lastYear {
		return j.refuse(x, name+"-year", "form.date.year4")
	}
	if x.NotAfter != nil {
		if limit, ok := x.NotAfter.at(j.kept, j.env.Today); ok && surelyBefore(limit, s) {
			return j.refuseBound(x, at, "after", x.NotAfter, limit)
		}
	}
	if x.NotBefore != nil {
		if limit, ok := x.NotBefore.at(j.kept, j.env.Today); ok && surelyBefore(s, limit) {
			return j.refuseBound(x, at, "before", x.NotBefore, limit)
		}
	}
	return true
}

func (j *judge) refuseBound(x *Field, at, side string, m *Moment, limit string) bool {
	shown := dayText(limit)
	switch {
	case m.ref != nil:
		return j.refuse(x, at, "form.date."+side+"_field", "limit", shown, "other", m.ref.leaf.said.In(j.env.Lang))
	case m.today && limit == j.env.Today:
		return j.refuse(x, at, "form.date."+side+"_today", "limit", shown)
	}
	return j.refuse(x, at, "form.date."+side, "limit", shown)
}

// exampleDay is a day that has certainly been.
func (j *judge) exampleDay() string {
	year := "2026"
	if t, err := time.Parse(time.DateOnly, j.env.Today); err == nil {
		year = strconv.Itoa(t.AddDate(0, -3, -27).Year())
	}
	return "27/03/" + year
}

// dayText writes a stored day as people do: 27/03/2026, or 1990.
func dayText(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("02/01/2006")
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
