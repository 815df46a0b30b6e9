package agencies

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"benso/internal/apps/administration"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/pack"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/vntext"
)

// Room is what the pages work with.
type Room struct{ *administration.Room }

func (room Room) today() database.Date { return database.Date(clock.Day(room.Clock.Now())) }

func (room Room) path(agency string) string {
	path, err := room.Units.AgencyPath(agency)
	if err != nil {
		return ""
	}
	return path
}

// agency finds one within the actor's scope, also one that has ended.
func (room Room) agency(actor access.Actor, id string) (unit.Agency, error) {
	a, err := room.Units.Agency(id)
	if err != nil {
		return unit.Agency{}, err
	}
	if !actor.May(access.SystemManage, room.path(id)) {
		return unit.Agency{}, fault.Missing("agency", id)
	}
	return a, nil
}

// unit finds a unit of today within the actor's scope.
func (room Room) unit(actor access.Actor, id string) (unit.Unit, error) {
	u, err := room.Units.At(room.today()).Unit(id)
	if err != nil {
		return unit.Unit{}, err
	}
	if path, err := room.Units.Path(id); err != nil || !actor.May(access.SystemManage, path) {
		return unit.Unit{}, fault.Missing("unit", id)
	}
	return u, nil
}

// units are those of today within the actor's scope, from the top.
func (room Room) units(actor access.Actor) []unit.Unit {
	view := room.Units.At(room.today())
	var found []unit.Unit
	for _, id := range room.Units.IDs() {
		if u, err := view.Unit(id); err == nil {
			if path, err := room.Units.Path(id); err == nil && actor.May(access.SystemManage, path) {
				found = append(found, u)
			}
		}
	}
	return found
}

// kinds are those that an agency of a unit may be of: the ones that agencies of its
// level have, and the unit has none of now, each with an example's name.
func (room Room) kinds(u unit.Unit) []kind {
	today := room.today()
	seated := map[string]bool{unit.PeoplesCommittee: true}
	for _, a := range room.Units.AgenciesOf(u.ID, today) {
		seated[a.Kind] = true
	}
	var found []kind
	for _, id := range room.Units.AgencyIDs() {
		a, err := room.Units.Agency(id)
		if err != nil || seated[a.Kind] || strings.HasPrefix(a.Kind, own) {
			continue
		}
		if at, err := room.Units.Unit(a.Unit); err == nil && at.Level == u.Level {
			seated[a.Kind] = true
			found = append(found, kind{a.Kind, bare(a.Name, at)})
		}
	}
	slices.SortFunc(found, func(a, b kind) int { return strings.Compare(vntext.SortKey(a.Name), vntext.SortKey(b.Name)) })
	return found
}

// kind is a kind of agency and how one of it is called.
type kind struct{ ID, Name string }

// New is an agency that is to be.
type New struct {
	Unit       string
	Name       string // in full
	Kind       string // empty: one that the pack knows no competence for
	Identifier string // empty: one is made, and marked so
	Address    string
	From       database.Date
	Ground     string
}

const (
	mostOfName   = 200
	mostOfGround = 500
)

// clean reads a line that must be there.
func clean(field, typed string, most int, missing string) (string, error) {
	s := vntext.Clean(typed)
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return "", wrong(field, missing)
	case n > most:
		return "", wrong(field, "agencies.too_long", "most", most)
	}
	return s, nil
}

// act is what is done to the file, under which key.
type act struct {
	route, key string
	input      []string
	action     string // in the journal
	change     func(ctx context.Context, tx *database.Tx, t *table) (agency string, err error)
}

