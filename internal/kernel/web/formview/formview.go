package formview

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
)

// box is one field as it is drawn under a name.
type box struct {
	v       form.PageView
	x       *form.Field
	name    string // of the input; the field's id, or group-0-part
	heading bool   // the label is the h1 of the page
	inside  bool   // stands in a fieldset of a person or a group
}

// HasFiles says whether the form element must be multipart/form-data.
func HasFiles(v form.PageView) bool {
	for _, x := range v.Fields {
		if x.Kind == form.KindFile {
			return true
		}
	}
	return false
}

// hasButtons says whether the page has buttons before its main one. Then a
// hidden one comes first, so that Enter in a text box goes on, and does not
// remove the first entry.
func hasButtons(v form.PageView) bool {
	for _, x := range v.Fields {
		if x.Kind == form.KindGroup || x.Kind == form.KindFile && len(v.Input.Files[x.ID]) > 0 {
			return true
		}
	}
	return false
}

func (b box) label(ctx context.Context) string {
	s := b.x.Label.In(b.v.Lang)
	if b.x.Optional && b.x.Kind != form.KindGroup && b.x.ID != "other_paper" {
		return message.T(ctx, "formview.optional", "label", s)
	}
	return s
}

func (b box) hint() string { return b.x.Hint.In(b.v.Lang) }

func (b box) value(suffix string) string { return b.v.Input.Get(b.name + suffix) }

// errorAt gives the words of the fault at one of the inputs, "" if there is none.
func (b box) errorAt(ctx context.Context, suffixes ...string) string {
	names := make([]string, 0, len(suffixes))
	for _, s := range suffixes {
		names = append(names, b.name+s)
	}
	e, ok := b.v.Error(names...)
	if !ok {
		return ""
	}
	return Words(ctx, e)
}

// Words is a fault as people read it.
func Words(ctx context.Context, e fault.Field) string { return message.T(ctx, e.Key, e.Args...) }

// describe joins the ids of those texts that are there.
func describe(name string, hint, wrong string, more ...string) string {
	ids := more
	if hint != "" {
		ids = append(ids, name+"-hint")
	}
	if wrong != "" {
		ids = append(ids, name+"-error")
	}
	return strings.Join(ids, " ")
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

func groupClass(wrong string) string {
	if wrong != "" {
		return "govuk-form-group govuk-form-group--error"
	}
	return "govuk-form-group"
}

func inputClass(base, wrong string, more ...string) string {
	if wrong != "" {
		base += " " + base + "--error"
	}
	return strings.Join(append([]string{base}, more...), " ")
}

// width makes a box as wide as what it is for.
func width(x *form.Field) string {
	switch {
	case x.Pattern == "citizen_number" || x.Pattern == "phone" || x.Kind == form.KindNumber:
		return "govuk-input--width-20"
	case x.Max <= 20:
		return "govuk-input--width-20"
	}
	return ""
}

type dateBox struct{ part, width, autocomplete string }

func dateBoxes(x *form.Field) []dateBox {
	boxes := []dateBox{{"day", "govuk-input--width-2", ""}, {"month", "govuk-input--width-2", ""}, {"year", "govuk-input--width-4", ""}}
	if x.Autocomplete == "bday" {
		for i := range boxes {
			boxes[i].autocomplete = "bday-" + boxes[i].part
		}
	}
	return boxes
}

// optionID is the id of an option's radio: the first one has the field's, so
// that an error links to it.
func optionID(name string, i int) string {
	if i == 0 {
		return name
	}
	return name + "-" + strconv.Itoa(i+1)
}

func (b box) part(x *form.Field) box {
	return box{v: b.v, x: x, name: b.name + "-" + x.ID, inside: true}
}

func (b box) entry(i int, x *form.Field) box {
	return box{v: b.v, x: x, name: form.EntryName(b.x, i, x), inside: true}
}

func (b box) files() []form.File { return b.v.Input.Files[b.x.ID] }

func (b box) lower() string {
	s := b.x.Entry.In(b.v.Lang)
	return strings.ToLower(s)
}

// paragraphs parts an author's text where a line is empty.
func paragraphs(s string) []string {
	var ps []string
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			ps = append(ps, p)
		}
	}
	return ps
}

func (b box) dateHint(ctx context.Context) string {
	if !b.x.Partial {
		return b.hint()
	}
	return strings.TrimSpace(b.hint() + " " + message.T(ctx, "formview.year_alone"))
}

// longHint is how many letters of a paper's name stand under its label; the name of
// one that goes on for longer, as in many records, is folded.
const longHint = 180

func (b box) long() bool { return utf8.RuneCountInString(b.hint()) > longHint }

func (b box) fileHint(ctx context.Context) string {
	hint := b.hint()
	if b.long() {
		hint = ""
	} else if hint != "" && !strings.HasSuffix(hint, ".") {
		hint += "." // another sentence follows
	}
	if len(b.files()) >= b.x.Max {
		return strings.TrimSpace(hint + " " + message.T(ctx, "formview.file_full", "max", b.x.Max))
	}
	size := message.Number(ctx, b.x.MaxBytes>>20)
	return strings.TrimSpace(hint + " " + message.T(ctx, "formview.file_hint", "max", b.x.Max, "size", size))
}

// spoken are the words of the script that sends papers in pieces.
var spoken = []string{"waiting", "preparing", "shrunk", "sending", "checking", "broken", "busy", "done", "failed", "again", "sign_in", "retry", "cancel", "cancelled", "late", "original", "remove"}

// uploading tells the script where and with which words it sends the papers of a
// field; nothing where papers only come with the page.
func (b box) uploading(ctx context.Context) templ.Attributes {
	if b.v.Uploads == "" {
		return nil
	}
	words := map[string]string{}
	for _, key := range spoken {
		// The script fills in what the words leave open.
		words[key] = message.T(ctx, "formview.upload_"+key, "file", "{file}", "percent", "{percent}", "sent", "{sent}", "size", "{size}", "before", "{before}", "after", "{after}")
	}
	text, err := json.Marshal(words)
	if err != nil {
		panic(err) // texts always encode
	}
	return templ.Attributes{"data-upload": b.v.Uploads + "/" + b.name, "data-papers": b.v.Papers, "data-field": b.name, "data-max": strconv.Itoa(b.x.Max), "data-words": string(text)}
}

func hintID(b box) []string {
	if b.hint() == "" {
		return nil
	}
	return []string{b.name + "-hint"}
}

func streetLabel(ctx context.Context, x *form.Field) string {
	if x.Street == form.Required {
		return message.T(ctx, "formview.street")
	}
	return message.T(ctx, "formview.street_optional")
}
