package unit

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/vntext"
)

// The files of the pack that this room reads.
const (
	UnitsFile       = "units.csv"
	SuccessionsFile = "successions.csv"
	AgenciesFile    = "agencies.csv"
)

var (
	unitColumns       = []string{"id", "code", "name", "level", "type", "parent", "from", "to", "basis", "source"}
	successionColumns = []string{"from", "to", "date", "kind", "basis", "source"}
	agencyColumns     = []string{"id", "unit", "name", "kind", "identifier", "fictitious", "from", "to", "basis", "source", "address"}

	// Ids are parts of paths: "/" would forge one, and "0" follows "/" in the
	// byte order that scopes rely on.
	idShape   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	kindShape = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	// V1V2V3.Z1Z2.Y1Y2.MX1X2, Circular 01/2018/TT-VPCP, Art. 19.
	identifierShape = regexp.MustCompile(`^[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2}$`)

	typesOf = map[Level][]string{
		Province: {"Tỉnh", "Thành phố"},
		District: {"Quận", "Huyện", "Thị xã", "Thành phố"},
		Commune:  {"Xã", "Phường", "Thị trấn", "Đặc khu"},
	}
)

// Load reads the units, successions and agencies of a pack. With any problem
// there is no tree: half a history would send people to the wrong office.
func Load(fsys fs.FS) (*Tree, []pack.Problem) {
	c := &checker{clean: map[string]bool{}}
	c.readUnits(fsys)
	c.readSuccessions(fsys)
	c.readAgencies(fsys)
	c.readAgencySuccessions(fsys)
	// Rows that could not be read would be missed by the rules over all rows.
	if len(c.problems) == 0 {
		c.check()
	}
	if len(c.problems) > 0 {
		slices.SortStableFunc(c.problems, func(a, b pack.Problem) int {
			order := []string{UnitsFile, SuccessionsFile, AgenciesFile, AgencySuccessionsFile}
			if a.File != b.File {
				return slices.Index(order, a.File) - slices.Index(order, b.File)
			}
			return cmp.Or(a.Line-b.Line, strings.Compare(a.Text, b.Text))
		})
		return nil, c.problems
	}
	units := make([]Unit, len(c.units))
	for i, r := range c.units {
		units[i] = r.Unit
	}
	successions := make([]Succession, len(c.successions))
	for i, r := range c.successions {
		successions[i] = r.Succession
	}
	agencies := make([]Agency, len(c.agencies))
	for i, r := range c.agencies {
		agencies[i] = r.Agency
	}
	t := build(units, successions, agencies)
	for _, r := range c.agencySuccessions {
		t.agencySuccessions = append(t.agencySuccessions, r.AgencySuccession)
	}
	return newTree(t), nil
}

type unitRow struct {
	Unit
	line int
}

type successionRow struct {
	Succession
	line int
}

type agencyRow struct {
	Agency
	line int
}

// checker reads the three files and gathers what is wrong with them.
type checker struct {
	problems          []pack.Problem
	units             []unitRow
	successions       []successionRow
	agencies          []agencyRow
	agencySuccessions []agencySuccessionRow
	byID              map[string][]unitRow // the periods of each unit, by date
	clean             map[string]bool
}

func (c *checker) problem(file string, line int, mend, text string, args ...any) {
	c.problems = append(c.problems, pack.Problem{File: file, Line: line, Text: fmt.Sprintf(text, args...), Mend: mend})
}

// isClean remembers its answers: most values of a file occur on many lines.
func (c *checker) isClean(v string) bool {
	ok, known := c.clean[v]
	if !known {
		ok = vntext.Clean(v) == v
		c.clean[v] = ok
	}
	return ok
}

// row is one line of a file, read column by column.
type row struct {
	c      *checker
	file   string
	line   int
	fields map[string]string
}

func (r row) problem(mend, text string, args ...any) {
	r.c.problem(r.file, r.line, mend, text, args...)
}

// rows calls f for each line under the header.
func (c *checker) rows(fsys fs.FS, file string, columns []string, f func(row)) {
	opened, err := fsys.Open(file)
	if err != nil {
		c.problem(file, 0, "add it with the columns "+strings.Join(columns, ","), "cannot be opened: %v", err)
		return
	}
	defer func() {
		if err := opened.Close(); err != nil {
			c.problem(file, 0, "", "cannot be closed: %v", err)
		}
	}()
	r := csv.NewReader(opened)
	r.FieldsPerRecord = -1
	for first := true; ; first = false {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			if first {
				c.problem(file, 0, "begin with the columns "+strings.Join(columns, ","), "is empty")
			}
			return
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			c.problem(file, wrong.Line, "put a text with commas or quotes between quotes", "is not CSV: %v", wrong.Err)
			return
		}
		if err != nil {
			c.problem(file, 0, "", "cannot be read: %v", err)
			return
		}
		line, _ := r.FieldPos(0)
		if first {
			if !slices.Equal(fields, columns) {
				c.problem(file, line, "write "+strings.Join(columns, ","), "the columns are %s", strings.Join(fields, ","))
				return
			}
			continue
		}
		if len(fields) != len(columns) {
			c.problem(file, line, "give one value for each column", "has %d values, not %d", len(fields), len(columns))
			continue
		}
		named := make(map[string]string, len(fields))
		for i, v := range fields {
			named[columns[i]] = v
			if !c.isClean(v) {
				c.problem(file, line, "write it in Unicode NFC without outer or double blanks", "%s %q is not clean text", columns[i], v)
			}
		}
		f(row{c, file, line, named})
	}
}

