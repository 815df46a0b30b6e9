package targets_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/event"
	"benso/internal/kernel/fault"
)

func TestLineIsMeasuredReportedOrNotMeasured(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		source := &fake{}
		source.add(someRecords()...)
		room := newRoom(t, db, clock.NewFake(noon), source)

		before := standing(t, room, "G1.dossiers")
		if before.State != targets.Published || before.Headline == nil || before.Value.String() != "0.7593" {
			t.Errorf("before the first counting the line is %s, %v", before.State, before.Value)
		}
		if err := room.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := standing(t, room, "G1.dossiers")
		if s.State != targets.Measured || s.Value.String() != "0.5000" || s.Headline != nil || !s.AsOf().Equal(noon) {
			t.Errorf("2 of 4 filed online: the line is %s, %v, as of %s", s.State, s.Value, s.AsOf())
		}
		if f, _ := s.Figure("dossiers.on_time"); f.Value.String() != "0.6667" || f.Reading.Numerator != 2 || f.Reading.Denominator != 3 {
			t.Errorf("2 of 3 on time: %+v", f)
		}
		if f, _ := s.Figure("dossiers.by_channel"); f.Unit != targets.Total || f.Value.String() != "4" {
			t.Errorf("4 dossiers by channel: %+v", f)
		}
		f, _ := s.Figure("dossiers.by_channel")
		want := []targets.Cell{{Key: "counter", Numerator: 1, Denominator: 1}, {Key: "online", Numerator: 2, Denominator: 2}, {Key: "post", Numerator: 1, Denominator: 1}}
		if d := cmp.Diff(want, f.Reading.By[targets.ByChannel]); d != "" {
			t.Error(d)
		}
		if g1 := standing(t, room, "G1"); g1.State != targets.Published || g1.Value.String() != "0.6719" || g1.Measures[0].Reason != targets.NoSource {
			t.Errorf("no source counts services, and the published figure stands: %s %v", g1.State, g1.Value)
		}
		for id, want := range map[string]targets.Reason{"G3": targets.NoSource, "S1": targets.NoSource, "S3": targets.NotDeclared, "D2": targets.NotDeclared, "G2.district": targets.Ended} {
			if s := standing(t, room, id); s.State != targets.NotMeasured || s.Reason != want || s.Value != nil {
				t.Errorf("%s is %s (%s), value %v", id, s.State, s.Reason, s.Value)
			}
		}
		if s := standing(t, room, "G6a"); s.State != targets.Published || s.Value.String() != "51" || s.Verdict(s.Line.Milestones[0]) != targets.Unknown {
			t.Errorf("a published rank decides nothing: %+v", s)
		}
		if _, err := room.Standing(t.Context(), "G9"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a line that is not there: %v", err)
		}
	})
}

func TestNothingCountedIsNoValueAndNotZero(t *testing.T) {
	room := newRoom(t, databasetest.SQLite(t), clock.NewFake(noon), &fake{})
	if err := room.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := standing(t, room, "G1.dossiers")
	if s.State != targets.Measured || s.Value != nil || s.Reason != targets.NoRecords {
		t.Errorf("0 of 0 is %v (%s, %s)", s.Value, s.State, s.Reason)
	}
	if f, _ := s.Figure("dossiers.by_channel"); f.Value == nil || f.Value.String() != "0" {
		t.Errorf("no dossiers at all are zero dossiers: %v", f.Value)
	}
}

