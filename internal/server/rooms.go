package server

import (
	"context"
	"net"
	"net/http"
	"strings"

	"benso/internal/apps/account"
	"benso/internal/apps/administration"
	"benso/internal/apps/administration/agencies"
	"benso/internal/apps/board"
	"benso/internal/apps/helpdesk"
	"benso/internal/apps/inbox"
	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/consult"
	"benso/internal/apps/services/counter"
	"benso/internal/apps/services/desk"
	"benso/internal/apps/services/filing"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/payment"
	"benso/internal/apps/services/people"
	"benso/internal/apps/services/portal"
	"benso/internal/apps/services/queue"
	"benso/internal/apps/services/register"
	"benso/internal/apps/services/signing"
	"benso/internal/apps/services/slips"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Actor is who an account is, with its roles as they are now.
func (p *Program) Actor(ctx context.Context, account string) (access.Actor, error) {
	return p.ActorOf(ctx, p.Accounts, account)
}

// ActorOf is Actor at the time of the store's clock.
func (p *Program) ActorOf(ctx context.Context, accounts *identity.Store, account string) (access.Actor, error) {
	profile, err := accounts.ProfileOf(ctx, account)
	if err != nil {
		return access.Actor{}, err
	}
	return access.NewActor(profile, p.province.roles, p.agencyPath, p.agencyPast), nil
}

func (p *Program) agencyPath(agency string) (string, bool) {
	path, err := p.province.units.AgencyPath(agency)
	return path, err == nil
}

// agencyPast gives the paths of the agencies whose work went whole to this one, so
// that their history can be opened.
func (p *Program) agencyPast(agency string) []string {
	day := clock.Day(p.Clock.Now())
	var paths []string
	for _, a := range p.province.units.AgencyPredecessors(agency, database.Date(day)) {
		if path, ok := p.agencyPath(a.ID); ok {
			paths = append(paths, path)
		}
	}
	return paths
}

func (p *Program) agencyName(agency string) string {
	a, err := p.province.units.Agency(agency)
	if err != nil {
		return agency
	}
	return a.Name
}

// client is the address that a request comes from. A proxy on this machine is
// believed when it says for whom it asks; nobody else is.
func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return host
	}
	hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	if last := strings.TrimSpace(hops[len(hops)-1]); net.ParseIP(last) != nil {
		return last
	}
	return host
}

// place is where a request comes from, for the limits: its network. The machine
// itself is none: a proxy that does not say for whom it asks would be everybody.
func place(r *http.Request) string {
	address := client(r)
	if ip := net.ParseIP(address); ip == nil || ip.IsLoopback() {
		return ""
	}
	return identity.Network(address)
}

// provinceName is what the header calls the province today.
func (p *Program) provinceName() string {
	for _, u := range p.province.units.At(database.Date(clock.Day(p.Clock.Now()))).Provinces() {
		return u.Name
	}
	return ""
}

