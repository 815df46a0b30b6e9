package finder

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"benso/internal/kernel/vntext"
)

var names = []Text{
	{Title: "Thủ tục đăng ký khai sinh", Code: "1.001193", Also: []string{"Hộ tịch", "Giấy khai sinh", "Birth registration"}, Rank: 1},
	{Title: "Thủ tục đăng ký lại khai sinh", Code: "1.004884", Also: []string{"Hộ tịch"}},
	{Title: "Thủ tục đăng ký khai sinh có yếu tố nước ngoài", Code: "2.000528", Also: []string{"Hộ tịch"}},
	{Title: "Thủ tục đăng ký khai tử", Code: "1.000656", Also: []string{"Hộ tịch"}, Rank: 0.5},
	{Title: "Thủ tục đăng ký kết hôn", Code: "1.000894", Also: []string{"Hộ tịch", "cưới"}, Rank: 0.9},
	{Title: "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân", Code: "1.004873", Also: []string{"Hộ tịch"}},
	{Title: "Đăng ký thành lập hộ kinh doanh", Code: "1.001612", Rank: 0.8},
	{Title: "Chấm dứt hoạt động hộ kinh doanh", Code: "1.001266"},
	{Title: "Hỗ trợ kinh phí cho danh nhân", Code: "1.009999"},
	{Title: "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", Code: "1.013225"},
	{Title: "Tách thửa hoặc hợp thửa đất", Code: "1.012784", Also: []string{"sổ đỏ"}},
	{Title: "Hòa giải tranh chấp đất đai", Code: "1.012812"},
	{Title: "Cấp đổi thẻ đạt chuẩn", Code: "1.000001"},
}

var index = New(names, Words{Fillers: []string{"làm", "xin", "thủ tục"}})

func TestWhatPeopleTypeFindsWhatTheyMean(t *testing.T) {
	for _, c := range []struct{ typed, want, corrected string }{
		{"đăng ký khai sinh", "1.001193", ""},
		{"dang ky khai sinh", "1.001193", ""},
		{"dang ky khai sih", "1.001193", "đăng ký khai sinh"}, // a letter missing
		{"khai sinhh", "1.001193", "khai sinh"},               // doubled
		{"kahi sinh", "1.001193", "khai sinh"},                // changed over
		{"khai sonh", "1.001193", "khai sinh"},                // the key beside
		{"đăng kí khai tử", "1.000656", ""},                   // the other spelling
		{"dawng kys khai sinh", "1.001193", "đăng ký khai sinh"},
		{"d9ang ky1 ke6t ho6n", "1.000894", "đăng ký kết hôn"},
		{"dkks", "1.001193", "đăng ký khai sinh"},
		{"đk kết hôn", "1.000894", "đăng ký kết hôn"},
		{"xntthn", "1.004873", "xác nhận tình trạng hôn nhân"},
		{"dangkykhaisinh", "1.001193", ""},
		{"kh ai sinh", "1.001193", ""},
		{"khai sanh", "1.001193", "khai sinh"},
		{"ho kinh doan", "1.001612", ""},              // the beginning of a word
		{"ho kinh danh", "1.001612", "hộ kinh doanh"}, // each is a word of another text, but not together
		{"giay phep xay dung nha", "1.013225", ""},
		{"làm giấy khai sinh", "1.001193", ""},
		{"birth registration", "1.001193", ""},
		{"sổ đỏ", "1.012784", ""},
		{"hoà giải", "1.012812", ""}, // the tone on the other letter
		{"dat", "1.000001", ""},      // without marks it may be either: the shorter title
		{"đất", "1.012812", ""},      // with them it is not
		{"1.001193", "1.001193", ""},
		{"1001193", "1.001193", ""},
		{"001193", "1.001193", ""},
	} {
		f := index.Find(c.typed, index.All())
		if len(f.Texts) == 0 {
			t.Errorf("%q finds nothing", c.typed)
			continue
		}
		if got := names[f.Texts[0]]; got.Code != c.want || f.Corrected != c.corrected || f.Nearest {
			t.Errorf("%q finds %q first, corrected %q, nearest %v", c.typed, got.Title, f.Corrected, f.Nearest)
		}
	}
}

func TestExactWordsAreNotMixedWithSlips(t *testing.T) {
	for _, i := range index.Find("khai sinh", index.All()).Texts {
		if !strings.Contains(names[i].Title, "khai sinh") {
			t.Errorf("also %q", names[i].Title)
		}
	}
}

