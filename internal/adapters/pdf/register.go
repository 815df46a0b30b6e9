package pdf

import (
	"strings"
	"time"
)

// Register is form 06, "Sổ theo dõi hồ sơ", on A4 (Circular 01/2018/TT-VPCP, Art.
// 9.2).
type Register struct {
	Parent, Agency, Place, Date string // as in Head
	Period                      string // which days it covers; may be empty
	Rows                        []RegisterRow
	Issued                      time.Time
}

// RegisterRow is a dossier of the register.
type RegisterRow struct {
	Number, Code, Procedure, Applicant, Agency string
	Received, Due, Returned                    string
	Way, Note                                  string
}

// Render prints the register. Its columns are those that Decree 61/2018 has the
// desk follow: who, what, when received, when due, when and how given out; the
// column to sign stays empty for whoever collects at the desk.
func (r Register) Render() ([]byte, error) {
	title := t("register_title")
	s := newPaper(title, r.Issued, "L", "A4")
	s.cells = 8.5
	s.running = func() {
		s.font(plain, smallSize)
		s.text(left, s.y, 3.6, title)
		s.text(s.w-right-s.width(clean(r.Agency)), s.y, 3.6, clean(r.Agency))
		s.y += 4.4
	}
	s.font(italic, 7)
	tag := t("form_tag", "number", "06")
	s.text(s.w-right-s.width(tag), s.y-3.4, 3, tag)
	s.letterhead(Head{Parent: r.Parent, Agency: r.Agency, Place: r.Place, Date: r.Date})
	s.y += 2.5
	s.font(bold, 13)
	s.y = s.centred(left, s.inner(), s.y, 6, title)
	if r.Period != "" {
		s.font(italic, bodySize)
		s.y = s.centred(left, s.inner(), s.y, bodyLine, clean(r.Period))
	}
	s.y += 2
	rows := make([][]string, len(r.Rows))
	for i, x := range r.Rows {
		rows[i] = []string{x.Number, x.Code, x.Procedure, x.Applicant, x.Agency, x.Received, x.Due, x.Returned, x.Way, "", x.Note}
	}
	s.table([]column{
		{t("col_no"), 9, true}, {t("col_code"), 40, false}, {t("col_procedure"), 48, false}, {t("col_applicant"), 36, false}, {t("col_agency"), 34, false},
		{t("col_received"), 18, true}, {t("col_due"), 18, true}, {t("col_returned"), 18, true}, {t("col_way"), 18, false}, {t("col_signed"), 13, false}, {t("col_note"), s.inner() - 252, false},
	}, rows)
	if len(rows) == 0 {
		s.para(italic, bodySize, bodyLine, t("register_empty"))
	}
	return s.bytes(strings.TrimSpace(t("register_foot")))
}
