package catalogue

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
)

// CompetenceFile is the table of who handles what. ReviewedFile holds what somebody
// decided by reading, which scripts/derive-competence lays over its rules.
const (
	CompetenceFile = "competence.csv"
	ReviewedFile   = "competence.reviewed.csv"
)

// byRule is what Competence.Reviewed says of a row that nobody decided.
const byRule = "rule"

var reviewedColumns = []string{"code", "from", "level", "agency", "sector", "reviewed", "day", "reason"}

var competenceColumns = []string{"code", "from", "to", "level", "agency", "sector", "presence", "reviewed", "basis"}

// Competence is one row of the table: who handles a procedure from one day to
// another. A procedure that a province and a commune handle has a row for each.
type Competence struct {
	Code   string
	From   string
	To     string // last day; empty while it holds
	Level  string // province, district, commune; empty in a sector
	Agency string // kind of the agency at that level; empty when nobody knows it
	// Sector says that no agency of the province handles it: it belongs to a national
	// sector (police, social insurance, enforcement of judgments, port authorities,
	// ministries) or to other provinces (those at a border, or another committee's
	// own). It is shown with its link, is never filed here, and lies outside the
	// promise G1.
	Sector   bool
	Presence string // document and article by which somebody must come; empty where none is known
	Reviewed string // "rule" where it follows from the record by a rule, "read" where somebody decided by reading it, else who or what document decided
	Basis    string // the rule or the reason, with the record's own words in “…”
}

// Known says whether there is an agency that a dossier can go to.
func (c Competence) Known() bool { return !c.Sector && c.Agency != "" }

func (c Competence) on(day string) bool { return c.From <= day && (c.To == "" || day <= c.To) }

var agencyKind = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// parseCompetence reads the table. A pack without one leaves every procedure to
// the people's committee of its level.
func parseCompetence(file pack.File) (map[string][]Competence, []pack.Problem) {
	var problems []pack.Problem
	r := csv.NewReader(bytes.NewReader([]byte(file.Body)))
	all := map[string][]Competence{}
	rows, err := r.ReadAll()
	if err != nil {
		return nil, []pack.Problem{{File: file.Path, Text: "is not CSV: " + err.Error(), Mend: "put a text with commas or quotes between quotes"}}
	}
	if len(rows) == 0 || !slices.Equal(rows[0], competenceColumns) {
		return nil, []pack.Problem{{File: file.Path, Line: 1, Text: "the columns are others", Mend: "write " + strings.Join(competenceColumns, ",")}}
	}
	line := 1
	for i, f := range rows[1:] {
		line += 1 + strings.Count(strings.Join(rows[i], ""), "\n")
		c := Competence{Code: f[0], From: f[1], To: f[2], Level: f[3], Agency: f[4], Sector: f[5] == "yes", Presence: f[6], Reviewed: f[7], Basis: f[8]}
		add := func(mend, text string, args ...any) {
			problems = append(problems, pack.Problem{File: file.Path, Line: line, Text: fmt.Sprintf(text, args...), Mend: mend})
		}
		switch {
		case !codeShape.MatchString(c.Code):
			add("write it as 1.001193", "code %q is not the code of a procedure", c.Code)
		case !isDay(c.From) || c.To != "" && (!isDay(c.To) || c.To < c.From):
			add("write days as 2025-07-01; to is the last day, or empty", "from %q to %q is no time", c.From, c.To)
		case f[5] != "yes" && f[5] != "no":
			add("write yes or no", "sector is %q", f[5])
		case c.Sector && (c.Level != "" || c.Agency != ""):
			add("leave level and agency empty", "a procedure of a national sector has no agency here")
		case !c.Sector && !slices.Contains([]string{"province", "district", "commune"}, c.Level):
			add("write province, district or commune", "level %q is not known", c.Level)
		case c.Agency != "" && !agencyKind.MatchString(c.Agency):
			add("write a kind of agencies.csv, such as department_justice", "agency %q is no kind of agency", c.Agency)
		case c.Reviewed == "" || c.Basis == "":
			add("say how the row was reviewed, and from what it follows", "reviewed or basis is empty")
		}
		for _, o := range all[c.Code] {
			if o.Level == c.Level && (o.To == "" || c.From <= o.To) && (c.To == "" || o.From <= c.To) {
				add("end one before the other begins", "%s has two rows of one level at the same time", c.Code)
			}
		}
		all[c.Code] = append(all[c.Code], c)
	}
	return all, problems
}

