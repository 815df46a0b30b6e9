package access

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

var fstestRoles = os.DirFS(filepath.Join("..", "..", "..", "packs", "bentre"))

func TestRolesOfTheProvinceAreWhole(t *testing.T) {
	roles := sampleRoles(t)
	for _, id := range []string{"applicant", "clerk", "specialist", "signer", "head", "leader", "inspector", "administrator"} {
		role, ok := roles.Role(id)
		if !ok || role.In("vi") == "" || role.In("en") == role.In("vi") || role.In("fr") != role.In("vi") {
			t.Errorf("role %s is %+v", id, role)
		}
	}
	given := map[Permission]bool{}
	for _, role := range roles.All() {
		for _, p := range role.Permissions {
			given[p] = true
		}
	}
	for _, p := range Permissions() {
		if !given[p] {
			t.Errorf("nobody may %s", p)
		}
	}
}

func TestFaultyRolesAreNamedByLine(t *testing.T) {
	const head = "roles:\n  - id: clerk\n    name: {vi: Công chức, en: Clerk}\n    levels: [commune]\n    reach: agency\n    permissions: [dossier.read]\n"
	for _, c := range []struct{ text, want string }{
		{"", "roles.yaml: is empty"},
		{"roles: [", "roles.yaml: is not YAML"},
		{"roles: 5", "roles.yaml:1: roles must be a list"},
		{"people: []\n", "roles.yaml:1: the file has no \"people\""},
		{head + "  - id: clerk\n    name: {vi: a, en: b}\n    levels: []\n    reach: unit\n    permissions: []\n", "roles.yaml:7: role clerk is already declared on line 2"},
		{strings.Replace(head, "dossier.read", "dossier.eat", 1), "roles.yaml:6: there is no permission \"dossier.eat\""},
		{strings.Replace(head, "[dossier.read]", "[dossier.read, dossier.read]", 1), "roles.yaml:6: permission dossier.read stands twice"},
		{strings.Replace(head, "commune", "village", 1), "roles.yaml:4: there is no level \"village\""},
		{strings.Replace(head, "reach: agency", "reach: moon", 1), "roles.yaml:5: there is no reach \"moon\""},
		{strings.Replace(head, "    reach: agency\n", "", 1), "roles.yaml:2: role clerk has no reach"},
		{strings.Replace(head, ", en: Clerk", "", 1), "roles.yaml:3: name is missing in en"},
		{strings.Replace(head, "id: clerk", "id: Clerk 1", 1), "roles.yaml:2: a role needs an id of small letters"},
		{strings.Replace(head, "    permissions: [dossier.read]\n", "", 1), "roles.yaml:2: role clerk has no permissions"},
		{strings.Replace(head, "    levels", "    colour: red\n    levels", 1), "roles.yaml:4: a role has no \"colour\""},
		{strings.Replace(head, "    reach", "    implicit: true\n    reach", 1), "roles.yaml:2: the implicit role clerk is everybody's"},
		{head + "separations:\n  - roles: [clerk, ghost]\n    why: {vi: a, en: b}\n", "roles.yaml:8: there is no role \"ghost\""},
		{head + "separations:\n  - roles: [clerk, clerk]\n    why: {vi: a, en: b}\n", "roles.yaml:8: a role cannot exclude itself"},
		{head + "separations:\n  - roles: [clerk]\n    why: {vi: a, en: b}\n", "roles.yaml:8: a separation names two roles"},
		{head + "separations:\n  - roles: [clerk, clerk]\n", "roles.yaml:8: why is missing"},
	} {
		roles, problems := Load(fstest.MapFS{File: {Data: []byte(c.text)}})
		found := false
		for _, p := range problems {
			found = found || strings.HasPrefix(p.String(), c.want)
		}
		if !found || len(roles.All()) != 0 {
			t.Errorf("%q\n gives %v,\n wanted %s", c.text, problems, c.want)
		}
	}
	if roles, problems := Load(fstest.MapFS{File: {Data: []byte(head)}}); len(problems) != 0 || len(roles.All()) != 1 {
		t.Errorf("the sound file gives %v", problems)
	}
	if _, problems := Load(fstest.MapFS{}); len(problems) != 1 || problems[0].Line != 0 {
		t.Errorf("a missing file gives %v", problems)
	}
}
