package guard

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/migrations"
)

// onlyOne are parts of the schema that one database has and the other not: by
// their line, with stars as in path.Match.
var onlyOne = excuses{
	"postgres: trigger *_no_truncate on *": "SQLite has no TRUNCATE: DELETE without WHERE fires its delete trigger",
	"sqlite: * case_words_fts*":            "the words of cases are found by FTS5, which is a virtual table with tables of its own",
	"postgres: index case_words_fts on *":  "the same by a GIN index over to_tsvector",
}

// notOurTables belong to libraries, which migrate them for each database in
// their own way.
var notOurTables = regexp.MustCompile(`^(river_.*|goose_db_version|sqlite_.*)$`)

// schema is what a database holds, one line for each part, in words that both
// databases share. A type is a class: text, integer (also an instant, and a
// boolean beside its mark), json, bytes, real.
type schema map[string]bool

func (s schema) add(format string, args ...any) { s[fmt.Sprintf(format, args...)] = true }

// differences are the parts that only one of two schemas has.
func differences(lite, pg schema, but excuses) []string {
	var wrong []string
	used := map[string]bool{}
	one := func(name string, has, lacks schema) {
		for part := range has {
			if lacks[part] {
				continue
			}
			line := name + ": " + part
			excused := false
			for e := range but {
				if match, err := path.Match(e, line); err == nil && match {
					used[e], excused = true, true
				}
			}
			if !excused {
				wrong = append(wrong, "only in "+line)
			}
		}
	}
	one("sqlite", lite, pg)
	one("postgres", pg, lite)
	wrong = append(wrong, but.unused(used)...)
	sort.Strings(wrong)
	return wrong
}

// rows gives every row of a query as text; NULL is empty.
func rows(ctx context.Context, q database.Querier, query string, args ...any) (out [][]string, err error) {
	found, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, query)
	}
	defer func() { err = firstOf(err, found.Close()) }()
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	for found.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := found.Scan(cells...); err != nil {
			return nil, err
		}
		row := make([]string, len(columns))
		for i, c := range cells {
			switch v := (*c.(*any)).(type) {
			case nil:
			case []byte:
				row[i] = string(v)
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		out = append(out, row)
	}
	return out, found.Err()
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	quoted   = regexp.MustCompile(`'[^']*'`)
	spaces   = regexp.MustCompile(`\s+`)
	checking = regexp.MustCompile(`(?i)CHECK\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)`)
	zeroOne  = regexp.MustCompile(`(?i)^\s*(\w+)\s+IN\s*\(\s*0\s*,\s*1\s*\)\s*$`)
	validity = regexp.MustCompile(`(?i)json_valid\(\s*(\w+)\s*\)`)
)

// check is a constraint in words that both databases share: the values it
// names, since PostgreSQL keeps it in other words than were written.
func check(table, text string) string {
	values := quoted.FindAllString(text, -1)
	sort.Strings(values)
	return "check of " + table + " with " + strings.Join(values, " ")
}

func sqliteSchema(ctx context.Context, q database.Querier) (schema, error) {
	s := schema{}
	tables, err := rows(ctx, q, "SELECT name, sql FROM sqlite_master WHERE type = 'table'")
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		table, sql := t[0], t[1]
		if notOurTables.MatchString(table) {
			continue
		}
		s.add("table %s", table)
		if !strings.HasSuffix(strings.TrimSpace(sql), "STRICT") && !strings.Contains(sql, "VIRTUAL") {
			s.add("table %s that is not STRICT", table)
		}
		is := map[string]string{}
		for _, c := range checking.FindAllStringSubmatch(sql, -1) {
			if m := zeroOne.FindStringSubmatch(c[1]); m != nil {
				is[m[1]] = "boolean"
			} else if m := validity.FindStringSubmatch(c[1]); m != nil {
				is[m[1]] = "json"
			} else {
				s.add("%s", check(table, c[1]))
			}
		}
		columns, err := rows(ctx, q, "SELECT name, type, \"notnull\", pk, dflt_value FROM pragma_table_info($1)", table)
		if err != nil {
			return nil, err
		}
		primary := make([]string, len(columns)+1)
		for _, c := range columns {
			kind := map[string]string{"TEXT": "text", "INTEGER": "integer", "BLOB": "bytes", "REAL": "real"}[c[1]]
			if is[c[0]] != "" {
				kind = is[c[0]]
			}
			s.column(table, c[0], kind, c[2] == "1", c[4] != "")
			if c[3] != "0" {
				primary[int(c[3][0]-'0')] = c[0]
			}
		}
		s.add("primary key of %s: %s", table, strings.TrimSpace(strings.Join(primary, " ")))
		if err := s.sqliteIndexes(ctx, q, table); err != nil {
			return nil, err
		}
		keys, err := rows(ctx, q, "SELECT id, \"table\", group_concat(\"from\", ' '), group_concat(coalesce(\"to\", ''), ' '), on_delete FROM pragma_foreign_key_list($1) GROUP BY id", table)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			s.add("foreign key of %s: %s to %s on delete %s", table, k[2], k[1], strings.ToLower(k[4]))
		}
	}
	triggers, err := rows(ctx, q, "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
	if err != nil {
		return nil, err
	}
	for _, t := range triggers {
		if !notOurTables.MatchString(t[1]) {
			s.add("trigger %s on %s", t[0], t[1])
		}
	}
	return s, nil
}