// do changes the file once: a new version of it, checked whole, with its journal
// line and its event; then every room sees it.
func (room Room) do(ctx context.Context, actor access.Actor, a act) (agency string, err error) {
	err = room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := room.Clock.Now()
		req := database.Request{Actor: actor.Account, Route: a.route, Key: a.key, Input: database.Digest(a.input...)}
		result, again, err := database.Once(ctx, tx, req, now)
		if err != nil || again {
			agency = result
			return err
		}
		// Whoever changes the pack waits here, and sees what the one before wrote.
		if err := database.Lock(ctx, tx, "pack"); err != nil {
			return err
		}
		files, err := inForce(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(files, func(f pack.File) bool { return f.Path == unit.AgenciesFile })
		t, err := parse(files[i].Body)
		if err != nil {
			return err
		}
		if agency, err = a.change(ctx, tx, &t); err != nil {
			return err
		}
		version := files[i].Version
		if files[i].Body, err = t.text(); err != nil {
			return err
		}
		tree, problems := unit.Load(pack.FS(files))
		if len(problems) > 0 {
			return fault.New(fault.Invalid, "agencies.would_not_load", "problem", problems[0].Text).With(problems[0])
		}
		if _, err := pack.ChangeFile(ctx, tx, unit.AgenciesFile, files[i].Body, version, now); err != nil {
			return err
		}
		path, err := tree.AgencyPath(agency)
		if err != nil {
			return err
		}
		entry := audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.SystemManage, path), Action: a.action, ObjectKind: "agency", ObjectID: agency, Path: path, Digest: database.Digest(files[i].Body)}
		if err := audit.Record(ctx, tx, now, entry); err != nil {
			return err
		}
		if err := room.Events.Record(ctx, tx, administration.EventAgency, agency, map[string]string{"act": a.action}); err != nil {
			return err
		}
		return database.Done(ctx, tx, req, agency)
	})
	if err != nil {
		return "", err
	}
	return agency, room.Reload(ctx)
}

// inForce are the files that the tree is read from, as the transaction sees them.
func inForce(ctx context.Context, q database.Querier) ([]pack.File, error) {
	var files []pack.File
	for _, name := range []string{unit.UnitsFile, unit.SuccessionsFile, unit.AgenciesFile, unit.AgencySuccessionsFile} {
		versions, err := pack.FileVersions(ctx, q, name)
		if err != nil {
			return nil, err
		}
		switch {
		case len(versions) == 0 && name == unit.AgencySuccessionsFile:
			continue // a pack in which no kind of agency ended has none
		case len(versions) == 0:
			return nil, fault.Missing("file of the pack", name)
		}
		files = append(files, versions[len(versions)-1])
	}
	return files, nil
}

// Add makes an agency of a unit.
func (room Room) Add(ctx context.Context, actor access.Actor, key string, n New) (id string, err error) {
	u, err := room.unit(actor, n.Unit)
	if err != nil {
		return "", err
	}
	if n.Name, err = clean("name", n.Name, mostOfName, "agencies.name_needed"); err != nil {
		return "", err
	}
	if n.Ground, err = clean("ground", n.Ground, mostOfGround, "agencies.ground_needed"); err != nil {
		return "", err
	}
	n.Identifier = strings.ToUpper(strings.TrimSpace(n.Identifier))
	switch {
	case vntext.Fold(bare(n.Name, u)) == "":
		return "", wrong("name", "agencies.name_needed")
	case n.Identifier != "" && !identifierShape.MatchString(n.Identifier):
		return "", wrong("identifier", "agencies.identifier_shape")
	case utf8.RuneCountInString(n.Address) > mostOfName:
		return "", wrong("address", "agencies.too_long", "most", mostOfName)
	case n.From > room.today():
		return "", wrong("from", "agencies.day_ahead")
	case n.From < room.began(u.ID):
		return "", wrong("from", "agencies.before_unit", "day", shown(room.began(u.ID)))
	}
	a := unit.Agency{Unit: u.ID, Name: n.Name, Kind: n.Kind, Identifier: n.Identifier, Fictitious: n.Identifier == "", From: n.From, Basis: unit.Sourced, Source: n.Ground, Address: vntext.Clean(n.Address)}
	if a.Kind == "" {
		a.Kind = kindOf(bare(n.Name, u))
	}
	return room.do(ctx, actor, act{route: unitPath + "{unit}" + addPath, key: key, action: "agency.added",
		input: []string{n.Unit, n.Name, n.Kind, n.Identifier, n.Address, string(n.From), n.Ground},
		change: func(_ context.Context, _ *database.Tx, t *table) (string, error) {
			if n.Kind != "" && !slices.ContainsFunc(room.kinds(u), func(k kind) bool { return k.ID == n.Kind }) {
				return "", wrong("kind", "agencies.kind_taken")
			}
			ids, identifiers, committee := map[string]bool{}, map[string]bool{}, ""
			for i := 1; i < len(t.rows); i++ {
				ids[t.get(i, "id")], identifiers[t.get(i, "identifier")] = true, true
				if t.get(i, "unit") == u.ID && t.get(i, "kind") == unit.PeoplesCommittee {
					committee = t.get(i, "identifier")
				}
				if t.get(i, "unit") == u.ID && t.get(i, "to") == "" && vntext.Fold(t.get(i, "name")) == vntext.Fold(a.Name) {
					return "", wrong("name", "agencies.name_taken")
				}
			}
			a.ID = idOf(a.Name, u, func(id string) bool { return ids[id] })
			if a.Identifier != "" && identifiers[a.Identifier] {
				return "", wrong("identifier", "agencies.identifier_taken")
			}
			if a.Fictitious {
				if a.Identifier = nextIdentifier(committee, func(x string) bool { return identifiers[x] }); a.Identifier == "" {
					return "", wrong("identifier", "agencies.identifier_none")
				}
			}
			t.added(a)
			return a.ID, nil
		}})
}

