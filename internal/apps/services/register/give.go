package register

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// mostGiven is how many dossiers are given at once.
const mostGiven = 200

// chosen is a dossier that was ticked, as the list showed it.
type chosen struct {
	ID      string
	Version int64
}

// boxes reads what was ticked, each dossier once.
func boxes(values []string) []chosen {
	var found []chosen
	for _, v := range values {
		id, version, _ := strings.Cut(v, ".")
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil || id == "" || slices.ContainsFunc(found, func(c chosen) bool { return c.ID == id }) {
			continue
		}
		found = append(found, chosen{id, n})
	}
	return found
}

// fate is what became of one dossier that was to be given to somebody.
type fate string

// The fates.
const (
	given    fate = "given"
	already  fate = "already"   // the official had it
	changed  fate = "changed"   // somebody did something to it meanwhile
	notYours fate = "not_yours" // it may not be given away by this official
	unable   fate = "unable"    // its step is not one that the official can do
	over     fate = "over"      // nobody has a turn any more
)

// decide says what would become of a dossier: "" when it is to be given.
func decide(d dossier.Dossier, actor access.Actor, to string, can bool) fate {
	switch {
	case !actor.May(access.CaseAssign, d.Holder):
		return notYours
	case d.State != cases.Working:
		return over
	case to != "" && !can:
		return unable
	case d.Assignee == to:
		return already
	}
	return ""
}

// canHave says whether an official of the dossier's agency has a role whose turn it
// is.
func (p Pages) canHave(members []identity.Member, needs access.Permission, account string) bool {
	return slices.ContainsFunc(members, func(m identity.Member) bool {
		role, ok := p.Roles.Role(m.Role)
		return ok && m.Account == account && slices.Contains(role.Permissions, needs)
	})
}

// outcome is a line of the page that says what happened.
type outcome struct {
	Number string
	Title  string
	URL    string
	Fate   fate
	Who    string // who was faster
	What   string
}

type givePage struct {
	Chosen   []entry
	Boxes    []chosen
	Back     string
	People   []choice
	Several  bool // the dossiers are held by several agencies: no official is of all of them
	To       string
	ToName   string
	Outcomes []outcome
	Given    int
	Errors   []fault.Field
}

// give asks to whom the ticked dossiers go, and then gives them: each in its own
// transaction, under a key made from the form's.
func (p Pages) give(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	actor := web.Actor(ctx)
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	page := givePage{Boxes: boxes(r.PostForm["chon"]), To: r.PostFormValue("to"), Back: web.LocalPath(r.PostFormValue("ve"), office.PathRegister)}
	switch {
	case len(page.Boxes) == 0:
		page.Errors = []fault.Field{{Key: "register.none_chosen"}}
	case len(page.Boxes) > mostGiven:
		page.Errors = []fault.Field{{Key: "register.too_many_chosen", Args: []any{"n", len(page.Boxes), "most", mostGiven}}}
	}
	if len(page.Errors) > 0 {
		page.Boxes = nil
		return web.Render(w, r, http.StatusUnprocessableEntity, giveView(page))
	}
	ids := make([]string, len(page.Boxes))
	for i, c := range page.Boxes {
		ids[i] = c.ID
	}
	found, err := dossier.Among(ctx, p.read(), actor.Scope(access.DossierRead), ids)
	if err != nil {
		return err
	}
	members := map[string][]identity.Member{}
	for _, d := range found {
		if _, ok := members[d.Agency]; !ok {
			if members[d.Agency], err = p.Officials.Members(ctx, d.Agency, ""); err != nil {
				return err
			}
		}
	}
	page.Several = len(members) > 1
	page.People = p.recipients(found, members)
	if page.ToName = nameOf(page.People, page.To); page.To == "" {
		page.ToName = message.T(ctx, "register.nobody")
	}
	if !r.PostForm.Has("to") || r.PostFormValue("sure") == "" {
		return p.askToWhom(w, r, http.StatusOK, page, found)
	}
	if page.To != "" && page.ToName == "" {
		page.Errors = []fault.Field{{Name: "to", Key: "register.to_unknown"}}
		return p.askToWhom(w, r, http.StatusUnprocessableEntity, page, found)
	}
	by := map[string]dossier.Dossier{}
	for _, d := range found {
		by[d.ID] = d
	}
	for _, c := range page.Boxes {
		o, err := p.giveOne(ctx, actor, by[c.ID], c, page.To, members, key)
		if err != nil {
			return err
		}
		if o.Fate == given {
			page.Given++
		}
		page.Outcomes = append(page.Outcomes, o)
	}
	return web.Render(w, r, http.StatusOK, givenView(page))
}

// recipients are the officials to whom at least one of the dossiers can be given,
// when all are held by one agency.
func (p Pages) recipients(found []dossier.Dossier, members map[string][]identity.Member) []choice {
	var people []choice
	if len(members) != 1 {
		return nil
	}
	for _, d := range found {
		for _, m := range members[d.Agency] {
			if c := (choice{m.Account, m.Name}); d.State == cases.Working && p.canHave(members[d.Agency], d.Needs, m.Account) && !slices.Contains(people, c) {
				people = append(people, c)
			}
		}
	}
	return people
}

func nameOf(people []choice, account string) string {
	for _, c := range people {
		if c.ID == account {
			return c.Name
		}
	}
	return ""
}

// askToWhom shows what was ticked, and the officials who can have it.
func (p Pages) askToWhom(w http.ResponseWriter, r *http.Request, status int, page givePage, found []dossier.Dossier) error {
	ctx := r.Context()
	list := make([]cases.Case, len(found))
	for i, d := range found {
		list[i] = d.Case
	}
	var err error
	if len(list) > 0 {
		if page.Chosen, err = p.lines(ctx, web.Actor(ctx), list); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, giveView(page))
}

// giveOne gives one dossier and says what became of it. Sent again under the same
// key it gives the same answer, whatever happened since.
func (p Pages) giveOne(ctx context.Context, actor access.Actor, d dossier.Dossier, c chosen, to string, members map[string][]identity.Member, key string) (outcome, error) {
	o := outcome{Number: d.Number, Title: d.Title, URL: office.PathDesk + "/" + c.ID}
	if d.ID == "" {
		return outcome{Fate: notYours}, nil
	}
	act := dossier.Act{ID: c.ID, Version: c.Version, Key: database.Digest(key, c.ID)}
	fresh := d.Version == c.Version
	if f := decide(d, actor, to, p.canHave(members[d.Agency], d.Needs, to)); f != "" && (fresh || f == notYours) {
		o.Fate = f
		return o, nil
	}
	_, err := p.room().Assign(ctx, actor, act, to)
	last, stale := cases.Faster(err)
	switch {
	case err == nil:
		o.Fate = given
	case stale:
		names, err := p.Names(ctx, last.Account)
		if err != nil {
			return outcome{}, err
		}
		o.Fate, o.Who, o.What = changed, office.Named(ctx, names, last.Account), message.T(ctx, "desk.event_"+last.Act)
	case fault.Is(err, fault.Conflict):
		o.Fate = over
	case fault.Is(err, fault.Forbidden), fault.Is(err, fault.NotFound):
		o.Fate = notYours
	default:
		return outcome{}, err
	}
	return o, nil
}
