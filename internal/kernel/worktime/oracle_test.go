package worktime

import (
	"encoding/csv"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"benso/internal/kernel/clock"
)

const packDir = "../../../packs/bentre"

// Beside the real hours, a schedule that opens on Saturday mornings and whose
// hours changed on 1 July 2024.
const otherHours = `schedule,valid_from,valid_to,days,opens,closes,basis,source
default,2020-01-01,,mon-fri,07:00,11:30,gk,test
default,2020-01-01,,mon-fri,13:00,17:00,gk,test
desk,2020-01-01,2024-06-30,mon-sat,07:30,11:30,gk,test
desk,2020-01-01,2024-06-30,mon-fri,13:30,17:00,gk,test
desk,2024-07-01,,mon-fri,13:30,17:30,gk,test
desk,2024-07-01,,mon-fri,08:00,12:00,gk,test
desk,2024-07-01,,sat,08:00,10:00,gk,test
`

// oracle counts slowly, day by day and minute by minute, with nothing of what
// it checks.
type oracle struct {
	off  map[string]bool
	work map[string]string // a make-up day and the day that it makes up for
	desk bool
}

func (o oracle) open(day time.Time) [][2]time.Time {
	date, weekday := day.Format(time.DateOnly), day.Weekday()
	if o.off[date] {
		return nil
	}
	if pair, ok := o.work[date]; ok {
		p, err := time.Parse(time.DateOnly, pair)
		if err != nil {
			panic(err)
		}
		weekday = p.Weekday()
	}
	workweek := weekday >= time.Monday && weekday <= time.Friday
	at := func(from, to string) [2]time.Time { return [2]time.Time{on(date + " " + from), on(date + " " + to)} }
	switch {
	case !o.desk && workweek:
		return [][2]time.Time{at("07:00", "11:30"), at("13:00", "17:00")}
	case o.desk && date < "2024-07-01" && workweek:
		return [][2]time.Time{at("07:30", "11:30"), at("13:30", "17:00")}
	case o.desk && date < "2024-07-01" && weekday == time.Saturday:
		return [][2]time.Time{at("07:30", "11:30")}
	case o.desk && workweek:
		return [][2]time.Time{at("08:00", "12:00"), at("13:30", "17:30")}
	case o.desk && weekday == time.Saturday:
		return [][2]time.Time{at("08:00", "10:00")}
	}
	return nil
}

func (o oracle) between(a, b time.Time) (sum time.Duration) {
	for day := midnight(a); day.Before(b); day = day.AddDate(0, 0, 1) {
		for _, s := range o.open(day) {
			from, to := later(a, s[0]), s[1]
			if to.After(b) {
				to = b
			}
			if to.After(from) {
				sum += to.Sub(from)
			}
		}
	}
	return sum
}

func (o oracle) nextOpen(t time.Time) time.Time {
	for day := midnight(t); ; day = day.AddDate(0, 0, 1) {
		for _, s := range o.open(day) {
			if t.Before(s[1]) {
				return later(t, s[0])
			}
		}
	}
}

func (o oracle) works(day time.Time) bool { return len(o.open(day)) > 0 }

func (o oracle) close(day time.Time) time.Time {
	open := o.open(day)
	return open[len(open)-1][1]
}

// deadline counts a limit; pauses are whole (they have ended).
func (o oracle) deadline(start time.Time, l Limit, pauses []Pause) time.Time {
	paused := func(t time.Time) bool {
		for _, p := range pauses {
			if !t.Before(p.From) && t.Before(p.To) {
				return true
			}
		}
		return false
	}
	if l.Unit == WorkingHours {
		left := time.Duration(l.Amount) * time.Hour
		for day := midnight(start); ; day = day.AddDate(0, 0, 1) {
			for _, s := range o.open(day) {
				for at := s[0]; at.Before(s[1]); at = at.Add(time.Minute) {
					if at.Before(start) || paused(at) {
						continue
					}
					if left -= time.Minute; left == 0 {
						return at.Add(time.Minute)
					}
				}
			}
		}
	}
	inWorkingDays := l.Unit == WorkingDays || l.Unit == SameDay
	lost := func(day time.Time) bool {
		for _, p := range pauses {
			from, to := p.From, p.To
			if inWorkingDays {
				from, to = o.nextOpen(from), o.nextOpen(to)
			}
			if !day.Before(midnight(from)) && day.Before(midnight(to)) {
				return true
			}
		}
		return false
	}
	day, needed := midnight(start), l.Amount
	switch l.Unit {
	case SameDay:
		needed = 1
		cut := day.Add(time.Duration(l.CutOff) * time.Minute)
		if o.works(day) && start.Before(o.close(day)) && (l.CutOff == 0 || !start.After(cut)) {
			day = day.AddDate(0, 0, -1)
		}
	case Months:
		end := time.Date(day.Year(), day.Month()+time.Month(l.Amount), 1, 0, 0, 0, 0, clock.Zone)
		month := end.Month()
		for end.Day() < day.Day() && end.AddDate(0, 0, 1).Month() == month {
			end = end.AddDate(0, 0, 1)
		}
		needed = int(end.Sub(day) / (24 * time.Hour))
	}
	for needed > 0 {
		day = day.AddDate(0, 0, 1)
		if !lost(day) && (o.works(day) || !inWorkingDays) {
			needed--
		}
	}
	for lost(day) || !o.works(day) {
		day = day.AddDate(0, 0, 1)
	}
	return o.close(day)
}

