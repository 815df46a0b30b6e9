package portal

import (
	"slices"
	"strings"
	"sync"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/finder"
	"benso/internal/kernel/form"
	"benso/internal/kernel/vntext"
)

// offer is every procedure that holds on a day, ready to be searched and counted.
// Everything that a request needs is made once.
type offer struct {
	coverage  catalogue.Coverage
	list      []*catalogue.Procedure // by code; sets and the index speak of places in it
	at        map[string]int         // code → place
	index     *finder.Index
	common    []int // all of them, the common first
	standings []standing
	names     []form.Text
	here      int // how many can be filed online here
	fields    []facet
	levels    []facet
	people    []facet
	services  []facet
}

// facet is one value of a filter and the procedures that have it.
type facet struct {
	id  string // in an address
	key string // message key of its name; a field has its own name
	own string
	set finder.Set
}

// fileable is the value of the filter of services for whatever can be filed here,
// however far online: what catalogue.Fileable lists.
const fileable = "here"

// Groups of audiences, as pages filter by them.
const (
	persons       = "person"
	organisations = "organisation"
)

// offers gives the offer of a day. Between two days on which something begins or
// ends to hold there is one offer, which is kept: asking for days long past, again
// and again, makes nothing anew.
type offers struct {
	catalogue *catalogue.Catalogue
	guide     *Guide
	changes   []string // days, in their order

	mu   sync.RWMutex
	made map[int]*offer // by how many of changes came before
}

// mostOffers is how many are kept at once; there are not that many in a pack that
// was not made to fill the memory.
const mostOffers = 12

func newOffers(c *catalogue.Catalogue, g *Guide) *offers {
	return &offers{catalogue: c, guide: g, changes: c.Changes(), made: map[int]*offer{}}
}

