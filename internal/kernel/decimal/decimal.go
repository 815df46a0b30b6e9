package decimal

import (
	"fmt"
	"math/big"
	"strings"
)

// Decimal is units × 10^-scale. The zero Decimal is 0.
type Decimal struct {
	units int64
	scale uint8
}

// MaxScale is the most decimals that a value may have.
const MaxScale = 9

// New gives units × 10^-scale.
func New(units int64, scale uint8) Decimal {
	if scale > MaxScale {
		panic(fmt.Sprintf("decimal: scale %d", scale))
	}
	return Decimal{units, scale}
}

// Parse reads 12, -3.50 or 0.125: a point before the decimals, no thousands
// signs (what people type is read by form, which knows Vietnamese commas).
func Parse(s string) (Decimal, error) {
	whole, part, dot := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-")
	if digits == "" || (dot && part == "") || len(part) > MaxScale {
		return Decimal{}, fmt.Errorf("decimal: %q is not a number", s)
	}
	for _, r := range digits + part {
		if r < '0' || r > '9' {
			return Decimal{}, fmt.Errorf("decimal: %q is not a number", s)
		}
	}
	n, ok := new(big.Int).SetString(whole+part, 10)
	if !ok || !n.IsInt64() {
		return Decimal{}, fmt.Errorf("decimal: %q is too large", s)
	}
	return Decimal{n.Int64(), uint8(len(part))}, nil
}

// String writes the value with as many decimals as it has.
func (d Decimal) String() string {
	s := fmt.Sprintf("%d", d.units)
	if d.scale == 0 {
		return s
	}
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if pad := int(d.scale) + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	s = s[:len(s)-int(d.scale)] + "." + s[len(s)-int(d.scale):]
	if neg {
		return "-" + s
	}
	return s
}

// Units and Scale are how the value is stored.
func (d Decimal) Units() int64 { return d.units }

// Scale is the number of decimals.
func (d Decimal) Scale() uint8 { return d.scale }

// Cmp compares two values whatever their scales: -1, 0, 1.
func (d Decimal) Cmp(o Decimal) int { return d.rat().Cmp(o.rat()) }

func (d Decimal) rat() *big.Rat {
	den := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.scale)), nil)
	return new(big.Rat).SetFrac(big.NewInt(d.units), den)
}

// Ratio gives n ÷ of, rounded half away from zero to scale decimals. ok is
// false when of is zero: a share of nothing is not a number, and not zero.
func Ratio(n, of int64, scale uint8) (d Decimal, ok bool) {
	if of == 0 {
		return Decimal{}, false
	}
	num := new(big.Int).Mul(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
	return Decimal{divide(num, big.NewInt(of)).Int64(), scale}, true
}

// divide rounds half away from zero.
func divide(n, d *big.Int) *big.Int {
	neg := (n.Sign() < 0) != (d.Sign() < 0)
	a, b := new(big.Int).Abs(n), new(big.Int).Abs(d)
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Lsh(r, 1).Cmp(b) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if neg {
		q.Neg(q)
	}
	return q
}

// MarshalText writes the value as String does, so that JSON carries exact
// digits.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what Parse reads.
func (d *Decimal) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
