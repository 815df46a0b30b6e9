package worktime

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// law checks a property on the province's hours and on a more uneven schedule.
func law(t *testing.T, property func(t *rapid.T, s subject)) {
	t.Helper()
	for _, s := range subjects(t) {
		t.Run(s.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { property(t, s) })
		})
	}
}

func TestBetweenIsWhatAddAdded(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		at, d := instant(t, "at"), duration(t, "d")
		for _, d := range []time.Duration{d, -d} {
			if got := s.calendar.Between(at, s.calendar.Add(at, d)); got != d {
				t.Fatalf("Between(%s, Add(%s)) = %s", at, d, got)
			}
		}
	})
}

func TestAddIsAdditive(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		at, a, b := instant(t, "at"), duration(t, "a"), duration(t, "b")
		c := s.calendar
		if one, two := c.Add(at, a+b), c.Add(c.Add(at, a), b); !one.Equal(two) {
			t.Fatalf("at once %s, in two %s", one, two)
		}
		if one, two := c.Add(at, -a-b), c.Add(c.Add(at, -a), -b); !one.Equal(two) {
			t.Fatalf("back at once %s, in two %s", one, two)
		}
	})
}

func TestBetweenIsAdditiveAndAsTheOracleCounts(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		a, b, c := instant(t, "a"), instant(t, "b"), instant(t, "c")
		between := s.calendar.Between
		if between(a, b)+between(b, c) != between(a, c) {
			t.Fatalf("%s + %s is not %s", between(a, b), between(b, c), between(a, c))
		}
		if b.Before(a) {
			a, b = b, a
		}
		if got, want := between(a, b), s.oracle.between(a, b); got != want {
			t.Fatalf("from %s to %s: %s, the oracle says %s", a, b, got, want)
		}
		if between(b, a) != -between(a, b) {
			t.Fatal("not the opposite the other way")
		}
	})
}

func TestMoreTimeNeverEndsEarlier(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		a, b, d, more := instant(t, "a"), instant(t, "b"), duration(t, "d"), duration(t, "more")
		if b.Before(a) {
			a, b = b, a
		}
		c := s.calendar
		if c.Add(b, d).Before(c.Add(a, d)) {
			t.Fatalf("begun at %s ends after begun at %s", a, b)
		}
		if c.Add(a, d+more).Before(c.Add(a, d)) {
			t.Fatalf("%s more ends earlier", more)
		}
		if c.Between(a, b) < 0 {
			t.Fatal("working time runs backwards")
		}
	})
}

func TestAddEndsAtTheFirstMoment(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		at, d := instant(t, "at"), duration(t, "d")+1
		end := s.calendar.Add(at, d)
		if got := s.calendar.Between(at, end.Add(-1)); got != d-1 {
			t.Fatalf("%s worked a nanosecond before %s, of %s", got, end, d)
		}
		back := s.calendar.Add(at, -d)
		if got := s.calendar.Between(back.Add(1), at); got != d-1 {
			t.Fatalf("%s worked from a nanosecond after %s, of %s", got, back, d)
		}
	})
}

func TestNextOpenAndDaysAreAsTheOracleCounts(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		at, n := instant(t, "at"), rapid.IntRange(-300, 300).Draw(t, "n")
		c, o := s.calendar, s.oracle
		if got, want := c.NextOpen(at), o.nextOpen(at); !got.Equal(want) {
			t.Fatalf("opens at %s, the oracle says %s", got, want)
		}
		if c.IsOpen(at) != o.nextOpen(at).Equal(at) {
			t.Fatal("open, or not?")
		}
		works := o.works(midnight(at))
		closing, ok := c.CloseOf(at)
		if c.IsWorkingDay(at) != works || c.Day(at).Working != works || ok != works {
			t.Fatalf("%s works: the oracle says %v", at, works)
		}
		if ok && !closing.Equal(o.close(midnight(at))) {
			t.Fatalf("closes at %s", closing)
		}
		day, step := midnight(at), 1
		if n < 0 {
			step = -1
		}
		for left := n * step; left > 0; {
			if day = day.AddDate(0, 0, step); o.works(day) {
				left--
			}
		}
		for n == 0 && !o.works(day) {
			day = day.AddDate(0, 0, 1)
		}
		if got := c.AddWorkingDays(at, n); !got.Equal(o.close(day)) {
			t.Fatalf("%d working days from %s: %s, the oracle says %s", n, at, got, o.close(day))
		}
	})
}

