package unit_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/unit"
)

// The real pack, read once: nothing may change it.
var benTre = sync.OnceValues(func() (*unit.Tree, error) {
	tree, problems := unit.Load(os.DirFS("../../../packs/bentre"))
	if len(problems) > 0 {
		return nil, problems[0]
	}
	return tree, nil
})

func bentre(t testing.TB) *unit.Tree {
	t.Helper()
	tree, err := benTre()
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func ids(us []unit.Unit) []string {
	out := make([]string, len(us))
	for i, u := range us {
		out[i] = u.ID
	}
	return out
}

func TestBenTreHasItsUnitsAtEachDate(t *testing.T) {
	tree := bentre(t)
	for _, c := range []struct {
		on                             database.Date
		provinces, districts, communes int
		xa, phuong, thiTran            int
	}{
		{"2020-01-31", 0, 0, 0, 0, 0, 0},
		{"2020-02-01", 1, 9, 157, 142, 8, 7}, // the counts of Resolution 856/NQ-UBTVQH14
		{"2021-11-01", 1, 9, 157, 142, 8, 7},
		{"2023-04-09", 1, 9, 157, 142, 8, 7},
		{"2023-04-10", 1, 9, 157, 139, 8, 10},
		{"2024-11-30", 1, 9, 157, 139, 8, 10},
		{"2024-12-01", 1, 9, 148, 132, 6, 10},
		{"2025-06-30", 1, 9, 148, 132, 6, 10},
		{"2025-07-01", 1, 0, 48, 43, 5, 0},
		{"2026-11-23", 1, 0, 48, 43, 5, 0},
	} {
		v := tree.At(c.on)
		types := map[string]int{}
		for _, u := range v.Communes("") {
			types[u.Type]++
		}
		districts := 0
		for _, p := range v.Provinces() {
			for _, u := range v.Children(p.ID) {
				if u.Level == unit.District {
					districts++
				}
			}
		}
		got := []int{len(v.Provinces()), districts, len(v.Communes("")), types["Xã"], types["Phường"], types["Thị trấn"]}
		want := []int{c.provinces, c.districts, c.communes, c.xa, c.phuong, c.thiTran}
		if !slices.Equal(got, want) {
			t.Errorf("%s: provinces, districts, communes, xã, phường, thị trấn = %v, want %v", c.on, got, want)
		}
	}
}

func TestDistrictsHaveTheirCommunes(t *testing.T) {
	v := bentre(t).At("2021-11-01")
	for id, want := range map[string]int{"829": 14, "831": 21, "832": 11, "833": 16, "834": 21, "835": 20, "836": 23, "837": 18, "838": 13} {
		if got := len(v.Communes(id)); got != want {
			t.Errorf("district %s has %d communes, want %d", id, got, want)
		}
	}
}

// Where a matter of 2021 is handled today, from the crosswalk of the sources:
// whole, renamed (28861, 28915, 29179), abolished in 2024 and moved over district bounds.
func TestMatterOf2021EndsInItsCommuneOfToday(t *testing.T) {
	tree := bentre(t)
	for _, c := range []struct{ old, name, now, nowName string }{
		{"28756", "Phường Phú Khương", "28756-2025", "Phường Phú Khương"},
		{"28757", "Phường Phú Tân", "28858-2025", "Phường Phú Tân"},
		{"28765", "Phường 4", "28777-2025", "Phường An Hội"},
		{"28801", "Thị trấn Châu Thành", "28810-2025", "Xã Phú Túc"},
		{"28825", "Xã Phú An Hòa", "28807-2025", "Xã Giao Long"},
		{"28837", "Xã Tường Đa", "28810-2025", "Xã Phú Túc"},
		{"28855", "Xã An Hiệp", "28810-2025", "Xã Phú Túc"},
		{"28861", "Xã Tiên Thủy", "28861-2025", "Xã Tiên Thủy"},
		{"28906", "Xã Thanh Tân", "28789-2025", "Phường Bến Tre"},
		{"28915", "Xã Phước Mỹ Trung", "28915-2025", "Xã Phước Mỹ Trung"},
		{"29014", "Xã Sơn Phú", "28777-2025", "Phường An Hội"},
		{"29113", "Xã Tân Mỹ", "29122-2025", "Xã Mỹ Chánh Hòa"},
		{"29161", "Xã An Hiệp", "29158-2025", "Xã An Hiệp"},
		{"29179", "Xã An Thủy", "29167-2025", "Xã Tân Thủy"},
	} {
		if u, err := tree.At("2021-11-01").Unit(c.old); err != nil || u.Name != c.name {
			t.Errorf("%s in 2021: %q, %v; want %q", c.old, u.Name, err, c.name)
		}
		got, err := tree.Successors(c.old, "2026-11-23")
		if err != nil || len(got) != 1 || got[0].ID != c.now || got[0].Name != c.nowName {
			t.Errorf("%s %s is now %v (%v), want %s %s", c.old, c.name, got, err, c.now, c.nowName)
		}
	}
}

func TestCodeAndNameAreNoIdentity(t *testing.T) {
	tree := bentre(t)
	byCode := func(on database.Date) unit.Unit {
		for _, u := range tree.At(on).Communes("") {
			if u.Code == "28855" {
				return u
			}
		}
		return unit.Unit{}
	}
	if u := byCode("2024-11-30"); u.ID != "28855" || u.Name != "Xã An Hiệp" {
		t.Errorf("28855 was %s %s", u.ID, u.Name)
	}
	// It took in Tường Đa and Sơn Hòa, so it is another unit, under Tường Đa's name.
	if u := byCode("2024-12-01"); u.ID != "28855-2024" || u.Name != "Xã Tường Đa" {
		t.Errorf("28855 became %s %s", u.ID, u.Name)
	}
	if u := byCode("2025-07-01"); u.ID != "" {
		t.Errorf("28855 is still %s", u.ID)
	}
}

func TestRenamedUnitKeepsItsID(t *testing.T) {
	tree := bentre(t)
	periods, err := tree.Periods("29179")
	if err != nil || len(periods) != 2 || periods[0].Name != "Xã An Thủy" || periods[1].Name != "Thị trấn Tiệm Tôm" {
		t.Fatalf("%v, %v", periods, err)
	}
	got, err := tree.Successors("29179", "2024-01-01")
	if err != nil || len(got) != 1 || got[0].Name != "Thị trấn Tiệm Tôm" {
		t.Errorf("%v, %v", got, err)
	}
	a, err := tree.AgencySuccessor("ubnd-29179", "2022-01-01")
	if err != nil || a.Name != "Ủy ban nhân dân xã An Thủy" {
		t.Errorf("%v, %v", a.Name, err)
	}
}

func TestPathsRunFromTheProvince(t *testing.T) {
	tree := bentre(t)
	for id, want := range map[string]string{"86": "86/", "829": "83/829/", "28756": "83/829/28756/", "28756-2025": "86/28756-2025/"} {
		if got, err := tree.Path(id); err != nil || got != want {
			t.Errorf("path of %s is %q (%v), want %q", id, got, err, want)
		}
	}
	if got, err := tree.AgencyPath("ubnd-28756-2025"); err != nil || got != "86/28756-2025/ubnd-28756-2025/" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestUnknownUnitOrAgencyIsNotFound(t *testing.T) {
	tree := bentre(t)
	_, unitErr := tree.Unit("x")
	_, periodsErr := tree.Periods("x")
	_, pathErr := tree.Path("")
	_, nextErr := tree.Successors("x", "2026-01-01")
	_, prevErr := tree.Predecessors("x", "2026-01-01")
	_, viewErr := tree.At("2026-01-01").Unit("28756")
	_, emptyErr := tree.At("1999-01-01").Unit("83")
	_, agencyErr := tree.Agency("x")
	_, agencyPathErr := tree.AgencyPath("x")
	_, agencyNextErr := tree.AgencySuccessor("x", "2026-01-01")
	for i, err := range []error{unitErr, periodsErr, pathErr, nextErr, prevErr, viewErr, emptyErr, agencyErr, agencyPathErr, agencyNextErr} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("case %d: %v", i, err)
		}
	}
}

