package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// nav are the queues with their counts, beside each other.
func (p queuePage) nav(ctx context.Context) []web.Link {
	links := make([]web.Link, len(p.Queues))
	for i, q := range p.Queues {
		links[i] = web.Link{Text: fmt.Sprintf("%s (%d)", q.Text, q.Count), URL: q.URL, Current: q.Current}
	}
	links = append(links, web.Link{Text: message.T(ctx, "desk.register"), URL: pathRegister})
	if p.Counter {
		links = append(links, web.Link{Text: message.T(ctx, "desk.people"), URL: pathPeople})
	}
	return links
}

// columns are the heads of a queue's table.
func (p queuePage) columns(ctx context.Context) []web.Column {
	var columns []web.Column
	if p.Give {
		columns = append(columns, web.Column{Text: message.T(ctx, "desk.col_tick"), Hidden: true})
	}
	for _, key := range []string{"desk.col_number", "desk.col_subject", "desk.col_procedure", "desk.col_step", "desk.col_who"} {
		columns = append(columns, web.Column{Text: message.T(ctx, key)})
	}
	return columns
}

// ticked is this page of the queue with every box ticked.
func (q query) ticked() string {
	at := q.url()
	if strings.Contains(at, "?") {
		return at + "&chon=het"
	}
	return at + "?chon=het"
}

// firstKey opens the first of a list with a key.
func firstKey(ctx context.Context, i int) templ.Attributes {
	if i > 0 {
		return nil
	}
	return templ.Attributes{"data-shortcut": "o", "aria-keyshortcuts": "o", "data-shortcut-label": message.T(ctx, "desk.open_first")}
}

// keyed gives a button its key; none when it has none.
func keyed(key string) templ.Attributes {
	if key == "" {
		return nil
	}
	return templ.Attributes{"data-shortcut": key, "aria-keyshortcuts": key}
}

func describedBy(wrong string) templ.Attributes {
	if wrong == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": "so-error"}
}

func row(name string, i int) string { return name + "-" + strconv.Itoa(i) }

// crumbs lead back to the queue one came from.
func (s sheet) crumbs(ctx context.Context, here string) []web.Link {
	back := pathDesk
	if s.From != (query{}) {
		back = s.From.url()
	}
	links := []web.Link{{Text: message.T(ctx, "desk.title"), URL: back}, {Text: s.code(), URL: s.From.urlOf(s.ID, "")}}
	if here != "" {
		links = append(links, web.Link{Text: here, Current: true})
	} else {
		links[1].Current = true
	}
	return links
}

func (p stalePage) title(ctx context.Context) string {
	if p.Fault != "" {
		return message.T(ctx, "desk.not_possible")
	}
	return message.T(ctx, "desk.faster")
}

// story tells what the other one did.
func (p stalePage) story(ctx context.Context) string {
	return message.T(ctx, "desk.faster_who", "who", p.Last.Who, "what", p.Last.What, "when", p.Last.When)
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
func (s sheet) saw(c check) bool {
	return s.chose("originals", c.ID) || !s.Typed.Has("papers") && c.Original != nil && !c.Original.Kept
}

func (s sheet) keeps(c check) bool {
	return s.chose("kept", c.ID) || !s.Typed.Has("papers") && c.Original != nil && c.Original.Kept
}

// returns says whether an original goes back: every one that is here, unless it was
// unticked.
func (s sheet) returns(c check) bool { return !s.Typed.Has("returning") || s.chose("returned", c.ID) }

// chose says whether a box was ticked on the page that was sent.
func (s sheet) chose(name, value string) bool { return slices.Contains(s.Typed[name], value) }

func (s sheet) anySeen() bool {
	return slices.ContainsFunc(s.Checks, func(c check) bool { return c.Original != nil })
}

// had says where an original is: given back, when and on which day, or here.
func (c check) had(ctx context.Context) string {
	o := c.Original
	switch {
	case o.Here():
		return message.T(ctx, "desk.original_here", "paper", c.Name.In(message.Lang(ctx)), "when", message.DateTime(ctx, o.SeenAt))
	case o.Kept:
		return message.T(ctx, "desk.original_returned", "paper", c.Name.In(message.Lang(ctx)), "when", message.DateTime(ctx, o.GivenBackAt))
	}
	return message.T(ctx, "desk.original_seen", "paper", c.Name.In(message.Lang(ctx)), "when", message.DateTime(ctx, o.SeenAt))
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

// slipKey opens the newest slip with a key, to be printed.
func slipKey(ctx context.Context, s sheet, slot string) templ.Attributes {
	if slot != s.Slips[len(s.Slips)-1] {
		return nil
	}
	return templ.Attributes{"data-shortcut": "i", "aria-keyshortcuts": "i", "data-shortcut-label": message.T(ctx, "desk.slot_"+slot)}
}

func splitLines(text string) []string { return strings.Split(text, "\n") }

// area is a box of several lines in a row of a request.
func (p actPage) area(ctx context.Context, name, label string) web.Field {
	return web.Field{Name: name, Label: label, Value: p.value(name, ""), Error: web.ErrorAt(ctx, p.Errors, name), Rows: 2}
}

// rows are what was typed, to be copied.
func (p stalePage) rows() []web.Row {
	rows := make([]web.Row, len(p.Text))
	for i, t := range p.Text {
		rows[i] = web.Row{Key: t.Label, Value: t.Text}
	}
	return rows
}

// part is the id of a page's part of the counter form.
func part(page *form.Page) string { return "part-" + page.ID }

// pairs puts two parts beside each other, in the order of the form.
func (p counterPage) pairs() [][]form.PageView {
	return slices.Collect(slices.Chunk(p.Views, 2))
}

func (p choosePage) desks() []web.Option {
	options := make([]web.Option, len(p.Agencies))
	for i, a := range p.Agencies {
		options[i] = web.Option{Value: a.ID, Label: a.Name}
	}
	return options
}

// describedByName binds a box to what is wrong with it.
func describedByName(name, wrong string) templ.Attributes {
	if wrong == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": name + "-error"}
}

// controlKey opens the control sheet with a key, to be printed.
func controlKey(ctx context.Context) templ.Attributes {
	return templ.Attributes{"data-shortcut": "f", "aria-keyshortcuts": "f", "data-shortcut-label": message.T(ctx, "desk.slot_control")}
}
