package finder

import (
	"slices"
	"strings"
)

// A query is cut off after so much: nobody types more, and nobody is to make the
// program work for it.
const (
	longest   = 24  // bytes of a word that are compared letter by letter
	mostWords = 40  // of a query
	mostRunes = 400 // of a query
	mostFar   = 4   // words for which two slips are looked for
)

// asked is a word of a query.
type asked struct {
	word
	marked   bool // marks were typed
	readings []reading
	initials Set     // texts that have the word as initials: "dkks"
	short    float64 // what these cost
	missing  float64 // what it costs when a text does not have it
	filler   bool    // it says little
	known    bool    // it is a word of the texts
}

// ask reads a query.
func (x *Index) ask(query string) []asked {
	if r := []rune(query); len(r) > mostRunes {
		query = string(r[:mostRunes])
	}
	ws := x.joined(split(query, nil))
	if len(ws) > mostWords {
		ws = ws[:mostWords]
	}
	far := mostFar
	var all []asked
	for i, w := range ws {
		q := asked{word: w, readings: x.readings(w, i == len(ws)-1, &far)}
		q.marked = w.written != w.plain
		if len(w.bare) > 1 && (len(w.bare) <= 8 && !strings.ContainsAny(w.bare, "aeiou0123456789") || len(q.readings) == 0) {
			q.initials, q.short = x.withInitials(w.bare), costInitials
			if len(w.bare) == 2 {
				q.short *= 2
			}
		}
		_, q.known = x.number[w.bare]
		q.missing = costMissing
		if len(q.readings) > 0 {
			q.missing += 1.7 * x.weight[q.readings[0].word]
		}
		if x.fillers[w.bare] {
			q.filler, q.missing = true, costFiller
			q.readings = slices.DeleteFunc(q.readings, func(r reading) bool { return r.cost >= corrected })
		}
		all = append(all, q)
	}
	return all
}

func (x *Index) withInitials(w string) Set {
	var found Set
	for i := range x.texts {
		if strings.Contains(x.texts[i].initials, w) {
			if found == nil {
				found = NewSet(len(x.texts))
			}
			found.Add(i)
		}
	}
	return found
}

// joined mends the blanks: "khaisinh" is two words, "kh ai sinh" too.
func (x *Index) joined(ws []word) []word {
	var all []word
	for i := 0; i < len(ws); i++ {
		w := ws[i]
		if i+1 < len(ws) {
			both := word{written: w.written + ws[i+1].written, plain: w.plain + ws[i+1].plain, bare: bare(w.plain + ws[i+1].plain)}
			_, whole := x.number[both.bare]
			_, a := x.number[w.bare]
			_, b := x.number[ws[i+1].bare]
			if whole && !(a && b) {
				all = append(all, both)
				i++
				continue
			}
		}
		if parts := x.apart(w); parts != nil {
			all = append(all, parts...)
			continue
		}
		all = append(all, w)
	}
	return all
}

// apart finds the words of a run without blanks, such that each two stand beside
// each other in some text; nil when it is no run.
func (x *Index) apart(w word) []word {
	const longestRun = 60
	if len(w.plain) < 4 || len(w.plain) > longestRun || x.begins(w.plain) {
		return nil
	}
	type way struct {
		from  int
		word  int32
		words int
	}
	ends := make([][]way, len(w.plain)+1) // ways to read the beginning up to there
	ends[0] = []way{{word: none}}
	for to := 1; to <= len(w.plain); to++ {
		for from := max(0, to-8); from < to; from++ {
			part := w.plain[from:to]
			n, known := x.number[part]
			if !known {
				n, known = x.number[bare(part)] // "ky" inside of a run
			}
			if !known || to-from < 2 {
				continue
			}
			best := -1
			for k, before := range ends[from] {
				if before.word != none && x.pairs[[2]int32{before.word, n}] == 0 {
					continue
				}
				if best < 0 || before.words < ends[from][best].words {
					best = k
				}
			}
			if best >= 0 {
				ends[to] = append(ends[to], way{from: from, word: n, words: ends[from][best].words + 1})
			}
		}
	}
	var parts []word
	for to, after := len(w.plain), none; to > 0; {
		best := -1
		for k, e := range ends[to] {
			if after != none && x.pairs[[2]int32{e.word, after}] == 0 {
				continue
			}
			if best < 0 || e.words < ends[to][best].words {
				best = k
			}
		}
		if best < 0 {
			return nil
		}
		e := ends[to][best]
		parts = append(parts, word{written: w.plain[e.from:to], plain: w.plain[e.from:to], bare: x.words[e.word]})
		to, after = e.from, e.word
	}
	if len(parts) < 2 {
		return nil
	}
	slices.Reverse(parts)
	return parts
}

// begins says whether a word of the texts begins so.
func (x *Index) begins(q string) bool {
	n, _ := slices.BinarySearch(x.words, q)
	return n < len(x.words) && strings.HasPrefix(x.words[n], q)
}
