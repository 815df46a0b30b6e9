package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"benso/internal/kernel/access"
	"benso/internal/kernel/message"
)

// visit is what the site knows of one request.
type visit struct {
	site    *Site
	id      string
	pattern string
	method  string
	url     *url.URL
	actor   access.Actor
	flash   string // message key of what was just done
	form    *http.Request
}

type visitKey struct{}

// visitOf gives the visit of ctx. Outside of a site, as in a test of one part,
// it is an empty one.
func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{site: &Site{}, method: http.MethodGet, url: &url.URL{Path: "/"}}
}

// Actor is who sends the request; the zero Actor is a stranger.
func Actor(ctx context.Context) access.Actor { return visitOf(ctx).actor }

// RequestID is what people can name when they ask for help: ten letters and
// digits that cannot be mistaken for each other.
func RequestID(ctx context.Context) string { return visitOf(ctx).id }

const idLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

func newRequestID() string {
	var b [10]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand does not fail on the systems we run on
	}
	for i := range b {
		b[i] = idLetters[b[i]%32]
	}
	return string(b[:5]) + "-" + string(b[5:])
}

// LocalPath gives target if it is an address of this site, and fallback if it
// could lead elsewhere. What comes from a query ("tiep") goes through it.
func LocalPath(target, fallback string) string {
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.ContainsAny(target, "\\\r\n\t") {
		return fallback
	}
	u, err := url.Parse(target)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return fallback
	}
	return target
}

const langCookie = "lang"

// language is the visitor's: what the address asks for, which is then kept, or
// what was kept, or Vietnamese.
func (s *Site) language(w http.ResponseWriter, r *http.Request) string {
	known := func(lang string) bool { return lang == "vi" || lang == "en" }
	if lang := r.URL.Query().Get("lang"); known(lang) {
		http.SetCookie(w, &http.Cookie{
			Name: langCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600,
			HttpOnly: true, Secure: s.config.Secure, SameSite: http.SameSiteLaxMode,
		})
		return lang
	}
	if c, err := r.Cookie(langCookie); err == nil && known(c.Value) {
		return c.Value
	}
	return "vi"
}

// otherLanguage is the same page in the other language. A page that answers a
// form has none: switching would lose what was typed.
func (v *visit) otherLanguage(ctx context.Context) (lang, address string) {
	if v.method != http.MethodGet && v.method != http.MethodHead {
		return "", ""
	}
	lang = "en"
	if message.Lang(ctx) == "en" {
		lang = "vi"
	}
	q := v.url.Query()
	q.Set("lang", lang)
	return lang, (&url.URL{Path: v.url.Path, RawQuery: q.Encode()}).String()
}

const flashCookie = "vua_xong"

// Flash has the next page say, once, that something was done. key is a message
// key; nothing of a person travels in it.
func Flash(w http.ResponseWriter, r *http.Request, key string) {
	http.SetCookie(w, &http.Cookie{
		Name: flashCookie, Value: key, Path: "/", MaxAge: 60,
		HttpOnly: true, Secure: visitOf(r.Context()).site.config.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// readFlash trusts a cookie only so far as to name a message that exists.
func readFlash(r *http.Request) string {
	c, err := r.Cookie(flashCookie)
	if err != nil || !message.Has(c.Value) {
		return ""
	}
	return c.Value
}

func (s *Site) clearFlash(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{
		Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.config.Secure, SameSite: http.SameSiteLaxMode,
	})
}
