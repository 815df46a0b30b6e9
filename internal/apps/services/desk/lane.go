package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/queue"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// laneActs is the way of a result that is due at once. Each act stays an event of
// its own, by whoever has the right to it.
var laneActs = []string{dossier.ActAccept, dossier.ActPropose, dossier.ActApprove, dossier.ActHandOver}

// laneFrom lists the acts that the official may do one after the other from where
// the dossier stands, as far as its process and the official's rights go.
func laneFrom(def cases.Definition, step string, may func(access.Permission) bool) (acts []string) {
	for _, act := range laneActs {
		to, ok := def.To(step, act)
		if !ok {
			continue
		}
		i := slices.IndexFunc(deeds, func(d deed) bool { return d.act == act })
		if s, known := def.Step(step); !known || s.Needs != deeds[i].may || !may(deeds[i].may) {
			break
		}
		acts, step = append(acts, act), to
	}
	return acts
}

// lanePage is the dossier with the next acts that are this official's, in one form.
type lanePage struct {
	sheet
	Acts []string
	Wait bool // it is somebody else's turn
}

// does says whether an act is among those that the form does.
func (p lanePage) does(act string) bool { return slices.Contains(p.Acts, act) }

// button names the acts that the one button does.
func (p lanePage) button(ctx context.Context) string {
	names := make([]string, len(p.Acts))
	for i, act := range p.Acts {
		names[i] = message.T(ctx, "desk.act_"+act)
	}
	return strings.Join(names, " → ")
}

func (p Pages) lane(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.Room.Open(ctx, web.Actor(ctx), r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.showLane(w, r, http.StatusOK, d, nil, url.Values{})
}

func (p Pages) showLane(w http.ResponseWriter, r *http.Request, status int, d dossier.Dossier, wrong []fault.Field, typed url.Values) error {
	ctx := r.Context()
	actor := web.Actor(ctx)
	s, err := p.sheet(ctx, d, queue.Query{})
	if err != nil {
		return err
	}
	def, err := p.Room.Catalogue.Definition(d.Definition, d.DefinitionVersion)
	if err != nil {
		return err
	}
	s.Errors, s.Typed = wrong, typed
	page := lanePage{sheet: s, Acts: laneFrom(def, d.Step, func(p access.Permission) bool { return actor.May(p, d.Holder) })}
	page.Wait = len(page.Acts) == 0 && d.State == cases.Working && len(wrong) == 0
	return web.Render(w, r, status, laneView(page))
}

// doLane does the acts that the form names, each by its own verb, key and version,
// until one cannot be done; those before it are done and stay so. Sending the form
// again does nothing twice.
func (p Pages) doLane(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := p.read(r)
	if err != nil {
		return err
	}
	actor := web.Actor(ctx)
	start, did, later := in.act, "", strings.Fields(in.values.Get("acts"))
	for i := 0; len(later) > 0; i++ {
		act := later[0]
		later = later[1:]
		x := slices.IndexFunc(deeds, func(d deed) bool { return d.act == act })
		if x < 0 || !slices.Contains(laneActs, act) {
			return fault.New(fault.Invalid, "web.bad_form")
		}
		in.act = dossier.Act{ID: start.ID, Version: start.Version + int64(i), Key: start.Key + "-" + act}
		if in.dossier, err = dossier.Within(ctx, p.Room.DB.Read(), actor.Scope(access.DossierRead), start.ID); err != nil {
			return err
		}
		if in.dropped, err = p.attach(r, actor, deeds[x], in); err == nil {
			_, err = deeds[x].do(ctx, p, actor, in.act, p.known(deeds[x], in))
		}
		if err != nil {
			break
		}
		did = deeds[x].done()
	}
	if err == nil {
		if did != "" {
			web.Flash(w, r, did)
		}
		return web.Redirect(w, r, office.URL(start.ID, office.PathLane))
	}
	if !office.Shown(err) {
		return err
	}
	d, again := p.Room.Open(ctx, actor, start.ID)
	if again != nil {
		return again
	}
	wrong := office.FieldsOf(err)
	if office.Refusal(err) && slices.Contains(later, dossier.ActHandOver) {
		if err := collection(in.values).Check(); err != nil { // all that is wrong with the form, at once
			wrong = append(wrong, office.FieldsOf(err)...)
		}
	}
	if in.dropped {
		wrong = append(wrong, fault.Field{Name: "paper", Key: "desk.copy_not_kept"})
	}
	return p.showLane(w, r, web.Status(err), d, wrong, in.values)
}