// began is the first day of a unit.
func (room Room) began(id string) database.Date {
	periods, err := room.Units.Periods(id)
	if err != nil {
		return ""
	}
	return periods[0].From
}

// changeable finds an agency that is changed on these pages: not a committee, which
// lives and is called as its unit is.
func (room Room) changeable(actor access.Actor, id string) (unit.Agency, error) {
	a, err := room.agency(actor, id)
	if err == nil && a.Kind == unit.PeoplesCommittee {
		return a, fault.New(fault.Conflict, "agencies.committee")
	}
	return a, err
}

// Rename gives an agency another name from a day on.
func (room Room) Rename(ctx context.Context, actor access.Actor, key, id, name string, from database.Date, ground string) error {
	a, err := room.changeable(actor, id)
	if err != nil {
		return err
	}
	if name, err = clean("name", name, mostOfName, "agencies.name_needed"); err != nil {
		return err
	}
	if ground, err = clean("ground", ground, mostOfGround, "agencies.ground_needed"); err != nil {
		return err
	}
	_, err = room.do(ctx, actor, act{route: agencyPath + "{agency}" + namePath, key: key, action: "agency.renamed", input: []string{id, name, string(from), ground},
		change: func(_ context.Context, _ *database.Tx, t *table) (string, error) {
			return id, t.renamed(a, name, from, room.today(), ground)
		}})
	return err
}

// End has an agency end; from is the first day without it.
func (room Room) End(ctx context.Context, actor access.Actor, key, id string, from database.Date, ground string) error {
	a, err := room.changeable(actor, id)
	if err != nil {
		return err
	}
	if ground, err = clean("ground", ground, mostOfGround, "agencies.ground_needed"); err != nil {
		return err
	}
	_, err = room.do(ctx, actor, act{route: agencyPath + "{agency}" + endPath, key: key, action: "agency.ended", input: []string{id, string(from), ground},
		change: func(ctx context.Context, tx *database.Tx, t *table) (string, error) {
			h, err := room.holds(ctx, tx, id)
			if err == nil {
				err = h.mayEnd()
			}
			if err != nil {
				return "", err
			}
			return id, t.ended(a, from, room.today(), ground)
		}})
	return err
}

// Reopen takes the end of an agency back.
func (room Room) Reopen(ctx context.Context, actor access.Actor, key, id, ground string) error {
	a, err := room.changeable(actor, id)
	if err != nil {
		return err
	}
	if ground, err = clean("ground", ground, mostOfGround, "agencies.ground_needed"); err != nil {
		return err
	}
	_, err = room.do(ctx, actor, act{route: agencyPath + "{agency}" + reopenPath, key: key, action: "agency.reopened", input: []string{id, ground},
		change: func(_ context.Context, _ *database.Tx, t *table) (string, error) { return id, t.reopened(a, ground) }})
	return err
}

// holding is what an agency still has to do, and who works there.
type holding struct{ Dossiers, Questions, Officials int64 }

func (room Room) holds(ctx context.Context, q database.Querier, id string) (h holding, err error) {
	scope := access.Within(room.path(id))
	if h.Dossiers, err = cases.Count(ctx, q, cases.Filter{Scope: scope}); err != nil {
		return holding{}, err
	}
	if h.Questions, err = cases.CountConsults(ctx, q, scope); err != nil {
		return holding{}, err
	}
	posts, err := room.Identity.CountPosts(ctx, q, id)
	h.Officials = posts[id]
	return h, err
}

// mayEnd decides whether an agency can end with what it holds.
func (h holding) mayEnd() error {
	switch {
	case h.Dossiers > 0:
		return fault.New(fault.Conflict, "agencies.has_dossiers", "n", h.Dossiers)
	case h.Questions > 0:
		return fault.New(fault.Conflict, "agencies.has_questions", "n", h.Questions)
	case h.Officials > 0:
		return fault.New(fault.Conflict, "agencies.has_officials", "n", h.Officials)
	}
	return nil
}
