package targets_test

import (
	"context"
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
	filed, resolved            time.Time
	late                       bool
}

// fake counts records in memory. hide makes it miss records, as a source does
// that counts while an act is being written.
type fake struct {
	mu      sync.Mutex
	records []record
	counts  atomic.Int64
	hide    atomic.Bool
	fail    error
}

func (f *fake) add(r ...record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.records = append(f.records, r...)
}

func (f *fake) Measures() []string {
	return []string{"dossiers.online", "dossiers.on_time", "dossiers.by_channel", "something.else"}
}

func (f *fake) counted(q targets.Question, r record) (in, hit bool) {
	if !q.Within.Contains(r.path) || r.filed.After(q.AsOf) {
		return false, false
	}
	switch q.Measure {
	case "dossiers.online":
		return true, r.channel == "online"
	case "dossiers.on_time":
		done := !r.resolved.IsZero() && !r.resolved.After(q.AsOf)
		return done, done && !r.late
	}
	return true, true
}

func (f *fake) Count(_ context.Context, _ database.Querier, q targets.Question) (targets.Count, error) {
	f.counts.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	var c targets.Count
	at := map[targets.Cell]int{}
	for i, r := range f.records {
		in, hit := f.counted(q, r)
		if !in || f.hide.Load() && i == 0 {
			continue
		}
		key := targets.Cell{Unit: targets.UnitOf(r.path), Channel: r.channel, Subject: r.subject}
		j, known := at[key]
		if !known {
			j = len(c.Cells)
			at[key], c.Cells = j, append(c.Cells, key)
		}
		c.Denominator++
		c.Cells[j].Denominator++
		if hit {
			c.Numerator++
			c.Cells[j].Numerator++
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
