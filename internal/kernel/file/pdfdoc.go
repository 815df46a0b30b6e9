package file

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/ascii85"
	"errors"
	"fmt"
	"io"

	"golang.org/x/image/tiff/lzw"
)

// pdfDoc is what a PDF says, without its cross-reference table.
type pdfDoc struct {
	b         *budget
	defs      map[int][]any // every definition of an object number, in order
	order     []int
	encrypted bool
	fonts     map[int]*pdfFont
	segments  int // lines of text met so far, over all pages
}

const maxObjects = 1_000_000

// pdfFacts is what the store wants to know of a PDF.
type pdfFacts struct {
	pages  int
	marked bool // a mark of secrecy stands in it
}

// readPDF judges a whole PDF in memory. It gives errTooComplex when judging it
// would cost more than a paper can need: it is then refused, never trusted.
func readPDF(ctx context.Context, data []byte) (facts pdfFacts, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case budgetError:
			err = p.err
		default:
			// A reader of hostile files must not bring the program down; what it
			// stumbled over is refused as unreadable.
			err = fmt.Errorf("%w: %v", errBadPDF, p)
		}
	}()
	if at := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-")); at < 0 {
		return facts, fmt.Errorf("%w: no header", errBadPDF)
	}
	tail := data[max(0, len(data)-8192):]
	if !bytes.Contains(tail, []byte("%%EOF")) && !bytes.Contains(tail, []byte("startxref")) {
		return facts, fmt.Errorf("%w: the end is missing", errBadPDF)
	}
	d := &pdfDoc{b: newBudget(ctx, len(data)), defs: map[int][]any{}, fonts: map[int]*pdfFont{}}
	d.scanObjects(data)
	d.scanTrailers(data)
	d.openObjectStreams()
	if d.encrypted {
		return facts, errLockedPDF
	}
	if !d.has("Catalog") {
		return facts, fmt.Errorf("%w: no catalogue", errBadPDF)
	}
	if facts.pages = d.pages(); facts.pages == 0 {
		return facts, errEmptyPDF
	}
	facts.marked = d.markedInStrings() || d.markedInText()
	return facts, nil
}

var errEmptyPDF = fmt.Errorf("%w: no page", errBadPDF)

var errLockedPDF = errors.New("the PDF is locked by a password")

func (d *pdfDoc) define(num int, v any) {
	d.b.keep()
	if _, known := d.defs[num]; !known {
		if len(d.order) >= maxObjects {
			d.b.fail(errTooComplex)
		}
		d.order = append(d.order, num)
	}
	if s, ok := v.(pdfStream); ok {
		if _, locked := s.dict["Encrypt"]; locked && s.dict["Type"] == pdfName("XRef") {
			d.encrypted = true
		}
	}
	d.defs[num] = append(d.defs[num], v)
}

// each calls f with every definition of every object.
func (d *pdfDoc) each(f func(v any)) {
	for _, num := range d.order {
		for _, v := range d.defs[num] {
			f(v)
		}
	}
}

func (d *pdfDoc) scanTrailers(data []byte) {
	for i := 0; ; {
		at := bytes.Index(data[i:], []byte("trailer"))
		if at < 0 {
			return
		}
		i += at + len("trailer")
		l := &lexer{data: data, pos: i, b: d.b, refs: true}
		if v, ok := l.value(0); ok {
			if dict, isDict := v.(pdfDict); isDict {
				if _, locked := dict["Encrypt"]; locked {
					d.encrypted = true
				}
			}
		}
	}
}

// openObjectStreams reads the objects that are kept compressed (7.5.7).
func (d *pdfDoc) openObjectStreams() {
	if d.encrypted {
		return
	}
	for _, num := range d.order[:len(d.order):len(d.order)] {
		for _, v := range d.defs[num] {
			s, ok := v.(pdfStream)
			if !ok || s.dict["Type"] != pdfName("ObjStm") {
				continue
			}
			n, _ := d.resolve(s.dict["N"]).(float64)
			first, _ := d.resolve(s.dict["First"]).(float64)
			data := d.decode(s)
			head := &lexer{data: data, b: d.b}
			for i := 0; i < int(n); i++ {
				id, ok1 := head.value(0)
				off, ok2 := head.value(0)
				idNum, isNum := id.(float64)
				at, isOff := off.(float64)
				if !ok1 || !ok2 || !isNum || !isOff {
					break
				}
				if pos := int(first + at); pos >= 0 && pos < len(data) {
					l := &lexer{data: data, pos: pos, b: d.b, refs: true}
					if v, ok := l.value(0); ok {
						d.define(int(idNum), v)
					}
				}
			}
		}
	}
}

