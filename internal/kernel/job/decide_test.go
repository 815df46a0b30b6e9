package job

import (
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"benso/internal/kernel/clock"
)

func TestPausesGrowAndOutlastAWeekend(t *testing.T) {
	t.Parallel()
	if backoff(1) != time.Second || backoff(2) != 16*time.Second || backoff(12) != 20736*time.Second || backoff(13) != 6*time.Hour || backoff(1000) != 6*time.Hour {
		t.Errorf("pauses %v %v %v %v %v", backoff(1), backoff(2), backoff(12), backoff(13), backoff(1000))
	}
	var all time.Duration
	for n := 1; n < DefaultMaxAttempts; n++ {
		if n > 1 && backoff(n) < backoff(n-1) {
			t.Errorf("the pause after attempt %d is shorter than the one before", n)
		}
		all += backoff(n)
	}
	if all < 66*time.Hour || all > 80*time.Hour {
		t.Errorf("a job is given up after %v, want about three days", all)
	}
}

func TestIndexesAreRebuiltAtNightInVietnam(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"2026-11-23T18:59:59Z": "2026-11-23T19:00:00Z", // 01:59:59 there
		"2026-11-23T19:00:00Z": "2026-11-24T19:00:00Z", // 02:00:00 there
		"2026-12-31T12:00:00Z": "2026-12-31T19:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		if got := (nightly{}).Next(at).UTC().Format(time.RFC3339); got != want {
			t.Errorf("after %s comes %s, want %s", from, got, want)
		}
	}
}

func TestJobThatKillsItsProcessEachTimeIsGivenUp(t *testing.T) {
	t.Parallel()
	at := clock.System.Now()
	var p riverdriver.JobRescueManyParams
	for _, j := range []*rivertype.JobRow{{ID: 1, Attempt: 1, MaxAttempts: 2}, {ID: 2, Attempt: 2, MaxAttempts: 2}} {
		if err := addOrphan(&p, j, at); err != nil {
			t.Fatal(err)
		}
	}
	if p.State[0] != "available" || p.FinalizedAt[0] != nil {
		t.Errorf("with an attempt left it is %s, ended %v", p.State[0], p.FinalizedAt[0])
	}
	if p.State[1] != "discarded" || p.FinalizedAt[1] == nil {
		t.Errorf("after its last attempt it is %s, ended %v", p.State[1], p.FinalizedAt[1])
	}
}

func TestInstantsOfBothDatabasesAreRead(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 23, 22, 31, 25, 123_000_000, time.UTC)
	for _, v := range []any{"2026-11-23 22:31:25.123", []byte("2026-11-23 22:31:25.123"), want.In(clock.Zone)} {
		var m moment
		if err := m.Scan(v); err != nil || !m.Equal(want) {
			t.Errorf("%T %v is read as %v, %v", v, v, m, err)
		}
	}
	var m moment
	if err := m.Scan("tomorrow"); err == nil {
		t.Error("a text that is no instant was read")
	}
	if err := m.Scan(int64(5)); err == nil {
		t.Error("a number was read as an instant")
	}
}
