package administration

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/web"
)

// Where the pages stand.
const (
	Path         = "/quan-tri"
	AgenciesPath = Path + "/co-quan" // of package agencies
	personPath   = Path + "/can-bo/"
	addPath      = Path + "/can-bo/them"
	sheetPath    = Path + "/nhap"
	savePath     = "/ghi"
	samplePath   = sheetPath + "/mau.csv"
	rolePath     = "/vai-tro"
	endPath      = "/ket-thuc"
	namePath     = "/ho-ten"
	passwordPath = "/mat-khau"
	closePath    = "/dong"
	reopenPath   = "/mo-lai"
	absencePath  = "/vang-mat"
	backPath     = "/huy"
)

// Section is what the header calls these pages.
const Section = "administration"

// The largest bodies: a form, and a file of officials (which its own form sends
// a second time, written as a form's text).
const (
	mostForm  = 16 << 10
	mostSheet = 256 << 10
)

// Pages are what an administrator sees.
type Pages struct{ *Room }

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	get := func(path string, h web.Handler) web.Route {
		return web.Route{Pattern: "GET " + path, Access: access.AccountManage, Handler: h}
	}
	post := func(path string, h web.Handler) web.Route {
		return web.Route{Pattern: "POST " + path, Access: access.AccountManage, Handler: h, MaxBody: mostForm}
	}
	one := personPath + "{id}"
	routes := []web.Route{
		get(Path, p.list),
		get(addPath, p.askAdd),
		post(addPath, p.doAdd),
		get(one, p.show),
		get(one+rolePath, p.askRole),
		post(one+rolePath, p.doRole),
		get(one+rolePath+"/{assignment}"+endPath, p.askEnd),
		post(one+rolePath+"/{assignment}"+endPath, p.doEnd),
		get(one+namePath, p.askName),
		post(one+namePath, p.doName),
		get(one+passwordPath, p.askPassword),
		post(one+passwordPath, p.doPassword),
		get(one+closePath, p.askClose),
		post(one+closePath, p.doClose),
		get(one+reopenPath, p.askReopen),
		post(one+reopenPath, p.doReopen),
		get(one+absencePath, p.askAbsence),
		post(one+absencePath, p.doAbsence),
		get(one+absencePath+"/{absence}"+backPath, p.askBack),
		post(one+absencePath+"/{absence}"+backPath, p.doBack),
		get(sheetPath, p.askSheet),
		get(samplePath, p.sample),
		{Pattern: "POST " + sheetPath, Access: access.AccountManage, Handler: p.checkSheet, MaxBody: mostSheet + mostForm},
		{Pattern: "POST " + sheetPath + savePath, Access: access.AccountManage, Handler: p.saveSheet, MaxBody: 4 * mostSheet},
	}
	return routes
}

// hand is whoever sends the request.
func hand(ctx context.Context) Hand { return Of(web.Actor(ctx)) }

// Nav leads to the pages beside each other.
func Nav(ctx context.Context, here string) []web.Link {
	links := []web.Link{
		{Text: message.T(ctx, "administration.officials"), URL: Path},
		{Text: message.T(ctx, "administration.from_file"), URL: sheetPath},
		{Text: message.T(ctx, "administration.agencies"), URL: AgenciesPath},
	}
	for i := range links {
		links[i].Current = links[i].URL == here
	}
	return links
}

// query is what an address of the list asks for.
type query struct {
	Words, Role, Agency, Standing string
	Page                          int
}

// standings are the words of addresses for how an account stands.
var standings = map[string]identity.Standing{"": identity.Current, "dang-lam": identity.Working, "chua-co": identity.Idle, "da-dong": identity.Closed}

// longest is how many letters a part of an address may have.
const longest = 200

func parse(v url.Values) query {
	text := func(name string) string {
		s := strings.TrimSpace(v.Get(name))
		if utf8.RuneCountInString(s) > longest {
			return ""
		}
		return s
	}
	q := query{Words: text("q"), Role: text("vai-tro"), Agency: text("co-quan"), Standing: text("trang-thai"), Page: 1}
	if _, known := standings[q.Standing]; !known {
		q.Standing = ""
	}
	if n, err := strconv.Atoi(v.Get("trang")); err == nil && n > 1 {
		q.Page = min(n, 1_000_000)
	}
	return q
}

