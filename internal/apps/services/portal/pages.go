package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"benso/internal/apps/services/catalogue"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Room is the portal.
type Room struct {
	catalogue *catalogue.Catalogue
	guide     *Guide
	clock     clock.Clock
	offers    *offers
}

// New makes the portal.
func New(c *catalogue.Catalogue, g *Guide, now clock.Clock) *Room {
	return &Room{catalogue: c, guide: g, clock: now, offers: newOffers(c, g)}
}

// Paths of the portal.
const (
	listPath  = "/thu-tuc"
	eventPath = "/su-kien/"
)

// Routes lists the pages.
func (room *Room) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Access: access.Public, Handler: room.home},
		{Pattern: "GET /thu-tuc", Access: access.Public, Handler: room.list},
		{Pattern: "GET /thu-tuc/{code}", Access: access.Public, Handler: room.one},
		{Pattern: "GET /su-kien/{id}", Access: access.Public, Handler: room.event},
	}
}

func (room *Room) today() *offer { return room.offers.on(clock.Day(room.clock.Now())) }

const (
	mostUsed = 8  // procedures on the home page
	pageSize = 20 // procedures on a page of results
)

type homePage struct {
	Events []Event
	Used   []item
	Count  int
	Here   int // that can be filed here
}

func (room *Room) home(w http.ResponseWriter, r *http.Request) error {
	o := room.today()
	page := homePage{Events: room.guide.events, Used: o.items(o.common[:min(mostUsed, len(o.common))]), Count: len(o.list), Here: o.here}
	return web.Render(w, r, http.StatusOK, home(page))
}

// item is a procedure in a list.
type item struct {
	*catalogue.Procedure
	Standing standing
	Reason   reason
	named    form.Text
}

// title is the name for people to read. The official one stands on its page, too.
func (x item) title(lang string) string { return x.named.In(lang) }

func (o *offer) item(at int) item {
	return item{Procedure: o.list[at], Standing: o.standings[at], Reason: reasonOf(o.list[at]), named: o.names[at]}
}

func (o *offer) items(places []int) []item {
	all := make([]item, len(places))
	for i, at := range places {
		all[i] = o.item(at)
	}
	return all
}

func procedurePath(code string) string { return listPath + "/" + code }

// about says in one line what kind of procedure it is.
func (x item) about(ctx context.Context) string {
	parts := []string{x.Field}
	for _, l := range levels(x.Procedure) {
		if l == "province" || l == "district" || l == "commune" {
			parts = append(parts, message.T(ctx, "portal.level_"+l))
		}
	}
	return strings.Join(append(parts, x.short(ctx)), " · ")
}

type listPage struct {
	Search  Search
	Answer  answer
	Items   []item
	Page    int
	Pages   int
	Heading string
}

// Names of the filters in an address.
const (
	fieldParam   = "linh-vuc"
	levelParam   = "cap"
	peopleParam  = "doi-tuong"
	serviceParam = "cach-nop"
)

func (room *Room) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	s := Search{
		Text: words(q.Get("q")), Field: q.Get(fieldParam), Level: q.Get(levelParam), People: q.Get(peopleParam), Service: q.Get(serviceParam),
	}
	o := room.today()
	page := listPage{Search: s, Answer: o.search(s), Page: 1}
	page.Pages = (len(page.Answer.places) + pageSize - 1) / pageSize
	if n, err := strconv.Atoi(q.Get("trang")); err == nil {
		page.Page = max(1, min(n, page.Pages))
	}
	from := (page.Page - 1) * pageSize
	page.Items = o.items(page.Answer.places[from:min(from+pageSize, len(page.Answer.places))])
	return web.Render(w, r, http.StatusOK, list(page))
}

// words is what somebody typed, with one blank between words.
func words(typed string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(typed, "")), " ")
}

// url is the address of the same search with other values: name, value, name,
// value. It begins at the first page.
func (s Search) url(page int, changes ...string) string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		} else {
			q.Del(name)
		}
	}
	set("q", s.Text)
	set(fieldParam, s.Field)
	set(levelParam, s.Level)
	set(peopleParam, s.People)
	set(serviceParam, s.Service)
	for i := 0; i+1 < len(changes); i += 2 {
		set(changes[i], changes[i+1])
	}
	if page > 1 {
		q.Set("trang", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return listPath
	}
	return listPath + "?" + q.Encode()
}

func (s Search) filtered() bool { return s.Field+s.Level+s.People+s.Service != "" }

func (p listPage) pagination() web.Pages {
	return web.Pages{Current: p.Page, Count: p.Pages, URL: func(n int) string { return p.Search.url(n) }}
}

// filter is one of the selects.
type filter struct {
	param   string
	label   string // message keys
	any     string
	options []option
}

func (p listPage) filters() []filter {
	return []filter{
		{fieldParam, "portal.field", "portal.any_field", p.Answer.fields},
		{levelParam, "portal.level", "portal.any_level", p.Answer.levels},
		{peopleParam, "portal.people", "portal.any_people", p.Answer.people},
		{serviceParam, "portal.service", "portal.any_service", p.Answer.services},
	}
}

func (x facet) name(ctx context.Context) string {
	if x.key == "" {
		return x.own
	}
	return message.T(ctx, x.key)
}

func (f filter) choices(ctx context.Context) []web.Option {
	all := []web.Option{{Label: message.T(ctx, f.any)}}
	for _, x := range f.options {
		all = append(all, web.Option{Value: x.id, Label: message.T(ctx, "portal.option", "name", x.name(ctx), "n", message.Number(ctx, int64(x.count))), Checked: x.chosen})
	}
	return all
}

// tag is a filter that is set, and the address without it.
type tag struct{ text, url string }

func (p listPage) tags(ctx context.Context) []tag {
	var all []tag
	for _, f := range p.filters() {
		if i := slices.IndexFunc(f.options, func(x option) bool { return x.chosen }); i >= 0 {
			all = append(all, tag{text: f.options[i].name(ctx), url: p.Search.url(1, f.param, "")})
		}
	}
	return all
}

// heading says how many there are, and of what.
func (p listPage) heading(ctx context.Context) string {
	n := message.Number(ctx, int64(len(p.Answer.places)))
	switch {
	case p.Answer.nearest:
		return message.T(ctx, "portal.count_near", "n", n)
	case p.Answer.corrected != "":
		return message.T(ctx, "portal.count_found", "n", n, "query", p.Answer.corrected)
	case p.Search.Text != "":
		return message.T(ctx, "portal.count_found", "n", n, "query", p.Search.Text)
	}
	return message.T(ctx, "portal.count", "n", n)
}

type eventPage struct {
	Event
	Items  []item
	Others []Event
}

func (room *Room) event(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	i := slices.IndexFunc(room.guide.events, func(e Event) bool { return e.ID == id })
	if i < 0 {
		return fault.Missing("event", id)
	}
	page := eventPage{Event: room.guide.events[i], Others: slices.Delete(slices.Clone(room.guide.events), i, i+1)}
	o := room.today()
	var places []int
	for _, code := range page.Procedures {
		if at, ok := o.at[code]; ok { // what does not hold today is not offered
			places = append(places, at)
		}
	}
	page.Items = o.items(places)
	return web.Render(w, r, http.StatusOK, event(page))
}

func crumbs(ctx context.Context, here string) []web.Link {
	links := []web.Link{{Text: message.T(ctx, "portal.home"), URL: "/"}}
	if list := message.T(ctx, "portal.list_title"); list != here {
		links = append(links, web.Link{Text: list, URL: listPath})
	}
	return append(links, web.Link{Text: here, Current: true})
}
