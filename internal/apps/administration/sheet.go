package administration

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/vntext"
)

// How many officials one file may hold: each new one costs a password evaluation of
// some fifty milliseconds, for which a page waits while a command may take its time.
const (
	mostRows     = 5000
	mostRowsPage = 200
)

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

// Row is one line of a file, understood.
type Row struct {
	Line   int
	Handle string // phone or e-mail
	Name   string
	Role   access.Role
	Agency string // id
	From   database.Date
	Last   database.Date // empty: until it is taken
	heads  map[string]string
}

// Done is what becomes of a line, or became of it.
type Done struct {
	Outcome
	Row Row
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
func (room *Room) Read(h Hand, text string) (rows []Row, faults []Fault) {
	most := mostRowsPage
	if h.machine {
		most = mostRows
	}
	if key := unreadable(text); key != "" {
		return nil, []Fault{{Line: 1, Field: fault.Field{Key: key}}}
	}
	text = strings.TrimPrefix(text, "\uFEFF")
	head, _, _ := strings.Cut(text, "\n")
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord = -1
	for _, c := range ";\t" {
		if strings.Count(head, string(c)) > strings.Count(head, string(in.Comma)) {
			in.Comma = c
		}
	}
	in.TrimLeadingSpace = in.Comma != '\t' // it would swallow the empty cells of what a spreadsheet pastes
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
		if len(rows) == most {
			wrong(line, "", "administration.sheet_long", "max", most)
			break
		}
		rows = append(rows, room.readRow(h, line, record, at, heads, wrong))
	}
	if len(rows) == 0 && len(faults) == 0 {
		wrong(1, "", "administration.sheet_empty")
	}
	return rows, faults
}

