package reform_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/payment"
	"benso/internal/apps/services/reform"
	"benso/internal/apps/services/register"
	"benso/internal/apps/services/servicestest"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/worktime"
)

func TestOpenDossiersPassToTheOneAgencyThatActsAfterTheDay(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		clerk := w.official("0911000001", "clerk", "ubnd-"+tanThach)
		checker := w.official("0911000002", "specialist", "ubnd-"+tanThach)
		stranger := w.official("0911000003", "specialist", "ubnd-"+phuKhuong)
		filed := w.file(servicestest.Birth, phuTuc)
		accepted := w.file(servicestest.Birth, tanThach)
		accepted = w.must(w.Accept(ctx, w.actor(clerk), w.act(accepted), dossier.Given{}, nil))
		accepted = w.must(w.Take(ctx, w.actor(checker), w.act(accepted)))
		away := w.file(servicestest.Birth, tanThach)
		w.ok(w.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := cases.Assign(ctx, tx, away.Case, stranger, cases.By{Account: "system", At: w.clock.Now()})
			return err
		}))
		shop := w.file(business, tanThach)
		if shop.Agency != district {
			t.Fatalf("before the reform a business is registered at %s", shop.Agency)
		}
		closed := w.file(servicestest.Birth, tanThach)
		closed = w.must(w.RefuseIntake(ctx, w.actor(clerk), w.act(closed), "Không thuộc thẩm quyền."))
		transport := w.put(w.file(servicestest.Birth, phuKhuong), "so-giao-thong-83", phuKhuong, "9.999999")
		justice := w.put(w.file(servicestest.Birth, phuKhuong), "so-tu-phap-83", phuKhuong, "9.999999")
		lost := w.put(w.file(servicestest.Birth, phuKhuong), district, tanThach, "9.999999")
		w.hand()
		history, held := w.history(), map[string]int{}
		for _, row := range w.column(`SELECT agency FROM cases WHERE state <> 'closed'`) {
			held[row]++
		}

		w.clock.Set(afterwards)
		plan, planned := w.run(reform.Order{Mode: reform.DryRun})
		if got := w.history(); len(got.events) != len(history.events) || len(got.journal) != len(history.journal) {
			t.Error("a dry run wrote something")
		}
		report, lines := w.run(reform.Order{Batch: 2})
		if a, b := fmt.Sprint(plan), fmt.Sprint(report); a != b {
			t.Errorf("the dry run said\n%s\nand it became\n%s", a, b)
		}
		if len(planned) != len(lines) {
			t.Errorf("the dry run lists %d, %d passed", len(planned), len(lines))
		}
		history.kept(t, w.history())

		now := w.handled(lost.ID)
		if sum(now) != sum(held) {
			t.Errorf("%d cases were open, and %d are", sum(held), sum(now))
		}
		for f, n := range report.Moved {
			if f.What == reform.Dossier {
				held[f.From] -= n
				held[f.To] += n
			}
		}
		for agency, n := range held {
			if now[agency] != n {
				t.Errorf("%s has %d open, by the report %d", agency, now[agency], n)
			}
		}
		for id, want := range map[string]string{filed.ID: after, accepted.ID: after, shop.ID: after, transport.ID: "so-xay-dung-86", justice.ID: "so-tu-phap-86", lost.ID: district, closed.ID: "ubnd-" + tanThach} {
			if got := w.find(id); got.Agency != want {
				t.Errorf("%s is at %s, and not %s", got.Number, got.Agency, want)
			}
		}
		if moved, left := report.Count(reform.Dossier); moved != 6 || left != 1 || report.Left[reform.Flow{What: reform.Dossier, From: district, To: string(reform.NoCompetence)}] != 1 || !report.AnyLeft() {
			t.Errorf("%d moved, %d left: %+v", moved, left, report.Left)
		}

		// The clock, the numbers and the step stay; what lay on the desk of somebody who
		// works at the new agency stays there, and nothing on that of somebody else.
		got := w.find(accepted.ID)
		if !got.DueAt.Equal(accepted.DueAt) || !got.FirstDueAt.Equal(accepted.FirstDueAt) || got.Code != accepted.Code || got.Number != accepted.Number || got.Step != accepted.Step || got.Assignee != checker {
			t.Errorf("it became %+v", got.Case)
		}
		if got := w.find(away.ID); got.Assignee != "" {
			t.Error("it lies on the desk of somebody who does not work there")
		}
		for _, number := range []string{accepted.Code, strings.ToLower(accepted.FilingNumber)} {
			if d, err := dossier.ByNumber(ctx, w.DB.Read(), number); err != nil || d.ID != accepted.ID {
				t.Errorf("%s does not find the dossier any more: %v", number, err)
			}
		}
		found, _, err := cases.List(ctx, w.DB.Read(), cases.Filter{Scope: w.actor(checker).Scope(access.DossierRead), Kind: dossier.Kind, Words: accepted.Code}, 10, 0)
		if err != nil || len(found) != 1 {
			t.Errorf("the specialist finds %d by the old code, %v", len(found), err)
		}

		// Each has its event with the legal basis, its line in the journal, its notice.
		events, err := cases.Events(ctx, w.DB.Read(), shop.ID)
		w.ok(err)
		last := events[len(events)-1]
		var passed dossier.Passed
		w.ok(json.Unmarshal(last.Data, &passed))
		if last.Act != cases.ActTransfer || passed.From != district || passed.To != after || passed.Reform != string(day) || !strings.Contains(strings.Join(passed.Grounds, " "), "1687/NQ-UBTVQH15") || !strings.Contains(strings.Join(passed.Grounds, " "), "cấp xã") {
			t.Errorf("the event says %s %+v", last.Act, passed)
		}
		if rows := w.column(`SELECT path FROM journal WHERE action = 'dossier.transfer' AND object_id = $1`, shop.ID); len(rows) != 1 || !strings.HasSuffix(rows[0], "/"+after+"/") {
			t.Errorf("the journal has %v", rows)
		}
		w.hand()
		notices, _, err := w.notices.Inbox(ctx, "mai", 50, 0)
		w.ok(err)
		var said []string
		for _, n := range notices {
			if text := n.In("vi"); strings.Contains(text.Title, "nay do") {
				said = append(said, text.Title+" "+strings.Join(text.Lines, " "))
			}
		}
		if all := strings.Join(said, "\n"); len(said) != 6 || !strings.Contains(all, shop.Number+" nay do Ủy ban nhân dân xã Phú Túc") || !strings.Contains(all, "không phải nộp lại") {
			t.Errorf("the applicant was told:\n%s", all)
		}
		if r, err := audit.Verify(ctx, w.DB, w.clock.Now(), 1e18); err != nil || !r.OK() {
			t.Errorf("the journal: %+v, %v", r, err)
		}

		// Again: nothing but what was left.
		again, lines := w.run(reform.Order{})
		if len(again.Moved) != 0 || len(lines) != 1 || lines[0].ID != lost.ID {
			t.Errorf("the second run: %+v %+v", again, lines)
		}
		// People decide.
		done, _ := w.run(reform.Order{Decided: map[string]string{"dossier/" + lost.ID: "ubnd-86"}})
		if done.AnyLeft() || w.find(lost.ID).Agency != "ubnd-86" {
			t.Errorf("what was decided: %+v", done)
		}
		w.handled()
	})
}

