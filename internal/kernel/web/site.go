package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sort"
	"strings"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
)

// Handler answers a request, or returns an error, which the site turns into a
// page or a problem. It returns an error only before it has written anything.
type Handler func(http.ResponseWriter, *http.Request) error

// Route is one address of the site.
type Route struct {
	Pattern string      // of net/http: "GET /thu-tuc/{code}"
	Access  access.Rule // what it demands of the actor; never nil
	Handler Handler
	MaxBody int64 // bytes of the largest body; 0 is 1 MiB
	// Bare says that no session is read: health, metrics, files that are the same
	// for everybody. Only a public route can be bare.
	Bare bool
	// Free says that it costs so little that it counts against no limit of a place.
	Free bool
	// Throttled says that it has limits of its own, and may wait for others (a password
	// is looked at): its time counts against no place, its being there does.
	Throttled bool
}

// Room is a part of the program that has pages.
type Room interface{ Routes() []Route }

// Routes is a list of routes that is a room by itself.
type Routes []Route

// Routes lists them.
func (r Routes) Routes() []Route { return r }

// Sessions knows who sends a request.
type Sessions interface {
	// Actor is the zero Actor, without an error, for a stranger.
	Actor(r *http.Request) (access.Actor, error)
}

// Section is a part of the site that the header names, shown to those whom its
// rule lets in.
type Section struct {
	ID     string // what Page.Section says
	Key    string // message key
	URL    string
	Access access.Rule
}

// Inbox is where persons read what they were told; the header leads there and says
// how much is new. The zero Inbox is not shown.
type Inbox struct {
	URL    string
	Unread func(ctx context.Context, account string) (int64, error)
}

// Config is what a site is made from.
type Config struct {
	Province  string // as the header names it: "Tỉnh Vĩnh Long"
	Simulated bool   // the data are made up: every page says so
	Secure    bool   // people come over TLS: cookies and headers hold to it
	Sessions  Sessions
	Inbox     Inbox
	Sections  []Section
	Footer    []Section
	Clock     clock.Clock   // clock.System when nil
	Log       *slog.Logger  // slog.Default when nil
	Timeout   time.Duration // of a handler, without the upload; 30 seconds when 0
	// Limits are DefaultLimits when they are zero. Place says where a request comes
	// from, for them; empty: from nowhere that could be told from others.
	Limits Limits
	Place  func(*http.Request) string
	// FormTargets are origins of others to which a form may lead, such as a payment gateway.
	FormTargets []string
	// Paths of the rooms that the edge leads to.
	SignIn   string // "/dang-nhap" when empty
	SignOut  string // "/dang-xuat" when empty; met with POST
	Account  string // "/tai-khoan" when empty
	Password string // where a one-time password is changed; "/tai-khoan/mat-khau" when empty
}

const (
	defaultBody    = 1 << 20
	defaultTimeout = 30 * time.Second
	// slowest is the speed of an upload, in bytes a second, that is still waited for.
	slowest = 16 << 10
)

// Site serves the rooms.
type Site struct {
	config  Config
	policy  string
	mux     *http.ServeMux
	cross   *http.CrossOriginProtection
	metrics *metrics
	gate    *gate
	conns   *connections
	routes  []Route
}

// New makes a site that has no rooms yet.
func New(config Config) *Site {
	if config.Sessions == nil {
		panic("web: a site needs Sessions, to know who asks")
	}
	if config.Clock == nil {
		config.Clock = clock.System
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	if config.Timeout == 0 {
		config.Timeout = defaultTimeout
	}
	for path, fallback := range map[*string]string{
		&config.SignIn: "/dang-nhap", &config.SignOut: "/dang-xuat", &config.Account: "/tai-khoan", &config.Password: "/tai-khoan/mat-khau",
	} {
		if *path == "" {
			*path = fallback
		}
	}
	for _, s := range append(append([]Section(nil), config.Sections...), config.Footer...) {
		if s.Access == nil {
			panic(fmt.Sprintf("web: section %q declares no Access; say access.Public if everybody sees it", s.ID))
		}
	}
	if config.Limits == (Limits{}) {
		config.Limits = DefaultLimits()
	}
	s := &Site{config: config, policy: policy(config), mux: http.NewServeMux(), cross: http.NewCrossOriginProtection(), metrics: newMetrics()}
	s.gate, s.conns = newGate(config.Limits, clock.System.Now, s.metrics), newConnections(config.Limits.Connections, s.metrics)
	s.add(Routes{
		{Pattern: "GET " + staticPath + "{hash}/{name}", Access: access.Public, Handler: serveStatic, Bare: true, Free: true},
		{Pattern: "GET /favicon.ico", Access: access.Public, Handler: serveFavicon, Bare: true, Free: true},
	})
	return s
}

// Handler hangs the rooms on the site. It panics, naming the route, when one
// declares no access rule, names a permission that does not exist, or collides
// with another: a site that is wired wrongly must not start.
func (s *Site) Handler(rooms ...Room) http.Handler {
	for _, room := range rooms {
		s.add(room)
	}
	return s
}

func (s *Site) add(room Room) {
	for _, route := range room.Routes() {
		if err := route.check(); err != nil {
			panic("web: " + err.Error())
		}
		if route.MaxBody == 0 {
			route.MaxBody = defaultBody
		}
		s.mux.Handle(route.Pattern, s.serve(route))
		s.routes = append(s.routes, route)
	}
}

func (r Route) check() error {
	switch {
	case r.Pattern == "":
		return fmt.Errorf("a route of the room has no Pattern")
	case r.Access == nil:
		return fmt.Errorf("route %q declares no Access; say access.Public if everybody may come", r.Pattern)
	case r.Handler == nil:
		return fmt.Errorf("route %q has no Handler", r.Pattern)
	case r.MaxBody < 0:
		return fmt.Errorf("route %q: MaxBody is negative", r.Pattern)
	case r.Bare && r.Access != access.Public:
		return fmt.Errorf("route %q reads no session, so it can only be access.Public", r.Pattern)
	}
	if p, ok := r.Access.(access.Permission); ok && !access.Known(p) {
		return fmt.Errorf("route %q demands %q, which is no permission", r.Pattern, p)
	}
	return nil
}

// Routes lists every route, by path and method, for the table of who may go where.
func (s *Site) Routes() []Route {
	all := append([]Route(nil), s.routes...)
	path := func(pattern string) string {
		if _, p, ok := strings.Cut(pattern, " "); ok {
			return p
		}
		return pattern
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := path(all[i].Pattern), path(all[j].Pattern)
		return a < b || a == b && all[i].Pattern < all[j].Pattern
	})
	return all
}

// Wrap makes a Handler of an http.Handler that writes its own errors.
func Wrap(h http.Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// Server is an http.Server for the site. It has no limit of its own for bodies
// and answers: the site sets one for each request, by the size its route allows.
func Server(addr string, h http.Handler, log *slog.Logger) *http.Server {
	var state func(net.Conn, http.ConnState)
	if s, ok := h.(*Site); ok {
		state = s.conns.state
	}
	return &http.Server{
		ConnState: state,
		Addr:      addr, Handler: h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
