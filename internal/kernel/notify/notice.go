package notify

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// Text is what a notice says in one language.
type Text struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`          // paragraphs
	Link  string   `json:"link,omitempty"` // words of the link
}

// Notice is one thing that somebody was told.
type Notice struct {
	ID      string
	Account string
	Kind    string // what it is about, such as "dossier"
	Subject string // id of what it is about
	Cause   string // the act it tells of; an account is told once of each
	Link    string // path on the site: where one goes on
	Texts   map[string]Text
	At      time.Time
	ReadAt  time.Time // zero while unread
	// Quiet keeps it in the inbox: simulated matters are mailed to nobody.
	Quiet bool
}

// In gives the text in a language, in Vietnamese where there is no other.
func (n Notice) In(lang string) Text {
	if t, ok := n.Texts[lang]; ok {
		return t
	}
	return n.Texts["vi"]
}

// State is how far a delivery has come.
type State string

// The states of a delivery.
const (
	Waiting State = "waiting" // to be sent, or to be sent again
	Sent    State = "sent"
	Failed  State = "failed"  // refused for good, or given up
	Dropped State = "dropped" // not wanted any more when its turn came
)

// Email is the channel of letters by e-mail.
const Email = "email"

// Delivery is what is kept of one letter.
type Delivery struct {
	ID        string
	Cause     string // the notice, or what the composer of its kind knows
	Kind      string
	Account   string // empty where there is nobody to write to
	State     State
	Address   string // masked
	Attempts  int64
	Error     string // why it did not go; no address stands in it
	CreatedAt time.Time
	DoneAt    time.Time
}

// giveUp is how long a letter is tried: over a weekend without a mail server.
// Later it would tell of what everybody knows.
const giveUp = 72 * time.Hour

// tired says whether a letter that could not be sent is given up.
func (d Delivery) tired(now time.Time) bool { return !now.Before(d.CreatedAt.Add(giveUp)) }

// Choice is what a person chose about mail.
type Choice struct {
	Wanted bool
	Lang   string // "vi" or "en"
}

// DefaultChoice is that of a person who has not chosen: confirming an address,
// under words that say what comes to it, is agreeing to be written to.
var DefaultChoice = Choice{Wanted: true, Lang: "vi"}

// ErrUnwanted says that a letter need not be sent any more.
var ErrUnwanted = errors.New("notify: the letter is not wanted any more")

// Refused is the answer of a server that will never take a letter: the mailbox is
// not there, or the content is not wanted. Code is the server's, without its
// words, which may name the address.
type Refused struct{ Code string }

func (r *Refused) Error() string { return "refused for good: " + r.Code }

// Mask leaves of an address what its owner knows it by: "l•••@example.com".
func Mask(address string) string {
	user, host, ok := strings.Cut(address, "@")
	first, size := utf8.DecodeRuneInString(user)
	if !ok || size == 0 {
		return "•••"
	}
	return string(first) + "•••@" + host
}
