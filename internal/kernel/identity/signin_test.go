package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

func TestRegisteredPersonSignsInByPhoneInAnyWritingAndByNumber(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "+84 912 345 678", good)
		if w.Number == "" || w.ByNumberOnly || w.Kind != Person || w.MustChangePassword {
			t.Fatalf("registration came to %#v", w)
		}
		for _, typed := range []string{"0912345678", "84912345678", "0912.345.678", "912345678", w.Number, w.Number[:3] + " " + w.Number[3:]} {
			s, err := b.SignIn(t.Context(), Attempt{Handle: typed, Password: good})
			if err != nil || s.Account != w.Account {
				t.Errorf("%s: account %q, %v", typed, s.Account, err)
			}
		}
		if p := b.lookup(t, w.Token); p.Account != w.Account || p.Name != "Nguyễn Thị Lan" || p.Session != w.Session {
			t.Errorf("the session stands for %+v", p)
		}
	})
}

func TestPasswordIsTheSameInWhateverFormItsMarksAreSent(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "lan@example.com", "bến tre đồng khởi 60") // composed
		s, err := b.SignIn(t.Context(), Attempt{Handle: "LAN@example.com", Password: "be\u0302\u0301n tre \u0111o\u0302\u0300ng kho\u031b\u0309i 60"})
		if err != nil || s.Account != w.Account {
			t.Fatalf("the decomposed form: %v", err)
		}
	})
}

// TestStrangerCannotTellWhetherAnAccountExists compares what can be observed: the
// fault, its text, its fields, and how many passwords were evaluated.
func TestStrangerCannotTellWhetherAnAccountExists(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		b.register(t, "0912345679", good)
		b.register(t, "0912345679", "khác hẳn mật khẩu kia") // two accounts on one phone
		closed := b.register(t, "0912345670", good)
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.Close(ctx, tx, admin, closed.Account) })
		number := "111111111"
		for n := 10000000; n < 10000010 && len(number) > 0; n++ { // a valid number that nobody has
			digits := fmt.Sprint(n)
			if number = fmt.Sprintf("%s%d", digits, damm(digits)); number != w.Number && number != closed.Number {
				break
			}
		}
		var first string
		for _, h := range []string{"0912345678", "0912345679", "0912345670", "0987654321", "nobody@example.com", number, w.Number, closed.Number} {
			before := b.hasher.ran.Load()
			_, err := b.SignIn(t.Context(), Attempt{Handle: h, Password: "sai mật khẩu"})
			seen := fmt.Sprintf("%d evaluations, %#v", b.hasher.ran.Load()-before, fault.Of(err))
			if first == "" {
				first = seen
				wantFault(t, err, fault.Invalid, "identity.wrong")
			}
			if seen != first {
				t.Errorf("%s shows %s, others %s", h, seen, first)
			}
		}
	})
}

func TestRegisteringATakenPhoneGoesTheSameWayAsAFreeOne(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		owner := b.register(t, "0912345678", good)
		observe := func(h string) (Welcome, string) {
			before := b.hasher.ran.Load()
			w := b.register(t, h, "một mật khẩu khác")
			return w, fmt.Sprintf("%d evaluations, number of %d digits, only %v, must %v", b.hasher.ran.Load()-before, len(w.Number), w.ByNumberOnly, w.MustChangePassword)
		}
		stranger, taken := observe("0912345678")
		_, free := observe("0987654321")
		if taken != free {
			t.Errorf("a taken phone shows %s, a free one %s", taken, free)
		}
		if stranger.Account == owner.Account {
			t.Fatal("a stranger got the owner's account")
		}
		for password, account := range map[string]string{good: owner.Account, "một mật khẩu khác": stranger.Account} {
			if s, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: password}); err != nil || s.Account != account {
				t.Errorf("the phone with %q leads to %s, %v", password, s.Account, err)
			}
		}
		third := b.register(t, "0912345678", "mật khẩu thứ ba đây")
		if !third.ByNumberOnly {
			t.Error("a phone has more accounts than slots")
		}
		if s, err := b.SignIn(t.Context(), Attempt{Handle: third.Number, Password: "mật khẩu thứ ba đây"}); err != nil || s.Account != third.Account {
			t.Errorf("the third account does not sign in by its number: %v", err)
		}
	})
}

func TestRegisteringAgainWithTheRightPasswordSignsIn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		first := b.register(t, "0912345678", good)
		again := b.register(t, "+84912345678", good)
		if again.Account != first.Account || again.Number != "" || again.Session == first.Session {
			t.Fatalf("registered %s, then %s with number %q", first.Account, again.Account, again.Number)
		}
	})
}

