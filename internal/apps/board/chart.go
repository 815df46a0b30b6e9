package board

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"benso/internal/core/targets"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/message"
)

// The sheet that a chart is drawn on, and its margins.
const (
	chartWidth, chartHeight                      = 420, 230
	chartLeft, chartRight, chartTop, chartBottom = 44, 12, 14, 26
	plotWidth                                    = chartWidth - chartLeft - chartRight
	plotHeight                                   = chartHeight - chartTop - chartBottom
)

// chart is a measure over time, drawn: what lies on the sheet, and the same in words.
type chart struct {
	ID         string
	Title      string
	Desc       string
	Line       string     // of the last twelve months, as a path
	Dots       []dot      // the single months
	Projection string     // a path; empty: none
	Ticks      []gridline // across, with the value at the left
	Years      []gridline // upright, with the year below
	Promised   []promised
	Rows       []chartRow // the table of the same
	Assumption string     // of the projection, in words
	Projected  string     // its value, in words
}

type dot struct {
	X, Y int
	Open bool // the month is not over
}

type gridline struct {
	At   int
	Text string
}

// promised is a milestone: a mark at its date and its value.
type promised struct {
	X, Y int
	Text string
	Left bool // the words stand at the left of the mark
}

type chartRow struct {
	Month   string
	N, D    int64
	Share   *decimal.Decimal
	Rolling *decimal.Decimal
	Sealed  bool
}

// chartOf draws a measure's months and, of what is counted over twelve months, the
// line of those, with the milestones of its line. Fewer than two months are no line.
func (room *Room) chartOf(ctx context.Context, s *targets.Snapshot, l targets.Line, m targets.Measure, id string) (chart, bool) {
	until := targets.MonthOf(s.At)
	if l.Until != "" && string(l.Until)[:7] < until {
		until = string(l.Until)[:7]
	}
	series := s.Series(m.ID, until)
	for len(series) > 0 && series[0].Denominator == 0 {
		series = series[1:] // before anything was counted
	}
	if len(series) < 2 {
		return chart{}, false
	}
	c := chart{ID: id, Title: message.T(ctx, "board.chart_title", "measure", say(ctx, m.Name))}
	c.rows(m, series)
	first, last := series[0].Month, series[len(series)-1].Month
	end := last
	for _, x := range l.Milestones {
		if by := string(x.By)[:7]; x.Unit == targets.Share && m.Kind == targets.ShareOf && by > end {
			end = by
		}
	}
	projection, projected := targets.Projection{}, false
	if m.Kind == targets.ShareOf && (l.Until == "" || string(l.Until)[:7] > last) {
		by := end
		if by <= last {
			by = horizon(room.targets.Resolution(), last)
		}
		if projection, projected = targets.Project(series, targets.MonthOf(s.At), by); projected && by > end {
			end = by
		}
	}
	p := plane{first: first, months: months(first, end), top: c.top(m, l)}
	p.grid(ctx, &c, m)
	p.draw(&c, m, series)
	for _, x := range l.Milestones {
		if x.Unit == targets.Share && m.Kind == targets.ShareOf {
			at := p.x(string(x.By)[:7])
			c.Promised = append(c.Promised, promised{X: at, Y: p.y(thousandths(&x.Value)), Text: say(ctx, x.Words) + " · " + moment(string(x.By)[:7]), Left: at > chartWidth/2})
		}
	}
	newest := c.Rows[len(c.Rows)-1]
	if projected {
		from := newest.Rolling
		if m.Window == targets.Daily {
			from = newest.Share
		}
		if from != nil {
			c.Projection = fmt.Sprintf("M%d %dL%d %d", p.x(last), p.y(thousandths(from)), p.x(projection.By), p.y(thousandths(&projection.Value)))
		}
		c.Projected = message.T(ctx, "board.projected", "month", moment(projection.By), "value", percent(ctx, projection.Value))
		c.Assumption = message.T(ctx, "board.assumption", "n", projection.Months, "change", points(ctx, projection.Change))
	}
	c.Desc = c.describe(ctx, m, series)
	return c, true
}

// horizon is the last milestone of the resolution behind a month, or a year on.
func horizon(r *targets.Resolution, month string) string {
	by := ""
	for _, l := range r.Lines {
		for _, m := range l.Milestones {
			by = max(by, string(m.By)[:7])
		}
	}
	if by <= month {
		return ""
	}
	return by
}

func (c *chart) rows(m targets.Measure, series []targets.Reading) {
	for i, r := range series {
		row := chartRow{Month: r.Month, N: r.Numerator, D: r.Denominator, Share: targets.Cell{Numerator: r.Numerator, Denominator: r.Denominator}.Share(), Sealed: r.Sealed}
		if m.Window == targets.TwelveMonths {
			var sum targets.Cell
			for j := i; j >= 0 && months(series[j].Month, r.Month) < 12; j-- {
				sum.Numerator += series[j].Numerator
				sum.Denominator += series[j].Denominator
			}
			row.Rolling = sum.Share()
		}
		c.Rows = append(c.Rows, row)
	}
}

