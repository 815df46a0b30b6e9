package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"benso/internal/adapters/clamd"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/file"
)

// patience is how long a row of the journal may wait for the chainer.
const patience = time.Minute

// Verify recomputes the journal's chain and checks every paper against its
// digest. It says what it finds; the error says that something is wrong.
func Verify(ctx context.Context, c Config, out io.Writer) (err error) {
	if err := c.holdsData(); err != nil {
		return err
	}
	db, err := OpenDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, db) }()
	journal, err := audit.Verify(ctx, db, clock.System.Now(), patience)
	if err != nil {
		return err
	}
	store, err := file.NewStore(ctx, db, clock.System, c.Papers())
	if err != nil {
		return err
	}
	papers, err := store.Check(ctx)
	if err != nil {
		return err
	}
	say(out, "journal: %d rows, %d chained, %d waiting, head %s", journal.Rows, journal.Chained, journal.Waiting, journal.Head)
	for _, f := range journal.Faults {
		say(out, "  FAULT %s", f)
	}
	say(out, "papers: %d rows, %d contents read, %d orphans, %d damaged", papers.Files, papers.Blobs, papers.Orphans, len(papers.Damage))
	for _, d := range papers.Damage {
		say(out, "  FAULT %v", d)
	}
	if !journal.OK() || !papers.OK() {
		return fmt.Errorf("the records are not whole")
	}
	say(out, "ok")
	return nil
}

// Doctor looks for what keeps the system from working well and says, line by
// line, what is wrong and what to do. The error says that something is.
func Doctor(ctx context.Context, c Config, out io.Writer) (err error) {
	if err := c.holdsData(); err != nil {
		return err
	}
	bad := 0
	check := func(what string, wrong string, mend string) {
		if wrong == "" {
			say(out, "ok    %s", what)
			return
		}
		bad++
		say(out, "WRONG %s: %s\n      %s", what, wrong, mend)
	}
	check("data folder "+c.Data, writable(c.Data), "create it, give it to the user that runs benso, or name another with --data")
	if free, err := freeBytes(c.Data); err == nil {
		wrong := ""
		if free < 1<<30 {
			wrong = fmt.Sprintf("only %d MB are free", free>>20)
		}
		check("disk space", wrong, "free some space: papers are refused when the disk is full")
	}
	if c.Clamd != "" {
		check("virus scan by clamd at "+c.Clamd, scans(ctx, c.Clamd), "while it is so, no paper is taken: start clamd, let freshclam fetch its signatures, set StreamMaxLength in clamd.conf to 25M or more, and let the user of benso use its socket")
	}
	db, err := database.Open(ctx, database.Config{URL: c.DatabaseURL, Dir: c.Data})
	if err != nil {
		check("database", err.Error(), "is PostgreSQL running, and is --database-url right?")
		return fmt.Errorf("%d things are wrong", bad)
	}
	defer func() { err = joinClose(err, db) }()
	check("database ("+db.Dialect().String()+")", "", "")
	pending, err := db.Pending(ctx)
	if err != nil {
		return err
	}
	if pending > 0 {
		check("schema", fmt.Sprintf("%d migrations wait", pending), "run benso migrate")
		return fmt.Errorf("%d things are wrong", bad)
	}
	check("schema", "", "")
	if province, err := loadProvince(ctx, db); err != nil {
		check("pack in force", err.Error(), "run benso pack check, then benso pack apply")
	} else {
		check("pack in force", "", "")
		if err := doctorReform(ctx, db, province, check); err != nil {
			return err
		}
	}
	stuck, err := event.Stuck(ctx, db.Read())
	if err != nil {
		return err
	}
	wrong := ""
	if stuck > 0 {
		wrong = fmt.Sprintf("%d events failed three times or more", stuck)
	}
	check("events", wrong, "look for \"hand out events\" in the log")
	if err := doctorMail(ctx, c, db.Read(), check); err != nil {
		return err
	}
	journal, err := audit.Verify(ctx, db, clock.System.Now(), patience)
	if err != nil {
		return err
	}
	wrong = ""
	if !journal.OK() {
		wrong = journal.Faults[0]
	}
	check(fmt.Sprintf("journal (%d rows)", journal.Rows), wrong, "run benso verify for all of it; keep a copy of the database before anything else")
	if bad > 0 {
		return fmt.Errorf("%d things are wrong", bad)
	}
	return nil
}

// holdsData refuses a folder without a database: a mistyped one would be made and
// found in order, for ever.
func (c Config) holdsData() error {
	if c.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(c.Data, "benso.db")); err != nil {
		return fmt.Errorf("%s holds no database of benso: name the folder with --data, or the PostgreSQL with --database-url", c.Data)
	}
	return nil
}

func writable(dir string) string {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err.Error()
	}
	f, err := os.CreateTemp(dir, "doctor-*")
	if err != nil {
		return err.Error()
	}
	if err := f.Close(); err != nil {
		return err.Error()
	}
	if err := os.Remove(f.Name()); err != nil {
		return err.Error()
	}
	return ""
}

// harmless is EICAR's text, which every scanner takes for a virus and which is none;
// it stands here backwards, so that no scanner takes this program for one.
const harmless = `*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X`

// scans tries a virus scanner: it must take the largest paper for clean and know the
// text that all of them know.
func scans(ctx context.Context, address string) string {
	scanner, err := clamd.New(address)
	if err != nil {
		return err.Error()
	}
	if found, err := scanner.Scan(ctx, io.LimitReader(zeros{}, file.DefaultMaxBytes)); err != nil {
		return err.Error()
	} else if found != "" {
		return "it takes an empty paper for " + found
	}
	text := []byte(harmless)
	slices.Reverse(text)
	if found, err := scanner.Scan(ctx, bytes.NewReader(text)); err != nil {
		return err.Error()
	} else if found == "" {
		return "it does not know the EICAR test text: it has no signatures"
	}
	return ""
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func freeBytes(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}

func joinClose(err error, db *database.DB) error {
	if closed := db.Close(); err == nil {
		return closed
	}
	return err
}

// say writes one line; a terminal that went away is nobody's fault.
func say(out io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(out, format+"\n", args...)
}
