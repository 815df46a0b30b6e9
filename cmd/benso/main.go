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

// limiting is what one place may take, and where the figures are read; see
// docs/limits.md.
type limiting struct {
	MaxConnections int           `help:"Connections open together; beyond it the one that has waited longest is closed." default:"8192" env:"BENSO_MAX_CONNECTIONS"`
	PlaceAtOnce    int           `help:"Requests of one account, or one network, answered together." default:"24" env:"BENSO_PLACE_AT_ONCE"`
	PlaceUploads   int           `help:"Uploads of one account taken together." default:"6" env:"BENSO_PLACE_UPLOADS"`
	PlaceWork      time.Duration `help:"Time that answers to one account, or one network, may take in each second." default:"2s" env:"BENSO_PLACE_WORK"`
	MetricsListen  string        `help:"Address of /metrics, not for the public. Empty: nobody serves them." default:"127.0.0.1:9421" env:"BENSO_METRICS_LISTEN"`
}

func (l limiting) on(c server.Config) server.Config {
	c.Limits = web.Limits{Connections: l.MaxConnections, AtOnce: l.PlaceAtOnce, Uploads: l.PlaceUploads, Work: l.PlaceWork, Burst: 10 * l.PlaceWork}
	return c
}

// usualMetrics is where the figures are read when nobody says otherwise.
const usualMetrics = "127.0.0.1:9421"

// serve serves the figures, as long as the program runs. Where the usual address is
// taken, by another benso on this machine, there are none; an address that somebody
// named must be free.
func (l limiting) serve(p *server.Program, log *slog.Logger) (stop func() error, err error) {
	if l.MetricsListen == "" {
		return func() error { return nil }, nil
	}
	listener, err := net.Listen("tcp", l.MetricsListen)
	if err != nil && l.MetricsListen == usualMetrics {
		log.Warn("no metrics: their usual address is taken; --metrics-listen names another", "address", usualMetrics)
		return func() error { return nil }, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s for metrics: %w", l.MetricsListen, err)
	}
	srv := &http.Server{Handler: p.Metrics(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	go func() {
		if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics ended", "error", err.Error())
		}
	}()
	return srv.Close, nil
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
	Demo    demoCommand    `cmd:"" help:"Fill a data folder with a simulated province and serve it meanwhile."`
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
	limiting
	scanning
	mailing
}

// Run serves until a signal, then finishes what was accepted.
func (c serveCommand) Run(r *run) error {
	config := c.limiting.on(c.mailing.on(c.config()))
	config.Addr, config.PublicURL, config.Clamd = c.Addr, c.PublicURL, c.Clamd
	return serve(r, config, work{metrics: c.limiting.serve, ready: func(addr string) { r.log.Info("serving", "address", "http://"+addr) }})
}

// graceful is how long a stop waits for the requests, and then again for the
// jobs.
const graceful = 10 * time.Second

// work is what a command does beside serving.
type work struct {
	metrics func(p *server.Program, log *slog.Logger) (stop func() error, err error)
	before  func(ctx context.Context, p *server.Program) error // nil: nothing; before anybody is answered
	ready   func(addr string)
	beside  func(ctx context.Context) error // nil: nothing; it ends when ctx does
}

func serve(r *run, config server.Config, w work) (err error) {
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
	if w.before != nil {
		err = w.before(r.ctx, program)
	}
	stopMetrics := func() error { return nil }
	if err == nil {
		stopMetrics, err = w.metrics(program, r.log)
	}
	if err == nil {
		defer func() { err = errors.Join(err, stopMetrics()) }()
		err = program.Start(r.ctx)
	}
	if err != nil {
		return errors.Join(err, listener.Close(), program.Stop(context.Background()))
	}
	srv := web.Server(config.Addr, program.Site, r.log)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	w.ready(config.Addr)
	ctx, end := context.WithCancel(r.ctx)
	defer end()
	var beside error
	done := make(chan struct{})
	go func() {
		defer close(done)
		if w.beside == nil {
			return
		}
		if beside = w.beside(ctx); beside != nil {
			end() // nobody is served what failed half way
		}
	}()
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	end()
	<-done
	if err == nil && !errors.Is(beside, context.Canceled) {
		err = beside
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
	limiting
	mailing
	Dossiers int    `help:"How many dossiers to simulate." default:"20000"`
	Seed     int64  `help:"Seed of the simulation: the same seed gives the same province." default:"2026"`
	Until    string `help:"Where the simulation ends, such as 2026-06-30 or 2026-06-30T15:00:00+07:00. Empty: the last full hour."`
	FillOnly bool   `help:"Only fill the folder; do not serve it."`
}

// Run serves the folder from the start and fills it meanwhile, once.
func (c demoCommand) Run(r *run) error {
	plan := demo.Plan{Dossiers: c.Dossiers, Seed: c.Seed}
	var err error
	if plan.Until, err = demo.ParseUntil(c.Until); err != nil {
		return err
	}
	config := c.limiting.on(c.mailing.on(server.Config{Addr: c.Addr, Data: c.Data, DatabaseURL: c.DatabaseURL, PublicURL: c.PublicURL, Simulated: true}))
	if c.FillOnly {
		_, err := demo.Fill(r.ctx, config, r.log, plan, os.Stdout)
		return err
	}
	var d *demo.Demo
	return serve(r, config, work{
		metrics: c.limiting.serve,
		before: func(ctx context.Context, p *server.Program) (err error) {
			d, err = demo.Prepare(ctx, p, plan)
			return err
		},
		ready: func(addr string) { demo.Welcome(os.Stdout, "http://"+addr) },
		beside: func(ctx context.Context) error {
			_, err := d.Run(ctx, os.Stdout)
			return err
		},
	})
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
