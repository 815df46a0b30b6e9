package pdf

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"benso/internal/kernel/message"
)

// Head is what every form says of the office, the dossier and the applicant.
// All of it is text as it is to be printed; empty fields are left out, or left
// as dots where the form must have them.
type Head struct {
	Parent string // the body above the agency, in capitals; may be empty
	Agency string // the agency, in capitals
	Desk   string // the one-stop desk
	Place  string // where it is issued: "Phú Khương"
	Date   string // "ngày 23 tháng 11 năm 2026"
	Phone  string // of the desk

	Code      string // dossier code; empty before acceptance
	Filing    string // filing number; printed when there is no code
	Lookup    string // secret by which a stranger to the system follows the dossier
	FollowURL string // what the QR code opens; no QR when empty

	Applicant      string
	Represented    string // the organisation or person that the applicant acts for
	Address        string
	ApplicantPhone string
	Email          string
	Procedure      string
	ProcedureCode  string

	Officer string // who received, checked or refused
	Signed  string // "Ký số bởi … lúc …"; empty: the paper says that it is not signed digitally
	Issued  time.Time
}

// Paper is one line of the list of papers received.
type Paper struct{ Name, Count, Kind string }

// Receipt is form 01, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả".
type Receipt struct {
	Head
	Papers     []Paper
	Limit      string // "5 ngày làm việc"
	ReceivedAt string
	DueAt      string
	ResultAt   string // where and how the result is handed over
	Fee        string
	Note       string
}

// Defect is one thing that is wanting: what, on which ground, how to mend it.
type Defect struct{ What, Ground, Mend string }

// Supplement is form 02, "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ". Everything
// is asked for at once (Decree 61/2018, Art. 15.3).
type Supplement struct {
	Head
	Defects []Defect
	Until   string // by when, if a date was set
	Note    string
}

// Reason is one reason of a refusal, with its ground.
type Reason struct{ Text, Ground string }

// Refusal is form 03, "Phiếu từ chối tiếp nhận giải quyết hồ sơ".
type Refusal struct {
	Head
	Reasons []Reason
	Advice  string // what the applicant can do now, and where
}

// t gives the words of the forms: they are Vietnamese by law, whatever language
// the one who prints reads.
func t(key string, args ...any) string {
	return message.T(message.WithLang(context.Background(), "vi"), "pdf."+key, args...)
}

// Render prints the receipt.
func (r Receipt) Render() ([]byte, error) {
	s, err := begin(r.Head, "receipt", "01")
	if err != nil {
		return nil, err
	}
	s.para(plain, bodySize, bodyLine, t("papers_received"))
	rows := make([][]string, len(r.Papers))
	for i, p := range r.Papers {
		rows[i] = []string{strconv.Itoa(i + 1), p.Name, p.Count, p.Kind}
	}
	s.y += 0.6
	s.table([]column{{t("col_no"), 11, true}, {t("col_paper"), s.inner() - 11 - 15 - 29, false}, {t("col_count"), 15, true}, {t("col_kind"), 29, false}}, rows)
	s.field(t("limit"), r.Limit, plain)
	s.field(t("received_at"), r.ReceivedAt, plain)
	s.field(t("due_at"), r.DueAt, bold)
	s.field(t("result_at"), r.ResultAt, plain)
	s.optional(t("fee"), r.Fee)
	s.optional(t("note"), r.Note)
	s.follow(r.Head)
	s.signatures(r.Head, t("signer_receipt"))
	return s.bytes(t("foot"))
}

