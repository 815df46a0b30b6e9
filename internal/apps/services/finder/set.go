package finder

import "math/bits"

// Set is a set of texts, by their place in the list that New was given.
type Set []uint64

// NewSet is an empty set for n texts.
func NewSet(n int) Set { return make(Set, (n+63)/64) }

// Add puts a text in.
func (s Set) Add(i int) { s[i/64] |= 1 << (i % 64) }

// Has says whether a text is in.
func (s Set) Has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// And is what is in both.
func (s Set) And(t Set) Set {
	both := make(Set, len(s))
	for i := range s {
		both[i] = s[i] & t[i]
	}
	return both
}

// Count is how many are in.
func (s Set) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// CountAnd is how many are in both.
func (s Set) CountAnd(t Set) int {
	n := 0
	for i := range s {
		n += bits.OnesCount64(s[i] & t[i])
	}
	return n
}

// each calls f for every text that is in s and in within and not in but.
func (s Set) each(within, but Set, f func(int)) {
	for i := range s {
		for w := s[i] & within[i] &^ but[i]; w != 0; w &= w - 1 {
			f(i*64 + bits.TrailingZeros64(w))
		}
	}
}

func (s Set) or(t Set) {
	for i := range s {
		s[i] |= t[i]
	}
}
