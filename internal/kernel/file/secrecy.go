package file

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The marks of secrecy (Law 29/2018, Art. 8: Tuyệt mật, Tối mật, Mật) as they
// are stamped: in capitals. Blanks are taken out before comparing, since a
// stamp may be letter-spaced. The second row is what the old VNI fonts store
// for the same marks; those of TCVN3 fonts are turned into Unicode by pdfFont.
var marks = map[string]bool{
	"MẬT": true, "TỐIMẬT": true, "TUYỆTMẬT": true,
	"MAÄT": true, "TOÁIMAÄT": true, "TUYEÄTMAÄT": true,
}

// isMark says whether the line is a mark that stands alone: frames, brackets
// and dots around it do not count, any other letter or digit does.
func isMark(line string) bool {
	if len(line) > 256 {
		return false
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(line) {
		if r == unicode.ReplacementChar { // a letter that could not be read
			return false
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			b.WriteRune(r)
		}
	}
	return marks[b.String()]
}

// markedText says whether any line of a text is a mark. "BÍ" at the end of the
// line before, or "ĐỘ" at the start of the line after, makes it a word of a
// sentence that was broken there ("BÍ MẬT", "MẬT ĐỘ XÂY DỰNG").
func markedText(text string) bool {
	if len(text) > 1<<20 {
		text = text[:1<<20]
	}
	lines := strings.FieldsFunc(text, func(r rune) bool {
		return r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029
	})
	for i, line := range lines {
		if isMark(line) && !(i > 0 && leadsIntoMark(lines[i-1])) && !(i+1 < len(lines) && leadsOutOfMark(lines[i+1])) {
			return true
		}
	}
	return false
}

// leadsIntoMark says whether the line ends with a word that "MẬT" completes.
func leadsIntoMark(line string) bool {
	words := strings.Fields(norm.NFC.String(line))
	return len(words) > 0 && strings.ToUpper(words[len(words)-1]) == "BÍ"
}

// leadsOutOfMark says whether the line begins with a word that completes "MẬT".
// "ĐỘ KHẨN" and "ĐỘ MẬT" do not: they are stamps of their own.
func leadsOutOfMark(line string) bool {
	words := strings.Fields(strings.ToUpper(norm.NFC.String(line)))
	if len(words) == 0 || words[0] != "ĐỘ" {
		return false
	}
	if len(words) < 2 {
		return true
	}
	next := strings.TrimRight(words[1], ":.")
	return next != "KHẨN" && next != "MẬT"
}

// markedField is markedText for a field of metadata; there the two long marks
// are known in any case of letters ("Tối mật" as a keyword is a mark, "mật" is
// also honey).
func markedField(text string) bool {
	if markedText(text) {
		return true
	}
	if len(text) > 1<<16 {
		return false
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' || r == ',' }) {
		if up := strings.ToUpper(norm.NFC.String(part)); isMark(up) && len(strings.Fields(up)) > 1 {
			return true
		}
		if isMark(part) {
			return true
		}
	}
	return false
}

// markedName says whether a mark stands alone in a file name: as the whole
// name, in brackets, or set apart by " - ".
func markedName(name string) bool {
	stem := norm.NFC.String(baseName(name))
	if dot := strings.LastIndexByte(stem, '.'); dot > 0 {
		stem = stem[:dot]
	}
	if isMark(stem) {
		return true
	}
	for _, part := range strings.Split(stem, " - ") {
		if isMark(part) {
			return true
		}
	}
	for rest := stem; ; {
		open := strings.IndexAny(rest, "([{")
		if open < 0 {
			return false
		}
		rest = rest[open+1:]
		if end := strings.IndexAny(rest, ")]}"); end >= 0 && isMark(rest[:end]) {
			return true
		}
	}
}
