package guard

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// file is one file of the repository, by its path from the root.
type file struct {
	path string
	data []byte
}

func (f file) isGo() bool   { return strings.HasSuffix(f.path, ".go") }
func (f file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }
func (f file) dir() string  { return path.Dir(f.path) }

// generated is what a program wrote: it says so in its first lines.
func (f file) generated() bool {
	head := f.data[:min(len(f.data), 400)]
	return bytes.Contains(head, []byte("Code generated ")) && bytes.Contains(head, []byte("DO NOT EDIT"))
}

// under says whether the file lies in one of the folders.
func (f file) under(dirs ...string) bool {
	for _, d := range dirs {
		if strings.HasPrefix(f.path, d+"/") {
			return true
		}
	}
	return false
}

// root is the repository's folder.
const root = "../.."

// notOurs are folders that are not part of the repository, or that were made
// elsewhere.
var notOurs = map[string]bool{".git": true, "node_modules": true, "data": true, "dist": true, "test/axe": true}

var repository = sync.OnceValues(func() ([]file, error) {
	var files []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if notOurs[rel] || notOurs[d.Name()] && d.Name() != "data" {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || rel == "benso" || rel == ".git" { // in a second work tree .git is a file
			return nil
		}
		data, err := os.ReadFile(name)
		files = append(files, file{filepath.ToSlash(rel), data})
		return err
	})
	return files, err
})

// tree is every file of the repository.
func tree(t *testing.T) []file {
	t.Helper()
	files, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d files were found: the guards look in the wrong place", len(files))
	}
	return files
}

// report fails the test with everything that is wrong.
func report(t *testing.T, wrong []string) {
	t.Helper()
	sort.Strings(wrong)
	for _, w := range wrong {
		t.Error(w)
	}
}

// finds fails the test unless the guard, run on a bad sample, says each of
// want, and nothing more.
func finds(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d faults found, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(got, "\n"), w) {
			t.Errorf("not found: %s\nin:\n%s", w, strings.Join(got, "\n"))
		}
	}
}

// sample is a file of a bad sample.
func sample(path string, lines ...string) file {
	return file{path, []byte(strings.Join(lines, "\n") + "\n")}
}

// parsed is a Go file's tree. A file that does not parse is the compiler's
// business: it is reported by it, and the guards see what there is.
type parsed struct {
	file
	set *token.FileSet
	ast *ast.File
}

func parse(f file) parsed {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, f.path, f.data, parser.SkipObjectResolution)
	if tree == nil {
		panic(f.path + ": " + err.Error())
	}
	return parsed{f, set, tree}
}

var (
	parsedMu sync.Mutex
	parsedOf = map[parseKey]parsed{} // the guards share the work
)

type parseKey struct {
	path string
	data *byte
}

func goFiles(files []file) []parsed {
	parsedMu.Lock()
	defer parsedMu.Unlock()
	var out []parsed
	for _, f := range files {
		if !f.isGo() || len(f.data) == 0 {
			continue
		}
		key := parseKey{f.path, &f.data[0]}
		p, ok := parsedOf[key]
		if !ok {
			p = parse(f)
			parsedOf[key] = p
		}
		out = append(out, p)
	}
	return out
}

func (p parsed) at(n ast.Node) string {
	return p.path + ":" + strconv.Itoa(p.set.Position(n.Pos()).Line)
}

// literals calls fn for each string literal, but not for import paths and the
// tags of fields.
func (p parsed) literals(fn func(lit *ast.BasicLit, text string)) {
	ast.Inspect(p.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			return n.Tag == nil
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				if text, err := strconv.Unquote(n.Value); err == nil {
					fn(n, text)
				}
			}
		}
		return true
	})
}

// excuses are exceptions from a guard: what is excused, and why.
type excuses map[string]string

// unused are the excuses that nothing needs any more.
func (e excuses) unused(used map[string]bool) []string {
	var out []string
	for what := range e {
		if !used[what] {
			out = append(out, "the exception for "+what+" excuses nothing any more: remove it")
		}
	}
	return out
}
