package form

import (
	"slices"
	"strings"
	"unicode/utf8"

	"benso/internal/kernel/message"
)

// verify judges a value, wherever it comes from: just read, or an old draft. It
// gives false when it noted a fault.
func (j *judge) verify(x *Field, name string, v Value) bool {
	if !x.fits(v) {
		return j.refuse(x, x.Focus(name), "form.malformed")
	}
	if v.IsZero() && x.Optional {
		return true
	}
	switch x.Kind {
	case KindText:
		return j.verifyText(x, name, v.Text)
	case KindNumber:
		return j.verifyNumber(x, name, v.Text)
	case KindDate:
		return j.verifyDate(x, name, v.Text)
	case KindChoice:
		if v.Text == "" {
			return j.missing(x, name, "form.missing.choice")
		}
		if _, ok := x.option(v.Text); !ok {
			return j.refuse(x, name, "form.choice.unknown")
		}
	case KindAddress:
		return j.verifyAddress(x, name, v.Parts)
	case KindPerson:
		return j.verifyPerson(x, name, v.Parts)
	case KindGroup:
		return j.verifyGroup(x, v.Rows)
	case KindFile:
		return j.verifyFile(x, name, v)
	}
	return true
}

// fits says whether the value has the shape of the field's kind.
func (x *Field) fits(v Value) bool {
	text, parts, rows, files := v.Text != "", len(v.Parts) > 0, len(v.Rows) > 0, len(v.Files) > 0
	switch x.Kind {
	case KindAddress:
		for id, p := range v.Parts {
			if id != partProvince && id != partCommune && id != partOutside && id != partStreet || !simple(p) {
				return false
			}
		}
		return !text && !rows && !files && !v.Desk
	case KindPerson:
		for id := range v.Parts {
			if _, ok := x.part(id); !ok {
				return false
			}
		}
		return !text && !rows && !files && !v.Desk
	case KindGroup:
		for _, row := range v.Rows {
			for id := range row {
				if _, ok := x.part(id); !ok {
					return false
				}
			}
		}
		return !text && !parts && !files && !v.Desk
	case KindFile:
		return !text && !parts && !rows && (x.Desk || !v.Desk)
	}
	return simple(v)
}

func simple(v Value) bool {
	return len(v.Parts) == 0 && len(v.Rows) == 0 && len(v.Files) == 0 && !v.Desk
}

func (j *judge) verifyText(x *Field, name, s string) bool {
	if s == "" {
		return j.missing(x, name, "form.missing.text")
	}
	if c, ok := clean(s, x.Lines); !ok || c != s {
		return j.refuse(x, name, "form.text.control")
	}
	n := utf8.RuneCountInString(s)
	if n > x.Max {
		return j.refuse(x, name, "form.text.long", "max", x.Max, "n", n)
	}
	if p, ok := patterns[x.Pattern]; ok {
		if kept, fits := p.normal(s); !fits || kept != s {
			return j.refuse(x, name, "form.pattern."+x.Pattern)
		}
	}
	if n < x.Min {
		return j.refuse(x, name, "form.text.short", "min", x.Min)
	}
	return true
}

func (j *judge) readAddress(x *Field, name string, in PageInput) (Value, bool) {
	v := Value{Parts: Answers{}}
	if commune := strings.TrimSpace(in.Get(name + "-" + partCommune)); commune != "" {
		v.Parts[partCommune] = Value{Text: commune}
		if province, ok := j.provinceOf(x, commune); ok {
			v.Parts[partProvince] = Value{Text: province}
		}
	}
	all := true
	for _, part := range []string{partOutside, partStreet} {
		if part == partOutside && !x.Outside || part == partStreet && x.Street == None {
			continue
		}
		s, ok := clean(in.Get(name+"-"+part), false)
		if !ok {
			all = j.refuse(x, name+"-"+part, "form.text.control")
		} else if s != "" {
			v.Parts[part] = Value{Text: s}
		}
	}
	if len(v.Parts) == 0 {
		v.Parts = nil
	}
	return v, all
}

// provinceOf finds a commune among those that can be chosen.
func (j *judge) provinceOf(x *Field, commune string) (string, bool) {
	for _, pr := range Provinces(x, j.env.Places) {
		for _, c := range j.env.Places.Communes(pr.ID) {
			if c.ID == commune {
				return pr.ID, true
			}
		}
	}
	return "", false
}