func (o *offers) on(day string) *offer {
	period, found := slices.BinarySearch(o.changes, day)
	if found {
		period++
	}
	o.mu.RLock()
	made := o.made[period]
	o.mu.RUnlock()
	if made != nil {
		return made
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if made := o.made[period]; made != nil {
		return made
	}
	for other := range o.made { // any one
		if len(o.made) < mostOffers {
			break
		}
		delete(o.made, other)
	}
	o.made[period] = newOffer(day, o.catalogue.Offered(day), o.guide)
	o.made[period].coverage = o.catalogue.CoverageOn(day)
	return o.made[period]
}

func newOffer(day string, list []*catalogue.Procedure, g *Guide) *offer {
	o := &offer{list: list, at: make(map[string]int, len(list))}
	texts := make([]finder.Text, len(list))
	o.standings, o.names = make([]standing, len(list)), make([]form.Text, len(list))
	for i, p := range list {
		o.at[p.Code] = i
		if o.standings[i] = standingOf(p, day); o.standings[i].here() {
			o.here++
		}
		o.names[i] = g.name(p)
		pop := g.popular[p.Code]
		also := append([]string{p.Name.En, pop.short.Vi, pop.short.En, p.Field}, pop.said...)
		for _, r := range results(p) {
			also = append(also, r.Name.Vi, r.Name.En)
		}
		texts[i] = finder.Text{Title: p.Name.Vi, Code: p.Code, Also: also, Rank: float64(pop.rank) / 100}
	}
	o.index = finder.New(texts, finder.Words{Fillers: g.fillers})
	o.common = o.index.Common(o.index.All())
	o.fields = o.facets(func(p *catalogue.Procedure) []string { return []string{p.Field} })
	slices.SortFunc(o.fields, func(a, b facet) int { return strings.Compare(vntext.SortKey(a.own), vntext.SortKey(b.own)) })
	o.levels = o.named("portal.level_", []string{"province", "district", "commune"}, levels)
	o.people = o.named("portal.people_", []string{persons, organisations}, func(p *catalogue.Procedure) []string {
		var groups []string
		for _, a := range p.Audiences {
			if a.Person() {
				groups = append(groups, persons)
			} else {
				groups = append(groups, organisations)
			}
		}
		return groups
	})
	o.services = o.named("portal.service_", []string{fileable, string(catalogue.Full), string(catalogue.Partial), string(catalogue.Unstated), string(catalogue.Info)}, func(p *catalogue.Procedure) []string {
		if p.Online() {
			return []string{fileable, string(p.Service)}
		}
		return []string{string(p.Service)}
	})
	return o
}

// facets are the values that of gives, in no order.
func (o *offer) facets(of func(*catalogue.Procedure) []string) []facet {
	at := map[string]int{}
	var all []facet
	for i, p := range o.list {
		for _, name := range of(p) {
			id := idOf(name)
			k, known := at[id]
			if !known {
				k = len(all)
				at[id] = k
				all = append(all, facet{id: id, own: name, set: finder.NewSet(len(o.list))})
			}
			all[k].set.Add(i)
		}
	}
	return all
}

// idOf is a name as it stands in an address.
func idOf(name string) string { return strings.ReplaceAll(vntext.Fold(name), " ", "-") }

// named are the values of ids that some procedure has, in their order.
func (o *offer) named(key string, ids []string, of func(*catalogue.Procedure) []string) []facet {
	found := o.facets(of)
	var all []facet
	for _, id := range ids {
		if i := slices.IndexFunc(found, func(f facet) bool { return f.own == id }); i >= 0 {
			found[i].id, found[i].key = id, key+id
			all = append(all, found[i])
		}
	}
	return all
}

// levels are those of the agencies that handle the procedure.
func levels(p *catalogue.Procedure) []string {
	if len(p.Levels) == 0 {
		return []string{p.Level}
	}
	return p.Levels
}

// results are all that one gets.
func results(p *catalogue.Procedure) []catalogue.Result {
	if len(p.Results) == 0 {
		return []catalogue.Result{p.Result}
	}
	return p.Results
}

// Search is what somebody looks for; what is empty does not matter.
type Search struct {
	Text    string
	Field   string
	Level   string
	People  string
	Service string
}

// answer is what a search found.
type answer struct {
	places    []int // the best first
	everybody int   // how many there are without the filters
	corrected string
	nearest   bool

	fields, levels, people, services []option
}

// option is a value of a filter, with how many there would be.
type option struct {
	facet
	count  int
	chosen bool
}

// search answers a search. A value of a filter that does not exist finds nothing.
func (o *offer) search(s Search) answer {
	hits, all := o.common, o.index.All()
	var a answer
	if strings.TrimSpace(s.Text) != "" {
		found := o.index.Find(s.Text, all)
		hits, all = found.Texts, o.index.Set(found)
		a.corrected, a.nearest = found.Corrected, found.Nearest
	}
	a.everybody = len(hits)
	filters := []struct {
		chosen string
		among  []facet
		into   *[]option
	}{{s.Field, o.fields, &a.fields}, {s.Level, o.levels, &a.levels}, {s.People, o.people, &a.people}, {s.Service, o.services, &a.services}}
	sets := make([]finder.Set, len(filters))
	for i, f := range filters {
		sets[i] = o.index.All()
		if f.chosen == "" {
			continue
		}
		sets[i] = finder.NewSet(len(o.list))
		if k := slices.IndexFunc(f.among, func(x facet) bool { return x.id == f.chosen }); k >= 0 {
			sets[i] = f.among[k].set
		}
	}
	for i, f := range filters {
		others := all
		for j := range filters {
			if j != i && filters[j].chosen != "" {
				others = others.And(sets[j])
			}
		}
		*f.into = make([]option, 0, len(f.among))
		for _, x := range f.among {
			if n := others.CountAnd(x.set); n > 0 || x.id == f.chosen {
				*f.into = append(*f.into, option{facet: x, count: n, chosen: x.id == f.chosen})
			}
		}
	}
	if s.Field+s.Level+s.People+s.Service == "" {
		a.places = hits
		return a
	}
	a.places = make([]int, 0, len(hits))
	for _, i := range hits {
		if sets[0].Has(i) && sets[1].Has(i) && sets[2].Has(i) && sets[3].Has(i) {
			a.places = append(a.places, i)
		}
	}
	return a
}
