package administration

import (
	"slices"
	"strings"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
)

func (w *world) wish(handle, role, agency string) Wish {
	return Wish{Handle: handle, Name: "Lê Thị Bình", Role: role, Agency: agency, From: w.today(), Reason: "Quyết định 15/QĐ-UBND"}
}

func TestAdministratorOfACommuneAddsAnOfficialOnceAndSeesTheSamePasswordAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key := database.NewID()
		out, err := w.add(t.Context(), w.hand(w.chief), key, w.wish("0912345671", "clerk", here))
		w.must(err)
		again, err := w.add(t.Context(), w.hand(w.chief), key, w.wish("0912345671", "clerk", here))
		w.must(err)
		if !out.Created || out.Password == "" || again.Password != out.Password || again.Account != out.Account {
			t.Errorf("made %+v, and again %+v", out, again)
		}
		if got := w.posts(out.Account); !slices.Equal(got, []string{"clerk " + here + " 2026-11-23 "}) {
			t.Error(got)
		}
		signed, err := w.Identity.SignIn(t.Context(), identity.Attempt{Handle: "0912345671", Password: out.Password})
		if err != nil || !signed.MustChangePassword {
			t.Errorf("signed in %+v, %v", signed, err)
		}
		if n := w.count(`SELECT count(*) FROM official_acts WHERE account = $1 AND by_account = $2 AND reason = 'Quyết định 15/QĐ-UBND'`, out.Account, w.chief); n != 2 {
			t.Errorf("%d acts are kept: made, and the role given", n)
		}
		if n := w.count(`SELECT count(*) FROM journal WHERE action = 'role.given' AND actor = $1 AND path = '86/28810-2025/ubnd-28810-2025/'`, w.chief); n != 1 {
			t.Errorf("the journal has it %d times", n)
		}
		_, err = w.add(t.Context(), w.hand(w.chief), key, w.wish("0912345679", "clerk", here))
		w.refused("the same key for somebody else", err, fault.Invalid, "fault.key_reused")
		no := w.wish("0912345678", "clerk", here)
		no.Reason = " "
		_, err = w.add(t.Context(), w.hand(w.chief), database.NewID(), no)
		w.refused("without a reason", err, fault.Invalid, "administration.reason_needed")
	})
}

func TestAdministratorOfOneCommuneTouchesNobodyOfAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		victim, deputy := w.hire("0912345672", "clerk", elsewhere), w.hire("0912345673", "clerk", elsewhere)
		post := w.postOf(victim)
		before := w.count(`SELECT count(*) FROM journal`)
		h := w.hand(w.chief)
		_, err := w.official(ctx, w.DB.Read(), h, victim)
		w.refused("see", err, fault.NotFound, "")
		w.refused("end", w.end(ctx, h, database.NewID(), victim, post, "", "x"), fault.NotFound, "")
		w.refused("give", w.more(ctx, h, database.NewID(), victim, w.wish("", "specialist", here)), fault.NotFound, "")
		w.refused("rename", w.rename(ctx, h, database.NewID(), victim, "Ai Đó", "x"), fault.NotFound, "")
		_, err = w.password(ctx, h, database.NewID(), victim, "x")
		w.refused("password", err, fault.NotFound, "")
		w.refused("close", w.close(ctx, h, database.NewID(), victim, "x"), fault.NotFound, "")
		_, err = w.reopen(ctx, h, database.NewID(), victim, "0912345699", "x")
		w.refused("reopen", err, fault.NotFound, "")
		w.refused("absence", w.absent(ctx, h, database.NewID(), identity.Absence{Account: victim, Deputy: deputy, From: w.today(), Last: w.today()}, "x"), fault.NotFound, "")
		_, err = w.add(ctx, h, database.NewID(), w.wish("0912345674", "clerk", elsewhere))
		w.refused("add at an agency elsewhere", err, fault.Invalid, "administration.agency_needed")
		_, err = w.add(ctx, h, database.NewID(), w.wish("0912345672", "clerk", here))
		w.refused("take over by the handle", err, fault.Conflict, "administration.works_elsewhere")
		// A role of one's own official, named beside another's account, is not ended.
		mine := w.hire("0912345675", "clerk", here)
		w.refused("end by a role of another's", w.end(ctx, h, database.NewID(), mine, post, "", "x"), fault.NotFound, "")
		found, _, err := w.Identity.Officials(ctx, identity.Search{Agencies: w.ever(h)}, 100, 0)
		w.must(err)
		if len(found) != 2 {
			t.Errorf("the list shows %+v", found)
		}
		if n := w.count(`SELECT count(*) FROM journal`); n != before+3 { // the account, its handle and its role that were hired between
			t.Errorf("the journal grew from %d to %d", before, n)
		}
		if found, total, err := w.Identity.Officials(ctx, identity.Search{}, 100, 0); err != nil || total != 0 || len(found) != 0 {
			t.Errorf("without agencies are found %v, %v", found, err)
		}
	})
}

