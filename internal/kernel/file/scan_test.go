package file

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

// sick finds a virus in every content that holds its text.
type sick struct {
	text []byte
	err  error
	asks int
}

func (s *sick) Scan(_ context.Context, r io.Reader) (string, error) {
	s.asks++
	data, err := io.ReadAll(r)
	if err != nil || s.err != nil || !bytes.Contains(data, s.text) {
		return "", errors.Join(err, s.err)
	}
	return "Test.Virus", nil
}

func TestPaperWithAVirusIsRemovedCountedAndJournaled(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, _ := newStore(t, db)
		scanner := &sick{text: []byte("virus")}
		s.ScanWith(scanner)
		clean, infected := jpegOf(t, 30, 20), append(jpegOf(t, 30, 20), "virus"...)
		if _, err := s.Receive(t.Context(), bytes.NewReader(infected), Meta{Name: "a.jpg", By: "mai"}); keyOf(err) != "file.infected" {
			t.Errorf("got %v", err)
		}
		if left := filesUnder(t, s); len(left) != 0 {
			t.Errorf("left %v", left)
		}
		if _, err := s.Receive(t.Context(), bytes.NewReader(clean), Meta{Name: "a.jpg", By: "mai"}); err != nil {
			t.Error(err)
		}
		if n, err := s.Infections(t.Context(), db.Read(), "2026-11-23", "2026-11-23"); n != 1 || err != nil {
			t.Errorf("counted %d, %v", n, err)
		}
		rows := 0
		if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM journal WHERE action = 'file.infected' AND actor = 'mai'`).Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%d lines in the journal, %v", rows, err)
		}
		if _, err := s.Receive(t.Context(), bytes.NewReader(infected), Meta{Name: "form 01.jpg", Ours: true}); err != nil || scanner.asks != 2 {
			t.Errorf("our own paper: %v, scanned %d times", err, scanner.asks)
		}
	})
}

func TestPaperIsNotTakenWhileTheScannerCannotTell(t *testing.T) {
	s, _ := newStore(t, databasetest.SQLite(t))
	s.ScanWith(&sick{text: []byte("virus"), err: errors.New("connection refused")})
	_, err := s.Receive(t.Context(), bytes.NewReader(jpegOf(t, 30, 20)), Meta{Name: "a.jpg", By: "mai"})
	if keyOf(err) != "file.scanner_down" {
		t.Errorf("got %v", err)
	}
	if left := filesUnder(t, s); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}
