package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// roles writes what an account holds now: "clerk", or "clerk for <account>".
func (b *bench) roles(t *testing.T, account string) string {
	t.Helper()
	p, err := b.ProfileOf(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	var held []string
	for _, h := range p.Holdings {
		role := h.Role
		if h.For != "" {
			role += " for " + h.For
		}
		held = append(held, role)
	}
	return strings.Join(held, ", ")
}

func TestOfficialHoldsSeveralRolesFromTheFirstDayToTheLast(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		duc := b.official(t, "duc@example.gov.vn")
		b.give(t, duc, "clerk", "2026-11-01", "")
		b.give(t, duc, "specialist", "2026-12-01", "2026-12-05")
		for _, c := range []struct{ at, want string }{
			{"2026-11-30 23:59", "clerk"},
			{"2026-12-01 00:00", "clerk, specialist"},
			{"2026-12-05 23:59", "clerk, specialist"},
			{"2026-12-06 00:00", "clerk"},
		} {
			b.set(t, c.at)
			if got := b.roles(t, duc); got != c.want {
				t.Errorf("%s: %s, want %s", c.at, got, c.want)
			}
		}
	})
}

func TestTakenRoleGrantsNothingAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		duc := b.official(t, "duc@example.gov.vn")
		id := b.give(t, duc, "clerk", "2026-11-01", "")
		s, err := b.SignIn(t.Context(), Attempt{Handle: "duc@example.gov.vn", Password: good})
		if err != nil || len(b.lookup(t, s.Token).Holdings) != 1 {
			t.Fatalf("the role did not begin: %v", err)
		}
		for range 2 {
			b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.Take(ctx, tx, admin, id) })
		}
		if p := b.lookup(t, s.Token); p.Account != duc || len(p.Holdings) != 0 {
			t.Errorf("after it was taken: %+v", p)
		}
		if b.journalled(t, "role.given") != 1 || b.journalled(t, "role.taken") != 1 {
			t.Error("the journal does not have the role given and taken once each")
		}
		if again := b.give(t, duc, "clerk", "2026-11-01", ""); again == id || b.roles(t, duc) != "clerk" {
			t.Error("a role that was taken cannot be given again")
		}
	})
}

func TestDeputyActsFromTheFirstDayOfTheAbsenceToTheLast(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		away, deputy := b.official(t, "away@example.gov.vn"), b.official(t, "deputy@example.gov.vn")
		b.give(t, away, "signer", "2026-11-01", "2026-12-03")
		b.give(t, deputy, "specialist", "2026-11-01", "")
		b.absent(t, away, deputy, "2026-12-01", "2026-12-05")
		for _, c := range []struct{ at, want string }{
			{"2026-11-30 23:59", "specialist"},
			{"2026-12-01 00:00", "specialist, signer for " + away},
			{"2026-12-03 23:59", "specialist, signer for " + away},
			{"2026-12-04 00:00", "specialist"}, // the absent one's role has ended, before the absence
			{"2026-12-06 00:00", "specialist"},
		} {
			b.set(t, c.at)
			if got := b.roles(t, deputy); got != c.want {
				t.Errorf("%s: %s, want %s", c.at, got, c.want)
			}
		}
	})
}

func TestDeputyStopsWhenTheAbsenceEndsIsCancelledOrTheAccountCloses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		away, deputy := b.official(t, "away@example.gov.vn"), b.official(t, "deputy@example.gov.vn")
		b.give(t, away, "signer", "2026-11-01", "")
		first := b.absent(t, away, deputy, "2026-11-23", "2026-11-24")
		b.absent(t, away, deputy, "2026-11-23", "2026-11-25") // twice is still one grant
		acting := "signer for " + away
		if got := b.roles(t, deputy); got != acting {
			t.Fatalf("the deputy holds %q", got)
		}
		b.set(t, "2026-11-25 23:59")
		if got := b.roles(t, deputy); got != acting {
			t.Errorf("on the last day the deputy holds %q", got)
		}
		b.set(t, "2026-11-26 00:00")
		if got := b.roles(t, deputy); got != "" {
			t.Errorf("afterwards the deputy holds %q", got)
		}
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.CancelAbsence(ctx, tx, admin, first) })
		b.set(t, "2026-11-24 10:00")
		list, err := b.Absences(t.Context(), away)
		if err != nil || len(list) != 1 || list[0].Deputy != deputy {
			t.Fatalf("absences %+v, %v", list, err)
		}
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.CancelAbsence(ctx, tx, admin, list[0].ID) })
		if got := b.roles(t, deputy); got != "" {
			t.Errorf("after the absences were cancelled the deputy holds %q", got)
		}
		b.absent(t, away, deputy, "2026-11-24", "2026-11-30")
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.Close(ctx, tx, admin, away) })
		if got := b.roles(t, deputy); got != "" {
			t.Errorf("after the account was closed the deputy holds %q", got)
		}
	})
}

