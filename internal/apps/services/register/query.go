package register

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"benso/internal/core/cases"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Days is a period by its first and its last day, as 2026-11-23; each may be open.
type Days struct{ From, To string }

// period is from the beginning of the first day to the end of the last.
func (d Days) period() cases.Period {
	var p cases.Period
	if t, err := time.ParseInLocation(time.DateOnly, d.From, clock.Zone); err == nil {
		p.From = t
	}
	if t, err := time.ParseInLocation(time.DateOnly, d.To, clock.Zone); err == nil {
		p.To = t.AddDate(0, 0, 1)
	}
	return p
}

// Query is what an address of the register asks for. Its zero value asks for
// everything, the newest first.
type Query struct {
	Words     string
	State     string // open or closed
	Step      string
	Procedure string // a code, or words of the name
	Field     string
	Channel   string
	Outcome   string
	Timing    string // late or timely
	Who       string // mine, nobody, or an account
	Commune   string // id of a unit
	Filed     Days
	Accepted  Days
	Resolved  Days
	Sort      string
	Page      int
}

// Words of addresses, and what they say in code.
var (
	states   = map[string]cases.State{"mo": "", "dong": cases.Closed}
	timings  = map[string]cases.Timing{"tre": cases.Late, "dung": cases.Timely}
	sorts    = map[string]cases.Order{"": cases.Newest, "cu": cases.Oldest, "han": cases.ByDue}
	outcomes = []string{"granted", "refused", "withdrawn"}
)

// Values of Who that are no account.
const (
	whoMine   = "toi"
	whoNobody = "khong"
)

// longest is how many letters a part of an address may have.
const longest = 200

// part is one parameter of an address and where it is kept.
type part struct {
	name string
	at   *string
}

// parts are the parameters in the order in which an address has them. Whoever reads
// or writes one does it by this list, so none is forgotten.
func (q *Query) parts() []part {
	return []part{
		{"q", &q.Words}, {"trang-thai", &q.State}, {"buoc", &q.Step}, {"thu-tuc", &q.Procedure}, {"linh-vuc", &q.Field}, {"kenh", &q.Channel}, {"ket-qua", &q.Outcome},
		{"han", &q.Timing}, {"giu", &q.Who}, {"xa", &q.Commune}, {"nop-tu", &q.Filed.From}, {"nop-den", &q.Filed.To}, {"tiep-tu", &q.Accepted.From}, {"tiep-den", &q.Accepted.To},
		{"xong-tu", &q.Resolved.From}, {"xong-den", &q.Resolved.To}, {"xep", &q.Sort},
	}
}

func (q *Query) days() []part {
	return slices.DeleteFunc(q.parts(), func(p part) bool {
		return !strings.HasSuffix(p.name, "-tu") && !strings.HasSuffix(p.name, "-den")
	})
}

// parse reads an address. What it does not know it leaves out, so that an old
// address still opens; a day that is none is a fault at its field.
func parse(v url.Values) (Query, []fault.Field) {
	var q Query
	for _, p := range q.parts() {
		text := strings.TrimSpace(v.Get(p.name))
		if utf8.RuneCountInString(text) <= longest {
			*p.at = text
		}
	}
	known := func(at *string, ok bool) {
		if !ok {
			*at = ""
		}
	}
	_, state := states[q.State]
	_, timing := timings[q.Timing]
	_, sort := sorts[q.Sort]
	known(&q.State, state)
	known(&q.Timing, timing)
	known(&q.Sort, sort)
	known(&q.Outcome, slices.Contains(outcomes, q.Outcome))
	known(&q.Channel, slices.Contains([]string{"online", "counter"}, q.Channel))
	var wrong []fault.Field
	for _, p := range q.days() {
		day, ok := readDay(*p.at)
		if !ok {
			wrong = append(wrong, fault.Field{Name: p.name, Key: "register.day_invalid", Args: []any{"day", *p.at}})
		}
		*p.at = day
	}
	if n, err := strconv.Atoi(v.Get("trang")); err == nil && n > 1 {
		q.Page = min(n, 1_000_000)
	}
	return q, wrong
}

// readDay reads 2026-11-23, as addresses have it, and 23/11/2026, as people type it.
func readDay(text string) (string, bool) {
	if text == "" {
		return "", true
	}
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1900 && t.Year() < 10000 {
			return t.Format(time.DateOnly), true
		}
	}
	return "", false
}

// text writes the query as an address has it, without the page: the one form under
// which it is kept and journaled.
func (q Query) text() string {
	var b strings.Builder
	for _, p := range q.parts() {
		if *p.at != "" {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(p.name + "=" + url.QueryEscape(*p.at))
		}
	}
	return b.String()
}

// digest names what was asked in the journal, where words may be somebody's name.
func (q Query) digest() string { return database.Digest(q.text()) }

// at is the address of the query under a path.
func (q Query) at(path string) string {
	text := q.text()
	if q.Page > 1 {
		if text != "" {
			text += "&"
		}
		text += "trang=" + strconv.Itoa(q.Page)
	}
	if text == "" {
		return path
	}
	return path + "?" + text
}

// plain says whether nothing is asked for.
func (q Query) plain() bool {
	q.Sort = ""
	return q.text() == ""
}

// filter is the query's predicate, all but what needs the catalogue or the tree of
// units: the scope, the procedures and the commune.
func (q Query) filter(account string, now time.Time) cases.Filter {
	f := cases.Filter{State: cases.Every, Step: q.Step, Channel: q.Channel, Outcome: q.Outcome, Timing: timings[q.Timing], Now: now, Words: q.Words,
		Opened: q.Filed.period(), Accepted: q.Accepted.period(), Resolved: q.Resolved.period(), Order: sorts[q.Sort]}
	if state, ok := states[q.State]; ok {
		f.State = state
	}
	switch q.Who {
	case "":
	case whoMine:
		f.Assignee = account
	case whoNobody:
		f.Unassigned = true
	default:
		f.Assignee = q.Who
	}
	return f
}

// Restated gives a view that asks for a commune of today where it asked for one that
// ended; to gives the one in its place.
func (v View) Restated(to func(commune string) (string, bool)) View {
	asked, err := url.ParseQuery(v.Query)
	if err != nil {
		return v
	}
	q, _ := parse(asked)
	if next, ok := to(q.Commune); ok && q.Commune != "" && next != q.Commune {
		q.Commune = next
		v.Query = q.text()
	}
	return v
}
