package board

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

	"benso/internal/core/targets"
	"benso/internal/kernel/database"
	"benso/internal/kernel/pack"
)

// MapFile is the file of the pack with the communes as lines to draw.
const MapFile = "map/communes.csv"

// Map draws the communes of a date: sheets by the day from which they hold.
type Map struct{ sheets []sheet }

type sheet struct {
	from          database.Date
	shapes        []outline
	width, height int
}

// outline is a commune as lines.
type outline struct{ unit, line string }

var (
	lineShape = regexp.MustCompile(`^(M\d+ \d+l[-\d ]+z)+$`)
	ringShape = regexp.MustCompile(`M(\d+) (\d+)l([-\d ]+)z`)
	step      = regexp.MustCompile(`-?\d+`)
)

// LoadMap reads the map of a pack. A pack without one has none.
func LoadMap(fsys fs.FS) (*Map, []pack.Problem) {
	data, err := fs.ReadFile(fsys, MapFile)
	if errors.Is(err, fs.ErrNotExist) {
		return &Map{}, nil
	}
	var problems []pack.Problem
	bad := func(line int, mend, text string, args ...any) {
		problems = append(problems, pack.Problem{File: MapFile, Line: line, Text: fmt.Sprintf(text, args...), Mend: mend})
	}
	if err != nil {
		bad(0, "make it readable", "the file cannot be read: %v", err)
		return nil, problems
	}
	rows := csv.NewReader(bytes.NewReader(data))
	head, err := rows.Read()
	if err != nil || !slices.Equal(head, []string{"from", "unit", "line"}) {
		bad(1, "write the columns from,unit,line", "the first line does not name the columns")
		return nil, problems
	}
	m := &Map{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			bad(0, "mend the line", "%v", err)
			return nil, problems
		}
		at, _ := rows.FieldPos(0)
		from := database.Date(row[0])
		if !lineShape.MatchString(row[2]) || len(row[0]) != len("2021-07-05") || row[1] == "" {
			bad(at, "write it by scripts/derive-map", "%q is no commune with its line", row[1])
			continue
		}
		if n := len(m.sheets); n == 0 || m.sheets[n-1].from < from {
			m.sheets = append(m.sheets, sheet{from: from})
		} else if m.sheets[n-1].from > from {
			bad(at, "put the dates in their order", "%s follows %s", from, m.sheets[n-1].from)
			continue
		}
		s := &m.sheets[len(m.sheets)-1]
		s.shapes = append(s.shapes, outline{row[1], row[2]})
		s.measure(row[2])
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return m, nil
}

// CheckMap is LoadMap for the registry of checkers.
func CheckMap(fsys fs.FS) []pack.Problem {
	_, problems := LoadMap(fsys)
	return problems
}

// measure widens the sheet so that the line lies on it.
func (s *sheet) measure(line string) {
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0 // the shape of the line was looked at
		}
		return n
	}
	for _, r := range ringShape.FindAllStringSubmatch(line, -1) {
		x, y := number(r[1]), number(r[2])
		s.width, s.height = max(s.width, x), max(s.height, y)
		steps := step.FindAllString(r[3], -1)
		for i := 0; i+1 < len(steps); i += 2 {
			x, y = x+number(steps[i]), y+number(steps[i+1])
			s.width, s.height = max(s.width, x), max(s.height, y)
		}
	}
}

// on is the sheet of a date.
func (m *Map) on(day database.Date) (sheet, bool) {
	for i := len(m.sheets) - 1; i >= 0; i-- {
		if m.sheets[i].from <= day {
			return m.sheets[i], true
		}
	}
	return sheet{}, false
}

// shade is a commune on the map in the colour of its value, with words for who
// cannot see it.
type shade struct {
	Line  string
	Class int // of shades: 0 nothing was counted, 1 joined with others, then the worst to the best
	Words string
}

// The shades are told apart by how light they are, so that the map can be read
// without colours; what is joined is hatched.
var shades = []string{"#ffffff", "url(#bs-hatch)", "#d9efe4", "#a5d6bf", "#5fae8b", "#0a6b4b"}

// quarter says in which quarter between the least and the most a value lies.
func quarter(v, least, most int64) int {
	if most == least {
		return 5
	}
	return 2 + int(min(3, (v-least)*4/(most-least)))
}

// picture is a map drawn.
type picture struct {
	Box    string // viewBox
	Shades []shade
	Steps  []stage // what the shades stand for, from the lightest
}

// stage is a shade and what it stands for.
type stage struct {
	Class int
	Words string
}

// draw colours the communes of a date by the rows of a table; what was joined, and
// what was not counted, looks like neither good nor bad.
func (room *Room) draw(v seen, lines []line, words func(unit string, l *line) string, bounds func(from, to int64) string) (picture, bool) {
	s, ok := room.maps.on(v.On)
	if !ok {
		return picture{}, false
	}
	byUnit := map[string]*line{}
	var least, most int64 = 1 << 62, -1
	for i := range lines {
		l := &lines[i]
		if l.Key == "" {
			continue
		}
		byUnit[l.Key] = l
		if l.Share != nil {
			n := ten(v, *l)
			least, most = min(least, n), max(most, n)
		}
	}
	joined := map[string]bool{}
	for _, l := range lines {
		for _, k := range l.JoinedKeys {
			joined[k] = true
		}
	}
	p := picture{Box: fmt.Sprintf("-2 -2 %d %d", s.width+4, s.height+4)}
	for _, o := range s.shapes {
		unit := room.units.at(room.tree, o.unit, v.On)
		sh := shade{Line: o.line, Words: words(unit, byUnit[unit])}
		switch l := byUnit[unit]; {
		case l != nil && l.Share != nil:
			sh.Class = quarter(ten(v, *l), least, most)
		case joined[unit] || joined[room.district(v.On)(unit)]:
			sh.Class = 1
		}
		p.Shades = append(p.Shades, sh)
	}
	switch {
	case most == least:
		p.Steps = []stage{{quarter(most, least, most), bounds(least, most)}}
	case most > least:
		for i := range int64(4) {
			p.Steps = append(p.Steps, stage{int(i) + 2, bounds(least+(most-least)*i/4, least+(most-least)*(i+1)/4)})
		}
	}
	return p, true
}

// ten is a value in ten-thousandths, or, of a breakdown, the number itself.
func ten(v seen, l line) int64 {
	if v.Measure.Kind == targets.Breakdown {
		return l.Cell.Denominator
	}
	if l.Cell.Denominator == 0 {
		return 0
	}
	return l.Cell.Numerator * 10_000 / l.Cell.Denominator
}

// fill is the colour of a shade.
func fill(class int) string { return shades[class] }
