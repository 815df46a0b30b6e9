package catalogue

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
)

// Limits of a generated form.
const (
	filesEach     = 5  // of one paper
	papersAPage   = 4  // so that a page stays light on a phone
	megabytesEach = 10 // of one file
)

// generate makes the form of a procedure from what its record says: who applies,
// where, what for, the papers in the record's groups, and how the result is
// received. No paper is compulsory, since many of the portal's "papers" are wanted
// only in some case, or not at all: the clerk decides.
//
// It depends on the record alone, so that a draft that is pinned to a version
// always gets the same form. Whoever changes it for records that exist must keep
// the ids of pages and fields.
func generate(p *Procedure) *form.Form {
	g := generator{p: p}
	g.applicant()
	g.add("contact", "form_contact", nil,
		fields{"id": "phone", "kind": "text", "label": say("form_phone"), "hint": say("form_phone_hint"), "pattern": "phone", "max": 20, "autocomplete": "tel"},
		fields{"id": "email", "kind": "text", "label": say("form_email"), "pattern": "email", "autocomplete": "email", "optional": true})
	g.add("commune", "form_place", nil,
		fields{"id": "commune", "kind": "address", "label": say("form_commune"), "short": say("form_commune_short"), "hint": say("form_commune_hint"), "street": "none"})
	if p.Twice() {
		g.add("level", "form_level", nil, fields{"id": "level", "kind": "choice", "label": say("form_level_label"), "short": say("form_level_short"), "hint": say("form_level_hint"),
			"options": []fields{{"id": "commune", "label": say("form_level_commune")}, {"id": "province", "label": say("form_level_province")}}})
	}
	g.add("request", "form_request", nil,
		fields{"id": "request", "kind": "text", "label": say("form_request_label"), "short": say("form_request_short"), "hint": say("form_request_hint"), "lines": true, "max": 2000})
	g.papers()
	g.add("receive", "form_receive", nil, fields{"id": "receive", "kind": "choice", "label": say("form_receive_label"), "short": say("form_receive_short"),
		"options": []fields{{"id": "desk", "label": say("form_receive_desk"), "hint": say("form_receive_desk_hint")}, {"id": "post", "label": say("form_receive_post"), "hint": say("form_receive_post_hint")}}})
	g.add("post_address", "form_post", fields{"field": "receive", "is": "post"},
		fields{"id": "post_name", "kind": "text", "label": say("form_post_name"), "pattern": "person_name", "max": 100},
		fields{"id": "post_address", "kind": "address", "label": say("form_post_address"), "street": "required", "outside": true, "start_from": "commune"})
	g.add("notes", "form_notes", nil,
		fields{"id": "notes", "kind": "text", "label": say("form_notes_label"), "short": say("form_notes_short"), "lines": true, "max": 500, "optional": true})

	use := fields{"place": "commune.commune", "subject": g.names, "name": g.names, "phone": "phone", "email": "email", "receive": "receive"}
	if p.Twice() {
		use["level"] = "level"
	}
	var node yaml.Node
	if err := node.Encode(fields{"pages": g.pages, "use": use}); err != nil {
		panic(fmt.Errorf("the form of %s: %w", p.ID(), err)) // texts, lists and maps always encode
	}
	f, problems := form.Parse(p.Code, &node)
	if len(problems) > 0 {
		panic(fmt.Errorf("the form of %s: %w", p.ID(), problems[0])) // a test makes the form of every record
	}
	return f
}

// Twice says whether a commune and a province may both be asked.
func (p *Procedure) Twice() bool {
	return slices.Contains(p.Levels, "commune") && slices.Contains(p.Levels, "province")
}

// fields is a mapping of a form's file, see docs/forms.md.
type fields map[string]any

// say gives a message of the catalogue in both languages.
func say(key string, args ...any) fields {
	in := func(lang string) string {
		return message.T(message.WithLang(context.Background(), lang), "catalogue."+key, args...)
	}
	return fields{"vi": in("vi"), "en": in("en")}
}

// printed gives a text of the record, which is in Vietnamese only.
func printed(s string) fields { return fields{"vi": s, "en": s} }

type generator struct {
	p     *Procedure
	pages []fields
	names []string // of the applicant
}

func (g *generator) add(id, title string, when fields, asked ...fields) {
	g.page(id, say(title), when, asked...)
}

func (g *generator) page(id string, title, when fields, asked ...fields) {
	page := fields{"id": id, "title": title, "fields": asked}
	if when != nil {
		page["when"] = when
	}
	g.pages = append(g.pages, page)
}