func TestMilestoneJudgesOnlyItsOwnUnit(t *testing.T) {
	v := func(units int64, scale uint8) *decimal.Decimal { d := decimal.New(units, scale); return &d }
	m := func(op targets.Op, value *decimal.Decimal, unit targets.Unit) targets.Milestone {
		return targets.Milestone{Op: op, Value: *value, Unit: unit}
	}
	for _, c := range []struct {
		m     targets.Milestone
		value *decimal.Decimal
		unit  targets.Unit
		want  targets.Verdict
	}{
		{m(targets.AtLeast, v(9, 1), targets.Share), v(9000, 4), targets.Share, targets.Met},
		{m(targets.AtLeast, v(9, 1), targets.Share), v(8999, 4), targets.Share, targets.NotMet},
		{m(targets.Over, v(8, 1), targets.Share), v(8000, 4), targets.Share, targets.NotMet},
		{m(targets.Over, v(8, 1), targets.Share), v(8001, 4), targets.Share, targets.Met},
		{m(targets.AtMost, v(30, 0), targets.Rank), v(30, 0), targets.Rank, targets.Met},
		{m(targets.AtMost, v(30, 0), targets.Rank), v(31, 0), targets.Rank, targets.NotMet},
		{m(targets.AtMost, v(30, 0), targets.Rank), v(5, 1), targets.Share, targets.Unknown},
		{m(targets.AtLeast, v(9, 1), targets.Share), nil, targets.Share, targets.Unknown},
		{m(targets.Words, v(0, 0), ""), v(1, 0), "", targets.Unknown},
	} {
		if got := c.m.Judge(c.value, c.unit); got != c.want {
			t.Errorf("%v against %s %v: %d, want %d", c.value, c.m.Op, c.m.Value, got, c.want)
		}
	}
	l := targets.Line{Milestones: []targets.Milestone{{By: "2025-12-31"}, {By: "2030-12-31"}}}
	for on, want := range map[database.Date]database.Date{"2025-12-31": "2025-12-31", "2026-01-01": "2030-12-31", "2031-01-01": "2030-12-31"} {
		if got, ok := l.Current(on); !ok || got.By != want {
			t.Errorf("on %s the milestone of %s counts", on, got.By)
		}
	}
}

// TestIncrementsAreWhatARecountMakes is the law that lets a number be defended:
// whatever happened, in whatever order it was heard of and however often, the kept
// numbers are those that the records make.
func TestIncrementsAreWhatARecountMakes(t *testing.T) {
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		return noon.Add(-time.Duration(rapid.IntRange(0, 5000).Draw(t, "hour")) * time.Hour)
	})
	one := rapid.Custom(func(t *rapid.T) record {
		r := record{
			path:    rapid.SampledFrom([]string{here, there, "83/829/x/", "91/1/a/"}).Draw(t, "path"),
			channel: rapid.SampledFrom([]string{"online", "counter", "post"}).Draw(t, "channel"), subject: rapid.SampledFrom([]string{"1.001193", "2.000942"}).Draw(t, "subject"),
			filed: instant.Draw(t, "filed"), late: rapid.Bool().Draw(t, "late"),
		}
		after := func(what string) time.Time {
			return r.filed.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, what)) * time.Hour)
		}
		switch rapid.IntRange(0, 3).Draw(t, "end") {
		case 0:
			r.undone = after("undone")
		case 1:
			r.resolved = after("resolved")
		}
		return r
	})
	type story struct {
		records []record
		before  int // so many were there before facts were kept
		told    []record
	}
	stories := rapid.Custom(func(t *rapid.T) story {
		s := story{records: rapid.SliceOfN(one, 0, 12).Draw(t, "records")}
		for i := range s.records {
			s.records[i].id = string(rune('a' + i))
		}
		s.before = rapid.IntRange(0, len(s.records)).Draw(t, "there before")
		s.told = rapid.Permutation(append(slices.Clone(s.records), s.records...)).Draw(t, "told")
		return s
	})
	check := func(t *testing.T, rt failer, db *database.DB, it story) {
		empty(t, db)
		source := &fake{}
		now := clock.NewFake(noon.AddDate(0, 0, 100))
		room := newRoom(t, db, now, source)
		source.add(it.records[:it.before]...)
		if err := room.Refresh(t.Context()); err != nil { // what was there before is caught up with
			rt.Fatal(err)
		}
		for _, r := range it.records[it.before:] { // the others are filed first, and end later
			first := r
			first.undone, first.resolved = time.Time{}, time.Time{}
			source.add(first)
			tell(t, db, room, r.id)
			source.change(r.id, func(x *record) { *x = r })
		}
		for _, r := range it.told {
			tell(t, db, room, r.id)
		}
		found, err := room.Recount(t.Context())
		if err != nil || len(found.Differences) > 0 {
			rt.Fatalf("%v, %+v", err, found)
		}
		room = newRoom(t, db, now, source) // its first counting need not wait
		if err := room.Refresh(t.Context()); err != nil {
			rt.Fatal(err)
		}
		s, err := room.Snapshot(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		for _, id := range source.Measures()[:3] {
			m, _ := bentre(t).Measure(id)
			r, ok := s.Reading(m, targets.Span{From: "2026-01", To: targets.MonthOf(now.Now())})
			if !ok {
				rt.Fatalf("%s was never counted", id)
			}
			fromRecords, err := room.Count(t.Context(), id, r.From, r.AsOf)
			if err != nil {
				rt.Fatal(err)
			}
			if d := cmp.Diff(fromRecords, r.Count, cmpopts.EquateEmpty()); d != "" {
				rt.Fatalf("%s: %s", id, d)
			}
			opens(t, rt, room, r)
		}
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if db.Dialect() == database.SQLite {
			rapid.Check(t, func(rt *rapid.T) { check(t, rt, db, stories.Draw(rt, "story")) })
			return
		}
		for seed := range 10 {
			check(t, t, db, stories.Example(seed))
		}
	})
}

