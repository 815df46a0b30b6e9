package form

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Names of the buttons that change a page without sending it.
const (
	ButtonAdd        = "_add"         // value: the group
	ButtonRemove     = "_remove"      // value: group-index
	ButtonRemoveFile = "_remove_file" // value: field-file id
)

// ActKind is what the person pressed.
type ActKind uint8

// The acts.
const (
	Save ActKind = iota // go on
	Add                 // another entry of a group
	Remove
	RemoveFile
)

// Act is what the person pressed on the page, and on what.
type Act struct {
	Kind  ActKind
	Field string
	Index int    // Remove: the entry
	File  string // RemoveFile: the file's id
}

// PageInput is what a browser sent for one page, exactly as typed, and the
// files that the server holds for it.
type PageInput struct {
	Values url.Values
	Files  map[string][]File // by file field
	Act    Act
}

// Get gives the first value of an input.
func (in PageInput) Get(name string) string { return in.Values.Get(name) }

// Read takes what belongs to the page out of what was sent. Nothing is changed
// or refused here: Check decides, and a refused page shows the input again.
// Files are never read from values: call Carry, then append what was uploaded.
func (p *Page) Read(values url.Values) PageInput {
	in := PageInput{Values: url.Values{}, Files: map[string][]File{}}
	for name, v := range values {
		id, _, _ := strings.Cut(name, "-")
		if _, ok := p.fields[id]; ok {
			in.Values[name] = slices.Clone(v)
		}
	}
	in.Act = p.act(values)
	return in
}

func (p *Page) act(values url.Values) Act {
	if x, ok := p.fields[values.Get(ButtonAdd)]; ok && x.Kind == KindGroup {
		return Act{Kind: Add, Field: x.ID}
	}
	id, rest, _ := strings.Cut(values.Get(ButtonRemove), "-")
	if x, ok := p.fields[id]; ok && x.Kind == KindGroup {
		if i, err := strconv.Atoi(rest); err == nil && i >= 0 && i < x.Max {
			return Act{Kind: Remove, Field: id, Index: i}
		}
	}
	id, rest, _ = strings.Cut(values.Get(ButtonRemoveFile), "-")
	if x, ok := p.fields[id]; ok && x.Kind == KindFile && rest != "" {
		return Act{Kind: RemoveFile, Field: id, File: rest}
	}
	return Act{}
}

// Carry brings the files that were answered before into the input.
func (p *Page) Carry(in PageInput, a Answers) PageInput {
	files := make(map[string][]File, len(in.Files))
	for _, x := range p.Fields {
		if x.Kind == KindFile {
			if kept := append(slices.Clone(a[x.ID].Files), in.Files[x.ID]...); len(kept) > 0 {
				files[x.ID] = kept
			}
		}
	}
	in.Files = files
	return in
}

// Apply does what the person pressed: it adds an entry, or takes one or a file
// away. The rest stays as typed. The page is then drawn again, not checked.
func (p *Page) Apply(in PageInput) PageInput {
	x, ok := p.fields[in.Act.Field]
	if !ok {
		return in
	}
	out := PageInput{Values: url.Values{}, Files: map[string][]File{}}
	for k, v := range in.Values {
		out.Values[k] = v
	}
	for k, v := range in.Files {
		out.Files[k] = v
	}
	switch in.Act.Kind {
	case Add:
		out.setEntries(x, min(in.Entries(x)+1, x.Max))
	case Remove:
		n := in.Entries(x)
		if in.Act.Index >= n {
			return out
		}
		for name := range in.Values {
			if i, _, ok := entryOf(x, name); ok && i >= in.Act.Index {
				delete(out.Values, name)
			}
		}
		for name, v := range in.Values {
			if i, rest, ok := entryOf(x, name); ok && i > in.Act.Index {
				out.Values[entryName(x, i-1, rest)] = v
			}
		}
		out.setEntries(x, n-1)
	case RemoveFile:
		out.Files[x.ID] = slices.DeleteFunc(slices.Clone(in.Files[x.ID]), func(f File) bool { return f.ID == in.Act.File })
	}
	return out
}

// Entries is how many entries of a group are drawn.
func (in PageInput) Entries(x *Field) int {
	n, err := strconv.Atoi(in.Values.Get(x.ID + "-count"))
	if err != nil {
		n = 0
	}
	return max(x.Min, min(n, x.Max), 0)
}

func (in PageInput) setEntries(x *Field, n int) {
	in.Values.Set(x.ID+"-count", strconv.Itoa(max(n, x.Min)))
}

// entryName names an input of an entry: "witnesses-0-name".
func entryName(x *Field, i int, rest string) string {
	return x.ID + "-" + strconv.Itoa(i) + "-" + rest
}

// EntryName names the input of a field in entry i of a group.
func EntryName(group *Field, i int, part *Field) string { return entryName(group, i, part.ID) }

func entryOf(x *Field, name string) (i int, rest string, ok bool) {
	s, ok := strings.CutPrefix(name, x.ID+"-")
	if !ok {
		return 0, "", false
	}
	number, rest, ok := strings.Cut(s, "-")
	if !ok {
		return 0, "", false
	}
	i, err := strconv.Atoi(number)
	return i, rest, err == nil
}

