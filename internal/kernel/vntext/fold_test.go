package vntext

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFoldedTextHasNoMarksAndOneSpaceBetweenWords(t *testing.T) {
	for in, want := range map[string]string{
		"Đặng  Văn-Ánh":        "dang van anh",
		"  Đăng ký khai sinh.": "dang ky khai sinh",
		"Ấp 3, xã An Hiệp":     "ap 3 xa an hiep",
		"A\u0306":              "a",
		"---":                  "",
		"000.00.16.H07":        "000 00 16 h07",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, again %q", s, once, twice)
		}
		if strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
			t.Fatalf("blanks in %q", once)
		}
	})
}

func TestCleanKeepsWhatWasTyped(t *testing.T) {
	if got := Clean("  Nguye\u0302\u0303n\t Thị \u0000Ánh "); got != "Nguyễn Thị Ánh" {
		t.Errorf("got %q", got)
	}
	if got := CleanLines("\r\n dòng 1 \r\n\r\ndòng 2\n"); got != "dòng 1\n\ndòng 2" {
		t.Errorf("got %q", got)
	}
}

func TestNamesSortAsInADictionary(t *testing.T) {
	want := []string{"an", "ân", "Châu", "Dũng", "đa", "Đạt", "em", "hoa", "hòa", "hỏa", "hóa", "họa", "Ơn", "yến"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(SortKey(a), SortKey(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	people := []string{"Trần Văn Anh", "Nguyễn Thị Đào", "Lê Văn Dũng", "Đỗ Thị Anh"}
	slices.SortFunc(people, func(a, b string) int { return strings.Compare(NameKey(a), NameKey(b)) })
	if want := []string{"Đỗ Thị Anh", "Trần Văn Anh", "Lê Văn Dũng", "Nguyễn Thị Đào"}; !slices.Equal(people, want) {
		t.Errorf("got %v", people)
	}
}