// failer is a test, or one run of a property.
type failer interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// empty takes everything out of the tables of the room.
func empty(t testing.TB, db *database.DB) {
	t.Helper()
	write(t, db, func(ctx context.Context, tx *database.Tx) error {
		drop := []string{`DROP TRIGGER facts_no_delete ON facts`, `DROP TRIGGER readings_no_delete ON readings`}
		back := []string{`CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts FOR EACH STATEMENT EXECUTE FUNCTION facts_are_write_once()`, `CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings FOR EACH ROW WHEN (OLD.sealed) EXECUTE FUNCTION sealed_readings_stay()`}
		if tx.Dialect() == database.SQLite {
			drop = []string{`DROP TRIGGER facts_no_delete`, `DROP TRIGGER readings_no_delete`}
			back = []string{`CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts are write-once'); END`, `CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings WHEN OLD.sealed BEGIN SELECT RAISE(ABORT, 'a sealed reading never changes'); END`}
		}
		for _, q := range slices.Concat(drop, []string{`DELETE FROM facts`, `DELETE FROM tallies`, `DELETE FROM tallying`, `DELETE FROM readings`}, back) {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
}

func write(t testing.TB, db *database.DB, fn func(ctx context.Context, tx *database.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// tell has the room hear that something happened to records.
func tell(t testing.TB, db *database.DB, room *targets.Room, records ...string) {
	t.Helper()
	write(t, db, func(ctx context.Context, tx *database.Tx) error { return room.Keep(ctx, tx, records) })
}

// opens walks the pages of each part of a number, in a scope: they hold what was
// counted there, each record once, and the rest is said to be outside.
func opens(t *testing.T, rt failer, room *targets.Room, reading targets.Reading) {
	for _, part := range []targets.Part{targets.Numerator, targets.Denominator, targets.Rest} {
		for _, scope := range []access.Scope{{}, access.Within("86/28756-2025/"), access.Within("86/", "83/")} {
			var seen int64
			for page := (targets.Page{Limit: 3}); ; page.Offset += page.Limit {
				o, err := room.Open(t.Context(), reading, scope, part, page)
				if err != nil {
					rt.Fatal(err)
				}
				seen += int64(len(o.Rows))
				if o.Total() != reading.Of(part) {
					rt.Fatalf("%d within and %d outside are not %d", o.Within, o.Outside, reading.Of(part))
				}
				if len(o.Rows) == 0 {
					if seen != o.Within || scope.Empty() && seen > 0 {
						rt.Fatalf("the pages of %s show %d records of %d in %s", part, seen, o.Within, scope)
					}
					break
				}
			}
		}
	}
}

func TestCountThatIsNotWholeIsRefused(t *testing.T) {
	by := func(n, d int64) map[targets.Axis][]targets.Cell {
		return map[targets.Axis][]targets.Cell{targets.BySubject: {{Key: "x", Numerator: n, Denominator: d}}}
	}
	for name, c := range map[string]targets.Count{
		"cells that make less": {Numerator: 1, Denominator: 2, By: by(1, 1)},
		"more than all":        {Numerator: 2, Denominator: 1},
		"less than nothing":    {Numerator: -1, Denominator: 1},
		"a cell of too much":   {Numerator: 1, Denominator: 1, By: by(2, 1)},
	} {
		room := newRoom(t, databasetest.SQLite(t), clock.NewFake(noon), says{c})
		if _, err := room.Count(t.Context(), "services.full", time.Time{}, noon); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if err := room.Refresh(t.Context()); err == nil {
			t.Errorf("%s: kept", name)
		}
		if s := standing(t, room, "G1"); s.Measures[0].Reading != nil {
			t.Errorf("%s: a reading was kept", name)
		}
	}
	if _, err := targets.New(nil, nil, bentre(t), says{}, says{}); err == nil || !strings.Contains(err.Error(), "two sources") {
		t.Errorf("two sources for one measure: %v", err)
	}
}

// says gives one count of the services, whatever is asked.
type says struct{ c targets.Count }

func (says) Measures() []string { return []string{"services.full"} }

func (says) Rule(string) (targets.Rule, bool) { return targets.Rule{}, false }

func (s says) Count(context.Context, database.Querier, targets.Question) (targets.Count, error) {
	return s.c, nil
}

func (s says) Open(context.Context, database.Querier, targets.Question, access.Scope, targets.Part, targets.Page) (targets.Records, error) {
	return targets.Records{}, nil
}

func TestOneFailingSourceDoesNotHoldUpTheOthers(t *testing.T) {
	source := &fake{}
	source.add(someRecords()...)
	broken := &failing{}
	room := newRoom(t, databasetest.SQLite(t), clock.NewFake(noon), source, broken)
	if err := room.Refresh(t.Context()); !errors.Is(err, errBroken) {
		t.Errorf("the fault of a source is not told: %v", err)
	}
	if s := standing(t, room, "G1.dossiers"); s.State != targets.Measured {
		t.Errorf("the other source's line is %s", s.State)
	}
}

var errBroken = errors.New("broken")

type failing struct{ says }

func (*failing) Count(context.Context, database.Querier, targets.Question) (targets.Count, error) {
	return targets.Count{}, errBroken
}

func TestSealedReadingNeverChangesAndACorrectionStandsBesideIt(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		source := &fake{}
		source.add(someRecords()...)
		now := clock.NewFake(noon)
		november := func() []targets.Reading {
			t.Helper()
			room := newRoom(t, db, now, source) // a new room: its first counting need not wait
			if err := room.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			s, err := room.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return slices.DeleteFunc(s.Readings([]string{"dossiers.online"}), func(r targets.Reading) bool { return r.Month != "2026-11" })
		}
		room := newRoom(t, db, now, source)

		first := november()
		now.Advance(time.Hour)
		source.add(record{id: "f", path: here, channel: "online", subject: "1.001193", filed: noon})
		tell(t, db, room, "f")
		second := november()
		if len(second) != 1 || second[0].ID != first[0].ID || second[0].Numerator != 3 || second[0].Sealed || !second[0].AsOf.Equal(noon.Add(time.Hour)) {
			t.Errorf("a month has one reading until it is sealed: %+v", second)
		}

		now.Set(time.Date(2026, 11, 30, 17, 5, 0, 0, time.UTC)) // five minutes into December in Vietnam
		if open := november(); len(open) != 1 || open[0].Sealed {
			t.Errorf("sealed before what was done in the last minutes can have been counted: %+v", open)
		}
		now.Advance(10 * time.Minute)
		sealed := november()
		if len(sealed) != 1 || !sealed[0].Sealed || sealed[0].Digest == "" || sealed[0].FactsTo == 0 || !sealed[0].AsOf.Equal(time.Date(2026, 11, 30, 16, 59, 59, 999999000, time.UTC)) {
			t.Fatalf("the month that is over is not sealed: %+v", sealed)
		}
		for _, q := range []string{`UPDATE readings SET numerator = 0 WHERE id = $1`, `UPDATE readings SET sealed = NOT sealed WHERE id = $1`, `DELETE FROM readings WHERE id = $1`} {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.ExecContext(ctx, q, sealed[0].ID)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "a sealed reading never changes") {
				t.Errorf("%s: %v", q, err)
			}
		}
		for _, q := range []string{`UPDATE facts SET n = 1`, `DELETE FROM facts`} {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.ExecContext(ctx, q)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "facts are write-once") {
				t.Errorf("%s: %v", q, err)
			}
		}
		now.Advance(24 * time.Hour)
		if again := november(); len(again) != 1 || again[0].ID != sealed[0].ID {
			t.Errorf("nothing has changed, and there is another reading: %+v", again)
		}

		source.change("f", func(r *record) { r.undone = now.Now() }) // it turns out that it was none
		tell(t, db, room, "f")
		both := november()
		if len(both) != 2 || both[1].ID != sealed[0].ID || both[1].Numerator != 3 || both[0].Numerator != 2 || both[0].Corrects != sealed[0].ID || !both[0].Sealed {
			t.Errorf("the correction does not stand beside the sealed reading: %+v", both)
		}
		if found, err := room.Recount(t.Context()); err != nil || len(found.Differences) > 0 || found.Readings == 0 {
			t.Errorf("a corrected month does not bear a recount: %v, %+v", err, found)
		}
	})
}

// TestMonthIsNotSealedWhileActsWaitToBeCounted: what was done in it may be among them.
func TestMonthIsNotSealedWhileActsWaitToBeCounted(t *testing.T) {
	source := &fake{}
	source.add(someRecords()...)
	db, now := databasetest.SQLite(t), clock.NewFake(noon.AddDate(0, 1, 0))
	for _, settled := range []bool{false, true} {
		room := newRoom(t, db, now, source)
		room.Settled = func(context.Context, database.Querier) (bool, error) { return settled, nil }
		if err := room.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := room.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r := s.Series("dossiers.online", "2026-11"); len(r) != 1 || r[0].Sealed != settled {
			t.Errorf("settled %v: %+v", settled, r)
		}
	}
}

// TestRecountFindsWhatIsNotBorneOutByTheRecords breaks each kept number once.
func TestRecountFindsWhatIsNotBorneOutByTheRecords(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		source := &fake{}
		source.add(someRecords()...)
		now := clock.NewFake(noon.AddDate(0, 1, 0))
		room := newRoom(t, db, now, source)
		if err := room.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		differ := func() []targets.Difference {
			t.Helper()
			found, err := room.Recount(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return found.Differences
		}
		if d := differ(); len(d) > 0 {
			t.Fatalf("a sound board differs: %+v", d)
		}
		exec := func(q string) {
			write(t, db, func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.ExecContext(ctx, q)
				return err
			})
		}
		exec(`UPDATE tallies SET n = n + 1 WHERE axis = 'unit' AND key = '28756-2025' AND class = 'online'`)
		// The tally, and each sealed reading of filings, whose content it is part of.
		if d := differ(); len(d) != 3 || d[0].Kept != 2 || d[0].Recounted != 1 || d[0].Tally.Key != "28756-2025" {
			t.Errorf("a changed tally: %+v", d)
		}
		exec(`UPDATE tallies SET n = n - 1 WHERE axis = 'unit' AND key = '28756-2025' AND class = 'online'`)
		source.change("c", func(r *record) { r.channel = "post" })
		if d := differ(); len(d) == 0 {
			t.Error("a changed record is not found")
		}
		source.change("c", func(r *record) { r.channel = "online" })
		source.add(record{id: "x", path: here, channel: "online", subject: "1.001193", filed: noon})
		if d := differ(); len(d) == 0 {
			t.Error("a record that was never counted is not found")
		}
	})
}

