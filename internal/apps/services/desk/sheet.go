package desk

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/queue"
	"benso/internal/core/cases"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// offer finds an act among those that are offered.
func (s sheet) offer(act string) (deed, bool) {
	i := slices.IndexFunc(s.Offers, func(x deed) bool { return x.act == act })
	if i < 0 {
		return deed{}, false
	}
	return s.Offers[i], true
}

// pages are the offered acts that have pages of their own.
func (s sheet) pages() []deed {
	return slices.DeleteFunc(slices.Clone(s.Offers), func(x deed) bool { return !x.page })
}

// facts stand at the side of the sheet.
func (s sheet) facts(ctx context.Context) []web.Row {
	rows := []web.Row{{Key: message.T(ctx, "desk.step"), Value: s.Step}}
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, web.Row{Key: message.T(ctx, key), Value: value})
		}
	}
	who := s.Who
	if who == "" && s.Dossier.Case.State == cases.Working {
		who = message.T(ctx, "desk.nobody")
	}
	add("desk.assignee", who)
	if !s.DueAt.IsZero() {
		add("desk.due", worktime.DeadlineText(ctx, worktime.Deadline{At: s.DueAt, Provisional: s.Provisional}))
	}
	add("desk.limit_note", s.LimitNote)
	if s.Apology != nil {
		add("desk.apology", message.T(ctx, "desk.apology_text", "was", message.DateTime(ctx, s.Apology.WasDueAt), "reason", s.Apology.Reason))
	}
	add("desk.applicant", s.Name)
	add("desk.phone", s.Phone)
	add("desk.channel", message.T(ctx, "desk.channel_"+s.Channel))
	add("desk.filing_number", s.FilingNumber)
	add("desk.filed_at", message.DateTime(ctx, s.FiledAt))
	if !s.AcceptedAt.IsZero() {
		add("desk.accepted_at", message.DateTime(ctx, s.AcceptedAt))
	}
	if s.ResultNumber != "" {
		add("desk.result", message.T(ctx, "desk.result_text", "number", s.ResultNumber, "date", message.DateText(ctx, s.ResultOn)))
		add("desk.result_book", s.ResultBook)
	}
	add("desk.collector", s.Collection.By)
	if s.Collection.As != "" {
		add("desk.collector_as", message.T(ctx, "desk.collector_as_"+s.Collection.As))
	}
	add("desk.collector_right", s.Collection.Right)
	if s.Collection.Paper != "" {
		add("desk.collector_paper", message.T(ctx, "desk.collector_paper_"+s.Collection.Paper))
	}
	add("desk.agency", s.Holder)
	return rows
}

// value gives what was typed, or what stands there at first.
func (s sheet) value(name, start string) string {
	if v, ok := s.Typed[name]; ok && len(v) > 0 {
		return v[0]
	}
	return start
}

// dateField is a date with what was typed, or a day.
func (s sheet) dateField(ctx context.Context, name, label, hint, start string) web.DateField {
	day, month, year := "", "", ""
	if len(start) == len("2026-11-23") {
		year, month, day = start[:4], start[5:7], start[8:]
	}
	return web.DateField{Name: name, Label: label, Hint: hint, Error: web.ErrorAt(ctx, s.Errors, name),
		Day: s.value(name+"-day", day), Month: s.value(name+"-month", month), Year: s.value(name+"-year", year)}
}

func (s sheet) field(ctx context.Context, name, label, start string) web.Field {
	return web.Field{Name: name, Label: label, Value: s.value(name, start), Error: web.ErrorAt(ctx, s.Errors, name)}
}

// number or name that heads the page.
func (s sheet) code() string {
	if s.Code != "" {
		return s.Code
	}
	return s.FilingNumber
}

