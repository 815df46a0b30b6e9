package pdf

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/unicode/norm"
)

//go:embed fonts/Tinos-Regular.ttf
var regularFont []byte

//go:embed fonts/Tinos-Bold.ttf
var boldFont []byte

//go:embed fonts/Tinos-Italic.ttf
var italicFont []byte

// Styles of the one family.
const (
	plain  = ""
	bold   = "B"
	italic = "I"
)

// Measures of the sheet, in millimetres; sizes of type in points.
const (
	left, right, top, bottom = 16.0, 12.0, 10.0, 15.0

	bodySize  = 10.5
	smallSize = 8
	bodyLine  = 4.7
)

// sheet is a paper being laid out from top to bottom.
type sheet struct {
	f       *fpdf.Fpdf
	y       float64 // top of the next line
	w, h    float64
	n       int     // fields numbered so far
	cells   float64 // size of type in tables
	running func()  // draws the head of every page but the first
}

// newSheet opens an A5 sheet. issued stands as the date of creation, so that
// the same paper always has the same bytes.
func newSheet(title string, issued time.Time) *sheet { return newPaper(title, issued, "P", "A5") }

// newPaper is newSheet on paper of another size, upright ("P") or lying ("L").
func newPaper(title string, issued time.Time, way, size string) *sheet {
	f := fpdf.New(way, "mm", size, "")
	f.SetCatalogSort(true)
	f.SetCreationDate(issued.UTC())
	f.SetModificationDate(issued.UTC())
	f.SetProducer("benso", false)
	f.SetTitle(clean(title), true)
	f.SetLang("vi-VN")
	f.SetMargins(0, 0, 0)
	f.SetCellMargin(0)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("Tinos", plain, regularFont)
	f.AddUTF8FontFromBytes("Tinos", bold, boldFont)
	f.AddUTF8FontFromBytes("Tinos", italic, italicFont)
	f.AddPage()
	s := &sheet{f: f, y: top, cells: bodySize - 0.5}
	s.w, s.h = f.GetPageSize()
	return s
}

// inner is the width between the margins.
func (s *sheet) inner() float64 { return s.w - left - right }

func (s *sheet) font(style string, size float64) { s.f.SetFont("Tinos", style, size) }

// need goes to the next page when less than h is left on this one.
func (s *sheet) need(h float64) {
	if s.y+h <= s.h-bottom {
		return
	}
	s.f.AddPage()
	s.y = top
	if s.running != nil {
		s.running()
	}
}

// text puts one line at x, with its box's top at y.
func (s *sheet) text(x, y, line float64, text string) {
	_, size := s.f.GetFontSize()
	s.f.Text(x, y+line/2+size*0.34, text)
}

// width measures a text in the current font.
func (s *sheet) width(text string) float64 { return s.f.GetStringWidth(text) }

// wrap breaks a text into lines no wider than w; a word that is wider alone is
// broken between letters.
func (s *sheet) wrap(text string, w float64) []string {
	return s.wrapAfter(text, w, 0)
}

// wrapAfter is wrap with the first line shorter by indent.
func (s *sheet) wrapAfter(text string, w, indent float64) (lines []string) {
	for _, para := range strings.Split(text, "\n") {
		line := ""
		room := w - indent
		for _, word := range strings.Fields(para) {
			try := word
			if line != "" {
				try = line + " " + word
			}
			if s.width(try) <= room {
				line = try
				continue
			}
			if line != "" || indent > 0 && len(lines) == 0 {
				lines = append(lines, line)
				room = w
			}
			line = ""
			for _, r := range word {
				if line != "" && s.width(line+string(r)) > room {
					lines = append(lines, line)
					line, room = "", w
				}
				line += string(r)
			}
		}
		lines = append(lines, line)
		indent = 0
	}
	return lines
}

// centred puts lines under each other in the middle of a column and gives the
// y after them.
func (s *sheet) centred(x, w, y, line float64, text string) float64 {
	for _, l := range s.wrap(text, w) {
		s.text(x+(w-s.width(l))/2, y, line, l)
		y += line
	}
	return y
}

// rule draws a thin line.
func (s *sheet) rule(x1, y1, x2, y2, thick float64) {
	s.f.SetLineWidth(thick)
	s.f.Line(x1, y1, x2, y2)
}

// leader draws the dots from x to the right margin: lines, not letters, so that
// whoever copies the text gets only the text.
func (s *sheet) leader(x, y float64) {
	end := s.w - right
	if end-x < 4 {
		return
	}
	s.f.SetLineWidth(0.25)
	s.f.SetLineCapStyle("round")
	s.f.SetDashPattern([]float64{0.01, 1.1}, 0)
	s.f.Line(end, y+bodyLine*0.78, x+1, y+bodyLine*0.78) // from the margin, where the dots must be even
	s.f.SetDashPattern(nil, 0)
	s.f.SetLineCapStyle("butt")
}

// field prints a numbered "label: value", with dots to the margin.
func (s *sheet) field(label, value, style string) {
	s.n++
	label, value = fmt.Sprintf("%d. %s:", s.n, clean(label)), clean(value)
	s.font(plain, bodySize)
	indent := s.width(label + " ")
	x := left + indent
	s.need(bodyLine)
	s.font(plain, bodySize)
	s.text(left, s.y, bodyLine, label)
	if value == "" {
		s.leader(x, s.y)
		s.y += bodyLine
		return
	}
	s.font(style, bodySize)
	for i, l := range s.wrapAfter(value, s.inner(), indent) {
		if i > 0 {
			s.need(bodyLine)
			x = left
		}
		s.font(style, bodySize)
		s.text(x, s.y, bodyLine, l)
		s.leader(x+s.width(l), s.y)
		s.y += bodyLine
	}
}

