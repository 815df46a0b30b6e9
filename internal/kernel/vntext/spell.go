package vntext

import (
	"strings"
	"unicode/utf8"
)

var (
	digitWords = []string{"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"}
	groupWords = []string{"", "nghìn", "triệu"}
)

// Spell writes a number that is not negative in words, as receipts carry it:
// 1021 → "một nghìn không trăm hai mươi mốt". Thousands of millions are read by
// "tỷ", again and again.
func Spell(n int64) string {
	if n < 1_000_000_000 {
		return millions(n, false)
	}
	s := Spell(n/1_000_000_000) + " tỷ"
	if rest := n % 1_000_000_000; rest > 0 {
		s += " " + millions(rest, true)
	}
	return s
}

// millions spells what is below a thousand millions; after says that something
// higher was read before it, so that its hundreds are said even when there are
// none.
func millions(n int64, after bool) string {
	var words []string
	for i, unit := range []int64{1_000_000, 1_000, 1} {
		group := n / unit % 1000
		if group == 0 {
			continue
		}
		words = append(words, hundreds(group, after || len(words) > 0))
		if name := groupWords[2-i]; name != "" {
			words = append(words, name)
		}
	}
	if len(words) == 0 {
		return digitWords[0]
	}
	return strings.Join(words, " ")
}

func hundreds(n int64, after bool) string {
	var words []string
	hundred, ten, one := n/100, n/10%10, n%10
	if hundred > 0 || after {
		words = append(words, digitWords[hundred], "trăm")
	}
	switch {
	case ten == 1:
		words = append(words, "mười")
	case ten > 1:
		words = append(words, digitWords[ten], "mươi")
	case one > 0 && len(words) > 0:
		words = append(words, "linh")
	}
	switch {
	case one == 0:
	case one == 1 && ten > 1:
		words = append(words, "mốt")
	case one == 5 && ten > 0:
		words = append(words, "lăm")
	default:
		words = append(words, digitWords[one])
	}
	return strings.Join(words, " ")
}

// UpperFirst makes a text begin a line.
func UpperFirst(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}

// LowerFirst makes a text stand inside a sentence.
func LowerFirst(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToLower(s[:n]) + s[n:]
}
