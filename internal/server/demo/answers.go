package demo

import (
	"math/rand/v2"
	"strings"
	"time"

	"benso/internal/kernel/form"
)

// answerer answers any form as one made-up person would.
type answerer struct {
	r      *rand.Rand
	name   string // of whom the dossier is for
	phone  string
	place  form.Value // a commune of today
	street string
	today  time.Time
	paper  func(x *form.Field) form.Value
	named  bool // the person has been named already
}

// answers walks the form from page to page, as a person does.
func (w *answerer) answers(f *form.Form) form.Answers {
	a := form.Answers{}
	for page, ok := f.First(), true; ok; page, ok = f.Next(page, a) {
		for _, x := range page.Fields {
			if v := w.value(x, a); !v.IsZero() {
				a[x.ID] = v
			}
		}
	}
	return a
}

func (w *answerer) value(x *form.Field, a form.Answers) form.Value {
	switch x.Kind {
	case form.KindText:
		return form.Value{Text: w.text(x)}
	case form.KindNumber:
		if x.Least != nil {
			return form.Value{Text: x.Least.String()}
		}
		return form.Value{Text: "1"}
	case form.KindDate:
		return form.Value{Text: w.date(x).Format(time.DateOnly)}
	case form.KindChoice:
		return form.Value{Text: w.choice(x)}
	case form.KindAddress:
		parts := form.Answers{}
		for part, v := range w.place.Parts {
			parts[part] = v
		}
		if x.Street != form.None {
			parts["street"] = form.Value{Text: w.street}
		}
		return form.Value{Parts: parts}
	case form.KindPerson:
		v := form.Value{Parts: form.Answers{}}
		for _, s := range x.Fields {
			if s.ID == "other_paper" {
				continue // the number stands for it
			}
			v.Parts[s.ID] = w.value(s, a)
		}
		if !w.named {
			v.Parts["name"], w.named = form.Value{Text: w.name}, true
		}
		return v
	case form.KindGroup:
		row := form.Answers{}
		for _, s := range x.Fields {
			row[s.ID] = w.value(s, a)
		}
		rows := make([]form.Answers, max(1, x.Min))
		for i := range rows {
			rows[i] = row
		}
		return form.Value{Rows: rows}
	case form.KindFile:
		return w.paper(x)
	}
	return form.Value{}
}

func (w *answerer) text(x *form.Field) string {
	switch x.Pattern {
	case "person_name":
		if strings.HasPrefix(x.ID, "org_") || x.ID == "post_name" {
			return w.name
		}
		return anybody(w.r)
	case "phone":
		return w.phone
	case "email":
		if x.Optional {
			return ""
		}
		return "nguoidan@benso.example"
	case "citizen_number":
		return citizen(w.r)
	}
	s := "Mô phỏng"
	switch {
	case x.ID == "org_name":
		s = "Công ty TNHH " + pick(w.r, girls) + " " + pick(w.r, boys) + " (mô phỏng)"
	case x.ID == "request":
		s = "Đề nghị giải quyết theo quy định (hồ sơ mô phỏng)."
	case x.ID == "birth_place":
		s = "Trạm y tế xã, tỉnh Vĩnh Long"
	case strings.Contains(x.ID, "ethnicity"):
		s = "Kinh"
	case strings.Contains(x.ID, "nationality"):
		s = "Việt Nam"
	case x.Optional:
		return ""
	}
	if n := len([]rune(s)); n < x.Min {
		s += strings.Repeat(" 1", x.Min-n)
	} else if x.Max > 0 && n > x.Max {
		s = strings.Repeat("1", max(x.Min, 1))
	}
	return s
}

// date is of an adult's birth, of a day yet to come, or of one of the last weeks.
func (w *answerer) date(x *form.Field) time.Time {
	switch {
	case x.NotBefore != nil:
		return w.today
	case x.ID == "child_born" || x.NotAfter != nil && x.ID != "born" && !strings.Contains(x.ID, "birth"):
		return w.today.AddDate(0, 0, -1-w.r.IntN(50))
	}
	return w.today.AddDate(-22-w.r.IntN(40), 0, -w.r.IntN(360))
}

func (w *answerer) choice(x *form.Field) string {
	switch x.ID {
	case "receive":
		if len(x.Options) > 1 && x.Options[1].ID == "post" && chance(w.r, 140) {
			return "post"
		}
	case "child_sex", "sex":
		return pick(w.r, x.Options).ID
	}
	return x.Options[0].ID
}
