package administration

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/vntext"
)

// mostRows is how many officials one file may hold: each new one costs a password
// evaluation of some fifty milliseconds.
const mostRows = 5000

// The columns of a file, by the words that may head them, folded. The first word
// of each is that of the example.
var columns = []struct {
	id    string
	names []string
	must  bool
}{
	{"handle", []string{"dang nhap", "dien thoai hoac thu dien tu", "handle", "login"}, true},
	{"name", []string{"ho va ten", "ho ten", "name"}, true},
	{"role", []string{"vai tro", "role"}, true},
	{"agency", []string{"co quan", "agency"}, true},
	{"from", []string{"tu ngay", "from"}, false},
	{"until", []string{"den ngay", "until", "to"}, false},
}

// Room is what a file is read with.
type Room struct {
	DB       *database.DB
	Clock    clock.Clock
	Identity *identity.Store
	Units    *unit.Tree
	Roles    access.Roles
}

// Row is one line of a file, understood.
type Row struct {
	Line   int
	Handle string // phone or e-mail
	Name   string
	Role   access.Role
	Agency string // id
	From   database.Date
	Last   database.Date // empty: until it is taken
}

// Given is what became of a line.
type Given struct {
	Row
	Password string // one-time; empty when the official existed
}

// Fault is what is wrong in one cell.
type Fault struct {
	Line   int
	Column string // as the file heads it; empty when it is the whole line
	fault.Field
}

// Read reads a file of officials: CSV with commas, semicolons or tabs, its
// columns in any order. Faults name line and column; all of them are found at
// once.
func (room *Room) Read(text string) (rows []Row, faults []Fault) {
	text = strings.TrimPrefix(text, "\uFEFF")
	head, _, _ := strings.Cut(text, "\n")
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	for _, c := range ";\t" {
		if strings.Count(head, string(c)) > strings.Count(head, string(in.Comma)) {
			in.Comma = c
		}
	}
	wrong := func(line int, column, key string, args ...any) {
		faults = append(faults, Fault{Line: line, Column: column, Field: fault.Field{Key: key, Args: args}})
	}
	var at map[string]int
	var heads []string
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 1
			if at := new(csv.ParseError); errors.As(err, &at) {
				line = at.Line
			}
			wrong(line, "", "administration.sheet_unreadable")
			break
		}
		line, _ := in.FieldPos(0)
		if !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		if at == nil {
			heads = record
			if at = headed(record, wrong); at == nil {
				break
			}
			continue
		}
		if len(rows) == mostRows {
			wrong(line, "", "administration.sheet_long", "max", mostRows)
			break
		}
		rows = append(rows, room.readRow(line, record, at, heads, wrong))
	}
	if len(rows) == 0 && len(faults) == 0 {
		wrong(1, "", "administration.sheet_empty")
	}
	return rows, faults
}

func headed(record []string, wrong func(line int, column, key string, args ...any)) map[string]int {
	at := map[string]int{}
	for i, h := range record {
		word := vntext.Fold(h)
		for _, c := range columns {
			if slices.Contains(c.names, word) {
				at[c.id] = i
			}
		}
	}
	whole := true
	for _, c := range columns {
		if _, ok := at[c.id]; c.must && !ok {
			wrong(1, "", "administration.sheet_column", "column", c.names[0])
			whole = false
		}
	}
	if !whole {
		return nil
	}
	return at
}

func (room *Room) readRow(line int, record []string, at map[string]int, heads []string, wrong func(line int, column, key string, args ...any)) Row {
	cell := func(id string) string {
		if i, ok := at[id]; ok && i < len(record) {
			return vntext.Clean(record[i])
		}
		return ""
	}
	bad := func(id, key string, args ...any) { wrong(line, strings.TrimSpace(heads[at[id]]), key, args...) }
	r := Row{Line: line, Handle: cell("handle"), Name: cell("name")}
	if h, err := identity.ParseHandle(r.Handle); err != nil || h.Kind == identity.Number {
		bad("handle", "administration.handle_needed")
	}
	if r.Name == "" {
		bad("name", "administration.name_needed")
	}
	role, known := room.roleNamed(cell("role"))
	if r.Role = role; !known {
		bad("role", "administration.role_unknown", "role", cell("role"))
	}
	id, known := room.agencyNamed(cell("agency"))
	if r.Agency = id; !known {
		bad("agency", "administration.agency_unknown", "agency", cell("agency"))
	} else if role.ID != "" {
		if a, err := room.Units.Agency(id); err == nil {
			if u, err := room.Units.Unit(a.Unit); err == nil && !slices.Contains(role.Levels, string(u.Level)) {
				bad("role", "access.role_level", "role", role.In("vi"))
			}
		}
	}
	r.From = room.today()
	for id, to := range map[string]*database.Date{"from": &r.From, "until": &r.Last} {
		if text := cell(id); text != "" {
			day, ok := readDay(text)
			if *to = day; !ok {
				bad(id, "administration.day_unreadable", "day", text)
			}
		}
	}
	if r.Last != "" && r.Last < r.From {
		bad("until", "administration.days_backwards")
	}
	return r
}

