package demo

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
	"benso/internal/server"
)

// Password opens every demonstration account.
const Password = "ben-so-2026-dung-thu"

// Officials that sign in to the demonstration; all of the first commune but the
// last four.
const (
	home      = "28810-2025" // Xã Phú Túc
	neighbour = "28756-2025" // Phường Phú Khương

	department = "department_justice" // of the province, to try what a department handles
)

// Guest is an account that the welcome names.
type Guest struct{ Role, Handle string }

// Guests are the accounts to try the demonstration with.
var Guests = []Guest{
	{"applicant", "nguoidan@benso.example"},
	{"clerk", "motcua@benso.example"},
	{"specialist", "chuyenvien@benso.example"},
	{"signer", "lanhdao@benso.example"},
	{"head", "thutruong@benso.example"},
	{"clerk, neighbouring commune", "motcua.phukhuong@benso.example"},
	{"clerk, department of justice", "motcua.sotuphap@benso.example"},
	{"specialist, department of justice", "chuyenvien.sotuphap@benso.example"},
	{"signer, department of justice", "lanhdao.sotuphap@benso.example"},
	{"leader of the province", "tinh@benso.example"},
	{"inspector", "thanhtra@benso.example"},
	{"administrator", "quantri@benso.example"},
}

// Welcome prints the address and the accounts.
func Welcome(out io.Writer, address string) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) } // a closed terminal is nobody's fault
	line("\nBến Số is ready: %s\n", address)
	line("Every page says that the data are simulated. Accounts (password %s):", Password)
	for _, g := range Guests {
		line("  %-36s %s", g.Handle, g.Role)
	}
	line("\nStop with Ctrl+C. The data stay; the next start continues with them.\n")
}

// desk is who works at one agency.
type desk struct {
	agency                    unit.Agency
	clerk, specialist, signer access.Actor
	closes                    time.Time     // when the agency shuts for good; zero while it lives on
	away                      database.Date // last day of the specialist's absence
	stands                    access.Actor  // the specialist, while somebody stands in
}

// staff makes the officials and the applicants, at the time of its clock.
type staff struct {
	p        *server.Program
	clock    *clock.Fake
	accounts *identity.Store
	pass     identity.Password
	by       identity.By
	desks    map[string]*desk // by agency
	order    []string         // the agencies with desks, as they were hired
}

func newStaff(ctx context.Context, p *server.Program, now *clock.Fake) (*staff, error) {
	pass, err := p.Accounts.Chosen(ctx, Password)
	if err != nil {
		return nil, err
	}
	return &staff{p: p, clock: now, accounts: p.Accounts.At(now), pass: pass, by: identity.By{Account: "system"}, desks: map[string]*desk{}}, nil
}

func (s *staff) today() database.Date { return database.Date(clock.Day(s.clock.Now())) }

// official makes an official with a role at an agency for as long as it lives.
func (s *staff) official(ctx context.Context, handle, name, role string, agency unit.Agency) (access.Actor, error) {
	h, err := identity.ParseHandle(handle)
	if err != nil {
		return access.Actor{}, err
	}
	from := max(agency.From, database.Date(clock.Day(begin)))
	var account string
	err = s.p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		if account, _, err = s.accounts.SaveOfficial(ctx, tx, s.by, h, name, s.pass); err != nil {
			return err
		}
		_, err = s.accounts.Give(ctx, tx, s.by, identity.Assignment{Account: account, Role: role, Agency: agency.ID, From: from, Last: agency.To}, func([]string) error { return nil })
		return err
	})
	if err != nil {
		return access.Actor{}, fmt.Errorf("official %s of %s: %w", role, agency.ID, err)
	}
	return s.p.ActorOf(ctx, s.accounts, account)
}

// person makes an applicant's account.
func (s *staff) person(ctx context.Context, name, contact string) (access.Actor, error) {
	var issued identity.Issued
	err := s.p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		issued, err = s.accounts.CreateAtDesk(ctx, tx, s.by, identity.NewPerson{Name: name, Contact: contact}, s.pass)
		return err
	})
	if err != nil {
		return access.Actor{}, fmt.Errorf("applicant: %w", err)
	}
	return access.Actor{Account: issued.Account, Name: name, Kind: identity.Person}, nil
}

// mai is the applicant whom the welcome names.
func (s *staff) mai(ctx context.Context) (access.Actor, error) {
	return s.person(ctx, "Nguyễn Thị Mai", Guests[0].Handle)
}