// TestLineThatHasEndedKeepsItsLastValue: what is counted later is not its own.
func TestLineThatHasEndedKeepsItsLastValue(t *testing.T) {
	r := *bentre(t)
	r.Lines = slices.Clone(r.Lines)
	i := slices.IndexFunc(r.Lines, func(l targets.Line) bool { return l.ID == "G2.district" })
	r.Lines[i].Measures = []string{"dossiers.online"}
	source := &fake{}
	source.add(
		record{id: "a", path: here, channel: "online", filed: time.Date(2025, 6, 30, 16, 59, 0, 0, time.UTC)},
		record{id: "b", path: here, channel: "counter", filed: time.Date(2025, 6, 2, 2, 0, 0, 0, time.UTC)},
		record{id: "c", path: here, channel: "online", filed: time.Date(2025, 6, 30, 17, 1, 0, 0, time.UTC)}, // July in Vietnam
	)
	room, err := targets.New(databasetest.SQLite(t), clock.NewFake(noon), &r, source)
	if err != nil {
		t.Fatal(err)
	}
	if err := room.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := standing(t, room, "G2.district")
	if s.State != targets.Measured || s.Value == nil || s.Value.String() != "0.5000" || s.Measures[0].Reading.Month != "2025-06" || s.AsOf().After(time.Date(2025, 7, 1, 0, 0, 0, 0, clock.Zone)) {
		t.Errorf("the line of the districts stands at %v as of %s", s.Value, s.AsOf())
	}
}

