package file

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// pdfFont turns the bytes of a string into text and advance widths.
type pdfFont struct {
	wide    bool // two bytes a character (Type0)
	unicode map[uint32]string
	ranges  []unicodeRange
	simple  map[byte]string // from Differences
	widths  map[uint32]float64
	width   float64 // of a character that has none, in thousandths of an em
	tcvn3   bool    // a ".Vn…" font of the nineties
	capital bool    // such a font whose name ends in H shows capitals only
}

// unicodeRange maps the codes from first to last to the text whose last rune
// goes up with them. It is kept as it is written: a font may map all 65,536
// codes in one line.
type unicodeRange struct {
	first, last uint32
	base        []rune
}

var defaultFont = &pdfFont{width: 500}

const maxFontEntries = 1 << 17

// font reads a font resource. Fonts without ToUnicode and without a known
// encoding give no text: what they show cannot be read, like a photo.
func (d *pdfDoc) font(v any) *pdfFont {
	ref, isRef := v.(pdfRef)
	if isRef {
		if f := d.fonts[ref.num]; f != nil {
			return f
		}
	}
	dict := d.dict(v)
	if dict == nil {
		return defaultFont
	}
	f := &pdfFont{width: 500, widths: map[uint32]float64{}, unicode: map[uint32]string{}}
	name := string(d.name(dict["BaseFont"]))
	if _, after, subset := strings.Cut(name, "+"); subset {
		name = after
	}
	if strings.HasPrefix(name, ".Vn") || strings.HasPrefix(name, "Vn") {
		family, _, _ := strings.Cut(name, ",")
		family, _, _ = strings.Cut(family, "-")
		f.tcvn3, f.capital = true, strings.HasSuffix(family, "H")
	}
	if d.name(dict["Subtype"]) == "Type0" {
		f.wide, f.width = true, 1000
		if kids := d.list(dict["DescendantFonts"]); len(kids) > 0 {
			d.cidWidths(f, d.dict(kids[0]))
		}
	} else {
		d.simpleWidths(f, dict)
		d.differences(f, d.dict(dict["Encoding"]))
	}
	if s, ok := d.resolve(dict["ToUnicode"]).(pdfStream); ok {
		d.toUnicode(f, s)
	}
	if isRef {
		d.fonts[ref.num] = f
	}
	return f
}

func (d *pdfDoc) simpleWidths(f *pdfFont, dict pdfDict) {
	first, _ := d.resolve(dict["FirstChar"]).(float64)
	scale := 1.0
	if m := d.list(dict["FontMatrix"]); len(m) == 6 { // Type 3: own glyph space
		if a, ok := d.resolve(m[0]).(float64); ok && a > 0 {
			scale = a * 1000
		}
	}
	for i, w := range d.list(dict["Widths"]) {
		if n, ok := d.resolve(w).(float64); ok && i < 256 {
			f.widths[uint32(int(first)+i)] = n * scale
		}
	}
}

