package identity

import (
	"context"
	"strings"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// coarse is how exact "last seen" is: a page that is read writes at most once in
// this time.
const coarse = 5 * time.Minute

// Session is one open session as its owner sees it.
type Session struct {
	ID        string
	Device    string // "Chrome, Android"; empty when the browser did not say
	CreatedAt time.Time
	SeenAt    time.Time // to about five minutes
}

func (l Life) over(created, seen, now time.Time) bool {
	return !now.Before(seen.Add(l.Idle)) || !now.Before(created.Add(l.Most))
}

// Lookup says who a token stands for now. An unknown, ended or expired token is a
// stranger, the zero Profile, and no error. Nothing is cached: what was revoked is
// gone with the next request.
func (s *Store) Lookup(ctx context.Context, token string) (Profile, error) {
	if token == "" {
		return Profile{}, nil
	}
	now := s.clock.Now()
	row, ok, err := readSession(ctx, s.db.Read(), tokenDigest(token))
	if err != nil || !ok || s.policy.life(row.profile.Kind).over(row.createdAt.Time, row.seenAt.Time, now) {
		return Profile{}, err
	}
	if now.Sub(row.seenAt.Time) >= coarse {
		err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			return touchSession(ctx, tx, row.profile.Session, now)
		})
		if err != nil {
			return Profile{}, err
		}
	}
	return s.withHoldings(ctx, row.profile, now)
}

// ProfileOf is what an account may do now, without a session: for calls that
// show another proof of who they are, and for simulation. A closed or unknown
// account is missing.
func (s *Store) ProfileOf(ctx context.Context, account string) (Profile, error) {
	p, err := readProfile(ctx, s.db.Read(), account)
	if err != nil {
		return Profile{}, err
	}
	return s.withHoldings(ctx, p, s.clock.Now())
}

func (s *Store) withHoldings(ctx context.Context, p Profile, now time.Time) (Profile, error) {
	if p.Kind != Official {
		return p, nil
	}
	var err error
	p.Holdings, err = holdingsOn(ctx, s.db.Read(), p.Account, clock.Day(now))
	return p, err
}

// Sessions lists an account's open sessions, the newest first.
func (s *Store) Sessions(ctx context.Context, p Profile) ([]Session, error) {
	all, err := sessionsOf(ctx, s.db.Read(), p.Account)
	if err != nil {
		return nil, err
	}
	life, now := s.policy.life(p.Kind), s.clock.Now()
	var open []Session
	for _, one := range all {
		if !life.over(one.CreatedAt, one.SeenAt, now) {
			open = append(open, one)
		}
	}
	return open, nil
}

// SignOut ends the session of a token. An unknown token is as good as ended.
func (s *Store) SignOut(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return s.endByToken(ctx, tx, token)
	})
}

// EndSession ends one session of the profile's own account. One that is not there
// any more, or is somebody else's, is as good as ended.
func (s *Store) EndSession(ctx context.Context, tx *database.Tx, p Profile, id string) error {
	account, ended, err := deleteSession(ctx, tx, id, p.Account)
	if err != nil || !ended {
		return err
	}
	return s.journal(ctx, tx, By{Account: account}.entry("session.ended", "session", id))
}

// EndOtherSessions ends every session of the profile's account but its own.
func (s *Store) EndOtherSessions(ctx context.Context, tx *database.Tx, p Profile) error {
	return s.endOthers(ctx, tx, By{Account: p.Account}, p.Account, p.Session)
}

func (s *Store) endOthers(ctx context.Context, tx *database.Tx, by By, account, keep string) error {
	ids, err := deleteSessions(ctx, tx, account, keep)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.journal(ctx, tx, by.entry("session.ended", "session", id)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) endByToken(ctx context.Context, tx *database.Tx, token string) error {
	id, account, ended, err := deleteSessionByToken(ctx, tx, tokenDigest(token))
	if err != nil || !ended {
		return err
	}
	return s.journal(ctx, tx, By{Account: account}.entry("session.ended", "session", id))
}

// Sweep removes sessions, codes and counts of attempts that no longer mean anything. It
// changes nothing that anybody could see.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.clock.Now()
	forget := max(s.policy.Handle.Forget, s.policy.Address.Forget, s.policy.Registering.Forget, s.policy.Codes.Forget)
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		for kind, life := range map[Kind]Life{Person: s.policy.Persons, Official: s.policy.Officials} {
			if err := sweepSessions(ctx, tx, kind, now.Add(-life.Idle), now.Add(-life.Most)); err != nil {
				return err
			}
		}
		if err := sweepCodes(ctx, tx, now.Add(-keepCodes)); err != nil {
			return err
		}
		return sweepAttempts(ctx, tx, now.Add(-forget), now)
	})
}

// Device says in two words what a browser is: enough for its owner to know it
// again, too little to follow anybody by.
func Device(agent string) string {
	name := func(list [][2]string) string {
		for _, l := range list {
			if strings.Contains(agent, l[0]) {
				return l[1]
			}
		}
		return ""
	}
	// Most browsers also name those they descend from, so the order matters.
	browser := name([][2]string{
		{"Zalo", "Zalo"}, {"coc_coc_browser", "Cốc Cốc"}, {"CocCoc", "Cốc Cốc"}, {"SamsungBrowser", "Samsung Internet"}, {"Edg", "Edge"},
		{"OPR/", "Opera"}, {"UCBrowser", "UC Browser"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"},
	})
	system := name([][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
	})
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + ", " + system
}
