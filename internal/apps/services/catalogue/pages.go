package catalogue

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/worktime"
)

// Pages are the public pages of the procedures: what people read before they
// begin.
type Pages struct {
	Catalogue *Catalogue
	Clock     clock.Clock
}

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Access: access.Public, Handler: p.home},
		{Pattern: "GET /thu-tuc", Access: access.Public, Handler: p.list},
		{Pattern: "GET /thu-tuc/{code}", Access: access.Public, Handler: p.one},
	}
}

// many is from how many procedures on the home page asks for words instead of
// listing them all.
const many = 12

type homePage struct {
	Offered []*Procedure // all of them, when they are few
	Count   int
}

func (p Pages) home(w http.ResponseWriter, r *http.Request) error {
	page := homePage{Offered: p.Catalogue.Offered(p.today())}
	if page.Count = len(page.Offered); page.Count >= many {
		page.Offered = nil
	}
	return web.Render(w, r, http.StatusOK, home(page))
}

type listPage struct {
	Query string
	Found []*Procedure
}

func (p Pages) list(w http.ResponseWriter, r *http.Request) error {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	return web.Render(w, r, http.StatusOK, list(listPage{Query: q, Found: p.Catalogue.Find(p.today(), q)}))
}

type procedurePage struct {
	*Procedure
	Stranger bool
	SignIn   string
	Register string
	InForce  bool
}

func (p Pages) one(w http.ResponseWriter, r *http.Request) error {
	found, err := p.Catalogue.Procedure(r.PathValue("code"))
	if err != nil {
		return err
	}
	back := "?tiep=" + url.QueryEscape("/thu-tuc/"+found.Code)
	return web.Render(w, r, http.StatusOK, procedure(procedurePage{
		Procedure: found, Stranger: web.Actor(r.Context()).Stranger(), SignIn: "/dang-nhap" + back, Register: "/dang-ky" + back, InForce: found.InForce(p.today()),
	}))
}

func (p Pages) today() string { return clock.Day(p.Clock.Now()) }

// facts are what one wants to know before beginning.
func (p procedurePage) facts(ctx context.Context) []web.Row {
	lang := message.Lang(ctx)
	return []web.Row{
		{Key: message.T(ctx, "catalogue.time"), Value: upper(worktime.LimitText(ctx, p.Limit))},
		{Key: message.T(ctx, "catalogue.fee"), Value: p.Fee.Text(ctx)},
		{Key: message.T(ctx, "catalogue.result"), Value: p.Result.Name.In(lang)},
		{Key: message.T(ctx, "catalogue.handler"), Value: p.Authority.Name},
		{Key: message.T(ctx, "catalogue.channels"), Value: p.channels(ctx)},
	}
}

func (p procedurePage) channels(ctx context.Context) string {
	var lines []string
	for _, c := range p.Channels {
		if c == "online" {
			lines = append(lines, message.T(ctx, "catalogue.service_"+string(p.Service)))
			continue
		}
		lines = append(lines, message.T(ctx, "catalogue.channel_"+c))
	}
	return strings.Join(lines, "\n")
}

// papersNeeded gives the papers that one is sure to need, or may need.
func (p procedurePage) papersNeeded(need string) []Paper {
	var found []Paper
	for _, x := range p.Papers {
		if x.Need == need {
			found = append(found, x)
		}
	}
	return found
}

func (b LegalBasis) text(ctx context.Context) string {
	if b.Articles == "" {
		return b.Document
	}
	return message.T(ctx, "catalogue.articles", "document", b.Document, "articles", b.Articles)
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

func crumbs(ctx context.Context, here string) []web.Link {
	links := []web.Link{{Text: message.T(ctx, "catalogue.home"), URL: "/"}}
	if list := message.T(ctx, "catalogue.list_title"); list != here {
		links = append(links, web.Link{Text: list, URL: "/thu-tuc"})
	}
	return append(links, web.Link{Text: here, Current: true})
}
