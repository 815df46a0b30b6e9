package file

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"time"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

// Type is the media type that the content showed.
type Type string

// The types that are kept. HEIC is not among them: the offices' computers
// cannot show it, and phones turn it into JPEG when a page asks for JPEG.
const (
	JPEG Type = "image/jpeg"
	PNG  Type = "image/png"
	WebP Type = "image/webp"
	PDF  Type = "application/pdf"
)

// Types are all types that are kept, in the order in which people are told.
var Types = []Type{PDF, JPEG, PNG, WebP}

var typeNames = map[Type]string{JPEG: "JPEG", PNG: "PNG", WebP: "WebP", PDF: "PDF"}
var extensions = map[Type]string{JPEG: ".jpg", PNG: ".png", WebP: ".webp", PDF: ".pdf"}

// Name is the type as people call it: PDF, JPEG, PNG, WebP.
func (t Type) Name() string { return typeNames[t] }

// Picture says whether the type is a picture.
func (t Type) Picture() bool { return strings.HasPrefix(string(t), "image/") }

// AcceptAttribute is the value of an <input type="file" accept="…">. It names
// JPEG and not HEIC, so that iPhones hand in JPEG.
func AcceptAttribute(types ...Type) string {
	if len(types) == 0 {
		types = Types
	}
	var parts []string
	for _, t := range types {
		parts = append(parts, string(t))
	}
	return strings.Join(parts, ",")
}

// Doubts are codes, apart by spaces, of what may keep a paper from being read:
// blank, blurred, small, screenshot. They are warnings: a person looks again and
// decides; none of them refuses a paper.
type Doubts string

// Codes are the single doubts.
func (d Doubts) Codes() []string { return strings.Fields(string(d)) }

// DefaultMaxBytes is the limit when Meta gives none: 20 MB, a 200-page scan or
// the largest photo of an ordinary phone.
const DefaultMaxBytes = 20 << 20

// Meta is what the caller knows of a file before reading it.
type Meta struct {
	Name     string // as the browser gave it; cleaned before it is kept
	Size     int64  // as announced; 0 when unknown. Only used to refuse early
	MaxBytes int64  // 0: DefaultMaxBytes
	Accept   []Type // empty: Types
	By       string // the account that hands it in
	Ours     bool   // the system has made it: nobody looks for viruses
}

func (m Meta) limit() int64 {
	if m.MaxBytes > 0 {
		return m.MaxBytes
	}
	return DefaultMaxBytes
}

func (m Meta) accept() []Type {
	if len(m.Accept) > 0 {
		return m.Accept
	}
	return Types
}

// Blob is content that was received and is on the disk. Only Receive and
// File.Blob make one that Attach takes. It is attached within a day, or swept.
type Blob struct {
	Digest        string // SHA-256 in hex
	Size          int64  // bytes
	Type          Type
	Name          string // cleaned, with the extension of the type
	Pages         int    // of a PDF
	Width, Height int    // of a picture, in pixels, as stored (EXIF may turn it)
	Doubts        Doubts // what may keep it from being read: codes, see Doubts
}

// Owner is what a paper belongs to: a draft, a dossier, a decision.
type Owner struct{ Kind, ID string }

// Note is what else is known when a paper is attached.
type Note struct {
	Slot string // which paper of the owner it is, as the owner names it
	By   string // the account that handed it in; empty when the system made it
	// Place is which of several papers of a slot it is, from 0, when they are
	// attached together: lists keep that order.
	Place int
}

// File is a paper: a row that gives a blob to an owner.
type File struct {
	ID            string
	Owner         Owner
	Slot          string
	Digest        string
	Size          int64
	Type          Type
	Name          string
	Pages         int
	Width, Height int
	Doubts        Doubts // as of Blob
	ReceivedBy    string
	ReceivedAt    time.Time
	EndedAt       time.Time // zero while it belongs to its owner
}

// Blob gives the content again, to attach it to another owner: nobody uploads
// the same paper twice.
func (f File) Blob() Blob {
	return Blob{Digest: f.Digest, Size: f.Size, Type: f.Type, Name: f.Name, Pages: f.Pages, Width: f.Width, Height: f.Height, Doubts: f.Doubts}
}