// para prints running text.
func (s *sheet) para(style string, size, line float64, text string) {
	s.font(style, size)
	for _, l := range s.wrap(clean(text), s.inner()) {
		s.need(line)
		s.font(style, size)
		s.text(left, s.y, line, l)
		s.y += line
	}
}

// column is one column of a table.
type column struct {
	head   string
	width  float64
	centre bool
}

// table prints rows with frames. A row may go on on the next page; the heads
// are then printed again.
func (s *sheet) table(columns []column, rows [][]string) {
	const pad = 1.2
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	draw := func(style string, cells []string, centre bool, again func()) {
		lines := make([][]string, len(columns))
		n := 1
		s.font(style, s.cells)
		for i, c := range columns {
			lines[i] = s.wrap(clean(cells[i]), c.width-2*pad)
			n = max(n, len(lines[i]))
		}
		if height := float64(n) * bodyLine; again != nil && s.y+height > s.h-bottom && height < (s.h-bottom-top)*0.7 {
			s.need(height) // a row that fits on a page stays whole
			again()
		}
		s.tableEdge(columns)
		for k := range n {
			if s.y+bodyLine > s.h-bottom {
				s.tableEdge(columns)
				s.need(bodyLine)
				if again != nil {
					again()
				}
				s.tableEdge(columns)
			}
			s.font(style, s.cells)
			x := left
			s.rule(x, s.y, x, s.y+bodyLine, 0.2)
			for i, c := range columns {
				if k < len(lines[i]) {
					l := lines[i][k]
					at := x + pad
					if centre || c.centre {
						at = x + (c.width-s.width(l))/2
					}
					s.text(at, s.y, bodyLine, l)
				}
				x += c.width
				s.rule(x, s.y, x, s.y+bodyLine, 0.2)
			}
			s.y += bodyLine
		}
		s.tableEdge(columns)
	}
	head := func() { draw(bold, heads, true, nil) }
	s.need(3 * bodyLine)
	head()
	for _, row := range rows {
		draw(plain, row, false, head)
	}
	s.y += 1.2
}

func (s *sheet) tableEdge(columns []column) {
	w := 0.0
	for _, c := range columns {
		w += c.width
	}
	s.rule(left, s.y, left+w, s.y, 0.2)
}

// bytes ends the sheet: the foot of each page needs to know how many there are.
func (s *sheet) bytes(foot string) ([]byte, error) {
	pages := s.f.PageCount()
	for p := 1; p <= pages; p++ {
		s.f.SetPage(p)
		y := s.h - bottom + 3
		s.rule(left, y, s.w-right, y, 0.1)
		s.font(italic, 7)
		number := fmt.Sprintf("%d/%d", p, pages)
		for i, l := range s.wrap(clean(foot), s.inner()-12) {
			s.text(left, y+0.8+float64(i)*2.9, 2.9, l)
		}
		s.text(s.w-right-s.width(number), y+0.8, 2.9, number)
	}
	var b bytes.Buffer
	if err := s.f.Output(&b); err != nil {
		return nil, fmt.Errorf("print a paper: %w", err)
	}
	return b.Bytes(), nil
}

// covered are the letters that the embedded subsets have.
var covered = &unicode.RangeTable{R16: []unicode.Range16{
	{0x20, 0x7E, 1}, {0xA0, 0x17F, 1}, {0x1A0, 0x1A1, 1}, {0x1AF, 0x1B0, 1}, {0x1EA0, 0x1EF9, 1}, {0x2013, 0x2014, 1},
	{0x2018, 0x201A, 1}, {0x201C, 0x201E, 1}, {0x2020, 0x2022, 1}, {0x2026, 0x2026, 1}, {0x2030, 0x2030, 1}, {0x2032, 0x2033, 1},
	{0x2039, 0x203A, 1}, {0x20AB, 0x20AC, 1}, {0x2116, 0x2116, 1}, {0x2190, 0x2193, 1}, {0x2212, 0x2212, 1}, {0x2260, 0x2260, 1},
	{0x2264, 0x2265, 1}, {0x25A0, 0x25A1, 1}, {0x25CB, 0x25CB, 1}, {0x25CF, 0x25CF, 1},
}}

// clean makes text printable: NFC, blanks as one space (lines are kept), no
// control characters, a box for a letter that the font does not have.
func clean(text string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, "")) {
		switch {
		case r == '\n':
			b.WriteByte('\n')
		case r == 0xA0 || r == 0x202F:
			b.WriteRune(0xA0)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		case r == 0x2010 || r == 0x2011:
			b.WriteByte('-')
		case unicode.Is(covered, r):
			b.WriteRune(r)
		default:
			b.WriteRune('□')
		}
	}
	parts := strings.Split(b.String(), "\n")
	for i, p := range parts {
		parts[i] = strings.Join(strings.FieldsFunc(p, func(r rune) bool { return r == ' ' }), " ")
	}
	return strings.Trim(strings.Join(parts, "\n"), "\n")
}
