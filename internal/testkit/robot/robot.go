// Package robot is a person with a browser that knows links and forms and nothing
// else: it reads a page's forms, fills in what it was told, and sends them, the
// way the pages work without JavaScript. Tests use it where a real browser would
// be too slow: for tables of every route, and for crowds.
package robot

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Robot holds one session.
type Robot struct {
	base   *url.URL
	client *http.Client
}

// New makes a robot for a site.
func New(base string) (*Robot, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &Robot{base: u, client: &http.Client{Jar: jar, Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}, nil
}

// Move has the robot go on at another address of the same site, with its
// cookies: a server that was started again on another port.
func (r *Robot) Move(base string) error {
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	r.client.Jar.SetCookies(u, r.client.Jar.Cookies(r.base))
	r.base = u
	return nil
}

// Page is an answer, read as HTML.
type Page struct {
	Status int
	URL    *url.URL
	Header http.Header
	Body   string
	root   *html.Node
	robot  *Robot
}

// Get opens a path, following redirects.
func (r *Robot) Get(path string) (Page, error) {
	req, err := http.NewRequest(http.MethodGet, r.resolve(path), nil)
	if err != nil {
		return Page{}, err
	}
	return r.send(req)
}

// Send sends any request to a path, as a script of a page would, and gives the
// answer with its headers.
func (r *Robot) Send(method, path string, header http.Header, body io.Reader) (Page, error) {
	req, err := http.NewRequest(method, r.resolve(path), body)
	if err != nil {
		return Page{}, err
	}
	req.Header = header.Clone()
	return r.send(req)
}

// Post sends values to a path, as a forged form would.
func (r *Robot) Post(path string, values url.Values) (Page, error) {
	req, err := http.NewRequest(http.MethodPost, r.resolve(path), strings.NewReader(values.Encode()))
	if err != nil {
		return Page{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.send(req)
}

func (r *Robot) resolve(path string) string {
	u, err := r.base.Parse(path)
	if err != nil {
		return r.base.String()
	}
	return u.String()
}

func (r *Robot) send(req *http.Request) (p Page, err error) {
	res, err := r.client.Do(req)
	if err != nil {
		return Page{}, err
	}
	defer func() { _ = res.Body.Close() }() // it was read to its end
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Page{}, err
	}
	p = Page{Status: res.StatusCode, URL: res.Request.URL, Header: res.Header, Body: string(body), robot: r}
	p.root, err = html.Parse(bytes.NewReader(body))
	return p, err
}

// Text is the page's text, blanks made one.
func (p Page) Text() string { return textOf(p.root) }

func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// Form is a form of a page, with the values that it would send.
type Form struct {
	Action string
	Values url.Values
	Files  []File
	names  []string // of everything that can be filled in
	post   bool
	multi  bool
	robot  *Robot
}

// File is a file chosen for an input.
type File struct {
	Field, Name string
	Data        []byte
}

// Form finds the form whose action contains part.
func (p Page) Form(part string) (Form, error) {
	var found []Form
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "form" {
			if f := p.read(n); strings.Contains(f.Action, part) {
				found = append(found, f)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(p.root)
	if len(found) == 0 {
		return Form{}, fmt.Errorf("%s (%d) has no form to %q: %.300s", p.URL.Path, p.Status, part, p.Text())
	}
	return found[0], nil
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func (p Page) read(n *html.Node) Form {
	action, ok := attr(n, "action")
	if !ok || action == "" {
		action = p.URL.RequestURI()
	}
	method, _ := attr(n, "method")
	enc, _ := attr(n, "enctype")
	f := Form{Action: action, Values: url.Values{}, post: strings.EqualFold(method, "post"), multi: enc == "multipart/form-data", robot: p.robot}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		name, _ := attr(n, "name")
		value, hasValue := attr(n, "value")
		_, checked := attr(n, "checked")
		switch {
		case n.Type != html.ElementNode || name == "":
		case n.Data == "input":
			f.names = append(f.names, name)
			switch kind, _ := attr(n, "type"); kind {
			case "submit", "button", "file", "image":
			case "radio", "checkbox":
				if !hasValue {
					value = "on"
				}
				if checked {
					f.Values.Add(name, value)
				}
			default:
				f.Values.Add(name, value)
			}
		case n.Data == "textarea":
			f.names = append(f.names, name)
			f.Values.Add(name, textOf(n))
		case n.Data == "select":
			f.names = append(f.names, name)
			f.Values.Add(name, selected(n))
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return f
}

func selected(n *html.Node) string {
	first, chosen, any := "", "", false
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "option" {
			value, ok := attr(n, "value")
			if !ok {
				value = textOf(n)
			}
			if !any {
				first, any = value, true
			}
			if _, ok := attr(n, "selected"); ok {
				chosen = value
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	if chosen != "" {
		return chosen
	}
	return first
}

// Has says whether the form has an input of this name.
func (f Form) Has(name string) bool { return slices.Contains(f.names, name) }

// Set fills in an input.
func (f Form) Set(name, value string) Form {
	f.Values.Set(name, value)
	return f
}

// Attach chooses a file for an input.
func (f Form) Attach(field, name string, data []byte) Form {
	f.Files = append(f.Files, File{field, name, data})
	return f
}

// Submit sends the form and opens what it leads to.
func (f Form) Submit() (Page, error) {
	target := f.robot.resolve(f.Action)
	if !f.post {
		return f.robot.Get(f.Action + "?" + f.Values.Encode())
	}
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if f.multi {
		w := multipart.NewWriter(&body)
		for name, values := range f.Values {
			for _, v := range values {
				if err := w.WriteField(name, v); err != nil {
					return Page{}, err
				}
			}
		}
		for _, file := range f.Files {
			part, err := w.CreateFormFile(file.Field, file.Name)
			if err != nil {
				return Page{}, err
			}
			if _, err := part.Write(file.Data); err != nil {
				return Page{}, err
			}
		}
		if err := w.Close(); err != nil {
			return Page{}, err
		}
		kind = w.FormDataContentType()
	} else {
		body.WriteString(f.Values.Encode())
	}
	req, err := http.NewRequest(http.MethodPost, target, &body)
	if err != nil {
		return Page{}, err
	}
	req.Header.Set("Content-Type", kind)
	return f.robot.send(req)
}
