package form

import (
	"context"
	"strings"

	"benso/internal/kernel/message"
)

// Row is one line of "check your answers".
type Row struct {
	Page  *Page // where "Thay đổi" leads
	Field *Field
	Label string
	Value string // readable; lines apart by \n; "" when nothing was answered
	Files []File
}

// Summary lists what was answered, page by page, as people read it. Only what
// is asked is listed; a field that was left empty has an empty value.
func (f *Form) Summary(a Answers, env Env) []Row {
	f = f.ready()
	lang := "vi"
	if env.Lang == "en" {
		lang = "en"
	}
	w := writer{env: env, lang: lang, ctx: message.WithLang(context.Background(), lang)}
	pages, kept := f.walk(a)
	for _, p := range pages {
		w.page = p
		for _, x := range p.Fields {
			if x.Kind != KindInfo && x.When.holds(kept) {
				w.field(x, x.Label.In(lang), kept[x.ID])
			}
		}
	}
	return w.rows
}

type writer struct {
	env  Env
	lang string
	ctx  context.Context
	page *Page
	rows []Row
}

func (w *writer) field(x *Field, label string, v Value) {
	switch x.Kind {
	case KindPerson:
		if v.IsZero() {
			w.rows = append(w.rows, Row{Page: w.page, Field: x, Label: label})
			return
		}
		for _, s := range x.Fields {
			w.field(s, upperFirst(s.said.In(w.lang)), v.Parts[s.ID])
		}
	case KindGroup:
		if len(v.Rows) == 0 {
			w.rows = append(w.rows, Row{Page: w.page, Field: x, Label: label})
		}
		for i, row := range v.Rows {
			for _, s := range x.Fields {
				w.field(s, upperFirst(message.T(w.ctx, "form.in_entry", "part", s.said.In(w.lang), "entry", lowerFirst(x.Entry.In(w.lang)), "n", i+1)), row[s.ID])
			}
		}
	default:
		w.rows = append(w.rows, Row{Page: w.page, Field: x, Label: label, Value: w.value(x, v), Files: v.Files})
	}
}

func (w *writer) value(x *Field, v Value) string {
	switch x.Kind {
	case KindNumber:
		s := message.Decimal(w.ctx, v.Text)
		if s != "" && !x.Suffix.IsZero() {
			s += " " + x.Suffix.In(w.lang)
		}
		return s
	case KindDate:
		return dayText(v.Text)
	case KindChoice:
		o, ok := x.option(v.Text)
		if !ok {
			return v.Text
		}
		return o.Label.In(w.lang)
	case KindAddress:
		return AddressText(v, w.env.Places)
	case KindFile:
		lines := make([]string, 0, len(v.Files)+1)
		for _, f := range v.Files {
			lines = append(lines, f.Name)
		}
		if v.Desk {
			lines = append(lines, message.T(w.ctx, "form.file.desk"))
		}
		return strings.Join(lines, "\n")
	}
	return v.Text
}

// AddressText writes an address as people do: street, commune, province.
func AddressText(v Value, places Places) string {
	var words []string
	if s := v.Parts[partStreet].Text; s != "" {
		words = append(words, s)
	}
	for _, part := range []string{partCommune, partProvince} {
		id := v.Parts[part].Text
		if id == "" {
			continue
		}
		name := id
		if places != nil {
			if n := places.Name(id); n != "" {
				name = n
			}
		}
		words = append(words, name)
	}
	if s := v.Parts[partOutside].Text; s != "" {
		words = append(words, s)
	}
	return strings.Join(words, ", ")
}
