package dossier

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"benso/internal/core/cases"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/worktime"
)

// Kind is what the core calls a dossier's case.
const Kind = "dossier"

// The acts of a dossier; a definition names them.
const (
	ActFile           = "file"
	ActAccept         = "accept"
	ActAskCompletion  = "ask_completion"
	ActComplete       = "complete"
	ActRefuseIntake   = "refuse_intake"
	ActAskSupplement  = "ask_supplement"
	ActSupply         = "supply"
	ActPropose        = "propose"
	ActProposeRefusal = "propose_refusal"
	ActApprove        = "approve"
	ActSendBack       = "send_back"
	ActRefuse         = "refuse"
	ActHandOver       = "hand_over"
	ActWithdraw       = "withdraw"
	ActUndoAcceptance = "undo_acceptance"
	ActMisfile        = "misfile"
	ActApologise      = "apologise"
	ActGiveBack       = "give_back" // of originals; no definition names it
)

// Vocabulary is what a definition of a dossier's process may say.
var Vocabulary = cases.Vocabulary{
	Kind: Kind,
	Acts: []string{ActAccept, ActAskCompletion, ActComplete, ActRefuseIntake, ActAskSupplement, ActSupply, ActPropose, ActProposeRefusal,
		ActApprove, ActSendBack, ActRefuse, ActHandOver, ActWithdraw, ActUndoAcceptance, ActMisfile, ActApologise},
	Required: []string{ActAccept, ActPropose, ActApprove, ActRefuse, ActHandOver, ActWithdraw},
	Outcomes: []string{"granted", "refused", "withdrawn", Misfiled},
}

// Misfiled is the outcome of a dossier that a clerk filed under a wrong procedure:
// no measure counts it, and another dossier stands in its place.
const Misfiled = "misfiled"

// Channel is how a dossier came in (Decree 61/2018, Art. 16).
type Channel string

// The channels.
const (
	Online  Channel = "online"
	Counter Channel = "counter"
)

// Asked says what a dossier was asked for; at most one of them, once.
type Asked string

// What may be asked.
const (
	Nothing    Asked = ""
	Completion Asked = "completion" // before acceptance (Art. 15.3)
	Supplement Asked = "supplement" // after it (Art. 19.4)
)

// Dossier is one application, with its case.
type Dossier struct {
	cases.Case
	Draft            string
	FilingNumber     string
	Code             string // empty until accepted
	Secret           string // on the receipt: opens more than the state
	Procedure        string
	ProcedureVersion int64
	Applicant        string // account; empty for one who has none
	Name             string // of the applicant, for papers and lists of officials
	Phone            string
	Receive          string // how the result is received, an option of the form
	FiledAt          time.Time
	LimitFrom        time.Time // the limit runs from here; it moves when it restarts
	LimitNote        string    // the clerk's reason, when the limit is not known
	Asked            Asked
	Proposal         string // "", grant, refuse
	Reason           string // of the refusal proposed or made
	ResultNumber     string
	ResultBook       string
	ResultOn         string // 2026-11-23
	Collection       Collection
	RefiledAs        string // the dossier that stands in the place of a misfiled one
}

// Collection is who took the result, and by what right.
type Collection struct {
	By    string // name; empty until it is handed over
	As    string // self, relative or authorised; empty when nobody noted it
	Paper string // the paper that they showed: citizen_card, vneid, passport, other
	Right string // the authorisation or the relation, where it is not the applicant
}

// Rights and papers of whoever collects, in the order in which pages offer them.
var (
	Collectors      = []string{"self", "relative", "authorised"}
	CollectorPapers = []string{"citizen_card", "vneid", "passport", "other"}
)

// Check says what handing over would find wrong with a collection.
func (c Collection) Check() error {
	_, err := c.clean()
	return err
}

// clean tidies a collection and refuses one that does not say by what right
// somebody else takes the result.
func (c Collection) clean() (Collection, error) {
	f := fault.New(fault.Invalid, "dossier.collection_incomplete")
	name, err := needText("collector", c.By, "dossier.collector_needed")
	f = also(f, err)
	c.By, c.Right = name, vntext.CleanLines(c.Right)
	if c.As != "" && !slices.Contains(Collectors, c.As) {
		f = f.WithField("collector_as", "dossier.collector_as_needed")
	}
	if c.Paper != "" && !slices.Contains(CollectorPapers, c.Paper) {
		f = f.WithField("collector_paper", "dossier.collector_paper_needed")
	}
	if (c.As == "relative" || c.As == "authorised") && c.Right == "" {
		f = f.WithField("collector_right", "dossier.collector_right_needed")
	}
	if utf8.RuneCountInString(c.Right) > maxText {
		f = f.WithField("collector_right", "dossier.text_too_long", "max", maxText)
	}
	if len(f.Fields) > 0 {
		return Collection{}, f
	}
	return c, nil
}