// at is the address that asks for it.
func (q query) at(page int) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": q.Words, "vai-tro": q.Role, "co-quan": q.Agency, "trang-thai": q.Standing} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if page > 1 {
		v.Set("trang", strconv.Itoa(page))
	}
	if len(v) == 0 {
		return Path
	}
	return Path + "?" + v.Encode()
}

func (q query) plain() bool { return q.at(1) == Path }

// perPage is how many officials a page of the list shows.
const perPage = 50

type listPage struct {
	Query     query
	Total     int64
	Lines     []personLine
	Pages     web.Pages
	Roles     []web.Option
	Agencies  []web.Option
	Standings []web.Option
}

type personLine struct {
	Account, Name string
	Closed        bool
	Posts         []string
	Over          bool // the roles are earlier ones
}

func (p Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, h := r.Context(), hand(r.Context())
	q := parse(r.URL.Query())
	ever := p.ever(h)
	if q.Agency != "" && !slices.Contains(ever, q.Agency) {
		q.Agency = ""
	}
	x := identity.Search{Agencies: ever, Words: q.Words, Role: q.Role, Agency: q.Agency, Standing: standings[q.Standing]}
	found, total, err := p.Identity.Officials(ctx, x, perPage, (q.Page-1)*perPage)
	if err != nil {
		return err
	}
	last := max(1, int((total+perPage-1)/perPage))
	if q.Page > last {
		return web.Redirect(w, r, q.at(last))
	}
	page := listPage{Query: q, Total: total, Roles: p.roleOptions(ctx, p.Roles.All()), Agencies: p.agencyOptions(ctx, p.living(h))}
	if last > 1 {
		page.Pages = web.Pages{Current: q.Page, Count: last, URL: q.at}
	}
	page.Standings = []web.Option{{Label: message.T(ctx, "administration.standing_any")}}
	for _, s := range []string{"dang-lam", "chua-co", "da-dong"} {
		page.Standings = append(page.Standings, web.Option{Value: s, Label: message.T(ctx, "administration.standing_"+strings.ReplaceAll(s, "-", "_"))})
	}
	for _, o := range found {
		page.Lines = append(page.Lines, p.line(ctx, h, o))
	}
	return web.Render(w, r, http.StatusOK, listView(page))
}

// line says where an official of a list works; roles outside the scope stay
// outside of it.
func (p Pages) line(ctx context.Context, h Hand, o identity.Listed) personLine {
	line := personLine{Account: o.Account, Name: o.Name, Closed: o.Closed}
	for _, a := range o.Posts {
		line.Over = a.Over(string(p.today()))
		if p.manages(h, a.Agency) {
			line.Posts = append(line.Posts, p.say(ctx, a))
		}
	}
	return line
}

func (p Pages) roleOptions(ctx context.Context, roles []access.Role) []web.Option {
	options := []web.Option{{Label: message.T(ctx, "administration.any_role")}}
	for _, role := range roles {
		if !role.Implicit {
			options = append(options, web.Option{Value: role.ID, Label: role.In(message.Lang(ctx))})
		}
	}
	return options
}

func (p Pages) agencyOptions(ctx context.Context, agencies []unit.Agency) []web.Option {
	options := []web.Option{{Label: message.T(ctx, "administration.any_agency")}}
	for _, a := range agencies {
		options = append(options, web.Option{Value: a.ID, Label: a.Name})
	}
	return options
}

func (p Pages) roleName(ctx context.Context, id string) string {
	if role, ok := p.Roles.Role(id); ok {
		return role.In(message.Lang(ctx))
	}
	return id
}

func (p Pages) agencyName(id string) string {
	if a, err := p.Units.Agency(id); err == nil {
		return a.Name
	}
	return id
}

// say names a role with its agency, and its days where it is not simply now.
func (p Pages) say(ctx context.Context, a identity.Assignment) string {
	text := message.T(ctx, "administration.role_at", "role", p.roleName(ctx, a.Role), "agency", p.agencyName(a.Agency))
	if days := daysText(ctx, a, string(p.today())); days != "" {
		text += " (" + days + ")"
	}
	return text
}

