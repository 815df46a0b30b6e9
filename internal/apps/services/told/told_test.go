package told_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/payment"
	"benso/internal/apps/services/servicestest"
	"benso/internal/apps/services/told"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/event"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/job"
	"benso/internal/kernel/notify"
	"benso/internal/testkit/robot"
)

type world struct {
	*dossier.Room
	t                                 *testing.T
	notices                           *notify.Room
	told                              *told.Room
	clock                             *clock.Fake
	applicant, clerk, checker, signer access.Actor
	born                              string // the child's birthday, where it matters
}

type post struct{}

func (post) Send(context.Context, notify.Letter) error { return nil }

func newWorld(t *testing.T, db *database.DB) *world {
	t.Helper()
	handlers := job.NewRegistry()
	job.Handle(handlers, func(context.Context, dossier.WritePaper) error { return nil })
	w := &world{t: t, applicant: servicestest.Applicant("mai")}
	w.notices = notify.New(notify.Config{DB: db, Clock: clock.System, Mail: post{}, Address: func(context.Context, database.Querier, string) (string, error) { return "mai@benso.example", nil }})
	w.notices.Handle(handlers)
	w.Room, w.clock = servicestest.NewRoomWith(t, db, handlers)
	w.notices.Join(w.Jobs.(*job.Queue))
	w.told = &told.Room{Dossiers: w.Room, Notices: w.notices}
	w.told.Subscribe(w.Events)
	w.clerk = servicestest.Official(t, w.Room, "clerk", "clerk", servicestest.Agency)
	w.checker = servicestest.Official(t, w.Room, "checker", "specialist", servicestest.Agency)
	w.signer = servicestest.Official(t, w.Room, "signer", "signer", servicestest.Agency)
	return w
}

