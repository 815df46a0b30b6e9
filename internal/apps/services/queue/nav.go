package queue

import (
	"context"

	"benso/internal/apps/services/office"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// nav are the queues with their counts, beside each other.
func (p queuePage) nav(ctx context.Context) []web.Link {
	links := make([]web.Link, len(p.Queues))
	for i, q := range p.Queues {
		links[i] = web.Link{Text: q.Text + " (" + message.Number(ctx, q.Count) + ")", URL: q.URL, Current: q.Current}
	}
	links = append(links, web.Link{Text: message.T(ctx, "desk.register"), URL: office.PathRegister})
	if p.Counter {
		links = append(links, web.Link{Text: message.T(ctx, "desk.people"), URL: office.PathPeople})
	}
	return links
}

// columns are the heads of a queue's table.
func (p queuePage) columns(ctx context.Context) []web.Column {
	var columns []web.Column
	for _, key := range []string{"desk.col_number", "desk.col_subject", "desk.col_procedure", "desk.col_step", "desk.col_who"} {
		columns = append(columns, web.Column{Text: message.T(ctx, key)})
	}
	return columns
}

// moreTabs are the lists beside the queues of dossiers. tallies are what the queues
// were counted from.
func (p Pages) moreTabs(ctx context.Context, actor access.Actor, current string, tallies []cases.Tally) ([]tab, error) {
	var tabs []tab
	if actor.Has(access.DossierCheck) {
		n, err := cases.CountConsults(ctx, p.Room.DB.Read(), actor.Scope(access.DossierCheck))
		if err != nil {
			return nil, err
		}
		tabs = append(tabs, tab{ID: office.PathConsults, Text: message.T(ctx, "desk.consults"), URL: office.PathConsults, Count: n, Current: current == office.PathConsults})
	}
	if actor.Has(access.DossierSign) {
		tabs = append(tabs, tab{ID: office.PathSigning, Text: message.T(ctx, "desk.signing"), URL: office.PathSigning, Count: met(tallies, ToSign(actor)), Current: current == office.PathSigning})
	}
	return tabs, nil
}

// Besides are the desk and the lists beside it, for the pages that are no queue.
func (p Pages) Besides(ctx context.Context, actor access.Actor, current string) ([]web.Link, error) {
	tallies, err := p.tally(ctx, actor)
	if err != nil {
		return nil, err
	}
	tabs, err := p.moreTabs(ctx, actor, current, tallies)
	if err != nil {
		return nil, err
	}
	return append([]web.Link{{Text: message.T(ctx, "desk.title"), URL: office.PathDesk}}, queuePage{Queues: tabs, Counter: actor.Has(access.DossierIntake)}.nav(ctx)...), nil
}
