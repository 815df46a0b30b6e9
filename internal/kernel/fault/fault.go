package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what the caller can do about an error.
type Kind uint8

// The kinds, with the HTTP status that the edge gives each.
const (
	Internal    Kind = iota // 500: our fault
	Invalid                 // 422: the input must be mended
	NotFound                // 404: there is no such thing, or it is not for you
	Forbidden               // 403: it exists, you know it exists, you may not
	SignIn                  // 401: sign in first
	Conflict                // 409: somebody was faster, or the key was used for other input
	TooLarge                // 413
	TooMany                 // 429: wait and try again
	Exhausted               // 507: a numbered series has no number left
	Unavailable             // 503: try again soon
)

var names = [...]string{"internal", "invalid", "not found", "forbidden", "sign in", "conflict", "too large", "too many", "exhausted", "unavailable"}

func (k Kind) String() string { return names[k] }

// Field is what is wrong with one field of a form: its name, a message key, and
// the arguments of the message (name, value, name, value …).
type Field struct {
	Name string
	Key  string
	Args []any
}

// Error is a fault: what people may be told, apart from its cause.
type Error struct {
	Kind   Kind
	Key    string // message key
	Args   []any  // alternately name and value
	Fields []Field
	cause  error
}

// New makes a fault. key is a message key; args alternate name and value.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Missing is the fault for one thing that is not there, or not there for the
// one who asks: both answer the same, so that nothing is told to a stranger.
func Missing(what, id string) *Error {
	return &Error{Kind: NotFound, Key: "fault.not_found", cause: fmt.Errorf("no %s %q", what, id)}
}

// With returns a copy that keeps cause for the log.
func (e *Error) With(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// WithField returns a copy that also names a field of the form.
func (e *Error) WithField(name, key string, args ...any) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), Field{Name: name, Key: key, Args: args})
	return &c
}

// Error is for the log: it names the kind, the key and the cause, and no
// arguments, since those may hold what a person typed.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	b.WriteString(" (")
	b.WriteString(e.Key)
	b.WriteString(")")
	for _, f := range e.Fields {
		b.WriteString(" [" + f.Name + ": " + f.Key + "]")
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Of finds the fault in err. An error without one is Internal, with err as its
// cause. Of(nil) is nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Key: "fault.internal", cause: err}
}

// Is says whether err carries a fault of this kind.
func Is(err error, kind Kind) bool { return err != nil && Of(err).Kind == kind }
