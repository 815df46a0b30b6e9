package file

import (
	"bytes"
	"context"
	"errors"
	"strconv"
)

// The PDF reader is our own because it must hold against hostile input: it
// never trusts the cross-reference table, never recurses without a bound, and
// spends every byte, token and inflated byte from one budget.

type (
	pdfName   string
	pdfString []byte
	pdfWord   string // an operator or keyword
	pdfRef    struct{ num int }
	pdfDict   map[pdfName]any
	pdfArray  []any
	pdfStream struct {
		dict pdfDict
		raw  []byte
	}
)

var (
	errTooComplex = errors.New("more work than a paper can need")
	errBadPDF     = errors.New("not a well-formed PDF")
)

// budget bounds the work that one file may cause. When it is spent, it panics
// with errTooComplex or the context's error; readPDF recovers.
type budget struct {
	ctx      context.Context
	lexed    int // bytes that the lexer may still read
	tokens   int // values that may still be kept
	inflated int // bytes that filters may still write
	steps    int
}

func newBudget(ctx context.Context, size int) *budget {
	return &budget{ctx: ctx, lexed: 8*size + 512<<20, tokens: 6_000_000, inflated: 256 << 20}
}

type budgetError struct{ err error }

func (b *budget) fail(err error) { panic(budgetError{err}) }

func (b *budget) lex(n int) {
	if b.lexed -= n; b.lexed < 0 {
		b.fail(errTooComplex)
	}
	if b.steps++; b.steps&0xfff == 0 {
		if err := b.ctx.Err(); err != nil {
			b.fail(err)
		}
	}
}

func (b *budget) keep() {
	if b.tokens--; b.tokens < 0 {
		b.fail(errTooComplex)
	}
}

func (b *budget) inflate(n int) {
	if b.inflated -= n; b.inflated < 0 {
		b.fail(errTooComplex)
	}
	if err := b.ctx.Err(); err != nil {
		b.fail(err)
	}
}

// lexer reads PDF tokens and values (ISO 32000-1, 7.2 and 7.3).
type lexer struct {
	data []byte
	pos  int
	b    *budget
	refs bool // "12 0 R" is a reference; not so in content streams
}

const maxDepth = 64

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelim(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func (l *lexer) skipSpace() {
	from := l.pos
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		if c == '%' {
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
			continue
		}
		if !isSpace(c) {
			break
		}
		l.pos++
	}
	l.b.lex(l.pos - from)
}

// value reads one value or word. ok is false at the end of the data.
func (l *lexer) value(depth int) (v any, ok bool) {
	l.skipSpace()
	if l.pos >= len(l.data) {
		return nil, false
	}
	from := l.pos
	defer func() { l.b.lex(1) }()
	switch c := l.data[l.pos]; c {
	case '/':
		l.pos++
		return l.name(), true
	case '(':
		l.pos++
		s := l.literal()
		l.b.lex(l.pos - from)
		return s, true
	case '[':
		l.pos++
		return l.array(depth + 1), true
	case '<':
		if l.peek(1) == '<' {
			l.pos += 2
			return l.dict(depth + 1), true
		}
		l.pos++
		s := l.hex()
		l.b.lex(l.pos - from)
		return s, true
	case '>':
		if l.peek(1) == '>' {
			l.pos += 2
			return pdfWord(">>"), true
		}
		l.pos++
		return pdfWord(">"), true
	case ']', '{', '}', ')':
		l.pos++
		return pdfWord(string(c)), true
	}
	for l.pos < len(l.data) && !isSpace(l.data[l.pos]) && !isDelim(l.data[l.pos]) {
		l.pos++
	}
	l.b.lex(l.pos - from)
	word := l.data[from:l.pos]
	if n, isNum := number(word); isNum {
		if l.refs && n >= 0 && n == float64(int(n)) {
			if end, isRef := l.reference(); isRef {
				l.pos = end
				return pdfRef{int(n)}, true
			}
		}
		return n, true
	}
	if len(word) > 64 {
		word = word[:64]
	}
	return pdfWord(word), true
}

func (l *lexer) peek(n int) byte {
	if l.pos+n < len(l.data) {
		return l.data[l.pos+n]
	}
	return 0
}

// reference says whether " 0 R" follows.
func (l *lexer) reference() (end int, ok bool) {
	i := l.pos
	skip := func(in func(byte) bool) int {
		from := i
		for i < len(l.data) && i-from < 12 && in(l.data[i]) {
			i++
		}
		return i - from
	}
	if skip(isSpace) == 0 || skip(isDigit) == 0 || skip(isSpace) == 0 {
		return 0, false
	}
	if i >= len(l.data) || l.data[i] != 'R' || (i+1 < len(l.data) && !isSpace(l.data[i+1]) && !isDelim(l.data[i+1])) {
		return 0, false
	}
	return i + 1, true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func number(w []byte) (float64, bool) {
	if len(w) == 0 || len(w) > 32 {
		return 0, false
	}
	if c := w[0]; !isDigit(c) && c != '-' && c != '+' && c != '.' {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(w), 64)
	if err != nil || n != n || n > 1e15 || n < -1e15 {
		return 0, false
	}
	return n, true
}

func (l *lexer) name() pdfName {
	var out []byte
	for l.pos < len(l.data) && !isSpace(l.data[l.pos]) && !isDelim(l.data[l.pos]) {
		c := l.data[l.pos]
		l.pos++
		if c == '#' && l.pos+1 < len(l.data) {
			hi, ok1 := unhex(l.data[l.pos])
			lo, ok2 := unhex(l.data[l.pos+1])
			if ok1 && ok2 {
				c = hi<<4 | lo
				l.pos += 2
			}
		}
		if len(out) < 256 {
			out = append(out, c)
		}
		l.b.lex(1)
	}
	return pdfName(out)
}

func unhex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

func (l *lexer) literal() pdfString {
	var out []byte
	open := 1
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return out
			}
		case '\\':
			if l.pos >= len(l.data) {
				return out
			}
			e := l.data[l.pos]
			l.pos++
			switch e {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			case 'b':
				c = '\b'
			case 'f':
				c = '\f'
			case '\r':
				if l.peek(0) == '\n' {
					l.pos++
				}
				continue
			case '\n':
				continue
			default:
				c = e
				if e >= '0' && e <= '7' {
					n := int(e - '0')
					for i := 0; i < 2 && l.peek(0) >= '0' && l.peek(0) <= '7'; i++ {
						n = n<<3 | int(l.peek(0)-'0')
						l.pos++
					}
					c = byte(n)
				}
			}
		}
		out = append(out, c)
	}
	return out
}