// kinds that are known only to say what to do about them.
const (
	kindHEIC    = "heic"
	kindOffice  = "office"
	kindArchive = "archive"
	kindPicture = "picture"
	kindUnknown = "unknown"
)

// sniff tells the type by the first bytes (at least 1,024, or all there are).
func sniff(head []byte) (t Type, kind string) {
	has := func(at int, magic string) bool {
		return len(head) >= at+len(magic) && string(head[at:at+len(magic)]) == magic
	}
	switch {
	case has(0, "\xFF\xD8\xFF"):
		return JPEG, ""
	case has(0, "\x89PNG\r\n\x1a\n"):
		return PNG, ""
	case has(0, "RIFF") && has(8, "WEBP"):
		return WebP, ""
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n\x00"), []byte("%PDF-")):
		return PDF, ""
	case has(4, "ftyp"):
		brand := string(head[min(8, len(head)):min(12, len(head))])
		switch brand {
		case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif":
			return "", kindHEIC
		}
		return "", kindUnknown
	case has(0, "\xD0\xCF\x11\xE0"), has(0, "{\\rtf"):
		return "", kindOffice
	case has(0, "PK\x03\x04"):
		if bytes.Contains(head, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("word/")) ||
			bytes.Contains(head, []byte("xl/")) || bytes.Contains(head, []byte("vnd.oasis.opendocument")) {
			return "", kindOffice
		}
		return "", kindArchive
	case has(0, "Rar!"), has(0, "7z\xBC\xAF"), has(0, "\x1F\x8B"):
		return "", kindArchive
	case has(0, "GIF8"), has(0, "BM"), has(0, "II*\x00"), has(0, "MM\x00*"):
		return "", kindPicture
	}
	return "", kindUnknown
}

// SizeText writes a size as people read it: "3,4 MB".
func SizeText(ctx context.Context, n int64) string {
	tenths := func(unit int64) string {
		t := (n*10 + unit/2) / unit
		if t%10 == 0 || t >= 1000 {
			return message.Number(ctx, (t+5)/10)
		}
		return message.Decimal(ctx, strconv.FormatInt(t/10, 10)+"."+strconv.FormatInt(t%10, 10))
	}
	switch {
	case n < 1<<10:
		return message.Number(ctx, n) + " B"
	case n < 1<<20:
		return tenths(1<<10) + " KB"
	case n < 1<<30:
		return tenths(1<<20) + " MB"
	}
	return tenths(1<<30) + " GB"
}

// Fits says before the first byte comes whether an announced size is too large for
// a limit; 0 is DefaultMaxBytes.
func Fits(ctx context.Context, size, limit int64) error {
	if limit = (Meta{MaxBytes: limit}).limit(); size > limit {
		return tooLarge(ctx, size, limit)
	}
	return nil
}

func tooLarge(ctx context.Context, size, limit int64) error {
	if size > limit {
		return fault.New(fault.TooLarge, "file.too_large", "size", SizeText(ctx, size), "limit", SizeText(ctx, limit))
	}
	return fault.New(fault.TooLarge, "file.too_large_unknown", "limit", SizeText(ctx, limit))
}

// wrongType says what was handed in and what to do instead.
func wrongType(ctx context.Context, t Type, kind string, accept []Type) error {
	names := make([]string, len(accept))
	for i, a := range accept {
		names[i] = a.Name()
	}
	list := names[0]
	if n := len(names); n > 1 {
		list = strings.Join(names[:n-1], ", ") + message.T(ctx, "file.or") + names[n-1]
	}
	key := "file.wrong_type"
	switch {
	case t != "":
		return fault.New(fault.Invalid, "file.type_not_here", "type", t.Name(), "types", list)
	case kind == kindHEIC:
		key = "file.wrong_type_heic"
	case kind == kindOffice:
		key = "file.wrong_type_office"
	case kind == kindArchive:
		key = "file.wrong_type_archive"
	}
	return fault.New(fault.Invalid, key, "types", list)
}
