package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/message"
)

var issued = time.Date(2026, 11, 23, 2, 30, 0, 0, time.UTC)

func head() Head {
	return Head{
		Parent: "TỈNH VĨNH LONG", Agency: "ỦY BAN NHÂN DÂN PHƯỜNG PHÚ KHƯƠNG", Desk: "Bộ phận Một cửa, Ủy ban nhân dân phường Phú Khương",
		Place: "Phú Khương", Date: "ngày 23 tháng 11 năm 2026", Phone: "0275 3822 000",
		Code: "000.00.16.H07-261123-0001", Lookup: "K7M4-9QTX", FollowURL: "https://dichvucong.example.vn/tra-cuu/000.00.16.H07-261123-0001",
		Applicant: "Nguyễn Thị Ánh Tuyết", Address: "12 ấp Phú Hữu, phường Phú Khương, tỉnh Vĩnh Long", ApplicantPhone: "0912 345 678",
		Procedure: "Đăng ký khai sinh", ProcedureCode: "1.001193", Officer: "Trần Văn Được", Issued: issued,
	}
}

func receipt() Receipt {
	return Receipt{
		Head: head(),
		Papers: []Paper{
			{"Tờ khai đăng ký khai sinh", "1", "Trực tuyến"},
			{"Giấy chứng sinh do cơ sở y tế nơi trẻ em sinh ra cấp", "1", "Bản chính"},
			{"Giấy chứng nhận kết hôn của cha mẹ", "1", "Bản sao"},
		},
		Limit: "1 ngày làm việc", ReceivedAt: "09 giờ 30 phút ngày 23/11/2026", DueAt: "17 giờ 00 phút ngày 24/11/2026",
		ResultAt: "Bộ phận Một cửa, Ủy ban nhân dân phường Phú Khương", Fee: "0 ₫",
	}
}

func supplement() Supplement {
	return Supplement{Head: head(), Until: "30/11/2026", Defects: []Defect{
		{"Giấy chứng sinh không có dấu của cơ sở y tế", "Luật Hộ tịch 2014, Điều 16 khoản 1", "Xin cấp lại hoặc đóng dấu tại nơi sinh"},
		{"Tờ khai thiếu quê quán của trẻ", "Luật Hộ tịch 2014, Điều 14", "Ghi quê quán theo thỏa thuận của cha mẹ"},
	}}
}

func apology() Apology {
	return Apology{Head: head(), Reason: "Chờ xác minh của cơ quan khác", WasDueAt: "17:00 ngày 26/11/2026", DueAt: "17:00 ngày 01/12/2026", ResultAt: "Bộ phận Một cửa"}
}

func control() Control {
	h := head()
	h.Officer = ""
	return Control{Head: h, DueAt: "17:00 ngày 26/11/2026", Collector: "Trần Văn Chú", Holds: []Hold{
		{"Nguyễn Văn Một", "Kiểm tra khi tiếp nhận", "09:00 ngày 23/11/2026", "09:30 ngày 23/11/2026", "Tiếp nhận"},
		{"Lê Thị Cúc", "Thẩm tra", "09:30 ngày 23/11/2026", "14:05 ngày 23/11/2026", "Trình ký"},
		{"Chưa ai nhận", "Trình ký", "14:05 ngày 23/11/2026", "đang giữ", ""},
	}, Asked: []Asked{{"Ủy ban nhân dân phường An Hội", "Có thường trú không?", "10:00 ngày 23/11/2026", "15:30 ngày 23/11/2026", "Đồng ý, lúc 11:00 ngày 23/11/2026:\nCó thường trú."}}}
}

func refusal() Refusal {
	h := head()
	h.Code, h.Filing = "", "NP-261123-7K4M"
	return Refusal{Head: h, Advice: "Nộp hồ sơ tại Ủy ban nhân dân phường An Hội, nơi cư trú của cha mẹ.", Reasons: []Reason{
		{"Nơi cư trú của cha và mẹ không thuộc phường Phú Khương", "Luật Hộ tịch 2014, Điều 13"},
	}}
}

func long() Receipt {
	r := receipt()
	r.Applicant = "Công Tằng Tôn Nữ Nguyễn Phúc Huyền Trân Thị Ngọc Ánh Nguyệt Minh Châu và những người cùng đứng tên trong hồ sơ"
	r.Papers = nil
	for i := range 30 {
		r.Papers = append(r.Papers, Paper{fmt.Sprintf("Giấy tờ thứ %d: văn bản thỏa thuận phân chia di sản thừa kế có công chứng hoặc chứng thực theo quy định của pháp luật", i+1), "1", "Bản sao có chứng thực"})
	}
	return r
}

