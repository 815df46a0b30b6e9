package file

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"html"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"compress/zlib"

	"golang.org/x/image/webp"
)

// A phone of today takes at most 200 million pixels; a picture that claims more
// is made to exhaust whoever opens it.
const (
	maxSide   = 32_000
	maxPixels = 210_000_000
	maxField  = 1 << 20 // bytes of one field of metadata that are read
)

var (
	errBadPicture = errors.New("not a readable picture")
	errCut        = errors.New("the end is missing")
)

type pictureFacts struct {
	width, height int
	marked        bool
}

// readPicture checks that the picture is whole, and reads its size and what
// its metadata say. It never decodes the pixels.
func readPicture(r io.ReadSeeker, size int64, t Type) (facts pictureFacts, err error) {
	defer func() {
		if p := recover(); p != nil { // a decoder stumbled over hostile bytes
			err = fmt.Errorf("%w: %v", errBadPicture, p)
		}
	}()
	var config image.Config
	switch t {
	case JPEG:
		config, err = jpeg.DecodeConfig(r)
	case PNG:
		config, err = png.DecodeConfig(r)
	case WebP:
		config, err = webp.DecodeConfig(r)
	}
	if err != nil {
		return facts, fmt.Errorf("%w: %w", errBadPicture, cut(err))
	}
	w, h := config.Width, config.Height
	if w < 1 || h < 1 || w > maxSide || h > maxSide || w*h > maxPixels {
		return facts, fmt.Errorf("%w: %d by %d pixels", errBadPicture, w, h)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return facts, err
	}
	facts.width, facts.height = w, h
	buf := bufio.NewReaderSize(r, 64<<10)
	switch t {
	case JPEG:
		facts.marked, err = walkJPEG(buf)
	case PNG:
		facts.marked, err = walkPNG(buf)
	case WebP:
		facts.marked, err = walkWebP(buf, size)
	}
	if err != nil {
		return facts, fmt.Errorf("%w: %w", errBadPicture, err)
	}
	return facts, nil
}

func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}

// skipTo reads up to the next b, and past it. The pixels of a photo are nearly all
// of it, so they are not looked at one by one.
func skipTo(r *bufio.Reader, b byte) error {
	for {
		_, err := r.ReadSlice(b)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// walkJPEG reads comments, EXIF, XMP and IPTC up to the picture, and then looks
// for the end mark.
func walkJPEG(r *bufio.Reader) (marked bool, err error) {
	if _, err := r.Discard(2); err != nil {
		return false, cut(err)
	}
	for {
		if err := skipTo(r, 0xFF); err != nil {
			return false, cut(err)
		}
		c := byte(0xFF)
		for c == 0xFF {
			if c, err = r.ReadByte(); err != nil {
				return false, cut(err)
			}
		}
		switch {
		case c == 0 || c == 1 || (c >= 0xD0 && c <= 0xD8):
			continue
		case c == 0xD9:
			return marked, nil
		}
		var n [2]byte
		if _, err := io.ReadFull(r, n[:]); err != nil {
			return false, cut(err)
		}
		length := int(binary.BigEndian.Uint16(n[:])) - 2
		if length < 0 {
			return false, errors.New("a segment has no length")
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(r, body); err != nil {
			return false, cut(err)
		}
		switch {
		case c == 0xFE:
			marked = marked || markedField(textString(body)) || markedField(string(body))
		case c == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			marked = marked || markedEXIF(body[6:])
		case c == 0xE1 && bytes.HasPrefix(body, []byte("http://ns.adobe.com/x")):
			if at := bytes.IndexByte(body, 0); at >= 0 {
				marked = marked || markedXML(body[at+1:])
			}
		case c == 0xED:
			marked = marked || markedIPTC(body)
		}
	}
}

var pngTable = crc32.IEEETable

// walkPNG checks every chunk's sum up to the end chunk, and reads text chunks.
func walkPNG(r *bufio.Reader) (marked bool, err error) {
	if _, err := r.Discard(8); err != nil {
		return false, cut(err)
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return false, cut(err)
		}
		length := int64(binary.BigEndian.Uint32(head[:4]))
		kind := string(head[4:])
		sum := crc32.New(pngTable)
		if _, err := sum.Write(head[4:]); err != nil {
			return false, err
		}
		body := io.TeeReader(io.LimitReader(r, length), sum)
		switch kind {
		case "tEXt", "zTXt", "iTXt", "eXIf":
			text, err := io.ReadAll(io.LimitReader(body, maxField))
			if err != nil {
				return false, err
			}
			marked = marked || markedChunk(kind, text)
		}
		if _, err := io.Copy(io.Discard, body); err != nil {
			return false, err
		}
		var want [4]byte
		if _, err := io.ReadFull(r, want[:]); err != nil {
			return false, cut(err)
		}
		if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
			return false, errors.New("a chunk is damaged")
		}
		if kind == "IEND" {
			return marked, nil
		}
	}
}

// markedChunk reads a text chunk of a PNG (11.3.4).
func markedChunk(kind string, body []byte) bool {
	if kind == "eXIf" {
		return markedEXIF(body)
	}
	key, rest, ok := bytes.Cut(body, []byte{0})
	if !ok {
		return false
	}
	switch kind {
	case "tEXt":
		return markedField(textString(rest)) || markedField(string(rest))
	case "zTXt":
		if len(rest) < 1 {
			return false
		}
		text := inflateField(rest[1:])
		return markedField(textString(text)) || markedField(string(text))
	}
	if len(rest) < 2 {
		return false
	}
	packed := rest[0] == 1
	parts := bytes.SplitN(rest[2:], []byte{0}, 3)
	if len(parts) < 3 {
		return false
	}
	text := parts[2]
	if packed {
		text = inflateField(text)
	}
	if string(key) == "XML:com.adobe.xmp" {
		return markedXML(text)
	}
	return markedField(string(text))
}

func inflateField(data []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(z, maxField))
	if err != nil && len(text) == 0 {
		return nil
	}
	return text
}

