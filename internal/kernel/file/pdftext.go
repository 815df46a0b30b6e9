package file

import (
	"bytes"
	"math"
	"strings"
)

// matrix is a transformation [a b c d e f] (8.3.3).
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// times gives the transformation that does m first, then n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// segment is a run of text on one line without a gap as wide as a column's.
// along and across are distances in the direction of writing and at right
// angles to it, so that turned stamps are lines too.
type segment struct {
	dirX, dirY float64
	along, end float64
	across     float64
	size       float64
	text       string
}

const maxSegments = 2_000_000

// markedInText says whether a mark stands alone on a line of any page, form,
// stamp or annotation picture.
func (d *pdfDoc) markedInText() bool {
	marked := false
	d.each(func(v any) {
		if marked {
			return
		}
		switch v := v.(type) {
		case pdfDict:
			if d.name(v["Type"]) == "Page" {
				marked = d.markedPage(v)
			}
		case pdfStream:
			// Forms, stamps and patterns are read by themselves: so no "Do" has to
			// be followed, and what hides in an unused one is found too.
			if _, paints := v.dict["BBox"]; paints || d.name(v.dict["Subtype"]) == "Form" {
				marked = d.markedContent([][]byte{d.decode(v)}, d.dict(v.dict["Resources"]))
			}
		}
	})
	return marked
}

// markedPage reads every revision of every content stream of a page.
func (d *pdfDoc) markedPage(page pdfDict) bool {
	var resources pdfDict
	for at, i := page, 0; at != nil && i < 64; at, i = d.dict(at["Parent"]), i+1 {
		if resources = d.dict(at["Resources"]); resources != nil {
			break
		}
	}
	var whole [][]byte
	contents := page["Contents"]
	if len(d.list(contents)) > 100_000 {
		d.b.fail(errTooComplex)
	}
	for _, part := range d.list(contents) {
		if s, ok := d.resolve(part).(pdfStream); ok {
			whole = append(whole, d.decode(s))
		}
	}
	if d.markedContent(whole, resources) {
		return true
	}
	refs := []any{contents}
	if _, isRef := contents.(pdfRef); !isRef {
		refs = d.list(contents)
	}
	for _, v := range refs {
		ref, ok := v.(pdfRef)
		if !ok || len(d.defs[ref.num]) < 2 {
			continue
		}
		for _, old := range d.defs[ref.num] {
			if s, ok := old.(pdfStream); ok && d.markedContent([][]byte{d.decode(s)}, resources) {
				return true
			}
		}
	}
	return false
}

func (d *pdfDoc) markedContent(parts [][]byte, resources pdfDict) bool {
	p := &painter{d: d, fonts: d.dict(resources["Font"]), state: textState{font: defaultFont, scale: 1, ctm: identity}}
	p.run(bytes.Join(parts, []byte("\n")))
	p.close()
	return p.marked()
}

type textState struct {
	ctm                                 matrix
	font                                *pdfFont
	size, char, word, scale, lead, rise float64
}

// painter follows the text operators of a content stream (9.4).
type painter struct {
	d        *pdfDoc
	fonts    pdfDict
	state    textState
	saved    []textState
	tm, tlm  matrix
	segments []segment
	open     segment
	words    strings.Builder
}

const maxOperands = 1 << 16

func (p *painter) run(data []byte) {
	l := &lexer{data: data, b: p.d.b}
	p.tm, p.tlm = identity, identity
	var args []any
	for {
		v, ok := l.value(0)
		if !ok {
			return
		}
		word, isOp := v.(pdfWord)
		if !isOp {
			if len(args) < maxOperands {
				args = append(args, v)
			}
			continue
		}
		if word == "ID" {
			l.skipInlineImage()
		} else {
			p.operate(string(word), args)
		}
		args = args[:0]
	}
}