func (s schema) column(table, name, kind string, required, defaulted bool) {
	words := kind
	if required {
		words += ", required"
	}
	if defaulted {
		words += ", with a default"
	}
	s.add("column %s.%s: %s", table, name, words)
}

func (s schema) sqliteIndexes(ctx context.Context, q database.Querier, table string) error {
	list, err := rows(ctx, q, "SELECT name, \"unique\", origin, partial FROM pragma_index_list($1)", table)
	if err != nil {
		return err
	}
	for _, i := range list {
		columns, err := rows(ctx, q, "SELECT coalesce(name, '(expression)') || CASE \"desc\" WHEN 1 THEN ' desc' ELSE '' END FROM pragma_index_xinfo($1) WHERE key = 1 ORDER BY seqno", i[0])
		if err != nil {
			return err
		}
		s.index(table, i[0], columns, i[2] == "c", i[1] == "1", i[2] == "pk", i[3] == "1")
	}
	return nil
}

func (s schema) index(table, name string, columns [][]string, named, unique, primary, partial bool) {
	var list []string
	for _, c := range columns {
		list = append(list, c[0])
	}
	words := "index"
	if unique {
		words = "unique index"
	}
	if partial {
		words = "partial " + words
	}
	switch {
	case primary: // told apart
	case named:
		s.add("%s %s on %s: %s", words, name, table, strings.Join(list, ", "))
	default:
		s.add("%s on %s: %s", words, table, strings.Join(list, ", "))
	}
}

