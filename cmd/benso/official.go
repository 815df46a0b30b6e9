package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"

	"benso/internal/kernel/message"
	"benso/internal/server"
)

type officialAdd struct {
	storage
	Handle string `arg:"" help:"Phone number or e-mail address to sign in with."`
	Name   string `required:"" help:"Full name."`
	Role   string `required:"" help:"Role, such as clerk, specialist, signer, head, leader, inspector, administrator."`
	Agency string `required:"" help:"Agency, such as ubnd-28810-2025 (packs/bentre/agencies.csv)."`
}

// Run adds an official, or gives one another role; also while a server runs.
func (c officialAdd) Run(r *run) error {
	program, err := server.Open(r.ctx, c.config(), r.log)
	if err != nil {
		return err
	}
	password, err := program.AddOfficial(r.ctx, server.NewOfficial{Handle: c.Handle, Name: c.Name, Role: c.Role, Agency: c.Agency})
	if err = errors.Join(err, program.Stop(context.Background())); err != nil {
		return err
	}
	if password == "" {
		fmt.Println("the official exists; the role was given")
		return nil
	}
	fmt.Printf("the official was added; one-time password, to be changed at the first sign-in: %s\n", password)
	return nil
}

type officialImport struct {
	storage
	File   string `arg:"" help:"CSV file with the columns login, name, role, agency, and if wanted from, until (or their Vietnamese names)." type:"existingfile"`
	DryRun bool   `help:"Only say what is wrong with the file."`
}

// Run takes in a file of officials, whole or not at all; also while a server runs.
// The one-time passwords come out as CSV.
func (c officialImport) Run(r *run) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	program, err := server.Open(r.ctx, c.config(), r.log)
	if err != nil {
		return err
	}
	rows, faults := program.ReadOfficials(string(text))
	if c.DryRun || len(faults) > 0 {
		err = c.faults(r, faults)
		if err == nil {
			fmt.Printf("the file has no faults: %d officials\n", len(rows))
		}
		return errors.Join(err, program.Stop(context.Background()))
	}
	done, faults, err := program.TakeInOfficials(r.ctx, string(text))
	if err = errors.Join(err, c.faults(r, faults), program.Stop(context.Background())); err != nil {
		return err
	}
	out := csv.NewWriter(os.Stdout)
	lines := [][]string{{"login", "name", "role", "agency", "one-time password"}}
	for _, g := range done {
		password := g.Password
		if password == "" {
			password = "(keeps the present one)"
		}
		lines = append(lines, []string{g.Row.Handle, g.Name, g.Row.Role.ID, g.Row.Agency, password})
	}
	return out.WriteAll(lines)
}

// faults prints each fault as a line of the file and gives an error if there is one.
func (c officialImport) faults(r *run, faults []server.OfficialFault) error {
	ctx := message.WithLang(r.ctx, "en")
	for _, f := range faults {
		where := fmt.Sprintf("%s:%d: ", c.File, f.Line)
		if f.Column != "" {
			where += f.Column + ": "
		}
		fmt.Println(where + message.T(ctx, f.Key, f.Args...))
	}
	if len(faults) > 0 {
		return fmt.Errorf("the file has %d faults; nothing was changed", len(faults))
	}
	return nil
}