func TestActingForIsNotPassedOn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		first, second, third := b.official(t, "a@example.gov.vn"), b.official(t, "b@example.gov.vn"), b.official(t, "c@example.gov.vn")
		b.give(t, first, "signer", "2026-11-01", "")
		b.give(t, second, "specialist", "2026-11-01", "")
		b.absent(t, first, second, "2026-11-20", "2026-11-30")
		b.absent(t, second, third, "2026-11-20", "2026-11-30")
		if got, want := b.roles(t, third), "specialist for "+second; got != want {
			t.Errorf("the third holds %q, want %q", got, want)
		}
	})
}

func TestGivingIsDecidedFromTheRolesHeldEvenAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		duc := b.official(t, "duc@example.gov.vn")
		refused := fault.New(fault.Invalid, "access.role_separated")
		give := func(role, other string) error {
			return b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := b.Give(ctx, tx, admin, Assignment{Account: duc, Role: role, Agency: "x", From: "2027-01-01"}, func(held []string) error {
					if slices.Contains(held, other) {
						return refused
					}
					return nil
				})
				return err
			})
		}
		var wg sync.WaitGroup
		errs := make([]error, 2)
		wg.Go(func() { errs[0] = give("inspector", "administrator") })
		wg.Go(func() { errs[1] = give("administrator", "inspector") })
		wg.Wait()
		if errors.Is(errs[0], refused) == errors.Is(errs[1], refused) {
			t.Errorf("one of the two had to be refused: %v, %v", errs[0], errs[1])
		}
		all, err := b.Assignments(t.Context(), duc)
		if err != nil || len(all) != 1 || all[0].On("2026-12-31") || !all[0].On("2027-01-01") {
			t.Errorf("given %+v, %v", all, err)
		}
	})
}

func TestRolesAndDeputiesAreRefusedWhereTheyMakeNoSense(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		duc, person := b.official(t, "duc@example.gov.vn"), b.register(t, "0912345678", good).Account
		free := func([]string) error { return nil }
		for key, a := range map[string]Assignment{
			"identity.not_official": {Account: person, Role: "clerk", Agency: "x", From: "2026-11-01"},
			"identity.days_invalid": {Account: duc, Role: "clerk", Agency: "x", From: "2026-11-02", Last: "2026-11-01"},
			"fault.not_found":       {Account: "nobody", Role: "clerk", Agency: "x", From: "2026-11-02"},
		} {
			err := b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := b.Give(ctx, tx, admin, a, free)
				return err
			})
			if fault.Of(err) == nil || fault.Of(err).Key != key {
				t.Errorf("%+v: %v, want %s", a, err, key)
			}
		}
		for key, a := range map[string]Absence{
			"identity.deputy_self":  {Account: duc, Deputy: duc, From: "2026-11-01", Last: "2026-11-02"},
			"identity.not_official": {Account: duc, Deputy: person, From: "2026-11-01", Last: "2026-11-02"},
			"identity.days_invalid": {Account: duc, Deputy: person, From: "2026-02-30", Last: "2026-11-02"},
		} {
			err := b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := b.SetAbsence(ctx, tx, admin, a)
				return err
			})
			wantFault(t, err, fault.Invalid, key)
		}
	})
}

