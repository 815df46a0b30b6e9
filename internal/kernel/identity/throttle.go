package identity

import (
	"context"
	"net/netip"
	"time"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Throttle makes guessing slow: some attempts are free, then each must wait
// twice as long as the one before, up to Most. Nobody is locked out for good, and
// an attempt that comes too early is refused unseen and costs nothing more.
type Throttle struct {
	Free   int
	Base   time.Duration
	Most   time.Duration
	Forget time.Duration // after so long without an attempt counting starts anew
}

// Wait is the time from attempt n (1 is the first) to the next one.
func (t Throttle) Wait(n int) time.Duration {
	if n < t.Free {
		return 0
	}
	wait := t.Base
	for range n - t.Free {
		if wait *= 2; wait >= t.Most {
			return t.Most
		}
	}
	return min(wait, t.Most)
}

// charge is one counter that an attempt costs.
type charge struct {
	key   string
	rule  Throttle
	burst bool // journal the moment at which it runs out of free attempts
}

// Counters are always taken in this order, address before handle, so that two
// attempts never wait for each other in a circle.
func (s *Store) signInCharges(h Handle, address string) []charge {
	return append(s.addressCharge("address", address, s.policy.Address),
		charge{s.keyed("sign-in handle", h.Value), s.policy.Handle, true})
}

func (s *Store) registerCharges(h Handle, address string) []charge {
	return append(s.addressCharge("registering address", address, s.policy.Registering), s.signInCharges(h, address)...)
}

func (s *Store) addressCharge(use, address string, rule Throttle) []charge {
	if address == "" {
		return nil
	}
	return []charge{{s.keyed(use, Network(address)), rule, false}}
}

// Network is what counts as one place: an IPv4 address, or an IPv6 network of 64
// bits, which is what one household gets.
func Network(address string) string {
	if host, err := netip.ParseAddrPort(address); err == nil {
		address = host.Addr().String()
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap(); a.Is4() {
		return a.String()
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// take charges every counter before the password is looked at, so that of many
// attempts sent together no more are let through than of as many in a row. It
// returns a TooMany fault when one of them must wait.
func (s *Store) take(ctx context.Context, charges []charge) error {
	now := s.clock.Now()
	var wait time.Duration
	err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		wait = 0
		for _, c := range charges {
			n, freeAt, err := countAttempt(ctx, tx, c, now)
			if err != nil {
				return err
			}
			if wait = freeAt.Sub(now); n == 0 {
				return nil
			}
			wait = 0
			if c.burst && n == c.rule.Free {
				if err := s.journal(ctx, tx, audit.Entry{Actor: "stranger", Action: "account.burst", ObjectKind: "attempts", ObjectID: c.key}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if wait > 0 {
		seconds := int64((wait + time.Second - 1) / time.Second)
		return fault.New(fault.TooMany, "identity.wait", "seconds", seconds)
	}
	return nil
}

// giveBack undoes take, for an attempt that was never judged.
func (s *Store) giveBack(ctx context.Context, charges []charge) error {
	return s.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *database.Tx) error {
		for _, c := range charges {
			if err := uncountAttempt(ctx, tx, c.key); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle is for an attempt that succeeded: the handle's count is cleared, an
// address only gets this attempt back, since otherwise whoever has one account
// could clear the count between guesses at others.
func settle(ctx context.Context, tx *database.Tx, charges []charge) error {
	for _, c := range charges {
		forget := uncountAttempt
		if c.burst {
			forget = clearAttempts
		}
		if err := forget(ctx, tx, c.key); err != nil {
			return err
		}
	}
	return nil
}
