package form

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/pack"
)

// reader reads YAML strictly and collects every fault, so that an author sees
// all of them at once.
type reader struct {
	file     string
	problems []pack.Problem
}

func (r *reader) bad(n *yaml.Node, mend, text string, args ...any) {
	r.problems = append(r.problems, pack.Problem{File: r.file, Line: n.Line, Text: fmt.Sprintf(text, args...), Mend: mend})
}

// mapping is one YAML mapping whose keys are known.
type mapping struct {
	*reader
	node *yaml.Node
	what string
	keys map[string]*yaml.Node
}

func (r *reader) mapping(n *yaml.Node, what string, allowed ...string) (mapping, bool) {
	m := mapping{r, n, what, map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		r.bad(n, "write it as \"key: value\" lines", "%s is not a mapping", what)
		return m, false
	}
	known := make(map[string]bool, len(allowed))
	for _, k := range allowed {
		known[k] = true
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case !known[k.Value]:
			r.bad(k, "use one of: "+strings.Join(allowed, ", "), "%s has an unknown key %q", what, k.Value)
		case m.keys[k.Value] != nil:
			r.bad(k, "keep one of them", "%s has the key %q twice", what, k.Value)
		case v.Kind == yaml.AliasNode || v.Anchor != "":
			r.bad(v, "write the value itself", "%s: %s uses a YAML anchor", what, k.Value)
		default:
			m.keys[k.Value] = v
		}
	}
	return m, true
}

func (m mapping) has(key string) bool { return m.keys[key] != nil }

func (m mapping) require(key, mend string) bool {
	if m.keys[key] == nil {
		m.bad(m.node, mend, "%s has no %s", m.what, key)
		return false
	}
	return true
}

func (m mapping) str(key string) string {
	n := m.keys[key]
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		m.bad(n, "write a text", "%s: %s is empty or not a text", m.what, key)
		return ""
	}
	return n.Value
}

func (m mapping) int(key string, without, least, most int) int {
	n := m.keys[key]
	if n == nil {
		return without
	}
	i, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || i < least || i > most {
		m.bad(n, fmt.Sprintf("write a whole number from %d to %d", least, most), "%s: %s is %q", m.what, key, n.Value)
		return without
	}
	return i
}

func (m mapping) yes(key string) bool {
	n := m.keys[key]
	if n == nil {
		return false
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		m.bad(n, "write true or false", "%s: %s is %q", m.what, key, n.Value)
		return false
	}
	return n.Value == "true"
}

// text reads {vi: …, en: …}; both languages are always given.
func (m mapping) text(key string) Text {
	n := m.keys[key]
	if n == nil {
		return Text{}
	}
	t, ok := m.mapping(n, m.what+": "+key, "vi", "en")
	if !ok {
		return Text{}
	}
	t.require("vi", "add the Vietnamese text: people read it first")
	t.require("en", "add the English text")
	return Text{Vi: t.str("vi"), En: t.str("en")}
}

func (m mapping) list(key string) []*yaml.Node {
	n := m.keys[key]
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		m.bad(n, "write at least one line that starts with \"- \"", "%s: %s is not a list, or is empty", m.what, key)
		return nil
	}
	return n.Content
}

// oneOf reads a word of a fixed set; the first one when the key is absent.
func (m mapping) oneOf(key string, words ...string) string {
	n := m.keys[key]
	if n == nil {
		return words[0]
	}
	for _, w := range words {
		if n.Value == w {
			return w
		}
	}
	m.bad(n, "use one of: "+strings.Join(words, ", "), "%s: %s is %q", m.what, key, n.Value)
	return words[0]
}

// id reads an id. Ids become names of inputs, where "-" joins the parts, and
// paths in conditions, where "." does: so they hold neither.
var idShape = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func (m mapping) id(key string) string {
	if !m.require(key, "give it a short id, for example child_name") {
		return ""
	}
	s := m.keys[key].Value
	if !idShape.MatchString(s) {
		m.bad(m.keys[key], "use small letters a-z, digits and _, at most 40, a letter first", "%s: %s is %q", m.what, key, s)
	}
	return s
}

// digest hashes what the YAML says: kinds, tags and values, not its layout.
func digest(n *yaml.Node) string {
	h := sha256.New()
	hashNode(h, n)
	return hex.EncodeToString(h.Sum(nil))
}

func hashNode(h hash.Hash, n *yaml.Node) {
	// A hash never fails to write.
	_, _ = fmt.Fprintf(h, "%d %s %d:%s %d\n", n.Kind, n.ShortTag(), len(n.Value), n.Value, len(n.Content))
	for _, c := range n.Content {
		hashNode(h, c)
	}
}
