package worktime

import (
	"encoding/json"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

func TestALimitSurvivesYAMLAndJSON(t *testing.T) {
	for _, l := range []Limit{
		{Amount: 5, Unit: WorkingDays, Basis: "Điều 1"},
		{Unit: SameDay, CutOff: 15 * 60, Basis: "Nghị định 23/2015/NĐ-CP, Điều 7"},
		{Unit: Unknown},
	} {
		text, err := yaml.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var back Limit
		if err := yaml.Unmarshal(text, &back); err != nil || back != l {
			t.Errorf("from YAML %+v, %v\n%s", back, err, text)
		}
		if text, err = json.Marshal(l); err != nil {
			t.Fatal(err)
		}
		back = Limit{}
		if err := json.Unmarshal(text, &back); err != nil || back != l {
			t.Errorf("from JSON %+v, %v: %s", back, err, text)
		}
	}
	var l Limit
	if err := json.Unmarshal([]byte(`{"amount":1,"unit":"fortnights"}`), &l); !fault.Is(err, fault.Invalid) {
		t.Errorf("fortnights are %+v, %v", l, err)
	}
	if err := json.Unmarshal([]byte(`{"unit":"same_day","cut_off":"25:00"}`), &l); err == nil {
		t.Error("25:00 is a time of day")
	}
	if _, err := json.Marshal(Limit{Unit: "fortnights"}); err == nil {
		t.Error("fortnights are written")
	}
}

func TestAWrongLimitNamesItsField(t *testing.T) {
	for _, x := range []struct {
		limit Limit
		field string
	}{
		{Limit{Amount: 0, Unit: WorkingDays, Basis: "x"}, "amount"},
		{Limit{Amount: -1, Unit: Months, Basis: "x"}, "amount"},
		{Limit{Amount: 121, Unit: Months, Basis: "x"}, "amount"},
		{Limit{Amount: 1, Unit: SameDay, Basis: "x"}, "amount"},
		{Limit{Amount: 1, Unit: Unknown}, "amount"},
		{Limit{Amount: 1, Unit: "", Basis: "x"}, "unit"},
		{Limit{Amount: 1, Unit: WorkingDays, CutOff: 900, Basis: "x"}, "cut_off"},
		{Limit{Amount: 1, Unit: WorkingDays, Basis: " "}, "basis"},
	} {
		err := x.limit.Check()
		f := fault.Of(err)
		if f == nil || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != x.field {
			t.Errorf("%+v: %v", x.limit, err)
			continue
		}
		for _, key := range []string{f.Key, f.Fields[0].Key} {
			if !message.Has(key) {
				t.Errorf("no message %s", key)
			}
		}
	}
	if err := (Limit{Amount: 3, Unit: WorkingDays, Basis: "x"}).Check(); err != nil {
		t.Error(err)
	}
}

func TestProcedureFilesAreToldTheLineOfAWrongLimit(t *testing.T) {
	parse := func(text string) (Limit, string) {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		l, problems := ParseLimit("procedures/1.yaml", doc.Content[0])
		all := make([]string, len(problems))
		for i, p := range problems {
			if p.Mend == "" {
				t.Errorf("no mend: %s", p)
			}
			all[i] = p.String()
		}
		return l, strings.Join(all, "\n")
	}
	l, problems := parse("unit: same_day\ncut_off: \"15:00\"\nbasis: Điều 7")
	if problems != "" || l != (Limit{Unit: SameDay, CutOff: 900, Basis: "Điều 7"}) {
		t.Errorf("%+v %s", l, problems)
	}
	for text, want := range map[string]string{
		"amount: 5\nunit: days\nbasis: x":                         `1.yaml:2: there is no unit "days"`,
		"amount: five\nunit: working_days\nbasis: x":              `1.yaml:1: the amount "five" is no whole number`,
		"amount: 0\nunit: working_days\nbasis: x":                 "1.yaml:1: the amount is 0",
		"unit: working_days\namount: 5":                           "1.yaml:1: the limit has no basis",
		"unit: same_day\nbasis: x\ncut_off: 3pm":                  `1.yaml:3: the cut_off "3pm" is no time of day`,
		"unit: working_days\namount: 5\nbasis: x\ncut_off: 15:00": "1.yaml:4: only a same_day limit has a cut_off",
		"unit: same_day\nbasis: x\ncutoff: 15:00":                 `1.yaml:3: a limit has no "cutoff"`,
		"- 5": "1.yaml:1: a limit must be a mapping",
	} {
		if l, problems := parse(text); !strings.HasPrefix(problems, "procedures/"+want) || l != (Limit{}) {
			t.Errorf("%q: %+v %s, want %s", text, l, problems, want)
		}
	}
}