func TestTheWeeklyPatternGoesOnForEver(t *testing.T) {
	c := province(t)
	for _, at := range []string{"1990-03-05 07:00", "2199-03-04 07:00"} { // Mondays
		monday := on(at)
		if got := c.Between(monday, monday.AddDate(0, 0, 7*52)); got != 52*5*(8*time.Hour+30*time.Minute) {
			t.Errorf("52 weeks from %s have %s", at, got)
		}
		if got := c.Add(monday, 5*(8*time.Hour+30*time.Minute)); !got.Equal(monday.AddDate(0, 0, 4).Add(10 * time.Hour)) {
			t.Errorf("a week from %s ends at %s", at, got)
		}
	}
	ages := c.Between(time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	if ages <= 0 {
		t.Errorf("the ages have %s", ages)
	}
	if end := c.Add(on("2026-01-05 08:00"), math.MaxInt64); !end.After(on("2500-01-01 00:00")) {
		t.Errorf("the longest time ends at %s", end)
	}
}

func TestDayTellsWhyItIsOff(t *testing.T) {
	c := province(t)
	for at, want := range map[string]Day{
		"2021-02-12 12:00": {Date: "2021-02-12", Kind: Holiday, Name: "Tết Nguyên đán", Published: true},
		"2026-08-22 12:00": {Date: "2026-08-22", Kind: MakeUp, Name: "Làm bù ngày 31/8/2026", Pair: "2026-08-31", Working: true, Published: true},
		"2026-08-31 12:00": {Date: "2026-08-31", Kind: Swapped, Name: "Hoán đổi ngày làm việc", Pair: "2026-08-22", Published: true},
		"2026-11-21 12:00": {Date: "2026-11-21", Kind: Weekend, Published: true},
		"2027-01-01 12:00": {Date: "2027-01-01", Kind: Ordinary, Working: true}, // not published yet
	} {
		got := c.Day(on(at))
		if open := len(got.Intervals) > 0; open != want.Working {
			t.Errorf("%s is open: %v", at, open)
		}
		got.Intervals = nil
		if got.Date != want.Date || got.Kind != want.Kind || got.Name != want.Name || got.Pair != want.Pair ||
			got.Working != want.Working || got.Published != want.Published {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// The Labour Code gives 11 days off a year, 10 before 2021; one that falls on a
// weekend is given on another day, so as many working days are off every year.
func TestEachYearOfTheProvinceHasItsDaysOff(t *testing.T) {
	c := province(t)
	if from, until := c.PublishedFrom(), c.PublishedUntil(); from != "2020-01-01" || until != "2026-12-31" {
		t.Errorf("published from %s until %s", from, until)
	}
	for year := 2020; year <= 2026; year++ {
		off, swapped, made := 0, 0, 0
		for day := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			switch c.Day(day).Kind {
			case Holiday, Compensatory:
				off++
			case Swapped:
				swapped++
			case MakeUp:
				made++
			}
		}
		want := 11
		if year == 2020 {
			want = 10
		}
		if off != want || swapped != made {
			t.Errorf("%d has %d days off, %d swapped for %d", year, off, swapped, made)
		}
	}
}

func TestSchedulesShareTheDaysOff(t *testing.T) {
	desk := subjects(t)[1].calendar
	if got := desk.Schedules(); len(got) != 2 || got[0] != Default || got[1] != "desk" {
		t.Errorf("schedules %v", got)
	}
	if _, err := desk.Schedule("night"); err == nil {
		t.Error("there is a night shift")
	}
	if !desk.IsWorkingDay(on("2026-11-21 09:00")) || desk.IsWorkingDay(on("2026-09-02 09:00")) {
		t.Error("the desk opens on Saturdays, but not on the National Day")
	}
	// A Saturday that makes up for a Monday works as long as a Monday.
	if closing, _ := desk.CloseOf(on("2026-08-22 09:00")); !closing.Equal(on("2026-08-22 17:30")) {
		t.Errorf("closes at %s", closing)
	}
}
