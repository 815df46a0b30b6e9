package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"benso/internal/apps/administration"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
)

// NewOfficial is an official that the administrator of the machine makes: the
// first ones, before anybody can sign in.
type NewOfficial struct {
	Handle string // phone or e-mail
	Name   string
	Role   string
	Agency string
}

// AddOfficial makes an official and gives the role; one that exists only gets the
// role. password is the one-time password of a new account, empty otherwise.
func (p *Program) AddOfficial(ctx context.Context, n NewOfficial) (password string, err error) {
	handle, err := identity.ParseHandle(n.Handle)
	if err != nil {
		return "", fmt.Errorf("%q is no phone number or e-mail address", n.Handle)
	}
	agency, err := p.province.units.Agency(n.Agency)
	if err != nil || !agency.Lives(database.Date(clock.Day(p.Clock.Now()))) {
		return "", fmt.Errorf("there is no agency %q today; packs/bentre/agencies.csv lists them, such as ubnd-28810-2025", n.Agency)
	}
	place, err := p.province.units.Unit(agency.Unit)
	if err != nil {
		return "", err
	}
	if _, ok := p.province.roles.Role(n.Role); !ok {
		return "", fmt.Errorf("there is no role %q; there are %s", n.Role, strings.Join(p.roleNames(), ", "))
	}
	pass, err := p.Accounts.OneTime(ctx)
	if err != nil {
		return "", err
	}
	by := identity.By{Account: "system"}
	err = p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		account, created, err := p.Accounts.SaveOfficial(ctx, tx, by, handle, n.Name, pass)
		if err != nil {
			return err
		}
		password = ""
		if created {
			password = pass.Plain()
		}
		given := identity.Assignment{Account: account, Role: n.Role, Agency: n.Agency, From: database.Date(clock.Day(p.Clock.Now()))}
		_, err = p.Accounts.Give(ctx, tx, by, given, func(held []string) error {
			return p.province.roles.Giving(n.Role, string(place.Level), held)
		})
		return err
	})
	if err != nil {
		return "", errors.Join(fmt.Errorf("the official was not added"), err)
	}
	return password, nil
}

func (p *Program) roleNames() []string {
	var names []string
	for _, r := range p.province.roles.All() {
		if !r.Implicit {
			names = append(names, r.ID)
		}
	}
	return names
}

// OfficialFault is what is wrong in a file of officials.
type OfficialFault = administration.Fault

// TakeInOfficials takes in a file of officials, whole or not at all; see package
// administration.
func (p *Program) TakeInOfficials(ctx context.Context, text string) ([]administration.Done, []OfficialFault, error) {
	return p.officials.TakeIn(ctx, administration.Machine(), database.NewID(), "", text)
}

// Officials is the room where officials are managed.
func (p *Program) Officials() *administration.Room { return p.officials }

// ReadOfficials says what a file of officials holds and what is wrong with it.
func (p *Program) ReadOfficials(text string) ([]administration.Row, []OfficialFault) {
	return p.officials.Read(administration.Machine(), text)
}
