package identity

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// postman keeps the codes that were sent, and whom announcements told.
type postman struct {
	codes []Code
	told  []string
}

func (p *postman) send(_ context.Context, _ *database.Tx, c Code) error {
	p.codes = append(p.codes, c)
	return nil
}

func (p *postman) tell(_ context.Context, _ *database.Tx, account string, what Announcement) error {
	p.told = append(p.told, account+" "+string(what))
	return nil
}

func (p *postman) last() Code { return p.codes[len(p.codes)-1] }

// confirmed registers a person and confirms the e-mail by its code.
func (b *bench) confirmed(t *testing.T, p *postman, email string) Profile {
	t.Helper()
	profile := Profile{Account: b.register(t, email, good).Account}
	c, err := b.AskConfirm(t.Context(), profile, email, "", "203.0.113.7", p.send)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Confirm(t.Context(), profile, c.ID, b.Digits(c)); err != nil {
		t.Fatal(err)
	}
	return profile
}

func (b *bench) email(t *testing.T, account string) string {
	t.Helper()
	email, err := ConfirmedEmail(t.Context(), b.db.Read(), account)
	if err != nil {
		t.Fatal(err)
	}
	return email
}

func (b *bench) journaled(t *testing.T, action string) (n int) {
	t.Helper()
	if err := b.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM journal WHERE action = $1`, action).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wrongCode(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Kind == fault.Invalid && f.Key == "identity.code_wrong"
}

func TestEmailIsConfirmedByTheCodeThatWasSentToIt(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		b.Announce(p.tell)
		lan := Profile{Account: b.register(t, "lan@benso.example", good).Account}
		squatter := Profile{Account: b.register(t, "lan@benso.example", "another long one").Account}
		c, err := b.AskConfirm(t.Context(), lan, "Lan@benso.example ", "", "203.0.113.7", p.send)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^\d{8}$`).MatchString(b.Digits(c)) || b.email(t, lan.Account) != "" {
			t.Errorf("the code is %q, the e-mail %q", b.Digits(c), b.email(t, lan.Account))
		}
		if err := b.Confirm(t.Context(), squatter, c.ID, b.Digits(c)); !wrongCode(err) {
			t.Errorf("somebody else's code: %v", err)
		}
		digits := b.Digits(c)
		for range 2 { // a double click
			if err := b.Confirm(t.Context(), lan, c.ID, digits[:4]+" "+digits[4:]); err != nil {
				t.Fatal(err)
			}
		}
		if b.email(t, lan.Account) != "lan@benso.example" || b.journaled(t, "handle.confirmed") != 1 || len(p.told) != 1 {
			t.Errorf("e-mail %q, journaled %d, told %v", b.email(t, lan.Account), b.journaled(t, "handle.confirmed"), p.told)
		}
		if a, err := b.Account(t.Context(), squatter.Account); err != nil || len(a.Handles) != 1 {
			t.Errorf("the squatter still has %v, %v", a.Handles, err)
		}
		if _, err := b.AskConfirm(t.Context(), lan, "lan@benso.example", "", "203.0.113.7", p.send); !fault.Is(err, fault.Invalid) {
			t.Errorf("confirming what is confirmed: %v", err)
		}
	})
}

func TestAnotherEmailNeedsThePasswordAndTakesThePlaceOfTheFirst(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		lan := b.confirmed(t, &p, "lan@benso.example")
		for _, current := range []string{"", "wrong"} {
			_, err := b.AskConfirm(t.Context(), lan, "moi@benso.example", current, "203.0.113.7", p.send)
			if f := fault.Of(err); f == nil || f.Key != "identity.current_wrong" {
				t.Errorf("with the password %q: %v", current, err)
			}
		}
		c, err := b.AskConfirm(t.Context(), lan, "moi@benso.example", good, "203.0.113.7", p.send)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Confirm(t.Context(), lan, c.ID, b.Digits(c)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.SignIn(t.Context(), Attempt{Handle: "lan@benso.example", Password: good}); err == nil {
			t.Error("the old e-mail still signs in")
		}
		if _, err := b.SignIn(t.Context(), Attempt{Handle: "moi@benso.example", Password: good}); err != nil {
			t.Errorf("the new e-mail does not sign in: %v", err)
		}
	})
}

