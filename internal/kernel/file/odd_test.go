package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

func TestOddInputsAreJudgedByTheirContent(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	j, p, d := jpegOf(t, 40, 30), pngOf(t, 40, 30), page(lines("x"))
	with := func(b []byte, at int, to ...byte) []byte {
		c := append([]byte(nil), b...)
		copy(c[at:], to)
		return c
	}
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	locked := bytes.Replace(d, []byte("/Root 1 0 R"), []byte("/Encrypt 9 0 R/Root 1 0 R"), 1)
	hugePNG := withHeader(p, 60000, 60000)
	cases := []struct {
		name, file string
		content    []byte
		want       string // the type, or the key of the fault
	}{
		{"a photo", "a.jpg", j, "image/jpeg"},
		{"a photo called PDF", "a.pdf", j, "image/jpeg"},
		{"a photo without a name", "", j, "image/jpeg"},
		{"a photo with a trailer of the phone", "a.jpg", join(j, []byte("SEFT phone data")), "image/jpeg"},
		{"a photo with a film behind", "a.jpg", join(j, bytes.Repeat([]byte("ftypmp42"), 500)), "image/jpeg"},
		{"a photo with a place in EXIF", "a.jpg", withSegment(j, 0xE1, exif(0x8825, 4, "gps.")), "image/jpeg"},
		{"a photo with a broken EXIF", "a.jpg", withSegment(j, 0xE1, "Exif\x00\x00II*\x00\xff\xff\xff\x7f"), "image/jpeg"},
		{"a photo with an EXIF loop", "a.jpg", withSegment(j, 0xE1, exif(0x8769, 4, "\x08\x00\x00\x00")), "image/jpeg"},
		{"a screenshot", "a.png", p, "image/png"},
		{"a screenshot called jpg", "a.jpg", p, "image/png"},
		{"a screenshot with text", "a.png", withChunk(p, "tEXt", "Software\x00Screenshot"), "image/png"},
		{"a WebP", "a.webp", webpLossless, "image/webp"},
		{"a PDF", "a.pdf", d, "application/pdf"},
		{"a PDF called jpg", "a.jpg", d, "application/pdf"},
		{"a PDF with a blank before", "a.pdf", join([]byte("\r\n "), d), "application/pdf"},
		{"a PDF with a byte order mark", "a.pdf", join([]byte("\xEF\xBB\xBF"), d), "application/pdf"},
		{"a PDF with junk behind", "a.pdf", join(d, bytes.Repeat([]byte{0}, 3000)), "application/pdf"},
		{"a PDF with a wrong table", "a.pdf", bytes.Replace(d, []byte("0000000015"), []byte("0000099999"), 1), "application/pdf"},
		{"a PDF without page content", "a.pdf", pdfOf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R>>"), "application/pdf"},
		{"a PDF whose pages go round", "a.pdf", pdfOf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Parent 2 0 R>>", "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>", streamOf("", "BT (x) Tj ET")), "application/pdf"},
		{"a PDF whose references go round", "a.pdf", pdfOf("<</Type/Catalog>>", "<</Type/Page/Contents 3 0 R>>", "4 0 R", "3 0 R"), "application/pdf"},
		{"a PDF with a wrong length", "a.pdf", bytes.Replace(d, []byte("/Length "), []byte("/Length 9"), 1), "application/pdf"},
		{"a PDF with broken compression", "a.pdf", pdfOf("<</Type/Catalog>>", "<</Type/Page/Contents 3 0 R>>", streamOf("/Filter/FlateDecode", "not zlib")), "application/pdf"},
		{"nothing", "a.jpg", nil, "file.empty"},
		{"one byte", "a.jpg", []byte{0xFF}, "file.wrong_type"},
		{"zeros", "a.pdf", make([]byte, 5000), "file.wrong_type"},
		{"plain text", "a.jpg", []byte("xin chào"), "file.wrong_type"},
		{"a page of the web", "a.png", []byte("<!DOCTYPE html><script>alert(1)</script>"), "file.wrong_type"},
		{"a page that mentions PDF", "a.pdf", []byte("<html><!--%PDF-1.7--><script>alert(1)</script>"), "file.wrong_type"},
		{"an SVG", "a.svg", []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "file.wrong_type"},
		{"a program", "a.jpg", []byte("MZ\x90\x00\x03\x00"), "file.wrong_type"},
		{"a program of Linux", "a.pdf", []byte("\x7fELF\x02\x01\x01"), "file.wrong_type"},
		{"a shell script", "a.pdf", []byte("#!/bin/sh\nrm -rf /\n"), "file.wrong_type"},
		{"a GIF", "a.gif", []byte("GIF89a\x01\x00\x01\x00"), "file.wrong_type"},
		{"a bitmap", "a.jpg", []byte("BM\x00\x00\x00\x00"), "file.wrong_type"},
		{"a TIFF", "a.tif", []byte("II*\x00\x08\x00\x00\x00"), "file.wrong_type"},
		{"a film", "a.mp4", []byte("\x00\x00\x00\x18ftypmp42"), "file.wrong_type"},
		{"a photo of an iPhone", "a.jpg", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "file.wrong_type_heic"},
		{"an old Word file", "a.pdf", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "file.wrong_type_office"},
		{"a Word file", "a.docx", []byte("PK\x03\x04\x14\x00\x06\x00[Content_Types].xml"), "file.wrong_type_office"},
		{"an Excel file", "a.pdf", []byte("PK\x03\x04\x14\x00\x00\x00xl/workbook.xml"), "file.wrong_type_office"},
		{"a RTF file", "a.pdf", []byte("{\\rtf1\\ansi}"), "file.wrong_type_office"},
		{"a ZIP", "a.zip", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00anh.jpg"), "file.wrong_type_archive"},
		{"a RAR", "a.rar", []byte("Rar!\x1a\x07\x01\x00"), "file.wrong_type_archive"},
		{"half a photo", "a.jpg", j[:len(j)/2], "file.cut"},
		{"a photo without its end mark", "a.jpg", j[:len(j)-2], "file.cut"},
		{"the start of a photo", "a.jpg", j[:20], "file.cut"},
		{"a photo with no header", "a.jpg", join([]byte("\xFF\xD8\xFF\xE0"), bytes.Repeat([]byte{7}, 500)), "file.cut"},
		{"half a screenshot", "a.png", p[:len(p)/2], "file.cut"},
		{"a damaged screenshot", "a.png", with(p, len(p)-20, 1, 2, 3), "file.unreadable_picture"},
		{"a screenshot of no size", "a.png", withHeader(p, 0, 30), "file.unreadable_picture"},
		{"a picture that fills the memory", "a.png", hugePNG, "file.unreadable_picture"},
		{"half a WebP", "a.webp", webpLossless[:25], "file.cut"},
		{"a WebP that claims more", "a.webp", with(webpLossless, 4, 0xFF, 0xFF), "file.cut"},
		{"half a PDF", "a.pdf", d[:len(d)/2], "file.unreadable_pdf"},
		{"the header of a PDF", "a.pdf", []byte("%PDF-1.7\n%%EOF"), "file.unreadable_pdf"},
		{"a PDF without pages", "a.pdf", pdfOf("<</Type/Catalog>>"), "file.empty_pdf"},
		{"a PDF without a catalogue", "a.pdf", pdfOf("<</Type/Page>>"), "file.unreadable_pdf"},
		{"a locked PDF", "a.pdf", locked, "file.locked_pdf"},
		{"a PDF nested too deep", "a.pdf", pdfOf("<</Type/Catalog>>", "<</Type/Page>>", strings.Repeat("[", 100000)), "file.too_complex"},
		{"a PDF of endless numbers", "a.pdf", pdfOf("<</Type/Catalog>>", "<</Type/Page>>", "["+strings.Repeat("1 ", 6_500_000)+"]"), "file.too_complex"},
	}
	if len(cases) < 50 {
		t.Fatalf("only %d odd inputs", len(cases))
	}
	for _, c := range cases {
		b, err := s.Receive(t.Context(), bytes.NewReader(c.content), Meta{Name: c.file})
		got := string(b.Type)
		if err != nil {
			got = keyOf(err)
		}
		if got != c.want {
			t.Errorf("%s: got %s (%v), want %s", c.name, got, err, c.want)
		}
	}
	for _, path := range filesUnder(t, s) {
		if strings.HasPrefix(path, "parts/") {
			t.Errorf("left behind: %s", path)
		}
	}
}

// withHeader changes the size that a PNG claims, with a right sum.
func withHeader(p []byte, w, h int) []byte {
	head := withChunk(p[:33], "IHDR", be32(w)+be32(h)+string(p[24:29]))[33:]
	return slices.Concat(p[:8], head, p[33:])
}

func tell(ctx context.Context, err error) string {
	f := fault.Of(err)
	return message.T(ctx, f.Key, f.Args...)
}

func be32(n int) string { return string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) }

func TestHostilePDFsEndInTime(t *testing.T) {
	bomb := deflate(strings.Repeat("\x00", 64<<20))
	bombs := []string{"<</Type/Catalog>>"}
	for i := range 8 {
		bombs = append(bombs, fmt.Sprintf("<</Type/Page/Contents %d 0 R>>", 10+i))
	}
	for range 8 {
		bombs = append(bombs, streamOf("/Filter/FlateDecode", bomb))
	}
	nested := streamOf("/Filter[/FlateDecode/FlateDecode/FlateDecode]", deflate(deflate(bomb)))
	for name, pdf := range map[string][]byte{
		"streams that inflate":       pdfOf(bombs...),
		"streams within streams":     pdfOf("<</Type/Catalog>>", "<</Type/Page/Contents 3 0 R>>", nested),
		"one stream a million times": pdfOf("<</Type/Catalog>>", "<</Type/Page/Contents["+strings.Repeat("3 0 R ", 90_000)+"]>>", streamOf("/Filter/FlateDecode", deflate(strings.Repeat("(MAT) Tj ", 90_000)))),
		"unclosed strings":           append(pdfOf("<</Type/Catalog>>", "<</Type/Page>>"), []byte(strings.Repeat("1 0 obj(", 200_000)+"\n%%EOF")...),
		"unclosed streams":           append(pdfOf("<</Type/Catalog>>", "<</Type/Page>>"), []byte(strings.Repeat("1 0 obj<<>>stream\n", 200_000)+"\n%%EOF")...),
		"many marks side by side":    page("BT /F1 12 Tf 50 500 Td " + strings.Repeat(codes("BÍ")+" Tj 0 -1000 Td "+codes("MẬT")+" Tj 0 1000 Td 100 0 Td ", 30_000) + "ET"),
		"a wide range of letters": pdfOf("<</Type/Catalog>>", "<</Type/Page/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>>>", streamOf("", "BT /F1 9 Tf (x) Tj ET"),
			"<</Type/Font/Subtype/Type0/ToUnicode 5 0 R/DescendantFonts[<</W[0 9999999 5]>>]>>", streamOf("", strings.Repeat("1 beginbfrange <0000> <FFFF> <0000> endbfrange ", 5000))),
	} {
		ctx, stop := context.WithTimeout(t.Context(), judgeTime)
		// That it ends is what is asked, by its budget or by its time; how soon is
		// measured elsewhere.
		_, err := readPDF(ctx, pdf)
		stop()
		t.Logf("%s: %v", name, err)
		if err != nil && !errors.Is(err, errTooComplex) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALimitIsToldWithTheSizeAndWhatToDo(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	big := append(jpegOf(t, 20, 20), make([]byte, 3<<20)...)
	_, err := s.Receive(t.Context(), bytes.NewReader(big), Meta{Name: "a.jpg", Size: int64(len(big)), MaxBytes: 2 << 20})
	told := tell(t.Context(), err)
	if !strings.Contains(told, "nặng 3 MB, vượt mức 2 MB") || !strings.Contains(told, "Hãy chụp lại") {
		t.Errorf("told %q", told)
	}
	_, err = s.Receive(t.Context(), bytes.NewReader(big), Meta{Name: "a.jpg", MaxBytes: 2 << 20})
	if told := tell(t.Context(), err); !strings.Contains(told, "nặng hơn 2 MB") {
		t.Errorf("told %q", told)
	}
	_, err = s.Receive(t.Context(), bytes.NewReader(pngOf(t, 9, 9)), Meta{Name: "a.png", Accept: []Type{PDF}})
	if told := tell(t.Context(), err); told != "Mục này không nhận tệp PNG. Hãy gửi tệp dạng PDF." {
		t.Errorf("told %q", told)
	}
	_, err = s.Receive(t.Context(), strings.NewReader("x"), Meta{})
	if told := tell(t.Context(), err); !strings.Contains(told, "PDF, JPEG, PNG hoặc WebP") {
		t.Errorf("told %q", told)
	}
	if left := filesUnder(t, s); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestEveryFaultHasItsSentenceInBothLanguages(t *testing.T) {
	for _, key := range []string{"or", "unnamed", "empty", "too_large", "too_large_unknown", "interrupted", "cut", "wrong_type", "type_not_here", "wrong_type_heic",
		"wrong_type_office", "wrong_type_archive", "unreadable_picture", "unreadable_pdf", "locked_pdf", "too_complex", "secret", "secret_not_removed", "disk_full", "damaged"} {
		for _, lang := range message.Languages {
			if !slices.Contains(message.Keys(lang), "file."+key) {
				t.Errorf("%s has no file.%s", lang, key)
			}
		}
	}
}

func TestNamesAreCleanedForEverySystem(t *testing.T) {
	for name, want := range map[string]string{
		"Giấy khai sinh.pdf": "Giấy khai sinh.pdf", "C:\\Users\\An\\to khai.PDF": "to khai.pdf", "../../etc/passwd": "passwd.pdf",
		"a/b/c.jpg": "c.pdf", "Gia\u0302\u0301y.pdf": "Giấy.pdf", "anh\u202Egpj.exe": "anhgpj.pdf", "x<y>:\"z\"|?*.pdf": "x_y___z____.pdf",
		"": "giấy tờ.pdf", "...": "giấy tờ.pdf", ".pdf": "giấy tờ.pdf", "  a \t b\n.pdf ": "a b.pdf", "CON.pdf": "_CON.pdf", "nul": "_nul.pdf",
		"Hộ khẩu.2019": "Hộ khẩu.2019.pdf", "a\x00b.pdf": "ab.pdf", "\xff\xfe.pdf": "giấy tờ.pdf",
		strings.Repeat("ậ", 300) + ".pdf": strings.Repeat("ậ", 120) + ".pdf",
	} {
		if got := CleanName(name, PDF, "giấy tờ"); got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
		again := CleanName(want, PDF, "giấy tờ")
		if again != want {
			t.Errorf("cleaned again, %q became %q", want, again)
		}
	}
}
