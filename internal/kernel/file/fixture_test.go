package file

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

var noon = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

func newStore(t testing.TB, db *database.DB) (*Store, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(noon)
	s, err := NewStore(t.Context(), db, c, filepath.Join(t.TempDir(), "papers"))
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func receive(t testing.TB, s *Store, name string, content []byte) Blob {
	t.Helper()
	b, err := s.Receive(t.Context(), bytes.NewReader(content), Meta{Name: name})
	if err != nil {
		t.Fatalf("receive %s: %v", name, err)
	}
	return b
}

func attach(t testing.TB, s *Store, db *database.DB, b Blob, o Owner) File {
	t.Helper()
	var f File
	err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
		f, err = s.Attach(ctx, tx, b, o, Note{Slot: "paper", By: "account"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func keyOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Key
	}
	return fmt.Sprint(err)
}

// filesUnder lists every file of the store, as paths under it.
func filesUnder(t testing.TB, s *Store) (paths []string) {
	t.Helper()
	err := filepath.Walk(s.dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			paths = append(paths, strings.TrimPrefix(path, s.dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func picture(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8(x ^ y), 255})
		}
	}
	return m
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webpLossless is a picture of one pixel in VP8L.
var webpLossless = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

// withSegment puts a segment after the start mark of a JPEG.
func withSegment(j []byte, marker byte, body string) []byte {
	seg := []byte{0xFF, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}
	out := append([]byte{0xFF, 0xD8}, seg...)
	return append(append(out, body...), j[2:]...)
}

// withChunk puts a chunk after the header of a PNG.
func withChunk(p []byte, kind, body string) []byte {
	var c bytes.Buffer
	n := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	c.Write(n)
	c.WriteString(kind + body)
	c.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(kind+body))))
	return append(append(append([]byte(nil), p[:33]...), c.Bytes()...), p[33:]...)
}

func deflate(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// exif makes a little-endian EXIF block with one tag of bytes.
func exif(tag uint16, kind uint16, value string) string {
	le := binary.LittleEndian
	b := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	b = le.AppendUint16(b, tag)
	b = le.AppendUint16(b, kind)
	b = le.AppendUint32(b, uint32(len(value)))
	b = le.AppendUint32(b, 26)
	b = le.AppendUint32(b, 0)
	return "Exif\x00\x00" + string(b) + value
}

func utf16le(s string) string { return string(swap([]byte(utf16be(s)))) }

func utf16be(s string) string {
	var b []byte
	for _, r := range s {
		b = binary.BigEndian.AppendUint16(b, uint16(r))
	}
	return string(b)
}

func hexUTF16(s string) string { return fmt.Sprintf("<FEFF%X>", utf16be(s)) }

// pdfOf numbers the objects from 1, and writes a table and a trailer whose root
// is the first.
func pdfOf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

func streamOf(dict, body string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(body), body)
}

// uniFont is a simple font whose codes 128 and up are the given letters.
func uniFont(letters string) (font, cmap string) {
	var b strings.Builder
	b.WriteString("1 begincodespacerange <00> <FF> endcodespacerange\n1 beginbfrange <20> <7E> <0020> endbfrange\n")
	for i, r := range []rune(letters) {
		fmt.Fprintf(&b, "1 beginbfchar <%02X> <%04X> endbfchar\n", 128+i, r)
	}
	return "<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Tinos/ToUnicode 6 0 R>>", b.String()
}

const letters = "ẬỐỆỘĐÍậđộíƯÔẠốệ"

// codes writes text for uniFont as a hex string.
func codes(text string) string {
	var b strings.Builder
	for _, r := range text {
		if at := strings.IndexRune(letters, r); at >= 0 {
			fmt.Fprintf(&b, "%02X", 128+len([]rune(letters[:at])))
			continue
		}
		fmt.Fprintf(&b, "%02X", r)
	}
	return "<" + b.String() + ">"
}

// page makes a one-page PDF with this content; more objects follow as 7 and on.
func page(content string, more ...string) []byte {
	font, cmap := uniFont(letters)
	return pdfOf(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		streamOf("/Filter/FlateDecode", deflate(content)),
		font,
		streamOf("", cmap),
	}, more...)...)
}

// lines writes each text on a line of its own.
func lines(texts ...string) string {
	var b strings.Builder
	b.WriteString("BT /F1 12 Tf 14 TL 50 500 Td ")
	for _, t := range texts {
		b.WriteString(codes(t) + " Tj T* ")
	}
	return b.String() + "ET"
}
