package worktime

import (
	"testing"

	"pgregory.net/rapid"

	"benso/internal/kernel/fault"
)

func TestDeadlinesAreAsTheOracleCounts(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		start, l := moment(t, "start"), aLimit(t)
		pauses, events := somePauses(t, start)
		got, err := s.calendar.Deadline(start, l, events...)
		if err != nil {
			t.Fatal(err)
		}
		if want := s.oracle.deadline(start, l, pauses); !got.At.Equal(want) || got.Paused {
			t.Fatalf("%d %s from %s with %v: %+v, the oracle says %s", l.Amount, l.Unit, start, pauses, got, want)
		}
	})
}

func TestNoDeadlineLiesOutsideOfficeHours(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		start, l := instant(t, "start"), aLimit(t)
		_, events := somePauses(t, start)
		d, err := s.calendar.Deadline(start, l, events...)
		if err != nil {
			t.Fatal(err)
		}
		if !s.calendar.IsOpen(d.At.Add(-1)) || !d.At.After(start) {
			t.Fatalf("%d %s from %s are due at %s", l.Amount, l.Unit, start, d.At)
		}
		from, until := on("2020-01-01 00:00"), on("2027-01-01 00:00")
		if known := !start.Before(from) && d.At.Before(until); known == d.Provisional {
			t.Fatalf("from %s to %s is provisional: %v", start, d.At, d.Provisional)
		}
	})
}

func TestWhoStartsLaterIsNeverDueEarlier(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		a, b, l := instant(t, "a"), instant(t, "b"), aLimit(t)
		if b.Before(a) {
			a, b = b, a
		}
		first, err := s.calendar.Deadline(a, l)
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.calendar.Deadline(b, l)
		if err != nil {
			t.Fatal(err)
		}
		if second.At.Before(first.At) {
			t.Fatalf("%s is due at %s, but %s at %s", a, first.At, b, second.At)
		}
	})
}

