package file

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"benso/internal/kernel/database/databasetest"
)

func TestOnlyAMarkThatStandsAloneInCapitalsIsAMark(t *testing.T) {
	for text, want := range map[string]bool{
		"MẬT": true, "TỐI MẬT": true, "TUYỆT MẬT": true, "  T U Y Ệ T   M Ậ T ": true, "[MẬT]": true, "- TỐI MẬT -": true, "«MẬT»": true,
		"MA\u0302\u0323T": true, "TO\u0302\u0301I MA\u0323\u0302T": true, "dòng một\nMẬT\ndòng ba": true, "MẬT\nĐỘ KHẨN: HỎA TỐC": true,
		"TUYEÄT MAÄT": true,
		"Mật":         false, "mật": false, "bí mật": false, "BÍ MẬT": false, "mật độ xây dựng": false, "MẬT ĐỘ XÂY DỰNG": false, "BÍ\nMẬT": false,
		"BẢO VỆ BÍ\nMẬT\nNHÀ NƯỚC": false, "MẬT\nĐỘ XÂY DỰNG": false, "MẬT ONG": false, "MAT": false, "MẬT 1": false, "MẤT": false, "": false,
		"�MẬT": false, "Luật Bảo vệ bí mật nhà nước quy định độ mật gồm TUYỆT MẬT, TỐI MẬT và MẬT": false,
	} {
		if got := markedText(text); got != want {
			t.Errorf("%q: marked is %v", text, got)
		}
	}
}

func TestAMarkInAFileNameCountsWhenItStandsApart(t *testing.T) {
	for name, want := range map[string]bool{
		"MẬT.pdf": true, "TỐI MẬT.docx": true, "C:\\van ban\\TUYỆT MẬT.pdf": true, "[MẬT] Báo cáo.pdf": true, "Báo cáo (TỐI MẬT).pdf": true,
		"TỐI MẬT - Kế hoạch.pdf": true, "Kế hoạch - MẬT.pdf": true, "MA\u0302\u0323T.pdf": true,
		"bí mật.pdf": false, "BÍ MẬT KINH DOANH.pdf": false, "mật.jpg": false, "Mật ong.jpg": false, "MẬT ĐỘ XÂY DỰNG.pdf": false, "": false, ".pdf": false,
		"BÍ-MẬT-KINH-DOANH.pdf": false, "cam kết (bí mật).pdf": false,
	} {
		if got := markedName(name); got != want {
			t.Errorf("%q: marked is %v", name, got)
		}
	}
}

func objectStream(bodies ...string) string {
	var head, body strings.Builder
	for i, b := range bodies {
		fmt.Fprintf(&head, "%d %d ", 20+i, body.Len())
		body.WriteString(b + " ")
	}
	return streamOf(fmt.Sprintf("/Type/ObjStm/N %d/First %d/Filter/FlateDecode", len(bodies), head.Len()), deflate(head.String()+body.String()))
}

func TestMarksInPDFsAreFoundAndOrdinaryWordsPass(t *testing.T) {
	turned := "BT /F1 12 Tf 0 1 -1 0 100 200 Tm " + codes("TỐI MẬT") + " Tj ET"
	twoColumns := "BT /F1 12 Tf 50 500 Td " + codes("MẬT") + " Tj 200 0 Td " + codes("CỘNG HÒA XÃ HỘI") + " Tj ET"
	spaced := "BT /F1 12 Tf 50 500 Td [" + codes("M") + " -400 " + codes("Ậ") + " -400 " + codes("T") + "] TJ ET"
	outOfOrder := "BT /F1 12 Tf 1 0 0 1 80 500 Tm " + codes("MẬT") + " Tj 1 0 0 1 20 400 Tm " + codes("x") + " Tj 1 0 0 1 62 500 Tm " + codes("BÍ") + " Tj ET"
	wordByWord := "BT /F1 12 Tf 1 0 0 1 62 500 Tm " + codes("BÍ") + " Tj 1 0 0 1 80 500 Tm " + codes("MẬT") + " Tj ET"
	form := streamOf("/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</Font<</F1 5 0 R>>>>", lines("TUYỆT MẬT"))
	vni := "<</Type/Font/Subtype/TrueType/BaseFont/VNI-Times/Encoding/WinAnsiEncoding>>"
	tcvn := "<</Type/Font/Subtype/TrueType/BaseFont/XYZABC+.VnTimeH>>"
	tcvnLower := "<</Type/Font/Subtype/TrueType/BaseFont/.VnTime>>"
	differences := "<</Type/Font/Subtype/Type1/BaseFont/Odd/Encoding<</Differences[1/M/Acircumflexdotbelow/T]>>>>"
	old := func(font, show string) []byte {
		return bytes.Replace(page("BT /F1 12 Tf 50 500 Td "+show+" Tj ET", font), []byte("/F1 5 0 R"), []byte("/F1 7 0 R"), 1)
	}
	revised := append(page(lines("MẬT", "Kính gửi")), []byte("4 0 obj\n"+streamOf("", lines("Kính gửi"))+"\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF")...)
	cases := []struct {
		name string
		pdf  []byte
		want bool
	}{
		{"a mark on its line", page(lines("UBND TỈNH", "MẬT", "Kính gửi")), true},
		{"the long marks", page(lines("TUYỆT MẬT")), true},
		{"a mark beside another column", page(twoColumns), true},
		{"a turned stamp", page(turned), true},
		{"a letter-spaced stamp", page(spaced), true},
		{"a mark in a form", page(lines("x"), form), true},
		{"a mark in VNI", old(vni, "(TO\xC1I MA\xC4T)"), true},
		{"a mark in capitals of TCVN3", old(tcvn, "(m\xCBt)"), true},
		{"honey in TCVN3", old(tcvnLower, "(m\xCBt)"), false},
		{"a mark by glyph names", old(differences, "<010203>"), true},
		{"a mark in an earlier revision", revised, true},
		{"a mark in a note", page(lines("x"), "<</Type/Annot/Subtype/FreeText/Contents "+hexUTF16("TỐI MẬT")+">>"), true},
		{"a mark as the title", page(lines("x"), "<</Title "+hexUTF16("MẬT")+">>"), true},
		{"a mark among keywords", page(lines("x"), "<</Keywords "+hexUTF16("báo cáo; Tối mật")+">>"), true},
		{"a mark in compressed objects", page(lines("x"), objectStream("<</Subject "+hexUTF16("TUYỆT MẬT")+">>")), true},
		{"a mark in XMP", page(lines("x"), streamOf("/Type/Metadata/Subtype/XML", "<dc:title><rdf:li>M&#7852;T</rdf:li></dc:title>")), true},
		{"bí mật", page(lines("BÍ MẬT", "bí mật", "BẢO VỆ BÍ MẬT")), false},
		{"bí / mật broken", page(lines("BẢO VỆ BÍ", "MẬT", "kinh doanh")), false},
		{"mật / độ broken", page(lines("MẬT", "ĐỘ DÂN")), false},
		{"words out of order", page(outOfOrder), false},
		{"word by word", page(wordByWord), false},
		{"mật độ xây dựng", page(lines("MẬT ĐỘ", "mật độ", "Mật", "mật")), false},
		{"honey as a keyword", page(lines("x"), "<</Keywords "+hexUTF16("mật, ong")+">>"), false},
		{"a word of a structure", page(lines("BÍ MẬT"), "<</Type/StructElem/S/Span/ActualText "+hexUTF16("MẬT")+">>"), false},
	}
	for _, c := range cases {
		facts, err := readPDF(t.Context(), c.pdf)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if facts.marked != c.want {
			t.Errorf("%s: marked is %v", c.name, facts.marked)
		}
	}
}