// Defect is one thing that is wrong, in a request that lists them all.
type Defect struct {
	Subject string `json:"subject"` // the paper or the answer
	Wrong   string `json:"wrong"`   // what is wrong with it
	Mend    string `json:"mend"`    // what to do
}

// Request is the one request that a dossier may get (form 02).
type Request struct {
	Kind       Asked
	AskedAt    time.Time
	AskedBy    string
	Defects    []Defect
	AnsweredAt time.Time
}

// Draft is an application being filled in; it is not a case yet.
type Draft struct {
	ID               string
	Account          string // who fills it in: the applicant, or the clerk at the counter
	Channel          Channel
	Agency           string // of the clerk, at the counter
	Procedure        string
	ProcedureVersion int64
	Completes        string // the case whose request it answers; empty for a new one
	Answers          form.Answers
	Revisions        map[string]int64 // of each page, so that a stale page is seen
	Version          int64
	FiledAs          string // the case it became
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// Owners of papers in the file room.
const (
	OwnerDraft   = "draft"
	OwnerDossier = "dossier"
	SlotReceipt  = "receipt" // form 01, written by the system
	SlotRequest  = "request" // form 02
	SlotRefusal  = "refusal" // form 03
	SlotResult   = "result"
	SlotApology  = "apology"      // form 04
	SlotVoid     = "receipt_void" // a form 01 whose acceptance was undone
	SlotPaper    = "paper:"       // and the paper's id: handed in by the applicant
)

// Filing numbers and codes.

// filingNumber writes the number that a person gets at once: BS-261123-00042.
func filingNumber(day time.Time, n int64) string {
	return fmt.Sprintf("BS-%s-%05d", day.In(clock.Zone).Format("060102"), n)
}

// lastOfDay is the last running number of an agency in a day: four digits
// (Circular 01/2018/TT-VPCP, Art. 5).
const lastOfDay = 9999

// code writes the dossier code of Circular 01/2018/TT-VPCP: the agency's
// identifier, the date of receipt and the running number of that day. The
// 10,000th of a day is a fault, not a wrap.
func code(identifier string, day time.Time, n int64) (string, error) {
	if n > lastOfDay {
		return "", fault.New(fault.Exhausted, "dossier.codes_exhausted")
	}
	return fmt.Sprintf("%s-%s-%04d", identifier, day.In(clock.Zone).Format("060102"), n), nil
}

// deadline fixes when a dossier is due: by the procedure's limit, or, where the
// sources do not know it, by the clerk's date with a reason.
func deadline(cal *worktime.Calendar, l worktime.Limit, from time.Time, given Given) (at time.Time, provisional bool, err error) {
	if l.Unit != worktime.Unknown {
		d, err := cal.Deadline(from, l)
		return d.At, d.Provisional, err
	}
	day, err := time.ParseInLocation(time.DateOnly, given.Date, clock.Zone)
	if err != nil {
		return time.Time{}, false, fault.New(fault.Invalid, "dossier.due_needed").WithField("due", "dossier.due_needed")
	}
	if given.Reason == "" || utf8.RuneCountInString(given.Reason) > maxText {
		return time.Time{}, false, fault.New(fault.Invalid, "dossier.due_reason_needed").WithField("due_reason", "dossier.due_reason_needed")
	}
	at, ok := cal.CloseOf(day)
	if !ok || !at.After(from) {
		return time.Time{}, false, fault.New(fault.Invalid, "dossier.due_not_working").WithField("due", "dossier.due_not_working")
	}
	return at, false, nil
}

// Given is what a clerk decides at acceptance beside the originals that were seen.
type Given struct {
	Date   string   // 2026-11-30: where no limit is known
	Reason string   // of the date
	Kept   []string // papers whose originals stay with the dossier
	Slip   Slip
}

// Slip says whether acceptance writes form 01.
type Slip string

// A result that is due at once needs no form 01 unless the applicant asks for it
// (Decree 61/2018, Art. 17.4).
const (
	WithReceipt    Slip = ""
	WithoutReceipt Slip = "none"
)

// supplementDays is how many working days after acceptance a supplement may
// still be asked for (Decree 61/2018, Art. 19.4).
const supplementDays = 3

// mayAsk decides whether a request may still be made.
func (d Dossier) mayAsk(kind Asked, cal *worktime.Calendar, now time.Time) error {
	if d.Asked != Nothing {
		return fault.New(fault.Conflict, "dossier.asked_already")
	}
	if kind == Supplement {
		last, err := cal.Deadline(d.AcceptedAt, worktime.Limit{Amount: supplementDays, Unit: worktime.WorkingDays, Basis: "Decree 61/2018, Art. 19.4"})
		if err != nil {
			return err
		}
		if now.After(last.At) {
			return fault.New(fault.Conflict, "dossier.supplement_too_late")
		}
	}
	return nil
}

// Limits of what officials type.
const (
	maxDefects = 30
	maxText    = 1000
)

// cleanDefects tidies a request and refuses one that would not help.
func cleanDefects(in []Defect) ([]Defect, error) {
	var out []Defect
	f := fault.New(fault.Invalid, "dossier.defects_incomplete")
	for i, d := range in {
		d.Subject, d.Wrong, d.Mend = vntext.Clean(d.Subject), vntext.CleanLines(d.Wrong), vntext.CleanLines(d.Mend)
		if d == (Defect{}) {
			continue
		}
		if d.Subject == "" {
			f = f.WithField(fmt.Sprintf("subject-%d", i), "dossier.defect_subject_needed")
		}
		if d.Wrong == "" {
			f = f.WithField(fmt.Sprintf("wrong-%d", i), "dossier.defect_wrong_needed")
		}
		for _, s := range []string{d.Subject, d.Wrong, d.Mend} {
			if utf8.RuneCountInString(s) > maxText {
				f = f.WithField(fmt.Sprintf("wrong-%d", i), "dossier.text_too_long", "max", maxText)
			}
		}
		out = append(out, d)
	}
	switch {
	case len(f.Fields) > 0:
		return nil, f
	case len(out) == 0:
		return nil, fault.New(fault.Invalid, "dossier.defects_needed").WithField("wrong-0", "dossier.defects_needed")
	case len(out) > maxDefects:
		return nil, fault.New(fault.Invalid, "dossier.defects_too_many", "max", maxDefects).WithField("wrong-0", "dossier.defects_too_many", "max", maxDefects)
	}
	return out, nil
}

// needText refuses an empty or endless text of an official.
func needText(field, text, key string) (string, error) {
	text = vntext.CleanLines(text)
	if text == "" {
		return "", fault.New(fault.Invalid, key).WithField(field, key)
	}
	if utf8.RuneCountInString(text) > maxText {
		return "", fault.New(fault.Invalid, "dossier.text_too_long", "max", maxText).WithField(field, "dossier.text_too_long", "max", maxText)
	}
	return text, nil
}

// Result is what a specialist proposes: the number under which the result stands.
type Result struct {
	Number string
	Book   string
	On     string // 2026-11-23
}

// clean tidies a result; the fault names what is wrong with it, and has no fields
// when nothing is.
func (r Result) clean() (Result, *fault.Error) {
	r.Number, r.Book = vntext.Clean(r.Number), vntext.Clean(r.Book)
	f := fault.New(fault.Invalid, "dossier.result_incomplete")
	if r.Number == "" || utf8.RuneCountInString(r.Number) > 100 {
		f = f.WithField("number", "dossier.result_number_needed")
	}
	if utf8.RuneCountInString(r.Book) > 100 {
		f = f.WithField("book", "dossier.text_too_long", "max", 100)
	}
	if _, err := time.Parse(time.DateOnly, r.On); err != nil {
		f = f.WithField("on", "dossier.result_date_needed")
	}
	return r, f
}

// folded is how a dossier is found: its numbers, what it is about, its applicant by
// name, phone and the citizen number that the answers say of them.
func (d Dossier) folded(answers form.Answers) string {
	text := d.FilingNumber + " " + d.Code + " " + d.Title + " " + d.Name + " " + d.Phone
	if own, ok := ownPart(answers, d.Name); ok {
		text += " " + strings.Join(strings.Fields(own.Parts["citizen"].Text), "")
	}
	return vntext.Fold(text)
}

// normalCode reads a code or a filing number as people type it: blanks and
// small letters do not matter.
func normalCode(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(s), ""))
}
