package board

import (
	"cmp"
	"slices"

	"benso/internal/core/targets"
)

// smallest is the smallest number, other than none, that everybody may see of what
// persons did, in a table that is broken down (docs/adr/0013).
const smallest = 5

// guarded is a table along one axis that everybody may see: every number in it is
// none or at least smallest, and what stands apart adds up with what was joined, so
// that nothing is found by taking rows off a sum.
type guarded struct {
	Rows   []targets.Cell
	Joined *targets.Cell // rows that are too small, added up; nil: none
	Keys   []string      // of the rows that were joined
}

// safe says whether the numbers of a row may be seen: the whole, the numerator and
// what is left.
func safe(c targets.Cell) bool {
	for _, p := range []targets.Part{targets.Denominator, targets.Numerator, targets.Rest} {
		if n := c.Of(p); n != 0 && n < smallest {
			return false
		}
	}
	return true
}

// guard joins the rows that are too small. One alone would be found by taking the
// others off the sum, so at least two are joined; and their sum is not small
// either: the next smallest are joined with them until it is so.
func guard(cells []targets.Cell) guarded {
	var g guarded
	var small, rest []targets.Cell
	for _, c := range cells {
		if safe(c) {
			rest = append(rest, c)
		} else {
			small = append(small, c)
		}
	}
	if len(small) == 0 {
		g.Rows = cells
		return g
	}
	slices.SortStableFunc(rest, func(a, b targets.Cell) int {
		return cmp.Or(cmp.Compare(a.Denominator, b.Denominator), cmp.Compare(a.Key, b.Key))
	})
	sum := total(small)
	for len(rest) > 0 && (len(small) < 2 || !safe(sum)) {
		small, rest = append(small, rest[0]), rest[1:]
		sum = total(small)
	}
	g.Joined = &sum
	for _, c := range small {
		g.Keys = append(g.Keys, c.Key)
	}
	slices.Sort(g.Keys)
	for _, c := range cells {
		if _, joined := slices.BinarySearch(g.Keys, c.Key); !joined {
			g.Rows = append(g.Rows, c)
		}
	}
	return g
}

func total(cells []targets.Cell) targets.Cell {
	var sum targets.Cell
	for _, c := range cells {
		sum.Numerator += c.Numerator
		sum.Denominator += c.Denominator
	}
	return sum
}

// group is the rows under one heading, such as the communes of a district.
type group struct {
	Head   targets.Cell // all of them together
	Within guarded
}

// nested is a table in two steps that everybody may see: headings, and rows under
// each. Rows are joined within their heading, so that a heading is the sum of what
// stands under it; a heading that is too small itself is joined with others, and
// then nothing stands under it.
type nested struct {
	Groups []group
	Joined *targets.Cell
	Keys   []string // of the headings that were joined
}

func guardNested(cells []targets.Cell, heading func(key string) string) nested {
	under := map[string][]targets.Cell{}
	for _, c := range cells {
		under[heading(c.Key)] = append(under[heading(c.Key)], c)
	}
	var heads []targets.Cell
	for key, rows := range under {
		head := total(rows)
		head.Key = key
		heads = append(heads, head)
	}
	slices.SortFunc(heads, func(a, b targets.Cell) int { return cmp.Compare(a.Key, b.Key) })
	g := guard(heads)
	n := nested{Joined: g.Joined, Keys: g.Keys}
	for _, head := range g.Rows {
		n.Groups = append(n.Groups, group{head, guard(under[head.Key])})
	}
	return n
}

// open is guard without joining: for officials who may see every record.
func open(cells []targets.Cell) guarded { return guarded{Rows: cells} }

func openNested(cells []targets.Cell, heading func(key string) string) nested {
	n := nested{}
	at := map[string]int{}
	for _, c := range cells {
		h := heading(c.Key)
		i, known := at[h]
		if !known {
			i = len(n.Groups)
			at[h], n.Groups = i, append(n.Groups, group{Head: targets.Cell{Key: h}})
		}
		n.Groups[i].Head.Numerator += c.Numerator
		n.Groups[i].Head.Denominator += c.Denominator
		n.Groups[i].Within.Rows = append(n.Groups[i].Within.Rows, c)
	}
	slices.SortFunc(n.Groups, func(a, b group) int { return cmp.Compare(a.Head.Key, b.Head.Key) })
	return n
}
