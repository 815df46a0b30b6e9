package agencies

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/vntext"
)

// own begins the kind of an agency that the pack knows no competence for.
const own = "own_"

// table is agencies.csv, line by line under the names of its columns.
type table struct {
	columns map[string]int
	rows    [][]string // the first are the names
}

func parse(body string) (table, error) {
	in := csv.NewReader(strings.NewReader(body))
	rows, err := in.ReadAll()
	if err != nil || len(rows) == 0 {
		return table{}, fmt.Errorf("read %s: %d lines, %w", unit.AgenciesFile, len(rows), err)
	}
	t := table{columns: map[string]int{}, rows: rows}
	for i, name := range rows[0] {
		t.columns[name] = i
	}
	return t, nil
}

func (t table) text() (string, error) {
	var b strings.Builder
	out := csv.NewWriter(&b)
	if err := out.WriteAll(t.rows); err != nil {
		return "", fmt.Errorf("write %s: %w", unit.AgenciesFile, err)
	}
	return b.String(), nil
}

func (t table) get(row int, column string) string { return t.rows[row][t.columns[column]] }
func (t table) set(row int, column, value string) { t.rows[row][t.columns[column]] = value }

// last is the line of an agency's latest name; 0 when there is none.
func (t table) last(id string) int {
	found := 0
	for i := 1; i < len(t.rows); i++ {
		if t.get(i, "id") == id && (found == 0 || t.get(i, "from") > t.get(found, "from")) {
			found = i
		}
	}
	return found
}

// add puts a line behind another one.
func (t *table) add(behind int, a unit.Agency) {
	row := make([]string, len(t.rows[0]))
	for name, value := range map[string]string{
		"id": a.ID, "unit": a.Unit, "name": a.Name, "kind": a.Kind, "identifier": a.Identifier, "fictitious": yes(a.Fictitious),
		"from": string(a.From), "to": string(a.To), "basis": string(a.Basis), "source": a.Source, "address": a.Address,
	} {
		row[t.columns[name]] = value
	}
	t.rows = slices.Insert(t.rows, behind+1, row)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// added is the file with another agency.
func (t *table) added(a unit.Agency) { t.add(len(t.rows)-1, a) }

// renamed gives an agency another name from a day on. From the first day of its
// present name that one was wrong, and is corrected.
func (t *table) renamed(a unit.Agency, name string, from, today database.Date, source string) error {
	row := t.last(a.ID)
	switch {
	case row == 0:
		return fault.Missing("agency", a.ID)
	case t.get(row, "to") != "":
		return fault.New(fault.Conflict, "agencies.has_ended")
	case from > today:
		return wrong("from", "agencies.day_ahead")
	case string(from) < t.get(row, "from"):
		return wrong("from", "agencies.before_it_began", "day", shown(a.From))
	case t.get(row, "name") == name:
		return wrong("name", "agencies.same_name")
	case string(from) == t.get(row, "from"):
		t.set(row, "name", name)
		t.set(row, "source", source)
		return nil
	}
	t.set(row, "to", string(before(from)))
	next := a
	next.Name, next.From, next.To, next.Basis, next.Source = name, from, "", unit.Sourced, source
	t.add(row, next)
	return nil
}

// ended has an agency end: from is the first day without it.
func (t *table) ended(a unit.Agency, from, today database.Date, source string) error {
	row := t.last(a.ID)
	switch {
	case row == 0:
		return fault.Missing("agency", a.ID)
	case t.get(row, "to") != "":
		return fault.New(fault.Conflict, "agencies.has_ended")
	case from > today:
		return wrong("from", "agencies.day_ahead")
	case string(from) <= t.get(row, "from"):
		return wrong("from", "agencies.before_it_began", "day", shown(a.From))
	}
	t.set(row, "to", string(before(from)))
	t.set(row, "source", t.get(row, "source")+"; "+source)
	return nil
}

// reopened has an agency that ended go on, as if it had never ended.
func (t *table) reopened(a unit.Agency, source string) error {
	row := t.last(a.ID)
	switch {
	case row == 0:
		return fault.Missing("agency", a.ID)
	case t.get(row, "to") == "":
		return fault.New(fault.Conflict, "agencies.lives")
	}
	t.set(row, "to", "")
	t.set(row, "source", t.get(row, "source")+"; "+source)
	return nil
}

func wrong(field, key string, args ...any) error {
	return fault.New(fault.Invalid, key, args...).WithField(field, key, args...)
}

// shown is a day as people read it in either language.
func shown(d database.Date) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("02/01/2006")
}

// before is the day before a day that was checked.
func before(d database.Date) database.Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return d
	}
	return database.Date(t.AddDate(0, 0, -1).Format(time.DateOnly))
}

// bare is an agency's name without that of its unit: "Sở Tư pháp".
func bare(name string, u unit.Unit) string {
	return strings.TrimSpace(strings.TrimSuffix(name, " "+vntext.LowerFirst(u.Name)))
}

var notLetters = regexp.MustCompile(`[^a-z]+`)

// kindOf makes the kind of an agency that the pack knows none for.
func kindOf(name string) string {
	return own + strings.Trim(notLetters.ReplaceAllString(vntext.Fold(name), "_"), "_")
}

// idOf makes an id that no agency has had: "phong-kinh-te-28810-2025".
func idOf(name string, u unit.Unit, taken func(id string) bool) string {
	base := strings.Join(strings.Fields(vntext.Fold(bare(name, u))), "-") + "-" + u.ID
	id := base
	for n := 2; taken(id); n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	return id
}

// nextIdentifier makes an identifier below that of the unit's committee: of
// 000.00.45.H61 the first is 000.01.45.H61 (QCVN 102:2016 puts level 1 at the right).
// It is made here, and is marked so; "" when none is left.
func nextIdentifier(parent string, taken func(identifier string) bool) string {
	parts := strings.Split(parent, ".")
	if len(parts) != 4 {
		return ""
	}
	at := -1
	for i := range 3 {
		if strings.Trim(parts[i], "0") == "" {
			at = i
		}
	}
	if at < 0 {
		return ""
	}
	width := len(parts[at])
	for n := 1; n <= 99; n++ {
		parts[at] = fmt.Sprintf("%0*d", width, n)
		if id := strings.Join(parts, "."); !taken(id) {
			return id
		}
	}
	return ""
}

var identifierShape = regexp.MustCompile(`^[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2}$`)
