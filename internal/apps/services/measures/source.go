package measures

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"benso/internal/apps/services/catalogue"
	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// The measures of the services.
const (
	Full      = "services.full"
	Online    = "dossiers.online"
	OnTime    = "dossiers.on_time"
	Early     = "dossiers.early"
	Late      = "dossiers.late"
	Asked     = "dossiers.asked"
	ByChannel = "dossiers.by_channel"
)

// Source counts for the board.
type Source struct{ Catalogue *catalogue.Catalogue }

var _ targets.Recorder = Source{}

// Measures lists what it counts.
func (Source) Measures() []string {
	return []string{Full, Online, OnTime, Early, Late, Asked, ByChannel}
}

// Rule says how a measure of dossiers is counted from facts.
func (Source) Rule(measure string) (targets.Rule, bool) {
	r, ok := rules[measure]
	return r, ok
}

// Count counts one measure.
func (s Source) Count(ctx context.Context, q database.Querier, question targets.Question) (targets.Count, error) {
	if question.Measure == Full {
		return s.services(question), nil
	}
	rule, err := ruleOf(question.Measure)
	if err != nil {
		return targets.Count{}, err
	}
	return count(ctx, q, rule, question)
}

// Open lists what Count counted, as far as the scope reaches.
func (s Source) Open(ctx context.Context, q database.Querier, question targets.Question, scope access.Scope, part targets.Part, page targets.Page) (targets.Records, error) {
	if question.Measure == Full {
		return s.openServices(question, part, page), nil
	}
	rule, err := ruleOf(question.Measure)
	if err != nil {
		return targets.Records{}, err
	}
	records, err := open(ctx, q, rule, question, scope, part, page)
	if err != nil {
		return targets.Records{}, err
	}
	for i, row := range records.Rows {
		if p, err := s.Catalogue.Procedure(row.Values[1].Text); err == nil {
			records.Rows[i].Values[1].Text = p.Name.Vi
		}
	}
	return records, nil
}

// services counts the procedures that can be filed online on the day of the
// question (G1): how many of them are full services. Those of national sectors are
// outside; those of which the sources do not say how far they go count as not full.
func (s Source) services(question targets.Question) targets.Count {
	var c targets.Count
	held := s.Catalogue.Offered(clock.Day(question.AsOf))
	for _, p := range held {
		if !p.Online() {
			continue
		}
		var full int64
		if p.Service == catalogue.Full {
			full = 1
		}
		c.Add(full, 1, map[targets.Axis]string{targets.BySubject: p.Code})
	}
	var sector, unassigned, unstated int
	for _, p := range held {
		switch {
		case p.Sector:
			sector++
		case p.Unassigned:
			unassigned++
		case p.Service == catalogue.Unstated:
			unstated++
		}
	}
	n := strconv.Itoa
	c.Notes = []targets.Note{
		{Key: "measures.catalogue_size", Args: []string{"n", n(len(held)), "sector", n(sector), "unassigned", n(unassigned)}},
		{Key: "measures.catalogue_unstated", Args: []string{"n", n(unstated)}},
	}
	return c
}

func (s Source) openServices(question targets.Question, part targets.Part, page targets.Page) targets.Records {
	r := targets.Records{Public: true, Columns: []targets.Column{{Key: "measures.code", Kind: targets.Code}, {Key: "measures.procedure", Kind: targets.Plain}, {Key: "measures.service", Kind: targets.Message}, {Key: "measures.lacks", Kind: targets.Messages}}}
	for _, p := range s.Catalogue.Offered(clock.Day(question.AsOf)) {
		full := p.Service == catalogue.Full
		if !p.Online() || part == targets.Numerator && !full || part == targets.Rest && full {
			continue
		}
		r.Within++
		if int(r.Within) <= page.Offset || len(r.Rows) >= page.Limit {
			continue
		}
		r.Rows = append(r.Rows, targets.Row{ID: p.Code, Link: "/thu-tuc/" + p.Code, Values: []targets.Value{{Text: p.Code}, {Text: p.Name.Vi}, {Text: "measures.service_" + string(p.Service)}, {Text: strings.Join(lacks(p), " ")}}})
	}
	return r
}

// lacks says which parts keep a service from being full, as message keys: full is
// filed, paid and answered online, without a visit.
func lacks(p *catalogue.Procedure) []string {
	if p.Service == catalogue.Full {
		return []string{"measures.lacks_nothing"}
	}
	var all []string
	if p.Presence != "" {
		all = append(all, "measures.lacks_visit")
	}
	if slices.ContainsFunc(p.Papers, func(x catalogue.Paper) bool { return x.Original != "" }) {
		all = append(all, "measures.lacks_originals")
	}
	switch {
	case p.Service == catalogue.Unstated:
		all = append(all, "measures.lacks_unstated")
	case len(all) == 0:
		all = append(all, "measures.lacks_other")
	}
	return all
}

func ruleOf(id string) (targets.Rule, error) {
	rule, ok := rules[id]
	if !ok {
		return targets.Rule{}, fmt.Errorf("the services do not count %q", id)
	}
	return rule, nil
}
