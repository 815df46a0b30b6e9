package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Violation is a rule of accessibility that the page breaks.
type Violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []Node `json:"nodes"`
}

// Node is one element that breaks the rule.
type Node struct {
	HTML    string `json:"html"`
	Summary string `json:"summary"`
}

// rules are WCAG 2.1 AA and what axe-core calls best practice.
var rules = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"}

// Axe fails the test when the page breaks a rule of accessibility, with each
// element that does and how to mend it. Without JavaScript the page stays as it
// is: only axe-core runs.
func (p *Page) Axe() {
	p.t.Helper()
	found, err := p.Violations()
	if err != nil {
		p.fail("axe-core: %v", err)
	}
	if len(found) == 0 {
		return
	}
	var b strings.Builder
	for _, v := range found {
		fmt.Fprintf(&b, "\n- %s (%s): %s", v.ID, v.Impact, v.Help)
		for _, n := range v.Nodes {
			fmt.Fprintf(&b, "\n    %s\n      %s", n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n      "))
		}
	}
	p.fault("the page is not accessible:%s", b.String())
}

// Violations are the rules that the page breaks.
func (p *Page) Violations() (found []Violation, err error) {
	source, err := axeSource()
	if err != nil {
		return nil, err
	}
	if !p.opts.JavaScript {
		if err := p.allowScripts(true); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, p.allowScripts(false)) }()
	}
	if err := p.eval(source+"\n;0", nil); err != nil {
		return nil, err
	}
	tags, err := json.Marshal(rules)
	if err != nil {
		return nil, err
	}
	run := `axe.run(document, {runOnly: {type: 'tag', values: ` + string(tags) + `}, resultTypes: ['violations']}).then((r) => r.violations.map((v) => ({
		id: v.id, impact: v.impact || '', help: v.help, nodes: v.nodes.map((n) => ({html: n.html, summary: n.failureSummary || ''}))})))`
	return found, p.eval(run, &found)
}

// axeSource is test/axe/axe.min.js of this repository.
func axeSource() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			b, err := os.ReadFile(filepath.Join(dir, "test", "axe", "axe.min.js"))
			return string(b), err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("not inside the repository: no go.mod above")
		}
		dir = up
	}
}
