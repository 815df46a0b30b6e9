package access

import (
	"fmt"
	"slices"
	"testing"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
)

func sampleRoles(t *testing.T) Roles {
	t.Helper()
	roles, problems := Load(fstestRoles)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return roles
}

// paths of a province with two communes whose ids share a prefix of letters.
var samplePaths = map[string]string{
	"ubnd-86":         "86/ubnd-86/",
	"so-tu-phap":      "86/so-tu-phap/",
	"ubnd-28756":      "86/28756/ubnd-28756/",
	"ubnd-28756-2025": "86/28756-2025/ubnd-28756-2025/",
	"broken":          "86/28756/broken",
	"root":            "root/",
}

func samplePath(agency string) (string, bool) {
	p, ok := samplePaths[agency]
	return p, ok
}

func actor(t *testing.T, holdings ...identity.Holding) Actor {
	t.Helper()
	return NewActor(identity.Profile{Account: "a1", Name: "Trần Văn Đức", Kind: identity.Official, Session: "s1", Holdings: holdings}, sampleRoles(t), samplePath, nil)
}

func TestStrangerMayNothingAndSeesNothing(t *testing.T) {
	var stranger Actor
	for _, p := range Permissions() {
		if stranger.Has(p) || stranger.May(p, "86/") || !stranger.Scope(p).Empty() || stranger.ActsFor(p, "86/") != "" {
			t.Errorf("a stranger has %s", p)
		}
		if err := p.Check(stranger); !fault.Is(err, fault.SignIn) {
			t.Errorf("%s answers a stranger with %v", p, err)
		}
	}
	if sql, args := stranger.Scope(DossierRead).SQL("path", 3); sql != "1 = 0" || len(args) != 0 {
		t.Errorf("the scope of a stranger is %s %v", sql, args)
	}
	if !NewActor(identity.Profile{Kind: identity.Official, Holdings: []identity.Holding{{Role: "clerk", Agency: "ubnd-28756"}}}, sampleRoles(t), samplePath, nil).Stranger() {
		t.Error("a profile without an account is somebody")
	}
}

