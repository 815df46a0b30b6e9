package dossier

import (
	"strings"
	"testing"
	"time"
	"unicode"
)

// A code is found however people type it, a number that was typed twice is the same,
// and nothing that is typed breaks the reading.
func FuzzCodeParser(f *testing.F) {
	f.Add("000.00.16.h07-210705-0001", int64(1_625_400_000), int64(1))
	f.Add(" bs-261123- 00042\u00a0", int64(1_790_000_000), int64(10_000))
	f.Add("ＢＳ－２６１１２３", int64(0), int64(-5))
	f.Add("\x00\xff ı İ ß", int64(1), int64(9999))
	f.Fuzz(func(t *testing.T, typed string, at, n int64) {
		once := normalCode(typed)
		if again := normalCode(once); again != once {
			t.Fatalf("%q becomes %q and then %q", typed, once, again)
		}
		if strings.ContainsFunc(once, unicode.IsSpace) {
			t.Fatalf("%q keeps a blank: %q", typed, once)
		}
		if s := NormalSecret(typed); NormalSecret(s) != s {
			t.Fatalf("%q becomes %q and then %q", typed, s, NormalSecret(s))
		}
		day := time.Unix(at%4_000_000_000, 0)
		made, err := code("000.00.16.H07", day, n)
		if (err != nil) != (n > lastOfDay) {
			t.Fatalf("number %d of a day: %q, %v", n, made, err)
		}
		for _, number := range []string{made, filingNumber(day, n)} {
			var messy strings.Builder
			for i, r := range strings.ToLower(number) {
				if i < len(typed) && typed[i]%3 == 0 {
					messy.WriteString(" \t")
				}
				messy.WriteRune(r)
			}
			if got := normalCode(messy.String()); got != number {
				t.Fatalf("%q typed as %q reads %q", number, messy.String(), got)
			}
		}
	})
}
