package dossier_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"sync"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/job"
)

// photo is a picture that any phone could have taken; seed makes each another.
func photo(seed int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.Set(i%64, i/64, color.RGBA{uint8(i * (seed + 3)), uint8(i >> 3), uint8(seed), 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

type world struct {
	t *testing.T
	*dossier.Room
	clock     *clock.Fake
	applicant access.Actor
	clerk     access.Actor
	checker   access.Actor
	signer    access.Actor
}

func each(t *testing.T, fn func(w world)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) { fn(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *database.DB) world {
	r, now := servicestest.NewRoom(t, db)
	return world{t: t, Room: r, clock: now, applicant: servicestest.Applicant("mai"),
		clerk:   servicestest.Official(t, r, "clerk", "clerk", servicestest.Agency),
		checker: servicestest.Official(t, r, "checker", "specialist", servicestest.Agency),
		signer:  servicestest.Official(t, r, "signer", "signer", servicestest.Agency)}
}

func (w world) must(d dossier.Dossier, err error) dossier.Dossier {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w world) draft() dossier.Draft {
	w.t.Helper()
	ctx := w.t.Context()
	p, err := w.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := w.Start(ctx, w.applicant, p, dossier.Online, "", database.NewID())
	if err != nil {
		w.t.Fatal(err)
	}
	blob, err := w.Files.Receive(ctx, bytes.NewReader(photo(1)), file.Meta{Name: "giấy chứng sinh.jpg"})
	if err != nil {
		w.t.Fatal(err)
	}
	paper, err := w.AttachPaper(ctx, w.applicant, d.ID, "birth_certificate", blob)
	if err != nil {
		w.t.Fatal(err)
	}
	d, err = w.SavePage(ctx, w.applicant, d.ID, "all", 0, func(form.Answers) form.Answers {
		return servicestest.BirthAnswers("Nguyễn Thị Ánh", servicestest.FormFile(paper))
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w world) filed() dossier.Dossier {
	w.t.Helper()
	d := w.draft()
	return w.must(w.Send(w.t.Context(), w.applicant, d.ID, d.Version, "vi"))
}

func (w world) act(d dossier.Dossier) dossier.Act {
	return dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}
}

func (w world) accepted() dossier.Dossier {
	w.t.Helper()
	return w.must(w.Accept(w.t.Context(), w.clerk, w.act(w.filed()), dossier.Given{}, nil))
}

func (w world) proposed(d dossier.Dossier) dossier.Dossier {
	w.t.Helper()
	blob, err := w.Files.Receive(w.t.Context(), bytes.NewReader(photo(9)), file.Meta{Name: "ket qua.jpg"})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.AttachResult(w.t.Context(), w.checker, d.ID, blob); err != nil {
		w.t.Fatal(err)
	}
	return w.must(w.Propose(w.t.Context(), w.checker, w.act(d), dossier.Result{Number: "15/2026", Book: "Quyển 01", On: "2026-11-23"}))
}

func TestFilingIsNotAcceptance(t *testing.T) {
	each(t, func(w world) {
		d := w.filed()
		if d.FilingNumber != "BS-261123-00001" || d.Code != "" || !d.DueAt.IsZero() || d.Step != "intake" || len(d.Secret) != 8 {
			t.Errorf("filed as %+v", d)
		}
		if d.Agency != servicestest.Agency || d.Title != "Nguyễn Thị Ánh" || d.Name != "Nguyễn Thị Mai" || d.Channel != "online" {
			t.Errorf("it went to %s for %q by %q", d.Agency, d.Title, d.Name)
		}
		w.clock.Advance(time.Hour)
		d = w.must(w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, []string{"identity"}))
		due := time.Date(2026, 11, 23, 17, 0, 0, 0, clock.Zone)
		if d.Code != "000.00.45.H61-261123-0001" || d.Number != d.Code || !d.DueAt.Equal(due) || !d.AcceptedAt.Equal(servicestest.Morning.Add(time.Hour)) {
			t.Errorf("accepted as %s, due %v", d.Code, d.DueAt)
		}
		seen, err := dossier.Originals(t.Context(), w.DB.Read(), d.ID)
		if err != nil || len(seen) != 1 {
			t.Errorf("originals %v, %v", seen, err)
		}
		papers, err := w.Files.List(t.Context(), w.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
		if err != nil || len(papers) != 1 || papers[0].Slot != "paper:birth_certificate" {
			t.Errorf("papers %+v, %v", papers, err)
		}
		queue, ok := w.Jobs.(*job.Queue)
		if !ok {
			t.Fatalf("the room leaves its jobs with %T", w.Jobs)
		}
		if s, err := queue.Stats(t.Context()); err != nil || s.Waiting != 1 {
			t.Errorf("jobs %+v, %v", s, err)
		}
	})
}

func TestSameDayResultReceivedAfterThreeIsDueTheNextWorkingDay(t *testing.T) {
	each(t, func(w world) {
		w.clock.Set(time.Date(2026, 11, 20, 15, 1, 0, 0, clock.Zone)) // a Friday
		d := w.must(w.Accept(t.Context(), w.clerk, w.act(w.filed()), dossier.Given{}, nil))
		if want := time.Date(2026, 11, 23, 17, 0, 0, 0, clock.Zone); !d.DueAt.Equal(want) {
			t.Errorf("due %v, want %v", d.DueAt, want)
		}
	})
}

func TestDraftIsSentOnceHoweverOftenItIsSent(t *testing.T) {
	each(t, func(w world) {
		draft := w.draft()
		var wg sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			wg.Go(func() {
				d, err := w.Send(t.Context(), w.applicant, draft.ID, draft.Version, "vi")
				if err != nil {
					t.Error(err)
				}
				ids[i] = d.FilingNumber
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != "BS-261123-00001" {
				t.Errorf("filed as %v", ids)
				break
			}
		}
		own, err := dossier.OwnAll(t.Context(), w.DB.Read(), "mai")
		if err != nil || len(own) != 1 {
			t.Errorf("%d dossiers, %v", len(own), err)
		}
		if _, err := w.SavePage(t.Context(), w.applicant, draft.ID, "child", 0, func(a form.Answers) form.Answers {
			return servicestest.BirthAnswers("Tên Khác", form.File{})
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a sent draft was changed: %v", err)
		}
	})
}

func TestStalePageKeepsNothingAndShowsBothValues(t *testing.T) {
	each(t, func(w world) {
		d := w.draft()
		say := func(name string) func(form.Answers) form.Answers {
			return func(a form.Answers) form.Answers {
				a["child_name"] = form.Value{Text: name}
				return a
			}
		}
		first, err := w.SavePage(t.Context(), w.applicant, d.ID, "child", 0, say("Nguyễn Văn An"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.SavePage(t.Context(), w.applicant, d.ID, "child", 0, say("Nguyễn Văn Bình"))
		var stale *dossier.StalePage
		if !errors.As(err, &stale) || stale.Draft.Answers.Text("child_name") != "Nguyễn Văn An" {
			t.Errorf("the second tab got %v", err)
		}
		if _, err := w.SavePage(t.Context(), w.applicant, d.ID, "child", 0, say("Nguyễn Văn An")); err != nil {
			t.Errorf("the same words again: %v", err)
		}
		if _, err := w.Send(t.Context(), w.applicant, d.ID, d.Version, "vi"); !errors.As(err, &stale) {
			t.Errorf("answers that were not checked were sent: %v", err)
		}
		if _, err := w.Send(t.Context(), w.applicant, d.ID, first.Version, "vi"); err != nil {
			t.Error(err)
		}
	})
}

func TestIncompleteAnswersAreNotSentAndNothingIsLost(t *testing.T) {
	each(t, func(w world) {
		d := w.draft()
		d, err := w.SavePage(t.Context(), w.applicant, d.ID, "child", 0, func(a form.Answers) form.Answers {
			delete(a, "child_name")
			return a
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Send(t.Context(), w.applicant, d.ID, d.Version, "vi")
		if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "child_name" {
			t.Errorf("sent with %v", err)
		}
		kept, err := w.Room.Draft(t.Context(), w.applicant, d.ID)
		if err != nil || kept.Answers.Text("mother.name") != "Nguyễn Thị Mai" {
			t.Errorf("kept %+v, %v", kept.Answers, err)
		}
	})
}

func TestDossierIsAskedAtMostOnceInAllWithEveryDefect(t *testing.T) {
	each(t, func(w world) {
		defects := []dossier.Defect{{Subject: "Giấy chứng sinh", Wrong: "Ảnh bị mờ"}, {Subject: "Nơi sinh", Wrong: "Chưa ghi tỉnh", Mend: "Ghi đủ xã, tỉnh"}}
		d := w.must(w.AskCompletion(t.Context(), w.clerk, w.act(w.filed()), defects))
		if d.State != cases.Waiting || d.Code != "" {
			t.Errorf("asked: %+v", d)
		}
		req, ok, err := dossier.RequestOf(t.Context(), w.DB.Read(), d.ID)
		if err != nil || !ok || len(req.Defects) != 2 {
			t.Errorf("request %+v, %v", req, err)
		}
		answer, err := w.StartAnswer(t.Context(), w.applicant, d.ID)
		if err != nil || answer.Answers.Text("child_name") != "Nguyễn Thị Ánh" {
			t.Fatalf("answer begins with %+v, %v", answer.Answers, err)
		}
		answer, err = w.SavePage(t.Context(), w.applicant, answer.ID, "birth", 0, func(a form.Answers) form.Answers {
			a["birth_place"] = form.Value{Text: "Trạm y tế xã Phú Túc, tỉnh Vĩnh Long"}
			return a
		})
		if err != nil {
			t.Fatal(err)
		}
		d = w.must(w.Send(t.Context(), w.applicant, answer.ID, answer.Version, "vi"))
		if d.Step != "intake" {
			t.Errorf("completed: %s", d.Step)
		}
		now, err := dossier.Answers(t.Context(), w.DB.Read(), d.ID)
		if err != nil || now.Text("birth_place") != "Trạm y tế xã Phú Túc, tỉnh Vĩnh Long" || len(now["birth_certificate"].Files) != 1 {
			t.Errorf("answers %+v, %v", now, err)
		}
		if _, err := w.AskCompletion(t.Context(), w.clerk, w.act(d), defects); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked a second time: %v", err)
		}
		d = w.must(w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, nil))
		if _, err := w.AskSupplement(t.Context(), w.checker, w.act(d), defects); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked a second time, as a supplement: %v", err)
		}
	})
}

func TestLimitStartsAgainFromZeroAfterASupplement(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted()
		first := d.DueAt
		d = w.must(w.AskSupplement(t.Context(), w.checker, w.act(d), []dossier.Defect{{Subject: "Giấy chứng sinh", Wrong: "Thiếu trang hai"}}))
		if !d.DueAt.IsZero() {
			t.Errorf("a clock runs while the applicant's turn is: %v", d.DueAt)
		}
		w.clock.Set(time.Date(2026, 11, 26, 8, 0, 0, 0, clock.Zone))
		answer, err := w.StartAnswer(t.Context(), w.applicant, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		d = w.must(w.Send(t.Context(), w.applicant, answer.ID, answer.Version, "vi"))
		if want := time.Date(2026, 11, 26, 17, 0, 0, 0, clock.Zone); !d.DueAt.Equal(want) || !d.LimitFrom.Equal(w.clock.Now()) || !d.FirstDueAt.Equal(first) {
			t.Errorf("due %v, from %v, first %v", d.DueAt, d.LimitFrom, d.FirstDueAt)
		}
	})
}

func TestSupplementIsNotAskedAfterThreeWorkingDays(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted()
		w.clock.Set(time.Date(2026, 11, 27, 7, 30, 0, 0, clock.Zone))
		if _, err := w.AskSupplement(t.Context(), w.checker, w.act(d), []dossier.Defect{{Subject: "a", Wrong: "b"}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked on the fourth day: %v", err)
		}
	})
}

func TestWholeWalkEndsHandedOver(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted()
		d = w.must(w.Take(t.Context(), w.checker, w.act(d)))
		if _, err := w.Propose(t.Context(), w.checker, w.act(d), dossier.Result{Number: "1", On: "2026-11-23"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("proposed without the result: %v", err)
		}
		d = w.proposed(d)
		d = w.must(w.SendBack(t.Context(), w.signer, w.act(d), "Sai số quyển"))
		if d.Assignee != "checker" {
			t.Errorf("sent back to %q", d.Assignee)
		}
		d = w.proposed(d)
		if _, err := w.Refuse(t.Context(), w.checker, w.act(d), "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a specialist refused in the signer's place: %v", err)
		}
		d = w.must(w.Approve(t.Context(), w.signer, w.act(d)))
		if d.OnTime == nil || !*d.OnTime || d.ResolvedAt.IsZero() || !d.ClosedAt.IsZero() {
			t.Errorf("approved: %+v", d.Case)
		}
		d = w.must(w.HandOver(t.Context(), w.clerk, w.act(d), dossier.Collection{By: "Nguyễn Thị Mai"}))
		if d.State != cases.Closed || d.Outcome != "granted" {
			t.Errorf("handed over: %+v", d.Case)
		}
		if _, err := audit.NewChainer(w.DB, w.clock, "t").Chain(t.Context()); err != nil {
			t.Fatal(err)
		}
		report, err := audit.Verify(t.Context(), w.DB, w.clock.Now(), time.Minute)
		if err != nil || !report.OK() || report.Rows < 8 {
			t.Errorf("journal %+v, %v", report, err)
		}
		rows, err := audit.About(t.Context(), w.DB.Read(), dossier.Kind, d.ID, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if strings.Contains(fmt.Sprint(row), "Nguyễn") {
				t.Errorf("the journal holds a name: %+v", row)
			}
		}
	})
}

func TestRepeatedActAnswersTheSameAndAnOldPageIsTold(t *testing.T) {
	each(t, func(w world) {
		d := w.filed()
		a := w.act(d)
		once := w.must(w.Accept(t.Context(), w.clerk, a, dossier.Given{}, nil))
		again := w.must(w.Accept(t.Context(), w.clerk, a, dossier.Given{}, nil))
		if once.Code != again.Code {
			t.Errorf("accepted as %s and %s", once.Code, again.Code)
		}
		if _, err := w.Accept(t.Context(), w.clerk, a, dossier.Given{}, []string{"identity"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("other input under the same key: %v", err)
		}
		_, err := w.RefuseIntake(t.Context(), w.clerk, dossier.Act{ID: d.ID, Version: d.Version, Key: "k2"}, "trùng")
		var stale *cases.Stale
		if !errors.As(err, &stale) || stale.Last.Act != dossier.ActAccept || stale.Last.Account != "clerk" {
			t.Errorf("the old page was told %v", err)
		}
	})
}

func TestNeighbourAndStrangerSeeNothing(t *testing.T) {
	each(t, func(w world) {
		d := w.filed()
		neighbour := servicestest.Official(t, w.Room, "n", "clerk", servicestest.Neighbour)
		for _, a := range []access.Actor{neighbour, servicestest.Applicant("other"), {}} {
			if _, err := w.Open(t.Context(), a, d.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opened it: %v", a.Account, err)
			}
			if _, err := w.Accept(t.Context(), a, w.act(d), dossier.Given{}, nil); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s accepted it: %v", a.Account, err)
			}
			if _, err := w.Withdraw(t.Context(), a, w.act(d)); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s withdrew it: %v", a.Account, err)
			}
			if _, err := w.Room.Draft(t.Context(), a, d.Draft); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s read the draft: %v", a.Account, err)
			}
		}
	})
}

func TestCodesOfAnAgencyAndDayAreDistinctUnderACrowdAndEndWithAFault(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		var filed []dossier.Dossier
		for range 12 {
			filed = append(filed, w.filed())
		}
		var mu sync.Mutex
		codes := map[string]bool{}
		var wg sync.WaitGroup
		for _, d := range filed[:11] {
			wg.Go(func() {
				d, err := w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, nil)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				codes[d.Code] = true
			})
		}
		wg.Wait()
		if len(codes) != 11 || !codes["000.00.45.H61-261123-0011"] {
			t.Errorf("codes %v", codes)
		}
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE counters SET last = 9999 WHERE series = $1`, "dossier:"+servicestest.Agency)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accept(t.Context(), w.clerk, w.act(filed[11]), dossier.Given{}, nil); !fault.Is(err, fault.Exhausted) {
			t.Errorf("the 10,000th was accepted: %v", err)
		}
		d, err := w.Open(t.Context(), w.clerk, filed[11].ID)
		if err != nil || d.Step != "intake" || d.Code != "" {
			t.Errorf("the failed act left %+v, %v", d, err)
		}
	})
}

func TestUntouchedDraftIsSweptWithItsPapers(t *testing.T) {
	each(t, func(w world) {
		d := w.draft()
		sent := w.filed()
		w.clock.Advance(dossier.KeepDrafts + time.Hour)
		if n, err := w.SweepDrafts(t.Context()); err != nil || n != 1 {
			t.Errorf("swept %d, %v", n, err)
		}
		if _, err := w.Room.Draft(t.Context(), w.applicant, d.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the draft is there: %v", err)
		}
		if _, err := w.Room.Draft(t.Context(), w.applicant, sent.Draft); err != nil {
			t.Errorf("a sent draft was swept: %v", err)
		}
		papers, err := w.Files.List(t.Context(), w.DB.Read(), file.Owner{Kind: dossier.OwnerDraft, ID: d.ID})
		if err != nil || len(papers) != 0 {
			t.Errorf("papers %v, %v", papers, err)
		}
	})
}

func TestNumberFindsTheDossierAsPeopleTypeIt(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted()
		for _, typed := range []string{d.Code, " " + strings.ToLower(d.Code) + " ", "bs-261123-00001"} {
			if got, err := dossier.ByNumber(t.Context(), w.DB.Read(), typed); err != nil || got.ID != d.ID {
				t.Errorf("%q found %q, %v", typed, got.ID, err)
			}
		}
		if _, err := dossier.ByNumber(t.Context(), w.DB.Read(), "BS-261123-00009"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// Somebody without an account answers at the desk, where the originals are, so
// that no dossier waits for an answer that nobody could give.
func TestClerkAnswersARequestForSomebodyAtTheDesk(t *testing.T) {
	each(t, func(w world) {
		p, err := w.Catalogue.Procedure(servicestest.Birth)
		if err != nil {
			t.Fatal(err)
		}
		draft, err := w.Start(t.Context(), w.clerk, p, dossier.Counter, servicestest.Agency, database.NewID())
		if err != nil {
			t.Fatal(err)
		}
		draft, err = w.SavePage(t.Context(), w.clerk, draft.ID, "all", 0, func(form.Answers) form.Answers {
			a := servicestest.BirthAnswers("Nguyễn Văn Khoa", form.File{})
			a["proof"] = form.Value{Text: "certificate"} // seen at the counter, not photographed
			return a
		})
		if err != nil {
			t.Fatal(err)
		}
		d := w.must(w.Send(t.Context(), w.clerk, draft.ID, draft.Version, "vi"))
		if d.Applicant != "" || d.Channel != "counter" {
			t.Errorf("filed as %+v", d)
		}
		d = w.must(w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, []string{"birth_certificate"}))
		d = w.must(w.AskSupplement(t.Context(), w.checker, w.act(d), []dossier.Defect{{Subject: "Nơi sinh", Wrong: "Chưa ghi ấp"}}))
		for _, a := range []access.Actor{w.applicant, w.checker, servicestest.Official(t, w.Room, "n", "clerk", servicestest.Neighbour)} {
			if _, err := w.StartAnswer(t.Context(), a, d.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s may answer: %v", a.Account, err)
			}
		}
		answer, err := w.StartAnswer(t.Context(), w.clerk, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		d = w.must(w.Send(t.Context(), w.clerk, answer.ID, answer.Version, "vi"))
		if d.Step != "check" || d.DueAt.IsZero() {
			t.Errorf("after the answer it stands at %s, due %v", d.Step, d.DueAt)
		}
	})
}

// What a completion mends is mended everywhere: in lists, on papers, in search.
func TestCompletionReachesListsAndPapers(t *testing.T) {
	each(t, func(w world) {
		d := w.must(w.AskCompletion(t.Context(), w.clerk, w.act(w.filed()), []dossier.Defect{{Subject: "Tên trẻ", Wrong: "Sai dấu"}}))
		answer, err := w.StartAnswer(t.Context(), w.applicant, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.StartAnswer(t.Context(), w.applicant, d.ID); err != nil || again.ID != answer.ID {
			t.Errorf("a second answer was begun: %v", err)
		}
		answer, err = w.SavePage(t.Context(), w.applicant, answer.ID, "child", 0, func(a form.Answers) form.Answers {
			a["child_name"] = form.Value{Text: "Nguyễn Thị Anh"}
			a["phone"] = form.Value{Text: "0909090909"}
			return a
		})
		if err != nil {
			t.Fatal(err)
		}
		d = w.must(w.Send(t.Context(), w.applicant, answer.ID, answer.Version, "vi"))
		d = w.must(w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, nil))
		got, err := dossier.ByID(t.Context(), w.DB.Read(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Title != "Nguyễn Thị Anh" || got.Phone != "0909090909" {
			t.Errorf("it is still %q, %s", got.Title, got.Phone)
		}
		for _, words := range []string{"thi anh", "0909090909", "261123 0001"} {
			n, err := cases.Count(t.Context(), w.DB.Read(), cases.Filter{Scope: w.clerk.Scope(access.DossierRead), Words: words})
			if err != nil || n != 1 {
				t.Errorf("%q finds %d, %v", words, n, err)
			}
		}
	})
}

func TestAnswerCannotMoveTheDossierToAnotherAgency(t *testing.T) {
	each(t, func(w world) {
		d := w.must(w.AskCompletion(t.Context(), w.clerk, w.act(w.filed()), []dossier.Defect{{Subject: "a", Wrong: "b"}}))
		answer, err := w.StartAnswer(t.Context(), w.applicant, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		answer, err = w.SavePage(t.Context(), w.applicant, answer.ID, "commune", 0, func(a form.Answers) form.Answers {
			a["commune"] = form.Value{Parts: form.Answers{"province": {Text: servicestest.Province}, "commune": {Text: "28756-2025"}}}
			return a
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Send(t.Context(), w.applicant, answer.ID, answer.Version, "vi"); !fault.Is(err, fault.Invalid) {
			t.Errorf("it was moved: %v", err)
		}
	})
}

func TestEveryReasonAgainstAProposalIsGivenAtOnce(t *testing.T) {
	each(t, func(w world) {
		_, err := w.Propose(t.Context(), w.checker, w.act(w.accepted()), dossier.Result{On: "x"})
		if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 3 {
			t.Errorf("reasons: %v", err)
		}
	})
}
