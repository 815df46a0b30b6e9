package formview

import (
	"context"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"gopkg.in/yaml.v3"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
)

type tree struct{ many bool }

func (t tree) Provinces() []form.Place {
	if t.many {
		return []form.Place{{ID: "86", Name: "tỉnh Vĩnh Long"}, {ID: "79", Name: "TP. Hồ Chí Minh"}}
	}
	return []form.Place{{ID: "86", Name: "tỉnh Vĩnh Long"}}
}

func (tree) Communes(p string) []form.Place {
	return []form.Place{{ID: p + "-1", Name: "phường An Hội"}, {ID: p + "-2", Name: "xã Châu Hòa"}}
}

func (tree) Name(id string) string { return id }

var today = form.Env{Today: "2026-11-23", Places: tree{}}

const everyKind = `
pages:
  - id: all
    title: {vi: Mọi thứ, en: Everything}
    intro: {vi: "Một.\n\nHai.", en: "One.\n\nTwo."}
    fields:
      - {id: note, kind: text, lines: true, label: {vi: Ghi chú, en: Note}, hint: {vi: Ngắn, en: Short}}
      - {id: area, kind: number, label: {vi: Diện tích, en: Area}, decimals: 2, suffix: {vi: m², en: m²}}
      - {id: day, kind: date, label: {vi: Ngày, en: Day}, partial: true}
      - id: sort
        kind: choice
        select: true
        label: {vi: Loại, en: Sort}
        options: [{id: a, label: {vi: A, en: A}}, {id: b, label: {vi: B, en: B}}]
      - id: pick
        kind: choice
        label: {vi: Chọn, en: Pick}
        options: [{id: a, label: {vi: A, en: A}, hint: {vi: Thêm, en: More}}, {id: b, label: {vi: B, en: B}}]
      - {id: home, kind: address, outside: true, label: {vi: Nhà, en: Home}}
      - id: me
        kind: person
        self: true
        label: {vi: Bạn, en: You}
        of: {vi: bạn, en: you}
        parts: [name, born, sex, citizen, other_paper, nationality, ethnicity, residence, phone, email]
      - id: w
        kind: group
        label: {vi: Người làm chứng, en: Witnesses}
        entry: {vi: Người làm chứng, en: Witness}
        min: 1
        max: 3
        fields:
          - {id: name, kind: text, label: {vi: Tên, en: Name}}
          - {id: born, kind: date, label: {vi: Ngày sinh, en: Born}}
          - {id: sex, kind: choice, label: {vi: Giới tính, en: Sex}, options: [{id: m, label: {vi: Nam, en: M}}, {id: f, label: {vi: Nữ, en: F}}]}
      - {id: photo, kind: file, paper: p, max: 2, desk: true, label: {vi: Ảnh, en: Photo}}
      - {id: full, kind: file, paper: p, label: {vi: Ảnh hai, en: Photo two}}
      - {id: tip, kind: info, label: {vi: Biết thêm, en: More}, body: {vi: Chữ, en: Words}}
`

func parse(t *testing.T, text string) *form.Form {
	t.Helper()
	f, problems := form.ParseBytes("test.yaml", []byte(text))
	for _, p := range problems {
		t.Fatal(p)
	}
	return f
}

