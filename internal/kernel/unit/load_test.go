package unit_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"benso/internal/kernel/unit"
)

// A small province: two communes merge on 1 July 2025, when the district ends,
// and one commune has taken another name in 2023.
const (
	unitsHead       = "id,code,name,level,type,parent,from,to,basis,source\n"
	successionsHead = "from,to,date,kind,basis,source\n"
	agenciesHead    = "id,unit,name,kind,identifier,fictitious,from,to,basis,source,address\n"

	goodUnits = `p,1,Tỉnh P,province,Tỉnh,,2020-01-01,,sourced,x
d,2,Huyện D,district,Huyện,p,2020-01-01,2025-06-30,sourced,x
a,3,Xã A,commune,Xã,d,2020-01-01,2023-04-09,sourced,x
a,3,Thị trấn A,commune,Thị trấn,d,2023-04-10,2025-06-30,sourced,x
b,4,Xã B,commune,Xã,d,2020-01-01,2025-06-30,sourced,x
c,3,Xã C,commune,Xã,p,2025-07-01,,sourced,x
`
	goodSuccessions = `a,a,2023-04-10,rename,sourced,x
a,c,2025-07-01,merge,sourced,x
b,c,2025-07-01,merge,sourced,x
d,c,2025-07-01,abolish,derived,x
`
	goodAgencies = `ub-a,a,Ủy ban nhân dân xã A,people_committee,000.01.01.H07,yes,2020-01-01,2023-04-09,derived,x,
ub-a,a,Ủy ban nhân dân thị trấn A,people_committee,000.01.01.H07,yes,2023-04-10,2025-06-30,derived,x,
ub-c,c,Ủy ban nhân dân xã C,people_committee,000.00.01.H07,yes,2025-07-01,,derived,x,Ấp 1
`
)

func files(units, successions, agencies string) fstest.MapFS {
	return fstest.MapFS{
		unit.UnitsFile:       {Data: []byte(unitsHead + units)},
		unit.SuccessionsFile: {Data: []byte(successionsHead + successions)},
		unit.AgenciesFile:    {Data: []byte(agenciesHead + agencies)},
	}
}

func TestSmallPackLoads(t *testing.T) {
	tree, problems := unit.Load(files(goodUnits, goodSuccessions, goodAgencies))
	for _, p := range problems {
		t.Error(p)
	}
	if tree == nil {
		t.Fatal("no tree")
	}
	if u, err := tree.At("2022-01-01").Unit("a"); err != nil || u.Name != "Xã A" {
		t.Errorf("before the new name: %q, %v", u.Name, err)
	}
	if u, err := tree.At("2023-04-10").Unit("a"); err != nil || u.Name != "Thị trấn A" {
		t.Errorf("from the new name on: %q, %v", u.Name, err)
	}
}

