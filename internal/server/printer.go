package server

import (
	"benso/internal/adapters/pdf"
	"benso/internal/apps/services/papers"
	"benso/internal/apps/services/payment"
)

// printer prints the forms of papers with the PDF adapter.
type printer struct{}

var (
	_ papers.Printer  = printer{}
	_ payment.Printer = printer{}
)

func head(h papers.Head) pdf.Head {
	return pdf.Head{
		Parent: h.Parent, Agency: h.Agency, Desk: h.Desk, Place: h.Place, Date: h.Date,
		Code: h.Code, Filing: h.Filing, Lookup: h.Lookup, FollowURL: h.FollowURL,
		Applicant: h.Applicant, ApplicantPhone: h.ApplicantPhone, Procedure: h.Procedure, ProcedureCode: h.ProcedureCode,
		Officer: h.Officer, Issued: h.Issued,
	}
}

func (printer) Receipt(r papers.Receipt) ([]byte, error) {
	form := pdf.Receipt{Head: head(r.Head), Limit: r.Limit, ReceivedAt: r.ReceivedAt, DueAt: r.DueAt, ResultAt: r.ResultAt, Fee: r.Fee, Note: r.Note}
	for _, p := range r.Papers {
		form.Papers = append(form.Papers, pdf.Paper(p))
	}
	return form.Render()
}

func (printer) Request(r papers.Request) ([]byte, error) {
	form := pdf.Supplement{Head: head(r.Head)}
	for _, d := range r.Defects {
		form.Defects = append(form.Defects, pdf.Defect{What: d.Subject + ": " + d.Wrong, Mend: d.Mend})
	}
	return form.Render()
}

func (printer) Apology(a papers.Apology) ([]byte, error) {
	return pdf.Apology{Head: head(a.Head), Reason: a.Reason, WasDueAt: a.WasDueAt, DueAt: a.DueAt, ResultAt: a.ResultAt}.Render()
}

func (printer) Control(c papers.Control) ([]byte, error) {
	form := pdf.Control{Head: head(c.Head), DueAt: c.DueAt, Collector: c.Collector}
	for _, h := range c.Holds {
		form.Holds = append(form.Holds, pdf.Hold(h))
	}
	for _, a := range c.Asked {
		form.Asked = append(form.Asked, pdf.Asked(a))
	}
	return form.Render()
}

func (printer) Refusal(r papers.Refusal) ([]byte, error) {
	return pdf.Refusal{Head: head(r.Head), Reasons: []pdf.Reason{{Text: r.Reason}}}.Render()
}

func (printer) Payment(s payment.Slip) ([]byte, error) {
	slip := pdf.Payment{Parent: s.Parent, Agency: s.Agency, Place: s.Place, Date: s.Date, Number: s.Number, Code: s.Code, Payer: s.Payer, Procedure: s.Procedure, Before: s.Before,
		Amount: s.Amount, Words: s.Words, Method: s.Method, TakenAt: s.TakenAt, Clerk: s.Clerk, Cancelled: s.Cancelled, Issued: s.Issued}
	for _, l := range s.Lines {
		slip.Lines = append(slip.Lines, pdf.PaymentLine(l))
	}
	return slip.Render()
}