func daysText(ctx context.Context, a identity.Assignment, today string) string {
	from, last := message.DateText(ctx, string(a.From)), message.DateText(ctx, string(a.Last))
	switch {
	case !a.EndedAt.IsZero():
		return message.T(ctx, "administration.days_ended", "day", message.Date(ctx, a.EndedAt))
	case a.Last != "" && (string(a.From) > today || string(a.Last) < today):
		return message.T(ctx, "administration.days_between", "from", from, "last", last)
	case string(a.From) > today:
		return message.T(ctx, "administration.days_from", "from", from)
	case a.Last != "":
		return message.T(ctx, "administration.days_until", "last", last)
	}
	return ""
}

// postLine is a role on an official's sheet.
type postLine struct {
	ID, Role, Agency, Days string
	Ends                   bool   // it may be ended here
	Again                  string // where the same role may be given again
}

type absenceLine struct{ ID, Text string }

type actLine struct{ At, Text, Who, Reason string }

type showPage struct {
	official
	Self      bool
	Whole     bool
	Why       string // why the account is not managed here
	Facts     []web.Row
	Posts     []postLine
	Earlier   []postLine
	Outside   int // roles that are not over, outside the scope
	Absences  []absenceLine
	StandsFor []string
	Acts      []actLine
	Gives     bool // another role may be given
	Cases     int64
}

func (p Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx, h := r.Context(), hand(r.Context())
	o, err := p.official(ctx, p.DB.Read(), h, r.PathValue("id"))
	if err != nil {
		return err
	}
	page := showPage{official: o, Self: h.self(o.ID)}
	refusal := p.whole(h, o)
	page.Whole = refusal == nil
	if refusal != nil {
		f := fault.Of(refusal)
		if f.Kind != fault.Forbidden {
			return refusal
		}
		page.Why = message.T(ctx, f.Key, f.Args...)
	}
	if page.Facts, err = p.facts(ctx, o, page.Whole); err != nil {
		return err
	}
	if o.Open {
		page.Outside = len(o.Elsewhere)
	}
	page.Gives = o.ClosedAt.IsZero() && !page.Self && page.Outside == 0
	if err := p.fillPosts(ctx, h, &page); err != nil {
		return err
	}
	if err := p.fillAbsences(ctx, &page); err != nil {
		return err
	}
	if err := p.fillActs(ctx, h, &page); err != nil {
		return err
	}
	if page.Cases, err = p.held(ctx, o); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, showView(page))
}

// facts are what is known of the account.
func (p Pages) facts(ctx context.Context, o official, changes bool) ([]web.Row, error) {
	sessions, err := p.Identity.Sessions(ctx, identity.Profile{Account: o.ID, Kind: o.Kind})
	if err != nil {
		return nil, err
	}
	name := web.Row{Key: message.T(ctx, "administration.name"), Value: o.Name}
	if changes && o.ClosedAt.IsZero() {
		name.Change = personPath + o.ID + namePath
	}
	seen := message.T(ctx, "administration.not_signed_in")
	if len(sessions) > 0 {
		last := sessions[0].SeenAt
		for _, s := range sessions {
			if s.SeenAt.After(last) {
				last = s.SeenAt
			}
		}
		seen = message.T(ctx, "administration.sessions_open", "n", len(sessions), "at", message.DateTime(ctx, last))
	}
	state := message.T(ctx, "administration.account_open", "day", message.Date(ctx, o.CreatedAt))
	if !o.ClosedAt.IsZero() {
		state = message.T(ctx, "administration.account_closed", "day", message.Date(ctx, o.ClosedAt))
	}
	return []web.Row{
		name,
		{Key: message.T(ctx, "administration.handle"), Value: strings.Join(handles(o.Account), "\n")},
		{Key: message.T(ctx, "administration.account"), Value: state},
		{Key: message.T(ctx, "administration.sessions"), Value: seen},
	}, nil
}

// handles are what an official signs in with.
func handles(a identity.Account) []string {
	var all []string
	for _, c := range a.Handles {
		if c.Kind != identity.Number {
			all = append(all, c.Value)
		}
	}
	return append(all, a.Number())
}

