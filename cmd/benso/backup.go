package main

import (
	"os"

	"benso/internal/server"
)

type backupCommand struct {
	storage
	Dir string `arg:"" help:"Folder of the backup, on another disk; every run adds a snapshot and the papers that are new." type:"path"`
}

// Run takes a backup; also while a server runs.
func (c backupCommand) Run(r *run) error { return server.Backup(r.ctx, c.config(), c.Dir, os.Stdout) }

type restoreCommand struct {
	storage
	Dir      string `arg:"" help:"Folder of the backup." type:"existingdir"`
	Snapshot string `help:"Which snapshot, such as 20261125T020000.000Z. Empty: the last whole one."`
}

// Run brings a backup back to where nothing is.
func (c restoreCommand) Run(r *run) error {
	return server.Restore(r.ctx, c.config(), c.Dir, c.Snapshot, os.Stdout)
}