func (r row) id(column string) string {
	v := r.fields[column]
	if !idShape.MatchString(v) {
		r.problem("use small letters, digits and single hyphens", "%s %q is not an id", column, v)
	}
	return v
}

func (r row) required(column string) string {
	v := r.fields[column]
	if v == "" {
		r.problem("fill it in", "%s is empty", column)
	}
	return v
}

func (r row) date(column string) database.Date {
	v := r.fields[column]
	if _, err := time.Parse(time.DateOnly, v); err != nil {
		r.problem("write a date such as 2021-07-05", "%s %q is not a date", column, v)
	}
	return database.Date(v)
}

// period reads from and to; to may be empty.
func (r row) period() (from, to database.Date) {
	from = r.date("from")
	if r.fields["to"] == "" {
		return from, ""
	}
	to = r.date("to")
	if to < from {
		r.problem("the last day is not before the first", "ends on %s before it begins on %s", to, from)
	}
	return from, to
}

func (r row) basis() Basis {
	b := Basis(r.fields["basis"])
	if b != Sourced && b != Derived {
		r.problem("write sourced or derived", "basis %q is unknown", b)
	}
	return b
}

func (c *checker) readUnits(fsys fs.FS) {
	c.rows(fsys, UnitsFile, unitColumns, func(r row) {
		u := Unit{ID: r.id("id"), Code: r.required("code"), Name: r.required("name"), Level: Level(r.fields["level"]),
			Type: r.fields["type"], Parent: r.fields["parent"], Basis: r.basis(), Source: r.required("source")}
		u.From, u.To = r.period()
		if u.Level.rank() < 0 {
			r.problem("write province, district or commune", "level %q is unknown", u.Level)
		} else if !slices.Contains(typesOf[u.Level], u.Type) {
			r.problem("write one of "+strings.Join(typesOf[u.Level], ", "), "type %q is no type of a %s", u.Type, u.Level)
		} else if !strings.HasPrefix(u.Name, u.Type+" ") {
			r.problem("write the name in full, as "+u.Type+" …", "name %q does not begin with the type %q", u.Name, u.Type)
		}
		c.units = append(c.units, unitRow{u, r.line})
	})
}

func (c *checker) readSuccessions(fsys fs.FS) {
	c.rows(fsys, SuccessionsFile, successionColumns, func(r row) {
		s := Succession{From: r.id("from"), To: r.id("to"), Date: r.date("date"), Kind: Kind(r.fields["kind"]),
			Basis: r.basis(), Source: r.required("source")}
		if !slices.Contains([]Kind{Merge, Split, Abolish, Rename, Follow}, s.Kind) {
			r.problem("write merge, split, abolish, rename or follow", "kind %q is unknown", s.Kind)
		}
		c.successions = append(c.successions, successionRow{s, r.line})
	})
}

func (c *checker) readAgencies(fsys fs.FS) {
	c.rows(fsys, AgenciesFile, agencyColumns, func(r row) {
		a := Agency{ID: r.id("id"), Unit: r.id("unit"), Name: r.required("name"), Kind: r.required("kind"),
			Identifier: r.fields["identifier"], Fictitious: r.fields["fictitious"] == "yes",
			Basis: r.basis(), Source: r.required("source"), Address: r.fields["address"]}
		a.From, a.To = r.period()
		if !identifierShape.MatchString(a.Identifier) {
			r.problem("write it as 000.00.16.H07, level 1 at the right", "identifier %q has not the shape V1V2V3.Z1Z2.Y1Y2.MX1X2", a.Identifier)
		}
		if a.Kind != "" && !kindShape.MatchString(a.Kind) {
			r.problem("write it as people_committee or department_justice", "kind %q is not a kind of agency", a.Kind)
		}
		if f := r.fields["fictitious"]; f != "yes" && f != "no" {
			r.problem("write yes or no", "fictitious is %q", f)
		}
		c.agencies = append(c.agencies, agencyRow{a, r.line})
	})
}

func compareDates(a, b database.Date) int { return strings.Compare(string(a), string(b)) }

func dayAfter(d database.Date) database.Date  { return shift(d, 1) }
func dayBefore(d database.Date) database.Date { return shift(d, -1) }

// shift is only used on dates that were read by row.date.
func shift(d database.Date, days int) database.Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		panic("unit: unchecked date " + string(d))
	}
	return database.Date(t.AddDate(0, 0, days).Format(time.DateOnly))
}
