package pdf

import "strconv"

// Apology is form 04, "Phiếu xin lỗi và hẹn lại ngày trả kết quả".
type Apology struct {
	Head
	Reason   string
	WasDueAt string
	DueAt    string
	ResultAt string
}

// Render prints the apology.
func (p Apology) Render() ([]byte, error) {
	s, err := begin(p.Head, "apology", "04")
	if err != nil {
		return nil, err
	}
	s.y += 0.6
	s.para(plain, bodySize, bodyLine, t("apology_text"))
	s.y += 0.6
	s.field(t("was_due_at"), p.WasDueAt, plain)
	s.field(t("apology_reason"), p.Reason, plain)
	s.field(t("new_due_at"), p.DueAt, bold)
	s.field(t("result_at"), p.ResultAt, plain)
	s.para(italic, bodySize-0.5, bodyLine, t("apology_once"))
	s.follow(p.Head)
	s.signatures(p.Head, t("signer_apology"))
	return s.bytes(t("foot"))
}

// Hold is a time for which the dossier lay with somebody.
type Hold struct{ Who, Step, From, To, Act string }

// Asked is a question to another agency.
type Asked struct{ Agency, Question, AskedAt, DueAt, Answer string }

// Control is form 05, "Phiếu kiểm soát quá trình giải quyết hồ sơ".
type Control struct {
	Head
	Holds     []Hold
	Asked     []Asked
	DueAt     string
	Collector string // who signs for the result; a line for the name when empty
}

// Render prints the control sheet.
func (p Control) Render() ([]byte, error) {
	s, err := begin(p.Head, "control", "05")
	if err != nil {
		return nil, err
	}
	s.optional(t("due_at"), p.DueAt)
	s.optional(t("collector"), p.Collector)
	s.para(plain, bodySize, bodyLine, t("holds"))
	s.y += 0.6
	const when = 24.0
	rest := s.inner() - 11 - 2*when
	rows := make([][]string, len(p.Holds))
	for i, h := range p.Holds {
		rows[i] = []string{strconv.Itoa(i + 1), h.Step + "\n" + h.Who, h.From, h.To, h.Act}
	}
	s.table([]column{{t("col_no"), 11, true}, {t("col_hold"), rest * 0.58, false}, {t("col_from"), when, false}, {t("col_to"), when, false}, {t("col_act"), rest * 0.42, false}}, rows)
	if len(p.Asked) > 0 {
		s.para(plain, bodySize, bodyLine, t("asked"))
		s.y += 0.6
		rest := s.inner() - 11 - when
		rows := make([][]string, len(p.Asked))
		for i, a := range p.Asked {
			rows[i] = []string{strconv.Itoa(i + 1), a.Agency + "\n" + a.Question, a.AskedAt + "\n" + a.DueAt, a.Answer}
		}
		s.table([]column{{t("col_no"), 11, true}, {t("col_asked_agency"), rest * 0.5, false}, {t("col_asked"), when, false}, {t("col_answer"), rest * 0.5, false}}, rows)
	}
	s.signs(t("signer_collector"), p.Collector, t("signer_control"), p.Officer)
	return s.bytes(t("foot"))
}