func (p Pages) fillPosts(ctx context.Context, h Hand, page *showPage) error {
	all, err := p.Identity.Assignments(ctx, page.ID)
	if err != nil {
		return err
	}
	today := string(p.today())
	for _, a := range all {
		if !p.manages(h, a.Agency) {
			continue
		}
		line := postLine{ID: a.ID, Role: p.roleName(ctx, a.Role), Agency: p.agencyName(a.Agency), Days: period(ctx, a)}
		if !a.Over(today) {
			at, err := p.Units.Agency(a.Agency)
			line.Ends = err == nil && !page.Self && p.mayGive(h, a.Role, at) == nil
			page.Posts = append(page.Posts, line)
			continue
		}
		if page.Gives {
			line.Again = personPath + page.ID + rolePath + "?" + url.Values{"vai-tro": {a.Role}, "co-quan": {a.Agency}}.Encode()
		}
		page.Earlier = append(page.Earlier, line)
	}
	slices.Reverse(page.Earlier)
	return nil
}

// period says from when until when.
func period(ctx context.Context, a identity.Assignment) string {
	from := message.DateText(ctx, string(a.From))
	switch {
	case !a.EndedAt.IsZero():
		return message.T(ctx, "administration.period", "from", from, "last", message.Date(ctx, a.EndedAt))
	case a.Last != "":
		return message.T(ctx, "administration.period", "from", from, "last", message.DateText(ctx, string(a.Last)))
	}
	return message.T(ctx, "administration.period_open", "from", from)
}

func (p Pages) fillAbsences(ctx context.Context, page *showPage) error {
	all, err := p.Identity.Absences(ctx, page.ID)
	if err != nil {
		return err
	}
	others, err := p.Identity.StandsFor(ctx, p.DB.Read(), page.ID)
	if err != nil || len(all)+len(others) == 0 {
		return err
	}
	var ids []string
	for _, a := range all {
		ids = append(ids, a.Deputy)
	}
	for _, a := range others {
		ids = append(ids, a.Account)
	}
	names, err := p.Identity.Names(ctx, ids...)
	for _, a := range others {
		page.StandsFor = append(page.StandsFor, message.T(ctx, "administration.stands_for",
			"from", message.DateText(ctx, string(a.From)), "last", message.DateText(ctx, string(a.Last)), "name", names[a.Account]))
	}
	for _, a := range all {
		page.Absences = append(page.Absences, absenceLine{a.ID, message.T(ctx, "administration.absence",
			"from", message.DateText(ctx, string(a.From)), "last", message.DateText(ctx, string(a.Last)), "deputy", names[a.Deputy])})
	}
	return err
}

func (p Pages) fillActs(ctx context.Context, h Hand, page *showPage) error {
	acts, err := actsOf(ctx, p.DB.Read(), page.ID)
	if err != nil {
		return err
	}
	acts = slices.DeleteFunc(acts, func(a Act) bool { return !p.manages(h, a.Agency) })
	var ids []string
	for _, a := range acts {
		ids = append(ids, a.By)
	}
	names, err := p.Identity.Names(ctx, ids...)
	if err != nil {
		return err
	}
	for _, a := range acts {
		who := names[a.By]
		if who == "" {
			who = message.T(ctx, "administration.by_machine")
		}
		text := message.T(ctx, "administration.act_"+a.Kind)
		if a.Role != "" {
			text += ": " + message.T(ctx, "administration.role_at", "role", p.roleName(ctx, a.Role), "agency", p.agencyName(a.Agency))
		}
		page.Acts = append(page.Acts, actLine{At: message.DateTime(ctx, a.At), Text: text, Who: who, Reason: a.Reason})
	}
	return nil
}

// held counts the open dossiers on an official's desk, at agencies within the scope.
func (p Pages) held(ctx context.Context, o official) (n int64, err error) {
	var paths []string
	for _, a := range o.Here {
		paths = append(paths, p.path(a.Agency))
	}
	return cases.Count(ctx, p.DB.Read(), cases.Filter{Scope: access.Within(paths...), Assignee: o.ID})
}

// crumbs are the way down from the list.
func crumbs(ctx context.Context, here string) []web.Link {
	return []web.Link{{Text: message.T(ctx, "administration.officials"), URL: Path}, {Text: here, Current: true}}
}
