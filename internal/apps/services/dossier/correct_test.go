package dossier_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
)

func TestWrongAcceptanceIsTakenBackWithItsTraceAndTheCodeStays(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted()
		code, accepted, due := d.Code, d.AcceptedAt, d.DueAt
		receipt, err := w.Files.Receive(t.Context(), bytes.NewReader(photo(3)), file.Meta{Name: "01.jpg"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := w.Files.Attach(ctx, tx, receipt, file.Owner{Kind: dossier.OwnerDossier, ID: d.ID}, file.Note{Slot: dossier.SlotReceipt})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		d = w.must(w.Consult(t.Context(), w.checker, w.act(d), asks(servicestest.Neighbour)))
		w.clock.Advance(time.Hour)
		if _, err := w.UndoAcceptance(t.Context(), w.checker, w.act(d), "Nhầm"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the specialist undoes it: %v", err)
		}
		if _, err := w.UndoAcceptance(t.Context(), w.clerk, w.act(d), " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		a := w.act(d)
		d = w.must(w.UndoAcceptance(t.Context(), w.clerk, a, "Nhầm hồ sơ của người khác"))
		w.must(w.UndoAcceptance(t.Context(), w.clerk, a, "Nhầm hồ sơ của người khác")) // the second click
		d, err = dossier.ByID(t.Context(), w.DB.Read(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d.Step != "intake" || !d.AcceptedAt.IsZero() || !d.FirstDueAt.IsZero() || !d.DueAt.IsZero() || d.Code != code || d.Number != code {
			t.Errorf("after undoing: %s %v %v %v %s", d.Step, d.AcceptedAt, d.FirstDueAt, d.DueAt, d.Code)
		}
		undone, err := dossier.UndoneOf(t.Context(), w.DB.Read(), d.ID)
		if err != nil || len(undone) != 1 || undone[0].Code != code || !undone[0].AcceptedAt.Equal(accepted) || !undone[0].DueAt.Equal(due) || undone[0].Reason != "Nhầm hồ sơ của người khác" || undone[0].Account != "clerk" {
			t.Errorf("the trace is %+v, %v", undone, err)
		}
		if x := w.consults(d)[0]; x.WithdrawnAt.IsZero() {
			t.Error("the question to the neighbour stands")
		}
		papers, err := w.Files.List(t.Context(), w.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
		if err != nil || !slices.ContainsFunc(papers, func(f file.File) bool { return f.Slot == dossier.SlotVoid }) || slices.ContainsFunc(papers, func(f file.File) bool { return f.Slot == dossier.SlotReceipt }) {
			t.Errorf("form 01 is not void: %v, %v", papers, err)
		}
		w.clock.Advance(time.Hour)
		d = w.must(w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, nil))
		if d.Code != code || !d.AcceptedAt.Equal(w.clock.Now()) || d.FirstDueAt.IsZero() {
			t.Errorf("accepted again as %s at %v", d.Code, d.AcceptedAt)
		}
		if other := w.accepted(); other.Code == code {
			t.Errorf("the code %s was given twice", code)
		}
	})
}

func TestNothingIsUndoneOnceItIsResolvedOrLate(t *testing.T) {
	each(t, func(w world) {
		signed := w.must(w.Approve(t.Context(), w.signer, w.act(w.proposed(w.accepted()))))
		if _, err := w.UndoAcceptance(t.Context(), w.clerk, w.act(signed), "Nhầm"); !fault.Is(err, fault.Conflict) {
			t.Errorf("after the signature: %v", err)
		}
		head := servicestest.Official(t, w.Room, "head", "head", servicestest.Agency)
		if d := w.must(w.UndoAcceptance(t.Context(), head, w.act(w.proposed(w.accepted())), "Nhầm")); d.Step != "intake" || d.Proposal != "" {
			t.Errorf("the head undoes a proposal's acceptance: %s %q", d.Step, d.Proposal)
		}
		d := w.accepted()
		w.clock.Set(d.DueAt.Add(time.Second))
		if _, err := w.UndoAcceptance(t.Context(), w.clerk, w.act(d), "Nhầm"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a late dossier became one in time: %v", err)
		}
	})
}

func TestWhatAClerkFiledUnderAWrongProcedureIsClosedAndReplaced(t *testing.T) {
	each(t, func(w world) {
		if _, err := w.Misfile(t.Context(), w.clerk, w.act(w.filed()), "Nhầm"); !fault.Is(err, fault.Conflict) {
			t.Errorf("what an applicant sent was put away: %v", err)
		}
		wrong, right := w.atCounter("Trẻ Một"), w.atCounter("Trẻ Hai")
		d := w.must(w.Misfile(t.Context(), w.clerk, w.act(wrong), "Nhầm thủ tục"))
		if d.Outcome != dossier.Misfiled || d.State != cases.Closed || !d.ResolvedAt.IsZero() {
			t.Errorf("misfiled as %s %s", d.Outcome, d.State)
		}
		for range 2 {
			if err := w.Refiled(t.Context(), w.clerk, wrong.ID, right.ID); err != nil {
				t.Fatal(err)
			}
		}
		if from, err := dossier.RefiledFrom(t.Context(), w.DB.Read(), right.ID); err != nil || from != wrong.ID {
			t.Errorf("it stands in the place of %q, %v", from, err)
		}
	})
}

func TestOriginalsThatWereKeptAreGivenBackByNameAndTime(t *testing.T) {
	each(t, func(w world) {
		d := w.must(w.Accept(t.Context(), w.clerk, w.act(w.filed()), dossier.Given{Kept: []string{"birth_certificate"}}, []string{"identity"}))
		state := func() map[string]dossier.Original {
			all, err := dossier.Originals(t.Context(), w.DB.Read(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			by := map[string]dossier.Original{}
			for _, o := range all {
				by[o.Paper] = o
			}
			return by
		}
		if s := state(); s["identity"].Here() || s["identity"].GivenBackBy != "clerk" || !s["birth_certificate"].Here() || !s["birth_certificate"].Kept {
			t.Errorf("after accepting: %+v", s)
		}
		if _, err := w.GiveBack(t.Context(), w.clerk, w.act(d), []string{"identity"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("giving back what is not here: %v", err)
		}
		w.clock.Advance(time.Hour)
		step := d.Step
		d = w.must(w.GiveBack(t.Context(), w.clerk, w.act(d), []string{"birth_certificate"}))
		if s := state()["birth_certificate"]; s.Here() || !s.GivenBackAt.Equal(w.clock.Now()) || d.Step != step {
			t.Errorf("after giving back: %+v at %s", s, d.Step)
		}
		d = w.must(w.Accept(t.Context(), w.clerk, w.act(w.filed()), dossier.Given{Kept: []string{"birth_certificate"}}, nil))
		d = w.must(w.Approve(t.Context(), w.signer, w.act(w.proposed(d))))
		who := dossier.Collection{By: "Trần Văn Chú", As: "relative", Paper: "citizen_card"}
		if _, err := w.HandOver(t.Context(), w.clerk, w.act(d), who); !fault.Is(err, fault.Invalid) {
			t.Errorf("a relative without a relation: %v", err)
		}
		who.Right = "chú của cháu"
		d = w.must(w.HandOver(t.Context(), w.clerk, w.act(d), who, "birth_certificate"))
		if d, err := dossier.ByID(t.Context(), w.DB.Read(), d.ID); err != nil || d.Collection != who || state()["birth_certificate"].Here() {
			t.Errorf("collected by %+v, %v", d.Collection, err)
		}
	})
}

func TestResultHasSeveralScansInTheirOrder(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted()
		var blobs []file.Blob
		for i := range 3 {
			b, err := w.Files.Receive(t.Context(), bytes.NewReader(photo(20+i)), file.Meta{Name: string(rune('a'+i)) + ".jpg"})
			if err != nil {
				t.Fatal(err)
			}
			blobs = append(blobs, b)
		}
		for _, want := range [][]int{{0, 1, 2}, {2, 0}} {
			var some []file.Blob
			for _, i := range want {
				some = append(some, blobs[i])
			}
			if _, err := w.AttachResults(t.Context(), w.checker, d.ID, some); err != nil {
				t.Fatal(err)
			}
			papers, err := w.Files.List(t.Context(), w.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, f := range papers {
				if f.Slot == dossier.SlotResult {
					got = append(got, slices.IndexFunc(blobs, func(b file.Blob) bool { return b.Digest == f.Digest }))
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("the scans are %v, want %v", got, want)
			}
		}
	})
}

// slow gives dossiers of the birth procedure a limit that leaves room for an
// apology: three working days from the acceptance.
func (w world) slow() dossier.Dossier {
	w.t.Helper()
	p, err := w.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	same := p.Limit
	p.Limit.Unit, p.Limit.Amount, p.Limit.CutOff = "working_days", 3, 0
	defer func() { p.Limit = same }()
	return w.accepted()
}

func TestApologyMovesTheDeadlineOnceAndMakesNobodyPunctual(t *testing.T) {
	each(t, func(w world) {
		d := w.slow()
		first := d.DueAt
		for _, wrong := range []string{"", "2026-11-24", "2026-11-28", "2026-13-01"} { // none, too early, a Saturday, no day
			if _, err := w.Apologise(t.Context(), w.checker, w.act(d), wrong, "Chờ xác minh"); !fault.Is(err, fault.Invalid) {
				t.Errorf("a new appointment on %q: %v", wrong, err)
			}
		}
		if _, err := w.Apologise(t.Context(), w.signer, w.act(d), "2026-12-01", "Chờ xác minh"); !fault.Is(err, fault.Conflict) {
			t.Errorf("at the specialist's step the signer apologised: %v", err)
		}
		d = w.must(w.Take(t.Context(), w.checker, w.act(d)))
		d = w.must(w.Apologise(t.Context(), w.checker, w.act(d), "2026-12-01", "Chờ xác minh"))
		want := time.Date(2026, 12, 1, 17, 0, 0, 0, clock.Zone)
		if !d.DueAt.Equal(want) || !d.FirstDueAt.Equal(first) || d.Step != "check" || d.Assignee != "checker" {
			t.Errorf("due %v, first %v, at %s with %s", d.DueAt, d.FirstDueAt, d.Step, d.Assignee)
		}
		if _, err := w.Apologise(t.Context(), w.checker, w.act(d), "2026-12-02", "Lại"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second appointment: %v", err)
		}
		w.clock.Set(first.Add(time.Hour)) // before the new appointment, after the promised one
		d = w.must(w.Approve(t.Context(), w.signer, w.act(w.proposed(d))))
		if d.OnTime == nil || *d.OnTime {
			t.Error("the apology made it punctual")
		}
	})
}

func TestApologyIsTooLateOnTheLastDay(t *testing.T) {
	each(t, func(w world) {
		d := w.slow()
		w.clock.Set(d.DueAt.Add(-time.Hour))
		if _, err := w.Apologise(t.Context(), w.checker, w.act(d), "2026-12-01", "Chờ xác minh"); !fault.Is(err, fault.Conflict) {
			t.Errorf("on the last day: %v", err)
		}
	})
}

// Whatever officials try in whatever order, there is at most one new appointment,
// and the first deadline does not move.
func TestThereIsAtMostOneNewAppointment(t *testing.T) {
	each(t, func(w world) {
		rapid.Check(t, func(rt *rapid.T) {
			w.clock.Set(servicestest.Morning)
			d := w.slow()
			first, moved := d.FirstDueAt, 0
			for range rapid.IntRange(1, 8).Draw(rt, "acts") {
				who := rapid.SampledFrom([]access.Actor{w.checker, w.signer}).Draw(rt, "who")
				due := d.DueAt
				var err error
				switch rapid.SampledFrom([]string{"apologise", "propose", "back", "wait"}).Draw(rt, "act") {
				case "apologise":
					var after dossier.Dossier
					day := rapid.SampledFrom([]string{"2026-11-27", "2026-12-01", "2026-12-04"}).Draw(rt, "day")
					if after, err = w.Apologise(t.Context(), who, w.act(d), day, "Chờ"); err == nil {
						d, moved = after, moved+1
					}
				case "propose":
					if d.Step == "check" {
						d = w.proposed(d)
					}
				case "back":
					if d.Step == "sign" {
						d = w.must(w.SendBack(t.Context(), w.signer, w.act(d), "Xem lại"))
					}
				case "wait":
					w.clock.Advance(20 * time.Hour)
				}
				if err == nil && !due.Equal(d.DueAt) && moved == 0 {
					rt.Fatal("the deadline moved without an apology")
				}
			}
			d, err := dossier.ByID(t.Context(), w.DB.Read(), d.ID)
			if err != nil {
				rt.Fatal(err)
			}
			if moved > 1 || !d.FirstDueAt.Equal(first) {
				rt.Fatalf("%d new appointments; the first deadline is %v and was %v", moved, d.FirstDueAt, first)
			}
		})
	})
}

// atCounter is a dossier that the clerk typed in.
func (w world) atCounter(child string) dossier.Dossier {
	w.t.Helper()
	p, err := w.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err := w.Start(w.t.Context(), w.clerk, p, dossier.Counter, servicestest.Agency, database.NewID())
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err = w.SavePage(w.t.Context(), w.clerk, draft.ID, "all", 0, func(form.Answers) form.Answers { return servicestest.BirthAnswers(child, form.File{}) })
	if err != nil {
		w.t.Fatal(err)
	}
	return w.must(w.Send(w.t.Context(), w.clerk, draft.ID, draft.Version, "vi"))
}
