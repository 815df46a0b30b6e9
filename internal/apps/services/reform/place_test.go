package reform

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"benso/internal/apps/services/catalogue"
	"benso/internal/kernel/database"
	"benso/internal/kernel/unit"
	"benso/packs"
)

func bentre(t *testing.T) *unit.Tree {
	t.Helper()
	tree, problems := unit.Load(packs.Bentre())
	for _, p := range problems {
		t.Fatal(p)
	}
	return tree
}

// handledBy is a table with one procedure for each kind of answer.
func handledBy(code string) []catalogue.Competence {
	return map[string][]catalogue.Competence{
		"commune":    {{Level: "commune", Agency: unit.PeoplesCommittee, Basis: "cấp xã"}},
		"province":   {{Level: "province", Agency: "department_justice", Basis: "cấp tỉnh"}},
		"health":     {{Level: "province", Agency: "department_health", Basis: "cấp tỉnh"}},
		"both":       {{Level: "commune", Agency: unit.PeoplesCommittee, Basis: "cấp xã"}, {Level: "province", Agency: "department_construction", Basis: "cấp tỉnh"}},
		"police":     {{Sector: true, Basis: "ngành Công an"}},
		"unknown":    {{Level: "province", Basis: "nguồn không nêu"}},
		"nowhere":    {{Level: "province", Agency: "department_magic", Basis: "x"}},
		"everything": nil,
	}[code]
}

func TestMattersArePlacedByTheLaw(t *testing.T) {
	tree := bentre(t)
	for _, c := range []struct {
		day   database.Date
		m     Matter
		to    string
		left  Reason
		basis string
	}{
		{"2025-07-01", Matter{Agency: "ubnd-28804", Place: "28804", Procedure: "everything"}, "ubnd-28810-2025", "", "1687/NQ-UBTVQH15"},
		{"2025-07-01", Matter{Agency: "ubnd-28855", Place: "28855", Procedure: "everything"}, "ubnd-28810-2025", "", "1687/NQ-UBTVQH15"},
		{"2024-12-01", Matter{Agency: "ubnd-28855", Place: "28855"}, "ubnd-28855-2024", "", ""},
		{"2025-07-01", Matter{Agency: "ubnd-83", Place: "28804"}, "ubnd-86", "", "list of 2025-07-01"},
		{"2025-07-01", Matter{Agency: "so-tu-phap-83", Place: "28804", Procedure: "police"}, "so-tu-phap-86", "", ""},
		// A district's by the procedure, at the place of the matter.
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "28804", Procedure: "commune"}, "ubnd-28810-2025", "", "cấp xã"},
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "28804", Procedure: "province"}, "so-tu-phap-86", "", "cấp tỉnh"},
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "28804", Procedure: "both"}, "ubnd-28810-2025", "", "cấp xã"},
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "28804", Procedure: "both", Level: "province"}, "so-xay-dung-86", "", "cấp tỉnh"},
		{"2025-07-01", Matter{Agency: "ubnd-831", Procedure: "province"}, "so-tu-phap-86", "", "cấp tỉnh"}, // one province, whatever the place
		{"2025-07-01", Matter{Agency: "ubnd-831", Procedure: "commune"}, "", ManySuccessors, ""},
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "831", Procedure: "commune"}, "", ManySuccessors, ""},
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "28804", Procedure: "police"}, "", NationalSector, ""},
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "28804", Procedure: "unknown"}, "", NoCompetence, ""},
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "28804", Procedure: "everything"}, "", NoCompetence, ""},
		{"2025-07-01", Matter{Agency: "ubnd-831", Place: "28804", Procedure: "nowhere"}, "", NoSuccessor, ""},
		// The departments of March 2025, and where one's work was spread.
		{"2025-03-01", Matter{Agency: "so-giao-thong-83", Place: "28804", Procedure: "everything"}, "so-xay-dung-83", "", "transport went into construction"},
		{"2025-07-01", Matter{Agency: "so-giao-thong-83", Place: "28804", Procedure: "everything"}, "so-xay-dung-86", "", "transport went into construction"},
		{"2025-07-01", Matter{Agency: "so-lao-dong-83", Place: "28804", Procedure: "health"}, "so-y-te-86", "", "cấp tỉnh"},
		{"2025-07-01", Matter{Agency: "nobody", Place: "28804", Procedure: "commune"}, "", UnknownAgency, ""},
	} {
		got := placer{units: tree, day: c.day, handled: handledBy}.place(c.m)
		if got.Agency.ID != c.to || got.Left != c.left || !strings.Contains(strings.Join(got.Grounds, "; "), c.basis) {
			t.Errorf("%+v on %s goes to %q (%s) by %q, want %q (%s) by %q", c.m, c.day, got.Agency.ID, got.Left, got.Grounds, c.to, c.left, c.basis)
		}
		if (got.Left == "") != (got.Path != "" && len(got.Grounds) > 0) {
			t.Errorf("%+v: %+v", c.m, got)
		}
	}
}

