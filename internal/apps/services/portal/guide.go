package portal

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/apps/services/catalogue"
	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
)

// Files of the pack that the portal reads.
const (
	eventsFile  = "life_events.yaml"
	popularFile = "popular.csv"
	findingFile = "finding.yaml"
)

// Event is something that happens in people's lives, and the procedures that it
// takes.
type Event struct {
	ID         string
	Icon       string
	Name       form.Text
	Hint       form.Text
	Procedures []string // codes, the ones that most people need first
}

// popular is how common a procedure is, and what people call it.
type popular struct {
	rank  int       // from 1 to 100
	short form.Text // a name that is not as long as the official one; may be empty
	said  []string
}

// name is what a procedure is called on pages: its short name, or the official one
// without the word that says that it is a procedure.
func (g *Guide) name(p *catalogue.Procedure) form.Text {
	name := p.Name
	if short := g.popular[p.Code].short; short.Vi != "" {
		name.Vi = short.Vi
		if name.En == "" {
			name.En = short.En
		}
		return name
	}
	for _, f := range g.prefixes {
		if rest, ok := strings.CutPrefix(name.Vi, f+" "); ok {
			name.Vi = upper(rest)
			break
		}
	}
	return name
}

// Guide is what the pack says of finding procedures.
type Guide struct {
	events   []Event
	popular  map[string]popular // by code
	fillers  []string
	prefixes []string // of official names, that say nothing
}

// Check reads the guide of a pack that is not applied yet.
func Check(fsys fs.FS) []pack.Problem {
	_, problems := Load(fsys, func(code string) bool {
		for _, file := range []string{"procedures/" + code + ".yaml", catalogue.Records + code + ".json"} {
			if _, err := fs.Stat(fsys, file); err == nil {
				return true
			}
		}
		return false
	})
	return problems
}

// Load reads the guide, of which a pack may have any part. known says whether the
// catalogue has a code.
func Load(fsys fs.FS, known func(code string) bool) (*Guide, []pack.Problem) {
	l := loader{fsys: fsys, known: known}
	g := &Guide{events: l.events(), popular: l.popular()}
	g.fillers, g.prefixes = l.finding()
	return g, l.problems
}

type loader struct {
	fsys     fs.FS
	known    func(code string) bool
	problems []pack.Problem
}

func (l *loader) fault(file string, line int, text, mend string) {
	l.problems = append(l.problems, pack.Problem{File: file, Line: line, Text: text, Mend: mend})
}

func (l *loader) code(file string, line int, code string) {
	if !l.known(code) {
		l.fault(file, line, fmt.Sprintf("there is no procedure %q", code), `name one of catalogue/ or procedures/, such as "1.001193", in quotes`)
	}
}

func (l *loader) read(file string, into *yaml.Node) bool {
	data, err := fs.ReadFile(l.fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		l.fault(file, 0, "cannot be read: "+err.Error(), "make the file readable")
		return false
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		l.fault(file, 0, strings.TrimPrefix(err.Error(), "yaml: "), "correct the file's shape")
		return false
	}
	if len(into.Content) != 1 {
		l.fault(file, 1, "is empty", "see the file of another pack")
		return false
	}
	return true
}

var idShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (l *loader) events() []Event {
	var doc yaml.Node
	if !l.read(eventsFile, &doc) {
		return nil
	}
	list := doc.Content[0]
	if list.Kind != yaml.SequenceNode {
		l.fault(eventsFile, list.Line, "is no list of events", "begin each event with - id:")
		return nil
	}
	var all []Event
	for _, node := range list.Content {
		var raw struct {
			ID         string
			Icon       string
			Name, Hint struct{ Vi, En string }
			Procedures yaml.Node
		}
		if err := node.Decode(&raw); err != nil {
			l.fault(eventsFile, node.Line, strings.TrimPrefix(err.Error(), "yaml: "), "see the events that are there")
			continue
		}
		e := Event{ID: raw.ID, Icon: raw.Icon, Name: form.Text(raw.Name), Hint: form.Text(raw.Hint)}
		_, drawn := icons[e.Icon]
		switch {
		case !idShape.MatchString(e.ID):
			l.fault(eventsFile, node.Line, fmt.Sprintf("the id %q cannot stand in an address", e.ID), "write small letters without marks, with hyphens: ket-hon")
		case slices.ContainsFunc(all, func(x Event) bool { return x.ID == e.ID }):
			l.fault(eventsFile, node.Line, fmt.Sprintf("the id %q stands twice", e.ID), "give each event its own")
		case e.Name.Vi == "" || e.Name.En == "" || e.Hint.Vi == "" || e.Hint.En == "":
			l.fault(eventsFile, node.Line, "name and hint are needed in both languages", "fill in vi and en")
		case !drawn:
			l.fault(eventsFile, node.Line, fmt.Sprintf("there is no icon %q", e.Icon), "use one of "+strings.Join(iconNames(), ", "))
		case raw.Procedures.Kind != yaml.SequenceNode || len(raw.Procedures.Content) == 0:
			l.fault(eventsFile, node.Line, "no procedures are named", `write procedures: ["1.001193", "2.000815"]`)
		}
		for _, c := range raw.Procedures.Content {
			l.code(eventsFile, c.Line, c.Value)
			if slices.Contains(e.Procedures, c.Value) {
				l.fault(eventsFile, c.Line, fmt.Sprintf("the procedure %q stands twice in the event", c.Value), "name it once")
			}
			e.Procedures = append(e.Procedures, c.Value)
		}
		all = append(all, e)
	}
	return all
}

var popularHeader = []string{"code", "rank", "short_vi", "short_en", "said", "reason"}

func (l *loader) popular() map[string]popular {
	all := map[string]popular{}
	f, err := l.fsys.Open(popularFile)
	if errors.Is(err, fs.ErrNotExist) {
		return all
	}
	if err != nil {
		l.fault(popularFile, 0, "cannot be read: "+err.Error(), "make the file readable")
		return all
	}
	defer func() {
		if err := f.Close(); err != nil {
			l.fault(popularFile, 0, "cannot be closed: "+err.Error(), "")
		}
	}()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	for first := true; ; first = false {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			line := 0
			if wrong := new(csv.ParseError); errors.As(err, &wrong) {
				line = wrong.Line
			}
			l.fault(popularFile, line, "is not CSV: "+err.Error(), "put cells with commas or quotes in quotes")
			return all
		}
		line, _ := r.FieldPos(0)
		if first {
			if !slices.Equal(cells, popularHeader) {
				l.fault(popularFile, line, "the header is "+strings.Join(cells, ","), "begin with "+strings.Join(popularHeader, ","))
				return all
			}
			continue
		}
		if len(cells) != len(popularHeader) {
			l.fault(popularFile, line, fmt.Sprintf("has %d cells, not %d", len(cells), len(popularHeader)), "give each row a cell for "+strings.Join(popularHeader, ","))
			continue
		}
		code := strings.TrimSpace(cells[0])
		rank, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil || rank < 1 || rank > 100 {
			l.fault(popularFile, line, fmt.Sprintf("rank %q is no number from 1 to 100", cells[1]), "100 is what most people come for")
		}
		if _, twice := all[code]; twice {
			l.fault(popularFile, line, fmt.Sprintf("the procedure %q stands twice", code), "keep one row")
		}
		if strings.TrimSpace(cells[5]) == "" {
			l.fault(popularFile, line, "has no reason", "say why people come for it")
		}
		l.code(popularFile, line, code)
		p := popular{rank: rank, short: form.Text{Vi: strings.TrimSpace(cells[2]), En: strings.TrimSpace(cells[3])}}
		if (p.short.Vi == "") != (p.short.En == "") {
			l.fault(popularFile, line, "the short name is in one language only", "fill in short_vi and short_en, or neither")
		}
		for _, name := range strings.Split(cells[4], ";") {
			if name = strings.TrimSpace(name); name != "" {
				p.said = append(p.said, name)
			}
		}
		all[code] = p
	}
}

func (l *loader) finding() (fillers, prefixes []string) {
	var doc yaml.Node
	if !l.read(findingFile, &doc) {
		return nil, nil
	}
	var raw struct {
		Fillers  []string
		Prefixes []string
	}
	if err := doc.Decode(&raw); err != nil {
		l.fault(findingFile, 1, strings.TrimPrefix(err.Error(), "yaml: "), "write lists: fillers: [a, b] and prefixes: [a]")
	}
	return raw.Fillers, raw.Prefixes
}
