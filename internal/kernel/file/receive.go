package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
)

// Store keeps papers in a folder and knows them in the database.
type Store struct {
	db    *database.DB
	clock clock.Clock
	dir   string
	disk  disk

	// judging bounds the memory that papers being judged may take together.
	judging chan struct{}
	scanner Scanner // nil: nobody looks for viruses
	spare   spare
}

const (
	judgesAtOnce = 2
	judgeTime    = 10 * time.Second
	partsKept    = time.Hour
	orphansKept  = 24 * time.Hour
)

// NewStore opens the store in dir, which it makes when it is not there, and
// sweeps what uploads that were cut off an hour ago or more left behind.
func NewStore(ctx context.Context, db *database.DB, c clock.Clock, dir string) (*Store, error) {
	s := &Store{db: db, clock: c, dir: dir, disk: osDisk{}, judging: make(chan struct{}, judgesAtOnce)}
	if err := os.MkdirAll(s.parts(), 0o700); err != nil {
		return nil, fmt.Errorf("make the store of papers: %w", err)
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := s.disk.syncDir(d); err != nil {
			return nil, fmt.Errorf("make the store of papers: %w", err)
		}
	}
	if _, err := s.sweepParts(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Scanner looks for viruses. found is the name of one, empty when there is none; an
// error says that it could not tell.
type Scanner interface {
	Scan(ctx context.Context, content io.Reader) (found string, err error)
}

// ScanWith has every paper that people hand in scanned before it is kept. When the
// scanner cannot tell, the paper is not taken, and the sender is asked to try again.
func (s *Store) ScanWith(x Scanner) { s.scanner = x }

// Receive reads a paper to its end, judges it, and answers when it is safe on
// the disk. What it refuses is gone when it answers. The faults say what the
// person can do; no row is written before Attach.
func (s *Store) Receive(ctx context.Context, r io.Reader, m Meta) (Blob, error) {
	if markedName(m.Name) {
		return Blob{}, s.refuseSecret(ctx)
	}
	if m.Size > m.limit() {
		return Blob{}, tooLarge(ctx, m.Size, m.limit())
	}
	p, err := s.disk.create(s.parts())
	if err != nil {
		return Blob{}, diskFault(err)
	}
	moved := false
	defer func() {
		// What did not become a blob goes. A part that cannot be removed now is
		// swept after an hour, so nothing is lost by going on.
		_ = p.Close()
		if !moved {
			_ = s.disk.remove(p.Name())
		}
	}()
	blob, err := s.write(ctx, p, r, m)
	if err != nil {
		return Blob{}, err
	}
	if err := s.judge(ctx, p, &blob, m); err != nil {
		if errors.Is(err, errMarked) {
			return Blob{}, s.destroy(ctx, p, blob.Size)
		}
		return Blob{}, err
	}
	if err := s.scan(ctx, p, blob, m); err != nil {
		return Blob{}, err
	}
	blob.Name = CleanName(m.Name, blob.Type, message.T(ctx, "file.unnamed"))
	if moved, err = s.place(ctx, p, blob); err != nil {
		return Blob{}, diskFault(fmt.Errorf("place blob %s: %w", blob.Digest, err))
	}
	return blob, nil
}

// write streams the content to the part and takes its digest.
func (s *Store) write(ctx context.Context, p part, r io.Reader, m Meta) (Blob, error) {
	sum := sha256.New()
	from := &source{ctx: ctx, r: r}
	n, err := io.Copy(io.MultiWriter(p, sum), io.LimitReader(from, m.limit()+1))
	switch {
	case from.err != nil:
		return Blob{}, fault.New(fault.Invalid, "file.interrupted").With(from.err)
	case err != nil:
		return Blob{}, diskFault(err)
	case n > m.limit():
		return Blob{}, tooLarge(ctx, m.Size, m.limit())
	case n == 0:
		return Blob{}, fault.New(fault.Invalid, "file.empty")
	}
	return Blob{Digest: digestText(sum), Size: n}, nil
}

func digestText(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }

// source tells the sender's faults from the disk's, and stops when the caller
// has gone.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

var errMarked = errors.New("a mark of secrecy stands in it")

// judge finds the type, and whether the paper can be read and is free of marks.
func (s *Store) judge(ctx context.Context, p part, b *Blob, m Meta) error {
	head := make([]byte, min(b.Size, 1024))
	if _, err := p.ReadAt(head, 0); err != nil {
		return diskFault(err)
	}
	t, kind := sniff(head)
	if !slices.Contains(m.accept(), t) {
		return wrongType(ctx, t, kind, m.accept())
	}
	b.Type = t
	select {
	case s.judging <- struct{}{}:
		defer func() { <-s.judging }()
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "fault.busy").With(ctx.Err())
	}
	if t.Picture() {
		facts, err := readPicture(io.NewSectionReader(p, 0, b.Size), b.Size, t)
		switch {
		case errors.Is(err, errCut):
			return fault.New(fault.Invalid, "file.cut").With(err)
		case err != nil:
			return fault.New(fault.Invalid, "file.unreadable_picture").With(err)
		case facts.marked:
			return errMarked
		}
		b.Width, b.Height = facts.width, facts.height
		b.Doubts, err = s.look(p, *b)
		return err
	}
	data := make([]byte, b.Size)
	if _, err := p.ReadAt(data, 0); err != nil {
		return diskFault(err)
	}
	timed, stop := context.WithTimeout(ctx, judgeTime)
	defer stop()
	facts, err := readPDF(timed, data)
	switch {
	case errors.Is(err, errLockedPDF):
		return fault.New(fault.Invalid, "file.locked_pdf").With(err)
	case errors.Is(err, errEmptyPDF):
		return fault.New(fault.Invalid, "file.empty_pdf").With(err)
	case errors.Is(err, errTooComplex), errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return fault.New(fault.Invalid, "file.too_complex").With(err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Invalid, "file.interrupted").With(err)
	case err != nil:
		return fault.New(fault.Invalid, "file.unreadable_pdf").With(err)
	case facts.marked:
		return errMarked
	}
	b.Pages = facts.pages
	return nil
}

// scan asks the scanner about a paper that the system has not made itself.
func (s *Store) scan(ctx context.Context, p part, b Blob, m Meta) error {
	if s.scanner == nil || m.Ours {
		return nil
	}
	found, err := s.scanner.Scan(ctx, io.NewSectionReader(p, 0, b.Size))
	switch {
	case err != nil && ctx.Err() != nil:
		return fault.New(fault.Invalid, "file.interrupted").With(err)
	case err != nil:
		return fault.New(fault.Unavailable, "file.scanner_down").With(err)
	case found == "":
		return nil
	}
	// It is removed with the part. The journal names the content by its digest, and
	// the one who sent it, who may not know what is on their computer.
	if err := s.countInfection(context.WithoutCancel(ctx), m.By, b.Digest); err != nil {
		return err
	}
	return fault.New(fault.Invalid, "file.infected").With(fmt.Errorf("the scanner found %s", found))
}

// destroy overwrites and removes a marked paper, and counts it.
func (s *Store) destroy(ctx context.Context, p part, size int64) error {
	var err error
	if w, ok := p.(io.WriterAt); ok {
		blank := make([]byte, 64<<10)
		for at := int64(0); at < size && err == nil; at += int64(len(blank)) {
			_, err = w.WriteAt(blank[:min(int64(len(blank)), size-at)], at)
		}
		err = errors.Join(err, p.Sync())
	}
	if err = errors.Join(err, s.disk.remove(p.Name())); err != nil {
		return fault.New(fault.Internal, "file.secret_not_removed").With(err)
	}
	return s.refuseSecret(ctx)
}

// refuseSecret counts the refusal (also when the sender has gone) and says it.
func (s *Store) refuseSecret(ctx context.Context) error {
	day := database.Date(s.clock.Now().In(clock.Zone).Format(time.DateOnly))
	if err := s.countRefusal(context.WithoutCancel(ctx), day); err != nil {
		return fault.New(fault.Invalid, "file.secret").With(err)
	}
	return fault.New(fault.Invalid, "file.secret")
}

// place makes the part the blob. The content is synced before it gets its
// name, and every folder that gained a name is synced before place returns.
// moved is false when the same content was there already.
func (s *Store) place(ctx context.Context, p part, b Blob) (moved bool, err error) {
	to := s.path(b.Digest)
	dir := filepath.Dir(to)
	switch err := s.verify(ctx, b.Digest, b.Size); {
	case err == nil:
		// The same content is there. Its age starts anew, or a sweep could take
		// it before the row is written.
		if err := s.disk.touch(to, s.clock.Now()); err == nil {
			return false, s.syncDirs(dir)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	case errors.Is(err, errDamaged), errors.Is(err, fs.ErrNotExist):
	default:
		return false, err
	}
	if err := p.Sync(); err != nil {
		return false, err
	}
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := s.disk.makeDir(d); err != nil {
			return false, err
		}
	}
	if err := s.disk.touch(p.Name(), s.clock.Now()); err != nil {
		return false, err
	}
	if err := s.disk.rename(p.Name(), to); err != nil {
		return false, err
	}
	return true, s.syncDirs(dir)
}

// syncDirs makes the way to a blob durable. Another upload may have made the
// folders a moment ago and not synced them yet, so all three are synced always.
func (s *Store) syncDirs(dir string) error {
	for _, d := range []string{dir, filepath.Dir(dir), s.dir} {
		if err := s.disk.syncDir(d); err != nil {
			return err
		}
	}
	return nil
}

func diskFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.New(fault.Unavailable, "file.disk_full").With(err)
	}
	return fmt.Errorf("store a paper: %w", err)
}
