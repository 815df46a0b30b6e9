package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"benso/internal/adapters/clamd"
	"benso/internal/apps/account"
	"benso/internal/apps/administration"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/filing"
	"benso/internal/apps/services/measures"
	"benso/internal/apps/services/papers"
	"benso/internal/apps/services/told"
	"benso/internal/core/cases"
	"benso/internal/core/targets"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/file"
	"benso/internal/kernel/file/resumable"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/job"
	"benso/internal/kernel/notify"
	"benso/internal/kernel/web"
	"benso/packs"
)

// Program is every room, built and joined, on one database.
type Program struct {
	Config     Config
	Log        *slog.Logger
	Clock      clock.Clock
	DB         *database.DB
	Accounts   *identity.Store
	Dossiers   *dossier.Room
	Targets    *targets.Room
	Files      *file.Store
	Jobs       *job.Queue
	Events     *event.Bus
	Notices    *notify.Room
	Site       *web.Site
	Simulated  bool
	writer     *papers.Room
	province   province
	officials  *administration.Room
	unitsTurn  sync.Mutex
	unitsAt    int64 // which versions the tree was loaded from; unitsTurn holds it
	filing     filing.Pages
	uploads    *resumable.Uploads
	holder     string
	unlock     func() error
	background sync.WaitGroup
	stop       context.CancelFunc
}

// OpenToServe is Open for a program that will change the data: on SQLite it first
// takes the folder, so that a second one touches nothing, and Stop gives it back.
func OpenToServe(ctx context.Context, c Config, log *slog.Logger) (*Program, error) {
	unlock := func() error { return nil }
	if c.DatabaseURL == "" {
		var err error
		if unlock, err = database.LockFile(filepath.Join(c.Data, "serve.lock"), database.FailAtOnce); err != nil {
			return nil, fmt.Errorf("another benso serves this data folder: %w", err)
		}
	}
	p, err := Open(ctx, c, log)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	p.unlock = unlock
	return p, nil
}

// Open opens the database, brings its schema and the pack up to date, and builds
// the rooms. Nothing runs yet: see Start.
func Open(ctx context.Context, c Config, log *slog.Logger) (*Program, error) {
	return OpenAt(ctx, c, log, clock.System)
}

// OpenAt is Open with a clock that somebody moves, for tests.
func OpenAt(ctx context.Context, c Config, log *slog.Logger, now clock.Clock) (*Program, error) {
	db, err := OpenDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
	p, err := build(ctx, c, db, log, now)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return p, nil
}

// OpenDatabase opens the database that c names and brings its schema up to date.
func OpenDatabase(ctx context.Context, c Config) (*database.DB, error) {
	db, err := database.Open(ctx, database.Config{URL: c.DatabaseURL, Dir: c.Data})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, job.Migrate); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func build(ctx context.Context, c Config, db *database.DB, log *slog.Logger, now clock.Clock) (*Program, error) {
	_, problems, err := ApplyPack(ctx, db, packs.Bentre(), Apply)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("the pack of the program has %d faults: %w", len(problems), problems[0])
	}
	p := &Program{Config: c, Log: log, Clock: now, DB: db, holder: fmt.Sprintf("%s-%d-%s", hostname(), os.Getpid(), database.NewID())}
	if p.unitsAt, err = unitsVersion(ctx, db); err != nil {
		return nil, err
	}
	if p.province, err = loadProvince(ctx, db); err != nil {
		return nil, err
	}
	if p.Simulated, err = cases.AnySimulated(ctx, db.Read()); err != nil {
		return nil, err
	}
	p.Simulated = p.Simulated || c.Simulated
	secret, err := identity.Secret(c.secret())
	if err != nil {
		return nil, err
	}
	if p.Accounts, err = identity.New(ctx, db, p.Clock, identity.Config{Secret: secret}); err != nil {
		return nil, err
	}
	if p.Files, err = file.NewStore(ctx, db, p.Clock, c.Papers()); err != nil {
		return nil, err
	}
	if c.Clamd != "" {
		scanner, err := clamd.New(c.Clamd)
		if err != nil {
			return nil, err
		}
		p.Files.ScanWith(scanner)
	}
	if p.uploads, err = resumable.Open(c.uploads()); err != nil {
		return nil, err
	}
	return p, p.join()
}