func TestTwoRegistrationsAtOnceMakeOneAccount(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		accounts := make([]string, 4)
		var wg sync.WaitGroup
		for i := range accounts {
			wg.Go(func() {
				w, err := b.Register(t.Context(), Attempt{Handle: "0912345678", Password: good}, "Nguyễn Thị Lan")
				if err != nil {
					t.Error(err)
				}
				accounts[i] = w.Account
			})
		}
		wg.Wait()
		if slices.Sort(accounts); len(slices.Compact(accounts)) != 1 {
			t.Fatalf("accounts %v", accounts)
		}
		if n := b.journalled(t, "account.created"); n != 1 {
			t.Errorf("%d accounts are in the journal", n)
		}
	})
}

func TestTwoSignInsAtOnceOpenTwoSessions(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		tokens := make([]string, 2)
		var wg sync.WaitGroup
		for i := range tokens {
			wg.Go(func() {
				s, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good, Address: "203.0.113.7"})
				if err != nil {
					t.Error(err)
				}
				tokens[i] = s.Token
			})
		}
		wg.Wait()
		if tokens[0] == tokens[1] || b.lookup(t, tokens[0]).Account != w.Account || b.lookup(t, tokens[1]).Account != w.Account {
			t.Error("the two sessions are not two open ones")
		}
	})
}

func TestOfManyAttemptsAtOnceOnlyTheFreeOnesAreJudged(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.register(t, "0912345678", good)
		b.clock.Advance(48 * time.Hour) // what registering counted is forgotten
		for _, h := range []string{"0912345678", "0987654321"} {
			before := b.hasher.ran.Load()
			var wrong, waits atomic.Int64
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					_, err := b.SignIn(t.Context(), Attempt{Handle: h, Password: "sai mật khẩu"})
					switch {
					case errors.Is(err, errWrong):
						wrong.Add(1)
					case fault.Is(err, fault.TooMany):
						waits.Add(1)
					default:
						t.Errorf("got %v", err)
					}
				})
			}
			wg.Wait()
			free := int64(b.policy.Handle.Free)
			if wrong.Load() != free || waits.Load() != 50-free || b.hasher.ran.Load()-before != free*Slots {
				t.Errorf("%s: %d judged, %d sent away, %d evaluations", h, wrong.Load(), waits.Load(), b.hasher.ran.Load()-before)
			}
		}
		if n := b.journalled(t, "account.burst"); n != 2 {
			t.Errorf("%d bursts in the journal", n)
		}
	})
}

func TestWaitGrowsEndsAndSuccessClearsIt(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		b.clock.Advance(48 * time.Hour)
		try := func(password string) error {
			_, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: password, Address: "2001:db8:1:2::5"})
			return err
		}
		for range b.policy.Handle.Free {
			wantFault(t, try("sai mật khẩu"), fault.Invalid, "identity.wrong")
		}
		last := time.Duration(0)
		for range 12 {
			err := try(good)
			wantFault(t, err, fault.TooMany, "identity.wait")
			wait := time.Duration(fault.Of(err).Args[1].(int64)) * time.Second
			if wait < last || wait > b.policy.Handle.Most {
				t.Fatalf("a wait of %v after one of %v", wait, last)
			}
			last = wait
			b.clock.Advance(wait)
			wantFault(t, try("sai mật khẩu"), fault.Invalid, "identity.wrong")
		}
		if last != b.policy.Handle.Most {
			t.Errorf("the wait stopped growing at %v", last)
		}
		b.clock.Advance(last)
		if err := try(good); err != nil {
			t.Fatalf("after the wait the owner gets in: %v", err)
		}
		for range b.policy.Handle.Free {
			wantFault(t, try("sai mật khẩu"), fault.Invalid, "identity.wrong")
		}
		if b.lookup(t, w.Token).Account != w.Account {
			t.Error("guessing ended a session that was open")
		}
	})
}

