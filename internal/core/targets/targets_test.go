package targets_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
		byChannel := targets.Sum(s.Measures[2].Reading.Cells, targets.ByChannel)
		want := []targets.Cell{{Channel: "online", Numerator: 2, Denominator: 2}, {Channel: "counter", Numerator: 1, Denominator: 1}, {Channel: "post", Numerator: 1, Denominator: 1}}
		if d := cmp.Diff(want, byChannel); d != "" {
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

// TestCountingAgainAsOfTheSameInstantGivesTheSameNumber is the law that lets a
// number be defended: what happens later changes nothing that was counted.
func TestCountingAgainAsOfTheSameInstantGivesTheSameNumber(t *testing.T) {
	db := databasetest.SQLite(t)
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		return noon.Add(time.Duration(rapid.IntRange(-500, 0).Draw(t, "hour")) * time.Hour)
	})
	one := rapid.Custom(func(t *rapid.T) record {
		r := record{
			id: rapid.StringMatching(`[a-z]{8}`).Draw(t, "id"), path: rapid.SampledFrom([]string{here, there, "83/829/x/", "91/1/a/"}).Draw(t, "path"),
			channel: rapid.SampledFrom([]string{"online", "counter", "post"}).Draw(t, "channel"), subject: rapid.SampledFrom([]string{"1.001193", "2.000942"}).Draw(t, "subject"),
			filed: instant.Draw(t, "filed"), late: rapid.Bool().Draw(t, "late"),
		}
		if rapid.Bool().Draw(t, "resolved") {
			r.resolved = r.filed.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "after")) * time.Hour)
		}
		return r
	})
	rapid.Check(t, func(rt *rapid.T) {
		source := &fake{records: rapid.SliceOfN(one, 0, 30).Draw(rt, "records")}
		room, err := targets.New(db, clock.NewFake(noon), bentre(t), source)
		if err != nil {
			rt.Fatal(err)
		}
		asOf := instant.Draw(rt, "as of")
		count := func(measure string) targets.Count {
			c, err := room.Count(t.Context(), measure, asOf)
			if err != nil {
				rt.Fatal(err)
			}
			return c
		}
		for _, measure := range source.Measures()[:3] {
			was := count(measure)
			for _, axis := range []targets.Axis{targets.ByUnit, targets.ByChannel, targets.BySubject} {
				var n, d int64
				for _, c := range targets.Sum(was.Cells, axis) {
					n, d = n+c.Numerator, d+c.Denominator
				}
				if n != was.Numerator || d != was.Denominator {
					rt.Fatalf("by %s the parts of %s make %d of %d, not %d of %d", axis, measure, n, d, was.Numerator, was.Denominator)
				}
			}
			opens(t, rt, room, measure, asOf, was)
			later := one.Draw(rt, "later")
			later.filed = asOf.Add(time.Microsecond)
			source.add(later)
			for i := range source.records {
				if r := &source.records[i]; r.resolved.IsZero() {
					r.resolved = asOf.Add(time.Hour)
				}
			}
			if again := count(measure); !cmp.Equal(was, again) {
				rt.Fatalf("%s as of %s was %d of %d and is %d of %d", measure, asOf, was.Numerator, was.Denominator, again.Numerator, again.Denominator)
			}
		}
	})
}