func TestMarksInMetadataOfPicturesAreFound(t *testing.T) {
	j, p := jpegOf(t, 40, 30), pngOf(t, 40, 30)
	xmp := "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><rdf:Description photoshop:Headline=\"TỐI MẬT\"/></x:xmpmeta>"
	iptc := "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x00\x1c\x02\x78\x00\x05MẬT"
	webp := append(append([]byte(nil), webpLossless...), "XMP \x1e\x00\x00\x00<dc:title>TỐI MẬT</dc:title> "...)
	webp[4] = byte(len(webp) - 8)
	for name, c := range map[string]struct {
		t    Type
		data []byte
		want bool
	}{
		"comment":             {JPEG, withSegment(j, 0xFE, "MẬT"), true},
		"description":         {JPEG, withSegment(j, 0xE1, exif(0x010E, 2, "TUYỆT MẬT\x00")), true},
		"title of Windows":    {JPEG, withSegment(j, 0xE1, exif(0x9C9B, 1, utf16le("Tối mật\x00"))), true},
		"XMP":                 {JPEG, withSegment(j, 0xE1, xmp), true},
		"IPTC":                {JPEG, withSegment(j, 0xED, iptc), true},
		"PNG text":            {PNG, withChunk(p, "tEXt", "Title\x00MẬT"), true},
		"PNG packed text":     {PNG, withChunk(p, "zTXt", "Comment\x00\x00"+deflate("TỐI MẬT")), true},
		"PNG Unicode text":    {PNG, withChunk(p, "iTXt", "Title\x00\x00\x00vi\x00Tên\x00MẬT"), true},
		"PNG XMP":             {PNG, withChunk(p, "iTXt", "XML:com.adobe.xmp\x00\x01\x00\x00\x00"+deflate("<t>MẬT</t>")), true},
		"WebP XMP":            {WebP, webp, true},
		"ordinary comment":    {JPEG, withSegment(j, 0xFE, "bí mật gia đình, mật độ, mật ong"), false},
		"ordinary PNG text":   {PNG, withChunk(p, "tEXt", "Title\x00BÍ MẬT"), false},
		"ordinary desription": {JPEG, withSegment(j, 0xE1, exif(0x010E, 2, "mật\x00")), false},
	} {
		facts, err := readPicture(bytes.NewReader(c.data), int64(len(c.data)), c.t)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if facts.marked != c.want {
			t.Errorf("%s: marked is %v", name, facts.marked)
		}
	}
}

func TestAMarkedPaperIsGoneAndOnlyCounted(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	for name, content := range map[string][]byte{
		"to trinh.pdf": page(lines("MẬT")),
		"MẬT.pdf":      page(lines("x")),
		"anh.jpg":      withSegment(jpegOf(t, 20, 20), 0xFE, "TUYỆT MẬT"),
	} {
		if _, err := s.Receive(t.Context(), bytes.NewReader(content), Meta{Name: name}); keyOf(err) != "file.secret" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left := filesUnder(t, s); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	n, err := s.Refusals(t.Context(), s.db.Read(), "2026-11-23", "2026-11-23")
	if err != nil || n != 3 {
		t.Errorf("%d counted, %v", n, err)
	}
}
