package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"

	"github.com/a-h/templ"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// Render writes a page. It is drawn whole before the first byte leaves: a page
// is complete, or it is an error.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("draw the page: %w", err)
	}
	v := visitOf(r.Context())
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	if h.Get("Cache-Control") == "" {
		// The computer of a commune's office is used by many: what was shown to
		// one who is signed in is not kept.
		if v.actor.Stranger() && r.Method != http.MethodPost {
			h.Set("Cache-Control", "private, no-cache")
		} else {
			h.Set("Cache-Control", "no-store")
		}
	}
	if v.flash != "" && status < 400 {
		v.site.clearFlash(w)
	}
	body := b.Bytes()
	if len(body) > 1400 && acceptsGzip(r) { // less fits one packet anyway
		zipped, err := zipPage(body)
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// Redirect leads on after something was done: the next page is a GET, so that
// reloading it does nothing again.
func Redirect(w http.ResponseWriter, r *http.Request, url string) error {
	http.Redirect(w, r, url, http.StatusSeeOther)
	return nil
}

// Key is the hidden input that every form carries which changes something: a key
// made before it, so that a double click or a retry does the act once.
func Key() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<input type="hidden" name="key" value="`+database.NewID()+`">`)
		return err
	})
}

var keyShape = regexp.MustCompile(`^[0-9A-Za-z]{16,64}$`)

// FormKey is the key that the form carried; it parses the form if nobody has.
func FormKey(r *http.Request) (string, error) {
	if err := ParseForm(r); err != nil {
		return "", err
	}
	key := r.PostFormValue("key")
	if !keyShape.MatchString(key) {
		return "", fault.New(fault.Invalid, "fault.key_missing")
	}
	return key, nil
}

// memory is how much of a multipart form is held in memory; the rest waits in
// files, which go with the request.
const memory = 1 << 20

// ParseForm reads the form of a request, of either encoding. A body that is too
// large, or that is no form, is a fault.
func ParseForm(r *http.Request) error {
	// ParseForm comes first: ParseMultipartForm alone swallows its error when the
	// form is not multipart, and half a form would look like a whole one.
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(memory)
	}
	if err == nil || errors.Is(err, http.ErrNotMultipart) {
		return nil
	}
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return errTooLarge.With(err)
	}
	return fault.New(fault.Invalid, "web.bad_form").With(err)
}
