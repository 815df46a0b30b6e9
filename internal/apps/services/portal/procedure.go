package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"benso/internal/apps/services/catalogue"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

type procedurePage struct {
	item
	Stranger bool
	SignIn   string
	Register string
	Events   []Event // that it belongs to
	Handled  []catalogue.Competence
}

func (room *Room) one(w http.ResponseWriter, r *http.Request) error {
	o := room.today()
	page := procedurePage{Stranger: web.Actor(r.Context()).Stranger()}
	if at, ok := o.at[r.PathValue("code")]; ok {
		page.item = o.item(at)
	} else {
		found, err := room.catalogue.Procedure(r.PathValue("code"))
		if err != nil {
			return err
		}
		page.item = item{Procedure: found, Standing: past, named: room.guide.name(found)}
	}
	for _, e := range room.guide.events {
		if slices.Contains(e.Procedures, page.Code) {
			page.Events = append(page.Events, e)
		}
	}
	back := "?tiep=" + url.QueryEscape(procedurePath(page.Code))
	page.Handled = room.catalogue.Handled(page.Procedure, clock.Day(room.clock.Now()))
	page.SignIn, page.Register = "/dang-nhap"+back, "/dang-ky"+back
	return web.Render(w, r, http.StatusOK, procedure(page))
}

// facts are what one wants to know before beginning.
func (p procedurePage) facts(ctx context.Context) []web.Row {
	rows := []web.Row{
		{Key: message.T(ctx, "portal.time"), Value: p.time(ctx)},
		{Key: message.T(ctx, "portal.fee"), Value: p.Fee.Text(ctx)},
		{Key: message.T(ctx, "portal.result"), Value: p.results(ctx)},
		{Key: message.T(ctx, "portal.handler"), Value: orUnknown(ctx, p.handler(ctx))},
		{Key: message.T(ctx, "portal.channels"), Value: p.channels(ctx)},
	}
	if len(p.Audiences) > 0 {
		rows = append(rows, web.Row{Key: message.T(ctx, "portal.audience"), Value: p.audiences(ctx)})
	}
	return rows
}

// handler is who decides: in the words of the source, or, where it has none, who
// handles the procedure by the table of competence.
func (p procedurePage) handler(ctx context.Context) string {
	if p.Authority.Name != "" {
		return p.Authority.Name
	}
	var names []string
	for _, c := range p.Handled {
		if c.Known() {
			names = append(names, message.T(ctx, "portal.handler_table", "agency", message.T(ctx, "portal."+c.Agency+"_"+c.Level)))
		}
	}
	return strings.Join(names, "\n")
}

func orUnknown(ctx context.Context, s string) string {
	if s == "" {
		return message.T(ctx, "portal.unknown")
	}
	return s
}

// time says the limit; when it is not known, why, and what is done instead.
func (p procedurePage) time(ctx context.Context) string {
	text := upper(worktime.LimitText(ctx, p.Limit))
	if p.Limit.Unit != worktime.Unknown {
		return text
	}
	if p.Limit.Basis != "" {
		text += "\n" + p.Limit.Basis + "."
	}
	return text + "\n" + message.T(ctx, "portal.time_unknown_hint")
}

func (p procedurePage) results(ctx context.Context) string {
	var names []string
	for _, r := range results(p.Procedure) {
		if n := r.Name.In(message.Lang(ctx)); n != "" {
			names = append(names, n)
		}
	}
	return orUnknown(ctx, strings.Join(names, "\n"))
}

func (p procedurePage) channels(ctx context.Context) string {
	var lines []string
	for _, c := range p.Channels {
		if c == "online" && p.Standing.here() {
			c = "online_" + string(p.Standing)
		}
		lines = append(lines, message.T(ctx, "portal.channel_"+c))
	}
	return orUnknown(ctx, strings.Join(lines, "\n"))
}

func (p procedurePage) audiences(ctx context.Context) string {
	names := make([]string, len(p.Audiences))
	for i, a := range p.Audiences {
		names[i] = message.T(ctx, "portal.audience_"+string(a))
	}
	return upper(strings.Join(names, ", "))
}

// group is papers, or notes, under one heading of the portal's.
type group struct {
	title  string
	papers []catalogue.Paper
	notes  []string
}

