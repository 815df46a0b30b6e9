package message

import (
	"context"
	"strconv"
	"strings"
	"time"

	"benso/internal/kernel/clock"
)

// Date writes a date as it is written in Vietnam: 05/07/2021, in both languages.
func Date(_ context.Context, t time.Time) string {
	return t.In(clock.Zone).Format("02/01/2006")
}

// DateTime writes an instant: "14:30 ngày 05/07/2021".
func DateTime(ctx context.Context, t time.Time) string {
	t = t.In(clock.Zone)
	return T(ctx, "message.date_time", "time", t.Format("15:04"), "date", t.Format("02/01/2006"))
}

// DateText writes a stored date (2021-07-05) as 05/07/2021; other text as it is.
func DateText(_ context.Context, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("02/01/2006")
}

// Number writes a whole number with the language's thousands sign: 1.234 in
// Vietnamese, 1,234 in English.
func Number(ctx context.Context, n int64) string {
	sign := "."
	if Lang(ctx) == "en" {
		sign = ","
	}
	return group(strconv.FormatInt(n, 10), sign)
}

// Decimal writes exact digits ("12345.678") with the language's signs.
func Decimal(ctx context.Context, digits string) string {
	thousands, point := ".", ","
	if Lang(ctx) == "en" {
		thousands, point = ",", "."
	}
	whole, part, has := strings.Cut(digits, ".")
	if whole = group(whole, thousands); has {
		return whole + point + part
	}
	return whole
}

// Money writes an amount in đồng: 150.000 ₫.
func Money(ctx context.Context, dong int64) string { return Number(ctx, dong) + " ₫" }

func group(digits, sign string) string {
	neg := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(digits, "-")
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(sign)
		}
		b.WriteRune(r)
	}
	if neg {
		return "-" + b.String()
	}
	return b.String()
}
