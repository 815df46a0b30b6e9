package server

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"benso/internal/apps/services/reform"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// ReformOrder is one run of a reform; see package reform.
type ReformOrder struct {
	Date    string
	DryRun  bool
	Batch   int
	Decided io.Reader // a list as WriteReform writes it, with the agency filled in; nil: nothing was decided
}

// ReformReport says what moved and what was left.
type ReformReport = reform.Report

// Reform passes what ended agencies have open to those in their place, or only lists
// it. Each line is written to list, as CSV, once it is committed; list may be nil.
func (p *Program) Reform(ctx context.Context, o ReformOrder, list io.Writer) (ReformReport, error) {
	order := reform.Order{Date: database.Date(o.Date), Batch: o.Batch}
	if o.DryRun {
		order.Mode = reform.DryRun
	}
	var err error
	if o.Decided != nil {
		if order.Decided, err = readDecided(o.Decided); err != nil {
			return ReformReport{}, err
		}
	}
	room := &reform.Room{Dossiers: p.Dossiers, Accounts: p.Accounts, Roles: p.province.roles}
	if list == nil {
		return room.Run(ctx, order, nil)
	}
	out := csv.NewWriter(list)
	if err := out.Write(reformColumns); err != nil {
		return ReformReport{}, err
	}
	report, err := room.Run(ctx, order, func(l reform.Line) error {
		return out.Write([]string{l.What, l.ID, l.Number, l.Procedure, l.Place, l.From, p.agencyName(l.From), l.To, p.agencyName(l.To), string(l.Left), strings.Join(l.Grounds, "; ")})
	})
	if out.Flush(); err == nil {
		err = out.Error()
	}
	return report, err
}

// reformColumns are those of the list. Whoever decides about what was left fills in
// to and gives the list back.
var reformColumns = []string{"what", "id", "number", "procedure", "place", "from", "from_name", "to", "to_name", "left_because", "grounds"}

// readDecided reads where people decided that things go: the rows that were left and
// name an agency now.
func readDecided(r io.Reader) (map[string]string, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the list of decisions is not CSV: %w", err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("the list of decisions is empty")
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	what, id, to, left := at("what"), at("id"), at("to"), at("left_because")
	if what < 0 || id < 0 || to < 0 || left < 0 {
		return nil, fmt.Errorf("the list of decisions needs the columns what, id, to and left_because, as --out writes them")
	}
	decided := map[string]string{}
	for _, row := range rows[1:] {
		if row[to] != "" && row[left] != "" {
			decided[row[what]+"/"+row[id]] = row[to]
		}
	}
	return decided, nil
}

// SayReform writes what moved, or would, by agency and successor, and what was left.
func SayReform(out io.Writer, r ReformReport, name func(agency string) string) {
	for _, what := range reform.Whats {
		moved, left := r.Count(what)
		if moved+left == 0 {
			continue
		}
		say(out, "%s: %d pass, %d are left", what, moved, left)
		for _, f := range sortedFlows(r.Moved, what) {
			say(out, "  %6d  %s → %s", r.Moved[f], name(f.From), name(f.To))
		}
		for _, f := range sortedFlows(r.Left, what) {
			say(out, "  %6d  LEFT at %s: %s", r.Left[f], name(f.From), f.To)
		}
	}
	if len(r.Moved)+len(r.Left) == 0 {
		say(out, "nothing is held by an agency that ended before that day")
	}
}

func sortedFlows(all map[reform.Flow]int, what string) (flows []reform.Flow) {
	for f := range all {
		if f.What == what {
			flows = append(flows, f)
		}
	}
	slices.SortFunc(flows, func(a, b reform.Flow) int {
		return strings.Compare(a.From+" "+a.To, b.From+" "+b.To)
	})
	return flows
}

// AgencyName is an agency's name, or its id where the pack does not know it.
func (p *Program) AgencyName(id string) string { return p.agencyName(id) }

// doctorReform looks for dossiers that lie open with agencies that ended.
func doctorReform(ctx context.Context, db *database.DB, p province, check func(what, wrong, mend string)) error {
	today := database.Date(clock.Day(clock.System.Now()))
	var paths []string
	for _, a := range p.units.EndedAgencies(today) {
		path, err := p.units.AgencyPath(a.ID)
		if err != nil {
			return err
		}
		paths = append(paths, path)
	}
	n, err := cases.Count(ctx, db.Read(), cases.Filter{Scope: access.Within(paths...)})
	if err != nil {
		return err
	}
	wrong := ""
	if n > 0 {
		wrong = fmt.Sprintf("%d dossiers lie open with agencies that ended", n)
	}
	check("agencies that ended", wrong, "run benso reform --dry-run with the day on which they did, then without: docs/reform.md")
	return nil
}