// groups are the papers of a record, in the order of the national portal.
func (p procedurePage) groups() []group {
	var all []group
	of := func(title string) *group {
		i := slices.IndexFunc(all, func(g group) bool { return g.title == title })
		if i < 0 {
			all = append(all, group{title: title})
			i = len(all) - 1
		}
		return &all[i]
	}
	for _, x := range p.Papers {
		g := of(x.Group)
		g.papers = append(g.papers, x)
	}
	for _, n := range p.Notes {
		g := of(n.Group)
		g.notes = append(g.notes, n.Text)
	}
	return all
}

// texts are the notes of all groups, for a form that lists its papers itself.
func (p procedurePage) texts() []string {
	all := make([]string, len(p.Notes))
	for i, n := range p.Notes {
		all[i] = n.Text
	}
	return all
}

// name is the heading of a group, with how much it holds.
func (g group) name(ctx context.Context) string {
	title := g.title
	if title == "" {
		title = message.T(ctx, "portal.papers_other")
	}
	return message.T(ctx, "portal.option", "name", title, "n", len(g.papers)+len(g.notes))
}

// Papers that go on for longer than a few screens of a phone are folded by group,
// and one that goes on for longer than a few lines after its beginning.
const (
	longPapers = 1500 // runes of all
	longPaper  = 300
)

func (p procedurePage) long() bool {
	n := 0
	for _, x := range p.Papers {
		n += utf8.RuneCountInString(x.Name.Vi)
	}
	return n > longPapers
}

// cut gives the beginning of a long text, up to the end of a word, and the rest.
func cut(s string) (head, rest string) {
	runes := []rune(s)
	if len(runes) <= longPaper+100 {
		return s, ""
	}
	at := longPaper
	for at > longPaper/2 && runes[at] != ' ' && runes[at] != '\n' {
		at--
	}
	return string(runes[:at]) + "…", "…" + strings.TrimSpace(string(runes[at:]))
}

// papersNeeded gives the papers that one is sure to need, or may need.
func (p procedurePage) papersNeeded(need string) []catalogue.Paper {
	var found []catalogue.Paper
	for _, x := range p.Papers {
		if x.Need == need {
			found = append(found, x)
		}
	}
	return found
}

// way is what the national portal prints for some channels.
func (p procedurePage) way(ctx context.Context, w catalogue.Way) []web.Row {
	rows := []web.Row{{Key: message.T(ctx, "portal.time"), Value: orUnknown(ctx, w.Time)}, {Key: message.T(ctx, "portal.fee"), Value: orUnknown(ctx, w.Fee)}}
	if w.FeeNote != "" {
		rows = append(rows, web.Row{Key: message.T(ctx, "portal.way_fee_note"), Value: w.FeeNote})
	}
	if w.Note != "" {
		rows = append(rows, web.Row{Key: message.T(ctx, "portal.way_note"), Value: w.Note})
	}
	return rows
}

func wayTitle(ctx context.Context, w catalogue.Way) string {
	names := make([]string, len(w.Channels))
	for i, c := range w.Channels {
		names[i] = message.T(ctx, "portal.channel_"+c)
	}
	return strings.Join(names, ", ")
}

func lawText(ctx context.Context, b catalogue.LegalBasis) string {
	if b.Articles == "" {
		return b.Document
	}
	return message.T(ctx, "portal.articles", "document", b.Document, "articles", b.Articles)
}

// lines are the paragraphs of a text of the national portal.
func lines(s string) []string {
	var all []string
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			all = append(all, l)
		}
	}
	return all
}

// address finds an address at the end of a source, so that it can be followed.
func address(source string) (text, url string) {
	i := strings.Index(source, "https://")
	if i < 0 {
		return source, ""
	}
	return strings.TrimRight(strings.TrimSpace(source[:i]), ":"), source[i:]
}

// upper makes a text begin a line.
func upper(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}

// valid says from when to when it holds.
func (p procedurePage) valid(ctx context.Context) string {
	from := message.DateText(ctx, p.Effective.From)
	if p.Effective.To == "" {
		return message.T(ctx, "portal.valid_from", "from", from)
	}
	return message.T(ctx, "portal.valid_between", "from", from, "to", message.DateText(ctx, p.Effective.To))
}
