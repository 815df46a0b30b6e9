package server

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
	"benso/internal/kernel/job"
)

// A backup is a folder: papers lie in files/ once each, under their digests, for all
// snapshots; snapshots/TIME/ holds the database as it stood at one instant, the list
// of the papers that it needs, the key of the accounts, and manifest.json, which is
// written last. A snapshot without one was cut off and counts for nothing.
const (
	manifestFile = "manifest.json"
	papersFile   = "papers"
	keyFile      = "accounts.key"
	snapshotTime = "20060102T150405.000Z"
)

// Manifest says what a snapshot holds.
type Manifest struct {
	At       time.Time         `json:"at"`       // when it began: what was answered before is in it
	Database string            `json:"database"` // sqlite or postgres
	Schema   int64             `json:"schema"`   // the last migration
	Journal  string            `json:"journal"`  // the head of the chain
	Chained  int64             `json:"chained"`  // rows of the chain
	Papers   int               `json:"papers"`   // contents
	Digests  map[string]string `json:"digests"`  // SHA-256 of each file of the snapshot
}

// Backup writes a snapshot of everything into dir, beside those that are there, while
// a server may go on. It says how long each part took.
func Backup(ctx context.Context, c Config, dir string, out io.Writer) (err error) {
	if err := c.holdsData(); err != nil {
		return err
	}
	db, err := database.Open(ctx, database.Config{URL: c.DatabaseURL, Dir: c.Data})
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, db) }()
	if current, err := db.Current(ctx); err != nil || !current {
		return errors.Join(err, errors.New("the schema is not the one of this program: run benso migrate, or take the backup with the program that serves"))
	}
	unlock, err := database.LockFile(filepath.Join(dir, "backup.lock"), database.FailAtOnce)
	if err != nil {
		return fmt.Errorf("another backup goes into this folder: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	m := Manifest{At: clock.System.Now(), Database: db.Dialect().String(), Digests: map[string]string{}}
	name := m.At.Format(snapshotTime)
	at := filepath.Join(dir, "snapshots", name)
	if err := os.MkdirAll(at, 0o700); err != nil {
		return err
	}
	var needed []file.Held
	err = db.Snapshot(ctx, filepath.Join(at, database.SnapshotFile(db.Dialect())), func(ctx context.Context, q database.Querier) (err error) {
		if m.Schema, err = database.Version(ctx, q); err != nil {
			return err
		}
		if m.Chained, err = audit.Head(ctx, q); err != nil {
			return err
		}
		if m.Journal, err = audit.LinkAt(ctx, q, m.Chained); err != nil {
			return err
		}
		needed, err = file.Contents(ctx, q)
		return err
	})
	if err != nil {
		return err
	}
	say(out, "database: %s", took(m.At))
	// A content stays for a day after its paper was taken away, so what the snapshot
	// needs is still there.
	began := clock.System.Now()
	done, err := file.Copy(ctx, c.Papers(), filepath.Join(dir, "files"), needed)
	if err != nil {
		return err
	}
	m.Papers = done.Contents
	say(out, "papers: %d, of them %d new (%.1f MB): %s", done.Contents, done.New, float64(done.Bytes)/1e6, took(began))
	if err := writePapers(filepath.Join(at, papersFile), needed); err != nil {
		return err
	}
	key, err := os.ReadFile(c.secret())
	if err == nil {
		err = writeSynced(filepath.Join(at, keyFile), key)
	}
	if err != nil {
		return fmt.Errorf("the key of the accounts: %w", err)
	}
	for _, f := range m.files() {
		if m.Digests[f], err = digestOf(filepath.Join(at, f)); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := errors.Join(writeSynced(filepath.Join(at, manifestFile), append(text, '\n')), syncDir(at), syncDir(filepath.Dir(at)), syncDir(dir)); err != nil {
		return err
	}
	say(out, "snapshot %s is whole: %s in all", name, took(m.At))
	return nil
}

func (m Manifest) files() []string {
	db := "benso.db"
	if m.Database == database.Postgres.String() {
		db = "database.zip"
	}
	return []string{db, papersFile, keyFile}
}

// Restore brings a snapshot of a backup back to where nothing is, looks that it is
// whole, and brings the schema up to date. name is the snapshot; empty: the last whole
// one.
func Restore(ctx context.Context, c Config, dir, name string, out io.Writer) (err error) {
	began := clock.System.Now()
	m, at, err := findSnapshot(dir, name)
	if err != nil {
		return err
	}
	if into := (database.Config{URL: c.DatabaseURL, Dir: c.Data}); (m.Database == database.Postgres.String()) != (into.URL != "") {
		return fmt.Errorf("the snapshot is of %s: bring it back there", m.Database)
	}
	if _, err := os.Stat(c.secret()); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s holds data already; nothing is written over what is there", c.Data), err)
	}
	for _, f := range m.files() {
		if sum, err := digestOf(filepath.Join(at, f)); err != nil || sum != m.Digests[f] {
			return errors.Join(fmt.Errorf("%s of the snapshot is damaged", f), err)
		}
	}
	needed, err := readPapers(filepath.Join(at, papersFile))
	if err != nil {
		return err
	}
	done, err := file.Copy(ctx, filepath.Join(dir, "files"), c.Papers(), needed)
	if err != nil {
		return err
	}
	say(out, "papers: %d: %s", done.Contents, took(began))
	began = clock.System.Now()
	dbConfig := database.Config{URL: c.DatabaseURL, Dir: c.Data}
	if err := database.BringBack(ctx, dbConfig, filepath.Join(at, m.files()[0]), m.Schema, job.Migrate); err != nil {
		return err
	}
	key, err := os.ReadFile(filepath.Join(at, keyFile))
	if err != nil {
		return err
	}
	if err := errors.Join(writeSynced(c.secret(), key), syncDir(c.Data)); err != nil {
		return err
	}
	say(out, "database: %s", took(began))
	return c.look(ctx, m, out)
}

// look brings the schema up to date, chains the journal's last rows, and looks that
// everything is as the manifest says.
func (c Config) look(ctx context.Context, m Manifest, out io.Writer) (err error) {
	db, err := OpenDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, db) }()
	link, err := audit.LinkAt(ctx, db.Read(), m.Chained)
	if err != nil {
		return err
	}
	if link != m.Journal {
		return fmt.Errorf("the journal is not the one of the manifest: link %d has another hash", m.Chained)
	}
	chainer := audit.NewChainer(db, clock.System, "restore-"+database.NewID())
	if err := errors.Join(chainer.Await(ctx), chainer.Release(ctx)); err != nil {
		return err
	}
	say(out, "the journal is the one of the manifest; benso verify reads all of it and every paper")
	return nil
}

