package pdf

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func paid() Payment {
	return Payment{
		Parent: "ỦY BAN NHÂN DÂN TỈNH VĨNH LONG", Agency: "ỦY BAN NHÂN DÂN XÃ PHÚ TÚC", Place: "Phú Túc", Date: "ngày 25 tháng 11 năm 2026",
		Number: "0000012/2026", Code: "000.00.45.H61-261125-0003", Payer: "Nguyễn Văn Ba", Procedure: "Chứng thực bản sao từ bản chính",
		Lines:  []PaymentLine{{"Phí chứng thực bản sao. 3 bản sao từ 1 giấy tờ, tính theo số trang bạn khai; bộ phận một cửa đếm lại khi thấy bản chính", "15.000 ₫"}},
		Amount: "15.000 ₫", Words: "Mười lăm nghìn đồng", Method: "Tiền mặt", TakenAt: "09:30 ngày 25/11/2026", Clerk: "Hồ Hoàng Duy", Issued: issued,
	}
}

func TestReceiptOfAFeeSaysWhoPaidHowMuchForWhat(t *testing.T) {
	text := flat(strings.Join(textOf(t, render(t, paid())), "\n"))
	at := 0
	for _, want := range []string{"Mẫu tạm", "ỦY BAN NHÂN DÂN XÃ PHÚ TÚC", "Phú Túc, ngày 25 tháng 11 năm 2026", "BIÊN LAI THU PHÍ, LỆ PHÍ", "Số: 0000012/2026", "Nguyễn Văn Ba", "Chứng thực bản sao từ bản chính",
		"000.00.45.H61-261125-0003", "3 bản sao từ 1 giấy tờ", "15.000 ₫", "Số tiền thu", "15.000 ₫", "Mười lăm nghìn đồng", "Tiền mặt", "09:30 ngày 25/11/2026", "NGƯỜI NỘP TIỀN", "NGƯỜI THU TIỀN", "Hồ Hoàng Duy", "Mẫu tạm"} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Errorf("%q is not printed, or not after the one before, in %s", want, text)
			continue
		}
		at += i
	}
	if strings.Contains(text, "HỦY") || strings.Contains(text, "trước đó") {
		t.Errorf("a receipt that stands says otherwise: %s", text)
	}
}

func TestCancelledReceiptSaysSoAboveAllElse(t *testing.T) {
	p := paid()
	p.Cancelled, p.Before = "ĐÃ HỦY lúc 10:05 ngày 25/11/2026. Lý do: ghi nhầm người nộp", "5.000 ₫"
	text := flat(strings.Join(textOf(t, render(t, p)), "\n"))
	if i, j := strings.Index(text, "ĐÃ HỦY"), strings.Index(text, "Người nộp tiền"); i < 0 || j < i {
		t.Error(text)
	}
	if !strings.Contains(text, "Đã nộp trước đó -5.000 ₫") {
		t.Error(text)
	}
	if !bytes.Equal(render(t, p), render(t, p)) {
		t.Error("the same receipt has other bytes")
	}
	if dir := os.Getenv("BENSO_SCREENSHOTS"); dir != "" {
		for name, x := range map[string]Payment{"bien-lai.pdf": paid(), "bien-lai-huy.pdf": p} {
			if err := os.WriteFile(filepath.Join(dir, name), render(t, x), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