// hand gives out what happened.
func (w *world) hand() {
	w.t.Helper()
	for {
		n, err := w.Events.Dispatch(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// did hands out what an act caused, and gives its dossier.
func (w *world) did(d dossier.Dossier, err error) dossier.Dossier {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.hand()
	return d
}

func (w *world) act(d dossier.Dossier) dossier.Act {
	return dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}
}

func (w *world) send(actor access.Actor, channel dossier.Channel, agency string) dossier.Dossier {
	w.t.Helper()
	ctx := w.t.Context()
	p, err := w.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := w.Start(ctx, actor, p, channel, agency, database.NewID())
	if err != nil {
		w.t.Fatal(err)
	}
	return w.answer(actor, d)
}

func (w *world) answer(actor access.Actor, d dossier.Draft) dossier.Dossier {
	w.t.Helper()
	ctx := w.t.Context()
	d, err := w.SavePage(ctx, actor, d.ID, "all", d.Revisions["all"], func(form.Answers) form.Answers {
		a := servicestest.BirthAnswers("Nguyễn Thị Ánh", form.File{})
		if w.born != "" {
			a["child_born"] = form.Value{Text: w.born}
		}
		return a
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.did(w.Send(ctx, actor, d.ID, d.Version, "vi"))
}

func (w *world) inbox() []notify.Notice {
	w.t.Helper()
	all, _, err := w.notices.Inbox(w.t.Context(), "mai", 50, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// last looks that there are n notices, and gives the text of the latest.
func (w *world) last(n int, wants ...string) notify.Notice {
	w.t.Helper()
	all := w.inbox()
	if len(all) != n {
		w.t.Fatalf("there are %d notices, and not %d: %+v", len(all), n, all)
	}
	vi := all[0].In("vi")
	text := vi.Title + "\n" + strings.Join(vi.Lines, "\n")
	for _, want := range wants {
		if !strings.Contains(text, want) {
			w.t.Errorf("the notice does not say %q:\n%s", want, text)
		}
	}
	for _, n := range all {
		for lang, t := range n.Texts {
			for _, never := range []string{"Ánh", "Mai", "Văn Ba", "Nhầm người", "0912345678", "083198004321", "[told.", "{"} {
				if strings.Contains(t.Title+strings.Join(t.Lines, ""), never) {
					w.t.Errorf("a notice says %q in %s: %+v", never, lang, t)
				}
			}
		}
	}
	return all[0]
}

func TestApplicantIsToldOfEachStepOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		d := w.send(w.applicant, dossier.Online, "")
		n := w.last(1, "Hồ sơ "+d.FilingNumber+" đã được gửi", "Đăng ký khai sinh", "Bạn chưa phải làm gì")
		if n.Link != "/ho-so-cua-toi/"+d.ID || n.Subject != d.ID {
			t.Errorf("the notice leads to %q", n.Link)
		}
		d = w.did(w.Accept(ctx, w.clerk, w.act(d), dossier.Given{}, nil))
		w.last(2, "Hồ sơ "+d.Code+" đã được tiếp nhận", "Hẹn trả kết quả: 17:00 ngày 23/11/2026")
		d = w.did(w.Take(ctx, w.checker, w.act(d)))
		w.last(2)
		d = w.did(w.AskSupplement(ctx, w.checker, w.act(d), []dossier.Defect{{Subject: "Giấy chứng sinh", Wrong: "Ảnh mờ của bà Mai", Mend: "Chụp lại"}}))
		w.last(3, d.Code+" cần bạn bổ sung", "tính lại từ đầu")
		draft, err := w.StartAnswer(ctx, w.applicant, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		d = w.answer(w.applicant, draft)
		w.last(4, "Đã nhận phần bổ sung", "Hẹn trả kết quả: ")
		blob, err := w.Files.Receive(ctx, bytes.NewReader(robot.Photo(1)), file.Meta{Name: "ket qua.jpg"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.AttachResult(ctx, w.checker, d.ID, blob); err != nil {
			t.Fatal(err)
		}
		d = w.did(w.Propose(ctx, w.checker, w.act(d), dossier.Result{Number: "15/2026", On: "2026-11-23"}))
		w.last(4)
		d = w.did(w.Approve(ctx, w.signer, w.act(d)))
		w.last(5, d.Code+" đã có kết quả", "giấy tờ tùy thân")
		d = w.did(w.HandOver(ctx, w.clerk, w.act(d), dossier.Collection{By: "Nguyễn Thị Mai"}))
		w.last(6, "Đã trả kết quả hồ sơ "+d.Code)
	})
}

func TestApplicantIsToldOfRequestsRefusalsAndWithdrawal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		d := w.send(w.applicant, dossier.Online, "")
		d = w.did(w.AskCompletion(ctx, w.clerk, w.act(d), []dossier.Defect{{Subject: "a", Wrong: "b", Mend: "c"}}))
		w.last(2, d.FilingNumber+" cần bạn hoàn thiện", "chưa bắt đầu tính")
		draft, err := w.StartAnswer(ctx, w.applicant, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		d = w.answer(w.applicant, draft)
		w.last(3, "Đã nhận phần hoàn thiện")
		w.did(w.RefuseIntake(ctx, w.clerk, w.act(d), "Không thuộc thẩm quyền."))
		w.last(4, d.FilingNumber+" không được tiếp nhận")

		d = w.send(w.applicant, dossier.Online, "")
		d = w.did(w.Accept(ctx, w.clerk, w.act(d), dossier.Given{}, nil))
		d = w.did(w.ProposeRefusal(ctx, w.checker, w.act(d), "Không đủ điều kiện."))
		w.last(6)
		w.did(w.Refuse(ctx, w.signer, w.act(d), "Không đủ điều kiện."))
		w.last(7, d.Code+" bị từ chối giải quyết", "khiếu nại")

		d = w.send(w.applicant, dossier.Online, "")
		w.did(w.Withdraw(ctx, w.applicant, w.act(d)))
		w.last(9, d.FilingNumber+" đã được rút")
	})
}

func TestApplicantIsToldOfReceiptsAndOfTheirCancelling(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.born = "2026-06-01" // registered late: the clerk determines the fee
		d := w.send(w.applicant, dossier.Online, "")
		d = w.did(w.Accept(ctx, w.clerk, w.act(d), dossier.Given{}, nil))
		w.last(2)
		desk := payment.Room{Dossiers: w.Room}
		c := payment.Collection{Dossier: d.ID, Fee: 1, Key: database.NewID(), Method: payment.Cash, Payer: "Nguyễn Văn Ba", Given: map[int]payment.Given{0: {Amount: "8.000", Basis: "Nghị quyết của Hội đồng nhân dân tỉnh"}}}
		p, ok, err := desk.Collect(ctx, w.clerk, c)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		w.hand()
		w.last(3, "Đã thu 8.000 ₫ cho hồ sơ "+d.Code, "Biên lai số 0000001/2026: 8.000 ₫", "khai sinh")
		if _, _, err := desk.Collect(ctx, w.clerk, c); err != nil { // the second click
			t.Fatal(err)
		}
		w.hand()
		w.last(3)
		if _, err := desk.Cancel(ctx, w.clerk, p.ID, database.NewID(), "Nhầm người nộp"); err != nil {
			t.Fatal(err)
		}
		w.hand()
		n := w.last(4, "Biên lai 0000001/2026 của hồ sơ "+d.Code+" đã bị hủy", "8.000 ₫", "nhận lại tiền")
		if n.Link != "/ho-so-cua-toi/"+d.ID {
			t.Errorf("the notice leads to %q", n.Link)
		}
		// Whoever owes nothing is told of no receipt.
		d = w.send(w.applicant, dossier.Online, "")
		d = w.did(w.Accept(ctx, w.clerk, w.act(d), dossier.Given{}, nil))
		if _, ok, err := desk.Collect(ctx, w.clerk, payment.Collection{Dossier: d.ID, Fee: 1, Key: database.NewID(), Given: map[int]payment.Given{0: {Amount: "0", Basis: "Gia đình có công"}}}); err != nil || ok {
			t.Fatal(ok, err)
		}
		w.hand()
		w.last(6)
	})
}

// A counter that files in somebody's account does not exist yet; the act tells them
// all the same once it does.
func TestWhoeverHasAnAccountIsToldThatADossierWasMisfiled(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		d := w.send(w.clerk, dossier.Counter, servicestest.Agency)
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE dossiers SET applicant = 'mai' WHERE case_id = $1`, d.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.did(w.Misfile(t.Context(), w.clerk, w.act(d), "Nhầm người nộp."))
		w.last(1, "Hồ sơ "+d.FilingNumber+" đã đóng vì nhập nhầm thủ tục", "hồ sơ khác thay cho")
	})
}

// An event that is handled twice, as after a crash between two programs.
func TestEventThatComesTwiceTellsOnceAndLateOnesSayWhatWasThen(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		d := w.send(w.applicant, dossier.Online, "")
		d = w.did(w.Accept(ctx, w.clerk, w.act(d), dossier.Given{}, nil))
		again := event.NewBus(db, w.clock, "t")
		w.told.Subscribe(again)
		for range 2 {
			for seq, act := range map[int64]string{1: dossier.ActFile, 2: dossier.ActAccept, 3: dossier.ActAccept} { // the third never happened
				err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
					return again.Record(ctx, tx, dossier.EventChanged, d.ID, dossier.Happened{Act: act, Seq: seq})
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := again.Dispatch(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if stuck, err := event.Stuck(ctx, db.Read()); err != nil || stuck != 0 {
			t.Errorf("%d events are stuck, %v", stuck, err)
		}
		all := w.inbox()
		if len(all) != 2 {
			t.Fatalf("there are %d notices", len(all))
		}
		for _, n := range all {
			if strings.HasSuffix(n.Cause, ":1") && !strings.Contains(n.In("vi").Title, d.FilingNumber) {
				t.Errorf("the filing reads %q", n.In("vi").Title)
			}
		}
		if letters, err := w.notices.Letters(ctx, "mai", 10); err != nil || len(letters) != 2 {
			t.Errorf("%d letters, %v", len(letters), err)
		}
	})
}

func TestNobodyIsToldOfADossierOfTheCounterWithoutAnAccount(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	d := w.send(w.clerk, dossier.Counter, servicestest.Agency)
	w.did(w.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, []string{"birth_certificate"}))
	for _, account := range []string{"", "mai", "clerk"} {
		if n, err := w.notices.Unread(t.Context(), account); err != nil || n != 0 {
			t.Errorf("%q was told %d things, %v", account, n, err)
		}
	}
}

func TestSimulatedDossiersAreToldInTheInboxAlone(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	w.Simulated = true
	w.send(w.applicant, dossier.Online, "")
	w.last(1)
	if letters, err := w.notices.Letters(t.Context(), "mai", 10); err != nil || len(letters) != 0 {
		t.Errorf("%d letters, %v", len(letters), err)
	}
}

func TestEnglishReadsLikeVietnamese(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	d := w.send(w.applicant, dossier.Online, "")
	en := w.last(1).In("en")
	if en.Title != "Dossier "+d.FilingNumber+" was sent" || en.Link != "See the dossier" || len(en.Lines) != 2 {
		t.Errorf("the notice reads %+v", en)
	}
}
