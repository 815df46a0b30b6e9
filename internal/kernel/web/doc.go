// Package web is the edge that people and machines meet: one http.Handler for
// the whole site, the frame of its pages and the parts they are made of.
//
// A room lists its routes, each with the access rule that it demands, and its
// handlers parse, call, render and return an error. The Site does the rest:
// request id, session, access, limits of body and time, language, security
// headers, error pages, access log and metrics.
//
// Invariants:
//   - A route that declares no access rule is not served: wiring panics.
//   - A page is complete or it is an error page: Render writes nothing before the
//     component has been drawn whole.
//   - No page carries an inline script or style, and the policy forbids both.
//   - A request that changes something and comes from another site is refused.
//   - The log and the metrics name the route's pattern, never the path, the query,
//     an address or a name. People get the request's id, and the log has the cause.
//   - Every page works without its script.
//   - Text for people stands in the message catalogues; a state is a shape and words.
//
// The files in static are built by assets/build.sh from npm and committed.
//
// It owns no table and records no event. It never knows what a room does, and
// learns who asks only through Sessions.
package web
