package demo

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/identity"
	"benso/internal/server"
)

// Plan is what is simulated.
type Plan struct {
	Dossiers int
	Seed     int64
}

// birth is the procedure that is simulated.
const birth = "1.001193"

// weeks is how far back the simulation begins.
const weeks = 6

// Fill makes the demonstration in a folder that holds none, and leaves one that
// is there as it is. It refuses a folder that anybody uses.
func Fill(ctx context.Context, c server.Config, log *slog.Logger, plan Plan, out io.Writer) (err error) {
	p, err := server.OpenToServe(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop(ctx)) }()
	any, err := cases.Any(ctx, p.DB.Read())
	if err != nil || p.Simulated && any {
		return err
	}
	if any {
		return errors.New("this data folder holds real dossiers: give the demonstration a folder of its own (--data)")
	}
	used, err := identity.Any(ctx, p.DB.Read())
	if err != nil {
		return err
	}
	if used {
		return errors.New("this data folder is in use: give the demonstration a folder of its own (--data)")
	}
	rng := rand.New(rand.NewPCG(uint64(plan.Seed), 1))
	began := clock.System.Now()
	s, err := newStaff(ctx, p, rng)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "\rsimulating dossiers: 0 of %d", plan.Dossiers); err != nil {
		return err
	}
	if err := s.hire(ctx, 40); err != nil {
		return err
	}
	w := &world{staff: s, clock: clock.NewFake(began), end: began, out: out, total: plan.Dossiers}
	files, err := file.NewStore(ctx, p.DB, w.clock, c.Papers())
	if err != nil {
		return err
	}
	w.room = p.Dossiers.Simulating(w.clock, files)
	if err := w.run(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\r%d dossiers simulated in %s\n", plan.Dossiers, clock.System.Now().Sub(began).Round(100*time.Millisecond))
	return err
}

// deed is something that somebody does at a time.
type deed struct {
	at  time.Time
	seq int // deeds of one instant keep their order
	do  func(context.Context) error
}

type agenda []deed

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].seq < a[j].seq
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(deed)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

// world is the simulated province: what will be done, and the clock.
type world struct {
	*staff
	room   *dossier.Room
	clock  *clock.Fake
	end    time.Time
	agenda agenda
	seq    int
	filed  int
	total  int
	out    io.Writer
}

// later plans a deed after a time in office hours.
func (w *world) later(working time.Duration, do func(context.Context) error) {
	w.at(w.room.Calendar.Add(w.clock.Now(), working), do)
}

func (w *world) at(t time.Time, do func(context.Context) error) {
	w.seq++
	heap.Push(&w.agenda, deed{at: t, seq: w.seq, do: do})
}

// run plans the filings and lives through them until now: what would happen
// later stays open on somebody's desk.
func (w *world) run(ctx context.Context) error {
	begin := w.end.AddDate(0, 0, -7*weeks)
	working := w.room.Calendar.Between(begin, w.end)
	for range w.total {
		at := w.room.Calendar.Add(begin, time.Duration(w.rng.Int64N(int64(working)))).Add(time.Duration(w.rng.Int64N(int64(50 * time.Second))))
		w.at(at, w.file)
	}
	for w.agenda.Len() > 0 {
		d := heap.Pop(&w.agenda).(deed)
		if d.at.After(w.end) || ctx.Err() != nil {
			return ctx.Err()
		}
		w.clock.Set(d.at)
		if err := d.do(ctx); err != nil {
			return fmt.Errorf("simulate %s: %w", d.at.In(clock.Zone).Format(time.DateTime), err)
		}
	}
	return nil
}

func (w *world) minutes(least, most int) time.Duration {
	return time.Duration(least+w.rng.IntN(most-least)) * time.Minute
}

// file has somebody fill in the form and send it: three of four online, the
// others at the counter of a commune.
func (w *world) file(ctx context.Context) error {
	d := w.desks[w.rng.IntN(len(w.desks))]
	if w.rng.IntN(6) == 0 {
		d = w.home()
	}
	who, channel := w.persons[w.rng.IntN(len(w.persons))], dossier.Online
	if w.rng.IntN(100) < 24 {
		who, channel = d.clerk, dossier.Counter
	}
	p, err := w.room.Catalogue.Procedure(birth)
	if err != nil {
		return err
	}
	sent, err := w.send(ctx, who, channel, d, p)
	if err != nil {
		return err
	}
	if w.filed++; w.filed%50 == 0 {
		if _, err := fmt.Fprintf(w.out, "\rsimulating dossiers: %d of %d", w.filed, w.total); err != nil {
			return err
		}
	}
	wait := w.minutes(5, 150)
	if channel == dossier.Counter {
		wait = w.minutes(1, 6)
	}
	w.later(wait, func(ctx context.Context) error { return w.intake(ctx, d, who, sent.ID) })
	return nil
}

func (w *world) home() desk {
	for _, d := range w.desks {
		if d.place.ID == home {
			return d
		}
	}
	return w.desks[0]
}

