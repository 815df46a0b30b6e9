package targets

import (
	"math/big"

	"benso/internal/kernel/decimal"
)

// Projection is where a share would be by a date if the months went on as they did:
// an extension of the past, not a promise. It says over how many months it looked.
type Projection struct {
	By     string // month, as 2030-12
	Value  decimal.Decimal
	Change decimal.Decimal // a month, as a share
	Months int             // that the line was laid through
}

// A projection looks at the last twelve months that are over, and needs six of them
// in which anything was counted.
const (
	projectFrom  = 12
	projectLeast = 6
)

// Project lays the line of least squares through the shares of the last twelve
// months before a month, and reads it at another. It is counted exactly and rounded
// last; below nothing and above all there is nothing. ok is false when there is too
// little to look at.
func Project(series []Reading, now, by string) (p Projection, ok bool) {
	var xs []int64
	var ys []*big.Rat
	first := shiftMonth(now, -projectFrom)
	for _, r := range series {
		if r.Month < first || r.Month >= now || r.Denominator == 0 {
			continue
		}
		xs = append(xs, monthsBetween(first, r.Month))
		ys = append(ys, big.NewRat(r.Numerator, r.Denominator))
	}
	if len(xs) < projectLeast || by <= now {
		return Projection{}, false
	}
	n := big.NewRat(int64(len(xs)), 1)
	meanX, meanY := new(big.Rat), new(big.Rat)
	for i := range xs {
		meanX.Add(meanX, big.NewRat(xs[i], 1))
		meanY.Add(meanY, ys[i])
	}
	meanX.Quo(meanX, n)
	meanY.Quo(meanY, n)
	over, under := new(big.Rat), new(big.Rat)
	for i := range xs {
		dx := new(big.Rat).Sub(big.NewRat(xs[i], 1), meanX)
		dy := new(big.Rat).Sub(ys[i], meanY)
		over.Add(over, dy.Mul(dy, dx))
		under.Add(under, new(big.Rat).Mul(dx, dx))
	}
	slope := over.Quo(over, under) // months differ, so under is not nothing
	at := new(big.Rat).Sub(big.NewRat(monthsBetween(first, by), 1), meanX)
	value := at.Mul(at, slope).Add(at, meanY)
	switch {
	case value.Sign() < 0:
		value = new(big.Rat)
	case value.Cmp(big.NewRat(1, 1)) > 0:
		value = big.NewRat(1, 1)
	}
	return Projection{By: by, Value: rounded(value), Change: rounded(slope), Months: len(xs)}, true
}

func monthsBetween(from, to string) int64 {
	a, b := monthBegins(from).AddDate(0, 0, 1), monthBegins(to).AddDate(0, 0, 1)
	return int64(b.Year()-a.Year())*12 + int64(b.Month()-a.Month())
}

// rounded is a share with four decimals.
func rounded(r *big.Rat) decimal.Decimal {
	d, err := decimal.Parse(r.FloatString(shareDecimals))
	if err != nil {
		return decimal.New(0, shareDecimals)
	}
	return d
}
