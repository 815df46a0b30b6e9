package finder

import (
	"slices"
	"strings"
)

// Costs of reading a word of a query as a word of the texts. What costs less than
// corrected is what was typed; the rest is a correction, and is said.
const (
	costBeginning = 0.06 // of the last word; of another twice as much
	corrected     = 0.25
	costMethod    = 0.3  // keys of an input method left in: "dawng", "d9ang"
	costInitials  = 0.35 // "dkks"; two letters alone are twice as dear
	costSound     = 0.7  // written as it sounds in the south: "chung" for "trung"
	costTwice     = 0.8  // a letter doubled, or one of two missing
	costSlip      = 1.0  // one letter missing, too many, another, or two changed over
	costKnown     = 0.2  // more, when what was typed is a word, too
	costMissing   = 1.3  // a word that the text does not have; more, when it is a rare one
	costFiller    = 0.2
	costTwo       = 1.8 // two slips in a long word
)

// reading is a word of the texts for a word that was typed.
type reading struct {
	word int32
	cost float64
}

// readings gives the words that may have been meant, each once, the nearest first.
func (x *Index) readings(w word, last bool, far *int) []reading {
	q := w.bare
	best := map[int32]float64{}
	note := func(n int32, cost float64) {
		if old, ok := best[n]; !ok || cost < old {
			best[n] = cost
		}
	}
	more := 0.0
	exact, known := x.number[q]
	if known {
		note(exact, 0)
		more = costKnown
	}
	begin := costBeginning
	if !last {
		begin *= 2
	}
	from, _ := slices.BinarySearch(x.words, q)
	begins := false
	for n := from; n < len(x.words) && strings.HasPrefix(x.words[n], q); n++ {
		note(int32(n), begin)
		begins = begins || x.words[n] != q
	}
	if !known {
		for _, w := range typed(q) {
			if n, ok := x.number[w]; ok {
				note(n, costMethod)
			}
		}
	}
	for _, w := range sounds(q) {
		if n, ok := x.number[w]; ok {
			note(n, costSound+more)
		}
	}
	if begins && !known {
		more = costKnown / 2 // probably not finished
	}
	near := false
	for _, form := range slices.Compact([]string{q, w.plain}) { // a y may be the slip
		for _, d := range shorter(form) {
			for _, n := range x.deletes[d] {
				if slips, cost := distance(form, x.words[n], 1); slips == 1 {
					note(n, cost+more)
					near = true
				}
			}
		}
	}
	if !known && !begins && !near && len(q) >= 5 && *far > 0 {
		*far--
		for n, w := range x.words {
			if slips, cost := distance(q, w, 2); slips == 2 {
				note(int32(n), cost)
			}
		}
	}
	return sorted(best)
}

func sorted(best map[int32]float64) []reading {
	all := make([]reading, 0, len(best))
	for n, c := range best {
		all = append(all, reading{n, c})
	}
	slices.SortFunc(all, func(a, b reading) int {
		switch {
		case a.cost < b.cost || a.cost == b.cost && a.word < b.word:
			return -1
		case a == b:
			return 0
		}
		return 1
	})
	return all
}

// typed undoes what an input method left in: Telex ("dawng", "kys", "dduwowngf")
// and VNI ("d9a8ng", "ky1").
func typed(q string) []string {
	if i := strings.IndexAny(q, "0123456789"); i > 0 {
		letters := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, q)
		return []string{bare(letters)}
	}
	var b strings.Builder
	for i := 0; i < len(q); i++ {
		c := q[i]
		switch {
		case c == 'w' && i > 0 && vowel(q[i-1]): // aw, ow, uw
		case c == 'w':
			b.WriteByte('u')
		case i > 0 && c == q[i-1] && strings.IndexByte("adeo", c) >= 0: // aa, dd, ee, oo
		default:
			b.WriteByte(c)
		}
	}
	plain := b.String()
	all := []string{bare(plain)}
	// The key of the tone stands after a vowel, mostly at the end.
	for i := len(plain) - 1; i > 0; i-- {
		if strings.IndexByte("sfrxj", plain[i]) >= 0 && strings.ContainsAny(plain[:i], "aeiouy") {
			all = append(all, bare(plain[:i]+plain[i+1:]))
			break
		}
	}
	if all[0] == q {
		return all[1:]
	}
	return all
}

// southern are beginnings that sound alike to many.
var southern = [][2]string{{"tr", "ch"}, {"ch", "tr"}, {"s", "x"}, {"x", "s"}, {"gi", "d"}, {"d", "gi"}, {"gi", "r"}, {"d", "r"}, {"r", "d"}, {"r", "gi"}, {"ngh", "ng"}, {"ng", "ngh"}, {"c", "k"}, {"k", "c"}}

func sounds(q string) []string {
	var all []string
	for _, s := range southern {
		if rest, ok := strings.CutPrefix(q, s[0]); ok && rest != "" {
			all = append(all, s[1]+rest)
		}
	}
	return all
}

// rows of a telephone's keys.
var rows = [...]string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

func beside(a, b byte) bool {
	for r, row := range rows {
		i := strings.IndexByte(row, a)
		if i < 0 {
			continue
		}
		for s := max(0, r-1); s <= min(2, r+1); s++ {
			if j := strings.IndexByte(rows[s], b); j >= 0 && j-i >= -1 && j-i <= 1 {
				return true
			}
		}
	}
	return false
}

// distance counts the slips between two words, when they are at most most, and
// what they cost; another count when they are more. A slip is a letter missing, too many,
// another one, or two changed over.
func distance(a, b string, most int) (slips int, cost float64) {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1, 0
	}
	if len(a) > longest || len(b) > longest {
		return most + 1, 0
	}
	var d [longest + 1][longest + 1]uint8
	for i := 0; i <= len(a); i++ {
		d[i][0] = uint8(i)
	}
	for j := 0; j <= len(b); j++ {
		d[0][j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		low := uint8(255)
		for j := 1; j <= len(b); j++ {
			v := d[i-1][j-1]
			if a[i-1] != b[j-1] {
				v++
			}
			v = min(v, d[i-1][j]+1, d[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				v = min(v, d[i-2][j-2]+1)
			}
			d[i][j] = v
			low = min(low, v)
		}
		if int(low) > most {
			return most + 1, 0
		}
	}
	switch slips = int(d[len(a)][len(b)]); {
	case slips == 1:
		return 1, oneSlip(a, b)
	case slips == 2:
		return 2, costTwo
	}
	return slips, 0
}

// oneSlip weighs the slip: people double letters and hit the key beside, and
// seldom miss the first letter.
func oneSlip(a, b string) float64 {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == 0 {
		return costSlip + 0.15
	}
	short, long := a, b
	if len(a) > len(b) {
		short, long = b, a
	}
	switch {
	case len(short) < len(long) && long[i] == long[i-1]:
		return costTwice
	case len(short) == len(long) && beside(a[i], b[i]):
		return costSlip - 0.1
	}
	return costSlip
}