func draw(t *testing.T, v form.PageView) *html.Node {
	t.Helper()
	lang := v.Lang
	if lang == "" {
		lang = "vi"
	}
	var b strings.Builder
	if err := Fields(v).Render(message.WithLang(context.Background(), lang), &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func all(root *html.Node, tags ...string) []*html.Node {
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (len(tags) == 0 || slices.Contains(tags, n.Data)) {
			found = append(found, n)
		}
	}
	return found
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// inspect holds a drawn page to what a screen reader needs.
func inspect(t *testing.T, root *html.Node, errs []fault.Field) {
	t.Helper()
	ids := map[string]*html.Node{}
	for _, n := range all(root) {
		if id := attr(n, "id"); id != "" {
			if ids[id] != nil {
				t.Errorf("id %q stands twice", id)
			}
			ids[id] = n
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has an inline %s", n.Data, a.Key)
			}
		}
	}
	labels := map[string]string{}
	for _, n := range all(root, "label") {
		labels[attr(n, "for")] = text(n)
	}
	for _, n := range all(root, "input", "select", "textarea") {
		if attr(n, "type") != "hidden" && labels[attr(n, "id")] == "" {
			t.Errorf("input %q has no label", attr(n, "id"))
		}
	}
	for _, n := range all(root) {
		for id := range strings.FieldsSeq(attr(n, "aria-describedby")) {
			if ids[id] == nil {
				t.Errorf("%q is described by %q, which is not there", attr(n, "id"), id)
			}
		}
	}
	for _, n := range all(root, "fieldset") {
		first := n.FirstChild
		for first != nil && first.Type != html.ElementNode {
			first = first.NextSibling
		}
		if first == nil || first.Data != "legend" || text(first) == "" {
			t.Error("a fieldset does not begin with its legend")
		}
	}
	if h := all(root, "h1"); len(h) != 1 || text(h[0]) == "" {
		t.Errorf("%d headings h1", len(h))
	}
	for _, n := range all(root, "script", "style") {
		t.Errorf("the page has a <%s>", n.Data)
	}
	whole := text(root)
	if i := strings.Index(whole, "[form"); i >= 0 {
		t.Errorf("a message is missing: %.60s", whole[i:])
	}
	for _, e := range errs {
		n := ids[e.Name]
		if n == nil {
			t.Errorf("an error summary could not link to %q", e.Name)
			continue
		}
		bound := false
		for p := n; p != nil; p = p.Parent {
			for id := range strings.FieldsSeq(attr(p, "aria-describedby")) {
				bound = bound || strings.HasSuffix(id, "-error") && strings.Contains(text(ids[id]), Words(message.WithLang(context.Background(), "vi"), e))
			}
		}
		for _, f := range all(n, "fieldset") { // a group: the error is inside it
			for id := range strings.FieldsSeq(attr(f, "aria-describedby")) {
				bound = bound || strings.HasSuffix(id, "-error")
			}
		}
		if !bound {
			t.Errorf("the error at %q is not bound to it", e.Name)
		}
	}
}

func TestEachInputOfEachKindHasALabelAndItsErrorsAreBound(t *testing.T) {
	f := parse(t, everyKind)
	p := f.First()
	in := p.Read(url.Values{"w-count": {"2"}, "area": {"một"}, "home-outside": {"x"}, "home-commune": {"86-1"}})
	_, errs := f.Check(p, in, form.Answers{}, today)
	if len(errs) < 12 {
		t.Fatalf("only %d errors: too little is shown", len(errs))
	}
	inspect(t, draw(t, f.View(p, in, nil, errs, today)), errs)
	inspect(t, draw(t, f.View(p, f.Input(p, nil, "vi"), nil, nil, form.Env{Places: tree{many: true}})), nil)
	in.Files = map[string][]form.File{"photo": {{ID: "1", Name: "a.jpg"}}, "full": {{ID: "2", Name: "b.pdf"}}}
	inspect(t, draw(t, f.View(p, in, nil, nil, today)), nil)
	en := f.View(p, in, nil, nil, form.Env{Places: tree{}, Lang: "en"})
	if !strings.Contains(text(draw(t, en)), "Uploaded") {
		t.Error("English is not drawn")
	}
}

func TestEveryPageOfBirthRegistrationIsSound(t *testing.T) {
	data, err := os.ReadFile("../../../../packs/bentre/procedures/1.001193.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Form yaml.Node `yaml:"form"`
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	f, problems := form.Parse("1.001193.yaml", &doc.Form)
	for _, p := range problems {
		t.Fatal(p)
	}
	for _, proof := range []string{"certificate", "pledge"} {
		a := form.Answers{"relation": {Text: "authorised"}, "proof": {Text: proof}, "parents": {Text: "both"}, "receive": {Text: "post"}}
		for _, p := range f.All() {
			in := p.Read(nil)
			_, errs := f.Check(p, in, a, today)
			inspect(t, draw(t, f.View(p, in, a, errs, today)), errs)
		}
	}
}

func TestOneQuestionIsTheHeadingOfItsPage(t *testing.T) {
	for kind, more := range map[string]string{
		"text": "", "date": "", "address": "", "file": ", paper: p",
		"choice": ", options: [{id: a, label: {vi: A, en: A}}, {id: b, label: {vi: B, en: B}}]",
	} {
		f := parse(t, "pages: [{id: p, title: {vi: Trang, en: Page}, fields: [{id: q, kind: "+kind+", label: {vi: Câu hỏi, en: Q}"+more+"}]}]")
		root := draw(t, f.View(f.First(), form.PageInput{Values: url.Values{}}, nil, nil, today))
		inspect(t, root, nil)
		if got := text(all(root, "h1")[0]); got != "Câu hỏi" {
			t.Errorf("%s: the heading is %q", kind, got)
		}
	}
}

func TestRawInputIsShownExactlyAsTypedAndEscaped(t *testing.T) {
	f := parse(t, everyKind)
	p := f.First()
	hostile := "  \"><script>alert(1)</script> "
	in := p.Read(url.Values{"note": {"\ndòng 1\n " + hostile}, "area": {hostile}, "day-day": {hostile}, "me-name": {hostile}, "w-count": {"1"}, "w-0-name": {hostile}})
	root := draw(t, f.View(p, in, nil, nil, today))
	inspect(t, root, nil)
	got := map[string]string{}
	for _, n := range all(root, "input") {
		got[attr(n, "name")] = attr(n, "value")
	}
	for _, name := range []string{"area", "day-day", "me-name", "w-0-name"} {
		if got[name] != hostile {
			t.Errorf("%s shows %q", name, got[name])
		}
	}
	area := all(root, "textarea")[0]
	if s := area.FirstChild.Data; s != "\ndòng 1\n "+hostile {
		t.Errorf("the note shows %q", s)
	}
}

func TestEnterGoesOnAndDoesNotRemove(t *testing.T) {
	f := parse(t, everyKind)
	root := draw(t, f.View(f.First(), form.PageInput{Values: url.Values{"w-count": {"2"}}}, nil, nil, today))
	if b := all(root, "button")[0]; attr(b, "name") != "" || attr(b, "type") != "submit" {
		t.Errorf("the first button of the page is %q", attr(b, "name"))
	}
}

func TestOnlyTheApplicantsOwnDataAreOfferedByTheBrowser(t *testing.T) {
	f := parse(t, everyKind)
	root := draw(t, f.View(f.First(), form.PageInput{Values: url.Values{}}, nil, nil, today))
	got := map[string]string{}
	for _, n := range all(root, "input") {
		got[attr(n, "name")] = attr(n, "autocomplete") + "/" + attr(n, "inputmode") + "/" + attr(n, "type")
	}
	for name, want := range map[string]string{"me-name": "name//text", "me-phone": "tel//tel", "me-email": "email//email", "me-born-year": "bday-year/numeric/text", "day-year": "/numeric/text", "me-citizen": "/numeric/text", "area": "/decimal/text"} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
}