func TestDossiersGoOnAtTheirNewAgency(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		clerk := w.official("0911000001", "clerk", "ubnd-"+tanThach)
		checker := w.official("0911000002", "specialist", "ubnd-"+tanThach)
		d := w.file(servicestest.Birth, tanThach)
		d = w.must(w.Accept(ctx, w.actor(clerk), w.act(d), dossier.Given{}, nil))
		d = w.must(w.AskSupplement(ctx, w.actor(checker), w.act(d), []dossier.Defect{{Subject: "a", Wrong: "b", Mend: "c"}}))
		old := w.file(servicestest.Birth, tanThach)
		old = w.must(w.RefuseIntake(ctx, w.actor(clerk), w.act(old), "Không thuộc thẩm quyền."))
		shop := w.file(business, phuTuc)
		w.clock.Set(afterwards)
		w.run(reform.Order{})

		// The applicant answers with the commune that there is now, without typing it.
		draft, err := w.StartAnswer(ctx, w.mai, d.ID)
		w.ok(err)
		d = w.must(w.Send(ctx, w.mai, draft.ID, draft.Version, "vi"))
		if d.Agency != after || d.Step != "check" {
			t.Errorf("it is at %s, %s", d.Agency, d.Step)
		}
		w.must(w.Take(ctx, w.actor(checker), w.act(d)))
		// A business of the district gets its code from the commune.
		shop = w.must(w.Accept(ctx, w.actor(clerk), w.act(w.find(shop.ID)), dossier.Given{}, nil))
		if a, err := w.Units.Agency(after); err != nil || !strings.HasPrefix(shop.Code, a.Identifier+"-250702-") {
			t.Errorf("the code is %s", shop.Code)
		}
		// What was over stays under its agency and can be opened by the one in its place.
		if got, err := w.Open(ctx, w.actor(clerk), old.ID); err != nil || got.Agency != "ubnd-"+tanThach {
			t.Errorf("the history is shut: %v", err)
		}
		newcomer := w.official("0911000009", "clerk", after)
		if _, err := w.Open(ctx, w.actor(newcomer), old.ID); err != nil {
			t.Errorf("the history is shut to a newcomer: %v", err)
		}
		elsewhere := w.official("0911000008", "clerk", servicestest.Neighbour)
		if _, err := w.Open(ctx, w.actor(elsewhere), old.ID); err == nil {
			t.Error("the history is open to others")
		}
	})
}

