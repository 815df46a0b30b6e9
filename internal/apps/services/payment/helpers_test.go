package payment

import (
	"context"
	"io/fs"
	"strings"
	"testing"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/form"
	"benso/internal/kernel/pack"
	"benso/packs"
)

// world has a birth registration that costs 8.000 ₫ in time, and what nobody
// knows when late.
type world struct {
	t *testing.T
	Room
	clock   *clock.Fake
	owner   access.Actor
	clerk   access.Actor
	cashier access.Actor
	checker access.Actor
	other   access.Actor // clerk of a neighbour
}

func each(t *testing.T, fn func(w world)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) { fn(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *database.DB) world {
	t.Helper()
	r, now := servicestest.NewRoom(t, db)
	name := "procedures/" + servicestest.Birth + ".yaml"
	body, err := fs.ReadFile(packs.Bentre(), name)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := pack.ChangeFile(ctx, tx, name, strings.Replace(string(body), "      amount: 0\n", "      amount: 8000\n", 1), 1, now.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	roles, problems := access.Load(packs.Bentre())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if r.Catalogue, err = catalogue.Load(t.Context(), db.Read(), dossier.Vocabulary, roles); err != nil {
		t.Fatal(err)
	}
	return world{t: t, Room: Room{Dossiers: r}, clock: now, owner: servicestest.Applicant("mai"),
		clerk: servicestest.Official(t, r, "clerk", "clerk", servicestest.Agency), cashier: servicestest.Official(t, r, "cashier", "cashier", servicestest.Agency),
		checker: servicestest.Official(t, r, "checker", "specialist", servicestest.Agency), other: servicestest.Official(t, r, "other", "clerk", servicestest.Neighbour)}
}

func (w world) must(d dossier.Dossier, err error) dossier.Dossier {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// Days of birth for which the fee is known, and for which it is not.
const (
	inTime = "2026-11-10"
	late   = "2026-06-01"
)

func (w world) filed(born string) dossier.Dossier {
	w.t.Helper()
	ctx, r := w.t.Context(), w.Dossiers
	p, err := r.Catalogue.Procedure(servicestest.Birth)
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err := r.Start(ctx, w.owner, p, dossier.Online, "", database.NewID())
	if err != nil {
		w.t.Fatal(err)
	}
	draft, err = r.SavePage(ctx, w.owner, draft.ID, "all", 0, func(form.Answers) form.Answers {
		a := servicestest.BirthAnswers("Nguyễn Thị Ánh", form.File{})
		a["child_born"] = form.Value{Text: born}
		return a
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.must(r.Send(ctx, w.owner, draft.ID, draft.Version, "vi"))
}

func (w world) accepted(born string) dossier.Dossier {
	w.t.Helper()
	return w.must(w.Dossiers.Accept(w.t.Context(), w.clerk, w.act(w.filed(born)), dossier.Given{}, nil))
}

func (w world) act(d dossier.Dossier) dossier.Act {
	return dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}
}

// due is a collection of what is owed for a dossier whose fee is known.
func due(d dossier.Dossier) Collection {
	return Collection{Dossier: d.ID, Fee: 1, Key: database.NewID(), Amount: "8.000", Method: Cash, Payer: "Nguyễn Văn Ba"}
}

func (w world) pay(actor access.Actor, c Collection) Payment {
	w.t.Helper()
	p, ok, err := w.Collect(w.t.Context(), actor, c)
	if err != nil || !ok {
		w.t.Fatalf("%v %v", ok, err)
	}
	return p
}

func (w world) account(d dossier.Dossier) Account {
	w.t.Helper()
	a, err := w.Of(w.t.Context(), w.Dossiers.DB.Read(), d)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// count counts the rows of a table, since what nobody wrote is not there.
func (w world) count(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.Dossiers.DB.Read().QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}
