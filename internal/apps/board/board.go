package board

import (
	"context"
	"log/slog"
	"strings"

	"benso/internal/core/targets"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/decimal"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
)

// Room is the board of one province.
type Room struct {
	db       *database.DB
	clock    clock.Clock
	log      *slog.Logger
	targets  *targets.Room
	tree     *unit.Tree
	subjects Subjects
	base     func() string
	maps     *Map
	units    unitCache
	kept     kept
	answers  keptAnswers
}

// Subjects knows the procedures that are counted by their codes.
type Subjects interface {
	// SubjectName is the name in the language of the context; empty: the code is shown.
	SubjectName(ctx context.Context, code string) string
	// SubjectField is the field that the procedure belongs to; empty: not known.
	SubjectField(code string) string
}

// New makes the board. base is the address of the site, such as
// https://dichvu.example.vn, for what is read elsewhere.
func New(db *database.DB, c clock.Clock, log *slog.Logger, t *targets.Room, tree *unit.Tree, subjects Subjects, maps *Map, base func() string) *Room {
	return &Room{db: db, clock: c, log: log, targets: t, tree: tree, subjects: subjects, maps: maps, base: base}
}

func say(ctx context.Context, t form.Text) string { return t.In(message.Lang(ctx)) }

// value writes a number as people read it: 75,93% of a share, 1.542 of a count.
func value(ctx context.Context, v *decimal.Decimal, u targets.Unit) string {
	if v == nil {
		return ""
	}
	if u == targets.Share {
		return percent(ctx, *v)
	}
	return message.Decimal(ctx, v.String())
}

// percent writes 0.7593 as 75,93% and 1.0000 as 100%.
func percent(ctx context.Context, v decimal.Decimal) string {
	p := decimal.New(v.Units()*100, v.Scale())
	if v.Scale() >= 2 {
		p = decimal.New(v.Units(), v.Scale()-2)
	}
	digits := p.String()
	if strings.Contains(digits, ".") {
		digits = strings.TrimSuffix(strings.TrimRight(digits, "0"), ".")
	}
	return message.Decimal(ctx, digits) + "%"
}

// length is how far a bar of 1,000 reaches; a share of more than all fills it.
func length(v *decimal.Decimal) int64 {
	if v == nil {
		return 0
	}
	scale := int64(1)
	for range v.Scale() {
		scale *= 10
	}
	return max(0, min(1000, v.Units()*1000/scale))
}

func (room *Room) subject(ctx context.Context, code string) string {
	if name := room.subjects.SubjectName(ctx, code); name != "" {
		return name
	}
	return code
}

func (room *Room) unit(id string) string {
	u, err := room.tree.Unit(id)
	if err != nil {
		return id
	}
	return u.Name
}

// channel names how a dossier came. A channel that a later source brings is shown
// by its id.
func channel(ctx context.Context, id string) string {
	if key := "board.channel_" + id; message.Has(key) {
		return message.T(ctx, key)
	}
	return id
}

func (room *Room) axisValue(ctx context.Context, key string, by targets.Axis) string {
	switch by {
	case targets.ByUnit:
		return room.unit(key)
	case targets.ByChannel:
		return channel(ctx, key)
	case targets.ByField:
		if key == "" {
			return message.T(ctx, "board.no_field")
		}
		return key
	}
	return room.subject(ctx, key)
}

// mark is a state of the board: a shape, words and a colour that repeats them.
type mark struct {
	Key   string // message key
	Args  []any
	Class string // of the colour: one of the states of a matter
	Shape string
}

// The shapes are told apart without colour: disc, speech bubble, empty ring,
// tick, cross in a square, and arrow.
const (
	disc   = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z"
	bubble = "M1 1.5h14v10H8.5L4.5 15v-3.5H1zM3 3.5v6h10v-6z"
	ring   = "M8 .5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zm0 2.2a5.3 5.3 0 1 1 0 10.6A5.3 5.3 0 0 1 8 2.7z"
	tick   = "M1 8.6 3.1 6.4l3 3L13 2.5l2 2.1-9 9z"
	cross  = "M1 1h14v14H1zM4.2 5.6 6.6 8l-2.4 2.4 1.4 1.4L8 9.4l2.4 2.4 1.4-1.4L9.4 8l2.4-2.4-1.4-1.4L8 6.6 5.6 4.2z"
	arrow  = "M1 6h7V1.5L15.5 8 8 14.5V10H1z"
)

func stateMark(s targets.State) mark {
	switch s {
	case targets.Measured:
		return mark{Key: "board.state_measured", Class: "on_time", Shape: disc}
	case targets.Published:
		return mark{Key: "board.state_reported", Class: "waiting_you", Shape: bubble}
	}
	return mark{Key: "board.state_not_measured", Class: "paused", Shape: ring}
}

// verdictMark says how a value stands against a milestone; nothing when nobody
// can say. A value that falls short is late only when the milestone has passed.
func verdictMark(ctx context.Context, v targets.Verdict, m targets.Milestone, on database.Date) (mark, bool) {
	by := []any{"date", message.DateText(ctx, string(m.By))}
	switch {
	case v == targets.Met:
		return mark{Key: "board.verdict_met", Args: by, Class: "done", Shape: tick}, true
	case v == targets.NotMet && on > m.By:
		return mark{Key: "board.verdict_missed", Args: by, Class: "late", Shape: cross}, true
	case v == targets.NotMet:
		return mark{Key: "board.verdict_under_way", Args: by, Class: "waiting_them", Shape: arrow}, true
	}
	return mark{}, false
}

// why says in words why there is no value.
func why(ctx context.Context, r targets.Reason) string {
	return message.T(ctx, "board.reason_"+string(r))
}

// period writes from when to when a published figure counts.
func period(ctx context.Context, f targets.Reported) string {
	if f.From == "" {
		return message.DateText(ctx, string(f.To))
	}
	return message.DateText(ctx, string(f.From)) + " – " + message.DateText(ctx, string(f.To))
}

func isURL(s string) bool { return strings.HasPrefix(s, "https://") && !strings.ContainsAny(s, " \t") }

// note writes what a source says about one count.
func note(ctx context.Context, n targets.Note) string {
	args := make([]any, len(n.Args))
	for i, a := range n.Args {
		args[i] = a
	}
	return message.T(ctx, n.Key, args...)
}
