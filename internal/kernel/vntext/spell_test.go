package vntext

import "testing"

func TestAmountsAreSpelledAsReceiptsCarryThem(t *testing.T) {
	for n, want := range map[int64]string{
		0: "không", 1: "một", 5: "năm", 10: "mười", 11: "mười một", 15: "mười lăm", 20: "hai mươi", 21: "hai mươi mốt", 24: "hai mươi bốn", 25: "hai mươi lăm",
		100: "một trăm", 101: "một trăm linh một", 105: "một trăm linh năm", 110: "một trăm mười", 115: "một trăm mười lăm", 121: "một trăm hai mươi mốt",
		1000: "một nghìn", 1005: "một nghìn không trăm linh năm", 1021: "một nghìn không trăm hai mươi mốt", 8000: "tám nghìn", 12_500: "mười hai nghìn năm trăm",
		150_000: "một trăm năm mươi nghìn", 1_000_000: "một triệu", 1_000_005: "một triệu không trăm linh năm", 2_050_000: "hai triệu không trăm năm mươi nghìn",
		1_000_000_000: "một tỷ", 1_000_000_001: "một tỷ không trăm linh một", 3_200_000_000: "ba tỷ hai trăm triệu", 1_000_000_000_000: "một nghìn tỷ",
	} {
		if got := Spell(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestFirstLetterIsMadeLargeOrSmall(t *testing.T) {
	for _, s := range [][2]string{{"đồng", "Đồng"}, {"ấp 3", "Ấp 3"}, {"", ""}, {"8", "8"}} {
		if UpperFirst(s[0]) != s[1] || LowerFirst(s[1]) != s[0] {
			t.Errorf("%q: %q, %q", s[0], UpperFirst(s[0]), LowerFirst(s[1]))
		}
	}
}
