package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

// segments that lie next to one another in byte order, or share a prefix.
var segments = []string{"8", "86", "860", "28756", "28756-2025", "28756.", "28756~", "Đ", "ubnd-28756", "ubnd-28756-2025", "-", "a", "A", "zz"}

func drawPath(t *rapid.T, name string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(segments), 1, 4).Draw(t, name), "/") + "/"
}

func drawScope(t *rapid.T, name string) (Scope, []string) {
	n := rapid.IntRange(0, 5).Draw(t, name+" size")
	var paths []string
	for i := range n {
		paths = append(paths, drawPath(t, fmt.Sprintf("%s %d", name, i)))
	}
	return Within(paths...), paths
}

func TestScopeContainsExactlyWhatIsAtOrBelowItsPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scope, paths := drawScope(t, "scope")
		path := drawPath(t, "path")
		below := func(p string) bool { // by segments, not by text
			have, want := strings.Split(path, "/"), strings.Split(strings.TrimSuffix(p, "/"), "/")
			return len(have) > len(want) && slices.Equal(have[:len(want)], want)
		}
		if got, want := scope.Contains(path), slices.ContainsFunc(paths, below); got != want {
			t.Fatalf("%s contains %s: %v", scope, path, got)
		}
		for i, p := range scope.prefixes {
			for j, q := range scope.prefixes {
				if i != j && strings.HasPrefix(p, q) {
					t.Fatalf("%s was not merged into %s", p, q)
				}
			}
		}
	})
}

func TestIntersectionOfScopesContainsWhatBothContain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _ := drawScope(t, "a")
		b, _ := drawScope(t, "b")
		path := drawPath(t, "path")
		if got, want := a.And(b).Contains(path), a.Contains(path) && b.Contains(path); got != want {
			t.Fatalf("%s and %s contain %s: %v", a, b, path, got)
		}
	})
}

func TestNoPathsNoScope(t *testing.T) {
	for _, paths := range [][]string{nil, {""}, {"/"}, {"86"}, {"86/28756"}, {"/86/"}, {"86//"}} {
		if s := Within(paths...); !s.Empty() || s.Contains("86/28756/") || s.Contains("") {
			t.Errorf("%q gives %s", paths, s)
		}
	}
}

func TestScopeNumbersItsArguments(t *testing.T) {
	sql, args := Within("86/28756-2025/", "83/", "86/28756/", "86/28756/x/").SQL("c.holder", 4)
	const want = "((c.holder >= $4 AND c.holder < $5) OR (c.holder >= $6 AND c.holder < $7) OR (c.holder >= $8 AND c.holder < $9))"
	if sql != want || !slices.Equal(args, []any{"83/", "830", "86/28756-2025/", "86/28756-20250", "86/28756/", "86/287560"}) {
		t.Errorf("%s %v", sql, args)
	}
}

// TestScopeInSQLAgreesWithContains asks the databases which of many paths lie in
// random scopes, and expects what Contains says.
func TestScopeInSQLAgreesWithContains(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		paths := []string{"86", "86/28756", "86/28756/", "86/28756-2025/", "86/287560", "86/28756.", "86/28756/~", "860/", "\u00ff/", "86/28756-2025/ubnd-28756-2025/"}
		for _, a := range segments {
			paths = append(paths, a+"/")
			for _, b := range segments {
				paths = append(paths, a+"/"+b+"/")
				for _, c := range segments[:8] {
					paths = append(paths, a+"/"+b+"/"+c+"/")
				}
			}
		}
		slices.Sort(paths)
		paths = slices.Compact(paths)
		// A column that compares by byte, as every path column does.
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for _, p := range paths {
				if _, err := tx.ExecContext(ctx, `INSERT INTO counters (series, period, last) VALUES ($1, 'scope', 1)`, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(rt *rapid.T) {
			scope, _ := drawScope(rt, "scope")
			where, args := scope.SQL("series", 2)
			rows, err := db.Read().QueryContext(t.Context(), `SELECT series FROM counters WHERE period = $1 AND `+where, append([]any{"scope"}, args...)...)
			if err != nil {
				rt.Fatal(err)
			}
			defer func() {
				if err := rows.Close(); err != nil {
					rt.Error(err)
				}
			}()
			var got []string
			for rows.Next() {
				var p string
				if err := rows.Scan(&p); err != nil {
					rt.Fatal(err)
				}
				got = append(got, p)
			}
			if err := rows.Err(); err != nil {
				rt.Fatal(err)
			}
			slices.Sort(got)
			var want []string
			for _, p := range paths {
				if scope.Contains(p) {
					want = append(want, p)
				}
			}
			if !slices.Equal(got, want) {
				rt.Fatalf("%s: the database finds %d paths, Contains %d", scope, len(got), len(want))
			}
		})
	})
}

func TestMayAndScopeAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Actor
		for i := range rapid.IntRange(0, 4).Draw(t, "grants") {
			a.Grants = append(a.Grants, Grant{
				Path:        drawPath(t, fmt.Sprint("grant ", i)),
				Permissions: rapid.SliceOfDistinct(rapid.SampledFrom(permissions), func(p Permission) Permission { return p }).Draw(t, "permissions"),
			})
		}
		p, path := rapid.SampledFrom(permissions).Draw(t, "permission"), drawPath(t, "path")
		if a.May(p, path) != a.Scope(p).Contains(path) || a.Has(p) == a.Scope(p).Empty() {
			t.Fatalf("May, Has and Scope differ for %s on %s", p, path)
		}
	})
}