// join joins the rooms through events, jobs and the interfaces that they own.
func (p *Program) join() (err error) {
	handlers := job.NewRegistry()
	p.Events = event.NewBus(p.DB, p.Clock, p.holder)
	p.Dossiers = &dossier.Room{DB: p.DB, Clock: p.Clock, Calendar: p.province.calendar, Units: p.province.units, Catalogue: p.province.catalogue, Files: p.Files, Events: p.Events}
	p.writer = &papers.Room{Dossiers: p.Dossiers, Printer: printer{}, Follow: func(number string) string {
		return p.Config.base() + "/tra-cuu?so=" + url.QueryEscape(number)
	}, Names: func(ctx context.Context, accounts []string) (map[string]string, error) {
		return p.Accounts.Names(ctx, accounts...)
	}}
	p.writer.Handle(handlers)
	p.officials = &administration.Room{DB: p.DB, Clock: p.Clock, Identity: p.Accounts, Units: p.province.units, Roles: p.province.roles, Events: p.Events, Reload: p.reloadUnits}
	if p.Targets, err = targets.New(p.DB, p.Clock, p.province.resolution, measures.Source{Catalogue: p.province.catalogue}); err != nil {
		return err
	}
	p.Targets.Settled = func(ctx context.Context, q database.Querier) (bool, error) {
		waits, err := event.Waits(ctx, q, "targets")
		return !waits, err
	}
	if p.Notices, err = p.notices(); err != nil {
		return err
	}
	p.Notices.Handle(handlers)
	if p.Jobs, err = job.New(p.DB, handlers, p.Log, job.Options{}); err != nil {
		return err
	}
	p.Dossiers.Jobs = p.Jobs
	p.Notices.Join(p.Jobs)
	for _, kind := range []string{dossier.EventFiled, dossier.EventChanged, dossier.EventResolved} {
		p.Events.Gather(kind, "targets", p.Targets.OnEvent)
	}
	p.Accounts.Announce(account.Tell(p.Notices))
	(&told.Room{Dossiers: p.Dossiers, Notices: p.Notices}).Subscribe(p.Events)
	return p.hang()
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "host"
	}
	return name
}

// Start runs the jobs, the chainer, the events and the sweeps until Stop.
func (p *Program) Start(ctx context.Context) error {
	if err := p.Jobs.Start(ctx); err != nil {
		return err
	}
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	failed := func(what string) func(error) {
		return func(err error) { p.Log.Error(what, "error", err.Error()) }
	}
	p.background.Go(func() { audit.NewChainer(p.DB, p.Clock, p.holder).Run(ctx, failed("chain the journal")) })
	p.background.Go(func() { p.Events.Run(ctx, failed("hand out events")) })
	p.background.Go(func() { p.Targets.Run(ctx, failed("count")) })
	p.background.Go(func() { p.watchUnits(ctx, failed("load the units again")) })
	p.background.Go(func() { p.sweep(ctx, failed("sweep")) })
	p.background.Go(func() {
		// What had come whole when the program was killed is given to its draft now.
		if err := p.filing.SweepUploads(ctx, p.Actor); err != nil && ctx.Err() == nil {
			failed("sweep uploads")(err)
		}
	})
	return nil
}

const sweepEvery = time.Hour

// sweep throws away what has served: old drafts, sessions, parts of uploads,
// keys of requests.
func (p *Program) sweep(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, drafts := p.Dossiers.SweepDrafts(ctx)
		_, parts := p.Files.Sweep(ctx)
		uploads := p.filing.SweepUploads(ctx, p.Actor)
		keys := p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			return database.ForgetRequests(ctx, tx, p.Clock.Now().Add(-7*24*time.Hour))
		})
		if err := errors.Join(drafts, parts, uploads, keys, p.Accounts.Sweep(ctx), p.Notices.Sweep(ctx)); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

// chaining is how long a stop chains the journal; the next start chains the rest.
const chaining = 5 * time.Second

// Stop finishes the jobs that have begun, within ctx, and closes the database.
// The HTTP server has been shut down before.
func (p *Program) Stop(ctx context.Context) error {
	var errs []error
	if p.stop != nil {
		errs = append(errs, p.Jobs.Stop(ctx))
		p.stop()
		p.background.Wait()
	}
	// The jobs may have used up ctx; what they wrote is chained all the same.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), chaining)
	defer cancel()
	chainer := audit.NewChainer(p.DB, p.Clock, p.holder)
	errs = append(errs, chainer.ChainAll(last), chainer.Release(last), p.DB.Close())
	if p.unlock != nil {
		errs = append(errs, p.unlock())
	}
	return errors.Join(errs...)
}
