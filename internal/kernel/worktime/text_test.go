package worktime

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"benso/internal/kernel/message"
)

func TestTheTimeLeftIsSaidInDaysAndHours(t *testing.T) {
	c := province(t)
	vi, en := context.Background(), message.WithLang(context.Background(), "en")
	for _, x := range []struct{ now, due, vi, en string }{
		{"2021-07-05 14:00", "2021-07-07 17:00", "còn 2 ngày 3 giờ làm việc", "2 days 3 hours of working time left"},
		{"2021-07-05 07:00", "2021-07-07 17:00", "còn 3 ngày làm việc", "3 days of working time left"},
		{"2021-07-04 20:00", "2021-07-07 17:00", "còn 3 ngày làm việc", "3 days of working time left"},
		{"2021-07-05 17:30", "2021-07-07 17:00", "còn 2 ngày làm việc", "2 days of working time left"},
		{"2021-07-05 09:00", "2021-07-06 11:00", "còn 1 ngày 2 giờ làm việc", "1 day 2 hours of working time left"},
		{"2021-07-05 15:00", "2021-07-06 08:00", "còn 3 giờ làm việc", "3 hours of working time left"},
		{"2021-07-05 16:15", "2021-07-05 17:00", "còn 45 phút làm việc", "45 minutes of working time left"},
		{"2021-07-05 17:00", "2021-07-05 17:00", "còn chưa đến 1 phút làm việc", "less than a minute of working time left"},
		{"2021-07-05 20:00", "2021-07-05 17:00", "vừa quá hạn", "just overdue"},
		{"2021-07-06 08:00", "2021-07-05 17:00", "quá hạn 1 giờ làm việc", "overdue by 1 hour of working time"},
		{"2021-07-08 08:30", "2021-07-05 17:00", "quá hạn 2 ngày 1 giờ làm việc", "overdue by 2 days 1 hour of working time"},
		{"2021-02-09 16:00", "2021-02-17 08:00", "còn 2 giờ làm việc", "2 hours of working time left"}, // Tết 2021 lies between
	} {
		r := c.Remaining(on(x.now), on(x.due))
		if gotVi, gotEn := RemainingText(vi, r), RemainingText(en, r); gotVi != x.vi || gotEn != x.en {
			t.Errorf("at %s until %s: %q, %q; want %q, %q", x.now, x.due, gotVi, gotEn, x.vi, x.en)
		}
	}
}

func TestTheTimeLeftNeverGrows(t *testing.T) {
	law(t, func(t *rapid.T, s subject) {
		due, d := s.calendar.Add(moment(t, "due"), time.Nanosecond), duration(t, "before")
		now := s.calendar.Add(due, -d)
		r := s.calendar.Remaining(now, due)
		if r.Overdue || r.Days < 0 || r.Time < 0 || r.Time > 17*time.Hour {
			t.Fatalf("%s before: %+v", d, r)
		}
		if (r.Days == 0 && r.Time == 0) != (s.calendar.Between(now, due) == 0) {
			t.Fatalf("%s before: %+v", d, r)
		}
		next := s.calendar.Remaining(s.calendar.AddWorkingDays(now, 1), due)
		if !next.Overdue && next.Days > r.Days {
			t.Fatalf("a day later %+v, was %+v", next, r)
		}
	})
}

