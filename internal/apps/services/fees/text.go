package fees

import (
	"context"
	"strings"

	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// AmountText writes an amount; nothing is said as free, in words.
func AmountText(ctx context.Context, dong int64) string {
	if dong == 0 {
		return message.T(ctx, "fees.free")
	}
	return message.Money(ctx, dong)
}

// Text says what a procedure costs before anybody answered: each item with its
// amount, or how it is computed, and when it is owed.
func (s Schedule) Text(ctx context.Context) string {
	if len(s.Items) == 0 {
		return message.T(ctx, "fees.unknown")
	}
	lines := make([]string, 0, 2*len(s.Items))
	for i := range s.Items {
		x, lang := &s.Items[i], message.Lang(ctx)
		line := x.costs(ctx)
		if !x.Name.IsZero() {
			line = message.T(ctx, "fees.item", "name", x.Name.In(lang), "amount", line)
		}
		lines = append(lines, line)
		if c := x.Condition.In(lang); c != "" {
			lines = append(lines, c)
		}
	}
	return strings.Join(lines, "\n")
}

// costs says what an item costs, whoever asks.
func (x *Item) costs(ctx context.Context) string {
	switch lang := message.Lang(ctx); {
	case !x.Rate.IsZero():
		return x.Rate.In(lang)
	case x.Amount != nil:
		return AmountText(ctx, *x.Amount)
	case !x.Unknown.IsZero():
		return message.T(ctx, "fees.unknown_because", "why", x.Unknown.In(lang))
	}
	return message.T(ctx, "fees.unknown")
}

// Bases lists what the items rest on, each once.
func (s Schedule) Bases() []string {
	var found []string
	seen := map[string]bool{}
	for _, x := range s.Items {
		if x.Basis != "" && !seen[x.Basis] {
			found = append(found, x.Basis)
			seen[x.Basis] = true
		}
	}
	return found
}

// Title names a line in lists.
func (l Line) Title(ctx context.Context) string {
	if name := l.Name.In(message.Lang(ctx)); name != "" {
		return name
	}
	return message.T(ctx, "fees.fee")
}

// Says gives what a line came to, why, and on what basis, one under the other.
func (l Line) Says(ctx context.Context) string {
	lang := message.Lang(ctx)
	var lines []string
	if l.Amount != nil {
		lines = append(lines, AmountText(ctx, *l.Amount))
	} else {
		lines = append(lines, message.T(ctx, "fees.not_known"), l.Unknown.In(lang))
	}
	if r := l.Reason.In(lang); r != "" {
		lines = append(lines, r)
	}
	if l.Basis != "" {
		lines = append(lines, message.T(ctx, "fees.basis", "basis", l.Basis))
	}
	return strings.Join(lines, "\n")
}

// Rows lists an assessment as people read it, the total last.
func (a Assessment) Rows(ctx context.Context) []web.Row {
	rows := make([]web.Row, 0, len(a.Lines)+1)
	for _, l := range a.Lines {
		rows = append(rows, web.Row{Key: l.Title(ctx), Value: l.Says(ctx)})
	}
	return append(rows, web.Row{Key: message.T(ctx, "fees.total"), Value: a.TotalText(ctx)})
}

// TotalText says what is owed in all, and what of it is not known.
func (a Assessment) TotalText(ctx context.Context) string {
	if total, ok := a.Total(); ok {
		return AmountText(ctx, total)
	}
	if known := a.Known(); known > 0 {
		return message.T(ctx, "fees.total_partly", "amount", message.Money(ctx, known))
	}
	return message.T(ctx, "fees.not_known")
}

// optionLabel gives the words of a choice's answer.
func optionLabel(x *form.Field, id, lang string) string {
	for _, o := range x.Options {
		if o.ID == id {
			return o.Label.In(lang)
		}
	}
	return id
}
