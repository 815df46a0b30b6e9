package desk

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/form"
	"benso/internal/kernel/web"
)

// deed is an act of an official as the desk offers it: where its form leads, who
// may do it, and how it is done.
type deed struct {
	act     string
	path    string
	may     access.Permission
	or      access.Permission // another that may do it, too; empty for none
	key     string            // on the keyboard
	style   web.Style
	body    int64 // of the largest form; 0 is the site's usual
	page    bool  // it has a page of its own, for what must be written
	core    bool  // an act of the core: no definition names it, whoever does the step may do it
	confirm bool  // what the applicant will read is shown before it is sent
	do      func(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error)
}

// deeds are all acts, in the order in which they are offered: the main one of a
// step first.
var deeds = []deed{
	{act: dossier.ActAccept, path: "tiep-nhan", may: access.DossierIntake, key: "a", do: accept},
	{act: dossier.ActAskCompletion, path: "yeu-cau-bo-sung", may: access.DossierIntake, key: "y", style: web.Secondary, page: true, do: askCompletion},
	{act: dossier.ActRefuseIntake, path: "tu-choi", may: access.DossierIntake, key: "x", style: web.Secondary, page: true, confirm: true, do: refuseIntake},
	{act: dossier.ActMisfile, path: "sai-thu-tuc", may: access.DossierIntake, key: "w", style: web.Secondary, page: true, do: misfile},
	{act: dossier.ActPropose, path: "trinh-ky", may: access.DossierCheck, key: "g", body: office.ResultBody, do: propose},
	{act: dossier.ActAskSupplement, path: "yeu-cau-bo-sung", may: access.DossierCheck, key: "y", style: web.Secondary, page: true, do: askSupplement},
	{act: dossier.ActProposeRefusal, path: "trinh-tu-choi", may: access.DossierCheck, key: "x", style: web.Secondary, page: true, do: proposeRefusal},
	{act: cases.ActConsult, path: "xin-y-kien", may: access.DossierCheck, key: "c", style: web.Secondary, page: true, core: true, do: askOthers},
	{act: dossier.ActApprove, path: "ky", may: access.DossierSign, key: "k", do: approve},
	{act: dossier.ActSendBack, path: "tra-lai", may: access.DossierSign, key: "l", style: web.Secondary, page: true, do: sendBack},
	{act: dossier.ActRefuse, path: "ky-tu-choi", may: access.DossierSign, key: "x", style: web.Secondary, page: true, confirm: true, do: refuse},
	{act: dossier.ActHandOver, path: "tra-ket-qua", may: access.DossierIntake, key: "r", do: handOver},
	{act: dossier.ActApologise, path: "xin-loi", may: access.DossierCheck, or: access.DossierSign, key: "e", style: web.Secondary, page: true, do: apologise},
	{act: dossier.ActUndoAcceptance, path: "huy-tiep-nhan", may: access.DossierIntake, or: access.CaseAssign, key: "z", style: web.Secondary, page: true, do: undoAcceptance},
}

func deedPaths() []string {
	var paths []string
	for _, d := range deeds {
		if !slices.Contains(paths, d.path) {
			paths = append(paths, d.path)
		}
	}
	return paths
}

func deedsAt(path string) []deed {
	return slices.DeleteFunc(slices.Clone(deeds), func(d deed) bool { return d.path != path })
}

// messages of a deed.
func (d deed) label() string { return "desk.act_" + d.act }

func (d deed) done() string { return "desk.done_" + d.act }

func (d deed) explain() string { return "desk.explain_" + d.act }

// offers are the acts that the official may do on the dossier as it stands.
func (p Pages) offers(actor access.Actor, d dossier.Dossier) []deed {
	def, err := p.Room.Catalogue.Definition(d.Definition, d.DefinitionVersion)
	if err != nil {
		return nil
	}
	var found []deed
	for _, x := range deeds {
		offered := def.Offers(d.Step, x.act)
		if x.core {
			offered = d.Needs == x.may
		}
		if offered && x.allows(actor, d) && p.open(actor, d, x.act) {
			found = append(found, x)
		}
	}
	return found
}

// open says whether the dossier's own history allows an act: one request in all,
// a supplement within three working days, a signature for what was proposed. The
// room decides again when it is done.
func (p Pages) open(actor access.Actor, d dossier.Dossier, act string) bool {
	now := p.Room.Clock.Now()
	switch act {
	case dossier.ActMisfile:
		return d.MayMisfile()
	case dossier.ActUndoAcceptance:
		return !d.AcceptedAt.IsZero() && (d.FirstDueAt.IsZero() || !now.After(d.FirstDueAt))
	case dossier.ActApologise:
		return d.MayApologise(now) == nil && actor.May(d.Needs, d.Holder)
	case dossier.ActAskCompletion, dossier.ActAskSupplement:
		return p.Room.MayAsk(d, act)
	case dossier.ActApprove:
		return d.Proposal == "grant"
	}
	return true
}

