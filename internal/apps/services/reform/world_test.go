package reform_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/reform"
	"benso/internal/apps/services/servicestest"
	"benso/internal/apps/services/told"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/job"
	"benso/internal/kernel/notify"
	"benso/internal/testkit/robot"
	"benso/packs"
)

// The day of the reform, and agencies of before and after.
const (
	day       = database.Date("2025-07-01")
	business  = "1.001612" // of the district before, of the commune after
	tanThach  = "28804"    // goes into Phú Túc
	phuTuc    = "28819"    // goes into Phú Túc
	phuKhuong = "28756"
	district  = "ubnd-831"
	after     = "ubnd-28810-2025" // Phú Túc of 2025
)

// before is a working morning before the reform, and afterwards one after it.
var (
	before     = time.Date(2025, 6, 16, 9, 0, 0, 0, clock.Zone)
	afterwards = time.Date(2025, 7, 2, 9, 0, 0, 0, clock.Zone)
)

type world struct {
	*dossier.Room
	t        *testing.T
	clock    *clock.Fake
	accounts *identity.Store
	notices  *notify.Room
	reform   *reform.Room
	mai      access.Actor
	blob     file.Blob
	people   int
}

type post struct{}

func (post) Send(context.Context, notify.Letter) error { return nil }

func each(t *testing.T, fn func(w *world)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) { fn(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *database.DB) *world {
	t.Helper()
	handlers := job.NewRegistry()
	job.Handle(handlers, func(context.Context, dossier.WritePaper) error { return nil })
	w := &world{t: t, mai: servicestest.Applicant("mai")}
	w.notices = notify.New(notify.Config{DB: db, Clock: clock.System, Mail: post{}, Address: func(context.Context, database.Querier, string) (string, error) { return "mai@benso.example", nil }})
	w.notices.Handle(handlers)
	w.Room, w.clock = servicestest.NewRoomWith(t, db, handlers)
	w.notices.Join(w.Jobs.(*job.Queue))
	(&told.Room{Dossiers: w.Room, Notices: w.notices}).Subscribe(w.Events)
	w.clock.Set(before)
	var err error
	w.accounts, err = identity.New(t.Context(), db, w.clock, identity.Config{Secret: make([]byte, 32), Hashing: identity.Hashing{Memory: 8, Passes: 1, Threads: 1, AtOnce: 4, Patience: 30 * time.Second}})
	w.ok(err)
	roles, problems := access.Load(packs.Bentre())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w.reform = &reform.Room{Dossiers: w.Room, Accounts: w.accounts, Roles: roles}
	w.blob, err = w.Files.Receive(t.Context(), bytes.NewReader(robot.Photo(1)), file.Meta{Name: "anh.jpg", MaxBytes: 10 << 20, Accept: []file.Type{"image/jpeg"}})
	w.ok(err)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) must(d dossier.Dossier, err error) dossier.Dossier {
	w.t.Helper()
	w.ok(err)
	return d
}

// value answers a field: the first option, the shortest valid text.
func (w *world) value(x *form.Field, province, commune string) form.Value {
	all := func(fields []*form.Field) form.Answers {
		a := form.Answers{}
		for _, s := range fields {
			a[s.ID] = w.value(s, province, commune)
		}
		return a
	}
	switch x.Kind {
	case form.KindText:
		switch x.Pattern {
		case "person_name":
			return form.Value{Text: "Nguyễn Thị Mai"}
		case "phone":
			return form.Value{Text: "0912345678"}
		case "email":
			return form.Value{Text: "mai@benso.example"}
		case "citizen_number":
			w.people++
			return form.Value{Text: fmt.Sprintf("0831980%05d", w.people)}
		}
		return form.Value{Text: strings.Repeat("1", max(x.Min, min(x.Max, 8)))}
	case form.KindNumber:
		if x.Least != nil {
			return form.Value{Text: x.Least.String()}
		}
		return form.Value{Text: "1"}
	case form.KindDate:
		if x.NotBefore != nil {
			return form.Value{Text: clock.Day(w.clock.Now())}
		}
		return form.Value{Text: "1998-05-02"}
	case form.KindChoice:
		return form.Value{Text: x.Options[0].ID}
	case form.KindAddress:
		v := form.Value{Parts: form.Answers{"province": {Text: province}, "commune": {Text: commune}}}
		if x.Street != form.None {
			v.Parts["street"] = form.Value{Text: "Ấp 3"}
		}
		return v
	case form.KindPerson:
		return form.Value{Parts: all(x.Fields)}
	case form.KindGroup:
		return form.Value{Rows: slices.Repeat([]form.Answers{all(x.Fields)}, max(1, x.Min))}
	}
	return form.Value{}
}

func (w *world) procedure(code string) *catalogue.Procedure {
	w.t.Helper()
	p, err := w.Catalogue.Procedure(code)
	w.ok(err)
	return p
}

// draft fills in a form for a commune, with one photo.
func (w *world) draft(actor access.Actor, code, commune string, channel dossier.Channel, agency string) dossier.Draft {
	w.t.Helper()
	ctx := w.t.Context()
	p := w.procedure(code)
	province := "83"
	if clock.Day(w.clock.Now()) >= string(day) {
		province = "86"
	}
	d, err := w.Start(ctx, actor, p, channel, agency, database.NewID())
	w.ok(err)
	a, photos := form.Answers{}, 0
	for page, ok := p.Form.First(), true; ok; page, ok = p.Form.Next(page, a) {
		for _, x := range page.Fields {
			v := w.value(x, province, commune)
			if x.Kind == form.KindFile {
				if photos++; photos == 1 {
					f, err := w.AttachPaper(ctx, actor, d.ID, dossier.SlotPaper+x.Paper, w.blob)
					w.ok(err)
					v = form.Value{Files: []form.File{servicestest.FormFile(f)}}
				} else {
					v.Desk = x.Desk
				}
			}
			if !v.IsZero() {
				a[x.ID] = v
			}
		}
	}
	d, err = w.SavePage(ctx, actor, d.ID, p.Form.First().ID, 0, func(form.Answers) form.Answers { return a })
	w.ok(err)
	return d
}

func (w *world) file(code, commune string) dossier.Dossier {
	w.t.Helper()
	d := w.draft(w.mai, code, commune, dossier.Online, "")
	sent, err := w.Send(w.t.Context(), w.mai, d.ID, d.Version, "vi")
	return w.must(sent, err)
}

func (w *world) act(d dossier.Dossier) dossier.Act {
	return dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}
}

