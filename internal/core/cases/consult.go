package cases

import (
	"encoding/json"
	"time"

	"benso/internal/kernel/fault"
)

// Opinion is what the agency that was asked thinks of the matter.
type Opinion string

// The opinions.
const (
	Agree    Opinion = "agree"
	Disagree Opinion = "disagree"
	Other    Opinion = "other" // neither: what the answer says
)

// Opinions lists the opinions in the order in which pages offer them.
var Opinions = []Opinion{Agree, Disagree, Other}

// Question is what another agency is asked about a case, and until when.
type Question struct {
	Agency string
	Holder string // the agency's path: who sees the question
	Text   string
	DueAt  time.Time
}

// Consult is a question to another agency about a case that goes on meanwhile:
// neither its step nor its clock changes (Decree 61/2018, Art. 19.5).
type Consult struct {
	ID          string
	Case        string
	Holder      string // path of the agency that asked
	AskedAt     time.Time
	AskedBy     string
	AskedFor    string // the absent official for whom it was asked
	Agency      string // that was asked
	AskedHolder string // its path: the scope of its reads
	Question    string
	DueAt       time.Time
	AnsweredAt  time.Time
	AnsweredBy  string
	AnsweredFor string
	Opinion     Opinion
	Answer      string
	WithdrawnAt time.Time
}

// Unanswered says whether an answer is still expected, as far as the question
// itself goes; see Consulted.Open.
func (c Consult) Unanswered() bool { return c.AnsweredAt.IsZero() && c.WithdrawnAt.IsZero() }

// Late says whether the answer came, or is coming, after its deadline.
func (c Consult) Late(now time.Time) bool {
	if !c.AnsweredAt.IsZero() {
		now = c.AnsweredAt
	}
	return now.After(c.DueAt)
}

// Consulted is a question as the agency that was asked sees it, with the case.
type Consulted struct {
	Consult
	Case Case
}

// Open says whether the agency may still answer: once the matter is resolved no
// answer can count any more.
func (c Consulted) Open() bool {
	return c.Unanswered() && c.Case.ResolvedAt.IsZero() && c.Case.State != Closed
}

// Reply is an answer to a question.
type Reply struct {
	Opinion Opinion
	Text    string
}

// consulted is what the events of a consultation keep: which questions and which
// agencies, and no word of them.
type consulted struct {
	Consults []string `json:"consults"`
	Agencies []string `json:"agencies"`
}

// Consulted lists the agencies that an event of a consultation is about; none
// for other events.
func (e Event) Consulted() []string {
	switch e.Act {
	case ActConsult, ActAnswerConsult, ActWithdrawConsult, ActPassConsult:
	default:
		return nil
	}
	var data consulted
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil // the event stands; only the agency's name cannot be told
	}
	return data.Agencies
}

// onward is the case after an act that moves nothing: only its version tells
// that something was written.
func (c Case) onward() Case {
	c.Version++
	return c
}

// mayAsk refuses a question about a case that waits for somebody outside, is
// resolved, or is closed.
func (c Case) mayAsk() error {
	if c.State != Working || !c.ResolvedAt.IsZero() {
		return fault.New(fault.Conflict, "cases.not_now")
	}
	return nil
}

// mayAnswer refuses an answer that comes twice or too late.
func (c Consulted) mayAnswer() error {
	switch {
	case !c.WithdrawnAt.IsZero():
		return fault.New(fault.Conflict, "cases.consult_withdrawn")
	case !c.AnsweredAt.IsZero():
		return fault.New(fault.Conflict, "cases.consult_answered")
	case !c.Open():
		return fault.New(fault.Conflict, "cases.consult_over")
	}
	return nil
}
