package identity

import (
	"net/http"
	"time"
)

// Cookie is how a session's token travels.
type Cookie struct {
	// Secure is set where people come over TLS: the cookie is then bound to this
	// host (__Host-) and never sent in the clear.
	Secure bool
}

func (c Cookie) name() string {
	if c.Secure {
		return "__Host-benso"
	}
	return "benso"
}

// Token reads the token; "" when there is none.
func (c Cookie) Token(r *http.Request) string {
	cookie, err := r.Cookie(c.name())
	if err != nil {
		return "" // http.ErrNoCookie: a stranger
	}
	return cookie.Value
}

// Set hands the token to the browser. An official's cookie ends with the
// browser; a person's lasts as long as the session may.
func (c Cookie) Set(w http.ResponseWriter, s Signed, now time.Time) {
	cookie := c.make(s.Token)
	if s.Kind == Person {
		cookie.MaxAge = max(1, int(s.Until.Sub(now)/time.Second))
	}
	http.SetCookie(w, cookie)
}

// Clear takes the token back.
func (c Cookie) Clear(w http.ResponseWriter) {
	cookie := c.make("")
	cookie.MaxAge = -1
	http.SetCookie(w, cookie)
}

func (c Cookie) make(token string) *http.Cookie {
	return &http.Cookie{
		Name: c.name(), Value: token, Path: "/",
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
	}
}