func TestNobodyManagesTheirOwnAccountNorThatOfWhomTheyStandInFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		colleague := w.hire("0912345676", "specialist", top)
		w.must(w.absent(ctx, w.hand(w.hire("0900000004", "administrator", top)), database.NewID(), identity.Absence{Account: w.above, Deputy: colleague, From: w.today(), Last: w.today()}, "x"))
		for name, h := range map[string]Hand{"oneself": w.hand(w.above), "the deputy": w.hand(colleague)} {
			_, err := w.password(ctx, h, database.NewID(), w.above, "x")
			w.refused(name+": password", err, fault.Forbidden, "administration.not_self")
			w.refused(name+": end", w.end(ctx, h, database.NewID(), w.above, w.postOf(w.above), "", "x"), fault.Forbidden, "administration.not_self")
			w.refused(name+": give", w.more(ctx, h, database.NewID(), w.above, w.wish("", "leader", top)), fault.Invalid, "administration.not_self")
			_, err = w.add(ctx, h, database.NewID(), w.wish("0900000003", "leader", top))
			w.refused(name+": add", err, fault.Invalid, "administration.not_self")
			w.refused(name+": close", w.close(ctx, h, database.NewID(), w.above, "x"), fault.Forbidden, "administration.not_self")
		}
		h := w.hand(colleague)
		w.refused("the deputy gives themselves a role", w.more(ctx, h, database.NewID(), colleague, w.wish("", "leader", top)), fault.Invalid, "administration.not_self")
		// What the deputy does to others is marked.
		out, err := w.add(ctx, h, database.NewID(), w.wish("0912345677", "clerk", here))
		w.must(err)
		if n := w.count(`SELECT count(*) FROM journal WHERE action = 'role.given' AND actor = $1 AND acting_for = $2`, colleague, w.above); n != 1 {
			t.Errorf("%s was hired by a deputy, and the journal says so %d times", out.Account, n)
		}
		// An administrator does not become somebody's deputy by their own hand.
		mine := w.hire("0912345678", "specialist", here)
		w.must(w.more(ctx, w.hand(w.above), database.NewID(), w.chief, w.wish("", "head", here)))
		w.refused("deputy", w.absent(ctx, w.hand(w.chief), database.NewID(), identity.Absence{Account: mine, Deputy: w.chief, From: w.today(), Last: w.today()}, "x"), fault.Invalid, "administration.not_self")
	})
}

func TestRoleThatManagesOthersIsGivenAndEndedFromAboveOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		friend := w.hire("0912345676", "clerk", here)
		peer := w.hire("0912345677", "administrator", here)
		h := w.hand(w.chief)
		w.refused("give", w.more(ctx, h, database.NewID(), friend, w.wish("", "administrator", here)), fault.Invalid, "administration.from_above")
		w.refused("give above", w.more(ctx, h, database.NewID(), friend, w.wish("", "administrator", top)), fault.Invalid, "administration.agency_needed")
		w.refused("give a role of the province", w.more(ctx, h, database.NewID(), friend, w.wish("", "inspector", here)), fault.Invalid, "access.role_level")
		_, err := w.add(ctx, h, database.NewID(), w.wish("0912345680", "administrator", here))
		w.refused("add", err, fault.Invalid, "administration.from_above")
		_, faults, err := w.TakeIn(ctx, h, database.NewID(), "x", "login,name,role,agency\n0912345681,Lê Văn Tám,administrator,"+here+"\n")
		if err != nil || len(faults) != 1 || faults[0].Key != "administration.from_above" || faults[0].Column != "role" {
			t.Errorf("from a file: %+v, %v", faults, err)
		}
		w.refused("end a peer", w.end(ctx, h, database.NewID(), peer, w.postOf(peer), "", "x"), fault.Forbidden, "administration.from_above")
		_, err = w.password(ctx, h, database.NewID(), peer, "x")
		w.refused("a peer's password", err, fault.Forbidden, "administration.account_from_above")
		w.refused("close a peer", w.close(ctx, h, database.NewID(), peer, "x"), fault.Forbidden, "administration.account_from_above")

		from := w.hand(w.above)
		w.must(w.more(ctx, from, database.NewID(), friend, w.wish("", "administrator", here)))
		_, err = w.password(ctx, from, database.NewID(), peer, "x")
		w.must(err)
		w.must(w.end(ctx, from, database.NewID(), peer, w.postOf(peer), "", "x"))
	})
}

