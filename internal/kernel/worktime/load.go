package worktime

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"benso/internal/kernel/pack"
)

// The pack's files of working time.
const (
	DaysFile  = "calendar.csv"
	HoursFile = "office_hours.csv"
)

// publishedKind is the kind of the row that says until when the days off are complete.
const publishedKind = "published"

var (
	daysHeader  = []string{"date", "kind", "name", "pair", "basis", "source"}
	hoursHeader = []string{"schedule", "valid_from", "valid_to", "days", "opens", "closes", "basis", "source"}
	bases       = []string{"announced", "derived", "gk"}
	weekdays    = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	scheduleID  = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
)

// Load reads the office hours and days off of a pack. With any problem there is
// no calendar: a deadline counted from half a calendar is worse than none.
func Load(fsys fs.FS) (*Calendar, []pack.Problem) {
	l := &loader{}
	shifts := l.hours(fsys)
	days := l.days(fsys)
	l.versions(shifts, days)
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	c := l.calendar(shifts, days)
	l.works(shifts, days)
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	return c, nil
}

type loader struct{ problems []pack.Problem }

func (l *loader) problem(file string, line int, mend, text string, args ...any) {
	l.problems = append(l.problems, pack.Problem{File: file, Line: line, Text: fmt.Sprintf(text, args...), Mend: mend})
}

// row is one line of a file, by the names of the header.
type row struct {
	line  int
	cells map[string]string
}

func (l *loader) rows(fsys fs.FS, file string, header []string) (rows []row) {
	f, err := fsys.Open(file)
	if err != nil {
		l.problem(file, 0, "add the file "+file, "cannot be read: %v", err)
		return nil
	}
	defer func() {
		if err := f.Close(); err != nil {
			l.problem(file, 0, "", "cannot be closed: %v", err)
		}
	}()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	for first := true; ; first = false {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			if first {
				l.problem(file, 1, "begin with "+strings.Join(header, ","), "is empty")
			}
			return rows
		}
		if err != nil {
			line := 0
			if wrong := new(csv.ParseError); errors.As(err, &wrong) {
				line = wrong.Line
			}
			l.problem(file, line, "put cells with commas or quotes in quotes", "is not CSV: %v", err)
			return nil
		}
		line, _ := r.FieldPos(0)
		if first {
			if !slices.Equal(cells, header) {
				l.problem(file, line, "begin with "+strings.Join(header, ","), "the header is %s", strings.Join(cells, ","))
				return nil
			}
			continue
		}
		if len(cells) != len(header) {
			l.problem(file, line, "give each row a cell for "+strings.Join(header, ","), "has %d cells, not %d", len(cells), len(header))
			continue
		}
		named := make(map[string]string, len(cells))
		for i, cell := range cells {
			named[header[i]] = strings.TrimSpace(cell)
		}
		if !slices.Contains(bases, named["basis"]) {
			l.problem(file, line, "use announced (by a notice), derived (from the law and the moon) or gk (general knowledge)",
				"there is no basis %q", named["basis"])
		}
		if named["source"] == "" {
			l.problem(file, line, "say where it is from", "has no source")
		}
		rows = append(rows, row{line, named})
	}
}

func (l *loader) date(file string, r row, column string) (dayNumber, bool) {
	d, err := parseDay(r.cells[column])
	if err != nil {
		l.problem(file, r.line, "write it as 2026-11-24", "%s %q is no date", column, r.cells[column])
		return 0, false
	}
	return d, true
}

// shift is a row of office_hours.csv.
type shift struct {
	line     int
	schedule string
	from, to dayNumber // to is never when it has no end
	days     [7]bool
	span     span
}

func (l *loader) hours(fsys fs.FS) (shifts []shift) {
	for _, r := range l.rows(fsys, HoursFile, hoursHeader) {
		before := len(l.problems)
		s := shift{line: r.line, schedule: r.cells["schedule"], to: never}
		if !scheduleID.MatchString(s.schedule) {
			l.problem(HoursFile, r.line, "use small letters and digits, like default", "the schedule %q is no name", s.schedule)
		}
		s.from, _ = l.date(HoursFile, r, "valid_from")
		if r.cells["valid_to"] != "" {
			if to, ok := l.date(HoursFile, r, "valid_to"); ok {
				s.to = to
			}
		}
		if s.to < s.from {
			l.problem(HoursFile, r.line, "let valid_to be valid_from or later", "ends before it begins")
		}
		s.days = l.weekdays(r)
		opens, closes := l.timeOfDay(r, "opens"), l.timeOfDay(r, "closes")
		s.span = span{int64(opens) * int64(time.Minute), int64(closes) * int64(time.Minute)}
		if len(l.problems) == before && opens >= closes {
			l.problem(HoursFile, r.line, "let closes be after opens", "closes at %s, but opens at %s", closes, opens)
		}
		if len(l.problems) > before {
			continue
		}
		for _, o := range shifts {
			if o.schedule == s.schedule && o.from <= s.to && s.from <= o.to && o.sharesDay(s) &&
				o.span.opens < s.span.closes && s.span.opens < o.span.closes {
				l.problem(HoursFile, s.line, "end the older row by valid_to, or change the hours", "overlaps line %d", o.line)
			}
		}
		shifts = append(shifts, s)
	}
	return shifts
}

