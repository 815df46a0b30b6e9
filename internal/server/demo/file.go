package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/unit"
)

// wish is what somebody asks for, where, and who handles it.
type wish struct {
	p      *catalogue.Procedure
	place  unit.Unit
	agency unit.Agency
}

// wish draws what is asked for; a procedure that nobody handles at that place is
// drawn again.
func (w *world) wish(r *rand.Rand) (wish, error) {
	for range 20 {
		x := wish{p: w.offers.procedure(r), place: w.offers.commune(r)}
		agency, err := w.past.Handler(x.p, form.Answers{"commune": address(x.place), "level": {Text: "commune"}})
		if fault.Is(err, fault.Invalid) {
			continue
		}
		x.agency = agency
		return x, err
	}
	return wish{}, fmt.Errorf("nobody handles anything on %s", w.today())
}

func address(u unit.Unit) form.Value {
	return form.Value{Parts: form.Answers{"province": {Text: u.Parent}, "commune": {Text: u.ID}}}
}

// provinceOf is the province that a commune lies in.
func (w *world) provinceOf(u unit.Unit) (unit.Unit, error) {
	view := w.past.Units.At(w.today())
	var err error
	for err == nil && u.Level != unit.Province {
		u, err = view.Unit(u.Parent)
	}
	return u, err
}

// fileAtHome has a person file online.
func (w *world) fileAtHome(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	x, err := w.wish(r)
	if err != nil {
		return err
	}
	if m.who, err = w.somebody(ctx, r, x.place); err != nil {
		return err
	}
	m.name = m.who.Name
	if err := w.send(ctx, r, m, x, m.who, dossier.Online); err != nil {
		return err
	}
	w.later(r, m, 5, 200, (*world).intake)
	return nil
}

// somebody is a person of the place with an account: one of those who have filed
// before, or a new one.
func (w *world) somebody(ctx context.Context, r *rand.Rand, place unit.Unit) (access.Actor, error) {
	there := w.people[place.ID]
	if len(there) > 0 && (!chance(r, 330) || w.persons >= mostPersons) {
		return pick(r, there), nil
	}
	w.persons++
	a, err := w.person(ctx, anybody(r), fmt.Sprintf("nguoidan%d@benso.example", w.persons))
	if err == nil {
		w.people[place.ID] = append(there, a)
	}
	return a, err
}

// mostPersons is how many accounts of applicants there are at most.
const mostPersons = 50_000

// fileAtDesk has a clerk file for somebody at the counter.
func (w *world) fileAtDesk(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	x, err := w.wish(r)
	if err != nil {
		return err
	}
	d, err := w.staff.desk(ctx, x.agency)
	if err != nil {
		return err
	}
	m.name = anybody(r)
	if err := w.send(ctx, r, m, x, d.clerk, dossier.Counter); err != nil {
		return err
	}
	if chance(r, 4) {
		w.later(r, m, 2, 8, (*world).misfile)
		return nil
	}
	w.later(r, m, 1, 6, (*world).intake)
	return nil
}

// send fills in the form and sends it.
func (w *world) send(ctx context.Context, r *rand.Rand, m *matter, x wish, who access.Actor, channel dossier.Channel) error {
	d, err := w.staff.desk(ctx, x.agency)
	if err != nil {
		return err
	}
	m.p, m.desk = x.p, d
	at := ""
	if channel == dossier.Counter {
		at = x.agency.ID
	}
	draft, err := m.room.Start(ctx, who, x.p, channel, at, key(m, 0))
	if err != nil {
		return err
	}
	province, err := w.provinceOf(x.place)
	if err != nil {
		return err
	}
	place := form.Value{Parts: form.Answers{"province": {Text: province.ID}, "commune": {Text: x.place.ID}}}
	var failed error
	handed := 0
	answers := (&answerer{r: r, name: m.name, phone: phone(r), place: place, street: fmt.Sprintf("Ấp %d", 1+r.IntN(9)), today: w.clock.Now().In(clock.Zone), paper: func(f *form.Field) form.Value {
		if channel == dossier.Counter || handed > 0 && f.Desk || f.Optional && chance(r, 400) {
			return form.Value{Desk: f.Desk && channel != dossier.Counter}
		}
		handed++
		paper, err := m.room.AttachPaper(ctx, who, draft.ID, dossier.SlotPaper+f.Paper, pick(r, w.papers))
		if err != nil {
			failed = err
			return form.Value{}
		}
		return form.Value{Files: []form.File{dossier.FormFile(paper)}}
	}}).answers(x.p.Form)
	if failed != nil {
		return failed
	}
	if draft, err = m.room.SavePage(ctx, who, draft.ID, x.p.Form.First().ID, 0, func(form.Answers) form.Answers { return answers }); err != nil {
		return err
	}
	sent, err := m.room.Send(ctx, who, draft.ID, draft.Version, "vi")
	if err != nil {
		var why []string
		for _, f := range fault.Of(err).Fields {
			why = append(why, f.Name+" "+f.Key)
		}
		return fmt.Errorf("%s %s: %w", x.p.ID(), strings.Join(why, ", "), err)
	}
	m.id, m.post = sent.ID, sent.Receive == "post"
	w.progress.Filed++
	return m.saw(sent, nil)
}

// misfile puts away what the clerk filed under a wrong procedure, and files anew.
func (w *world) misfile(ctx context.Context, m *matter) error {
	r := dice(w.seed, m.n, m.deeds)
	clerk := m.desk.clerk
	if _, err := m.room.Misfile(ctx, clerk, m.act(0), "Nhập nhầm thủ tục khi tiếp nhận tại quầy."); err != nil {
		return err
	}
	wrong := m.id
	x := wish{p: m.p, agency: m.desk.agency}
	for range 20 {
		other, err := w.wish(r)
		if err != nil {
			return err
		}
		if x.place = other.place; other.agency.ID == x.agency.ID {
			x = other
			break
		}
	}
	if x.place.ID == "" || w.handlerAt(x) != x.agency.ID {
		return nil // they come again another day
	}
	if err := w.send(ctx, r, m, x, clerk, dossier.Counter); err != nil {
		return err
	}
	w.progress.Filed--
	if err := m.room.Refiled(ctx, clerk, wrong, m.id); err != nil {
		return err
	}
	w.later(r, m, 1, 6, (*world).intake)
	return nil
}

func (w *world) handlerAt(x wish) string {
	agency, err := w.past.Handler(x.p, form.Answers{"commune": address(x.place), "level": {Text: "commune"}})
	if err != nil {
		return ""
	}
	return agency.ID
}

// attach receives a paper into what somebody is writing.
func (w *world) result(r *rand.Rand) file.Blob { return pick(r, w.results) }