func TestEveryUnitHasOneCommitteeWhileItLives(t *testing.T) {
	tree := bentre(t)
	for _, on := range tree.Starts() {
		v := tree.At(on)
		count := 0
		for _, id := range tree.IDs() {
			u, err := v.Unit(id)
			if err != nil {
				if got := tree.AgenciesOf(id, on); len(got) > 0 {
					t.Errorf("%s: the unit %s is not there, but %s is", on, id, got[0].ID)
				}
				continue
			}
			got := slices.DeleteFunc(tree.AgenciesOf(id, on), func(a unit.Agency) bool { return u.Level == unit.Province && a.Kind != unit.PeoplesCommittee })
			want := "Ủy ban nhân dân " + strings.ToLower(u.Name[:1]) + u.Name[1:]
			if len(got) != 1 || got[0].Kind != unit.PeoplesCommittee || got[0].Name != want {
				t.Errorf("%s: agencies of %s are %v, want %s", on, id, got, want)
			}
			count++
		}
		committees := slices.DeleteFunc(tree.Agencies(on), func(a unit.Agency) bool { return a.Kind != unit.PeoplesCommittee })
		if len(committees) != count {
			t.Errorf("%s: %d committees for %d units", on, len(committees), count)
		}
	}
}

func TestDepartmentOfAnEndedProvinceIsSucceededByTheOneOfItsKind(t *testing.T) {
	tree := bentre(t)
	a, err := tree.AgencySuccessor("so-tu-phap-83", "2026-11-23")
	if err != nil || a.ID != "so-tu-phap-86" {
		t.Errorf("%+v, %v", a, err)
	}
	// Its kind ended in March 2025: agency_successions.csv says who follows, and then
	// the rule goes on.
	for day, want := range map[database.Date]string{"2025-02-28": "so-giao-thong-83", "2025-03-01": "so-xay-dung-83", "2026-11-23": "so-xay-dung-86"} {
		if a, err := tree.AgencySuccessor("so-giao-thong-83", day); err != nil || a.ID != want {
			t.Errorf("on %s: %+v, %v", day, a, err)
		}
	}
}

