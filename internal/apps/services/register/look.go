package register

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"benso/internal/apps/services/office"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// newKey begins a new dossier with a key, for the first of a list.
func newKey(ctx context.Context, i int) templ.Attributes {
	if i > 0 {
		return nil
	}
	return templ.Attributes{"data-shortcut": "m", "aria-keyshortcuts": "m", "data-shortcut-label": message.T(ctx, "register.intake")}
}

// options are choices whose names are messages: the prefix and the value; the one
// without a value is "any".
func options(ctx context.Context, prefix string, values ...string) []web.Option {
	list := make([]web.Option, len(values))
	for i, v := range values {
		key := v
		if v == "" {
			key = "any"
		}
		list[i] = web.Option{Value: v, Label: message.T(ctx, prefix+key)}
	}
	return list
}

func anyOf(ctx context.Context, choices []choice) []web.Option {
	list := []web.Option{{Value: "", Label: message.T(ctx, "register.any")}}
	for _, c := range choices {
		list = append(list, web.Option{Value: c.ID, Label: c.Name})
	}
	return list
}

func (p listPage) stepOptions(ctx context.Context) []web.Option {
	var all []choice
	for _, s := range p.Stages {
		all = append(all, choice{s.ID, s.Name})
	}
	return anyOf(ctx, all)
}

func (p listPage) outcomeOptions(ctx context.Context) []web.Option {
	var all []choice
	for _, o := range outcomes {
		all = append(all, choice{o, message.T(ctx, "desk.outcome_"+o)})
	}
	return anyOf(ctx, all)
}

func (p listPage) fieldOptions(ctx context.Context) []web.Option {
	var all []choice
	for _, f := range p.Fields {
		all = append(all, choice{f, f})
	}
	return anyOf(ctx, all)
}

func (p listPage) channelOptions(ctx context.Context) []web.Option {
	return anyOf(ctx, []choice{{"online", message.T(ctx, "desk.channel_online")}, {"counter", message.T(ctx, "desk.channel_counter")}})
}

func (p listPage) communeOptions(ctx context.Context) []web.Option { return anyOf(ctx, p.Communes) }

func (p listPage) whoOptions(ctx context.Context) []web.Option {
	all := []choice{{whoMine, message.T(ctx, "register.who_mine")}, {whoNobody, message.T(ctx, "register.nobody")}}
	return anyOf(ctx, append(all, p.People...))
}

func (p listPage) allViews() []View { return append(append([]View(nil), p.Own...), p.Shared...) }

func (p listPage) allSteps() string {
	q := p.Query
	q.Step, q.Page = "", 0
	return q.at(office.PathRegister)
}

// ticked is this page with every box ticked.
func (p listPage) ticked() string {
	at := p.Query.at(office.PathRegister)
	if strings.Contains(at, "?") {
		return at + "&chon=het"
	}
	return at + "?chon=het"
}

// narrowed says whether something is asked for beside words.
func (p listPage) narrowed() bool {
	q := p.Query
	q.Words = ""
	return q.text() != "" || len(p.Errors) > 0 && web.ErrorAt(context.Background(), p.Errors, "name") == ""
}

// first is the query from its first page on.
func (q Query) first() Query {
	q.Page = 0
	return q
}

// url opens a view.
func (v View) url() string {
	if v.Query == "" {
		return office.PathRegister
	}
	return office.PathRegister + "?" + v.Query
}

func (p viewsPage) typed(v View) string {
	if p.Wrong == v.ID {
		return p.Typed
	}
	return v.Name
}

// columns are the heads of the register's table.
func (p listPage) columns(ctx context.Context) []web.Column {
	var columns []web.Column
	for _, key := range []string{"desk.col_number", "desk.col_subject", "desk.col_procedure", "register.dates", "desk.col_step", "desk.col_who"} {
		columns = append(columns, web.Column{Text: message.T(ctx, key)})
	}
	if p.Agencies {
		columns = append(columns, web.Column{Text: message.T(ctx, "register.agency")})
	}
	return columns
}

// dates say when a dossier came, and how far it has gone.
func (e entry) dates(ctx context.Context) string {
	said := []string{message.T(ctx, "register.filed_on", "day", message.Date(ctx, e.Case.OpenedAt))}
	switch {
	case !e.Case.ResolvedAt.IsZero():
		said = append(said, message.T(ctx, "register.resolved_on", "day", message.Date(ctx, e.Case.ResolvedAt)))
	case !e.Case.DueAt.IsZero():
		said = append(said, message.T(ctx, "register.due_on", "day", message.Date(ctx, e.Case.DueAt)))
	}
	return strings.Join(said, "; ")
}

func (c chosen) box() string { return office.Box(c.ID, c.Version) }

// options are those to whom the dossiers may be given, and nobody.
func (p givePage) options(ctx context.Context) []web.Option {
	list := []web.Option{{Value: "", Label: message.T(ctx, "register.nobody")}}
	for _, c := range p.People {
		list = append(list, web.Option{Value: c.ID, Label: c.Name})
	}
	return list
}

func (p personPage) facts(ctx context.Context) []web.Row {
	var rows []web.Row
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, web.Row{Key: message.T(ctx, key), Value: value})
		}
	}
	add("register.person_phone", p.Phone)
	add("register.person_citizen", p.Citizen)
	add("register.person_address", p.Address)
	return rows
}
