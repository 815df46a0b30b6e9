package cases

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
)

var t0 = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func definition(t *testing.T) Definition {
	t.Helper()
	d, problems := Parse("d.yaml", []byte(good), 1, vocabulary, holders)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return d
}

func write(t *testing.T, db *database.DB, fn func(ctx context.Context, tx *database.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, db *database.DB, n New) Case {
	t.Helper()
	if n.ID == "" {
		n.ID = database.NewID()
	}
	n.Act = "file"
	var c Case
	write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
		c, err = Open(ctx, tx, definition(t), n, By{Account: "applicant", At: t0})
		return err
	})
	return c
}

func TestActIsStateStepQueueAndEventTogether(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := opened(t, db, New{Agency: "x", Holder: "86/a/x/", Title: "Nguyễn Thị Ánh", Folded: "nguyen thi anh"})
		due := t0.Add(5 * time.Hour)
		write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
			if _, err := Assign(ctx, tx, c, "o1", By{Account: "o1", At: t0}); err != nil {
				return err
			}
			c.Version, c.Assignee = 2, "o1"
			c, err = Move(ctx, tx, definition(t), c, "accept", By{Account: "o1", ActingFor: "o2", At: t0.Add(time.Hour)}, Effect{Accepted: true, DueAt: &due, Data: map[string]string{"k": "v"}})
			return err
		})
		got, err := Get(t.Context(), db.Read(), access.Within("86/a/"), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Step != "b" || got.State != Waiting || got.Needs != "" || got.Assignee != "" || !got.DueAt.Equal(due) || !got.FirstDueAt.Equal(due) || !got.AcceptedAt.Equal(t0.Add(time.Hour)) || got.Version != 3 {
			t.Errorf("the case is %+v", got)
		}
		events, err := Events(t.Context(), db.Read(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		var line []string
		for _, e := range events {
			line = append(line, fmt.Sprintf("%d %s %s>%s %s/%s", e.Seq, e.Act, e.From, e.To, e.Account, e.ActingFor))
		}
		if want := "1 file >a applicant/; 2 take a>a o1/; 3 accept a>b o1/o2"; strings.Join(line, "; ") != want {
			t.Errorf("events %v", line)
		}
	})
}

func TestOfTwoOfficialsAtOnceOneWinsAndTheOtherIsToldWhoDidWhat(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := opened(t, db, New{Agency: "x", Holder: "86/a/x/"})
		var won, told atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				act := []string{"accept", "refuse"}[i%2]
				err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
					_, err := Move(ctx, tx, definition(t), c, act, By{Account: fmt.Sprint("o", i), At: t0}, Effect{})
					return err
				})
				var stale *Stale
				switch {
				case err == nil:
					won.Add(1)
				case errors.As(err, &stale) && fault.Is(err, fault.Conflict) && strings.HasPrefix(stale.Last.Account, "o"):
					told.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || told.Load() != 7 {
			t.Errorf("%d won, %d were told", won.Load(), told.Load())
		}
	})
}

func TestFactsThatMeasuresCountAreWrittenOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := opened(t, db, New{Agency: "x", Holder: "86/a/x/"})
		d := definition(t)
		write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
			due := t0.Add(time.Hour)
			if c, err = Move(ctx, tx, d, c, "accept", By{Account: "o", At: t0}, Effect{Accepted: true, Resolved: true, DueAt: &due}); err != nil {
				return err
			}
			later := t0.Add(9 * time.Hour)
			c, err = Move(ctx, tx, d, c, "supply", By{Account: "a", At: t0.Add(2 * time.Hour)}, Effect{Accepted: true, Resolved: true, DueAt: &later})
			return err
		})
		got, err := Get(t.Context(), db.Read(), access.Within("86/"), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !got.AcceptedAt.Equal(t0) || !got.FirstDueAt.Equal(t0.Add(time.Hour)) || !got.ResolvedAt.Equal(t0) || got.OnTime == nil || !*got.OnTime || got.Outcome != "granted" {
			t.Errorf("the facts are %+v", got)
		}
	})
}

