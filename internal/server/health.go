package server

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"benso/internal/kernel/access"
	"benso/internal/kernel/event"
	"benso/internal/kernel/web"
)

// health gives the addresses that machines watch.
func (p *Program) health() web.Routes {
	return web.Routes{
		{Pattern: "GET /healthz", Access: access.Public, Handler: healthz, Bare: true, Free: true},
		{Pattern: "GET /readyz", Access: access.Public, Handler: p.readyz, Bare: true, Free: true},
	}
}

// healthz says that the process answers.
func healthz(w http.ResponseWriter, _ *http.Request) error { return plain(w, http.StatusOK, "ok\n") }

// readyz says that the database answers, for a load balancer. Anybody may ask, so
// it costs one small read and never the writer.
func (p *Program) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if current, err := p.DB.Current(ctx); err != nil || !current {
		p.Log.Error("not ready", "schema_current", current, "failed", err != nil)
		return plain(w, http.StatusServiceUnavailable, "the database does not answer, or its schema is old\n")
	}
	return plain(w, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write([]byte(text))
	return err
}

// Metrics serves the figures for Prometheus. It has an address of its own, which the
// public does not reach.
func (p *Program) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.Site.Metrics())
	return mux
}

// gauges tells metrics what waits.
type gauges struct {
	p                                         *Program
	waiting, running, failed, stuck, infected *prometheus.Desc
}

func newGauges(p *Program) gauges {
	d := func(name, help string) *prometheus.Desc { return prometheus.NewDesc("benso_"+name, help, nil, nil) }
	return gauges{p: p, waiting: d("jobs_waiting", "jobs that wait to be done"), running: d("jobs_running", "jobs being done"),
		failed: d("jobs_failed", "jobs that were given up"), stuck: d("events_stuck", "events that failed three times or more"),
		infected: d("files_infected", "papers that were refused for a virus")}
}

// Describe names the gauges.
func (g gauges) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.waiting, g.running, g.failed, g.stuck, g.infected} {
		c <- d
	}
}

// Collect reads them from the database.
func (g gauges) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s, err := g.p.Jobs.Stats(ctx)
	stuck, err2 := event.Stuck(ctx, g.p.DB.Read())
	infected, err3 := g.p.Files.Infections(ctx, g.p.DB.Read(), "0000-01-01", "9999-12-31")
	if err := errOr(err, err2, err3); err != nil {
		c <- prometheus.NewInvalidMetric(g.waiting, err)
		return
	}
	for d, v := range map[*prometheus.Desc]int64{g.waiting: int64(s.Waiting), g.running: int64(s.Running), g.failed: int64(s.Failed), g.stuck: stuck, g.infected: infected} {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v))
	}
}

func errOr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
