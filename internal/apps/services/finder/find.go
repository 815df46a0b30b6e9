package finder

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Found is the answer to a query.
type Found struct {
	Texts []int // places in the list that New was given, the best first
	// Corrected is what was looked for instead, when it is not what was typed.
	Corrected string
	// Nearest says that no text has every word: these have most.
	Nearest bool
}

// Set is the texts as a set.
func (x *Index) Set(f Found) Set {
	s := NewSet(len(x.texts))
	for _, i := range f.Texts {
		s.Add(i)
	}
	return s
}

const (
	mostNear    = 300 // texts that are weighed when none has every word as it was typed
	mostNearest = 30  // texts that are shown when none has every word
)

// hit is a text on the scales.
type hit struct {
	text   int
	cost   float64 // of the words
	slips  float64 // the corrections in it
	misses int     // words that it does not have, fillers aside
	apart  bool    // they do not stand together
	total  float64
}

// scratch is what Find works on, kept from one to the next.
type scratch struct {
	cost   []float64 // text → what it saves
	slips  []float64
	have   []int16
	by     [][]float64 // word of the query → word of the texts → 10 - cost
	starts [][]uint64  // word of the query → where it stands in a text
	ends   [][]uint64  // the same, but of initials the last
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// Find looks for a query among the texts of within. A query without a word finds
// nothing.
func (x *Index) Find(query string, within Set) Found {
	if found := x.byCode(query, within); found != nil {
		return Found{Texts: found}
	}
	qs := x.ask(query)
	if len(qs) == 0 {
		return Found{}
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	hits, every := x.weigh(s, qs, within)
	if !every {
		if hits, every = x.weigh(s, nearest(qs), within); every {
			return Found{}
		}
	}
	whole := wholeQuery(qs)
	for i := range hits {
		x.total(s, qs, &hits[i], whole)
	}
	sort.Slice(hits, func(a, b int) bool {
		if hits[a].total != hits[b].total {
			return hits[a].total < hits[b].total
		}
		return x.before(hits[a].text, hits[b].text)
	})
	f := Found{Nearest: !every, Texts: keep(hits, every)}
	if every && len(hits) > 0 && hits[0].slips > 0 {
		f.Corrected = x.correction(s, qs, hits[0].text)
	}
	return f
}

// keep leaves out what is further away than the best, so that a list does not end
// in guesses.
func keep(hits []hit, every bool) []int {
	var kept []int
	for _, h := range hits {
		best := hits[0]
		switch {
		case !every && (len(kept) == mostNearest || h.cost > best.cost+0.5):
		case every && h.misses > 0:
		case every && h.slips > best.slips+0.3 && (h.apart || !best.apart || h.total > best.total+1.3):
		case every && h.slips > 0 && h.apart && !best.apart:
		default:
			kept = append(kept, h.text)
		}
	}
	return kept
}

// byCode finds by the digits of a code, with or without points and blanks.
func (x *Index) byCode(query string, within Set) []int {
	if strings.ContainsFunc(query, func(r rune) bool { return (r < '0' || r > '9') && !strings.ContainsRune(" .,-", r) }) {
		return nil
	}
	d := digits(query)
	if len(d) < 4 {
		return nil
	}
	var found []int
	for i := range x.texts {
		if within.Has(i) && (strings.HasPrefix(x.texts[i].digits, d) || len(d) >= 6 && strings.HasSuffix(x.texts[i].digits, d)) {
			found = append(found, i)
		}
	}
	sort.SliceStable(found, func(a, b int) bool { return x.before(found[a], found[b]) })
	return found
}

// nearest is a query when no text has every word of it: a slip is believed only
// of a longer word that is no word, since a text that has neither the words nor
// their slips is no answer.
func nearest(qs []asked) []asked {
	for i, q := range qs {
		if q.known || len(q.bare) < 4 {
			qs[i].initials = nil
			qs[i].readings = slices.DeleteFunc(q.readings, func(r reading) bool { return r.cost >= corrected })
		}
	}
	return qs
}

// weigh gives what each text costs by its words alone: every is true when some
// have every word, and then all that have them as they were typed are there, and
// the nearest of the others. When none has, these are the ones that have at least
// half of what was asked for, by weight.
func (x *Index) weigh(s *scratch, qs []asked, within Set) (hits []hit, every bool) {
	n := len(x.texts)
	s.cost, s.slips, s.have = zeroed(s.cost, n), zeroed(s.slips, n), zeroed(s.have, n)
	missing, asked := 0.0, 0
	for _, q := range qs {
		missing += q.missing
		if !q.filler {
			asked++
		}
		seen := NewSet(n)
		give := func(set Set, cost float64) {
			set.each(within, seen, func(i int) {
				s.cost[i] += q.missing - cost
				if !q.filler {
					s.have[i]++
				}
				if cost >= corrected {
					s.slips[i] += cost
				}
			})
			seen.or(set)
		}
		given := q.initials == nil
		for _, r := range q.readings {
			if !given && r.cost > q.short {
				give(q.initials, q.short)
				given = true
			}
			give(x.in[r.word], r.cost)
		}
		if !given {
			give(q.initials, q.short)
		}
	}
	var full, rest []hit
	whole, partly := missing, missing // the cheapest
	within.each(x.all, NewSet(n), func(i int) {
		if s.cost[i] == 0 {
			return
		}
		h := hit{text: i, cost: missing - s.cost[i], slips: s.slips[i], misses: asked - int(s.have[i])}
		if h.misses == 0 {
			whole = min(whole, h.cost)
		} else {
			partly = min(partly, h.cost)
		}
		if h.misses == 0 && h.slips == 0 {
			full = append(full, h)
		} else {
			rest = append(rest, h)
		}
	})
	s.read(qs, len(x.words))
	every = len(full) > 0 || whole < missing && whole <= partly+0.5 // else it has every word only by a heap of slips
	rest = slices.DeleteFunc(rest, func(h hit) bool {
		return every && h.misses > 0 || !every && h.cost > missing/2
	})
	if len(rest) > mostNear {
		slices.SortFunc(rest, func(a, b hit) int { return cmp.Compare(a.cost, b.cost) })
		rest = rest[:mostNear]
	}
	return append(full, rest...), every
}

func zeroed[T int16 | float64 | uint64](a []T, n int) []T {
	if cap(a) < n {
		return make([]T, n)
	}
	a = a[:n]
	clear(a)
	return a
}

// read lays the readings out by word, for looking along a text.
func (s *scratch) read(qs []asked, words int) {
	for len(s.by) < len(qs) {
		s.by = append(s.by, nil)
	}
	for i, q := range qs {
		s.by[i] = zeroed(s.by[i], words)
		for _, r := range q.readings {
			s.by[i][r.word] = 10 - r.cost // 0 is: not this word
		}
	}
}

// places marks where in the text the words of the query stand, each in its
// cheapest reading.
func (x *Index) places(s *scratch, qs []asked, text int) {
	e := &x.texts[text]
	long := (len(e.seq) + 63) / 64
	for len(s.starts) < len(qs) {
		s.starts, s.ends = append(s.starts, nil), append(s.ends, nil)
	}
	for i, q := range qs {
		m := zeroed(s.starts[i], long)
		s.starts[i] = m
		by, best := s.by[i], 0.0
		for p, w := range e.seq {
			if w == none || by[w] == 0 || by[w] < best-0.15 {
				continue
			}
			if by[w] > best+0.15 {
				clear(m)
			}
			best = max(best, by[w])
			m[p/64] |= 1 << (p % 64)
		}
		if q.initials == nil || !q.initials.Has(text) || best > 10-q.short {
			s.ends[i] = append(s.ends[i][:0], m...)
			continue
		}
		clear(m)
		s.ends[i] = zeroed(s.ends[i], long)
		for at := 0; ; at++ {
			next := strings.Index(e.initials[at:], q.bare)
			if next < 0 {
				break
			}
			at += next
			end := at + len(q.bare) - 1
			m[at/64] |= 1 << (at % 64)
			s.ends[i][end/64] |= 1 << (end % 64)
		}
	}
}

// total weighs a text: its words, whether they stand together, their marks, how
// common it is, and whether it has more than was asked for.
func (x *Index) total(s *scratch, qs []asked, h *hit, whole string) {
	e := &x.texts[h.text]
	x.places(s, qs, h.text)
	together, pairs, found, inTitle, telling := 0, 0, 0, 0, 0
	marks := 0.0
	before := -1 // the word before that is no missing filler
	for i, q := range qs {
		first := lowest(s.starts[i])
		if first < 0 && q.filler {
			continue
		}
		if first >= 0 {
			found++
			if first < e.titled {
				inTitle++
				if !q.filler {
					telling++
				}
			}
			if q.marked && !marked(e, q.key, s.starts[i], s.by[i]) {
				marks += 0.12
			}
		}
		if before >= 0 {
			pairs++
			if follows(s.ends[before], s.starts[i]) {
				together++
			}
		}
		before = i
	}
	h.total = h.cost - 0.2*e.Rank + min(marks, 0.6)
	if h.apart = together < pairs; h.apart {
		h.total += 0.3 + 0.8*float64(pairs-together)/float64(pairs)
	}
	if slices.Contains(e.whole, whole) {
		h.total -= 0.5
	}
	if found > 0 {
		h.total += 0.1 * float64(found-inTitle) / float64(found) // in another name only
	}
	if e.telling > 0 {
		h.total += 0.25 * (1 - min(1, float64(telling)/float64(e.telling)))
	}
}

// marked says whether the word stands in the text with the marks that were typed;
// a word that was corrected or not finished is not held to them.
func marked(e *entry, key string, mask []uint64, by []float64) bool {
	for p, w := range e.seq {
		if mask[p/64]&(1<<(p%64)) == 0 {
			continue
		}
		if by[w] < 10 || e.keys[p] == key {
			return true
		}
	}
	return false
}

func lowest(mask []uint64) int {
	for i, w := range mask {
		if w != 0 {
			for b := range 64 {
				if w&(1<<b) != 0 {
					return i*64 + b
				}
			}
		}
	}
	return -1
}

// follows says whether some place of b comes right after one of a.
func follows(a, b []uint64) bool {
	carry := uint64(0)
	for i := range a {
		if (a[i]<<1|carry)&b[i] != 0 {
			return true
		}
		carry = a[i] >> 63
	}
	return false
}

func wholeQuery(qs []asked) string {
	ws := make([]string, len(qs))
	for i, q := range qs {
		ws[i] = q.bare
	}
	return strings.Join(ws, " ")
}

// correction writes the query as the text has it: what was typed rightly gets the
// marks of the text, what was corrected its word. A word that the text does not
// have stays out.
func (x *Index) correction(s *scratch, qs []asked, text int) string {
	e := &x.texts[text]
	x.places(s, qs, text)
	masks := s.starts
	var out []string
	before := -2
	for i, q := range qs {
		at := -1
		if next := before + 1; next >= 0 && next < len(e.seq) && masks[i][next/64]&(1<<(next%64)) != 0 {
			at = next
		} else {
			at = lowest(masks[i])
		}
		switch {
		case at >= 0 && !slices.Equal(s.starts[i], s.ends[i]):
			out = append(out, e.written[at:at+len(q.bare)]...)
			at += len(q.bare) - 1
		case at >= 0 && (s.by[i][e.seq[at]] == 10 || s.by[i][e.seq[at]] <= 10-corrected):
			out = append(out, e.written[at])
		case at >= 0: // the beginning of a word stays what it is
			out = append(out, q.written)
		}
		before = at
		if at < 0 {
			before = -2
		}
	}
	return strings.Join(out, " ")
}