func TestEventsOfACaseCannotBeChanged(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		opened(t, db, New{Agency: "x", Holder: "86/a/x/"})
		for _, s := range []string{`UPDATE case_events SET act = 'x'`, `DELETE FROM case_events`} {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.ExecContext(ctx, s)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", s, err)
			}
		}
	})
}

func TestListAndCountSeeTheSameAndOnlyTheScope(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for i, holder := range []string{"86/28756/u/", "86/28756/u/", "86/28756-2025/u/", "86/28757/u/", "87/1/u/"} {
			opened(t, db, New{Agency: "u", Holder: holder, Folded: fmt.Sprintf("bs 261123 0000%d nguyen thi anh", i), Facet: "1.001193"})
		}
		see := func(f Filter) int {
			t.Helper()
			found, _, err := List(t.Context(), db.Read(), f, 100, 0)
			if err != nil {
				t.Fatal(err)
			}
			n, err := Count(t.Context(), db.Read(), f)
			if err != nil {
				t.Fatal(err)
			}
			if int(n) != len(found) {
				t.Errorf("%+v lists %d and counts %d", f, len(found), n)
			}
			return len(found)
		}
		commune := access.Within("86/28756/")
		for _, c := range []struct {
			name string
			f    Filter
			want int
		}{
			{"the zero scope", Filter{}, 0},
			{"one commune, not its namesake", Filter{Scope: commune}, 2},
			{"the province", Filter{Scope: access.Within("86/")}, 4},
			{"my role's", Filter{Scope: access.Within("86/"), Desks: []Desk{{Needs: access.DossierIntake, Scope: commune}}}, 2},
			{"no role's", Filter{Scope: access.Within("86/"), Desks: []Desk{}}, 0},
			{"another role's", Filter{Scope: access.Within("86/"), Desks: []Desk{{Needs: access.DossierSign, Scope: commune}}}, 0},
			{"by words, the last as a beginning", Filter{Scope: access.Within("86/"), Words: "thi a"}, 4},
			{"by words that are no beginnings", Filter{Scope: access.Within("86/"), Words: "hi"}, 0},
			{"closed", Filter{Scope: access.Within("86/"), State: Closed}, 0},
			{"on nobody's desk", Filter{Scope: access.Within("86/"), Unassigned: true, Facet: "1.001193"}, 4},
		} {
			if got := see(c.f); got != c.want {
				t.Errorf("%s: %d, want %d", c.name, got, c.want)
			}
		}
	})
}

func TestWhatIsDueFirstStandsFirstAndPagesDoNotRepeat(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for i := range 7 {
			c := opened(t, db, New{Agency: "u", Holder: "86/a/u/"})
			if i == 3 {
				continue // without a deadline
			}
			due := t0.Add(time.Duration((i*5)%7) * time.Hour)
			write(t, db, func(ctx context.Context, tx *database.Tx) error {
				_, err := Move(ctx, tx, definition(t), c, "accept", By{At: t0}, Effect{DueAt: &due})
				return err
			})
		}
		var all []Case
		for offset := 0; ; offset += 3 {
			page, more, err := List(t.Context(), db.Read(), Filter{Scope: access.Within("86/")}, 3, offset)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, page...)
			if !more {
				break
			}
		}
		if len(all) != 7 || !all[6].DueAt.IsZero() {
			t.Fatalf("listed %d, last due %v", len(all), all[len(all)-1].DueAt)
		}
		for i := 1; i < 6; i++ {
			if all[i].DueAt.Before(all[i-1].DueAt) {
				t.Errorf("%v stands after %v", all[i].DueAt, all[i-1].DueAt)
			}
		}
	})
}

