package form

// Restate gives answers in which every address names the units that stand in the
// place of those it named: to gives for a commune the one that took it over, with its
// province, and ok is false where there is not exactly one. Such an address is left
// as it was, so that a person chooses. changed are the ids of the fields that are
// not as they were; the answers given in are not touched.
func Restate(a Answers, to func(commune string) (next, province string, ok bool)) (restated Answers, changed []string) {
	restated = a.clone()
	for id, v := range a {
		if next, other := v.restate(to); other {
			restated[id] = next
			changed = append(changed, id)
		}
	}
	return restated, changed
}

func (v Value) restate(to func(string) (next, province string, ok bool)) (Value, bool) {
	other := false
	if commune := v.Parts[partCommune].Text; commune != "" {
		if next, province, ok := to(commune); ok && (next != commune || province != v.Parts[partProvince].Text) {
			v.Parts = v.Parts.clone()
			v.Parts[partCommune], v.Parts[partProvince] = Value{Text: next}, Value{Text: province}
			other = true
		}
	}
	if parts, changed := Restate(v.Parts, to); len(changed) > 0 {
		v.Parts, other = parts, true
	}
	for i, row := range v.Rows {
		cells, changed := Restate(row, to)
		if len(changed) == 0 {
			continue
		}
		rows := append([]Answers(nil), v.Rows...)
		rows[i] = cells
		v.Rows, other = rows, true
	}
	return v, other
}
