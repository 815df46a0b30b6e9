package server

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"benso/internal/apps/board"
	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/portal"
	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/worktime"
)

// Checkers are the rooms' checks of a pack.
func Checkers() *pack.Registry {
	var r pack.Registry
	r.Register(func(fsys fs.FS) []pack.Problem { _, p := unit.Load(fsys); return p })
	r.Register(func(fsys fs.FS) []pack.Problem { _, p := worktime.Load(fsys); return p })
	r.Register(func(fsys fs.FS) []pack.Problem {
		roles, p := access.Load(fsys)
		if len(p) > 0 {
			return p // without roles nothing can be said about who may do a step
		}
		return catalogue.Check(fsys, dossier.Vocabulary, roles)
	})
	r.Register(targets.Check)
	r.Register(board.CheckMap)
	r.Register(portal.Check)
	return &r
}

// ApplyPack checks a pack and adds what it changed to the database. With dry it
// only says what it would change.
func ApplyPack(ctx context.Context, db *database.DB, fsys fs.FS, how Applying) (changes []pack.Change, problems []pack.Problem, err error) {
	files, err := pack.Read(fsys)
	if err != nil {
		return nil, nil, err
	}
	// What the database has already was checked when it came.
	if changes, err = pack.Plan(ctx, db.Read(), files); err != nil || len(changes) == 0 {
		return nil, nil, err
	}
	files, unfit, err := fitting(ctx, db, files, changes)
	if err != nil {
		return nil, nil, err
	}
	if problems = Checkers().Check(fsys); len(problems) > 0 {
		return nil, problems, nil
	}
	if how == DryRun {
		changes, err = pack.Plan(ctx, db.Read(), files)
		return append(changes, unfit...), nil, err
	}
	err = db.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		changes, err = pack.Apply(ctx, tx, files, clock.System.Now())
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("apply the pack: %w", err)
	}
	return append(changes, unfit...), nil, nil
}

// fitting leaves out the units and successions of a pack where they do not go
// together with the agencies that an administrator changed and that stay in force:
// a tree that does not load would keep the next start from serving anybody.
func fitting(ctx context.Context, db *database.DB, files []pack.File, changes []pack.Change) (fit []pack.File, unfit []pack.Change, err error) {
	kept, changed := false, false
	for _, c := range changes {
		kept = kept || c.Path == unit.AgenciesFile && c.Kind == pack.Kept
		changed = changed || c.Path != unit.AgenciesFile && c.Kind == pack.Changed && slices.Contains(unitFiles, c.Path)
	}
	now, err := pack.InForceOutside(ctx, db.Read(), catalogue.Records)
	if err != nil {
		return nil, nil, err
	}
	administered := slices.ContainsFunc(now, func(f pack.File) bool { return f.Path == unit.AgenciesFile && f.Origin == pack.Administrator })
	if !changed || !kept && !administered {
		return files, nil, nil
	}
	var trio []pack.File
	for _, f := range append(slices.Clone(files), now...) {
		if slices.Contains(unitFiles, f.Path) && (f.Path == unit.AgenciesFile) == (f.Version > 0) {
			trio = append(trio, f)
		}
	}
	if _, problems := unit.Load(pack.FS(trio)); len(problems) == 0 {
		return files, nil, nil
	}
	left := func(path string) bool { return path != unit.AgenciesFile && slices.Contains(unitFiles, path) }
	for _, c := range changes {
		if left(c.Path) {
			unfit = append(unfit, pack.Change{Path: c.Path, Kind: pack.Unfit, From: c.From})
		}
	}
	return slices.DeleteFunc(slices.Clone(files), func(f pack.File) bool { return left(f.Path) }), unfit, nil
}

// Applying says whether a pack is applied or only looked at.
type Applying int

// The two ways.
const (
	Apply Applying = iota
	DryRun
)

// province is the pack in force, as the rooms read it.
type province struct {
	units      *unit.Tree
	calendar   *worktime.Calendar
	roles      access.Roles
	resolution *targets.Resolution
	maps       *board.Map
	catalogue  *catalogue.Catalogue
	guide      *portal.Guide
}

func loadProvince(ctx context.Context, db *database.DB) (p province, err error) {
	files, err := pack.InForceOutside(ctx, db.Read(), catalogue.Records)
	if err != nil {
		return province{}, err
	}
	fsys := pack.FS(files)
	var found []pack.Problem
	keep := func(problems []pack.Problem) { found = append(found, problems...) }
	var problems []pack.Problem
	p.units, problems = unit.Load(fsys)
	keep(problems)
	p.calendar, problems = worktime.Load(fsys)
	keep(problems)
	p.roles, problems = access.Load(fsys)
	keep(problems)
	p.resolution, problems = targets.Load(fsys)
	keep(problems)
	p.maps, problems = board.LoadMap(fsys)
	keep(problems)
	if len(found) > 0 {
		return province{}, fmt.Errorf("the pack in the database does not load: %w", found[0])
	}
	if p.catalogue, err = catalogue.Load(ctx, db.Read(), dossier.Vocabulary, p.roles); err != nil {
		return province{}, err
	}
	p.guide, problems = portal.Load(fsys, p.catalogue.Has)
	if len(problems) > 0 {
		return province{}, fmt.Errorf("the pack in the database does not load: %w", problems[0])
	}
	return p, nil
}
