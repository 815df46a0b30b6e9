package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/form"
	"benso/internal/kernel/worktime"
)

// What is asked for, as often as something is missing.
var defects = [][]dossier.Defect{
	{{Subject: "Giấy tờ kèm theo", Wrong: "Ảnh bị mờ, không đọc được ngày, tháng", Mend: "Chụp lại nơi đủ sáng, thấy đủ bốn góc"}},
	{{Subject: "Giấy tờ kèm theo", Wrong: "Thiếu trang thứ hai", Mend: "Gửi thêm ảnh trang thứ hai"}, {Subject: "Nơi cư trú", Wrong: "Chưa ghi số nhà, ấp", Mend: "Ghi đủ số nhà, ấp, xã"}},
	{{Subject: "Tờ khai", Wrong: "Chưa ký tên", Mend: "Ký, ghi rõ họ tên rồi chụp lại"}},
}

// lateIn is how many in a thousand of a year's results come too late, from 2021 on.
var lateIn = []int{62, 55, 41, 33, 38, 21}

// willBeLate draws whether a result will be late: some agencies are late often.
func (w *world) willBeLate(r *rand.Rand, m *matter) bool {
	year := min(w.clock.Now().In(clock.Zone).Year()-begin.Year(), len(lateIn)-1)
	own := ownChance(m.desk.agency.ID)
	return chance(r, int(float64(lateIn[year])*(0.2+2.6*own*own)))
}

// intake has the clerk accept, ask for completion or refuse.
func (w *world) intake(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	online := m.who.Account != ""
	missing := 90
	if !online {
		missing = 0 // at the counter it is said at once, and they come again
	}
	switch x := r.IntN(1000); {
	case !m.asked && x < missing:
		m.asked = true
		if err := m.saw(m.room.AskCompletion(ctx, m.desk.clerk, m.act(0), pick(r, defects))); err != nil {
			return err
		}
		w.wait(r, m, (*world).complete)
		return nil
	case online && x < missing+15:
		return m.saw(m.room.RefuseIntake(ctx, m.desk.clerk, m.act(0), "Hồ sơ không thuộc thẩm quyền giải quyết của cơ quan."))
	case online && x < missing+27:
		return m.saw(m.room.Withdraw(ctx, m.who, m.act(0)))
	}
	return w.accept(ctx, r, m)
}

// accept takes a dossier in and plans its way: how much of its time is used, or by
// how much it is exceeded.
func (w *world) accept(ctx context.Context, r *rand.Rand, m *matter) error {
	cal, now := w.past.Calendar, w.clock.Now()
	given := dossier.Given{}
	if m.p.Limit.Unit == worktime.Unknown {
		given.Date = clock.Day(cal.AddWorkingDays(now, 3+r.IntN(18)))
		given.Reason = "Nguồn không nêu thời hạn; hẹn theo lịch giải quyết của cơ quan (mô phỏng)."
	}
	var shown []string
	if m.who.Account == "" {
		if m.p.Limit.Unit == worktime.SameDay && chance(r, 850) {
			given.Slip = dossier.WithoutReceipt
		}
		for _, paper := range m.p.Papers {
			if paper.Original == "show" {
				shown = append(shown, paper.ID)
			}
		}
	}
	if err := m.saw(m.room.Accept(ctx, m.desk.clerk, m.act(0), given, shown)); err != nil {
		return err
	}
	m.accepted = now
	if m.undone = !m.undone && chance(r, 6); m.undone {
		w.later(r, m, 8, 40, (*world).undo)
		return nil
	}
	w.route(r, m)
	return nil
}

// route plans when the dossier is looked at and signed.
func (w *world) route(r *rand.Rand, m *matter) {
	cal, now := w.past.Calendar, w.clock.Now()
	whole := max(cal.Between(now, m.due), 20*time.Minute)
	share := 0.12 + 0.8*r.Float64()
	if w.willBeLate(r, m) {
		m.late, share = true, 1.06+0.9*r.Float64()*r.Float64()
	}
	m.finish = cal.Add(now, time.Duration(share*float64(whole)))
	if m.late && !m.finish.After(m.due) {
		m.finish = cal.Add(m.due, minutes(r, 20, 300))
	}
	first := cal.Add(now, time.Duration(share*(0.2+0.5*r.Float64())*float64(whole)))
	if !m.asked && whole > 12*time.Hour && chance(r, 55) {
		w.later(r, m, 60, 700, (*world).supplement)
		return
	}
	w.at(first, m, (*world).check)
}

