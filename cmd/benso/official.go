package main

import (
	"context"
	"errors"
	"fmt"

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
