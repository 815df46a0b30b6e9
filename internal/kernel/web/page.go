package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
)

// Page is what a page tells its frame. Words are already in the visitor's language.
type Page struct {
	Title   string        // of the window; the page has its own h1
	About   string        // what a search engine says of it; what the site is for when empty
	Private bool          // not for search engines; no page of somebody signed in is
	Section string        // ID of the section of the header that it belongs to
	Back    string        // where the back link leads; none when empty
	Crumbs  []Link        // the way down to here, instead of a back link
	Errors  []fault.Field // what is wrong with the form, linked to its inputs
	SubNav  []Link        // pages beside this one; the one with Current is this
	Wide    bool          // the whole width, for tables; text stays at two thirds
	Dense   bool          // an official's page: close rows, keys that "?" lists
	Refresh int           // seconds until it is loaded anew; for pages that wait, 0 is never
}

// Link is a name and where it leads.
type Link struct {
	Text    string
	URL     string
	Current bool
}

// windowTitle says the errors first, so that a screen reader does, too.
func (p Page) windowTitle(ctx context.Context) string {
	product := message.T(ctx, "web.product")
	title := product
	if p.Title != "" {
		title = p.Title + " – " + product
	}
	if len(p.Errors) > 0 {
		title = message.T(ctx, "web.error_prefix") + " " + title
	}
	return title
}

// about is the description of the page, for whoever finds it by a search engine.
func (p Page) about(ctx context.Context) string {
	if p.About != "" {
		return p.About
	}
	return message.T(ctx, "web.about")
}

func (p Page) bodyClass() string {
	class := "govuk-template__body"
	if p.Wide || p.Dense {
		class += " bs-wide"
	}
	if p.Dense {
		class += " bs-dense"
	}
	return class
}

// sections are those of the header that the actor may enter.
func (v *visit) sections(all []Section) []Section {
	var open []Section
	for _, s := range all {
		if s.Access.Check(v.actor) == nil {
			open = append(open, s)
		}
	}
	return open
}

// Words is what is wrong with a field, as people read it.
func Words(ctx context.Context, f fault.Field) string { return message.T(ctx, f.Key, f.Args...) }

// ErrorAt gives the words of the first error at one of the names, "" if none.
func ErrorAt(ctx context.Context, errors []fault.Field, names ...string) string {
	for _, e := range errors {
		for _, name := range names {
			if e.Name == name {
				return Words(ctx, e)
			}
		}
	}
	return ""
}

// Style is the weight of a button.
type Style uint8

// A page has one Main button.
const (
	Main Style = iota
	Secondary
	Warning // what cannot be undone
)

// Action is a button, or a link that looks like one when it has a URL.
type Action struct {
	Text     string
	URL      string
	Name     string // with Value: which button of the form was pressed
	Value    string
	Style    Style
	Shortcut string // a key, on dense pages
	Start    bool   // the way into a service: with an arrow
}

func (a Action) class() string {
	class := "govuk-button"
	switch a.Style {
	case Secondary:
		class += " govuk-button--secondary"
	case Warning:
		class += " govuk-button--warning"
	}
	if a.Start {
		class += " govuk-button--start"
	}
	return class
}

// attrs leaves out the attributes that say nothing.
func attrs(pairs ...string) templ.Attributes {
	a := templ.Attributes{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			a[pairs[i]] = pairs[i+1]
		}
	}
	return a
}

func shortcut(key string) templ.Attributes {
	return attrs("data-shortcut", key, "aria-keyshortcuts", key)
}

// Field is one question of a form.
type Field struct {
	Name  string // of the input, and its id
	Label string
	Hint  string
	Error string
	Value string

	Heading bool // the label is the h1 of the page: one question a page

	Type         string // text when empty
	InputMode    string
	Autocomplete string
	Width        int    // letters that fit: 2, 3, 4, 5, 10, 20 or 30; the whole line when 0
	Prefix       string // before the box, such as "₫"
	Suffix       string
	Rows         int    // of a Textarea; 5 when 0
	Most         int    // runes that a Textarea takes, counted aloud
	Accept       string // media types of a FileUpload
	Multiple     bool
	Shortcut     string // a key that leads into the box, on dense pages
	Plain        bool   // the browser neither corrects nor capitalises
	Small        bool   // smaller Radios, on dense pages
}

// Option is one answer of Radios, Checkboxes or Select.
type Option struct {
	Value   string
	Label   string
	Hint    string
	Checked bool
	Reveal  templ.Component // what is asked when it is chosen
}

