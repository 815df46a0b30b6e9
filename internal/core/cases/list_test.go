package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

func listed(t *testing.T, db *database.DB, f Filter) string {
	t.Helper()
	found, _, err := List(t.Context(), db.Read(), f, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := Count(t.Context(), db.Read(), f)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := IDs(t.Context(), db.Read(), f, 100)
	if err != nil {
		t.Fatal(err)
	}
	if int(n) != len(found) || len(ids) != len(found) {
		t.Errorf("%+v lists %d, counts %d and exports %d", f, len(found), n, len(ids))
	}
	var titles []string
	for i, c := range found {
		if c.ID != ids[i] {
			t.Errorf("the export has another order than the list")
		}
		titles = append(titles, c.Title)
	}
	return strings.Join(titles, " ")
}

func TestSearchFindsEveryWordWithinTheScopeAndTheLastAsABeginning(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for title, folded := range map[string]string{
			"anh": "bs 261123 00001 nguyen thi anh 0912345678", "binh": "bs 261123 00002 tran van binh 0987654321", "dung": "000 00 16 h07 261123 0003 le thi dung",
		} {
			opened(t, db, New{Agency: "u", Holder: "86/28756-2025/ubnd-28756-2025/", Title: title, Folded: folded})
		}
		opened(t, db, New{Agency: "n", Holder: "86/28757/n/", Title: "neighbour", Folded: "bs 261123 00004 nguyen thi anh"})
		here, province := access.Within("86/28756-2025/ubnd-28756-2025/"), access.Within("86/")
		for _, c := range []struct {
			scope access.Scope
			words string
			want  string
		}{
			{here, "nguyen thi anh", "anh"}, {here, "anh nguyen", "anh"}, {here, "ngu", "anh"}, {here, "guyen", ""}, {here, "thi", "anh dung"}, {here, "thi d", "dung"},
			{here, "0912345678", "anh"}, {here, "0987", "binh"}, {here, "h07 261123 0003", "dung"}, {here, "00002", "binh"}, {here, "nguyen binh", ""},
			{province, "nguyen thi anh", "anh neighbour"}, {access.Within("86/28757/"), "thi", "neighbour"}, {access.Within("86/2875/"), "thi", ""},
			{access.Within("86/28757/", "86/28756-2025/"), "thi anh", "anh neighbour"}, {access.Scope{}, "anh", ""},
			{here, "đ86", ""}, {here, "or", ""}, {here, "and not", ""},
		} {
			got := strings.Fields(listed(t, db, Filter{Scope: c.scope, Words: c.words}))
			slices.Sort(got)
			if strings.Join(got, " ") != c.want {
				t.Errorf("%q within %v finds %v, want %q", c.words, c.scope, got, c.want)
			}
		}
	})
}

func TestSearchFollowsWhatACaseIsCalledAndWhereItIsHeld(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := opened(t, db, New{Agency: "u", Holder: "86/a/u/", Title: "x", Folded: "nguyen thi anh"})
		write(t, db, func(ctx context.Context, tx *database.Tx) error {
			c.Folded = "tran van binh"
			return Describe(ctx, tx, c)
		})
		a := access.Within("86/a/")
		if got := listed(t, db, Filter{Scope: a, Words: "anh"}); got != "" {
			t.Errorf("the old name still finds %q", got)
		}
		if got := listed(t, db, Filter{Scope: a, Words: "binh"}); got != "x" {
			t.Errorf("the new name finds %q", got)
		}
		write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
			c, err = Transfer(ctx, tx, c, Seat{Agency: "v", Holder: "86/b/v/"}, By{Account: "system", At: t0}, nil)
			return err
		})
		if got := listed(t, db, Filter{Scope: a, Words: "binh"}); got != "" {
			t.Errorf("the agency that gave it away still finds %q", got)
		}
		if got := listed(t, db, Filter{Scope: access.Within("86/b/"), Words: "binh"}); got != "x" {
			t.Errorf("the agency that got it finds %q", got)
		}
	})
}

