package form

import (
	"context"
	"slices"
	"strings"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

// Check reads the input of one page, given all answers so far, and decides.
// Accepted: the answers so far with those of this page put in (what is no longer
// asked on the page is taken out). Refused: the answers so far, unchanged, and
// every fault; a fault's Name is the id of the input to go to, and its args
// hold the label in the language of env.
func (f *Form) Check(p *Page, in PageInput, so Answers, env Env) (Answers, []fault.Field) {
	f = f.ready()
	kept := make(Answers, len(so)+len(p.Fields))
	for _, q := range f.pages[:f.index[p.ID]] {
		if q.When.holds(kept) {
			q.keep(so, kept)
		}
	}
	j := newJudge(env, kept)
	now := so.clone()
	for _, x := range p.Fields {
		delete(now, x.ID)
		if x.Kind == KindInfo || !x.When.holds(kept) {
			continue
		}
		v, ok := j.read(x, x.ID, in)
		if ok {
			ok = j.verify(x, x.ID, v)
		}
		if ok && !v.IsZero() {
			kept[x.ID], now[x.ID] = v, v
		}
	}
	j.checks(p)
	if len(j.faults) > 0 {
		return so, j.faults
	}
	return now, nil
}

// CheckAll judges all answers again, as must be done before sending: drafts are
// old, days pass, units end. It gives the answers that count; those of pages
// and fields that are no longer asked are dropped.
func (f *Form) CheckAll(a Answers, env Env) (Answers, []fault.Field) {
	f = f.ready()
	kept := make(Answers, len(a))
	j := newJudge(env, kept)
	for _, p := range f.pages {
		if !p.When.holds(kept) {
			continue
		}
		for _, x := range p.Fields {
			if x.Kind == KindInfo || !x.When.holds(kept) {
				continue
			}
			if v := a[x.ID]; j.verify(x, x.ID, v) && !v.IsZero() {
				kept[x.ID] = v
			}
		}
		j.checks(p)
	}
	return kept, j.faults
}

// judge collects the faults of one decision.
type judge struct {
	env    Env
	ctx    context.Context
	kept   Answers
	faults []fault.Field
	group  *Field // the group whose entry is being judged
	entry  int
}

func newJudge(env Env, kept Answers) *judge {
	lang := "vi"
	if env.Lang == "en" {
		lang = "en"
	}
	env.Lang = lang
	return &judge{env: env, ctx: message.WithLang(context.Background(), lang), kept: kept}
}

func (j *judge) checks(p *Page) {
	for _, c := range p.Checks {
		if c.Refuse.holdsOn(j.kept, j.env.Today) && c.Field.When.holds(j.kept) {
			j.faults = append(j.faults, fault.Field{Name: c.at, Key: "form.own", Args: []any{"text", c.Text.In(j.env.Lang)}})
		}
	}
}

// refuse notes a fault and gives false.
func (j *judge) refuse(x *Field, name, key string, args ...any) bool {
	label := x.said.In(j.env.Lang)
	if j.group != nil {
		label = message.T(j.ctx, "form.in_entry", "part", label, "entry", lowerFirst(j.group.Entry.In(j.env.Lang)), "n", j.entry+1)
	}
	j.faults = append(j.faults, fault.Field{
		Name: name, Key: key,
		Args: append([]any{"label", label, "Label", upperFirst(label)}, args...),
	})
	return false
}

func (j *judge) missing(x *Field, name, key string, args ...any) bool {
	if !x.Missing.IsZero() {
		j.faults = append(j.faults, fault.Field{Name: name, Key: "form.own", Args: []any{"text", x.Missing.In(j.env.Lang)}})
		return false
	}
	return j.refuse(x, name, key, args...)
}

// read makes a value of what was typed. ok is false when it noted a fault.
func (j *judge) read(x *Field, name string, in PageInput) (v Value, ok bool) {
	switch x.Kind {
	case KindText:
		return j.readText(x, name, in.Get(name))
	case KindNumber:
		return j.readNumber(x, name, in.Get(name))
	case KindDate:
		return j.readDate(x, name, in)
	case KindChoice:
		return Value{Text: strings.TrimSpace(in.Get(name))}, true
	case KindAddress:
		return j.readAddress(x, name, in)
	case KindPerson:
		return j.readPerson(x, name, in)
	case KindGroup:
		return j.readGroup(x, in)
	case KindFile:
		return Value{Files: slices.Clone(in.Files[x.ID]), Desk: x.Desk && in.Get(name+"-desk") != ""}, true
	}
	return Value{}, true
}

func (j *judge) readText(x *Field, name, raw string) (Value, bool) {
	s, ok := clean(raw, x.Lines)
	if !ok {
		return Value{}, j.refuse(x, name, "form.text.control")
	}
	if p, has := patterns[x.Pattern]; has {
		if n, fits := p.normal(s); fits {
			s = n
		}
	}
	return Value{Text: s}, true
}

func (j *judge) readPerson(x *Field, name string, in PageInput) (Value, bool) {
	v, all := Value{Parts: Answers{}}, true
	typed := false
	for _, s := range x.Fields {
		sv, ok := j.read(s, name+"-"+s.ID, in)
		all = all && ok
		if ok && !sv.IsZero() {
			v.Parts[s.ID] = sv
			typed = typed || s.Start.IsZero() || sv.Text != s.startText("vi") && sv.Text != s.startText("en")
		}
	}
	if !typed && (x.Optional || len(v.Parts) == 0) {
		v.Parts = nil // what stood there at first is no answer
	}
	return v, all
}

func (j *judge) readGroup(x *Field, in PageInput) (Value, bool) {
	n := in.Entries(x)
	rows, all := make([]Answers, 0, n), true
	last := 0
	for i := range n {
		row := Answers{}
		j.group, j.entry = x, i
		for _, s := range x.Fields {
			sv, ok := j.read(s, entryName(x, i, s.ID), in)
			all = all && ok
			if !ok {
				last = i + 1
			}
			if ok && !sv.IsZero() {
				row[s.ID] = sv
				last = i + 1
			}
		}
		j.group = nil
		rows = append(rows, row)
	}
	// Empty entries at the end were added and not filled: they are no answer.
	if last == 0 && x.Min == 0 {
		return Value{}, all
	}
	return Value{Rows: rows[:max(last, x.Min)]}, all
}

// Focus is the id of the first input of a field that is drawn under name:
// where an error summary goes to.
func (x *Field) Focus(name string) string {
	switch x.Kind {
	case KindDate:
		return name + "-day"
	case KindAddress:
		return name + "-" + partCommune
	case KindPerson:
		if len(x.Fields) > 0 {
			return x.Fields[0].Focus(name + "-" + x.Fields[0].ID)
		}
	}
	return name
}