// Render prints the supplement request.
func (p Supplement) Render() ([]byte, error) {
	s, err := begin(p.Head, "supplement", "02")
	if err != nil {
		return nil, err
	}
	s.para(plain, bodySize, bodyLine, t("defects"))
	// The column of grounds is printed when somebody gave one: nothing else is cited
	// as law.
	grounds := slices.ContainsFunc(p.Defects, func(d Defect) bool { return d.Ground != "" })
	rest := s.inner() - 11
	columns := []column{{t("col_no"), 11, true}, {t("col_defect"), rest * 0.55, false}, {t("col_mend"), rest * 0.45, false}}
	if grounds {
		columns = []column{{t("col_no"), 11, true}, {t("col_defect"), rest * 0.36, false}, {t("col_mend"), rest * 0.36, false}, {t("col_ground"), rest * 0.28, false}}
	}
	rows := make([][]string, len(p.Defects))
	for i, d := range p.Defects {
		rows[i] = []string{strconv.Itoa(i + 1), d.What, d.Mend, d.Ground}[:len(columns)]
	}
	s.y += 0.6
	s.table(columns, rows)
	s.optional(t("until"), p.Until)
	s.optional(t("note"), p.Note)
	clock := t("clock_anew")
	if p.Code == "" {
		clock = t("clock_not_begun")
	}
	s.para(italic, bodySize-0.5, bodyLine, t("supplement_once")+" "+clock)
	s.follow(p.Head)
	s.signatures(p.Head, t("signer_supplement"))
	return s.bytes(t("foot"))
}

// Render prints the refusal.
func (p Refusal) Render() ([]byte, error) {
	s, err := begin(p.Head, "refusal", "03")
	if err != nil {
		return nil, err
	}
	s.para(plain, bodySize, bodyLine, t("reasons"))
	rows := make([][]string, len(p.Reasons))
	for i, r := range p.Reasons {
		rows[i] = []string{strconv.Itoa(i + 1), r.Text, r.Ground}
	}
	s.y += 0.6
	rest := s.inner() - 11
	s.table([]column{{t("col_no"), 11, true}, {t("col_reason"), rest * 0.64, false}, {t("col_ground"), rest * 0.36, false}}, rows)
	s.optional(t("advice"), p.Advice)
	s.follow(p.Head)
	s.signatures(p.Head, t("signer_refusal"))
	return s.bytes(t("foot"))
}

// begin prints everything above what the form is about.
func begin(h Head, form, number string) (*sheet, error) {
	code := h.Code
	if code == "" {
		code = h.Filing
	}
	title := t(form + "_title")
	s := newSheet(strings.ReplaceAll(title, "\n", " ")+" "+code, h.Issued)
	s.running = func() {
		s.font(plain, smallSize)
		s.text(left, s.y, 3.6, clean(strings.ReplaceAll(title, "\n", " ")))
		s.font(bold, smallSize)
		s.text(s.w-right-s.width(clean(code)), s.y, 3.6, clean(code))
		s.y += 4.4
		s.rule(left, s.y, s.w-right, s.y, 0.1)
		s.y += 2.2
	}
	s.font(italic, 7)
	tag := t("form_tag", "number", number)
	s.text(s.w-right-s.width(tag), s.y-3.4, 3, tag)
	s.letterhead(h)
	if err := s.title(h, title); err != nil {
		return nil, err
	}
	return s, s.parties(h)
}

// letterhead prints the agency at the left, the country at the right.
func (s *sheet) letterhead(h Head) {
	const leftPart, line = 0.41, 4.2
	lw := s.inner()*leftPart - 2
	rx := left + s.inner()*leftPart
	rw := s.inner() * (1 - leftPart)

	ly := s.y
	if h.Parent != "" {
		s.font(plain, 8.5)
		ly = s.centred(left, lw, ly, line, clean(h.Parent))
	}
	s.font(bold, 8.5)
	ly = s.centred(left, lw, ly, line, clean(h.Agency))
	s.rule(left+lw*0.34, ly+0.4, left+lw*0.66, ly+0.4, 0.25)

	s.font(bold, 9)
	ry := s.centred(rx, rw, s.y, line, t("country"))
	s.font(bold, 9.5)
	motto := t("motto")
	mw := s.width(motto)
	ry = s.centred(rx, rw, ry, line, motto)
	s.rule(rx+(rw-mw)/2, ry+0.4, rx+(rw+mw)/2, ry+0.4, 0.25)
	ry += 2

	s.font(italic, 9)
	when := clean(h.Date)
	if h.Place != "" {
		when = clean(h.Place) + ", " + when
	}
	ry = s.centred(rx, rw, ry, line, when)
	s.y = max(ly+2, ry)
}

