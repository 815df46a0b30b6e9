package fees

// Kind is what sort of fee an item is (Law on Fees and Charges 97/2015, Art. 3).
type Kind string

// The kinds, as the law calls them.
const (
	Charge Kind = "phí"    // covers the cost of a service
	Levy   Kind = "lệ phí" // is paid for an act of the state
)