// skipInlineImage goes to the "EI" that ends a picture in the content.
func (l *lexer) skipInlineImage() {
	for from := l.pos; ; {
		at := bytes.Index(l.data[l.pos:], []byte("EI"))
		if at < 0 {
			l.pos = len(l.data)
			return
		}
		at += l.pos
		l.pos = at + 2
		l.b.lex(l.pos - from)
		from = l.pos
		before := at == 0 || isSpace(l.data[at-1])
		after := at+2 >= len(l.data) || isSpace(l.data[at+2])
		if before && after {
			return
		}
	}
}

func num(args []any, i int) float64 {
	if i < len(args) {
		n, _ := args[i].(float64)
		return n
	}
	return 0
}

func six(args []any) matrix {
	var m matrix
	for i := range m {
		m[i] = num(args, i)
	}
	return m
}

func (p *painter) operate(op string, args []any) {
	s := &p.state
	switch op {
	case "q":
		if len(p.saved) < 1<<12 {
			p.saved = append(p.saved, *s)
		}
	case "Q":
		if n := len(p.saved); n > 0 {
			*s, p.saved = p.saved[n-1], p.saved[:n-1]
		}
	case "cm":
		s.ctm = six(args).times(s.ctm)
	case "BT":
		p.tm, p.tlm = identity, identity
	case "Tf":
		if len(args) >= 2 {
			name, _ := args[0].(pdfName)
			s.font, s.size = defaultFont, num(args, 1)
			if f, ok := p.fonts[name]; ok {
				s.font = p.d.font(f)
			}
		}
	case "Tc":
		s.char = num(args, 0)
	case "Tw":
		s.word = num(args, 0)
	case "Tz":
		s.scale = num(args, 0) / 100
	case "TL":
		s.lead = num(args, 0)
	case "Ts":
		s.rise = num(args, 0)
	case "Td":
		p.nextLine(num(args, 0), num(args, 1))
	case "TD":
		s.lead = -num(args, 1)
		p.nextLine(num(args, 0), num(args, 1))
	case "Tm":
		p.tm = six(args)
		p.tlm = p.tm
	case "T*":
		p.nextLine(0, -s.lead)
	case "Tj":
		p.showAll(args)
	case "'":
		p.nextLine(0, -s.lead)
		p.showAll(args)
	case "\"":
		s.word, s.char = num(args, 0), num(args, 1)
		p.nextLine(0, -s.lead)
		p.showAll(args)
	case "TJ":
		if len(args) > 0 {
			run, _ := args[0].(pdfArray)
			p.showAll(run)
		}
	}
}

func (p *painter) nextLine(x, y float64) {
	p.tlm = matrix{1, 0, 0, 1, x, y}.times(p.tlm)
	p.tm = p.tlm
}

func (p *painter) showAll(args []any) {
	for _, v := range args {
		switch v := v.(type) {
		case float64:
			p.tm = matrix{1, 0, 0, 1, -v / 1000 * p.state.size * p.state.scale, 0}.times(p.tm)
		case pdfString:
			p.show(v)
		}
	}
}

func (p *painter) show(str pdfString) {
	s := &p.state
	text, width, n, spaces := s.font.text(str)
	p.d.b.lex(len(str))
	shift := (width/1000*s.size + float64(n)*s.char + float64(spaces)*s.word) * s.scale
	from := matrix{1, 0, 0, 1, 0, s.rise}.times(p.tm).times(s.ctm)
	p.tm = matrix{1, 0, 0, 1, shift, 0}.times(p.tm)
	to := matrix{1, 0, 0, 1, 0, s.rise}.times(p.tm).times(s.ctm)
	length := math.Hypot(from[0], from[1])
	if length == 0 || math.IsNaN(length) || math.IsInf(length, 0) {
		return
	}
	dx, dy := from[0]/length, from[1]/length
	size := math.Abs(s.size) * math.Hypot(from[2], from[3])
	next := segment{dirX: dx, dirY: dy, size: size, text: text,
		along: from[4]*dx + from[5]*dy, end: to[4]*dx + to[5]*dy, across: -from[4]*dy + from[5]*dx}
	p.join(next)
}