func TestClerkReachesOwnAgencyAndNotTheNeighbourWithTheSamePrefix(t *testing.T) {
	clerk := actor(t, identity.Holding{Role: "clerk", Agency: "ubnd-28756"})
	for path, want := range map[string]bool{
		"86/28756/ubnd-28756/":           true,
		"86/28756/ubnd-28756/desk/":      true,
		"86/28756/":                      false,
		"86/28756/ubnd-28756-2025/":      false,
		"86/28756-2025/ubnd-28756-2025/": false,
		"86/":                            false,
		"":                               false,
	} {
		if got := clerk.May(DossierIntake, path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	if clerk.Has(DossierSign) || clerk.May(DossierSign, "86/28756/ubnd-28756/") {
		t.Error("a clerk signs")
	}
}

func TestLeaderReachesTheWholeUnit(t *testing.T) {
	leader := actor(t, identity.Holding{Role: "leader", Agency: "ubnd-28756"})
	if !leader.May(DossierRead, "86/28756/ubnd-28756/") || !leader.May(DossierRead, "86/28756/tram-y-te/") || leader.May(DossierRead, "86/28756-2025/ubnd-28756-2025/") {
		t.Errorf("a commune's leader reaches %s", leader.Scope(DossierRead))
	}
	if got := actor(t, identity.Holding{Role: "leader", Agency: "ubnd-86"}).Scope(DossierRead).String(); got != "86/" {
		t.Errorf("the province's leader reaches %s", got)
	}
}

func TestWhatCannotBeUnderstoodGrantsNothing(t *testing.T) {
	for _, h := range []identity.Holding{
		{Role: "emperor", Agency: "ubnd-86"},
		{Role: "clerk", Agency: "nowhere"},
		{Role: "clerk", Agency: "broken"},
		{Role: "leader", Agency: "root"}, // no unit above it
		{Role: "applicant", Agency: "ubnd-86"},
	} {
		if a := actor(t, h); len(a.Grants) != 0 {
			t.Errorf("%+v grants %+v", h, a.Grants)
		}
	}
	person := NewActor(identity.Profile{Account: "p", Kind: identity.Person, Holdings: []identity.Holding{{Role: "clerk", Agency: "ubnd-86"}}}, sampleRoles(t), samplePath, nil)
	if len(person.Grants) != 0 {
		t.Error("a person's account holds an official's role")
	}
	if none := NewActor(identity.Profile{Account: "a", Kind: identity.Official, Holdings: []identity.Holding{{Role: "clerk", Agency: "ubnd-86"}}}, Roles{}, samplePath, nil); len(none.Grants) != 0 {
		t.Error("without a pack there are roles")
	}
}

func TestActingForIsMarkedAndOwnRightComesFirst(t *testing.T) {
	a := actor(t,
		identity.Holding{Role: "signer", Agency: "ubnd-28756", For: "absent"},
		identity.Holding{Role: "specialist", Agency: "ubnd-28756"},
	)
	const path = "86/28756/ubnd-28756/"
	if !a.May(DossierSign, path) || a.ActsFor(DossierSign, path) != "absent" {
		t.Errorf("signing for the absent one: %q", a.ActsFor(DossierSign, path))
	}
	if got := a.ActsFor(DossierRead, path); got != "" {
		t.Errorf("reading in one's own right is marked as for %q", got)
	}
	if got := a.ActsFor(DossierSign, "86/28756-2025/ubnd-28756-2025/"); got != "" {
		t.Errorf("elsewhere it is marked as for %q", got)
	}
	if got := a.Agencies(DossierRead); !slices.Equal(got, []string{"ubnd-28756"}) {
		t.Errorf("agencies %v", got)
	}
}

func TestAbsenceDoesNotJoinWhatIsKeptApart(t *testing.T) {
	own := identity.Holding{Role: "inspector", Agency: "so-tu-phap"}
	a := actor(t, identity.Holding{Role: "signer", Agency: "ubnd-28756", For: "absent"}, own)
	if a.Has(DossierSign) || !a.Has(AuditRead) {
		t.Errorf("an inspector acts as signer: %+v", a.Grants)
	}
	b := actor(t,
		identity.Holding{Role: "administrator", Agency: "ubnd-86", For: "x"},
		identity.Holding{Role: "inspector", Agency: "so-tu-phap", For: "y"})
	if b.Has(AccountManage) && b.Has(AuditRead) {
		t.Error("two absences joined what is kept apart")
	}
}

func TestOneTimePasswordOpensOnlyTheWayToANewOne(t *testing.T) {
	a := NewActor(identity.Profile{Account: "a", Kind: identity.Official, MustChangePassword: true, Holdings: []identity.Holding{{Role: "clerk", Agency: "ubnd-86"}}}, sampleRoles(t), samplePath, nil)
	if len(a.Grants) != 0 || AnySession.Check(a) != nil || Public.Check(a) != nil {
		t.Errorf("grants %+v", a.Grants)
	}
	for _, rule := range []Rule{SignedIn, DossierIntake} {
		if err := rule.Check(a); !MustChangePassword(err) || !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s answers %v", rule, err)
		}
	}
	if MustChangePassword(nil) || MustChangePassword(errForbidden) || MustChangePassword(errSignIn) {
		t.Error("another refusal is taken for that one")
	}
}

// TestRuleTable walks every rule as every kind of actor.
func TestRuleTable(t *testing.T) {
	const open, signIn, forbidden = "open", "sign in", "forbidden"
	actors := map[string]Actor{
		"stranger": {},
		"person":   NewActor(identity.Profile{Account: "p", Kind: identity.Person}, Roles{}, samplePath, nil),
		"clerk":    actor(t, identity.Holding{Role: "clerk", Agency: "ubnd-28756"}),
		"idle":     actor(t),
	}
	rules := []struct {
		rule Rule
		name string
		want map[string]string
	}{
		{Public, "public", map[string]string{"stranger": open, "person": open, "clerk": open, "idle": open}},
		{AnySession, "any session", map[string]string{"stranger": signIn, "person": open, "clerk": open, "idle": open}},
		{SignedIn, "signed in", map[string]string{"stranger": signIn, "person": open, "clerk": open, "idle": open}},
		{Permission("dossier.intake"), "dossier.intake", map[string]string{"stranger": signIn, "person": forbidden, "clerk": open, "idle": forbidden}},
		{Permission("dossier.sign"), "dossier.sign", map[string]string{"stranger": signIn, "person": forbidden, "clerk": forbidden, "idle": forbidden}},
		{Permission("no.such"), "no.such", map[string]string{"stranger": signIn, "person": forbidden, "clerk": forbidden, "idle": forbidden}},
	}
	for _, r := range rules {
		if r.rule.String() != r.name {
			t.Errorf("the rule %s calls itself %s", r.name, r.rule)
		}
		for who, a := range actors {
			got := open
			if err := r.rule.Check(a); err != nil {
				got = fmt.Sprint(fault.Of(err).Kind)
			}
			if got != r.want[who] {
				t.Errorf("%s as %s: %s, want %s", r.name, who, got, r.want[who])
			}
		}
	}
}

func TestRefusalSaysTheSameWhateverIsAskedFor(t *testing.T) {
	clerk := actor(t, identity.Holding{Role: "clerk", Agency: "ubnd-28756"})
	for _, p := range []Permission{DossierSign, AuditRead, SystemManage, "no.such"} {
		if err := p.Check(clerk); fmt.Sprintf("%#v", err) != fmt.Sprintf("%#v", DossierSign.Check(clerk)) {
			t.Errorf("%s answers differently: %v", p, err)
		}
	}
}

func TestRolesAreGivenWhereThePackAllows(t *testing.T) {
	roles := sampleRoles(t)
	for _, c := range []struct {
		role, level string
		held        []string
		key         string
	}{
		{"clerk", "commune", nil, ""},
		{"clerk", "commune", []string{"specialist", "clerk"}, ""},
		{"inspector", "commune", nil, "access.role_level"},
		{"inspector", "province", []string{"clerk", "signer"}, "access.role_separated"},
		{"signer", "commune", []string{"inspector"}, "access.role_separated"},
		{"applicant", "commune", nil, "access.role_unknown"},
		{"emperor", "province", nil, "access.role_unknown"},
		{"clerk", "", nil, "access.role_level"},
	} {
		err := roles.Giving(c.role, c.level, c.held)
		if c.key == "" {
			if err != nil {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		if f := fault.Of(err); f == nil || f.Key != c.key || len(f.Fields) != 1 || f.Fields[0].Name != "role" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
