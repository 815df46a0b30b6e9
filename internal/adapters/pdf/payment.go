package pdf

import (
	"strconv"
	"strings"
	"time"
)

// PaymentLine is one item of a fee.
type PaymentLine struct{ Name, Amount string }

// Payment is the receipt for a fee that was paid at the counter. Its layout is
// ours: the official one of receipts for fees is not among the sources, and the
// paper says so.
type Payment struct {
	Parent, Agency, Place, Date string
	Number, Code                string
	Payer, Procedure            string
	Lines                       []PaymentLine
	Before                      string // paid before; empty when nothing was
	Amount, Words               string
	Method, TakenAt, Clerk      string
	Cancelled                   string // empty while it stands
	Issued                      time.Time
}

// Render prints the receipt.
func (p Payment) Render() ([]byte, error) {
	title := t("payment_title")
	s := newSheet(strings.ReplaceAll(title, "\n", " ")+" "+p.Number, p.Issued)
	s.font(italic, 7)
	tag := t("payment_tag")
	s.text(s.w-right-s.width(tag), s.y-3.4, 3, tag)
	s.letterhead(Head{Parent: p.Parent, Agency: p.Agency, Place: p.Place, Date: p.Date})
	s.y += 3
	s.font(bold, 13)
	s.y = s.centred(left, s.inner(), s.y, 5.6, title)
	s.font(bold, bodySize+1)
	s.y = s.centred(left, s.inner(), s.y, bodyLine+0.6, t("payment_number", "number", clean(p.Number)))
	if p.Cancelled != "" {
		s.y += 1
		s.font(bold, bodySize+1)
		from := s.y
		s.y = s.centred(left+4, s.inner()-8, s.y+1, bodyLine+0.6, clean(p.Cancelled)) + 1
		for _, edge := range [][4]float64{{left, from, s.w - right, from}, {left, s.y, s.w - right, s.y}, {left, from, left, s.y}, {s.w - right, from, s.w - right, s.y}} {
			s.rule(edge[0], edge[1], edge[2], edge[3], 0.6)
		}
	}
	s.y += 2
	s.field(t("payment_payer"), p.Payer, bold)
	s.field(t("procedure"), p.Procedure, plain)
	s.field(t("code"), p.Code, plain)
	s.y += 0.8
	rows := make([][]string, 0, len(p.Lines)+1)
	for i, l := range p.Lines {
		rows = append(rows, []string{strconv.Itoa(i + 1), l.Name, l.Amount})
	}
	if p.Before != "" {
		rows = append(rows, []string{"", t("payment_before"), "-" + p.Before})
	}
	s.table([]column{{t("col_no"), 11, true}, {t("payment_item"), s.inner() - 11 - 30, false}, {t("payment_amount"), 30, true}}, rows)
	s.field(t("payment_total"), p.Amount, bold)
	s.field(t("payment_words"), p.Words, italic)
	s.field(t("payment_method"), p.Method, plain)
	s.field(t("payment_at"), p.TakenAt, plain)
	s.signs(t("payment_signer_payer"), p.Payer, t("payment_signer_clerk"), p.Clerk)
	return s.bytes(t("payment_foot"))
}
