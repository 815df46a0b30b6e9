package demo

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
	"benso/internal/server"
)

// Password opens every demonstration account.
const Password = "ben-so-2026-dung-thu"

// Names that are common in the south; no real person is meant.
var (
	families = strings.Fields("Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Huỳnh Phan Võ Đặng Bùi Đỗ Hồ Ngô Dương Trương Mai Lâm")
	women    = strings.Fields("Thị Thị Ngọc Kim Thanh Mỹ Hồng Bích Thu Như")
	men      = strings.Fields("Văn Văn Hữu Minh Quốc Thanh Hoàng Công Đức Trung")
	girls    = strings.Fields("Ánh Anh Bích Châu Diễm Dung Đào Giang Hà Hân Hoa Hồng Hương Lan Linh Loan Mai Mỹ Ngân Ngọc Nhi Phương Quyên Thảo Thơ Trâm Trang Trúc Tuyết Vy Yến")
	boys     = strings.Fields("An Bảo Bình Cường Dũng Duy Đạt Đức Hải Hiếu Hòa Hùng Huy Khang Khoa Kiên Lâm Long Lộc Minh Nam Nghĩa Phát Phúc Phước Quân Sang Sơn Tài Tâm Thành Thịnh Tín Toàn Trí Trung Tuấn Vinh")
)

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func woman(r *rand.Rand, family string) string {
	return family + " " + pick(r, women) + " " + pick(r, girls)
}

func man(r *rand.Rand, family string) string {
	return family + " " + pick(r, men) + " " + pick(r, boys)
}

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

// Hire makes the accounts of the demonstration and nothing else, for tests of the
// whole program.
func Hire(ctx context.Context, p *server.Program) error {
	s, err := newStaff(ctx, p, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		return err
	}
	return s.hire(ctx, 0)
}

// Welcome prints the address and the accounts.
func Welcome(out io.Writer, address string) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) } // a closed terminal is nobody's fault
	line("\nBến Số is ready: %s\n", address)
	line("Every page says that the data are simulated. Accounts (password %s):", Password)
	for _, g := range Guests {
		line("  %-30s %s", g.Handle, g.Role)
	}
	line("\nStop with Ctrl+C. The data stay; the next start continues with them.")
}

// desk is who works at one commune's committee.
type desk struct {
	agency                    unit.Agency
	place                     unit.Unit
	clerk, specialist, signer access.Actor
}

// staff makes the officials and the applicants.
type staff struct {
	p       *server.Program
	rng     *rand.Rand
	pass    identity.Password
	by      identity.By
	persons []access.Actor
	desks   []desk
}

func newStaff(ctx context.Context, p *server.Program, rng *rand.Rand) (*staff, error) {
	pass, err := p.Accounts.Chosen(ctx, Password)
	if err != nil {
		return nil, err
	}
	return &staff{p: p, rng: rng, pass: pass, by: identity.By{Account: "system"}}, nil
}

// official makes an official with roles at an agency.
func (s *staff) official(ctx context.Context, handle, name, role, agency string) (access.Actor, error) {
	h, err := identity.ParseHandle(handle)
	if err != nil {
		return access.Actor{}, err
	}
	var account string
	err = s.p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		if account, _, err = s.p.Accounts.SaveOfficial(ctx, tx, s.by, h, name, s.pass); err != nil {
			return err
		}
		_, err = s.p.Accounts.Give(ctx, tx, s.by, identity.Assignment{Account: account, Role: role, Agency: agency, From: "2025-07-01"}, func([]string) error { return nil })
		return err
	})
	if err != nil {
		return access.Actor{}, fmt.Errorf("official %s: %w", role, err)
	}
	return s.p.Actor(ctx, account)
}

// person makes an applicant's account.
func (s *staff) person(ctx context.Context, name, contact string) error {
	var issued identity.Issued
	err := s.p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		issued, err = s.p.Accounts.CreateAtDesk(ctx, tx, s.by, identity.NewPerson{Name: name, Contact: contact}, s.pass)
		return err
	})
	if err != nil {
		return fmt.Errorf("applicant: %w", err)
	}
	a, err := s.p.Actor(ctx, issued.Account)
	if err != nil {
		return err
	}
	s.persons = append(s.persons, a)
	return nil
}

// hire makes everybody: three officials for each commune's committee, the guests,
// and persons who file online.
func (s *staff) hire(ctx context.Context, persons int) error {
	today := database.Date(clock.Day(s.p.Clock.Now()))
	view := s.p.Dossiers.Units.At(today)
	for _, place := range view.Communes("") {
		for _, agency := range s.p.Dossiers.Units.AgenciesOf(place.ID, today) {
			if agency.Kind != unit.PeoplesCommittee {
				continue
			}
			d, err := s.desk(ctx, place, agency, suffix(place))
			if err != nil {
				return err
			}
			s.desks = append(s.desks, d)
		}
	}
	top := ""
	for _, province := range view.Provinces() {
		for _, agency := range s.p.Dossiers.Units.AgenciesOf(province.ID, today) {
			switch agency.Kind {
			case unit.PeoplesCommittee:
				top = agency.ID
			case department:
				if _, err := s.desk(ctx, province, agency, ".sotuphap"); err != nil {
					return err
				}
			}
		}
	}
	for _, o := range []struct{ handle, role, agency string }{
		{"thutruong@benso.example", "head", "ubnd-" + home}, {"tinh@benso.example", "leader", top},
		{"thanhtra@benso.example", "inspector", top}, {"quantri@benso.example", "administrator", top},
	} {
		if _, err := s.official(ctx, o.handle, man(s.rng, pick(s.rng, families)), o.role, o.agency); err != nil {
			return err
		}
	}
	if err := s.person(ctx, "Nguyễn Thị Mai", "nguoidan@benso.example"); err != nil {
		return err
	}
	for i := range persons {
		if err := s.person(ctx, woman(s.rng, pick(s.rng, families)), fmt.Sprintf("nguoidan%d@benso.example", i+1)); err != nil {
			return err
		}
	}
	return nil
}

// suffix tells the officials of one commune from those of another.
func suffix(place unit.Unit) string {
	switch place.ID {
	case home:
		return ""
	case neighbour:
		return ".phukhuong"
	}
	return "." + place.Code
}

func (s *staff) desk(ctx context.Context, place unit.Unit, agency unit.Agency, suffix string) (d desk, err error) {
	d = desk{agency: agency, place: place}
	for _, o := range []struct {
		actor        *access.Actor
		handle, role string
	}{{&d.clerk, "motcua", "clerk"}, {&d.specialist, "chuyenvien", "specialist"}, {&d.signer, "lanhdao", "signer"}} {
		name := man(s.rng, pick(s.rng, families))
		if s.rng.IntN(2) == 0 {
			name = woman(s.rng, pick(s.rng, families))
		}
		if *o.actor, err = s.official(ctx, o.handle+suffix+"@benso.example", name, o.role, agency.ID); err != nil {
			return desk{}, err
		}
	}
	return d, nil
}