func TestEndedRoleStopsCountingAtOnceOrWithTheCloseOfItsDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		now, later, never := w.hire("0912345671", "clerk", here), w.hire("0912345672", "clerk", here), w.hire("0912345673", "clerk", here)
		h := w.hand(w.chief)
		key, post := database.NewID(), w.postOf(now)
		for range 2 {
			w.must(w.end(ctx, h, key, now, post, "", "nghỉ việc"))
		}
		w.must(w.end(ctx, h, database.NewID(), later, w.postOf(later), "2026-11-30", "chuyển công tác"))
		soon := w.wish("", "cashier", here)
		soon.From = "2026-12-10"
		w.must(w.more(ctx, h, database.NewID(), never, soon))
		open, err := w.open(ctx, w.DB.Read(), never)
		w.must(err)
		for _, a := range open {
			if a.Role == "cashier" { // ends before it begins: it never does
				w.must(w.end(ctx, h, database.NewID(), never, a.ID, "2026-12-01", "thôi"))
			}
		}
		w.refused("a later day than its last", w.end(ctx, h, database.NewID(), later, w.postOf(later), "2026-12-05", "x"), fault.Invalid, "administration.ends_sooner")
		w.refused("what is held already", w.more(ctx, h, database.NewID(), never, w.wish("", "clerk", here)), fault.Conflict, "administration.has_role")
		w.refused("a day that has passed", w.end(ctx, h, database.NewID(), never, w.postOf(never), "2026-11-22", "x"), fault.Invalid, "administration.day_passed")
		if got := w.posts(now); got != nil {
			t.Error("still holds", got)
		}
		if got := strings.Join(w.posts(later), ","); got != "clerk "+here+" 2026-01-01 2026-11-30" {
			t.Error("holds", got)
		}
		if got := strings.Join(w.posts(never), ","); got != "clerk "+here+" 2026-01-01 " {
			t.Error("holds", got)
		}
		if n := w.count(`SELECT count(*) FROM official_acts WHERE account = $1 AND kind = 'role_ended'`, now); n != 1 {
			t.Errorf("ended %d times", n)
		}
		if _, err := w.official(ctx, w.DB.Read(), h, now); err != nil {
			t.Error("who has no role left is still found where the last one was", err)
		}
	})
}

func TestAccountIsTouchedOnlyByWhoManagesAllOfItsRoles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		both := w.hire("0912345671", "specialist", here)
		w.must(w.more(ctx, w.hand(w.above), database.NewID(), both, w.wish("", "head", elsewhere)))
		h := w.hand(w.chief)
		_, err := w.password(ctx, h, database.NewID(), both, "x")
		w.refused("password", err, fault.Forbidden, "administration.elsewhere_too")
		w.refused("close", w.close(ctx, h, database.NewID(), both, "x"), fault.Forbidden, "administration.elsewhere_too")
		w.refused("rename", w.rename(ctx, h, database.NewID(), both, "Ai Đó", "x"), fault.Forbidden, "administration.elsewhere_too")
		w.refused("more", w.more(ctx, h, database.NewID(), both, w.wish("", "cashier", here)), fault.Conflict, "administration.works_elsewhere")
		o, err := w.official(ctx, w.DB.Read(), h, both)
		if err != nil || len(o.Here) != 1 || len(o.Elsewhere) != 1 {
			t.Fatal(o, err)
		}
		w.must(w.end(ctx, h, database.NewID(), both, o.Here[0].ID, "", "x"))
		_, err = w.official(ctx, w.DB.Read(), h, both)
		w.refused("who works elsewhere only", err, fault.NotFound, "")
	})
}