func TestAgencyIsSucceededByItsUnitsSuccessor(t *testing.T) {
	tree := bentre(t)
	for old, now := range map[string]string{"ubnd-28759": "ubnd-28756-2025", "ubnd-28855": "ubnd-28810-2025", "ubnd-83": "ubnd-86", "ubnd-86": "ubnd-86"} {
		if a, err := tree.AgencySuccessor(old, "2026-11-23"); err != nil || a.ID != now {
			t.Errorf("%s is succeeded by %s (%v), want %s", old, a.ID, err, now)
		}
	}
	_, err := tree.AgencySuccessor("ubnd-829", "2026-11-23")
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a district's committee has many successors: %v", err)
	}
	all, err := tree.AgencySuccessors("ubnd-829", "2026-11-23")
	if err != nil || len(all) != 5 {
		t.Errorf("%v, %v", all, err)
	}
	_, err = tree.AgencySuccessor("ubnd-86", "2021-01-01")
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("before it began nobody stood in its place: %v", err)
	}
}

func TestFindFoldsAndPutsTheBestFirst(t *testing.T) {
	tree := bentre(t)
	now, then := tree.At("2026-11-23"), tree.At("2021-11-01")
	for _, c := range []struct {
		view  unit.View
		text  string
		first []string
	}{
		{now, "phu khuong", []string{"28756-2025"}},
		{now, "PHƯỜNG  Phú Khương", []string{"28756-2025"}},
		{now, "28756", []string{"28756-2025"}},
		{now, "ba tri", []string{"29110-2025"}},
		{now, "phu khu", []string{"28756-2025"}},
		{then, "hoi an", []string{"28777"}},
		{then, "an hiep", []string{"28855", "29161"}},
		{then, "xã an hiệp, ba tri", []string{"29161"}},
		{then, "ben tre", []string{"83", "829"}},
	} {
		got := ids(c.view.Find(c.text))
		if len(got) < len(c.first) {
			t.Errorf("%q finds %v, want %v first", c.text, got, c.first)
			continue
		}
		if !slices.Equal(got[:len(c.first)], c.first) {
			t.Errorf("%q finds %v, want %v first", c.text, got, c.first)
		}
	}
	for _, text := range []string{"", " - ", "zzz", "vinh long zzz"} {
		if got := now.Find(text); len(got) > 0 {
			t.Errorf("%q finds %v", text, ids(got))
		}
	}
	if got := tree.At("1990-01-01").Find("ben tre"); got != nil {
		t.Errorf("before the tree: %v", got)
	}
}

func TestWhatATreeReturnsBelongsToTheCaller(t *testing.T) {
	tree := bentre(t)
	v := tree.At("2026-11-23")
	v.Communes("86")[0].Name = "x"
	v.Provinces()[0].Name = "x"
	v.Children("86")[0].Name = "x"
	tree.Starts()[0] = "x"
	tree.IDs()[0] = "x"
	tree.Successions()[0].To = "x"
	if v.Communes("86")[0].Name == "x" || v.Provinces()[0].Name == "x" || v.Children("86")[0].Name == "x" ||
		tree.Starts()[0] == "x" || tree.IDs()[0] == "x" || tree.Successions()[0].To == "x" {
		t.Error("a caller changed the tree")
	}
}