func TestRolesAbsencesAndSessionsFollowTheirOfficials(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		clerk := w.official("0911000001", "clerk", "ubnd-"+tanThach)
		deputy := w.official("0911000002", "specialist", "ubnd-"+phuTuc)
		chief := w.official("0911000003", "head", district)
		lead := w.official("0911000004", "leader", "ubnd-83")
		w.ok(w.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := w.accounts.SetAbsence(ctx, tx, identity.By{Account: "system"}, identity.Absence{Account: clerk, Deputy: deputy, From: "2025-06-01", Last: "2025-07-31"})
			return err
		}))
		d := w.file(servicestest.Birth, phuTuc)
		w.clock.Set(afterwards)
		report, lines := w.run(reform.Order{})
		if moved, left := report.Count(reform.Role); moved != 3 || left != 1 {
			t.Errorf("%d roles passed, %d are left: %+v", moved, left, lines)
		}
		if report.Left[reform.Flow{What: reform.Role, From: district, To: string(reform.Appointed)}] != 1 {
			t.Errorf("the head of a district: %+v", report.Left)
		}
		path, err := w.Units.AgencyPath(after)
		w.ok(err)
		// The session asks at each request: what it may do is elsewhere now.
		if a := w.actor(clerk); !a.May(access.DossierIntake, path) || !slices.Equal(a.Agencies(access.DossierIntake), []string{after}) {
			t.Errorf("the clerk may %+v", a.Grants)
		}
		if a := w.actor(deputy); !a.May(access.DossierIntake, path) || a.ActsFor(access.DossierIntake, path) != clerk || !a.May(access.DossierCheck, path) {
			t.Errorf("the deputy may %+v", a.Grants)
		}
		if a := w.actor(lead); !a.May(access.DossierRead, path) || !a.May(access.DossierRead, "83/829/") {
			t.Errorf("the leader of the province sees %s", a.Scope(access.DossierRead))
		}
		if a := w.actor(chief); !slices.Equal(a.Agencies(access.DossierRead), []string{district}) {
			t.Errorf("the head of the district has %+v", a.Grants)
		}
		w.must(w.Accept(ctx, w.actor(deputy), w.act(w.find(d.ID)), dossier.Given{}, nil))
		for _, a := range must(w.accounts.Assignments(ctx, clerk)) {
			if a.Agency == after && a.From != day || a.Agency != after && a.EndedAt.IsZero() {
				t.Errorf("an assignment: %+v", a)
			}
		}
		if again, _ := w.run(reform.Order{}); len(again.Moved) != 0 {
			t.Errorf("the second run moves %+v", again.Moved)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestDraftsViewsQuestionsAndBooksPass(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		clerk := w.official("0911000001", "clerk", "ubnd-"+tanThach)
		checker := w.official("0911000002", "specialist", "ubnd-"+tanThach)
		other := w.official("0911000003", "specialist", "ubnd-"+phuTuc)
		own := w.draft(w.mai, servicestest.Birth, tanThach, dossier.Online, "")
		counter := w.draft(w.actor(clerk), servicestest.Birth, tanThach, dossier.Counter, "ubnd-"+tanThach)
		d := w.file(servicestest.Birth, tanThach)
		d = w.must(w.Accept(ctx, w.actor(clerk), w.act(d), dossier.Given{}, nil))
		d = w.must(w.Consult(ctx, w.actor(checker), w.act(d), []dossier.Question{
			{Agency: "so-tu-phap-83", Text: "Có cần giấy này không?", Amount: 20, Unit: worktime.WorkingDays},
			{Agency: "ubnd-" + phuTuc, Text: "Có biết không?", Amount: 20, Unit: worktime.WorkingDays},
		}))
		w.ok(w.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			for i, v := range []register.View{{Account: clerk, Agency: "ubnd-" + tanThach, Query: "trang-thai=mo&xa=" + phuTuc}, {Account: other, Agency: "ubnd-" + phuTuc, Query: "q=mai"}} {
				_, err := tx.ExecContext(ctx, `INSERT INTO saved_views (id, account, agency, page, name, query, shared, created_at) VALUES ($1, $2, $3, 'register', 'Của tôi', $4, $5, $6)`,
					fmt.Sprint("v", i), v.Account, v.Agency, v.Query, false, database.At(w.clock.Now()))
				if err != nil {
					return err
				}
			}
			for range 3 {
				if _, err := database.Next(ctx, tx, payment.Book("ubnd-"+tanThach), "2025"); err != nil {
					return err
				}
			}
			return nil
		}))
		w.clock.Set(afterwards)
		plan, _ := w.run(reform.Order{Mode: reform.DryRun})
		report, lines := w.run(reform.Order{})
		if fmt.Sprint(plan.Moved) != fmt.Sprint(report.Moved) || report.AnyLeft() {
			t.Errorf("planned %+v\nmoved %+v\nleft %+v", plan.Moved, report.Moved, report.Left)
		}
		for what, want := range map[string]int{reform.Role: 3, reform.Dossier: 1, reform.Question: 2, reform.Draft: 2, reform.View: 2, reform.Book: 1} {
			if moved, _ := report.Count(what); moved != want {
				t.Errorf("%d of %s passed, and not %d: %+v", moved, what, want, lines)
			}
		}

		got, err := w.Draft(ctx, w.mai, own.ID)
		w.ok(err)
		if got.Answers.Text("commune.commune") != servicestest.Commune || got.Answers.Text("commune.province") != servicestest.Province || got.Version != own.Version+1 || !got.UpdatedAt.Equal(own.UpdatedAt) {
			t.Errorf("the applicant's draft: %+v", got)
		}
		if got.Answers.Text("mother.name") != own.Answers.Text("mother.name") || got.Answers.Text("commune.street") != own.Answers.Text("commune.street") {
			t.Error("what the applicant said was changed beside the commune")
		}
		sent := w.must(w.Send(ctx, w.mai, own.ID, got.Version, "vi"))
		if sent.Agency != after {
			t.Errorf("it was filed at %s", sent.Agency)
		}
		if got, err = w.Draft(ctx, w.actor(clerk), counter.ID); err != nil || got.Agency != after {
			t.Errorf("the clerk's draft: %v %+v", err, got)
		}
		w.must(w.Send(ctx, w.actor(clerk), counter.ID, got.Version, "vi"))

		asked, err := cases.Consults(ctx, w.DB.Read(), d.ID)
		w.ok(err)
		for _, x := range asked {
			switch x.Agency {
			case "so-tu-phap-86":
				if !x.Unanswered() || !strings.HasPrefix(x.AskedHolder, "86/") {
					t.Errorf("the question to the department: %+v", x)
				}
			case "ubnd-" + phuTuc:
				if x.WithdrawnAt.IsZero() {
					t.Error("the agency asks itself")
				}
			default:
				t.Errorf("a question is with %s", x.Agency)
			}
		}
		if got := acts(t, w, d.ID); !slices.Equal(got[len(got)-3:], []string{cases.ActTransfer, cases.ActPassConsult, cases.ActWithdrawConsult}) && !slices.Equal(got[len(got)-3:], []string{cases.ActTransfer, cases.ActWithdrawConsult, cases.ActPassConsult}) {
			t.Errorf("the events end by %v", got)
		}
		if views := w.column(`SELECT agency || ' ' || query FROM saved_views ORDER BY id`); !slices.Equal(views, []string{after + " trang-thai=mo&xa=" + servicestest.Commune, after + " q=mai"}) {
			t.Errorf("the views are %q", views)
		}
		if books := w.column(`SELECT series || ' ' || period || ' ' || CAST(last AS TEXT) || ' ' || reform FROM closed_books`); !slices.Equal(books, []string{"payment:ubnd-" + tanThach + " 2025 3 2025-07-01"}) {
			t.Errorf("the books are %q", books)
		}
		if again, _ := w.run(reform.Order{}); len(again.Moved)+len(again.Left) != 0 {
			t.Errorf("the second run moves %+v", again)
		}
	})
}

