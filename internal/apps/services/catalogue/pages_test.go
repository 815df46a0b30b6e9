package catalogue

import (
	"testing"

	"benso/internal/apps/services/fees"
	"benso/internal/kernel/form"
)

func TestConditionStandsUnderTheFee(t *testing.T) {
	none := int64(0)
	p := procedurePage{Procedure: &Procedure{Fee: fees.Simple(&none, form.Text{Vi: "Khi đúng hạn", En: "In time"}, ""), Channels: []string{"online", "counter"}, Service: Partial}}
	rows := p.facts(t.Context())
	if got := rows[1].Value; got != "Miễn phí\nKhi đúng hạn" {
		t.Errorf("fee: %q", got)
	}
	if got := rows[4].Value; got != "Trực tuyến một phần, cần đến cơ quan một lần\nTại bộ phận một cửa" {
		t.Errorf("ways to file: %q", got)
	}
}

func TestAddressOfASourceBecomesALink(t *testing.T) {
	text, url := address("Cổng Dịch vụ công quốc gia, bản lưu tháng 7/2026: https://dichvucong.gov.vn/x")
	if text != "Cổng Dịch vụ công quốc gia, bản lưu tháng 7/2026" || url != "https://dichvucong.gov.vn/x" {
		t.Errorf("%q, %q", text, url)
	}
	if text, url = address("Luật Hộ tịch"); text != "Luật Hộ tịch" || url != "" {
		t.Errorf("%q, %q", text, url)
	}
}
