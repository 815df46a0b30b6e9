package demo

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/worktime"
)

// begin is the first day that is simulated: the catalogue's first.
var begin = time.Date(2021, time.January, 1, 0, 0, 0, 0, clock.Zone)

// day is one day's filings.
type day struct {
	start  time.Time
	count  int
	first  int     // number of its first filing
	online float64 // share of its filings that come online
}

// busy is how much is filed in a month, against the year's mean: little before
// Tết, much after it and before schools begin.
var busy = [13]float64{0, 0.92, 0.85, 1.22, 1.06, 1.02, 1.05, 1.10, 1.12, 0.98, 0.96, 0.94, 0.82}

// weekday is how much comes on a day of the week, from Sunday on; on days off
// only online.
var weekday = [7]float64{0.22, 1.28, 1.10, 1.02, 0.97, 0.93, 0.30}

// onlineShare is how much of what is filed came online at the beginning of a year,
// from 2021 on. The province said 76% for 2024 (packs/bentre/reported.csv,
// G1.dossiers): 174,411 of 229,704.
var onlineShare = []float64{0.12, 0.28, 0.52, 0.70, 0.79, 0.84, 0.88}

func shareOn(t time.Time) float64 {
	t = t.In(clock.Zone)
	years := float64(t.Year()-begin.Year()) + float64(t.YearDay()-1)/365
	i := min(int(years), len(onlineShare)-2)
	return min(onlineShare[i]+(onlineShare[i+1]-onlineShare[i])*(years-float64(i)), onlineShare[len(onlineShare)-1])
}

// quiet is how much of the usual work is done on a day: around Tết, and in the
// months of 2021 in which people were told to stay at home.
func quiet(cal *worktime.Calendar, t time.Time) float64 {
	switch day := clock.Day(t); {
	case cal.Day(t).Kind == worktime.Holiday:
		return 0.25
	case cal.Day(t.AddDate(0, 0, 1)).Kind == worktime.Holiday, cal.Day(t.AddDate(0, 0, 3)).Kind == worktime.Holiday:
		return 0.55
	case cal.Day(t.AddDate(0, 0, -1)).Kind == worktime.Holiday && cal.IsWorkingDay(t):
		return 0.7
	case day >= "2021-07-19" && day <= "2021-09-30":
		return 0.35
	}
	return 1
}

// allot spreads the filings over the days until end.
func allot(cal *worktime.Calendar, dossiers int, end time.Time) []day {
	var days []day
	var weights []float64
	var sum float64
	for t := begin; t.Before(end); t = t.AddDate(0, 0, 1) {
		years := t.Sub(begin).Hours() / 24 / 365
		w := weekday[t.Weekday()] * busy[t.Month()] * quiet(cal, t) * math.Pow(1.04, years)
		online := shareOn(t)
		if cal.IsWorkingDay(t) {
			w = max(w, weekday[time.Friday]*busy[t.Month()]*0.8) // also a Saturday that is worked for another day
		} else {
			w = min(w, weekday[time.Saturday]) * online
			online = 1
		}
		if rest := end.Sub(t); rest < 24*time.Hour {
			w *= rest.Hours() / 24
		}
		days, weights, sum = append(days, day{start: t, online: online}), append(weights, w), sum+w
	}
	var upto float64
	filed := 0
	for i := range days {
		upto += weights[i]
		n := int(math.Round(upto / sum * float64(dossiers)))
		days[i].first, days[i].count = filed, n-filed
		filed = n
	}
	return days
}

// evening is how often an hour of the day is the one in which somebody files at
// home, from midnight on.
var evening = [24]int{2, 1, 0, 0, 0, 1, 4, 8, 12, 13, 11, 7, 6, 8, 10, 10, 9, 9, 12, 18, 22, 20, 12, 5}

// filing is when and how one dossier comes.
type filing struct {
	n       int
	at      time.Time
	channel dossier.Channel
}

// filings draws when each of a day's dossiers comes, in their order. What would
// come after end comes earlier.
func (d day) filings(seed int64, cal *worktime.Calendar, end time.Time) []filing {
	all := make([]filing, d.count)
	for i := range all {
		n := d.first + i
		r := dice(seed, n, 0)
		f := filing{n: n, channel: dossier.Counter}
		if r.Float64() < d.online || !cal.IsWorkingDay(d.start) {
			f.channel = dossier.Online
			f.at = d.start.Add(atHome(r))
		} else {
			f.at = atOffice(r, cal, d.start)
		}
		if !f.at.Before(end) {
			f.at = d.start.Add(time.Duration(r.Int64N(int64(max(end.Sub(d.start), time.Minute)))))
			f.channel = dossier.Online
		}
		all[i] = f
	}
	slices.SortStableFunc(all, func(a, b filing) int { return a.at.Compare(b.at) })
	return all
}

// atHome is a time of the day at which people sit down with their phone.
func atHome(r *rand.Rand) time.Duration {
	total := 0
	for _, w := range evening {
		total += w
	}
	x := r.IntN(total)
	for hour, w := range evening {
		if x -= w; x < 0 {
			return time.Duration(hour)*time.Hour + time.Duration(r.Int64N(int64(time.Hour)))
		}
	}
	return 0
}

// atOffice is a time at which the desks are open, rather in the morning.
func atOffice(r *rand.Rand, cal *worktime.Calendar, day time.Time) time.Time {
	open := cal.Between(day, day.AddDate(0, 0, 1)) - 15*time.Minute
	u := r.Float64()
	at := cal.Add(cal.NextOpen(day), time.Duration(u*math.Sqrt(u)*float64(open))).Add(time.Duration(r.Int64N(int64(50 * time.Second))))
	return at.Truncate(time.Microsecond)
}

// dice are the chances of one dossier's n-th deed: what is drawn hangs on nothing
// else that happened.
func dice(seed int64, dossier, deed int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), uint64(dossier)<<10|uint64(deed)))
}