type renderer interface{ Render() ([]byte, error) }

func render(t testing.TB, r renderer) []byte {
	t.Helper()
	b, err := r.Render()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var streams = regexp.MustCompile(`(?s)stream\n(.*?)\nendstream`)
var shows = regexp.MustCompile(`(?s)([\d.-]+) ([\d.-]+) Td \(((?:[^\\()]|\\.)*)\) Tj`)

// textOf reads the text of every page, in the order in which it is drawn, one
// drawn line a line.
func textOf(t testing.TB, pdf []byte) (pages []string) {
	t.Helper()
	for _, m := range streams.FindAllSubmatch(pdf, -1) {
		z, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue
		}
		data, err := io.ReadAll(z)
		if err != nil || !bytes.Contains(data, []byte(" Tj")) {
			continue
		}
		var lines []string
		for _, s := range shows.FindAllSubmatch(data, -1) {
			raw := regexp.MustCompile(`(?s)\\(.)`).ReplaceAllFunc(s[3], func(e []byte) []byte {
				if e[1] == 'r' {
					return []byte{'\r'}
				}
				return e[1:]
			})
			var units []uint16
			for i := 0; i+1 < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			lines = append(lines, string(utf16.Decode(units)))
		}
		pages = append(pages, strings.Join(lines, "\n"))
	}
	return pages
}

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestEveryWordGivenIsPrintedInOrder(t *testing.T) {
	for _, c := range []struct {
		r    renderer
		want []string
	}{
		{receipt(), []string{"Mẫu số 01", "TỈNH VĨNH LONG", "ỦY BAN NHÂN DÂN PHƯỜNG PHÚ KHƯƠNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
			"Phú Khương, ngày 23 tháng 11 năm 2026", "GIẤY TIẾP NHẬN HỒ SƠ", "VÀ HẸN TRẢ KẾT QUẢ", "Mã hồ sơ:", "000.00.16.H07-261123-0001", "Chưa ký số",
			"Nguyễn Thị Ánh Tuyết", "12 ấp Phú Hữu, phường Phú Khương, tỉnh Vĩnh Long", "Đăng ký khai sinh (mã 1.001193)", "Tờ khai đăng ký khai sinh", "Trực tuyến",
			"Bản chính", "Bản sao", "1 ngày làm việc", "09 giờ 30 phút ngày 23/11/2026", "17 giờ 00 phút ngày 24/11/2026", "0 ₫", "K7M4-9QTX", "tra-cuu", "Trần Văn Được", "Mẫu tạm"}},
		{supplement(), []string{"Mẫu số 02", "PHIẾU YÊU CẦU BỔ SUNG", "000.00.16.H07-261123-0001", "Tờ khai thiếu quê quán", "Bổ sung trước:", "30/11/2026", "chỉ thực hiện một lần", "tính lại từ đầu"}},
		{refusal(), []string{"Mẫu số 03", "PHIẾU TỪ CHỐI", "Số nộp hồ sơ:", "NP-261123-7K4M", "Nơi cư trú của cha và mẹ", "phường An Hội"}},
		{apology(), []string{"Mẫu số 04", "PHIẾU XIN LỖI", "000.00.16.H07-261123-0001", "xin lỗi", "17:00 ngày 26/11/2026", "Chờ xác minh", "17:00 ngày 01/12/2026", "một lần", "Trần Văn Được", "Mẫu tạm"}},
		{control(), []string{"Mẫu số 05", "PHIẾU KIỂM SOÁT", "000.00.16.H07-261123-0001", "Thẩm tra", "09:30", "Trình ký", "Lê Thị Cúc", "đang giữ", "Đồng ý", "Có thường trú không?", "Trần Văn Chú", "Mẫu tạm"}},
	} {
		text := flat(strings.Join(textOf(t, render(t, c.r)), "\n"))
		at := 0
		for _, want := range c.want {
			i := strings.Index(text[at:], want)
			if i < 0 {
				t.Errorf("%q is not printed, or not after the one before, in %s", want, text)
				continue
			}
			at += i
		}
	}
}

func TestThePaperSaysWhenItIsSigned(t *testing.T) {
	r := receipt()
	r.Signed = "Ký số bởi Ủy ban nhân dân phường Phú Khương"
	text := flat(textOf(t, render(t, r))[0])
	if strings.Contains(text, "Chưa ký số") || !strings.Contains(text, "Ký số bởi") {
		t.Error(text)
	}
}

