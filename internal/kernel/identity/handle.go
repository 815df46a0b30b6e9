package identity

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// HandleKind is what a handle is.
type HandleKind string

// The kinds of handle.
const (
	Phone  HandleKind = "phone"
	Email  HandleKind = "email"
	Number HandleKind = "number" // nine digits, handed out by the system; the last is a check digit
)

// Handle is what somebody signs in with, in its one written form: a phone as
// 0912345678 (or +4420… from abroad), an e-mail in lower case, a number as nine
// digits.
type Handle struct {
	Kind  HandleKind
	Value string
}

// ParseHandle reads what people type: "+84 912 345 678", "0912.345.678",
// "Lan@Example.com", "123 456 782". An Invalid fault names the field "handle"; it
// depends on the text alone, never on who has an account.
func ParseHandle(typed string) (Handle, error) {
	text := strings.TrimSpace(norm.NFKC.String(typed))
	if strings.Contains(text, "@") {
		return parseEmail(text)
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(".-()", r) {
			return -1
		}
		return r
	}, text)
	abroad := strings.HasPrefix(digits, "+")
	digits = strings.TrimPrefix(digits, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return Handle{}, invalidHandle("identity.handle_invalid")
	}
	if !abroad && strings.HasPrefix(digits, "00") {
		abroad, digits = true, digits[2:]
	}
	if home, ok := strings.CutPrefix(digits, "84"); ok && (abroad || len(digits) >= 11) {
		return vietnamese(strings.TrimPrefix(home, "0"))
	}
	switch {
	case abroad:
		if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' {
			return Handle{}, invalidHandle("identity.handle_phone")
		}
		return Handle{Phone, "+" + digits}, nil
	case digits[0] == '0':
		return vietnamese(digits[1:])
	case len(digits) == 9 && strings.IndexByte(numberStarts, digits[0]) >= 0:
		if damm(digits) != 0 {
			return Handle{}, invalidHandle("identity.handle_number")
		}
		return Handle{Number, digits}, nil
	case len(digits) == 9:
		return vietnamese(digits) // a mobile typed without its first zero
	}
	return Handle{}, invalidHandle("identity.handle_invalid")
}

// vietnamese reads a number without its first zero: mobiles have 9 more digits
// and start with 3, 5, 7, 8 or 9; landlines have 9 or 10 more and start with 2.
func vietnamese(rest string) (Handle, error) {
	if rest != "" && (strings.IndexByte("35789", rest[0]) >= 0 && len(rest) == 9 ||
		rest[0] == '2' && (len(rest) == 9 || len(rest) == 10)) {
		return Handle{Phone, "0" + rest}, nil
	}
	return Handle{}, invalidHandle("identity.handle_phone")
}

func parseEmail(text string) (Handle, error) {
	text = strings.ToLower(text)
	user, host, _ := strings.Cut(text, "@")
	bad := user == "" || len(text) > 254 || strings.Contains(host, "@") ||
		!strings.Contains(host, ".") || strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") || strings.Contains(host, "..") ||
		strings.ContainsFunc(text, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>()[],;:"\`, r)
		})
	if bad {
		return Handle{}, invalidHandle("identity.handle_email")
	}
	return Handle{Email, text}, nil
}

func invalidHandle(key string) error {
	return fault.New(fault.Invalid, key).WithField("handle", key)
}

// numberStarts are the digits that a number may start with. A mobile whose
// first zero was left out has nine digits too, and starts with 3, 5, 7, 8 or 9.
const numberStarts = "1246"

// newNumber draws a number. It is random, so that numbers tell neither how many
// accounts there are nor what another one is.
func newNumber(ctx context.Context) (Handle, error) {
	v, err := database.NumberIn(ctx, int64(len(numberStarts))*10_000_000)
	if err != nil {
		return Handle{}, err
	}
	digits := fmt.Sprintf("%c%07d", numberStarts[v/10_000_000], v%10_000_000)
	return Handle{Number, fmt.Sprintf("%s%d", digits, damm(digits))}, nil
}

// damm is the check digit of Damm's scheme: it finds every single wrong digit
// and every swap of neighbours. Over digits with their check digit it is 0.
func damm(digits string) byte {
	var state byte
	for i := range len(digits) {
		state = dammTable[state][digits[i]-'0'] - '0'
	}
	return state
}

var dammTable = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}