// top is the upper end of the sheet: of a share the whole, or, of one that is small
// where it is good, what is a little above the most.
func (c *chart) top(m targets.Measure, l targets.Line) int64 {
	if m.Kind == targets.Breakdown {
		most := int64(1)
		for _, r := range c.Rows {
			most = max(most, r.D)
		}
		return nice(most)
	}
	if !m.Low || len(l.Milestones) > 0 {
		return 1000
	}
	most := int64(1)
	for _, r := range c.Rows {
		most = max(most, thousandths(r.Share))
	}
	return min(1000, nice(most))
}

// nice is the next of 1, 2, 5, 10, 20, 50 … from a number on.
func nice(n int64) int64 {
	for step := int64(1); ; step *= 10 {
		for _, f := range []int64{1, 2, 5} {
			if f*step >= n {
				return f * step
			}
		}
	}
}

// plane places months and values on the sheet.
type plane struct {
	first  string
	months int64
	top    int64
}

func months(from, to string) int64 {
	number := func(month string) int64 {
		y, err := strconv.ParseInt(month[:4], 10, 64)
		m, err2 := strconv.ParseInt(month[5:], 10, 64)
		if err != nil || err2 != nil {
			return 0
		}
		return y*12 + m
	}
	return number(to) - number(from)
}

func (p plane) x(month string) int {
	return chartLeft + int(months(p.first, month)*plotWidth/max(1, p.months))
}

func (p plane) y(v int64) int {
	return chartTop + plotHeight - int(min(v, p.top)*plotHeight/p.top)
}

// thousandths of a share.
func thousandths(v *decimal.Decimal) int64 { return length(v) }

func (p plane) grid(ctx context.Context, c *chart, m targets.Measure) {
	for i := range int64(5) {
		v := p.top * i / 4
		text := message.Number(ctx, v)
		if m.Kind == targets.ShareOf {
			text = percent(ctx, decimal.New(v, 3))
		}
		c.Ticks = append(c.Ticks, gridline{p.y(v), text})
	}
	year, err := strconv.Atoi(p.first[:4])
	if err != nil {
		return
	}
	every := 1 + int(p.months)/12/7
	for y := year; ; y++ {
		january := fmt.Sprintf("%d-01", y)
		if months(p.first, january) > p.months {
			break
		}
		if january >= p.first && (y-year)%every == 0 {
			c.Years = append(c.Years, gridline{p.x(january), strconv.Itoa(y)})
		}
	}
	if len(c.Years) == 0 {
		c.Years = append(c.Years, gridline{p.x(p.first), moment(p.first)})
	}
}

func (p plane) draw(c *chart, m targets.Measure, series []targets.Reading) {
	var path strings.Builder
	for i, r := range c.Rows {
		v, line := thousandths(r.Share), thousandths(r.Rolling)
		if m.Kind == targets.Breakdown {
			v, line = r.D, r.D
		}
		if m.Window == targets.Daily {
			line = v
		}
		if r.D > 0 {
			c.Dots = append(c.Dots, dot{p.x(r.Month), p.y(v), i == len(c.Rows)-1 && !series[i].Sealed})
		}
		letter := "L"
		if path.Len() == 0 {
			letter = "M"
		}
		fmt.Fprintf(&path, "%s%d %d", letter, p.x(r.Month), p.y(line))
	}
	c.Line = path.String()
}

// describe says in a sentence what the chart shows, for who cannot see it.
func (c *chart) describe(ctx context.Context, m targets.Measure, series []targets.Reading) string {
	of := func(r chartRow) string {
		v := r.Rolling
		if m.Window == targets.Daily {
			v = r.Share
		}
		if m.Kind == targets.Breakdown {
			return message.Number(ctx, r.D)
		}
		if v == nil {
			return message.T(ctx, "board.no_value")
		}
		return percent(ctx, *v)
	}
	text := message.T(ctx, "board.chart_desc", "from", moment(c.Rows[0].Month), "first", of(c.Rows[0]), "to", moment(series[len(series)-1].Month), "last", of(c.Rows[len(c.Rows)-1]))
	for _, p := range c.Promised {
		text += " " + message.T(ctx, "board.chart_promised", "words", p.Text)
	}
	if c.Projected != "" {
		text += " " + c.Projected
	}
	return text
}

// points writes a change of a share in points: +0,5.
func points(ctx context.Context, v decimal.Decimal) string {
	text := strings.TrimSuffix(percent(ctx, v), "%")
	if v.Units() > 0 {
		return "+" + text
	}
	return text
}
