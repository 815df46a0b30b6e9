package bench

import (
	"os"
	"testing"
	"time"

	"benso/internal/kernel/worktime"
)

func calendar(b *testing.B) *worktime.Calendar {
	b.Helper()
	c, problems := worktime.Load(os.DirFS("../packs/bentre"))
	for _, p := range problems {
		b.Fatal(p)
	}
	return c
}

var acceptedAt = time.Date(2021, 2, 8, 3, 30, 0, 0, time.UTC) // before Tết

// A queue of a thousand rows says for each how much time is left.
func BenchmarkWorktimeBetween(b *testing.B) {
	c, due := calendar(b), acceptedAt.AddDate(3, 0, 0)
	for b.Loop() {
		if c.Between(acceptedAt, due) <= 0 {
			b.Fatal("no time between")
		}
	}
}

func BenchmarkWorktimeAdd(b *testing.B) {
	c := calendar(b)
	for b.Loop() {
		if !c.Add(acceptedAt, 400*time.Hour).After(acceptedAt) {
			b.Fatal("did not move")
		}
	}
}

func BenchmarkWorktimeRemaining(b *testing.B) {
	c, due := calendar(b), acceptedAt.AddDate(0, 1, 0)
	for b.Loop() {
		if c.Remaining(acceptedAt, due).Days == 0 {
			b.Fatal("no time left")
		}
	}
}

func BenchmarkWorktimeDeadline(b *testing.B) {
	pauses := []worktime.Event{
		worktime.Pause{From: acceptedAt.AddDate(0, 0, 2), To: acceptedAt.AddDate(0, 0, 12), Ground: "a"},
		worktime.Pause{From: acceptedAt.AddDate(0, 0, 14), To: acceptedAt.AddDate(0, 0, 15), Ground: "b"},
	}
	for _, x := range []struct {
		name   string
		limit  worktime.Limit
		events []worktime.Event
	}{
		{"working_days", worktime.Limit{Amount: 30, Unit: worktime.WorkingDays, Basis: "x"}, nil},
		{"calendar_days", worktime.Limit{Amount: 30, Unit: worktime.CalendarDays, Basis: "x"}, nil},
		{"months", worktime.Limit{Amount: 6, Unit: worktime.Months, Basis: "x"}, nil},
		{"working_hours", worktime.Limit{Amount: 160, Unit: worktime.WorkingHours, Basis: "x"}, nil},
		{"working_days_beyond_the_calendar", worktime.Limit{Amount: 2500, Unit: worktime.WorkingDays, Basis: "x"}, nil},
		{"working_days_with_pauses", worktime.Limit{Amount: 30, Unit: worktime.WorkingDays, Basis: "x"}, pauses},
	} {
		b.Run(x.name, func(b *testing.B) {
			c := calendar(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Deadline(acceptedAt, x.limit, x.events...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWorktimeExplain(b *testing.B) {
	for name, l := range map[string]worktime.Limit{
		"30_working_days":   {Amount: 30, Unit: worktime.WorkingDays, Basis: "x"},
		"160_working_hours": {Amount: 160, Unit: worktime.WorkingHours, Basis: "x"},
	} {
		b.Run(name, func(b *testing.B) {
			c := calendar(b)
			for b.Loop() {
				if _, err := c.Explain(acceptedAt, l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWorktimeLoad(b *testing.B) {
	for b.Loop() {
		calendar(b)
	}
}
