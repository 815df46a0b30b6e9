package cases

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
)

// where is what a consultation must never change.
func (c Case) place() string {
	return fmt.Sprint(c.Step, c.State, c.Needs, c.Agency, c.Holder, c.Assignee, c.DueAt.UTC(), c.FirstDueAt.UTC(), c.ResolvedAt, c.OnTime, c.Outcome)
}

func TestConsultingNeverMovesACaseWhateverTheOrder(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rapid.Check(t, func(t *rapid.T) {
			ctx := context.Background()
			d, _ := Parse("d.yaml", []byte(good), 1, vocabulary, holders)
			c := Case{}
			agencies := []string{"x", "y", "z"}
			model := map[string]string{} // question → open, answered, withdrawn
			version := int64(0)
			try := func(fn func(ctx context.Context, tx *database.Tx) error) error { return db.Write(ctx, fn) }
			err := try(func(ctx context.Context, tx *database.Tx) (err error) {
				c, err = Open(ctx, tx, d, New{ID: database.NewID(), Agency: "own", Holder: "86/own/", Act: "file"}, By{Account: "a", At: t0})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			before, version := c.place(), c.Version
			now := t0
			for range rapid.IntRange(1, 12).Draw(t, "acts") {
				now = now.Add(time.Minute)
				by := By{Account: "o", At: now}
				all, err := Consults(ctx, db.Read(), c.ID)
				if err != nil {
					t.Fatal(err)
				}
				act := rapid.SampledFrom([]string{"ask", "answer", "withdraw"}).Draw(t, "act")
				if len(all) == 0 {
					act = "ask"
				}
				switch act {
				case "ask":
					a := rapid.SampledFrom(agencies).Draw(t, "agency")
					err = try(func(ctx context.Context, tx *database.Tx) (err error) {
						c, err = Ask(ctx, tx, c, []Question{{Agency: a, Holder: "86/" + a + "/", Text: "?", DueAt: now.Add(time.Hour)}}, by)
						return err
					})
					version++
				case "answer":
					x := rapid.SampledFrom(all).Draw(t, "question")
					err = try(func(ctx context.Context, tx *database.Tx) error {
						got, err := GetConsult(ctx, tx, access.Within(x.AskedHolder), x.ID)
						if err != nil {
							return err
						}
						got, err = AnswerConsult(ctx, tx, got, Reply{Agree, "ok"}, by)
						if err == nil {
							c = got.Case
						}
						return err
					})
					if open := model[x.ID] == "open"; open != (err == nil) {
						t.Fatalf("answering a question that is %s: %v", model[x.ID], err)
					} else if open {
						model[x.ID] = "answered"
						version++
					} else if !fault.Is(err, fault.Conflict) {
						t.Fatal(err)
					}
					err = nil
				case "withdraw":
					x := rapid.SampledFrom(all).Draw(t, "question")
					err = try(func(ctx context.Context, tx *database.Tx) (err error) {
						c, err = WithdrawConsults(ctx, tx, c, []string{x.ID}, by)
						return err
					})
					if model[x.ID] == "open" {
						model[x.ID] = "withdrawn"
						version++
					}
				}
				if err != nil {
					t.Fatal(err)
				}
				all, err = Consults(ctx, db.Read(), c.ID)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range all {
					state := "open"
					switch {
					case !x.AnsweredAt.IsZero():
						state = "answered"
					case !x.WithdrawnAt.IsZero():
						state = "withdrawn"
					}
					if was, known := model[x.ID]; known && was != state {
						t.Fatalf("the question is %s, and was %s", state, was)
					}
					model[x.ID] = state
				}
			}
			got, err := Get(ctx, db.Read(), access.Within("86/"), c.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got.place() != before {
				t.Fatalf("the case moved from %s to %s", before, got.place())
			}
			events, err := Events(ctx, db.Read(), c.ID)
			if err != nil || int64(len(events)) != version || got.Version != version {
				t.Fatalf("%d events at version %d, want %d: %v", len(events), got.Version, version, err)
			}
			for _, a := range agencies {
				listed, err := ListConsults(ctx, db.Read(), access.Within("86/"+a+"/"), 100, 0)
				n, err2 := CountConsults(ctx, db.Read(), access.Within("86/"+a+"/"))
				if err != nil || err2 != nil || int(n) != len(listed) {
					t.Fatalf("%d are listed and %d counted: %v %v", len(listed), n, err, err2)
				}
				for _, x := range listed {
					if x.Agency != a || x.Consult.Case == c.ID && model[x.ID] != "open" {
						t.Fatalf("%s is shown a question to %s that is %s", a, x.Agency, model[x.ID])
					}
				}
			}
		})
	})
}

func TestAQuestionIsSeenThroughTheScopeOfThoseWhoAreAskedOnly(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := opened(t, db, New{Agency: "own", Holder: "86/own/"})
		write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
			c, err = Ask(ctx, tx, c, []Question{{Agency: "x", Holder: "86/x/", Text: "?", DueAt: t0.Add(2 * time.Hour)}, {Agency: "y", Holder: "86/y/", Text: "?", DueAt: t0.Add(time.Hour)}}, By{Account: "o", At: t0})
			return err
		})
		all, err := Consults(t.Context(), db.Read(), c.ID)
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		for _, x := range all {
			for _, scope := range []string{"86/own/", "86/x/", "86/y/", "86/"} {
				_, err := GetConsult(t.Context(), db.Read(), access.Within(scope), x.ID)
				if may := scope == "86/" || scope == "86/"+x.Agency+"/"; may != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s asked, read from %s: %v", x.Agency, scope, err)
				}
			}
			if _, err := GetConsult(t.Context(), db.Read(), access.Scope{}, x.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("the zero scope: %v", err)
			}
		}
		listed, err := ListConsults(t.Context(), db.Read(), access.Within("86/"), 10, 0)
		if err != nil || len(listed) != 2 || listed[0].Agency != "y" {
			t.Errorf("listed %v, %v: what is due first must stand first", listed, err)
		}
		events, err := Events(t.Context(), db.Read(), c.ID)
		if err != nil || !slices.Equal(events[len(events)-1].Consulted(), []string{"x", "y"}) {
			t.Errorf("the event names %v, %v", events[len(events)-1].Consulted(), err)
		}
	})
}