// resolve follows references to the last definition.
func (d *pdfDoc) resolve(v any) any {
	for i := 0; i < 32; i++ {
		ref, ok := v.(pdfRef)
		if !ok {
			return v
		}
		defs := d.defs[ref.num]
		if len(defs) == 0 {
			return nil
		}
		v = defs[len(defs)-1]
	}
	return nil
}

func (d *pdfDoc) dict(v any) pdfDict {
	switch v := d.resolve(v).(type) {
	case pdfDict:
		return v
	case pdfStream:
		return v.dict
	}
	return nil
}

func (d *pdfDoc) name(v any) pdfName {
	n, _ := d.resolve(v).(pdfName)
	return n
}

func (d *pdfDoc) has(kind pdfName) bool {
	found := false
	d.each(func(v any) {
		if dict, ok := v.(pdfDict); ok && !found {
			found = d.name(dict["Type"]) == kind
		}
	})
	return found
}

func (d *pdfDoc) pages() int {
	n := 0
	for _, num := range d.order {
		if dict, ok := d.resolve(pdfRef{num}).(pdfDict); ok && d.name(dict["Type"]) == "Page" {
			n++
		}
	}
	return n
}

// decode undoes the filters of a stream. A picture's filters end it: pictures
// are not read. A fault inside gives what could be read before it.
func (d *pdfDoc) decode(s pdfStream) []byte {
	filters := d.list(s.dict["Filter"])
	params := d.list(s.dict["DecodeParms"])
	if len(filters) > 8 {
		d.b.fail(errTooComplex)
	}
	data := s.raw
	for i, f := range filters {
		var r io.Reader
		switch d.name(f) {
		case "FlateDecode", "Fl":
			z, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return nil
			}
			r = z
		case "LZWDecode", "LZW":
			r = lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8)
		case "ASCII85Decode", "A85":
			data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
			if end := bytes.IndexByte(data, '~'); end >= 0 {
				data = data[:end]
			}
			r = ascii85.NewDecoder(bytes.NewReader(data))
		case "ASCIIHexDecode", "AHx":
			l := &lexer{data: data, b: d.b}
			data = l.hex()
			d.b.inflate(len(data))
			continue
		case "RunLengthDecode", "RL":
			data = d.runLength(data)
			continue
		default:
			return nil
		}
		data = d.drain(r)
		if i < len(params) {
			data = d.unpredict(data, d.dict(params[i]))
		}
	}
	return data
}

func (d *pdfDoc) list(v any) []any {
	switch v := d.resolve(v).(type) {
	case nil:
		return nil
	case pdfArray:
		return v
	default:
		return []any{v}
	}
}

func (d *pdfDoc) drain(r io.Reader) []byte {
	var out []byte
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		d.b.inflate(n)
		out = append(out, buf[:n]...)
		if err != nil { // the end, or a fault: what came before it is judged
			return out
		}
	}
}

func (d *pdfDoc) runLength(in []byte) []byte {
	var out []byte
	for i := 0; i < len(in); {
		n := int(in[i])
		i++
		switch {
		case n < 128:
			end := min(len(in), i+n+1)
			out = append(out, in[i:end]...)
			d.b.inflate(end - i)
			i = end
		case n > 128 && i < len(in):
			out = append(out, bytes.Repeat(in[i:i+1], 257-n)...)
			d.b.inflate(257 - n)
			i++
		default:
			return out
		}
	}
	return out
}

// unpredict undoes PNG prediction (7.4.4.4), which some writers use for object
// streams.
func (d *pdfDoc) unpredict(in []byte, params pdfDict) []byte {
	kind, _ := d.resolve(params["Predictor"]).(float64)
	if kind < 10 {
		return in
	}
	whole := func(key pdfName, def int) int {
		n, ok := d.resolve(params[key]).(float64)
		if !ok || n < 1 || n > 1<<16 {
			return def
		}
		return int(n)
	}
	bits := whole("Colors", 1) * whole("BitsPerComponent", 8)
	width := (bits*whole("Columns", 1) + 7) / 8
	bpp := max(1, bits/8)
	if width > 1<<24 {
		d.b.fail(errTooComplex)
	}
	prev := make([]byte, width)
	var out []byte
	for len(in) > width {
		kind, row := in[0], append([]byte(nil), in[1:1+width]...)
		in = in[1+width:]
		for i := range row {
			var left, upLeft byte
			if i >= bpp {
				left, upLeft = row[i-bpp], prev[i-bpp]
			}
			switch kind {
			case 1:
				row[i] += left
			case 2:
				row[i] += prev[i]
			case 3:
				row[i] += byte((int(left) + int(prev[i])) / 2)
			case 4:
				row[i] += paeth(left, prev[i], upLeft)
			}
		}
		d.b.inflate(width)
		out = append(out, row...)
		prev = row
	}
	return out
}

func paeth(a, b, c byte) byte {
	abs := func(n int) int { return max(n, -n) }
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}