// crumbs lead back to the queue one came from.
func (s sheet) crumbs(ctx context.Context, here string) []web.Link {
	back := office.PathDesk
	if s.From != (queue.Query{}) {
		back = s.From.URL()
	}
	links := []web.Link{{Text: message.T(ctx, "desk.title"), URL: back}, {Text: s.code(), URL: s.From.URLOf(s.ID, "")}}
	if here != "" {
		links = append(links, web.Link{Text: here, Current: true})
	} else {
		links[1].Current = true
	}
	return links
}

// styleOf is the weight of an act's button: what the specialist proposed is the
// main one for the signer.
func (s sheet) styleOf(x deed) web.Style {
	if x.act == dossier.ActRefuse && s.Proposal == "refuse" {
		return web.Main
	}
	return x.style
}

// saw says whether the box of an original that was seen is ticked, and keeps that of
// one that is kept: as it was sent, or as it stands.
func (s sheet) saw(c office.Check) bool {
	return s.chose("originals", c.ID) || !s.Typed.Has("papers") && c.Original != nil && !c.Original.Kept
}

func (s sheet) keeps(c office.Check) bool {
	return s.chose("kept", c.ID) || !s.Typed.Has("papers") && c.Original != nil && c.Original.Kept
}

// returns says whether an original goes back: every one that is here, unless it was
// unticked.
func (s sheet) returns(c office.Check) bool {
	return !s.Typed.Has("returning") || s.chose("returned", c.ID)
}

// chose says whether a box was ticked on the page that was sent.
func (s sheet) chose(name, value string) bool { return slices.Contains(s.Typed[name], value) }

func (s sheet) anySeen() bool {
	return slices.ContainsFunc(s.Checks, func(c office.Check) bool { return c.Original != nil })
}

// chosen options of the page of a hand-over.
func (s sheet) collectors(ctx context.Context) []web.Option {
	var options []web.Option
	for _, x := range dossier.Collectors {
		options = append(options, web.Option{Value: x, Label: message.T(ctx, "desk.collector_as_"+x), Checked: s.value("collector_as", "self") == x})
	}
	return options
}

func (s sheet) collectorPapers(ctx context.Context) []web.Option {
	options := []web.Option{{Value: "", Label: message.T(ctx, "desk.collector_paper_none")}}
	for _, x := range dossier.CollectorPapers {
		options = append(options, web.Option{Value: x, Label: message.T(ctx, "desk.collector_paper_"+x)})
	}
	return options
}

// resultDay is the day of the result: as it was proposed before, or today.
func (s sheet) resultDay() string {
	if s.ResultOn != "" {
		return s.ResultOn
	}
	return s.Today
}

func (s sheet) uploadLabel(ctx context.Context) string {
	if len(s.Results) > 0 {
		return message.T(ctx, "desk.result_paper_other")
	}
	return message.T(ctx, "desk.result_paper")
}

// choices are those to whom the dossier may be given, and nobody.
func (s sheet) choices(ctx context.Context) []web.Option {
	options := []web.Option{{Value: "", Label: message.T(ctx, "desk.nobody")}}
	for _, m := range s.Members {
		options = append(options, web.Option{Value: m.Account, Label: m.Name})
	}
	return options
}

// unanswered counts the agencies whose answer is still expected.
func (s sheet) unanswered() (n int) {
	for _, o := range s.Opinions {
		if o.Unanswered() {
			n++
		}
	}
	return n
}

// slipKey opens the newest slip with a key, to be printed.
func slipKey(ctx context.Context, s sheet, slot string) templ.Attributes {
	if slot != s.Slips[len(s.Slips)-1] {
		return nil
	}
	return templ.Attributes{"data-shortcut": "i", "aria-keyshortcuts": "i", "data-shortcut-label": message.T(ctx, "desk.slot_"+slot)}
}

// controlKey opens the control sheet with a key, to be printed.
func controlKey(ctx context.Context) templ.Attributes {
	return templ.Attributes{"data-shortcut": "f", "aria-keyshortcuts": "f", "data-shortcut-label": message.T(ctx, "desk.slot_control")}
}
