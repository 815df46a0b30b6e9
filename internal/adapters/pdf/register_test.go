package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func book(n int) Register {
	r := Register{Parent: "ỦY BAN NHÂN DÂN TỈNH VĨNH LONG", Agency: "ỦY BAN NHÂN DÂN XÃ PHÚ TÚC", Place: "Phú Túc", Date: "ngày 23 tháng 11 năm 2026", Period: "Tiếp nhận từ ngày 01/11/2026 đến ngày 30/11/2026", Issued: issued}
	for i := range n {
		r.Rows = append(r.Rows, RegisterRow{Number: fmt.Sprint(i + 1), Code: fmt.Sprintf("000.00.45.H61-261123-%04d", i+1), Procedure: "Thủ tục đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con", Applicant: "Nguyễn Thị Ánh Tuyết\n0912 345 678",
			Agency: "Ủy ban nhân dân xã Phú Túc", Received: "09:00 23/11/2026", Due: "17:00 24/11/2026", Returned: "10:30 24/11/2026", Way: "Tại Bộ phận Một cửa", Note: "Đã trả kết quả"})
	}
	return r
}

func TestRegisterIsPrintedOnA4WithEveryRowOnce(t *testing.T) {
	content := render(t, book(60))
	if !bytes.Contains(content, []byte("/MediaBox [0 0 841.89 595.28]")) {
		t.Error("it is no A4 that lies")
	}
	pages := textOf(t, content)
	if len(pages) < 4 {
		t.Fatalf("60 dossiers on %d pages", len(pages))
	}
	all := flat(strings.Join(pages, " "))
	for _, want := range []string{"Mẫu số 06", "SỔ THEO DÕI HỒ SƠ", "Tiếp nhận từ ngày 01/11/2026 đến ngày 30/11/2026", "ỦY BAN NHÂN DÂN XÃ PHÚ TÚC", "Nguyễn Thị Ánh", "Mẫu tạm"} {
		if !strings.Contains(all, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for i := range 60 {
		if n := strings.Count(all, fmt.Sprintf("000.00.45.H61-261123-%04d", i+1)); n != 1 {
			t.Errorf("the code %d stands %d times, whole", i+1, n)
		}
	}
	for i, p := range pages {
		if !strings.Contains(flat(p), "Mã hồ sơ") {
			t.Errorf("page %d has no heads", i+1)
		}
	}
	if !bytes.Equal(content, render(t, book(60))) {
		t.Error("the same register has other bytes")
	}
}

func TestEmptyRegisterSaysSo(t *testing.T) {
	if all := flat(strings.Join(textOf(t, render(t, book(0))), " ")); !strings.Contains(all, "Không có hồ sơ nào trong kỳ này") {
		t.Errorf("it says %q", all)
	}
}