func (w *world) send(ctx context.Context, who access.Actor, channel dossier.Channel, d desk, p *catalogue.Procedure) (dossier.Dossier, error) {
	draft, err := w.room.Start(ctx, who, p, channel, d.agency.ID, database.NewID())
	if err != nil {
		return dossier.Dossier{}, err
	}
	blob, err := w.picture(ctx, "giay-chung-sinh.jpg")
	if err != nil {
		return dossier.Dossier{}, err
	}
	paper, err := w.room.AttachPaper(ctx, who, draft.ID, "birth_certificate", blob)
	if err != nil {
		return dossier.Dossier{}, err
	}
	answers := w.answers(who, channel, d, paper)
	draft, err = w.room.SavePage(ctx, who, draft.ID, "child", 0, func(form.Answers) form.Answers { return answers })
	if err != nil {
		return dossier.Dossier{}, err
	}
	return w.room.Send(ctx, who, draft.ID, draft.Version, "vi")
}

// answers are made up; the child was born in the last two months.
func (w *world) answers(who access.Actor, channel dossier.Channel, d desk, paper file.File) form.Answers {
	r := w.rng
	place := form.Value{Parts: form.Answers{"province": {Text: d.place.Parent}, "commune": {Text: d.place.ID}}}
	mother := who.Name
	if channel == dossier.Counter {
		mother = woman(r, pick(r, families))
	}
	child, sex := woman(r, pick(r, families)), "female"
	if r.IntN(2) == 0 {
		child, sex = man(r, pick(r, families)), "male"
	}
	return form.Answers{
		"relation": {Text: "mother"}, "phone": {Text: fmt.Sprintf("09%08d", r.IntN(100_000_000))}, "commune": place,
		"child_name": {Text: child}, "child_sex": {Text: sex}, "child_born": {Text: w.clock.Now().AddDate(0, 0, -1-r.IntN(50)).In(clock.Zone).Format(time.DateOnly)},
		"birth_place": {Text: "Trạm y tế " + d.place.Name}, "parents": {Text: "mother"},
		"mother": {Parts: form.Answers{
			"name": {Text: mother}, "born": {Text: fmt.Sprintf("%d-%02d-%02d", 1985+r.IntN(20), 1+r.IntN(12), 1+r.IntN(28))}, "citizen": {Text: fmt.Sprintf("0831%08d", r.IntN(100_000_000))},
			"ethnicity": {Text: "Kinh"}, "nationality": {Text: "Việt Nam"}, "residence": place,
		}},
		"home_town": place, "child_ethnicity": {Text: "Kinh"}, "child_nationality": {Text: "Việt Nam"},
		"proof": {Text: "certificate"}, "birth_certificate": {Files: []form.File{{ID: paper.ID, Name: paper.Name, Type: string(paper.Type), Size: paper.Size}}},
		"by_surrogacy": {Text: "no"}, "receive": {Text: "desk"},
	}
}

