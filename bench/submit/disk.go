package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// disk is what the bare disk does with the papers of a dossier: three files
// written, fsynced, renamed into their place, and the folder fsynced.
func disk(dir string, workers int, d time.Duration) (result, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return result{}, err
	}
	var n atomic.Int64
	r := closed(workers, d, func(int) error {
		for range 3 {
			name := filepath.Join(dir, fmt.Sprint(n.Add(1)))
			if err := place(name, photo()); err != nil {
				return err
			}
		}
		return nil
	})
	return r, os.RemoveAll(dir)
}

func place(name string, body []byte) (err error) {
	f, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