// Each case changes the small pack at one place and names what Load must say:
// the file and line, a part of the text, and a part of the mend.
func TestFaultIsRefusedWithFileLineAndMend(t *testing.T) {
	swap := func(s, old, new string) string {
		t.Helper()
		if strings.Count(s, old) != 1 {
			t.Fatalf("%q is not there once", old)
		}
		return strings.Replace(s, old, new, 1)
	}
	u, s, a := goodUnits, goodSuccessions, goodAgencies
	cases := []struct {
		name                    string
		units, successions, ags string
		at, text, mend          string
	}{
		{"gap between periods", swap(u, "2023-04-09", "2023-04-08"), s, a, "units.csv:5", "gap after line 4", "begin on 2023-04-09"},
		{"overlapping periods", swap(u, "2023-04-09", "2023-04-10"), s, a, "units.csv:5", "overlaps line 4", "end the period before on 2023-04-09"},
		{"duplicate id", u + "b,9,Xã Khác,commune,Xã,d,2021-01-01,,sourced,x\n", s, a, "units.csv:8", "unit b is there twice", "use another id"},
		{"same name again", swap(u, "Thị trấn A,commune,Thị trấn", "Xã A,commune,Xã"), s, a, "units.csv:5", "same name and code as on line 4", "make one row"},
		{"moved under one id", swap(u, "a,3,Thị trấn A,commune,Thị trấn,d", "a,3,Thị trấn A,commune,Thị trấn,p"), s, a, "units.csv:5", "another level or parent", "another id"},
		{"orphan without parent", swap(u, "Xã B,commune,Xã,d", "Xã B,commune,Xã,"), s, a, "units.csv:6", "orphan: it has no parent", "name the unit above"},
		{"orphan of a stranger", swap(u, "Xã B,commune,Xã,d", "Xã B,commune,Xã,q"), s, a, "units.csv:6", "there is no unit q", "add the parent"},
		{"province with a parent", swap(u, "province,Tỉnh,,", "province,Tỉnh,d,"), s, a, "units.csv:2", "province p has the parent d", "leave parent empty"},
		{"own parent", swap(u, "Xã B,commune,Xã,d", "Xã B,commune,Xã,b"), s, a, "units.csv:6", "its own ancestor: a cycle", "name the unit above"},
		{"parent of the same level", swap(u, "Xã B,commune,Xã,d", "Xã B,commune,Xã,a"), s, a, "units.csv:6", "has the commune a as its parent", "higher level"},
		{"parent ends first", swap(u, "Xã C,commune,Xã,p", "Xã C,commune,Xã,d"), s, a, "units.csv:7", "after its parent d has ended on 2025-06-30", "end on 2025-06-30"},
		{"child begins first", swap(u, "b,4,Xã B,commune,Xã,d,2020-01-01", "b,4,Xã B,commune,Xã,d,2019-12-31"), s, a, "units.csv:6", "but its parent d on 2020-01-01", "begin on 2020-01-01"},
		{"dates out of order", swap(u, "b,4,Xã B,commune,Xã,d,2020-01-01,2025-06-30", "b,4,Xã B,commune,Xã,d,2020-01-01,2019-06-30"), s, a, "units.csv:6", "ends on 2019-06-30 before it begins", "not before the first"},
		{"no such day", swap(u, "b,4,Xã B,commune,Xã,d,2020-01-01", "b,4,Xã B,commune,Xã,d,2020-02-30"), s, a, "units.csv:6", `"2020-02-30" is not a date`, "2021-07-05"},
		{"one code twice", swap(u, "b,4,", "b,3,"), s, a, "units.csv:6", "have the same code", "end one before"},
		{"one name twice", swap(u, "b,4,Xã B", "b,4,Xã A"), s, a, "units.csv:6", "have the same name and parent", "end one before"},
		{"unknown level", swap(u, "Huyện D,district", "Huyện D,county"), s, a, "units.csv:3", `level "county"`, "province, district or commune"},
		{"type of another level", swap(u, "Huyện D,district,Huyện", "Xã D,district,Xã"), s, a, "units.csv:3", `type "Xã"`, "Huyện"},
		{"name without its type", swap(u, "b,4,Xã B", "b,4,B"), s, a, "units.csv:6", "does not begin with the type", "Xã …"},
		{"id that would forge a path", swap(u, "b,4,Xã B", "d/b,4,Xã B"), s, a, "units.csv:6", `"d/b" is not an id`, "hyphens"},
		{"decomposed letters", swap(u, "Xã B", "Xa\u0303 B"), s, a, "units.csv:6", "is not clean text", "NFC"},
		{"unknown basis", swap(u, "c,3,Xã C,commune,Xã,p,2025-07-01,,sourced", "c,3,Xã C,commune,Xã,p,2025-07-01,,heard"), s, a, "units.csv:7", `basis "heard"`, "sourced or derived"},
		{"missing value", swap(u, "b,4,Xã B,commune,Xã,d,2020-01-01,2025-06-30,sourced,x", "b,4,Xã B,commune,Xã,d,2020-01-01,2025-06-30,sourced"), s, a, "units.csv:6", "has 9 values, not 10", "each column"},
		{"stray quote", swap(u, "Xã B", `Xã "B`), s, a, "units.csv:6", "is not CSV", "quotes"},
		{"end without successor", u, swap(s, "b,c,2025-07-01,merge,sourced,x\n", ""), a, "units.csv:6", "ends on 2025-06-30 without a successor", "dated 2025-07-01"},
		{"beginning without predecessor", u + "e,5,Xã E,commune,Xã,p,2025-07-01,,sourced,x\n", s, a, "units.csv:8", "without a predecessor", "add a row to successions.csv"},
		{"new name that no row says", u, swap(s, "a,a,2023-04-10,rename,sourced,x\n", ""), a, "units.csv:5", "another name from 2023-04-10", "add a rename"},
		{"missing successor", u, swap(s, "b,c,", "b,q,"), a, "successions.csv:4", "successor q is missing", "add it to units.csv"},
		{"successor of nobody", u, s + "q,c,2025-07-01,merge,sourced,x\n", a, "successions.csv:6", "no unit q", "add it to units.csv"},
		{"successor not alive", u, swap(s, "b,c,2025-07-01,merge", "b,a,2025-07-01,merge"), a, "successions.csv:4", "a does not live on 2025-07-01", "lives on that day"},
		{"wrong day", u, swap(s, "b,c,2025-07-01", "b,c,2025-07-02"), a, "successions.csv:4", "its last day is 2025-06-30", "day before"},
		{"cycle of successions", u, s + "c,b,2025-07-01,merge,sourced,x\n", a, "successions.csv:4", "c succeeds itself over b: a cycle", "remove the row"},
		{"rename to another", u, swap(s, "b,c,2025-07-01,merge", "b,c,2025-07-01,rename"), a, "successions.csv:4", "rename from b to c", "same id"},
		{"rename without a name", u, s + "b,b,2022-01-01,rename,sourced,x\n", a, "successions.csv:6", "no other name from 2022-01-01", "add the new name"},
		{"merge across levels", u, swap(s, "d,c,2025-07-01,abolish", "d,c,2025-07-01,merge"), a, "successions.csv:5", "merge from the district d to the commune c", "only abolish"},
		{"split into one", u, swap(s, "b,c,2025-07-01,merge", "b,c,2025-07-01,split"), a, "successions.csv:4", "split, but into one", "merge or follow"},
		{"merge into several", u + "e,5,Xã E,commune,Xã,p,2025-07-01,,sourced,x\n", s + "b,e,2025-07-01,merge,sourced,x\n", a, "successions.csv:6", "by merge into several", "write split"},
		{"succession twice", u, s + "b,c,2025-07-01,merge,sourced,x\n", a, "successions.csv:6", "on line 4 already", "remove one"},
		{"unknown kind", u, swap(s, "b,c,2025-07-01,merge", "b,c,2025-07-01,swallow"), a, "successions.csv:4", `kind "swallow"`, "abolish"},
		{"agency of a stranger", u, s, swap(a, "ub-c,c,", "ub-c,q,"), "agencies.csv:4", "there is no unit q", "name another"},
		{"agency outlives its unit", u, s, swap(a, "2023-04-10,2025-06-30", "2023-04-10,"), "agencies.csv:3", "its unit a has ended on 2025-06-30", "end on 2025-06-30"},
		{"identifier twice", u, s, swap(a, "000.00.01.H07", "000.01.01.H07"), "agencies.csv:4", "the identifier 000.01.01.H07 of ub-a", "its own"},
		{"level 1 at the left", u, s, swap(a, "000.00.01.H07", "H07.01.00.000"), "agencies.csv:4", "has not the shape", "level 1 at the right"},
		{"identifier neither known nor made up", u, s, swap(a, "000.00.01.H07,yes", "000.00.01.H07,perhaps"), "agencies.csv:4", `fictitious is "perhaps"`, "yes or no"},
		{"two committees", u, s, a + "ub-x,c,Ủy ban nhân dân xã C,people_committee,000.00.02.H07,yes,2025-07-01,,derived,x,\n", "agencies.csv:5", "two agencies of the kind people_committee", "keep one"},
		{"id of a unit", u, s, swap(a, "ub-c,c,", "c,c,"), "agencies.csv:4", "c is the id of a unit", "another id"},
		{"agency with a gap", u, s, swap(a, "2020-01-01,2023-04-09", "2020-01-01,2023-04-01"), "agencies.csv:3", "gap after line 2", "begin on 2023-04-02"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree, problems := unit.Load(files(c.units, c.successions, c.ags))
			if tree != nil {
				t.Error("there is a tree in spite of the fault")
			}
			for _, p := range problems {
				if fmt.Sprintf("%s:%d", p.File, p.Line) == c.at && strings.Contains(p.Text, c.text) && strings.Contains(p.Mend, c.mend) {
					return
				}
			}
			t.Errorf("want %s: …%s…; …%s…, got %v", c.at, c.text, c.mend, problems)
		})
	}
}