// undo takes a wrong acceptance back; it is accepted again the same day.
func (w *world) undo(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	if !w.clock.Now().Before(m.due) {
		w.route(r, m)
		return nil
	}
	if err := m.saw(m.room.UndoAcceptance(ctx, m.desk.clerk, m.act(0), "Tiếp nhận nhầm, chưa đối chiếu bản chính.")); err != nil {
		return err
	}
	w.later(r, m, 5, 60, (*world).intake)
	return nil
}

// supplement has the specialist ask for what is missing (Decree 61/2018, Art.
// 19.4).
func (w *world) supplement(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	if err := w.take(ctx, m); err != nil {
		return err
	}
	if m.who.Account == "" { // who has no account comes with it to the desk
		w.at(m.finish, m, (*world).check)
		return nil
	}
	m.asked = true
	if err := m.saw(m.room.AskSupplement(ctx, m.desk.specialist, m.act(1), pick(r, defects))); err != nil {
		return err
	}
	w.wait(r, m, (*world).supply)
	return nil
}

// wait lets an applicant take their time, answer or not.
func (w *world) wait(r *rand.Rand, m *matter, answer func(*world, context.Context, *matter) error) {
	days := 1 + r.IntN(6)
	at := w.clock.Now().In(clock.Zone).AddDate(0, 0, days)
	at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, clock.Zone).Add(atHome(r))
	switch x := r.IntN(100); {
	case x < 74:
		w.at(at, m, answer)
	case x < 92 || !m.desk.closes.IsZero():
		w.at(at.AddDate(0, 0, 10+r.IntN(20)), m, (*world).withdraw)
	}
}

func (w *world) withdraw(ctx context.Context, m *matter) error {
	return m.saw(m.room.Withdraw(ctx, m.who, m.act(0)))
}

func (w *world) complete(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	if err := w.answer(ctx, m); err != nil {
		return err
	}
	w.later(r, m, 10, 200, (*world).intake)
	return nil
}

func (w *world) supply(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	if err := w.answer(ctx, m); err != nil {
		return err
	}
	w.route(r, m)
	return nil
}

// answer has the applicant send what was asked for: the same answers, with another
// way to be reached.
func (w *world) answer(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds+500)
	draft, err := m.room.StartAnswer(ctx, m.who, m.id)
	if err != nil {
		return err
	}
	draft, err = m.room.SavePage(ctx, m.who, draft.ID, m.p.Form.First().ID, 0, func(a form.Answers) form.Answers {
		if _, ok := a["phone"]; ok {
			a["phone"] = form.Value{Text: phone(r)}
		}
		return a
	})
	if err != nil {
		return err
	}
	return m.saw(m.room.Send(ctx, m.who, draft.ID, draft.Version, "vi"))
}

// take puts the dossier on the specialist's desk.
func (w *world) take(ctx context.Context, m *matter) error {
	return m.saw(m.room.Take(ctx, m.desk.specialist, m.act(9)))
}

// check has the specialist look at the dossier: propose, ask another agency, or say
// in time that it will be late.
func (w *world) check(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	if err := w.take(ctx, m); err != nil {
		return err
	}
	long := w.past.Calendar.Between(w.clock.Now(), m.due) > 16*time.Hour
	if long && m.consult == "" && chance(r, 160) {
		if asked, err := w.ask(ctx, r, m); err != nil || asked {
			return err
		}
	}
	if long && m.late && !m.sorry && chance(r, 600) {
		m.sorry = true
		day := clock.Day(w.past.Calendar.AddWorkingDays(m.finish, 1))
		if err := m.saw(m.room.Apologise(ctx, m.desk.specialist, m.act(1), day, "Khối lượng hồ sơ lớn, cần thêm thời gian thẩm tra.")); err != nil {
			return err
		}
		w.at(m.finish, m, (*world).propose)
		return nil
	}
	return w.propose(ctx, m)
}

