package targets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
)

var (
	reportedColumns = []string{"line", "id", "headline", "name_vi", "name_en", "unit", "value", "numerator", "denominator", "from", "to", "published", "status", "source", "note_vi", "note_en"}
	figureID        = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)
)

// loadReported reads the published figures. Each names its source; a share is
// either its two numbers or, when the source gives no more, the share itself.
func loadReported(fsys fs.FS, res *Resolution) ([]Reported, []pack.Problem) {
	data, err := fs.ReadFile(fsys, ReportedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	r := &reader{file: ReportedFile}
	if err != nil {
		r.bad(0, "make it readable", "the file cannot be read: %v", err)
		return nil, r.problems
	}
	rows := csv.NewReader(bytes.NewReader(data))
	head, err := rows.Read()
	if err != nil || !slices.Equal(head, reportedColumns) {
		r.bad(1, "write the columns "+strings.Join(reportedColumns, ","), "the first line does not name the columns")
		return nil, r.problems
	}
	var all []Reported
	seen := map[string]bool{}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, r.problems
		}
		if err != nil {
			line := 0
			if pe := (*csv.ParseError)(nil); errors.As(err, &pe) {
				line = pe.Line
			}
			r.bad(line, "mend the line", "%v", err)
			return nil, r.problems
		}
		line, _ := rows.FieldPos(0)
		f := r.reported(line, cells, res)
		if seen[f.ID] {
			r.bad(line, "give each figure its own id", "the figure %s stands twice", f.ID)
		}
		seen[f.ID] = true
		all = append(all, f)
	}
}

func (r *reader) reported(line int, cells []string, res *Resolution) Reported {
	get := func(column string) string { return cells[slices.Index(reportedColumns, column)] }
	f := Reported{
		Line: get("line"), ID: get("id"), Headline: get("headline") == "yes", Name: form.Text{Vi: get("name_vi"), En: get("name_en")}, Unit: Unit(get("unit")),
		From: database.Date(get("from")), To: database.Date(get("to")), Published: database.Date(get("published")),
		Source: get("source"), Derived: get("status") == "derived", Note: form.Text{Vi: get("note_vi"), En: get("note_en")},
	}
	if _, known := res.Line(f.Line); !known {
		r.bad(line, "name a line of resolution.yaml", "there is no line %q", f.Line)
	}
	if !figureID.MatchString(f.ID) {
		r.bad(line, "write small letters, digits and points, such as dti.2021", "the id is %q", f.ID)
	}
	if h := get("headline"); h != "yes" && h != "no" {
		r.bad(line, "write yes or no", "headline is %q", h)
	}
	if s := get("status"); s != "reported" && s != "derived" {
		r.bad(line, "write reported, or derived when it was concluded from the source", "status is %q", s)
	}
	if f.Name.Vi == "" || f.Name.En == "" || (f.Note.Vi == "") != (f.Note.En == "") {
		r.bad(line, "write both languages", "the name or the note is missing in one language")
	}
	if f.Source == "" {
		r.bad(line, "say where it was published", "the figure has no source")
	}
	if !isDay(string(f.To)) || f.From != "" && (!isDay(string(f.From)) || f.From > f.To) || f.Published != "" && (!isDay(string(f.Published)) || f.Published < f.To) {
		r.bad(line, "write dates as 2024-11-14: from (or nothing), to, and published (or nothing), in this order", "the dates %q, %q, %q are not a period and the day of its publication", f.From, f.To, f.Published)
	}
	if !slices.Contains([]Unit{Share, Rank, Total}, f.Unit) {
		r.bad(line, "write share, rank or count", "unit is %q", f.Unit)
	}
	if err := f.setValue(get("value"), get("numerator"), get("denominator")); err != nil {
		r.bad(line, "a share is numerator and denominator, or a value such as 76%; a rank or a count is a value", "%v", err)
	}
	return f
}

func (f *Reported) setValue(value, numerator, denominator string) error {
	if (numerator == "") != (denominator == "") || (value == "") == (numerator == "") {
		return fmt.Errorf("value %q, numerator %q and denominator %q are not one figure", value, numerator, denominator)
	}
	if value != "" {
		d, err := parseNumber(value)
		if err != nil || strings.HasSuffix(value, "%") != (f.Unit == Share) || d.Cmp(decimal.Decimal{}) < 0 {
			return fmt.Errorf("value %q is not a %s", value, f.Unit)
		}
		f.Value = d
		return nil
	}
	n, errN := strconv.ParseInt(numerator, 10, 64)
	d, errD := strconv.ParseInt(denominator, 10, 64)
	if err := errors.Join(errN, errD); err != nil || f.Unit != Share || n < 0 || d < n || d == 0 {
		return fmt.Errorf("%q of %q is not a share", numerator, denominator)
	}
	f.Numerator, f.Denominator, f.Value = &n, &d, *share(n, d)
	return nil
}
