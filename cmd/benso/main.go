// Command benso runs a province's digital government from one program.
//
// This file knows flags, signals and exit codes, and nothing else: see
// internal/server for what runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"benso/internal/kernel/pack"
	"benso/internal/kernel/web"
	"benso/internal/server"
	"benso/internal/server/demo"
	"benso/packs"
)

// version is set by the build.
var version = "dev"

// storage is where the data is; every command that reads it has these flags.
type storage struct {
	Data        string `help:"Folder of papers, keys and the embedded database." default:"data" env:"BENSO_DATA" type:"path"`
	DatabaseURL string `help:"PostgreSQL address (postgres://…). Empty: the embedded database." env:"BENSO_DATABASE_URL"`
}

func (s storage) config() server.Config {
	return server.Config{Data: s.Data, DatabaseURL: s.DatabaseURL}
}

type listening struct {
	Addr      string `help:"Address to listen on." default:"127.0.0.1:8080" env:"BENSO_ADDR"`
	PublicURL string `help:"How people reach it, such as https://dichvu.example.vn; papers and QR codes carry it." env:"BENSO_PUBLIC_URL"`
}

type mailing struct {
	SMTP         string `help:"Mail server: smtp://user@host (STARTTLS), smtps://user@host (TLS) or smtp+clear://127.0.0.1. Empty: people are told in their inbox alone." env:"BENSO_SMTP"`
	SMTPFrom     string `name:"smtp-from" help:"Who writes to people, such as \"Dich vu cong <khong-tra-loi@example.vn>\"; needed with --smtp." env:"BENSO_SMTP_FROM"`
	SMTPPassword string `name:"smtp-password" help:"Password of the mail server's user; better in the environment than on the command line." env:"BENSO_SMTP_PASSWORD"`
}

func (m mailing) on(c server.Config) server.Config {
	c.SMTP, c.SMTPFrom, c.SMTPPassword = m.SMTP, m.SMTPFrom, m.SMTPPassword
	return c
}

// scanning is who looks for viruses in the papers.
type scanning struct {
	Clamd string `help:"ClamAV's daemon that scans each paper: a path such as /run/clamav/clamd.ctl, or host:port. Empty: nobody scans." env:"BENSO_CLAMD"`
}

type commands struct {
	Version  kong.VersionFlag `help:"Print the version."`
	LogLevel slog.Level       `help:"debug, info, warn or error." default:"info" env:"BENSO_LOG_LEVEL"`

	Serve   serveCommand   `cmd:"" help:"Serve the province."`
	Demo    demoCommand    `cmd:"" help:"Fill a data folder with simulated dossiers and serve it."`
	Migrate migrateCommand `cmd:"" help:"Bring the schema of the database up to date."`
	Pack    struct {
		Check packCheck `cmd:"" help:"Check a pack: file, line and mend for each fault."`
		Apply packApply `cmd:"" help:"Add what a pack changed to the database."`
	} `cmd:"" help:"The province as data."`
	Official struct {
		Add    officialAdd    `cmd:"" help:"Add an official, or give one another role."`
		Import officialImport `cmd:"" help:"Take in officials and their roles from a CSV file, whole or not at all."`
	} `cmd:"" help:"The people who work here."`
	Board struct {
		Recount boardRecount `cmd:"" help:"Count every number of the board anew from the records, and say what differs."`
	} `cmd:"" help:"The targets and what is counted for them."`
	Reform  reformCommand  `cmd:"" help:"Pass what ended agencies have open to those in their place."`
	Backup  backupCommand  `cmd:"" help:"Add a snapshot of everything to a folder, also while a server runs."`
	Restore restoreCommand `cmd:"" help:"Bring a snapshot back to where nothing is."`
	Verify  verifyCommand  `cmd:"" help:"Recompute the journal's chain and the digest of every paper."`
	Doctor  doctorCommand  `cmd:"" help:"Say what is wrong, line by line."`
}

func main() {
	var c commands
	k := kong.Parse(&c, kong.Name("benso"), kong.Description("Bến Số: a province's digital government from one program."), kong.UsageOnError(), kong.Vars{"version": version})
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	slog.SetDefault(log)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := k.Run(&run{ctx: ctx, stop: stop, log: log}); err != nil {
		fmt.Fprintln(os.Stderr, "benso:", err)
		stop()
		var code interface{ ExitCode() int }
		if errors.As(err, &code) {
			os.Exit(code.ExitCode())
		}
		os.Exit(1)
	}
}

type run struct {
	ctx  context.Context
	stop context.CancelFunc // from then on a signal kills
	log  *slog.Logger
}

type serveCommand struct {
	storage
	listening
	scanning
	mailing
}

