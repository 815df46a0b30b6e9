package targets_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

var noon = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) // 12:00 in Vietnam

// record is what the fake source counts: facts that are written once.
type record struct {
	id, path, channel, subject string
	filed, resolved, undone    time.Time
	late                       bool
}

// fake counts records in memory.
type fake struct {
	mu      sync.Mutex
	records []record
	looks   atomic.Int64
	fail    error
}

func (f *fake) add(r ...record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.records = append(f.records, r...)
	slices.SortFunc(f.records, func(a, b record) int { return cmp.Compare(a.id, b.id) })
}

// change does something to one record.
func (f *fake) change(id string, fn func(*record)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.records {
		if f.records[i].id == id {
			fn(&f.records[i])
		}
	}
}

func (f *fake) Measures() []string {
	return []string{"dossiers.online", "dossiers.on_time", "dossiers.by_channel", "something.else"}
}

func (f *fake) Rule(measure string) (targets.Rule, bool) {
	switch measure {
	case "dossiers.online":
		return targets.Rule{Fact: "filed", Hit: []string{"online"}}, true
	case "dossiers.on_time":
		return targets.Rule{Fact: "resolved", Of: []string{"day", "late"}, Hit: []string{"day"}}, true
	}
	return targets.Rule{Fact: "filed"}, true
}

func (r record) facts() []targets.Fact {
	f := targets.Fact{Record: r.id, Fact: "filed", N: 1, Month: targets.MonthOf(r.filed), Unit: strings.Split(r.path, "/")[1], Channel: r.channel, Subject: r.subject, Class: r.channel, At: r.filed}
	all := []targets.Fact{f}
	if !r.undone.IsZero() {
		f.N, f.At = -1, r.undone
		all = append(all, f)
	}
	if !r.resolved.IsZero() {
		f.N, f.Fact, f.Month, f.At, f.Class = 1, "resolved", targets.MonthOf(r.resolved), r.resolved, "day"
		if r.late {
			f.Class = "late"
		}
		all = append(all, f)
	}
	return all
}

func (f *fake) FactsOf(_ context.Context, _ database.Querier, within access.Scope, ids []string) (all []targets.Fact, err error) {
	f.looks.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.records {
		if within.Contains(r.path) && slices.Contains(ids, r.id) {
			all = append(all, r.facts()...)
		}
	}
	return all, f.fail
}

func (f *fake) After(_ context.Context, _ database.Querier, id string, limit int) (ids []string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.records {
		if r.id > id && len(ids) < limit {
			ids = append(ids, r.id)
		}
	}
	return ids, f.fail
}

func (f *fake) Recount(_ context.Context, _ *database.DB, within access.Scope) ([]targets.Tally, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	cells := targets.Cells{}
	for _, r := range f.records {
		if within.Contains(r.path) {
			for _, x := range r.facts() {
				cells.Add(x)
			}
		}
	}
	return cells.Tallies(), f.fail
}

func (f *fake) counted(q targets.Question, r record) (in, hit bool) {
	happened := func(t time.Time) bool { return !t.IsZero() && !t.Before(q.From) && !t.After(q.AsOf) }
	if !q.Within.Contains(r.path) {
		return false, false
	}
	if q.Measure == "dossiers.on_time" {
		return happened(r.resolved), happened(r.resolved) && !r.late
	}
	in = happened(r.filed) && (r.undone.IsZero() || r.undone.After(q.KnownBy()))
	return in, q.Measure != "dossiers.online" || r.channel == "online"
}

func (f *fake) Count(_ context.Context, _ database.Querier, q targets.Question) (c targets.Count, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.records {
		if in, hit := f.counted(q, r); in {
			n := int64(0)
			if hit {
				n = 1
			}
			c.Add(n, 1, map[targets.Axis]string{targets.ByUnit: strings.Split(r.path, "/")[1], targets.ByChannel: r.channel, targets.BySubject: r.subject})
		}
	}
	return c, f.fail
}

func (f *fake) Open(_ context.Context, _ database.Querier, q targets.Question, scope access.Scope, part targets.Part, page targets.Page) (targets.Records, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := targets.Records{Columns: []targets.Column{{Key: "board.record", Kind: targets.Code}, {Key: "board.filed", Kind: targets.Instant}}}
	for _, r := range f.records {
		in, hit := f.counted(q, r)
		if !in || part == targets.Numerator && !hit || part == targets.Rest && hit {
			continue
		}
		if !scope.Contains(r.path) {
			out.Outside++
			continue
		}
		if int(out.Within) >= page.Offset && len(out.Rows) < page.Limit {
			out.Rows = append(out.Rows, targets.Row{ID: r.id, Values: []targets.Value{{Text: r.id}, {At: r.filed}}})
		}
		out.Within++
	}
	return out, nil
}

const (
	here  = "86/28756-2025/ubnd-28756-2025/"
	there = "86/28789-2025/ubnd-28789-2025/"
)

func someRecords() []record {
	at := func(h int) time.Time { return noon.Add(time.Duration(h-100) * time.Hour) }
	return []record{
		{id: "a", path: here, channel: "online", subject: "1.001193", filed: at(1), resolved: at(3)},
		{id: "b", path: here, channel: "counter", subject: "1.001193", filed: at(2), resolved: at(40), late: true},
		{id: "c", path: there, channel: "online", subject: "1.001193", filed: at(5)},
		{id: "d", path: there, channel: "post", subject: "2.000942", filed: at(6), resolved: at(7)},
		{id: "e", path: "91/1/a/", channel: "online", subject: "1.001193", filed: at(6)}, // another province's
	}
}

func newRoom(t testing.TB, db *database.DB, c clock.Clock, sources ...targets.Source) *targets.Room {
	t.Helper()
	room, err := targets.New(db, c, bentre(t), sources...)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func standing(t testing.TB, room *targets.Room, id string) targets.Standing {
	t.Helper()
	s, err := room.Standing(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ids(rows []targets.Row) string {
	var all []string
	for _, r := range rows {
		all = append(all, r.ID)
	}
	return strings.Join(all, " ")
}