// readDay reads 05/07/2026, or 2026-07-05 as spreadsheets may write it.
func readDay(text string) (database.Date, bool) {
	for _, layout := range []string{"2/1/2006", "2-1-2006", "2.1.2006", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return database.Date(t.Format(time.DateOnly)), true
		}
	}
	return "", false
}

func (room *Room) roleNamed(text string) (access.Role, bool) {
	for _, r := range room.Roles.All() {
		if !r.Implicit && (r.ID == text || vntext.Fold(r.In("vi")) == vntext.Fold(text) || vntext.Fold(r.In("en")) == vntext.Fold(text)) {
			return r, true
		}
	}
	return access.Role{}, false
}

// agencyNamed finds an agency of today by its id or its name. Of two with one
// name neither is meant.
func (room *Room) agencyNamed(text string) (id string, ok bool) {
	n := 0
	for _, a := range room.Units.Agencies(room.today()) {
		if a.ID == text {
			return a.ID, true
		}
		if vntext.Fold(a.Name) == vntext.Fold(text) {
			id = a.ID
			n++
		}
	}
	return id, n == 1
}

func (room *Room) today() database.Date { return database.Date(clock.Day(room.Clock.Now())) }

// TakeIn makes the officials of a file where there are none, and gives their
// roles, in one transaction. With faults nothing is changed.
func (room *Room) TakeIn(ctx context.Context, by identity.By, text string) (done []Given, faults []Fault, err error) {
	rows, faults := room.Read(text)
	if len(faults) > 0 {
		return nil, faults, nil
	}
	passwords := make([]identity.Password, len(rows))
	for i := range rows {
		if passwords[i], err = room.Identity.OneTime(ctx); err != nil {
			return nil, nil, err
		}
	}
	err = room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		done, faults = nil, nil
		for i, r := range rows {
			g, err := room.give(ctx, tx, by, r, passwords[i])
			if f := fault.Of(err); err != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
				faults = append(faults, Fault{Line: r.Line, Field: fault.Field{Key: f.Key, Args: f.Args}})
				continue
			}
			if err != nil {
				return err
			}
			done = append(done, g)
		}
		if len(faults) > 0 {
			return errRefused
		}
		return nil
	})
	if errors.Is(err, errRefused) {
		return nil, faults, nil
	}
	return done, nil, err
}

// errRefused takes the transaction of a file back.
var errRefused = errors.New("a row of the file was refused")

func (room *Room) give(ctx context.Context, tx *database.Tx, by identity.By, r Row, p identity.Password) (Given, error) {
	handle, err := identity.ParseHandle(r.Handle)
	if err != nil {
		return Given{}, err
	}
	account, created, err := room.Identity.SaveOfficial(ctx, tx, by, handle, r.Name, p)
	if err != nil {
		return Given{}, err
	}
	out := Given{Row: r}
	if created {
		out.Password = p.Plain()
	}
	agency, err := room.Units.Agency(r.Agency)
	if err != nil {
		return Given{}, err
	}
	u, err := room.Units.Unit(agency.Unit)
	if err != nil {
		return Given{}, err
	}
	_, err = room.Identity.Give(ctx, tx, by, identity.Assignment{Account: account, Role: r.Role.ID, Agency: r.Agency, From: r.From, Last: r.Last}, func(held []string) error {
		return room.Roles.Giving(r.Role.ID, string(u.Level), held)
	})
	return out, err
}
