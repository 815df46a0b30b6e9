package catalogue

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/vntext"
)

// Folders of the pack that the catalogue reads.
const (
	procedures = "procedures/"
	processes  = "processes/"
	Records    = "catalogue/" // more than a thousand, which no other room reads
)

// Catalogue is every version of every procedure and of the definitions that
// their cases run by. It is immutable and safe for concurrent reads.
type Catalogue struct {
	all         map[string]*Procedure   // by Procedure.ID
	dated       map[string][]*Procedure // by code: the newest version of each of its files, the one that counts first
	current     []*Procedure            // the one of each that counts now, by code
	folded      map[string]string
	competence  map[string][]Competence     // by code
	definitions map[string]cases.Definition // by id@version
	newest      map[string]int64
}

// Load reads the catalogue from the pack's versions in the database.
func Load(ctx context.Context, q database.Querier, v cases.Vocabulary, roles access.Roles) (*Catalogue, error) {
	var files []pack.File
	for _, folder := range []string{processes, procedures, Records} {
		found, err := pack.Versions(ctx, q, folder)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	table, err := pack.FileVersions(ctx, q, CompetenceFile)
	if err != nil {
		return nil, err
	}
	files = append(files, table...)
	c, problems := build(files, v, roles)
	if len(problems) > 0 {
		return nil, fmt.Errorf("the pack in the database does not load: %w", problems[0])
	}
	return c, nil
}

// Check reads the catalogue's files of a pack that is not applied yet.
func Check(fsys fs.FS, v cases.Vocabulary, roles access.Roles) []pack.Problem {
	files, err := pack.Read(fsys)
	if err != nil {
		return []pack.Problem{{File: ".", Text: err.Error()}}
	}
	for i := range files {
		files[i].Version = 1
	}
	_, problems := build(files, v, roles)
	return problems
}

func build(files []pack.File, v cases.Vocabulary, roles access.Roles) (*Catalogue, []pack.Problem) {
	c := &Catalogue{all: map[string]*Procedure{}, dated: map[string][]*Procedure{}, folded: map[string]string{}, definitions: map[string]cases.Definition{}, newest: map[string]int64{}}
	var problems []pack.Problem
	newest := map[string]parsed{} // by path
	for _, x := range parseAll(files) {
		problems = append(problems, x.problems...)
		if x.procedure == nil {
			continue
		}
		c.all[x.procedure.ID()] = x.procedure
		if now := newest[x.file.Path]; now.procedure == nil || now.procedure.Version < x.procedure.Version {
			newest[x.file.Path] = x
		}
	}
	for _, f := range files {
		if f.Path == CompetenceFile {
			// Versions come in their order, so the last one stays.
			rows, wrong := parseCompetence(f)
			problems = append(problems, wrong...)
			c.competence = rows
		}
		if path.Dir(f.Path)+"/" == processes {
			d, wrong := cases.Parse(f.Path, []byte(f.Body), f.Version, v, holders(roles))
			problems = append(problems, wrong...)
			c.definitions[fmt.Sprintf("%s@%d", d.ID, d.Version)] = d
			c.newest[d.ID] = max(c.newest[d.ID], d.Version)
		}
	}
	for _, f := range files {
		if f.Path == ReviewedFile {
			problems = append(problems, checkReview(f, c.competence)...)
		}
	}
	for _, x := range newest {
		p := x.procedure
		if _, ok := c.newest[p.Process]; !ok {
			s := script{file: x.file.Path, data: []byte(x.file.Body)}
			problems = append(problems, s.problem(fmt.Sprintf("there is no process %q", p.Process), "name one of processes/, or add it there", "process"))
		}
		c.dated[p.Code] = append(c.dated[p.Code], p)
	}
	for _, p := range c.all {
		c.place(p)
	}
	for code, all := range c.dated {
		slices.SortFunc(all, byWeight)
		p := all[0]
		if len(all) > 1 && !p.Record && p.Effective.From <= all[1].Effective.From {
			p.inherit(all[1])
		}
		c.current = append(c.current, p)
		c.folded[code] = vntext.Fold(p.Name.Vi + " " + p.Name.En + " " + p.Field + " " + p.Code)
	}
	slices.SortFunc(c.current, func(a, b *Procedure) int { return strings.Compare(a.Code, b.Code) })
	return c, problems
}

// byWeight puts what has a guided form before what has not, the later before the
// earlier.
func byWeight(a, b *Procedure) int {
	switch {
	case a.Record && !b.Record:
		return 1
	case b.Record && !a.Record:
		return -1
	}
	return strings.Compare(b.Effective.From, a.Effective.From)
}

// parsed is a file of the pack, read.
type parsed struct {
	file      pack.File
	procedure *Procedure // nil with any problem
	problems  []pack.Problem
}

// parseAll reads every file that holds a procedure, in their order. There are
// more than a thousand, and the program waits for them when it starts, so all
// cores read.
func parseAll(files []pack.File) []parsed {
	var all []parsed
	for _, f := range files {
		if folder := path.Dir(f.Path) + "/"; folder == procedures || folder == Records {
			all = append(all, parsed{file: f})
		}
	}
	var readers sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(all); i = next.Add(1) - 1 {
				all[i].procedure, all[i].problems = parse(all[i].file)
			}
		})
	}
	readers.Wait()
	return all
}

