package server

import (
	"io"

	"benso/internal/adapters/pdf"
	"benso/internal/adapters/spreadsheet"
	"benso/internal/apps/services/register"
)

var _ register.Printer = printer{}

// Register prints form 06.
func (printer) Register(b register.Book) ([]byte, error) {
	form := pdf.Register{Parent: b.Parent, Agency: b.Agency, Place: b.Place, Date: b.Date, Period: b.Period, Issued: b.Issued}
	for _, r := range b.Rows {
		form.Rows = append(form.Rows, pdf.RegisterRow(r))
	}
	return form.Render()
}

// newSheet begins a spreadsheet of the register's exports.
func newSheet(w io.Writer, title string, columns []register.Column) (register.Sheet, error) {
	heads := make([]spreadsheet.Column, len(columns))
	for i, c := range columns {
		heads[i] = spreadsheet.Column(c)
	}
	return spreadsheet.New(w, title, heads)
}