func TestBeforeAcceptanceNoClockIsSaidToRun(t *testing.T) {
	p := supplement()
	p.Code, p.Filing = "", "NP-1"
	text := flat(textOf(t, render(t, p))[0])
	if strings.Contains(text, "tính lại từ đầu") || !strings.Contains(text, "chưa được tiếp nhận") || strings.Contains(text, "Mã hồ sơ:") {
		t.Error(text)
	}
}

func TestTheSamePaperAlwaysHasTheSameBytes(t *testing.T) {
	for _, r := range []renderer{receipt(), supplement(), refusal(), long()} {
		first := sha256.Sum256(render(t, r))
		for range 5 {
			if sha256.Sum256(render(t, r)) != first {
				t.Fatalf("%T differs from itself", r)
			}
		}
	}
	later := receipt()
	later.Issued = issued.Add(time.Second)
	if bytes.Equal(render(t, later), render(t, receipt())) {
		t.Error("the date of creation is not in it")
	}
}

func TestALongPaperGoesOnUnderTheCode(t *testing.T) {
	pages := textOf(t, render(t, long()))
	if len(pages) < 4 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, p := range pages {
		if !strings.Contains(p, "000.00.16.H07-261123-0001") {
			t.Errorf("page %d has no code", i+1)
		}
		if !strings.HasSuffix(p, fmt.Sprintf("%d/%d", i+1, len(pages))) {
			t.Errorf("page %d is not numbered: %q", i+1, p[max(0, len(p)-30):])
		}
	}
	text := flat(strings.Join(pages, " "))
	for i := range 30 {
		if !strings.Contains(text, fmt.Sprintf("Giấy tờ thứ %d:", i+1)) {
			t.Errorf("paper %d is missing", i+1)
		}
	}
}

func TestNothingIsDrawnOutsideTheSheet(t *testing.T) {
	r := long()
	r.Address = strings.Repeat("Ấp", 300)
	r.Agency = "ỦY BAN NHÂN DÂN XÃ " + strings.Repeat("THẠNH PHÚ ĐÔNG ", 12)
	r.Papers[3].Name = strings.Repeat("Giấy xác nhận ", 300) // taller than a page
	const height, mm = 595.28, 72 / 25.4
	for _, x := range []renderer{receipt(), supplement(), refusal(), apology(), control(), r} {
		for _, m := range streams.FindAllSubmatch(render(t, x), -1) {
			z, err := zlib.NewReader(bytes.NewReader(m[1]))
			if err != nil {
				continue
			}
			data, err := io.ReadAll(z)
			if err != nil {
				continue
			}
			for _, s := range shows.FindAllSubmatch(data, -1) {
				px, errX := strconv.ParseFloat(string(s[1]), 64)
				py, errY := strconv.ParseFloat(string(s[2]), 64)
				if errX != nil || errY != nil || px < left*mm-0.1 || px > (148-right)*mm || py < 3*mm || py > height-5*mm {
					t.Errorf("%T: text at %s %s", x, s[1], s[2])
				}
			}
		}
	}
}

func TestLettersInAnyFormArePrintedAsOne(t *testing.T) {
	for _, name := range []string{"Nguyễn Thị Ánh Tuyết", "Đặng Ữ Ợ ằ ẵ ỹ", "H'Mông Ê Ban Y Bliă"} {
		r := receipt()
		r.Applicant = norm.NFD.String(name)
		if text := flat(strings.Join(textOf(t, render(t, r)), " ")); !strings.Contains(text, name) {
			t.Errorf("%q is not printed as one", name)
		}
	}
	r := receipt()
	r.Applicant = "王 😀 \x00\u202e An\xff"
	if text := flat(textOf(t, render(t, r))[0]); !strings.Contains(text, "□ □ An") {
		t.Errorf("unknown letters: %s", text)
	}
}

func TestEmptyFieldsArePrintedAsDotsOrLeftOut(t *testing.T) {
	for _, x := range []renderer{Receipt{}, Supplement{}, Refusal{}} {
		text := flat(textOf(t, render(t, x))[0])
		if strings.Contains(text, "[pdf.") || strings.Contains(text, "Thư điện tử") || !strings.Contains(text, "Người nộp hồ sơ:") {
			t.Errorf("%T: %s", x, text)
		}
	}
}