// desk gives who works at an agency, and hires them when it is new.
func (s *staff) desk(ctx context.Context, agency unit.Agency) (*desk, error) {
	if d, ok := s.desks[agency.ID]; ok {
		return d, nil
	}
	// Under another name it goes on: only its last end is one.
	whole, err := s.p.Dossiers.Units.Agency(agency.ID)
	if err != nil {
		return nil, err
	}
	agency.To = whole.To
	d := &desk{agency: agency}
	r := dice(0, int(ownChance(agency.ID)*1e6), len(s.desks)&1023)
	for _, o := range []struct {
		actor        *access.Actor
		handle, role string
	}{{&d.clerk, "motcua", "clerk"}, {&d.specialist, "chuyenvien", "specialist"}, {&d.signer, "lanhdao", "signer"}} {
		if *o.actor, err = s.official(ctx, o.handle+suffix(agency)+"@benso.example", anybody(r), o.role, agency); err != nil {
			return nil, err
		}
	}
	if agency.To != "" {
		last, err := time.ParseInLocation(time.DateOnly, string(agency.To), clock.Zone)
		if err != nil {
			return nil, err
		}
		d.closes = s.p.Dossiers.Calendar.Add(last.AddDate(0, 0, 1), -time.Minute)
	}
	s.desks[agency.ID] = d
	s.order = append(s.order, agency.ID)
	return d, nil
}

// suffix tells the officials of one agency from those of another.
func suffix(agency unit.Agency) string {
	switch {
	case agency.ID == "ubnd-"+home:
		return ""
	case agency.ID == "ubnd-"+neighbour:
		return ".phukhuong"
	case agency.Kind == department && agency.To == "":
		return ".sotuphap"
	}
	return "." + strings.TrimPrefix(agency.ID, "ubnd-")
}

// guests hires whom the welcome names, beside the desks.
func (s *staff) guests(ctx context.Context, on database.Date, r *rand.Rand) error {
	office, err := s.p.Dossiers.Units.Agency("ubnd-" + home)
	if err != nil {
		return err
	}
	var top unit.Agency
	for _, province := range s.p.Dossiers.Units.At(on).Provinces() {
		for _, agency := range s.p.Dossiers.Units.AgenciesOf(province.ID, on) {
			if agency.Kind == unit.PeoplesCommittee {
				top = agency
			}
		}
	}
	for _, o := range []struct {
		handle, role string
		agency       unit.Agency
	}{
		{"thutruong@benso.example", "head", office}, {"tinh@benso.example", "leader", top},
		{"thanhtra@benso.example", "inspector", top}, {"quantri@benso.example", "administrator", top},
	} {
		if _, err := s.official(ctx, o.handle, man(r), o.role, o.agency); err != nil {
			return err
		}
	}
	return nil
}

// hire makes the desks of the agencies of some kinds that live on a day.
func (s *staff) hire(ctx context.Context, on database.Date, wanted func(unit.Agency) bool) error {
	for _, agency := range s.p.Dossiers.Units.Agencies(on) {
		if !wanted(agency) {
			continue
		}
		if _, err := s.desk(ctx, agency); err != nil {
			return err
		}
	}
	return nil
}

// Hire makes the accounts of the demonstration and nothing else, for tests of the
// whole program.
func Hire(ctx context.Context, p *server.Program) error {
	s, err := newStaff(ctx, p, clock.NewFake(p.Clock.Now()))
	if err != nil {
		return err
	}
	today := s.today()
	return p.DB.Together(ctx, func(ctx context.Context) error {
		view := p.Dossiers.Units.At(today)
		if err := s.hire(ctx, today, func(a unit.Agency) bool {
			u, err := view.Unit(a.Unit)
			return err == nil && (a.Kind == unit.PeoplesCommittee && u.Level == unit.Commune || a.Kind == department)
		}); err != nil {
			return err
		}
		if err := s.guests(ctx, today, dice(1, 1, 1)); err != nil {
			return err
		}
		_, err := s.mai(ctx)
		return err
	})
}

// absences has specialists stay away for some days, with a clerk standing in, and
// come back.
func (s *staff) absences(ctx context.Context, seed int64, dayNumber int) error {
	today := s.today()
	for i, id := range s.order {
		d := s.desks[id]
		if d.away != "" && today > d.away {
			d.specialist, d.away = d.stands, ""
		}
		r := dice(seed^0x5eed, dayNumber, i&1023)
		if d.away != "" || !chance(r, 3) || !d.closes.IsZero() {
			continue
		}
		last := database.Date(clock.Day(s.clock.Now().AddDate(0, 0, 1+r.IntN(5))))
		err := s.p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := s.accounts.SetAbsence(ctx, tx, s.by, identity.Absence{Account: d.specialist.Account, Deputy: d.clerk.Account, From: today, Last: last})
			return err
		})
		if err != nil {
			return fmt.Errorf("absence at %s: %w", id, err)
		}
		deputy, err := s.p.ActorOf(ctx, s.accounts, d.clerk.Account)
		if err != nil {
			return err
		}
		d.stands, d.specialist, d.away = d.specialist, deputy, last
	}
	return nil
}