func (f Field) group() string {
	if f.Error != "" {
		return "govuk-form-group govuk-form-group--error"
	}
	return "govuk-form-group"
}

func (f Field) class(base string, more ...string) string {
	if f.Error != "" {
		base += " " + base + "--error"
	}
	if f.Width > 0 {
		more = append(more, "govuk-input--width-"+strconv.Itoa(f.Width))
	}
	return strings.Join(append([]string{base}, more...), " ")
}

func (f Field) describedBy(more ...string) string {
	if f.Hint != "" {
		more = append(more, f.Name+"-hint")
	}
	if f.Error != "" {
		more = append(more, f.Name+"-error")
	}
	return strings.Join(more, " ")
}

func (f Field) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) attrs(more ...string) templ.Attributes {
	a := attrs("inputmode", f.InputMode, "autocomplete", f.Autocomplete, "aria-describedby", f.describedBy(more...),
		"data-shortcut", f.Shortcut, "aria-keyshortcuts", f.Shortcut, "data-shortcut-label", labelFor(f.Shortcut, f.Label))
	if f.Plain {
		a["spellcheck"] = "false"
		a["autocapitalize"] = "none"
		a["autocorrect"] = "off"
	}
	return a
}

func labelFor(shortcut, label string) string {
	if shortcut == "" {
		return ""
	}
	return label
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "5"
	}
	return strconv.Itoa(f.Rows)
}

// optionID is the id of an answer. The first has the field's name, so that an
// error leads to it.
func (f Field) optionID(i int) string {
	if i == 0 {
		return f.Name
	}
	return f.Name + "-" + strconv.Itoa(i+1)
}

// DateField is a date as people write it: three boxes named name-day,
// name-month and name-year.
type DateField struct {
	Name, Label, Hint, Error string
	Day, Month, Year         string
	Wrong                    []string // which of "day", "month", "year" are wrong; all when empty and there is an Error
	Heading                  bool
	Birthday                 bool // the browser may fill it in
}

func (d DateField) field() Field {
	return Field{Name: d.Name, Label: d.Label, Hint: d.Hint, Error: d.Error, Heading: d.Heading}
}

type dateBox struct{ part, value, class, autocomplete string }

func (d DateField) boxes() []dateBox {
	boxes := []dateBox{{part: "day", value: d.Day, class: "2"}, {part: "month", value: d.Month, class: "2"}, {part: "year", value: d.Year, class: "4"}}
	for i, b := range boxes {
		class := "govuk-input govuk-date-input__input govuk-input--width-" + b.class
		wrong := d.Error != "" && len(d.Wrong) == 0
		for _, part := range d.Wrong {
			wrong = wrong || part == b.part
		}
		if wrong {
			class += " govuk-input--error"
		}
		boxes[i].class = class
		if d.Birthday {
			boxes[i].autocomplete = "bday-" + b.part
		}
	}
	return boxes
}

// Row is a line of a SummaryList.
type Row struct {
	Key       string
	Value     string
	Component templ.Component // instead of Value
	Change    string          // where the answer is changed
	What      string          // what is changed, for those who hear only the link; Key when empty
}

func (r Row) what() string {
	if r.What != "" {
		return r.What
	}
	return strings.ToLower(r.Key)
}

// Task is a line of a TaskList.
type Task struct {
	Title string
	Hint  string
	URL   string // none when it cannot be started yet
	State templ.Component
}

// Column is a column of a DataTable.
type Column struct {
	Text    string
	Numeric bool
	Hidden  bool // its heading is only heard, as over a column of links
}

// Pages is the way through a long list. With Count it has numbers; without, as
// for lists that are read by a key, only the two neighbours.
type Pages struct {
	Previous, Next string // addresses; none at the ends
	Current, Count int
	URL            func(page int) string
}

// numbers are the pages that are named: the ends, this one and its neighbours;
// 0 is a gap.
func (p Pages) numbers() []int {
	var ns []int
	for n := 1; n <= p.Count; n++ {
		near := n == 1 || n == p.Count || n >= p.Current-1 && n <= p.Current+1
		switch {
		case near:
			ns = append(ns, n)
		case ns[len(ns)-1] != 0:
			// A gap of one page is that page.
			if n == 2 && p.Current == 4 || n == p.Count-1 && p.Current == p.Count-3 {
				ns = append(ns, n)
			} else {
				ns = append(ns, 0)
			}
		}
	}
	return ns
}

func (p Pages) previous() string {
	if p.Previous == "" && p.URL != nil && p.Current > 1 {
		return p.URL(p.Current - 1)
	}
	return p.Previous
}

