package cases

import (
	"os"
	"strings"
	"testing"

	"benso/internal/kernel/access"
)

var vocabulary = Vocabulary{Kind: "dossier", Acts: []string{"accept", "refuse", "supply"}, Required: []string{"accept"}, Outcomes: []string{"granted", "refused"}}

func holders(p access.Permission) []string {
	if p == access.DossierIntake {
		return []string{"clerk"}
	}
	return nil
}

const good = `id: d
kind: dossier
name: {vi: Thử}
start: a
steps:
  - id: a
    name: {vi: A}
    status: {vi: ở A}
    needs: dossier.intake
    acts: [accept → b, refuse → no]
  - id: b
    name: {vi: B}
    status: {vi: ở B}
    waits_for: applicant
    acts: [supply → done]
ends:
  - {id: done, outcome: granted, status: {vi: xong}}
  - {id: no, outcome: refused, status: {vi: không}}
`

func TestGoodDefinitionIsRead(t *testing.T) {
	d, problems := Parse("d.yaml", []byte(good), 3, vocabulary, holders)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if d.Version != 3 || !d.Offers("a", "accept") || d.Offers("b", "accept") || d.Status("no").In("vi") != "không" {
		t.Errorf("read %+v", d)
	}
}

func TestDefinitionThatACaseCouldGetLostInIsRefusedWithTheReason(t *testing.T) {
	for _, c := range []struct{ name, old, new, where, want string }{
		{"never ends", "acts: [supply → done]", "acts: [supply → b]", "d.yaml:", "could never end"},
		{"unreachable step", "acts: [accept → b, refuse → no]", "acts: [accept → done, refuse → no]", "d.yaml:11", `the step "b" can never be reached`},
		{"unreachable end", "acts: [accept → b, refuse → no]", "acts: [accept → b]", "d.yaml:", `the end "no" can never be reached`},
		{"nobody may do it", "needs: dossier.intake", "needs: dossier.sign", "d.yaml:6", "nobody may do"},
		{"somebody and nobody", "needs: dossier.intake", "needs: dossier.intake\n    waits_for: applicant", "d.yaml:6", "more than one"},
		{"leads to nothing", "accept → b", "accept → c", "d.yaml:6", "which does not exist"},
		{"unknown act", "supply → done", "fly → done", "d.yaml:11", `the act "fly"`},
		{"twice the same act", "refuse → no]", "refuse → no, accept → no]", "d.yaml:6", "stands twice"},
		{"no way on", "acts: [supply → done]", "acts: []", "d.yaml:11", "could never leave"},
		{"a required act is offered nowhere", "acts: [accept → b, refuse → no]", "acts: [supply → b, refuse → no]", "d.yaml:1", `no step offers "accept"`},
		{"unknown field", "start: a", "begin: a", "d.yaml:4", "begin"},
		{"unknown field of a step", "needs: dossier.intake", "need: dossier.intake", "d.yaml:9", "need"},
		{"starts nowhere", "start: a", "start: x", "d.yaml:1", "which is no step"},
		{"two steps of one name", "id: b", "id: a", "d.yaml:", "stands twice"},
		{"unknown outcome", "outcome: granted", "outcome: lost", "d.yaml", "incomplete"},
		{"no words for the applicant", "status: {vi: ở A}", "status: {}", "d.yaml:6", "incomplete"},
		{"not YAML", "steps:", "steps: [", "d.yaml:", "line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("the sample was not changed")
			}
			_, problems := Parse("d.yaml", []byte(text), 1, vocabulary, holders)
			for _, p := range problems {
				if strings.HasPrefix(p.String(), c.where) && strings.Contains(p.String(), c.want) && p.Mend != "" {
					return
				}
				if c.name == "not YAML" {
					return
				}
			}
			t.Errorf("problems: %v", problems)
		})
	}
}

func TestProcessesOfThePackAreSound(t *testing.T) {
	data, err := os.ReadFile("../../../packs/bentre/processes/one-stop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	v := Vocabulary{Kind: "dossier", Outcomes: []string{"granted", "refused", "withdrawn", "misfiled"}, Acts: strings.Fields(
		"accept ask_completion complete refuse_intake misfile ask_supplement supply propose propose_refusal apologise undo_acceptance approve send_back refuse hand_over withdraw")}
	if _, problems := Parse("one-stop.yaml", data, 1, v, func(access.Permission) []string { return []string{"somebody"} }); len(problems) > 0 {
		t.Error(problems)
	}
}