// hang hangs the rooms' pages on the site. What each section of the header shows
// to whom stands here, on one page.
func (p *Program) hang() error {
	cookie := identity.Cookie{Secure: p.Config.secure()}
	p.Site = web.New(web.Config{
		Province: p.provinceName(), Simulated: p.Simulated, Secure: p.Config.secure(), Clock: p.Clock, Log: p.Log,
		Sessions: account.Sessions{Identity: p.Accounts, Roles: p.province.roles, Path: p.agencyPath, Past: p.agencyPast, Cookie: cookie},
		Limits:   p.Config.Limits,
		Place:    place,
		Footer:   []web.Section{{ID: "helpdesk", Key: "server.helpdesk", URL: helpdesk.Path, Access: access.AccountRecover}},
		Inbox:    web.Inbox{URL: inbox.Path, Unread: p.Notices.Unread},
		Sections: []web.Section{
			{ID: "procedures", Key: "server.procedures", URL: "/thu-tuc", Access: access.Public},
			{ID: "mine", Key: "server.mine", URL: "/ho-so-cua-toi", Access: access.SignedIn},
			{ID: "desk", Key: "server.desk", URL: "/ban-lam-viec", Access: access.DossierRead},
			{ID: administration.Section, Key: "server.administration", URL: administration.Path, Access: access.AccountManage},
			{ID: "receipts", Key: "server.receipts", URL: "/bien-lai", Access: access.PaymentCollect},
			{ID: "track", Key: "server.track", URL: "/tra-cuu", Access: access.Public},
			{ID: "board", Key: "server.board", URL: "/chi-tieu", Access: access.Public},
		},
	})
	p.filing = filing.Pages{Room: p.Dossiers, Uploads: p.uploads, Contacts: p.contacts}
	targets := board.New(p.DB, p.Clock, p.Log, p.Targets, p.province.units, subjects{p.province.catalogue}, p.province.maps, p.Config.base)
	if err := p.Site.Registry().Register(newGauges(p)); err != nil {
		return err
	}
	procedures := portal.New(p.province.catalogue, p.province.guide, p.Clock)
	officials := office.Office{Room: p.Dossiers, Officials: p.Accounts, Roles: p.province.roles}
	finder := people.Finder{Room: p.Dossiers, Citizens: p.Accounts}
	p.Site.Handler(
		p.health(),
		procedures,
		p.filing,
		payment.Pages{Room: payment.Room{Dossiers: p.Dossiers}, Printer: printer{}, Names: p.Accounts.Names},
		queue.Pages{Office: officials},
		desk.Pages{Office: officials},
		slips.Pages{Office: officials, Control: p.writer.Control},
		consult.Pages{Office: officials},
		signing.Pages{Office: officials},
		counter.Pages{Office: officials, People: finder},
		register.Pages{Office: officials, People: finder, NewSheet: newSheet, Print: printer{}},
		account.New(account.Config{DB: p.DB, Identity: p.Accounts, Notices: p.Notices, Cookie: cookie, Clock: p.Clock, Roles: p.province.roles, AgencyName: p.agencyName, Home: p.home, Address: client}),
		administration.Pages{Room: p.officials},
		agencies.Pages{Room: agencies.Room{Room: p.officials}},
		helpdesk.Pages{DB: p.DB, Clock: p.Clock, Accounts: p.Accounts, AgencyPath: p.agencyPath},
		inbox.Pages{Notices: p.Notices},
		targets,
		api(targets, procedures, p.Log),
	)
	return nil
}

// home is where an official lands: at the queue of dossiers, with the officials that
// an administrator manages, or, with neither, at the own account.
func (p *Program) home(ctx context.Context, who string) string {
	a, err := p.Actor(ctx, who)
	switch {
	case err != nil:
		return account.Path
	case a.Has(access.DossierRead):
		return "/ban-lam-viec"
	case a.Has(access.AccountManage):
		return administration.Path
	}
	return account.Path
}

// subjects tells the board of the procedures.
type subjects struct{ catalogue *catalogue.Catalogue }

// SubjectName is the name of a procedure.
func (s subjects) SubjectName(ctx context.Context, code string) string {
	p, err := s.catalogue.Procedure(code)
	if err != nil {
		return ""
	}
	return p.Name.In(message.Lang(ctx))
}

// SubjectField is the field of a procedure.
func (s subjects) SubjectField(code string) string {
	p, err := s.catalogue.Procedure(code)
	if err != nil {
		return ""
	}
	return p.Field
}

// contacts gives how an account is reached, for its own forms.
func (p *Program) contacts(ctx context.Context, account string) (phone, email string, err error) {
	a, err := p.Accounts.Account(ctx, account)
	for _, c := range a.Handles {
		switch c.Kind {
		case identity.Phone:
			phone = c.Value
		case identity.Email:
			email = c.Value
		}
	}
	return phone, email, err
}
