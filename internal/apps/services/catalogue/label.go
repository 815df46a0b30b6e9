package catalogue

import (
	"strings"
	"unicode/utf8"
)

// labelRunes is how long the label of a paper may be: three lines of a phone. The
// hint holds the whole name.
const labelRunes = 90

// Where the name of a paper ends and its conditions begin, in the texts of the
// national portal; and where else a long one may be cut.
var (
	conditions = []string{" theo quy định", " trong trường hợp", " đối với ", " (", ". ", "; ", ": ", " trừ trường hợp", " nếu "}
	joints     = []string{", ", " hoặc ", " và "}
)

// cut makes a label of a long text: the name before its conditions, else its first
// words. An ellipsis says that there is more.
func cut(s string) string {
	if utf8.RuneCountInString(s) <= labelRunes {
		return s
	}
	short := string([]rune(s)[:labelRunes])
	const least = 16 // bytes, so that "Bản sao" is not all that is left
	end := len(short)
	for _, mark := range conditions {
		if i := strings.Index(short, mark); i >= least {
			end = min(end, i)
		}
	}
	if end == len(short) {
		for _, mark := range joints {
			if i := strings.LastIndex(short, mark); i >= len(short)/2 {
				return ellipsis(short[:i])
			}
		}
		return shorten(s)
	}
	return ellipsis(short[:end])
}

// shorten keeps the first words.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= labelRunes {
		return s
	}
	short := string([]rune(s)[:labelRunes])
	if i := strings.LastIndex(short, " "); i > 0 {
		short = short[:i]
	}
	return ellipsis(short)
}

func ellipsis(s string) string { return strings.TrimRight(s, " ,;:.") + "…" }