func TestAccountIsNotTouchedWhileItHoldsForSomebodyAbsentWhatIsManagedFromAbove(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		absent, deputy := w.hire("0912345671", "specialist", here), w.hire("0912345672", "specialist", here)
		above, h := w.hand(w.above), w.hand(w.chief)
		w.must(w.more(ctx, above, database.NewID(), absent, w.wish("", "head", elsewhere)))
		w.must(w.absent(ctx, above, database.NewID(), identity.Absence{Account: absent, Deputy: deputy, From: w.today(), Last: "2026-11-27"}, "x"))
		_, err := w.password(ctx, h, database.NewID(), deputy, "x")
		w.refused("password", err, fault.Forbidden, "administration.account_from_above")
		if _, err := w.password(ctx, above, database.NewID(), deputy, "x"); err != nil {
			t.Errorf("from above: %v", err)
		}
	})
}

func TestClosedAccountIsOutAndIsOpenedAgainWithoutItsRoles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		account := w.hire("0912345671", "clerk", here)
		h := w.hand(w.chief)
		w.must(w.close(ctx, h, database.NewID(), account, "nghỉ hưu"))
		if _, err := w.Identity.ProfileOf(ctx, account); !fault.Is(err, fault.NotFound) {
			t.Error("a closed account still stands for somebody", err)
		}
		_, err := w.password(ctx, h, database.NewID(), account, "x")
		w.refused("password", err, fault.NotFound, "")
		key := database.NewID()
		plain, err := w.reopen(ctx, h, key, account, "0912 345 699", "trở lại")
		w.must(err)
		again, err := w.reopen(ctx, h, key, account, "0912 345 699", "trở lại")
		if err != nil || plain == "" || again != plain {
			t.Errorf("opened with %q, again with %q, %v", plain, again, err)
		}
		signed, err := w.Identity.SignIn(ctx, identity.Attempt{Handle: "0912345699", Password: plain})
		if err != nil || signed.Account != account || !signed.MustChangePassword {
			t.Errorf("signed in %+v, %v", signed, err)
		}
		if got := w.posts(account); got != nil {
			t.Error("has the roles", got)
		}
		_, err = w.reopen(ctx, h, database.NewID(), account, "0912345698", "x")
		w.refused("open twice", err, fault.Conflict, "identity.not_closed")
		w.must(w.more(ctx, h, database.NewID(), account, w.wish("", "clerk", here)))
	})
}

func TestOneTimePasswordEndsTheSessionsAndIsTheSameForOneForm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		out, err := w.add(ctx, w.hand(w.chief), database.NewID(), w.wish("0912345671", "clerk", here))
		w.must(err)
		before, err := w.Identity.SignIn(ctx, identity.Attempt{Handle: "0912345671", Password: out.Password})
		w.must(err)
		key := database.NewID()
		plain, err := w.password(ctx, w.hand(w.chief), key, out.Account, "quên")
		w.must(err)
		again, err := w.password(ctx, w.hand(w.chief), key, out.Account, "quên")
		other, err2 := w.password(ctx, w.hand(w.above), key, out.Account, "quên")
		if err != nil || err2 != nil || again != plain || other == plain {
			t.Errorf("%q, again %q, by another hand %q, %v, %v", plain, again, other, err, err2)
		}
		if p, err := w.Identity.Lookup(ctx, before.Token); err != nil || p.Account != "" {
			t.Errorf("the session of before stands for %+v, %v", p, err)
		}
	})
}