func TestFilterOfTheRegisterAsksForPeriodsTimingChannelAndOutcome(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		d := definition(t)
		at := func(hours int) time.Time { return t0.Add(time.Duration(hours) * time.Hour) }
		make := func(title string, filed, accepted, resolved, due int) {
			var c Case
			write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
				c, err = Open(ctx, tx, d, New{ID: database.NewID(), Agency: "u", Holder: "86/a/u/", Title: title, Facet: title[:1], Channel: "online", Act: "file"}, By{At: at(filed)})
				if err != nil || accepted == 0 {
					return err
				}
				dueAt := at(due)
				if c, err = Move(ctx, tx, d, c, "accept", By{At: at(accepted)}, Effect{Accepted: true, DueAt: &dueAt}); err != nil || resolved == 0 {
					return err
				}
				_, err = Move(ctx, tx, d, c, "supply", By{At: at(resolved)}, Effect{Resolved: true})
				return err
			})
		}
		make("a-filed", 0, 0, 0, 0)
		make("b-running", 1, 2, 0, 9)
		make("c-overdue", 2, 3, 0, 5)
		make("d-late", 3, 4, 9, 8)
		make("e-timely", 4, 5, 6, 8)
		all := Filter{Scope: access.Within("86/"), State: Every, Now: at(7), Order: Oldest}
		for _, c := range []struct {
			name   string
			change func(*Filter)
			want   string
		}{
			{"everything", func(*Filter) {}, "a-filed b-running c-overdue d-late e-timely"},
			{"newest first", func(f *Filter) { f.Order = Newest }, "e-timely d-late c-overdue b-running a-filed"},
			{"what is open", func(f *Filter) { f.State = "" }, "a-filed b-running c-overdue"},
			{"filed in two hours", func(f *Filter) { f.Opened = Period{at(1), at(3)} }, "b-running c-overdue"},
			{"accepted since", func(f *Filter) { f.Accepted = Period{From: at(3)} }, "c-overdue d-late e-timely"},
			{"resolved before", func(f *Filter) { f.Resolved = Period{To: at(9)} }, "e-timely"},
			{"late", func(f *Filter) { f.Timing = Late }, "c-overdue d-late"},
			{"on time", func(f *Filter) { f.Timing = Timely }, "b-running e-timely"},
			{"of two procedures", func(f *Filter) { f.Facets = []string{"a", "d"} }, "a-filed d-late"},
			{"of no procedure", func(f *Filter) { f.Facets = []string{} }, ""},
			{"by channel", func(f *Filter) { f.Channel = "counter" }, ""},
			{"by outcome", func(f *Filter) { f.Outcome = "granted" }, "d-late e-timely"},
			{"of exactly this holder", func(f *Filter) { f.Holder = "86/a/u/" }, "a-filed b-running c-overdue d-late e-timely"},
			{"of a holder that is not in scope", func(f *Filter) { f.Scope, f.Holder = access.Within("87/"), "86/a/u/" }, ""},
		} {
			f := all
			c.change(&f)
			if got := listed(t, db, f); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		f := all
		f.State, f.Step = "", "nowhere"
		steps, err := CountSteps(t.Context(), db.Read(), f)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(steps) != "map[a:1 b:2]" {
			t.Errorf("the steps count %v", steps)
		}
	})
}

// What one look at the open cases counts is what each queue's own count says.
func TestTalliesAreTheCountsOfEveryQueue(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		holders, officials := []string{"86/a/u/", "86/a/v/", "86/b/w/"}, []string{"", "o1", "o2"}
		d := definition(t)
		for i := range 40 {
			c := opened(t, db, New{Agency: "u", Holder: holders[i%3]})
			write(t, db, func(ctx context.Context, tx *database.Tx) (err error) {
				if i%4 == 0 {
					due := t0.Add(time.Duration(i) * time.Hour)
					c, err = Move(ctx, tx, d, c, "accept", By{At: t0}, Effect{DueAt: &due})
				}
				if who := officials[i%len(officials)]; err == nil && who != "" && i%5 != 0 {
					_, err = Assign(ctx, tx, c, who, By{At: t0})
				}
				return err
			})
		}
		rapid.Check(t, func(r *rapid.T) {
			scopes := []access.Scope{access.Within("86/"), access.Within("86/a/"), access.Within("86/b/w/"), {}}
			scope := rapid.SampledFrom(scopes).Draw(r, "scope")
			due := t0.Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "due")) * time.Hour)
			tallies, err := Tallies(t.Context(), db.Read(), scope, "dossier", due)
			if err != nil {
				r.Fatal(err)
			}
			f := Filter{Scope: scope, Kind: "dossier", Assignee: rapid.SampledFrom(officials).Draw(r, "assignee"), Unassigned: rapid.Bool().Draw(r, "unassigned"),
				Step: rapid.SampledFrom([]string{"", "a", "b"}).Draw(r, "step"), State: rapid.SampledFrom([]State{"", Working, Waiting}).Draw(r, "state")}
			if rapid.Bool().Draw(r, "desks") {
				f.Desks = []Desk{{Needs: access.DossierIntake, Scope: rapid.SampledFrom(scopes).Draw(r, "desk")}}
			}
			if rapid.Bool().Draw(r, "by due") {
				f.DueBefore = due
			}
			var n int64
			for _, x := range tallies {
				n += x.Met(f)
			}
			if want, err := Count(t.Context(), db.Read(), f); err != nil || n != want {
				r.Fatalf("%+v: the tallies say %d, the count %d (%v)", f, n, want, err)
			}
		})
	})
}

func TestSlipsAreCorrectedToWhatTheScopeHas(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for i, folded := range []string{"bs 261123 00001 nguyen thi anh tuyet", "bs 261123 00002 tran van binh", "bs 261123 00003 nguyen van binh"} {
			opened(t, db, New{Agency: "u", Holder: "86/a/u/", Folded: folded, Title: fmt.Sprint(i)})
		}
		opened(t, db, New{Agency: "v", Holder: "86/b/v/", Folded: "bs 261123 00004 doan thi kin"})
		for _, c := range []struct{ words, want string }{
			{"nguyn anh", "nguyen anh"}, {"nguyen bihn", "nguyen binh"}, {"tarn binh", "tran binh"}, {"ngyuen thi tuyte", "nguyen thi tuyet"},
			{"doan thi kin", ""}, // another agency's
			{"doam thi", ""}, {"nguyen 00009", ""}, {"xyzabc", ""}, {"nguyen anh", ""},
		} {
			got, err := Correct(t.Context(), db.Read(), Filter{Scope: access.Within("86/a/"), Kind: "dossier", Words: c.words})
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%q is corrected to %q, want %q", c.words, got, c.want)
			}
		}
	})
}

func TestDistanceCountsSlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"binh", "binh", 0}, {"bihn", "binh", 1}, {"bin", "binh", 1}, {"binhh", "binh", 1}, {"benh", "binh", 1}, {"nguyen", "ngyeun", 2}, {"abc", "xyz", 3}, {"", "a", 1}} {
		if got := distance(c.a, c.b, 3); got != c.want {
			t.Errorf("%q and %q are %d apart, want %d", c.a, c.b, got, c.want)
		}
	}
}