func TestMissingEmptyOrForeignFileIsRefused(t *testing.T) {
	missing := files(goodUnits, goodSuccessions, goodAgencies)
	delete(missing, unit.AgenciesFile)
	empty := files(goodUnits, goodSuccessions, goodAgencies)
	empty[unit.UnitsFile] = &fstest.MapFile{}
	foreign := files(goodUnits, goodSuccessions, goodAgencies)
	foreign[unit.SuccessionsFile] = &fstest.MapFile{Data: []byte("a;b\n")}
	for text, fsys := range map[string]fstest.MapFS{
		"agencies.csv: cannot be opened": missing,
		"units.csv: is empty":            empty,
		"successions.csv:1: the columns": foreign,
		"units.csv: has no units":        files("", "", ""),
	} {
		tree, problems := unit.Load(fsys)
		if tree != nil || len(problems) != 1 || !strings.HasPrefix(problems[0].String(), text) {
			t.Errorf("want %q, got %v", text, problems)
		}
	}
}

func TestAgencySuccessionsAreChecked(t *testing.T) {
	const agencies = `dep-a,p,Sở A,department_a,000.00.02.H07,yes,2020-01-01,2025-02-28,derived,x,
dep-b,p,Sở B,department_b,000.00.03.H07,yes,2020-01-01,,derived,x,
` + goodAgencies
	for _, c := range []struct{ rows, want string }{
		{"dep-a,dep-b,2025-03-01,derived,x\n", ""},
		{"dep-a,dep-b,2025-03-02,derived,x\n", "not the day after its last one"},
		{"dep-b,dep-a,2025-03-01,derived,x\n", "not the day after its last one"},
		{"dep-a,ub-c,2025-03-01,derived,x\n", "does not live on 2025-03-01"},
		{"dep-a,dep-c,2025-03-01,derived,x\n", "there is no agency dep-c"},
		{"dep-a,dep-b,2025-03-01,derived,x\ndep-a,dep-b,2025-03-01,derived,x\n", "on line 2 already"},
		{"dep-a,dep-b,2025-03-01,perhaps,\n", "basis"},
	} {
		fsys := files(goodUnits, goodSuccessions, agencies)
		fsys[unit.AgencySuccessionsFile] = &fstest.MapFile{Data: []byte("from,to,date,basis,source\n" + c.rows)}
		tree, problems := unit.Load(fsys)
		if c.want == "" {
			if len(problems) > 0 {
				t.Errorf("%q: %v", c.rows, problems)
			} else if a, err := tree.AgencySuccessor("dep-a", "2026-01-01"); err != nil || a.ID != "dep-b" {
				t.Errorf("%+v, %v", a, err)
			}
			continue
		}
		if len(problems) == 0 || !strings.Contains(fmt.Sprint(problems), c.want) || !strings.HasPrefix(problems[0].File, unit.AgencySuccessionsFile) {
			t.Errorf("%q: %v", c.rows, problems)
		}
	}
}
