package vntext

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold gives the form by which text is found: lower case, no diacritics, đ as
// d, words apart by one space, no punctuation. "Đặng  Văn-Ánh" is "dang van anh".
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case r == 'đ' || r == 'Đ':
			r = 'd'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			r = unicode.ToLower(r)
		default:
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Clean gives text as it is kept: NFC, outer blanks off, inner runs of blanks
// as one space, no control characters.
func Clean(s string) string {
	return strings.Join(strings.FieldsFunc(norm.NFC.String(s), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// CleanLines is Clean line by line; empty lines at both ends go.
func CleanLines(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = Clean(l)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// letters is the Vietnamese alphabet in its order; f, j, w and z stand where
// dictionaries put foreign words.
var letters = []rune("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")

// tones in the order of dictionaries: level, huyền, hỏi, ngã, sắc, nặng.
var tones = map[rune]byte{'\u0300': 1, '\u0309': 2, '\u0303': 3, '\u0301': 4, '\u0323': 5}

var order = func() map[rune]byte {
	m := make(map[rune]byte, len(letters))
	for i, r := range letters {
		m[r] = byte(i) + 'A'
	}
	return m
}()

// SortKey gives a string whose byte order is the dictionary's order: letters
// first (Đ after D), then tones. Vietnamese names sort by given name, so a
// person's key is SortKey of the given name, then of the whole; see NameKey.
func SortKey(s string) string {
	var first, second strings.Builder
	for _, word := range strings.Fields(norm.NFC.String(s)) {
		if first.Len() > 0 {
			first.WriteByte(' ')
			second.WriteByte(' ')
		}
		tone := byte(0)
		for _, r := range word {
			base, t := split(unicode.ToLower(r))
			if t != 0 {
				tone = t
			}
			switch o, ok := order[base]; {
			case ok:
				first.WriteByte(o)
			case unicode.IsDigit(base):
				first.WriteRune(base)
			default:
				first.WriteByte('~')
			}
		}
		second.WriteByte('0' + tone)
	}
	return first.String() + "\x01" + second.String()
}

// split takes the tone off a letter and keeps what makes it another letter.
func split(r rune) (base rune, tone byte) {
	d := []rune(norm.NFD.String(string(r)))
	kept := d[:1:1]
	for _, m := range d[1:] {
		if t, ok := tones[m]; ok {
			tone = t
			continue
		}
		kept = append(kept, m)
	}
	c := []rune(norm.NFC.String(string(kept)))
	return c[0], tone
}

// NameKey is the key by which people are listed: the given name (the last
// word) first, then the whole name.
func NameKey(name string) string {
	w := strings.Fields(name)
	if len(w) == 0 {
		return ""
	}
	return SortKey(w[len(w)-1]) + "\x02" + SortKey(name)
}
