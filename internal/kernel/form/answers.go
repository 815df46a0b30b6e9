package form

import "maps"

// Answers are what a person said, by field id. They go to JSON and back
// without loss.
type Answers map[string]Value

// Value is the answer to one field:
//
//	text, number, date, choice: Text, as "Nguyễn Văn A", "1234.50", "2026-03-27"
//	                            (or "1990", the year alone), the option's id
//	address:                    Parts commune and province, or outside; street
//	person:                     Parts
//	group:                      Rows
//	file:                       Files, or Desk: the original will be shown
type Value struct {
	Text  string    `json:"text,omitempty"`
	Parts Answers   `json:"parts,omitempty"`
	Rows  []Answers `json:"rows,omitempty"`
	Files []File    `json:"files,omitempty"`
	Desk  bool      `json:"desk,omitempty"`
}

// File is a paper that the server has already received.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type,omitempty"`
	Size int64  `json:"size,omitempty"` // bytes
	// Doubts are codes of what may keep it from being read (file.Doubts).
	Doubts string `json:"doubts,omitempty"`
}

// The parts of an address.
const (
	partProvince = "province"
	partCommune  = "commune"
	partOutside  = "outside"
	partStreet   = "street"
)

// IsZero says whether nothing was answered.
func (v Value) IsZero() bool {
	if v.Text != "" || v.Desk || len(v.Files) > 0 || len(v.Rows) > 0 {
		return false
	}
	for _, p := range v.Parts {
		if !p.IsZero() {
			return false
		}
	}
	return true
}

// Text gives the text of one answer by its path: "relation", "mother.name",
// "mother.residence.commune"; "" when it was not answered.
func (a Answers) Text(path string) string {
	v, _ := ref{path: split(path)}.value(a)
	return v.Text
}

// clone copies the map; values are never changed in place.
func (a Answers) clone() Answers {
	c := make(Answers, len(a)+1)
	maps.Copy(c, a)
	return c
}

// ref is a path to an answer, and what Parse found there.
type ref struct {
	path  []string
	field *Field // the top field
	leaf  *Field // the field whose answer it is; nil for a part of an address
}

func (r ref) value(a Answers) (Value, bool) {
	v, ok := a[r.path[0]]
	for _, part := range r.path[1:] {
		if !ok {
			return Value{}, false
		}
		v, ok = v.Parts[part]
	}
	return v, ok && !v.IsZero()
}