func TestQRCodeIsDrawnAsItsMatrix(t *testing.T) {
	dark, err := qrMatrix(head().FollowURL)
	if err != nil {
		t.Fatal(err)
	}
	n := len(dark)
	// Finder patterns stand in three corners (ISO/IEC 18004, 6.3.3).
	for _, corner := range [][2]int{{0, 0}, {0, n - 7}, {n - 7, 0}} {
		for i := range 7 {
			if !dark[corner[0]][corner[1]+i] || !dark[corner[0]+6][corner[1]+i] || !dark[corner[0]+i][corner[1]] || !dark[corner[0]+i][corner[1]+6] {
				t.Fatalf("no finder pattern at %v", corner)
			}
		}
	}
	s := newSheet("x", issued)
	s.f.SetCompression(false)
	if err := s.qr(head().FollowURL, 20, 30, 25); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.f.Output(&b); err != nil {
		t.Fatal(err)
	}
	drawn := make([][]bool, n)
	for i := range drawn {
		drawn[i] = make([]bool, n)
	}
	const mm = 72 / 25.4
	unit := 25.0 / float64(n+8) * mm
	for _, m := range regexp.MustCompile(`([\d.]+) ([\d.]+) ([\d.]+) -([\d.]+) re f`).FindAllStringSubmatch(b.String(), -1) {
		var v [4]float64
		for i := range v {
			if v[i], err = strconv.ParseFloat(m[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		col := int((v[0]-20*mm)/unit - 4 + 0.5)
		row := int((595.28-v[1]-30*mm)/unit - 4 + 0.5)
		for i := range int(v[2]/unit + 0.5) {
			drawn[row][col+i] = true
		}
	}
	if !slices.EqualFunc(drawn, dark, slices.Equal[[]bool]) {
		t.Error("what is drawn is not the matrix")
	}
}

func TestAPaperIsPrintedQuickly(t *testing.T) {
	render(t, receipt())
	start := time.Now()
	const n = 20
	for range n {
		render(t, receipt())
	}
	if each := time.Since(start) / n; each > 300*time.Millisecond { // ten times what is measured, for loaded machines
		t.Errorf("%v each", each)
	}
}

func BenchmarkReceipt(b *testing.B) {
	r := receipt()
	for b.Loop() {
		render(b, r)
	}
}

func BenchmarkReceiptOfThirtyPapers(b *testing.B) {
	r := long()
	for b.Loop() {
		render(b, r)
	}
}

func TestEveryTextStandsInBothLanguages(t *testing.T) {
	vi, en := message.Keys("vi"), message.Keys("en")
	source, err := os.ReadFile("forms.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range regexp.MustCompile(`\bt\("([a-z_]+)"`).FindAllSubmatch(source, -1) {
		n++
		for _, keys := range [][]string{vi, en} {
			if !slices.Contains(keys, "pdf."+string(m[1])) {
				t.Errorf("no text pdf.%s", m[1])
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d texts found", n)
	}
}

func TestEveryLetterThatCountsAsCoveredHasAGlyph(t *testing.T) {
	s := newSheet("x", issued)
	for _, style := range []string{plain, bold, italic} {
		s.font(style, 10)
		for _, r := range covered.R16 {
			for c := rune(r.Lo); c <= rune(r.Hi); c++ {
				if w := s.f.GetStringSymbolWidth(string(c)); w <= 0 {
					t.Errorf("style %q has no %q", style, c)
				}
			}
		}
	}
	if err := s.f.Error(); err != nil {
		t.Fatal(err)
	}
}

func TestTheStoreKeepsIssuedPapersAndReadsTheirText(t *testing.T) {
	s, err := file.NewStore(t.Context(), databasetest.SQLite(t), clock.NewFake(issued), filepath.Join(t.TempDir(), "papers"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Receive(t.Context(), bytes.NewReader(render(t, long())), file.Meta{Name: "giay-tiep-nhan.pdf"})
	if err != nil || b.Type != file.PDF || b.Pages < 4 {
		t.Errorf("kept %+v, %v", b, err)
	}
	marked := receipt()
	marked.Papers = append(marked.Papers, Paper{Name: "TỐI MẬT"})
	if _, err := s.Receive(t.Context(), bytes.NewReader(render(t, marked)), file.Meta{Name: "a.pdf"}); fault.Of(err) == nil || fault.Of(err).Key != "file.secret" {
		t.Errorf("a marked paper: %v", err)
	}
}

func TestFontsAreWithTheirLicence(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("fonts", "LICENSE.txt"))
	if err != nil || !bytes.Contains(text, []byte("SIL OPEN FONT LICENSE")) || !bytes.Contains(text, []byte("Copyright 2010 Google")) {
		t.Errorf("%v", err)
	}
}
