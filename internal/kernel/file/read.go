package file

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
)

// verifyWhole is the size up to which a paper is checked before the first byte
// is given; a larger one is checked while it is read.
const verifyWhole = 64 << 20

var errDamaged = errors.New("the content is not what was received")

// Content is a paper being read. The bytes of a small one were checked; those
// of a large one are checked on the way, and the last Read fails with a fault
// when they are not what was received.
type Content struct {
	from stored
	size int64
	sum  hash.Hash // of a large one, while it is read in order
	read int64
	want string
}

// Open gives a paper and its bytes. Whoever calls it has decided that the
// reader may, and journals it. A damaged paper is an internal fault that says
// so; benso verify finds them before people do.
func (s *Store) Open(ctx context.Context, id string) (File, *Content, error) {
	f, err := s.Get(ctx, s.db.Read(), id)
	if err != nil {
		return File{}, nil, err
	}
	small := f.Size <= verifyWhole
	if small {
		if err := s.verify(ctx, f.Digest, f.Size); err != nil {
			return File{}, nil, damaged(f, err)
		}
	}
	from, err := s.disk.open(s.path(f.Digest))
	if err != nil {
		return File{}, nil, damaged(f, err)
	}
	if small {
		return f, &Content{from: from, size: f.Size, want: f.Digest}, nil
	}
	return f, large(from, f), nil
}

// large is a reading that is checked on the way.
func large(from stored, f File) *Content {
	return &Content{from: from, size: f.Size, want: f.Digest, sum: sha256.New()}
}

func damaged(f File, err error) error {
	return fault.New(fault.Internal, "file.damaged").With(fmt.Errorf("open file %s, blob %s: %w", f.ID, f.Digest, err))
}

// Size is the number of bytes.
func (c *Content) Size() int64 { return c.size }

func (c *Content) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	if c.sum == nil {
		return n, err
	}
	c.sum.Write(b[:n]) // a hash never fails
	if c.read += int64(n); errors.Is(err, io.EOF) && (c.read != c.size || digestText(c.sum) != c.want) {
		return n, fault.New(fault.Internal, "file.damaged").With(errDamaged)
	}
	return n, err
}

// Seek serves ranges of papers that were checked as a whole.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	if c.sum != nil {
		return 0, errors.New("file: a large paper is read in order")
	}
	return c.from.Seek(offset, whence)
}

// Close ends the reading.
func (c *Content) Close() error { return c.from.Close() }

// verify says whether the blob is there, whole and unchanged.
func (s *Store) verify(ctx context.Context, digest string, size int64) (err error) {
	from, err := s.disk.open(s.path(digest))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(&source{ctx: ctx, r: from}, size+1))
	if err != nil {
		return fmt.Errorf("read blob %s: %w", digest, err)
	}
	if n != size || digestText(sum) != digest {
		return errDamaged
	}
	return nil
}

// Showing says whether a browser may show the paper itself.
type Showing string

// A paper is shown in the page, or saved.
const (
	Inline     Showing = "inline"
	Attachment Showing = "attachment"
)

// ServeHeader writes the headers that make a stranger's file harmless: the type
// that the content showed and no other, no script, no frame of another site,
// nothing kept by caches on the way.
func ServeHeader(w http.ResponseWriter, f File, how Showing) {
	h := w.Header()
	if how == Inline && !f.Type.Picture() && f.Type != PDF {
		how = Attachment
	}
	h.Set("Content-Type", string(f.Type))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", disposition(string(how), f.Name))
	policy := "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
	if f.Type == PDF && how == Inline {
		// Chrome and Safari show no PDF in a sandbox, and build their viewer as a
		// page under this policy. With nosniff nothing here is ever read as HTML.
		policy = "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-store")
}

// Serve answers with the paper, ranges included, and closes it.
func Serve(w http.ResponseWriter, r *http.Request, f File, c *Content, how Showing) (err error) {
	defer func() { err = errors.Join(err, c.Close()) }()
	ServeHeader(w, f, how)
	if c.sum == nil {
		http.ServeContent(w, r, "", f.ReceivedAt, c)
		return nil
	}
	w.Header().Set("Content-Length", strconv.FormatInt(c.size, 10))
	if strings.EqualFold(r.Method, http.MethodHead) {
		return nil
	}
	_, err = io.Copy(w, c)
	return err
}

// Attach gives a received blob to an owner, in the caller's transaction.
func (s *Store) Attach(ctx context.Context, tx *database.Tx, b Blob, o Owner, n Note) (File, error) {
	if len(b.Digest) != 64 || b.Size < 1 || extensions[b.Type] == "" || b.Name == "" {
		return File{}, errors.New("file: attach what was not received")
	}
	if o.Kind == "" || o.ID == "" {
		return File{}, errors.New("file: attach without an owner")
	}
	f := File{ID: database.NewIDIn(ctx), Owner: o, Slot: n.Slot, Digest: b.Digest, Size: b.Size, Type: b.Type, Name: b.Name,
		Pages: b.Pages, Width: b.Width, Height: b.Height, Doubts: b.Doubts, ReceivedBy: n.By, ReceivedAt: s.clock.Now().Add(time.Duration(n.Place) * time.Microsecond)}
	if err := insert(ctx, tx, f); err != nil {
		return File{}, fmt.Errorf("attach a paper to %s %s: %w", o.Kind, o.ID, err)
	}
	return f, nil
}
