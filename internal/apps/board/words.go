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

func columnsOf(ctx context.Context, m targets.Measure, by targets.Axis) []web.Column {
	counted := message.T(ctx, "board.number")
	if m.Kind == targets.ShareOf {
		counted = message.T(ctx, "board.hits")
	}
	return []web.Column{{Text: message.T(ctx, "board.axis_"+string(by))}, {Text: counted, Numeric: true}, {Text: message.T(ctx, "board.share"), Numeric: true}}
}

// partsTitle says what is broken down, and by what.
func partsTitle(ctx context.Context, m targets.Measure, by targets.Axis) string {
	name := m.Name
	if m.Kind == targets.Breakdown {
		name = m.Numerator // the name of a breakdown says already by what
	}
	return message.T(ctx, "board.by_"+string(by), "measure", say(ctx, name))
}

// over is the time that a reading is counted over, in words.
func over(ctx context.Context, m targets.Measure, r targets.Reading) string {
	if m.Window == targets.Daily {
		return message.T(ctx, "board.on_day", "date", message.Date(ctx, r.AsOf))
	}
	return message.T(ctx, "board.from_to", "from", message.Date(ctx, r.From), "to", message.Date(ctx, r.AsOf))
}

func spanWords(ctx context.Context, m targets.Measure, s *targets.Snapshot) string {
	if m.Window == targets.Daily {
		return message.T(ctx, "board.now")
	}
	return message.T(ctx, "board.last_12_months")
}

// moment writes a month as people do: 11/2026.
func moment(month string) string { return month[5:] + "/" + month[:4] }

// wholeShare is the share in the last row of a table.
func wholeShare(m targets.Measure, r targets.Reading) *decimal.Decimal {
	if m.Kind == targets.Breakdown {
		return targets.Cell{Numerator: 1, Denominator: 1}.Share()
	}
	return targets.Cell{Numerator: r.Numerator, Denominator: r.Denominator}.Share()
}

func reportedValue(ctx context.Context, f targets.Reported) string {
	if f.Unit == targets.Rank {
		return message.T(ctx, "board.rank", "rank", value(ctx, &f.Value, f.Unit))
	}
	return value(ctx, &f.Value, f.Unit)
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
	case targets.Messages:
		var all []string
		for _, key := range strings.Fields(v.Text) {
			all = append(all, message.T(ctx, key))
		}
		return strings.Join(all, "; ")
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
			Text: message.T(ctx, "board.part_"+string(part), "n", message.Number(ctx, p.Seen.Of(part))), URL: recordsURL(p.Line.ID, p.Measure.ID, part, p.Year), Current: part == p.Opened.Part,
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

func shareText(ctx context.Context, v *decimal.Decimal) string {
	if v == nil {
		return message.T(ctx, "board.no_value")
	}
	return percent(ctx, *v)
}