// A commune that is split: the place decides where it can, and people where not.
func TestMatterOfASplitUnitGoesWhereItsPlaceIs(t *testing.T) {
	tree := split(t)
	p := placer{units: tree, day: "2025-07-01", handled: handledBy}
	if got := p.place(Matter{Agency: "ub-a", Place: "a"}); got.Left != ManySuccessors {
		t.Errorf("the place is the whole unit: %+v", got)
	}
	if got := p.place(Matter{Agency: "ub-a", Place: "b2"}); got.Agency.ID != "ub-b2" {
		t.Errorf("the place is in one part: %+v", got)
	}
	if got := p.seat("ub-a"); got.Left != ManySuccessors {
		t.Errorf("a role: %+v", got)
	}
}

func TestEveryMatterHasOneHandlerThatLivesOrAReason(t *testing.T) {
	tree := bentre(t)
	var agencies []string
	for _, a := range tree.EndedAgencies("2026-11-23") {
		agencies = append(agencies, a.ID)
	}
	codes := []string{"commune", "province", "health", "both", "police", "unknown", "nowhere", "everything"}
	rapid.Check(t, func(r *rapid.T) {
		day := rapid.SampledFrom([]database.Date{"2024-12-01", "2025-03-01", "2025-07-01", "2026-11-23"}).Draw(r, "day")
		m := Matter{Agency: rapid.SampledFrom(agencies).Draw(r, "agency"), Place: rapid.SampledFrom(append(tree.IDs(), "")).Draw(r, "place"),
			Procedure: rapid.SampledFrom(codes).Draw(r, "procedure"), Level: rapid.SampledFrom([]string{"", "commune", "province"}).Draw(r, "level")}
		if !tree.Ended(m.Agency, day) {
			return
		}
		got := placer{units: tree, day: day, handled: handledBy}.place(m)
		if (got.Left == "") == (got.Agency.ID == "") {
			r.Fatalf("%+v: %+v", m, got)
		}
		if got.Left == "" && !got.Agency.Lives(day) {
			r.Fatalf("%+v goes to %s, which does not live on %s", m, got.Agency.ID, day)
		}
		a, err := tree.Agency(m.Agency)
		if err != nil {
			r.Fatal(err)
		}
		// What is no district's always has somebody.
		if !tree.Abolished(m.Agency) && got.Left != "" {
			r.Fatalf("%s is left: %s", a.Name, got.Left)
		}
	})
}

func TestGroundsNameEachStepOnce(t *testing.T) {
	tree := bentre(t)
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{"ubnd-28804", "ubnd-28810-2025", []string{"Resolution 1687/NQ-UBTVQH15"}},
		{"so-ke-hoach-dau-tu-83", "so-tai-chinh-83", []string{"list of departments: planning went into finance; the resolution of Bến Tre was not found"}},
		{"ubnd-28804", "ubnd-28756-2025", nil},
		{"ubnd-86", "ubnd-86", nil},
	} {
		if got := tree.Grounds(c.from, c.to, "2026-01-01"); !slices.Equal(got, c.want) {
			t.Errorf("%s to %s by %q", c.from, c.to, got)
		}
	}
	if got := tree.Grounds("ubnd-28855", "ubnd-28810-2025", "2026-01-01"); len(got) != 2 {
		t.Errorf("over two reforms: %q", got)
	}
}
