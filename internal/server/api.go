package server

import (
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"benso/internal/apps/board"
	"benso/internal/apps/services/portal"
	"benso/internal/kernel/access"
	"benso/internal/kernel/web"
)

const apiPath = "/api"

// api hangs the calls of machines under /api. Each call is a route of the site
// too, so that it declares who may make it like every page does.
func api(targets *board.Room, procedures *portal.Room, log *slog.Logger) web.Routes {
	mux := http.NewServeMux()
	calls := humago.New(mux, apiConfig())
	targets.API(calls)
	procedures.API(calls, log)
	call := web.Wrap(http.StripPrefix(apiPath, mux))
	return web.Routes{
		{Pattern: "GET " + apiPath + "/v1/targets", Access: access.Public, Handler: call, Bare: true},
		{Pattern: "GET " + apiPath + "/v1/targets/{id}/readings", Access: access.Public, Handler: call, Bare: true},
		{Pattern: "GET " + apiPath + "/v1/procedures", Access: access.Public, Handler: call, Bare: true},
		{Pattern: "GET " + apiPath + "/v1/procedures/{code}", Access: access.Public, Handler: call, Bare: true},
		{Pattern: "GET " + apiPath + "/openapi.json", Access: access.Public, Handler: call, Bare: true},
	}
}

func apiConfig() huma.Config {
	c := board.APIConfig("Bến Số", "1")
	c.OpenAPIPath = "/openapi"
	c.Servers = []*huma.Server{{URL: apiPath}}
	return c
}