func parse(f pack.File) (*Procedure, []pack.Problem) {
	if path.Ext(f.Path) == ".json" {
		return parseRecord(f.Path, []byte(f.Body), f.Version)
	}
	p, problems := Parse(f.Path, []byte(f.Body), f.Version)
	if p != nil && f.Path != procedures+p.Code+".yaml" {
		problems = append(problems, (&script{file: f.Path, data: []byte(f.Body)}).problem("the file is not named by its code "+p.Code, "rename it to "+p.Code+".yaml, or correct the code", "code"))
	}
	return p, problems
}

// Procedure gives what counts now of a procedure, whether it is in force or not.
func (c *Catalogue) Procedure(code string) (*Procedure, error) {
	if all := c.dated[code]; len(all) > 0 {
		return all[0], nil
	}
	return nil, fault.Missing("procedure", code)
}

// Has says whether there is a procedure with the code, in force or not.
func (c *Catalogue) Has(code string) bool { return len(c.dated[code]) > 0 }

// On gives what holds of a procedure on a day (2021-07-05).
func (c *Catalogue) On(code, day string) (*Procedure, error) {
	for _, p := range c.dated[code] {
		if p.InForce(day) {
			return p, nil
		}
	}
	return nil, fault.Missing("procedure on "+day, code)
}

// Version gives the version that a draft or a dossier is pinned to.
func (c *Catalogue) Version(code string, version int64) (*Procedure, error) {
	p, ok := c.all[fmt.Sprintf("%s@%d", code, version)]
	if !ok {
		return nil, fault.Missing("procedure version", fmt.Sprintf("%s@%d", code, version))
	}
	return p, nil
}

// Versions lists every version of every procedure, in no order: drafts may still
// be pinned to an old one.
func (c *Catalogue) Versions() []*Procedure {
	all := make([]*Procedure, 0, len(c.all))
	for _, p := range c.all {
		all = append(all, p)
	}
	return all
}

// Process gives the definition by which new cases of a procedure run.
func (c *Catalogue) Process(p *Procedure) cases.Definition {
	return c.definitions[fmt.Sprintf("%s@%d", p.Process, c.newest[p.Process])]
}

// Definition gives the definition that a case is pinned to.
func (c *Catalogue) Definition(id string, version int64) (cases.Definition, error) {
	d, ok := c.definitions[fmt.Sprintf("%s@%d", id, version)]
	if !ok {
		return cases.Definition{}, fmt.Errorf("no version %d of the process %s", version, id)
	}
	return d, nil
}

// Offered lists the procedures that hold on a day, by code.
func (c *Catalogue) Offered(day string) []*Procedure {
	found := make([]*Procedure, 0, len(c.current))
	for _, p := range c.current {
		if now, err := c.On(p.Code, day); err == nil {
			found = append(found, now)
		}
	}
	return found
}

// Changes lists the days on which what Offered gives may become another, in their
// order: between two of them it is the same.
func (c *Catalogue) Changes() []string {
	var days []string
	for _, all := range c.dated {
		for _, p := range all {
			days = append(days, p.Effective.From)
			if to, err := time.Parse(time.DateOnly, p.Effective.To); err == nil {
				days = append(days, to.AddDate(0, 0, 1).Format(time.DateOnly))
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// Coverage is how much the sources know of the procedures that hold on a day.
type Coverage string

// The coverages.
const (
	Whole Coverage = "whole" // every local procedure of the national portal
	Some  Coverage = "some"  // a few, of which facts are known from before
	Blank Coverage = "none"
)

// CoverageOn says how much is known of a day: the national portal was read as it
// stood from one day on, and of what held before only a few facts are known.
func (c *Catalogue) CoverageOn(day string) Coverage {
	first, known := "", false
	for _, all := range c.dated {
		for _, p := range all {
			if p.Record && p.Version < olderEditions && (first == "" || p.Effective.From < first) {
				first = p.Effective.From
			}
			known = known || p.InForce(day)
		}
	}
	switch {
	case first != "" && first <= day:
		return Whole
	case known:
		return Some
	}
	return Blank
}

// Find lists what is offered on a day and answers a search: every word of it,
// without diacritics, as the beginning of a word. An empty search finds all.
func (c *Catalogue) Find(day, query string) []*Procedure {
	words := strings.Fields(vntext.Fold(query))
	var found []*Procedure
	for _, p := range c.Offered(day) {
		text := " " + c.folded[p.Code]
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, " "+w) }) {
			found = append(found, p)
		}
	}
	return found
}

// holders says which roles hold a permission.
func holders(roles access.Roles) func(access.Permission) []string {
	return func(p access.Permission) []string {
		var ids []string
		for _, r := range roles.All() {
			if slices.Contains(r.Permissions, p) {
				ids = append(ids, r.ID)
			}
		}
		return ids
	}
}