func TestManyReadersDoNotDisturbEachOther(t *testing.T) {
	tree := bentre(t)
	want := ids(tree.At("2021-11-01").Communes("83"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				v := tree.At("2021-11-01")
				v.Find("an hiep")
				if _, err := tree.Successors("829", "2026-01-01"); err != nil {
					t.Error(err)
				}
				if got := ids(v.Communes("83")); !slices.Equal(got, want) {
					t.Error("another list")
				}
			}
		})
	}
	wg.Wait()
}

// day draws any day of the years of the tree, and some beyond.
func day(t *rapid.T, label string) database.Date {
	base := database.Date("2019-12-01")
	return unit.Shift(base, rapid.IntRange(0, 7*365).Draw(t, label))
}

func TestAtEveryDateTheLivingUnitsAreOneTree(t *testing.T) {
	tree := bentre(t)
	rapid.Check(t, func(t *rapid.T) {
		on := day(t, "on")
		v := tree.At(on)
		living := 0
		codes := map[string]bool{}
		for _, id := range tree.IDs() {
			periods, err := tree.Periods(id)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(periods, func(u unit.Unit) bool { return u.Lives(on) })
			u, err := v.Unit(id)
			if (err == nil) != (i >= 0) {
				t.Fatalf("%s: %s lives: %v, in the view: %v", on, id, i >= 0, err)
			}
			if err != nil {
				continue
			}
			living++
			if u != periods[i] {
				t.Fatalf("%s: %v, want %v", on, u, periods[i])
			}
			if codes[u.Code] {
				t.Fatalf("%s: code %s twice", on, u.Code)
			}
			codes[u.Code] = true
			if u.Parent == "" {
				continue
			}
			if _, err := v.Unit(u.Parent); err != nil {
				t.Fatalf("%s: %s has no living parent: %v", on, id, err)
			}
			if !slices.Contains(v.Children(u.Parent), u) {
				t.Fatalf("%s: %s is no child of its parent", on, id)
			}
			path, err := tree.Path(id)
			if err != nil {
				t.Fatal(err)
			}
			above, err := tree.Path(u.Parent)
			if err != nil || path != above+id+"/" {
				t.Fatalf("path %s of %s is not under %s (%v)", path, id, above, err)
			}
		}
		// Walking down from the provinces meets each living unit once, and each
		// commune once among the communes of its province.
		met, communes := 0, 0
		var down func([]unit.Unit)
		down = func(us []unit.Unit) {
			for _, u := range us {
				met++
				if u.Level == unit.Commune {
					communes++
				}
				down(v.Children(u.ID))
			}
		}
		down(v.Provinces())
		if met != living || communes != len(v.Communes("")) {
			t.Fatalf("%s: met %d of %d units, %d of %d communes", on, met, living, communes, len(v.Communes("")))
		}
		under := 0
		for _, p := range v.Provinces() {
			under += len(v.Communes(p.ID))
		}
		if under != communes {
			t.Fatalf("%s: %d communes under provinces, %d in all", on, under, communes)
		}
	})
}

func TestPredecessorsMirrorSuccessors(t *testing.T) {
	tree := bentre(t)
	rapid.Check(t, func(t *rapid.T) {
		early, late := day(t, "one"), day(t, "other")
		if late < early {
			early, late = late, early
		}
		before, after := tree.At(early), tree.At(late)
		covered := map[string]int{}
		for _, b := range after.Communes("") {
			ps, err := tree.Predecessors(b.ID, early)
			if err != nil {
				t.Fatal(err)
			}
			if early >= "2020-02-01" && len(ps) == 0 {
				t.Fatalf("%s has no predecessor on %s", b.ID, early)
			}
			for _, a := range ps {
				covered[a.ID]++
				ss, err := tree.Successors(a.ID, late)
				if err != nil || !slices.Contains(ids(ss), b.ID) {
					t.Fatalf("%s of %s leads to %v (%v), not to %s of %s", a.ID, early, ids(ss), err, b.ID, late)
				}
			}
		}
		// Nothing is lost and, as nothing was split here, nothing counted twice.
		for _, a := range before.Communes("") {
			if covered[a.ID] != 1 {
				t.Fatalf("%s of %s is found %d times from %s", a.ID, early, covered[a.ID], late)
			}
			ss, err := tree.Successors(a.ID, late)
			if err != nil || len(ss) != 1 {
				t.Fatalf("%s of %s leads to %v (%v)", a.ID, early, ids(ss), err)
			}
			ps, err := tree.Predecessors(ss[0].ID, early)
			if err != nil || !slices.Contains(ids(ps), a.ID) {
				t.Fatalf("%s is no predecessor of its successor %s: %v (%v)", a.ID, ss[0].ID, ids(ps), err)
			}
		}
		if len(covered) != len(before.Communes("")) {
			t.Fatalf("%d communes covered, of %d", len(covered), len(before.Communes("")))
		}
	})
}