func TestOwnSuccessDoesNotClearTheCountOfAnAddress(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.register(t, "0912345678", good)
		b.clock.Advance(48 * time.Hour)
		free := b.policy.Address.Free
		for i := range free {
			if i%10 == 5 {
				if _, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good, Address: "198.51.100.9:4711"}); err != nil {
					t.Fatal(err)
				}
			}
			_, err := b.SignIn(t.Context(), Attempt{Handle: fmt.Sprintf("user%d@example.com", i), Password: "sai mật khẩu", Address: "198.51.100.9:4712"})
			wantFault(t, err, fault.Invalid, "identity.wrong")
		}
		_, err := b.SignIn(t.Context(), Attempt{Handle: "other@example.com", Password: "sai mật khẩu", Address: "198.51.100.9"})
		wantFault(t, err, fault.TooMany, "identity.wait")
		if _, err := b.SignIn(t.Context(), Attempt{Handle: "other@example.com", Password: "sai mật khẩu", Address: "198.51.100.10"}); !errors.Is(err, errWrong) {
			t.Errorf("the neighbour's address: %v", err)
		}
	})
}

func TestCrowdIsToldToComeBackAndItsAttemptsAreGivenBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.register(t, "0912345678", good)
		b.clock.Advance(48 * time.Hour)
		b.hasher.Patience = time.Millisecond
		for range b.hasher.AtOnce {
			b.hasher.turn <- struct{}{}
		}
		for range 3 * b.policy.Handle.Free {
			_, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good, Address: "203.0.113.7"})
			wantFault(t, err, fault.Unavailable, "identity.busy")
		}
		for range b.hasher.AtOnce {
			<-b.hasher.turn
		}
		if _, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good, Address: "203.0.113.7"}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSignInStrengthensAnOldHash(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		b.hasher.Passes = 2
		for range 2 {
			if _, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good}); err != nil {
				t.Fatal(err)
			}
		}
		e, err := readEntry(t.Context(), b.db.Read(), w.Account)
		if err != nil || !strings.Contains(e.hash, ",t=2,") {
			t.Errorf("the hash was not raised: %v", err)
		}
	})
}

func TestFaultyRegistrationNamesEveryFieldAndCountsNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		_, err := b.Register(t.Context(), Attempt{Handle: "123", Password: "ngắn"}, "!")
		want := []string{"handle identity.handle_invalid", "name identity.name_invalid", "password identity.password_short"}
		if got := fieldsOf(err); !slices.Equal(got, want) {
			t.Errorf("fields %v", got)
		}
		rows := 0
		if err := b.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM throttles`).Scan(&rows); err != nil || rows != 0 {
			t.Errorf("%d attempts were counted, %v", rows, err)
		}
	})
}

func TestChangedPasswordEndsOtherSessionsAndTheOneTimeFlag(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p, err := b.OneTime(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var issued Issued
		b.write(t, func(ctx context.Context, tx *database.Tx) (err error) {
			issued, err = b.CreateAtDesk(ctx, tx, admin, NewPerson{Name: "Lê Văn Bảy", Contact: "0912345678"}, p)
			return err
		})
		here, err1 := b.SignIn(t.Context(), Attempt{Handle: issued.Number, Password: p.Plain()})
		there, err2 := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: p.Plain()})
		if err := errors.Join(err1, err2); err != nil || !here.MustChangePassword || !b.lookup(t, here.Token).MustChangePassword {
			t.Fatalf("the one-time password: %v", err)
		}
		me := b.lookup(t, here.Token)
		wantFault(t, b.ChangePassword(t.Context(), me, "không phải", good, ""), fault.Invalid, "identity.current_wrong")
		wantFault(t, b.ChangePassword(t.Context(), me, p.Plain(), p.Plain(), ""), fault.Invalid, "identity.password_same")
		wantFault(t, b.ChangePassword(t.Context(), me, p.Plain(), issued.Number, ""), fault.Invalid, "identity.password_handle")
		if err := b.ChangePassword(t.Context(), me, p.Plain(), good, ""); err != nil {
			t.Fatal(err)
		}
		if b.lookup(t, here.Token).MustChangePassword || b.lookup(t, there.Token).Account != "" {
			t.Error("the flag or the other session is still there")
		}
		b.clock.Advance(365 * 24 * time.Hour)
		if _, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good}); err != nil {
			t.Errorf("a chosen password does not end: %v", err)
		}
	})
}

func TestOneTimePasswordEndsByItself(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		p, err := b.OneTime(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.ResetPassword(ctx, tx, admin, w.Account, p) })
		if b.lookup(t, w.Token).Account != "" {
			t.Error("a reset left a session open")
		}
		_, err = b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good})
		wantFault(t, err, fault.Invalid, "identity.wrong")
		b.clock.Advance(b.policy.FirstPassword)
		_, err = b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: p.Plain()})
		wantFault(t, err, fault.Invalid, "identity.first_password_expired")
	})
}