func TestDeputyIsAColleagueWhoseRolesMayBeJoined(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		signer, colleague, stranger := w.hire("0912345671", "signer", here), w.hire("0912345672", "specialist", here), w.hire("0912345673", "specialist", elsewhere)
		admin := w.hire("0912345674", "administrator", here) // must not sign
		h := w.hand(w.chief)
		for deputy, key := range map[string]string{stranger: "administration.deputy_needed", signer: "administration.deputy_needed", admin: "administration.deputy_separated", "nobody": "administration.deputy_needed"} {
			w.refused("deputy", w.absent(ctx, h, database.NewID(), identity.Absence{Account: signer, Deputy: deputy, From: w.today(), Last: "2026-11-27"}, "x"), fault.Invalid, key)
		}
		gone := w.hire("0912345675", "specialist", here)
		w.must(w.end(ctx, h, database.NewID(), gone, w.postOf(gone), "2026-11-26", "x"))
		w.refused("who is there for a part of it", w.absent(ctx, h, database.NewID(), identity.Absence{Account: signer, Deputy: gone, From: w.today(), Last: "2026-11-27"}, "x"), fault.Invalid, "administration.deputy_not_all_days")
		w.must(w.end(ctx, h, database.NewID(), gone, w.postOf(gone), "", "x"))
		o, err := w.official(ctx, w.DB.Read(), h, signer)
		w.must(err)
		may, err := w.colleagues(ctx, h, o)
		if err != nil || len(may) != 1 || may[0].Account != colleague {
			t.Errorf("may stand in: %+v, %v", may, err)
		}
		w.must(w.absent(ctx, h, database.NewID(), identity.Absence{Account: signer, Deputy: colleague, From: w.today(), Last: "2026-11-27"}, "công tác"))
		p, err := w.Identity.ProfileOf(ctx, colleague)
		if err != nil || len(p.Holdings) != 2 {
			t.Errorf("the deputy holds %+v, %v", p.Holdings, err)
		}
		all, err := w.Identity.Absences(ctx, signer)
		w.must(err)
		w.refused("another's absence", w.back(ctx, h, database.NewID(), colleague, all[0].ID, "x"), fault.NotFound, "")
		key := database.NewID()
		for range 2 {
			w.must(w.back(ctx, h, key, signer, all[0].ID, "về sớm"))
		}
		if p, err = w.Identity.ProfileOf(ctx, colleague); err != nil || len(p.Holdings) != 1 {
			t.Errorf("after it the deputy holds %+v, %v", p.Holdings, err)
		}
	})
}

func TestWhoLeavesAnAgencyDoesNotStayInItAsADeputy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, h := t.Context(), w.hand(w.chief)
		signer, deputy := w.hire("0912345671", "signer", here), w.hire("0912345672", "specialist", here)
		w.must(w.absent(ctx, h, database.NewID(), identity.Absence{Account: signer, Deputy: deputy, From: w.today(), Last: "2026-11-27"}, "công tác"))
		w.must(w.end(ctx, h, database.NewID(), deputy, w.postOf(deputy), "2026-11-27", "x"))
		if p, err := w.Identity.ProfileOf(ctx, deputy); err != nil || len(p.Holdings) != 2 {
			t.Errorf("until the same day the deputy holds %+v, %v", p.Holdings, err)
		}
		w.must(w.end(ctx, h, database.NewID(), deputy, w.postOf(deputy), "", "x"))
		if p, err := w.Identity.ProfileOf(ctx, deputy); err != nil || len(p.Holdings) != 0 {
			t.Errorf("afterwards the deputy holds %+v, %v", p.Holdings, err)
		}
	})
}

func TestNameIsCorrectedByWhoManagesAndASlipOfAHandleGivesNobodyARole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		account := w.hire("0912345671", "clerk", here)
		h := w.hand(w.chief)
		_, err := w.add(ctx, h, database.NewID(), w.wish("0912345671", "cashier", here)) // Lê Thị Bình, but it is Trần Văn Mới's
		w.refused("another name", err, fault.Conflict, "administration.name_differs")
		w.must(w.rename(ctx, h, database.NewID(), account, "Lê  Thị Bình", "ghi sai"))
		out, err := w.add(ctx, h, database.NewID(), w.wish("0912 345 671", "cashier", here))
		if err != nil || out.Created || out.Password != "" || out.Account != account {
			t.Errorf("%+v, %v", out, err)
		}
		a, err := w.Identity.Account(ctx, account)
		if err != nil || a.Name != "Lê Thị Bình" {
			t.Errorf("is called %q, %v", a.Name, err)
		}
	})
}