func TestEndedDistrictLeadsToTheCommunesOfItsCommunes(t *testing.T) {
	tree := bentre(t)
	v := tree.At("2025-06-30")
	for _, d := range v.Children("83") {
		want := map[string]bool{}
		for _, c := range v.Communes(d.ID) {
			ss, err := tree.Successors(c.ID, "2025-07-01")
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range ss {
				want[s.ID] = true
			}
		}
		got, err := tree.Successors(d.ID, "2026-11-23")
		if err != nil || len(got) != len(want) {
			t.Errorf("%s leads to %v (%v), want %v", d.ID, ids(got), err, want)
		}
		for _, u := range got {
			if !want[u.ID] {
				t.Errorf("%s leads to %s, where none of its communes went", d.ID, u.ID)
			}
		}
	}
	// Levels do not mix backwards: a commune comes from communes only.
	ps, err := tree.Predecessors("28777-2025", "2021-11-01")
	if want := []string{"28765", "28768", "28777", "28792", "28798", "29014"}; err != nil || !slices.Equal(ids(ps), want) {
		t.Errorf("%v (%v), want %v", ids(ps), err, want)
	}
}

func TestSplitUnitHasSeveralSuccessors(t *testing.T) {
	units := goodUnits + "e,5,Xã E,commune,Xã,p,2025-07-01,,sourced,x\n"
	successions := strings.Replace(goodSuccessions, "b,c,2025-07-01,merge,sourced,x", "b,c,2025-07-01,split,sourced,x\nb,e,2025-07-01,split,sourced,x", 1)
	tree, problems := unit.Load(files(units, successions, goodAgencies))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got, err := tree.Successors("b", "2025-07-01")
	if err != nil || !slices.Equal(ids(got), []string{"c", "e"}) {
		t.Errorf("%v, %v", ids(got), err)
	}
	got, err = tree.Predecessors("c", "2024-01-01")
	if err != nil || !slices.Equal(ids(got), []string{"a", "b"}) {
		t.Errorf("%v, %v", ids(got), err)
	}
	got, err = tree.Successors("c", "2024-01-01")
	if err != nil || len(got) != 0 {
		t.Errorf("before it began: %v, %v", ids(got), err)
	}
}

func TestEveryAgencyThatEndedHasASuccessorUnlessItsLevelEnded(t *testing.T) {
	tree := bentre(t)
	ended := tree.EndedAgencies("2026-11-23")
	if len(ended) < 190 {
		t.Errorf("only %d agencies ended", len(ended))
	}
	taken := map[string]string{}
	for _, a := range ended {
		all, err := tree.AgencySuccessors(a.ID, "2026-11-23")
		if err != nil || len(all) == 0 || !tree.Abolished(a.ID) && len(all) != 1 {
			t.Errorf("%s has %d successors, %v", a.ID, len(all), err)
		}
		for _, s := range all {
			if !s.Lives("2026-11-23") || s.ID == a.ID {
				t.Errorf("%s is succeeded by %+v", a.ID, s)
			}
		}
		if !tree.Abolished(a.ID) {
			taken[a.ID] = all[0].ID
		}
	}
	n := 0
	for _, a := range tree.Agencies("2026-11-23") {
		for _, before := range tree.AgencyPredecessors(a.ID, "2026-11-23") {
			if n++; taken[before.ID] != a.ID {
				t.Errorf("%s is said to come before %s", before.ID, a.ID)
			}
		}
	}
	if n != len(taken) {
		t.Errorf("%d predecessors of %d", n, len(taken))
	}
}

func TestRestatedIsTheOneUnitOfTheSameLevel(t *testing.T) {
	tree := bentre(t)
	for id, want := range map[string]string{"28804": "28810-2025", "28855": "28810-2025", "28810-2025": "28810-2025", "83": "86", "829": "", "nowhere": ""} {
		if u, ok := tree.Restated(id, "2026-11-23"); u.ID != want || ok != (want != "") {
			t.Errorf("%s is restated to %q", id, u.ID)
		}
	}
	if u, ok := tree.Restated("28855", "2025-06-30"); !ok || u.ID != "28855-2024" {
		t.Errorf("between two reforms: %+v", u)
	}
}
