package office

import (
	"errors"
	"strconv"

	"benso/internal/core/cases"
	"benso/internal/kernel/fault"
)

// FieldsOf are the faults of an error as a page's summary lists them. One that
// names no field stands for the page.
func FieldsOf(err error) []fault.Field {
	f := fault.Of(err)
	if len(f.Fields) > 0 {
		return f.Fields
	}
	return []fault.Field{{Key: f.Key, Args: f.Args}}
}

// Number reads a small number of a form or an address; 0 when it is none.
func Number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Refusal says whether an error is one that the page itself shows, beside what
// was typed.
func Refusal(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Unavailable) && fault.Of(err).Key == "file.scanner_down"
}

// Shown says whether what somebody wrote for an act that failed is shown to them
// again: they can mend it, or somebody was faster, or it cannot be done now. To
// somebody who may not do it nothing is shown.
func Shown(err error) bool {
	for _, k := range []fault.Kind{fault.Conflict, fault.Exhausted, fault.Unavailable} {
		if fault.Is(err, k) {
			return true
		}
	}
	return Refusal(err)
}

// Conflict says whether somebody was faster, and with what.
func Conflict(err error) (last cases.Event, stale, ok bool) {
	var s *cases.Stale
	if errors.As(err, &s) {
		return s.Last, true, true
	}
	return cases.Event{}, false, fault.Is(err, fault.Conflict)
}
