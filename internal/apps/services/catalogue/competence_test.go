package catalogue

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/unit"
	"benso/packs"
)

func competenceOf(t *testing.T, body string) (map[string][]Competence, []pack.Problem) {
	t.Helper()
	return parseCompetence(pack.File{Path: CompetenceFile, Body: body})
}

const competenceHead = "code,from,to,level,agency,sector,presence,reviewed,basis\n"

func TestSlipInTheTableOfCompetenceIsNamedByItsLine(t *testing.T) {
	for row, want := range map[string]string{
		"1.1,2025-07-01,,commune,people_committee,no,,rule,x":                      "is not the code",
		"1.000001,2025-13-01,,commune,people_committee,no,,rule,x":                 "is no time",
		"1.000001,2025-07-01,2025-06-30,commune,people_committee,no,,rule,x":       "is no time",
		"1.000001,2025-07-01,,communes,people_committee,no,,rule,x":                `level "communes"`,
		"1.000001,2025-07-01,,commune,Sở Tư pháp,no,,rule,x":                       "is no kind of agency",
		"1.000001,2025-07-01,,commune,people_committee,maybe,,rule,x":              `sector is "maybe"`,
		"1.000001,2025-07-01,,commune,people_committee,yes,,rule,x":                "has no agency here",
		"1.000001,2025-07-01,,commune,people_committee,no,,,x":                     "reviewed or basis",
		"1.000000,2025-08-01,,commune,department_justice,no,,rule,the same period": "two rows of one level",
	} {
		_, problems := competenceOf(t, competenceHead+"1.000000,2025-07-01,,commune,people_committee,no,,rule,x\n"+row+"\n")
		if len(problems) != 1 || problems[0].Line != 3 || !strings.Contains(problems[0].Text, want) || problems[0].Mend == "" {
			t.Errorf("%s: %v", row, problems)
		}
	}
	if _, problems := competenceOf(t, "code,from\n"); len(problems) != 1 || problems[0].Line != 1 {
		t.Errorf("other columns: %v", problems)
	}
	if rows, problems := competenceOf(t, competenceHead); len(problems) != 0 || len(rows) != 0 {
		t.Errorf("an empty table: %v", problems)
	}
}

