// Package decimal is exact numbers: money and indicator values.
//
// A Decimal is an integer and a number of decimals. Nothing is ever rounded
// except by Ratio, which says to how many decimals, and nothing is ever a
// float. A share of nothing is no number: missing is not zero. Money in đồng is
// a plain int64, since the đồng has no parts.
package decimal