func midnight(t time.Time) time.Time {
	t = t.In(clock.Zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, clock.Zone)
}

// on reads "2021-07-05 14:30" in Vietnam.
func on(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, clock.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

// subject is a calendar with the oracle that judges it.
type subject struct {
	name     string
	calendar *Calendar
	oracle   oracle
}

func subjects(t testing.TB) []subject {
	t.Helper()
	days, err := os.ReadFile(packDir + "/" + DaysFile)
	if err != nil {
		t.Fatal(err)
	}
	c, problems := Load(fstest.MapFS{DaysFile: {Data: days}, HoursFile: {Data: []byte(otherHours)}})
	for _, p := range problems {
		t.Fatal(p)
	}
	desk, err := c.Schedule("desk")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(packDir + "/" + DaysFile)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	o := oracle{off: map[string]bool{}, work: map[string]string{}}
	for _, row := range rows[1:] {
		switch row[1] {
		case "work":
			o.work[row[0]] = row[3]
		case "holiday", "compensatory", "swapped":
			o.off[row[0]] = true
		}
	}
	inDesk := o
	inDesk.desk = true
	return []subject{{"the province's hours", province(t), o}, {"a desk open on Saturdays", desk, inDesk}}
}

func province(t testing.TB) *Calendar {
	t.Helper()
	c, problems := Load(os.DirFS(packDir))
	for _, p := range problems {
		t.Fatal(p)
	}
	return c
}

// moment draws an instant from before the calendar until after it, often on a
// boundary of office hours.
func moment(t *rapid.T, label string) time.Time {
	day := on("2019-06-01 00:00").AddDate(0, 0, rapid.IntRange(0, 3200).Draw(t, label+" day"))
	minutes := rapid.OneOf(
		rapid.SampledFrom([]int{0, 420, 450, 480, 690, 720, 780, 810, 900, 901, 1020, 1050, 1439}),
		rapid.IntRange(0, 1439),
	).Draw(t, label+" minute")
	return day.Add(time.Duration(minutes) * time.Minute)
}

// instant is a moment to the nanosecond.
func instant(t *rapid.T, label string) time.Time {
	return moment(t, label).Add(time.Duration(rapid.Int64Range(0, 3_600_000_000_000).Draw(t, label+" rest")))
}

func duration(t *rapid.T, label string) time.Duration {
	return rapid.OneOf(
		rapid.Map(rapid.Int64Range(0, 4000), func(n int64) time.Duration { return time.Duration(n) * 30 * time.Minute }),
		rapid.Map(rapid.Int64Range(0, int64(2000*time.Hour)), func(n int64) time.Duration { return time.Duration(n) }),
	).Draw(t, label)
}

func aLimit(t *rapid.T) Limit {
	l := Limit{Unit: rapid.SampledFrom([]Unit{WorkingHours, WorkingDays, CalendarDays, Months, SameDay}).Draw(t, "unit"), Basis: "test"}
	switch l.Unit {
	case WorkingHours:
		l.Amount = rapid.IntRange(1, 200).Draw(t, "amount")
	case Months:
		l.Amount = rapid.IntRange(1, 14).Draw(t, "amount")
	case SameDay:
		l.CutOff = rapid.SampledFrom([]TimeOfDay{0, 900, 600}).Draw(t, "cut-off")
	default:
		l.Amount = rapid.IntRange(1, 90).Draw(t, "amount")
	}
	return l
}

func somePauses(t *rapid.T, start time.Time) (pauses []Pause, events []Event) {
	for i := range rapid.IntRange(0, 3).Draw(t, "pauses") {
		from := start.Add(time.Duration(rapid.IntRange(-3000, 60000).Draw(t, "pause from")) * time.Minute)
		p := Pause{From: from, To: from.Add(time.Duration(rapid.IntRange(0, 20000).Draw(t, "pause for")) * time.Minute),
			Ground: string(rune('A' + i))}
		pauses, events = append(pauses, p), append(events, p)
	}
	return pauses, events
}
