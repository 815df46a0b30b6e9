package identity

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"benso/internal/kernel/database"
)

func TestRevokedSessionIsAStrangerAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		sign := func() Signed {
			s, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		second, third, other := sign(), sign(), b.register(t, "0987654321", good)
		me, neighbour := b.lookup(t, w.Token), b.lookup(t, other.Token)

		b.write(t, func(ctx context.Context, tx *database.Tx) error {
			return b.EndSession(ctx, tx, neighbour, second.Session)
		})
		if b.lookup(t, second.Token).Account == "" {
			t.Fatal("a neighbour ended the session")
		}
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.EndSession(ctx, tx, me, second.Session) })
		if b.lookup(t, second.Token).Account != "" || b.lookup(t, third.Token).Account == "" {
			t.Fatal("one session was to end, and that one")
		}
		b.write(t, func(ctx context.Context, tx *database.Tx) error { return b.EndOtherSessions(ctx, tx, me) })
		if b.lookup(t, third.Token).Account != "" || b.lookup(t, w.Token).Account == "" || b.lookup(t, other.Token).Account == "" {
			t.Fatal("all the account's other sessions were to end, and only those")
		}
		if err := b.SignOut(t.Context(), w.Token); err != nil || b.lookup(t, w.Token).Account != "" {
			t.Fatalf("signed out: %v", err)
		}
		if n := b.journalled(t, "session.ended"); n != 3 {
			t.Errorf("%d ends of sessions in the journal", n)
		}
	})
}

func TestUnknownTokenIsAStranger(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		for _, token := range []string{"", "x", w.Token[1:], w.Session, tokenDigest(w.Token)} {
			if p := b.lookup(t, token); p.Account != "" {
				t.Errorf("%q stands for %s", token, p.Account)
			}
		}
	})
}

func TestSigningInEndsTheSessionTheBrowserHad(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		s, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good, Previous: w.Token})
		if err != nil || s.Token == w.Token {
			t.Fatalf("the token was not changed: %v", err)
		}
		if b.lookup(t, w.Token).Account != "" {
			t.Error("the old token still works")
		}
	})
}

func TestSessionEndsWhenIdleAndInTheEndAnyway(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		person := b.register(t, "0912345678", good)
		b.official(t, "duc@example.gov.vn")
		official, err := b.SignIn(t.Context(), Attempt{Handle: "duc@example.gov.vn", Password: good})
		if err != nil {
			t.Fatal(err)
		}
		for day := range 6 { // used every eleven hours, an official's session goes on
			for range 2 {
				b.clock.Advance(11 * time.Hour)
				if b.lookup(t, official.Token).Account == "" {
					t.Fatalf("ended on day %d", day)
				}
			}
		}
		b.clock.Advance(12 * time.Hour)
		if b.lookup(t, official.Token).Account != "" {
			t.Error("an official's session outlived twelve idle hours")
		}
		if b.lookup(t, person.Token).Account == "" {
			t.Fatal("a person's session ended within a week")
		}
		for month := range 12 {
			b.clock.Advance(29 * 24 * time.Hour)
			if b.lookup(t, person.Token).Account == "" {
				t.Fatalf("a person's session ended in month %d", month)
			}
		}
		b.clock.Advance(29 * 24 * time.Hour)
		if b.lookup(t, person.Token).Account != "" {
			t.Error("a person's session outlived a year")
		}
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"sessions", "throttles"} {
			rows := 0
			if err := b.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&rows); err != nil || rows != 0 {
				t.Errorf("%d %s are left after sweeping, %v", rows, table, err)
			}
		}
	})
}

func TestSweepKeepsWhatStillCounts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		b.clock.Advance(13 * time.Hour) // over for an official, not for a person
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b.lookup(t, w.Token).Account == "" {
			t.Error("an open session was swept")
		}
		rows := 0
		if err := b.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM throttles`).Scan(&rows); err != nil || rows == 0 {
			t.Errorf("counts that are still remembered were swept, %v", err)
		}
	})
}

func TestSessionsAreListedWithTheirDevice(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		b.clock.Advance(time.Hour)
		const phone = "Mozilla/5.0 (Linux; Android 13; SM-A047F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36"
		if _, err := b.SignIn(t.Context(), Attempt{Handle: "0912345678", Password: good, Agent: phone}); err != nil {
			t.Fatal(err)
		}
		list, err := b.Sessions(t.Context(), b.lookup(t, w.Token))
		if err != nil || len(list) != 2 || list[0].Device != "Samsung Internet, Android" || list[1].ID != w.Session || !list[1].SeenAt.Equal(b.clock.Now()) {
			t.Errorf("listed %+v, %v", list, err)
		}
	})
}

func TestTokensPasswordsAndCitizenNumbersAreNowhereInTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		w := b.register(t, "0912345678", good)
		b.write(t, func(ctx context.Context, tx *database.Tx) error {
			return b.SetCitizen(ctx, tx, admin, w.Account, "083 090 001 234")
		})
		for _, column := range []string{"accounts.password_hash", "accounts.citizen_digest", "sessions.token_digest", "throttles.key", "journal.object_id", "journal.ids"} {
			table, name, _ := cut(column)
			for _, secret := range []string{w.Token, good, "083090001234", "0912345678", "203.0.113.7"} {
				rows := 0
				err := b.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table+` WHERE `+name+` LIKE $1`, "%"+secret+"%").Scan(&rows)
				if err != nil || rows != 0 {
					t.Errorf("%s holds a secret in %d rows, %v", column, rows, err)
				}
			}
		}
		if text := fmt.Sprintf("%v %+v %#v %v", w.Signed, w.Signed, w.Signed, Password{plain: "k7m2q"}); containsAny(text, w.Token, "k7m2q") {
			t.Errorf("a log would show %s", text)
		}
	})
}

func TestCookieIsBoundToTheHostOverTLS(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		cookie Cookie
		kind   Kind
		want   string
	}{
		{Cookie{Secure: true}, Person, "__Host-benso=abc; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax"},
		{Cookie{Secure: true}, Official, "__Host-benso=abc; Path=/; HttpOnly; Secure; SameSite=Lax"},
		{Cookie{}, Official, "benso=abc; Path=/; HttpOnly; SameSite=Lax"},
	} {
		w := httptest.NewRecorder()
		c.cookie.Set(w, Signed{Token: "abc", Kind: c.kind, Until: now.Add(time.Hour)}, now)
		if got := w.Header().Get("Set-Cookie"); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if c.cookie.Token(r) != "" {
			t.Error("a token from nowhere")
		}
		r.Header.Set("Cookie", w.Result().Cookies()[0].String())
		if c.cookie.Token(r) != "abc" {
			t.Error("the token did not come back")
		}
		gone := httptest.NewRecorder()
		if c.cookie.Clear(gone); gone.Result().Cookies()[0].MaxAge != -1 {
			t.Error("the cookie was not taken back")
		}
	}
}

func BenchmarkLookup(bb *testing.B) {
	for name, open := range benchDatabases(bb) {
		bb.Run(name, func(bb *testing.B) {
			b, token := open(bb)
			for bb.Loop() {
				if p, err := b.Lookup(bb.Context(), token); err != nil || len(p.Holdings) != 2 {
					bb.Fatal(p, err)
				}
			}
		})
	}
}
