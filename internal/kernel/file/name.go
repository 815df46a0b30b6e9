package file

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const maxNameRunes = 120

// baseName is what follows the last slash of either kind: some browsers give
// a whole path.
func baseName(name string) string {
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	return name
}

// CleanName makes a name that is safe to show and to save under on every
// system, in NFC, with the extension of the type that the content showed.
// unnamed is the stem when nothing is left.
func CleanName(name string, t Type, unnamed string) string {
	var b strings.Builder
	blank := false
	for _, r := range norm.NFC.String(strings.ToValidUTF8(baseName(name), "")) {
		switch {
		case unicode.IsSpace(r):
			blank = true
			continue
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar, unicode.Is(unicode.Co, r):
			continue // among them the marks that turn the direction of writing
		case strings.ContainsRune(`<>:"|?*`, r):
			r = '_'
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(r)
	}
	stem := strings.Trim(b.String(), " .")
	if dot := strings.LastIndexByte(stem, '.'); dot >= 0 && known[strings.ToLower(stem[dot:])] {
		stem = strings.Trim(stem[:dot], " .")
	}
	if known["."+strings.ToLower(stem)] {
		stem = "" // the name was nothing but an extension
	}
	if stem == "" {
		stem = unnamed
	}
	if runes := []rune(stem); len(runes) > maxNameRunes {
		stem = strings.TrimRight(string(runes[:maxNameRunes]), " .")
	}
	first, _, _ := strings.Cut(strings.ToUpper(stem), ".")
	if reserved[first] {
		stem = "_" + stem
	}
	return stem + extensions[t]
}

// known are the extensions that give way to that of the real type; others stay
// in the name ("Hộ khẩu.2019" is not an extension).
var known = map[string]bool{
	".jpg": true, ".jpeg": true, ".jfif": true, ".png": true, ".webp": true, ".pdf": true, ".heic": true, ".gif": true, ".bmp": true,
	".tif": true, ".tiff": true, ".doc": true, ".docx": true, ".exe": true, ".bin": true, ".tmp": true, ".html": true, ".htm": true, ".svg": true,
}

var reserved = map[string]bool{
	"CON": true, "PRN": true, "AUX": true, "NUL": true,
	"COM1": true, "COM2": true, "COM3": true, "COM4": true, "COM5": true, "COM6": true, "COM7": true, "COM8": true, "COM9": true,
	"LPT1": true, "LPT2": true, "LPT3": true, "LPT4": true, "LPT5": true, "LPT6": true, "LPT7": true, "LPT8": true, "LPT9": true,
}

// disposition writes a Content-Disposition header (RFC 6266): an ASCII name for
// old programs and the whole name in UTF-8 (RFC 5987).
func disposition(kind, name string) string {
	var ascii, utf strings.Builder
	for _, r := range norm.NFD.String(name) {
		switch {
		case r == 'đ':
			ascii.WriteByte('d')
		case r == 'Đ':
			ascii.WriteByte('D')
		case unicode.Is(unicode.Mn, r):
		case r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' || r == ';':
			ascii.WriteByte('_')
		default:
			ascii.WriteRune(r)
		}
	}
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(norm.NFC.String(name)) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			utf.WriteByte(c)
			continue
		}
		utf.WriteByte('%')
		utf.WriteByte(hex[c>>4])
		utf.WriteByte(hex[c&15])
	}
	return kind + `; filename="` + ascii.String() + `"; filename*=UTF-8''` + utf.String()
}
