package file

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// disk is what the store asks of the file system. A test puts another in its
// place to see the order of the calls, since a lost power is not to be tried.
type disk interface {
	create(dir string) (part, error)
	open(path string) (stored, error)
	rename(from, to string) error
	remove(path string) error
	makeDir(path string) error // no error when it is there
	syncDir(path string) error
	touch(path string, at time.Time) error
}

// part is a file being written.
type part interface {
	io.Writer
	io.ReaderAt
	Sync() error
	Close() error
	Name() string
}

// stored is a blob being read.
type stored interface {
	io.ReadSeekCloser
	Stat() (fs.FileInfo, error)
}

type osDisk struct{}

func (osDisk) create(dir string) (part, error)  { return os.CreateTemp(dir, "part-*") }
func (osDisk) open(path string) (stored, error) { return os.Open(path) }
func (osDisk) rename(from, to string) error     { return os.Rename(from, to) }

func (osDisk) remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (osDisk) makeDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (osDisk) syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (osDisk) touch(path string, at time.Time) error { return os.Chtimes(path, at, at) }

// path is where a blob lies.
func (s *Store) path(digest string) string {
	return filepath.Join(s.dir, digest[:2], digest[2:4], digest)
}

func (s *Store) parts() string { return filepath.Join(s.dir, "parts") }
