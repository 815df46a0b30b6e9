package fees

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
)

// Parse reads the fee of a procedure: {amount, condition, basis} where one
// amount says all, or {items: [...]}. Expressions are checked against the form.
// The schedule is empty when there is any problem.
func Parse(file string, node *yaml.Node, f *form.Form) (Schedule, []pack.Problem) {
	if node.IsZero() {
		return Schedule{}, nil
	}
	p := &parser{file: file, form: f}
	keys := p.mapping(node, "fee", "amount", "condition", "basis", "items")
	var s Schedule
	if items := keys["items"]; items != nil {
		if len(keys) > 1 {
			p.bad(node, "give each item its own", "fee has amount, condition or basis beside items")
		}
		s = p.items(items)
	} else if keys != nil {
		s = Simple(p.plain(keys["amount"], "fee"), p.text(keys["condition"], "fee: condition"), p.word(keys["basis"], "fee: basis"))
	}
	if len(p.problems) > 0 {
		return Schedule{}, p.problems
	}
	return s, nil
}

type parser struct {
	file     string
	form     *form.Form
	env      *language
	problems []pack.Problem
}

func (p *parser) bad(n *yaml.Node, mend, text string, args ...any) {
	p.problems = append(p.problems, pack.Problem{File: p.file, Line: n.Line, Text: fmt.Sprintf(text, args...), Mend: mend})
}

func (p *parser) mapping(n *yaml.Node, what string, allowed ...string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		p.bad(n, `write it as "key: value" lines`, "%s is not a mapping", what)
		return nil
	}
	keys := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(allowed, k.Value):
			p.bad(k, "use one of: "+strings.Join(allowed, ", "), "%s has an unknown key %q", what, k.Value)
		case keys[k.Value] != nil:
			p.bad(k, "keep one of them", "%s has the key %q twice", what, k.Value)
		default:
			keys[k.Value] = v
		}
	}
	return keys
}

func (p *parser) word(n *yaml.Node, what string) string {
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		p.bad(n, "write a text", "%s is empty or not a text", what)
		return ""
	}
	return n.Value
}

func (p *parser) text(n *yaml.Node, what string) form.Text {
	if n == nil {
		return form.Text{}
	}
	keys := p.mapping(n, what, "vi", "en")
	if keys != nil && keys["vi"] == nil {
		p.bad(n, "add the Vietnamese text: people read it first", "%s has no vi", what)
	}
	return form.Text{Vi: p.word(keys["vi"], what), En: p.word(keys["en"], what)}
}

// plain reads an amount that is the same for everybody; nil when it is not known.
func (p *parser) plain(n *yaml.Node, what string) *int64 {
	if n == nil || n.Tag == "!!null" {
		return nil
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || err != nil || v < 0 || v > Most {
		p.bad(n, "write whole dong, such as 50000, or leave it out where the source does not say", "%s: amount is %q", what, n.Value)
		return nil
	}
	return &v
}

var idShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func (p *parser) items(n *yaml.Node) Schedule {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		p.bad(n, `write at least one line that starts with "- "`, "fee: items is not a list, or is empty")
		return Schedule{}
	}
	var s Schedule
	seen := map[string]bool{}
	for _, in := range n.Content {
		x := p.item(in)
		if seen[x.ID] {
			p.bad(in, "give each item an id of its own", "the fee item %q stands twice", x.ID)
		}
		seen[x.ID] = true
		s.Items = append(s.Items, x)
	}
	return s
}

func (p *parser) item(n *yaml.Node) Item {
	keys := p.mapping(n, "a fee item", "id", "name", "kind", "when", "condition", "amount", "rate", "unknown", "reason", "basis")
	if keys == nil {
		return Item{}
	}
	x := Item{ID: p.word(keys["id"], "the id of a fee item")}
	if !idShape.MatchString(x.ID) {
		p.bad(n, "use small letters a-z, digits and _, a letter first", "a fee item has the id %q", x.ID)
	}
	what := "the fee item " + x.ID
	x.Name, x.Rate, x.Condition = p.text(keys["name"], what+": name"), p.text(keys["rate"], what+": rate"), p.text(keys["condition"], what+": condition")
	x.Unknown, x.Reason, x.Basis = p.text(keys["unknown"], what+": unknown"), p.text(keys["reason"], what+": reason"), p.word(keys["basis"], what+": basis")
	if x.Kind = Kind(p.word(keys["kind"], what+": kind")); x.Kind != Charge && x.Kind != Levy {
		p.bad(n, fmt.Sprintf("write kind: %s, or kind: %s (Law 97/2015/QH13, Art. 3)", Charge, Levy), "%s has the kind %q", what, x.Kind)
	}
	need := func(there bool, key, mend string) {
		if !there {
			p.bad(n, mend, "%s has no %s", what, key)
		}
	}
	need(keys["name"] != nil, "name", "name what is paid for")
	need(keys["basis"] != nil, "basis", "name the document that sets it")
	need((keys["when"] == nil) == (keys["condition"] == nil), "pair of when and condition", "when is for the program, condition says the same to people: give both or none")
	if w := keys["when"]; w != nil {
		x.when = p.rule(w, what+": when", wantBool)
	}
	amount := keys["amount"]
	switch {
	case (amount == nil) == (keys["unknown"] == nil):
		p.bad(n, "give amount; or unknown with the reason, where the source does not give it", "%s needs exactly one of amount and unknown", what)
	case amount == nil: // not known
	case amount.Tag == "!!int":
		x.Amount = p.plain(amount, what)
	default:
		x.amount = p.rule(amount, what+": amount", wantInt)
		need(keys["rate"] != nil, "rate", "say in words how it is computed: people read it before they answer")
	}
	if amount == nil {
		if keys["reason"] != nil {
			p.bad(keys["reason"], "say it under unknown", "%s has a reason, but no amount", what)
		}
		return x
	}
	need(keys["reason"] != nil, "reason", "say why this amount, such as {vi: \"{copies} × 2.000\", en: …}")
	if r := keys["reason"]; r != nil {
		x.reason = [2]template{p.template(r, x.Reason.Vi, what), p.template(r, x.Reason.In("en"), what)}
	}
	return x
}

// rule compiles an expression and names what is wrong with it.
func (p *parser) rule(n *yaml.Node, what string, want outcome) *rule {
	if n.Kind != yaml.ScalarNode {
		p.bad(n, "write one expression, in quotes", "%s is not an expression", what)
		return nil
	}
	if p.env == nil {
		env, err := newLanguage(p.form)
		if err != nil {
			p.bad(n, "rename the field", "%s: %v", what, err)
			return nil
		}
		p.env = env
	}
	r, wrong := p.env.compile(n.Value, want)
	for _, w := range wrong {
		p.bad(n, w.mend, "%s: %s", what, w.text)
	}
	return r
}

// template reads a reason: text with expressions in braces.
func (p *parser) template(n *yaml.Node, text, what string) template {
	var t template
	for text != "" {
		before, rest, open := strings.Cut(text, "{")
		t = append(t, piece{text: before})
		if !open {
			break
		}
		expr, after, closed := strings.Cut(rest, "}")
		if !closed || strings.TrimSpace(expr) == "" {
			p.bad(n, "close each { with }, and write a field or an expression between", "%s: reason has a brace without its partner", what)
			return nil
		}
		if r := p.rule(&yaml.Node{Kind: yaml.ScalarNode, Value: expr, Line: n.Line}, what+": reason", wantText); r != nil {
			t = append(t, piece{rule: r})
		}
		text = after
	}
	return t
}
