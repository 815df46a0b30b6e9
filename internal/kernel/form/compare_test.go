package form

import (
	"testing"
)

const houseForm = `
pages:
  - id: site
    title: {vi: Đất, en: Plot}
    fields:
      - {id: plot, kind: number, decimals: 2, label: {vi: Diện tích đất, en: Plot}}
      - {id: owner, kind: text, label: {vi: Chủ đất, en: Owner}}
  - id: house
    title: {vi: Nhà, en: House}
    fields:
      - {id: built, kind: number, decimals: 2, label: {vi: Diện tích xây dựng, en: Built on}}
      - {id: builder, kind: text, optional: true, label: {vi: Người xây, en: Builder}}
    checks:
      - refuse: {field: built, after: plot}
        field: built
        text: {vi: Diện tích xây dựng lớn hơn diện tích đất, en: More is built on than there is}
      - refuse: {field: builder, same: owner}
        field: builder
        text: {vi: Hai người phải khác nhau, en: Two different people}
`

func TestAnswersAreComparedWithEachOther(t *testing.T) {
	f := parse(t, houseForm)
	site, house := f.First(), f.All()[1]
	for _, c := range []struct {
		plot, built, builder string
		refused              map[string]string
	}{
		{"100", "99,99", "", nil},
		{"100", "100", "", nil},
		{"99,5", "100", "", map[string]string{"built": "Diện tích xây dựng lớn hơn diện tích đất"}},
		{"1.000", "999", "", nil}, // as numbers, not as texts
		{"100", "80", "An", map[string]string{"builder": "Hai người phải khác nhau"}},
		{"100", "80", "Bình", nil},
	} {
		a, faults := f.Check(site, site.Read(values("plot", c.plot, "owner", "An")), Answers{}, today)
		if len(faults) > 0 {
			t.Fatal(said(faults))
		}
		_, faults = f.Check(house, house.Read(values("built", c.built, "builder", c.builder)), a, today)
		got := said(faults)
		if len(got) != len(c.refused) {
			t.Errorf("%+v: %v", c, got)
		}
		for name, text := range c.refused {
			if got[name] != text {
				t.Errorf("%+v: %v", c, got)
			}
		}
	}
	// The other answer is missing: nothing is refused on its account.
	if _, faults := f.Check(house, house.Read(values("built", "80")), Answers{}, today); len(faults) > 0 {
		t.Error(said(faults))
	}
}
