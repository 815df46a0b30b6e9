package main

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"benso/internal/testkit/postgres"
)

func TestMain(m *testing.M) {
	if done, err := beChild(); done {
		exit(err)
	}
	os.Exit(m.Run())
}

// BENSO_KILL_ROUNDS asks for the long form.
func rounds(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv("BENSO_KILL_ROUNDS"), "5"))
	if err != nil || n < 1 {
		t.Fatalf("BENSO_KILL_ROUNDS is no number of rounds: %v", err)
	}
	return n
}

func TestNothingIsLostWhenTheProcessIsKilledOnSQLite(t *testing.T) {
	t.Parallel()
	killAndJudge(t, plan{Dir: t.TempDir()})
}

func TestNothingIsLostWhenTheProcessIsKilledOnPostgreSQL(t *testing.T) {
	t.Parallel()
	killAndJudge(t, plan{Dir: t.TempDir(), URL: postgres.NewDatabase(t)})
}

func killAndJudge(t *testing.T, p plan) {
	t.Helper()
	p.Rounds, p.Longest = rounds(t), 1500*time.Millisecond
	r, err := p.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + r.String())
	if !r.Holds() {
		t.Errorf("answered and lost: %v\nnever run: %v\nwithout a row: %v", r.Lost, r.NeverRan, r.WithoutRow)
	}
	// A test in which nothing happens proves nothing.
	if r.Rows == 0 || r.Runs < r.Rows {
		t.Errorf("only %d rows and %d attempts", r.Rows, r.Runs)
	}
}

func TestReportSeesEachKindOfLoss(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(5_000)
	rows := map[string]bool{"whole": true, "again": true, "never": true}
	runs := []oneRun{
		{row: "whole", hasRow: true, pid: 1, began: 1_000, ended: 1_100},
		{row: "again", hasRow: true, pid: 1, began: 4_900},
		{row: "never", hasRow: true, pid: 1, began: 4_950},
		{row: "ghost", pid: 2, began: 5_900, ended: 5_950},
		{row: "again", hasRow: true, pid: 2, began: 6_000, ended: 6_100},
	}
	got := judge([]string{"whole", "gone"}, rows, runs, map[int]time.Time{1: at})
	want := Report{
		Rows: 3, Answered: 2, Runs: 5, Killed: 2, Again: 1,
		Lost: []string{"gone"}, NeverRan: []string{"never"}, WithoutRow: []string{"ghost"},
		RescueMedian: time.Second, RescueLongest: time.Second,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprintf("%+q", got.Lost) != fmt.Sprintf("%+q", want.Lost) ||
		fmt.Sprintf("%q %q", got.NeverRan, got.WithoutRow) != fmt.Sprintf("%q %q", want.NeverRan, want.WithoutRow) {
		t.Errorf("judged\n%+v\nwant\n%+v", got, want)
	}
	if got.Holds() {
		t.Error("it holds, with three losses")
	}
}