func TestDeadlinesByTheLaw(t *testing.T) {
	c := province(t)
	hours, days, calendar, months := Limit{Unit: WorkingHours}, Limit{Unit: WorkingDays}, Limit{Unit: CalendarDays}, Limit{Unit: Months}
	until15, sameDay := Limit{Unit: SameDay, CutOff: 15 * 60}, Limit{Unit: SameDay}
	for _, x := range []struct {
		what   string
		start  string
		amount int
		limit  Limit
		due    string
	}{
		{"the first day is not counted", "2021-07-05 08:00", 3, days, "2021-07-08 17:00"},
		{"nor in the last minute", "2021-07-05 16:59", 3, days, "2021-07-08 17:00"},
		{"a weekend is not counted", "2021-07-08 08:00", 3, days, "2021-07-13 17:00"},
		{"accepted on Saturday, Monday is the first", "2021-07-10 09:00", 1, days, "2021-07-12 17:00"},
		{"over Tết 2021", "2021-02-09 10:00", 2, days, "2021-02-18 17:00"},
		{"over Tết 2026", "2026-02-13 15:30", 1, days, "2026-02-23 17:00"},
		{"a make-up Saturday counts", "2026-08-20 08:00", 2, days, "2026-08-22 17:00"},
		{"the day off that it was swapped for does not", "2026-08-28 08:00", 1, days, "2026-09-03 17:00"},
		{"2 May 2025 was swapped with 26 April", "2025-04-25 08:00", 2, days, "2025-04-28 17:00"},
		{"and is off", "2025-04-29 08:00", 1, days, "2025-05-05 17:00"},

		{"calendar days count the weekend", "2021-07-05 08:00", 7, calendar, "2021-07-12 17:00"},
		{"a last day on Sunday moves to Monday", "2021-07-05 08:00", 6, calendar, "2021-07-12 17:00"},
		{"a last day in Tết moves behind it", "2021-02-08 08:00", 3, calendar, "2021-02-17 17:00"},
		{"a last day on a make-up Saturday stays", "2026-08-20 08:00", 2, calendar, "2026-08-22 17:00"},

		{"a month is the same day", "2021-07-05 08:00", 1, months, "2021-08-05 17:00"},
		{"or the last, where there is none", "2022-01-31 08:00", 1, months, "2022-02-28 17:00"},
		{"in a leap year the 29th", "2024-01-31 08:00", 1, months, "2024-02-29 17:00"},
		{"over the end of the year, to a Tuesday", "2021-12-15 08:00", 2, months, "2022-02-15 17:00"},
		{"30 April moves behind the holidays of 2021", "2021-01-30 08:00", 3, months, "2021-05-04 17:00"},

		{"hours run over noon", "2021-07-05 10:30", 2, hours, "2021-07-05 14:00"},
		{"and end at the closing, not at the opening", "2021-07-05 10:30", 1, hours, "2021-07-05 11:30"},
		{"over the night", "2021-07-05 16:30", 1, hours, "2021-07-06 07:30"},
		{"accepted at night, from the opening", "2021-07-05 21:00", 1, hours, "2021-07-06 08:00"},
		{"accepted on Saturday, from Monday's opening", "2021-07-10 09:00", 4, hours, "2021-07-12 11:00"},
		{"eight hours are no day", "2021-07-05 07:00", 8, hours, "2021-07-05 16:30"},

		{"the same day", "2021-07-05 08:00", 0, until15, "2021-07-05 17:00"},
		{"at 15:00 it is not yet after 15:00", "2021-07-05 15:00", 0, until15, "2021-07-05 17:00"},
		{"after 15:00 the next working day", "2021-07-09 15:01", 0, until15, "2021-07-12 17:00"},
		{"without a cut-off until the close", "2021-07-05 16:59", 0, sameDay, "2021-07-05 17:00"},
		{"at the close the next day", "2021-07-05 17:00", 0, sameDay, "2021-07-06 17:00"},
		{"before the opening the same day", "2021-07-05 05:00", 0, until15, "2021-07-05 17:00"},
		{"on a holiday the next working day", "2021-09-02 09:00", 0, until15, "2021-09-06 17:00"},
	} {
		l := x.limit
		l.Amount, l.Basis = x.amount, "test"
		d, err := c.Deadline(on(x.start), l)
		if err != nil {
			t.Fatal(err)
		}
		if !d.At.Equal(on(x.due)) || d.Provisional || d.Paused {
			t.Errorf("%s: %d %s from %s are due at %+v, want %s", x.what, x.amount, l.Unit, x.start, d, x.due)
		}
	}
}

func TestADeadlineBeyondThePublishedCalendarIsProvisional(t *testing.T) {
	c := province(t)
	for start, want := range map[string]bool{"2026-12-30 08:00": false, "2026-12-31 08:00": true, "2019-12-31 08:00": true} {
		d, err := c.Deadline(on(start), Limit{Amount: 1, Unit: WorkingDays, Basis: "test"})
		if err != nil {
			t.Fatal(err)
		}
		if d.Provisional != want {
			t.Errorf("from %s until %s is provisional: %v", start, d.At, d.Provisional)
		}
	}
}

