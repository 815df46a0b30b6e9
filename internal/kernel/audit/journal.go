package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Entry is one line of the journal before it is chained.
type Entry struct {
	Actor      string // account; "system" for the system's own clock; "stranger"
	ActingFor  string // account of the absent official, or empty
	Action     string // verb of the room, such as "dossier.accept"
	ObjectKind string // such as "dossier"
	ObjectID   string
	Path       string   // holder path, so that who may audit an agency sees its rows
	IDs        []string // of what a list showed, or of what else was touched
	Digest     string   // of the input, when there was one; see database.Digest
}

// Row is a line of the journal.
type Row struct {
	ID string
	At time.Time
	Entry
}

// Link is a row's place in the chain.
type Link struct {
	Seq  int64
	ID   string
	Hash string
}

// start is what the first link is hashed with.
var start = strings.Repeat("0", 64)

// hash chains a row to the hash before it: SHA-256 over every field with its
// length, so that no two different rows read alike.
func hash(prev string, seq int64, r Row) string {
	h := sha256.New()
	for _, s := range []string{prev, fmt.Sprint(seq), r.ID, r.At.UTC().Format(time.RFC3339Nano), r.Actor, r.ActingFor, r.Action, r.ObjectKind, r.ObjectID, r.Path, strings.Join(r.IDs, " "), r.Digest} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Report is what Verify found.
type Report struct {
	Rows    int64 // rows of the journal
	Chained int64
	Waiting int64         // not chained yet
	Oldest  time.Duration // age of the oldest waiting row
	Head    string        // the last hash: kept elsewhere, it also shows a cut tail
	Faults  []string      // what is wrong, at most 20
}

// OK says that nothing is wrong.
func (r Report) OK() bool { return len(r.Faults) == 0 }

func (r *Report) fault(format string, args ...any) {
	if len(r.Faults) < 20 {
		r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
	}
}
