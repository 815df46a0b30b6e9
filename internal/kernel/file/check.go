package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Damage is one row whose blob is not as it was received.
type Damage struct {
	File, Digest string
	Missing      bool // else the content or its size is wrong
}

// Report is what Check found.
type Report struct {
	Files   int // rows that are not ended
	Blobs   int // contents that were read and are right
	Orphans int // contents on the disk that no row has; a sweep takes them after a day
	Parts   int // uploads in the making, or cut off within the last hour
	Damage  []Damage
}

// OK says whether every paper is there and unchanged.
func (r Report) OK() bool { return len(r.Damage) == 0 }

// Check reads every paper and compares it with its row: its blob is there, with
// the right size and digest. Each content is read once.
func (s *Store) Check(ctx context.Context) (Report, error) {
	var r Report
	live := map[string]bool{}
	var digest, id string
	var state error
	for {
		page, err := s.livePage(ctx, digest, id)
		if err != nil {
			return r, err
		}
		if len(page) == 0 {
			break
		}
		for _, f := range page {
			if f.Digest != digest {
				if state = s.verify(ctx, f.Digest, f.Size); ctx.Err() != nil {
					return r, ctx.Err()
				}
				if state == nil {
					r.Blobs++
				}
				live[f.Digest] = true
			}
			digest, id = f.Digest, f.ID
			r.Files++
			if state != nil {
				r.Damage = append(r.Damage, Damage{File: f.ID, Digest: f.Digest, Missing: errors.Is(state, fs.ErrNotExist)})
			}
		}
	}
	err := s.walk(ctx, func(name string, _ fs.DirEntry) error {
		if !live[name] {
			r.Orphans++
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	parts, err := os.ReadDir(s.parts())
	r.Parts = len(parts)
	return r, err
}

// walk calls f with the digest of every blob on the disk, in order.
func (s *Store) walk(ctx context.Context, f func(digest string, e fs.DirEntry) error) error {
	for a := range 256 {
		top := filepath.Join(s.dir, fmt.Sprintf("%02x", a))
		middle, err := os.ReadDir(top)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("walk the store of papers: %w", err)
		}
		for _, m := range middle {
			if err := ctx.Err(); err != nil {
				return err
			}
			blobs, err := os.ReadDir(filepath.Join(top, m.Name()))
			if err != nil {
				return fmt.Errorf("walk the store of papers: %w", err)
			}
			for _, b := range blobs {
				if len(b.Name()) != 64 {
					continue
				}
				if err := f(b.Name(), b); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Swept says what a sweep took away.
type Swept struct{ Parts, Blobs int }

// Sweep removes parts older than an hour and blobs that no row has needed for a
// day. It may run beside uploads, also those of another copy of the program.
func (s *Store) Sweep(ctx context.Context) (Swept, error) {
	var swept Swept
	var err error
	if swept.Parts, err = s.sweepParts(ctx); err != nil {
		return swept, err
	}
	since := s.clock.Now().Add(-orphansKept)
	var used map[string]bool
	top := ""
	err = s.walk(ctx, func(digest string, e fs.DirEntry) error {
		if digest[:2] != top {
			var err error
			top = digest[:2]
			if used, err = s.usedDigests(ctx, top, top+"~", since); err != nil {
				return err
			}
		}
		if used[digest] {
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info.ModTime().After(since) {
			return nil
		}
		gone, err := s.collect(ctx, digest, since)
		if gone {
			swept.Blobs++
		}
		return err
	})
	return swept, err
}

const trash = "trash-"

// collect takes a blob away. Between the question whether it is needed and the
// removal, an upload of the same content may come; so the blob is first set
// aside, then asked about again, and brought back when it is needed after all.
func (s *Store) collect(ctx context.Context, digest string, since time.Time) (gone bool, err error) {
	aside := filepath.Join(s.parts(), trash+digest)
	if err := s.disk.rename(s.path(digest), aside); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, err
	}
	return s.settle(ctx, digest, since)
}

// settle ends what collect began, also after a crash in between.
func (s *Store) settle(ctx context.Context, digest string, since time.Time) (gone bool, err error) {
	aside := filepath.Join(s.parts(), trash+digest)
	info, err := os.Stat(aside)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, err
	}
	used, err := s.usedDigests(ctx, digest, digest, since)
	if err != nil {
		return false, err
	}
	if used[digest] || info.ModTime().After(since) {
		to := s.path(digest)
		if err := s.disk.rename(aside, to); err != nil {
			return false, err
		}
		return false, s.syncDirs(filepath.Dir(to))
	}
	return true, s.disk.remove(aside)
}

// sweepParts removes what uploads that were cut off left behind, and settles
// blobs that a sweep had set aside when the program was killed.
func (s *Store) sweepParts(ctx context.Context) (int, error) {
	entries, err := os.ReadDir(s.parts())
	if err != nil {
		return 0, fmt.Errorf("sweep parts: %w", err)
	}
	now, n := s.clock.Now(), 0
	for _, e := range entries {
		if digest, ok := strings.CutPrefix(e.Name(), trash); ok && len(digest) == 64 {
			if _, err := s.settle(ctx, digest, now.Add(-orphansKept)); err != nil {
				return n, fmt.Errorf("sweep parts: %w", err)
			}
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return n, fmt.Errorf("sweep parts: %w", err)
		}
		if now.Sub(info.ModTime()) < partsKept {
			continue
		}
		if err := s.disk.remove(filepath.Join(s.parts(), e.Name())); err != nil {
			return n, fmt.Errorf("sweep parts: %w", err)
		}
		n++
	}
	return n, nil
}
