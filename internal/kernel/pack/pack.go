package pack

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"testing/fstest"

	"benso/internal/kernel/database"
)

// Checker reads a room's files of a pack and says what is wrong with them.
type Checker func(fsys fs.FS) []Problem

// Registry holds the checkers of the rooms.
type Registry struct{ checkers []Checker }

// Register adds a room's checker.
func (r *Registry) Register(c Checker) { r.checkers = append(r.checkers, c) }

// Check has every room check the pack. Problems come in the order of files and
// lines.
func (r *Registry) Check(fsys fs.FS) []Problem {
	var all []Problem
	for _, c := range r.checkers {
		all = append(all, c(fsys)...)
	}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].File != all[j].File {
			return all[i].File < all[j].File
		}
		return all[i].Line < all[j].Line
	})
	return all
}

// File is one version of a file of the pack.
type File struct {
	Path    string
	Version int64
	Origin  string // Pack or Administrator
	Digest  string
	Body    string
}

// Who made a version.
const (
	Pack          = "pack"
	Administrator = "administrator"
)

// Read reads the data files of a folder: .yaml, .csv and .json. Its notes on sources
// (.md) and pictures stay in the program.
func Read(fsys fs.FS) ([]File, error) {
	var files []File
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := path.Ext(name); ext != ".yaml" && ext != ".csv" && ext != ".json" {
			return nil
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if bytes.ContainsRune(body, 0) {
			return fmt.Errorf("%s is not text", name)
		}
		files = append(files, File{Path: name, Origin: Pack, Digest: database.Digest(string(body)), Body: string(body)})
		return nil
	})
	return files, err
}

// Change is what applying a pack does to one file.
type Change struct {
	Path string
	Kind ChangeKind
	From int64 // version now in force; 0: none
	To   int64 // version that it becomes; 0: none
}

// ChangeKind says what becomes of a file.
type ChangeKind string

// The kinds of change. A file that the pack no longer has stays in force: cases
// may be running by it.
const (
	Added   ChangeKind = "added"
	Changed ChangeKind = "changed"
	Kept    ChangeKind = "kept: changed by an administrator"
	// Unfit is a file that does not go together with one that is kept.
	Unfit ChangeKind = "kept: does not fit what an administrator changed"
)

func (c Change) String() string {
	switch c.Kind {
	case Added:
		return fmt.Sprintf("+ %s (version %d)", c.Path, c.To)
	case Changed:
		return fmt.Sprintf("~ %s (version %d → %d)", c.Path, c.From, c.To)
	}
	return fmt.Sprintf("= %s (version %d stays; %s)", c.Path, c.From, strings.TrimPrefix(string(c.Kind), "kept: "))
}

// plan compares the pack's files with all versions that the database holds. A
// file changes only when the pack's text is new to the database: an older program
// that starts again beside a newer one brings nothing back. A new text waits
// beside an administrator's version, which is kept.
func plan(files []File, held []File) []Change {
	last := map[string]File{}
	known := map[string]bool{}
	for _, h := range held {
		if h.Version > last[h.Path].Version {
			last[h.Path] = h
		}
		if h.Origin == Pack {
			known[h.Path+" "+h.Digest] = true
		}
	}
	var changes []Change
	for _, f := range files {
		now, has := last[f.Path]
		switch {
		case !has:
			changes = append(changes, Change{Path: f.Path, Kind: Added, To: 1})
		case now.Digest == f.Digest || known[f.Path+" "+f.Digest]:
		case now.Origin == Administrator:
			changes = append(changes, Change{Path: f.Path, Kind: Kept, From: now.Version})
		default:
			changes = append(changes, Change{Path: f.Path, Kind: Changed, From: now.Version, To: now.Version + 1})
		}
	}
	return changes
}

// FS gives files as a folder, the way rooms read a pack.
func FS(files []File) fs.FS {
	m := fstest.MapFS{}
	for _, f := range files {
		m[f.Path] = &fstest.MapFile{Data: []byte(f.Body), Mode: 0o444}
	}
	return m
}
