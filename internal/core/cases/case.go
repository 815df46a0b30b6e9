package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
)

// State says whose turn it is.
type State string

// The states of a case.
const (
	Working State = "working" // an official's turn
	Waiting State = "waiting" // somebody outside's turn
	Closed  State = "closed"
)

// Case is one matter.
type Case struct {
	ID                string
	Kind              string
	Definition        string
	DefinitionVersion int64
	Step              string
	State             State
	Needs             access.Permission // of the step; empty when nobody here has a turn
	Agency            string
	Holder            string // the agency's path: the scope of every read
	Assignee          string // account, or empty
	Place             string // unit that the matter is about
	DueAt             time.Time
	Provisional       bool // the deadline lies beyond the published calendar
	Number            string
	Title             string
	Folded            string // how it is found; see vntext.Fold
	Facet             string // what lists filter by: the procedure
	Channel           string
	OpenedAt          time.Time
	AcceptedAt        time.Time
	FirstDueAt        time.Time
	ResolvedAt        time.Time // the agency's duty ended: there is a result or a refusal
	OnTime            *bool     // whether that was by the deadline; nil when there was none
	ClosedAt          time.Time
	Outcome           string
	Version           int64
	Simulated         bool
}

// New is what opens a case.
type New struct {
	ID        string
	Agency    string
	Holder    string
	Place     string
	Number    string
	Title     string
	Folded    string
	Facet     string
	Channel   string
	Act       string // the verb of the first event, such as "file"
	Data      any    // kept with the first event: ids, no personal values
	Simulated bool
}

// By is who acts, and when.
type By struct {
	Account   string
	ActingFor string
	At        time.Time
}

// Effect is what an act changes beside the step. What is nil or empty stays.
type Effect struct {
	Assignee    *string
	DueAt       *time.Time // the zero time takes the deadline away
	Provisional bool       // of DueAt
	Number      string
	Accepted    bool       // writes accepted_at and first_due_at, once
	Resolved    bool       // writes resolved_at and on_time, once
	Unaccepted  bool       // takes the acceptance back, with its deadline, before anything was resolved; Data keeps what it was
	TimedBy     *time.Time // with Resolved: the deadline that on_time is judged by, when due_at was put off since
	Untimed     bool       // with Resolved: the deadline was promised by a person, not by a known limit, so it stays out of on_time
	Data        any        // kept with the event: ids, no personal values
}

// Event is one line of the truth of a matter.
type Event struct {
	Case      string
	Seq       int64
	At        time.Time
	Account   string
	ActingFor string
	Act       string
	From      string
	To        string
	Agency    string // where the case was held after it
	DueAt     time.Time
	Data      json.RawMessage
}

// Acts that the core itself does.
const (
	ActAssign          = "assign"
	ActTake            = "take"
	ActTransfer        = "transfer"
	ActPassConsult     = "pass_consult"
	ActConsult         = "consult"
	ActAnswerConsult   = "answer_consult"
	ActWithdrawConsult = "withdraw_consult"
)

// Seat is where a case is held: an agency, its path, and on whose desk.
type Seat struct {
	Agency   string
	Holder   string // the agency's path
	Assignee string // account, or nobody
}

// Stale tells an official that somebody was faster, who and with what; the page
// shows it beside what was typed. It is a Conflict fault.
type Stale struct{ Last Event }

func (s *Stale) Error() string { return fmt.Sprintf("case %s changed by %q", s.Last.Case, s.Last.Act) }

// Unwrap makes it a fault for those who do not look closer.
func (s *Stale) Unwrap() error { return fault.New(fault.Conflict, "fault.stale") }

// Faster gives the event by which somebody was faster, when an error says so.
func Faster(err error) (Event, bool) {
	var s *Stale
	if errors.As(err, &s) {
		return s.Last, true
	}
	return Event{}, false
}

// open decides what a new case looks like.
func open(d Definition, n New, by By) (Case, error) {
	c := Case{
		ID: n.ID, Kind: d.Kind, Definition: d.ID, DefinitionVersion: d.Version, Agency: n.Agency, Holder: n.Holder, Place: n.Place,
		Number: n.Number, Title: n.Title, Folded: n.Folded, Facet: n.Facet, Channel: n.Channel, OpenedAt: by.At, Version: 1, Simulated: n.Simulated,
	}
	return c.at(d, d.Start, by.At)
}

// move decides what a case looks like after an act.
func (c Case) move(d Definition, act string, by By, e Effect) (Case, error) {
	if d.ID != c.Definition || d.Version != c.DefinitionVersion {
		return Case{}, fmt.Errorf("case %s runs by version %d of %s, not %d of %s", c.ID, c.DefinitionVersion, c.Definition, d.Version, d.ID)
	}
	to, err := d.leads(c.Step, act)
	if err != nil {
		return Case{}, err
	}
	from := c.Step
	if c, err = c.at(d, to, by.At); err != nil {
		return Case{}, err
	}
	if e.Number != "" {
		c.Number = e.Number
	}
	if e.DueAt != nil {
		c.DueAt, c.Provisional = *e.DueAt, e.Provisional
	}
	if e.Unaccepted {
		if !c.ResolvedAt.IsZero() {
			return Case{}, fault.New(fault.Conflict, "cases.not_now")
		}
		c.AcceptedAt, c.FirstDueAt, c.DueAt, c.Provisional = time.Time{}, time.Time{}, time.Time{}, false
	}
	if e.Accepted && c.AcceptedAt.IsZero() {
		c.AcceptedAt, c.FirstDueAt = by.At, c.DueAt
	}
	if e.Resolved && c.ResolvedAt.IsZero() {
		c.ResolvedAt = by.At
		due := c.DueAt
		if e.TimedBy != nil {
			due = *e.TimedBy
		}
		if !due.IsZero() && !e.Untimed {
			on := !by.At.After(due)
			c.OnTime = &on
		}
	}
	// Whoever held the step has no hold on the next one, unless the act says so.
	if from != c.Step {
		c.Assignee = ""
	}
	if e.Assignee != nil {
		c.Assignee = *e.Assignee
	}
	c.Version++
	return c, nil
}

// at puts the case on a step or an end.
func (c Case) at(d Definition, id string, now time.Time) (Case, error) {
	if s, ok := d.Step(id); ok {
		c.Step, c.Needs, c.State = s.ID, s.Needs, Working
		if s.WaitsFor != "" {
			c.State = Waiting
		}
		return c, nil
	}
	end, ok := d.End(id)
	if !ok {
		return Case{}, fmt.Errorf("definition %s has no step %q", d.ID, id)
	}
	c.Step, c.Needs, c.State, c.Outcome, c.ClosedAt = end.ID, "", Closed, end.Outcome, now
	return c, nil
}