// cidWidths reads W (9.7.4.3): "c [w w w]" and "from to w".
func (d *pdfDoc) cidWidths(f *pdfFont, kid pdfDict) {
	if dw, ok := d.resolve(kid["DW"]).(float64); ok {
		f.width = dw
	}
	w := d.list(kid["W"])
	for i := 0; i+1 < len(w); {
		first, _ := d.resolve(w[i]).(float64)
		if run, ok := d.resolve(w[i+1]).(pdfArray); ok {
			for j, v := range run {
				if n, ok := d.resolve(v).(float64); ok && len(f.widths) < maxFontEntries {
					f.widths[uint32(int(first)+j)] = n
				}
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		last, _ := d.resolve(w[i+1]).(float64)
		n, _ := d.resolve(w[i+2]).(float64)
		for c := int(first); c <= int(last) && c < 1<<16 && c >= 0; c++ {
			f.widths[uint32(c)] = n
		}
		d.b.lex(max(0, int(min(last, 1<<16)-first)))
		i += 3
	}
}

func (d *pdfDoc) differences(f *pdfFont, enc pdfDict) {
	f.simple = map[byte]string{}
	code := 0
	for _, v := range d.list(enc["Differences"]) {
		switch v := d.resolve(v).(type) {
		case float64:
			code = int(v)
		case pdfName:
			if text, ok := glyphText(string(v)); ok {
				f.simple[byte(code)] = text
			}
			code++
		}
	}
}

// glyphs names the letters that the marks and the words beside them need, by
// the Adobe Glyph List; other names give one placeholder letter.
var glyphs = map[string]string{
	"space": " ", "nbspace": " ", "Acircumflexdotbelow": "Ậ", "Ecircumflexdotbelow": "Ệ", "Ocircumflexacute": "Ố",
	"acircumflexdotbelow": "ậ", "ecircumflexdotbelow": "ệ", "ocircumflexacute": "ố", "Iacute": "Í", "iacute": "í",
	"Dcroat": "Đ", "dcroat": "đ", "Dslash": "Đ", "Odotbelow": "Ọ", "Ocircumflexdotbelow": "Ộ", "ocircumflexdotbelow": "ộ",
	"Acircumflex": "Â", "acircumflex": "â", "Ecircumflex": "Ê", "Ocircumflex": "Ô", "ocircumflex": "ô",
	"dotbelowcomb": "\u0323", "acutecomb": "\u0301", "Adieresis": "Ä", "Aacute": "Á",
	"hyphen": "-", "period": ".", "comma": ",", "colon": ":", "parenleft": "(", "parenright": ")", "bracketleft": "[", "bracketright": "]",
	"asterisk": "*", "quotedblleft": "“", "quotedblright": "”", "endash": "–", "emdash": "—", "bullet": "•",
}

func glyphText(name string) (string, bool) {
	if text, ok := glyphs[name]; ok {
		return text, true
	}
	base, _, _ := strings.Cut(name, ".")
	if len(base) == 1 {
		return base, true
	}
	for _, prefix := range []string{"uni", "u"} {
		if hex, ok := strings.CutPrefix(base, prefix); ok && len(hex) >= 4 && len(hex) <= 6 {
			if n, err := strconv.ParseUint(hex, 16, 32); err == nil && n <= 0x10ffff {
				return string(rune(n)), true
			}
		}
	}
	return "", false
}

// toUnicode reads a ToUnicode map (9.10.3).
func (d *pdfDoc) toUnicode(f *pdfFont, s pdfStream) {
	l := &lexer{data: d.decode(s), b: d.b}
	var stack []any
	for {
		v, ok := l.value(0)
		if !ok {
			return
		}
		word, isWord := v.(pdfWord)
		if !isWord {
			if stack = append(stack, v); len(stack) > maxFontEntries {
				d.b.fail(errTooComplex)
			}
			continue
		}
		switch word {
		case "endbfchar":
			for i := 0; i+1 < len(stack); i += 2 {
				from, _ := stack[i].(pdfString)
				to, _ := stack[i+1].(pdfString)
				f.put(code(from), utf16Text(to))
			}
		case "endbfrange":
			for i := 0; i+2 < len(stack); i += 3 {
				readRange(f, stack[i], stack[i+1], stack[i+2])
			}
		}
		stack = stack[:0]
	}
}

func readRange(f *pdfFont, lo, hi, to any) {
	a, _ := lo.(pdfString)
	b, _ := hi.(pdfString)
	from, last := code(a), code(b)
	switch to := to.(type) {
	case pdfArray:
		for i, v := range to {
			text, _ := v.(pdfString)
			f.put(from+uint32(i), utf16Text(text))
		}
	case pdfString:
		base := []rune(utf16Text(to))
		if len(base) == 0 {
			return
		}
		if len(f.ranges) < 4096 && len(base) <= 16 {
			f.ranges = append(f.ranges, unicodeRange{from, last, base})
		}
	}
}

func (f *pdfFont) put(code uint32, text string) {
	if len(f.unicode) < maxFontEntries && len(text) <= 64 {
		f.unicode[code] = text
	}
}

func code(b pdfString) uint32 {
	var n uint32
	for _, c := range b[:min(len(b), 4)] {
		n = n<<8 | uint32(c)
	}
	return n
}

func utf16Text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	if len(b) == 1 {
		units = append(units, uint16(b[0]))
	}
	return string(utf16.Decode(units))
}

// tcvn3 maps the letters of the marks in TCVN 5712 (fonts named .VnTime…).
var tcvn3 = map[byte]string{0xCB: "ậ", 0xD6: "ệ", 0xE8: "ố", 0xDD: "í", 0xAE: "đ", 0xA7: "Đ", 0xE9: "ộ", 0xA9: "â", 0xAA: "ê", 0xAB: "ô"}

// text gives what the string shows and how wide it is, in thousandths of an em;
// n is the number of characters and spaces that of code 32 among them.
func (f *pdfFont) text(s pdfString) (text string, width float64, n, spaces int) {
	var b strings.Builder
	step := 1
	if f.wide {
		step = 2
	}
	for i := 0; i+step <= len(s); i += step {
		c := code(s[i : i+step])
		w, known := f.widths[c]
		if !known {
			w = f.width
		}
		width += w
		n++
		if c == 32 && !f.wide {
			spaces++
		}
		b.WriteString(f.glyph(c))
	}
	text = b.String()
	if f.capital {
		text = strings.ToUpper(text)
	}
	return text, width, n, spaces
}

// unread stands for a character whose letter is not known: it keeps a line
// from looking as if it held a mark alone.
const unread = "\uFFFD"

func (f *pdfFont) glyph(c uint32) string {
	if f.tcvn3 && !f.wide {
		if text, ok := tcvn3[byte(c)]; ok {
			return text
		}
	}
	if text, ok := f.unicode[c]; ok {
		return text
	}
	for _, r := range f.ranges {
		if c >= r.first && c <= r.last {
			end := len(r.base) - 1
			text := string(r.base[:end]) + string(r.base[end]+rune(c-r.first))
			f.put(c, text)
			return text
		}
	}
	if f.wide {
		return unread
	}
	if text, ok := f.simple[byte(c)]; ok {
		return text
	}
	return string(charmap.Windows1252.DecodeByte(byte(c)))
}

// textString reads a text string outside page content (7.9.2.2).
func textString(s pdfString) string {
	switch {
	case len(s) >= 2 && s[0] == 0xFE && s[1] == 0xFF:
		return utf16Text(s[2:])
	case len(s) >= 2 && s[0] == 0xFF && s[1] == 0xFE:
		return utf16Text(swap(s[2:]))
	case len(s) >= 3 && s[0] == 0xEF && s[1] == 0xBB && s[2] == 0xBF:
		return string(s[3:])
	}
	var b strings.Builder
	for _, c := range s {
		b.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return b.String()
}

func swap(b []byte) []byte {
	out := make([]byte, len(b)&^1)
	for i := 0; i+1 < len(b); i += 2 {
		out[i], out[i+1] = b[i+1], b[i]
	}
	return out
}