func (s shift) sharesDay(o shift) bool {
	for i := range s.days {
		if s.days[i] && o.days[i] {
			return true
		}
	}
	return false
}

func (l *loader) timeOfDay(r row, column string) TimeOfDay {
	t, err := ParseTimeOfDay(r.cells[column])
	if err != nil || t == 0 {
		l.problem(HoursFile, r.line, "write it as 07:00", "%s %q is no time of day", column, r.cells[column])
	}
	return t
}

// weekdays reads "mon-fri" or "sat".
func (l *loader) weekdays(r row) (days [7]bool) {
	first, last, isRange := strings.Cut(r.cells["days"], "-")
	if !isRange {
		last = first
	}
	from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
	if to == 0 { // a week ends on Sunday
		to = 7
	}
	if from == 0 && !isRange {
		from = 7
	}
	if from < 0 || to < from || from == 0 {
		l.problem(HoursFile, r.line, "write mon-fri, or sat, within a week from mon to sun", "days %q are no days", r.cells["days"])
		return days
	}
	for i := from; i <= to; i++ {
		days[i%7] = true
	}
	return days
}

// daysOff is what calendar.csv says.
type daysOff struct {
	special map[dayNumber]special
	line    map[dayNumber]int
	order   []dayNumber
	from    dayNumber
	until   dayNumber
}

func (l *loader) days(fsys fs.FS) daysOff {
	days := daysOff{special: map[dayNumber]special{}, line: map[dayNumber]int{}}
	var previous dayNumber
	untilLine, holidays := 0, map[int]bool{}
	rows := l.rows(fsys, DaysFile, daysHeader)
	for i, r := range rows {
		d, ok := l.date(DaysFile, r, "date")
		if !ok {
			continue
		}
		if i > 0 && d < previous {
			l.problem(DaysFile, r.line, "sort the rows by date", "%s stands after %s", d, previous)
		}
		previous = max(previous, d)
		if r.cells["kind"] == publishedKind {
			if untilLine > 0 {
				l.problem(DaysFile, r.line, "keep the later one", "line %d already says until when the calendar is published", untilLine)
			}
			days.until, untilLine = d, r.line
			continue
		}
		if first, twice := days.line[d]; twice {
			l.problem(DaysFile, r.line, "keep one row for a day", "%s stands on line %d already", d, first)
			continue
		}
		s := special{day: d, kind: Kind(r.cells["kind"]), name: r.cells["name"]}
		switch s.kind {
		case Holiday:
			holidays[d.at(0).Year()] = true
		case Compensatory:
		case Swapped, MakeUp:
			if r.cells["pair"] == "" {
				l.problem(DaysFile, r.line, "write the other day of the swap as its pair", "%s has no pair", d)
			} else {
				s.pair, _ = l.date(DaysFile, r, "pair")
			}
		default:
			l.problem(DaysFile, r.line, "use holiday, compensatory, swapped, work or published", "there is no kind %q", r.cells["kind"])
		}
		if s.pair == 0 && r.cells["pair"] != "" && (s.kind == Holiday || s.kind == Compensatory) {
			l.problem(DaysFile, r.line, "leave pair empty", "only swapped and work days have a pair")
		}
		if s.name == "" {
			l.problem(DaysFile, r.line, "name it as people will read it", "%s has no name", d)
		}
		days.special[d], days.line[d] = s, r.line
		days.order = append(days.order, d)
	}
	if len(rows) == 0 {
		return days
	}
	if len(days.order) == 0 || untilLine == 0 {
		l.problem(DaysFile, rows[len(rows)-1].line, "add the row: 2026-12-31,published,,,announced,<the notice>",
			"does not say until when it is published")
		return days
	}
	l.pairs(days)
	first, _ := parseDay(fmt.Sprintf("%04d-01-01", days.order[0].at(0).Year()))
	days.from = first
	for year := first.at(0).Year(); year <= days.until.at(0).Year(); year++ {
		if !holidays[year] {
			l.problem(DaysFile, untilLine, fmt.Sprintf("add the days off of %d, or publish until an earlier day", year),
				"is published until %s, but has no holiday in %d", days.until, year)
		}
	}
	if days.until < days.from {
		l.problem(DaysFile, untilLine, "write the last day of the last complete year", "is published until %s, before its first row", days.until)
	}
	return days
}

