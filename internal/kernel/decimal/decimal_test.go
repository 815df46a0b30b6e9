package decimal

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWrittenValueIsReadBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := New(rapid.Int64().Draw(t, "units"), uint8(rapid.IntRange(0, MaxScale).Draw(t, "scale")))
		got, err := Parse(d.String())
		if err != nil || got != d {
			t.Fatalf("%s read back as %s, %v", d, got, err)
		}
	})
}

func TestWhatIsNotANumberIsRefused(t *testing.T) {
	for _, s := range []string{"", "-", ".5", "1.", "1,5", "1e3", " 1", "1.2345678901", "9223372036854775808", "--1", "1.-2"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("%q was read as %s", s, d)
		}
	}
}

func TestShareIsRoundedHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		n, of int64
		want  string
	}{{1, 3, "0.333"}, {2, 3, "0.667"}, {1, 2000, "0.001"}, {-1, 2000, "-0.001"}, {5, 5, "1.000"}, {0, 9, "0.000"}} {
		if got, ok := Ratio(c.n, c.of, 3); !ok || got.String() != c.want {
			t.Errorf("%d of %d is %s, want %s", c.n, c.of, got, c.want)
		}
	}
	if _, ok := Ratio(0, 0, 3); ok {
		t.Error("a share of nothing was given a number")
	}
}

func TestComparingDoesNotSeeTheScale(t *testing.T) {
	if New(150, 2).Cmp(New(15, 1)) != 0 || New(151, 2).Cmp(New(15, 1)) != 1 || New(-1, 0).Cmp(New(0, 3)) != -1 {
		t.Error("comparison depends on the scale")
	}
}