// official makes an account with a role, and gives its actor as it is now.
func (w *world) official(handle, role, agency string) string {
	w.t.Helper()
	h, err := identity.ParseHandle(handle)
	w.ok(err)
	pass, err := w.accounts.OneTime(w.t.Context())
	w.ok(err)
	var account string
	w.ok(w.DB.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
		if account, _, err = w.accounts.SaveOfficial(ctx, tx, identity.By{Account: "system"}, h, "Trần Văn Đức", pass); err != nil {
			return err
		}
		_, err = w.accounts.Give(ctx, tx, identity.By{Account: "system"}, identity.Assignment{Account: account, Role: role, Agency: agency, From: "2021-01-01"}, func([]string) error { return nil })
		return err
	}))
	return account
}

// actor is what an account may do now, whatever its password.
func (w *world) actor(account string) access.Actor {
	w.t.Helper()
	p, err := w.accounts.ProfileOf(w.t.Context(), account)
	w.ok(err)
	p.MustChangePassword = false
	past := func(agency string) (paths []string) {
		for _, a := range w.Units.AgencyPredecessors(agency, database.Date(clock.Day(w.clock.Now()))) {
			path, err := w.Units.AgencyPath(a.ID)
			w.ok(err)
			paths = append(paths, path)
		}
		return paths
	}
	return access.NewActor(p, w.reform.Roles, func(agency string) (string, bool) {
		path, err := w.Units.AgencyPath(agency)
		return path, err == nil
	}, past)
}

