package spreadsheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"benso/internal/kernel/clock"
)

func read(t *testing.T, b *bytes.Buffer) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTextsNumbersAndDatesAreWhatTheySay(t *testing.T) {
	var b bytes.Buffer
	s, err := New(&b, "Sổ theo dõi hồ sơ", []Column{{"Mã", 10}, {"Số", 8}, {"Lúc", 17}})
	must(t, err)
	at := time.Date(2026, 11, 23, 2, 30, 0, 0, time.UTC)
	must(t, s.Row("=1+1", int64(42), at))
	must(t, s.Row("00123", int64(0), time.Time{}))
	must(t, s.Close())
	f := read(t, &b)
	const name = "Sổ theo dõi hồ sơ"
	value := func(cell string) string {
		v, err := f.GetCellValue(name, cell)
		must(t, err)
		return v
	}
	for cell, want := range map[string]string{"A1": "Mã", "A2": "=1+1", "A3": "00123", "B2": "42", "B3": "0", "C2": "23/11/2026 09:30", "C3": ""} {
		if got := value(cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
	if formula, err := f.GetCellFormula(name, "A2"); err != nil || formula != "" {
		t.Errorf("what somebody typed is computed: %q (%v)", formula, err)
	}
	raw, err := f.GetCellValue(name, "C2", excelize.Options{RawCellValue: true})
	must(t, err)
	serial := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC).Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
	if !strings.HasPrefix(raw, fmt.Sprintf("%.4f", serial)) {
		t.Errorf("the instant %v is kept as %s, want %f", at.In(clock.Zone), raw, serial)
	}
	panes, err := f.GetPanes(name)
	must(t, err)
	if !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the heads move away: %+v", panes)
	}
}

func TestLongTextAndManyRowsDoNotSpoilTheFile(t *testing.T) {
	var b bytes.Buffer
	s, err := New(&b, strings.Repeat("Sổ ", 20), []Column{{"A", 10}})
	must(t, err)
	must(t, s.Row(strings.Repeat("ô", 40_000)))
	for i := range 20_000 {
		must(t, s.Row(fmt.Sprintf("dòng %d", i)))
	}
	must(t, s.Close())
	f := read(t, &b)
	rows, err := f.GetRows(f.GetSheetName(0))
	must(t, err)
	if len(rows) != 20_002 || rows[20_001][0] != "dòng 19999" || len([]rune(rows[1][0])) != longestCell {
		t.Errorf("%d rows, the last %q", len(rows), rows[len(rows)-1])
	}
}

func TestCellOfAnotherKindIsRefused(t *testing.T) {
	s, err := New(&bytes.Buffer{}, "x", []Column{{"A", 1}})
	must(t, err)
	if err := s.Row(1.5); err == nil {
		t.Error("a float was written")
	}
	must(t, s.Close())
}
