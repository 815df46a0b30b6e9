package spreadsheet

import (
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"benso/internal/kernel/clock"
)

// Column is a column; its width is counted in letters.
type Column struct {
	Title string
	Width float64
}

// Sheet is a workbook of one table being written.
type Sheet struct {
	to     io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	rows   int
	width  int
	day    int // the style of instants
}

// longestCell is how many letters a cell can hold; Excel refuses the whole file
// when one holds more.
const longestCell = 32_767

// New begins a workbook with the heads. The name of the table is cut to what a
// sheet may be called.
func New(w io.Writer, title string, columns []Column) (*Sheet, error) {
	f := excelize.NewFile()
	s := &Sheet{to: w, file: f, rows: 1, width: len(columns)}
	if err := s.begin(title, columns); err != nil {
		return nil, errors.Join(fmt.Errorf("begin a spreadsheet: %w", err), f.Close())
	}
	return s, nil
}

func (s *Sheet) begin(title string, columns []Column) error {
	if name := []rune(title); len(name) > 31 {
		title = string(name[:31])
	}
	if err := s.file.SetSheetName("Sheet1", title); err != nil {
		return err
	}
	head, err := s.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	format := "dd/mm/yyyy hh:mm"
	if s.day, err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
		return err
	}
	if s.stream, err = s.file.NewStreamWriter(title); err != nil {
		return err
	}
	heads := make([]any, len(columns))
	for i, c := range columns {
		if err := s.stream.SetColWidth(i+1, i+1, c.Width); err != nil {
			return err
		}
		heads[i] = excelize.Cell{StyleID: head, Value: c.Title}
	}
	if err := s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return s.stream.SetRow("A1", heads)
}

// Row writes one row: texts, whole numbers (int64) and instants (time.Time; the
// zero one leaves the cell empty).
func (s *Sheet) Row(cells ...any) error {
	row := make([]any, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case string:
			if utf8.RuneCountInString(c) > longestCell {
				c = string([]rune(c)[:longestCell])
			}
			row[i] = c
		case int64:
			row[i] = c
		case time.Time:
			if !c.IsZero() {
				// A spreadsheet knows no zones: the hands of the clock in Vietnam.
				y, m, d := c.In(clock.Zone).Date()
				h, min, sec := c.In(clock.Zone).Clock()
				row[i] = excelize.Cell{StyleID: s.day, Value: time.Date(y, m, d, h, min, sec, 0, time.UTC)}
			}
		default:
			return fmt.Errorf("a cell of a spreadsheet is a %T", c)
		}
	}
	s.rows++
	at, err := excelize.CoordinatesToCellName(1, s.rows)
	if err != nil {
		return err
	}
	if err := s.stream.SetRow(at, row); err != nil {
		return fmt.Errorf("write row %d: %w", s.rows, err)
	}
	return nil
}

// Close writes the workbook out and removes what it kept.
func (s *Sheet) Close() error {
	err := s.stream.Flush()
	if err == nil && s.width > 0 {
		var last string
		if last, err = excelize.CoordinatesToCellName(s.width, s.rows); err == nil {
			err = s.file.AutoFilter(s.file.GetSheetName(0), "A1:"+last, nil)
		}
	}
	if err == nil {
		_, err = s.file.WriteTo(s.to)
	}
	if err = errors.Join(err, s.file.Close()); err != nil {
		return fmt.Errorf("write a spreadsheet: %w", err)
	}
	return nil
}
