package finder

import (
	"math"
	"slices"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"benso/internal/kernel/vntext"
)

// Text is one thing to find.
type Text struct {
	Title string
	Code  string   // found by its digits: 1.001193
	Also  []string // other names: what people call it, what comes of it
	Rank  float64  // how common it is, from 0 to 1
}

// Words is what an index knows of a language.
type Words struct {
	// Fillers are words that say little of what is looked for ("làm", "xin"): a text
	// need not have them.
	Fillers []string
}

// Index finds texts. It is immutable and safe for concurrent use.
type Index struct {
	texts   []entry
	words   []string // the vocabulary: bare words, sorted
	in      []Set    // word → texts
	weight  []float64
	number  map[string]int32
	deletes map[string][]int32 // a word less one letter → words
	pairs   map[[2]int32]int32 // two words that stand beside each other → how often
	fillers map[string]bool
	all     Set
}

// entry is a text as it is searched.
type entry struct {
	Text
	seq      []int32  // the words of the title, then of the other names, apart by none
	written  []string // the same as they stand there, in lower case
	keys     []string // and with their marks, as the dictionary has them
	titled   int      // how many places the title has
	telling  int      // how many words of the title are no fillers
	whole    []string // title and other names, bare
	initials string   // of the words, for "dkks"; names apart by a blank
	digits   string   // of the code
	order    string   // the dictionary's
}

// none stands between two names of a text: no words are beside each other over it.
const none = int32(-1)

// word is one word: as it is written, and bare.
type word struct {
	written string // lower case, NFC
	plain   string // without marks
	bare    string // and a final y after a consonant is i ("ký", "kí")
	key     string // with its marks, as the dictionary sorts it; where the tone stands does not matter ("hòa", "hoà")
}

// split takes a text apart. What stands between letters and digits is left out.
// met are the words that were read before; it may be nil.
func split(s string, met map[string]word) []word {
	var words []word
	for _, w := range strings.FieldsFunc(norm.NFC.String(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	}) {
		w = strings.ToLower(w)
		known, ok := met[w]
		if !ok {
			plain := vntext.Fold(w)
			known = word{written: w, plain: plain, bare: bare(plain), key: vntext.SortKey(w)}
			if met != nil {
				met[w] = known
			}
		}
		if known.bare != "" {
			words = append(words, known)
		}
	}
	return words
}

func bare(s string) string {
	if n := len(s); n > 0 && s[n-1] == 'y' && (n == 1 || !vowel(s[n-2]) || n > 2 && s[n-3:n-1] == "qu") {
		return s[:n-1] + "i"
	}
	return s
}

func vowel(c byte) bool { return strings.IndexByte("aeiouy", c) >= 0 }

// New reads the texts.
func New(texts []Text, language Words) *Index {
	x := &Index{number: map[string]int32{}, fillers: map[string]bool{}, deletes: map[string][]int32{}, pairs: map[[2]int32]int32{}, all: NewSet(len(texts))}
	for _, f := range language.Fillers {
		for _, w := range split(f, nil) {
			x.fillers[w.bare] = true
		}
	}
	met := map[string]word{}
	parts := make([][][]word, len(texts))
	for i, t := range texts {
		x.all.Add(i)
		for _, name := range append([]string{t.Title}, t.Also...) {
			ws := split(name, met)
			parts[i] = append(parts[i], ws)
			for _, w := range ws {
				if _, known := x.number[w.bare]; !known {
					x.number[w.bare] = 0
					x.words = append(x.words, w.bare)
				}
			}
		}
	}
	slices.Sort(x.words)
	x.in = make([]Set, len(x.words))
	for n, w := range x.words {
		x.number[w] = int32(n)
		x.in[n] = NewSet(len(texts))
		for _, d := range shorter(w) {
			x.deletes[d] = append(x.deletes[d], int32(n))
		}
	}
	for i, t := range texts {
		x.texts = append(x.texts, x.entry(i, t, parts[i]))
	}
	most := math.Log(1 + float64(len(texts)))
	for n := range x.words {
		x.weight = append(x.weight, math.Log(1+float64(len(texts))/float64(x.in[n].Count()))/most)
	}
	return x
}

func (x *Index) entry(i int, t Text, names [][]word) entry {
	e := entry{Text: t, titled: len(names[0]), order: order(names[0]), digits: digits(t.Code)}
	var initials strings.Builder
	for _, w := range names[0] {
		if !x.fillers[w.bare] {
			e.telling++
		}
	}
	for _, ws := range names {
		var whole []string
		before := none
		for _, w := range ws {
			n := x.number[w.bare]
			x.in[n].Add(i)
			e.seq, e.written, e.keys = append(e.seq, n), append(e.written, w.written), append(e.keys, w.key)
			if before != none {
				x.pairs[[2]int32{before, n}]++
			}
			before = n
			whole = append(whole, w.bare)
			initials.WriteByte(w.bare[0])
		}
		e.seq, e.written, e.keys = append(e.seq, none), append(e.written, ""), append(e.keys, "")
		e.whole = append(e.whole, strings.Join(whole, " "))
		initials.WriteByte(' ')
	}
	e.initials = initials.String()
	return e
}

// order is the dictionary's: the letters of all words, then their tones.
func order(ws []word) string {
	var letters, tones strings.Builder
	for _, w := range ws {
		l, t, _ := strings.Cut(w.key, "\x01")
		letters.WriteString(l)
		letters.WriteByte(' ')
		tones.WriteString(t)
	}
	return letters.String() + "\x01" + tones.String()
}

// All is the set of all texts. It is not to be changed.
func (x *Index) All() Set { return x.all }

// Common lists the texts of a set, the common first, then by the dictionary.
func (x *Index) Common(within Set) []int {
	found := make([]int, 0, within.Count())
	within.each(x.all, NewSet(len(x.texts)), func(i int) { found = append(found, i) })
	sort.SliceStable(found, func(a, b int) bool { return x.before(found[a], found[b]) })
	return found
}

func (x *Index) before(a, b int) bool {
	if x.texts[a].Rank != x.texts[b].Rank {
		return x.texts[a].Rank > x.texts[b].Rank
	}
	return x.texts[a].order < x.texts[b].order
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// shorter gives the word and the word less each of its letters.
func shorter(w string) []string {
	all := []string{w}
	if len(w) < 2 {
		return all
	}
	for i := range w {
		if i > 0 && w[i] == w[i-1] {
			continue // the same as the letter before
		}
		all = append(all, w[:i]+w[i+1:])
	}
	return all
}
