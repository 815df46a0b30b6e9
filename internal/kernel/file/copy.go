package file

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"benso/internal/kernel/database"
)

// Held is one content that papers need.
type Held struct {
	Digest string
	Size   int64
}

// Contents lists what the papers need that are not ended, once each, by digest: of
// q, which may be a snapshot.
func Contents(ctx context.Context, q database.Querier) ([]Held, error) { return contents(ctx, q) }

// Copied says what Copy did.
type Copied struct {
	Contents int   // that are there now
	New      int   // of them, brought by this copy
	Bytes    int64 // of the new ones
}

// Copy brings contents from one folder of papers to another that lacks them, and
// proves each new one by its digest while it is copied. What is there with the right
// size is left as it is, since a content never changes. Everything is synced when it
// returns. A content that the first folder has not is an error: the paper is lost.
func Copy(ctx context.Context, from, to string, all []Held) (done Copied, err error) {
	folders := map[string]bool{}
	for _, h := range all {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		if len(h.Digest) != 64 {
			return done, fmt.Errorf("%q is no digest", h.Digest)
		}
		inside := filepath.Join(h.Digest[:2], h.Digest[2:4])
		target := filepath.Join(to, inside, h.Digest)
		done.Contents++
		if info, err := os.Stat(target); err == nil && info.Size() == h.Size {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return done, err
		}
		if err := copyContent(filepath.Join(from, inside, h.Digest), target, h); err != nil {
			return done, fmt.Errorf("copy the content %s: %w", h.Digest, err)
		}
		for _, f := range []string{to, filepath.Join(to, h.Digest[:2]), filepath.Dir(target)} {
			folders[f] = true
		}
		done.New++
		done.Bytes += h.Size
	}
	for f := range folders {
		if err := (osDisk{}).syncDir(f); err != nil {
			return done, err
		}
	}
	return done, nil
}

// copyContent copies one content under another name, and gives it its own when it
// is whole and on the disk. A sweep may set a content aside for a moment while it asks
// whether it is needed: it is looked for there too.
func copyContent(from, to string, h Held) (err error) {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		root := filepath.Dir(filepath.Dir(filepath.Dir(from)))
		if in, err = os.Open(filepath.Join(root, "parts", trash+h.Digest)); errors.Is(err, fs.ErrNotExist) {
			in, err = os.Open(from)
		}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	part := to + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(out, sum), 256<<10)
	n, err := io.Copy(w, in)
	if err = errors.Join(err, w.Flush(), out.Sync(), out.Close()); err == nil && (n != h.Size || digestText(sum) != h.Digest) {
		err = errDamaged
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, to)
}
