package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(raw http.ResponseWriter, r *http.Request) {
	start := time.Now() // measures, so not the clock that tests move
	w := &recorder{ResponseWriter: raw}
	v := &visit{site: s, id: newRequestID(), method: r.Method, url: r.URL, flash: readFlash(r)}
	ctx := context.WithValue(r.Context(), visitKey{}, v)
	s.harden(w.Header(), v)
	r = r.WithContext(message.WithLang(ctx, s.language(w, r)))
	v.form = r

	s.metrics.open.Inc()
	defer func() {
		s.metrics.open.Dec()
		s.note(v, w, time.Since(start))
	}()
	defer s.rescue(w, r)

	if err := s.cross.Check(r); err != nil {
		s.fail(w, r, fault.New(fault.Forbidden, "web.cross_origin").With(err))
		return
	}
	probe, pattern := s.mux.Handler(r)
	if pattern == "" {
		s.lost(w, r, probe)
		return
	}
	v.pattern = pattern
	s.mux.ServeHTTP(w, r)
}

// rescue turns a panic into an error page. What was half written is cut off,
// so that nobody takes it for whole.
func (s *Site) rescue(w *recorder, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	if w.status != 0 {
		s.config.Log.Error("panic after the answer began", "request", RequestID(r.Context()), "err", err)
		panic(http.ErrAbortHandler)
	}
	s.fail(w, r, err)
}

// note writes the line of the access log and the metrics.
func (s *Site) note(v *visit, w *recorder, took time.Duration) {
	if w.status == 0 {
		w.status = http.StatusOK // a handler that writes nothing answers so
	}
	s.metrics.record(v, w.status, took)
	s.config.Log.Info("request", "route", v.pattern, "method", method(v.method), "status", w.status,
		"ms", float64(took.Microseconds())/1000, "bytes", w.bytes, "request", v.id)
}

// serve puts the limits of a route before its handler.
func (s *Site) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		upload := time.Duration(0)
		if r.ContentLength != 0 {
			upload = time.Duration(route.MaxBody/slowest) * time.Second
		}
		limit := s.config.Timeout + upload
		s.setDeadlines(w, r, limit)
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		r = r.WithContext(ctx)
		r.Pattern = v.pattern
		v.form = r
		defer s.removeUploads(v)

		if err := s.admit(v, route, r); err != nil {
			s.fail(w, r, err)
			return
		}
		if !route.Free {
			leave, err := s.gate.enter(s.placeOf(v, r), route.MaxBody > defaultBody && r.ContentLength != 0, route.Throttled)
			if err != nil {
				s.refuse(w, r, err)
				return
			}
			defer leave()
		}
		if r.ContentLength > route.MaxBody {
			drain(r.Body, route.MaxBody)
			s.fail(w, r, errTooLarge)
			return
		}
		body := r.Body
		r.Body = http.MaxBytesReader(unwrap(w), body, route.MaxBody)
		err := route.Handler(w, r)
		if err == nil {
			return
		}
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			drain(body, route.MaxBody)
			err = errTooLarge.With(err)
		}
		s.fail(w, r, err)
	})
}

// refuse answers a request that came beyond a limit: it may come again soon.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Retry-After", "5")
	s.fail(w, r, err)
}

var errTooLarge = fault.New(fault.TooLarge, "web.too_large")

// admit finds out who asks and whether the route lets them in. Where everybody
// may come, people still come when sessions cannot be read.
func (s *Site) admit(v *visit, route Route, r *http.Request) error {
	if !route.Bare {
		actor, err := s.config.Sessions.Actor(r)
		switch {
		case err == nil:
			v.actor = actor
		case route.Access == access.Public:
			s.config.Log.Error("session not read, served as to a stranger", "route", v.pattern, "request", v.id, "err", err)
		default:
			return fmt.Errorf("read the session: %w", err)
		}
	}
	return route.Access.Check(v.actor)
}

// setDeadlines lets a slow phone take its time and no more. The answer gets ten
// minutes beside, for a large file over one bar of network.
func (s *Site) setDeadlines(w http.ResponseWriter, r *http.Request, limit time.Duration) {
	c := http.NewResponseController(w)
	now := time.Now()
	err := errors.Join(c.SetReadDeadline(now.Add(limit)), c.SetWriteDeadline(now.Add(limit+10*time.Minute)))
	if err != nil && !errors.Is(err, http.ErrNotSupported) { // a test's recorder has no connection
		s.config.Log.Warn("deadlines not set", "request", RequestID(r.Context()), "err", err)
	}
}

// removeUploads removes the temporary files of a multipart form. The server does
// so only for the request it made itself, and ours is a copy with a context.
func (s *Site) removeUploads(v *visit) {
	if v.form.MultipartForm == nil {
		return
	}
	if err := v.form.MultipartForm.RemoveAll(); err != nil {
		s.config.Log.Error("uploads not removed", "request", v.id, "err", err)
	}
}

// drain reads on for a while, so that a browser in the middle of an upload gets
// to read the answer instead of a broken connection.
func drain(body io.Reader, limit int64) {
	if _, err := io.CopyN(io.Discard, body, limit+32<<20); err != nil && !errors.Is(err, io.EOF) {
		slog.Debug("body not drained", "err", err) // the sender went away
	}
}

// lost answers where no route is: an address with a slash too many leads to the
// one without, a known address met with another method is 405, the rest is 404.
func (s *Site) lost(w http.ResponseWriter, r *http.Request, probe http.Handler) {
	if short := strings.TrimRight(r.URL.Path, "/"); short != r.URL.Path && short != "" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		trial := r.Clone(r.Context())
		trial.URL.Path, trial.URL.RawPath = short, ""
		if _, pattern := s.mux.Handler(trial); pattern != "" {
			http.Redirect(w, r, LocalPath(trial.URL.RequestURI(), "/"), http.StatusMovedPermanently)
			return
		}
	}
	answer := &recorder{ResponseWriter: discard{http.Header{}}}
	probe.ServeHTTP(answer, r)
	if allow := answer.Header().Get("Allow"); answer.status == http.StatusMethodNotAllowed && allow != "" {
		w.Header().Set("Allow", allow)
		s.failWith(w, r, http.StatusMethodNotAllowed, fault.New(fault.NotFound, "web.method"))
		return
	}
	s.fail(w, r, fault.New(fault.NotFound, "web.no_page"))
}

// discard is where the mux writes its own plain answers.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func unwrap(w http.ResponseWriter) http.ResponseWriter {
	if rec, ok := w.(*recorder); ok {
		return rec.ResponseWriter
	}
	return w
}

func written(w http.ResponseWriter) bool {
	rec, ok := w.(*recorder)
	return ok && rec.status != 0
}