// walkWebP reads the chunks of the RIFF container.
func walkWebP(r *bufio.Reader, size int64) (marked bool, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return false, cut(err)
	}
	left := int64(binary.LittleEndian.Uint32(head[4:8])) - 4
	if left+12 > size {
		return false, errCut
	}
	for left >= 8 {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return false, cut(err)
		}
		n := int64(binary.LittleEndian.Uint32(chunk[4:]))
		n += n & 1
		if left -= 8 + n; left < 0 {
			return false, errCut
		}
		kind := string(chunk[:4])
		if kind == "EXIF" || kind == "XMP " {
			body, err := io.ReadAll(io.LimitReader(r, min(n, maxField)))
			if err != nil {
				return false, err
			}
			n -= int64(len(body))
			if kind == "EXIF" {
				marked = marked || markedEXIF(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
			} else {
				marked = marked || markedXML(body)
			}
		}
		if _, err := io.CopyN(io.Discard, r, n); err != nil {
			return false, cut(err)
		}
	}
	return marked, nil
}

// exifText are the tags of EXIF that hold a description: ImageDescription,
// Artist, Copyright, UserComment, and Windows' title, comment, author,
// keywords and subject (these in UTF-16).
var exifText = map[uint16]bool{0x010E: false, 0x013B: false, 0x8298: false, 0x9286: false, 0x9C9B: true, 0x9C9C: true, 0x9C9D: true, 0x9C9E: true, 0x9C9F: true}

// markedEXIF reads the descriptions of a TIFF structure.
func markedEXIF(data []byte) bool {
	var order binary.ByteOrder = binary.LittleEndian
	if len(data) < 8 {
		return false
	}
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	folders := []uint32{order.Uint32(data[4:])}
	for i := 0; i < len(folders) && i < 4; i++ {
		at := int64(folders[i])
		if at+2 > int64(len(data)) {
			continue
		}
		n := int64(order.Uint16(data[at:]))
		for e := at + 2; n > 0 && e+12 <= int64(len(data)); e, n = e+12, n-1 {
			tag, kind, count := order.Uint16(data[e:]), order.Uint16(data[e+2:]), int64(order.Uint32(data[e+4:]))
			if tag == 0x8769 { // the folder that holds UserComment
				folders = append(folders, order.Uint32(data[e+8:]))
				continue
			}
			wide, wanted := exifText[tag]
			if !wanted || (kind != 1 && kind != 2 && kind != 7) || count > maxField {
				continue
			}
			from := e + 8
			if count > 4 {
				from = int64(order.Uint32(data[e+8:]))
			}
			if from+count > int64(len(data)) {
				continue
			}
			if markedBytes(data[from:from+count], wide, order) {
				return true
			}
		}
	}
	return false
}

func markedBytes(b []byte, wide bool, order binary.ByteOrder) bool {
	if wide {
		return markedField(strings.TrimRight(utf16Text(swap(b)), "\x00"))
	}
	if rest, ok := bytes.CutPrefix(b, []byte("UNICODE\x00")); ok {
		if order == binary.LittleEndian {
			rest = swap(rest)
		}
		return markedField(strings.TrimRight(utf16Text(rest), "\x00"))
	}
	b = bytes.TrimPrefix(b, []byte("ASCII\x00\x00\x00"))
	return markedField(strings.Trim(string(b), "\x00 "))
}

// markedIPTC reads title, keywords, headline and caption of an IPTC record.
func markedIPTC(data []byte) bool {
	for i := 0; i+5 <= len(data); i++ {
		if data[i] != 0x1C || data[i+1] != 2 {
			continue
		}
		n := int(binary.BigEndian.Uint16(data[i+3:]))
		if i+5+n > len(data) {
			continue
		}
		switch data[i+2] {
		case 5, 25, 40, 105, 120:
			if markedField(string(data[i+5 : i+5+n])) {
				return true
			}
		}
	}
	return false
}

// markedXML looks at every text and every attribute of XMP metadata.
func markedXML(data []byte) bool {
	text := string(data)
	if len(data) > 1 && (data[0] == 0xFE || data[0] == 0xFF) {
		text = textString(data)
	}
	var b strings.Builder
	var quote rune
	inTag := false
	for _, r := range text {
		switch {
		case !inTag && r == '<':
			inTag = true
			b.WriteByte('\n')
		case inTag && quote == 0 && r == '>':
			inTag = false
			b.WriteByte('\n')
		case inTag && quote == 0 && (r == '"' || r == '\''):
			quote = r
			b.WriteByte('\n')
		case inTag && r == quote:
			quote = 0
			b.WriteByte('\n')
		case !inTag || quote != 0:
			b.WriteRune(r)
		}
	}
	for _, line := range strings.Split(html.UnescapeString(b.String()), "\n") {
		if line = strings.TrimSpace(line); line != "" && markedField(line) {
			return true
		}
	}
	return false
}