func (l *lexer) hex() pdfString {
	var out []byte
	var half byte
	odd := false
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		l.pos++
		if c == '>' {
			break
		}
		if n, ok := unhex(c); ok {
			if odd {
				out = append(out, half<<4|n)
			}
			half, odd = n, !odd
		}
	}
	if odd {
		out = append(out, half<<4)
	}
	return out
}

func (l *lexer) array(depth int) pdfArray {
	if depth > maxDepth {
		l.b.fail(errTooComplex)
	}
	var out pdfArray
	for {
		v, ok := l.value(depth)
		if !ok || v == pdfWord("]") {
			return out
		}
		if w, isWord := v.(pdfWord); isWord && (w == "endobj" || w == ">>") {
			return out
		}
		l.b.keep()
		out = append(out, v)
	}
}

func (l *lexer) dict(depth int) pdfDict {
	if depth > maxDepth {
		l.b.fail(errTooComplex)
	}
	out := pdfDict{}
	for {
		k, ok := l.value(depth)
		if !ok {
			return out
		}
		if w, isWord := k.(pdfWord); isWord && (w == ">>" || w == "endobj" || w == "stream") {
			return out
		}
		key, isName := k.(pdfName)
		if !isName {
			continue // junk between entries
		}
		v, ok := l.value(depth)
		if !ok {
			return out
		}
		if w, isWord := v.(pdfWord); isWord && (w == ">>" || w == "endobj") {
			return out
		}
		l.b.keep()
		out[key] = v
	}
}

// scanObjects finds every object of the file, of every revision, by its
// "12 0 obj". What the cross-reference table leaves out is found too: a mark
// in an earlier revision is still in the file.
func (d *pdfDoc) scanObjects(data []byte) {
	noEnd := len(data) + 1 // from here on no "endstream" follows
	for i := 0; ; {
		at := bytes.Index(data[i:], []byte("obj"))
		if at < 0 {
			return
		}
		at += i
		i = at + 3
		num, ok := objectNumber(data, at)
		if !ok {
			continue
		}
		l := &lexer{data: data, pos: at + 3, b: d.b, refs: true}
		v, ok := l.value(0)
		if !ok {
			return
		}
		i = l.pos
		if dict, isDict := v.(pdfDict); isDict {
			if raw, end, isStream := streamAt(data, l.pos, dict, &noEnd); isStream {
				v, i = pdfStream{dict, raw}, end
			}
		}
		d.define(num, v)
	}
}

// objectNumber reads backwards from "obj" over the generation and the number.
func objectNumber(data []byte, at int) (int, bool) {
	i := at - 1
	back := func(in func(byte) bool, limit int) (from, to int) {
		to = i + 1
		for i >= 0 && to-i-1 < limit && in(data[i]) {
			i--
		}
		return i + 1, to
	}
	if a, b := back(isSpace, 8); a == b {
		return 0, false
	}
	if a, b := back(isDigit, 5); a == b {
		return 0, false
	}
	if a, b := back(isSpace, 8); a == b {
		return 0, false
	}
	a, b := back(isDigit, 9)
	if a == b {
		return 0, false
	}
	n, err := strconv.Atoi(string(data[a:b]))
	return n, err == nil
}

// streamAt finds the bytes of the stream whose dictionary ends at pos. The
// length is believed only when "endstream" stands where it points.
func streamAt(data []byte, pos int, dict pdfDict, noEnd *int) (raw []byte, end int, ok bool) {
	for pos < len(data) && isSpace(data[pos]) {
		pos++
	}
	if !bytes.HasPrefix(data[pos:], []byte("stream")) {
		return nil, 0, false
	}
	pos += len("stream")
	if pos < len(data) && data[pos] == '\r' {
		pos++
	}
	if pos < len(data) && data[pos] == '\n' {
		pos++
	}
	if n, isNum := dict["Length"].(float64); isNum && n >= 0 && pos+int(n) <= len(data) {
		tail := data[pos+int(n):]
		if bytes.HasPrefix(bytes.TrimLeft(tail[:min(len(tail), 16)], "\r\n "), []byte("endstream")) {
			return data[pos : pos+int(n)], pos + int(n), true
		}
	}
	if pos >= *noEnd {
		return data[pos:], len(data), true
	}
	at := bytes.Index(data[pos:], []byte("endstream"))
	if at < 0 {
		*noEnd = min(*noEnd, pos)
		return data[pos:], pos, true
	}
	return bytes.TrimRight(data[pos:pos+at], "\r\n"), pos + at + len("endstream"), true
}