// ask has the specialist consult another agency, and that one answer.
func (w *world) ask(ctx context.Context, r *rand.Rand, m *matter) (asked bool, err error) {
	other := w.desks[pick(r, w.order)]
	if now, err := w.past.Units.Agency(other.agency.ID); err != nil || other == m.desk || !now.Lives(w.today()) || !other.closes.Equal(m.desk.closes) {
		return false, err
	}
	question := dossier.Question{Agency: other.agency.ID, Text: "Đề nghị cho ý kiến về hiện trạng và các thông tin đang quản lý liên quan đến hồ sơ này.", Amount: 1 + r.IntN(2), Unit: worktime.WorkingDays}
	if err := m.saw(m.room.Consult(ctx, m.desk.specialist, m.act(1), []dossier.Question{question})); err != nil {
		return false, err
	}
	open, err := cases.Consults(ctx, w.p.DB.Read(), m.id)
	if err != nil {
		return false, err
	}
	m.consult = open[len(open)-1].ID
	w.later(r, m, 120, 1100, func(w *world, ctx context.Context, m *matter) error { return w.opinion(ctx, m, other) })
	return true, nil
}

// opinion has the agency that was asked answer.
func (w *world) opinion(ctx context.Context, m *matter, other *desk) error {
	r := dice(w.seed, m.n, m.deeds)
	reply := cases.Reply{Opinion: cases.Agree, Text: "Thống nhất với đề xuất của cơ quan giải quyết hồ sơ."}
	if chance(r, 120) {
		reply = cases.Reply{Opinion: cases.Other, Text: "Đề nghị đối chiếu lại với hồ sơ lưu trước khi giải quyết."}
	}
	x, err := m.room.AnswerConsult(ctx, other.specialist, m.consult, key(m, 0), reply)
	if err != nil {
		return err
	}
	m.version = x.Case.Version
	w.at(later(w.past.Calendar.Add(w.clock.Now(), 20*time.Minute), m.finish.Add(-time.Hour)), m, (*world).propose)
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// propose sends the result, or the refusal, to the signer.
func (w *world) propose(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds+600)
	refused := chance(r, 22)
	if refused {
		if err := m.saw(m.room.ProposeRefusal(ctx, m.desk.specialist, m.act(2), "Thông tin kê khai không khớp với cơ sở dữ liệu đang quản lý.")); err != nil {
			return err
		}
	} else {
		if _, err := m.room.AttachResult(ctx, m.desk.specialist, m.id, w.result(r)); err != nil {
			return err
		}
		day := clock.Day(w.clock.Now())
		if err := m.saw(m.room.Propose(ctx, m.desk.specialist, m.act(2), dossier.Result{Number: fmt.Sprintf("%d/%s", 1+r.IntN(9000), day[:4]), Book: "01/" + day[:4], On: day})); err != nil {
			return err
		}
	}
	do := (*world).approve
	if refused {
		do = (*world).refuse
	}
	w.at(later(w.past.Calendar.Add(w.clock.Now(), minutes(r, 3, 25)), m.finish), m, do)
	return nil
}

func (w *world) refuse(ctx context.Context, m *matter) error {
	return m.saw(m.room.Refuse(ctx, m.desk.signer, m.act(0), "Thông tin kê khai không khớp với cơ sở dữ liệu đang quản lý."))
}

// approve has the signer sign, or send it back.
func (w *world) approve(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	if chance(r, 25) {
		if err := m.saw(m.room.SendBack(ctx, m.desk.signer, m.act(0), "Số văn bản chưa đúng, đề nghị kiểm tra lại.")); err != nil {
			return err
		}
		w.later(r, m, 10, 90, (*world).propose)
		return nil
	}
	if err := m.saw(m.room.Approve(ctx, m.desk.signer, m.act(0))); err != nil {
		return err
	}
	switch {
	case m.who.Account == "" && m.p.Limit.Unit == worktime.SameDay: // they wait for it
		w.later(r, m, 2, 30, (*world).handOver)
	case chance(r, 12) && m.desk.closes.IsZero():
		// nobody comes for it
	default:
		w.later(r, m, 30, 2400, (*world).handOver)
	}
	return nil
}

func (w *world) handOver(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	who := dossier.Collection{By: m.name, As: "self", Paper: "citizen_card"}
	if chance(r, 130) {
		who = dossier.Collection{By: anybody(r), As: "relative", Paper: "citizen_card", Right: "Con ruột, có giấy ủy quyền"}
	}
	if m.post {
		who = dossier.Collection{By: m.name}
	}
	return m.saw(m.room.HandOver(ctx, m.desk.clerk, m.act(0), who))
}
