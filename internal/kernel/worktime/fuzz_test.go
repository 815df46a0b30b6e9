package worktime

import (
	"os"
	"testing"
	"testing/fstest"
	"time"
)

// Every deadline lies after its start, ends when an office closes, and explains
// itself to the same instant.
func FuzzWorktime(f *testing.F) {
	cal, problems := Load(os.DirFS(packDir))
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	units := []Unit{WorkingHours, WorkingDays, CalendarDays, Months, SameDay}
	f.Add(int64(1_790_000_000), 3, uint8(1), int64(0))
	f.Add(int64(1_607_000_000), 120, uint8(3), int64(86_400))
	f.Add(int64(1_798_700_000), 5000, uint8(0), int64(-1))
	f.Fuzz(func(t *testing.T, at int64, amount int, which uint8, restart int64) {
		start := time.Unix(at, 0)
		if y := start.UTC().Year(); y < 2020 || y > 2040 {
			return // outside the calendar's years nothing is promised
		}
		l := Limit{Amount: amount, Unit: units[int(which)%len(units)], Basis: "x"}
		var events []Event
		if restart > 0 && restart < 400*86_400 {
			events = append(events, Restart{From: start, At: start.Add(time.Duration(restart) * time.Second), Ground: "x"})
		}
		d, err := cal.Deadline(start, l, events...)
		if err != nil {
			return
		}
		if d.At.Before(start) {
			t.Fatalf("%+v from %s is over on %s", l, start, d.At)
		}
		e, err := cal.Explain(start, l, events...)
		if err != nil {
			t.Fatal(err)
		}
		if !e.Deadline.At.Equal(d.At) {
			t.Fatalf("%+v from %s: %s, explained as %s", l, start, d.At, e.Deadline.At)
		}
		if again, err := cal.Deadline(start.Add(time.Minute), l, events...); err == nil && len(events) == 0 && again.At.Before(d.At) {
			t.Fatalf("%+v: a minute later is over before, %s and %s", l, again.At, d.At)
		}
	})
}

// Whatever stands in the calendar's files, they are refused or count.
func FuzzCalendarFiles(f *testing.F) {
	read := func(name string) string {
		text, err := os.ReadFile(packDir + "/" + name)
		if err != nil {
			f.Fatal(err)
		}
		return string(text)
	}
	f.Add(read("office_hours.csv"), "date,kind,name,pair,basis,source\n2026-01-01,holiday,x,,gk,x\n2026-12-31,published,x,,gk,x\n")
	f.Add(otherHours, "date,kind,name,pair,basis,source\n2026-01-02,swapped,x,2026-01-10,gk,x\n2026-01-10,work,x,2026-01-02,gk,x\n2026-12-31,published,x,,gk,x\n")
	f.Fuzz(func(t *testing.T, hours, days string) {
		cal, problems := Load(fstest.MapFS{"office_hours.csv": {Data: []byte(hours)}, "calendar.csv": {Data: []byte(days)}})
		if (cal == nil) != (len(problems) > 0) {
			t.Fatalf("a calendar %t and %v", cal != nil, problems)
		}
		if cal == nil {
			return
		}
		at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		_, _ = cal.Deadline(at, Limit{Amount: 5, Unit: WorkingDays, Basis: "x"})
		_ = cal.Between(at, at.AddDate(0, 1, 0))
	})
}