// unreadable says why a file is no text that can be read, "" when it is one.
func unreadable(text string) string {
	switch {
	case strings.HasPrefix(text, "PK\x03\x04"):
		return "administration.sheet_workbook"
	case !utf8.ValidString(text):
		return "administration.sheet_encoding"
	}
	return ""
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

func (room *Room) readRow(h Hand, line int, record []string, at map[string]int, heads []string, wrong func(line int, column, key string, args ...any)) Row {
	cell := func(id string) string {
		if i, ok := at[id]; ok && i < len(record) {
			return vntext.Clean(record[i])
		}
		return ""
	}
	bad := func(id, key string, args ...any) { wrong(line, strings.TrimSpace(heads[at[id]]), key, args...) }
	r := Row{Line: line, Handle: cell("handle"), Name: cell("name"), heads: map[string]string{}}
	for id, i := range at {
		r.heads[id] = strings.TrimSpace(heads[i])
	}
	if h, err := identity.ParseHandle(r.Handle); err != nil || h.Kind == identity.Number {
		bad("handle", "administration.handle_needed")
	}
	if r.Name == "" {
		bad("name", "administration.name_needed")
	}
	role, known := room.named(cell("role"))
	if r.Role = role; !known {
		bad("role", "administration.role_unknown", "role", cell("role"))
	}
	id, known := room.agencyNamed(h, cell("agency"))
	if r.Agency = id; !known {
		bad("agency", "administration.agency_unknown", "agency", cell("agency"))
	} else if role.ID != "" {
		if a, err := room.Units.Agency(id); err == nil {
			if !slices.Contains(role.Levels, room.level(a)) {
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

// agencyNamed finds an agency of today in the hand's scope by its id or its name. Of
// two with one name neither is meant.
func (room *Room) agencyNamed(h Hand, text string) (id string, ok bool) {
	n := 0
	for _, a := range room.living(h) {
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

// TakeIn makes the officials of a file where there are none, and gives their
// roles, in one transaction, once for its key. With faults nothing is changed.
func (room *Room) TakeIn(ctx context.Context, h Hand, key, reason, text string) (done []Done, faults []Fault, err error) {
	rows, faults := room.Read(h, text)
	if len(faults) > 0 {
		return nil, faults, nil
	}
	passwords, err := room.passwords(ctx, h, key, rows)
	if err != nil {
		return nil, nil, err
	}
	o := order{Route: sheetPath + savePath, Key: key, Input: []string{reason, text}}
	made, again, err := room.once(ctx, h, o, func(ctx context.Context, tx *database.Tx) (string, error) {
		if done, faults, err = room.giveAll(ctx, tx, h, rows, passwords, reason); err != nil {
			return "", err
		}
		if len(faults) > 0 {
			return "", errRefused
		}
		made := make([]byte, len(done))
		for i, d := range done {
			made[i] = letter(d.Outcome)
		}
		return string(made), nil
	})
	if errors.Is(err, errRefused) {
		return nil, faults, nil
	}
	if err == nil && again { // a repetition shows what the first one made
		if len(made) != len(rows) {
			return nil, nil, fault.New(fault.Conflict, "fault.stale")
		}
		done = nil
		for i, r := range rows {
			d := Done{Row: r, Outcome: Outcome{Name: r.Name, Handle: r.Handle, Created: made[i] == 'n', Given: made[i] != '='}}
			if d.Created {
				p, err := room.Identity.OneTimeFor(ctx, h.actor.Account, key+" "+r.Handle)
				if err != nil {
					return nil, nil, err
				}
				d.Password = p.Plain()
			}
			done = append(done, d)
		}
	}
	return done, nil, err
}

// letter says shortly what became of a line.
func letter(o Outcome) byte {
	switch {
	case o.Created:
		return 'n'
	case o.Given:
		return '+'
	}
	return '='
}

// Preview says what TakeIn would do with a file, by doing it and taking it back.
func (room *Room) Preview(ctx context.Context, h Hand, text string) (would []Done, faults []Fault, err error) {
	rows, faults := room.Read(h, text)
	if len(faults) > 0 {
		return nil, faults, nil
	}
	// One password serves all: none of the accounts stays.
	p, err := room.Identity.OneTime(ctx)
	if err != nil {
		return nil, nil, err
	}
	passwords := map[string]identity.Password{}
	for _, r := range rows {
		passwords[r.Handle] = p
	}
	err = room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if would, faults, err = room.giveAll(ctx, tx, h, rows, passwords, ""); err != nil {
			return err
		}
		return errRefused
	})
	if errors.Is(err, errRefused) {
		err = nil
	}
	for i := range would {
		would[i].Password, would[i].Account = "", ""
	}
	if err != nil {
		return nil, nil, err
	}
	// A look tells who has an account, so it is written down that somebody looked.
	return would, faults, room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		by := h.by(room.path(rows[0].Agency))
		return audit.Record(ctx, tx, room.Clock.Now(), audit.Entry{Actor: by.Account, ActingFor: by.For, Path: by.Path, Action: "officials.checked", ObjectKind: "file", Digest: database.Digest(text)})
	})
}

// errRefused takes the transaction of a file back.
var errRefused = errors.New("the file is not taken in")

// passwords makes one for each line whose official there is not yet, by handle.
func (room *Room) passwords(ctx context.Context, h Hand, key string, rows []Row) (map[string]identity.Password, error) {
	made := map[string]identity.Password{}
	for _, r := range rows {
		if _, has := made[r.Handle]; has {
			continue
		}
		handle, err := identity.ParseHandle(r.Handle)
		if err != nil {
			return nil, err
		}
		_, known, err := room.Identity.OwnerOf(ctx, room.DB.Read(), handle)
		if err != nil {
			return nil, err
		}
		if known {
			continue
		}
		if made[r.Handle], err = room.Identity.OneTimeFor(ctx, h.actor.Account, key+" "+r.Handle); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// giveAll does what every line asks; the faults are of those that were refused.
func (room *Room) giveAll(ctx context.Context, tx *database.Tx, h Hand, rows []Row, passwords map[string]identity.Password, reason string) (done []Done, faults []Fault, err error) {
	for _, r := range rows {
		w := Wish{Handle: r.Handle, Name: r.Name, Role: r.Role.ID, Agency: r.Agency, From: r.From, Last: r.Last, Reason: reason}
		out, err := room.give(ctx, tx, h, w, passwords[r.Handle])
		if f := fault.Of(err); err != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
			at := Fault{Line: r.Line, Field: fault.Field{Key: f.Key, Args: f.Args}}
			if len(f.Fields) > 0 {
				at.Column, at.Key, at.Args = r.heads[f.Fields[0].Name], f.Fields[0].Key, f.Fields[0].Args
			}
			faults = append(faults, at)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		done = append(done, Done{Row: r, Outcome: out})
	}
	return done, faults, nil
}
