package cases

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"benso/internal/kernel/database"
	"benso/internal/kernel/vntext"
)

// What a correction may cost: so many words of a search are corrected, and so many
// searches tried.
const (
	mostSlips  = 3
	mostTrials = 60
)

// Correct gives the words that were probably meant where a search finds nothing:
// each word that no case of the filter has is changed to a near one of the
// vocabulary, so that something is found. It gives "" when nothing near is found,
// so a correction never tells of cases outside the scope.
func Correct(ctx context.Context, q database.Querier, f Filter) (string, error) {
	words := strings.Fields(vntext.Fold(f.Words))
	var slips []int
	for i, w := range words {
		if !correctable(w) {
			continue
		}
		// Whatever else is filtered, the word is right when the scope knows it.
		known, err := anyCase(ctx, q, Filter{Scope: f.Scope, Kind: f.Kind, State: Every, Words: w})
		if err != nil {
			return "", err
		}
		if !known {
			slips = append(slips, i)
		}
	}
	if len(slips) == 0 || len(slips) > mostSlips {
		return "", nil
	}
	all, err := knownWords(ctx, q)
	if err != nil {
		return "", err
	}
	near := make([][]string, len(slips))
	for i, at := range slips {
		if near[i] = nearest(words[at], all); len(near[i]) == 0 {
			return "", nil
		}
	}
	for _, choice := range choices(near, mostTrials) {
		tried := slices.Clone(words)
		for i, at := range slips {
			tried[at] = choice[i]
		}
		f.Words = strings.Join(tried, " ")
		found, err := anyCase(ctx, q, f)
		if err != nil {
			return "", err
		}
		if found {
			return f.Words, nil
		}
	}
	return "", nil
}

// correctable says whether a word may hold a slip: a number is exact, and two
// letters are near to everything.
func correctable(w string) bool {
	return len(w) >= 3 && len(w) <= 20 && !strings.ContainsFunc(w, unicode.IsDigit)
}

// nearest are the words of the vocabulary at the least distance from a word, and
// those at one more: one slip in a short word, two in one of six letters or more.
// Words that begin alike come first.
func nearest(w string, all []string) []string {
	most := 1
	if len([]rune(w)) >= 6 {
		most = 2
	}
	var by [3][]string
	for _, x := range all {
		if d := distance(w, x, most); d <= most {
			by[d] = append(by[d], x)
		}
	}
	for _, list := range by {
		slices.SortStableFunc(list, func(a, b string) int { return common(b, w) - common(a, w) })
	}
	return slices.Concat(by[:]...)
}

func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// distance counts the slips between two words: a letter too many, one missing, one
// wrong, or two neighbours swapped. It stops counting beyond most.
func distance(a, b string, most int) int {
	s, t := []rune(a), []rune(b)
	if d := len(s) - len(t); d > most || -d > most {
		return most + 1
	}
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}

// choices are combinations of one from each list, the first of each first, at most
// so many.
func choices(lists [][]string, most int) [][]string {
	var found [][]string
	var pick func(chosen []string, budget int)
	pick = func(chosen []string, budget int) {
		if len(found) == most {
			return
		}
		if len(chosen) == len(lists) {
			if budget == 0 {
				found = append(found, slices.Clone(chosen))
			}
			return
		}
		for i, x := range lists[len(chosen)] {
			if i > budget {
				return
			}
			pick(append(chosen, x), budget-i)
		}
	}
	longest := 0
	for _, l := range lists {
		longest += len(l)
	}
	for budget := 0; budget < longest && len(found) < most; budget++ {
		pick(nil, budget)
	}
	return found
}
