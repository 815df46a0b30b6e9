package identity

import (
	"context"
	"slices"
	"strings"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// named makes an official with a role at an agency.
func (b *bench) named(t *testing.T, address, name, role, agency string, last database.Date) (account, post string) {
	t.Helper()
	account = b.official(t, address)
	b.write(t, func(ctx context.Context, tx *database.Tx) (err error) {
		if err = b.Rename(ctx, tx, admin, account, name); err != nil {
			return err
		}
		post, err = b.Give(ctx, tx, admin, Assignment{Account: account, Role: role, Agency: agency, From: "2026-01-01", Last: last}, func([]string) error { return nil })
		return err
	})
	return account, post
}

func TestOfficialsAreListedWithinTheirAgenciesByNameAndStanding(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.named(t, "dung@example.gov.vn", "Đặng Thị Dung", "clerk", "a", "")
		b.named(t, "duc@example.gov.vn", "Trần Văn Đức", "signer", "a", "")
		moved, _ := b.named(t, "an@example.gov.vn", "Lê An", "clerk", "a", "2026-06-30") // worked at a, works at b
		b.write(t, func(ctx context.Context, tx *database.Tx) error {
			_, err := b.Give(ctx, tx, admin, Assignment{Account: moved, Role: "clerk", Agency: "b", From: "2026-07-01"}, func([]string) error { return nil })
			return err
		})
		b.named(t, "idle@example.gov.vn", "Võ Rảnh", "clerk", "b", "2026-06-30")
		closed, _ := b.named(t, "closed@example.gov.vn", "Hồ Đóng", "clerk", "b", "")
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.Close(ctx, tx, admin, closed) })
		b.register(t, "0912345678", good)
		for _, c := range []struct {
			x    Search
			want string
		}{
			{Search{}, ""},
			{Search{Agencies: []string{"a"}}, "Đặng Thị Dung, Trần Văn Đức"},
			{Search{Agencies: []string{"b"}}, "Lê An, Võ Rảnh"},
			{Search{Agencies: []string{"a", "b"}}, "Đặng Thị Dung, Lê An, Trần Văn Đức, Võ Rảnh"},
			{Search{Agencies: []string{"a", "b"}, Words: "duc tran"}, "Trần Văn Đức"},
			{Search{Agencies: []string{"a", "b"}, Words: "Đ"}, "Đặng Thị Dung, Trần Văn Đức"},
			{Search{Agencies: []string{"a"}, Words: "le"}, ""},
			{Search{Agencies: []string{"a", "b"}, Words: "dung@example.gov.vn"}, "Đặng Thị Dung"},
			{Search{Agencies: []string{"a"}, Words: "an@example.gov.vn"}, ""},
			{Search{Agencies: []string{"a", "b"}, Role: "signer"}, "Trần Văn Đức"},
			{Search{Agencies: []string{"a", "b"}, Agency: "b", Standing: Working}, "Lê An"},
			{Search{Agencies: []string{"a"}, Agency: "b"}, ""},
			{Search{Agencies: []string{"a", "b"}, Standing: Idle}, "Võ Rảnh"},
			{Search{Agencies: []string{"a", "b"}, Standing: Closed}, "Hồ Đóng"},
			{Search{Agencies: []string{"a"}, Standing: Closed}, ""},
		} {
			found, total, err := b.Officials(t.Context(), c.x, 10, 0)
			var names []string
			for _, o := range found {
				names = append(names, o.Name)
			}
			if err != nil || strings.Join(names, ", ") != c.want || total != int64(len(found)) {
				t.Errorf("%+v: %q of %d, %v, want %q", c.x, strings.Join(names, ", "), total, err, c.want)
			}
		}
		page, total, err := b.Officials(t.Context(), Search{Agencies: []string{"a", "b"}}, 2, 2)
		if err != nil || total != 4 || len(page) != 2 || page[0].Name != "Trần Văn Đức" || len(page[0].Posts) != 1 {
			t.Errorf("the second page is %+v of %d, %v", page, total, err)
		}
		posts, open, err := b.Posts(t.Context(), b.db.Read(), moved)
		if err != nil || !open || len(posts) != 1 || posts[0].Agency != "b" {
			t.Errorf("who moved works at %+v, %v", posts, err)
		}
	})
}

func TestRoleEndsWithTheCloseOfADayAndOneThatWouldBeginLaterNever(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		duc := b.official(t, "duc@example.gov.vn")
		now, later := b.give(t, duc, "clerk", "2026-11-01", ""), b.give(t, duc, "signer", "2026-12-10", "")
		short := b.give(t, duc, "head", "2026-11-01", "2026-11-25")
		b.write(t, func(ctx context.Context, tx *database.Tx) error {
			for _, id := range []string{now, later, short} {
				if err := b.TakeOn(ctx, tx, admin, id, "2026-11-30"); err != nil {
					return err
				}
			}
			return nil
		})
		for at, want := range map[string]string{"2026-11-25 10:00": "clerk, head", "2026-11-30 23:59": "clerk", "2026-12-01 00:00": "", "2026-12-10 10:00": ""} {
			b.set(t, at)
			if got := b.roles(t, duc); got != want {
				t.Errorf("%s: %q, want %q", at, got, want)
			}
		}
		if n := b.journalled(t, "role.taken"); n != 2 {
			t.Errorf("the journal has it %d times", n)
		}
	})
}

func TestDeputyGetsNoRoleThatWasGivenAfterTheAbsenceWasSet(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		away, deputy := b.official(t, "away@example.gov.vn"), b.official(t, "deputy@example.gov.vn")
		b.give(t, away, "signer", "2026-11-01", "")
		b.absent(t, away, deputy, "2026-11-23", "2036-11-23")
		b.set(t, "2026-11-24 10:00")
		b.give(t, away, "leader", "2026-11-01", "")
		if got := b.roles(t, deputy); got != "signer for "+away {
			t.Errorf("the deputy holds %q", got)
		}
		if list, err := b.StandsFor(t.Context(), b.db.Read(), deputy); err != nil || len(list) != 1 || list[0].Account != away {
			t.Errorf("stands in for %+v, %v", list, err)
		}
	})
}

func TestReopenedAccountSignsInAnewAndHoldsNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		duc := b.official(t, "duc@example.gov.vn")
		b.give(t, duc, "clerk", "2026-11-01", "")
		away := b.official(t, "away@example.gov.vn")
		b.give(t, away, "signer", "2026-11-01", "")
		b.absent(t, away, duc, "2026-11-23", "2026-12-23")
		reopen := func(h Handle) error {
			p, err := b.OneTime(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return b.Reopen(ctx, tx, admin, duc, h, p) })
		}
		wantFault(t, reopen(handle(t, "duc@example.gov.vn")), fault.Conflict, "identity.not_closed")
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.Close(ctx, tx, admin, duc) })
		b.official(t, "taken@example.gov.vn")
		if err := reopen(handle(t, "taken@example.gov.vn")); !slices.Contains(fieldsOf(err), "handle identity.handle_confirmed") {
			t.Errorf("opened with another's handle: %v", err)
		}
		if err := reopen(handle(t, "duc@example.gov.vn")); err != nil {
			t.Fatal(err)
		}
		if b.roles(t, duc) != "" || b.journalled(t, "account.reopened") != 1 {
			t.Error("the roles are back, or the journal says nothing")
		}
	})
}
