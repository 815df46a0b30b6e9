package signing

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/queue"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Pages are the signer's.
type Pages struct{ office.Office }

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + office.PathSigning, Access: access.DossierSign, Handler: p.signing},
		{Pattern: "POST " + office.PathSigning, Access: access.DossierSign, Handler: p.signMany},
	}
}

// mostProposals is how many proposals the page of the signer shows at once: those
// that are due first.
const mostProposals = 100

// proposal is one dossier that waits for a signature, with what matters of it.
type proposal struct {
	dossier.Dossier
	URL       string
	State     web.State
	Left      string
	Procedure string
	Results   []office.Paper
	Waiting   bool // the applicant stands at the counter: a result that is due at once
	Asked     int  // agencies that have not answered
	Picked    bool
	Reason    string // typed, to send it back
}

// grants says whether it can be signed among many: a refusal is read before it is
// signed, one by one.
func (x proposal) grants() bool { return x.Proposal == "grant" }

// signed is what became of one of many.
type signed struct {
	Number, URL, Text string
	Done              bool
}

type signingPage struct {
	Proposals []proposal
	Total     int64
	Queues    []web.Link
	All       bool // everything that can be signed is ticked
	Results   []signed
	Errors    []fault.Field
}

// count of what was done and what was not.
func (p signingPage) count(done bool) (n int) {
	for _, r := range p.Results {
		if r.Done == done {
			n++
		}
	}
	return n
}

func (p Pages) signing(w http.ResponseWriter, r *http.Request) error {
	return p.showSigning(w, r, http.StatusOK, signingPage{All: r.URL.Query().Get("chon") == "tat-ca"}, url.Values{})
}

func (p Pages) showSigning(w http.ResponseWriter, r *http.Request, status int, page signingPage, typed url.Values) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	var err error
	if page.Proposals, err = p.proposals(ctx, actor); err != nil {
		return err
	}
	if page.Total, err = cases.Count(ctx, p.Room.DB.Read(), queue.ToSign(actor)); err != nil {
		return err
	}
	if page.Queues, err = (queue.Pages{Office: p.Office}).Besides(ctx, actor, office.PathSigning); err != nil {
		return err
	}
	for i := range page.Proposals {
		x := &page.Proposals[i]
		x.Picked = page.All || slices.Contains(typed["pick"], x.ID)
		x.Reason = typed.Get("reason-" + x.ID)
	}
	return web.Render(w, r, status, signingView(page))
}

// proposals reads what waits for the signer, those whose applicants stand at the
// counter first, then what is due first; and writes down, in one row, what it
// showed.
func (p Pages) proposals(ctx context.Context, actor access.Actor) ([]proposal, error) {
	q := p.Room.DB.Read()
	found, _, err := cases.List(ctx, q, queue.ToSign(actor), mostProposals, 0)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	ids := make([]string, len(found))
	for i, c := range found {
		ids[i] = c.ID
	}
	dossiers, err := dossier.Among(ctx, q, actor.Scope(access.DossierRead), ids)
	if err != nil {
		return nil, err
	}
	var all []proposal
	for _, d := range dossiers {
		x := proposal{Dossier: d, URL: office.URL(d.ID, ""), Procedure: p.ProcedureName(ctx, d.Facet), Waiting: p.AtOnce(d)}
		x.State, x.Left = p.Mark(ctx, actor, d.Case)
		files, err := p.Room.Files.List(ctx, q, file.Owner{Kind: dossier.OwnerDossier, ID: d.ID})
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if f.Slot == dossier.SlotResult {
				x.Results = append(x.Results, office.Paper{File: f, URL: office.URL(d.ID, "giay-to/"+f.ID)})
			}
		}
		asked, err := cases.Consults(ctx, q, d.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range asked {
			if a.Unanswered() {
				x.Asked++
			}
		}
		all = append(all, x)
	}
	slices.SortStableFunc(all, func(a, b proposal) int {
		if a.Waiting == b.Waiting {
			return 0
		}
		if a.Waiting {
			return -1
		}
		return 1
	})
	path := office.JournalPath(actor)
	err = p.Journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierRead, path), Action: "dossier.list", ObjectKind: dossier.Kind, Path: path, IDs: ids})
	return all, err
}

// signMany signs all that were ticked, each in its own transaction and under its
// own key, so that one that cannot be signed holds up no other, and sending the
// page again signs nothing twice; or sends one back with its reason.
func (p Pages) signMany(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	if err := web.ParseForm(r); err != nil {
		return err
	}
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	in := r.PostForm
	act := func(id string) dossier.Act {
		return dossier.Act{ID: id, Version: office.Number(in.Get("version-" + id)), Key: key + "-" + id}
	}
	if id := in.Get("back"); id != "" {
		_, err := p.Room.SendBack(ctx, actor, act(id), in.Get("reason-"+id))
		if office.Refusal(err) {
			page := signingPage{}
			for _, f := range office.FieldsOf(err) {
				f.Name = "reason-" + id
				page.Errors = append(page.Errors, f)
			}
			return p.showSigning(w, r, http.StatusUnprocessableEntity, page, in)
		}
		return p.afterSigning(w, r, []signed{p.became(ctx, actor, id, err, "desk.signing_back")}, in)
	}
	picked := in["pick"]
	if len(picked) == 0 || len(picked) > mostProposals {
		return p.showSigning(w, r, http.StatusUnprocessableEntity, signingPage{Errors: []fault.Field{{Name: "pick", Key: "desk.signing_none"}}}, in)
	}
	var results []signed
	for _, id := range picked {
		_, err := p.Room.Approve(ctx, actor, act(id))
		results = append(results, p.became(ctx, actor, id, err, "desk.signing_done"))
	}
	in.Del("pick")
	return p.afterSigning(w, r, results, in)
}

// became says what became of one dossier; a fault of the machine says only that it
// was not done, and the others go on.
func (p Pages) became(ctx context.Context, actor access.Actor, id string, err error, done string) signed {
	s := signed{Done: err == nil, Text: message.T(ctx, done)}
	if last, faster := cases.Faster(err); faster {
		s.Text = p.faster(ctx, last)
	} else if err != nil {
		f := fault.Of(err)
		s.Text = message.T(ctx, f.Key, f.Args...)
	}
	d, missing := dossier.Within(ctx, p.Room.DB.Read(), actor.Scope(access.DossierSign), id)
	if missing != nil {
		s.Number = message.T(ctx, "desk.signing_unknown")
		return s
	}
	s.Number, s.URL = d.Number+" · "+d.Title, office.URL(d.ID, "")
	return s
}

// faster says who did what before the signature; when it cannot be read who, it says
// that somebody did.
func (p Pages) faster(ctx context.Context, last cases.Event) string {
	names, err := p.Names(ctx, last.Account)
	if err != nil {
		names = nil
	}
	return message.T(ctx, "desk.signing_faster", "who", office.Named(ctx, names, last.Account), "what", message.T(ctx, "desk.event_"+last.Act))
}

// afterSigning says what became of each, and keeps what is ticked and written for
// the others.
func (p Pages) afterSigning(w http.ResponseWriter, r *http.Request, results []signed, typed url.Values) error {
	status := http.StatusOK
	if !slices.ContainsFunc(results, func(s signed) bool { return s.Done }) {
		status = http.StatusConflict
	}
	return p.showSigning(w, r, status, signingPage{Results: results}, typed)
}

func version(d dossier.Dossier) string { return strconv.FormatInt(d.Version, 10) }
