package demo

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"benso/internal/kernel/clock"
)

// bar tells how far the simulation is: one line that is written over on a
// terminal, a line every ten seconds elsewhere.
type bar struct {
	out      io.Writer
	terminal bool
	began    time.Time
	last     time.Time
}

const (
	everyOnTerminal = 200 * time.Millisecond
	everyElsewhere  = 10 * time.Second
	barWidth        = 24
)

func newBar(out io.Writer) *bar {
	b := &bar{out: out, began: clock.System.Now()}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		b.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

func (b *bar) show(p Progress) {
	every := everyElsewhere
	if b.terminal {
		every = everyOnTerminal
	}
	now := clock.System.Now()
	if now.Sub(b.last) < every {
		return
	}
	b.last = now
	line := progressLine(p, now.Sub(b.began))
	if b.terminal {
		full := barWidth * p.Filed / max(p.Total, 1)
		line = "\r[" + strings.Repeat("#", full) + strings.Repeat(".", barWidth-full) + "] " + line + "\x1b[K"
	} else {
		line += "\n"
	}
	_, _ = io.WriteString(b.out, line) // a closed terminal is nobody's fault
}

func progressLine(p Progress, took time.Duration) string {
	line := fmt.Sprintf("%d of %d dossiers, %s", p.Filed, p.Total, p.Day.In(clock.Zone).Format("January 2006"))
	if took < time.Second || p.Filed == 0 {
		return line
	}
	rate := float64(p.Filed) / took.Seconds()
	left := time.Duration(float64(p.Total-p.Filed) / rate * float64(time.Second))
	return fmt.Sprintf("%s, %.0f a second, %s left", line, rate, left.Round(time.Second))
}

func (b *bar) end() {
	if b.terminal {
		_, _ = io.WriteString(b.out, "\n")
	}
}

func (b *bar) done(p Progress) {
	took := clock.System.Now().Sub(b.began)
	start := ""
	if b.terminal {
		start = "\r\x1b[K"
	}
	_, _ = fmt.Fprintf(b.out, "%s%d dossiers simulated in %s: %d acts, %.0f dossiers a second\n", start, p.Filed, took.Round(100*time.Millisecond), p.Acts, float64(p.Filed)/took.Seconds())
}
