package measures_test

import (
	"testing"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/measures"
	"benso/internal/apps/services/servicestest"
	"benso/internal/core/targets"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/form"
)

// A dossier that a clerk closed as filed under a wrong procedure counts no more, and
// counting an instant before that again gives what was counted then.
func TestDossierUnderAWrongProcedureCountsUntilItIsClosed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		room, now := servicestest.NewRoom(t, db)
		clerk := servicestest.Official(t, room, "clerk", "clerk", servicestest.Agency)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		p, err := room.Catalogue.Procedure(servicestest.Birth)
		must(err)
		draft, err := room.Start(t.Context(), clerk, p, dossier.Counter, servicestest.Agency, database.NewID())
		must(err)
		draft, err = room.SavePage(t.Context(), clerk, draft.ID, "all", 0, func(form.Answers) form.Answers { return servicestest.BirthAnswers("Trẻ Một", form.File{}) })
		must(err)
		d, err := room.Send(t.Context(), clerk, draft.ID, draft.Version, "vi")
		must(err)
		count := func(at time.Time) int64 {
			t.Helper()
			c, err := measures.Source{Catalogue: room.Catalogue}.Count(t.Context(), db.Read(), targets.Question{Measure: measures.ByChannel, Within: access.Within("86/"), AsOf: at})
			must(err)
			return c.Denominator
		}
		before := now.Now()
		if n := count(before); n != 1 {
			t.Errorf("%d are counted after filing", n)
		}
		now.Advance(time.Hour)
		_, err = room.Misfile(t.Context(), clerk, dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}, "Nhầm thủ tục")
		must(err)
		if n := count(now.Now()); n != 0 {
			t.Errorf("%d are counted after it was closed", n)
		}
		if n := count(before); n != 1 {
			t.Errorf("%d are counted for the instant before", n)
		}
	})
}