// opens walks the pages of each part of a number, in a scope: they hold what was
// counted there, each record once, and the rest is said to be outside.
func opens(t *testing.T, rt *rapid.T, room *targets.Room, measure string, asOf time.Time, c targets.Count) {
	reading := targets.Reading{Measure: measure, AsOf: asOf, Sealed: true, Count: c}
	for _, part := range []targets.Part{targets.Numerator, targets.Denominator, targets.Rest} {
		for _, scope := range []access.Scope{{}, access.Within("86/28756-2025/"), access.Within("86/", "83/")} {
			var seen int64
			for page := (targets.Page{Limit: 3}); ; page.Offset += page.Limit {
				o, err := room.Open(t.Context(), reading, scope, part, page)
				if err != nil {
					rt.Fatal(err)
				}
				seen += int64(len(o.Rows))
				if o.Total() != c.Of(part) || o.Within+o.Outside != o.Total() {
					rt.Fatalf("%d within and %d outside are not %d", o.Within, o.Outside, c.Of(part))
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
	for name, c := range map[string]targets.Count{
		"cells that make less":    {Numerator: 1, Denominator: 2, Cells: []targets.Cell{{Numerator: 1, Denominator: 1}}},
		"more than all":           {Numerator: 2, Denominator: 1, Cells: []targets.Cell{{Numerator: 2, Denominator: 1}}},
		"less than nothing":       {Numerator: -1, Denominator: 1, Cells: []targets.Cell{{Numerator: -1, Denominator: 1}}},
		"a breakdown with a rest": {Numerator: 1, Denominator: 2, Cells: []targets.Cell{{Numerator: 1, Denominator: 2}}},
	} {
		room := newRoom(t, databasetest.SQLite(t), clock.NewFake(noon), says{c})
		if _, err := room.Count(t.Context(), "dossiers.by_channel", noon); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if err := room.Refresh(t.Context()); err == nil {
			t.Errorf("%s: kept", name)
		}
		if s := standing(t, room, "G1.dossiers"); s.Measures[2].Reading != nil {
			t.Errorf("%s: a reading was kept", name)
		}
	}
	if _, err := targets.New(nil, nil, bentre(t), &fake{}, says{}); err == nil || !strings.Contains(err.Error(), "two sources") {
		t.Errorf("two sources for one measure: %v", err)
	}
}

type says struct{ c targets.Count }

func (says) Measures() []string { return []string{"dossiers.by_channel"} }

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

type failing struct{ fake }

func (*failing) Measures() []string { return []string{"services.full"} }
func (*failing) Count(context.Context, database.Querier, targets.Question) (targets.Count, error) {
	return targets.Count{}, errBroken
}

func TestSealedReadingNeverChangesAndACorrectionStandsBesideIt(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		source := &fake{}
		source.add(someRecords()...)
		now := clock.NewFake(noon)
		refresh := func() targets.Reading {
			t.Helper()
			room := newRoom(t, db, now, source) // a new room: its first counting need not wait
			if err := room.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			f, _ := standing(t, room, "G1.dossiers").Figure("dossiers.online")
			return *f.Reading
		}
		rows := func() (n int) {
			t.Helper()
			if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM readings WHERE measure = 'dossiers.online'`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		write := func(query string, args ...any) error {
			return db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.ExecContext(ctx, query, args...)
				return err
			})
		}

		first := refresh()
		now.Advance(time.Hour)
		source.add(record{id: "f", path: here, channel: "online", subject: "1.001193", filed: noon})
		second := refresh()
		if rows() != 1 || second.ID != first.ID || second.Numerator != 3 || !second.AsOf.Equal(noon.Add(time.Hour)) {
			t.Errorf("a day has one reading until it is sealed: %d rows, %+v", rows(), second)
		}
		now.Set(noon) // a counting that began earlier and ends later
		if late := refresh(); late.Numerator != 3 || !late.AsOf.Equal(second.AsOf) {
			t.Errorf("an older counting took the place of a newer one: %+v", late)
		}

		if err := write(`UPDATE readings SET sealed = $1 WHERE id = $2`, true, second.ID); err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{`UPDATE readings SET numerator = 0 WHERE id = $1`, `UPDATE readings SET sealed = NOT sealed WHERE id = $1`, `DELETE FROM readings WHERE id = $1`} {
			if err := write(q, second.ID); err == nil || !strings.Contains(err.Error(), "a sealed reading never changes") {
				t.Errorf("%s: %v", q, err)
			}
		}
		now.Set(noon.Add(2 * time.Hour))
		source.add(record{id: "g", path: here, channel: "counter", subject: "1.001193", filed: noon})
		corrected := refresh()
		if rows() != 2 || corrected.ID == second.ID || corrected.Denominator != 6 || corrected.Sealed {
			t.Errorf("the correction does not stand beside the sealed reading: %d rows, %+v", rows(), corrected)
		}
		now.Advance(24 * time.Hour)
		if tomorrow := refresh(); rows() != 3 || tomorrow.Denominator != 6 {
			t.Errorf("the next day has a reading of its own: %d rows, %+v", rows(), tomorrow)
		}
		if d := cmp.Diff(corrected.Cells, refresh().Cells); d != "" {
			t.Errorf("cells do not come back as they were kept: %s", d)
		}
	})
}

func TestNumberIsCountedAnewWhenAnActWasBeingWritten(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		source := &fake{}
		source.add(someRecords()...)
		now := clock.NewFake(noon)
		room := newRoom(t, db, now, source)
		source.hide.Store(true)
		if err := room.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		source.hide.Store(false)
		f, _ := standing(t, room, "G1.dossiers").Figure("dossiers.online")
		if f.Reading.Denominator != 3 {
			t.Fatalf("the source hid nothing: %+v", f.Reading)
		}
		o, err := room.Open(t.Context(), *f.Reading, access.Within(here), targets.Denominator, targets.Page{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if o.Total() != 4 || o.Within != 2 || o.Outside != 2 || ids(o.Rows) != "a b" {
			t.Errorf("opened to %q, %d within, %d outside, of %d", ids(o.Rows), o.Within, o.Outside, o.Total())
		}
		if f, _ := standing(t, room, "G1.dossiers").Figure("dossiers.online"); f.Reading.Denominator != 4 {
			t.Errorf("the board still says %d", f.Reading.Denominator)
		}
		sealed := *f.Reading
		sealed.Sealed, sealed.Denominator = true, 3
		if _, err := room.Open(t.Context(), sealed, access.Scope{}, targets.Denominator, targets.Page{}); err == nil {
			t.Error("a sealed number opened to other records than it counted")
		}
		if _, err := room.Open(t.Context(), *f.Reading, access.Scope{}, "all", targets.Page{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a part that is not there: %v", err)
		}
	})
}

func TestCallsThatComeTogetherShareOneCountingASecond(t *testing.T) {
	source := &fake{}
	source.add(someRecords()...)
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
	countings := source.counts.Load() / 3 // three measures
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
	if n := source.counts.Load(); n != 2 {
		t.Errorf("counted %d times, want twice", n)
	}
}

// slow counts until it is told to end.
type slow struct {
	fake
	began, end chan struct{}
}

func (*slow) Measures() []string { return []string{"services.full"} }

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
		before := source.counts.Load()

		source.add(record{id: "z", path: here, channel: "online", subject: "1.001193", filed: noon})
		acted := time.Now()
		for range 20 {
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
		time.Sleep(1500 * time.Millisecond)
		took := time.Since(acted)
		if n := (source.counts.Load() - before) / 3; n > int64(took/time.Second)+1 {
			t.Errorf("twenty acts caused %d countings in %s", n, took)
		}
	})
}
