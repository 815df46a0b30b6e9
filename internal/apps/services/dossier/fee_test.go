package dossier_test

import (
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/database"
	"benso/internal/kernel/form"
)

// born files a birth of a child who was born on a day.
func (w world) born(day string) dossier.Dossier {
	w.t.Helper()
	ctx := w.t.Context()
	p, err := w.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err := w.Start(ctx, w.applicant, p, dossier.Online, "", database.NewID())
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err = w.SavePage(ctx, w.applicant, draft.ID, "all", 0, func(form.Answers) form.Answers {
		a := servicestest.BirthAnswers("Nguyễn Thị Ánh", form.File{})
		a["child_born"] = form.Value{Text: day}
		return a
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.must(w.Send(ctx, w.applicant, draft.ID, draft.Version, "vi"))
}

func (w world) fees(id string) []dossier.Fee {
	w.t.Helper()
	found, err := dossier.Fees(w.t.Context(), w.DB.Read(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

func TestFeeIsWrittenWhenADossierIsAcceptedAndNotBefore(t *testing.T) {
	each(t, func(w world) {
		d := w.born("2026-11-10")
		expected, final, err := w.FeeOf(t.Context(), w.DB.Read(), d)
		if total, known := expected.Total(); err != nil || final || !known || total != 0 {
			t.Errorf("before it is accepted: %+v %v %v", expected, final, err)
		}
		if len(w.fees(d.ID)) != 0 {
			t.Error("a dossier that nobody accepted has a fee")
		}
		d = w.must(w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, nil))
		all := w.fees(d.ID)
		if len(all) != 1 || all[0].N != 1 || all[0].Cause != dossier.FeeAccepted || all[0].By != "clerk" || !all[0].At.Equal(servicestest.Morning) {
			t.Fatalf("%+v", all)
		}
		if l := all[0].Lines[0]; *l.Amount != 0 || l.Reason.Vi != "Miễn, vì đăng ký đúng hạn: sinh ngày 10/11/2026, nộp ngày 23/11/2026, trong 60 ngày" || l.Basis == "" {
			t.Errorf("%+v", l)
		}
		fee, final, err := w.FeeOf(t.Context(), w.DB.Read(), d)
		if err != nil || !final || fee.N != 1 {
			t.Errorf("%+v %v %v", fee, final, err)
		}
	})
}

func TestBirthRegisteredLateIsNotFree(t *testing.T) {
	each(t, func(w world) {
		for _, c := range []struct {
			born string
			free bool
		}{{"2026-09-24", true}, {"2026-09-23", false}} { // 60 and 61 days before
			d := w.born(c.born)
			w.clock.Advance(3 * 24 * time.Hour) // how long the agency takes makes nothing dearer
			d = w.must(w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, nil))
			if total, known := w.fees(d.ID)[0].Total(); known != c.free || total != 0 {
				t.Errorf("born on %s: %d %v", c.born, total, known)
			}
			w.clock.Set(servicestest.Morning)
		}
	})
}

func TestSupplementIsAssessedAnewBesideTheFirst(t *testing.T) {
	each(t, func(w world) {
		for i, c := range []struct {
			born string
			want int
		}{{"2026-11-10", 1}, {"2026-09-01", 2}} {
			d := w.must(w.Accept(t.Context(), w.clerk, w.act(w.born("2026-11-10")), dossier.Given{}, nil))
			d = w.must(w.AskSupplement(t.Context(), w.checker, w.act(d), []dossier.Defect{{Subject: "Ngày sinh", Wrong: "Khác giấy chứng sinh", Mend: "Ghi lại"}}))
			draft, err := w.StartAnswer(t.Context(), w.applicant, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			p, err := w.Catalogue.Version(d.Procedure, d.ProcedureVersion)
			if err != nil {
				t.Fatal(err)
			}
			draft, err = w.SavePage(t.Context(), w.applicant, draft.ID, "all", 0, func(a form.Answers) form.Answers {
				a["child_born"] = form.Value{Text: c.born}
				return a
			})
			if err != nil {
				t.Fatal(err)
			}
			ahead, err := w.DraftFee(t.Context(), draft, p)
			if err != nil {
				t.Fatal(err)
			}
			d = w.must(w.Send(t.Context(), w.applicant, draft.ID, draft.Version, "vi"))
			all := w.fees(d.ID)
			if len(all) != c.want {
				t.Fatalf("%d: %+v", i, all)
			}
			last := all[len(all)-1]
			_, known := last.Total()
			if _, sooner := ahead.Total(); known != (c.want == 1) || sooner != known {
				t.Errorf("born on %s: %+v, while checking %+v", c.born, last, ahead)
			}
			if first, known := all[0].Total(); first != 0 || !known {
				t.Errorf("the first assessment was changed: %+v", all[0])
			}
		}
	})
}

// What was assessed under a wrong acceptance stays written down, and does not count
// any more: neither while the dossier is at intake again, nor beside what is
// assessed when it is accepted rightly, even where that comes to the same.
func TestFeeOfAnUndoneAcceptanceDoesNotCount(t *testing.T) {
	each(t, func(w world) {
		ctx := t.Context()
		d := w.must(w.Accept(ctx, w.clerk, w.act(w.born("2026-11-10")), dossier.Given{}, nil))
		if fee, final, err := w.FeeOf(ctx, w.DB.Read(), d); err != nil || !final || fee.N != 1 {
			t.Fatalf("%+v %v %v", fee, final, err)
		}
		w.clock.Advance(time.Hour)
		d = w.must(w.UndoAcceptance(ctx, w.clerk, w.act(d), "Nhầm hồ sơ của người khác."))
		fee, final, err := w.FeeOf(ctx, w.DB.Read(), d)
		if total, known := fee.Total(); err != nil || final || fee.N != 0 || !known || total != 0 {
			t.Errorf("after the acceptance was undone: %+v %v %v", fee, final, err)
		}
		if n := len(w.fees(d.ID)); n != 1 {
			t.Errorf("%d assessments are kept", n)
		}
		w.clock.Advance(time.Hour)
		d = w.must(w.Accept(ctx, w.clerk, w.act(d), dossier.Given{}, nil))
		if fee, final, err := w.FeeOf(ctx, w.DB.Read(), d); err != nil || !final || fee.N != 2 || fee.Cause != dossier.FeeAccepted {
			t.Errorf("after it was accepted again: %+v %v %v", fee, final, err)
		}
		// A restart of the limit assesses the same again: it is not written twice.
		d = w.must(w.AskSupplement(ctx, w.checker, w.act(d), []dossier.Defect{{Subject: "Ngày sinh", Wrong: "Mờ", Mend: "Ghi lại"}}))
		draft, err := w.StartAnswer(ctx, w.applicant, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		w.must(w.Send(ctx, w.applicant, draft.ID, draft.Version, "vi"))
		if n := len(w.fees(d.ID)); n != 2 {
			t.Errorf("%d assessments are kept after a supplement that changes nothing", n)
		}
	})
}
