package worktime

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCountedRowsSumToTheLimit(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		start, l := instant(t, "start"), aLimit(t)
		_, events := somePauses(t, start)
		e, err := s.calendar.Explain(start, l, events...)
		if err != nil {
			t.Fatal(err)
		}
		due, err := s.calendar.Deadline(start, l, events...)
		if err != nil {
			t.Fatal(err)
		}
		if e.Deadline != due {
			t.Fatalf("explains %+v, but the deadline is %+v", e.Deadline, due)
		}
		var worked time.Duration
		days := 0
		previous := ""
		for _, row := range e.Rows {
			worked += row.Counted
			if row.Kind == RowDay {
				if days++; row.Number != days {
					t.Fatalf("day %d has number %d", days, row.Number)
				}
			}
			if row.Date < previous {
				t.Fatalf("%s stands after %s", row.Date, previous)
			}
			previous = row.Date
			if (row.Kind == RowPause) != (row.Ground != "") {
				t.Fatalf("a pause without a ground, or a ground without a pause: %+v", row)
			}
			working := s.oracle.works(on(row.Date + " 00:00"))
			if row.Kind == RowDayOff && working || row.Kind == RowWork && !working || row.Kind == RowMoved && !working {
				t.Fatalf("%s works: %v, but %+v", row.Date, working, row)
			}
		}
		switch l.Unit {
		case WorkingHours:
			if worked != time.Duration(l.Amount)*time.Hour {
				t.Fatalf("%s worked for %d hours", worked, l.Amount)
			}
		case WorkingDays, CalendarDays:
			if days != l.Amount {
				t.Fatalf("%d days counted of %d", days, l.Amount)
			}
		case SameDay:
			if days != 1 {
				t.Fatalf("%d days counted for one", days)
			}
		}
		if last := e.Rows[len(e.Rows)-1]; last.Date != due.At.Format(time.DateOnly) || last.Kind == RowDayOff || last.Kind == RowPause {
			t.Fatalf("ends with %+v, due at %s", last, due.At)
		}
		// Each day from the start to the deadline is accounted for.
		seen := map[string]bool{}
		for _, row := range e.Rows {
			seen[row.Date] = true
		}
		for day := midnight(s.calendar.NextOpen(start)); !day.After(due.At); day = day.AddDate(0, 0, 1) {
			if !seen[day.Format(time.DateOnly)] {
				t.Fatalf("%s is missing", day)
			}
		}
	})
}

