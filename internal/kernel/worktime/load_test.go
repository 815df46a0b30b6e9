package worktime

import (
	"strings"
	"testing"
	"testing/fstest"
)

const (
	goodHours = `schedule,valid_from,valid_to,days,opens,closes,basis,source
default,2026-01-01,,mon-fri,07:00,11:30,gk,test
default,2026-01-01,,mon-fri,13:00,17:00,gk,test
`
	goodDays = `date,kind,name,pair,basis,source
2026-01-01,holiday,Tết Dương lịch,,announced,test
2026-01-02,swapped,Hoán đổi,2026-01-10,announced,test
2026-01-10,work,Làm bù,2026-01-02,announced,test
2026-12-31,published,,,announced,test
`
)

func load(days, hours string) (*Calendar, string) {
	c, problems := Load(fstest.MapFS{DaysFile: {Data: []byte(days)}, HoursFile: {Data: []byte(hours)}})
	all := make([]string, len(problems))
	for i, p := range problems {
		all[i] = p.String()
	}
	return c, strings.Join(all, "\n")
}

func TestAGoodPackLoads(t *testing.T) {
	if c, problems := load(goodDays, goodHours); c == nil || problems != "" {
		t.Fatal(problems)
	}
	// The last day that is published may be a day off itself, and what is
	// already known of the next year may stand behind it.
	days := goodDays + "2026-12-31,swapped,Hoán đổi,2027-01-09,announced,test\n2027-01-09,work,Làm bù,2026-12-31,announced,test\n"
	c, problems := load(days, goodHours)
	if problems != "" {
		t.Fatal(problems)
	}
	if c.PublishedUntil() != "2026-12-31" || !c.IsWorkingDay(on("2027-01-09 08:00")) || c.IsWorkingDay(on("2027-01-16 08:00")) {
		t.Error("the known day of the next year is lost")
	}
}

