package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report is what the rounds have shown.
type Report struct {
	Rounds     int
	Rows       int // committed
	Answered   int // told as committed before the kill
	Runs       int // attempts, killed ones too
	Killed     int // attempts that a kill cut off
	Again      int // rows whose job ran to its end after an attempt was cut off
	Twice      int // rows whose job ran to its end more than once
	Lost       []string
	NeverRan   []string
	WithoutRow []string
	// From the kill to the beginning of the next attempt.
	RescueMedian, RescueLongest time.Duration
}

// judge compares what was answered, what is stored and what ran. killed tells
// when each process was killed.
func judge(answered []string, rows map[string]bool, runs []oneRun, killed map[int]time.Time) Report {
	r := Report{Rows: len(rows), Answered: len(answered), Runs: len(runs)}
	for _, id := range answered {
		if !rows[id] {
			r.Lost = append(r.Lost, id)
		}
	}
	byRow := map[string][]oneRun{}
	for _, run := range runs {
		byRow[run.row] = append(byRow[run.row], run)
		if !run.hasRow || !rows[run.row] {
			r.WithoutRow = append(r.WithoutRow, run.row)
		}
		if run.ended == 0 {
			r.Killed++
		}
	}
	var waits []time.Duration
	for id := range rows {
		ended, cut := 0, false
		for i, run := range byRow[id] {
			if run.ended != 0 {
				ended++
				continue
			}
			cut = true
			if at, ok := killed[run.pid]; ok && i+1 < len(byRow[id]) {
				waits = append(waits, time.UnixMilli(byRow[id][i+1].began).Sub(at))
			}
		}
		switch {
		case ended == 0:
			r.NeverRan = append(r.NeverRan, id)
		case ended > 1:
			r.Twice++
		}
		if cut && ended > 0 {
			r.Again++
		}
	}
	if n := len(waits); n > 0 {
		slices.Sort(waits)
		r.RescueMedian, r.RescueLongest = waits[n/2], waits[n-1]
	}
	return r
}

// Holds says whether nothing was lost.
func (r Report) Holds() bool { return len(r.Lost)+len(r.NeverRan)+len(r.WithoutRow) == 0 }

func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d kills, %d rows committed (%d answered before a kill), %d attempts\n", r.Rounds, r.Rows, r.Answered, r.Runs)
	fmt.Fprintf(&b, "answered and lost %d, committed and never run to the end %d, run without a row %d\n", len(r.Lost), len(r.NeverRan), len(r.WithoutRow))
	fmt.Fprintf(&b, "attempts cut off %d, jobs run again after that %d, jobs run to the end twice %d\n", r.Killed, r.Again, r.Twice)
	fmt.Fprintf(&b, "from the kill to the next attempt: median %v, longest %v", r.RescueMedian.Round(time.Millisecond), r.RescueLongest.Round(time.Millisecond))
	return b.String()
}
