package access

import "benso/internal/kernel/fault"

// Rule is what a route demands of whoever asks. There are four: Public,
// AnySession, SignedIn and a Permission. A route without one has a nil Rule, which
// the site refuses to serve.
type Rule interface {
	// String names the rule in lists and logs.
	String() string
	// Check returns nil, or a fault: SignIn for a stranger, Forbidden for others.
	Check(a Actor) error
	sealed()
}

// The rules that are no permission.
var (
	// Public lets everybody in.
	Public Rule = public{}
	// SignedIn lets in whoever is signed in and has chosen a password.
	SignedIn Rule = signedIn{}
	// AnySession also lets in who still has a one-time password: for signing out and
	// for choosing a password, and for nothing else.
	AnySession Rule = anySession{}
)

var (
	errSignIn         = fault.New(fault.SignIn, "access.sign_in")
	errChangePassword = fault.New(fault.Forbidden, "access.change_password")
	errForbidden      = fault.New(fault.Forbidden, "access.forbidden")
)

// MustChangePassword says whether err is the refusal of SignedIn or a
// Permission for an account that still has its one-time password: the edge then
// leads to the page where a password is chosen.
func MustChangePassword(err error) bool {
	return err != nil && fault.Of(err).Key == errChangePassword.Key
}

type public struct{}

func (public) String() string    { return "public" }
func (public) Check(Actor) error { return nil }
func (public) sealed()           {}

type anySession struct{}

func (anySession) String() string { return "any session" }
func (anySession) sealed()        {}
func (anySession) Check(a Actor) error {
	if a.Stranger() {
		return errSignIn
	}
	return nil
}

type signedIn struct{}

func (signedIn) String() string { return "signed in" }
func (signedIn) sealed()        {}
func (signedIn) Check(a Actor) error {
	if a.Stranger() {
		return errSignIn
	}
	if a.MustChangePassword {
		return errChangePassword
	}
	return nil
}

func (p Permission) String() string { return string(p) }
func (Permission) sealed()          {}

// Check lets in whoever has the permission on some path.
func (p Permission) Check(a Actor) error {
	if err := SignedIn.Check(a); err != nil {
		return err
	}
	if !a.Has(p) {
		return errForbidden
	}
	return nil
}