// Run serves until a signal, then finishes what was accepted.
func (c serveCommand) Run(r *run) error {
	config := c.on(c.config())
	config.Addr, config.PublicURL, config.Clamd = c.Addr, c.PublicURL, c.Clamd
	return serve(r, config, func(addr string) { r.log.Info("serving", "address", "http://"+addr) })
}

// graceful is how long a stop waits for the requests, and then again for the
// jobs.
const graceful = 10 * time.Second

func serve(r *run, config server.Config, ready func(addr string)) (err error) {
	// Listening comes first: a taken port is said before anything is written.
	listener, err := net.Listen("tcp", config.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", config.Addr, err)
	}
	config.Addr = listener.Addr().String()
	program, err := server.OpenToServe(r.ctx, config, r.log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := program.Start(r.ctx); err != nil {
		return errors.Join(err, listener.Close(), program.Stop(context.Background()))
	}
	srv := web.Server(config.Addr, program.Site, r.log)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	ready(config.Addr)
	select {
	case err = <-failed:
	case <-r.ctx.Done():
	}
	r.stop()
	r.log.Info("stopping; another signal ends it at once")
	return errors.Join(err, halt(srv, program.Stop, graceful, r.log))
}

// halt ends the requests and then the program, each within patience: requests
// that hang are cut off and take no time from the jobs.
func halt(srv *http.Server, program func(context.Context) error, patience time.Duration, log *slog.Logger) error {
	within := func(end func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return end(ctx)
	}
	cut := within(srv.Shutdown)
	if errors.Is(cut, context.DeadlineExceeded) {
		log.Warn("requests that did not end were cut off")
		cut = srv.Close()
	}
	return errors.Join(cut, within(program))
}

type demoCommand struct {
	Data        string `help:"Folder of the demonstration; made anew when it holds none." default:"data/demo" env:"BENSO_DATA" type:"path"`
	DatabaseURL string `help:"PostgreSQL address. Empty: the embedded database." env:"BENSO_DATABASE_URL"`
	listening
	mailing
	Dossiers int   `help:"How many dossiers to simulate." default:"500"`
	Seed     int64 `help:"Seed of the simulation: the same seed gives the same dossiers." default:"2026"`
}

// Run fills the folder once and serves it.
func (c demoCommand) Run(r *run) error {
	config := c.on(server.Config{Addr: c.Addr, Data: c.Data, DatabaseURL: c.DatabaseURL, PublicURL: c.PublicURL})
	if err := demo.Fill(r.ctx, config, r.log, demo.Plan{Dossiers: c.Dossiers, Seed: c.Seed}, os.Stdout); err != nil {
		return err
	}
	return serve(r, config, func(addr string) { demo.Welcome(os.Stdout, "http://"+addr) })
}

type migrateCommand struct{ storage }

// Run migrates and ends.
func (c migrateCommand) Run(r *run) error {
	db, err := server.OpenDatabase(r.ctx, c.config())
	if err != nil {
		return err
	}
	fmt.Println("the schema is up to date")
	return db.Close()
}

type packCheck struct {
	Dir string `arg:"" optional:"" help:"Folder of the pack. Empty: the pack inside the program." type:"existingdir"`
}

func folder(dir string) fs.FS {
	if dir == "" {
		return packs.Bentre()
	}
	return os.DirFS(dir)
}

// Run checks a pack; every fault is one line.
func (c packCheck) Run(*run) error {
	return report(server.Checkers().Check(folder(c.Dir)))
}

func report(problems []pack.Problem) error {
	for _, p := range problems {
		fmt.Println(p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("the pack has %d faults", len(problems))
	}
	fmt.Println("the pack has no faults")
	return nil
}

type packApply struct {
	storage
	Dir    string `arg:"" optional:"" help:"Folder of the pack. Empty: the pack inside the program." type:"existingdir"`
	DryRun bool   `help:"Only list what would change."`
}

// Run applies a pack, or lists what would change.
func (c packApply) Run(r *run) error {
	db, err := server.OpenDatabase(r.ctx, c.config())
	if err != nil {
		return err
	}
	how := server.Apply
	if c.DryRun {
		how = server.DryRun
	}
	changes, problems, err := server.ApplyPack(r.ctx, db, folder(c.Dir), how)
	if len(problems) > 0 {
		err = report(problems)
	}
	for _, change := range changes {
		fmt.Println(change)
	}
	if err == nil && len(changes) == 0 {
		fmt.Println("nothing changes")
	}
	return errors.Join(err, db.Close())
}

type verifyCommand struct{ storage }

// Run verifies the records.
func (c verifyCommand) Run(r *run) error { return server.Verify(r.ctx, c.config(), os.Stdout) }

type doctorCommand struct {
	storage
	mailing
	scanning
}

// Run looks for what is wrong.
func (c doctorCommand) Run(r *run) error {
	config := c.on(c.config())
	config.Clamd = c.Clamd
	return server.Doctor(r.ctx, config, os.Stdout)
}
