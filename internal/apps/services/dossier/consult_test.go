package dossier_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/core/cases"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/worktime"
)

func asks(agency string) []dossier.Question {
	return []dossier.Question{{Agency: agency, Text: "Có thường trú không?", Amount: 4, Unit: worktime.WorkingHours}}
}

func (w world) consults(d dossier.Dossier) []cases.Consult {
	w.t.Helper()
	all, err := cases.Consults(w.t.Context(), w.DB.Read(), d.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestDossierStaysWithTheSpecialistWhileOthersAreAsked(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted()
		d = w.must(w.Take(t.Context(), w.checker, w.act(d)))
		a := w.act(d)
		ask := append(asks(servicestest.Neighbour), dossier.Question{Agency: "ubnd-86", Text: "Có ý kiến gì?", Amount: 2, Unit: worktime.WorkingDays})
		after := w.must(w.Consult(t.Context(), w.checker, a, ask))
		w.must(w.Consult(t.Context(), w.checker, a, ask)) // the second click
		if after.Step != d.Step || after.Assignee != "checker" || !after.DueAt.Equal(d.DueAt) || after.Version != d.Version+1 {
			t.Errorf("after asking it stands at %s with %s, due %v", after.Step, after.Assignee, after.DueAt)
		}
		all := w.consults(d)
		if len(all) != 2 {
			t.Fatalf("%d questions", len(all))
		}
		for _, x := range all {
			want := w.clock.Now().Add(5*time.Hour + 30*time.Minute) // four working hours from 9:00, over the midday rest
			if x.Agency == "ubnd-86" {
				want = w.Calendar.AddWorkingDays(w.clock.Now(), 2)
				want, _ = w.Calendar.CloseOf(want)
			}
			if !x.DueAt.Equal(want) {
				t.Errorf("%s has until %v, want %v", x.Agency, x.DueAt, want)
			}
		}
		_, err := w.Consult(t.Context(), w.checker, w.act(after), asks(servicestest.Neighbour))
		if f := fault.Of(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Key != "dossier.consult_asked" {
			t.Errorf("asking the same agency again while it is asked: %v", err)
		}
		d = w.proposed(after) // nobody waits for an answer
		d = w.must(w.WithdrawConsult(t.Context(), w.checker, w.act(d), all[0].ID))
		if d.Step != "sign" {
			t.Errorf("taking a question back moved it to %s", d.Step)
		}
		if _, err := w.WithdrawConsult(t.Context(), w.checker, w.act(d), all[0].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("taking it back again: %v", err)
		}
	})
}

func TestWhoIsAskedSeesTheDossierOnlyThroughTheQuestionAndOnlyUntilItIsOver(t *testing.T) {
	each(t, func(w world) {
		neighbour := servicestest.Official(t, w.Room, "neighbour", "specialist", servicestest.Neighbour)
		clerk := servicestest.Official(t, w.Room, "theirclerk", "clerk", servicestest.Neighbour)
		d := w.must(w.Consult(t.Context(), w.checker, w.act(w.accepted()), asks(servicestest.Neighbour)))
		x := w.consults(d)[0]
		if _, err := w.Open(t.Context(), neighbour, d.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the dossier itself: %v", err)
		}
		for _, who := range []struct {
			name string
			err  error
		}{{"clerk there", second(w.OpenConsult(t.Context(), clerk, x.ID))}, {"asker", second(w.OpenConsult(t.Context(), w.checker, x.ID))}} {
			if !fault.Is(who.err, fault.NotFound) {
				t.Errorf("%s: %v", who.name, who.err)
			}
		}
		got, err := w.OpenConsult(t.Context(), neighbour, x.ID)
		if err != nil || !got.Open() || got.Dossier.Name != "Nguyễn Thị Mai" {
			t.Fatalf("whoever is asked: %v", err)
		}
		rows, err := audit.About(t.Context(), w.DB.Read(), dossier.Kind, d.ID, 100)
		if err != nil || !slices.ContainsFunc(rows, func(r audit.Row) bool {
			return r.Action == dossier.ReadConsulted && r.Actor == "neighbour" && r.Path == d.Holder
		}) {
			t.Errorf("the reading is not in the journal: %v", err)
		}
		papers, err := w.papersOf(d.ID)
		if err != nil || len(papers) == 0 {
			t.Fatal(err)
		}
		if _, err := w.ConsultPaper(t.Context(), neighbour, x.ID, papers[0]); err != nil {
			t.Errorf("a paper: %v", err)
		}
		reply := cases.Reply{Opinion: cases.Disagree, Text: "Không thường trú."}
		if _, err := w.AnswerConsult(t.Context(), neighbour, x.ID, "k1", cases.Reply{}); len(fault.Of(err).Fields) != 2 {
			t.Errorf("an empty answer: %v", err)
		}
		for range 2 { // the second click answers the same
			if _, err := w.AnswerConsult(t.Context(), neighbour, x.ID, "k1", reply); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.AnswerConsult(t.Context(), neighbour, x.ID, "k2", reply); !fault.Is(err, fault.Conflict) {
			t.Errorf("answering again: %v", err)
		}
		if _, err := w.ConsultPaper(t.Context(), neighbour, x.ID, papers[0]); !fault.Is(err, fault.NotFound) {
			t.Errorf("a paper after the answer: %v", err)
		}
		if x = w.consults(d)[0]; x.Answer != "Không thường trú." || x.AnsweredBy != "neighbour" || x.Opinion != cases.Disagree {
			t.Errorf("the answer is %+v", x)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestOnlyTheSpecialistAsksAndOnlyWhileExamining(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted()
		if _, err := w.Consult(t.Context(), w.signer, w.act(d), asks(servicestest.Neighbour)); !fault.Is(err, fault.NotFound) {
			t.Errorf("the signer asks: %v", err)
		}
		for name, ask := range map[string][]dossier.Question{
			"own agency": asks(servicestest.Agency), "an agency that is not": asks("ubnd-x"), "nothing": nil,
			"no text":  {{Agency: servicestest.Neighbour, Amount: 1, Unit: worktime.WorkingDays}},
			"endless":  {{Agency: servicestest.Neighbour, Text: strings.Repeat("x", 1001), Amount: 1, Unit: worktime.WorkingDays}},
			"no limit": {{Agency: servicestest.Neighbour, Text: "?", Unit: worktime.WorkingDays}},
			"months":   {{Agency: servicestest.Neighbour, Text: "?", Amount: 1, Unit: worktime.Months}},
		} {
			if _, err := w.Consult(t.Context(), w.checker, w.act(d), ask); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		signed := w.must(w.Approve(t.Context(), w.signer, w.act(w.proposed(w.must(w.Consult(t.Context(), w.checker, w.act(d), asks(servicestest.Neighbour)))))))
		if _, err := w.Consult(t.Context(), w.checker, w.act(signed), asks("ubnd-86")); !fault.Is(err, fault.Conflict) {
			t.Errorf("after the signature: %v", err)
		}
		neighbour := servicestest.Official(t, w.Room, "neighbour", "specialist", servicestest.Neighbour)
		x := w.consults(signed)[0]
		if _, err := w.AnswerConsult(t.Context(), neighbour, x.ID, database.NewID(), cases.Reply{Opinion: cases.Agree, Text: "Có."}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an answer after the signature: %v", err)
		}
	})
}

// papersOf lists the papers that the applicant handed in.
func (w world) papersOf(id string) (ids []string, err error) {
	files, err := w.Files.List(w.t.Context(), w.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: id})
	for _, f := range files {
		if strings.HasPrefix(f.Slot, dossier.SlotPaper) {
			ids = append(ids, f.ID)
		}
	}
	return ids, err
}
