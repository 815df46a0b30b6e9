package measures

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"benso/internal/core/targets"
	"benso/internal/kernel/clock"
)

func TestDossierIsEarlyOnTheDayOrLateAndAskedAtMostOnce(t *testing.T) {
	yes, no := true, false
	due := time.Date(2026, 11, 23, 17, 0, 0, 0, clock.Zone)
	for _, c := range []struct {
		resolved time.Time
		onTime   *bool
		asked    bool
		want     string
	}{
		{due.Add(-18 * time.Hour), &yes, false, "early"}, // 23:00 of the day before
		{due.Add(-17 * time.Hour), &yes, false, "day"},   // 0:00 of the day itself
		{due, &yes, true, "day+asked"},
		{due.Add(time.Second), &no, false, "late"},
		{due.Add(-48 * time.Hour), nil, true, "none+asked"},
	} {
		r := record{resolved: c.resolved, due: due, onTime: c.onTime, asked: c.asked}
		if got := r.class(); got != c.want {
			t.Errorf("resolved at %s: %s, want %s", c.resolved, got, c.want)
		}
	}
}

func TestMisfiledDossierIsTakenBackInTheMonthOfItsFiling(t *testing.T) {
	r := record{id: "a", place: "p", channel: "counter", subject: "s", filed: time.Date(2026, 10, 31, 23, 59, 0, 0, clock.Zone), closed: time.Date(2026, 11, 2, 9, 0, 0, 0, clock.Zone), misfiled: true}
	filed := targets.Fact{Record: "a", Fact: "filed", N: 1, Month: "2026-10", Unit: "p", Channel: "counter", Subject: "s", Class: "counter", At: r.filed}
	back := filed
	back.N, back.At = -1, r.closed
	if d := cmp.Diff([]targets.Fact{filed, back}, r.facts()); d != "" {
		t.Error(d)
	}
}