// Own is what is known of the one who answers. It stands at first where the form
// asks them about themselves, to be changed by them.
type Own struct{ Name, Phone, Email, Citizen string }

// known gives what stands at first in the inputs that ask about the one who
// answers, by their names: those whom the form's use says to be the applicant, as
// far as the answers decide it, and those of a person that is "self".
func (f *Form) known(kept Answers, own Own) map[string]string {
	known := map[string]string{}
	var people []*Field
	for _, p := range f.pages {
		for _, x := range p.Fields {
			if x.self {
				people = append(people, x)
			}
			switch x.Autocomplete {
			case "name":
				known[x.ID] = own.Name
			case "tel":
				known[x.ID] = own.Phone
			case "email":
				known[x.ID] = own.Email
			}
		}
	}
	if u, ok := f.uses("name", kept); ok && u.ref.leaf != nil && u.ref.leaf.Pattern == "person_name" {
		known[strings.Join(u.ref.path, "-")] = own.Name
		if u.ref.field.Kind == KindPerson {
			people = append(people, u.ref.field)
		}
	}
	parts := map[string]string{"name": own.Name, "phone": own.Phone, "email": own.Email, "citizen": own.Citizen}
	for _, x := range people {
		for _, part := range x.Fields {
			known[x.ID+"-"+part.ID] = parts[part.ID]
		}
	}
	return known
}

// uses gives the first answer of a use that these answers ask for.
func (f *Form) uses(name string, kept Answers) (use, bool) {
	for _, u := range f.use[name] {
		if u.when.holds(kept) && f.fields[u.ref.path[0]].When.holds(kept) && u.ref.field.When.holds(kept) {
			return u, true
		}
	}
	return use{}, false
}

// Input gives the input that shows what was answered before. A page that was
// never answered starts with what its author declared (start, start_from), so
// that nobody types the same thing twice.
func (f *Form) Input(p *Page, a Answers, lang string) PageInput { return f.Begin(p, a, lang, Own{}) }

// Begin is Input for somebody of whom something is known.
func (f *Form) Begin(p *Page, a Answers, lang string, own Own) PageInput {
	f = f.ready()
	in := PageInput{Values: url.Values{}, Files: map[string][]File{}}
	_, kept := f.walk(a)
	fresh := true
	for _, x := range p.Fields {
		if v, ok := a[x.ID]; ok && !v.IsZero() {
			fresh = false
			in.put(x, x.ID, v)
		}
	}
	if fresh {
		known := f.known(kept, own)
		for _, x := range p.Fields {
			in.begin(x, x.ID, kept, lang, known)
		}
	}
	return in
}

func (in PageInput) begin(x *Field, name string, kept Answers, lang string, known map[string]string) {
	if x.StartFrom != nil {
		if v, ok := x.StartFrom.value(kept); ok {
			in.put(x, name, v)
			return
		}
	}
	switch {
	case known[name] != "":
		in.Values.Set(name, known[name])
	case !x.Start.IsZero():
		in.Values.Set(name, x.startText(lang))
	case x.Kind == KindPerson:
		for _, s := range x.Fields {
			in.begin(s, name+"-"+s.ID, kept, lang, known)
		}
	case x.Kind == KindGroup:
		in.setEntries(x, x.Min)
		for i := range x.Min {
			for _, s := range x.Fields {
				in.begin(s, entryName(x, i, s.ID), kept, lang, known)
			}
		}
	}
}

// put writes a value as it would be typed.
func (in PageInput) put(x *Field, name string, v Value) {
	switch x.Kind {
	case KindText, KindChoice:
		in.Values.Set(name, v.Text)
	case KindNumber:
		in.Values.Set(name, strings.Replace(v.Text, ".", ",", 1))
	case KindDate:
		year, rest, _ := strings.Cut(v.Text, "-")
		month, day, _ := strings.Cut(rest, "-")
		in.Values.Set(name+"-year", year)
		in.Values.Set(name+"-month", strings.TrimPrefix(month, "0"))
		in.Values.Set(name+"-day", strings.TrimPrefix(day, "0"))
	case KindAddress:
		for _, part := range []string{partCommune, partOutside, partStreet} {
			if s := v.Parts[part].Text; s != "" && (part != partOutside || x.Outside) && (part != partStreet || x.Street != None) {
				in.Values.Set(name+"-"+part, s)
			}
		}
	case KindPerson:
		for _, s := range x.Fields {
			if sv, ok := v.Parts[s.ID]; ok {
				in.put(s, name+"-"+s.ID, sv)
			}
		}
	case KindGroup:
		in.setEntries(x, len(v.Rows))
		for i, row := range v.Rows {
			for _, s := range x.Fields {
				if sv, ok := row[s.ID]; ok {
					in.put(s, entryName(x, i, s.ID), sv)
				}
			}
		}
	case KindFile:
		in.Files[x.ID] = slices.Clone(v.Files)
		if v.Desk {
			in.Values.Set(name+"-desk", "yes")
		}
	case KindInfo: // asks nothing
	}
}