func TestEmailOfAnotherAccountIsNotTakenOver(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		lan := b.confirmed(t, &p, "lan@benso.example")
		second := Profile{Account: b.register(t, "lan@benso.example", "another long one").Account}
		c, err := b.AskConfirm(t.Context(), second, "lan@benso.example", "", "203.0.113.7", p.send)
		if err != nil {
			t.Fatalf("asking told that the e-mail is somebody's: %v", err)
		}
		if err := b.Confirm(t.Context(), second, c.ID, b.Digits(c)); !fault.Is(err, fault.Conflict) {
			t.Errorf("the second account: %v", err)
		}
		if b.email(t, lan.Account) != "lan@benso.example" || b.email(t, second.Account) != "" {
			t.Error("the e-mail has moved")
		}
	})
}

func TestOfficialsDoNotChangeTheirEmailThemselves(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		duc := b.official(t, "duc@benso.example")
		_, err := b.AskConfirm(t.Context(), Profile{Account: duc}, "khac@benso.example", good, "", p.send)
		if !fault.Is(err, fault.Forbidden) || len(p.codes) != 0 {
			t.Errorf("an official asked for a code: %v", err)
		}
	})
}

func TestCodeEndsAfterFiveTriesOrAQuarterOfAnHour(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		lan := Profile{Account: b.register(t, "lan@benso.example", good).Account}
		ask := func() Code {
			t.Helper()
			b.clock.Advance(26 * time.Hour)
			c, err := b.AskConfirm(t.Context(), lan, "lan@benso.example", "", "", p.send)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		c := ask()
		for i := range 5 {
			if err := b.Confirm(t.Context(), lan, c.ID, fmt.Sprintf("%08d", i)); !wrongCode(err) {
				t.Fatal(err)
			}
		}
		if err := b.Confirm(t.Context(), lan, c.ID, b.Digits(c)); !wrongCode(err) {
			t.Errorf("after five wrong tries the right code: %v", err)
		}
		c = ask()
		if _, err := b.Outgoing(t.Context(), c.ID); err != nil {
			t.Errorf("a fresh code is not sent: %v", err)
		}
		b.clock.Advance(15 * time.Minute)
		if err := b.Confirm(t.Context(), lan, c.ID, b.Digits(c)); !wrongCode(err) {
			t.Errorf("after a quarter of an hour: %v", err)
		}
		if _, err := b.Outgoing(t.Context(), c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a code that is over is still sent: %v", err)
		}
		first := ask()
		second, err := b.AskConfirm(t.Context(), lan, "lan@benso.example", "", "", p.send)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Confirm(t.Context(), lan, first.ID, b.Digits(first)); !wrongCode(err) {
			t.Errorf("a code that another replaced: %v", err)
		}
		if err := b.Confirm(t.Context(), lan, second.ID, b.Digits(second)); err != nil {
			t.Errorf("the last code: %v", err)
		}
		b.clock.Advance(48 * time.Hour)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := b.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM codes`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d codes are left, %v", left, err)
		}
	})
}

func TestForgottenPasswordGivesWayToACode(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		b.Announce(p.tell)
		lan := b.confirmed(t, &p, "lan@benso.example")
		open, err := b.SignIn(t.Context(), Attempt{Handle: "lan@benso.example", Password: good})
		if err != nil {
			t.Fatal(err)
		}
		a, err := b.Account(t.Context(), lan.Account)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.AskRecovery(t.Context(), a.Number(), "203.0.113.9", p.send); err != nil {
			t.Fatal(err) // by the number, to the e-mail
		}
		if c := p.last(); c.Email != "lan@benso.example" || c.Account != lan.Account {
			t.Errorf("the code goes to %+v", c)
		}
		c, err := b.AskRecovery(t.Context(), "LAN@benso.example", "203.0.113.9", p.send)
		if err != nil {
			t.Fatal(err)
		}
		const fresh = "mot mat khau moi"
		if err := b.Recover(t.Context(), c.ID, b.Digits(c), "ngan", ""); fault.Of(err).Key != "identity.password_short" {
			t.Errorf("a short password: %v", err)
		}
		if err := b.Recover(t.Context(), c.ID, "00000000", fresh, ""); !wrongCode(err) {
			t.Errorf("a wrong code: %v", err)
		}
		if err := b.Recover(t.Context(), c.ID, b.Digits(c), "lan@benso.example", ""); fault.Of(err).Key != "identity.password_handle" {
			t.Errorf("the e-mail as the password: %v", err)
		}
		if err := b.Recover(t.Context(), c.ID, b.Digits(c), fresh, ""); err != nil {
			t.Fatal(err)
		}
		if err := b.Recover(t.Context(), c.ID, b.Digits(c), "lai mot lan nua", ""); !wrongCode(err) {
			t.Errorf("the same code again: %v", err)
		}
		if profile, err := b.Lookup(t.Context(), open.Token); err != nil || profile.Account != "" {
			t.Errorf("the open session goes on: %v", err)
		}
		if _, err := b.SignIn(t.Context(), Attempt{Handle: "lan@benso.example", Password: good}); err == nil {
			t.Error("the old password signs in")
		}
		if signed, err := b.SignIn(t.Context(), Attempt{Handle: "lan@benso.example", Password: fresh}); err != nil || signed.MustChangePassword {
			t.Errorf("the new password: %+v, %v", signed, err)
		}
		if b.journaled(t, "password.recovered") != 1 || !slices.Contains(p.told, lan.Account+" password_recovered") {
			t.Errorf("journaled %d, told %v", b.journaled(t, "password.recovered"), p.told)
		}
	})
}

// Whether there is an account, an unconfirmed e-mail, a phone that is merely
// claimed, a closed account or an official's: the same happens, and nobody gets in.
func TestAskingForACodeTellsNobodyWhetherThereIsAnAccount(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		b.register(t, "khai@benso.example", good)
		b.register(t, "0912345678", good)
		b.official(t, "duc@benso.example")
		closed := b.confirmed(t, &p, "dong@benso.example")
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.Close(ctx, tx, admin, closed.Account) })
		b.confirmed(t, &p, "lan@benso.example")
		p.codes = nil
		handles := []string{"khong-ai@benso.example", "khai@benso.example", "0912345678", "duc@benso.example", "dong@benso.example", "lan@benso.example"}
		for _, h := range handles {
			for i := range 4 {
				c, err := b.AskRecovery(t.Context(), h, "", p.send)
				if i < 3 && (err != nil || c.ID == "") || i == 3 && !fault.Is(err, fault.TooMany) {
					t.Errorf("%s, time %d: %+v, %v", h, i+1, c, err)
				}
			}
			c := p.last()
			if known := h == "lan@benso.example"; known != (c.Account != "") || known != (c.Email != "") {
				t.Errorf("for %s the code goes to %+v", h, c)
			}
			if c.Account == "" {
				if err := b.Recover(t.Context(), c.ID, b.Digits(c), "mot mat khau moi", ""); !wrongCode(err) {
					t.Errorf("with nobody's code for %s: %v", h, err)
				}
				if _, err := b.Outgoing(t.Context(), c.ID); !fault.Is(err, fault.NotFound) {
					t.Errorf("nobody's code for %s is sent: %v", h, err)
				}
			}
		}
		if len(p.codes) != 3*len(handles) {
			t.Errorf("%d codes were made", len(p.codes))
		}
	})
}

func TestCodeOfOnePurposeIsNoneOfAnother(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		lan := b.confirmed(t, &p, "lan@benso.example")
		c, err := b.AskConfirm(t.Context(), lan, "moi@benso.example", good, "", p.send)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Recover(t.Context(), c.ID, b.Digits(c), "mot mat khau moi", ""); !wrongCode(err) {
			t.Errorf("a code to confirm recovers: %v", err)
		}
		r, err := b.AskRecovery(t.Context(), "lan@benso.example", "", p.send)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Confirm(t.Context(), lan, r.ID, b.Digits(r)); !wrongCode(err) {
			t.Errorf("a code to recover confirms: %v", err)
		}
	})
}

func TestNothingIsKeptWhenTheCodeCannotBeSent(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		down := errors.New("no mail")
		_, err := b.AskRecovery(t.Context(), "lan@benso.example", "", func(context.Context, *database.Tx, Code) error { return down })
		if !errors.Is(err, down) {
			t.Fatal(err)
		}
		var n int
		if err := b.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM codes`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d codes, %v", n, err)
		}
	})
}