// checkReview holds the table against what was decided by reading: a decision that
// is not in it has no effect, and one that is only in it is lost when the table is
// made anew.
func checkReview(file pack.File, table map[string][]Competence) []pack.Problem {
	rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
	if err != nil {
		return []pack.Problem{{File: file.Path, Text: "is not CSV: " + err.Error(), Mend: "put a text with commas or quotes between quotes"}}
	}
	if len(rows) == 0 || !slices.Equal(rows[0], reviewedColumns) {
		return []pack.Problem{{File: file.Path, Line: 1, Text: "the columns are others", Mend: "write " + strings.Join(reviewedColumns, ",")}}
	}
	var problems []pack.Problem
	decided := map[Competence]bool{}
	line := 1
	for i, f := range rows[1:] {
		line += 1 + strings.Count(strings.Join(rows[i], ""), "\n")
		add := func(mend, text string, args ...any) {
			problems = append(problems, pack.Problem{File: file.Path, Line: line, Text: fmt.Sprintf(text, args...), Mend: mend})
		}
		want := Competence{Code: f[0], From: f[1], Level: f[2], Agency: f[3], Sector: f[4] == "yes", Reviewed: f[5], Basis: f[7]}
		decided[want] = true
		switch {
		case f[5] == "" || f[5] == byRule || !isDay(f[6]) || f[7] == "":
			add("write read, a name or a document, the day as 2026-11-25, and the reason", "%s does not say by whom, when and why it was decided", f[0])
		case !slices.ContainsFunc(table[f[0]], func(c Competence) bool { return c.decision() == want }):
			add("run scripts/derive-competence PACK > PACK/"+CompetenceFile, "the table does not say so of %s", f[0])
		}
	}
	for _, code := range slices.Sorted(maps.Keys(table)) {
		for _, c := range table[code] {
			if c.Reviewed != byRule && !decided[c.decision()] {
				problems = append(problems, pack.Problem{File: CompetenceFile, Text: fmt.Sprintf("%s was decided by %s, of which %s knows nothing", code, c.Reviewed, ReviewedFile), Mend: "write it there, with the day and the reason"})
			}
		}
	}
	return problems
}

// decision is a row as ReviewedFile has it.
func (c Competence) decision() Competence {
	c.To, c.Presence = "", ""
	return c
}

// Handled gives who handles a procedure on a day, a row for each level. Where the
// table says nothing it is the people's committee of the procedure's level.
func (c *Catalogue) Handled(p *Procedure, day string) []Competence {
	var found []Competence
	for _, x := range c.competence[p.Code] {
		if x.on(day) {
			found = append(found, x)
		}
	}
	if len(found) == 0 && len(c.competence[p.Code]) == 0 && !p.Record && p.Level != "" {
		return []Competence{{Code: p.Code, From: p.Effective.From, To: p.Effective.To, Level: p.Level, Agency: "people_committee"}}
	}
	return found
}

// HandledBy is Handled by a procedure's code: for a day on which no version of it may
// hold, such as that of a dossier that was begun before.
func (c *Catalogue) HandledBy(code, day string) []Competence {
	versions := c.dated[code]
	if len(versions) == 0 {
		return nil
	}
	for _, p := range versions {
		if p.InForce(day) {
			return c.Handled(p, day)
		}
	}
	return c.Handled(versions[0], day)
}

// place gives a procedure what the table says of it: its level, whether it can be
// filed here, and how far online. The portal's channel "Trực tuyến" does not say
// whether everything can be done online, so it never makes a full service.
func (c *Catalogue) place(p *Procedure) {
	rows := c.Handled(p, p.Effective.From)
	known := slices.IndexFunc(rows, Competence.Known)
	for _, x := range rows {
		p.Sector = p.Sector || x.Sector
		if p.Presence == "" {
			p.Presence = x.Presence
		}
	}
	if p.Unassigned = known < 0 && !p.Sector; known < 0 {
		p.Service = Info
	}
	if !p.Record {
		return
	}
	// Also where nobody may file now: a draft may have been begun before.
	p.Form = form.Later(func() *form.Form { return generate(p) })
	if known < 0 {
		return
	}
	p.Level = rows[known].Level
	switch {
	case p.Presence == "" && slices.Contains(p.Channels, "online"):
		p.Service = Unstated
	default:
		p.Service = Partial
	}
}

// Fileable lists the procedures that hold on a day and can be filed here, by
// code: those for which an agency of the province, a district or a commune is
// known. Lists, counts and tests ask this one.
func (c *Catalogue) Fileable(day string) []*Procedure {
	return slices.DeleteFunc(c.Offered(day), func(p *Procedure) bool { return !p.Online() })
}
