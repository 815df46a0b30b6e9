package fees

import (
	"context"
	"fmt"

	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
)

// Most is the largest amount that an item may come to, in đồng: more is a slip
// in a rule, not a fee.
const Most int64 = 1_000_000_000_000

// Schedule is the fee of one version of a procedure. The zero Schedule says that
// nothing is known. It does not change, so many may read it at once.
type Schedule struct {
	Items []Item
}

// Item is one thing that may have to be paid.
type Item struct {
	ID        string
	Name      form.Text // zero where the whole fee is one amount
	Kind      Kind      // "" where the source does not say
	Amount    *int64    // đồng, where it is the same for everybody; else nil
	Rate      form.Text // how it is computed, in words, for people who have not answered yet
	Condition form.Text // when it is owed, in words
	Unknown   form.Text // why the amount is not known
	Reason    form.Text // with placeholders in braces
	Basis     string

	when, amount *rule
	reason       [2]template // vi, en
}

// Simple is a fee that needs no expression: one amount, or none that is known. A
// condition in words is nothing that a program can decide: the desk does.
func Simple(amount *int64, condition form.Text, basis string) Schedule {
	return Schedule{Items: []Item{{Amount: amount, Condition: condition, Basis: basis}}}
}

// Facts are what an assessment depends on beside the answers.
type Facts struct {
	Today   string // 2026-11-25, in the zone of the province
	Channel string // online, counter
}

// Line is what one item came to. A nil Amount is not known, which is not free.
type Line struct {
	ID      string    `json:"id,omitempty"`
	Name    form.Text `json:"name,omitzero"`
	Kind    Kind      `json:"kind,omitempty"`
	Amount  *int64    `json:"amount,omitempty"` // đồng
	Unknown form.Text `json:"unknown,omitzero"` // why there is no amount
	Reason  form.Text `json:"reason,omitzero"`
	Basis   string    `json:"basis,omitempty"`
}

// Assessment is what is owed for one set of answers.
type Assessment struct {
	Lines []Line `json:"lines"`
}

// Total is the sum of the lines; ok is false while one of them is not known.
func (a Assessment) Total() (dong int64, ok bool) {
	for _, l := range a.Lines {
		if l.Amount == nil {
			return 0, false
		}
		dong += *l.Amount
	}
	return dong, len(a.Lines) > 0
}

// Known is the sum of those lines that are known.
func (a Assessment) Known() (dong int64) {
	for _, l := range a.Lines {
		if l.Amount != nil {
			dong += *l.Amount
		}
	}
	return dong
}

// Assess computes what is owed for the answers that a form asks for (see
// form.Asked). An error means that it ran out of time, never that an answer is
// missing: what cannot be computed is not known.
func (s Schedule) Assess(ctx context.Context, a form.Answers, f Facts) (Assessment, error) {
	var found Assessment
	in := activation{answers: a, facts: f}
	for i := range s.Items {
		l, owed, err := s.Items[i].assess(ctx, &in)
		if err != nil {
			return Assessment{}, fmt.Errorf("assess fee %q: %w", s.Items[i].ID, err)
		}
		if owed {
			found.Lines = append(found.Lines, l)
		}
	}
	if len(found.Lines) == 0 {
		found.Lines = []Line{{Unknown: said("fees.no_item")}}
	}
	return found, nil
}

func (x *Item) assess(ctx context.Context, in *activation) (l Line, owed bool, err error) {
	l = Line{ID: x.ID, Name: x.Name, Kind: x.Kind, Basis: x.Basis}
	if x.when != nil {
		holds, known, err := x.when.yes(ctx, in)
		switch {
		case err != nil:
			return Line{}, false, err
		case !known:
			l.Unknown = said("fees.missing_answer")
			return l, true, nil
		case !holds:
			return Line{}, false, nil
		}
	}
	switch {
	case x.amount != nil:
		n, known, err := x.amount.dong(ctx, in)
		if err != nil {
			return Line{}, false, err
		}
		if !known {
			l.Unknown = said("fees.missing_answer")
			return l, true, nil
		}
		l.Amount = &n
	case x.Amount == nil:
		if l.Unknown = x.Unknown; l.Unknown.IsZero() {
			l.Unknown = said("fees.unknown")
		}
		return l, true, nil
	case x.when == nil && !x.Condition.IsZero():
		// Words that only the desk can judge: the amount is not known yet.
		l.Unknown = x.conditional()
		return l, true, nil
	default:
		n := *x.Amount
		l.Amount = &n
	}
	for i, lang := range message.Languages {
		text, err := x.reason[i].fill(message.WithLang(ctx, lang), in)
		if err != nil {
			return Line{}, false, err
		}
		if lang == "en" {
			l.Reason.En = text
		} else {
			l.Reason.Vi = text
		}
	}
	return l, true, nil
}

// conditional says an amount together with the words under which it is owed.
func (x *Item) conditional() form.Text {
	in := func(lang string) string {
		ctx := message.WithLang(context.Background(), lang)
		return message.T(ctx, "fees.conditional", "amount", AmountText(ctx, *x.Amount), "condition", x.Condition.In(lang))
	}
	return form.Text{Vi: in("vi"), En: in("en")}
}

// said gives a message in both languages, to be kept with an assessment.
func said(key string) form.Text {
	in := func(lang string) string { return message.T(message.WithLang(context.Background(), lang), key) }
	return form.Text{Vi: in("vi"), En: in("en")}
}

// Knowing is how much is known of what a procedure costs before anybody answered.
type Knowing string

// How much is known.
const (
	Fixed   Knowing = "fixed"   // one amount for everybody
	Depends Knowing = "depends" // on the answers, or on what only the desk can judge
	Unsaid  Knowing = "unknown"
)

// Knowing says how much is known, and the amount in đồng where it is fixed.
func (s Schedule) Knowing() (k Knowing, dong int64) {
	if len(s.Items) == 0 {
		return Unsaid, 0
	}
	k = Fixed
	for _, x := range s.Items {
		switch always := x.when == nil && x.Condition.IsZero(); {
		case always && x.amount == nil && x.Amount == nil:
			return Unsaid, 0
		case !always || x.amount != nil:
			k = Depends
		default:
			dong += *x.Amount
		}
	}
	if k != Fixed {
		return k, 0
	}
	return k, dong
}