func TestPersonAtTheDeskGetsAPasswordByTheCard(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var p postman
		b.Announce(p.tell)
		lan := b.register(t, "0912345678", good)
		mai := b.register(t, "0987654321", good)
		clerk := By{Account: "clerk", Path: "86/1/"}
		reset := func(r Recovery, key string) (Password, error) {
			t.Helper()
			once, err := b.OneTimeFor(t.Context(), clerk.Account, key)
			if err != nil {
				t.Fatal(err)
			}
			return once, b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { return b.RecoverAtDesk(ctx, tx, clerk, r, once) })
		}
		whole := Recovery{Account: lan.Account, Agency: "ubnd", Proof: ByCard, Citizen: "083198004321", Reason: Forgotten}
		for field, change := range map[string]func(*Recovery){
			"proof": func(r *Recovery) { r.Proof = "smile" }, "citizen": func(r *Recovery) { r.Citizen = "" }, "reason": func(r *Recovery) { r.Reason = "" },
		} {
			r := whole
			change(&r)
			if _, err := reset(r, "k"); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[0].Name != field {
				t.Errorf("without %s: %v", field, err)
			}
		}
		once, err := reset(whole, "k1")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := b.OneTimeFor(t.Context(), clerk.Account, "k1"); err != nil || again.Plain() != once.Plain() || len(once.Plain()) != 10 {
			t.Errorf("the second click shows %q, the first %q, %v", again.Plain(), once.Plain(), err)
		}
		if other, err := b.OneTimeFor(t.Context(), "another clerk", "k1"); err != nil || other.Plain() == once.Plain() {
			t.Errorf("another clerk gets the same, %v", err)
		}
		if signed, err := b.SignIn(t.Context(), Attempt{Handle: lan.Number, Password: once.Plain()}); err != nil || !signed.MustChangePassword {
			t.Errorf("signed in %+v, %v", signed, err)
		}
		if profile, err := b.Lookup(t.Context(), lan.Token); err != nil || profile.Account != "" {
			t.Errorf("the session of before goes on: %v", err)
		}
		// From now on the account knows its citizen.
		for citizen, key := range map[string]string{"083198009999": "identity.citizen_other", "": "identity.citizen_needed"} {
			r := whole
			r.Citizen, r.Proof = citizen, ByPassport
			if _, err := reset(r, "k2"); err == nil || fault.Of(err).Key != key {
				t.Errorf("with the number %q: %v", citizen, err)
			}
		}
		stolen := whole
		stolen.Account = mai.Account
		if _, err := reset(stolen, "k3"); !fault.Is(err, fault.Conflict) {
			t.Errorf("with the card of another account's owner: %v", err)
		}
		var kept, proof string
		if err := b.db.Read().QueryRowContext(t.Context(), `SELECT clerk, proof FROM recoveries`).Scan(&kept, &proof); err != nil || kept != "clerk" || proof != "card" {
			t.Errorf("kept is %q by %q, %v", proof, kept, err)
		}
		if b.journaled(t, "password.reset") != 1 || !slices.Equal(p.told, []string{lan.Account + " password_reset"}) {
			t.Errorf("journaled %d, told %v", b.journaled(t, "password.reset"), p.told)
		}
	})
}

func TestOfficialIsNotRecoveredAtTheDesk(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		duc := b.official(t, "duc@benso.example")
		once, err := b.OneTimeFor(t.Context(), "clerk", "k")
		if err != nil {
			t.Fatal(err)
		}
		err = b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			return b.RecoverAtDesk(ctx, tx, By{Account: "clerk"}, Recovery{Account: duc, Proof: ByCard, Citizen: "083198004321", Reason: Forgotten}, once)
		})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("an official's password was given anew: %v", err)
		}
		if _, err := b.SignIn(t.Context(), Attempt{Handle: "duc@benso.example", Password: good}); err != nil {
			t.Errorf("the official's own password: %v", err)
		}
	})
}
