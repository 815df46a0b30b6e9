package web

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"benso/internal/kernel/fault"
)

// Limits bound what one place may take of the program, so that the others are
// served. A place is the account that is signed in, else where the request comes
// from; the machine itself, a proxy that does not say for whom it asks, is none. What
// is the same for everybody (files of the look, health) costs nobody anything. See
// docs/limits.md.
type Limits struct {
	Connections int           // open together; beyond it the one that has waited longest for a request is closed
	AtOnce      int           // requests of one place that are answered together
	Uploads     int           // of them, those that bring more than a page's answers
	Work        time.Duration // in each second, the time that answers to one place may take together; uploads do not count
	Burst       time.Duration // as much of that may be saved up
}

// DefaultLimits let an office behind one address work, and nobody take the machine.
func DefaultLimits() Limits {
	return Limits{Connections: 8192, AtOnce: 24, Uploads: 6, Work: 2 * time.Second, Burst: 20 * time.Second}
}

// mostCharged is what one answer costs at most: one that takes longer is on its way
// to a slow phone.
const mostCharged = 2 * time.Second

// mostPlaces is how many places are remembered before those that are at rest are
// forgotten.
const mostPlaces = 20_000

// gate counts what places take.
type gate struct {
	Limits
	now     func() time.Time
	refused *prometheus.CounterVec

	mu     sync.Mutex
	places map[string]*place
}

// place is what one place takes now, and what it has saved up.
type place struct {
	open, uploads int
	left          time.Duration
	at            time.Time
}

func newGate(l Limits, now func() time.Time, m *metrics) *gate {
	g := &gate{Limits: l, now: now, places: map[string]*place{}, refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "benso_http_refused_total", Help: "Requests refused because of a limit."}, []string{"limit"})}
	m.registry.MustRegister(g.refused)
	said := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "benso_http_limit", Help: "The limits: docs/limits.md says of what."}, []string{"limit"})
	for name, n := range map[string]float64{"connections": float64(l.Connections), "at_once": float64(l.AtOnce), "uploads": float64(l.Uploads), "work_seconds": l.Work.Seconds(), "burst_seconds": l.Burst.Seconds()} {
		said.WithLabelValues(name).Set(n)
		if name != "connections" && name != "burst_seconds" {
			g.refused.WithLabelValues(name)
		}
	}
	m.registry.MustRegister(said, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "benso_http_places", Help: "Places that are remembered for the limits."}, func() float64 {
		g.mu.Lock()
		defer g.mu.Unlock()
		return float64(len(g.places))
	}))
	return g
}

// enter lets a request of a place in, or refuses it; leave takes it out again.
// throttled is one whose time the place does not pay for.
func (g *gate) enter(who string, upload, throttled bool) (leave func(), err error) {
	if who == "" {
		return func() {}, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	p := g.place(who, now)
	limit := ""
	switch {
	case p.open >= g.AtOnce:
		limit = "at_once"
	case upload && p.uploads >= g.Uploads:
		limit = "uploads"
	case p.left <= 0 && !throttled:
		limit = "work_seconds"
	}
	if limit != "" {
		g.refused.WithLabelValues(limit).Inc()
		return nil, fault.New(fault.TooMany, "web.too_much")
	}
	p.open++
	if upload {
		p.uploads++
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		p.open--
		if upload {
			p.uploads--
		}
		if upload || throttled {
			return
		}
		p.left -= min(g.now().Sub(now), mostCharged)
	}, nil
}

// place finds a place, with what it has saved up by now.
func (g *gate) place(who string, now time.Time) *place {
	p := g.places[who]
	if p == nil {
		if len(g.places) >= mostPlaces {
			g.forget(now)
		}
		p = &place{left: g.Burst, at: now}
		g.places[who] = p
	}
	if d := now.Sub(p.at); d > 0 {
		p.left, p.at = min(g.Burst, p.left+g.earned(d)), now
	}
	return p
}

func (g *gate) earned(d time.Duration) time.Duration {
	return time.Duration(d.Seconds() * float64(g.Work))
}

// forget drops the places that take nothing and have saved up all they may.
func (g *gate) forget(now time.Time) {
	for who, p := range g.places {
		if p.open == 0 && p.left+g.earned(now.Sub(p.at)) >= g.Burst {
			delete(g.places, who)
		}
	}
}

// placeOf is for whom a request counts; empty for nobody.
func (s *Site) placeOf(v *visit, r *http.Request) string {
	if v.actor.Account != "" {
		return "account " + v.actor.Account
	}
	if s.config.Place == nil {
		return ""
	}
	return s.config.Place(r)
}
