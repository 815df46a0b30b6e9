package worktime

import (
	"context"
	"strconv"
	"time"

	"benso/internal/kernel/message"
)

// Remaining is the working time left until a deadline, or passed since.
type Remaining struct {
	Days    int           `json:"days"`    // working days
	Time    time.Duration `json:"time_ns"` // and working time of less than a day
	Overdue bool          `json:"overdue"`
}

// Remaining tells how much working time lies between now and a deadline. A day
// is from one time of the clock to the same on the next working day, however
// long the office is open: from 09:00 on Monday to 11:00 on Tuesday are one day
// and two hours.
func (c *Calendar) Remaining(now, due time.Time) Remaining {
	r := Remaining{Overdue: now.After(due)}
	from, to := now, due
	if r.Overdue {
		from, to = due, now
	}
	left := c.Between(from, to)
	if left <= 0 {
		return r
	}
	// Only open moments are compared: the first from which, and the last until
	// which, work is done.
	from, to = c.NextOpen(from), c.Add(from, left)
	first, clockFrom := split(from)
	last, clockTo := split(to)
	r.Days = int(c.table.daysBefore(last) - c.table.daysBefore(first))
	if r.Days > 0 && clockFrom > clockTo {
		r.Days--
	}
	reached := first
	if r.Days > 0 {
		reached = c.table.day(c.table.daysBefore(first) + int64(r.Days))
	}
	r.Time = c.Between(reached.at(clockFrom), to)
	// From opening to close is a day too.
	if r.Time > 0 && r.Time >= time.Duration(c.table.hours(last).total()) {
		r.Days, r.Time = r.Days+1, 0
	}
	return r
}

// RemainingText says "còn 2 ngày 3 giờ làm việc" or "quá hạn 3 giờ làm việc".
func RemainingText(ctx context.Context, r Remaining) string {
	key := "worktime.left"
	if r.Overdue {
		key = "worktime.overdue"
	}
	hours, minutes := int(r.Time/time.Hour), int(r.Time%time.Hour/time.Minute)
	switch {
	case r.Days > 0 && hours > 0:
		return message.T(ctx, key, "time", counted(ctx, "day", r.Days)+" "+counted(ctx, "hour", hours))
	case r.Days > 0:
		return message.T(ctx, key, "time", counted(ctx, "day", r.Days))
	case hours > 0:
		return message.T(ctx, key, "time", counted(ctx, "hour", hours))
	case minutes > 0:
		return message.T(ctx, key, "time", counted(ctx, "minute", minutes))
	default:
		return message.T(ctx, key+"_now")
	}
}

// LimitText says "5 ngày làm việc", or that the limit is not known.
func LimitText(ctx context.Context, l Limit) string {
	switch l.Unit {
	case SameDay:
		if l.CutOff != 0 {
			return message.T(ctx, "worktime.limit_same_day_until", "time", l.CutOff.String())
		}
		return message.T(ctx, "worktime.limit_same_day")
	case WorkingHours:
		return counted(ctx, "working_hour", l.Amount)
	case WorkingDays:
		return counted(ctx, "working_day", l.Amount)
	case CalendarDays:
		return counted(ctx, "day", l.Amount)
	case Months:
		return counted(ctx, "month", l.Amount)
	default:
		return message.T(ctx, "worktime.limit_unknown_short")
	}
}

// DeadlineText says "17:00 ngày 05/07/2021", that it is provisional, or that
// the limit stands still.
func DeadlineText(ctx context.Context, d Deadline) string {
	switch {
	case d.Paused:
		return message.T(ctx, "worktime.paused")
	case d.Provisional:
		return message.T(ctx, "worktime.provisional", "at", message.DateTime(ctx, d.At))
	default:
		return message.DateTime(ctx, d.At)
	}
}

// When says to which time a row speaks: a day, or a stretch of it.
func (r Row) When(ctx context.Context) string {
	date := message.DateText(ctx, r.Date)
	switch {
	case r.Kind == RowVoided:
		return message.T(ctx, "worktime.when_between", "from", message.DateTime(ctx, r.From), "to", message.DateTime(ctx, r.To))
	case r.From.IsZero():
		return message.T(ctx, "worktime.when_day", "date", date, "weekday", r.weekday(ctx))
	case r.To.IsZero():
		return message.T(ctx, "worktime.when_since", "from", message.DateTime(ctx, r.From))
	default:
		return message.T(ctx, "worktime.when_interval", "date", date, "weekday", r.weekday(ctx),
			"from", r.From.Format("15:04"), "to", r.To.Format("15:04"))
	}
}

// What says what a row did to the limit.
func (r Row) What(ctx context.Context) string {
	key := "worktime.row_" + string(r.Kind)
	if r.Name != "" && message.Has(key+"_named") {
		key += "_named"
	}
	text := message.T(ctx, key, "name", r.Name, "ground", r.Ground, "number", r.Number, "time", DurationText(ctx, r.Counted))
	if r.Provisional {
		return message.T(ctx, "worktime.row_provisional", "text", text)
	}
	return text
}

func (r Row) weekday(ctx context.Context) string {
	d, err := parseDay(r.Date)
	if err != nil {
		return ""
	}
	return message.T(ctx, "worktime.weekday_"+strconv.Itoa(int(d.weekday())))
}

// DurationText says "4 giờ 30 phút", in whole minutes.
func DurationText(ctx context.Context, d time.Duration) string {
	hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case hours > 0 && minutes > 0:
		return counted(ctx, "hour", hours) + " " + counted(ctx, "minute", minutes)
	case hours > 0:
		return counted(ctx, "hour", hours)
	default:
		return counted(ctx, "minute", minutes)
	}
}

// counted says a number with its noun, which English bends for one.
func counted(ctx context.Context, noun string, n int) string {
	key := "worktime." + noun + "_many"
	if n == 1 {
		key = "worktime." + noun + "_one"
	}
	return message.T(ctx, key, "n", message.Number(ctx, int64(n)))
}
