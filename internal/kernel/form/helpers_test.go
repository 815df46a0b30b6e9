package form

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

type tree struct{}

func (tree) Provinces() []Place {
	return []Place{{"86", "tỉnh Vĩnh Long"}, {"79", "Thành phố Hồ Chí Minh"}}
}

func (tree) Communes(province string) []Place {
	switch province {
	case "86":
		return []Place{{"28756-2025", "phường An Hội"}, {"28858-2025", "phường Sơn Đông"}}
	case "79":
		return []Place{{"26734-2025", "phường Sài Gòn"}}
	}
	return nil
}

func (t tree) Name(id string) string {
	for _, p := range t.Provinces() {
		if p.ID == id {
			return p.Name
		}
		for _, c := range t.Communes(p.ID) {
			if c.ID == id {
				return c.Name
			}
		}
	}
	return ""
}

var today = Env{Today: "2026-11-23", Places: tree{}}

// parse makes a form of YAML that must be good.
func parse(t testing.TB, text string) *Form {
	t.Helper()
	f, problems := ParseBytes("test.yaml", []byte(text))
	for _, p := range problems {
		t.Fatalf("%s", p)
	}
	return f
}

// one makes a form of one field, given as lines of YAML without indent.
func one(t testing.TB, lines string) (*Form, *Page) {
	t.Helper()
	f := parse(t, oneField(lines))
	return f, f.First()
}

func oneField(lines string) string {
	return "pages:\n  - id: p\n    title: {vi: Trang, en: Page}\n    fields:\n      - " +
		strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n        ") + "\n"
}

// said are the faults as people read them, by input.
func said(faults []fault.Field) map[string]string {
	m := map[string]string{}
	for _, f := range faults {
		m[f.Name] = message.T(inVi, f.Key, f.Args...)
	}
	return m
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

const procedure = "../../../packs/bentre/procedures/1.001193.yaml"

// birth is the guided form of birth registration, from the pack.
func birth(t testing.TB) *Form {
	t.Helper()
	f, problems := Parse(procedure, birthNode(t))
	for _, p := range problems {
		t.Errorf("%s", p)
	}
	if f == nil {
		t.FailNow()
	}
	return f
}

func birthNode(t testing.TB) *yaml.Node {
	t.Helper()
	data, err := os.ReadFile(procedure)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Form yaml.Node `yaml:"form"`
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return &doc.Form
}
