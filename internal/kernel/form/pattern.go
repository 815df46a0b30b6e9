package form

import (
	"net/mail"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"benso/internal/kernel/vntext"
)

// pattern is a known shape of a text: normal gives the form in which it is
// kept, and whether it fits. normal of a normal form is itself.
type pattern struct {
	normal    func(string) (string, bool)
	inputMode string
	inputType string
}

var patterns = map[string]pattern{
	"citizen_number": {normal: citizenNumber, inputMode: "numeric"},
	"phone":          {normal: phone, inputType: "tel"},
	"email":          {normal: email, inputType: "email"},
	"person_name":    {normal: personName},
}

func patternNames() []string {
	names := make([]string, 0, len(patterns))
	for n := range patterns {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// InputMode and InputType help a phone to show the right keyboard.
func (x *Field) InputMode() string {
	if x.Kind == KindNumber {
		if x.Decimals > 0 {
			return "decimal"
		}
		return "numeric"
	}
	return patterns[x.Pattern].inputMode
}

// InputType is the type of the text box.
func (x *Field) InputType() string {
	if t := patterns[x.Pattern].inputType; t != "" {
		return t
	}
	return "text"
}

// strip takes away the signs with which people write numbers in groups.
func strip(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '(' || r == ')' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

func citizenNumber(s string) (string, bool) {
	s = strip(s)
	return s, len(s) == 12 && digits(s)
}

// phone keeps Vietnamese numbers as 0… and foreign ones as +….
func phone(s string) (string, bool) {
	s = strip(s)
	if rest, ok := strings.CutPrefix(s, "+84"); ok {
		s = "0" + strings.TrimPrefix(rest, "0")
	}
	if rest, ok := strings.CutPrefix(s, "+"); ok {
		return s, digits(rest) && len(rest) >= 8 && len(rest) <= 15
	}
	return s, digits(s) && s[0] == '0' && (len(s) == 10 || len(s) == 11)
}

func email(s string) (string, bool) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return s, false
	}
	_, domain, _ := strings.Cut(s, "@")
	return s, strings.Contains(strings.Trim(domain, "."), ".")
}

// personName accepts letters of every people, and the signs inside names.
func personName(s string) (string, bool) {
	letter := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letter = true
		case unicode.IsMark(r), r == ' ', r == '\'', r == '’', r == '-', r == '.':
		default:
			return s, false
		}
	}
	return s, letter
}

// clean gives typed text as it is kept: NFC, trimmed, blanks single, without
// invisible signs that come along from other programs (zero width spaces, marks
// of direction). ok is false when it holds control characters or is not UTF-8:
// no keyboard types those, so they are refused, not repaired.
func clean(raw string, lines bool) (s string, ok bool) {
	if !utf8.ValidString(raw) {
		return "", false
	}
	for _, r := range raw {
		if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' {
			return "", false
		}
	}
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, raw)
	if lines {
		return norm.NFC.String(vntext.CleanLines(visible)), true
	}
	return norm.NFC.String(vntext.Clean(visible)), true
}
