package demo

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sort"

	"benso/internal/apps/services/catalogue"
	"benso/internal/kernel/database"
	"benso/internal/kernel/unit"
)

// often is how often the procedures are asked for that everybody knows, in a
// thousand dossiers of a commune and its province. The order follows what is known of
// the desks (packs/bentre/popular.csv); the numbers are made up.
var often = map[string]float64{
	"2.000815": 260, // certified copy
	"2.000884": 70,  // certified signature
	"2.000635": 65,  // copies of civil status records
	"1.001193": 75,  // birth
	"1.000656": 32,  // death
	"1.000894": 36,  // marriage
	"1.004873": 46,  // marital status
	"1.004859": 10,  // correction of civil status
	"1.001022": 3,   // recognition of a child
	"1.013831": 50,  // transfer of land
	"1.013980": 70,  // change of land, until 2025
	"1.013978": 14,  // first certificate of land
	"1.012783": 16,
	"1.012784": 15,
	"1.012786": 5,
	"1.013949": 9,
	"1.011441": 22,
	"1.011443": 16,
	"1.001612": 24, // household business
	"2.000720": 9,
	"1.001266": 7,
	"1.001570": 3,
	"1.013225": 9, // permit for a house
	"1.011606": 9,
	"1.011607": 5,
	"1.001776": 26, // monthly support
	"3.000347": 45, // driving licences, until 2025
	"3.000333": 16, // criminal record
	"2.001406": 6,
	"2.001035": 12,
	"1.012812": 1,
}

// rest is what all other procedures share.
const rest = 130.0

// offers is what can be asked for on a day, and where.
type offers struct {
	procedures []*catalogue.Procedure
	upto       []float64 // sums of weights
	communes   []unit.Unit
	people     []float64
	kinds      map[handler]bool
}

// handler is a kind of agency at a level.
type handler struct{ level, agency string }

func newOffers(c *catalogue.Catalogue, units *unit.Tree, day string) *offers {
	o := &offers{kinds: map[handler]bool{}}
	o.procedures = c.Fileable(day)
	rare := 0
	for _, p := range o.procedures {
		if often[p.Code] == 0 {
			rare++
		}
		for _, x := range c.Handled(p, day) {
			if x.Known() {
				o.kinds[handler{x.Level, x.Agency}] = true
			}
		}
	}
	sum := 0.0
	for _, p := range o.procedures {
		if w := often[p.Code]; w > 0 {
			sum += w
		} else {
			sum += rest / float64(rare)
		}
		o.upto = append(o.upto, sum)
	}
	sum = 0
	view := units.At(database.Date(day))
	for _, province := range view.Provinces() {
		for _, u := range view.Communes(province.ID) {
			if !slices.ContainsFunc(units.AgenciesOf(u.ID, database.Date(day)), func(a unit.Agency) bool { return a.Kind == unit.PeoplesCommittee }) {
				continue
			}
			sum += crowd(u)
			o.communes, o.people = append(o.communes, u), append(o.people, sum)
		}
	}
	return o
}

// crowd is how many people a commune has against others: wards and towns more, and
// the home of the demonstration most.
func crowd(u unit.Unit) float64 {
	w := 0.5 + ownChance(u.ID)
	switch {
	case u.ID == home:
		w *= 4
	case u.Type == "Phường":
		w *= 2
	case u.Type == "Thị trấn":
		w *= 1.6
	}
	return w
}

// ownChance is a number from 0 to 1 that belongs to an id.
func ownChance(id string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return float64(h.Sum32()%1000) / 1000
}

func (o *offers) procedure(r *rand.Rand) *catalogue.Procedure {
	return o.procedures[weighted(r, o.upto)]
}
func (o *offers) commune(r *rand.Rand) unit.Unit { return o.communes[weighted(r, o.people)] }

// weighted draws an index by sums of weights.
func weighted(r *rand.Rand, upto []float64) int {
	x := r.Float64() * upto[len(upto)-1]
	return min(sort.SearchFloat64s(upto, x), len(upto)-1)
}