// pairs holds both days of a swap to each other.
func (l *loader) pairs(days daysOff) {
	for _, d := range days.order {
		s := days.special[d]
		if s.pair == 0 {
			continue
		}
		want := MakeUp
		if s.kind == MakeUp {
			want = Swapped
		}
		other, ok := days.special[s.pair]
		switch {
		case !ok || other.kind != want:
			l.problem(DaysFile, days.line[d], fmt.Sprintf("add the row of kind %s for %s", want, s.pair),
				"%s is swapped with %s, which is not of kind %s", d, s.pair, want)
		case other.pair != d:
			l.problem(DaysFile, days.line[d], "let each name the other",
				"%s is swapped with %s, but that is swapped with %s", d, s.pair, other.pair)
		}
	}
}

// versions holds each schedule to have hours on every day from its first row
// on, and the default schedule over the whole calendar.
func (l *loader) versions(shifts []shift, days daysOff) {
	if len(shifts) == 0 {
		return // said already, or every row was refused
	}
	begins := map[string]dayNumber{}
	for _, name := range scheduleNames(shifts) {
		var own []shift
		for _, s := range shifts {
			if s.schedule == name {
				own = append(own, s)
			}
		}
		sort.SliceStable(own, func(i, j int) bool { return own[i].from < own[j].from })
		begins[name] = own[0].from
		until, line := own[0].to, own[0].line
		for _, s := range own[1:] {
			if s.from > until+1 {
				l.problem(HoursFile, s.line, fmt.Sprintf("let it begin on %s", until+1),
					"schedule %s has no hours from %s to %s", name, until+1, s.from-1)
			}
			if s.to > until {
				until, line = s.to, s.line
			}
		}
		if until != never {
			l.problem(HoursFile, line, "leave valid_to empty in the last row", "schedule %s ends on %s", name, until)
		}
	}
	begin, ok := begins[Default]
	switch {
	case !ok:
		l.problem(HoursFile, shifts[0].line, "add rows of the schedule default", "there is no schedule %s", Default)
	case len(days.order) > 0 && begin > days.from:
		l.problem(HoursFile, shifts[0].line, fmt.Sprintf("let its first row begin on %s or before", days.from),
			"schedule %s begins on %s, after the calendar", Default, begin)
	}
}

func scheduleNames(shifts []shift) (names []string) {
	for _, s := range shifts {
		if !slices.Contains(names, s.schedule) {
			names = append(names, s.schedule)
		}
	}
	return names
}

func (l *loader) calendar(shifts []shift, days daysOff) *Calendar {
	c := &Calendar{tables: map[string]*table{}, special: days.special, from: days.from, until: days.until}
	first, end := days.from, days.until+1
	for _, d := range days.order {
		end = max(end, d+1)
	}
	for _, s := range shifts {
		first, end = min(first, s.from), max(end, s.from+1)
		if s.to != never {
			end = max(end, s.to+2)
		}
	}
	for _, name := range scheduleNames(shifts) {
		begin := never
		for _, s := range shifts {
			if s.schedule == name {
				begin = min(begin, s.from)
			}
		}
		// Before its first row a schedule is taken to have been the same.
		pattern := func(d dayNumber) [7]hours { return patternOn(shifts, name, max(d, begin)) }
		list := make([]hours, 0, end-first)
		for d := first; d < end; d++ {
			week := pattern(d)
			h := week[d.weekday()]
			switch s := days.special[d]; s.kind {
			case Holiday, Compensatory, Swapped:
				h = nil
			case MakeUp: // by the hours of the day that it makes up for
				h = week[s.pair.weekday()]
			}
			list = append(list, h)
		}
		c.tables[name] = newTable(first, list, pattern(first), pattern(end))
	}
	c.table = c.tables[Default]
	return c
}

// patternOn gives the weekly pattern of a schedule that is valid on a day.
func patternOn(shifts []shift, schedule string, d dayNumber) (pattern [7]hours) {
	for _, s := range shifts {
		if s.schedule != schedule || d < s.from || d > s.to {
			continue
		}
		for i := range pattern {
			if s.days[i] {
				pattern[i] = append(pattern[i], s.span)
			}
		}
	}
	for _, h := range pattern {
		sort.Slice(h, func(i, j int) bool { return h[i].opens < h[j].opens })
	}
	return pattern
}

// works holds the rows to the default schedule: who swaps a day off for a day
// off, or makes up on a day that works anyway, has slipped in the date.
func (l *loader) works(shifts []shift, days daysOff) {
	for _, d := range days.order {
		s := days.special[d]
		works := len(patternOn(shifts, Default, max(d, days.from))[d.weekday()]) > 0
		switch {
		case s.kind == MakeUp && works:
			l.problem(DaysFile, days.line[d], "write a weekend day", "%s is to make up for %s, but offices open on that day anyway", d, s.pair)
		case (s.kind == Swapped || s.kind == Compensatory) && !works:
			l.problem(DaysFile, days.line[d], "write a day of the working week", "%s is %s, but offices are closed on that day anyway", d, s.kind)
		}
	}
}