func TestOfficialIsSavedOnceByHandle(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		squatter := b.register(t, "duc@example.gov.vn", "tôi đến trước mà")
		first := b.official(t, "duc@example.gov.vn")
		if again := b.official(t, "DUC@example.gov.vn"); again != first {
			t.Errorf("saved as %s, then as %s", first, again)
		}
		if s, err := b.SignIn(t.Context(), Attempt{Handle: "duc@example.gov.vn", Password: good}); err != nil || s.Account != first || s.Kind != Official {
			t.Errorf("signed in as %+v, %v", s, err)
		}
		_, err := b.SignIn(t.Context(), Attempt{Handle: "duc@example.gov.vn", Password: "tôi đến trước mà"})
		wantFault(t, err, fault.Invalid, "identity.wrong")
		if s, err := b.SignIn(t.Context(), Attempt{Handle: squatter.Number, Password: "tôi đến trước mà"}); err != nil || s.Account != squatter.Account {
			t.Errorf("who lost a claim keeps the account by its number: %v", err)
		}
		b.give(t, first, "clerk", "2026-11-01", "")
		members, err := b.Members(t.Context(), "ubnd-28756", "clerk")
		if err != nil || len(members) != 1 || members[0] != (Member{first, "Trần Văn Đức", "clerk"}) {
			t.Errorf("members %+v, %v", members, err)
		}
		if all, err := b.Members(t.Context(), "ubnd-28756", ""); err != nil || len(all) != 1 {
			t.Errorf("members of any role %+v, %v", all, err)
		}
		names, err := b.Names(t.Context(), first, squatter.Account, "nobody")
		if err != nil || len(names) != 2 || names[first] != "Trần Văn Đức" {
			t.Errorf("names %v, %v", names, err)
		}
	})
}

func TestDeskFindsAPersonByCitizenNumberAndMakesNoSecondAccount(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p, err := b.OneTime(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		desk := func(n NewPerson) (issued Issued, err error) {
			err = b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				issued, err = b.CreateAtDesk(ctx, tx, admin, n, p)
				return err
			})
			return issued, err
		}
		issued, err := desk(NewPerson{Name: "Lê Văn Bảy", Contact: "0912345678", Citizen: "083090001234"})
		if err != nil {
			t.Fatal(err)
		}
		found, err := b.ByCitizen(t.Context(), "083 090 001 234")
		if err != nil || found.ID != issued.Account || found.Number() != issued.Number || !found.HasCitizen {
			t.Errorf("found %+v, %v", found, err)
		}
		if list, err := b.ByHandle(t.Context(), handle(t, "0912345678")); err != nil || len(list) != 1 || list[0].ID != issued.Account {
			t.Errorf("by phone %+v, %v", list, err)
		}
		_, err = b.ByCitizen(t.Context(), "083090001235")
		wantFault(t, err, fault.NotFound, "fault.not_found")
		_, err = desk(NewPerson{Name: "Lê Văn Bảy", Citizen: "083090001234"})
		wantFault(t, err, fault.Conflict, "identity.citizen_known")
		_, err = desk(NewPerson{Name: "Lê Văn Tám", Contact: "0912345678"})
		wantFault(t, err, fault.Conflict, "identity.handle_confirmed")
		_, err = desk(NewPerson{Name: "", Contact: issued.Number, Citizen: "1"})
		if got := fieldsOf(err); !slices.Equal(got, []string{"name identity.name_invalid", "handle identity.handle_contact", "citizen identity.citizen_invalid"}) {
			t.Errorf("fields %v", got)
		}
		if n := b.journalled(t, "account.created"); n != 1 {
			t.Errorf("%d accounts in the journal", n)
		}
	})
}

func TestDeskGivesAPhoneToItsOwner(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		squatter := b.register(t, "0912345678", "kẻ chiếm số của người")
		owner := b.register(t, "lan@example.com", good)
		for range 2 {
			b.write(t, func(ctx context.Context, tx *database.Tx) error {
				return b.ConfirmHandle(ctx, tx, admin, owner.Account, handle(t, "0912345678"))
			})
		}
		if s, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good}); err != nil || s.Account != owner.Account {
			t.Errorf("the owner: %v", err)
		}
		_, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: "kẻ chiếm số của người"})
		wantFault(t, err, fault.Invalid, "identity.wrong")
		err = b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			return b.ConfirmHandle(ctx, tx, admin, squatter.Account, handle(t, "0912345678"))
		})
		wantFault(t, err, fault.Conflict, "identity.handle_confirmed")
	})
}

func (b *bench) set(t *testing.T, local string) {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, clock.Zone)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Set(at)
}

func (b *bench) absent(t *testing.T, account, deputy string, from, last database.Date) string {
	t.Helper()
	var id string
	b.write(t, func(ctx context.Context, tx *database.Tx) (err error) {
		id, err = b.SetAbsence(ctx, tx, admin, Absence{Account: account, Deputy: deputy, From: from, Last: last})
		return err
	})
	return id
}
