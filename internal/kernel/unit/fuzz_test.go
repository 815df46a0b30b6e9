package unit_test

import (
	"testing"
	"testing/fstest"

	"benso/internal/kernel/database"
	"benso/internal/kernel/unit"
)

// Whatever stands in a pack's files, the reader names faults or gives a tree that
// keeps its word.
func FuzzPackReader(f *testing.F) {
	f.Add(goodUnits, goodSuccessions, goodAgencies, "")
	f.Add(goodUnits, "a,b,2025-07-01,merge,sourced,x\nb,a,2025-07-01,merge,sourced,x\n", goodAgencies, "ub-a,ub-c,2025-07-01,derived,x\n")
	f.Add("p,1,Tỉnh P,province,Tỉnh,p,2020-01-01,2019-01-01,sourced,\"\n", "", ",,,,,,,,,,\n", "x")
	f.Fuzz(func(t *testing.T, units, successions, agencies, taken string) {
		fsys := files(units, successions, agencies)
		if taken != "" {
			fsys[unit.AgencySuccessionsFile] = &fstest.MapFile{Data: []byte("from,to,date,basis,source\n" + taken)}
		}
		tree, problems := unit.Load(fsys)
		if (tree == nil) != (len(problems) > 0) {
			t.Fatalf("a tree %t and %v", tree != nil, problems)
		}
		if tree == nil {
			return
		}
		for _, id := range tree.IDs() {
			if _, err := tree.Path(id); err != nil {
				t.Fatal(err)
			}
			for _, day := range append(tree.Starts(), "2030-01-01") {
				if all, err := tree.Successors(id, day); err != nil || len(all) == 0 && lived(tree, id, day) {
					t.Fatalf("%s is lost on %s: %v", id, day, err)
				}
			}
		}
		for _, a := range tree.EndedAgencies("2030-01-01") {
			if _, err := tree.AgencySuccessors(a.ID, "2030-01-01"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// lived says whether a unit had begun by a day.
func lived(t *unit.Tree, id string, day database.Date) bool {
	periods, err := t.Periods(id)
	return err == nil && periods[0].From <= day
}