// TestMidnightIsTheCountWithoutToday: what is broken down for everybody does not move
// with single acts.
func TestMidnightIsTheCountWithoutToday(t *testing.T) {
	source := &fake{}
	source.add(someRecords()...)
	source.add(record{id: "f", path: here, channel: "online", subject: "1.001193", filed: noon.Add(-time.Hour)})
	room := newRoom(t, databasetest.SQLite(t), clock.NewFake(noon), source)
	if err := room.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := room.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m, _ := bentre(t).Measure("dossiers.online")
	span := targets.Span{From: "2025-12", To: "2026-11"}
	now, ok := s.Reading(m, span)
	then := s.Midnight(m, span)
	if !ok || now.Numerator != 3 || now.Denominator != 5 || then.Numerator != 2 || then.Denominator != 4 {
		t.Errorf("now %d of %d, at midnight %d of %d", now.Numerator, now.Denominator, then.Numerator, then.Denominator)
	}
	want := []targets.Cell{{Key: "28756-2025", Numerator: 1, Denominator: 2}, {Key: "28789-2025", Numerator: 1, Denominator: 2}}
	if d := cmp.Diff(want, then.By[targets.ByUnit]); d != "" {
		t.Error(d)
	}
}

func TestCallsThatComeTogetherShareOneCountingASecond(t *testing.T) {
	source := &slow{began: make(chan struct{}, 1000), end: make(chan struct{})}
	close(source.end) // it is not slow
	room := newRoom(t, databasetest.SQLite(t), clock.NewFake(noon), source)
	began := time.Now()
	var all sync.WaitGroup
	for range 200 {
		all.Add(1)
		go func() {
			defer all.Done()
			time.Sleep(time.Duration(time.Now().UnixNano()%500) * time.Millisecond)
			if err := room.Refresh(t.Context()); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	took := time.Since(began)
	countings := source.counts.Load() / 2 // for the reading, and for the page
	if most := int64(took/time.Second) + 1; countings > most || countings < 1 {
		t.Errorf("%d countings in %s", countings, took)
	}
}

func TestCallerThatIsCalledOffLeavesTheCountingToOthers(t *testing.T) {
	source := &slow{began: make(chan struct{}, 9), end: make(chan struct{})}
	room := newRoom(t, databasetest.SQLite(t), clock.NewFake(noon), source)
	answer := func(ctx context.Context) chan error {
		c := make(chan error, 1)
		go func() { c <- room.Refresh(ctx) }()
		return c
	}
	busy := answer(t.Context())
	<-source.began // until it ends, the others wait for their turn
	gone, cancel := context.WithCancel(t.Context())
	first := answer(gone)
	time.Sleep(50 * time.Millisecond) // most likely the first one now leads and the second joins it
	second := answer(t.Context())
	time.Sleep(50 * time.Millisecond)
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who was called off heard %v", err)
	}
	close(source.end)
	if err := errors.Join(<-busy, <-second); err != nil {
		t.Errorf("the others heard %v", err)
	}
	if n := source.counts.Load(); n != 4 { // each time for the reading, and for the page
		t.Errorf("counted %d times, want four", n)
	}
}

// slow counts until it is told to end.
type slow struct {
	says
	counts     atomic.Int64
	began, end chan struct{}
}

func (s *slow) Count(context.Context, database.Querier, targets.Question) (targets.Count, error) {
	s.counts.Add(1)
	s.began <- struct{}{}
	<-s.end
	return targets.Count{}, nil
}

// TestNumberMovesWithinFiveSecondsOfAnAct goes the whole way: an event in the
// act's transaction, the outbox, the counting.
func TestNumberMovesWithinFiveSecondsOfAnAct(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		source := &fake{}
		source.add(someRecords()...)
		room := newRoom(t, db, clock.NewFake(noon), source)
		bus := event.NewBus(db, clock.System, "test")
		bus.Gather("dossier.filed", "targets", room.OnEvent)
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		for _, run := range []func(context.Context, func(error)){bus.Run, room.Run} {
			running.Go(func() {
				run(ctx, func(err error) {
					if ctx.Err() == nil { // what the end of the test cuts off is no fault
						t.Error(err)
					}
				})
			})
		}
		defer running.Wait()
		defer cancel()
		if err := room.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		source.add(record{id: "z", path: here, channel: "online", subject: "1.001193", filed: noon})
		acted := time.Now()
		for range 20 { // told twenty times, it counts once
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				return bus.Record(ctx, tx, "dossier.filed", "z", struct{}{})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for {
			if f, _ := standing(t, room, "G1.dossiers").Figure("dossiers.online"); f.Reading.Denominator == 5 {
				break
			}
			if time.Since(acted) > 5*time.Second {
				t.Fatal("five seconds after the act the board has not moved")
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Logf("moved after %s", time.Since(acted).Round(time.Millisecond))
	})
}