func TestWhatHasMostOfTheWordsIsCalledNearest(t *testing.T) {
	f := index.Find("đăng ký kết hôn ở Paris", index.All())
	if !f.Nearest || len(f.Texts) == 0 || names[f.Texts[0]].Code != "1.000894" || f.Corrected != "" {
		t.Errorf("%+v", f)
	}
	for _, q := range []string{"", "  ", "!?", "qqqq", "khai", "999999"} {
		if f := index.Find(q, index.All()); q == "khai" != (len(f.Texts) > 0) {
			t.Errorf("%q: %+v", q, f)
		}
	}
}

func TestNothingIsFoundOutsideOfTheSet(t *testing.T) {
	within := NewSet(len(names))
	within.Add(1)
	within.Add(4)
	for q, want := range map[string][]int{"khai sih": {1}, "ket hon": {4}, "1.001193": nil, "hộ kinh doanh": nil, "dkks": nil} {
		if got := index.Find(q, within).Texts; !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", q, got, want)
		}
	}
	if got := index.Common(within); !slices.Equal(got, []int{4, 1}) {
		t.Errorf("the common first: %v", got)
	}
}

func TestSetsCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 150
		a, b := NewSet(n), NewSet(n)
		both := map[int]bool{}
		for _, i := range rapid.SliceOf(rapid.IntRange(0, n-1)).Draw(t, "a") {
			a.Add(i)
		}
		for _, i := range rapid.SliceOf(rapid.IntRange(0, n-1)).Draw(t, "b") {
			b.Add(i)
			if a.Has(i) {
				both[i] = true
			}
		}
		if got := a.And(b); got.Count() != len(both) || a.CountAnd(b) != len(both) {
			t.Fatalf("%d and %d, want %d", got.Count(), a.CountAnd(b), len(both))
		}
		for i := range both {
			if !a.And(b).Has(i) {
				t.Fatal(i)
			}
		}
	})
}

// slips is a title as somebody in a hurry types it: folded, with one slip.
func slips(t *rapid.T, title string) string {
	b := []byte(vntext.Fold(title))
	i := rapid.IntRange(1, len(b)-2).Draw(t, "at")
	for b[i] == ' ' || b[i-1] == ' ' || b[i+1] == ' ' {
		i = (i + 1) % (len(b) - 2)
		i = max(i, 1)
	}
	switch rapid.SampledFrom([]string{"missing", "twice", "other", "over"}).Draw(t, "slip") {
	case "missing":
		return string(slices.Delete(b, i, i+1))
	case "twice":
		return string(slices.Insert(b, i, b[i]))
	case "other":
		b[i] = byte(rapid.IntRange('a', 'z').Draw(t, "letter"))
	default:
		b[i], b[i-1] = b[i-1], b[i]
	}
	return string(b)
}

func TestEveryTitleIsFoundByItselfWithASlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(names)-1).Draw(t, "text")
		typed := slips(t, names[i].Title)
		f := index.Find(typed, index.All())
		if at := slices.Index(f.Texts, i); at < 0 || at > 2 {
			t.Fatalf("%q is at %d for %q", names[i].Title, at, typed)
		}
	})
}

func TestAnythingMayBeTyped(t *testing.T) {
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"khai", "sinh", "Đăng", "ký", "dkks", "9", "\u0301", "ß", "𝒟", "ﬁ", "w", "đđ"}), rapid.StringMatching(`[a-z0-9]{0,70}`))
	rapid.Check(t, func(t *rapid.T) {
		typed := strings.Join(rapid.SliceOfN(word, 0, 60).Draw(t, "words"), rapid.SampledFrom([]string{" ", "", "-"}).Draw(t, "between"))
		f := index.Find(typed, index.All())
		if !norm.NFC.IsNormalString(f.Corrected) {
			t.Fatalf("%q is not in NFC", f.Corrected)
		}
		seen := map[int]bool{}
		for _, i := range f.Texts {
			if i < 0 || i >= len(names) || seen[i] {
				t.Fatalf("%q gives %v", typed, f.Texts)
			}
			seen[i] = true
		}
		if a, b := fmt.Sprint(f), fmt.Sprint(index.Find(typed, index.All())); a != b {
			t.Fatalf("%q: once %s, then %s", typed, a, b)
		}
	})
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"dang ky khai sih", "1.001193", "dkks", "\xff\xfe", "dawng kys"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if got := index.Find(typed, index.All()); !norm.NFC.IsNormalString(got.Corrected) {
			t.Errorf("%q is not in NFC", got.Corrected)
		}
	})
}
