package identity

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/vntext"
)

// The lengths of a password in runes. The upper bound only keeps the work of
// normalising small; a sentence fits.
const (
	shortest = 8
	longest  = 200
)

//go:embed common.txt
var commonText string

// common are passwords that guessers try first, folded as squeeze does.
var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			set[squeeze(line)] = true
		}
	}
	return set
})

// squeeze is how passwords are compared with what is easily guessed: without
// case, diacritics and blanks, so that "Mật khẩu 123" is "matkhau123".
func squeeze(s string) string { return strings.ReplaceAll(vntext.Fold(s), " ", "") }

// normal is the form in which a password is hashed: the same key presses give
// the same bytes on every phone.
func normal(password string) string { return norm.NFKC.String(password) }

// checkPassword applies the rule: at least eight runes, not among the very
// common ones, not one's own handle. There is no rule of classes of characters:
// it makes passwords worse to remember and no harder to guess.
func checkPassword(field, password string, handles ...Handle) error {
	refuse := func(key string, args ...any) error {
		return fault.New(fault.Invalid, key, args...).WithField(field, key, args...)
	}
	p := normal(password)
	if n := utf8.RuneCountInString(p); n < shortest {
		return refuse("identity.password_short", "least", shortest)
	} else if n > longest {
		return refuse("identity.password_long", "most", longest)
	}
	folded := squeeze(p)
	if common()[folded] || oneRune(p) {
		return refuse("identity.password_common")
	}
	for _, h := range handles {
		user, _, _ := strings.Cut(h.Value, "@")
		if folded == squeeze(h.Value) || folded == squeeze(user) {
			return refuse("identity.password_handle")
		}
		if typed, err := ParseHandle(password); err == nil && typed == h {
			return refuse("identity.password_handle")
		}
	}
	return nil
}

func oneRune(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return strings.Trim(s, string(first)) == ""
}

// Password is a password that was hashed before the transaction that keeps it,
// since hashing is slow on purpose and writers wait for each other.
type Password struct {
	plain   string
	hash    string
	oneTime bool
}

// Plain is the password itself, to be shown once to whoever it was made for. It
// is empty for one that a person chose.
func (p Password) Plain() string { return p.plain }

// String keeps the password out of logs.
func (Password) String() string { return "[password]" }

// GoString keeps the password out of logs.
func (Password) GoString() string { return "[password]" }

// newOneTime draws a password for a slip of paper: ten letters and digits that
// are not mistaken for one another, 50 bits.
func newOneTime() string { return strings.ToLower(database.NewSecret(10)) }