const qrSize = 25.0

// title prints the name of the form in the middle and the QR code at the right.
func (s *sheet) title(h Head, title string) error {
	s.y += 2.5
	from := s.y
	s.font(bold, 12.5)
	y := from + 2
	for _, l := range strings.Split(title, "\n") {
		s.text(left+(s.inner()-s.width(l))/2, y, 5.4, l)
		y += 5.4
	}
	s.font(plain, bodySize)
	label, code := t("code"), clean(h.Code)
	if code == "" {
		label, code = t("filing"), clean(h.Filing)
	}
	w := s.width(label + ": ")
	s.font(bold, bodySize)
	cw := s.width(code)
	x := left + (s.inner()-w-cw)/2
	s.font(plain, bodySize)
	s.text(x, y, bodyLine, label+":")
	s.font(bold, bodySize)
	s.text(x+w, y, bodyLine, code)
	y += bodyLine
	s.font(italic, 9)
	state := clean(h.Signed)
	if state == "" {
		state = t("unsigned")
	}
	y = s.centred(left+qrSize, s.inner()-2*qrSize, y, 4, state)
	if h.FollowURL != "" {
		// The quiet zone of the code lies in the margin of its box.
		if err := s.qr(h.FollowURL, s.w-right-qrSize+2, from-1.5, qrSize); err != nil {
			return err
		}
		y = max(y, from+qrSize-3)
	}
	s.y = y + 1.5
	return nil
}

// parties prints who received, who filed, and what for.
func (s *sheet) parties(h Head) error {
	s.field(t("desk"), h.Desk, plain)
	s.optional(t("phone"), h.Phone)
	s.field(t("applicant"), h.Applicant, bold)
	s.optional(t("represented"), h.Represented)
	s.field(t("address"), h.Address, plain)
	s.optional(t("applicant_phone"), h.ApplicantPhone)
	s.optional(t("email"), h.Email)
	procedure := h.Procedure
	if h.ProcedureCode != "" {
		procedure = t("procedure_with_code", "name", h.Procedure, "code", h.ProcedureCode)
	}
	s.field(t("procedure"), procedure, plain)
	return s.f.Error()
}

// optional is a field that is left out when there is nothing to say.
func (s *sheet) optional(label, value string) {
	if clean(value) != "" {
		s.field(label, value, plain)
	}
}

// follow says how to see the state of the dossier without an account.
func (s *sheet) follow(h Head) {
	if h.Lookup != "" {
		s.field(t("lookup"), h.Lookup, bold)
	}
	if h.FollowURL != "" {
		s.para(plain, 9, 4.2, t("follow", "address", h.FollowURL))
	}
}

// signatures prints the places where the applicant and the office sign.
func (s *sheet) signatures(h Head, signer string) {
	s.signs(t("signer_applicant"), h.Applicant, signer, h.Officer)
}

func (s *sheet) signs(leftRole, leftName, rightRole, rightName string) {
	const height = 31.0
	s.need(height)
	s.y += 2.5
	w := s.inner() / 2
	sign := func(x float64, role, name string) {
		s.font(bold, 9.5)
		y := s.centred(x, w, s.y, 4.4, role)
		s.font(italic, 8.5)
		s.centred(x, w, y, 4, t("sign_here"))
		s.font(bold, 10)
		s.centred(x, w, s.y+height-10, 4.4, clean(name))
	}
	sign(left, leftRole, leftName)
	sign(left+w, rightRole, rightName)
	s.y += height
}
