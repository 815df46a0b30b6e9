package targets_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"benso/internal/core/targets"
	"benso/internal/kernel/decimal"
	"benso/packs"
)

func bentre(t testing.TB) *targets.Resolution {
	t.Helper()
	r, problems := targets.Load(packs.Bentre())
	for _, p := range problems {
		t.Error(p)
	}
	if r == nil {
		t.Fatal("the pack's resolution does not load")
	}
	return r
}

// TestEveryLineOfTheResolutionIsThereWithItsMilestones holds the pack against
// the resolution, line by line.
func TestEveryLineOfTheResolutionIsThereWithItsMilestones(t *testing.T) {
	const y25, y30 = " by 2025-12-31", " by 2030-12-31"
	want := map[string][]string{
		"G1":          {">= 1.00 share" + y25},
		"G2.province": {">= 0.90 share" + y25, ">= 1.00 share" + y30},
		"G2.district": {">= 0.80 share" + y25, ">= 0.90 share" + y30},
		"G2.commune":  {">= 0.60 share" + y25, ">= 0.70 share" + y30},
		"G3":          {">= 1.00 share" + y25},
		"G4":          {">= 0.60 share" + y25, ">= 1.00 share" + y30},
		"G5":          {">= 0.50 share" + y25, ">= 0.70 share" + y30},
		"G6a":         {"<= 30 rank" + y25},
		"G6b":         {"leading group of the region" + y30},
		"S1":          {"> 0.80 share" + y25},
		"S2":          {">= 1.00 share" + y25},
		"S3":          {"universal" + y25},
		"S4":          {"> 0.50 share" + y25},
		"D1":          {"formed" + y30},
		"D2":          {">= 0.30 share" + y30},
		"D3":          {">= 0.30 share" + y30},
	}
	got := map[string][]string{}
	r := bentre(t)
	for _, l := range r.Lines {
		if l.PartOf != "" {
			continue // explains a line, promises nothing
		}
		got[l.ID] = nil
		for _, m := range l.Milestones {
			words := m.Words.En
			if m.Op != targets.Words {
				words = string(m.Op) + " " + m.Value.String() + " " + string(m.Unit)
			}
			got[l.ID] = append(got[l.ID], words+" by "+string(m.By))
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, id := range []string{"S3", "D1", "D2", "D3"} {
		if l, _ := r.Line(id); !l.Open() {
			t.Errorf("%s does not wait for what the steering committee declares", id)
		}
	}
	if l, _ := r.Line("G2.district"); !l.Lives("2025-06-30") || l.Lives("2025-07-01") {
		t.Error("the line of the districts does not end with them")
	}
	if w := r.Within(); !w.Contains("86/28756-2025/ubnd-28756-2025/") || !w.Contains("83/829/") || w.Contains("87/") {
		t.Errorf("the resolution is counted over %s", w)
	}
}

func TestPublishedFiguresKeepTheirNumbersAndSources(t *testing.T) {
	r := bentre(t)
	online := r.ReportedOf("G1.dossiers")
	if len(online) != 1 || online[0].Value.Cmp(decimal.New(7593, 4)) != 0 || *online[0].Numerator != 174411 || *online[0].Denominator != 229704 {
		t.Errorf("174,411 of 229,704 are not 75.93%%: %+v", online)
	}
	dti := r.ReportedOf("G6a")
	if len(dti) == 0 || dti[0].ID != "dti.2022" || dti[0].Value.String() != "51" {
		t.Errorf("the newest rank does not come first: %+v", dti)
	}
	for _, f := range r.Reported {
		if f.Source == "" || f.Name.En == "" {
			t.Errorf("%s has no source or no English", f.ID)
		}
	}
}

func TestFaultsOfAResolutionAreNamedByLine(t *testing.T) {
	const file = `name: {vi: a, en: b}
from: "2020-01-01"
units: ["83"]
groups:
  - {id: G, name: {vi: a, en: b}}
measures:
  - {id: x.y, version: 2, since: "2024-01-01", window: 12_months, kind: share, name: {vi: a, en: b}, numerator: {vi: a, en: b}, denominator: {vi: a, en: b}, unit: {vi: a, en: b}, by: [unit]}
lines:
  - id: G1
    group: G
    level: all
    title: {vi: a, en: b}
    text: {vi: a, en: b}
    over: {vi: a, en: b}
    milestones:
      - {by: "2025-12-31", op: ">=", value: 90%, unit: share, words: {vi: a, en: b}}
    measures: [x.y]
    owner: {name: {vi: a, en: b}, basis: derived, comment: {vi: a, en: b}}
`
	const csvHead = "line,id,headline,name_vi,name_en,unit,value,numerator,denominator,from,to,published,status,source,note_vi,note_en\n"
	const csvRow = "G1,a.1,yes,x,y,share,,1,2,2021-01-01,2021-12-31,2022-01-01,reported,s,,\n"
	load := func(yaml, csv string) []string {
		files := fstest.MapFS{"resolution.yaml": {Data: []byte(yaml)}}
		if csv != "" {
			files["reported.csv"] = &fstest.MapFile{Data: []byte(csv)}
		}
		r, problems := targets.Load(files)
		if (r == nil) != (len(problems) > 0) {
			t.Errorf("%d problems and a resolution %v", len(problems), r != nil)
		}
		var said []string
		for _, p := range problems {
			said = append(said, p.String())
		}
		return said
	}
	if said := load(file, csvHead+csvRow); len(said) > 0 {
		t.Fatalf("the sample has faults: %v", said)
	}
	for _, c := range []struct{ old, new, want string }{
		{"id: G1", "id: g1", `resolution.yaml:9: a line: id is "g1"`},
		{"level: all", "level: village", `resolution.yaml:11: a line: level is "village"`},
		{"group: G\n", "group: X\n", `resolution.yaml:10: line G1 stands in the group "X"`},
		{"    over: {vi: a, en: b}\n", "", "resolution.yaml:9: a line has no over"},
		{"    text: {vi: a, en: b}\n", "    text: {vi: a}\n", "resolution.yaml:13: a line: text has no en"},
		{"    text:", "    texte:", "resolution.yaml:13: a line has an unknown key \"texte\""},
		{"[x.y]", "[x.z]", `resolution.yaml:17: line G1 names the measure "x.z"`},
		{"[x.y]", "[x.y, x.y]", `resolution.yaml:17: line G1 names the measure "x.y"`},
		{`value: 90%`, `value: "0.9"`, `resolution.yaml:16: the value "0.9" is not a share`},
		{`value: 90%`, `value: many`, `resolution.yaml:16: a milestone: value is "many"`},
		{`op: ">=", `, "", "resolution.yaml:16: a milestone has no op"},
		{`by: "2025-12-31"`, `by: "2025-12-32"`, `resolution.yaml:16: a milestone: by is "2025-12-32"`},
		{"by: [unit]", "by: [colour]", `resolution.yaml:7: measure x.y is broken down by "colour"`},
		{"denominator: {vi: a, en: b}, ", "", "resolution.yaml:7: measure x.y is a share"},
		{"version: 2", "version: none", `resolution.yaml:7: a measure: version is "none"`},
		{"window: 12_months", "window: year", `resolution.yaml:7: a measure: window is "year"`},
		{"by: [unit]", "by: [unit], history: [{version: 2, since: \"2020-01-01\", until: \"2023-12-31\", text: {vi: a, en: b}}]", "resolution.yaml:7: measure x.y has an earlier version 2"},
		{"basis: derived", "basis: guessed", `resolution.yaml:18: an owner: basis is "guessed"`},
		{"    owner: {name: {vi: a, en: b}, basis: derived, comment: {vi: a, en: b}}\n", "", "resolution.yaml:9: a line has no owner"},
		{"kind: share", "kind: mean", `resolution.yaml:7: a measure: kind is "mean"`},
		{"    measures: [x.y]\n", "    until: \"2019-01-01\"\n", "resolution.yaml:9: line G1 ends on 2019-01-01"},
		{"    measures: [x.y]\n", "    declared: [{value: \"1\", on: \"2024-01-01\", source: x}]\n", "resolution.yaml:17: line G1 has a declared value and needs none"},
		{"    measures: [x.y]\n", "    part_of: G9\n", `resolution.yaml:9: line G1 is part of "G9"`},
		{"units: [\"83\"]\n", "units: 83\n", "resolution.yaml:3: the resolution: units is not a list"},
		{"units: [\"83\"]\n", "units: [\"83/\"]\n", `resolution.yaml:3: the resolution: units holds "83/"`},
		{"name: {vi: a, en: b}\nfrom", "name: {vi: a, en: b}\nname: {vi: a, en: b}\nfrom", "resolution.yaml:2: the resolution has the key \"name\" twice"},
		{"lines:\n", "lines: [\n", "resolution.yaml:"},
	} {
		said := load(strings.Replace(file, c.old, c.new, 1), "")
		if len(said) == 0 || !strings.HasPrefix(said[0], c.want) {
			t.Errorf("%q for %q: want %s, got %v", c.new, c.old, c.want, said)
		}
	}
	for _, c := range []struct{ old, new, want string }{
		{"G1,", "G7,", `reported.csv:2: there is no line "G7"`},
		{"a.1", "A 1", `reported.csv:2: the id is "A 1"`},
		{",yes,", ",,", `reported.csv:2: headline is ""`},
		{",x,y,", ",x,,", "reported.csv:2: the name or the note is missing in one language"},
		{",s,,", ",,,", "reported.csv:2: the figure has no source"},
		{"reported,s", "guessed,s", `reported.csv:2: status is "guessed"`},
		{"share,,1,2", "share,50%,1,2", "reported.csv:2: value"},
		{"share,,1,2", "share,,3,2", "reported.csv:2: \"3\" of \"2\" is not a share"},
		{"share,,1,2", "rank,,1,2", "reported.csv:2: \"1\" of \"2\" is not a share"},
		{"share,,1,2", "share,0.5,,", "reported.csv:2: value \"0.5\" is not a share"},
		{"share,,1,2", "points,5,,", "reported.csv:2: unit is"},
		{"2021-12-31", "2020-12-31", "reported.csv:2: the dates"},
		{"2022-01-01", "2021-12-30", "reported.csv:2: the dates"},
		{"G1,a", "\"G1,a", "reported.csv:2:"},
		{"line,id", "id,line", "reported.csv:1: the first line does not name the columns"},
	} {
		said := load(file, strings.Replace(csvHead+csvRow, c.old, c.new, 1))
		if len(said) == 0 || !strings.HasPrefix(said[0], c.want) {
			t.Errorf("%q for %q: want %s, got %v", c.new, c.old, c.want, said)
		}
	}
	if said := load(file, csvHead+csvRow+csvRow); len(said) != 1 || !strings.Contains(said[0], "reported.csv:3: the figure a.1 stands twice") {
		t.Errorf("a figure that stands twice: %v", said)
	}
	if _, problems := targets.Load(fstest.MapFS{}); len(problems) != 1 {
		t.Errorf("a pack without a resolution: %v", problems)
	}
}

func TestCheckAgreesWithLoad(t *testing.T) {
	if p := targets.Check(packs.Bentre()); len(p) > 0 {
		t.Error(p)
	}
	sub, err := fs.Sub(packs.Bentre(), "procedures")
	if err != nil {
		t.Fatal(err)
	}
	if p := targets.Check(sub); len(p) == 0 {
		t.Error("a folder without a resolution has no fault")
	}
}
