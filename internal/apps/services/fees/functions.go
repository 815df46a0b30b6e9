package fees

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"benso/internal/kernel/decimal"
)

// decimalType is an exact number with decimals.
var decimalType = types.NewObjectType("decimal", traits.AdderType|traits.SubtractorType|traits.MultiplierType|traits.ComparerType)

// amount is an exact decimal inside an expression: units × 10^-scale.
type amount struct {
	units *big.Int
	scale int
}

func newAmount(d decimal.Decimal) amount {
	return amount{big.NewInt(d.Units()), int(d.Scale())}
}

// functions are what expressions know beside CEL's own.
func functions() []cel.EnvOption {
	two := func(name string, a, b, out *cel.Type, f func(a, b ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_2", []*cel.Type{a, b}, out, cel.BinaryBinding(f)))
	}
	one := func(name string, a, out *cel.Type, f func(ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_1", []*cel.Type{a}, out, cel.UnaryBinding(f)))
	}
	options := []cel.EnvOption{
		two("min", cel.IntType, cel.IntType, cel.IntType, func(a, b ref.Val) ref.Val { return min(a.(types.Int), b.(types.Int)) }),
		two("max", cel.IntType, cel.IntType, cel.IntType, func(a, b ref.Val) ref.Val { return max(a.(types.Int), b.(types.Int)) }),
		two("days_between", cel.StringType, cel.StringType, cel.IntType, daysBetween),
		two("years_between", cel.StringType, cel.StringType, cel.IntType, yearsBetween),
		one("sum", cel.ListType(cel.IntType), cel.IntType, sum),
		one("decimal", cel.StringType, decimalType, parseDecimal),
		one("dong", decimalType, cel.IntType, func(d ref.Val) ref.Val { return d.(amount).round() }),
	}
	// The arithmetic of decimals: CEL's own operators, by the traits of amount.
	for op, out := range map[string]*cel.Type{
		operators.Add: decimalType, operators.Subtract: decimalType, operators.Multiply: decimalType,
		operators.Less: cel.BoolType, operators.LessEquals: cel.BoolType, operators.Greater: cel.BoolType, operators.GreaterEquals: cel.BoolType,
	} {
		options = append(options, cel.Function(op,
			cel.Overload("decimal"+op+"decimal", []*cel.Type{decimalType, decimalType}, out),
			cel.Overload("decimal"+op+"int", []*cel.Type{decimalType, cel.IntType}, out)))
	}
	return options
}

func parseDecimal(s ref.Val) ref.Val {
	d, err := decimal.Parse(string(s.(types.String)))
	if err != nil {
		return types.NewErr("%v", err)
	}
	return newAmount(d)
}

func sum(list ref.Val) ref.Val {
	var total ref.Val = types.Int(0)
	for it := list.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		n := it.Next()
		if _, ok := n.(types.Int); !ok {
			return types.MaybeNoSuchOverloadErr(n)
		}
		if total = total.(types.Int).Add(n); types.IsError(total) {
			return total
		}
	}
	return total
}

// daysBetween counts days from the first to the second. A year alone is no day.
func daysBetween(a, b ref.Val) ref.Val {
	from, to, err := days(a, b)
	if err != nil {
		return types.NewErr("%v", err)
	}
	return types.Int(to.Sub(from) / (24 * time.Hour))
}

// yearsBetween counts whole years, as an age is counted.
func yearsBetween(a, b ref.Val) ref.Val {
	from, to, err := days(a, b)
	if err != nil {
		return types.NewErr("%v", err)
	}
	years := to.Year() - from.Year()
	if to.Month() < from.Month() || to.Month() == from.Month() && to.Day() < from.Day() {
		years--
	}
	return types.Int(years)
}

func days(a, b ref.Val) (from, to time.Time, err error) {
	if from, err = time.Parse(time.DateOnly, string(a.(types.String))); err != nil {
		return from, to, err
	}
	to, err = time.Parse(time.DateOnly, string(b.(types.String)))
	return from, to, err
}

// asAmount reads the other side of an operator.
func asAmount(v ref.Val) (amount, bool) {
	switch v := v.(type) {
	case amount:
		return v, true
	case types.Int:
		return amount{big.NewInt(int64(v)), 0}, true
	}
	return amount{}, false
}

// same brings two values to one scale.
func same(a, b amount) (x, y *big.Int, scale int) {
	scale = max(a.scale, b.scale)
	at := func(v amount) *big.Int { return new(big.Int).Mul(v.units, power(scale-v.scale)) }
	return at(a), at(b), scale
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// Add is a + b.
func (a amount) Add(other ref.Val) ref.Val {
	b, ok := asAmount(other)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	x, y, scale := same(a, b)
	return amount{x.Add(x, y), scale}
}

// Subtract is a - b.
func (a amount) Subtract(other ref.Val) ref.Val {
	b, ok := asAmount(other)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	x, y, scale := same(a, b)
	return amount{x.Sub(x, y), scale}
}

// Multiply is a × b.
func (a amount) Multiply(other ref.Val) ref.Val {
	b, ok := asAmount(other)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return amount{new(big.Int).Mul(a.units, b.units), a.scale + b.scale}
}

// Compare is -1, 0 or 1.
func (a amount) Compare(other ref.Val) ref.Val {
	b, ok := asAmount(other)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	x, y, _ := same(a, b)
	return types.Int(x.Cmp(y))
}

// round gives whole đồng, half a đồng up.
func (a amount) round() ref.Val {
	unit := power(a.scale)
	twice := new(big.Int).Add(new(big.Int).Lsh(a.units, 1), unit) // ⌊(2a + 1) / 2⌋
	n := twice.Div(twice, new(big.Int).Lsh(unit, 1))
	if !n.IsInt64() {
		return types.NewErr("%s is too large", a)
	}
	return types.Int(n.Int64())
}

// String writes exact digits, without zeros at the end of the decimals.
func (a amount) String() string {
	s := new(big.Rat).SetFrac(a.units, power(a.scale)).FloatString(a.scale)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// ConvertToNative refuses: a decimal stays in the expression.
func (a amount) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a decimal does not become %v", t)
}

// ConvertToType gives the type.
func (a amount) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return decimalType
	}
	return types.NewErr("a decimal does not become %s", t.TypeName())
}

// Equal compares values whatever their scales.
func (a amount) Equal(other ref.Val) ref.Val {
	b, ok := other.(amount)
	if !ok {
		return types.False
	}
	x, y, _ := same(a, b)
	return types.Bool(x.Cmp(y) == 0)
}

// Type is decimal.
func (a amount) Type() ref.Type { return decimalType }

// Value is the amount itself.
func (a amount) Value() any { return a }
