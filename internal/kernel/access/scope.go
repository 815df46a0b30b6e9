package access

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is a set of paths: everything at or below some prefixes. The zero Scope
// is empty. It is immutable.
type Scope struct {
	prefixes []string // sorted by byte, each ends in "/", none is a prefix of another
}

// Within is the scope of everything at or below these paths. What is not a path
// (empty, or not ending in "/") adds nothing.
func Within(paths ...string) Scope {
	var sorted []string
	for _, p := range paths {
		if isPath(p) {
			sorted = append(sorted, p)
		}
	}
	slices.Sort(sorted)
	var kept []string
	for _, p := range sorted {
		// In byte order a prefix stands right before all that it covers.
		if n := len(kept); n > 0 && strings.HasPrefix(p, kept[n-1]) {
			continue
		}
		kept = append(kept, p)
	}
	return Scope{prefixes: kept}
}

// Empty says whether nothing is in scope.
func (s Scope) Empty() bool { return len(s.prefixes) == 0 }

// Contains says whether path is in scope.
func (s Scope) Contains(path string) bool {
	return slices.ContainsFunc(s.prefixes, func(p string) bool { return strings.HasPrefix(path, p) })
}

// And is the scope of what is in both.
func (s Scope) And(other Scope) Scope {
	var both []string
	for _, p := range s.prefixes {
		if other.Contains(p) {
			both = append(both, p)
		}
	}
	for _, p := range other.prefixes {
		if s.Contains(p) {
			both = append(both, p)
		}
	}
	return Within(both...)
}

// SQL gives a condition in parentheses that holds for the rows whose column is
// in scope, and its arguments, which are numbered from $next. The column must
// compare by byte (COLLATE "C" in PostgreSQL). The zero scope gives a condition
// that never holds.
//
// "0" is the byte after "/": path >= 'a/b/' AND path < 'a/b0' are exactly the
// paths that begin with 'a/b/', in a form that an index on the column answers.
func (s Scope) SQL(column string, next int) (string, []any) {
	if s.Empty() {
		return "1 = 0", nil
	}
	var b strings.Builder
	args := make([]any, 0, 2*len(s.prefixes))
	b.WriteByte('(')
	for i, p := range s.prefixes {
		if i > 0 {
			b.WriteString(" OR ")
		}
		fmt.Fprintf(&b, "(%s >= $%d AND %s < $%d)", column, next, column, next+1)
		next += 2
		args = append(args, p, p[:len(p)-1]+"0")
	}
	b.WriteByte(')')
	return b.String(), args
}

// String lists the prefixes, for logs and tests.
func (s Scope) String() string {
	if s.Empty() {
		return "nothing"
	}
	return strings.Join(s.prefixes, " ")
}