// meant is the deed that a path means on a dossier: the one that is offered, or
// the one that the official could do at another step, so that whoever was slower
// is told so.
func (p Pages) meant(path string, actor access.Actor, d dossier.Dossier) (x deed, offered bool) {
	at := deedsAt(path)
	offers := p.offers(actor, d)
	for _, x := range at {
		if slices.ContainsFunc(offers, func(o deed) bool { return o.act == x.act }) {
			return x, true
		}
	}
	for _, x := range at {
		if x.allows(actor, d) {
			return x, false
		}
	}
	return at[0], false
}

// allows says whether the official has one of the rights of the act.
func (d deed) allows(actor access.Actor, at dossier.Dossier) bool {
	return actor.May(d.may, at.Holder) || d.or != "" && actor.May(d.or, at.Holder)
}

func accept(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	given, seen := office.TakenIn(in)
	return p.Room.Accept(ctx, actor, a, given, seen)
}

func misfile(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.Misfile(ctx, actor, a, in.Get("reason"))
}

func undoAcceptance(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.UndoAcceptance(ctx, actor, a, in.Get("reason"))
}

func apologise(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.Apologise(ctx, actor, a, office.Date(in, "due"), in.Get("reason"))
}

func askCompletion(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.AskCompletion(ctx, actor, a, defects(in))
}

func askSupplement(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.AskSupplement(ctx, actor, a, defects(in))
}

func refuseIntake(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.RefuseIntake(ctx, actor, a, in.Get("reason"))
}

func propose(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.Propose(ctx, actor, a, dossier.Result{Number: in.Get("number"), Book: in.Get("book"), On: office.Date(in, "on")})
}

func proposeRefusal(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.ProposeRefusal(ctx, actor, a, in.Get("reason"))
}

func approve(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, _ url.Values) (dossier.Dossier, error) {
	return p.Room.Approve(ctx, actor, a)
}

func sendBack(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.SendBack(ctx, actor, a, in.Get("reason"))
}

func refuse(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.Refuse(ctx, actor, a, in.Get("reason"))
}

func handOver(ctx context.Context, p Pages, actor access.Actor, a dossier.Act, in url.Values) (dossier.Dossier, error) {
	return p.Room.HandOver(ctx, actor, a, collection(in), in["returned"]...)
}

// collection reads who takes a result, and by what right.
func collection(in url.Values) dossier.Collection {
	return dossier.Collection{By: in.Get("collector"), As: in.Get("collector_as"), Paper: in.Get("collector_paper"), Right: in.Get("collector_right")}
}

// typedDate gives the three boxes of a date as they were typed.
func typedDate(in url.Values, name string) string {
	return strings.Trim(in.Get(name+"-day")+"/"+in.Get(name+"-month")+"/"+in.Get(name+"-year"), "/")
}

// rowsAtFirst is how many rows a request shows at first, rowsMore how many a
// button adds, and rowsMost how many there can be.
const (
	rowsAtFirst = 3
	rowsMore    = 3
	rowsMost    = 30
)

func rows(in url.Values) int {
	n := int(office.Number(in.Get("rows")))
	return min(max(n, rowsAtFirst), rowsMost)
}

// defects reads the rows of a request as they were typed.
func defects(in url.Values) []dossier.Defect {
	found := make([]dossier.Defect, rows(in))
	for i := range found {
		n := strconv.Itoa(i)
		found[i] = dossier.Defect{Subject: in.Get("subject-" + n), Wrong: in.Get("wrong-" + n), Mend: in.Get("mend-" + n)}
	}
	return found
}

// subjects are what a request may be about: the papers and the answers of the
// dossier, to choose from while typing.
func subjects(s sheet) []string {
	var found []string
	add := func(text string) {
		if text != "" && !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	for _, x := range s.Procedure.Papers {
		add(x.Name.In(s.Lang))
	}
	for _, row := range s.Answers {
		if row.Field.Kind != form.KindFile {
			add(row.Label)
		}
	}
	return found
}

// typed is what somebody wrote, by the names of a page's inputs, for the page
// that says that somebody else was faster.
type typed struct{ Label, Text string }

// written lists what was typed for a deed, in the order of its form.
func written(x deed, in url.Values, say func(key string, args ...any) string) []typed {
	var found []typed
	add := func(label, text string) {
		if strings.TrimSpace(text) != "" {
			found = append(found, typed{label, text})
		}
	}
	switch x.act {
	case dossier.ActAskCompletion, dossier.ActAskSupplement:
		for i, d := range defects(in) {
			add(say("desk.subject_n", "n", i+1), d.Subject)
			add(say("desk.wrong"), d.Wrong)
			add(say("desk.mend"), d.Mend)
		}
	case cases.ActConsult:
		for i := range rows(in) {
			add(say("desk.consult_agency_n", "n", i+1), in.Get(office.Row("agency", i)))
			add(say("desk.consult_question"), in.Get(office.Row("question", i)))
		}
	case dossier.ActPropose:
		add(say("desk.result_number"), in.Get("number"))
		add(say("desk.result_book"), in.Get("book"))
		add(say("desk.result_on"), typedDate(in, "on"))
	default:
		add(say("desk.due_date"), typedDate(in, "due"))
		add(say("desk.due_reason"), in.Get("due_reason"))
		add(say("desk.reason"), in.Get("reason"))
		add(say("desk.collector"), in.Get("collector"))
		add(say("desk.collector_right"), in.Get("collector_right"))
	}
	return found
}
