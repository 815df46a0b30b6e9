package worktime

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/pack"
)

// Unit is what a limit is counted in.
type Unit string

// The units of a limit.
const (
	WorkingHours Unit = "working_hours"
	WorkingDays  Unit = "working_days"
	CalendarDays Unit = "calendar_days" // "ngày" alone in a law
	Months       Unit = "months"
	SameDay      Unit = "same_day" // by the close of the day of receipt
	Unknown      Unit = "unknown"  // the source does not say: a clerk enters a date and a reason
)

// Units lists the units in the order in which forms offer them.
var Units = []Unit{WorkingHours, WorkingDays, CalendarDays, Months, SameDay, Unknown}

// most is the largest amount that can be meant; more is a slip of the pen.
var most = map[Unit]int{WorkingHours: 5000, WorkingDays: 2500, CalendarDays: 3650, Months: 120, SameDay: 0, Unknown: 0}

// ParseUnit reads the name of a unit.
func ParseUnit(text string) (Unit, error) {
	if _, known := most[Unit(text)]; !known {
		return "", fault.New(fault.Invalid, "worktime.unit_unknown", "unit", text)
	}
	return Unit(text), nil
}

// MarshalText writes the unit's name; what is no unit cannot be written.
func (u Unit) MarshalText() ([]byte, error) {
	_, err := ParseUnit(string(u))
	return []byte(u), err
}

// UnmarshalText reads the unit's name.
func (u *Unit) UnmarshalText(text []byte) (err error) {
	*u, err = ParseUnit(string(text))
	return err
}

// TimeOfDay is a time on the clock in whole minutes after midnight. The zero
// TimeOfDay says that there is none.
type TimeOfDay uint16

// ParseTimeOfDay reads "15:00"; "" is none.
func ParseTimeOfDay(text string) (TimeOfDay, error) {
	if text == "" {
		return 0, nil
	}
	var h, m int
	if n, err := fmt.Sscanf(text, "%02d:%02d", &h, &m); err != nil || n != 2 ||
		text != fmt.Sprintf("%02d:%02d", h, m) || h < 0 || h > 23 || m < 0 || m > 59 {
		return 0, fault.New(fault.Invalid, "worktime.time_of_day", "time", text)
	}
	return TimeOfDay(h*60 + m), nil
}

// String writes "15:00", or nothing for none.
func (t TimeOfDay) String() string {
	if t == 0 {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", t/60, t%60)
}

// MarshalText writes "15:00".
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads "15:00".
func (t *TimeOfDay) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTimeOfDay(string(text))
	return err
}

// Limit is the time within which a matter must be settled.
type Limit struct {
	Amount int       `json:"amount,omitempty" yaml:"amount,omitempty"` // none for same_day and unknown
	Unit   Unit      `json:"unit" yaml:"unit"`
	Basis  string    `json:"basis,omitempty" yaml:"basis,omitempty"`     // document and article, or why it is unknown
	CutOff TimeOfDay `json:"cut_off,omitempty" yaml:"cut_off,omitempty"` // same_day only: received later is due the next working day
}

// Check says what is wrong with the limit, as a fault that names the field.
func (l Limit) Check() error {
	wrong := l.wrong()
	if len(wrong) == 0 {
		return nil
	}
	f := fault.New(fault.Invalid, "worktime.limit_wrong")
	for _, w := range wrong {
		f = f.WithField(w.field, w.key, w.args...)
	}
	return f
}

// fieldFault is one thing that is wrong with a field: for people by key, for
// authors of packs in plain text.
type fieldFault struct {
	field, key string
	args       []any
	text, mend string
}

func (l Limit) wrong() []fieldFault {
	top, known := most[l.Unit]
	if !known {
		return []fieldFault{{"unit", "worktime.unit_unknown", []any{"unit", string(l.Unit)},
			fmt.Sprintf("there is no unit %q", string(l.Unit)), "use one of " + unitNames()}}
	}
	var wrong []fieldFault
	switch {
	case top == 0 && l.Amount != 0:
		wrong = append(wrong, fieldFault{"amount", "worktime.amount_unused", nil,
			"a limit in " + string(l.Unit) + " has no amount", "remove amount"})
	case top > 0 && l.Amount < 1:
		wrong = append(wrong, fieldFault{"amount", "worktime.amount_small", nil,
			fmt.Sprintf("the amount is %d", l.Amount), "write a number from 1; for an immediate result use unit: same_day"})
	case l.Amount > top:
		wrong = append(wrong, fieldFault{"amount", "worktime.amount_large", []any{"most", top},
			fmt.Sprintf("the amount is %d", l.Amount), fmt.Sprintf("%s go up to %d", l.Unit, top)})
	}
	if l.CutOff != 0 && l.Unit != SameDay {
		wrong = append(wrong, fieldFault{"cut_off", "worktime.cut_off_unused", nil,
			"only a same_day limit has a cut_off", "remove cut_off"})
	}
	if l.Unit != Unknown && strings.TrimSpace(l.Basis) == "" {
		wrong = append(wrong, fieldFault{"basis", "worktime.basis_missing", nil,
			"the limit has no basis", "name the document and article that set it, or use unit: unknown"})
	}
	return wrong
}

func unitNames() string {
	names := make([]string, len(Units))
	for i, u := range Units {
		names[i] = string(u)
	}
	return strings.Join(names, ", ")
}

// ParseLimit reads and checks a limit of a pack file:
//
//	limit: {amount: 5, unit: working_days, basis: "Luật 60/2014/QH13, Điều 16"}
//	limit: {unit: same_day, cut_off: "15:00", basis: "Nghị định 23/2015/NĐ-CP, Điều 7"}
//
// With any problem the limit is empty. The problems name file, line and mend.
func ParseLimit(file string, n *yaml.Node) (Limit, []pack.Problem) {
	var problems []pack.Problem
	report := func(at *yaml.Node, text, mend string) {
		p := pack.Problem{File: file, Text: text, Mend: mend}
		if at != nil {
			p.Line = at.Line
		}
		problems = append(problems, p)
	}
	if n == nil || n.Kind != yaml.MappingNode {
		report(n, "a limit must be a mapping", `write {amount: 5, unit: working_days, basis: "…"}`)
		return Limit{}, problems
	}
	var l Limit
	at := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if at[key.Value] != nil {
			report(key, fmt.Sprintf("%q stands twice", key.Value), "remove one")
			continue
		}
		at[key.Value] = value
		switch key.Value {
		case "amount":
			if err := value.Decode(&l.Amount); err != nil {
				report(value, fmt.Sprintf("the amount %q is no whole number", value.Value), "write digits only")
			}
		case "unit":
			l.Unit = Unit(value.Value) // checked with the rest below
		case "basis":
			l.Basis = value.Value
		case "cut_off":
			t, err := ParseTimeOfDay(value.Value)
			if err != nil {
				report(value, fmt.Sprintf("the cut_off %q is no time of day", value.Value), `write it as "15:00"`)
			}
			l.CutOff = t
		default:
			report(key, fmt.Sprintf("a limit has no %q", key.Value), "use amount, unit, basis, cut_off")
		}
	}
	if len(problems) == 0 {
		for _, w := range l.wrong() {
			where := at[w.field]
			if where == nil {
				where = n
			}
			report(where, w.text, w.mend)
		}
	}
	if len(problems) > 0 {
		return Limit{}, problems
	}
	return l, nil
}
