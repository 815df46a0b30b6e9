package access

// Permission names one thing that a role may allow. It is also a Rule: a route
// that declares it is open to whoever has it on any path; the handler then asks
// May or Scope for the path.
type Permission string

// Every permission that exists. A role of the pack, and a route, may name no other.
const (
	DossierRead    Permission = "dossier.read"
	DossierIntake  Permission = "dossier.intake" // file at the counter, ask completion, accept, refuse at intake, hand over
	DossierCheck   Permission = "dossier.check"  // take, check, ask a supplement, propose
	DossierSign    Permission = "dossier.sign"   // approve, refuse, send back
	CaseAssign     Permission = "case.assign"
	PaymentCollect Permission = "payment.collect" // take fees at the counter, cancel one's own receipt of the day, see the receipts of the agency
	AccountManage  Permission = "account.manage"  // officials, within the scope: every level has its administrators
	AccountRecover Permission = "account.recover" // give a person at the desk a new password
	AuditRead      Permission = "audit.read"
	BoardOpen      Permission = "board.open"    // open a number of the board to the records it counted
	SystemManage   Permission = "system.manage" // agencies, within the scope; what concerns the whole installation asks May on the province's path
)

var permissions = []Permission{
	DossierRead, DossierIntake, DossierCheck, DossierSign, CaseAssign, PaymentCollect, AccountManage, AccountRecover, AuditRead, BoardOpen, SystemManage,
}

// Permissions lists every permission that exists.
func Permissions() []Permission { return append([]Permission(nil), permissions...) }

// Known says whether there is such a permission.
func Known(p Permission) bool {
	for _, known := range permissions {
		if p == known {
			return true
		}
	}
	return false
}
