package reform

import (
	"testing"
	"testing/fstest"

	"benso/internal/kernel/unit"
)

// split is a small province where the commune a became b1 and b2.
func split(t *testing.T) *unit.Tree {
	t.Helper()
	tree, problems := unit.Load(fstest.MapFS{
		unit.UnitsFile: {Data: []byte(`id,code,name,level,type,parent,from,to,basis,source
p,1,Tỉnh P,province,Tỉnh,,2020-01-01,,sourced,x
a,2,Xã A,commune,Xã,p,2020-01-01,2025-06-30,sourced,x
b1,3,Xã B Một,commune,Xã,p,2025-07-01,,sourced,x
b2,4,Xã B Hai,commune,Xã,p,2025-07-01,,sourced,x
`)},
		unit.SuccessionsFile: {Data: []byte(`from,to,date,kind,basis,source
a,b1,2025-07-01,split,sourced,Resolution 1
a,b2,2025-07-01,split,sourced,Resolution 1
`)},
		unit.AgenciesFile: {Data: []byte(`id,unit,name,kind,identifier,fictitious,from,to,basis,source,address
ub-a,a,Ủy ban nhân dân xã A,people_committee,000.00.01.H07,yes,2020-01-01,2025-06-30,derived,x,
ub-b1,b1,Ủy ban nhân dân xã B Một,people_committee,000.00.02.H07,yes,2025-07-01,,derived,x,
ub-b2,b2,Ủy ban nhân dân xã B Hai,people_committee,000.00.03.H07,yes,2025-07-01,,derived,x,
`)},
	})
	for _, p := range problems {
		t.Fatal(p)
	}
	return tree
}