func (p Pages) next() string {
	if p.Next == "" && p.URL != nil && p.Current < p.Count {
		return p.URL(p.Current + 1)
	}
	return p.Next
}

// State is where a matter stands, as everybody sees it: the same shape and the
// same words on every page.
type State uint8

// The states.
const (
	OnTime      State = iota
	Soon              // the deadline is near
	Late              // the deadline has passed
	WaitingYou        // the reader must do something
	WaitingThem       // somebody else must
	Paused            // no time runs
	Done              // with a result
	Ended             // without one: refused, withdrawn
)

var stateNames = [...]string{"on_time", "soon", "late", "waiting_you", "waiting_them", "paused", "done", "ended"}

// stateShapes are told apart without colour: disc, triangle, cross in a
// square, arrow, ring with a hand, two bars, tick, and a struck ring.
var stateShapes = [...]string{
	"M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z",
	"M8 1 15.5 15H.5z",
	"M1 1h14v14H1zM4.2 5.6 6.6 8l-2.4 2.4 1.4 1.4L8 9.4l2.4 2.4 1.4-1.4L9.4 8l2.4-2.4-1.4-1.4L8 6.6 5.6 4.2z",
	"M1 6h7V1.5L15.5 8 8 14.5V10H1z",
	"M8 .5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zm0 2.2a5.3 5.3 0 1 1 0 10.6A5.3 5.3 0 0 1 8 2.7zM7 4h2v3.6l2.5 2.5-1.4 1.4L7 8.4z",
	"M2.5 1h4v14h-4zM9.5 1h4v14h-4z",
	"M1 8.6 3.1 6.4l3 3L13 2.5l2 2.1-9 9z",
	"M8 .5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zm0 2.2a5.3 5.3 0 0 1 3.1 1l-7.4 7.4A5.3 5.3 0 0 1 8 2.7zm0 10.6a5.3 5.3 0 0 1-3.1-1l7.4-7.4A5.3 5.3 0 0 1 8 13.3z",
}

// Words are the state's, in the visitor's language.
func (s State) Words(ctx context.Context) string { return message.T(ctx, "web.state_"+stateNames[s]) }

// signedIn says whether the header shows an account.
func signedIn(a access.Actor) bool { return !a.Stranger() }

// firstFonts are what every Vietnamese page needs at once.
var firstFonts = []string{"be-vietnam-pro-400.woff2", "be-vietnam-pro-600.woff2"}

func current(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

// inbox says whether the header leads to an inbox, and how much is new in it. A
// count that cannot be read keeps nobody from the page.
func (v *visit) inbox(ctx context.Context) (shown bool, unread int64) {
	box := v.site.config.Inbox
	if box.URL == "" || v.actor.Kind != identity.Person || v.actor.MustChangePassword {
		return false, 0
	}
	unread, err := box.Unread(ctx, v.actor.Account)
	if err != nil {
		v.site.config.Log.Error("unread notices not counted", "request", v.id, "err", err)
	}
	return true, unread
}

// signInAddress comes back to this page, where that is a page to come back to.
func (v *visit) signInAddress() string {
	path := v.url.Path
	if v.method != http.MethodGet || path == "/" || path == v.site.config.SignIn {
		return v.site.config.SignIn
	}
	return v.site.config.SignIn + "?tiep=" + url.QueryEscape(v.url.RequestURI())
}

// Notice is the kind of a NotificationBanner.
type Notice uint8

// The notices.
const (
	Important Notice = iota
	Success          // something was done
)

func (n Notice) role() string {
	if n == Success {
		return "alert"
	}
	return "region"
}

func (n Notice) title(ctx context.Context) string {
	if n == Success {
		return message.T(ctx, "web.success")
	}
	return message.T(ctx, "web.important")
}

func anyChange(rows []Row) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return r.Change != "" })
}

func splitLines(text string) []string {
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}

// optionAttrs binds an answer to its hint, to the error where the question has
// no legend of its own, and to what it reveals.
func (f Field) optionAttrs(i int, o Option) templ.Attributes {
	var described []string
	if f.Label == "" && f.Error != "" {
		described = append(described, f.Name+"-error")
	}
	if o.Hint != "" {
		described = append(described, f.optionID(i)+"-item-hint")
	}
	a := attrs("aria-describedby", strings.Join(described, " "))
	if o.Reveal != nil {
		a["data-aria-controls"] = f.optionID(i) + "-more"
	}
	return a
}