// picture is a small photo, each another one.
func (w *world) picture(ctx context.Context, name string) (file.Blob, error) {
	img := image.NewRGBA(image.Rect(0, 0, 240, 320))
	shade := color.RGBA{uint8(180 + w.rng.IntN(60)), uint8(180 + w.rng.IntN(60)), uint8(180 + w.rng.IntN(60)), 255}
	for y := range 320 {
		for x := range 240 {
			c := shade
			if y > 30 && y%20 < 2 && x > 24 && x < 24+w.line(y) {
				c = color.RGBA{60, 60, 70, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 60}); err != nil {
		return file.Blob{}, err
	}
	return w.room.Files.Receive(ctx, &b, file.Meta{Name: name})
}

func (w *world) line(y int) int { return 80 + (y*7919+w.filed*104729)%110 }

// act names an attempt on the dossier as it is now.
func (w *world) act(ctx context.Context, id string) (dossier.Dossier, dossier.Act, error) {
	d, err := dossier.ByID(ctx, w.room.DB.Read(), id)
	return d, dossier.Act{ID: id, Version: d.Version, Key: database.NewID()}, err
}

// intake has the clerk accept, ask for completion or refuse.
func (w *world) intake(ctx context.Context, d desk, who access.Actor, id string) error {
	now, a, err := w.act(ctx, id)
	if err != nil {
		return err
	}
	switch chance := w.rng.IntN(100); {
	case now.Asked == dossier.Nothing && now.Applicant != "" && chance < 9:
		if _, err := w.room.AskCompletion(ctx, d.clerk, a, []dossier.Defect{
			{Subject: "Giấy chứng sinh", Wrong: "Ảnh bị mờ, không đọc được ngày sinh", Mend: "Chụp lại nơi đủ sáng, thấy đủ bốn góc"},
			{Subject: "Nơi sinh", Wrong: "Chưa ghi tên tỉnh", Mend: "Ghi đủ tên trạm y tế, xã, tỉnh"},
		}); err != nil {
			return err
		}
		if w.rng.IntN(100) < 70 {
			w.later(w.minutes(60, 1200), func(ctx context.Context) error { return w.answer(ctx, d, who, id, w.intake) })
		}
	case now.Applicant != "" && chance < 12:
		_, err = w.room.RefuseIntake(ctx, d.clerk, a, "Trẻ đã được đăng ký khai sinh tại nơi cư trú của người cha.")
	case now.Applicant != "" && chance < 14:
		_, err = w.room.Withdraw(ctx, who, a)
	default:
		if _, err := w.room.Accept(ctx, d.clerk, a, dossier.Given{}, []string{"identity"}); err != nil {
			return err
		}
		wait := w.minutes(15, 200)
		if w.rng.IntN(100) < 7 {
			wait = w.minutes(500, 1100) // too late
		}
		w.later(wait, func(ctx context.Context) error { return w.check(ctx, d, who, id) })
	}
	return err
}

// answer has the applicant send what was asked for.
func (w *world) answer(ctx context.Context, d desk, who access.Actor, id string, next func(context.Context, desk, access.Actor, string) error) error {
	draft, err := w.room.StartAnswer(ctx, who, id)
	if err != nil {
		return err
	}
	draft, err = w.room.SavePage(ctx, who, draft.ID, "birth", 0, func(a form.Answers) form.Answers {
		a["birth_place"] = form.Value{Text: "Trạm y tế " + d.place.Name + ", tỉnh Vĩnh Long"}
		return a
	})
	if err != nil {
		return err
	}
	if _, err := w.room.Send(ctx, who, draft.ID, draft.Version, "vi"); err != nil {
		return err
	}
	w.later(w.minutes(10, 120), func(ctx context.Context) error { return next(ctx, d, who, id) })
	return nil
}

// check has the specialist take the dossier and propose a result or a refusal, or
// ask for a supplement.
func (w *world) check(ctx context.Context, d desk, who access.Actor, id string) error {
	now, a, err := w.act(ctx, id)
	if err != nil {
		return err
	}
	if now.Assignee == "" {
		if now, err = w.room.Take(ctx, d.specialist, a); err != nil {
			return err
		}
		a = dossier.Act{ID: id, Version: now.Version, Key: database.NewID()}
	}
	chance := w.rng.IntN(100)
	if now.Asked == dossier.Nothing && now.Applicant != "" && chance < 6 && w.clock.Now().Sub(now.AcceptedAt) < 20*time.Hour {
		if _, err := w.room.AskSupplement(ctx, d.specialist, a, []dossier.Defect{{Subject: "Giấy chứng sinh", Wrong: "Thiếu trang thứ hai", Mend: "Gửi thêm ảnh trang thứ hai"}}); err != nil {
			return err
		}
		if w.rng.IntN(100) < 75 {
			w.later(w.minutes(60, 1500), func(ctx context.Context) error { return w.answer(ctx, d, who, id, w.check) })
		}
		return nil
	}
	if chance > 97 {
		if _, err := w.room.ProposeRefusal(ctx, d.specialist, a, "Thông tin về cha mẹ không khớp với cơ sở dữ liệu hộ tịch."); err != nil {
			return err
		}
	} else if err := w.propose(ctx, d, a, now); err != nil {
		return err
	}
	w.later(w.minutes(5, 90), func(ctx context.Context) error { return w.sign(ctx, d, who, id) })
	return nil
}

func (w *world) propose(ctx context.Context, d desk, a dossier.Act, now dossier.Dossier) error {
	blob, err := w.picture(ctx, "giay-khai-sinh-mo-phong.jpg")
	if err != nil {
		return err
	}
	if _, err := w.room.AttachResult(ctx, d.specialist, now.ID, blob); err != nil {
		return err
	}
	day := clock.Day(w.clock.Now())
	_, err = w.room.Propose(ctx, d.specialist, a, dossier.Result{Number: fmt.Sprintf("%d/%s", 1+w.rng.IntN(900), day[:4]), Book: "01/" + day[:4], On: day})
	return err
}

// sign has the signer approve, refuse or send back.
func (w *world) sign(ctx context.Context, d desk, who access.Actor, id string) error {
	now, a, err := w.act(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case now.Proposal == "refuse":
		_, err = w.room.Refuse(ctx, d.signer, a, now.Reason)
	case w.rng.IntN(100) < 3:
		if _, err = w.room.SendBack(ctx, d.signer, a, "Số quyển chưa đúng, đề nghị kiểm tra lại."); err == nil {
			w.later(w.minutes(10, 60), func(ctx context.Context) error { return w.check(ctx, d, who, id) })
		}
	default:
		if _, err = w.room.Approve(ctx, d.signer, a); err == nil {
			w.later(w.minutes(20, 1500), func(ctx context.Context) error { return w.handOver(ctx, d, id) })
		}
	}
	return err
}

func (w *world) handOver(ctx context.Context, d desk, id string) error {
	now, a, err := w.act(ctx, id)
	if err != nil {
		return err
	}
	_, err = w.room.HandOver(ctx, d.clerk, a, dossier.Collection{By: now.Name, As: "self"})
	return err
}
