package guard

import (
	"go/ast"
	"path"
	"regexp"
	"testing"
)

// statement is text that is SQL, or a part of it.
var statement = regexp.MustCompile(`(?s)^\s*(` +
	`SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+(RECURSIVE\s+)?\w+\s*(\([^)]*\)\s*)?AS\s*\(|` +
	`(CREATE|ALTER|DROP)\s+(TABLE|UNIQUE|INDEX|VIEW|TRIGGER|DATABASE|VIRTUAL|TEMP|SCHEMA|SEQUENCE)\b|PRAGMA\s|TRUNCATE\s|` +
	`(FROM|JOIN)\s+\w+\s+(AS\s+|WHERE|JOIN|ORDER|\w+\s+ON)|(WHERE|AND|OR|ORDER BY|GROUP BY|HAVING|LIMIT|ON CONFLICT|RETURNING)\s+[\w.(]+\)?\s*(=|<|>|IN\b|IS\b|LIKE\b|,|\(|\$|DO\b|ASC\b|DESC\b))`)

// comparison is a value given to SQL.
var comparison = regexp.MustCompile(`(=|<|>|\bIN)\s*\(?\$(\d|%d)`)

// lowerStatement is SQL in small letters: only what cannot be English.
var lowerStatement = regexp.MustCompile(`(?s)^\s*(select\s.+\sfrom\s+\w+|insert\s+into\s+\w+\s*\(|update\s+\w+\s+set\s+\w+\s*=|delete\s+from\s+\w+(\s+where|\s*$))`)

var star = regexp.MustCompile(`(?is)\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*`)

// sqlElsewhere are files that hold SQL although they are neither a store nor in
// kernel/database.
var sqlElsewhere = excuses{
	"internal/kernel/access/scope.go": "the predicate of a scope is one text for every store: Scope.SQL",
}

func sqlOutsideStores(files []file, but excuses) []string {
	var wrong []string
	used := map[string]bool{}
	for _, f := range goFiles(files) {
		if f.forTests() || path.Base(f.path) == "store.go" || f.under("internal/kernel/database") {
			continue
		}
		f.literals(func(lit *ast.BasicLit, text string) {
			if !statement.MatchString(text) && !lowerStatement.MatchString(text) && !comparison.MatchString(text) {
				return
			}
			if _, excused := but[f.path]; excused {
				used[f.path] = true
				return
			}
			wrong = append(wrong, f.at(lit)+": SQL stands only in store.go and in kernel/database")
		})
	}
	return append(wrong, but.unused(used)...)
}

// stars finds columns that are not named: a new column would change what a
// query gives, without anybody having looked at it.
func stars(files []file) []string {
	var wrong []string
	for _, f := range goFiles(files) {
		if f.under("internal/guard") {
			continue
		}
		f.literals(func(lit *ast.BasicLit, text string) {
			if star.MatchString(text) {
				wrong = append(wrong, f.at(lit)+": name the columns")
			}
		})
	}
	for _, f := range files {
		if path.Ext(f.path) == ".sql" && star.Match(f.data) {
			wrong = append(wrong, f.path+": name the columns")
		}
	}
	return wrong
}

func TestSQLStandsOnlyInStores(t *testing.T) { report(t, sqlOutsideStores(tree(t), sqlElsewhere)) }

func TestQueriesNameTheirColumns(t *testing.T) { report(t, stars(tree(t))) }

func TestSQLOutsideStoresIsFound(t *testing.T) {
	bad := []string{
		"SELECT id FROM cases", "\n\tSELECT 1", "select id from cases where id = $1", "INSERT INTO cases (id) VALUES ($1)", "INSERT OR IGNORE INTO cases (id)",
		"UPDATE cases SET step = $1", "update cases set step = $1", "DELETE FROM cases", "WITH due AS (SELECT id", "WITH RECURSIVE up(id) AS (", "CREATE TABLE x (id TEXT)",
		"CREATE UNIQUE INDEX x", "DROP TABLE x", "PRAGMA wal_checkpoint", " WHERE id = $1", " AND path >= $2", " ORDER BY due_at DESC", " ORDER BY due_at, id", " ON CONFLICT (id) DO NOTHING", " FROM cases WHERE ", "(%s >= $%d", "step = $2)", " JOIN units u ON u.id = c.unit",
	}
	for _, text := range bad {
		f := sample("internal/kernel/unit/pages.go", "package unit", "var q = `"+text+"`")
		finds(t, sqlOutsideStores([]file{f}, nil), "internal/kernel/unit/pages.go:2")
		f.path = "internal/kernel/unit/store.go"
		finds(t, sqlOutsideStores([]file{f}, nil))
	}
	for _, text := range []string{"Select a file", "select", "update the tree", "Delete from the list", "With whom", "AND", "and so on", "Create table of contents", "from cases to dossiers", "ORDER", "LIMIT"} {
		finds(t, sqlOutsideStores([]file{sample("internal/kernel/unit/pages.go", "package unit", "var q = `"+text+"`")}, nil))
	}
	finds(t, sqlOutsideStores(nil, excuses{"internal/gone.go": "why"}), "internal/gone.go excuses nothing")
}

func TestUnnamedColumnsAreFound(t *testing.T) {
	finds(t, stars([]file{
		sample("internal/kernel/unit/store.go", "package unit", "var a, b = `SELECT * FROM units`, `select u.* from units u`", "var c = `SELECT count(*) FROM units`"),
		sample("migrations/sqlite/00009_x.sql", "INSERT INTO a SELECT * FROM b;"),
	}), "store.go:2", "store.go:2", "00009_x.sql")
}