// The rules and what was decided by reading make exactly the table that is
// committed, and every word that it quotes stands in the record.
func TestTheTableOfCompetenceIsWhatItsRulesAndItsReviewMake(t *testing.T) {
	script, err := filepath.Abs("../../../../scripts/derive-competence")
	if err != nil {
		t.Fatal(err)
	}
	check := func(folder string) (string, error) {
		said, err := exec.CommandContext(t.Context(), "python3", script, "--check", folder).CombinedOutput()
		return string(said), err
	}
	if said, err := check("../../../../packs/bentre"); err != nil {
		t.Errorf("%v: %s", err, said)
	}

	// And it can fail: each slip is named.
	const record = `{"code": "1.000001", "name": "Cấp thẻ", "field": "Luật sư", "ministry": "Bộ Tư pháp", "levels": ["province"], "authority": "Sở Tư pháp", ` +
		`"effective": {"from": "2025-07-01"}, "ways": [{"channels": ["counter"], "note": ""}]}`
	const table = "code,from,to,level,agency,sector,presence,reviewed,basis\n" + `1.000001,2025-07-01,,province,`
	const head = "code,from,level,agency,sector,reviewed,day,reason\n"
	for _, x := range []struct{ name, table, reviewed, want string }{
		{"as it should be", table + "department_justice,no,,rule,cấp tỉnh: nguồn ghi “Sở Tư pháp”\n", head, ""},
		{"a row changed by hand", table + "department_finance,no,,rule,cấp tỉnh: nguồn ghi “Sở Tư pháp”\n", head, "is not what the rules"},
		{"words that the record does not say", table + "department_finance,no,,read,“Sở Tài chính”\n", head + "1.000001,2025-07-01,province,department_finance,no,read,2026-11-25,“Sở Tài chính”\n", "does not say “Sở Tài chính”"},
		{"a decision about nothing", table + "department_justice,no,,rule,cấp tỉnh: nguồn ghi “Sở Tư pháp”\n", head + "1.000002,2025-07-01,province,department_justice,no,read,2026-11-25,x\n", "is no record"},
		{"a decision of nobody", table + "department_finance,no,,rule,x\n", head + "1.000001,2025-07-01,province,department_finance,no,rule,2026-11-25,x\n", "say by whom"},
	} {
		folder := t.TempDir()
		if err := os.Mkdir(filepath.Join(folder, "catalogue"), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, body := range map[string]string{"catalogue/1.000001.json": record, CompetenceFile: x.table, ReviewedFile: x.reviewed} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		said, err := check(folder)
		if (err == nil) != (x.want == "") || !strings.Contains(said, x.want) {
			t.Errorf("%s: %v: %s", x.name, err, said)
		}
	}
}

func TestADecisionThatTheTableDoesNotHoldIsNamed(t *testing.T) {
	const head = "code,from,level,agency,sector,reviewed,day,reason\n"
	table, problems := competenceOf(t, competenceHead+"1.000001,2025-07-01,,commune,people_committee,no,,rule,x\n1.000002,2025-07-01,,province,department_justice,no,,read,why\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	const kept = "1.000002,2025-07-01,province,department_justice,no,read,2026-11-25,why\n"
	for body, want := range map[string]string{
		head + kept: "",
		head:        "of which competence.reviewed.csv knows nothing",
		"code\n":    "the columns are others",
		head + kept + "1.000001,2025-07-01,commune,,no,read,2026-11-25,nobody knows\n":                 "the table does not say so of 1.000001",
		head + kept + "1.000001,2025-07-01,commune,people_committee,no,rule,2026-11-25,x\n":            "by whom, when and why",
		head + kept + "1.000001,2025-07-01,commune,people_committee,no,Nguyễn Thị Hoa,25/11/2026,vì\n": "by whom, when and why",
	} {
		problems := checkReview(pack.File{Path: ReviewedFile, Body: body}, table)
		if want == "" && len(problems) == 0 {
			continue
		}
		if len(problems) != 1 || want == "" || !strings.Contains(problems[0].Text, want) || problems[0].Mend == "" {
			t.Errorf("%q: %v, want %q", body, problems, want)
		}
	}
}

func TestWhatWasReadDecides(t *testing.T) {
	c, _ := real(t)
	const day = "2026-11-23"
	for _, x := range []struct {
		code, why string
		want      []string // level and agency; sector
	}{
		{"1.012537", "the police announced it, the commune pays it", []string{"commune people_committee"}},
		{"3.000242", "the committee of the province answers, whoever announced it", []string{"province people_committee"}},
		{"1.014208", "the programme of another province", []string{"sector"}},
		{"1.000094", "no commune borders a neighbouring country", []string{"sector"}},
		{"1.002374", "only provinces at the border with China", []string{"sector"}},
		{"1.011442", "a mortgage of land is registered where land is", []string{"province department_agriculture_environment"}},
		{"1.011441", "the commune only passes it on", []string{"commune ", "province department_agriculture_environment"}},
		{"1.013236", "outside a zone it is the department", []string{"province department_construction"}},
		{"1.009664", "investment is registered with the department of finance", []string{"province department_finance"}},
		{"1.009748", "the board's own competence", []string{"province industrial_zones_board"}},
		{"1.000688", "filed with the department, signed above it", []string{"province department_justice"}},
		{"1.004756", "an agency that the committee assigned, unknown", []string{"province people_committee"}},
		{"1.012735", "the department that keeps the goods, whichever", []string{"province "}},
	} {
		p, err := c.On(x.code, day)
		if err != nil {
			t.Errorf("%s: %v", x.code, err)
			continue
		}
		var got []string
		for _, r := range c.Handled(p, day) {
			if r.Sector {
				got = append(got, "sector")
				continue
			}
			got = append(got, r.Level+" "+r.Agency)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s (%s): %q, want %q", x.code, x.why, got, x.want)
		}
	}
	// Before the districts ended they certified, and changed the entries of the grown up.
	p, err := c.On("1.004859", "2021-07-05")
	if err != nil {
		t.Fatal(err)
	}
	if rows := c.Handled(p, "2021-07-05"); len(rows) != 2 || rows[0].Level != "commune" || rows[1].Level != "district" {
		t.Errorf("1.004859 in 2021: %+v", rows)
	}
}

func real(t *testing.T) (*Catalogue, *unit.Tree) {
	t.Helper()
	files, err := pack.Read(packs.Bentre())
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		files[i].Version = 1
	}
	roles, problems := access.Load(packs.Bentre())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c, problems := build(files, cases.Vocabulary{}, roles)
	// The room of dossiers, which imports this one, knows the acts of a process.
	problems = slices.DeleteFunc(problems, func(p pack.Problem) bool { return strings.HasPrefix(p.File, processes) })
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	units, problems := unit.Load(packs.Bentre())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return c, units
}

func TestEachProcedureHasItsRowsAndEachRowItsAgency(t *testing.T) {
	c, units := real(t)
	alive := map[string]bool{}
	for _, a := range units.Agencies("2026-11-23") {
		u, err := units.Unit(a.Unit)
		if err != nil {
			t.Fatal(err)
		}
		alive[string(u.Level)+" "+a.Kind] = true
	}
	for _, p := range c.Offered("2026-11-23") {
		rows := c.Handled(p, "2026-11-23")
		if len(rows) == 0 {
			t.Errorf("nobody said who handles %s", p.ID())
		}
		for _, x := range rows {
			if x.Known() && !alive[x.Level+" "+x.Agency] {
				t.Errorf("%s is handled by a %s %s, of which there is none", p.ID(), x.Level, x.Agency)
			}
		}
		if p.Twice() && !p.Sector && len(rows) != 2 {
			t.Errorf("%s asks for the level, and %d levels handle it", p.ID(), len(rows))
		}
	}
}

func TestNationalSectorsAreShownAndNeverFiled(t *testing.T) {
	c, _ := real(t)
	const day = "2026-11-23"
	for code, why := range map[string]string{
		"1.004222": "residence: police", "1.001280": "border pass: police", "1.001294": "social insurance", "1.003592": "port authority",
	} {
		p, err := c.On(code, day)
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if !p.Sector || p.Online() || p.URL == "" {
			t.Errorf("%s (%s): sector %v, service %s", code, why, p.Sector, p.Service)
		}
	}
	sector := 0
	for _, p := range c.Offered(day) {
		if rows := c.Handled(p, day); p.Ministry == "Bộ Công an" && !p.Sector && slices.ContainsFunc(rows, func(x Competence) bool { return x.Reviewed == byRule }) {
			t.Errorf("%s is the police's, unless somebody read otherwise", p.ID())
		}
		if p.Sector {
			sector++
		}
	}
	if sector < 200 || sector > 320 {
		t.Errorf("%d procedures belong to national sectors", sector)
	}
	for _, p := range c.Fileable(day) {
		if p.Sector || p.Unassigned || p.Form == nil {
			t.Errorf("%s can be filed: sector %v, unassigned %v", p.ID(), p.Sector, p.Unassigned)
		}
	}
}

func TestNoRecordIsCalledAFullServiceSinceThePortalDoesNotSayIt(t *testing.T) {
	c, _ := real(t)
	for _, p := range c.Versions() {
		if p.Record && p.Service == Full {
			t.Errorf("%s is called full", p.ID())
		}
	}
	for code, want := range map[string]Service{"2.000884": Partial, "2.001035": Partial, "1.000049": Partial, "1.001612": Unstated, "1.004222": Info} {
		for _, p := range c.dated[code] {
			if p.Record && p.Effective.To == "" && p.Service != want {
				t.Errorf("%s is %s, want %s", p.ID(), p.Service, want)
			}
		}
	}
}

func TestGeneratedFormIsTheSameEachTimeAndForcesNoPaper(t *testing.T) {
	c, _ := real(t)
	most := 0
	for _, p := range c.Versions() {
		if !p.Record {
			continue
		}
		f := generate(p)
		if again := generate(p); f.Digest() != again.Digest() {
			t.Errorf("%s has two forms", p.ID())
		}
		papers := 0
		for _, page := range f.All() {
			onPage := 0
			for _, x := range page.Fields {
				if x.Kind != "file" {
					continue
				}
				papers, onPage = papers+1, onPage+1
				if !x.Optional || !x.Desk {
					t.Errorf("%s: the paper %s is compulsory", p.ID(), x.ID)
				}
				if _, ok := p.Paper(x.Paper); !ok {
					t.Errorf("%s: there is no paper %q", p.ID(), x.Paper)
				}
			}
			if onPage > papersAPage {
				t.Errorf("%s: %d papers on one page", p.ID(), onPage)
			}
		}
		if papers != len(p.Papers) {
			t.Errorf("%s asks for %d of %d papers", p.ID(), papers, len(p.Papers))
		}
		most = max(most, papers)
		u := p.Uploads()
		if papers > 0 && (u.File != 10<<20 || u.Page > papersAPage*filesEach*10<<20 || u.All != int64(papers)*filesEach*10<<20) {
			t.Errorf("%s: uploads %+v", p.ID(), u)
		}
		for _, use := range []string{"place", "subject", "name", "phone", "receive"} {
			if !f.Uses(use) {
				t.Errorf("%s does not say what its %s is", p.ID(), use)
			}
		}
	}
	if most < 80 {
		t.Errorf("the largest form has %d papers", most)
	}
}