func TestTheAdministratorAddsTheHolidayOfNovember(t *testing.T) {
	days := strings.Replace(goodDays, "2026-12-31,", "2026-11-24,holiday,Tên ngày nghỉ theo thông báo,,announced,the notice\n2026-12-31,", 1)
	c, problems := load(days, goodHours)
	if problems != "" {
		t.Fatal(problems)
	}
	d, err := c.Deadline(on("2026-11-23 08:00"), Limit{Amount: 1, Unit: WorkingDays, Basis: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if !d.At.Equal(on("2026-11-25 17:00")) {
		t.Errorf("due at %s", d.At)
	}
}

func TestBadDaysAreRefusedByFileAndLine(t *testing.T) {
	for _, x := range []struct{ what, old, new, want string }{
		{"no such date", "2026-01-01,", "2026-02-30,", `calendar.csv:2: date "2026-02-30" is no date`},
		{"a day twice", "2026-01-02,swapped,Hoán đổi,2026-01-10", "2026-01-01,holiday,Tết,", "calendar.csv:3: 2026-01-01 stands on line 2 already; keep one row"},
		{"out of order", "2026-01-01,", "2026-01-15,", "calendar.csv:3: 2026-01-02 stands after 2026-01-15; sort"},
		{"no such kind", "01,holiday", "01,festival", `calendar.csv:2: there is no kind "festival"; use holiday`},
		{"no name", "Tết Dương lịch", "", "calendar.csv:2: 2026-01-01 has no name"},
		{"no source", "Tết Dương lịch,,announced,test", "Tết Dương lịch,,announced,", "calendar.csv:2: has no source"},
		{"no such basis", "Tết Dương lịch,,announced", "Tết Dương lịch,,sure", `calendar.csv:2: there is no basis "sure"`},
		{"too few cells", "2026-01-01,holiday,Tết Dương lịch,,announced,test", "2026-01-01,holiday", "calendar.csv:2: has 2 cells, not 6"},
		{"a quote left open", "Tết Dương lịch", `"Tết`, "calendar.csv:"},
		{"a make-up day on a weekday", "2026-01-10", "2026-01-09", "calendar.csv:4: 2026-01-09 is to make up for 2026-01-02, but offices open on that day anyway; write a weekend day"},
		{"a swapped day on a weekend", "2026-01-02", "2026-01-03", "calendar.csv:3: 2026-01-03 is swapped, but offices are closed"},
		{"a swap with nobody", "2026-01-10,work,Làm bù,2026-01-02,announced,test\n", "", "calendar.csv:3: 2026-01-02 is swapped with 2026-01-10, which is not of kind work; add the row of kind work for 2026-01-10"},
		{"a swap that is not mutual", "Làm bù,2026-01-02", "Làm bù,2026-01-01", "calendar.csv:3: 2026-01-02 is swapped with 2026-01-10, but that is swapped with 2026-01-01"},
		{"a swap without a pair", "Làm bù,2026-01-02", "Làm bù,", "calendar.csv:4: 2026-01-10 has no pair"},
		{"a holiday with a pair", "Tết Dương lịch,", "Tết Dương lịch,2026-01-10", "calendar.csv:2: only swapped and work days have a pair"},
		{"a year without days off", "2026-12-31,", "2028-12-31,", "calendar.csv:5: is published until 2028-12-31, but has no holiday in 2027; add the days off of 2027"},
		{"not published", "2026-12-31,published,,,announced,test\n", "", "calendar.csv:4: does not say until when it is published"},
		{"published twice", "2026-12-31,published", "2026-11-30,published,,,announced,test\n2026-12-31,published", "calendar.csv:6: line 5 already says until when"},
		{"another header", "date,kind", "day,kind", "calendar.csv:1: the header is day,kind"},
	} {
		c, problems := load(strings.ReplaceAll(goodDays, x.old, x.new), goodHours)
		if c != nil || !strings.HasPrefix(problems, x.want) {
			t.Errorf("%s: %s\nwant %s", x.what, problems, x.want)
		}
	}
}

func TestBadHoursAreRefusedByFileAndLine(t *testing.T) {
	for _, x := range []struct{ what, old, new, want string }{
		{"a time that is none", "07:00", "7h", `office_hours.csv:2: opens "7h" is no time of day; write it as 07:00`},
		{"closing before opening", "11:30", "06:30", "office_hours.csv:2: closes at 06:30, but opens at 07:00"},
		{"overlapping stretches", "13:00", "11:00", "office_hours.csv:3: overlaps line 2"},
		{"days that are none", "mon-fri,07", "T2-T6,07", `office_hours.csv:2: days "T2-T6" are no days; write mon-fri`},
		{"days backwards", "mon-fri,07", "fri-mon,07", `office_hours.csv:2: days "fri-mon" are no days`},
		{"a schedule without a name", "default,2026-01-01,,mon-fri,07", "Default,2026-01-01,,mon-fri,07", `office_hours.csv:2: the schedule "Default" is no name`},
		{"no default schedule", "default", "desk", "office_hours.csv:2: there is no schedule default"},
		{"a begin after the calendar", "2026-01-01", "2026-02-01", "office_hours.csv:2: schedule default begins on 2026-02-01, after the calendar"},
		{"an end", "2026-01-01,,", "2026-01-01,2026-06-30,", "office_hours.csv:2: schedule default ends on 2026-06-30; leave valid_to empty"},
		{"an end before the begin", "2026-01-01,,mon-fri,07", "2026-01-01,2025-01-01,mon-fri,07", "office_hours.csv:2: ends before it begins"},
		{"a date that is none", "2026-01-01,,mon-fri,07", "1/1/2026,,mon-fri,07", `office_hours.csv:2: valid_from "1/1/2026" is no date`},
		{"a basis that is none", "11:30,gk", "11:30,", `office_hours.csv:2: there is no basis ""`},
	} {
		c, problems := load(goodDays, strings.ReplaceAll(goodHours, x.old, x.new))
		if c != nil || !strings.HasPrefix(problems, x.want) {
			t.Errorf("%s: %s\nwant %s", x.what, problems, x.want)
		}
	}
	gap := strings.ReplaceAll(goodHours, "2026-01-01,,", "2026-01-01,2026-06-30,") + "default,2026-08-01,,mon-fri,08:00,12:00,gk,test\n"
	if c, problems := load(goodDays, gap); c != nil || !strings.HasPrefix(problems, "office_hours.csv:4: schedule default has no hours from 2026-07-01 to 2026-07-31; let it begin on 2026-07-01") {
		t.Errorf("a gap: %s", problems)
	}
	if c, problems := Load(fstest.MapFS{}); c != nil || len(problems) != 2 || problems[0].File != HoursFile || problems[1].File != DaysFile {
		t.Errorf("an empty pack: %v", problems)
	}
	if c, problems := load("", ""); c != nil || !strings.HasPrefix(problems, "office_hours.csv:1: is empty; begin with schedule,valid_from") {
		t.Errorf("empty files: %s", problems)
	}
}

func TestAMakeUpDayHasTheHoursOfTheDayItMakesUpFor(t *testing.T) {
	hours := strings.Replace(goodHours, "mon-fri,13:00,17:00", "mon-thu,13:00,17:00", 1) + "default,2026-01-01,,fri,13:00,16:00,gk,test\n"
	c, problems := load(goodDays, hours) // Saturday 10 January for Friday 2 January
	if problems != "" {
		t.Fatal(problems)
	}
	if closing, ok := c.CloseOf(on("2026-01-10 08:00")); !ok || !closing.Equal(on("2026-01-10 16:00")) {
		t.Errorf("closes at %s", closing)
	}
}
