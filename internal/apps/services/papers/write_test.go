package papers

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/worktime"
)

// printed keeps what was to be printed; a picture stands for the paper.
type printed struct {
	receipts  []Receipt
	apologies []Apology
	controls  []Control
	n         uint8
}

func (p *printed) paper() ([]byte, error) {
	p.n++
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.Set(i%64, i/64, color.RGBA{uint8(i) * p.n, uint8(i >> 3), p.n, 255})
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, nil)
	return b.Bytes(), err
}

func (p *printed) Receipt(r Receipt) ([]byte, error) {
	p.receipts = append(p.receipts, r)
	return p.paper()
}
func (p *printed) Request(Request) ([]byte, error) { return p.paper() }
func (p *printed) Refusal(Refusal) ([]byte, error) { return p.paper() }
func (p *printed) Apology(a Apology) ([]byte, error) {
	p.apologies = append(p.apologies, a)
	return p.paper()
}
func (p *printed) Control(c Control) ([]byte, error) {
	p.controls = append(p.controls, c)
	return p.paper()
}

type world struct {
	t       *testing.T
	room    *Room
	clock   *clock.Fake
	printed *printed
	clerk   access.Actor
	checker access.Actor
}

func newWorld(t *testing.T, db *database.DB) world {
	t.Helper()
	dossiers, now := servicestest.NewRoom(t, db)
	w := world{t: t, clock: now, printed: &printed{}, clerk: servicestest.Official(t, dossiers, "clerk", "clerk", servicestest.Agency), checker: servicestest.Official(t, dossiers, "checker", "specialist", servicestest.Agency)}
	w.room = &Room{Dossiers: dossiers, Printer: w.printed, Follow: func(n string) string { return "https://x.example/" + n },
		Names: func(_ context.Context, accounts []string) (map[string]string, error) {
			names := map[string]string{}
			for _, a := range accounts {
				names[a] = "Trần Văn " + a
			}
			return names, nil
		}}
	return w
}

func (w world) must(d dossier.Dossier, err error) dossier.Dossier {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w world) act(d dossier.Dossier) dossier.Act {
	return dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}
}

// filed is a dossier that the clerk took, by a procedure with three working days.
func (w world) filed() dossier.Dossier {
	w.t.Helper()
	ctx, r := w.t.Context(), w.room.Dossiers
	p, err := r.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	p.Limit = worktime.Limit{Amount: 3, Unit: worktime.WorkingDays, Basis: "test"}
	draft, err := r.Start(ctx, w.clerk, p, dossier.Counter, servicestest.Agency, database.NewID())
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err = r.SavePage(ctx, w.clerk, draft.ID, "all", 0, func(form.Answers) form.Answers { return servicestest.BirthAnswers("Nguyễn Thị Ánh", form.File{}) })
	if err != nil {
		w.t.Fatal(err)
	}
	return w.must(r.Send(ctx, w.clerk, draft.ID, draft.Version, "vi"))
}

func (w world) write(d dossier.Dossier, slot string) {
	w.t.Helper()
	if err := w.room.write(w.t.Context(), dossier.WritePaper{Dossier: d.ID, Slot: slot}); err != nil {
		w.t.Fatal(err)
	}
}

func (w world) slots(d dossier.Dossier) string {
	w.t.Helper()
	files, err := w.room.Dossiers.Files.List(w.t.Context(), w.room.Dossiers.DB.Read(), file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
	if err != nil {
		w.t.Fatal(err)
	}
	var slots []string
	for _, f := range files {
		slots = append(slots, f.Slot)
	}
	return strings.Join(slots, " ")
}

func TestAReceiptWhoseAcceptanceWasUndoneIsVoidAndTheNextOneSaysSo(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		r := w.room.Dossiers
		d := w.must(r.Accept(t.Context(), w.clerk, w.act(w.filed()), dossier.Given{Kept: []string{"birth_certificate"}}, []string{"identity"}))
		w.write(d, dossier.SlotReceipt)
		if kinds := w.printed.receipts[0].Papers; len(kinds) != 2 || kinds[0].Kind != "Bản chính, nộp lại cơ quan" || kinds[1].Kind != "Bản chính, đã xem và trả lại" {
			t.Errorf("form 01 lists %+v", kinds)
		}
		d = w.must(r.UndoAcceptance(t.Context(), w.clerk, w.act(d), "Nhầm"))
		w.write(d, dossier.SlotReceipt) // a job that comes late
		if got := w.slots(d); got != dossier.SlotVoid {
			t.Errorf("after undoing the dossier has %q", got)
		}
		w.clock.Advance(time.Hour)
		d = w.must(r.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, nil))
		w.write(d, dossier.SlotReceipt)
		w.write(d, dossier.SlotReceipt)
		if got := w.slots(d); got != dossier.SlotVoid+" "+dossier.SlotReceipt {
			t.Errorf("after accepting again the dossier has %q", got)
		}
		last := w.printed.receipts[len(w.printed.receipts)-1]
		if !strings.Contains(last.Note, "đã hủy lúc 09:00 ngày 23/11/2026") || last.Code != d.Code {
			t.Errorf("the receipt of %s says %q", last.Code, last.Note)
		}
	})
}

func TestApologyAndControlSheetSayWhatHappened(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		r := w.room.Dossiers
		d := w.must(r.Accept(t.Context(), w.clerk, w.act(w.filed()), dossier.Given{}, nil))
		w.clock.Advance(time.Hour)
		d = w.must(r.Take(t.Context(), w.checker, w.act(d)))
		d = w.must(r.Consult(t.Context(), w.checker, w.act(d), []dossier.Question{{Agency: servicestest.Neighbour, Text: "Có thường trú không?", Amount: 4, Unit: worktime.WorkingHours}}))
		d = w.must(r.Apologise(t.Context(), w.checker, w.act(d), "2026-12-01", "Chờ xác minh"))
		w.write(d, dossier.SlotApology)
		a := w.printed.apologies[0]
		if a.Reason != "Chờ xác minh" || a.WasDueAt != "17:00 ngày 26/11/2026" || a.DueAt != "17:00 ngày 01/12/2026" || a.Officer != "Trần Văn checker" {
			t.Errorf("form 04 says %+v", a)
		}
		if _, err := w.room.Control(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		c := w.printed.controls[0]
		want := []Hold{
			{"Trần Văn clerk", "Kiểm tra khi tiếp nhận", "09:00 ngày 23/11/2026", "09:00 ngày 23/11/2026", "Tiếp nhận"},
			{"Chưa ai nhận", "Thẩm tra", "09:00 ngày 23/11/2026", "10:00 ngày 23/11/2026", "Nhận việc"},
			{"Trần Văn checker", "Thẩm tra", "10:00 ngày 23/11/2026", "đang giữ", ""},
		}
		for i := range want {
			if i >= len(c.Holds) || c.Holds[i] != want[i] {
				t.Fatalf("form 05 says %+v, want %+v", c.Holds, want)
			}
		}
		if len(c.Asked) != 1 || c.Asked[0].Answer != "Chưa trả lời" || !strings.Contains(c.Asked[0].Agency, "Phú Khương") || c.Lookup != "" || c.DueAt != "17:00 ngày 01/12/2026" {
			t.Errorf("form 05 says %+v, due %s, with the secret %q", c.Asked, c.DueAt, c.Lookup)
		}
	})
}
