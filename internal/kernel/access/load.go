package access

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"benso/internal/kernel/pack"
)

// File is the pack's file of roles.
const File = "roles.yaml"

var (
	languages = []string{"vi", "en"}
	levels    = []string{"province", "district", "commune"}
)

// Load reads roles.yaml of a pack. With any problem the roles are empty: a half
// understood list of rights is worse than none.
func Load(fsys fs.FS) (Roles, []pack.Problem) {
	l := &loader{}
	text, err := fs.ReadFile(fsys, File)
	if errors.Is(err, fs.ErrNotExist) {
		l.problem(nil, "the pack has no roles", "add "+File)
		return Roles{}, l.problems
	}
	if err != nil {
		l.problem(nil, "cannot be read: "+err.Error(), "")
		return Roles{}, l.problems
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		l.problem(nil, "is not YAML: "+err.Error(), "")
		return Roles{}, l.problems
	}
	if len(doc.Content) == 0 {
		l.problem(nil, "is empty", "list the roles under roles:")
		return Roles{}, l.problems
	}
	roles := l.roles(doc.Content[0])
	if len(l.problems) > 0 {
		return Roles{}, l.problems
	}
	return roles, nil
}

type loader struct{ problems []pack.Problem }

func (l *loader) problem(at *yaml.Node, text, mend string) {
	p := pack.Problem{File: File, Text: text, Mend: mend}
	if at != nil {
		p.Line = at.Line
	}
	l.problems = append(l.problems, p)
}

func (l *loader) roles(n *yaml.Node) Roles {
	var r Roles
	top := l.mapping(n, "the file", []string{"roles", "separations"})
	line := map[string]*yaml.Node{}
	for _, item := range l.list(top["roles"], n, "roles") {
		role, id := l.role(item)
		if id == nil {
			continue
		}
		if first, twice := line[role.ID]; twice {
			l.problem(id, fmt.Sprintf("role %s is already declared on line %d", role.ID, first.Line), "give it another id")
			continue
		}
		line[role.ID] = id
		r.list = append(r.list, role)
	}
	if top["separations"] == nil {
		return r
	}
	for _, item := range l.list(top["separations"], n, "separations") {
		s := Separation{}
		m := l.mapping(item, "a separation", []string{"roles", "why"})
		s.Why = l.texts(m["why"], item, "why")
		names := l.list(m["roles"], item, "roles")
		if len(names) != 2 {
			l.problem(item, "a separation names two roles", "write roles: [one, other]")
			continue
		}
		for i, name := range names {
			s.Roles[i] = name.Value
			if line[name.Value] == nil {
				l.problem(name, fmt.Sprintf("there is no role %q", name.Value), "name a role declared above")
			}
		}
		if s.Roles[0] == s.Roles[1] {
			l.problem(item, "a role cannot exclude itself", "name two different roles")
		}
		r.separations = append(r.separations, s)
	}
	return r
}

// role gives the role and the node of its id, nil when it has none.
func (l *loader) role(n *yaml.Node) (Role, *yaml.Node) {
	m := l.mapping(n, "a role", []string{"id", "name", "levels", "reach", "permissions", "implicit"})
	id := m["id"]
	if id == nil || id.Kind != yaml.ScalarNode || id.Value == "" || strings.Trim(id.Value, "abcdefghijklmnopqrstuvwxyz_") != "" {
		l.problem(n, "a role needs an id of small letters", "write id: clerk")
		return Role{}, nil
	}
	role := Role{ID: id.Value, Name: l.texts(m["name"], n, "name")}
	if m["permissions"] == nil {
		l.problem(n, "role "+role.ID+" has no permissions", "write permissions: [], if it is to have none")
	} else {
		for _, p := range l.list(m["permissions"], n, "permissions") {
			switch permission := Permission(p.Value); {
			case !Known(permission):
				l.problem(p, fmt.Sprintf("there is no permission %q", p.Value), "use one of "+known())
			case slices.Contains(role.Permissions, permission):
				l.problem(p, fmt.Sprintf("permission %s stands twice", p.Value), "remove one")
			default:
				role.Permissions = append(role.Permissions, permission)
			}
		}
	}
	if implicit := m["implicit"]; implicit != nil {
		if err := implicit.Decode(&role.Implicit); err != nil {
			l.problem(implicit, "implicit is true or false", "")
		}
	}
	if role.Implicit {
		if m["levels"] != nil || m["reach"] != nil || len(role.Permissions) > 0 {
			l.problem(n, "the implicit role "+role.ID+" is everybody's, so it has no levels, reach or permissions", "remove them")
		}
		return role, id
	}
	for _, level := range l.list(m["levels"], n, "levels") {
		if !slices.Contains(levels, level.Value) {
			l.problem(level, fmt.Sprintf("there is no level %q", level.Value), "use one of "+strings.Join(levels, ", "))
		}
		role.Levels = append(role.Levels, level.Value)
	}
	switch reach := m["reach"]; {
	case reach == nil:
		l.problem(n, "role "+role.ID+" has no reach", "write reach: agency, or reach: unit")
	case Reach(reach.Value) != ReachAgency && Reach(reach.Value) != ReachUnit:
		l.problem(reach, fmt.Sprintf("there is no reach %q", reach.Value), "use agency or unit")
	default:
		role.Reach = Reach(reach.Value)
	}
	return role, id
}

// mapping gives the values of a mapping by key; only these keys may stand in it, each once.
func (l *loader) mapping(n *yaml.Node, what string, keys []string) map[string]*yaml.Node {
	values := map[string]*yaml.Node{}
	if n.Kind != yaml.MappingNode {
		l.problem(n, what+" must be a mapping", "write key: value")
		return values
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(keys, key.Value):
			l.problem(key, fmt.Sprintf("%s has no %q", what, key.Value), "use "+strings.Join(keys, ", "))
		case values[key.Value] != nil:
			l.problem(key, fmt.Sprintf("%q stands twice", key.Value), "remove one")
		default:
			values[key.Value] = n.Content[i+1]
		}
	}
	return values
}

// list gives the items of a list that must be there.
func (l *loader) list(n, parent *yaml.Node, what string) []*yaml.Node {
	if n == nil {
		l.problem(parent, what+" is missing", "write "+what+": […]")
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		l.problem(n, what+" must be a list", "write "+what+": […]")
		return nil
	}
	return n.Content
}

// texts gives one text for each language.
func (l *loader) texts(n, parent *yaml.Node, what string) map[string]string {
	if n == nil {
		l.problem(parent, what+" is missing", "write it in vi and en")
		return nil
	}
	m := l.mapping(n, what, languages)
	texts := map[string]string{}
	for _, lang := range languages {
		if m[lang] == nil || strings.TrimSpace(m[lang].Value) == "" {
			l.problem(n, what+" is missing in "+lang, "")
			continue
		}
		texts[lang] = m[lang].Value
	}
	return texts
}

func known() string {
	names := make([]string, len(permissions))
	for i, p := range permissions {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}