// Snapshots lists the whole snapshots of a backup, the first one first.
func Snapshots(dir string) (names []string, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, "snapshots"))
	if err != nil {
		return nil, fmt.Errorf("%s is no backup: %w", dir, err)
	}
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(dir, "snapshots", e.Name(), manifestFile)); err == nil {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

func findSnapshot(dir, name string) (m Manifest, at string, err error) {
	names, err := Snapshots(dir)
	if err != nil {
		return m, "", err
	}
	switch {
	case len(names) == 0:
		return m, "", fmt.Errorf("%s has no whole snapshot", dir)
	case name == "":
		name = names[len(names)-1]
	case !slices.Contains(names, name):
		return m, "", fmt.Errorf("there is no whole snapshot %q; there are %s", name, strings.Join(names, ", "))
	}
	at = filepath.Join(dir, "snapshots", name)
	text, err := os.ReadFile(filepath.Join(at, manifestFile))
	if err != nil {
		return m, "", err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, "", fmt.Errorf("the manifest of %s cannot be read: %w", name, err)
	}
	return m, at, nil
}

func writePapers(name string, all []file.Held) error {
	var b strings.Builder
	for _, h := range all {
		fmt.Fprintf(&b, "%s %d\n", h.Digest, h.Size)
	}
	return writeSynced(name, []byte(b.String()))
}

func readPapers(name string) (all []file.Held, err error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var h file.Held
		if _, err := fmt.Sscanf(lines.Text(), "%64s %d", &h.Digest, &h.Size); err != nil {
			return nil, fmt.Errorf("the list of papers: %w", err)
		}
		all = append(all, h)
	}
	return all, lines.Err()
}

func writeSynced(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func digestOf(name string) (sum string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// took is how long something lasted, for people.
func took(since time.Time) string {
	return clock.System.Now().Sub(since).Round(10 * time.Millisecond).String()
}