// join adds the text to the open line when it goes on there.
func (p *painter) join(next segment) {
	o := &p.open
	if p.words.Len() > 0 && sameLine(*o, next) {
		gap := next.along - o.end
		em := max(o.size, next.size)
		if gap > -em && gap < 1.2*em && p.words.Len() < 1<<12 {
			if gap > 0.15*em {
				p.words.WriteByte(' ')
			}
			p.words.WriteString(next.text)
			o.end, o.size = next.end, em
			return
		}
	}
	p.close()
	p.open = next
	p.words.WriteString(next.text)
}

func sameLine(a, b segment) bool {
	return a.dirX*b.dirX+a.dirY*b.dirY > 0.99 && math.Abs(a.across-b.across) < 0.4*max(a.size, b.size)
}

func (p *painter) close() {
	if text := strings.TrimSpace(p.words.String()); text != "" {
		if p.d.segments++; p.d.segments > maxSegments {
			p.d.b.fail(errTooComplex)
		}
		p.open.text = text
		p.segments = append(p.segments, p.open)
	}
	p.words.Reset()
}

// marked looks at every segment that is a mark, and asks the page whether it
// really stands alone: words drawn out of order may stand beside it, or the
// line above or below may make it part of "BÍ MẬT" or "MẬT ĐỘ".
func (p *painter) marked() bool {
	for i, s := range p.segments {
		if isMark(s.text) && p.alone(i) {
			return true
		}
	}
	return false
}

func (p *painter) alone(i int) bool {
	m := p.segments[i]
	p.d.b.lex(len(p.segments))
	for j, s := range p.segments {
		if j == i || m.dirX*s.dirX+m.dirY*s.dirY < 0.99 {
			continue
		}
		em := max(m.size, s.size)
		if sameLine(m, s) {
			if gap := max(s.along-m.end, m.along-s.end); gap < 1.2*em && gap > -em && !isMark(s.text) && hasLetter(s.text) {
				return false
			}
			continue
		}
		rise := s.across - m.across
		if math.Abs(rise) > 2.5*em {
			continue
		}
		if rise > 0 && leadsIntoMark(s.text) {
			return false
		}
		if rise < 0 && leadsOutOfMark(s.text) && s.along < m.end+2*em && s.end > m.along-2*em {
			return false
		}
	}
	return true
}

func hasLetter(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > '0' && !strings.ContainsRune("[](){}<>|*-_=~.,:;“”\"'", r) })
}

// unjudged are the keys whose strings are not what the document says of itself:
// a structure element may hold one word of a line.
var unjudged = map[pdfName]bool{"ActualText": true, "Alt": true, "E": true, "ID": true, "Lang": true, "W": true, "O": true, "U": true}

// markedInStrings looks at the document's title, subject and keywords, the
// bookmarks, notes and field values, and at XMP metadata.
func (d *pdfDoc) markedInStrings() bool {
	marked := false
	d.each(func(v any) {
		if marked {
			return
		}
		if s, ok := v.(pdfStream); ok {
			if d.name(s.dict["Type"]) == "Metadata" || d.name(s.dict["Subtype"]) == "XML" {
				marked = markedXML(d.decode(s))
			}
			v = s.dict
		}
		marked = marked || d.markedValue(v, 0)
	})
	return marked
}

func (d *pdfDoc) markedValue(v any, depth int) bool {
	switch v := v.(type) {
	case pdfDict:
		if d.name(v["Type"]) == "StructElem" {
			return false
		}
		for key, item := range v {
			if unjudged[key] {
				continue
			}
			if s, ok := item.(pdfString); ok {
				if markedField(textString(s)) {
					return true
				}
				continue
			}
			if d.markedValue(item, depth+1) {
				return true
			}
		}
	case pdfArray:
		for _, item := range v {
			switch item.(type) {
			case pdfDict, pdfArray:
				if d.markedValue(item, depth+1) {
					return true
				}
			}
		}
	}
	return false
}
