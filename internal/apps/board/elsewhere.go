package board

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Addresses of what is read elsewhere.
const (
	feedPath  = Path + "/thay-doi.atom"
	embedPath = "/nhung" + Path
)

func embedURL(line, measure string) string {
	return embedPath + "/" + url.PathEscape(line) + "/" + url.PathEscape(measure)
}

// askPublic is ask for what is the same for everybody: nobody's session is read.
func (room *Room) askPublic(r *http.Request) (asked, error) {
	a, err := room.ask(r)
	if err != nil {
		return asked{}, err
	}
	a.seen, _ = room.see(access.Actor{}, a.snapshot, a.figure.Measure, a.scene)
	return a, nil
}

// openly lets pages of others read an answer, and everybody keep it for a moment.
func openly(h http.Header, kind string) {
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=5")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// export gives a measure as CSV: every month, then what the last twelve months are
// made of. The months of the span add up to its number, and so does each axis.
func (room *Room) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := room.askPublic(r)
	if err != nil {
		return err
	}
	m, v := a.figure.Measure, a.seen
	var b bytes.Buffer
	b.WriteString("\ufeff") // so that a spreadsheet reads UTF-8
	out := csv.NewWriter(&b)
	rows := [][]string{{"measure", "version", "by", "key", "name", "from", "to", "numerator", "denominator", "value", "sealed", "corrects", "digest"}}
	add := func(by, key, name string, from, to time.Time, c targets.Cell, more ...string) {
		value := ""
		if s := c.Share(); s != nil && m.Kind == targets.ShareOf {
			value = s.String()
		}
		rows = append(rows, append([]string{m.ID, strconv.FormatInt(m.Version, 10), by, key, name, clock.Day(from), clock.Day(to), strconv.FormatInt(c.Numerator, 10), strconv.FormatInt(c.Denominator, 10), value}, more...))
	}
	add("span", "", spanWords(ctx, m, a.snapshot), v.From, v.AsOf, targets.Cell{Numerator: v.Numerator, Denominator: v.Denominator}, "", "", "")
	all := a.snapshot.Readings([]string{m.ID})
	slices.Reverse(all)
	for _, x := range all {
		span := targets.Span{From: x.Month, To: x.Month}
		add("month", x.Month, x.ID, span.Begins(), x.AsOf, targets.Cell{Numerator: x.Numerator, Denominator: x.Denominator}, strconv.FormatBool(x.Sealed), x.Corrects, x.Digest)
	}
	for _, by := range m.By {
		for _, l := range room.lines(ctx, v, by) {
			add(string(by), l.Key, l.Name, v.From, v.AsOf, l.Cell, "", "", "")
		}
		if v.Today.Denominator != 0 {
			add(string(by), "", message.T(ctx, "board.since_midnight"), v.From, v.AsOf, v.Today, "", "", "")
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	openly(w.Header(), "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+m.ID+`.csv"`)
	_, err = w.Write(b.Bytes())
	return err
}

// showEmbedded is a chart alone, for pages of others: only here may they frame it.
func (room *Room) showEmbedded(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := room.askPublic(r)
	if err != nil {
		return err
	}
	c, ok := room.chartOf(ctx, a.snapshot, a.standing.Line, a.figure.Measure, "c-"+axisID(a.figure.ID))
	if !ok {
		return fault.Missing("chart of measure", a.figure.ID)
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *")
	h.Del("X-Frame-Options")
	h.Del("Cross-Origin-Opener-Policy")
	openly(h, "text/html; charset=utf-8")
	return web.Render(w, r, http.StatusOK, embedView(embedPage{Line: a.standing.Line, Chart: c, URL: room.base() + lineURL(a.standing.Line.ID)}))
}

// embedPage is a chart alone.
type embedPage struct {
	Line  targets.Line
	Chart chart
	URL   string
}

// The feed of changes: what was sealed, and what was corrected.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`
}

// feedLength is how many changes the feed holds.
const feedLength = 60

func (room *Room) feed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := room.targets.Snapshot(ctx)
	if err != nil {
		return err
	}
	res, base := room.targets.Resolution(), room.base()
	lineOf := map[string]string{}
	var ids []string
	for _, l := range res.Lines {
		for _, id := range l.Measures {
			if lineOf[id] == "" {
				lineOf[id] = l.ID
				ids = append(ids, id)
			}
		}
	}
	all := slices.DeleteFunc(s.Readings(ids), func(x targets.Reading) bool { return !x.Sealed })
	slices.SortStableFunc(all, func(a, b targets.Reading) int { return b.MadeAt.Compare(a.MadeAt) })
	f := atomFeed{Lang: message.Lang(ctx), ID: base + feedPath, Title: message.T(ctx, "board.title"), Author: message.T(ctx, "web.product"), Updated: s.At.UTC().Format(time.RFC3339),
		Links: []atomLink{{"self", base + feedPath}, {"alternate", base + Path}}}
	for i, x := range all[:min(len(all), feedLength)] {
		if i == 0 {
			f.Updated = x.MadeAt.UTC().Format(time.RFC3339)
		}
		m, _ := res.Measure(x.Measure)
		key := "board.feed_sealed"
		if x.Corrects != "" {
			key = "board.feed_corrected"
		}
		value := message.Number(ctx, x.Denominator)
		if m.Kind == targets.ShareOf {
			value = shareText(ctx, targets.Cell{Numerator: x.Numerator, Denominator: x.Denominator}.Share()) + " (" + message.Number(ctx, x.Numerator) + " / " + message.Number(ctx, x.Denominator) + ")"
		}
		f.Entries = append(f.Entries, atomEntry{
			ID: "urn:benso:reading:" + x.ID, Updated: x.MadeAt.UTC().Format(time.RFC3339), Link: atomLink{"alternate", base + lineURL(lineOf[x.Measure])},
			Title: message.T(ctx, key, "measure", say(ctx, m.Name), "month", moment(x.Month)), Summary: value,
		})
	}
	body, err := xml.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("write the feed: %w", err)
	}
	openly(w.Header(), "application/atom+xml; charset=utf-8")
	_, err = w.Write(append([]byte(xml.Header), body...))
	return err
}
