package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"benso/internal/server"
)

type reformCommand struct {
	storage
	Date    string `required:"" help:"First day of the new units, such as 2025-07-01: what agencies have open that ended before it passes to their successors."`
	DryRun  bool   `help:"Only list what would pass; the day may be still to come."`
	Out     string `help:"Write everything that passes or is left to this CSV file." type:"path"`
	Decided string `help:"CSV file as --out writes it, with the agency filled in (to) where something was left and people have decided." type:"existingfile"`
	Batch   int    `help:"How many pass in one transaction." default:"100"`
}

// leftOver is the error for what could not be placed; the command ends with 3.
type leftOver struct{ n int }

func (l leftOver) Error() string {
	return fmt.Sprintf("%d things could not be placed and stay where they are; the list says why: decide, fill in the column to, and run again with --decided", l.n)
}

// ExitCode tells it from a failure.
func (leftOver) ExitCode() int { return 3 }

// Run passes on what is open, also while a server runs; after a crash it is run again.
func (c reformCommand) Run(r *run) (err error) {
	order := server.ReformOrder{Date: c.Date, DryRun: c.DryRun, Batch: c.Batch}
	if c.Decided != "" {
		f, err := os.Open(c.Decided)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		order.Decided = f
	}
	program, err := server.Open(r.ctx, c.config(), r.log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.Stop(context.Background())) }()
	var report server.ReformReport
	if c.Out == "" {
		report, err = program.Reform(r.ctx, order, nil)
	} else {
		report, err = reformInto(r.ctx, program, order, c.Out)
	}
	server.SayReform(os.Stdout, report, program.AgencyName)
	if err != nil {
		return fmt.Errorf("the reform did not come to its end; what is listed has passed, run it again: %w", err)
	}
	left := 0
	for _, n := range report.Left {
		left += n
	}
	if left > 0 {
		return leftOver{left}
	}
	return nil
}

func reformInto(ctx context.Context, p *server.Program, order server.ReformOrder, file string) (server.ReformReport, error) {
	f, err := os.Create(file)
	if err != nil {
		return server.ReformReport{}, err
	}
	report, err := p.Reform(ctx, order, f)
	return report, errors.Join(err, f.Sync(), f.Close())
}