func postgresSchema(ctx context.Context, q database.Querier) (schema, error) {
	s := schema{}
	const ours = " JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema() WHERE "
	columns, err := rows(ctx, q, `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef OR a.attidentity <> '', coalesce(l.collname, '')
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') LEFT JOIN pg_collation l ON l.oid = a.attcollation`+ours+`a.attnum > 0 AND NOT a.attisdropped`)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{"text": "text", "bigint": "integer", "integer": "integer", "timestamp with time zone": "integer", "boolean": "boolean", "jsonb": "json", "bytea": "bytes", "double precision": "real"}
	for _, c := range columns {
		if notOurTables.MatchString(c[0]) {
			continue
		}
		s.add("table %s", c[0])
		kind := kinds[c[2]]
		if kind == "" {
			kind = "the type " + c[2]
		}
		if kind == "text" && c[5] != "C" {
			kind = `text that is not COLLATE "C"`
		}
		s.column(c[0], c[1], kind, c[3] == "true", c[4] == "true")
	}
	constraints, err := rows(ctx, q, `SELECT c.relname, k.contype::text, pg_get_constraintdef(k.oid),
			(SELECT string_agg(a.attname, ' ' ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(num, n) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
			coalesce(f.relname, ''), k.confdeltype::text
		FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class f ON f.oid = k.confrelid`+ours+`k.contype IN ('p', 'f', 'c')`)
	if err != nil {
		return nil, err
	}
	deleting := map[string]string{"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
	for _, k := range constraints {
		if notOurTables.MatchString(k[0]) {
			continue
		}
		switch k[1] {
		case "p":
			s.add("primary key of %s: %s", k[0], k[3])
		case "f":
			s.add("foreign key of %s: %s to %s on delete %s", k[0], k[3], k[4], deleting[k[5]])
		case "c":
			s.add("%s", check(k[0], k[2]))
		}
	}
	indexes, err := rows(ctx, q, `SELECT t.relname, c.relname, i.indisunique, i.indisprimary, i.indpred IS NOT NULL, NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid),
			i.indnkeyatts, i.indexrelid::bigint FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid`+ours+`true`)
	if err != nil {
		return nil, err
	}
	for _, i := range indexes {
		if notOurTables.MatchString(i[0]) {
			continue
		}
		columns, err := rows(ctx, q, `SELECT coalesce(a.attname::text, '(expression)') || CASE WHEN i.indoption[k.n - 1] & 1 = 1 THEN ' desc' ELSE '' END
			FROM pg_index i CROSS JOIN generate_series(1, i.indnkeyatts) k(n) LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1] AND a.attnum > 0
			WHERE i.indexrelid::bigint = CAST($1 AS bigint) ORDER BY k.n`, i[7])
		if err != nil {
			return nil, err
		}
		s.index(i[0], i[1], columns, i[5] == "true", i[2] == "true", i[3] == "true", i[4] == "true")
	}
	triggers, err := rows(ctx, q, "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"+ours+"NOT t.tgisinternal")
	if err != nil {
		return nil, err
	}
	for _, t := range triggers {
		if !notOurTables.MatchString(t[1]) {
			s.add("trigger %s on %s", t[0], t[1])
		}
	}
	return s, nil
}

func read(ctx context.Context, db *database.DB) (schema, error) {
	if db.Dialect() == database.SQLite {
		return sqliteSchema(ctx, db.Read())
	}
	return postgresSchema(ctx, db.Read())
}

// bothSchemas reads the schema of each database after change.
func bothSchemas(t *testing.T, change func(t *testing.T, db *database.DB)) map[database.Dialect]schema {
	t.Helper()
	var mu sync.Mutex
	found := map[database.Dialect]schema{}
	t.Run("read", func(t *testing.T) {
		databasetest.Each(t, func(t *testing.T, db *database.DB) {
			change(t, db)
			s, err := read(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			defer mu.Unlock()
			found[db.Dialect()] = s
		})
	})
	return found
}

func TestBothDatabasesHaveOneSchema(t *testing.T) {
	found := bothSchemas(t, func(*testing.T, *database.DB) {})
	if len(found[database.SQLite]) < 50 {
		t.Fatalf("only %d parts of a schema were read", len(found[database.SQLite]))
	}
	report(t, differences(found[database.SQLite], found[database.Postgres], onlyOne))
}

func TestBothDatabasesHaveTheSameMigrations(t *testing.T) {
	names := func(dir string) string {
		list, err := fs.Glob(migrations.Files, dir+"/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		return spaces.ReplaceAllString(strings.ReplaceAll(strings.Join(list, " "), dir+"/", ""), " ")
	}
	if lite, pg := names("sqlite"), names("postgres"); lite != pg || lite == "" {
		t.Errorf("sqlite:   %s\npostgres: %s", lite, pg)
	}
}

// TestDifferentSchemasAreFound changes both migrated databases, each its way.
func TestDifferentSchemasAreFound(t *testing.T) {
	changes := map[database.Dialect][]string{
		database.SQLite: {
			"CREATE TABLE guard_a (id TEXT NOT NULL PRIMARY KEY, n INTEGER, flag INTEGER, doc TEXT, late INTEGER NOT NULL, state TEXT CHECK (state IN ('a', 'b'))) STRICT",
			"CREATE INDEX guard_a_n ON guard_a (n)", "CREATE TABLE guard_b (id TEXT NOT NULL, a TEXT REFERENCES guard_a (id) ON DELETE CASCADE, PRIMARY KEY (id, a), UNIQUE (a))",
		},
		database.Postgres: {
			`CREATE TABLE guard_a (id TEXT COLLATE "C" PRIMARY KEY, n TEXT, flag BOOLEAN, doc JSONB, late TIMESTAMPTZ, state TEXT COLLATE "C" CHECK (state IN ('a', 'c')))`,
			"CREATE INDEX guard_a_n ON guard_a (n DESC)", `CREATE TABLE guard_b (id TEXT COLLATE "C" NOT NULL, a TEXT COLLATE "C" NOT NULL REFERENCES guard_a (id), PRIMARY KEY (id))`,
			"CREATE TRIGGER guard_t BEFORE UPDATE ON guard_a FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
		},
	}
	found := bothSchemas(t, func(t *testing.T, db *database.DB) {
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for _, c := range changes[db.Dialect()] {
				if _, err := tx.ExecContext(ctx, c); err != nil {
					return fmt.Errorf("%s: %w", c, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	for _, s := range found { // the rest is the other test's business
		for part := range s {
			if !strings.Contains(part, "guard_") {
				delete(s, part)
			}
		}
	}
	finds(t, differences(found[database.SQLite], found[database.Postgres], nil),
		"sqlite: column guard_a.n: integer", `postgres: column guard_a.n: text that is not COLLATE "C"`,
		"sqlite: column guard_a.flag: integer", "postgres: column guard_a.flag: boolean",
		"sqlite: column guard_a.doc: text", "postgres: column guard_a.doc: json",
		"sqlite: column guard_a.late: integer, required", "postgres: column guard_a.late: integer",
		"sqlite: check of guard_a with 'a' 'b'", "postgres: check of guard_a with 'a' 'c'",
		"sqlite: index guard_a_n on guard_a: n", "postgres: index guard_a_n on guard_a: n desc",
		"sqlite: column guard_b.a: text", "postgres: column guard_b.a: text, required",
		"sqlite: foreign key of guard_b: a to guard_a on delete cascade", "postgres: foreign key of guard_b: a to guard_a on delete no action",
		"sqlite: primary key of guard_b: id a", "postgres: primary key of guard_b: id",
		"sqlite: unique index on guard_b: a", "sqlite: table guard_b that is not STRICT", "postgres: trigger guard_t on guard_a")
	finds(t, differences(schema{"x": true}, schema{}, excuses{"sqlite: x": "", "sqlite: y*": ""}), "sqlite: y* excuses nothing")
}