func TestNothingPassesBeforeTheDayAndNonsenseIsRefused(t *testing.T) {
	each(t, func(w *world) {
		d := w.file(servicestest.Birth, tanThach)
		for _, o := range []reform.Order{{Date: day}, {Date: "1 July"}, {Date: day, Mode: reform.DryRun, Decided: map[string]string{"dossier/x": "ubnd-831"}}} {
			if _, err := w.reform.Run(t.Context(), o, nil); err == nil {
				t.Errorf("%+v is run", o)
			}
		}
		if report, _ := w.run(reform.Order{Mode: reform.DryRun}); len(report.Moved) != 1 {
			t.Errorf("a dry run before the day: %+v", report)
		}
		if w.find(d.ID).Agency != "ubnd-"+tanThach {
			t.Error("it passed before the day")
		}
	})
}

// Two runs at once, as by two administrators, and a case that an official acts on
// meanwhile.
func TestTwoRunsAtOncePassEachThingOnce(t *testing.T) {
	each(t, func(w *world) {
		var ids []string
		for range 12 {
			ids = append(ids, w.file(servicestest.Birth, tanThach).ID)
		}
		w.clock.Set(afterwards)
		errs := make(chan error, 3)
		for range 3 {
			go func() {
				_, err := w.reform.Run(context.WithoutCancel(t.Context()), reform.Order{Date: day, Batch: 3}, nil)
				errs <- err
			}()
		}
		for range 3 {
			w.ok(<-errs)
		}
		w.handled()
		for _, id := range ids {
			if got := acts(t, w, id); !slices.Equal(got, []string{dossier.ActFile, cases.ActTransfer}) {
				t.Errorf("the events are %v", got)
			}
		}
	})
}