// Whatever is done in whatever order, a case stands at a step that its events
// led to, and its version counts them.
func TestEventsLeadToWhereTheCaseStands(t *testing.T) {
	db := databasetest.SQLite(t)
	d := definition(t)
	rapid.Check(t, func(r *rapid.T) {
		c := opened(t, db, New{Agency: "x", Holder: "86/a/x/"})
		for range rapid.IntRange(0, 6).Draw(r, "acts") {
			act := rapid.SampledFrom([]string{"accept", "refuse", "supply", "take"}).Draw(r, "act")
			seen := c
			if rapid.Bool().Draw(r, "old page") {
				seen.Version--
			}
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
				var next Case
				if act == "take" {
					next, err = Assign(ctx, tx, seen, "o", By{Account: "o", At: t0})
				} else {
					next, err = Move(ctx, tx, d, seen, act, By{Account: "o", At: t0}, Effect{})
				}
				if err == nil {
					c = next
				}
				return err
			})
			if err != nil && !fault.Is(err, fault.Conflict) {
				r.Fatal(err)
			}
		}
		got, err := Get(t.Context(), db.Read(), access.Within("86/"), c.ID)
		if err != nil {
			r.Fatal(err)
		}
		events, err := Events(t.Context(), db.Read(), c.ID)
		if err != nil {
			r.Fatal(err)
		}
		if last := events[len(events)-1]; last.To != got.Step || int64(len(events)) != got.Version || got.Step != c.Step {
			r.Fatalf("the case stands at %s (version %d), its %d events lead to %s", got.Step, got.Version, len(events), last.To)
		}
	})
}

func TestAcceptanceThatWasWrongIsTakenBackWholeAndOnlyTheRightOneCounts(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := opened(t, db, New{Agency: "x", Holder: "86/a/x/"})
		d := definition(t)
		d.Steps[1].Acts = append(d.Steps[1].Acts, Act{"back", "a"})
		due, later := t0.Add(5*time.Hour), t0.Add(9*time.Hour)
		do := func(act string, at time.Duration, e Effect) {
			t.Helper()
			write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
				c, err = Move(ctx, tx, d, c, act, By{Account: "o1", At: t0.Add(at)}, e)
				return err
			})
			got, err := Get(t.Context(), db.Read(), access.Within("86/"), c.ID)
			if err != nil || !got.AcceptedAt.Equal(c.AcceptedAt) || !got.FirstDueAt.Equal(c.FirstDueAt) || !got.DueAt.Equal(c.DueAt) {
				t.Fatalf("after %s the row says %+v, the case %+v, %v", act, got, c, err)
			}
		}
		do("accept", time.Hour, Effect{Accepted: true, DueAt: &due})
		do("back", 2*time.Hour, Effect{Unaccepted: true})
		if !c.AcceptedAt.IsZero() || !c.FirstDueAt.IsZero() || !c.DueAt.IsZero() {
			t.Errorf("taken back as %+v", c)
		}
		do("accept", 3*time.Hour, Effect{Accepted: true, DueAt: &later})
		if !c.AcceptedAt.Equal(t0.Add(3*time.Hour)) || !c.FirstDueAt.Equal(later) {
			t.Errorf("accepted again as %+v", c)
		}
	})
}

func TestPunctualityIsJudgedByThePromisedDeadline(t *testing.T) {
	first, moved := t0.Add(time.Hour), t0.Add(24*time.Hour)
	d := definition(t)
	c := Case{ID: "1", Definition: d.ID, DefinitionVersion: d.Version, Step: d.Start, State: Working, DueAt: moved}
	for _, judged := range []struct {
		by *time.Time
		on bool
	}{{nil, true}, {&first, false}} {
		got, err := c.move(d, "refuse", By{At: t0.Add(2 * time.Hour)}, Effect{Resolved: true, TimedBy: judged.by})
		if err != nil || got.OnTime == nil || *got.OnTime != judged.on {
			t.Errorf("judged by %v: %v, %v", judged.by, got.OnTime, err)
		}
	}
}
