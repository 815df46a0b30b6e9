package board

import (
	"context"
	"net/url"
	"strings"

	"benso/internal/core/targets"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// milestoneOf is where the bar of a line has its mark: the first milestone that
// the value is held against.
func milestoneOf(s targets.Standing) *decimal.Decimal {
	for _, m := range s.Line.Milestones {
		if m.Unit == targets.Share {
			return &m.Value
		}
	}
	return nil
}

func breakdownColumns(ctx context.Context, m targets.Measure, by targets.Axis) []web.Column {
	counted := message.T(ctx, "board.number")
	if m.Kind == targets.ShareOf {
		counted = message.T(ctx, "board.hits")
	}
	return []web.Column{{Text: message.T(ctx, "board.axis_"+string(by))}, {Text: counted, Numeric: true}, {Text: message.T(ctx, "board.share"), Numeric: true}}
}

// breakdownTitle says what is broken down, and by what.
func breakdownTitle(ctx context.Context, m targets.Measure, by targets.Axis) string {
	name := m.Name
	if m.Kind == targets.Breakdown {
		name = m.Numerator // the name of a breakdown says already by what
	}
	return message.T(ctx, "board.by_"+string(by), "measure", say(ctx, name))
}

// wholeShare is the share in the last row of a table.
func wholeShare(f targets.Figure) *decimal.Decimal {
	if f.Kind == targets.Breakdown {
		return targets.Cell{Numerator: 1, Denominator: 1}.Share()
	}
	return f.Value
}

func reportedValue(ctx context.Context, f targets.Reported) string {
	if f.Unit == targets.Rank {
		return message.T(ctx, "board.rank", "rank", value(ctx, &f.Value, f.Unit))
	}
	return value(ctx, &f.Value, f.Unit)
}

// cellName names a row of the counts: the place, and below it how and under
// which procedure; what is not known is left out.
func cellName(c cellRow) (head, more string) {
	var names []string
	for _, n := range []string{c.Unit, c.Channel, c.Subject} {
		if n != "" {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return "", ""
	}
	return names[0], strings.Join(names[1:], " · ")
}

func recordColumns(ctx context.Context, from []targets.Column) []web.Column {
	columns := make([]web.Column, len(from))
	for i, c := range from {
		columns[i].Text = message.T(ctx, c.Key)
	}
	return columns
}

func recordText(ctx context.Context, p recordsPage, kind targets.ValueKind, v targets.Value) string {
	switch kind {
	case targets.UnitID:
		return p.Unit(v.Text)
	case targets.Message:
		return message.T(ctx, v.Text)
	case targets.Instant:
		if v.At.IsZero() {
			return message.T(ctx, "board.no_value")
		}
		return message.DateTime(ctx, v.At)
	}
	return v.Text
}

// partTitle says what a part of a number holds.
func partTitle(ctx context.Context, m targets.Measure, p targets.Part) string {
	switch {
	case p == targets.Numerator || m.Kind == targets.Breakdown:
		return say(ctx, m.Numerator)
	case p == targets.Denominator:
		return say(ctx, m.Denominator)
	}
	return message.T(ctx, "board.rest", "of", say(ctx, m.Denominator), "not", say(ctx, m.Numerator))
}

// subNav leads to the other parts of the number. A breakdown has one only.
func subNav(ctx context.Context, p recordsPage) []web.Link {
	if p.Measure.Kind == targets.Breakdown {
		return nil
	}
	var links []web.Link
	for _, part := range []targets.Part{targets.Numerator, targets.Rest, targets.Denominator} {
		links = append(links, web.Link{
			Text: message.T(ctx, "board.part_"+string(part), "n", message.Number(ctx, p.Reading.Of(part))), URL: recordsURL(p.Line.ID, p.Measure.ID, part), Current: part == p.Opened.Part,
		})
	}
	return links
}

// host is how a source is named in a table: the place, not the whole address.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
