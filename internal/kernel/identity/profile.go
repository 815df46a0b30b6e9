package identity

// Kind is what an account is: a person who asks the state for something, or an
// official who acts for an agency.
type Kind string

// The two kinds of account. A person who is also an official has two accounts.
const (
	Person   Kind = "person"
	Official Kind = "official"
)

// Profile is what a session stands for at one moment: the account, and the
// roles that are live then, its own and those it holds for absent officials.
type Profile struct {
	Account string
	Name    string
	Kind    Kind
	Session string // the id of the session, not its token
	// MustChangePassword is set while the account still has the one-time password that the
	// desk or an administrator handed out.
	MustChangePassword bool
	Holdings           []Holding
}

// Holding is one role at one agency.
type Holding struct {
	Role   string
	Agency string
	For    string // the absent official's account; empty when the role is the account's own
}