// applicant asks who applies, as far as the audience leaves it open.
func (g *generator) applicant() {
	person := len(g.p.Audiences) == 0 || slices.ContainsFunc(g.p.Audiences, Audience.Person)
	organisation := slices.ContainsFunc(g.p.Audiences, func(a Audience) bool { return !a.Person() })
	var ifPerson, ifOrganisation fields
	if person && organisation {
		g.add("who", "form_who", nil, fields{"id": "who", "kind": "choice", "label": say("form_who_label"), "short": say("form_who_short"),
			"options": []fields{{"id": "person", "label": say("form_who_person")}, {"id": "organisation", "label": say("form_who_organisation")}}})
		ifPerson, ifOrganisation = fields{"field": "who", "is": "person"}, fields{"field": "who", "is": "organisation"}
	}
	if organisation {
		g.add("organisation", "form_organisation", ifOrganisation,
			fields{"id": "org_name", "kind": "text", "label": say("form_org_name"), "max": 200, "autocomplete": "organization"},
			fields{"id": "org_number", "kind": "text", "label": say("form_org_number"), "hint": say("form_org_number_hint"), "max": 50, "optional": true},
			fields{"id": "org_person", "kind": "text", "label": say("form_org_person"), "pattern": "person_name", "max": 100, "autocomplete": "name"})
		g.names = append(g.names, "org_name")
	}
	if person {
		g.add("applicant", "form_applicant", ifPerson, fields{"id": "applicant", "kind": "person", "label": say("form_applicant_label"), "of": say("form_applicant_of"), "self": true,
			"parts": []string{"name", "citizen", "other_paper"}})
		g.names = append(g.names, "applicant.name")
	}
}

// papers asks for the papers, a few a page, in the record's groups, and tells what
// the record notes among them.
func (g *generator) papers() {
	var groups []string
	for _, x := range g.p.Papers {
		if !slices.Contains(groups, x.Group) {
			groups = append(groups, x.Group)
		}
	}
	page := 0
	for _, group := range groups {
		var asked []fields
		for _, x := range g.p.Papers {
			if x.Group == group {
				asked = append(asked, g.file(x))
			}
		}
		title := say("form_papers")
		if group != "" {
			title = printed(cut(group))
		}
		for some := range slices.Chunk(asked, papersAPage) {
			page++
			g.page(fmt.Sprintf("papers_%d", page), title, nil, append([]fields{{"id": fmt.Sprintf("papers_%d_intro", page), "kind": "info", "body": say("form_papers_intro")}}, some...)...)
		}
	}
	if len(g.p.Notes) == 0 {
		return
	}
	var body []string
	for _, n := range g.p.Notes {
		body = append(body, bare(n.Text))
	}
	g.add("advice", "form_advice", nil, fields{"id": "advice", "kind": "info", "body": printed(strings.Join(body, "\n"))})
}

func (g *generator) file(x Paper) fields {
	name := x.Name.Vi
	label := cut(name)
	if label != name && g.alike(label) > 1 {
		label = shorten(name) // two of a name would be taken for each other
	}
	f := fields{"id": "paper_" + x.ID, "kind": "file", "label": printed(label), "short": say("form_paper_short"), "paper": x.ID, "max": filesEach, "bytes": megabytesEach << 20, "optional": true, "desk": true}
	if label != name {
		f["hint"] = printed(name)
	} else if x.Quantity != "" {
		f["hint"] = printed(x.Quantity)
	}
	return f
}

// alike counts the papers that would have this label.
func (g *generator) alike(label string) (n int) {
	for _, x := range g.p.Papers {
		if cut(x.Name.Vi) == label {
			n++
		}
	}
	return n
}

// Uploads are the most bytes that files may come to, at their limits: one file,
// those of one page, those of all pages.
type Uploads struct{ File, Page, All int64 }

// Uploads says how much may be sent with the form. The form of a record is not
// made for it.
func (p *Procedure) Uploads() (u Uploads) {
	if p.Record {
		const each = filesEach * megabytesEach << 20
		n := int64(len(p.Papers))
		return Uploads{File: min(n, 1) * megabytesEach << 20, Page: min(n, papersAPage) * each, All: n * each}
	}
	if p.Form == nil {
		return u
	}
	for _, q := range p.Form.All() {
		sum := int64(0)
		for _, x := range q.Fields {
			if x.Kind == form.KindFile {
				sum += int64(x.Max) * x.MaxBytes
				u.File = max(u.File, x.MaxBytes)
			}
		}
		u.Page, u.All = max(u.Page, sum), u.All+sum
	}
	return u
}