// brief writes an explanation as one line for each row.
func brief(e Explanation) string {
	var b strings.Builder
	for _, r := range e.Rows {
		b.WriteString(r.Date[5:] + " " + string(r.Kind))
		if r.Number > 0 {
			b.WriteString(" " + string(rune('0'+r.Number)))
		}
		if !r.From.IsZero() {
			b.WriteString(" " + r.From.Format("15:04"))
		}
		if !r.To.IsZero() {
			b.WriteString("-" + r.To.Format("15:04"))
		}
		if r.Counted > 0 {
			b.WriteString(" =" + r.Counted.String())
		}
		for _, text := range []string{r.Name, r.Pair, r.Ground} {
			if text != "" {
				b.WriteString(" [" + text + "]")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestExplanationsOfRealDays(t *testing.T) {
	c := province(t)
	for _, x := range []struct {
		what, start string
		limit       Limit
		events      []Event
		want        string
	}{
		{"working days over Tết 2026", "2026-02-13 15:30", Limit{Amount: 2, Unit: WorkingDays}, nil, `
02-13 first_day
02-14 day_off
02-15 day_off
02-16 day_off [Tết Nguyên đán]
02-17 day_off [Tết Nguyên đán]
02-18 day_off [Tết Nguyên đán]
02-19 day_off [Tết Nguyên đán]
02-20 day_off [Tết Nguyên đán]
02-21 day_off
02-22 day_off
02-23 day 1
02-24 day 2
`},
		{"hours over a make-up Saturday", "2026-08-21 16:00", Limit{Amount: 6, Unit: WorkingHours}, nil, `
08-21 work 16:00-17:00 =1h0m0s
08-22 work 07:00-11:30 =4h30m0s [Làm bù ngày 31/8/2026] [2026-08-31]
08-22 work 13:00-13:30 =30m0s [Làm bù ngày 31/8/2026] [2026-08-31]
`},
		{"calendar days that end on a swapped Monday", "2026-08-28 08:00", Limit{Amount: 3, Unit: CalendarDays}, nil, `
08-28 first_day
08-29 day 1
08-30 day 2
08-31 day 3 [Hoán đổi ngày làm việc] [2026-08-22]
09-01 day_off [Quốc khánh 2/9 (ngày liền kề)]
09-02 day_off [Quốc khánh 2/9]
09-03 moved
`},
		{"hours with a pause", "2021-07-05 08:00", Limit{Amount: 4, Unit: WorkingHours},
			[]Event{Pause{on("2021-07-05 09:00"), on("2021-07-05 14:00"), "Điều 1"}}, `
07-05 work 08:00-09:00 =1h0m0s
07-05 pause 09:00-11:30 [Điều 1]
07-05 pause 13:00-14:00 [Điều 1]
07-05 work 14:00-17:00 =3h0m0s
`},
		{"days with a pause, counted again from zero", "2021-07-05 08:00", Limit{Amount: 2, Unit: WorkingDays},
			[]Event{Restart{on("2021-07-06 09:00"), on("2021-07-08 10:00"), "Điều 19.4"},
				Pause{on("2021-07-09 08:00"), on("2021-07-12 08:00"), "Điều 1"}}, `
07-06 voided 09:00-10:00 [Điều 19.4]
07-08 first_day
07-09 pause [Điều 1]
07-10 day_off
07-11 day_off
07-12 day 1
07-13 day 2
`},
		{"a pause that has not ended", "2021-07-05 08:00", Limit{Amount: 3, Unit: WorkingDays},
			[]Event{Pause{From: on("2021-07-07 08:00"), Ground: "Điều 1"}}, `
07-05 first_day
07-06 day 1
07-07 pause 00:00 [Điều 1]
`},
		{"hours with a pause that has not ended", "2021-07-05 16:00", Limit{Amount: 3, Unit: WorkingHours},
			[]Event{Pause{From: on("2021-07-06 08:00"), Ground: "Điều 1"}}, `
07-05 work 16:00-17:00 =1h0m0s
07-06 work 07:00-08:00 =1h0m0s
07-06 pause 08:00 [Điều 1]
`},
		{"received after the cut-off on Friday", "2021-07-09 15:01", Limit{Unit: SameDay, CutOff: 15 * 60}, nil, `
07-09 late
07-10 day_off
07-11 day_off
07-12 day 1
`},
	} {
		l := x.limit
		l.Basis = "test"
		e, err := c.Explain(on(x.start), l, x.events...)
		if err != nil {
			t.Fatal(err)
		}
		if got := "\n" + brief(e); got != x.want {
			t.Errorf("%s:%s\nwant%s", x.what, got, x.want)
		}
	}
}

func TestAnExplanationSurvivesJSON(t *testing.T) {
	c := province(t)
	e, err := c.Explain(on("2026-12-29 08:00"), Limit{Amount: 30, Unit: WorkingHours, Basis: "test"},
		Pause{on("2026-12-30 08:00"), on("2026-12-30 10:00"), "Điều 1"})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Explanation
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if brief(back) != brief(e) || !back.Deadline.At.Equal(e.Deadline.At) || back.Limit != e.Limit {
		t.Errorf("came back as\n%s", brief(back))
	}
	if e.PublishedUntil != "2026-12-31" || !e.Deadline.Provisional {
		t.Errorf("published until %s, provisional %v", e.PublishedUntil, e.Deadline.Provisional)
	}
	for _, row := range e.Rows {
		if row.Provisional != (row.Date > "2026-12-31") {
			t.Errorf("%s is provisional: %v", row.Date, row.Provisional)
		}
	}
}
