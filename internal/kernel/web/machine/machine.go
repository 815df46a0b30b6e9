// Package machine is what the calls of the API under /api have in common: the
// language, the headers of open data, the tag by which an unchanged answer is not
// sent again, and trouble as a problem (RFC 9457).
//
// Invariants: an answer is exactly what its schema says; a tag belongs to the
// bytes and the language; a problem says what people may be told, in the
// language of the one who asks, and never its cause.
//
// It owns no table, records no event, and knows no room.
package machine

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Config is how an API is described, without the "$schema" that huma would add
// to each answer.
func Config(title, version string) huma.Config {
	c := huma.DefaultConfig(title, version)
	c.CreateHooks = nil
	c.SchemasPath = ""
	c.DocsPath = "" // its page loads scripts from elsewhere
	return c
}

// Asked is what every call may be asked with; an input embeds it.
type Asked struct {
	AcceptLanguage string `header:"Accept-Language" doc:"vi (default) or en"`
	IfNoneMatch    string `header:"If-None-Match"`
}

var languages = language.NewMatcher([]language.Tag{language.Vietnamese, language.English})

// Speak gives a context in the language that was asked for.
func (a Asked) Speak(ctx context.Context) context.Context {
	lang := "vi"
	if _, i := language.MatchStrings(languages, a.AcceptLanguage); i == 1 {
		lang = "en"
	}
	return message.WithLang(ctx, lang)
}

// Open are the headers of open data, which anybody may read from any origin; an
// output embeds it.
type Open struct {
	CacheControl    string `header:"Cache-Control"`
	ETag            string `header:"ETag"`
	Vary            string `header:"Vary"`
	ContentLanguage string `header:"Content-Language"`
	AllowOrigin     string `header:"Access-Control-Allow-Origin"`
	ExposeHeaders   string `header:"Access-Control-Expose-Headers"`
	ResourcePolicy  string `header:"Cross-Origin-Resource-Policy"`
}

// Answer gives the headers of a body that may be kept for a while. The error is
// 304 where the one who asks has the same body already.
func Answer(ctx context.Context, a Asked, keep time.Duration, body any) (Open, error) {
	bytes, err := json.Marshal(body)
	if err != nil {
		return Open{}, fmt.Errorf("write the answer: %w", err)
	}
	lang := message.Lang(ctx)
	o := Open{
		CacheControl: fmt.Sprintf("public, max-age=%d", int(keep.Seconds())), ETag: `"` + database.Digest(lang, string(bytes))[:32] + `"`, Vary: "Accept-Language", ContentLanguage: lang,
		AllowOrigin: "*", ExposeHeaders: "ETag", ResourcePolicy: "cross-origin",
	}
	if matches(a.IfNoneMatch, o.ETag) {
		return Open{}, huma.ErrorWithHeaders(huma.Status304NotModified(), http.Header{
			"Etag": {o.ETag}, "Cache-Control": {o.CacheControl}, "Vary": {o.Vary}, "Access-Control-Allow-Origin": {o.AllowOrigin}, "Cross-Origin-Resource-Policy": {o.ResourcePolicy},
		})
	}
	return o, nil
}

// matches reads If-None-Match: a list of tags, weak or not, or "*".
func matches(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}

// Problem is trouble as machines get it; the cause of our own goes into the log.
func Problem(ctx context.Context, log *slog.Logger, err error) error {
	f, status := fault.Of(err), web.Status(err)
	if status >= http.StatusInternalServerError {
		log.Error("api", "err", err)
	}
	return huma.ErrorWithHeaders(huma.NewError(status, message.T(ctx, f.Key, f.Args...)), http.Header{"Access-Control-Allow-Origin": {"*"}, "Cross-Origin-Resource-Policy": {"cross-origin"}})
}

// NotModified describes the answer 304, for an operation's Responses.
func NotModified() map[string]*huma.Response {
	return map[string]*huma.Response{"304": {Description: "Nothing has changed since the ETag that was sent."}}
}