// put sets a dossier down elsewhere, as the records of an agency would have it whose
// procedures have no guided form.
func (w *world) put(d dossier.Dossier, agency, place, code string) dossier.Dossier {
	w.t.Helper()
	path, err := w.Units.AgencyPath(agency)
	w.ok(err)
	w.ok(w.DB.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE cases SET agency = $2, holder = $3, place = $4, facet = $5 WHERE id = $1`, d.ID, agency, path, place, code)
		return err
	}))
	return w.find(d.ID)
}

func (w *world) find(id string) dossier.Dossier {
	w.t.Helper()
	d, err := dossier.ByID(w.t.Context(), w.DB.Read(), id)
	return w.must(d, err)
}

func (w *world) run(o reform.Order) (reform.Report, []reform.Line) {
	w.t.Helper()
	if o.Date == "" {
		o.Date = day
	}
	var lines []reform.Line
	report, err := w.reform.Run(w.t.Context(), o, func(l reform.Line) error { lines = append(lines, l); return nil })
	w.ok(err)
	return report, lines
}

// hand gives out what happened.
func (w *world) hand() {
	w.t.Helper()
	for {
		n, err := w.Events.Dispatch(w.t.Context())
		w.ok(err)
		if n == 0 {
			return
		}
	}
}

// column gives every row of a query of one column.
func (w *world) column(query string, args ...any) (found []string) {
	w.t.Helper()
	rows, err := w.DB.Read().QueryContext(w.t.Context(), query, args...)
	w.ok(err)
	defer func() { w.ok(rows.Close()) }()
	for rows.Next() {
		var s string
		w.ok(rows.Scan(&s))
		found = append(found, s)
	}
	w.ok(rows.Err())
	return found
}

// history is what must not change: a digest of every event and journal line that
// there is, and their keys.
type history struct{ events, journal map[string]string }

func (w *world) history() history {
	w.t.Helper()
	digests := func(query string) map[string]string {
		all := map[string]string{}
		for _, row := range w.column(query) {
			key, _, _ := strings.Cut(row, "|")
			sum := sha256.Sum256([]byte(row))
			all[key] = hex.EncodeToString(sum[:])
		}
		return all
	}
	text := func(columns ...string) string {
		for i, c := range columns {
			columns[i] = "coalesce(CAST(" + c + " AS TEXT), '-')"
		}
		return strings.Join(columns, " || '|' || ")
	}
	return history{
		events:  digests(`SELECT case_id || '.' || ` + text("seq", "at", "account", "acting_for", "act", "from_step", "to_step", "agency", "due_at", "data") + ` FROM case_events`),
		journal: digests(`SELECT ` + text("id", "at", "actor", "acting_for", "action", "object_kind", "object_id", "path", "ids", "digest") + ` FROM journal`),
	}
}

// kept looks that everything of a history is still there as it was.
func (h history) kept(t *testing.T, now history) {
	t.Helper()
	for name, pair := range map[string][2]map[string]string{"event": {h.events, now.events}, "journal line": {h.journal, now.journal}} {
		for key, digest := range pair[0] {
			if pair[1][key] != digest {
				t.Errorf("the %s %s is not as it was", name, key)
			}
		}
		if len(pair[0]) == 0 {
			t.Errorf("there was no %s to keep", name)
		}
	}
}

// handled looks that every open case has exactly one agency that lives after the day,
// and gives how many each has; left are those that may still be where they were.
func (w *world) handled(left ...string) map[string]int {
	w.t.Helper()
	count := map[string]int{}
	for _, row := range w.column(`SELECT id || ' ' || agency || ' ' || holder FROM cases WHERE state <> 'closed'`) {
		part := strings.Fields(row)
		count[part[1]]++
		if slices.Contains(left, part[0]) {
			continue
		}
		a, err := w.Units.Agency(part[1])
		w.ok(err)
		if !a.Lives(day) {
			w.t.Errorf("case %s is with %s, which ended", part[0], part[1])
		}
		if path, err := w.Units.AgencyPath(a.ID); err != nil || path != part[2] {
			w.t.Errorf("case %s of %s is held at %s", part[0], part[1], part[2])
		}
	}
	return count
}

func sum(count map[string]int) (n int) {
	for _, c := range count {
		n += c
	}
	return n
}

func acts(t *testing.T, w *world, id string) (names []string) {
	t.Helper()
	events, err := cases.Events(t.Context(), w.DB.Read(), id)
	w.ok(err)
	for _, e := range events {
		names = append(names, e.Act)
	}
	return names
}