// Provinces lists the provinces whose communes an address field offers.
func Provinces(x *Field, places Places) []Place {
	switch {
	case places == nil:
		return nil
	case x.Province != "":
		return []Place{{ID: x.Province, Name: places.Name(x.Province)}}
	}
	return places.Provinces()
}

const maxPlace = 200 // runes of a street or a place outside the tree

func (j *judge) verifyAddress(x *Field, name string, parts Answers) bool {
	commune, outside, street := parts[partCommune].Text, parts[partOutside].Text, parts[partStreet].Text
	good := true
	switch {
	case commune == "" && outside == "":
		key := "form.missing.address"
		if x.Outside {
			key = "form.missing.address_any"
		}
		good = j.missing(x, name+"-"+partCommune, key)
	case commune != "" && outside != "":
		good = j.refuse(x, name+"-"+partOutside, "form.address.both")
	case commune != "":
		if province, ok := j.provinceOf(x, commune); !ok || province != parts[partProvince].Text {
			good = j.refuse(x, name+"-"+partCommune, "form.address.unknown")
		}
	case !x.Outside:
		good = j.refuse(x, name+"-"+partCommune, "form.missing.address")
	}
	if street == "" && x.Street == Required {
		good = j.refuse(x, name+"-"+partStreet, "form.address.street")
	}
	if street != "" && x.Street == None {
		good = j.refuse(x, name+"-"+partCommune, "form.malformed")
	}
	for _, part := range []string{partOutside, partStreet} {
		s := parts[part].Text
		if c, ok := clean(s, false); !ok || c != s {
			good = j.refuse(x, name+"-"+part, "form.text.control")
		} else if n := utf8.RuneCountInString(s); n > maxPlace {
			good = j.refuse(x, name+"-"+part, "form.text.long", "max", maxPlace, "n", n)
		}
	}
	return good
}

// verifyPerson judges the parts. A citizen number and another paper stand for
// each other: who has no number yet names another paper.
func (j *judge) verifyPerson(x *Field, name string, parts Answers) bool {
	good := true
	_, asksOther := x.part("other_paper")
	for _, s := range x.Fields {
		at, v := name+"-"+s.ID, parts[s.ID]
		if s.ID == "citizen" && v.IsZero() && asksOther {
			if parts["other_paper"].IsZero() && !s.Optional {
				good = j.missing(s, at, "form.missing.citizen")
			}
			continue
		}
		good = j.verify(s, at, v) && good
	}
	return good
}

func (j *judge) verifyGroup(x *Field, rows []Answers) bool {
	if len(rows) < x.Min {
		return j.missing(x, x.ID, "form.group.few", "min", x.Min, "entry", lowerFirst(x.Entry.In(j.env.Lang)))
	}
	if len(rows) > x.Max {
		return j.refuse(x, x.ID, "form.group.many", "max", x.Max, "entry", lowerFirst(x.Entry.In(j.env.Lang)))
	}
	good := true
	for i, row := range rows {
		j.group, j.entry = x, i
		for _, s := range x.Fields {
			good = j.verify(s, entryName(x, i, s.ID), row[s.ID]) && good
		}
		j.group = nil
	}
	return good
}

func (j *judge) verifyFile(x *Field, name string, v Value) bool {
	if len(v.Files) == 0 && !v.Desk && !j.env.AtDesk {
		if x.Desk {
			return j.missing(x, name, "form.missing.file_desk")
		}
		return j.missing(x, name, "form.missing.file")
	}
	good := true
	if len(v.Files) > x.Max {
		good = j.refuse(x, name, "form.file.many", "max", x.Max)
	}
	for i, f := range v.Files {
		switch {
		case f.ID == "" || slices.ContainsFunc(v.Files[:i], func(o File) bool { return o.ID == f.ID }):
			good = j.refuse(x, name, "form.malformed")
		case !slices.Contains(x.Types, f.Type):
			good = j.refuse(x, name, "form.file.type", "file", f.Name)
		case f.Size > x.MaxBytes:
			good = j.refuse(x, name, "form.file.large", "file", f.Name, "max", megabytes(j, x.MaxBytes))
		}
	}
	return good
}

func megabytes(j *judge, n int64) string {
	if n < 1<<20 {
		return message.Number(j.ctx, n>>10) + " KB"
	}
	return message.Number(j.ctx, n>>20) + " MB"
}