func TestLimitsAndDeadlinesAreSaidInWords(t *testing.T) {
	vi := context.Background()
	for want, l := range map[string]Limit{
		"5 ngày làm việc":          {Amount: 5, Unit: WorkingDays},
		"1.000 ngày":               {Amount: 1000, Unit: CalendarDays},
		"4 giờ làm việc":           {Amount: 4, Unit: WorkingHours},
		"2 tháng":                  {Amount: 2, Unit: Months},
		"ngay trong ngày làm việc": {Unit: SameDay},
		"ngay trong ngày làm việc; nhận sau 15:00 thì trả vào ngày làm việc tiếp theo": {Unit: SameDay, CutOff: 900},
		"chưa rõ thời hạn": {Unit: Unknown},
	} {
		if got := LimitText(vi, l); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	at := on("2021-07-05 17:00")
	for want, d := range map[string]Deadline{
		"17:00 ngày 05/07/2021": {At: at},
		"17:00 ngày 05/07/2021 (tạm tính, vì lịch nghỉ chưa được công bố)": {At: at, Provisional: true},
		"đang tạm dừng tính hạn": {Paused: true},
	} {
		if got := DeadlineText(vi, d); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestEveryRowOfAnExplanationIsSaidInBothLanguages(t *testing.T) {
	c := province(t)
	said := map[RowKind]string{}
	for _, l := range []Limit{{Amount: 3, Unit: CalendarDays}, {Amount: 8, Unit: WorkingHours}, {Amount: 8, Unit: WorkingDays}, {Unit: SameDay}} {
		l.Basis = "test"
		e, err := c.Explain(on("2026-08-20 20:00"), l,
			Restart{on("2026-08-21 08:00"), on("2026-08-21 18:00"), "Điều 19.4"},
			Pause{on("2026-08-24 08:30"), on("2026-08-25 08:30"), "Điều 1"})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range e.Rows {
			for _, lang := range message.Languages {
				ctx := message.WithLang(context.Background(), lang)
				for _, text := range []string{row.When(ctx), row.What(ctx)} {
					if text == "" || strings.ContainsAny(text, "{}[]") {
						t.Errorf("%s in %s: %q", row.Kind, lang, text)
					}
				}
			}
			if row.Kind == RowDayOff && row.Name == "" {
				continue
			}
			said[row.Kind] = row.When(context.Background()) + ": " + row.What(context.Background())
		}
	}
	moved, err := c.Explain(on("2026-08-28 08:00"), Limit{Amount: 3, Unit: CalendarDays, Basis: "test"})
	if err != nil {
		t.Fatal(err)
	}
	last := moved.Rows[len(moved.Rows)-1]
	said[last.Kind] = last.When(context.Background()) + ": " + last.What(context.Background())
	for kind, want := range map[RowKind]string{
		RowVoided:   "từ 08:00 ngày 21/08/2026 đến 18:00 ngày 21/08/2026: Không tính, vì hạn được tính lại từ đầu. Căn cứ: Điều 19.4",
		RowFirstDay: "Thứ sáu, 21/08/2026: Ngày đầu tiên, không tính (Bộ luật Dân sự 2015, Điều 147.2)",
		RowLate:     "Thứ sáu, 21/08/2026: Nhận sau giờ chốt hoặc ngoài giờ làm việc, nên tính sang ngày làm việc tiếp theo",
		RowMoved:    "Thứ năm, 03/09/2026: Hết hạn vào ngày này, vì ngày cuối cùng của thời hạn là ngày nghỉ (Bộ luật Dân sự 2015, Điều 148)",
		RowDay:      "Thứ bảy, 22/08/2026: Ngày thứ 1 (Làm bù ngày 31/8/2026)",
		RowDayOff:   "Thứ tư, 02/09/2026: Nghỉ, không tính: Quốc khánh 2/9",
		RowPause:    "Thứ hai, 24/08/2026: Tạm dừng, không tính. Căn cứ: Điều 1",
		RowWork:     "Thứ bảy, 22/08/2026, 13:00–16:30: Tính 3 giờ 30 phút (Làm bù ngày 31/8/2026)",
	} {
		if said[kind] != want {
			t.Errorf("%s: %q, want %q", kind, said[kind], want)
		}
	}
	ctx := message.WithLang(context.Background(), "en")
	day := Row{Kind: RowDay, Date: "2027-01-04", Number: 2, Provisional: true}
	if got := day.What(ctx); got != "Day 2 (provisional)" {
		t.Errorf("%q", got)
	}
	if got := (Row{Kind: RowDayOff, Day: Weekend, Date: "2027-01-03"}).What(ctx); got != "Weekly day off, not counted" {
		t.Errorf("%q", got)
	}
}
