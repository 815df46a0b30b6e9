package main

import (
	"os"

	"benso/internal/server"
)

type boardRecount struct{ storage }

// Run recounts the board; it changes nothing, also while a server runs.
func (c boardRecount) Run(r *run) error { return server.Recount(r.ctx, c.config(), r.log, os.Stdout) }
