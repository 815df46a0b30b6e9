package helpdesk

import (
	"context"
	"net/http"
	"strings"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Path is where the pages stand.
const (
	Path      = "/ban-lam-viec/tai-khoan"
	resetPath = Path + "/cap-lai"
)

// Pages are the clerk's.
type Pages struct {
	DB       *database.DB
	Clock    clock.Clock
	Accounts *identity.Store
	// AgencyPath gives an agency's path, for the journal.
	AgencyPath func(agency string) (string, bool)
}

// most is the size of the largest form.
const most = 16 << 10

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + Path, Access: access.AccountRecover, Handler: p.show},
		{Pattern: "POST " + Path, Access: access.AccountRecover, Handler: p.find, MaxBody: most},
		{Pattern: "POST " + resetPath, Access: access.AccountRecover, Handler: p.reset, MaxBody: most},
	}
}

// findPage asks who stands there, and shows who it may be.
type findPage struct {
	Who       string
	Asked     bool
	Found     []found
	Officials bool // somebody was found whose account is not recovered here
	Errors    []fault.Field
}

// found is an account as the clerk sees it.
type found struct {
	ID, Name, Number string
	Contacts         []contact
	Since            time.Time
	HasCitizen       bool
	Form             identity.Recovery // as filled in
}

type contact struct {
	Value     string
	Confirmed bool
}

func (p Pages) show(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, showFind(findPage{}))
}

// find looks up whom a number, a phone or an e-mail means. It is a POST, so that
// what was typed stands in no address.
func (p Pages) find(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	page := findPage{Who: r.PostFormValue("who"), Asked: true}
	accounts, err := p.accounts(r.Context(), page.Who)
	if fault.Is(err, fault.Invalid) {
		page.Errors = []fault.Field{{Name: "who", Key: "helpdesk.who_invalid"}}
		page.Asked = false
		return web.Render(w, r, http.StatusUnprocessableEntity, showFind(page))
	}
	if err != nil {
		return err
	}
	var ids []string
	for _, a := range accounts {
		if a.Kind != identity.Person {
			page.Officials = true
			continue
		}
		ids = append(ids, a.ID)
		page.Found = append(page.Found, shown(a))
	}
	if err := p.note(r.Context(), ids); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, showFind(page))
}

// accounts finds by all of a handle, or of a citizen number.
func (p Pages) accounts(ctx context.Context, who string) ([]identity.Account, error) {
	h, unread := identity.ParseHandle(who)
	var all []identity.Account
	if unread == nil {
		var err error
		if all, err = p.Accounts.ByHandle(ctx, h); err != nil {
			return nil, err
		}
	}
	a, err := p.Accounts.ByCitizen(ctx, who)
	switch {
	case err == nil:
		for _, known := range all {
			if known.ID == a.ID {
				return all, nil
			}
		}
		return append(all, a), nil
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid) && unread == nil:
		return all, nil
	}
	return nil, err
}

func shown(a identity.Account) found {
	f := found{ID: a.ID, Name: a.Name, Number: a.Number(), Since: a.CreatedAt, HasCitizen: a.HasCitizen}
	for _, c := range a.Handles {
		if c.Kind != identity.Number {
			f.Contacts = append(f.Contacts, contact{c.Value, !c.ConfirmedAt.IsZero()})
		}
	}
	return f
}

// by is who acts, and at which desk.
func (p Pages) by(actor access.Actor) (identity.By, string) {
	by := identity.By{Account: actor.Account}
	agencies := actor.Agencies(access.AccountRecover)
	if len(agencies) == 0 {
		return by, ""
	}
	if path, ok := p.AgencyPath(agencies[0]); ok {
		by.Path, by.For = path, actor.ActsFor(access.AccountRecover, path)
	}
	return by, agencies[0]
}

func (p Pages) note(ctx context.Context, ids []string) error {
	by, _ := p.by(web.Actor(ctx))
	return p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx, p.Clock.Now(), audit.Entry{Actor: by.Account, ActingFor: by.For, Path: by.Path, Action: "account.looked_up", ObjectKind: "account", IDs: ids})
	})
}

// slipPage is what the person takes along.
type slipPage struct {
	Name, Number, Password string
	Until                  time.Time
}

// firstPassword is how long a one-time password waits to be changed.
var firstPassword = identity.DefaultPolicy().FirstPassword

// reset gives the password anew, once for one form; a second click shows the same
// slip.
func (p Pages) reset(w http.ResponseWriter, r *http.Request) error {
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), web.Actor(r.Context())
	by, agency := p.by(actor)
	form := identity.Recovery{
		Account: r.PostFormValue("account"), Agency: agency, Proof: identity.Proof(r.PostFormValue("proof")),
		Citizen: strings.TrimSpace(r.PostFormValue("citizen")), Reason: identity.Reason(r.PostFormValue("reason")),
	}
	account, err := p.Accounts.Account(ctx, form.Account)
	if err != nil {
		return err
	}
	password, err := p.Accounts.OneTimeFor(ctx, actor.Account, key+" "+form.Account)
	if err != nil {
		return err
	}
	err = p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		request := database.Request{Actor: actor.Account, Route: "POST " + resetPath, Key: key, Input: database.Digest(form.Account)}
		_, done, err := database.Once(ctx, tx, request, p.Clock.Now())
		if err != nil || done {
			return err
		}
		if err := p.Accounts.RecoverAtDesk(ctx, tx, by, form, password); err != nil {
			return err
		}
		return database.Done(ctx, tx, request, form.Account)
	})
	if err == nil {
		return web.Render(w, r, http.StatusOK, showSlip(slipPage{Name: account.Name, Number: account.Number(), Password: password.Plain(), Until: p.Clock.Now().Add(firstPassword)}))
	}
	f := fault.Of(err)
	if account.Kind != identity.Person || f.Kind != fault.Invalid && f.Kind != fault.Conflict || len(f.Fields) == 0 {
		return err
	}
	again := shown(account)
	again.Form = form
	return web.Render(w, r, http.StatusUnprocessableEntity, showFind(findPage{Asked: true, Found: []found{again}, Errors: f.Fields}))
}

// spaced writes a number as people read it out: 123 456 782.
func spaced(number string) string {
	var b strings.Builder
	for i, digit := range number {
		if i > 0 && i%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// rows are what the clerk compares with the paper.
func rows(ctx context.Context, f found) []web.Row {
	contacts := make([]string, 0, len(f.Contacts))
	for _, c := range f.Contacts {
		text := c.Value
		if !c.Confirmed {
			text = message.T(ctx, "helpdesk.unconfirmed", "contact", c.Value)
		}
		contacts = append(contacts, text)
	}
	if len(contacts) == 0 {
		contacts = append(contacts, message.T(ctx, "helpdesk.no_contact"))
	}
	citizen := message.T(ctx, "helpdesk.citizen_unknown")
	if f.HasCitizen {
		citizen = message.T(ctx, "helpdesk.citizen_known")
	}
	return []web.Row{
		{Key: message.T(ctx, "helpdesk.name"), Value: f.Name},
		{Key: message.T(ctx, "helpdesk.number"), Value: spaced(f.Number)},
		{Key: message.T(ctx, "helpdesk.contacts"), Value: strings.Join(contacts, "\n")},
		{Key: message.T(ctx, "helpdesk.citizen"), Value: citizen},
		{Key: message.T(ctx, "helpdesk.since"), Value: message.Date(ctx, f.Since)},
	}
}
