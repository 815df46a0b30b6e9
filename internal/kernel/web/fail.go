package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

var statuses = map[fault.Kind]int{
	fault.Internal:    http.StatusInternalServerError,
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.NotFound:    http.StatusNotFound,
	fault.Forbidden:   http.StatusForbidden,
	fault.SignIn:      http.StatusUnauthorized,
	fault.Conflict:    http.StatusConflict,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.TooMany:     http.StatusTooManyRequests,
	fault.Exhausted:   http.StatusInsufficientStorage,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// Status is the HTTP status of an error.
func Status(err error) int {
	if status, ok := statuses[fault.Of(err).Kind]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// gone is the status in the log of a request whose sender did not wait.
const gone = 499

// fail answers with an error: a page for people, a problem for machines.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.DeadlineExceeded) {
		err = fault.New(fault.Unavailable, "fault.busy").With(err)
	}
	s.failWith(w, r, Status(err), err)
}

func (s *Site) failWith(w http.ResponseWriter, r *http.Request, status int, err error) {
	v := visitOf(r.Context())
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil && !written(w) {
		if rec, ok := w.(*recorder); ok {
			rec.status = gone // nobody is there to answer
		}
		return
	}
	// Time may be up for the handler, but not for saying so: a component is not
	// drawn in a context that has ended.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	level := s.config.Log.Info
	if status >= 500 {
		level = s.config.Log.Error
	}
	level("refused", "route", v.pattern, "status", status, "request", v.id, "err", err)
	if written(w) {
		return // the answer has begun: the log is all that is left
	}
	h := w.Header()
	for _, name := range []string{"Content-Encoding", "Content-Length", "Content-Disposition", "ETag", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", "60")
		}
	}
	f := fault.Of(err)
	if r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/") {
		s.writeProblem(w, r, status, f)
		return
	}
	if to := s.leadOn(r, err); to != "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	if err := Render(w, r, status, errorPage(newTrouble(r.Context(), status, f))); err != nil {
		s.config.Log.Error("error page not drawn", "request", v.id, "err", err)
		if !written(w) {
			h.Set("Content-Type", "text/plain; charset=utf-8")
			http.Error(w, message.T(r.Context(), "fault.internal")+" "+v.id, status)
		}
	}
}

// leadOn is where a reader, who has typed nothing that could be lost, is led
// instead of being refused.
func (s *Site) leadOn(r *http.Request, err error) string {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return ""
	}
	back := "?tiep=" + url.QueryEscape(r.URL.RequestURI())
	switch {
	case access.MustChangePassword(err):
		return s.config.Password + back
	case fault.Is(err, fault.SignIn):
		return s.config.SignIn + back
	}
	return ""
}

// problem is RFC 9457, with our code, the request's id, and what is wrong with
// which field.
type problem struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail"`
	Code    string         `json:"code"`
	Request string         `json:"request"`
	Errors  []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Name   string `json:"name"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (s *Site) writeProblem(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	ctx := r.Context()
	p := problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: message.T(ctx, f.Key, f.Args...), Code: f.Key, Request: RequestID(ctx),
	}
	for _, x := range f.Fields {
		p.Errors = append(p.Errors, problemField{Name: x.Name, Code: x.Key, Detail: message.T(ctx, x.Key, x.Args...)})
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		s.config.Log.Warn("problem not written", "request", p.Request, "err", err)
	}
}

// trouble is the data of an error page.
type trouble struct {
	status     int
	title      string
	text       string
	next       string // what to do now; "" when the text says it
	fields     []fault.Field
	signIn     string // where to sign in without losing what was typed
	request    string
	searchable bool // it may help to look elsewhere
}

func newTrouble(ctx context.Context, status int, f *fault.Error) trouble {
	v := visitOf(ctx)
	t := trouble{
		status: status, text: message.T(ctx, f.Key, f.Args...), fields: f.Fields, request: v.id,
		searchable: status == http.StatusNotFound,
	}
	name := "web.error_" + strconv.Itoa(status)
	if !message.Has(name) {
		name = "web.error_500"
	}
	t.title = message.T(ctx, name)
	t.next = message.T(ctx, name+"_next")
	if status == http.StatusUnauthorized {
		t.signIn = v.site.config.SignIn
	}
	return t
}
