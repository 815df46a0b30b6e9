package web

import (
	"container/list"
	"net"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// connections watches those of a server. Beyond the limit the one that has waited
// longest for a request, or for the rest of its header, is closed: idle connections
// by the thousand take none from people who ask for something.
type connections struct {
	most   int
	mu     sync.Mutex
	open   int
	closed int64
	queue  *list.List // of net.Conn, the one that waits longest first
	waits  map[net.Conn]*list.Element
}

func newConnections(most int, m *metrics) *connections {
	c := &connections{most: most, queue: list.New(), waits: map[net.Conn]*list.Element{}}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			c.mu.Lock()
			defer c.mu.Unlock()
			return value()
		})
	}
	m.registry.MustRegister(
		gauge("benso_http_connections", "Connections that are open.", func() float64 { return float64(c.open) }),
		gauge("benso_http_connections_waiting", "Connections that wait for a request.", func() float64 { return float64(c.queue.Len()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "benso_http_connections_closed_total", Help: "Connections closed because there were too many."}, func() float64 {
			c.mu.Lock()
			defer c.mu.Unlock()
			return float64(c.closed)
		}))
	return c
}

// state hears of every change of a connection; see http.Server.ConnState.
func (c *connections) state(conn net.Conn, s http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.waits[conn]; ok {
		c.queue.Remove(e)
		delete(c.waits, conn)
	}
	switch s {
	case http.StateNew:
		c.open++
		c.waits[conn] = c.queue.PushBack(conn)
	case http.StateIdle:
		c.waits[conn] = c.queue.PushBack(conn)
	case http.StateClosed, http.StateHijacked:
		c.open--
	case http.StateActive:
	}
	if c.open <= c.most || s != http.StateNew {
		return
	}
	if longest, ok := c.queue.Front().Value.(net.Conn); ok {
		c.closed++
		e := c.waits[longest]
		c.queue.Remove(e)
		delete(c.waits, longest)
		go func() { _ = longest.Close() }() // its server hears of it and says so here
	}
}
