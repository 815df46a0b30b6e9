package papers

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"benso/internal/core/cases"
)

// Whatever happened, the holdings of a dossier follow each other without a gap from
// the first event on, and only the last one may be open.
func TestHoldingsFollowEachOtherWithoutAGap(t *testing.T) {
	steps := []string{"intake", "check", "sign"}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		step := steps[0]
		events := []cases.Event{{Act: "file", To: step, At: at, Account: "mai"}}
		hands := 1
		for i := range rapid.IntRange(0, 12).Draw(t, "acts") {
			at = at.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute)
			e := cases.Event{From: step, To: step, At: at, Account: fmt.Sprint("o", i%3)}
			switch e.Act = rapid.SampledFrom([]string{"take", "move", "consult", "apologise"}).Draw(t, "act"); e.Act {
			case "take":
				e.Data = json.RawMessage(`{"assignee":"` + e.Account + `"}`)
				hands++
			case "move":
				e.To = rapid.SampledFrom(steps).Filter(func(s string) bool { return s != step }).Draw(t, "step")
				step = e.To
				hands++
			}
			events = append(events, e)
		}
		got := held(events)
		if len(got) != hands {
			t.Fatalf("%d holdings of %d", len(got), hands)
		}
		for i, h := range got {
			if i == 0 && !h.From.Equal(events[0].At) || i > 0 && !h.From.Equal(got[i-1].To) {
				t.Fatalf("holding %d begins at %v", i, h.From)
			}
			if open := h.To.IsZero(); open != (i == len(got)-1) {
				t.Fatalf("holding %d is open: %v", i, open)
			}
		}
	})
}

func TestWhoTookADossierHeldItUntilSomebodyMovedIt(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 11, 23, h, 0, 0, 0, time.UTC) }
	got := held([]cases.Event{
		{Act: "file", To: "intake", At: at(8), Account: "mai"},
		{Act: "accept", From: "intake", To: "check", At: at(9), Account: "clerk"},
		{Act: "take", From: "check", To: "check", At: at(10), Account: "checker", Data: json.RawMessage(`{"assignee":"checker"}`)},
		{Act: "consult", From: "check", To: "check", At: at(11), Account: "checker"},
		{Act: "propose", From: "check", To: "sign", At: at(14), Account: "second"},
	})
	want := []Holding{
		{"intake", "clerk", at(8), at(9), "accept"}, {"check", "", at(9), at(10), "take"}, {"check", "checker", at(10), at(14), "propose"}, {"sign", "", at(14), time.Time{}, ""},
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("held %+v, want %+v", got, want)
		}
	}
}
