package server

import (
	"context"
	"fmt"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/unit"
)

// unitFiles are those of the pack that the tree of units and agencies is read from.
var unitFiles = []string{unit.UnitsFile, unit.SuccessionsFile, unit.AgenciesFile, unit.AgencySuccessionsFile}

// unitsEvery is how often each copy of the program looks whether another one changed
// the units or the agencies.
const unitsEvery = 2 * time.Second

// watchUnits loads the tree again whenever one of its files has a new version.
func (p *Program) watchUnits(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(unitsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := p.reloadUnits(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

// unitsVersion grows with every version of one of the files.
func unitsVersion(ctx context.Context, db *database.DB) (sum int64, err error) {
	for _, name := range unitFiles {
		v, err := pack.Latest(ctx, db.Read(), name)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}

// reloadUnits has every room see the versions in force. Versions that do not load
// leave the tree as it is: a half history would send people to the wrong office.
func (p *Program) reloadUnits(ctx context.Context) error {
	p.unitsTurn.Lock()
	defer p.unitsTurn.Unlock()
	now, err := unitsVersion(ctx, p.DB)
	if err != nil || now == p.unitsAt {
		return err
	}
	var files []pack.File
	for _, name := range unitFiles {
		versions, err := pack.FileVersions(ctx, p.DB.Read(), name)
		if err != nil {
			return err
		}
		if len(versions) > 0 {
			files = append(files, versions[len(versions)-1])
		}
	}
	tree, problems := unit.Load(pack.FS(files))
	if len(problems) > 0 {
		return fmt.Errorf("the units in the database do not load: %w", problems[0])
	}
	p.province.units.Replace(tree)
	p.unitsAt = now
	return nil
}