func TestPausesStopTheLimit(t *testing.T) {
	c := province(t)
	three := Limit{Amount: 3, Unit: WorkingDays, Basis: "test"}
	four := Limit{Amount: 4, Unit: WorkingHours, Basis: "test"}
	week := Limit{Amount: 5, Unit: CalendarDays, Basis: "test"}
	for _, x := range []struct {
		what, start string
		limit       Limit
		from, to    string
		due         string
	}{
		{"two days", "2021-07-05 08:00", three, "2021-07-06 10:00", "2021-07-08 10:00", "2021-07-12 17:00"},
		{"within a day costs no day", "2021-07-05 08:00", three, "2021-07-06 08:00", "2021-07-06 16:00", "2021-07-08 17:00"},
		{"begun after office, that day has counted", "2021-07-05 08:00", three, "2021-07-06 18:00", "2021-07-07 18:00", "2021-07-09 17:00"},
		{"after the deadline changes nothing", "2021-07-05 08:00", three, "2021-07-08 17:30", "2021-07-20 10:00", "2021-07-08 17:00"},
		{"on the last day moves it", "2021-07-05 08:00", three, "2021-07-08 16:00", "2021-07-09 09:00", "2021-07-09 17:00"},
		{"before the start changes nothing", "2021-07-05 08:00", three, "2021-07-01 08:00", "2021-07-02 08:00", "2021-07-08 17:00"},
		{"hours", "2021-07-05 08:00", four, "2021-07-05 09:00", "2021-07-05 14:00", "2021-07-05 17:00"},
		{"hours that end as the pause begins", "2021-07-05 07:00", four, "2021-07-05 11:00", "2021-07-07 11:00", "2021-07-05 11:00"},
		{"calendar days over a weekend", "2021-07-05 08:00", week, "2021-07-09 10:00", "2021-07-12 10:00", "2021-07-13 17:00"},
		{"as the last day waits for Monday", "2021-07-05 08:00", week, "2021-07-12 10:00", "2021-07-14 10:00", "2021-07-14 17:00"},
	} {
		d, err := c.Deadline(on(x.start), x.limit, Pause{on(x.from), on(x.to), "Điều 1"})
		if err != nil {
			t.Fatal(err)
		}
		if !d.At.Equal(on(x.due)) || d.Paused {
			t.Errorf("%s: due at %+v, want %s", x.what, d, x.due)
		}
	}
}

func TestAPauseThatHasNotEndedLeavesTheDeadlineOpen(t *testing.T) {
	c := province(t)
	for _, l := range []Limit{{Amount: 20, Unit: WorkingHours}, {Amount: 3, Unit: WorkingDays}, {Amount: 5, Unit: CalendarDays}, {Amount: 1, Unit: Months}, {Unit: SameDay}} {
		l.Basis = "test"
		start := on("2021-07-05 08:00")
		d, err := c.Deadline(start, l, Pause{From: on("2021-07-05 08:30"), Ground: "Điều 1"})
		if err != nil {
			t.Fatal(err)
		}
		if !d.Paused || !d.At.IsZero() {
			t.Errorf("%s: %+v", l.Unit, d)
		}
		late, err := c.Deadline(start, l, Pause{From: on("2021-09-05 08:30"), Ground: "Điều 1"})
		if err != nil {
			t.Fatal(err)
		}
		if late.Paused {
			t.Errorf("%s: a pause after the deadline leaves it open", l.Unit)
		}
	}
}

func TestARestartIsANewStart(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		start, again, l := moment(t, "start"), moment(t, "again"), aLimit(t)
		if again.Before(start) {
			start, again = again, start
		}
		_, events := somePauses(t, again)
		fresh, err := s.calendar.Deadline(again, l, events...)
		if err != nil {
			t.Fatal(err)
		}
		restarted, err := s.calendar.Deadline(start, l, append(events, Restart{start, again, "Điều 19.4"})...)
		if err != nil {
			t.Fatal(err)
		}
		if fresh != restarted {
			t.Fatalf("fresh %+v, restarted %+v", fresh, restarted)
		}
	})
}

func TestWhatCannotBeCountedIsAFault(t *testing.T) {
	c := province(t)
	start, ok := on("2021-07-05 08:00"), Limit{Amount: 3, Unit: WorkingDays, Basis: "test"}
	for key, x := range map[string]struct {
		limit Limit
		event Event
	}{
		"worktime.limit_unknown":  {Limit{Unit: Unknown}, Pause{From: start, Ground: "x"}},
		"worktime.limit_wrong":    {Limit{Unit: WorkingDays, Basis: "test"}, Pause{From: start, Ground: "x"}},
		"worktime.ground_missing": {ok, Pause{From: start}},
		"worktime.pause_order":    {ok, Pause{From: start, To: start.Add(-1), Ground: "x"}},
		"worktime.restart_order":  {ok, Restart{From: start.Add(-1), At: start, Ground: "x"}},
	} {
		_, err := c.Deadline(start, x.limit, x.event)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Key != key {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := c.Explain(start, x.limit, x.event); err == nil {
			t.Errorf("%s: explained", key)
		}
	}
}
